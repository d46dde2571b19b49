//! A vendor's page: in by invitation, its own matter only, what it says is recorded.

use server::Side;
use testkit::world::{at, span};
use testkit::{Case, World, given};

use crate::visitor::{Doors, Page, Visitor};

/// Follows the invitation that was sent to a vendor; returns the answer.
pub fn follow(visitor: &Visitor<'_>, invitation: &given::Invitation) -> Page {
    let path = format!("/en/partner/i/{}", invitation.link);
    visitor.sends(&path, &[("code", invitation.code.as_str())])
}

/// A vendor that has followed its invitation.
pub fn vendor<'d>(doors: &'d Doors<'_>, case: &Case<'_>, name: &str) -> Visitor<'d> {
    case.contact(name);
    case.world.runs_due();
    let address = format!("psirt@{}.example", name.to_lowercase());
    let mut visitor = doors.stranger(Side::Partner);
    let page = follow(&visitor, &given::invitation(case.world, &address));
    assert_eq!(page.status, 303, "{}", page.text);
    visitor.keep(&page);
    visitor
}

#[test]
fn an_invitation_lets_in_once_and_only_with_its_code() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    case.contact("Aoba");
    world.runs_due();
    let invitation = given::invitation(&world, "psirt@aoba.example");
    let stranger = doors.stranger(Side::Partner);
    let wrong = given::Invitation {
        code: "000000".to_owned(),
        ..invitation.clone()
    };
    assert_eq!(follow(&stranger, &wrong).status, 422);
    // Looking uses nothing up, as a mail scanner does.
    let path = format!("/en/partner/i/{}", invitation.link);
    assert_eq!(stranger.get(&path).status, 200);
    assert_eq!(follow(&stranger, &invitation).status, 303);
    assert_eq!(follow(&stranger, &invitation).status, 422);
    world.ends_well();
}

#[test]
fn a_vendor_sees_its_own_matter_only() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let aoba = vendor(&doors, &case, "Aoba");
    let page = aoba.get("/en/partner/");
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Aoba Works"), "{}", page.text);
    for foreign in [
        "Birch",
        "Cedar",
        case.number.as_str(),
        case.report.number.as_str(),
    ] {
        assert!(!page.text.contains(foreign), "{foreign}");
    }
    world.ends_well();
}

#[test]
fn what_a_vendor_says_is_recorded_as_its_own_word() {
    let world = World::founded();
    let case = Case::open(&world);
    let until = world.ahead(span(30, 0));
    case.does("propose-date", serde_json::json!({ "until": at(until) }));
    let doors = Doors::of(&world);
    let aoba = vendor(&doors, &case, "Aoba");
    assert_eq!(aoba.sends("/en/partner/receipt", &[]).status, 303);
    // Whoever agrees speaks of the date that was on the page.
    let other = at(world.ahead(span(31, 0)));
    let agrees = |until: &str| aoba.sends("/en/partner/date", &[("do", "agree"), ("until", until)]);
    assert_ne!(agrees(&other).status, 303);
    assert_eq!(agrees(&at(until)).status, 303);
    let happened = world.happened_in(case.vendor("Aoba"));
    for kind in ["receipt_confirmed", "date_agreed"] {
        assert!(happened.iter().any(|known| known == kind), "{kind}");
    }
    let events = world.wait(Box::pin(world.stage.events())).unwrap();
    let agreed = events
        .iter()
        .find(|(_, recorded)| recorded.command == "agree-date");
    let (_, recorded) = agreed.unwrap();
    assert_eq!(recorded.role, domain::role::Role::Vendor);
    world.ends_well();
}

#[test]
fn a_vendor_is_nobody_at_the_desk_and_the_desk_nobody_here() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let mut aoba = vendor(&doors, &case, "Aoba");
    aoba.side = Side::Desk;
    assert_eq!(aoba.get("/en/desk/").status, 303);
    let mut coordinator = doors.person("coordinator");
    coordinator.side = Side::Partner;
    assert_eq!(coordinator.sends("/en/partner/receipt", &[]).status, 401);
    assert_eq!(world.times("receipt_confirmed"), 0);
    world.ends_well();
}

#[test]
fn who_has_left_has_no_page_any_more() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let aoba = vendor(&doors, &case, "Aoba");
    case.does_with(case.vendor("Aoba"), "leave-case", serde_json::json!({}));
    let nobody = doors.stranger(Side::Partner);
    assert_eq!(
        aoba.get("/en/partner/").text,
        nobody.get("/en/partner/").text
    );
    assert_eq!(aoba.sends("/en/partner/receipt", &[]).status, 401);
    // Nor when it is brought back: the desk's page of it offers that, with a reason, and nothing else.
    let tracking = case.vendor("Aoba").trim_start_matches("TN#").to_owned();
    let page = format!("/en/desk/cases/{}/vendors/{tracking}", case.number);
    let desk = doors.person("coordinator");
    let offered = desk.get(&page).text;
    assert!(offered.contains("value=\"bring-back\"") && !offered.contains("value=\"leave\""));
    let silent = desk.sends(&page, &[("do", "bring-back"), ("back_reason", " ")]);
    assert_eq!(silent.status, 422);
    let told = desk.sends(
        &page,
        &[("do", "bring-back"), ("back_reason", "their lead called")],
    );
    assert_eq!(told.status, 303, "{}", told.text);
    assert!(desk.get(&page).text.contains("value=\"leave\""));
    world.runs_due();
    assert_eq!(aoba.sends("/en/partner/receipt", &[]).status, 401);
    world.ends_well();
}
