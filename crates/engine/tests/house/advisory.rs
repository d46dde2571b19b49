//! The advisory: what may stand in it, and what a plan made of it is refused for.

use serde_json::{Value, json};
use testkit::world::{at, said, span};
use testkit::{Case, World, given};

pub(crate) fn line(field: &str, lang: &str, text: &str) -> Value {
    json!({ "field": field, "lang": lang, "text": text })
}

/// An advisory that passes, with one more text.
pub(crate) fn with(text: Value) -> Value {
    let mut draft = given::advisory(None);
    let texts = draft["texts"].as_array_mut().unwrap();
    // A field has one text in a language.
    texts.retain(|known| known["field"] != text["field"] || known["lang"] != text["lang"]);
    texts.push(text);
    draft
}

#[test]
fn classes_that_must_not_leave_stand_in_no_draft() {
    let world = World::founded();
    let case = Case::open(&world);
    for class in ["A", "T", "O", "I", "G", "U", "C", "J", "H"] {
        let mut text = line("details", "ja", "x");
        text["class"] = class.into();
        assert_eq!(
            case.refuses("draft-advisory", with(text)),
            "gate.withheld",
            "{class}"
        );
    }
    world.ends_well();
}

#[test]
fn what_was_pasted_from_an_attack_is_recognised() {
    let world = World::founded();
    let case = Case::open(&world);
    let secret =
        "管理画面へ三つの要求を続けて送り最後の返事の二行目にある鍵を控えてもう一度送ります";
    let parts = json!([
        { "class": "V", "lang": "ja", "text": "経路の検査が一つ抜けています" },
        { "class": "A", "lang": "ja", "text": secret },
    ]);
    world.does(
        "sort-report",
        json!({ "report": case.report.number, "parts": parts }),
    );
    case.does(
        "draft-advisory",
        with(line(
            "details",
            "ja",
            &format!("報告者によると、{secret}。"),
        )),
    );
    assert_eq!(case.refuses("plan-release", json!({})), "gate.overlap");
    case.does("draft-advisory", given::advisory(None));
    let plan = case.planned(world.ahead(span(1, 0)));
    assert_eq!(plan.len(), 64);
    world.ends_well_but(&["release"]);
}

#[test]
fn a_receipt_stands_in_no_advisory() {
    let world = World::founded();
    let case = Case::open(&world);
    let draft = with(line("note", "en", &case.report.receipt));
    assert_eq!(case.refuses("draft-advisory", draft), "text.receipt");
    world.ends_well();
}

#[test]
fn a_revision_says_what_changed() {
    let world = World::founded();
    let case = Case::open(&world);
    let _ = case.published();
    assert_eq!(
        case.refuses("draft-advisory", given::advisory(None)),
        "input"
    );
    let drafted = case.does(
        "draft-advisory",
        given::advisory(Some("修正の手順を足しました")),
    );
    assert_eq!(drafted["revision"], 2);
    world.ends_well();
}

#[test]
fn a_new_draft_before_publication_is_the_same_revision() {
    let world = World::founded();
    let case = Case::open(&world);
    for _ in 0..2 {
        let drafted = case.does("draft-advisory", given::advisory(None));
        assert_eq!(drafted["revision"], 1);
    }
    world.ends_well();
}

#[test]
fn a_plan_before_the_end_of_the_embargo_is_refused_but_for_an_emergency_with_a_reason() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    case.drafted(None);
    let mut early = json!({ "instant": at(world.ahead(span(1, 0))) });
    assert_eq!(
        case.refuses("plan-release", early.clone()),
        "release.too_early"
    );
    early["emergency"] = true.into();
    assert_eq!(case.refuses("plan-release", early.clone()), "no_reason");
    early["reason"] = "attacks are seen".into();
    let planned = case.does("plan-release", early);
    assert_eq!(said(&planned, "number"), case.number);
    world.runs_due();
    world.ends_well_but(&["release"]);
}
