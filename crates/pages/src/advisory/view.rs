//! What the pages of editor and approver are made of: plain data, filled in by the handlers.

use formats::advisory::Lang;

use crate::kit::shown::Shown;

/// The editor's page beside what stands in its form.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    /// Public number of the case.
    pub number: String,
    /// Revision that would come next.
    pub revision: u32,
    /// When the working draft that is shown was saved, µs since 1970; 0 if there is none.
    pub base: i64,
    /// Name of this window's draft, drawn when the page was opened.
    pub tab: String,
    /// When the recorded draft was recorded, µs since 1970; 0 if there is none.
    pub recorded: i64,
    /// The working draft, if it is what is shown.
    pub saved: Option<Saved>,
    pub sources: Vec<Source>,
    pub products: Vec<Product>,
    /// Findings; `None` until somebody asked or typed.
    pub checks: Vec<Check>,
    /// A plan of this revision exists.
    pub has_plan: bool,
}

/// A working draft on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    pub who: String,
    /// RFC 3339 in UTC.
    pub at: String,
    pub is_own: bool,
}

/// A releasable text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Id of the body.
    pub body: String,
    pub origin: Origin,
    /// Code of the class.
    pub class: String,
    pub lang: Lang,
    pub text: Shown,
}

/// Where a releasable text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A report, by handling number.
    Report(String),
    /// A vendor: name in the reader's language, and `statement`, `information`, `addendum`, `references`,
    /// `workaround`, `fix`.
    Vendor(String, String),
    /// A text of the case, by the name of its field.
    Case(String),
}

/// A row of the affected products, from the vendors' answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub vendor: String,
    /// Digits of the participant's tracking number; its page is where the answer is changed.
    pub tracking: String,
    pub product: String,
    pub versions: String,
    /// `affected`, `not_affected`, `investigating`, `unknown`.
    pub answer: String,
    pub fixed_in: String,
}

/// A finding of the lints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// H1 to H11; `overlap` for what repeats an unreleasable text.
    pub rule: String,
    /// Field as commands name it.
    pub field: String,
    pub lang: Option<Lang>,
    pub code: String,
    pub is_error: bool,
    /// The word, line or address that it is about.
    pub about: String,
    /// The gloss that would be put in, for H2.
    pub gloss: String,
}

impl Check {
    /// Whether both say the same.
    #[must_use]
    pub fn is_same(&self, other: &Check) -> bool {
        let of = |check: &Check| {
            let words = (check.rule.clone(), check.field.clone(), check.code.clone());
            (words, check.lang, check.about.clone())
        };
        of(self) == of(other)
    }
}

/// One form of the release.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    pub number: String,
    pub revision: u32,
    /// The plan's recorded bytes are shown, not those of the draft.
    pub is_plan: bool,
    /// Kind that is shown, for example `page-ja`.
    pub kind: String,
    pub kinds: Vec<String>,
    /// Instant for which the documents are made, RFC 3339.
    pub instant: String,
    pub bytes: usize,
    pub sha256: String,
    /// Address of the bytes themselves, with the language.
    pub raw: String,
    /// The text, for the forms that are text.
    pub text: Option<String>,
    /// What the judge says against the documents, if they are not valid.
    pub judge: Option<String>,
}

/// Two people wrote in one draft.
#[derive(Clone, Debug, Default)]
pub struct Conflict {
    pub number: String,
    pub who: String,
    /// When the other one saved, RFC 3339.
    pub at: String,
    /// Goes on from here: when the other draft was saved, or recorded.
    pub base: i64,
    pub recorded: i64,
    /// Fields that differ: name, mine, theirs.
    pub differing: Vec<(String, Vec<String>, Vec<String>)>,
    /// Sources of texts that differ: name, mine, theirs.
    pub sources: Vec<(String, String, String)>,
}
