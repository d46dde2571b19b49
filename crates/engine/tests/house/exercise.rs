//! Exercises: they go as a real case does, and nothing of them leaves or meets what is real.

use engine::{Viewer, Which};
use serde_json::{Value, json};
use testkit::world::{at, said, span};
use testkit::{Case, World, given};

use crate::seen::{self, all_refused};

fn drill(mut fields: Value) -> Value {
    fields["exercise"] = true.into();
    fields
}

/// What commands name of one realm.
struct Named {
    party: String,
    report: String,
    case: String,
    tracking: String,
}

/// Begins an exercise with one vendor.
fn begun(world: &World) -> Named {
    let does = |name: &str, fields: Value| world.does(name, drill(fields));
    let party = does(
        "register-party",
        json!({
            "name_ja": "訓練の工房", "name_en": "Drill Works", "lang": "en", "contact": "psirt@drill.example",
        }),
    );
    let text = json!({ "lang": "ja", "text": "訓練です。" });
    let report = does(
        "file-report",
        json!({ "kind": "product", "channel": "phone", "text": text }),
    );
    let report = said(&report, "handling");
    let part = json!({ "class": "V", "lang": "ja", "text": "訓練の弱点" });
    does("sort-report", json!({ "report": report, "parts": [part] }));
    let case = said(
        &does("accept-report", json!({ "report": report })),
        "number",
    );
    let party = said(&party, "party");
    let joined = does(
        "add-participant",
        json!({ "case": case, "party": party, "part": "vendor" }),
    );
    Named {
        tracking: said(&joined, "tracking"),
        party,
        report,
        case,
    }
}

/// Commands about things of one realm; in the other each of them meets the wall.
fn commands(world: &World, of: &Named) -> Vec<(&'static str, Value)> {
    let text = || json!({ "lang": "en", "text": "x" });
    let until = || at(world.ahead(span(9, 0)));
    let body = "0".repeat(32);
    let answer = json!({ "versions": "", "answer": "affected" });
    let basis = json!({ "basis": "ad_hoc", "version": "3" });
    let of_report = json!({ "report": of.report });
    let of_case = json!({ "case": of.case });
    let of_participant = json!({ "participant": of.tracking });
    let with = |base: &Value, more: Value| {
        let mut fields = base.clone();
        for (name, value) in more.as_object().unwrap() {
            fields[name.as_str()] = value.clone();
        }
        fields
    };
    let report = |name, more| (name, with(&of_report, more));
    let case = |name, more| (name, with(&of_case, more));
    let participant = |name, more| (name, with(&of_participant, more));
    vec![
        (
            "agree-standing",
            json!({ "party": of.party, "version": "3" }),
        ),
        (
            "change-contact",
            json!({ "party": of.party, "contact": "a@b.example" }),
        ),
        report(
            "sort-report",
            json!({ "parts": [{ "class": "V", "lang": "en", "text": "x" }] }),
        ),
        report("ask-finder", json!({ "text": text() })),
        report("add-to-report", json!({ "text": text() })),
        report("accept-report", json!({})),
        report("accept-as-public", json!({ "public_since": until() })),
        report("decline-report", json!({ "reason": "duplicate" })),
        report("merge-report", json!({ "case": of.case })),
        report("withdraw-report", json!({})),
        report("read-text", json!({ "body": body, "reason": "x" })),
        case(
            "add-participant",
            json!({ "party": of.party, "part": "vendor" }),
        ),
        case("propose-date", json!({ "until": until() })),
        case("revise-date", json!({ "until": until() })),
        case("end-embargo", json!({ "why": "ready", "reason": "x" })),
        case("observe", json!({ "fact": "public_aware" })),
        case("close-case", json!({ "code": "merged" })),
        case("draft-advisory", given::advisory(None)),
        case(
            "name-vulnerability",
            json!({ "label": "a", "text": text() }),
        ),
        participant("contact", json!({ "channel": "mail", "result": "tried" })),
        participant(
            "record-contact-elsewhere",
            json!({ "channel": "mail", "result": "tried" }),
        ),
        participant("confirm-receipt", json!({})),
        participant("record-basis", json!({ "basis": basis })),
        participant("send-details", json!({ "classes": ["V"] })),
        participant("agree-date", json!({})),
        participant("counter-date", json!({ "until": until() })),
        participant("decline-date", json!({})),
        participant("record-answer", json!({ "answer": answer })),
        participant("record-unasked-answer", json!({ "answer": answer })),
        participant("withdraw-answer", json!({ "versions": "" })),
        participant(
            "record-statement",
            json!({ "statement": "fix", "text": text() }),
        ),
        participant("leave-case", json!({ "honours_embargo": true })),
        participant("ask-call", json!({ "text": text() })),
        participant("record-ticket", json!({ "ticket": "A-1" })),
        participant("agree-naming", json!({ "agreed": true, "reason": "x" })),
        participant("waive-second-step", json!({ "reason": "x" })),
        participant("pass-second-step", json!({ "way": "key" })),
    ]
}

#[test]
fn an_exercise_goes_its_way_and_nothing_of_it_leaves() {
    let world = World::founded();
    let of = begun(&world);
    for number in [&of.report, &of.case, &of.tracking] {
        assert!(number.starts_with("EX-"), "{number}");
    }
    let until = world.ahead(span(9, 0));
    for (name, fields) in [
        (
            "contact",
            json!({ "participant": of.tracking, "channel": "mail", "result": "tried" }),
        ),
        (
            "propose-date",
            json!({ "case": of.case, "until": at(until) }),
        ),
        ("agree-date", json!({ "participant": of.tracking })),
    ] {
        world.does(name, drill(fields));
    }
    world.passes_to(until);
    world.days_pass(2);
    let case = seen::case(&world, &of.case);
    assert!(case.em.in_force(), "no clock of ours ends it");
    assert!(world.mails().is_empty());
    let store = &world.house().store;
    for which in [Which::Open, Which::Over] {
        let cases = world.wait(store.cases(Viewer::House, which)).unwrap();
        let reports = world.wait(store.reports(Viewer::House, which)).unwrap();
        assert_eq!((cases.len(), reports.len()), (0, 0), "{which:?}");
    }
    world.ends_well();
}

#[test]
fn every_command_about_one_realm_meets_the_wall_in_the_other() {
    let world = World::founded();
    let case = Case::open(&world);
    let of_drill = begun(&world);
    let of_live = Named {
        party: case.parties[0].clone(),
        report: given::report(&world).number,
        case: case.number.clone(),
        tracking: case.vendor("Aoba").to_owned(),
    };
    all_refused(&world, "coordinator", "wall", &commands(&world, &of_drill));
    let drills: Vec<(&str, Value)> = commands(&world, &of_live)
        .into_iter()
        .map(|(name, fields)| (name, drill(fields)))
        .collect();
    all_refused(&world, "coordinator", "wall", &drills);
    // Nor does one realm's party come into the other's case.
    let into = |case: &str, party: &str| json!({ "case": case, "party": party, "part": "vendor" });
    let mixed = [
        ("add-participant", into(&of_live.case, &of_drill.party)),
        (
            "add-participant",
            drill(into(&of_drill.case, &of_live.party)),
        ),
    ];
    all_refused(&world, "coordinator", "wall", &mixed);
    world.ends_well();
}
