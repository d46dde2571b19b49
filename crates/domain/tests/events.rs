//! Every event has a golden file: the archive's language changes by addition only (docs/design/settled.md §4.2).
//!
//! `NOROSHI_BLESS=1` writes missing files; a changed file is a decision that its commit explains.

use std::{collections::BTreeSet, path::PathBuf};

use domain::act::Act;
use domain::event::{Document, Event, Recorded, Signed};
use domain::machine::rm::RmEvent;
use domain::role::Role;
use domain::text::class::{Class, Compartment};
use domain::value::*;

#[cfg(test)]
#[path = "events/approvers.rs"]
mod approvers;

#[cfg(test)]
#[path = "events/house.rs"]
mod house;

#[cfg(test)]
#[path = "events/folding.rs"]
mod folding;

/// Number of variants; [`place`] does not compile until a new one has a line.
const VARIANTS: usize = 79;

/// The variant's number, and the kind of stream that it changes; `""` if it is recorded to be looked up and changes none.
#[rustfmt::skip]
fn place(event: &Event) -> (usize, &'static str) {
    match event {
        Event::HouseFounded { .. } => (0, "house"),
        Event::PersonNamed { .. } => (1, "house"),
        Event::LedgerAnchored { .. } => (2, "house"),
        Event::HouseResumed { .. } => (3, ""),
        Event::CompartmentErased { .. } => (4, "house"),
        Event::PartyRegistered { .. } => (5, "party"),
        Event::StandingAgreed { .. } => (6, "party"),
        Event::ContactChanged { .. } => (7, "party"),
        Event::ReportReceived { .. } => (8, "report"),
        Event::ReportSorted { .. } => (9, "report"),
        Event::ReportQuestioned { .. } => (10, "report"),
        Event::ReportAnswered { .. } => (11, "report"),
        Event::ReportAccepted { .. } => (12, "report"),
        Event::ReportAcceptedAsPublic { .. } => (13, "report"),
        Event::ReportDeclined { .. } => (14, "report"),
        Event::ReportMerged { .. } => (15, "report"),
        Event::ReportWithdrawn => (16, "report"),
        Event::CaseOpened { .. } => (17, "case"),
        Event::CaseTextAdded { .. } => (18, "case"),
        Event::CaseFactsNoted { .. } => (19, "case"),
        Event::WorldFactObserved { .. } => (20, "case"),
        Event::ClockStarted => (21, "case"),
        Event::EmbargoProposed { .. } => (22, "case"),
        Event::EmbargoActivated { .. } => (23, "case"),
        Event::EmbargoRejected => (24, "case"),
        Event::EmbargoRevisionProposed { .. } => (25, "case"),
        Event::EmbargoRevised { .. } => (26, "case"),
        Event::EmbargoRevisionRejected => (27, "case"),
        Event::EmbargoEnded { .. } => (28, "case"),
        Event::CaseClosed { .. } => (29, "case"),
        Event::ParticipantJoined { .. } => (30, "participant"),
        Event::ContactAttempted { .. } => (31, "participant"),
        Event::ReceiptConfirmed => (32, "participant"),
        Event::BasisRecorded { .. } => (33, "participant"),
        Event::DetailsSent { .. } => (34, "participant"),
        Event::DateInvited { .. } => (35, "participant"),
        Event::DateAgreed { .. } => (36, "participant"),
        Event::DateCountered { .. } => (37, "participant"),
        Event::DateDeclined => (38, "participant"),
        Event::DateLapsed => (39, "participant"),
        Event::RmMoved { .. } => (40, "participant"),
        Event::AnswerRecorded { .. } => (41, "participant"),
        Event::StatementRecorded { .. } => (42, "participant"),
        Event::OwnTicketRecorded { .. } => (43, "participant"),
        Event::ParticipantLeft { .. } => (44, "participant"),
        Event::AdvisoryDrafted { .. } => (45, "advisory"),
        Event::PlanMade { .. } => (46, "advisory"),
        Event::PlanApproved { .. } => (47, "advisory"),
        Event::PlanAborted { .. } => (48, "advisory"),
        Event::Published { .. } => (49, "advisory"),
        Event::Subscribed { .. } => (50, "subscriber"),
        Event::Unsubscribed => (51, "subscriber"),
        Event::CopyAcknowledged { .. } => (52, "subscriber"),
        Event::ReportJoined { .. } => (53, "case"),
        Event::CredentialSet { .. } => (54, "house"),
        Event::PersonEnded { .. } => (55, "house"),
        Event::TextRead { .. } => (56, ""),
        Event::VulnerabilityNamed { .. } => (57, "case"),
        Event::SecondStepPassed { .. } => (58, "participant"),
        Event::SecondStepWaived => (59, "participant"),
        Event::CallAsked { .. } => (60, "participant"),
        Event::CopyGivenUp { .. } => (61, ""),
        Event::LinkIssued { .. } => (62, ""),
        Event::NamingAgreed { .. } => (63, "participant"),
        Event::CaseReopened => (64, "case"),
        Event::AnswerWithdrawn { .. } => (65, "participant"),
        Event::ReleaseHeld { .. } => (66, "advisory"),
        Event::ApproversProposed { .. } => (67, "house"),
        Event::ApproversSigned { .. } => (68, ""),
        Event::ApproversWithdrawn { .. } => (69, ""),
        Event::ApproversChanged { .. } => (70, "house"),
        Event::PhoneCodeIssued { .. } => (71, ""),
        Event::HouseCounted { .. } => (72, "house"),
        Event::AlarmTaken { .. } => (73, "house"),
        Event::ParticipantReturned => (74, "participant"),
        Event::ErasureRequested { .. } => (75, "house"),
        Event::ErasureApproved { .. } => (76, ""),
        Event::ErasureWithdrawn { .. } => (77, ""),
        Event::BackupDestroyed { .. } => (78, "house"),
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
    let code = ClosureCode::Published;
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
        Event::CaseClosed { code },
        Event::CaseReopened,
        Event::ParticipantReturned,
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
    out.extend(house::samples());
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
        seen.insert(place(&event).0);
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
    let erased = Event::CompartmentErased {
        dossier: StreamId::from_bytes([2; 16]),
        compartment: Compartment::Identity,
        epoch: 2,
        backups: Some(5),
    };
    vec![
        ("compartment_erased.backups", recorded(erased)),
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
    let about = serde_json::json!({ "product": "Gateway", "versions": "< 3.2.1" });
    assert_eq!(written["about"], about);
    assert_eq!(serde_json::from_value::<Event>(written).unwrap(), event);
}

#[test]
fn what_was_added_to_an_event_has_a_golden_file_of_its_own() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/events");
    for name in ["embargo_ended.published", "house_resumed.persons"] {
        let golden = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        let recorded: Recorded = serde_json::from_str(&golden).unwrap();
        let written = serde_json::to_string_pretty(&recorded).unwrap();
        assert_eq!(format!("{written}\n"), golden, "{name}");
    }
}
