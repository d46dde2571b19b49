//! The channels of copies: what is added here is a kind of work, a line of plans and a way to subscribe.
//!
//! How a channel sends stands in the engine; here it is a name that events and rows carry for ever.

use serde::{Deserialize, Serialize};

/// How a copy of a publication travels: what a subscription asks for, and what stands on each of its copies.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum CopyChannel {
    #[default]
    Mail,
}

impl CopyChannel {
    /// All channels, in the order in which a plan lists them.
    pub const ALL: [CopyChannel; 1] = [CopyChannel::Mail];

    /// Returns the name that rows, plans and names of copies carry.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            CopyChannel::Mail => "mail",
        }
    }

    /// Returns the channel of a stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }

    /// Tells whether it is the one that a record means which names none.
    #[must_use]
    pub fn is_first(&self) -> bool {
        *self == CopyChannel::default()
    }
}
