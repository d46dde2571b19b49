//! A participant leaves a case, and is brought back: what ends with it, and what begins anew.

use crate::act::Act;
use crate::coordination::case::Case;
use crate::coordination::participant::Participant;
use crate::event::{Change, Event};
use crate::machine::constraints as law;
use crate::refusal::Refusal;

/// A participant leaves and says whether it still keeps the embargo (C5).
///
/// # Errors
/// If an embargo is in force and it does not say so.
pub fn leave(
    case: &Case,
    participant: &Participant,
    still_keeps_it: Option<bool>,
) -> Result<Vec<Change>, Refusal> {
    law::c5_may_leave(case.em, still_keeps_it).map_err(|_| Refusal::Input {
        field: "honours_embargo",
        why: "an embargo is in force: say whether the party still keeps it",
    })?;
    Ok(vec![Change::of(
        participant.id,
        Event::ParticipantLeft {
            honours_embargo: still_keeps_it.unwrap_or(true),
        },
    )])
}

/// A participant that left comes back: whoever said that it leaves may have been nobody of the party. It is asked anew
/// for the date that is under way, and shows anew who it is.
///
/// # Errors
/// If it has not left, the case is closed, or no reason is given.
pub fn bring_back(
    case: &Case,
    participant: &Participant,
    act: &Act,
) -> Result<Vec<Change>, Refusal> {
    case.open()?;
    if !participant.left {
        return Err(Refusal::HasNotLeft);
    }
    if act.reason.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    let mut changes = vec![Change::of(participant.id, Event::ParticipantReturned)];
    if let Some(until) = case.until.filter(|_| case.em.is_under_way()) {
        changes.push(Change::of(participant.id, Event::DateInvited { until }));
    }
    Ok(changes)
}
