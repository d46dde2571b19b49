//! The call that lets a vendor in: a number is shown once, and who called where is on record.

use testkit::{Case, World};

use crate::vendor::path;
use crate::visitor::Doors;

#[test]
fn a_code_for_the_telephone_is_shown_on_one_page_and_who_called_which_number_is_recorded() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let here = path(&case, "Aoba");
    let before = world.happened();
    let drawn = coordinator.fills(&here, &CALLED);
    assert_eq!(drawn.status, 200);
    let code = code_of(&drawn.text);
    assert_eq!(code.len(), 8, "{code}");
    assert!(code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
    let again = coordinator.get(&here);
    assert!(!again.has("id=\"phone-code\">") && !again.has(&code));
    // Another one ends it.
    let other = coordinator.fills(&here, &CALLED);
    assert_ne!(code_of(&other.text), code);
    let after = world.happened().split_off(before.len());
    assert_eq!(after, ["phone_code_issued"; 2]);
    let page = coordinator.get(&here);
    assert!(
        page.has("Telephone code issued (Found independently"),
        "{}",
        page.text
    );
    let nobody = coordinator.fills(&here, &[("do", "phone-code"), ("called_from", "register")]);
    nobody.refused("called_number", "work-phone-code-number-missing");
    world.ends_well();
}

/// What is typed of a call.
pub(crate) const CALLED: [(&str, &str); 3] = [
    ("do", "phone-code"),
    ("called_number", "+81 3 0000 0000"),
    ("called_from", "public"),
];

fn code_of(text: &str) -> String {
    let (_, rest) = text.split_once("id=\"phone-code\">").unwrap();
    let shown = rest.split('<').next().unwrap();
    shown.chars().filter(|sign| *sign != ' ').collect()
}
