//! A plan that waits: held although its instant has come, or taken back.
//!
//! What holds it is told by codes; it knows none of them.

use super::Advisory;
use crate::act::Act;
use crate::event::{Change, Event};
use crate::refusal::Refusal;
use crate::value::Instant;

/// A plan that is due and cannot go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Since when it is known, whatever the cause was then.
    pub since: Instant,
    /// Codes of what stands in its way.
    pub codes: Vec<String>,
}

/// Records what keeps a plan from going although its instant has come; nothing where that is known.
///
/// # Errors
/// If there is no such plan, or its instant has not come.
pub fn hold(
    advisory: &Advisory,
    plan_sha256: &str,
    codes: Vec<String>,
    act: &Act,
) -> Result<Vec<Change>, Refusal> {
    let plan = advisory
        .plan
        .as_ref()
        .filter(|plan| plan.sha256 == plan_sha256)
        .ok_or(Refusal::NoPlan)?;
    if plan.instant > act.now {
        return Err(Refusal::PlanNotDue {
            instant: plan.instant,
        });
    }
    if advisory
        .held
        .as_ref()
        .is_some_and(|held| held.codes == codes)
    {
        return Ok(vec![]);
    }
    Ok(vec![Change::of(
        advisory.id,
        Event::ReleaseHeld {
            plan_sha256: plan.sha256.clone(),
            codes,
        },
    )])
}

/// Takes a plan back.
///
/// # Errors
/// If there is no such plan, or no reason is given.
pub fn abort(advisory: &Advisory, plan_sha256: &str, act: &Act) -> Result<Vec<Change>, Refusal> {
    let plan = advisory
        .plan
        .as_ref()
        .filter(|plan| plan.sha256 == plan_sha256)
        .ok_or(Refusal::NoPlan)?;
    if act.reason.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    Ok(vec![Change::of(
        advisory.id,
        Event::PlanAborted {
            plan_sha256: plan.sha256.clone(),
        },
    )])
}
