//! Every event has a golden file: the archive's language changes by addition only (docs/design/settled.md §4.2).
//!
//! `NOROSHI_BLESS=1` writes missing files; a changed file is a decision that its commit explains.

use std::collections::BTreeSet;
use std::path::PathBuf;

use domain::act::Act;
use domain::event::{Document, Event, Recorded, Signed};
use domain::machine::rm::RmEvent;
use domain::role::Role;
use domain::text::class::{Class, Compartment};
use domain::value::*;

#[cfg(test)]
#[path = "events/approvers.rs"]
mod approvers;

/// Number of variants; [`place`] does not compile until a new one has a line.
const VARIANTS: usize = 72;

fn place(event: &Event) -> usize {
    match event {
        Event::PhoneCodeIssued { .. } => 71,
        Event::ApproversProposed { .. } => 67,
        Event::ApproversSigned { .. } => 68,
        Event::ApproversWithdrawn { .. } => 69,
        Event::ApproversChanged { .. } => 70,
        Event::ReportJoined { .. } => 53,
        Event::LinkIssued { .. } => 62,
        Event::CredentialSet { .. } => 54,
        Event::PersonEnded { .. } => 55,
        Event::TextRead { .. } => 56,
        Event::VulnerabilityNamed { .. } => 57,
        Event::SecondStepPassed { .. } => 58,
        Event::CopyGivenUp { .. } => 61,
        Event::SecondStepWaived => 59,
        Event::CallAsked { .. } => 60,
        Event::HouseFounded { .. } => 0,
        Event::PersonNamed { .. } => 1,
        Event::LedgerAnchored { .. } => 2,
        Event::HouseResumed { .. } => 3,
        Event::CompartmentErased { .. } => 4,
        Event::PartyRegistered { .. } => 5,
        Event::StandingAgreed { .. } => 6,
        Event::ContactChanged { .. } => 7,
        Event::ReportReceived { .. } => 8,
        Event::ReportSorted { .. } => 9,
        Event::ReportQuestioned { .. } => 10,
        Event::ReportAnswered { .. } => 11,
        Event::ReportAccepted { .. } => 12,
        Event::ReportAcceptedAsPublic { .. } => 13,
        Event::ReportDeclined { .. } => 14,
        Event::ReportMerged { .. } => 15,
        Event::ReportWithdrawn => 16,
        Event::CaseOpened { .. } => 17,
        Event::CaseTextAdded { .. } => 18,
        Event::CaseFactsNoted { .. } => 19,
        Event::WorldFactObserved { .. } => 20,
        Event::ClockStarted => 21,
        Event::EmbargoProposed { .. } => 22,
        Event::EmbargoActivated { .. } => 23,
        Event::EmbargoRejected => 24,
        Event::EmbargoRevisionProposed { .. } => 25,
        Event::EmbargoRevised { .. } => 26,
        Event::EmbargoRevisionRejected => 27,
        Event::EmbargoEnded { .. } => 28,
        Event::CaseClosed { .. } => 29,
        Event::CaseReopened => 64,
        Event::ParticipantJoined { .. } => 30,
        Event::ContactAttempted { .. } => 31,
        Event::ReceiptConfirmed => 32,
        Event::BasisRecorded { .. } => 33,
        Event::DetailsSent { .. } => 34,
        Event::DateInvited { .. } => 35,
        Event::DateAgreed { .. } => 36,
        Event::DateCountered { .. } => 37,
        Event::DateDeclined => 38,
        Event::DateLapsed => 39,
        Event::RmMoved { .. } => 40,
        Event::AnswerRecorded { .. } => 41,
        Event::AnswerWithdrawn { .. } => 65,
        Event::StatementRecorded { .. } => 42,
        Event::OwnTicketRecorded { .. } => 43,
        Event::NamingAgreed { .. } => 63,
        Event::ParticipantLeft { .. } => 44,
        Event::AdvisoryDrafted { .. } => 45,
        Event::PlanMade { .. } => 46,
        Event::PlanApproved { .. } => 47,
        Event::PlanAborted { .. } => 48,
        Event::ReleaseHeld { .. } => 66,
        Event::Published { .. } => 49,
        Event::Subscribed { .. } => 50,
        Event::Unsubscribed => 51,
        Event::CopyAcknowledged { .. } => 52,
    }
}

fn text(class: Class) -> TextRef {
    TextRef {
        body: BodyId::from_bytes([1; 16]),
        dossier: StreamId::from_bytes([2; 16]),
        class,
        lang: Lang::Ja,
    }
}

fn document() -> Document {
    Document {
        kind: "csaf".into(),
        sha256: "00".repeat(32),
        body: BodyId::from_bytes([3; 16]),
    }
}

fn answer() -> ProductAnswer {
    ProductAnswer {
        product: Some("Muteki OS".into()),
        versions: "< 4.2.7".into(),
        answer: VendorAnswer::Affected,
        fixed_in: Some("4.2.7".into()),
        vulnerability: None,
        because: None,
    }
}

fn samples() -> Vec<Event> {
    let case = CaseId::from_bytes([4; 16]);
    let until = Instant(1_790_000_000_000_000);
    let participant = ParticipantId::from_bytes([5; 16]);
    let mut out = vec![
        Event::HouseFounded {
            name_ja: "狼煙調整センター".into(),
            name_en: "Noroshi".into(),
            profile: "jp-partnership".into(),
            series: "NRS".into(),
            quorum: 2,
        },
        Event::PersonNamed {
            person: PersonId::from_bytes([6; 16]),
            handle: "coordinator".into(),
            role: Role::Coordinator,
            founding: true,
            approval_key: Some("00".repeat(32)),
        },
        Event::LedgerAnchored {
            seq: 7,
            root: "00".repeat(32),
            leaf: "{}".into(),
        },
        Event::HouseResumed {
            compared: "archive log".into(),
        },
        Event::CompartmentErased {
            dossier: StreamId::from_bytes([2; 16]),
            compartment: Compartment::Identity,
            epoch: 2,
        },
        Event::PartyRegistered {
            name_ja: "株式会社霧笛電子計算機".into(),
            name_en: "Muteki".into(),
            kana: "ムテキ".into(),
            contact: Some(text(Class::C)),
            lang: Lang::Ja,
            listed: true,
        },
        Event::StandingAgreed {
            version: "2024-06".into(),
        },
        Event::ContactChanged {
            contact: text(Class::C),
        },
        Event::ReportReceived {
            handling: "4821-7730-0".into(),
            report: ReportKind::Product,
            channel: ContactChannel::Form,
            lookup: Some("00".repeat(32)),
            mailbox: Some("00".repeat(32)),
            consent: "1".into(),
            text: text(Class::U),
            finder: Some(text(Class::H)),
            contact: Some(text(Class::C)),
            form: None,
            fields: vec![],
            told: None,
        },
        Event::ReportSorted {
            of: BodyId::from_bytes([1; 16]),
            parts: vec![text(Class::V), text(Class::T)],
        },
        Event::ReportQuestioned {
            text: text(Class::Y),
        },
        Event::ReportAnswered {
            text: text(Class::U),
        },
        Event::ReportAccepted { case },
        Event::ReportAcceptedAsPublic { case },
        Event::ReportDeclined {
            reason: DeclineReason::NotVulnerability,
            text: Some(text(Class::Y)),
        },
        Event::ReportMerged { case },
        Event::ReportWithdrawn,
        Event::CaseOpened {
            number: "NRS-48217734".into(),
            report: ReportId::from_bytes([8; 16]),
            already_public: false,
            track: None,
        },
        Event::CaseTextAdded {
            field: Field::Workaround,
            text: text(Class::W),
        },
        Event::CaseFactsNoted {
            facts: text(Class::V),
        },
        Event::WorldFactObserved {
            fact: WorldFact::ExploitPublic,
        },
        Event::ReportJoined {
            report: ReportId::from_bytes([8; 16]),
        },
        Event::ClockStarted,
        Event::EmbargoProposed { until },
        Event::EmbargoActivated {
            until,
            by: participant,
        },
        Event::EmbargoRejected,
        Event::EmbargoRevisionProposed { until },
        Event::EmbargoRevised { until },
        Event::EmbargoRevisionRejected,
        Event::EmbargoEnded {
            why: EmbargoEnd::Reached,
        },
        Event::CaseClosed {
            code: ClosureCode::Published,
        },
        Event::CaseReopened,
        Event::ParticipantJoined {
            case,
            party: PartyId::from_bytes([9; 16]),
            part: Part::Vendor,
            tracking: "TN#45678901".into(),
        },
        Event::ContactAttempted {
            channel: ContactChannel::Mail,
            result: ContactResult::Tried,
            elsewhere: false,
        },
        Event::ReceiptConfirmed,
        Event::BasisRecorded {
            basis: ConfidentialityBasis::AdHoc {
                version: "1".into(),
            },
        },
        Event::DetailsSent {
            bodies: vec![BodyId::from_bytes([1; 16])],
        },
        Event::DateInvited { until },
        Event::DateAgreed { until },
        Event::DateCountered { until },
        Event::DateDeclined,
        Event::DateLapsed,
        Event::RmMoved {
            event: RmEvent::Validate,
        },
        Event::AnswerRecorded {
            answer: answer(),
            unasked: false,
        },
    ];
    out.extend(later_samples(case, until));
    out.extend(approvers::samples());
    out
}

fn later_samples(case: CaseId, until: Instant) -> Vec<Event> {
    vec![
        Event::StatementRecorded {
            statement: StatementKind::Statement,
            text: text(Class::R),
            unasked: false,
            about: None,
        },
        Event::AnswerWithdrawn {
            product: Some("Example".into()),
            versions: "<= 2.4".into(),
            vulnerability: None,
        },
        Event::OwnTicketRecorded {
            ticket: text(Class::R),
        },
        Event::ReleaseHeld {
            plan_sha256: "0".repeat(64),
            codes: vec!["sign.quorum".into(), "sign.key_rests".into()],
        },
        Event::ParticipantLeft {
            honours_embargo: true,
        },
        Event::AdvisoryDrafted {
            case,
            revision: 1,
            stage: AdvisoryStage::Final,
            texts: vec![(Field::Title, text(Class::V))],
            facts: text(Class::V),
        },
        Event::PlanMade {
            revision: 1,
            plan: "{}".into(),
            plan_sha256: "00".repeat(32),
            instant: until,
            documents: vec![document()],
            emergency: false,
            case_version: 3,
        },
        Event::PlanApproved {
            plan_sha256: "00".repeat(32),
            person: PersonId::from_bytes([6; 16]),
            at: until,
            signature: "00".repeat(64),
        },
        Event::PlanAborted {
            plan_sha256: "00".repeat(32),
        },
        Event::Published {
            number: "NRS-48217734".into(),
            revision: 1,
            plan_sha256: "00".repeat(32),
            instant: until,
            files: vec![document()],
            signatures: vec![Signed {
                kind: "csaf".into(),
                form: "detached".into(),
                sha256: "11".repeat(32),
            }],
            leaves: vec!["{}".into()],
            persons: 2,
        },
        Event::Subscribed {
            address: text(Class::C),
            lang: Lang::Ja,
            scope: Scope::Vendor {
                name: "ムテキ".into(),
            },
            reference: "abcdefgh".into(),
            mailbox: None,
            channel: CopyChannel::Mail,
        },
        Event::Unsubscribed,
        Event::CopyAcknowledged {
            advisory: AdvisoryId::from_bytes([10; 16]),
            revision: 1,
            way: AckWay::Reply,
        },
        Event::CredentialSet {
            person: PersonId::from_bytes([6; 16]),
        },
        Event::LinkIssued {
            person: PersonId::from_bytes([6; 16]),
        },
        Event::PersonEnded {
            person: PersonId::from_bytes([6; 16]),
        },
        Event::TextRead {
            body: BodyId::from_bytes([1; 16]),
            class: Class::T,
        },
        Event::VulnerabilityNamed {
            label: "2".into(),
            text: text(Class::V),
        },
        Event::SecondStepPassed {
            way: SecondStep::Telephone,
        },
        Event::SecondStepWaived,
        Event::NamingAgreed { agreed: true },
        Event::CopyGivenUp {
            advisory: AdvisoryId::from_bytes([10; 16]),
            revision: 1,
        },
        Event::CallAsked {
            text: text(Class::C),
        },
    ]
}

const RECORDED_AT: Instant = Instant(1_089_244_800_000_000);

/// A record is written as its golden file, and the file reads as the record.
#[cfg(test)]
fn check(name: &str, recorded: &Recorded) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/events");
    let path = folder.join(format!("{name}.json"));
    let written = serde_json::to_value(recorded).unwrap();
    let text = format!("{}\n", serde_json::to_string_pretty(&written).unwrap());
    if !path.exists() && std::env::var_os("NOROSHI_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let golden =
        std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{name} has no golden file"));
    assert_eq!(text, golden, "{name}");
    let read = serde_json::from_str::<Recorded>(&golden).unwrap();
    assert_eq!(read, *recorded, "{name}");
}

/// Who can act, by the name of a golden file. A variant without a line here does not compile.
fn actor_file(by: Actor) -> &'static str {
    match by {
        Actor::Person { .. } => "by_person",
        Actor::Clock => "by_clock",
        Actor::Stranger { .. } => "by_stranger",
        Actor::Finder { .. } => "by_finder",
        Actor::Vendor { account: None, .. } => "by_vendor",
        Actor::Vendor {
            account: Some(_), ..
        } => "by_vendor_account",
        Actor::Member { .. } => "by_member",
        Actor::Operator => "by_operator",
        Actor::House => "by_house",
    }
}

#[test]
fn whoever_acts_reads_and_writes_as_its_golden_file() {
    let participant = ParticipantId::from_bytes([5; 16]);
    let actors = [
        Actor::Person {
            id: PersonId::from_bytes([6; 16]),
            role: Role::Coordinator,
        },
        Actor::Clock,
        Actor::Stranger {
            inlet: Inlet::Portal,
        },
        Actor::Finder {
            report: ReportId::from_bytes([8; 16]),
        },
        Actor::Vendor {
            participant,
            account: None,
        },
        Actor::Vendor {
            participant,
            account: Some(AccountId::from_bytes([11; 16])),
        },
        Actor::Member {
            subscriber: SubscriberId::from_bytes([12; 16]),
        },
        Actor::Operator,
        Actor::House,
    ];
    for by in actors {
        let act = Act::of(by, RECORDED_AT);
        check(
            actor_file(by),
            &Recorded::of(&act, "golden", Event::ReportWithdrawn),
        );
    }
}

#[test]
fn where_it_is_said_who_acted_that_decides() {
    let (before, now) = (PersonId::from_bytes([6; 16]), PersonId::from_bytes([7; 16]));
    let act = Act::of_person(before, Role::Coordinator, RECORDED_AT);
    let mut recorded = Recorded::of(&act, "golden", Event::ReportWithdrawn);
    recorded.by = None;
    assert_eq!(recorded.person(), before);
    recorded.by = Some(Actor::Person {
        id: now,
        role: Role::Analysis,
    });
    assert_eq!(recorded.person(), now);
}

#[test]
fn every_event_reads_and_writes_as_its_golden_file() {
    let mut seen = BTreeSet::new();
    for event in samples() {
        seen.insert(place(&event));
        let recorded = recorded(event);
        let written = serde_json::to_value(&recorded).unwrap();
        check(written["event"]["kind"].as_str().unwrap(), &recorded);
    }
    assert_eq!(seen.len(), VARIANTS, "a variant has no sample");
}

/// What events gained after they were first written, each with a golden file of its own.
fn additions() -> Vec<(&'static str, Recorded)> {
    let field = |key, value| ReportField { key, value };
    let received = |form, fields, told| Event::ReportReceived {
        handling: "4821-7730-0".into(),
        report: ReportKind::Site,
        channel: ContactChannel::Form,
        lookup: Some("00".repeat(32)),
        mailbox: Some("00".repeat(32)),
        consent: "1".into(),
        text: text(Class::U),
        finder: Some(text(Class::H)),
        contact: None,
        form,
        fields,
        told,
    };
    let fields = vec![
        field(ReportKey::What, FieldValue::Text(text(Class::U))),
        field(ReportKey::Share, FieldValue::Code("yes".into())),
    ];
    let by_form = received(Some(ReportForm::Site), fields, None);
    let renumbered = received(None, vec![], Some("1111-1111-5".into()));
    let by_letter = Recorded {
        letter: Some("0b".repeat(16)),
        ..recorded(Event::ReportAnswered {
            text: text(Class::U),
        })
    };
    let on_a_track = Event::CaseOpened {
        number: "NRS-48217734".into(),
        report: ReportId::from_bytes([8; 16]),
        already_public: false,
        track: Some(Track::Site),
    };
    vec![
        ("report_received.form", recorded(by_form)),
        ("report_received.told", recorded(renumbered)),
        ("report_answered.letter", by_letter),
        ("case_opened.track", recorded(on_a_track)),
    ]
}

fn recorded(event: Event) -> Recorded {
    Recorded {
        actor: PersonId::from_bytes([6; 16]),
        role: Role::Coordinator,
        occurred_at: Instant(1_089_244_800_000_000),
        reason: String::new(),
        command: "golden".into(),
        letter: None,
        by: None,
        event,
    }
}

#[test]
fn what_was_added_to_an_event_reads_and_writes_as_its_golden_file() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/events");
    for (name, recorded) in additions() {
        let text = format!("{}\n", serde_json::to_string_pretty(&recorded).unwrap());
        let golden = std::fs::read_to_string(folder.join(format!("{name}.json")))
            .unwrap_or_else(|_| panic!("{name} has no golden file"));
        assert_eq!(text, golden, "{name}");
        assert_eq!(
            serde_json::from_str::<Recorded>(&golden).unwrap(),
            recorded,
            "{name}"
        );
    }
}

#[test]
fn a_text_about_one_product_reads_as_it_was_written() {
    let event = Event::StatementRecorded {
        statement: StatementKind::Fix,
        text: text(Class::F),
        unasked: false,
        about: Some(About {
            product: "Gateway".into(),
            versions: "< 3.2.1".into(),
        }),
    };
    let written = serde_json::to_value(&event).unwrap();
    assert_eq!(
        written["about"],
        serde_json::json!({ "product": "Gateway", "versions": "< 3.2.1" })
    );
    assert_eq!(serde_json::from_value::<Event>(written).unwrap(), event);
}

#[test]
fn an_embargo_that_ended_by_its_publication_has_a_word_of_its_own() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/events");
    let golden = std::fs::read_to_string(folder.join("embargo_ended.published.json")).unwrap();
    let recorded: Recorded = serde_json::from_str(&golden).unwrap();
    let why = EmbargoEnd::Published;
    assert_eq!(recorded.event, Event::EmbargoEnded { why });
    let written = serde_json::to_string_pretty(&recorded).unwrap();
    assert_eq!(format!("{written}\n"), golden);
}
