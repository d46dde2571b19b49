//! How a vendor comes in: the link and its code, the terms, the number told on the telephone, and the end of a session.

use serde_json::json;
use server::Side;
use testkit::world::span;
use testkit::{Case, World, given};

use crate::page::words;
use crate::partner::{follow, vendor};
use crate::visitor::Doors;

const ADDRESS: &str = "psirt@birch.example";
const SECRET: &str = "経路の検査が一つ抜けています";

fn invited(case: &Case<'_>) -> given::Invitation {
    case.contact("Birch");
    case.world.runs_due();
    given::invitation(case.world, ADDRESS)
}

#[test]
fn the_page_behind_a_link_is_the_same_for_every_link() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let stranger = doors.stranger(Side::Partner);
    let known = invited(&case).link;
    let unknown = "a".repeat(known.len());
    for lang in ["ja", "en"] {
        let page = |link: &str| stranger.get(&format!("/{lang}/partner/i/{link}"));
        let shown = page(&known);
        assert_eq!(shown.status, 200);
        assert!(shown.says("partner-invitation-title"), "{lang}");
        assert!(!shown.has("Birch") && !shown.has(&case.number), "{lang}");
        assert_eq!(
            shown.shown().replace(&known, &unknown),
            page(&unknown).shown()
        );
    }
    // What is not in the form of a link is repeated on no page.
    let missing = stranger.get("/en/partner/nothing");
    for odd in ["A".repeat(26), "a".repeat(27), "a%3Cb".to_owned()] {
        let page = stranger.get(&format!("/en/partner/i/{odd}"));
        assert_eq!((page.status, &page.text), (404, &missing.text), "{odd}");
    }
    world.ends_well();
}

#[test]
fn wrong_unknown_and_used_are_one_answer() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let stranger = doors.stranger(Side::Partner);
    let invitation = invited(&case);
    let with = |link: &str, code: &str| {
        let path = format!("/en/partner/i/{link}");
        let page = stranger.sends(&path, &[("code", code)]);
        (page.status, page.shown().replace(link, "LINK"), page.cookie)
    };
    let unknown = with(&"a".repeat(26), "123456");
    assert_eq!(unknown.0, 422);
    let wrong = if invitation.code == "123456" {
        "654321"
    } else {
        "123456"
    };
    assert_eq!(with(&invitation.link, wrong), unknown);
    assert_eq!(follow(&stranger, &invitation).status, 303);
    assert_eq!(with(&invitation.link, &invitation.code), unknown);
    world.ends_well();
}

#[test]
fn a_code_is_asked_for_and_never_shown_again() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let stranger = doors.stranger(Side::Partner);
    let invitation = invited(&case);
    let path = format!("/en/partner/i/{}", invitation.link);
    let empty = stranger.sends(&path, &[("code", " - ")]);
    empty.refused("code", "partner-invitation-code-missing");
    let wrong = stranger.sends(&path, &[("code", "0000001")]);
    wrong.refused("code", "partner-invitation-wrong");
    assert_eq!(wrong.typed("code").as_deref(), Some(""));
    assert!(wrong.says("partner-invitation-tries"));
    // As somebody reads it from the mail.
    let (first, rest) = invitation.code.split_at(3);
    let spaced = format!(" {first} {rest} ");
    let page = stranger.sends(&path, &[("code", spaced.as_str())]);
    assert_eq!(page.sent_on(), "/en/partner/");
    assert!(!page.location.contains(&invitation.link));
    world.ends_well();
}

#[test]
fn a_link_takes_five_wrong_codes_and_no_more() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let stranger = doors.stranger(Side::Partner);
    let invitation = invited(&case);
    let path = format!("/en/partner/i/{}", invitation.link);
    for _ in 0..5 {
        let page = stranger.sends(&path, &[("code", "0000001")]);
        page.refused("code", "partner-invitation-wrong");
    }
    let page = follow(&stranger, &invitation);
    page.refused("code", "partner-invitation-wrong");
    assert_eq!(page.cookie, "");
    world.ends_well();
}

#[test]
fn whoever_asks_for_a_new_link_is_told_the_same() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let stranger = doors.stranger(Side::Partner);
    let known = invited(&case).link;
    let unknown = "b".repeat(known.len());
    let asks = |link: &str| stranger.sends(&format!("/en/partner/i/{link}/new"), &[]);
    let page = asks(&known);
    assert_eq!(page.status, 200);
    assert!(page.says("partner-asked-title"));
    assert_eq!(page.text.replace(&known, &unknown), asks(&unknown).text);
    assert_eq!(asks("A-link").status, 404);
    world.ends_well();
}

#[test]
fn details_are_read_after_terms_number_and_letter_and_not_before() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    let before = world.times("basis_recorded");
    let page = birch.get("/en/partner/");
    assert!(page.says("partner-about-text") && page.says("partner-terms-one"));
    assert!(!page.has(SECRET));

    birch
        .sends("/en/partner/terms", &[("do", "accept")])
        .refused("accept", "partner-terms-missing");
    assert_eq!(world.times("basis_recorded"), before);
    let accepted = birch.sends("/en/partner/terms", &[("accept", "yes")]);
    assert!(birch.follows(&accepted).says("done-partner-terms"));
    // Who sends the form twice has accepted once.
    assert_eq!(
        birch
            .sends("/en/partner/terms", &[("accept", "yes")])
            .status,
        303
    );
    assert_eq!(world.times("basis_recorded"), before + 1);

    let details = json!({ "classes": ["V"] });
    case.does_with(case.vendor("Birch"), "send-details", details);
    assert!(!birch.get("/en/partner/").has(SECRET));
    let coordinator = doors.person("coordinator");
    let digits = base::digits(case.vendor("Birch"));
    let desk = format!("/en/desk/cases/{}/vendors/{digits}", case.number);
    let told = coordinator.fills(
        &desk,
        &[
            ("do", "phone-code"),
            ("called_number", "+81 3 0000 0000"),
            ("called_from", "public"),
        ],
    );
    let (_, rest) = told.text.split_once("id=\"phone-code\">").unwrap();
    let code = rest.split('<').next().unwrap().to_owned();
    let tells = |code: &str| birch.sends("/en/partner/code", &[("code", code)]);
    tells(" ").refused("code", "partner-code-missing");
    let wrong = tells("1");
    wrong.refused("code", "partner-code-wrong");
    assert_eq!(wrong.typed("code").as_deref(), Some(""));
    assert_eq!(world.times("second_step_passed"), 0);
    let right = tells(&code);
    let page = birch.follows(&right);
    assert!(page.says("done-partner-step") && page.has(SECRET));
    assert!(page.has(&case.number));
    assert_eq!(world.times("second_step_passed"), 1);
    world.ends_well();
}

#[test]
fn a_number_that_was_told_holds_for_an_hour_and_for_its_vendor() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let [aoba, birch] = ["Aoba", "Birch"].map(|name| vendor(&doors, &case, name));
    let draws = || {
        let guest = world.wait(world.stage.guest(case.vendor("Birch"))).unwrap();
        let act = world.act("coordinator");
        let code = engine::coordination::issue_phone_code(
            world.house(),
            &act,
            guest.participant,
            testkit::given::call(),
        );
        world.wait(Box::pin(code)).unwrap()
    };
    let code = draws();
    let path = "/en/partner/code";
    assert_eq!(aoba.sends(path, &[("code", code.as_str())]).status, 422);
    world.passes_to(world.ahead(span(0, 2)));
    assert_eq!(birch.sends(path, &[("code", code.as_str())]).status, 422);
    let code = draws();
    assert_eq!(birch.sends(path, &[("code", code.as_str())]).status, 303);
    // It is used up, and every session tells its own.
    assert_eq!(birch.sends(path, &[("code", code.as_str())]).status, 422);
    assert_eq!(world.times("second_step_passed"), 1);
    world.ends_well();
}

#[test]
fn whoever_wishes_to_be_called_says_where() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    let asks = |phone: &str, hours: &str| {
        birch.sends("/en/partner/call", &[("phone", phone), ("hours", hours)])
    };
    let page = asks(" ", "weekday mornings");
    page.refused("phone", "partner-phone-missing");
    assert_eq!(page.typed("hours").as_deref(), Some("weekday mornings"));
    let long = "0".repeat(61);
    let page = asks(&long, "");
    assert_eq!(page.status, 422);
    assert!(page.beside("phone").is_some());
    assert_eq!(page.typed("phone"), Some(long));
    assert_eq!(world.times("call_asked"), 0);
    let asked = birch.follows(&asks("03-0000-0000", "weekday mornings"));
    assert!(asked.says("done-partner-call") && asked.says("partner-call-asked"));
    assert_eq!(world.times("call_asked"), 1);
    world.ends_well();
}

#[test]
fn a_session_of_a_vendor_ends_and_what_it_was_typing_comes_back_to_be_copied() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    world.passes_to(world.ahead(span(0, 13)));
    let sent = birch.sends(
        "/en/partner/text",
        &[("kind", "statement"), ("text", "We will <ship> & tell")],
    );
    assert_eq!(sent.status, 401);
    assert!(sent.says("partner-outside-copy") && sent.has("We will <ship> & tell"));
    let code = birch.sends("/en/partner/code", &[("code", "12345678")]);
    assert_eq!(code.status, 401);
    assert!(!code.has("12345678"), "a number is not shown");
    let page = birch.get("/ja/partner/");
    assert_eq!(page.status, 200);
    assert!(page.says("partner-outside-title"));
    assert_eq!(world.times("statement_recorded"), 0);
    world.ends_well();
}

#[test]
fn whoever_was_let_in_leaves_the_browser_as_it_was() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    let out = birch.sends("/en/sign-out", &[]);
    assert_eq!(out.sent_on(), "/en/partner/");
    assert!(out.cookie.contains("Max-Age=0"), "{}", out.cookie);
    assert!(birch.get("/en/partner/").says("partner-outside-title"));
    world.ends_well();
}

#[test]
fn another_contact_point_ends_what_the_one_before_was_let_into() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    assert!(birch.get("/en/partner/").has("Birch Works"));
    let coordinator = doors.person("coordinator");
    let register = format!("/en/desk/register/{}", case.parties[1]);
    let fields = [("do", "party-contact"), ("contact", "csirt@birch.example")];
    assert_eq!(coordinator.fills(&register, &fields).status, 303);
    let outside = birch.get("/en/partner/");
    assert!(outside.says("partner-outside-title") && !outside.has("Birch Works"));
    world.ends_well();
}

#[test]
fn a_vendor_sends_so_many_forms_an_hour_and_no_more() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    let sends = || birch.sends("/en/partner/receipt", &[]).status;
    for n in 0..200 {
        assert_eq!(sends(), 303, "form {n}");
    }
    assert_eq!(sends(), 429);
    // What was typed stands there to be sent again, and it says when.
    let late = birch.sends("/en/partner/text", &[("text", "Our fix is <on its way>.")]);
    assert_eq!((late.status, late.retry_after.as_str()), (429, "60"));
    assert!(late.says("desk-later-often"));
    assert!(late.has("Our fix is <on its way>."));
    // Looking is no form, and another vendor has forms of its own.
    assert_eq!(birch.get("/en/partner/").status, 200);
    let aoba = vendor(&doors, &case, "Aoba");
    assert_eq!(aoba.sends("/en/partner/receipt", &[]).status, 303);
    let later = engine::Instant(world.ahead(span(0, 1)).0 + 1_000_000);
    world.stage.clock.move_to(later);
    assert_eq!(sends(), 303);
    assert_eq!(world.times("receipt_confirmed"), 2);
    world.ends_well();
}

#[test]
fn a_closed_matter_is_told_and_takes_nothing() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    case.does("close-case", json!({ "code": "not_vulnerability" }));
    for lang in ["ja", "en"] {
        let page = birch.get(&format!("/{lang}/partner/"));
        assert!(page.has(&words(lang, "partner-closed")), "{lang}");
        for verb in ["accept", "enter", "ask", "confirm", "leave"] {
            assert!(!page.offers(verb), "{lang} {verb}");
        }
    }
    let call = birch.sends("/en/partner/call", &[("phone", "03-0000-0000")]);
    call.refused("", "partner-refused-closed");
    world.ends_well();
}
