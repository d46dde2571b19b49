//! Intake: from a stranger's letter to a decision, and what its finder reads at each step.

use formats::letter::{Addition, Letter, NoteKind, Withdrawal};
use serde_json::json;
use testkit::letters::{Finder, post, waiting};
use testkit::world::{at, span};
use testkit::{Case, World, given};

/// A handling number as the portal tells it: digits, and as it is printed.
fn number(random: u64) -> (String, String) {
    engine::intake::handling_number(random).unwrap()
}

fn question(report: &str) -> serde_json::Value {
    json!({ "report": report, "text": { "lang": "ja", "text": "版はどれですか。" } })
}

#[test]
fn a_finder_reads_each_step_when_it_is_taken() {
    let world = World::founded();
    let finder = Finder::of(&world);
    let (digits, printed) = number(4_821_773);
    post(&world, &finder.report(&world, &printed), 1);
    world.runs_due();
    assert_eq!(finder.steps(&world), ["received", "checking"]);

    world.does("ask-finder", question(&digits));
    world.runs_due();
    assert_eq!(finder.steps(&world).last(), Some(&"asked"));
    assert!(finder.progress(&world).asked);
    let asked = finder.note(&world, 1).unwrap();
    assert_eq!(
        (asked.note, asked.text.as_str()),
        (NoteKind::Question, "版はどれですか。")
    );

    world.passes_to(world.ahead(span(1, 0)));
    let answer = Letter::Addition(Addition {
        at: at(world.now()),
        lang: formats::advisory::Lang::Ja,
        lookup: finder.proof(),
        text: "三版です。".to_owned(),
    });
    post(&world, &answer, 2);
    world.runs_due();
    assert_eq!(
        finder.steps(&world),
        ["received", "asked", "answered", "checking"]
    );

    world.does("accept-report", json!({ "report": digits }));
    world.runs_due();
    assert_eq!(finder.steps(&world).last(), Some(&"accepted"));
    assert!(!finder.progress(&world).may_withdraw);
    assert_eq!(waiting(&world), 0);
    world.ends_well();
}

#[test]
fn a_finder_follows_the_case_and_learns_no_vendor() {
    let world = World::founded();
    let case = Case::open(&world);
    let finder = Finder::of(&world);
    let (digits, printed) = number(7);
    post(&world, &finder.report(&world, &printed), 1);
    world.runs_due();
    world.does(
        "merge-report",
        json!({ "report": digits, "case": case.number }),
    );
    case.does_with(
        case.vendor("Aoba"),
        "send-details",
        json!({ "classes": ["V"] }),
    );
    let until = world.ahead(span(14, 0));
    for vendor in ["Aoba", "Birch"] {
        case.contact(vendor);
    }
    case.does("propose-date", json!({ "until": at(until) }));
    case.does_with(case.vendor("Birch"), "agree-date", json!({}));
    world.runs_due();
    // One of two agreed: the date is still being talked about.
    let steps = finder.steps(&world);
    assert!(steps.contains(&"date-talks") && !steps.contains(&"date-agreed"));
    case.does_with(case.vendor("Aoba"), "agree-date", json!({}));
    case.has_a_fix("Aoba");
    world.runs_due();
    let steps = finder.steps(&world);
    for step in [
        "accepted",
        "contact-begun",
        "details-sent",
        "vendors-work",
        "date-agreed",
    ] {
        assert!(steps.contains(&step), "{step} in {steps:?}");
    }
    let before = format!("{:?}", finder.progress(&world));
    assert!(
        !before.contains("Aoba") && !before.contains(&case.number),
        "{before}"
    );

    case.drafted(None);
    let plan = case.planned(until);
    case.approved(&plan);
    world.passes_to(until);
    world.runs_due();
    let last = finder.progress(&world).steps.pop().unwrap();
    assert_eq!(
        (last.step.word(), last.about.as_str()),
        ("published", case.number.as_str())
    );
    world.ends_well();
}

#[test]
fn a_letter_that_is_read_twice_is_performed_once() {
    let world = World::founded();
    let finder = Finder::of(&world);
    let report = finder.report(&world, &number(9).1);
    for _ in 0..2 {
        post(&world, &report, 1);
        world.runs_due();
    }
    assert_eq!((world.times("report_received"), waiting(&world)), (1, 0));
    world.ends_well();
}

#[test]
fn a_number_that_was_taken_is_replaced_and_both_finders_are_told_the_truth() {
    let world = World::founded();
    let (first, second) = (Finder::of(&world), Finder::of(&world));
    let (_, printed) = number(11_111_111);
    for (finder, id) in [(&first, 1), (&second, 2)] {
        post(&world, &finder.report(&world, &printed), id);
        world.runs_due();
    }
    assert_eq!(first.progress(&world).handling, printed);
    assert_ne!(second.progress(&world).handling, printed);
    assert_eq!(second.steps(&world), ["received", "renumbered", "checking"]);
    world.ends_well();
}

#[test]
fn a_finder_withdraws_until_the_decision_and_not_after_it() {
    let world = World::founded();
    let (early, late) = (Finder::of(&world), Finder::of(&world));
    let (digits, printed) = number(22);
    post(&world, &early.report(&world, &number(21).1), 1);
    post(&world, &late.report(&world, &printed), 2);
    world.runs_due();
    world.does("accept-report", json!({ "report": digits }));
    for (finder, id) in [(&early, 3), (&late, 4)] {
        let letter = Withdrawal {
            at: at(world.now()),
            lookup: finder.proof(),
        };
        post(&world, &Letter::Withdrawal(letter), id);
    }
    world.runs_due();
    assert_eq!(early.steps(&world), ["received", "withdrawn"]);
    assert_eq!(late.steps(&world).last(), Some(&"accepted"));
    assert_eq!(
        late.note(&world, 1).unwrap().note,
        NoteKind::WithdrawnTooLate
    );
    world.ends_well();
}

#[test]
fn a_refusal_is_told_in_words_and_an_addition_opens_the_report_again() {
    let world = World::founded();
    let finder = Finder::of(&world);
    let (digits, printed) = number(33);
    post(&world, &finder.report(&world, &printed), 1);
    world.runs_due();
    let why = json!({ "lang": "ja", "text": "仕様どおりの動作でした。" });
    let declined = json!({ "report": digits, "reason": "not_vulnerability", "text": why });
    world.does("decline-report", declined.clone());
    world.runs_due();
    assert_eq!(finder.steps(&world).last(), Some(&"declined"));
    assert_eq!(
        finder.note(&world, 1).unwrap().text,
        "仕様どおりの動作でした。"
    );
    let more =
        json!({ "report": digits, "text": { "lang": "ja", "text": "別の画面でも起きます。" } });
    world.does("add-to-report", more);
    world.does("decline-report", declined);
    assert_eq!(world.times("report_declined"), 2);
    world.ends_well();
}

#[test]
fn a_letter_that_belongs_to_no_report_waits_an_hour_and_goes() {
    let world = World::founded();
    let stray = Addition {
        at: at(world.now()),
        lang: formats::advisory::Lang::En,
        lookup: "0".repeat(64),
        text: "x".to_owned(),
    };
    post(&world, &Letter::Addition(stray), 1);
    world.runs_due();
    assert_eq!(waiting(&world), 1);
    world.passes_to(world.ahead(span(0, 2)));
    assert_eq!(waiting(&world), 0);
    assert_eq!(world.times("report_answered"), 0);
    world.ends_well();
}

#[test]
fn a_receipt_stands_in_no_text() {
    let world = World::founded();
    let report = given::report(&world);
    let told = json!({ "lang": "en", "text": format!("My receipt is {}", report.receipt) });
    let fields = json!({ "report": report.number, "text": told });
    assert_eq!(
        world.refuses("add-to-report", fields.clone()),
        "text.receipt"
    );
    assert_eq!(world.refuses("ask-finder", fields), "text.receipt");
    world.ends_well();
}

#[test]
fn a_text_that_is_not_of_the_report_is_not_read() {
    let world = World::founded();
    let report = given::report(&world);
    given::sorted(&world, &report);
    let before = world.happened_in(&report.number).len();
    let nothing =
        json!({ "report": report.number, "body": "0".repeat(32), "reason": "to compare" });
    assert_eq!(world.refuses("read-text", nothing), "not_found");
    assert_eq!(world.happened_in(&report.number).len(), before);
    world.ends_well();
}

#[test]
fn an_exercise_and_a_live_case_do_not_meet() {
    let world = World::founded();
    let case = Case::open(&world);
    let text = json!({ "lang": "ja", "text": "訓練です。" });
    let drill = world.does(
        "file-report",
        json!({ "kind": "product", "channel": "form", "text": text, "exercise": true }),
    );
    let mut join = json!({ "report": drill["handling"], "case": case.number });
    assert_eq!(world.refuses("merge-report", join.clone()), "wall");
    join["exercise"] = true.into();
    assert_eq!(world.refuses("merge-report", join), "wall");
    world.ends_well();
}
