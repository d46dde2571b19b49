//! For whom a case waits: the list of the desk asks here.

use crate::coordination::board::{self, Cell};
use crate::coordination::case::Case;
use crate::coordination::date;
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

/// Where the publication of a case stands, for whoever may be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication {
    /// Nothing is planned.
    Open,
    /// Somebody of the house has to decide, to approve, or to look why an approved plan cannot go.
    Ours,
    /// An approved plan goes at its instant by itself: whoever has not answered by then is named as silent.
    Goes,
    /// It is out.
    Out,
}

/// For whom a case waits: for us while somebody has to decide or to approve, a participant wishes to be called
/// (`is_call_open`), wants another date, or no mail reaches it, else for the vendors, or the operator of a website, that
/// have not answered. Nobody is waited for once a plan goes by itself, or it is out or closed.
#[must_use]
pub fn of_case(
    case: &Case,
    publication: Publication,
    participants: &[(&Participant, bool)],
) -> Waits {
    let goes = publication == Publication::Goes;
    match (case.closed, publication) {
        (Some(_), _) | (None, Publication::Out) => return Waits::Nobody,
        (None, Publication::Ours) => return Waits::Us,
        (None, Publication::Open | Publication::Goes) => {}
    }
    let mut found = if goes { Waits::Nobody } else { Waits::Us };
    for (participant, is_call_open) in participants {
        let wants_another =
            date::wishes_another(case, participant) || date::says_no(case, participant);
        if !participant.left
            && (participant.undeliverable.is_some() || wants_another || *is_call_open)
        {
            return Waits::Us;
        }
        let is_silent = matches!(
            board::cell(participant, None),
            Cell::AskedSilent { .. } | Cell::Seen | Cell::Investigating
        );
        if is_silent && !goes {
            found = match participant.part {
                Part::Operator => Waits::Operator,
                _ => Waits::Vendor,
            };
        }
    }
    found
}
