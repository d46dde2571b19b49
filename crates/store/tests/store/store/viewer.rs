//! What each viewer is told: the house and its persons everything, everybody else what concerns them.

use std::collections::BTreeSet;

use ::store::intake::ReportRow;
use ::store::party::PartyRow;
use ::store::work::row as intent;
use ::store::write::TableRow;
use ::store::{Store, StreamRow, Viewer, Which};
use domain::distribution::CopyState;
use domain::intake::ReportStage;
use domain::party::folded;
use domain::react::{Intent, IntentKind};
use domain::value::{AdvisoryId, CaseId, ParticipantId, PartyId, PersonId, ReportId, SubscriberId};

use crate::fill::{
    LIVE, START, advisory, case, copy, id, next, only_rows, participant, party, put, report,
    stream, subscriber,
};

/// Its case is 1, with participants 42 and 43; case 2 has participant 46. Reports are 41 and 47; the first has a
/// mailbox. The subscriber is 44, with copy 60; copy 61 went to 45. All participants are party 40.
const IN_CASE: Viewer = Viewer::Participant {
    case: CaseId::from_bytes(ID_1),
    participant: ParticipantId::from_bytes(ID_42),
};
const FINDER: Viewer = Viewer::Finder(ReportId::from_bytes(ID_41));
const READER: Viewer = Viewer::Subscriber(SubscriberId::from_bytes(ID_44));
const INSIDE: [Viewer; 2] = [Viewer::House, Viewer::Person(PersonId::from_bytes([9; 16]))];
const OUTSIDE: [Viewer; 4] = [IN_CASE, FINDER, READER, Viewer::Bearer];

const ID_1: [u8; 16] = with_last(1);
const ID_41: [u8; 16] = with_last(41);
const ID_42: [u8; 16] = with_last(42);
const ID_44: [u8; 16] = with_last(44);

const fn with_last(n: u8) -> [u8; 16] {
    let mut id = [0; 16];
    id[15] = n;
    id
}

fn own(n: u32, kind: &'static str) -> TableRow {
    StreamRow {
        id: stream(n),
        kind,
        version: 1,
        dossier: stream(n),
        realm: LIVE,
    }
    .into()
}

async fn furnish(store: &Store) {
    let other = ReportRow {
        id: ReportId::from_bytes(id(47)),
        handling: "R-8".to_owned(),
        lookup: None,
        ..report()
    };
    let works = PartyRow {
        folded_en: folded("Example Works"),
        ..party()
    };
    let another = ::store::distribution::SubscriberRow {
        id: SubscriberId::from_bytes(id(45)),
        scope: domain::value::Scope::Everything,
        reference: [9; 32],
        ..subscriber()
    };
    let numbers = [("1", 1), ("2", 2), ("41", 41), ("42", 42), ("44", 44)];
    let mut rows = vec![
        case(id(1), LIVE),
        case(id(2), LIVE),
        participant(id(42), id(1), LIVE),
        participant(id(43), id(1), LIVE),
        participant(id(46), id(2), LIVE),
        advisory(id(50), id(1), LIVE),
        advisory(id(51), id(2), LIVE),
        works.into(),
        report().into(),
        other.into(),
        subscriber().into(),
        another.into(),
        own(41, "report"),
        own(47, "report"),
        ::store::distribution::row(&copy(60), START),
        ::store::distribution::row(
            &::store::distribution::Copy {
                subscriber: SubscriberId::from_bytes(id(45)),
                ..copy(61)
            },
            START,
        ),
    ];
    for n in [1, 2] {
        rows.push(intent(
            &Intent::DateWithoutPlan,
            stream(n),
            (stream(n), 1),
            START,
        ));
    }
    for (digits, n) in numbers {
        let number = ::store::NumberRow {
            digits: digits.to_owned(),
            series: "any",
            stream: stream(n),
        };
        rows.push(number.into());
    }
    put(store, only_rows(rows)).await;
    for n in [1, 2] {
        put(store, next(id(n), 1)).await;
    }
}

/// The last bytes of the ids of a case's participants, as this viewer is told.
async fn participants(store: &Store, viewer: Viewer, of: u32) -> Vec<u8> {
    let found = store.participants(viewer, CaseId::from_bytes(id(of))).await;
    let found = found.expect("the database answers");
    found.into_iter().map(|(id, _)| id.bytes()[15]).collect()
}

on_both! {
    async fn a_participant_is_told_of_its_own_case(world) {
        let store = world.create().await;
        furnish(&store).await;
        for viewer in INSIDE {
            assert_eq!(participants(&store, viewer, 1).await, [42, 43]);
            assert_eq!(participants(&store, viewer, 2).await, [46]);
        }
        // Who agreed to be named with it is the gate's answer; the case is its own.
        assert_eq!(participants(&store, IN_CASE, 1).await, [42, 43]);
        for viewer in OUTSIDE {
            assert!(participants(&store, viewer, 2).await.is_empty(), "{viewer:?}");
        }
        for viewer in [FINDER, READER, Viewer::Bearer] {
            assert!(participants(&store, viewer, 1).await.is_empty(), "{viewer:?}");
        }
        let us = PartyId::from_bytes(id(40));
        let of = |viewer| store.cases_of(viewer, us);
        assert_eq!(of(Viewer::House).await.unwrap().len(), 3);
        let own = (CaseId::from_bytes(id(1)), ParticipantId::from_bytes(id(42)));
        assert_eq!(of(IN_CASE).await.unwrap(), [own]);
        assert!(of(FINDER).await.unwrap().is_empty());
    }

    async fn a_case_is_listed_and_found_by_whom_it_concerns(world) {
        let store = world.create().await;
        furnish(&store).await;
        let (one, two) = (CaseId::from_bytes(id(1)), CaseId::from_bytes(id(2)));
        let us = PartyId::from_bytes(id(40));
        for viewer in INSIDE {
            assert_eq!(store.cases(viewer, Which::Open).await.unwrap().len(), 2);
            assert!(store.advisory_of(viewer, two).await.unwrap().is_some());
            assert!(store.participant_of(viewer, two, us).await.unwrap().is_some());
            assert_eq!(store.advisories(viewer).await.unwrap().len(), 2);
            assert_eq!(store.intents_about(viewer, IntentKind::DateWithoutPlan).await.unwrap().len(), 2);
        }
        let listed = store.cases(IN_CASE, Which::Open).await.unwrap();
        assert_eq!(listed.iter().map(|line| line.id).collect::<Vec<_>>(), [one]);
        let found = store.advisory_of(IN_CASE, one).await.unwrap();
        assert_eq!(found, Some(AdvisoryId::from_bytes(id(50))));
        let about = store.intents_about(IN_CASE, IntentKind::DateWithoutPlan).await.unwrap();
        assert_eq!(about, [(stream(1), START)]);
        for viewer in OUTSIDE {
            assert_eq!(store.advisory_of(viewer, two).await.unwrap(), None, "{viewer:?}");
            assert_eq!(store.participant_of(viewer, two, us).await.unwrap(), None, "{viewer:?}");
            assert!(store.advisories(viewer).await.unwrap().is_empty(), "{viewer:?}");
        }
        for viewer in [FINDER, READER, Viewer::Bearer] {
            assert!(store.cases(viewer, Which::Open).await.unwrap().is_empty(), "{viewer:?}");
        }
    }

    async fn a_finder_is_told_of_its_own_report(world) {
        let store = world.create().await;
        furnish(&store).await;
        let own = ReportId::from_bytes(id(41));
        let ids = async |viewer| -> Vec<ReportId> {
            let lines = store.reports(viewer, Which::Open).await.unwrap();
            assert!(lines.iter().all(|line| line.stage == ReportStage::Received));
            lines.into_iter().map(|line| line.id).collect()
        };
        for viewer in INSIDE {
            assert_eq!(ids(viewer).await.len(), 2);
            assert!(store.report_by_handling(viewer, "R-8").await.unwrap().is_some());
        }
        assert_eq!(ids(FINDER).await, [own]);
        assert_eq!(store.report_by_handling(FINDER, "R-7").await.unwrap(), Some(own));
        assert_eq!(store.report_by_lookup(FINDER, "blind").await.unwrap(), Some(own));
        assert_eq!(store.reports_with_mailbox(FINDER).await.unwrap(), [own]);
        assert_eq!(store.report_by_handling(FINDER, "R-8").await.unwrap(), None);
        for viewer in [IN_CASE, READER, Viewer::Bearer] {
            assert!(ids(viewer).await.is_empty(), "{viewer:?}");
            assert!(store.reports_with_mailbox(viewer).await.unwrap().is_empty(), "{viewer:?}");
            assert_eq!(store.report_by_handling(viewer, "R-7").await.unwrap(), None, "{viewer:?}");
        }
    }

    async fn a_subscriber_is_told_of_its_own_copies(world) {
        let store = world.create().await;
        furnish(&store).await;
        let (own, of) = (SubscriberId::from_bytes(id(44)), AdvisoryId::from_bytes(id(43)));
        for viewer in INSIDE {
            assert_eq!(store.copies(viewer, of, 1).await.unwrap().len(), 2);
            assert_eq!(store.earlier_readers(viewer, of).await.unwrap().len(), 2);
            assert_eq!(store.dead_copies(viewer, &[CopyState::Waiting]).await.unwrap().len(), 2);
        }
        assert_eq!(store.copies(READER, of, 1).await.unwrap(), [copy(60)]);
        let told = store.earlier_readers(READER, of).await.unwrap();
        assert_eq!(told.iter().map(|reader| reader.id).collect::<Vec<_>>(), [own]);
        assert_eq!(store.dead_copies(READER, &[CopyState::Waiting]).await.unwrap().len(), 1);
        assert_eq!(store.copy_by_reference(READER, "reference-61").await.unwrap(), None);
        let wished = ["example works".to_owned()];
        let told = store.subscribers_for(READER, &wished, &[]).await.unwrap();
        assert_eq!(told.iter().map(|reader| reader.id).collect::<Vec<_>>(), [own]);
        for viewer in [IN_CASE, FINDER, Viewer::Bearer] {
            assert!(store.copies(viewer, of, 1).await.unwrap().is_empty(), "{viewer:?}");
            assert!(store.earlier_readers(viewer, of).await.unwrap().is_empty(), "{viewer:?}");
            assert!(store.dead_copies(viewer, &[CopyState::Waiting]).await.unwrap().is_empty(), "{viewer:?}");
            assert!(store.subscribers_for(viewer, &wished, &[]).await.unwrap().is_empty(), "{viewer:?}");
        }
    }

    /// A reference is known from a mail only, so it is proof enough; a number stands in many places.
    async fn whoever_holds_a_reference_finds_what_it_names(world) {
        let store = world.create().await;
        furnish(&store).await;
        let bearer = Viewer::Bearer;
        assert_eq!(store.copy_by_reference(bearer, "reference-61").await.unwrap().unwrap().id, id(61));
        assert!(store.subscriber_by_reference(bearer, "unsubscribe-me").await.unwrap().is_some());
        assert!(store.report_by_lookup(bearer, "blind").await.unwrap().is_some());
        for viewer in [IN_CASE, Viewer::Finder(ReportId::from_bytes(id(47)))] {
            assert_eq!(store.copy_by_reference(viewer, "reference-61").await.unwrap(), None);
            assert_eq!(store.subscriber_by_reference(viewer, "unsubscribe-me").await.unwrap(), None);
            assert_eq!(store.report_by_lookup(viewer, "blind").await.unwrap(), None);
        }
    }

    async fn a_number_finds_what_concerns_whoever_typed_it(world) {
        let store = world.create().await;
        furnish(&store).await;
        let all = ["1", "2", "41", "42", "44"];
        let expected = [
            (Viewer::House, all.to_vec()),
            (INSIDE[1], all.to_vec()),
            (IN_CASE, vec!["1", "42"]),
            (FINDER, vec!["41"]),
            (READER, vec!["44"]),
            (Viewer::Bearer, vec![]),
        ];
        for (viewer, expected) in expected {
            let mut found = Vec::new();
            for digits in all {
                if store.by_number(viewer, digits).await.unwrap().is_some() {
                    found.push(digits);
                }
            }
            assert_eq!(found, expected, "{viewer:?}");
        }
    }

    /// Ids come from inside, so only lists of them are narrowed; records and the register are for the house.
    async fn records_streams_and_the_register_are_for_the_house(world) {
        let store = world.create().await;
        furnish(&store).await;
        for viewer in INSIDE {
            assert_eq!(store.records_in(viewer, stream(1), 0).await.unwrap().len(), 1);
            assert_eq!(store.last_by_dossier(viewer).await.unwrap().len(), 2);
            assert_eq!(store.streams_of(viewer, "case").await.unwrap(), [stream(1), stream(2)]);
            assert_eq!(store.parties_named(viewer, "Example Works").await.unwrap().len(), 1);
        }
        for viewer in OUTSIDE {
            assert!(store.records_in(viewer, stream(1), 0).await.unwrap().is_empty(), "{viewer:?}");
            assert!(store.parties_named(viewer, "Example Works").await.unwrap().is_empty(), "{viewer:?}");
        }
        assert_eq!(store.streams_of(IN_CASE, "case").await.unwrap(), [stream(1)]);
        let dossiers: BTreeSet<_> = store.last_by_dossier(IN_CASE).await.unwrap().into_keys().collect();
        assert_eq!(dossiers, BTreeSet::from([stream(1)]));
        for viewer in [FINDER, READER, Viewer::Bearer] {
            assert!(store.streams_of(viewer, "case").await.unwrap().is_empty(), "{viewer:?}");
            assert!(store.last_by_dossier(viewer).await.unwrap().is_empty(), "{viewer:?}");
        }
    }

    async fn embargoes_that_ran_out_are_told_to_whom_they_bind(world) {
        let store = world.create().await;
        let rows: [TableRow; 2] = [1, 2].map(|n| {
            ::store::coordination::CaseRow {
                id: CaseId::from_bytes(id(n)),
                number: format!("VU#{n}"),
                stage: domain::coordination::case::Stage::DateAgreed,
                opened_at: START,
                embargo: domain::machine::em::Em::Active,
                until: Some(START + 1),
                realm: LIVE,
            }
            .into()
        });
        put(&store, only_rows(Vec::from(rows))).await;
        for viewer in INSIDE {
            assert!(store.embargoes_over(viewer, START).await.unwrap().is_empty());
            assert_eq!(store.embargoes_over(viewer, START + 1).await.unwrap().len(), 2);
        }
        let own = store.embargoes_over(IN_CASE, START + 1).await.unwrap();
        assert_eq!(own, [CaseId::from_bytes(id(1))]);
        assert!(store.embargoes_over(FINDER, START + 1).await.unwrap().is_empty());
    }
}
