//! Letters to vendors: what the first one tells and does not tell, a new link for an old one, and what comes back.

use domain::aggregate::Aggregate;
use engine::coordination::invite_again;
use serde_json::json;
use testkit::given::{Invitation, is_let_in};
use testkit::smtp_server::{Mode, Stage};
use testkit::world::{said, span};
use testkit::{Case, World};

use crate::distribution::{Relay, trouble};
use crate::look::{self, Post};

/// A minute, in µs.
const MINUTE: i64 = 60_000_000;

/// Link and code of a letter in English.
fn invitation(words: &str) -> Invitation {
    let after = |before: &str| {
        let (_, rest) = words.split_once(before).unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    };
    Invitation {
        link: after("/en/partner/i/"),
        code: after("Confirmation code: "),
    }
}

/// Asks for a new link with one that was sent once.
fn asks_again(world: &World, link: &str) {
    let asked = invite_again(world.house(), link);
    world.wait(Box::pin(asked)).unwrap();
    world.runs_due();
}

#[test]
fn a_first_letter_tells_no_weakness_no_product_and_no_case() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    world.runs_due();
    let mails = world.mails_to("psirt@aoba.example");
    let [mail] = mails.as_slice() else {
        panic!("one letter: {mails:?}")
    };
    let words = testkit::world::words(mail);
    let tracking = case.vendor("Aoba").trim_start_matches("TN#");
    assert!(words.contains(tracking), "{words}");
    assert!(is_let_in(&world, &invitation(&words)));
    for kept in [
        case.number.as_str(),
        case.report.number.as_str(),
        "Gateway",
        "ゲートウェイ",
        "経路",
        "Birch",
    ] {
        assert!(!words.contains(kept) && !mail.text.contains(kept), "{kept}");
    }
    world.ends_well();
}

#[test]
fn who_holds_an_old_link_gets_a_new_one_three_times_a_day() {
    let world = World::founded();
    let case = Case::open(&world);
    let mut post = Post::of("psirt@aoba.example");
    case.contact("Aoba");
    world.runs_due();
    let mut newest = invitation(&post.fresh(&world)[0]);
    let first = newest.link.clone();
    asks_again(&world, &first);
    assert!(post.fresh(&world).is_empty(), "the one that holds suffices");
    let mut sent = 0;
    for _ in 0..6 {
        assert!(is_let_in(&world, &newest), "used up");
        world.passes_to(world.ahead(11 * MINUTE));
        asks_again(&world, &newest.link);
        let Some(letter) = post.fresh(&world).pop() else {
            break;
        };
        newest = invitation(&letter);
        sent += 1;
    }
    assert_eq!(sent, 3);
    asks_again(&world, &first);
    assert!(post.fresh(&world).is_empty(), "nor by an older one");
    world.days_pass(1);
    world.passes_to(world.ahead(11 * MINUTE));
    asks_again(&world, &first);
    let letters = post.fresh(&world);
    assert_eq!(letters.len(), 1);
    assert!(is_let_in(&world, &invitation(&letters[0])));
    world.ends_well();
}

#[test]
fn nobody_is_written_to_for_a_link_that_was_never_sent_or_is_of_the_past() {
    let world = World::founded();
    let case = Case::open(&world);
    let mut post = Post::of("@aoba.example");
    case.contact("Aoba");
    world.runs_due();
    let link = invitation(&post.fresh(&world)[0]);
    asks_again(&world, "aaaaaaaaaaaaaaaaaaaaaaaaaa");
    asks_again(&world, "no link");
    assert!(is_let_in(&world, &link));
    case.does_with(case.vendor("Aoba"), "leave-case", json!({}));
    world.passes_to(world.ahead(11 * MINUTE));
    asks_again(&world, &link.link);
    assert!(post.fresh(&world).is_empty(), "it has left");

    let mut post = Post::of("@birch.example");
    case.contact("Birch");
    world.runs_due();
    let link = invitation(&post.fresh(&world)[0]);
    assert!(is_let_in(&world, &link));
    case.does("close-case", json!({ "code": "withdrawn" }));
    world.passes_to(world.ahead(11 * MINUTE));
    asks_again(&world, &link.link);
    assert!(post.fresh(&world).is_empty(), "the case is closed");
    world.ends_well();
}

/// Tells whether the house knows that no mail reaches a participant.
fn is_undeliverable(world: &World, tracking: &str) -> bool {
    match look::numbered(world, tracking) {
        Aggregate::Participant(found) => found.undeliverable.is_some(),
        _ => panic!("a participant"),
    }
}

/// How often a contact was attempted, as the ledger says it.
fn attempts(world: &World, tracking: &str) -> usize {
    let happened = world.happened_in(tracking);
    happened
        .iter()
        .filter(|kind| *kind == "contact_attempted")
        .count()
}

#[test]
fn a_letter_that_its_reader_refuses_is_recorded_and_not_written_again() {
    let relay = Relay::started();
    relay.refuses("@birch.example");
    let world = World::founded_with(|config| relay.is_used_by(config));
    let case = Case::open(&world);
    let (aoba, birch) = (case.vendor("Aoba"), case.vendor("Birch"));
    case.contact("Aoba");
    case.contact("Birch");
    world.runs_due();
    world.days_pass(1);
    let told = [aoba, birch].map(|who| (is_undeliverable(&world, who), attempts(&world, who)));
    assert_eq!(told, [(false, 1), (true, 2)]);
    assert_eq!(relay.server.messages().len(), 1);
    // Whoever mends the mailbox is written to anew.
    relay.server.set_rules(vec![]);
    case.contact("Birch");
    world.runs_due();
    assert!(!is_undeliverable(&world, birch));
    assert_eq!(relay.server.messages().len(), 2);
    world.ends_well();
}

#[test]
fn a_party_without_an_address_is_a_matter_of_telephone_and_post() {
    let world = World::founded();
    let case = Case::open(&world);
    let fields = json!({ "name_ja": "砂丘", "name_en": "Dune Works", "lang": "en" });
    let party = said(&world.does("register-party", fields), "party");
    let fields = json!({ "case": case.number, "party": party, "part": "vendor" });
    let tracking = said(&world.does("add-participant", fields), "tracking");
    let mail = json!({ "channel": "mail", "result": "tried" });
    case.does_with(&tracking, "contact", mail);
    world.runs_due();
    assert!(is_undeliverable(&world, &tracking));
    assert!(world.mails().is_empty());
    let phone = json!({ "channel": "phone", "result": "reached" });
    case.does_with(&tracking, "contact", phone);
    assert!(!is_undeliverable(&world, &tracking));
    world.ends_well();
}

#[test]
fn a_letter_waits_for_a_relay_that_is_away_and_is_written_once() {
    let relay = Relay::started();
    let world = World::founded_with(|config| relay.is_used_by(config));
    let case = Case::open(&world);
    for mode in [
        Mode::Refuse4xx(Stage::Rcpt),
        Mode::Refuse5xx(Stage::Mail),
        Mode::Cut(Stage::Greeting),
    ] {
        relay.server.set_mode(mode);
        case.contact("Aoba");
        world.runs_due();
        assert!(!is_undeliverable(&world, case.vendor("Aoba")), "{mode:?}");
        let before = relay.server.messages().len();
        relay.server.set_mode(Mode::Accept);
        world.passes_to(world.ahead(span(0, 1)));
        assert_eq!(relay.server.messages().len(), before + 1, "{mode:?}");
        world.passes_to(world.ahead(span(0, 3)));
        assert_eq!(relay.server.messages().len(), before + 1, "{mode:?}");
    }
    assert_eq!(attempts(&world, case.vendor("Aoba")), 3);
    world.ends_well();
}

#[test]
fn a_relay_that_takes_no_letter_is_an_alarm_until_it_takes_one() {
    let relay = Relay::started();
    let world = World::founded_with(|config| relay.is_used_by(config));
    let case = Case::open(&world);
    for (answers, told) in [
        (Mode::Cut(Stage::Greeting), Some(0)),
        (Mode::Refuse5xx(Stage::Mail), Some(550)),
        // One reader who is put off tells nothing of the relay.
        (Mode::Refuse4xx(Stage::Rcpt), None),
    ] {
        relay.server.set_mode(answers);
        case.contact("Aoba");
        world.runs_due();
        assert_eq!(trouble(&world), told, "{answers:?}");
        relay.server.set_mode(Mode::Accept);
        world.passes_to(world.ahead(span(0, 1)));
        assert_eq!(trouble(&world), None, "{answers:?}");
    }
    world.ends_well();
}

#[test]
fn a_password_that_cannot_be_read_is_an_alarm_when_a_letter_is_due() {
    let relay = Relay::started();
    let world = World::founded_with(|config| {
        relay.is_used_by(config);
        config.mail.user = "noroshi".to_owned();
        config.mail.password_file = "/nonexistent/relay.password".to_owned();
    });
    let case = Case::open(&world);
    world.runs_due();
    assert_eq!(trouble(&world), None);
    case.contact("Aoba");
    world.runs_due();
    assert_eq!(trouble(&world), Some(0));
    assert_eq!(relay.server.connections(), 0);
    world.ends_well_but(&["first_contact"]);
}
