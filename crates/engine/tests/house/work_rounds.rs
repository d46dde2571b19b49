//! The rounds of the kinds of work: what each does and leaves to others, what waits, and what a failure stops.

use domain::value::{CopyChannel, Instant};
use engine::Fault;
use engine::coordination::{issue_phone_code, pass_phone_code};
use engine::distribution::copies::Editions;
use engine::work::{Kind, Next, Round};
use serde_json::json;
use testkit::smtp_server::{Mode, Stage};
use testkit::world::{at, before, span};
use testkit::{Case, World, given};

use crate::distribution::{Relay, states};

/// A minute, in µs.
const MINUTE: i64 = 60_000_000;

/// One round of a kind: what it did, and when it wants to be looked at again.
fn round(world: &World, kind: Kind) -> (Round, Next) {
    let (mut editions, mut done) = (Editions::default(), Round::default());
    let taken = world.house().round(kind, &mut editions, &mut done);
    let next = world.wait(Box::pin(taken)).unwrap();
    (done, next)
}

/// A case with an approved plan for two hours ahead and without an embargo; returns the instant.
fn approved(case: &Case<'_>) -> Instant {
    case.drafted(None);
    let instant = case.world.ahead(span(0, 2));
    let plan = case.planned(instant);
    case.approved(&plan);
    instant
}

fn is_out(case: &Case<'_>) -> bool {
    let path = format!("advisories/{}.json", case.number);
    case.world.public(&path).is_some()
}

#[test]
fn each_kind_does_its_own_part_of_a_publication() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    let instant = approved(&case);
    world.stage.clock.move_to(instant);
    for kind in Kind::all() {
        if kind != Kind::Release {
            assert_eq!(round(&world, kind).0, Round::default(), "{kind:?}");
        }
    }
    assert_eq!(world.times("published"), 0);
    let (released, _) = round(&world, Kind::Release);
    assert_eq!(released.published, std::slice::from_ref(&case.number));
    assert_eq!(world.times("published"), 1);
    // Neither of the two that follow waits for the other.
    assert!(!is_out(&case) && world.mails().is_empty());
    let (sent, _) = round(&world, Kind::Copies(CopyChannel::Mail));
    assert_eq!((sent.sent, sent.pressed), (1, false));
    assert!(!is_out(&case));
    let (pressed, _) = round(&world, Kind::Press);
    assert_eq!((pressed.sent, pressed.pressed), (0, true));
    assert!(is_out(&case));
    for kind in Kind::all() {
        assert_eq!(round(&world, kind).0, Round::default(), "{kind:?} again");
    }
    assert_eq!(world.mails().len(), 1);
    world.ends_well();
}

#[test]
fn a_kind_says_when_it_is_due_and_looks_every_second_at_least() {
    let world = World::founded();
    let case = Case::open(&world);
    let instant = approved(&case);
    for kind in Kind::all() {
        let now = world.now().0;
        let (_, next) = round(&world, kind);
        let Next::At(look) = next else {
            panic!("{kind:?} has nothing to do")
        };
        let wait = look - now;
        assert!((1..=1_100_000).contains(&wait), "{kind:?}: {wait} µs");
    }
    // In the last second it is the instant itself.
    let close = Instant(instant.0 - 300_000);
    world.passes_to(Instant(instant.0 - 2_000_000));
    world.stage.clock.move_to(close);
    let (done, next) = round(&world, Kind::Release);
    assert_eq!((done, next), (Round::default(), Next::At(instant.0)));
    assert_eq!(world.passes_to(instant), std::slice::from_ref(&case.number));
    world.ends_well();
}

#[test]
fn a_held_house_does_nothing_of_any_kind_until_it_is_let_go() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    case.contact("Aoba");
    let instant = approved(&case);
    let store = &world.house().store;
    let held = |why: &[u8]| world.wait(Box::pin(store.set_meta("held", why))).unwrap();
    held(b"restored");
    let before = world.happened().len();
    assert_eq!(
        world.passes_to(Instant(instant.0 + span(2, 0))),
        Vec::<String>::new()
    );
    for kind in Kind::all() {
        assert_eq!(round(&world, kind).0, Round::default(), "{kind:?}");
    }
    assert_eq!(world.happened().len(), before, "no clock fires");
    assert!(world.mails().is_empty() && !is_out(&case));
    let pressed = world.wait(Box::pin(world.house().press()));
    assert!(matches!(pressed, Err(Fault::Held)));
    let written = world.wait(Box::pin(world.house().send_first_contacts()));
    assert!(matches!(written, Err(Fault::Held)));
    held(b"");
    assert_eq!(world.runs_due(), std::slice::from_ref(&case.number));
    assert_eq!(world.mails().len(), 2, "the letter and the copy");
    world.ends_well();
}

#[test]
fn a_press_that_fails_keeps_no_mail_back_and_is_tried_again() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    let instant = approved(&case);
    // A file lies where the tree belongs.
    let public = world.stage.dir().join("public");
    assert!(!public.exists(), "nothing was pressed so far");
    std::fs::write(&public, b"in the way").unwrap();
    world.stage.clock.move_to(instant);
    let failed = world.wait(Box::pin(world.stage.run_due()));
    assert_eq!(failed.unwrap_err().code(), "io");
    assert_eq!(world.times("published"), 1);
    assert_eq!(world.mails_to("one@reader.example").len(), 1);
    std::fs::remove_file(&public).unwrap();
    // It comes back after a pause, and not at once.
    assert_eq!(round(&world, Kind::Press).0, Round::default());
    world.passes_to(world.ahead(2 * MINUTE));
    assert!(is_out(&case));
    world.ends_well();
}

#[test]
fn a_relay_that_is_away_keeps_no_release_and_no_press_back() {
    let relay = Relay::started();
    let world = World::founded_with(|config| relay.is_used_by(config));
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    case.contact("Aoba");
    let instant = approved(&case);
    relay.server.set_mode(Mode::Cut(Stage::Greeting));
    assert_eq!(world.passes_to(instant), std::slice::from_ref(&case.number));
    assert!(is_out(&case));
    assert_eq!(states(&case, 1), ["deferred"]);
    relay.server.set_mode(Mode::Accept);
    world.passes_to(world.ahead(span(0, 3)));
    assert_eq!(states(&case, 1), ["accepted"]);
    assert_eq!(relay.server.messages().len(), 2, "the letter and the copy");
    world.ends_well();
}

#[test]
fn the_duty_is_called_every_quarter_of_an_hour_and_told_nothing() {
    let world = World::founded_with(|config| config.mail.duty = "duty@centre.example".to_owned());
    let case = Case::open(&world);
    let until = world.ahead(span(14, 0));
    case.coordinated(until);
    world.passes_to(before(until));
    for (minutes, calls) in [(0, 1), (14, 1), (16, 2), (29, 2), (31, 3), (46, 4)] {
        world.passes_to(Instant(until.0 + minutes * MINUTE));
        let mails = world.mails_to("duty@centre.example");
        assert_eq!(mails.len(), calls, "after {minutes} minutes");
        for mail in &mails {
            let words = testkit::world::words(mail);
            assert!(words.contains("A date has passed."), "{words}");
            for kept in [case.number.as_str(), "Aoba", "Gateway"] {
                assert!(!words.contains(kept) && !mail.text.contains(kept), "{kept}");
            }
        }
    }
    // The public knows: there is nothing to be late for any more.
    case.does("observe", json!({ "fact": "public_aware" }));
    world.days_pass(1);
    assert_eq!(world.mails_to("duty@centre.example").len(), 4);
    world.ends_well();
}

#[test]
fn a_duty_that_cannot_be_reached_is_called_again_like_any_other_time() {
    let relay = Relay::started();
    let world = World::founded_with(|config| {
        relay.is_used_by(config);
        config.mail.duty = "duty@centre.example".to_owned();
    });
    let case = Case::open(&world);
    let until = world.ahead(span(14, 0));
    case.coordinated(until);
    world.runs_due();
    let before_it = relay.server.messages().len();
    relay.server.set_mode(Mode::Refuse4xx(Stage::Mail));
    world.passes_to(Instant(until.0 + 10 * MINUTE));
    assert_eq!(world.times("embargo_ended"), 1);
    assert_eq!(relay.server.messages().len(), before_it);
    relay.server.set_mode(Mode::Accept);
    world.passes_to(Instant(until.0 + 16 * MINUTE));
    assert_eq!(relay.server.messages().len(), before_it + 1);
    case.does("close-case", json!({ "code": "judged_not_published" }));
    world.passes_to(world.ahead(span(0, 1)));
    assert_eq!(relay.server.messages().len(), before_it + 1);
    world.ends_well();
}

#[test]
fn the_clock_ends_no_embargo_that_an_approved_plan_waits_for() {
    let world = World::founded();
    let case = Case::open(&world);
    let until = case.ready();
    world.stage.clock.move_to(Instant(until.0 + MINUTE));
    // The clocks are looked at before the release is, and leave it its date.
    assert_eq!(round(&world, Kind::Clocks).0, Round::default());
    assert_eq!(world.times("embargo_ended"), 0);
    assert_eq!(world.runs_due(), std::slice::from_ref(&case.number));
    assert_eq!(world.times("embargo_ended"), 1);
    world.ends_well();
}

/// A plan for a later instant does not stretch what was agreed: the date ends at its instant, and the duty is told.
#[test]
fn a_date_ends_at_its_instant_though_a_plan_waits_for_a_later_one() {
    let world = World::founded();
    let case = Case::open(&world);
    let agreed = world.ahead(span(14, 0));
    case.coordinated(agreed);
    case.drafted(None);
    let later = Instant(agreed.0 + span(3, 0));
    case.approved(&case.planned(later));
    world.stage.clock.move_to(Instant(agreed.0 + MINUTE));
    let _ = round(&world, Kind::Clocks);
    assert_eq!(world.times("embargo_ended"), 1);
    assert_eq!(world.passes_to(later), std::slice::from_ref(&case.number));
    // The duty was called from the date on, and is not any more.
    world.days_pass(1);
    world.ends_well();
}

#[test]
fn the_ledger_is_anchored_when_a_day_is_over_and_not_sooner() {
    let world = World::founded();
    let begins = world.now();
    // The head of the ledger that the signer saw last.
    let seen = || -> u64 {
        let journal = std::fs::read_to_string(world.stage.dir().join("sign/journal")).unwrap();
        let last = journal.lines().last().map(|line| {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap();
            entry["head_seq"].as_u64().unwrap()
        });
        last.unwrap_or(0)
    };
    for (hours, anchored) in [(23, 0), (25, 1), (26, 1), (48, 1), (50, 2)] {
        world.passes_to(Instant(begins.0 + span(0, hours)));
        assert_eq!(
            world.times("ledger_anchored"),
            anchored,
            "after {hours} hours"
        );
        // It journals each anchor, and refuses from then on what does not go on from there.
        assert_eq!(seen() > 0, anchored > 0, "after {hours} hours");
    }
    let (end, _) = world.wait(world.house().store.ledger_end()).unwrap();
    assert_eq!(seen(), end - 1, "up to the record of the anchor itself");
    let leaves = world.public("archive/leaves.jsonl").unwrap();
    let roots: std::collections::BTreeSet<String> = leaves
        .lines()
        .map(|line| {
            let leaf: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(leaf["kind"], "anchor");
            leaf["sha256"].to_string()
        })
        .collect();
    assert_eq!(roots.len(), 2, "each day has a root of its own");
    world.ends_well();
}

#[test]
fn a_changed_contact_ends_the_number_that_was_told_on_the_telephone() {
    for is_changed in [false, true] {
        let world = World::founded();
        let case = Case::open(&world);
        let guest = world.wait(Box::pin(world.stage.guest(case.vendor("Aoba"))));
        let guest = guest.unwrap();
        let act = world.act("coordinator");
        let issued = issue_phone_code(
            world.house(),
            &act,
            guest.participant,
            testkit::given::call(),
        );
        let code = world.wait(Box::pin(issued)).unwrap();
        if is_changed {
            let fields = json!({ "party": case.parties[0], "contact": "csirt@aoba.example" });
            world.does("change-contact", fields);
            // Not a round later: the command has seen to it.
            world.ends_well_but(&[]);
        }
        let passed = pass_phone_code(world.house(), &guest, &code);
        let passed = world.wait(Box::pin(passed)).unwrap();
        assert_eq!(passed, !is_changed);
        assert_eq!(world.times("second_step_passed"), usize::from(!is_changed));
        world.ends_well();
    }
}

#[test]
fn an_act_of_the_past_is_recorded_with_both_of_its_times() {
    let world = World::founded();
    let case = Case::open(&world);
    let earlier = world.now();
    world.days_pass(3);
    let fields = json!({ "channel": "phone", "result": "reached", "occurred_at": at(earlier) });
    case.does_with(case.vendor("Aoba"), "contact", fields);
    let events = world.wait(Box::pin(world.stage.events())).unwrap();
    let (_, last) = events
        .iter()
        .rfind(|(_, recorded)| {
            matches!(
                recorded.event,
                domain::event::Event::ContactAttempted { .. }
            )
        })
        .unwrap();
    assert_eq!(last.occurred_at, earlier.whole_seconds());
    let end = world
        .wait(Box::pin(world.house().store.ledger_end()))
        .unwrap();
    assert!(end.1 >= earlier.0 + span(3, 0) - MINUTE);
    world.ends_well();
}
