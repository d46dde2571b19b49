//! Data into HTML and the words of mails: the pressed tree, the portal's forms, the desk, the vendors' pages.
//!
//! Pure functions. They know no clock, disk, socket or session, and decide nothing: a page of the tree is made of a
//! [`formats::advisory::Advisory`], which is public; a page of the desk or of a vendor is made of a view that the
//! handler filled in for one reader, and the words of a body come into it as [`kit::shown::Shown`], which only the
//! gate's answer becomes. No page has a `style` attribute or asks anybody outside. Of the public pages only the list
//! carries a script, for its search; the pages inside carry one and work without it. The tree links relatively, so that
//! it also works from a USB stick. Words stand in `i18n/`, HTML in `templates/`, foreign text passes through
//! [`kit::text`]. Start at [`advisory()`]; [`home()`], [`lists()`] and [`sheet()`] follow its pattern; inside, at
//! [`party::desk`].

use std::collections::{BTreeMap, BTreeSet};

use formats::advisory::{Advisory, Lang, Marking, Severity, Status, Threat};

pub mod kit;

pub mod party;

pub mod people;

pub mod intake;

pub mod coordination;

pub mod advisory;

pub mod publication;

pub mod distribution;

pub mod work;

#[cfg(test)]
mod tests;

pub use advisory::public::page as advisory;
pub use advisory::sheet::page as sheet;
pub use kit::assets::{
    find_script, find_script_path, icon, icon_path, inside_script, inside_script_path,
    inside_style, inside_style_path, style, style_path,
};
pub use kit::links::{
    FRONT_PATH, PROVIDER_METADATA_PATH, about_path, advisory_path, clear_signed_path, feed_path,
    home_path, list_path, mail_path, mailbox_path, report_path, return_path, sheet_path,
    subscribe_path,
};
pub use publication::find::{index_path, piece_path, vendors_path};
pub use publication::front::{about, front, listing, not_found};
pub use publication::list::{Page, home, lists};

/// What every page says about the house that publishes it.
#[derive(Clone, Debug)]
pub struct Site {
    /// Name by language.
    pub name: BTreeMap<Lang, String>,
    /// Base address under which readers reach the portal, without a trailing slash.
    pub portal: String,
    /// How readers reach the house, for example a mail address.
    pub contact: String,
    /// Number and hours of the telephone by language, as readers are told them; empty if there is none.
    pub telephone: BTreeMap<Lang, String>,
    /// Fingerprint of the OpenPGP key that signs advisories, 40 hexadecimal digits.
    pub fingerprint: String,
    /// Why every page must be marked, if it must.
    pub marking: Marking,
    /// Version of the program that presses the pages.
    pub version: String,
}

/// One advisory in a list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Public number in file-name form.
    pub id: String,
    /// Title by language.
    pub title: BTreeMap<Lang, String>,
    /// Languages whose title is that of another language.
    pub untranslated: BTreeSet<Lang>,
    /// Instant of the first revision, RFC 3339 in UTC.
    pub first_published: String,
    /// Instant of the newest revision, RFC 3339 in UTC.
    pub published: String,
    /// Number of the newest revision.
    pub revision: u32,
    /// Stage of the newest revision.
    pub status: Status,
    /// Severity in one word.
    pub severity: Severity,
    /// What is known of attacks.
    pub threat: Threat,
    /// Number of vendors on the board.
    pub vendors: usize,
    /// Why the document is marked, if it is.
    pub marking: Marking,
}

impl From<&Advisory> for Entry {
    fn from(doc: &Advisory) -> Self {
        let is_untranslated =
            |lang: &Lang| doc.texts.get(lang).is_none_or(|texts| texts.untranslated);
        Self {
            id: doc.id.clone(),
            title: Lang::ALL
                .map(|lang| (lang, doc.texts(lang).title.clone()))
                .into(),
            untranslated: Lang::ALL.into_iter().filter(is_untranslated).collect(),
            first_published: doc.first_published.clone(),
            published: doc.published.clone(),
            revision: doc.revision,
            status: doc.status,
            severity: doc.severity,
            threat: doc.threat,
            vendors: doc.vendors.len(),
            marking: doc.marking,
        }
    }
}

/// Files that belong to an advisory, by their paths from the root of the pressed tree, for example
/// `/csaf/white/2026/nrs-48217734.json`. An empty path is left out of the page.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The document itself.
    pub json: String,
    /// CSAF 2.0.
    pub csaf: String,
    /// Plain text of the page's language.
    pub text: String,
    /// The same text, clear-signed.
    pub clear_signed: String,
    /// Checksums.
    pub sums: String,
    /// Earlier revisions.
    pub older: Vec<OlderRevision>,
}

/// The document of an earlier revision.
#[derive(Clone, Debug)]
pub struct OlderRevision {
    /// Counts from 1.
    pub revision: u32,
    /// Path of its JSON from the root of the pressed tree.
    pub json: String,
}
