//! The register: who is in it, and what ends when a contact point changes.

use serde_json::json;
use testkit::world::{said, span};
use testkit::{Case, World, given};

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
