//! What desk and vendors are told of a date: as proposed, as agreed, as over, and who need not agree.

use serde_json::json;
use testkit::world::{at, span};
use testkit::{Case, World};

use crate::matter::reader;
use crate::visitor::Doors;

const HERE: &str = "/en/partner/";
const TASKS: &str = "/en/desk/tasks";

fn path(case: &Case<'_>) -> String {
    format!("/en/desk/cases/{}", case.number)
}

/// It would be refused (C4): so nobody asks for it, and the date is agreed without it.
#[test]
fn a_vendor_that_is_not_affected_is_not_asked_to_agree() {
    let world = World::founded();
    let case = Case::open(&world);
    let until = at(world.ahead(span(30, 0)));
    case.does("propose-date", json!({ "until": until }));
    let doors = Doors::of(&world);
    let birch = reader(&doors, &case, "Birch");
    let page = birch.get(HERE);
    assert!(page.says("partner-date-agree") && page.says("partner-date-asked"));
    case.does_with(case.vendor("Aoba"), "agree-date", json!({}));
    let answer = json!({ "answer": { "versions": "", "answer": "not_affected" } });
    case.does_with(case.vendor("Birch"), "record-answer", answer);
    let page = birch.get(HERE);
    assert!(!page.says("partner-date-agree") && page.says("partner-date-spared"));
    assert!(page.offers("counter") && page.offers("decline"));
    let agrees = [("do", "agree"), ("until", until.as_str())];
    assert_eq!(birch.sends("/en/partner/date", &agrees).status, 422);
    assert_eq!(world.times("date_agreed"), 1);
    let coordinator = doors.person("coordinator");
    let digits = base::digits(case.vendor("Birch"));
    let page = coordinator.get(&format!("{}/vendors/{digits}", path(&case)));
    assert!(page.says("consent-spared") && !page.offers("agree"));
    world.ends_well();
}

#[test]
fn a_date_is_counted_as_proposed_until_somebody_agrees_and_waits_for_nobody_once_it_is_over() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    for vendor in ["Aoba", "Birch"] {
        case.contact(vendor);
    }
    let until = world.ahead(span(14, 0));
    case.does("propose-date", json!({ "until": at(until) }));
    let coordinator = doors.person("coordinator");
    let page = coordinator.get(&path(&case));
    assert!(page.says("work-strip-date-proposed") && page.says("consent-asked"));
    case.does_with(case.vendor("Aoba"), "agree-date", json!({}));
    let page = coordinator.get(&path(&case));
    assert!(page.says("work-strip-date") && !page.says("work-strip-date-proposed"));
    assert!(page.says("consent-asked") && !page.says("consent-unanswered"));
    world.passes_to(engine::Instant(until.0 + span(0, 1)));
    let doors = Doors::of(&world);
    let page = doors.person("coordinator").get(&path(&case));
    assert!(page.says("consent-unanswered") && !page.says("consent-asked"));
    world.ends_well_but(&["date_without_plan"]);
}

#[test]
fn whoever_changes_a_date_is_told_what_becomes_of_the_plan() {
    let world = World::founded();
    let case = Case::open(&world);
    let until = world.ahead(span(14, 0));
    case.coordinated(until);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    assert!(!coordinator.get(&path(&case)).says("work-revise-plan"));
    case.drafted(None);
    case.approved(&case.planned(until));
    assert!(coordinator.get(&path(&case)).says("work-revise-plan"));
    // Put off, the date takes the plan with it; brought forward, it does not.
    let revised = |days| json!({ "until": at(world.ahead(span(days, 0))) });
    case.does("revise-date", revised(10));
    assert_eq!(world.times("plan_aborted"), 0);
    case.does("revise-date", revised(20));
    assert_eq!(world.times("plan_aborted"), 1);
    assert!(!coordinator.get(&path(&case)).says("work-revise-plan"));
    world.ends_well();
}

#[test]
fn what_is_public_or_attacked_waits_for_a_decision_until_a_plan_or_the_end() {
    for (fact, key, by_plan) in [
        ("attacks_observed", "task-todo-decide-attacks", true),
        ("public_aware", "task-todo-decide-public", false),
    ] {
        let world = World::founded();
        let case = Case::open(&world);
        let doors = Doors::of(&world);
        let coordinator = doors.person("coordinator");
        assert!(coordinator.get(TASKS).says("desk-tasks-none"), "{fact}");
        case.does("observe", json!({ "fact": fact }));
        assert!(coordinator.get(TASKS).says(key), "{fact}");
        if by_plan {
            case.drafted(None);
            let _ = case.planned(world.ahead(span(1, 0)));
        } else {
            case.does("close-case", json!({ "code": "individual_response" }));
        }
        assert!(!coordinator.get(TASKS).says(key), "{fact}");
        world.ends_well_but(if by_plan { &["release"] } else { &[] });
    }
}
