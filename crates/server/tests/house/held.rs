//! A plan that would not go, and one that is due and cannot: what each page says of it, and who is called.

use testkit::world::span;
use testkit::{Case, World};

use crate::page::words;
use crate::visitor::Doors;

/// Whom the signer has pinned, as its file says it.
fn pinned(world: &World) -> std::path::PathBuf {
    world.stage.dir().join("keys/sign/approvers.json")
}

/// Gives an approver in the signer's file the key of another; the file as it was.
fn exchange(world: &World) -> Vec<u8> {
    let path = pinned(world);
    let before = std::fs::read(&path).unwrap();
    let mut file: serde_json::Value = serde_json::from_slice(&before).unwrap();
    let other = file["approvers"][1]["public"].clone();
    file["approvers"][0]["public"] = other;
    std::fs::write(&path, file.to_string()).unwrap();
    before
}

#[test]
fn a_plan_that_the_signer_would_refuse_is_told_before_and_goes_when_it_is_mended() {
    let world = World::founded_with(|config| config.mail.duty = "duty@centre.example".to_owned());
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(1, 0));
    let plan = case.planned(instant);
    case.approved(&plan);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    let page = format!("/en/desk/cases/{}/plan", case.number);
    world.wait(world.house().rehearse_waiting()).unwrap();
    assert!(editor.get(&page).says("editor-plan-by-itself"));
    let as_it_was = exchange(&world);
    world.runs_due();
    let told = editor.get(&page);
    assert!(told.says("editor-plan-stops") && !told.says("editor-plan-by-itself"));
    assert!(
        told.says("cause-sign-pinned"),
        "the signer knows whom it had pinned"
    );
    let tasks = editor.get("/en/desk/tasks");
    assert!(tasks.says("task-refused-plan") && !tasks.says("task-held-plan"));
    assert!(!tasks.has(&held(&case)), "its time has not come");
    // Its time comes.
    let out = world.passes_to(engine::Instant(instant.0 + 20_000_000));
    assert_eq!(out, Vec::<String>::new());
    assert_eq!(
        (world.times("release_held"), world.times("published")),
        (1, 0)
    );
    let editor = doors.person("editor");
    let told = editor.get(&page);
    assert!(told.says("editor-plan-held") && told.says("cause-sign-pinned"));
    let tasks = editor.get("/en/desk/tasks");
    assert!(tasks.says("task-held-plan"));
    for path in ["/en/desk/", "/en/desk/register", &page] {
        assert!(editor.get(path).has(&held(&case)), "{path}");
    }
    assert!(!world.mails_to("duty@centre.example").is_empty());
    let case_page = doors
        .person("coordinator")
        .get(&format!("/en/desk/cases/{}", case.number));
    assert!(case_page.has("Could not be published at its time"));
    assert!(case_page.says("cause-sign-pinned"));
    // Nobody but whoever works on cases is told.
    assert!(
        !doors
            .person("admin")
            .get("/en/desk/persons")
            .has(&held(&case))
    );
    // It is mended, and goes.
    std::fs::write(pinned(&world), as_it_was).unwrap();
    let out = world.passes_to(engine::Instant(instant.0 + 40_000_000));
    assert_eq!(out, std::slice::from_ref(&case.number));
    assert_eq!(
        (world.times("release_held"), world.times("published")),
        (1, 1)
    );
    assert!(!editor.get("/en/desk/").has(&held(&case)));
    let called = world.mails_to("duty@centre.example").len();
    world.days_pass(1);
    assert_eq!(
        world.mails_to("duty@centre.example").len(),
        called,
        "it is over"
    );
    world.ends_well();
}

fn held(case: &Case<'_>) -> String {
    words("en", "inside-held").replace("{ $case }", &case.number)
}

#[test]
fn a_case_page_promises_no_publication_that_the_signer_would_refuse() {
    let world = World::founded();
    let case = Case::open(&world);
    let _ = case.ready();
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let page = format!("/en/desk/cases/{}", case.number);
    assert!(coordinator.get(&page).says("work-at-zero-unasked"));
    world.wait(world.house().rehearse_waiting()).unwrap();
    assert!(coordinator.get(&page).says("work-at-zero-approved"));
    let as_it_was = exchange(&world);
    world.runs_due();
    let told = coordinator.get(&page);
    assert!(told.says("work-at-zero-stops") && !told.says("work-at-zero-approved"));
    std::fs::write(pinned(&world), as_it_was).unwrap();
    world.runs_due();
    assert!(coordinator.get(&page).says("work-at-zero-approved"));
    world.ends_well_but(&["release"]);
}

#[test]
fn a_house_that_was_copied_opens_no_door_until_somebody_has_compared_it() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let vendor = crate::partner::vendor(&doors, &case, "Birch");
    let page = format!("/en/desk/cases/{}", case.number);
    assert_eq!(coordinator.get(&page).status, 200);
    assert_eq!(vendor.get("/en/partner/").status, 200);
    let mark = world.stage.dir().join("instance");
    let own = std::fs::read(&mark).unwrap();
    std::fs::write(&mark, "another").unwrap();
    let happened = world.happened();
    for path in ["/en/desk/", &page, "/en/sign-in", "/en/desk/nothing"] {
        let shut = coordinator.get(path);
        assert_eq!(shut.status, 503, "{path}");
        assert!(
            shut.says("desk-sorry-held") && !shut.has(&case.number),
            "{path}"
        );
    }
    let fields = [("do", "observe"), ("fact", "public_aware")];
    assert_eq!(coordinator.sends(&page, &fields).status, 503);
    assert_eq!(vendor.get("/en/partner/").status, 503);
    assert_eq!(vendor.sends("/en/partner/receipt", &[]).status, 503);
    assert_eq!(world.happened(), happened);
    std::fs::write(&mark, own).unwrap();
    assert_eq!(coordinator.get(&page).status, 200);
    world.ends_well_but(&["first_contact"]);
}

#[test]
fn a_disk_that_takes_no_file_holds_a_release_and_taking_the_plan_back_ends_the_alarm() {
    let world = World::founded_with(|config| config.mail.duty = "duty@centre.example".to_owned());
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(1, 0));
    let plan = case.planned(instant);
    case.approved(&plan);
    world.runs_due();
    let doors = Doors::of(&world);
    let page = format!("/en/desk/cases/{}/plan", case.number);
    assert!(
        doors
            .person("editor")
            .get(&page)
            .says("editor-plan-by-itself")
    );
    // Where documents are staged there is a file, so that nothing can be written there.
    let staging = world.stage.dir().join("press/staging");
    let _ = std::fs::remove_dir_all(&staging);
    std::fs::write(&staging, b"").unwrap();
    let out = world.passes_to(engine::Instant(instant.0 + 20_000_000));
    assert_eq!(out, Vec::<String>::new());
    let editor = doors.person("editor");
    let told = editor.get(&page);
    assert!(told.says("editor-plan-held") && told.says("cause-release-disk"));
    assert!(!told.says("editor-plan-going") && !told.says("editor-plan-by-itself"));
    assert!(editor.get("/en/desk/").has(&held(&case)));
    let at_case = doors
        .person("reception")
        .get(&format!("/en/desk/cases/{}", case.number));
    assert!(
        at_case.says("cause-release-disk"),
        "whoever may not read the plan reads why"
    );
    assert_eq!(world.times("release_held"), 1);
    // It is taken back: nobody is alarmed or called any more.
    let reason = [
        ("do", "abort"),
        ("plan", plan.as_str()),
        ("abort_reason", "later"),
    ];
    assert_eq!(editor.sends(&page, &reason).status, 303);
    world.runs_due();
    assert!(!editor.get("/en/desk/").has(&held(&case)));
    let called = world.mails_to("duty@centre.example").len();
    assert!(called > 0);
    world.days_pass(1);
    assert_eq!(world.mails_to("duty@centre.example").len(), called);
    std::fs::remove_file(&staging).unwrap();
    world.ends_well();
}

#[test]
fn where_room_is_made_a_release_that_the_disk_held_goes_by_itself() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(1, 0));
    let plan = case.planned(instant);
    case.approved(&plan);
    world.runs_due();
    let staging = world.stage.dir().join("press/staging");
    let _ = std::fs::remove_dir_all(&staging);
    std::fs::write(&staging, b"").unwrap();
    let out = world.passes_to(engine::Instant(instant.0 + 20_000_000));
    assert_eq!(out, Vec::<String>::new());
    assert_eq!(world.times("release_held"), 1);
    std::fs::remove_file(&staging).unwrap();
    let out = world.passes_to(world.ahead(span(0, 1)));
    assert_eq!(out, std::slice::from_ref(&case.number));
    let page = world.public(&format!("en/advisories/{}.html", case.number));
    assert!(page.is_some());
    let tasks = Doors::of(&world).person("editor").get("/en/desk/tasks");
    assert!(!tasks.says("task-held-plan"));
    world.ends_well();
}

#[test]
fn a_plan_whose_time_passed_while_nothing_ran_is_a_task_until_it_is_out() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(0, 1));
    let plan = case.planned(instant);
    case.approved(&plan);
    let doors = Doors::of(&world);
    let tasks = || doors.person("coordinator").get("/en/desk/tasks");
    // It is looked at in its instant: some seconds are no trouble.
    for (seconds, waits) in [(9, false), (11, true)] {
        let later = engine::Instant(instant.0 + seconds * 1_000_000);
        world.stage.clock.move_to(later);
        let page = tasks();
        assert_eq!(page.says("task-held-plan"), waits, "{seconds}");
        assert_eq!(page.says("task-todo-held-plan"), waits, "{seconds}");
        let path = format!("/en/desk/cases/{}/plan", case.number);
        assert_eq!(page.text.contains(&path), waits, "{seconds}");
    }
    assert_eq!(world.runs_due(), std::slice::from_ref(&case.number));
    assert!(tasks().says("desk-tasks-none"));
    world.ends_well();
}
