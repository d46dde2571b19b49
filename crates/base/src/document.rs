//! The documents that a revision is published as: what each is called, where it lies, how it is signed.
//!
//! A kind's name stands for ever in plans, leaves, events and published records. A name that this program does not
//! know is kept as it is where it only passes through, and is an error where it must be understood
//! ([`DocumentKind::of`]). What a document says is not known here.

use crate::Lang;

/// Form of a revision's record that lists no documents; one of form 2 lists them, and its list is what counts.
pub const RECORD_SILENT: u8 = 1;
/// Media type of data for programs.
pub const JSON: &str = "application/json";
/// Media type of what people read as it is.
pub const TEXT: &str = "text/plain; charset=utf-8";

/// A kind of document. Kinds are only added: a variant, its place in [`DocumentKind::ALL`] and its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// The advisory's own JSON, source of all others: the record of its revision.
    AdvisoryJson,
    /// CSAF 2.0, one document for both languages.
    Csaf,
    /// The bulletin in Japanese.
    TextJa,
    /// The bulletin in English.
    TextEn,
}

/// What is the same for every document of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// As plans, leaves and records write it.
    pub name: &'static str,
    /// File in the folder of a revision.
    pub file: &'static str,
    /// What follows number and dot in `/advisories`; `None` if the newest revision lies elsewhere.
    pub ending: Option<&'static str>,
    /// Ending of the detached signature beside it.
    pub signature: &'static str,
    /// Whether it is clear-signed too.
    pub is_clear_signed: bool,
    /// As the portal serves it.
    pub media_type: &'static str,
    /// Earliest form of a record whose revision may have it.
    pub since: u8,
    /// Whether every revision since then has it.
    pub is_obligatory: bool,
}

const DATA: Facts = Facts {
    name: "advisory-json",
    file: "advisory.json",
    ending: Some("json"),
    signature: ".sig",
    is_clear_signed: false,
    media_type: JSON,
    since: RECORD_SILENT,
    is_obligatory: true,
};

const BULLETIN: Facts = Facts {
    is_clear_signed: true,
    media_type: TEXT,
    ..DATA
};

impl DocumentKind {
    /// Every kind, in the order in which plans name and the signer signs them.
    pub const ALL: [DocumentKind; 4] = [
        DocumentKind::AdvisoryJson,
        DocumentKind::Csaf,
        DocumentKind::TextJa,
        DocumentKind::TextEn,
    ];

    /// What is the same for all of them.
    #[must_use]
    pub const fn facts(self) -> Facts {
        match self {
            DocumentKind::AdvisoryJson => DATA,
            DocumentKind::Csaf => Facts {
                name: "csaf",
                file: "csaf.json",
                ending: None,
                signature: ".asc",
                ..DATA
            },
            DocumentKind::TextJa => Facts {
                name: "text-ja",
                file: "text.ja.txt",
                ending: Some("ja.txt"),
                ..BULLETIN
            },
            DocumentKind::TextEn => Facts {
                name: "text-en",
                file: "text.en.txt",
                ending: Some("en.txt"),
                ..BULLETIN
            },
        }
    }

    /// The kind of a name; `None` for one that only a newer program knows.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        DocumentKind::ALL.into_iter().find(|kind| kind.is(name))
    }

    /// The bulletin in a language.
    #[must_use]
    pub const fn text(lang: Lang) -> Self {
        match lang {
            Lang::Ja => DocumentKind::TextJa,
            Lang::En => DocumentKind::TextEn,
        }
    }

    /// The name, as plans, leaves and records write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// Whether this is what `name` names.
    #[must_use]
    pub fn is(self, name: &str) -> bool {
        self.name() == name
    }

    /// Path of the detached signature of the document at `path`.
    #[must_use]
    pub fn signature_of(self, path: &str) -> String {
        format!("{path}{}", self.facts().signature)
    }

    /// Path of the clear-signed form of the document at `path`, if the kind has one.
    #[must_use]
    pub fn clear_of(self, path: &str) -> Option<String> {
        let stem = path.strip_suffix(".txt").unwrap_or(path);
        let is_signed = self.facts().is_clear_signed;
        is_signed.then(|| format!("{stem}.asc"))
    }

    /// Whether every revision with a record of this form has it, [`RECORD_SILENT`] or later.
    #[must_use]
    pub const fn is_obligatory(self, form: u8) -> bool {
        self.facts().is_obligatory && self.facts().since <= form
    }
}
