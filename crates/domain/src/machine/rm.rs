//! Report management: what one participant has made of the report it received.
//!
//! Source: Vultron report management, 7 states and 11 edges (`fixtures/cvd-model/protocol.json`, `rm`).
//! It does not know why a participant decided so, nor what the others did.

use serde::{Deserialize, Serialize};

/// Tells how far one participant has come with the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rm {
    /// Nothing has arrived yet.
    Start,
    /// The report has arrived and nobody has judged it.
    Received,
    /// The participant does not believe the report, as it stands.
    Invalid,
    /// The participant believes the report and has not yet decided to work on it.
    Valid,
    /// The participant believes the report and does not work on it now.
    Deferred,
    /// The participant works on the report.
    Accepted,
    /// The participant is done; nothing leads out of here.
    Closed,
}

/// Names what a participant did with the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RmEvent {
    /// The report arrived.
    Receive,
    /// The participant judged the report to be true.
    Validate,
    /// The participant judged the report not to hold.
    Invalidate,
    /// The participant took up the work.
    Accept,
    /// The participant put the work off.
    Defer,
    /// The participant closed the report.
    Close,
}

/// Returns the state after `event`, or nothing where the machine has no such edge.
///
/// Closing straight from `Valid` is no edge: who believes a report must first say whether to work on it.
/// `Received` to `Closed` is none either, though Vultron's code once let it pass (its bug 2258).
pub fn step(state: Rm, event: RmEvent) -> Option<Rm> {
    match (state, event) {
        (Rm::Start, RmEvent::Receive) => Some(Rm::Received),
        (Rm::Received | Rm::Invalid, RmEvent::Validate) => Some(Rm::Valid),
        (Rm::Received, RmEvent::Invalidate) => Some(Rm::Invalid),
        (Rm::Valid | Rm::Deferred, RmEvent::Accept) => Some(Rm::Accepted),
        (Rm::Valid | Rm::Accepted, RmEvent::Defer) => Some(Rm::Deferred),
        (Rm::Invalid | Rm::Deferred | Rm::Accepted, RmEvent::Close) => Some(Rm::Closed),
        _ => None,
    }
}

impl Rm {
    /// Lists every state, in the order of the published model.
    pub const ALL: [Rm; 7] = [
        Rm::Start,
        Rm::Received,
        Rm::Invalid,
        Rm::Valid,
        Rm::Deferred,
        Rm::Accepted,
        Rm::Closed,
    ];

    /// Returns the letter of the published model.
    pub fn letter(self) -> &'static str {
        match self {
            Rm::Start => "S",
            Rm::Received => "R",
            Rm::Invalid => "I",
            Rm::Valid => "V",
            Rm::Deferred => "D",
            Rm::Accepted => "A",
            Rm::Closed => "C",
        }
    }

    /// Tells whether the participant may send the report on to somebody else.
    pub fn may_pass_on(self) -> bool {
        self == Rm::Accepted
    }
}

impl RmEvent {
    /// Lists every event, in the order of the published model.
    pub const ALL: [RmEvent; 6] = [
        RmEvent::Receive,
        RmEvent::Validate,
        RmEvent::Invalidate,
        RmEvent::Accept,
        RmEvent::Defer,
        RmEvent::Close,
    ];

    /// Returns the letter of the published model.
    pub fn letter(self) -> &'static str {
        match self {
            RmEvent::Receive => "r",
            RmEvent::Validate => "v",
            RmEvent::Invalidate => "i",
            RmEvent::Accept => "a",
            RmEvent::Defer => "d",
            RmEvent::Close => "c",
        }
    }
}
