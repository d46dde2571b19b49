//! The deadlines of a whole matter: its plan, its case, its vendors.

use crate::coordination::case::Case;
use crate::coordination::deadlines::{of_case, of_vendor};
use crate::coordination::participant::Participant;
use crate::office::{Due, Office};
use crate::publication::Advisory;
use crate::value::Track;

/// Whether anybody is still waited for: once it is out or closed, nobody needs to be reached about when it will be.
#[must_use]
pub fn is_awaited(case: &Case, advisory: Option<&Advisory>) -> bool {
    case.closed.is_none() && !advisory.is_some_and(Advisory::is_published)
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
