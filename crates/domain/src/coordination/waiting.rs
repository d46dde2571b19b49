//! For whom a case waits: the list of the desk asks here.

use crate::coordination::board::{self, Cell};
use crate::coordination::case::Case;
use crate::coordination::date::{self, Date, Said};
use crate::coordination::participant::Participant;
use crate::value::Part;

/// For whom a case waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    Us,
    Vendor,
    /// Whoever runs a website.
    Operator,
    Nobody,
}

/// For whom a case waits: for us while somebody has to decide or to approve (`is_ours`), a participant wishes to be called
/// (`is_call_open`), wants another date, or no mail reaches it, else for the vendors, or the operator of a website, that
/// have not answered. Nobody is waited for once it is out or closed.
#[must_use]
pub fn of_case(
    case: &Case,
    published: bool,
    is_ours: bool,
    participants: &[(&Participant, bool)],
) -> Waits {
    match (case.closed, published, is_ours) {
        (Some(_), _, _) | (None, true, false) => return Waits::Nobody,
        (None, _, true) => return Waits::Us,
        (None, false, false) => {}
    }
    let mut found = Waits::Us;
    for (participant, is_call_open) in participants {
        let wants_another = date::wishes_another(case, participant)
            || date::of(case, participant) == Date::Running(Said::Declined);
        if !participant.left
            && (participant.undeliverable.is_some() || wants_another || *is_call_open)
        {
            return Waits::Us;
        }
        if matches!(
            board::cell(participant, None),
            Cell::AskedSilent { .. } | Cell::Seen | Cell::Investigating
        ) {
            found = match participant.part {
                Part::Operator => Waits::Operator,
                _ => Waits::Vendor,
            };
        }
    }
    found
}
