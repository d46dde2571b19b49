//! What stands before a plan and what overtakes it, beside the plan itself.
//!
//! It knows that a draft repeats something, not what.

use crate::act::Act;
use crate::event::Change;
use crate::event::Event;
use crate::publication::{Advisory, Draft};
use crate::refusal::Refusal;
use crate::value::{Actor, Instant, PersonId};

/// Decides whether a draft that repeats protected texts may be planned all the same: a person other than its drafter
/// takes that on, and says why.
///
/// # Errors
/// [`Refusal::Overlap`], [`Refusal::NoReason`].
pub fn take_on(draft: &Draft, is_taken_on: bool, act: &Act) -> Result<(), Refusal> {
    // Nobody knows which person works on the machine.
    let is_known = draft.author != PersonId::from_bytes([0; 16]);
    let is_second = is_known && matches!(act.by, Actor::Person { .. }) && draft.author != act.actor;
    if !is_taken_on || !is_second {
        return Err(Refusal::Overlap);
    }
    if act.reason.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    Ok(())
}

/// Ends a plan whose instant has come to lie within the embargo: its approvals were for that instant.
#[must_use]
pub fn overtaken(advisory: &Advisory, until: Instant) -> Vec<Change> {
    let plan = advisory.plan.as_ref();
    plan.filter(|plan| !plan.emergency && plan.instant < until)
        .map(|plan| {
            let plan_sha256 = plan.sha256.clone();
            Change::of(advisory.id, Event::PlanAborted { plan_sha256 })
        })
        .into_iter()
        .collect()
}
