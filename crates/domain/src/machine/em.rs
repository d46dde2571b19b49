//! Embargo management: where the one embargo of a case stands.
//!
//! Source: Vultron embargo management, 5 states and 10 edges (`fixtures/cvd-model/protocol.json`, `em`).
//! It does not know dates, nor who agreed; that is [`crate::machine::consent`]'s.

use serde::{Deserialize, Serialize};

/// Tells where the embargo of a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Em {
    /// Nobody has proposed one.
    None,
    /// One is proposed and binds nobody yet.
    Proposed,
    /// One is in force.
    Active,
    /// One is in force and a change of it is on the table.
    Revise,
    /// It has ended; nothing leads out of here.
    Exited,
}

/// Names what happened to the embargo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmEvent {
    /// Somebody proposed an embargo, or a change of the one in force.
    Propose,
    /// The proposal was turned down.
    Reject,
    /// The proposal was accepted.
    Accept,
    /// The embargo in force was ended.
    Terminate,
}

/// Returns the state after `event`, or nothing where the machine has no such edge.
pub fn step(state: Em, event: EmEvent) -> Option<Em> {
    match (state, event) {
        (Em::None | Em::Proposed, EmEvent::Propose) => Some(Em::Proposed),
        (Em::Proposed, EmEvent::Reject) => Some(Em::None),
        (Em::Proposed, EmEvent::Accept) => Some(Em::Active),
        (Em::Active | Em::Revise, EmEvent::Propose) => Some(Em::Revise),
        (Em::Revise, EmEvent::Reject | EmEvent::Accept) => Some(Em::Active),
        (Em::Active | Em::Revise, EmEvent::Terminate) => Some(Em::Exited),
        _ => None,
    }
}

impl Em {
    /// Lists every state, in the order of the published model.
    pub const ALL: [Em; 5] = [Em::None, Em::Proposed, Em::Active, Em::Revise, Em::Exited];

    /// Returns the letter of the published model.
    pub fn letter(self) -> &'static str {
        match self {
            Em::None => "N",
            Em::Proposed => "P",
            Em::Active => "A",
            Em::Revise => "R",
            Em::Exited => "X",
        }
    }

    /// Tells whether there is a date to speak of: proposed, in force, or in force and under discussion.
    pub fn is_under_way(self) -> bool {
        self == Em::Proposed || self.in_force()
    }

    /// Tells whether the embargo binds those who agreed to it.
    pub fn in_force(self) -> bool {
        matches!(self, Em::Active | Em::Revise)
    }
}

impl EmEvent {
    /// Lists every event, in the order of the published model.
    pub const ALL: [EmEvent; 4] = [
        EmEvent::Propose,
        EmEvent::Reject,
        EmEvent::Accept,
        EmEvent::Terminate,
    ];

    /// Returns the letter of the published model.
    pub fn letter(self) -> &'static str {
        match self {
            EmEvent::Propose => "p",
            EmEvent::Reject => "r",
            EmEvent::Accept => "a",
            EmEvent::Terminate => "t",
        }
    }
}
