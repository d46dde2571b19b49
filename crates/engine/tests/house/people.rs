//! Persons of the house: who is named by whom, how they come in, and when they are out.

use domain::text::gate::Strength;
use engine::people::drafts::DRAFT_BYTES_MAX;
use engine::people::sessions::Of;
use engine::people::tokens::{SET_UP, Token};
use serde_json::json;
use testkit::world::{said, span};
use testkit::{Case, World, given};

use crate::seen::all_refused;

/// An hour, in µs.
const HOUR: i64 = span(0, 1);

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

#[test]
fn somebody_must_remain_who_names_persons() {
    let world = World::founded();
    let admin = json!({ "person": "admin" });
    let before = world.happened().len();
    assert_eq!(
        world.refuses_as("admin", "end-person", admin.clone()),
        "input"
    );
    assert_eq!(world.happened().len(), before);
    let second = json!({ "handle": "second", "role": "operator" });
    world.does_as("admin", "name-person", second);
    world.does_as("admin", "end-person", admin);
    let third = json!({ "handle": "third", "role": "analysis" });
    let gone = world.refuses_as("admin", "name-person", third.clone());
    assert!(gone.starts_with("unread: "), "{gone}");
    world.does_as("second", "name-person", third);
    let last = json!({ "person": "second" });
    assert_eq!(world.refuses_as("second", "end-person", last), "input");
    world.ends_well();
}

#[test]
fn a_handle_names_one_person_for_ever() {
    let world = World::founded();
    let second = json!({ "handle": "second", "role": "reception" });
    world.does_as("admin", "name-person", second.clone());
    let person = json!({ "person": "second" });
    world.does_as("admin", "end-person", person.clone());
    let again = [("end-person", person.clone()), ("issue-link", person)];
    all_refused(&world, "admin", "not_found", &again);
    all_refused(&world, "admin", "exists", &[("name-person", second)]);
    world.ends_well();
}

#[test]
fn a_handle_is_short_and_plain() {
    let world = World::founded();
    let named = |handle: &str| {
        (
            "name-person",
            json!({ "handle": handle, "role": "reception" }),
        )
    };
    let (long, longest) = ("a".repeat(41), "a".repeat(40));
    let odd = ["", "a", "two words", "受付", "a_b", long.as_str()];
    all_refused(&world, "admin", "input", &odd.map(named));
    for handle in [" second ", "a1", longest.as_str()] {
        let (name, fields) = named(handle);
        let answer = world.does_as("admin", name, fields);
        assert_eq!(said(&answer, "handle"), handle.trim());
    }
    world.ends_well();
}

#[test]
fn a_person_may_do_what_belongs_to_its_role_and_no_more() {
    let world = World::founded();
    let case = Case::open(&world);
    let report = given::report(&world);
    world.does_as(
        "admin",
        "name-person",
        json!({ "handle": "analysis", "role": "analysis" }),
    );
    for role in ["helpdesk_agent", "judge", "finder"] {
        let named = json!({ "handle": "nobody-yet", "role": role });
        let refused = world.refuses_as("admin", "name-person", named);
        assert_eq!(refused, "input", "{role} has no page");
    }
    let asks = |name, fields| (name, fields);
    let question = asks(
        "ask-finder",
        json!({ "report": report.number, "text": { "lang": "en", "text": "Which?" } }),
    );
    let writes = asks(
        "contact",
        json!({ "participant": case.vendor("Aoba"), "channel": "mail", "result": "tried" }),
    );
    let drafts = asks("plan-release", json!({ "case": case.number }));
    for (handle, denied) in [
        ("analysis", vec![writes.clone(), drafts.clone()]),
        ("reception", vec![drafts]),
        ("editor", vec![question.clone(), writes]),
    ] {
        all_refused(&world, handle, "role", &denied);
        let call = json!({
            "kind": "product", "channel": "phone", "text": { "lang": "en", "text": "It leaks." },
        });
        world.does_as(handle, "file-report", call);
    }
    let (name, fields) = question;
    world.does_as("analysis", name, fields);
    world.ends_well();
}

#[test]
fn a_password_to_sign_in_is_set_and_the_approval_key_stays_as_it_is() {
    let world = World::founded();
    let house = world.house();
    let known = || {
        let known = world.wait(Box::pin(house.person_called("approver-a")));
        known.unwrap().unwrap()
    };
    let first = password(&world, "approver-a");
    let before = (
        known().person,
        world
            .wait(house.store.approval_key(known().id.bytes()))
            .unwrap(),
    );
    world
        .wait(Box::pin(house.set_password(&known(), "a field of barley")))
        .unwrap();
    assert!(!may_enter(&world, "approver-a", &first));
    assert!(may_enter(&world, "approver-a", "a field of barley"));
    let after = (
        known().person,
        world
            .wait(house.store.approval_key(known().id.bytes()))
            .unwrap(),
    );
    assert_eq!(after.0.approval_key, before.0.approval_key);
    assert_eq!(
        after.1, before.1,
        "the key opens with the password that it was sealed under"
    );
    world.ends_well();
}

#[test]
fn a_link_ends_after_five_wrong_codes() {
    let world = World::founded();
    let house = world.house();
    let draws = |subject: u8| {
        let drawn = house.token_draw("test", [subject; 16], b"load", Some("123456"), HOUR);
        world.wait(Box::pin(drawn)).unwrap()
    };
    let finds = |link: &str, purpose: &str| {
        let found = world.wait(Box::pin(house.token_find(link, purpose)));
        found.unwrap()
    };
    let fits = |token: &Token, code: &str| {
        let fits = world.wait(Box::pin(house.token_fits(token, code)));
        fits.unwrap()
    };
    let uses = |token: &Token, code: &str| {
        let used = world.wait(Box::pin(house.token_use(token, code)));
        used.unwrap()
    };
    let (kept, guessed) = (draws(1), draws(2));
    let token = finds(&guessed, "test").unwrap();
    assert_eq!(
        (token.load.as_slice(), token.has_code),
        (&b"load"[..], true)
    );
    assert_eq!(finds(&guessed, SET_UP), None, "another purpose");
    for _ in 0..5 {
        assert!(!fits(&token, "000000"));
    }
    assert!(!uses(&token, "123456"), "the right one comes too late");
    assert_eq!(finds(&guessed, "test"), None);

    let token = finds(&kept, "test").unwrap();
    for _ in 0..4 {
        assert!(!fits(&token, "000000"));
    }
    assert!(uses(&token, "123-456"), "as people type it");
    assert_eq!(finds(&kept, "test"), None, "it is used up");
    assert!(!uses(&token, "123456"));
    world.ends_well();
}

#[test]
fn a_letter_that_is_written_again_has_the_same_link_and_the_next_one_ends_it() {
    let world = World::founded();
    let house = world.house();
    let named = |name: &str| {
        let drawn = house.token_named(name, "test", [7; 16], HOUR);
        world.wait(Box::pin(drawn)).unwrap()
    };
    let holds = |link: &str| {
        let found = world.wait(Box::pin(house.token_find(link, "test")));
        found.unwrap().is_some()
    };
    let first = named("letter/1");
    assert_eq!(named("letter/1"), first);
    assert!(holds(&first.0));
    let second = named("letter/2");
    assert_ne!(second.0, first.0);
    assert_eq!(
        [first.0.as_str(), second.0.as_str()].map(holds),
        [false, true]
    );
    assert_eq!(named("letter/1"), first, "what has ended is not revived");
    assert!(!holds(&first.0));
    world.passes_to(world.ahead(span(0, 2)));
    assert!(!holds(&second.0));
    world.ends_well();
}

#[test]
fn a_draft_is_kept_for_its_name_and_never_becomes_a_record() {
    let world = World::founded();
    let house = world.house();
    let known = world.wait(Box::pin(house.person_called("editor")));
    let person = known.unwrap().unwrap().id;
    let saves = |bytes: &[u8]| {
        let saved = world.wait(Box::pin(house.draft_save("advisory/1", person, bytes)));
        saved.map_err(|fault| fault.code().to_owned())
    };
    let draft = |name: &str| world.wait(Box::pin(house.draft(name))).unwrap();
    let happened = world.happened();
    saves("半分".as_bytes()).unwrap();
    let at = saves("半分書いた".as_bytes()).unwrap();
    let saved = draft("advisory/1").unwrap();
    assert_eq!((saved.person, saved.at), (person, at));
    assert_eq!(saved.bytes, "半分書いた".as_bytes());
    assert_eq!(draft("advisory/2"), None);
    let large = vec![b'x'; DRAFT_BYTES_MAX + 1];
    assert_eq!(saves(&large), Err("input".to_owned()));
    assert_eq!(draft("advisory/1").unwrap().bytes, "半分書いた".as_bytes());
    world
        .wait(Box::pin(house.draft_drop("advisory/1")))
        .unwrap();
    assert_eq!(draft("advisory/1"), None);
    assert_eq!(world.happened(), happened);
    world.ends_well();
}

/// A place at the desk is for whoever brings a session that holds, and a guess costs no look into the database.
#[test]
fn a_session_is_known_while_it_holds_and_a_guess_never() {
    let world = World::founded();
    let house = world.house();
    let known = world.wait(Box::pin(house.person_called("coordinator")));
    let person = known.unwrap().unwrap().id;
    let begun = house.session_begin(Of::Person(person), Strength::Desk);
    let secret = world.wait(Box::pin(begun)).unwrap();
    assert!(house.knows_session(&secret));
    assert!(!house.knows_session(&"0".repeat(64)) && !house.knows_session(""));
    let session = world
        .wait(Box::pin(house.session(&secret)))
        .unwrap()
        .unwrap();
    world.stage.clock.move_to(world.ahead(span(0, 13)));
    assert!(!house.knows_session(&secret), "a shift is over");
    let again = house.session_begin(Of::Person(person), Strength::Desk);
    let again = world.wait(Box::pin(again)).unwrap();
    let hash = world
        .wait(Box::pin(house.session(&again)))
        .unwrap()
        .unwrap()
        .hash;
    world.wait(Box::pin(house.session_end(&hash))).unwrap();
    assert!(!house.knows_session(&again));
    assert_ne!(session.hash, hash);
    world.ends_well();
}
