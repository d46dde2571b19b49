//! The page of those who may approve: a key is drawn, the others sign for it, a secret is shown once.

use engine::kernel::config::Purpose;
use testkit::{Case, World};

use crate::page::filled;
use crate::visitor::Doors;

const HERE: &str = "/en/desk/approvers";
const WORDS: &str = "a lantern over the harbour";

fn password(world: &World, handle: &str) -> String {
    std::fs::read_to_string(world.stage.password_file(handle)).unwrap()
}

#[test]
fn a_key_is_drawn_and_two_approvers_sign_for_it() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let (coordinator, first, second) = (
        doors.person("coordinator"),
        doors.person("approver-a"),
        doors.person("approver-b"),
    );
    let offer = |words: &str, again: &str| {
        let fields = [
            ("do", "approvers-offer"),
            ("password", words),
            ("password_again", again),
        ];
        coordinator.sends(HERE, &fields)
    };
    assert!(offer("short", "short").beside("password").is_some());
    assert!(
        offer(WORDS, "another one of that length")
            .beside("password_again")
            .is_some()
    );
    let own = password(&world, "coordinator");
    offer(&own, &own).refused("password", "approvers-wrong-own");
    assert_eq!(
        offer(WORDS, WORDS).location,
        format!("{HERE}?done=approvers-offer")
    );
    let page = first.get(HERE);
    let what = [("who", "coordinator"), ("kind", "Staff")];
    assert!(
        page.has(&filled("en", "approvers-do-add", &what)),
        "{}",
        page.text
    );
    assert!(first.get("/en/desk/tasks").says("task-sign-approvers"));
    assert!(
        !coordinator
            .get("/en/desk/tasks")
            .says("task-sign-approvers")
    );
    assert!(!coordinator.get(HERE).offers("approvers-sign"));
    let change = page.hidden("change").unwrap();
    let sign = |words: &str| {
        [
            ("do", "approvers-sign"),
            ("change", change.as_str()),
            ("approval_password", words),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let sends = |visitor: &crate::visitor::Visitor<'_>, words: &str| {
        let fields = sign(words);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        visitor.sends(HERE, &fields)
    };
    sends(&first, "not the password").refused("approval_password", "editor-wrong-password");
    let signed = sends(&first, &password(&world, "approver-a"));
    assert_eq!(signed.location, format!("{HERE}?done=approvers-sign"));
    let page = second.get(HERE);
    assert!(page.has("1 of 2: approver-a"), "{}", page.text);
    assert!(
        !first.get("/en/desk/tasks").says("task-sign-approvers"),
        "it is signed"
    );
    sends(&second, &password(&world, "approver-b"));
    let page = second.get(HERE);
    assert!(!page.says("approvers-pending") && page.says("approvers-state-from"));
    assert!(!second.get("/en/desk/tasks").says("task-sign-approvers"));
    assert!(
        doors
            .person("admin")
            .get("/en/desk/persons")
            .says("desk-person-approver")
    );
    world.ends_well();
}

#[test]
fn a_succession_key_is_shown_once_and_to_whoever_drew_it() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let draw = [("do", "approvers-safe")];
    assert_eq!(doors.person("reception").sends(HERE, &draw).status, 403);
    assert_eq!(world.times("approvers_proposed"), 0);
    let admin = doors.person("admin");
    let drawn = admin.sends(HERE, &draw);
    assert!(drawn.says("approvers-secret-note") && drawn.status == 200);
    for reader in ["admin", "approver-a"] {
        assert!(
            !doors.person(reader).get(HERE).says("approvers-secret-note"),
            "{reader}"
        );
    }
    // What is taken back needs a reason, and a person who has to do with it.
    let change = admin.get(HERE).hidden("change").unwrap();
    let back = [
        ("do", "approvers-withdraw"),
        ("change", change.as_str()),
        ("withdraw_reason", "not yet"),
    ];
    assert_eq!(doors.person("reception").sends(HERE, &back).status, 403);
    assert_eq!(
        admin.sends(HERE, &back).location,
        format!("{HERE}?done=approvers-withdraw")
    );
    world.ends_well();
}

#[test]
fn a_live_house_says_what_a_first_publication_lacks() {
    let world = World::founded_with(|config| config.purpose = Purpose::Live);
    let case = Case::open(&world);
    case.drafted(None);
    // In a live house nobody's password lies beside the keys: the test chooses one.
    let known = world
        .wait(Box::pin(world.house().person_called("editor")))
        .unwrap();
    let known = known.unwrap();
    let set = world.house().set_password(&known, WORDS);
    world.wait(Box::pin(set)).unwrap();
    let file = world.stage.password_file("editor");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, WORDS).unwrap();
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    assert!(editor.get(HERE).says("approvers-lack-kit-keys"));
    assert!(editor.get("/en/desk/tasks").says("task-replace-kit"));
    let plan = format!("/en/desk/cases/{}/plan", case.number);
    let fields = [
        ("do", "plan"),
        ("when", "typed"),
        ("at_date", "2026-09-08"),
        ("at_time", "10:00"),
        ("at_zone", "UTC"),
    ];
    let refused = editor.sends(&plan, &fields);
    assert!(
        refused.says("refusal-approvers-kit-keys"),
        "{}",
        refused.text
    );
    world.ends_well();
}

/// What a succession key does alone is told while it can be answered.
#[test]
fn a_key_that_goes_by_the_safes_word_is_told_to_everybody() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let change = |answer: &serde_json::Value| answer["change"].as_str().unwrap().to_owned();
    let drawn = world.does_as("admin", "draw-succession-key", serde_json::json!({}));
    for handle in ["approver-a", "approver-b"] {
        let password = world.stage.password_file(handle);
        let fields = serde_json::json!({ "change": change(&drawn), "person": handle, "password_file": password });
        world.does_as(handle, "sign-approvers", fields);
    }
    world.days_pass(4);
    let file = |name: &str, words: &str| {
        let path = world.stage.beside(name);
        seal::files::replace(&path, words.as_bytes(), true).unwrap();
        path
    };
    let offer = serde_json::json!({ "person": "approver-b", "password_file": file("own", WORDS) });
    let offered = world.does_as("approver-b", "offer-approval-key", offer);
    let secret = file("safe", drawn["secret"].as_str().unwrap());
    let sign = serde_json::json!({ "change": change(&offered), "secret_file": secret });
    assert!(
        !doors
            .person("reception")
            .get("/en/desk/tasks")
            .says("task-replaced-key")
    );
    world.does_as("coordinator", "sign-with-succession-key", sign);
    let told = doors.person("reception").get("/en/desk/tasks");
    assert!(told.says("task-replaced-key") && told.has("/en/desk/approvers"));
    let page = doors.person("approver-b").get(HERE);
    assert!(page.says("approvers-state-until") && page.says("approvers-state-from"));
    assert!(!page.says("approvers-state-other-key"));
    world.days_pass(4);
    assert!(
        !doors
            .person("reception")
            .get("/en/desk/tasks")
            .says("task-replaced-key")
    );
    world.ends_well();
}
