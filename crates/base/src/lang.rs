//! The languages of the house.

use serde::{Deserialize, Serialize};

/// A language, written as its BCP 47 tag in events, documents, letters and paths.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Japanese; what is said where nobody chose.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// Both languages, in the order in which lists and files name them.
    pub const ALL: [Lang; 2] = [Lang::Ja, Lang::En];

    /// Returns the BCP 47 tag, which is also the folder name in the pressed tree.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Lang::Ja => "ja",
            Lang::En => "en",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Lang {
        match self {
            Lang::Ja => Lang::En,
            Lang::En => Lang::Ja,
        }
    }
}
