//! The two realms.

/// Whether something belongs to the real world or to an exercise (docs/design/security.md §2.20).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Realm {
    /// The real world.
    Live,
    /// An exercise: walled off in both directions.
    Exercise,
}

impl Realm {
    /// The byte of the ledger's header and of the database.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Realm::Live => 0,
            Realm::Exercise => 1,
        }
    }

    /// The realm of a code; `None` for a byte that no form defines.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Realm::Live),
            1 => Some(Realm::Exercise),
            _ => None,
        }
    }

    /// The word of plans and leaves.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Realm::Live => "live",
            Realm::Exercise => "exercise",
        }
    }
}
