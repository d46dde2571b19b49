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
    assert!(editor.get(&page).says("editor-plan-by-itself"));
    let as_it_was = exchange(&world);
    world.runs_due();
    let told = editor.get(&page);
    assert!(told.says("editor-plan-stops") && !told.says("editor-plan-by-itself"));
    assert!(told.says("cause-sign-approver-unknown") && told.has("(approver-a)"));
    assert!(told.says("cause-sign-quorum") && told.has("(1 of 2)"));
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
    assert!(told.says("editor-plan-held") && told.says("cause-sign-approver-unknown"));
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
    assert!(case_page.says("cause-sign-approver-unknown"));
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
