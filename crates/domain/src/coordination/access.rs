//! What lets a participant in and what shows it to others: the second step, a call, being named.
//!
//! Pure answers like those of [`crate::coordination::decide`]. A telephone number is a text it never sees.

use crate::act::Act;
use crate::coordination::case::Case;
use crate::coordination::participant::Participant;
use crate::event::Change;
use crate::event::Event;
use crate::permit;
use crate::refusal::Refusal;
use crate::value::*;

/// Records whether other vendors may learn of this one (docs/design/process.md §1.15: N, R, "others, with consent").
///
/// What was agreed before changes nothing.
///
/// # Errors
/// If it is no vendor, or somebody else records its consent without saying where the word came from: what is shown
/// cannot be unread. For the same reason the password is asked for.
pub fn agree_naming(
    participant: &Participant,
    agreed: bool,
    reason: &str,
    act: &Act,
) -> Result<Vec<Change>, Refusal> {
    if participant.part != Part::Vendor {
        return Err(Refusal::Input {
            field: "participant",
            why: "a vendor of the case",
        });
    }
    if agreed && !act.by.is_vendor() && reason.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    if participant.is_named() == agreed {
        return Ok(vec![]);
    }
    permit::ask_password(act, "agree-naming", agreed)?;
    Ok(vec![Change::of(
        participant.id,
        Event::NamingAgreed { agreed },
    )])
}

/// Waives the second step.
///
/// # Errors
/// [`Refusal::NoReason`].
pub fn waive_second_step(participant: &Participant, act: &Act) -> Result<Vec<Change>, Refusal> {
    if act.reason.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    Ok(vec![Change::of(participant.id, Event::SecondStepWaived)])
}

/// Records that a number is read out to a participant; `chars` is the length of the telephone number that is called.
///
/// # Errors
/// If the participant has left, or nothing says which number is called.
pub fn issue_phone_code(
    participant: &Participant,
    number: TextRef,
    chars: usize,
    source: NumberSource,
) -> Result<Vec<Change>, Refusal> {
    if participant.left {
        return Err(Refusal::NotFound("participant"));
    }
    if chars == 0 {
        return Err(Refusal::Input {
            field: "number",
            why: "say which number is called",
        });
    }
    Ok(vec![Change::of(
        participant.id,
        Event::PhoneCodeIssued { number, source },
    )])
}

/// Records a passed second step.
#[must_use]
pub fn pass_second_step(participant: &Participant, way: SecondStep) -> Vec<Change> {
    vec![Change::of(participant.id, Event::SecondStepPassed { way })]
}

/// Records that the party asks to be called; `chars` is the length of what it wrote.
///
/// # Errors
/// If the case is closed, or nothing says whom to call.
pub fn ask_call(
    case: &Case,
    participant: &Participant,
    text: TextRef,
    chars: usize,
) -> Result<Vec<Change>, Refusal> {
    case.open()?;
    if chars == 0 {
        return Err(Refusal::Input {
            field: "text",
            why: "say which number to call",
        });
    }
    Ok(vec![Change::of(participant.id, Event::CallAsked { text })])
}
