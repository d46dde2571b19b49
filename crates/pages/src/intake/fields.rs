//! The fields of a report's form by their names: what the finder was asked, in the reader's language.
//!
//! Form and desk say the same names. What stands in a field is shown by whoever may show it; a field without a name
//! here, of a form that came later, is shown by its word.

use crate::kit::catalogue::Say;
use crate::kit::text;

/// A field of a form, as a page tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The word that stands in letters and events.
    pub key: String,
    /// Code of the class that the form proposes for what was typed.
    pub proposed: String,
}

/// The name of a field.
pub(crate) fn name(say: Say, key: &str) -> String {
    let named = match key {
        "what" => "reporter-what",
        "happens" => "reporter-happens",
        "contact" => "reporter-contact",
        "vendor" => "reporter-vendor",
        "public" => "reporter-public",
        "exploited" => "reporter-exploited",
        "planned" => "reporter-planned",
        "credit" => "reporter-credit",
        "share" => "reporter-share-short",
        _ => return text::line(key),
    };
    say.t(named)
}

/// A word that a field offers, as people say it.
pub(crate) fn code(say: Say, key: &str, code: &str) -> String {
    let named = match (key, code) {
        ("share", "yes") => "reporter-share-yes",
        ("share", "no") => "reporter-share-no",
        _ => return text::line(code),
    };
    say.t(named)
}
