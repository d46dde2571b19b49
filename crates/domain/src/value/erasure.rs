//! Why parts of a dossier are erased.

use serde::{Deserialize, Serialize};

/// On what ground something is erased: a code and no words, since nothing erases the words of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureBasis {
    /// Whoever is spoken of asked for it.
    PersonAsked,
    /// It was kept as long as the house keeps such things.
    TimeOver,
    /// A court or an authority ordered it.
    Order,
    /// It should never have come here.
    ByMistake,
}

impl ErasureBasis {
    /// All of them.
    pub const ALL: [ErasureBasis; 4] = [
        ErasureBasis::PersonAsked,
        ErasureBasis::TimeOver,
        ErasureBasis::Order,
        ErasureBasis::ByMistake,
    ];

    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            ErasureBasis::PersonAsked => "person_asked",
            ErasureBasis::TimeOver => "time_over",
            ErasureBasis::Order => "order",
            ErasureBasis::ByMistake => "by_mistake",
        }
    }
}
