//! Who acts, when, in which role: the argument of every decision.

use crate::role::Role;
use crate::value::{Instant, PersonId};

/// An act: the part of a command that does not depend on its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The person; the house's own clock is a person too.
    pub actor: PersonId,
    pub role: Role,
    /// When it is said to have happened (docs/design/settled.md §2.23).
    pub occurred_at: Instant,
    /// What the clock says now. Decisions about what is due use it; records keep it in the header.
    pub now: Instant,
    pub reason: String,
}
