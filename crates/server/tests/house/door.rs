//! Coming in and being kept out.

use engine::Instant;
use server::Side;
use testkit::world::span;
use testkit::{Case, World};

use crate::visitor::Doors;

const MINUTE: i64 = 60_000_000;

#[test]
fn a_password_opens_the_desk_and_a_wrong_one_does_not() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let stranger = doors.stranger(Side::Desk);
    for (handle, password) in [("coordinator", "guessed"), ("nobody", "guessed"), ("", "")] {
        let page = stranger.signs_in(handle, password);
        assert_eq!((page.status, page.cookie.as_str()), (422, ""), "{handle}");
    }
    let coordinator = doors.person("coordinator");
    assert_eq!(coordinator.get("/en/desk/").status, 200);
    let out = coordinator.sends("/en/sign-out", &[]);
    assert_eq!(out.status, 303);
    // The browser may keep its cookie: the session is gone.
    assert_eq!(coordinator.get("/en/desk/").status, 303);
    world.ends_well();
}

#[test]
fn a_session_ends_by_itself() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    world.passes_to(world.ahead(span(0, 13)));
    let page = coordinator.get("/en/desk/");
    assert_eq!(page.status, 303);
    assert!(page.location.contains("/en/sign-in"), "{}", page.location);
    world.ends_well();
}

#[test]
fn a_stranger_is_asked_to_sign_in_and_comes_back_where_it_wanted_to() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let stranger = doors.stranger(Side::Desk);
    let page = stranger.get("/en/desk/tasks");
    assert_eq!(page.status, 303);
    assert_eq!(page.location, "/en/sign-in?next=/desk/tasks");
    // What was typed is kept and not carried out.
    let sent = stranger.sends(
        "/en/desk/register",
        &[("do", "party-add"), ("name_en", "Dogwood")],
    );
    assert_eq!(sent.status, 401);
    assert!(sent.text.contains("Dogwood"));
    assert_eq!(world.times("party_registered"), 0);
    world.ends_well();
}

#[test]
fn what_is_not_there_and_what_is_not_theirs_is_one_answer() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let stranger = doors.stranger(Side::Desk);
    let nothing = stranger.get("/en/desk/nothing");
    assert_eq!(nothing.status, 404);
    assert_eq!(stranger.get("/en/wp-login.php"), nothing);
    // To a stranger a case that exists is as one that does not, but for the address typed.
    let [known, unknown] = [case.number.as_str(), "NRS-00000000"].map(|number| {
        let page = stranger.get(&format!("/en/desk/cases/{number}"));
        (page.status, page.location.replace(number, ""), page.text)
    });
    assert_eq!(known, unknown);
    let coordinator = doors.person("coordinator");
    let missing = coordinator.get("/en/desk/cases/NRS-00000000");
    assert_eq!(missing.status, 404);
    assert_eq!(
        coordinator.get("/en/desk/reports/0000-0000-0").text,
        missing.text
    );
    world.ends_well();
}

#[test]
fn a_form_from_elsewhere_is_not_carried_out() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let admin = doors.person("admin");
    let form = "do=person-add&handle=second&role=reception";
    for from in ["cross-site", "same-site", "none"] {
        let page = admin.asks("POST", "/en/desk/persons", form, from);
        assert_eq!(page.status, 403, "{from}");
    }
    assert_eq!(world.times("person_named"), 6);
    let page = admin.asks("POST", "/en/desk/persons", form, "same-origin");
    assert_eq!(page.status, 303, "the control: {}", page.text);
    assert_eq!(world.times("person_named"), 7);
    world.ends_well();
}

#[test]
fn what_matters_most_asks_for_the_password_once_more() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let admin = doors.person("admin");
    let fields = [
        ("do", "person-add"),
        ("handle", "second"),
        ("role", "reception"),
    ];
    world
        .stage
        .clock
        .move_to(Instant(world.now().0 + 11 * MINUTE));
    let asked = admin.sends("/en/desk/persons", &fields);
    assert_eq!(asked.status, 401);
    assert!(asked.text.contains("again_password"), "{}", asked.text);
    assert_eq!(world.times("person_named"), 6);
    let with = |password: &str| {
        let mut fields = fields.to_vec();
        fields.push(("again_password", password));
        admin.sends("/en/desk/persons", &fields).status
    };
    assert_eq!(with("guessed"), 401);
    let password = std::fs::read_to_string(world.stage.password_file("admin")).unwrap();
    assert_eq!(with(&password), 303);
    assert_eq!(world.times("person_named"), 7);
    world.ends_well();
}

/// Draws a link to choose a password: its path, and its code.
fn set_up_link(world: &World, person: &str) -> (String, String) {
    let fields = serde_json::json!({ "person": person });
    let issued = world.does_as("admin", "issue-link", fields);
    let of = |name| testkit::world::said(&issued, name);
    let link = of("link");
    let path = format!("/en/set-up/{}", link.rsplit('/').next().unwrap());
    (path, of("code"))
}

#[test]
fn a_link_chooses_one_password_once() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let (path, code) = set_up_link(&world, "reception");
    let stranger = doors.stranger(Side::Desk);
    assert_eq!(stranger.get(&path).status, 200);
    let password = "a field of barley in the wind";
    let of = |code: &str| {
        stranger.sends(
            &path,
            &[
                ("code", code),
                ("password", password),
                ("password_again", password),
                ("do", "set-up"),
            ],
        )
    };
    // The link alone opens nothing.
    let wrong = if code == "000000" { "000001" } else { "000000" };
    of("").refused("code", "desk-set-up-code-needed");
    of(wrong).refused("code", "desk-set-up-code-wrong");
    assert_eq!(stranger.signs_in("reception", password).status, 422);
    assert_eq!(of(&code).status, 303);
    assert_eq!(of(&code).status, 404);
    assert_eq!(stranger.get(&path).status, 404);
    assert_eq!(stranger.signs_in("reception", password).status, 303);
    world.ends_well();
}

/// Whoever holds the link of an approver, and no code, does not learn which words open the approval key.
#[test]
fn a_link_without_its_code_says_nothing_of_the_approval_key() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let approver = "approver-a";
    let own = std::fs::read_to_string(world.stage.password_file(approver)).unwrap();
    let (path, code) = set_up_link(&world, approver);
    let stranger = doors.stranger(Side::Desk);
    let of = |code: &str| {
        let fields = [
            ("code", code),
            ("password", own.trim()),
            ("password_again", own.trim()),
            ("do", "set-up"),
        ];
        stranger.sends(&path, &fields)
    };
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for (given, told) in [
        ("", "desk-set-up-code-needed"),
        (wrong, "desk-set-up-code-wrong"),
    ] {
        let page = of(given);
        assert!(!page.says("desk-password-of-key"), "{given}");
        page.refused("code", told);
    }
    of(&code).refused("password", "desk-password-of-key");
    assert_eq!(stranger.get(&path).status, 200, "the link is not used up");
    world.ends_well();
}

#[test]
fn five_wrong_codes_end_a_link_to_choose_a_password() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let (path, code) = set_up_link(&world, "reception");
    let stranger = doors.stranger(Side::Desk);
    let password = "a field of barley in the wind";
    let of = |code: &str| {
        let fields = [
            ("code", code),
            ("password", password),
            ("password_again", password),
        ];
        stranger.sends(&path, &fields).status
    };
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let tried: Vec<u16> = (0..5).map(|_| of(wrong)).collect();
    assert_eq!(tried, [422, 422, 422, 422, 404]);
    assert_eq!(of(&code), 404, "the right one comes too late");
    world.ends_well();
}

#[test]
fn a_form_that_is_too_large_or_an_address_that_is_too_long_asks_nobody() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let large = |bytes: usize| {
        let body = format!("do=party-add&name_en=Dogwood&name_ja={}", "a".repeat(bytes));
        let page = coordinator.asks("POST", "/en/desk/register", &body, "same-origin");
        page.status
    };
    assert_eq!(large(1 << 20), 413);
    assert_eq!(world.times("party_registered"), 0);
    assert_eq!(large(1 << 10), 303, "the control");
    let long = format!("/en/desk/?q={}", "a".repeat(8 << 10));
    assert_eq!(coordinator.get(&long).status, 414);
    for method in ["PUT", "DELETE", "PATCH"] {
        let page = coordinator.asks(method, "/en/desk/", "", "same-origin");
        assert_eq!(page.status, 405, "{method}");
    }
    world.ends_well();
}
