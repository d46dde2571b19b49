//! Phases: how far a case has come towards the public.
//!
//! Source: docs/design/process.md §1.15; the order of the judgement's phase is docs/design/settled.md §1.13.

use serde::{Deserialize, Serialize};

/// Tells how far a case has come towards the public, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Intake: only the house knows.
    P0,
    /// Vendors have been contacted; the embargo is on.
    P1,
    /// The judgement on publishing an un-coordinatable case has begun.
    U3,
    /// A countermeasure is ready and nothing is published.
    P2,
    /// The case is published.
    P3,
}

impl Phase {
    /// Lists every phase in order.
    pub const ALL: [Phase; 5] = [Phase::P0, Phase::P1, Phase::U3, Phase::P2, Phase::P3];

    /// The phase of what belongs to no case, such as the register: the strictest.
    pub const NO_CASE: Phase = Phase::P0;

    /// Returns the short code, which also stands in the matrix.
    pub fn code(self) -> &'static str {
        match self {
            Phase::P0 => "P0",
            Phase::P1 => "P1",
            Phase::U3 => "U3",
            Phase::P2 => "P2",
            Phase::P3 => "P3",
        }
    }

    /// Returns the phase with this code.
    pub fn from_code(code: &str) -> Option<Phase> {
        Phase::ALL.into_iter().find(|phase| phase.code() == code)
    }
}
