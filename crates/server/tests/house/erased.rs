//! What the desk shows of what was erased, and of what waits for a second person.

use serde_json::json;
use testkit::{World, given};

use crate::visitor::Doors;

#[test]
fn a_page_says_what_was_erased_of_it_and_a_task_what_waits_for_a_second_person() {
    let world = World::founded();
    let report = given::report(&world);
    world.does_as(
        "reception",
        "decline-report",
        json!({ "report": report.number, "reason": "abuse_spam" }),
    );
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let path = format!("/en/desk/reports/{}", report.number);
    let words = "画面から入れました。";
    let page = reception.get(&path);
    assert!(page.has(words) && !page.says("work-erasure"));

    let ask = json!({ "report": report.number, "compartments": ["identity", "raw"], "basis": "person_asked" });
    world.does_as("reception", "request-erasure", ask);
    let page = reception.get(&path);
    assert!(page.has(words) && page.says("work-erasure") && page.says("erasure-asked"));
    let tasks = doors.person("editor").get("/en/desk/tasks");
    assert!(tasks.says("task-erasure-asked") && tasks.has(&report.number) && tasks.has("(#1)"));
    assert!(tasks.says("task-todo-erasure-asked"));

    // While a backup is being made, it is told that it waits.
    let recovery = world.house().dir.join("keys/backup/recovery.pub");
    let being_made = std::fs::File::open(recovery).unwrap();
    being_made.lock().unwrap();
    world.does("approve-erasure", json!({ "erasure": 1 }));
    let tasks = doors.person("editor").get("/en/desk/tasks");
    assert!(!tasks.says("task-erasure-asked") && tasks.says("task-erasure-due"));
    drop(being_made);
    world.runs_due();

    let page = reception.get(&path);
    assert!(!page.has(words));
    assert!(page.says("work-sources-erased") && page.says("erasure-erased"));
    let tasks = doors.person("editor").get("/en/desk/tasks");
    assert!(!tasks.says("task-erasure-due"));
    assert!(reception.get("/en/desk/?show=over").has(&report.number));
    world.ends_well();
}
