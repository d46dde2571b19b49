//! What follows from each event: the intents that are written with it, and from which events nothing follows.

use std::path::PathBuf;

use domain::event::{Event, Recorded};
use domain::react::{Intent, intents};
use domain::value::*;

const STREAM: StreamId = StreamId::from_bytes([1; 16]);

fn word(intent: &Intent) -> &'static str {
    match intent {
        Intent::FirstContact { .. } => "first contact",
        Intent::Press => "press",
        Intent::Release { .. } => "release",
        Intent::EndAccess { .. } => "end access",
        Intent::DateWithoutPlan => "date without plan",
        Intent::ReleaseHeld { .. } => "release held",
    }
}

/// The golden records from which something follows; from every other nothing does.
const CAUSES: [(&str, &str); 10] = [
    ("approvers_changed", "press"),
    ("contact_attempted", "first contact"),
    ("contact_changed", "end access"),
    ("embargo_ended", "date without plan"),
    ("ledger_anchored", "press"),
    ("participant_left", "end access"),
    ("participant_returned", "end access"),
    ("plan_made", "release"),
    ("published", "press"),
    ("release_held", "release held"),
];

#[test]
fn of_all_events_ten_have_a_consequence() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/events");
    let mut causes = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let record: Recorded = serde_json::from_str(&text).unwrap();
        for intent in intents(STREAM, &record.event) {
            causes.push((name.clone(), word(&intent)));
        }
    }
    causes.sort();
    assert_eq!(causes, CAUSES.map(|(name, word)| (name.to_owned(), word)));
}

#[test]
fn only_a_mail_of_the_house_that_did_not_come_back_wants_to_be_written() {
    use ContactChannel::{
        Distributor, Fax, Form, InPerson, Mail, NotRecorded, Phone, Post, Registrar,
    };
    let channels = [
        Mail,
        Phone,
        Post,
        Form,
        InPerson,
        Registrar,
        Distributor,
        Fax,
        NotRecorded,
    ];
    for channel in channels {
        for (result, is_back) in [
            (ContactResult::Tried, false),
            (ContactResult::Reached, false),
            (ContactResult::NotRecorded, false),
            (ContactResult::Undeliverable, true),
        ] {
            for elsewhere in [false, true] {
                let event = Event::ContactAttempted {
                    channel,
                    result,
                    elsewhere,
                };
                let participant = ParticipantId::from(STREAM);
                let expected = match channel == Mail && !elsewhere && !is_back {
                    true => vec![Intent::FirstContact { participant }],
                    false => vec![],
                };
                assert_eq!(intents(STREAM, &event), expected, "{event:?}");
            }
        }
    }
}

#[test]
fn a_consequence_names_the_stream_that_it_is_about() {
    let plan = Event::PlanMade {
        revision: 1,
        plan: "{}".to_owned(),
        plan_sha256: "ab".to_owned(),
        instant: Instant(7),
        documents: vec![],
        emergency: true,
        case_version: 3,
    };
    let release = Intent::Release {
        advisory: STREAM.into(),
        plan_sha256: "ab".to_owned(),
        instant: Instant(7),
    };
    assert_eq!(intents(STREAM, &plan), vec![release]);
    let contact = TextRef {
        body: BodyId::from_bytes([2; 16]),
        dossier: STREAM,
        class: domain::text::class::Class::C,
        lang: Lang::En,
    };
    for event in [
        Event::ContactChanged { contact },
        Event::ParticipantLeft {
            honours_embargo: true,
        },
    ] {
        assert_eq!(intents(STREAM, &event), [Intent::EndAccess { of: STREAM }]);
    }
}
