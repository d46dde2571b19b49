//! The deadlines of a whole matter: its plan, its case, its vendors.

use crate::coordination::case::Case;
use crate::coordination::deadlines::{of_case, of_vendor};
use crate::coordination::participant::Participant;
use crate::office::{Due, Office};
use crate::publication::Advisory;
use crate::value::{Instant, Track};

/// Whether anybody is still waited for: once it is out or closed, nobody needs to be reached about when it will be.
#[must_use]
pub fn is_awaited(case: &Case, advisory: Option<&Advisory>) -> bool {
    case.closed.is_none() && !advisory.is_some_and(Advisory::is_published)
}

/// Days before a date at which a plan for it is missed: two persons read it, and vendors see it before it is out.
pub const PLAN_WANTED_DAYS: u32 = 7;

/// The date that comes within [`PLAN_WANTED_DAYS`] and for which nobody has made a plan. One that has passed is told by the
/// end of its embargo.
#[must_use]
pub fn unplanned(
    case: &Case,
    track: Track,
    advisory: Option<&Advisory>,
    now: Instant,
) -> Option<Instant> {
    let is_planned = advisory.is_some_and(|advisory| advisory.plan.is_some());
    let is_wanted = is_awaited(case, advisory) && track.is_for_the_public() && !is_planned;
    case.until.filter(|until| {
        let is_near = now < *until && *until <= now.plus_days(PLAN_WANTED_DAYS);
        is_wanted && case.em.in_force() && is_near
    })
}

/// Deadlines of a case and of its vendors: the instant of a plan before all others, since it publishes, then the nearest
/// first; of several vendors' the nearest stands for all.
#[must_use]
pub fn of_matter(
    office: Office,
    case: &Case,
    track: Track,
    advisory: Option<&Advisory>,
    participants: &[Participant],
) -> Vec<Due> {
    if case.closed.is_some() {
        return Vec::new();
    }
    let plan = advisory.and_then(|advisory| advisory.plan.as_ref());
    let plan = plan.map(|plan| Due::at("plan", plan.instant));
    if !is_awaited(case, advisory) {
        return plan.into_iter().collect();
    }
    // What the plan says already is not said again.
    let mut out: Vec<Due> = of_case(office, case, track)
        .into_iter()
        .filter(|one| plan.is_none_or(|plan| plan.at != one.at))
        .collect();
    let mut vendors: Vec<Due> = participants
        .iter()
        .filter_map(|participant| of_vendor(office, participant))
        .collect();
    vendors.sort_by_key(|due| due.at);
    for one in vendors {
        if out.iter().all(|before| before.clock != one.clock) {
            out.push(one);
        }
    }
    out.sort_by_key(|due| due.at);
    plan.into_iter().chain(out).collect()
}
