//! Publication: two persons, three clocks, one instant; and what a stranger can check afterwards.

use engine::Instant;
use serde_json::{Value, json};
use testkit::world::{at, before, said, span};
use testkit::{Case, World, given};

use crate::look;

/// Tells whether anything of the release stands in the tree.
fn is_out(case: &Case<'_>) -> bool {
    let page = format!("en/advisories/{}.html", case.number);
    case.world.public(&page).is_some()
}

#[test]
fn a_case_goes_from_the_report_to_the_acknowledged_warning() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    given::reader(&world, "two@reader.example");
    let until = case.ready();
    world.passes_to(before(until));
    assert!(!is_out(&case), "not a moment before");
    assert_eq!(world.times("published"), 0);
    assert_eq!(world.passes_to(until), std::slice::from_ref(&case.number));
    assert!(is_out(&case));
    for path in [
        "advisories.json",
        "en/advisories/feed.atom",
        "archive/leaves.jsonl",
    ] {
        let listed = world.public(path).unwrap_or_default();
        assert!(listed.contains(&case.number), "{path}");
    }
    assert_eq!(world.mails_to("reader.example").len(), 2);
    let copies = crate::distribution::copies(&case, 1);
    for copy in &copies {
        world.does(
            "acknowledge",
            json!({ "reference": copy.reference, "code": copy.code }),
        );
    }
    assert_eq!((copies.len(), world.times("copy_acknowledged")), (2, 2));
    case.does("close-case", json!({ "code": "published" }));
    world.ends_well();
}

#[test]
fn what_is_out_can_be_checked_by_a_stranger() {
    let world = World::founded();
    let case = Case::open(&world);
    let _ = case.published();
    let tree = world.stage.dir().join("public");
    let page = world.public(&format!("advisories/{}.en.asc", case.number));
    assert!(page.is_some_and(|text| text.contains("BEGIN PGP SIGNED MESSAGE")));
    // The same tree comes from ledger and stored signatures alone.
    let out = world.stage.beside("out");
    world.wait(Box::pin(world.house().press_out(&out))).unwrap();
    for name in ["SHA256SUMS", "advisories.json"] {
        let read = |folder: &std::path::Path| std::fs::read(folder.join(name)).unwrap();
        assert_eq!(read(&out), read(&tree), "{name}");
    }
    world.ends_well();
}

#[test]
fn nobody_approves_a_plan_alone_twice_or_of_their_own() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let instant = json!({ "case": case.number, "instant": at(world.ahead(span(1, 0))) });
    let own = said(
        &world.does_as("approver-a", "plan-release", instant),
        "plan",
    );
    assert_eq!(
        case.signs("approver-a", &own),
        Err("release.own_plan".to_owned())
    );
    let plan = case.planned(world.ahead(span(1, 0)));
    case.signs("approver-a", &plan).unwrap();
    assert_eq!(
        case.signs("approver-a", &plan),
        Err("release.approved_already".to_owned())
    );
    let keyless = json!({ "plan": plan, "person": "coordinator" });
    assert_eq!(case.refuses("approve-plan", keyless), "role");
    assert_eq!(
        case.signs("approver-b", &own),
        Err("release.no_plan".to_owned())
    );
    assert_eq!(world.days_pass(3), Vec::<String>::new(), "one of two");
    assert_eq!(world.times("release_held"), 1, "the duty is told once");
    case.signs("approver-b", &plan).unwrap();
    world.days_pass(1);
    assert_eq!(world.times("published"), 1);
    world.ends_well();
}

#[test]
fn a_wrong_password_signs_nothing() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let plan = case.planned(world.ahead(span(1, 0)));
    let foreign = world.stage.password_file("approver-b");
    let fields = json!({ "plan": plan, "person": "approver-a", "password_file": foreign });
    assert_eq!(case.refuses("approve-plan", fields), "input");
    assert_eq!(world.times("plan_approved"), 0);
    world.ends_well_but(&["release"]);
}

#[test]
fn a_new_plan_voids_the_approvals_of_the_one_before() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let first = case.planned(world.ahead(span(1, 0)));
    case.approved(&first);
    let _second = case.planned(world.ahead(span(2, 0)));
    let waiting = world.wait(world.house().store.waiting_intents());
    assert_eq!(waiting.unwrap(), [(domain::react::IntentKind::Release, 1)]);
    assert_eq!(world.days_pass(4), Vec::<String>::new());
    world.ends_well_but(&["release", "release_held"]);
}

#[test]
fn a_plan_lapses_when_the_date_is_revised_past_it() {
    let world = World::founded();
    let case = Case::open(&world);
    let until = case.ready();
    let later = Instant(until.0 + span(7, 0));
    case.does("revise-date", json!({ "until": at(later) }));
    assert_eq!(world.times("plan_aborted"), 1);
    assert_eq!(world.passes_to(before(later)), Vec::<String>::new());
    let plan = case.planned(later);
    case.approved(&plan);
    assert_eq!(world.passes_to(later), std::slice::from_ref(&case.number));
    world.ends_well();
}

#[test]
fn a_plan_that_was_taken_back_does_not_go() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let plan = case.planned(world.ahead(span(1, 0)));
    case.approved(&plan);
    case.does(
        "abort-plan",
        json!({ "plan": plan, "reason": "a word is wrong" }),
    );
    world.ends_well_but(&[]);
    assert_eq!(world.days_pass(3), Vec::<String>::new());
    world.ends_well();
}

#[test]
fn after_a_leak_two_persons_publish_before_the_date() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(45, 0)));
    case.drafted(None);
    world.days_pass(12);
    case.does("observe", json!({ "fact": "public_aware" }));
    assert_eq!(world.times("embargo_ended"), 1);
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    case.approved(&plan);
    assert_eq!(world.passes_to(instant), std::slice::from_ref(&case.number));
    world.ends_well();
}

/// Sets one of the clocks apart and looks whether the release waits; then sets it right.
fn waits_for(late: impl Fn(&World, i64)) {
    let world = World::founded();
    let case = Case::open(&world);
    let until = case.ready();
    late(&world, -span(0, 1));
    assert_eq!(world.passes_to(until), Vec::<String>::new());
    assert!(!is_out(&case));
    late(&world, 0);
    world.days_pass(1);
    assert_eq!(world.times("published"), 1);
    world.ends_well();
}

#[test]
fn a_release_waits_for_the_signers_own_clock() {
    waits_for(|world, us| world.stage.signer_clock.set_apart(us));
}

#[test]
fn a_release_waits_while_the_database_disagrees_about_the_time() {
    waits_for(|world, us| world.stage.clock.set_database_apart(us));
}

#[test]
fn a_date_that_comes_without_a_plan_ends_the_embargo_and_calls_the_duty() {
    let world = World::founded_with(|config| config.mail.duty = "duty@centre.example".to_owned());
    let case = Case::open(&world);
    let until = world.ahead(span(14, 0));
    case.coordinated(until);
    world.passes_to(before(until));
    assert_eq!(world.times("embargo_ended"), 0);
    world.passes_to(until);
    assert_eq!(world.times("embargo_ended"), 1);
    world.passes_to(Instant(until.0 + span(0, 1)));
    let called = world.mails_to("duty@centre.example").len();
    assert!(called >= 2, "called again while nobody comes: {called}");
    case.drafted(None);
    let plan = case.planned(world.ahead(span(0, 1)));
    case.approved(&plan);
    world.days_pass(1);
    assert_eq!(world.times("published"), 1);
    case.does("close-case", json!({ "code": "published" }));
    world.days_pass(1);
    let called = world.mails_to("duty@centre.example").len();
    world.days_pass(1);
    assert_eq!(world.mails_to("duty@centre.example").len(), called);
    world.ends_well();
}

#[test]
fn a_normal_release_is_no_date_without_a_plan() {
    let world = World::founded_with(|config| config.mail.duty = "duty@centre.example".to_owned());
    let case = Case::open(&world);
    let _ = case.published();
    world.days_pass(2);
    assert!(world.mails_to("duty@centre.example").is_empty());
    world.ends_well();
}

#[test]
fn a_house_of_one_person_signs_twice_half_an_hour_apart() {
    let world = World::founded_with(|config| config.publication.solo = true);
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(0, 2));
    let fields = json!({ "case": case.number, "instant": at(instant) });
    let plan = said(&world.does_as("approver-a", "plan-release", fields), "plan");
    case.signs("approver-a", &plan).unwrap();
    assert_eq!(
        case.signs("approver-a", &plan),
        Err("release.second_signature".to_owned())
    );
    world.passes_to(world.ahead(span(0, 1)));
    case.signs("approver-a", &plan).unwrap();
    assert_eq!(world.passes_to(instant), std::slice::from_ref(&case.number));
    let leaves = world.public("archive/leaves.jsonl").unwrap();
    let leaf: Value = leaves
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .find(|leaf: &Value| leaf["number"] == case.number.as_str())
        .unwrap();
    assert_eq!(leaf["persons"], 1);
    world.ends_well();
}

#[test]
fn an_exercise_never_reaches_the_public_tree() {
    let world = World::founded();
    let text = json!({ "lang": "ja", "text": "訓練です。" });
    let filed = world.does(
        "file-report",
        json!({ "kind": "product", "channel": "form", "text": text, "exercise": true }),
    );
    let accepted = world.does(
        "accept-report",
        json!({ "report": filed["handling"], "exercise": true }),
    );
    let number = said(&accepted, "number");
    assert!(number.starts_with("EX-"), "{number}");
    let mut draft = given::advisory(None);
    draft["case"] = number.clone().into();
    draft["exercise"] = true.into();
    world.does("draft-advisory", draft);
    let fields =
        json!({ "case": number, "instant": at(world.ahead(span(0, 1))), "exercise": true });
    let plan = said(&world.does("plan-release", fields), "plan");
    for person in ["approver-a", "approver-b"] {
        let password = world.stage.password_file(person);
        let fields = json!({
            "case": number, "plan": plan, "person": person, "password_file": password, "exercise": true,
        });
        world.does_as(person, "approve-plan", fields);
    }
    world.days_pass(2);
    assert_eq!(world.times("published"), 0);
    assert_eq!(world.public(&format!("en/advisories/{number}.html")), None);
    // What goes out of the same house tells nothing of it either, in the tree or in a mail.
    given::reader(&world, "one@reader.example");
    let case = Case::open(&world);
    let _ = case.published();
    assert_eq!(world.mails_to("one@reader.example").len(), 1);
    let dir = world.stage.dir();
    for folder in ["public", "mail"] {
        for (file, bytes) in look::files(&dir.join(folder)) {
            assert!(!String::from_utf8_lossy(&bytes).contains(&number), "{file}");
        }
    }
    world.ends_well();
}
