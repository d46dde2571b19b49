//! The register of parties and the list of persons: looking up, entering, changing, ending.

use serde_json::json;
use testkit::{Case, World, given};

use crate::page::{filled, words};
use crate::visitor::Doors;

const REGISTER: &str = "/en/desk/register";
const PERSONS: &str = "/en/desk/persons";
const MINUTE: i64 = 60_000_000;

const DOGWOOD: [(&str, &str); 7] = [
    ("do", "party-add"),
    ("name_ja", "株式会社花水木"),
    ("name_en", "Dogwood & Sons Ltd"),
    ("kana", "ハナミズキ"),
    ("contact", "psirt@dogwood.example"),
    ("lang", "ja"),
    ("listed", "yes"),
];

#[test]
fn a_party_is_entered_and_found_however_its_name_is_written() {
    let world = World::founded();
    let _ = Case::open(&world);
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let page = reception.follows(&reception.sends(REGISTER, &DOGWOOD));
    for shown in [
        "Dogwood & Sons Ltd",
        "株式会社花水木",
        "psirt@dogwood.example",
    ] {
        assert!(page.has(shown), "{shown}");
    }
    assert!(page.says("done-party-add") && page.says("desk-party-no-cases"));
    assert_eq!(world.times("party_registered"), 4);
    let found = |q: &str| {
        let q: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
        reception.get(&format!("{REGISTER}?q={q}"))
    };
    for q in [
        "dogwood",
        "ＤＯＧ",
        "花水木",
        "ハナミズキ",
        "sons ltd",
        "はなみずき",
        "ﾊﾅﾐｽﾞｷ",
    ] {
        let page = found(q);
        assert!(page.has("Dogwood & Sons Ltd"), "{q}");
        assert!(!page.has("Birch Works"), "{q}");
        let count = filled(
            "en",
            "desk-register-found",
            &[("found", "1"), ("total", "4")],
        );
        assert!(page.has(&count), "{q}");
    }
    assert!(found("nobody").says("desk-register-none"));
    // Each language has its own order and its own first name.
    let page = reception.get("/ja/desk/register");
    let at = |name: &str| page.text.find(name).unwrap();
    assert!(at("Birch 工房") < at("株式会社花水木"), "by reading");
    world.ends_well();
}

#[test]
fn a_reading_in_half_width_kana_stands_in_its_place() {
    let world = World::founded();
    for (name_ja, name_en, kana) in [
        ("炉端工房", "Robata", "ロバタ"),
        ("楓工房", "Kaede", "ｶｴﾃﾞ"),
        ("青葉工房", "Aoba", "アオバ"),
    ] {
        let party = json!({ "name_ja": name_ja, "name_en": name_en, "kana": kana, "lang": "ja", "listed": true });
        world.does("register-party", party);
    }
    let doors = Doors::of(&world);
    let page = doors.person("reception").get("/ja/desk/register");
    let at = |name: &str| page.text.find(name).unwrap();
    assert!(at("青葉工房") < at("楓工房"), "{}", page.text);
    assert!(at("楓工房") < at("炉端工房"), "{}", page.text);
    world.ends_well();
}

#[test]
fn a_form_that_is_pressed_twice_is_done_once() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let once = reception.get(REGISTER).hidden("once").unwrap();
    let mut fields = DOGWOOD.to_vec();
    fields.push(("once", &once));
    let first = reception.sends(REGISTER, &fields);
    let second = reception.sends(REGISTER, &fields);
    assert_eq!((first.status, second.status), (303, 303));
    assert_eq!(first.sent_on(), second.sent_on());
    assert_eq!(world.times("party_registered"), 1);
    // What came back with something to mend was not done, and is tried again.
    fields[1] = ("name_ja", " ");
    for _ in 0..2 {
        let page = reception.sends(REGISTER, &fields);
        page.refused("name_ja", "desk-party-name-needed");
    }
    world.ends_well();
}

#[test]
fn a_party_that_cannot_be_entered_comes_back_as_it_was_typed() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let mut fields = DOGWOOD;
    fields[1] = ("name_ja", " ");
    fields[2] = ("name_en", "");
    let page = reception.sends(REGISTER, &fields);
    page.refused("name_ja", "desk-party-name-needed");
    page.refused("name_en", "desk-party-name-needed");
    assert_eq!(page.typed("kana").as_deref(), Some("ハナミズキ"));
    let mut fields = DOGWOOD;
    fields[4] = ("contact", "no <address>");
    let page = reception.sends(REGISTER, &fields);
    page.refused("contact", "refusal-input");
    for (field, value) in [
        ("contact", "no <address>"),
        ("name_en", "Dogwood & Sons Ltd"),
        ("lang", "ja"),
    ] {
        assert_eq!(page.typed(field).as_deref(), Some(value), "{field}");
    }
    assert_eq!(world.times("party_registered"), 0);
    world.ends_well();
}

#[test]
fn a_long_register_is_read_page_by_page() {
    let world = World::founded();
    for n in 0..101 {
        given::vendor(&world, &format!("Maker{n:03}"), false);
    }
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    let rows = |page: &str| {
        let page = editor.get(&format!("{REGISTER}?q=maker&page={page}"));
        let count = page.text.matches("href=\"/en/desk/register/").count();
        (count, page)
    };
    let (count, first) = rows("1");
    assert_eq!(count, 100);
    assert!(first.has("Maker000 Works") && !first.has("Maker100 Works"));
    assert!(first.has("q=maker&page=2"), "{}", first.text);
    let (count, second) = rows("2");
    assert_eq!(count, 1);
    assert!(second.has("Maker100 Works") && !second.has("Maker000 Works"));
    // What is no page is the nearest one.
    for (odd, count) in [("0", 100), ("9", 1), ("x", 100)] {
        assert_eq!(rows(odd).0, count, "{odd}");
    }
    world.ends_well();
}

#[test]
fn who_keeps_the_register_changes_a_contact_and_records_an_agreement() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let here = format!("{REGISTER}/{}", case.parties[2]);
    let coordinator = doors.person("coordinator");
    for (fields, field, key) in [
        (
            [("do", "party-contact"), ("contact", " ")],
            "contact",
            "desk-party-contact-needed",
        ),
        (
            [("do", "party-contact"), ("contact", "nowhere")],
            "contact",
            "refusal-input",
        ),
        (
            [("do", "standing"), ("version", "")],
            "version",
            "desk-party-version-needed",
        ),
    ] {
        let page = coordinator.fills(&here, &fields);
        page.refused(field, key);
        assert_eq!(page.typed(fields[1].0).as_deref(), Some(fields[1].1));
    }
    for (fields, event, done) in [
        (
            [("do", "party-contact"), ("contact", "csirt@cedar.example")],
            "contact_changed",
            "done-party-contact",
        ),
        (
            [("do", "standing"), ("version", "2026-7")],
            "standing_agreed",
            "done-standing",
        ),
    ] {
        let page = coordinator.follows(&coordinator.fills(&here, &fields));
        assert!(page.says(done) && page.has(fields[1].1), "{event}");
        assert!(
            world
                .happened_in(&case.parties[2])
                .contains(&event.to_owned())
        );
    }
    assert_eq!(coordinator.fills(&here, &[("do", "other")]).status, 404);
    // Its cases stand on the page, with its number in each.
    let digits = base::digits(case.vendor("Cedar"));
    let page = coordinator.get(&here);
    assert!(page.has(&format!("{} (TN {digits})", case.number)));
    world.ends_well();
}

#[test]
fn a_name_like_one_of_the_register_is_asked_about_once() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    assert_eq!(reception.sends(REGISTER, &DOGWOOD).status, 303);
    let mut fields = DOGWOOD.to_vec();
    fields[1] = ("name_ja", "㈱花水木");
    fields[2] = ("name_en", "Dogwood Japan");
    let asked = reception.sends(REGISTER, &fields);
    assert_eq!(asked.status, 422);
    assert!(asked.has("registered already: “Dogwood & Sons Ltd”"));
    assert_eq!(asked.typed("name_ja").as_deref(), Some("㈱花水木"));
    assert_eq!(world.times("party_registered"), 1);
    // Both names may be like ones that are known.
    let mut both = DOGWOOD.to_vec();
    let asked_of_both = reception.sends(REGISTER, &both);
    assert_eq!(asked_of_both.status, 422);
    let alike_both = asked_of_both.hidden("alike").unwrap();
    both.push(("alike", alike_both.as_str()));
    assert_eq!(reception.sends(REGISTER, &both).status, 303);
    assert_eq!(world.times("party_registered"), 2);
    // Another organisation of that name is entered by the second press, and no third name with it.
    let alike = asked.hidden("alike").unwrap();
    fields.push(("alike", alike.as_str()));
    let mut other = fields.clone();
    other[1] = ("name_ja", "Ｄｏｇｗｏｏｄ　＆　Ｓｏｎｓ");
    assert_eq!(reception.sends(REGISTER, &other).status, 422);
    assert_eq!(reception.sends(REGISTER, &fields).status, 303);
    assert_eq!(world.times("party_registered"), 3);
    world.ends_well();
}

#[test]
fn who_does_not_keep_the_register_reads_it_without_addresses() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    let here = format!("{REGISTER}/{}", case.parties[0]);
    let page = editor.get(&here);
    assert!(page.has("Aoba Works") && !page.has("psirt@aoba.example"));
    assert!(!page.offers("party-contact") && !editor.get(REGISTER).offers("party-add"));
    let before = world.happened();
    assert_eq!(editor.sends(REGISTER, &DOGWOOD).status, 403);
    let fields = [("do", "standing"), ("version", "9")];
    assert_eq!(editor.fills(&here, &fields).status, 403);
    assert_eq!(world.happened(), before);
    // What is no party is nothing, whoever asks.
    let missing = editor.get("/en/desk/nothing");
    for odd in [
        case.id.as_str(),
        "no-id",
        "0190d3f0-0000-7000-8000-000000000000",
    ] {
        let page = editor.get(&format!("{REGISTER}/{odd}"));
        assert_eq!((page.status, &page.text), (404, &missing.text), "{odd}");
    }
    world.ends_well();
}

#[test]
fn two_who_change_one_party_meet() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let here = format!("{REGISTER}/{}", case.parties[1]);
    let reception = doors.person("reception");
    let seen = reception.get(&here).hidden("seen").unwrap();
    let fields = serde_json::json!({ "party": case.parties[1], "contact": "new@birch.example" });
    world.does("change-contact", fields);
    let fields = [
        ("do", "party-contact"),
        ("contact", "other@birch.example"),
        ("seen", seen.as_str()),
    ];
    let conflict = reception.sends(&here, &fields);
    assert_eq!(conflict.status, 409);
    assert!(conflict.says("tl-contact-changed"));
    let carried = conflict.hidden("contact");
    assert_eq!(carried.as_deref(), Some("other@birch.example"));
    assert_eq!(world.times("contact_changed"), 1);
    world.ends_well();
}

/// The id that goes with a person's buttons.
fn id_of(page: &str, handle: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("<th scope=\"row\">{handle}</th>"))
        .unwrap();
    let (_, rest) = rest.split_once("name=\"person\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn a_person_is_named_let_in_by_a_link_and_ended() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let admin = doors.person("admin");
    let fields = [
        ("do", "person-add"),
        ("handle", "second"),
        ("role", "reception"),
    ];
    let page = admin.follows(&admin.sends(PERSONS, &fields));
    assert!(page.says("done-person-add") && page.says("person-state-new"));
    let id = id_of(&page.text, "second");
    let issued = admin.sends(PERSONS, &[("do", "link"), ("person", id.as_str())]);
    assert_eq!(issued.status, 200);
    let (_, rest) = issued.text.split_once("id=\"set-up-link\">").unwrap();
    let address = rest.split('<').next().unwrap();
    let link = address.rsplit('/').next().unwrap().to_owned();
    assert!(link.len() > 20, "{address}");
    let (_, rest) = issued.text.split_once("id=\"set-up-code\">").unwrap();
    let code = rest.split('<').next().unwrap().to_owned();
    // It stands on this one page.
    let page = admin.get(PERSONS);
    assert!(!page.text.contains(&link) && page.says("person-state-invited"));
    let mut second = doors.stranger(server::Side::Desk);
    let password = "a field of barley in the wind";
    let chosen = [
        ("code", code.as_str()),
        ("password", password),
        ("password_again", password),
    ];
    let entered = second.sends(&format!("/en/set-up/{link}"), &chosen);
    assert_eq!(entered.sent_on(), "/en/desk/?done=set-up");
    second.keep(&entered);
    assert_eq!(second.get("/en/desk/").status, 200);
    let ended = admin.sends(PERSONS, &[("do", "end"), ("person", id.as_str())]);
    let page = admin.follows(&ended);
    assert!(page.says("person-state-ended"), "{}", page.text);
    assert_eq!(second.get("/en/desk/").status, 303);
    assert_eq!(second.signs_in("second", password).status, 422);
    for event in ["link_issued", "person_ended"] {
        assert_eq!(world.times(event), 1, "{event}");
    }
    world.ends_well();
}

#[test]
fn a_person_who_cannot_be_named_comes_back_as_typed() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let admin = doors.person("admin");
    let names = |handle: &str, role: &str| {
        let fields = [("do", "person-add"), ("handle", handle), ("role", role)];
        admin.sends(PERSONS, &fields)
    };
    let page = names("coordinator", "reception");
    page.refused("", "refusal-exists");
    assert_eq!(page.typed("handle").as_deref(), Some("coordinator"));
    assert_eq!(page.typed("role").as_deref(), Some("reception"));
    let page = names("x", "coordinator");
    page.refused("handle", "refusal-input");
    assert_eq!(page.typed("role").as_deref(), Some("coordinator"));
    assert_eq!(names("second", "emperor").status, 404);
    // The last who may name others stays.
    let own = admin.get(PERSONS);
    let id = id_of(&own.text, "admin");
    let page = admin.sends(PERSONS, &[("do", "end"), ("person", id.as_str())]);
    assert_eq!(page.status, 422);
    for odd in ["no-id", "0190d3f0-0000-7000-8000-000000000000"] {
        let page = admin.sends(PERSONS, &[("do", "link"), ("person", odd)]);
        assert_eq!(page.status, 404, "{odd}");
    }
    assert_eq!(world.times("person_named"), 6);
    assert_eq!(world.times("person_ended"), 0);
    world.ends_well();
}

#[test]
fn each_weighty_act_on_persons_waits_for_the_password() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let admin = doors.person("admin");
    let id = id_of(&admin.get(PERSONS).text, "reception");
    let later = engine::Instant(world.now().0 + 11 * MINUTE);
    world.stage.clock.move_to(later);
    for verb in ["link", "end"] {
        let fields = [("do", verb), ("person", id.as_str())];
        let page = admin.sends(PERSONS, &fields);
        assert_eq!(page.status, 401, "{verb}");
        assert_eq!(page.hidden("do").as_deref(), Some(verb));
        assert_eq!(page.hidden("person").as_deref(), Some(id.as_str()));
    }
    assert_eq!(world.times("person_ended") + world.times("link_issued"), 0);
    world.ends_well();
}

#[test]
fn a_password_is_changed_by_who_knows_the_one_before() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let [mut here, there] = [(), ()].map(|()| doors.person("reception"));
    let before = std::fs::read_to_string(world.stage.password_file("reception")).unwrap();
    let new = "a field of barley in the wind";
    let path = "/en/desk/password";
    assert_eq!(here.get(path).status, 200);
    for (old, first, second, field, key) in [
        ("guessed", new, new, "before", "desk-password-before-wrong"),
        (
            before.as_str(),
            new,
            "another one",
            "password_again",
            "desk-password-differs",
        ),
        (
            before.as_str(),
            "reception is my name",
            "x",
            "password",
            "desk-password-handle",
        ),
    ] {
        let fields = [
            ("before", old),
            ("password", first),
            ("password_again", second),
        ];
        let page = here.sends(path, &fields);
        page.refused(field, key);
        assert!(!page.text.contains(new), "a password is not shown");
    }
    let short = [
        ("before", before.as_str()),
        ("password", "short"),
        ("password_again", "short"),
    ];
    let page = here.sends(path, &short);
    let said = filled("en", "desk-password-short", &[("min", "12")]);
    assert_eq!((page.status, page.beside("password")), (422, Some(said)));
    let fields = [
        ("before", before.as_str()),
        ("password", new),
        ("password_again", new),
    ];
    let changed = here.sends(path, &fields);
    assert_eq!(changed.sent_on(), "/en/desk/?done=password");
    here.keep(&changed);
    assert!(
        here.get(&changed.location)
            .has(&words("en", "done-password"))
    );
    // A second press of the button is told from a wrong password.
    here.sends(path, &fields)
        .refused("password", "desk-password-is-current");
    // Wherever else the person was signed in, it is not any more.
    assert_eq!(there.get("/en/desk/").status, 303);
    assert_eq!(there.signs_in("reception", &before).status, 422);
    assert_eq!(there.signs_in("reception", new).status, 303);
    world.ends_well();
}

#[test]
fn a_form_that_met_the_end_of_a_session_is_offered_again_after_signing_in() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let stranger = doors.stranger(server::Side::Desk);
    let asked = stranger.sends(REGISTER, &DOGWOOD);
    assert_eq!(asked.status, 401);
    assert!(asked.says("desk-sign-in-kept"));
    assert_eq!(asked.hidden("keep_action").as_deref(), Some(REGISTER));
    let password = std::fs::read_to_string(world.stage.password_file("reception")).unwrap();
    let mut fields = vec![
        ("handle".to_owned(), "reception".to_owned()),
        ("password".to_owned(), password),
        ("keep_action".to_owned(), REGISTER.to_owned()),
    ];
    for (name, _) in DOGWOOD {
        let value = asked.hidden(&format!("keep.{name}")).unwrap();
        fields.push((format!("keep.{name}"), value));
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let resumed = stranger.sends("/en/sign-in", &fields);
    assert_eq!(resumed.status, 200);
    assert!(resumed.says("desk-resume-note") && resumed.cookie.contains("HttpOnly"));
    for (name, value) in DOGWOOD {
        assert_eq!(resumed.hidden(name).as_deref(), Some(value), "{name}");
    }
    // Nothing was sent for anybody yet.
    assert_eq!(world.times("party_registered"), 0);
    // Nobody is led out of the house.
    let away = stranger.get("/en/sign-in?next=//elsewhere.example/desk/");
    assert_eq!(away.hidden("next").as_deref(), Some("/desk/"));
    world.ends_well();
}
