//! Which clocks run for a case and for each of its vendors (docs/design/process.md §1.14).

use crate::clock::table::Milestone;
use crate::coordination::board::{self, Cell};
use crate::coordination::case::Case;
use crate::coordination::participant::Participant;
use crate::office::{Due, Office};
use crate::value::{Part, Track};

/// The deadline of a case that is not published: the date in force, or the target in its place; of a website, by when its
/// operator has mended it.
#[must_use]
pub fn of_case(office: Office, case: &Case, track: Track) -> Option<Due> {
    match case.until.filter(|_| case.em.in_force()) {
        Some(until) => Some(Due::at("embargo", until)),
        None if !track.is_for_the_public() => {
            office.due("site.fix", &[(Milestone::SiteNotified, case.clock_start?)])
        }
        None => {
            let began = (Milestone::ContactBegan, case.clock_start?);
            office.due("case.target_publication", &[began])
        }
    }
}

/// What runs for a vendor: its receipt after the details, or its answer after the first letter or its last reply. The
/// operator of a website is waited for as long, and by its own name.
#[must_use]
pub fn of_vendor(office: Office, participant: &Participant) -> Option<Due> {
    if participant.left || !matches!(participant.part, Part::Vendor | Part::Operator) {
        return None;
    }
    let has_heard = participant.seen_at.is_some() || participant.worked_at.is_some();
    let (key, milestone, at) = match (participant.details_at, participant.replied_at) {
        // What was said before the details is no receipt of them.
        (Some(sent), _) if !has_heard => ("vendor.receipt", Milestone::DetailsSent, sent),
        // Whoever never answered the first letter is silent from then on.
        (None, None) => (
            "vendor.silence",
            Milestone::LastReply,
            participant.asked_at?,
        ),
        (_, Some(replied))
            if matches!(
                board::cell(participant, None),
                Cell::Seen | Cell::Investigating
            ) =>
        {
            let last = participant
                .details_at
                .map_or(replied, |sent| sent.max(replied));
            ("vendor.silence", Milestone::LastReply, last)
        }
        _ => return None,
    };
    let due = office.due(key, &[(milestone, at)])?;
    let clock = match (participant.part, key) {
        (Part::Operator, "vendor.receipt") => "operator.receipt",
        (Part::Operator, _) => "operator.silence",
        _ => key,
    };
    Some(Due { clock, ..due })
}
