//! Persons of the house: who is named by whom, how they come in, and when they are out.

use domain::text::gate::Strength;
use engine::people::sessions::Of;
use serde_json::json;
use testkit::World;
use testkit::world::{said, span};

/// Password that a person of the founding signs in with.
fn password(world: &World, handle: &str) -> String {
    std::fs::read_to_string(world.stage.password_file(handle)).unwrap()
}

fn may_enter(world: &World, handle: &str, password: &str) -> bool {
    let found = world.wait(Box::pin(world.house().sign_in(handle, password)));
    found.unwrap().is_some()
}

#[test]
fn only_who_runs_the_machine_names_and_ends_persons() {
    let world = World::founded();
    let fields = json!({ "handle": "second", "role": "reception" });
    for handle in ["coordinator", "reception", "editor", "approver-a"] {
        let refused = world.refuses_as(handle, "name-person", fields.clone());
        assert_eq!(refused, "role", "{handle}");
    }
    world.does_as("admin", "name-person", fields.clone());
    assert_eq!(world.refuses_as("admin", "name-person", fields), "exists");
    let vendor = json!({ "handle": "third", "role": "vendor" });
    assert_eq!(world.refuses_as("admin", "name-person", vendor), "input");
    let odd = json!({ "handle": "Two Words", "role": "reception" });
    assert_eq!(world.refuses_as("admin", "name-person", odd), "input");
    world.ends_well();
}

#[test]
fn a_person_who_was_ended_does_nothing_more() {
    let world = World::founded();
    let secret = password(&world, "coordinator");
    assert!(may_enter(&world, "coordinator", &secret));
    let known = world.wait(Box::pin(world.house().person_called("coordinator")));
    let of = Of::Person(known.unwrap().unwrap().id);
    let session = world.wait(Box::pin(world.house().session_begin(of, Strength::Desk)));
    let session = session.unwrap();
    let lasts = || {
        world
            .wait(Box::pin(world.house().session(&session)))
            .unwrap()
            .is_some()
    };
    assert!(lasts());
    world.does_as("admin", "end-person", json!({ "person": "coordinator" }));
    assert!(!lasts(), "the session ends with the person");
    assert!(!may_enter(&world, "coordinator", &secret));
    let report =
        json!({ "kind": "product", "channel": "phone", "text": { "lang": "en", "text": "x" } });
    let tried = world.tries_as("coordinator", "file-report", report);
    assert!(tried.is_err_and(|words| words.contains("coordinator")));
    world.ends_well();
}

#[test]
fn a_link_to_choose_a_password_holds_for_an_hour() {
    let world = World::founded();
    let issue = || {
        let issued = world.does_as("admin", "issue-link", json!({ "person": "reception" }));
        let link = said(&issued, "link");
        link.rsplit('/').next().unwrap().to_owned()
    };
    let holds = |link: &str| {
        let found = world.wait(Box::pin(
            world
                .house()
                .token_find(link, engine::people::tokens::SET_UP),
        ));
        found.unwrap().is_some()
    };
    let first = issue();
    assert!(holds(&first));
    let second = issue();
    assert!(!holds(&first), "a new link ends the one before");
    world.passes_to(world.ahead(span(0, 2)));
    assert!(!holds(&second), "an hour has passed");
    world.ends_well();
}

#[test]
fn a_password_opens_for_its_own_person_only() {
    let world = World::founded();
    let secret = password(&world, "reception");
    assert!(may_enter(&world, "reception", &secret));
    assert!(!may_enter(&world, "editor", &secret));
    assert!(!may_enter(&world, "nobody", &secret));
    assert!(!may_enter(&world, "reception", ""));
    world.ends_well();
}
