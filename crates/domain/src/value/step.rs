//! How somebody from outside becomes surely known: the way of the second step, and where a number that is called came from.

use serde::{Deserialize, Serialize};

/// How a session from outside passed its second step (docs/design/security.md §2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondStep {
    /// A code that was read aloud on the telephone.
    Telephone,
    /// A code in a mail encrypted to the registered key.
    Key,
}

/// Where a telephone number came from that a vendor is called at. One that the vendor's own request brought verifies
/// nothing (docs/design/security.md §2.25).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberSource {
    /// The register, or what was agreed with the vendor before.
    Register,
    /// Found independently: a public page of the vendor, a directory.
    Public,
    /// The vendor's coordinator or team abroad.
    Team,
}

impl NumberSource {
    /// All of them, in the order of the form.
    pub const ALL: [NumberSource; 3] = [
        NumberSource::Register,
        NumberSource::Public,
        NumberSource::Team,
    ];

    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            NumberSource::Register => "register",
            NumberSource::Public => "public",
            NumberSource::Team => "team",
        }
    }
}
