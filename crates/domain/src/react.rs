//! What follows from an event: intents for the outbox, exhaustively.
//!
//! An intent is written in the transaction of its cause and carried out later, at least once, under a stable
//! name. This table is the only place that says which event causes what; a new variant does not compile
//! until it has a line here.

use crate::aggregate::Aggregate;
use crate::event::Event;
use crate::value::{AdvisoryId, Instant, ParticipantId, StreamId};

/// Something to be done outside the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Write to a participant that the house wants to talk, without technical detail.
    FirstContact { participant: ParticipantId },
    /// Press the public tree anew.
    Press,
    /// Release a plan when its instant has come.
    Release {
        advisory: AdvisoryId,
        plan_sha256: String,
        instant: Instant,
    },
    /// End links, numbers and sessions: of a party those of the contact point that it had before, of a participant that
    /// has left all of them.
    EndAccess { of: StreamId },
    /// Tell the duty address that a date has come without an approved plan; contentless.
    DateWithoutPlan,
    /// Tell the duty address that a plan is due and cannot go; contentless.
    ReleaseHeld { plan_sha256: String },
}

/// The kinds of intents, as the outbox names them for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IntentKind {
    FirstContact,
    Press,
    Release,
    EndAccess,
    DateWithoutPlan,
    ReleaseHeld,
}

impl IntentKind {
    pub const ALL: [IntentKind; 6] = [
        IntentKind::FirstContact,
        IntentKind::Press,
        IntentKind::Release,
        IntentKind::EndAccess,
        IntentKind::DateWithoutPlan,
        IntentKind::ReleaseHeld,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            IntentKind::FirstContact => "first_contact",
            IntentKind::Press => "press",
            IntentKind::Release => "release",
            IntentKind::EndAccess => "end_access",
            IntentKind::DateWithoutPlan => "date_without_plan",
            IntentKind::ReleaseHeld => "release_held",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<IntentKind> {
        IntentKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Intent {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> IntentKind {
        match self {
            Intent::FirstContact { .. } => IntentKind::FirstContact,
            Intent::Press => IntentKind::Press,
            Intent::Release { .. } => IntentKind::Release,
            Intent::EndAccess { .. } => IntentKind::EndAccess,
            Intent::DateWithoutPlan => IntentKind::DateWithoutPlan,
            Intent::ReleaseHeld { .. } => IntentKind::ReleaseHeld,
        }
    }

    /// When it is to be done: at once, unless it waits for an instant of its own.
    #[must_use]
    pub fn due(&self, now: Instant) -> Instant {
        match self {
            Intent::Release { instant, .. } => *instant,
            Intent::FirstContact { .. }
            | Intent::Press
            | Intent::EndAccess { .. }
            | Intent::DateWithoutPlan
            | Intent::ReleaseHeld { .. } => now,
        }
    }
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
        Event::PlanMade {
            plan_sha256,
            instant,
            ..
        } => vec![Intent::Release {
            advisory: stream.into(),
            plan_sha256: plan_sha256.clone(),
            instant: *instant,
        }],
        // Whoever comes back too: what an older program left open when it left opens nothing.
        Event::ContactChanged { .. }
        | Event::ParticipantLeft { .. }
        | Event::ParticipantReturned => {
            vec![Intent::EndAccess { of: stream }]
        }
        Event::Published { .. } | Event::LedgerAnchored { .. } | Event::ApproversChanged { .. } => {
            vec![Intent::Press]
        }
        Event::EmbargoEnded {
            why: crate::value::EmbargoEnd::Reached,
        } => vec![Intent::DateWithoutPlan],
        Event::ReleaseHeld { plan_sha256, .. } => vec![Intent::ReleaseHeld {
            plan_sha256: plan_sha256.clone(),
        }],
        Event::HouseFounded { .. }
        | Event::PersonNamed { .. }
        | Event::HouseResumed { .. }
        | Event::HouseCounted { .. }
        | Event::AlarmTaken { .. }
        | Event::ApproversProposed { .. }
        | Event::ApproversSigned { .. }
        | Event::ApproversWithdrawn { .. }
        | Event::ErasureRequested { .. }
        | Event::ErasureApproved { .. }
        | Event::ErasureWithdrawn { .. }
        | Event::CompartmentErased { .. }
        | Event::BackupDestroyed { .. }
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
        | Event::PhoneCodeIssued { .. }
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
        | Event::CaseReopened
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
        | Event::AnswerWithdrawn { .. }
        | Event::StatementRecorded { .. }
        | Event::OwnTicketRecorded { .. }
        | Event::NamingAgreed { .. }
        | Event::AdvisoryDrafted { .. }
        | Event::PlanApproved { .. }
        | Event::PlanAborted { .. }
        | Event::Subscribed { .. }
        | Event::Unsubscribed
        | Event::CopyGivenUp { .. }
        | Event::CopyAcknowledged { .. } => vec![],
    }
}

/// Returns what need not be waited for any more once `event` follows on `before`: the release of a plan that it
/// replaces or takes back, and the call for one that was held.
#[must_use]
pub fn ended(before: &Aggregate, event: &Event) -> Vec<Intent> {
    let Aggregate::Advisory(advisory) = before else {
        return vec![];
    };
    let Some(plan) = &advisory.plan else {
        return vec![];
    };
    let (is_replaced, is_out) = match event {
        Event::PlanMade { plan_sha256, .. } => (plan.sha256 != *plan_sha256, false),
        Event::PlanAborted { plan_sha256 } => (plan.sha256 == *plan_sha256, false),
        Event::Published { .. } => (false, true),
        _ => (false, false),
    };
    let release = is_replaced.then(|| Intent::Release {
        advisory: advisory.id,
        plan_sha256: plan.sha256.clone(),
        instant: plan.instant,
    });
    let call = (is_replaced || is_out) && advisory.held.is_some();
    let call = call.then(|| Intent::ReleaseHeld {
        plan_sha256: plan.sha256.clone(),
    });
    release.into_iter().chain(call).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::{Advisory, Plan};
    use crate::value::{EmbargoEnd, PersonId};

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

    const STREAM: [u8; 16] = [1; 16];
    const NOW: Instant = Instant(1);
    const PLANNED: Instant = Instant(5);

    fn made(plan_sha256: &str) -> Event {
        Event::PlanMade {
            revision: 1,
            plan: String::new(),
            plan_sha256: plan_sha256.to_owned(),
            instant: PLANNED,
            documents: vec![],
            emergency: false,
            case_version: 1,
        }
    }

    fn aborted(plan_sha256: &str) -> Event {
        let plan_sha256 = plan_sha256.to_owned();
        Event::PlanAborted { plan_sha256 }
    }

    fn release(plan_sha256: &str) -> Intent {
        Intent::Release {
            advisory: AdvisoryId::from_bytes(STREAM),
            plan_sha256: plan_sha256.to_owned(),
            instant: PLANNED,
        }
    }

    #[test]
    fn a_plan_is_released_at_its_instant_and_what_else_follows_is_done_at_once() {
        let stream = StreamId(uuid::Uuid::from_bytes(STREAM));
        assert_eq!(intents(stream, &made("ab")), [release("ab")]);
        assert_eq!(release("ab").due(NOW), PLANNED);
        assert_eq!(Intent::Press.due(NOW), NOW);
    }

    #[test]
    fn a_plan_that_is_replaced_or_taken_back_is_not_waited_for() {
        let mut advisory = Advisory::new(AdvisoryId::from_bytes(STREAM));
        advisory.plan = Some(Plan {
            revision: 1,
            bytes: String::new(),
            sha256: "ab".to_owned(),
            instant: PLANNED,
            documents: vec![],
            author: PersonId::from_bytes([2; 16]),
            emergency: false,
            case_version: 1,
            made: Instant(0),
            approvals: vec![],
        });
        let before = Aggregate::Advisory(advisory.clone());
        for (event, is_ended) in [
            (made("cd"), true),
            (aborted("ab"), true),
            (made("ab"), false),
            (aborted("cd"), false),
            (Event::ReportWithdrawn, false),
        ] {
            let expected: Vec<Intent> = is_ended.then(|| release("ab")).into_iter().collect();
            assert_eq!(ended(&before, &event), expected, "{event:?}");
        }
        // Nobody is called any more for one that was held.
        advisory.held = Some(crate::publication::Held {
            since: PLANNED,
            codes: vec!["sign.quorum".to_owned()],
        });
        let call = Intent::ReleaseHeld {
            plan_sha256: "ab".to_owned(),
        };
        let held = Aggregate::Advisory(advisory.clone());
        assert_eq!(ended(&held, &made("cd")), [release("ab"), call.clone()]);
        assert_eq!(ended(&held, &aborted("ab")), [release("ab"), call]);
        advisory.plan = None;
        assert_eq!(ended(&Aggregate::Advisory(advisory), &made("ab")), []);
    }
}
