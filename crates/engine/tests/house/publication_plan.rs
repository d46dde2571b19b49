//! The plan before its instant: what its approvers are shown, who may sign it, and how it is taken back.

use std::time::Duration;

use domain::act::Act;
use domain::role::Role;
use domain::value::{Field, PersonId};
use engine::advisory::compose::Spot;
use engine::advisory::diff::Change;
use engine::command::{Command, perform};
use engine::publication::command::{ApprovePlan, Password, approvers};
use engine::publication::facts::Since;
use formats::advisory::Lang;
use seal::record::Realm;
use serde_json::{Value, json};
use testkit::world::{at, said, span};
use testkit::{Case, World, given};

use crate::advisory::{line, with};
use crate::look;

/// Enters a reader of some publications.
fn reader(world: &World, address: &str, scope: Value) {
    let fields = json!({ "address": address, "lang": "en", "scope": scope });
    world.does("subscribe", fields);
}

#[test]
fn a_plan_counts_its_recipients_by_what_they_asked_for() {
    let world = World::founded();
    let case = Case::open(&world);
    let vendor = |name: &str| json!({ "scope": "vendor", "name": name });
    let product = |name: &str| json!({ "scope": "product", "name": name });
    given::reader(&world, "all@reader.example");
    reader(&world, "vendor@reader.example", vendor("AOBA works"));
    reader(&world, "product@reader.example", product("aoba gateway"));
    reader(&world, "both@reader.example", vendor("Birch Works"));
    reader(&world, "BOTH@reader.example", product("Aoba Gateway"));
    reader(&world, "other@reader.example", vendor("Cedar Works"));
    case.contact("Birch");
    let call = json!({ "channel": "phone", "result": "reached" });
    case.does_with(case.vendor("Birch"), "record-contact-elsewhere", call);
    case.contact("Aoba");
    case.has_a_fix("Aoba");
    case.drafted(None);
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    let to = look::facts(&case).recipients;
    let found = [
        &to.everything,
        &to.vendors,
        &to.products,
        &to.earlier,
        &to.all,
    ]
    .map(Vec::len);
    assert_eq!(
        found,
        [1, 2, 2, 0, 4],
        "a mailbox is one, whatever it asks for"
    );
    case.approved(&plan);
    world.passes_to(instant);
    assert_eq!(world.mails_to("@reader.example").len(), 4);

    // The next revision counts who got this one.
    case.drafted(Some("修正の手順を足しました"));
    let _ = case.planned(world.ahead(span(0, 2)));
    let to = look::facts(&case).recipients;
    assert_eq!((to.earlier.len(), to.all.len()), (4, 4));
    world.ends_well_but(&["release"]);
}

/// Handles of those who may still sign the plan.
fn may_sign(case: &Case<'_>) -> Vec<String> {
    let facts = look::facts(case);
    let mut handles: Vec<String> = facts
        .may_approve
        .into_iter()
        .map(|approver| {
            assert_eq!(
                approver.counts_from, None,
                "keys of the founding count at once"
            );
            approver.handle
        })
        .collect();
    handles.sort_unstable();
    handles
}

#[test]
fn a_plan_says_who_made_it_who_signed_it_and_who_may() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let plan = case.planned(world.ahead(span(0, 2)));
    assert_eq!(may_sign(&case), ["approver-a", "approver-b"]);
    case.signs("approver-a", &plan).unwrap();
    assert_eq!(may_sign(&case), ["approver-b"]);
    let facts = look::facts(&case);
    assert_eq!((facts.author.as_str(), facts.quorum), ("coordinator", 2));
    let signed: Vec<&str> = facts
        .approvals
        .iter()
        .map(|(who, _)| who.as_str())
        .collect();
    assert_eq!(signed, ["approver-a"]);
    // Whoever makes a plan is not asked to sign it.
    let fields = json!({ "case": case.number, "instant": at(world.ahead(span(0, 3))) });
    world.does_as("approver-a", "plan-release", fields);
    assert_eq!(may_sign(&case), ["approver-b"]);
    assert!(look::facts(&case).approvals.is_empty());
    world.ends_well_but(&["release"]);
}

/// The words that were added, in English.
fn added(case: &Case<'_>) -> (Since, String) {
    let facts = look::facts(case);
    let [_, english] = facts.news;
    let pieces = english.into_iter().flat_map(|hunk| hunk.pieces);
    let added = pieces.filter(|piece| piece.change == Change::Added);
    (facts.since, added.map(|piece| piece.text).collect())
}

#[test]
fn a_plan_is_compared_with_the_one_before_and_then_with_what_is_out() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(0, 2));
    let _ = case.planned(instant);
    assert_eq!(added(&case), (Since::Nothing, String::new()));
    let zebra = with(line("summary", "en", "Settings can be read by zebras"));
    case.does("draft-advisory", zebra);
    let plan = case.planned(instant);
    let (since, words) = added(&case);
    assert_eq!(since, Since::Plan);
    assert!(words.contains("zebras"), "{words}");
    assert!(!words.contains("Update to 3.2.1"), "{words}");
    case.approved(&plan);
    world.passes_to(instant);

    let mut draft = given::advisory(Some("修正の手順を足しました"));
    let texts = draft["texts"].as_array_mut().unwrap();
    texts.retain(|text| text["field"] != "summary" || text["lang"] != "en");
    texts.push(line("summary", "en", "Settings can be read by giraffes"));
    case.does("draft-advisory", draft);
    let _ = case.planned(world.ahead(span(0, 2)));
    let (since, words) = added(&case);
    assert_eq!(since, Since::Revision(1));
    assert!(words.contains("giraffes"), "{words}");
    world.ends_well_but(&["release"]);
}

#[test]
fn a_plan_is_outdated_when_the_case_says_something_else_now() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    case.drafted(None);
    let instant = world.ahead(span(0, 2));
    let _ = case.planned(instant);
    assert!(!look::facts(&case).is_outdated);
    // What stands in no document outdates none.
    let ticket = json!({ "ticket": "AOBA-7" });
    case.does_with(case.vendor("Aoba"), "record-ticket", ticket);
    assert!(!look::facts(&case).is_outdated);
    case.has_a_fix("Aoba");
    assert!(look::facts(&case).is_outdated);
    let _ = case.planned(instant);
    assert!(!look::facts(&case).is_outdated);
    world.runs_due();
    world.ends_well_but(&["release"]);
}

#[test]
fn a_second_reader_is_shown_the_sentences_that_stand_nowhere_else() {
    let world = World::founded();
    let case = Case::open(&world);
    // The report has this sentence among what may leave; the other is the editor's own.
    let details = "経路の検査が一つ抜けています。三版だけの話です。";
    case.does("draft-advisory", with(line("details", "ja", details)));
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    let news = |field: Field, lang: Lang| -> Vec<(String, bool)> {
        let passages = look::facts(&case).passages.into_iter();
        passages
            .filter(|passage| passage.place == Spot::Field(field, lang))
            .flat_map(|passage| passage.sentences)
            .map(|sentence| (sentence.text, sentence.is_new))
            .collect()
    };
    assert_eq!(
        news(Field::Details, Lang::Ja),
        [
            ("経路の検査が一つ抜けています。".to_owned(), false),
            ("三版だけの話です。".to_owned(), true),
        ]
    );
    assert_eq!(
        news(Field::Summary, Lang::En),
        [("Settings can be read".to_owned(), true)]
    );
    case.approved(&plan);
    world.passes_to(instant);
    // What is out is new to nobody.
    case.drafted(Some("修正の手順を足しました"));
    let _ = case.planned(world.ahead(span(0, 2)));
    assert!(news(Field::Summary, Lang::En).is_empty());
    world.ends_well_but(&["release"]);
}

/// The command by which a page lets somebody sign, with the password that was typed.
fn typed(case: &Case<'_>, person: &str, plan: &str, password: &str) -> Command {
    Command::ApprovePlan(ApprovePlan {
        case: case.number.clone(),
        plan: plan.to_owned(),
        person: person.to_owned(),
        password_file: None,
        password: Some(Password::new(password)),
    })
}

fn person(world: &World, handle: &str) -> PersonId {
    let own = world.wait(Box::pin(world.house().own())).unwrap();
    approvers(&own)[handle]
}

#[test]
fn a_page_signs_for_nobody_but_whoever_is_signed_in() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let plan = case.planned(world.ahead(span(0, 2)));
    let password = std::fs::read_to_string(world.stage.password_file("approver-a")).unwrap();
    let signs = |who: &str| {
        let act = Act::of_person(person(&world, who), Role::Coordinator, world.now());
        let command = typed(&case, "approver-a", &plan, password.trim());
        let done = perform(world.house(), &act, Realm::Live, &command);
        let done = world.wait(Box::pin(done));
        done.map(|_| ()).map_err(|fault| fault.code())
    };
    assert_eq!(signs("approver-b"), Err("role"));
    assert_eq!(world.times("plan_approved"), 0);
    assert_eq!(signs("approver-a"), Ok(()));
    assert_eq!(signs("approver-a"), Err("release.approved_already"));
    world.ends_well_but(&["release"]);
}

#[test]
fn what_is_no_plan_of_the_case_is_not_signed() {
    let world = World::founded();
    let case = Case::open(&world);
    let none = "0".repeat(64);
    assert_eq!(
        case.signs("approver-a", &none),
        Err("release.no_plan".to_owned())
    );
    case.drafted(None);
    let plan = case.planned(world.ahead(span(0, 2)));
    for (named, code) in [
        (none.as_str(), "release.no_plan"),
        ("0011", "input"),
        ("not a hash", "input"),
    ] {
        assert_eq!(
            case.signs("approver-a", named),
            Err(code.to_owned()),
            "{named}"
        );
    }
    let nobody = json!({ "plan": plan, "person": "nobody" });
    assert_eq!(case.refuses("approve-plan", nobody), "not_found");
    assert_eq!(world.times("plan_approved"), 0);
    world.ends_well_but(&["release"]);
}

/// How long an answer is waited for that the budget holds back.
const PATIENCE: Duration = Duration::from_millis(100);

#[test]
fn after_wrong_passwords_even_the_right_one_waits() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let plan = case.planned(world.ahead(span(0, 2)));
    let with = |password: &std::path::Path| json!({ "case": case.number, "plan": plan, "person": "approver-a", "password_file": password });
    let (right, wrong) = (
        world.stage.password_file("approver-a"),
        world.stage.password_file("approver-b"),
    );
    for _ in 0..5 {
        assert_eq!(world.refuses("approve-plan", with(&wrong)), "input");
    }
    let answered = world.wait(async {
        let signs = world
            .stage
            .person_does("approver-a", "approve-plan", with(&right));
        tokio::time::timeout(PATIENCE, Box::pin(signs))
            .await
            .is_ok()
    });
    assert!(!answered, "guessing is slow");
    assert_eq!(world.times("plan_approved"), 0);
    // The other person's budget is another one.
    case.signs("approver-b", &plan).unwrap();
    world.ends_well_but(&["release"]);
}

#[test]
fn a_right_password_forgives_the_wrong_ones_before_it() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let first = case.planned(world.ahead(span(0, 2)));
    let guesses = |plan: &str| {
        let wrong = world.stage.password_file("approver-b");
        let fields = json!({ "plan": plan, "person": "approver-a", "password_file": wrong });
        for _ in 0..4 {
            assert_eq!(case.refuses("approve-plan", fields.clone()), "input");
        }
    };
    guesses(&first);
    case.signs("approver-a", &first).unwrap();
    let second = case.planned(world.ahead(span(0, 3)));
    guesses(&second);
    // Four and four would be over the budget, and this would wait.
    let right = world.stage.password_file("approver-a");
    let fields = json!({
        "case": case.number, "plan": second, "person": "approver-a", "password_file": right,
    });
    let answered = world.wait(async {
        let signs = world
            .stage
            .person_does("approver-a", "approve-plan", fields);
        let patience = Duration::from_secs(1);
        tokio::time::timeout(patience, Box::pin(signs))
            .await
            .is_ok()
    });
    assert!(answered);
    assert_eq!(world.times("plan_approved"), 2);
    world.ends_well_but(&["release"]);
}

#[test]
fn a_house_of_one_person_waits_for_nothing_in_an_emergency_with_a_reason() {
    let world = World::founded_with(|config| config.publication.solo = true);
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    case.drafted(None);
    let instant = world.ahead(span(0, 1));
    let fields = json!({
        "instant": at(instant), "emergency": true, "reason": "attacks are seen",
    });
    let plan = said(&case.does("plan-release", fields), "plan");
    case.signs("approver-a", &plan).unwrap();
    case.signs("approver-a", &plan).unwrap();
    assert_eq!(
        case.signs("approver-a", &plan),
        Err("release.approved_already".to_owned())
    );
    assert_eq!(world.passes_to(instant), std::slice::from_ref(&case.number));
    assert_eq!(world.times("embargo_ended"), 1);
    world.ends_well();
}

#[test]
fn a_plan_is_taken_back_once_and_by_its_own_hash() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let plan = case.planned(world.ahead(span(0, 2)));
    let abort = |plan: &str, reason: &str| json!({ "plan": plan, "reason": reason });
    let other = "0".repeat(64);
    assert_eq!(
        case.refuses("abort-plan", abort(&other, "a word is wrong")),
        "release.no_plan"
    );
    assert_eq!(case.refuses("abort-plan", abort(&plan, "  ")), "no_reason");
    case.does("abort-plan", abort(&plan, "a word is wrong"));
    assert_eq!(
        case.refuses("abort-plan", abort(&plan, "a word is wrong")),
        "release.no_plan"
    );
    assert_eq!(
        case.signs("approver-a", &plan),
        Err("release.no_plan".to_owned())
    );
    world.days_pass(1);
    assert_eq!(
        (world.times("plan_aborted"), world.times("published")),
        (1, 0)
    );
    world.ends_well();
}

/// A tick of the drafter opens the gate: so it is in the bytes that approvers sign, and on the page before them.
#[test]
fn what_the_drafter_decided_alone_is_signed_with_the_plan() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let _ = case.planned(world.ahead(span(1, 0)));
    assert_eq!(look::facts(&case).overrides, Vec::<String>::new());
    let mut draft = with(line("credit", "ja", "ある発見者"));
    draft["facts"]["credit_consent"] = true.into();
    case.does("draft-advisory", draft);
    let _ = case.planned(world.ahead(span(1, 0)));
    assert_eq!(look::facts(&case).overrides, ["credit_consent"]);
    let plan = look::advisory_of(&case).plan.unwrap();
    assert!(plan.bytes.contains("credit_consent"));
    world.ends_well_but(&["release"]);
}
