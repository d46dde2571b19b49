//! Every event on every kind of stream: none stops the fold, and each changes what it speaks of and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::coordination::participant::Participant;
use domain::distribution::Subscriber;
use domain::event::Recorded;
use domain::intake::Report;
use domain::machine::cs::VendorPath;
use domain::machine::em::Em;
use domain::machine::rm::Rm;
use domain::party::{House, Party};
use domain::publication::Advisory;
use domain::value::*;
use proptest::prelude::*;

use crate::kit::NOW;

const STREAM: StreamId = StreamId::from_bytes([1; 16]);

/// The golden record of each kind of event, by its kind.
fn golden() -> BTreeMap<String, Recorded> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/events");
    let mut records = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        if value["event"]["kind"].as_str() == Some(name.as_str()) {
            records.insert(name, serde_json::from_value(value).unwrap());
        }
    }
    records
}

/// A state of each kind that every event of its own changes, and the kinds of these events.
fn states(golden: &BTreeMap<String, Recorded>) -> [(Aggregate, &'static str); 7] {
    let mut house = House::default();
    house.apply(&golden["person_named"]);
    let case = Case {
        em: Em::Exited,
        until: Some(NOW),
        revision_until: Some(NOW),
        closed: Some(ClosureCode::Withdrawn),
        ..Case::new(STREAM.into())
    };
    let participant = Participant {
        rm: Rm::Received,
        path: VendorPath::Aware,
        ..Participant::new(STREAM.into())
    };
    let mut advisory = Advisory::new(STREAM.into());
    advisory.apply(&golden["plan_made"]);
    if let Some(plan) = &mut advisory.plan {
        plan.revision = 9;
    }
    let subscriber = Subscriber {
        active: true,
        ..Subscriber::new(STREAM.into())
    };
    [
        (
            Aggregate::House(house),
            "approvers_changed approvers_proposed compartment_erased credential_set house_founded ledger_anchored person_ended person_named",
        ),
        (
            Aggregate::Party(Party::new(STREAM.into())),
            "contact_changed party_registered standing_agreed",
        ),
        (
            Aggregate::Report(Report::new(STREAM.into())),
            "report_accepted report_accepted_as_public report_answered report_declined report_merged \
             report_questioned report_received report_sorted report_withdrawn",
        ),
        (
            Aggregate::Case(case),
            "case_closed case_facts_noted case_opened case_reopened case_text_added clock_started embargo_activated embargo_ended \
             embargo_proposed embargo_rejected embargo_revised embargo_revision_proposed embargo_revision_rejected \
             report_joined vulnerability_named world_fact_observed",
        ),
        (
            Aggregate::Participant(participant),
            "answer_recorded answer_withdrawn basis_recorded call_asked contact_attempted date_agreed date_countered date_declined \
             date_invited date_lapsed details_sent naming_agreed own_ticket_recorded participant_joined \
             participant_left receipt_confirmed rm_moved second_step_passed second_step_waived statement_recorded",
        ),
        (
            Aggregate::Advisory(advisory),
            "advisory_drafted plan_aborted plan_approved plan_made published release_held",
        ),
        (
            Aggregate::Subscriber(subscriber),
            "copy_acknowledged subscribed unsubscribed",
        ),
    ]
}

/// What is recorded to be looked up, and changes no state.
const ONLY_TOLD: &str = "approvers_signed approvers_withdrawn copy_given_up house_resumed link_issued phone_code_issued text_read";

/// The state without its version: a case counts what was recorded, whatever that was.
fn unversioned(state: &Aggregate) -> Aggregate {
    match state {
        Aggregate::Case(case) => Aggregate::Case(Case {
            version: 0,
            ..case.clone()
        }),
        other => other.clone(),
    }
}

fn words(list: &str) -> BTreeSet<&str> {
    list.split_whitespace().collect()
}

#[test]
fn each_event_changes_what_it_speaks_of_and_nothing_else() {
    let golden = golden();
    let mut owned = words(ONLY_TOLD);
    for (state, its_own) in states(&golden) {
        let mut changing = BTreeSet::new();
        for (kind, record) in &golden {
            let later = Recorded {
                occurred_at: Instant(record.occurred_at.0 + 1),
                ..record.clone()
            };
            let mut after = state.clone();
            after.apply(&later);
            if unversioned(&after) != unversioned(&state) {
                changing.insert(kind.as_str());
            }
        }
        assert_eq!(changing, words(its_own));
        for kind in changing {
            assert!(owned.insert(words(its_own).take(kind).unwrap()), "{kind}");
        }
    }
    let all: BTreeSet<&str> = golden.keys().map(String::as_str).collect();
    assert_eq!(owned, all, "an event belongs to no kind of stream");
}

#[test]
fn a_case_counts_every_event_of_its_stream() {
    let golden = golden();
    let mut case = Case::new(STREAM.into());
    for (version, record) in (1..).zip(golden.values()) {
        case.apply(record);
        assert_eq!(case.version, version);
    }
}

#[test]
fn a_stream_begins_with_the_event_of_its_kind_and_with_no_other() {
    let mut beginnings = Vec::new();
    for (kind, record) in &golden() {
        let Some(begun) = Aggregate::begin(STREAM, record) else {
            continue;
        };
        let of = match &begun {
            Aggregate::House(house) => {
                assert!(!house.name_ja.is_empty());
                "house"
            }
            Aggregate::Party(party) => {
                assert_eq!(party.id, PartyId::from(STREAM));
                "party"
            }
            Aggregate::Report(report) => {
                assert_eq!(report.id, ReportId::from(STREAM));
                "report"
            }
            Aggregate::Case(case) => {
                assert_eq!((case.id, case.version), (CaseId::from(STREAM), 1));
                "case"
            }
            Aggregate::Participant(participant) => {
                assert_eq!(participant.id, ParticipantId::from(STREAM));
                "participant"
            }
            Aggregate::Advisory(advisory) => {
                assert_eq!(advisory.id, AdvisoryId::from(STREAM));
                "advisory"
            }
            Aggregate::Subscriber(subscriber) => {
                assert_eq!(subscriber.id, SubscriberId::from(STREAM));
                "subscriber"
            }
        };
        beginnings.push((kind.clone(), of));
    }
    let known = [
        ("advisory_drafted", "advisory"),
        ("case_opened", "case"),
        ("house_founded", "house"),
        ("participant_joined", "participant"),
        ("party_registered", "party"),
        ("report_received", "report"),
        ("subscribed", "subscriber"),
    ];
    assert_eq!(beginnings, known.map(|(kind, of)| (kind.to_owned(), of)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// A fold never fails, in whatever order a program that knew better wrote; and a stream keeps its kind.
    #[test]
    fn no_order_of_events_stops_the_fold(order in proptest::collection::vec((0..64usize, -9i64..9), 0..60)) {
        let golden = golden();
        let records: Vec<&Recorded> = golden.values().collect();
        for (mut state, _) in states(&golden) {
            let kind = std::mem::discriminant(&state);
            for (at, seconds) in &order {
                let record = records[*at % records.len()];
                let occurred_at = Instant(record.occurred_at.0 + seconds * 1_000_000);
                state.apply(&Recorded { occurred_at, ..record.clone() });
                prop_assert_eq!(std::mem::discriminant(&state), kind);
            }
        }
    }
}
