//! What follows from an event: intents for the outbox, exhaustively.
//!
//! An intent is written in the transaction of its cause and carried out later, at least once, under a stable
//! name. This table is the only place that says which event causes what; a new variant does not compile
//! until it has a line here.

use crate::event::Event;
use crate::value::{AdvisoryId, ParticipantId, PartyId, StreamId};

/// Something to be done outside the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Write to a participant that the house wants to talk, without technical detail.
    FirstContact { participant: ParticipantId },
    /// Press the public tree anew.
    Press,
    /// Look at the plan's instant and release when it has come.
    Release {
        advisory: AdvisoryId,
        plan_sha256: String,
    },
    /// End whatever a party was sent at the contact point that it had before: links, numbers, sessions.
    EndAccess { party: PartyId },
    /// Tell the duty address that a date has come without an approved plan; contentless.
    DateWithoutPlan,
}

/// Returns what follows from `event` on `stream`.
#[must_use]
pub fn intents(stream: StreamId, event: &Event) -> Vec<Intent> {
    match event {
        // What came back is a fact about a mail, not a wish for another.
        Event::ContactAttempted {
            channel: crate::value::ContactChannel::Mail,
            elsewhere: false,
            result,
        } if *result != crate::value::ContactResult::Undeliverable => vec![Intent::FirstContact {
            participant: stream.into(),
        }],
        Event::PlanMade { plan_sha256, .. } => vec![Intent::Release {
            advisory: stream.into(),
            plan_sha256: plan_sha256.clone(),
        }],
        Event::ContactChanged { .. } => vec![Intent::EndAccess {
            party: stream.into(),
        }],
        Event::Published { .. } | Event::LedgerAnchored { .. } => vec![Intent::Press],
        Event::EmbargoEnded {
            why: crate::value::EmbargoEnd::Reached,
        } => vec![Intent::DateWithoutPlan],
        Event::HouseFounded { .. }
        | Event::PersonNamed { .. }
        | Event::HouseResumed { .. }
        | Event::CompartmentErased { .. }
        | Event::PartyRegistered { .. }
        | Event::StandingAgreed { .. }
        | Event::ReportReceived { .. }
        | Event::ReportSorted { .. }
        | Event::ReportQuestioned { .. }
        | Event::ReportAnswered { .. }
        | Event::ReportAccepted { .. }
        | Event::ReportAcceptedAsPublic { .. }
        | Event::ReportDeclined { .. }
        | Event::ReportMerged { .. }
        | Event::ReportWithdrawn
        | Event::TextRead { .. }
        | Event::CredentialSet { .. }
        | Event::LinkIssued { .. }
        | Event::PersonEnded { .. }
        | Event::VulnerabilityNamed { .. }
        | Event::SecondStepPassed { .. }
        | Event::SecondStepWaived
        | Event::CallAsked { .. }
        | Event::CaseOpened { .. }
        | Event::CaseTextAdded { .. }
        | Event::CaseFactsNoted { .. }
        | Event::ReportJoined { .. }
        | Event::WorldFactObserved { .. }
        | Event::ClockStarted
        | Event::EmbargoProposed { .. }
        | Event::EmbargoActivated { .. }
        | Event::EmbargoRejected
        | Event::EmbargoRevisionProposed { .. }
        | Event::EmbargoRevised { .. }
        | Event::EmbargoRevisionRejected
        | Event::EmbargoEnded { .. }
        | Event::CaseClosed { .. }
        | Event::ParticipantJoined { .. }
        | Event::ContactAttempted { .. }
        | Event::ReceiptConfirmed
        | Event::BasisRecorded { .. }
        | Event::DetailsSent { .. }
        | Event::DateInvited { .. }
        | Event::DateAgreed { .. }
        | Event::DateCountered { .. }
        | Event::DateDeclined
        | Event::DateLapsed
        | Event::RmMoved { .. }
        | Event::AnswerRecorded { .. }
        | Event::StatementRecorded { .. }
        | Event::OwnTicketRecorded { .. }
        | Event::NamingAgreed { .. }
        | Event::ParticipantLeft { .. }
        | Event::AdvisoryDrafted { .. }
        | Event::PlanApproved { .. }
        | Event::PlanAborted { .. }
        | Event::Subscribed { .. }
        | Event::Unsubscribed
        | Event::CopyGivenUp { .. }
        | Event::CopyAcknowledged { .. } => vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::EmbargoEnd;

    fn check(why: EmbargoEnd, expected: &[Intent]) {
        let stream = StreamId(uuid::Uuid::from_bytes([1; 16]));
        assert_eq!(intents(stream, &Event::EmbargoEnded { why }), expected);
    }

    #[test]
    fn only_a_date_that_came_without_a_publication_is_told_to_the_duty() {
        check(EmbargoEnd::Reached, &[Intent::DateWithoutPlan]);
        for why in [
            EmbargoEnd::Published,
            EmbargoEnd::Public,
            EmbargoEnd::Attacked,
            EmbargoEnd::Ready,
        ] {
            check(why, &[]);
        }
    }
}
