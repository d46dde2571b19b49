//! The register: who is in it, and what ends when a contact point changes.

use domain::text::class::Class;
use domain::text::gate::Strength;
use engine::people::sessions::Of;
use serde_json::json;
use testkit::world::{said, span};
use testkit::{Case, World, given};

use crate::seen::{self, all_refused};

#[test]
fn a_party_is_found_by_its_name_while_only_one_has_it() {
    let world = World::founded();
    given::vendor(&world, "Aoba", false);
    let fields = json!({ "party": "Aoba Works", "version": "3" });
    world.does("agree-standing", fields.clone());
    given::vendor(&world, "Aoba", false);
    assert_eq!(world.refuses("agree-standing", fields), "input");
    world.ends_well();
}

#[test]
fn an_import_that_runs_twice_enters_a_party_once() {
    let world = World::founded();
    let fields = json!({
        "id": "01a2014d68a876789689eabce21307db", "name_ja": "青葉", "name_en": "Aoba", "lang": "ja",
    });
    let entered = world.does("register-party", fields.clone());
    assert_eq!(said(&entered, "party"), "01a2014d68a876789689eabce21307db");
    assert_eq!(world.refuses("register-party", fields), "exists");
    assert_eq!(world.times("party_registered"), 1);
    world.ends_well();
}

#[test]
fn a_standing_agreement_is_a_basis_in_every_case_that_follows() {
    let world = World::founded();
    let case = Case::open(&world);
    let details = json!({ "classes": ["V"] });
    case.does_with(case.vendor("Aoba"), "send-details", details.clone());
    let refused = case.refuses_with(case.vendor("Birch"), "send-details", details.clone());
    assert_eq!(refused, "participant.no_basis");
    // An agreement that comes later opens no case that is under way.
    world.does(
        "agree-standing",
        json!({ "party": case.parties[1], "version": "3" }),
    );
    let refused = case.refuses_with(case.vendor("Birch"), "send-details", details);
    assert_eq!(refused, "participant.no_basis");
    world.ends_well();
}

#[test]
fn a_changed_contact_point_ends_what_went_to_the_one_before() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    world.runs_due();
    let old = given::invitation(&world, "psirt@aoba.example");
    world.does(
        "change-contact",
        json!({ "party": case.parties[0], "contact": "csirt@aoba.example" }),
    );
    assert!(
        !given::is_let_in(&world, &old),
        "a link to the address before"
    );
    world.passes_to(world.ahead(span(0, 1)));
    case.contact("Aoba");
    world.runs_due();
    let new = given::invitation(&world, "csirt@aoba.example");
    assert!(given::is_let_in(&world, &new));
    assert!(!given::is_let_in(&world, &new), "a link opens once");
    world.ends_well();
}

#[test]
fn a_party_is_entered_with_both_names_and_a_usable_address_or_not_at_all() {
    let world = World::founded();
    let with = |field: &str, value: &str| {
        let mut fields = json!({
            "name_ja": "青葉", "name_en": "Aoba", "lang": "ja", "contact": "psirt@aoba.example",
        });
        fields[field] = value.into();
        ("register-party", fields)
    };
    let wrong = [
        with("name_ja", " "),
        with("name_en", ""),
        with("contact", "nowhere"),
        with("contact", "two words@aoba.example"),
    ];
    all_refused(&world, "coordinator", "input", &wrong);
    for (name, fields) in [with("lang", "fr"), with("colour", "green")] {
        let unread = world.refuses(name, fields);
        assert!(unread.starts_with("unread: "), "{unread}");
    }
    let (name, fields) = with("kana", "アオバ");
    world.does(name, fields);
    assert_eq!(world.times("party_registered"), 1);
    world.ends_well();
}

#[test]
fn the_register_keeps_what_was_entered_and_the_ledger_no_address() {
    let world = World::founded();
    let id = given::vendor(&world, "Aoba", false);
    let before = seen::party(&world, &id);
    assert_eq!(
        (before.name_ja.as_str(), before.listed),
        ("Aoba 工房", true)
    );
    assert_eq!(before.standing, None);
    let first = before.contact.unwrap();
    assert_eq!(first.class, Class::C);
    assert_eq!(seen::body(&world, first.body), "psirt@aoba.example");
    for version in ["3", "4"] {
        world.does("agree-standing", json!({ "party": id, "version": version }));
    }
    world.does(
        "change-contact",
        json!({ "party": id, "contact": "csirt@aoba.example" }),
    );
    let after = seen::party(&world, &id);
    assert_eq!(after.standing.as_deref(), Some("4"), "the newest counts");
    assert_ne!(after.contact, Some(first));
    assert_eq!(
        seen::body(&world, after.contact.unwrap().body),
        "csirt@aoba.example"
    );
    for recorded in seen::recorded(&world, &id) {
        let written = serde_json::to_string(&recorded).unwrap();
        assert!(!written.contains('@'), "{written}");
    }
    world.ends_well();
}

#[test]
fn only_the_office_keeps_the_register() {
    let world = World::founded();
    let id = given::vendor(&world, "Aoba", false);
    let commands = [
        (
            "register-party",
            json!({ "name_ja": "樺", "name_en": "Birch", "lang": "ja" }),
        ),
        ("agree-standing", json!({ "party": id, "version": "3" })),
        (
            "change-contact",
            json!({ "party": id, "contact": "other@aoba.example" }),
        ),
    ];
    for handle in ["editor", "admin"] {
        all_refused(&world, handle, "role", &commands);
    }
    for (name, fields) in commands {
        world.does_as("reception", name, fields);
    }
    world.ends_well();
}

#[test]
fn who_is_in_no_register_is_not_found() {
    let world = World::founded();
    let case = Case::open(&world);
    let nobody = "0".repeat(32);
    for party in ["Nobody Works", nobody.as_str(), case.id.as_str()] {
        let commands = [
            ("agree-standing", json!({ "party": party, "version": "3" })),
            (
                "change-contact",
                json!({ "party": party, "contact": "a@b.example" }),
            ),
            (
                "add-participant",
                json!({ "case": case.number, "party": party, "part": "vendor" }),
            ),
        ];
        all_refused(&world, "coordinator", "not_found", &commands);
    }
    world.ends_well();
}

#[test]
fn a_changed_contact_point_ends_sessions_and_numbers_of_that_party_alone() {
    let world = World::founded();
    let case = Case::open(&world);
    let house = world.house();
    let [aoba, birch] = ["Aoba", "Birch"].map(|name| {
        let guest = world.wait(Box::pin(world.stage.guest(case.vendor(name))));
        guest.unwrap()
    });
    let [of_aoba, of_birch] = [aoba, birch].map(|guest| {
        let begun = house.session_begin(Of::Participant(guest.participant), Strength::Link);
        world.wait(Box::pin(begun)).unwrap()
    });
    let lasts = |secret: &str| {
        let found = world.wait(Box::pin(house.session(secret)));
        found.unwrap().is_some()
    };
    let act = world.act("coordinator");
    let issued = engine::coordination::issue_phone_code(
        house,
        &act,
        aoba.participant,
        testkit::given::call(),
    );
    let code = world.wait(Box::pin(issued)).unwrap();
    let change = |contact: &str| json!({ "party": case.parties[0], "contact": contact });
    assert_eq!(world.refuses("change-contact", change("nowhere")), "input");
    assert!(lasts(&of_aoba), "a refusal ends nothing");
    world.does("change-contact", change("csirt@aoba.example"));
    assert_eq!([of_aoba, of_birch].map(|of| lasts(&of)), [false, true]);
    let passed = engine::coordination::pass_phone_code(house, &aoba, &code);
    assert!(!world.wait(Box::pin(passed)).unwrap());
    world.ends_well();
}
