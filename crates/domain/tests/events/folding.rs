//! Every event on every kind of stream: none stops the fold, and each changes what it speaks of and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::coordination::participant::Participant;
use domain::event::Recorded;
use domain::machine::cs::VendorPath;
use domain::machine::em::Em;
use domain::machine::rm::Rm;
use domain::party::Party;
use domain::value::*;
use proptest::prelude::*;

use crate::place;

const NOW: Instant = Instant(1_800_000_000_000_000);

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

/// A state of each kind that every later event of its own changes.
fn states(golden: &BTreeMap<String, Recorded>) -> Vec<Aggregate> {
    let begun = golden.values();
    let begun = begun.filter_map(|record| Aggregate::begin(STREAM, record));
    begun.map(|state| ready(state, golden)).collect()
}

/// Where a state that has just begun would not change, it has come further.
fn ready(begun: Aggregate, golden: &BTreeMap<String, Recorded>) -> Aggregate {
    match begun {
        Aggregate::House(mut house) => {
            house.apply(&golden["person_named"]);
            Aggregate::House(house)
        }
        Aggregate::Case(case) => Aggregate::Case(Case {
            em: Em::Exited,
            until: Some(NOW),
            revision_until: Some(NOW),
            closed: Some(ClosureCode::Withdrawn),
            ..case
        }),
        Aggregate::Participant(participant) => Aggregate::Participant(Participant {
            rm: Rm::Received,
            path: VendorPath::Aware,
            ..participant
        }),
        Aggregate::Advisory(mut advisory) => {
            advisory.apply(&golden["plan_made"]);
            if let Some(plan) = &mut advisory.plan {
                plan.revision = 9;
            }
            Aggregate::Advisory(advisory)
        }
        Aggregate::Party(party) => Aggregate::Party(Party::new(party.id)),
        begun => begun,
    }
}

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

fn begins(record: &Recorded) -> bool {
    Aggregate::begin(STREAM, record).is_some()
}

#[test]
fn each_event_changes_what_it_speaks_of_and_nothing_else() {
    let golden = golden();
    let mut kinds = BTreeSet::from([""]);
    for state in states(&golden) {
        kinds.insert(state.kind());
        for (kind, record) in &golden {
            let is_own = place(&record.event).1 == state.kind();
            if is_own && begins(record) {
                continue;
            }
            let later = Recorded {
                occurred_at: Instant(record.occurred_at.0 + 1),
                ..record.clone()
            };
            let mut after = state.clone();
            after.apply(&later);
            let has_changed = unversioned(&after) != unversioned(&state);
            assert_eq!(has_changed, is_own, "{kind} of a {}", state.kind());
        }
    }
    let named = golden.values().map(|record| place(&record.event).1);
    assert_eq!(named.chain([""]).collect::<BTreeSet<&str>>(), kinds);
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
fn a_stream_begins_with_one_event_of_its_kind_and_takes_its_own_id() {
    let mut kinds = BTreeSet::new();
    for (name, record) in &golden() {
        let Some(begun) = Aggregate::begin(STREAM, record) else {
            continue;
        };
        assert_eq!(begun.kind(), place(&record.event).1, "{name}");
        assert!(kinds.insert(begun.kind()), "{name} begins one more");
        let other = Aggregate::begin(StreamId::from_bytes([2; 16]), record);
        assert_eq!(
            other.as_ref() == Some(&begun),
            begun.kind() == "house",
            "{name}"
        );
    }
    let placed = golden().into_values().map(|record| place(&record.event).1);
    let placed: BTreeSet<&str> = placed.filter(|kind| !kind.is_empty()).collect();
    assert_eq!(kinds, placed);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// A fold never fails, in whatever order a program that knew better wrote; and a stream keeps its kind.
    #[test]
    fn no_order_of_events_stops_the_fold(order in proptest::collection::vec((0..64usize, -9i64..9), 0..60)) {
        let golden = golden();
        let records: Vec<&Recorded> = golden.values().collect();
        for mut state in states(&golden) {
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
