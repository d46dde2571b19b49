//! Copies on their way: what each answer of a relay makes of one, when it is tried again, and who said "received".

use domain::value::{CopyChannel, Instant};
use engine::Viewer;
use engine::distribution::copies::copy_digits;
use engine::kernel::config::Transport;
use engine::work::alarm::CauseKind;
use formats::letter::{Acknowledgement, Letter};
use serde_json::{Value, json};
use testkit::letters::{post, waiting, wish_to_stop};
use testkit::smtp_server::{Mode, Stage};
use testkit::world::{at, said, span, words};
use testkit::{Case, World, given};

use crate::distribution::{Relay, copies, reply, states, trouble};
use crate::look;

/// A minute, in µs.
const MINUTE: i64 = 60_000_000;

/// When the next copy is due.
fn next_copy(world: &World) -> Instant {
    let next = world.wait(Box::pin(
        world.house().store.next_copy_at(CopyChannel::Mail),
    ));
    Instant(next.unwrap().unwrap())
}

/// Works a case to its instant over a relay that answers so when the copies come.
fn published_over<'w>(world: &'w World, relay: &Relay, answers: Mode) -> Case<'w> {
    let case = Case::open(world);
    let until = case.ready();
    world.runs_due();
    relay.server.set_mode(answers);
    world.passes_to(until);
    case
}

#[test]
fn each_answer_of_a_relay_makes_of_a_copy_what_it_means() {
    let relay = Relay::started();
    let world = World::founded_with(|config| relay.is_used_by(config));
    given::reader(&world, "one@reader.example");
    let answers = [
        (Mode::Refuse4xx(Stage::Rcpt), "deferred"),
        (Mode::Refuse4xx(Stage::Data), "deferred"),
        // A refused sender or text is the house's matter and not the reader's.
        (Mode::Refuse5xx(Stage::Mail), "deferred"),
        (Mode::Refuse5xx(Stage::Message), "deferred"),
        (Mode::Close421(Stage::Mail), "deferred"),
        (Mode::Cut(Stage::Greeting), "deferred"),
        (Mode::Cut(Stage::Mail), "deferred"),
        (Mode::CutAfterData { kept: false }, "maybe_delivered"),
        (Mode::Refuse4xx(Stage::Message), "deferred"),
        (Mode::Refuse5xx(Stage::Rcpt), "refused"),
    ];
    let case = published_over(&world, &relay, answers[0].0);
    for (place, (mode, state)) in answers.into_iter().enumerate() {
        if place > 0 {
            relay.server.set_mode(mode);
            world.stage.clock.move_to(next_copy(&world));
            world.runs_due();
        }
        assert_eq!(states(&case, 1), [state], "{mode:?}");
    }
    // What was refused for good is not tried again, whatever the relay says now.
    relay.server.set_mode(Mode::Accept);
    let connections = relay.server.connections();
    world.days_pass(1);
    assert_eq!(states(&case, 1), ["refused"]);
    assert_eq!(relay.server.connections(), connections);
    world.ends_well();
}

#[test]
fn a_relay_that_takes_no_copy_is_an_alarm_until_it_takes_one() {
    for (answers, told) in [
        (Mode::Cut(Stage::Greeting), Some(0)),
        (Mode::Refuse5xx(Stage::Mail), Some(550)),
        // A reader whose mailbox is gone is no trouble with the relay.
        (Mode::Refuse5xx(Stage::Rcpt), None),
    ] {
        let relay = Relay::started();
        let world = World::founded_with(|config| relay.is_used_by(config));
        given::reader(&world, "one@reader.example");
        published_over(&world, &relay, answers);
        assert_eq!(trouble(&world), told, "{answers:?}");
        relay.server.set_mode(Mode::Accept);
        world.passes_to(world.ahead(span(0, 2)));
        assert_eq!(trouble(&world), None, "{answers:?}");
        world.ends_well();
    }
}

#[test]
fn a_relay_is_called_for_when_it_was_tried_in_vain_for_three_minutes() {
    let relay = Relay::started();
    let world = World::founded_with(|config| relay.is_used_by(config));
    given::reader(&world, "one@reader.example");
    published_over(&world, &relay, Mode::Cut(Stage::Greeting));
    let is_called_for = || {
        let causes = world.wait(Box::pin(world.house().alarms())).unwrap();
        let relay = causes.iter().find(|cause| cause.kind == CauseKind::Relay);
        relay.map(|cause| cause.is_ripe)
    };
    assert_eq!(is_called_for(), Some(false));
    // It is tried again after one minute, and after five more.
    world.passes_to(Instant(world.now().0 + 2 * MINUTE));
    assert_eq!(is_called_for(), Some(false));
    world.passes_to(Instant(world.now().0 + 6 * MINUTE));
    assert_eq!(is_called_for(), Some(true));
    // Nothing waits for it any more.
    relay.server.set_mode(Mode::Accept);
    world.passes_to(Instant(world.now().0 + 20 * MINUTE));
    assert_eq!(is_called_for(), None);
    world.ends_well();
}

#[test]
fn what_is_written_to_the_folder_goes_nowhere_else() {
    let relay = Relay::started();
    let world = World::founded_with(|config| {
        relay.is_used_by(config);
        config.mail.transport = Transport::Folder;
    });
    given::reader(&world, "one@reader.example");
    let case = Case::open(&world);
    let _ = case.published();
    world.days_pass(1);
    assert_eq!(states(&case, 1), ["accepted"]);
    assert!(!world.stage.mails().is_empty());
    assert_eq!(relay.server.connections(), 0);
    world.ends_well();
}

#[test]
fn a_password_that_cannot_be_read_is_an_alarm_when_copies_are_due() {
    let relay = Relay::started();
    let world = World::founded_with(|config| {
        relay.is_used_by(config);
        config.mail.user = "noroshi".to_owned();
        config.mail.password_file = "/nonexistent/relay.password".to_owned();
    });
    given::reader(&world, "one@reader.example");
    // No vendor is written to, so that the copies come first.
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    case.approved(&plan);
    assert_eq!(trouble(&world), None);
    world.stage.clock.move_to(instant);
    let failed = world.wait(Box::pin(world.stage.run_due()));
    assert_eq!(failed.unwrap_err().code(), "file");
    assert_eq!(world.times("published"), 1);
    assert_eq!(trouble(&world), Some(0));
    assert_eq!(relay.server.connections(), 0);
    world.ends_well();
}

#[test]
fn a_copy_is_tried_again_after_1_5_15_and_60_minutes_and_not_in_between() {
    let relay = Relay::started();
    let world = World::founded_with(|config| relay.is_used_by(config));
    given::reader(&world, "one@reader.example");
    let case = published_over(&world, &relay, Mode::Refuse4xx(Stage::Rcpt));
    for minutes in [1, 5, 15, 60, 60, 60] {
        let next = next_copy(&world);
        let gap = next.0 - world.now().0;
        // A tenth earlier or later, so that not all come back at once.
        let (least, most) = (minutes * MINUTE * 89 / 100, minutes * MINUTE * 111 / 100);
        assert!((least..=most).contains(&gap), "{minutes} minutes: {gap} µs");
        let connections = relay.server.connections();
        world.stage.clock.move_to(Instant(next.0 - MINUTE / 10));
        world.runs_due();
        assert_eq!(relay.server.connections(), connections, "{minutes}");
        world.stage.clock.move_to(next);
        world.runs_due();
        assert_eq!(relay.server.connections(), connections + 1, "{minutes}");
        assert_eq!(states(&case, 1), ["deferred"]);
    }
    relay.server.set_mode(Mode::Accept);
    world.passes_to(world.ahead(span(0, 2)));
    assert_eq!(states(&case, 1), ["accepted"]);
    world.ends_well();
}

#[test]
fn an_unknown_outcome_is_tried_again_as_the_very_same_mail() {
    let relay = Relay::started();
    let world = World::founded_with(|config| relay.is_used_by(config));
    given::reader(&world, "one@reader.example");
    let case = published_over(&world, &relay, Mode::CutAfterData { kept: true });
    assert_eq!(states(&case, 1), ["maybe_delivered"]);
    relay.server.set_mode(Mode::Accept);
    world.passes_to(world.ahead(span(0, 1)));
    assert_eq!(states(&case, 1), ["accepted"]);
    let mut mails = relay.server.messages();
    mails.retain(|mail| mail.rcpts == ["one@reader.example"]);
    let [first, again] = mails.as_slice() else {
        panic!("twice: {}", mails.len())
    };
    assert_eq!(first, again, "one Message-ID and one Date");
    let copies = copies(&case, 1);
    let text = String::from_utf8_lossy(&first.bytes).into_owned();
    let id = format!("Message-ID: <{}@portal.example>", copies[0].reference);
    assert!(text.contains(&id), "{text}");
    assert_eq!(
        first.mail_from,
        format!("bounce+{}@portal.example", copies[0].reference)
    );
    world.ends_well();
}

#[test]
fn at_its_deadline_a_copy_becomes_the_task_of_a_person() {
    let relay = Relay::started();
    let world = World::founded_with(|config| {
        relay.is_used_by(config);
        config.mail.deadline_hours = 3;
    });
    given::reader(&world, "one@reader.example");
    let case = published_over(&world, &relay, Mode::Refuse4xx(Stage::Rcpt));
    let reference = copies(&case, 1)[0].reference.clone();
    let give_up = json!({ "reference": reference });
    assert_eq!(world.refuses("give-up-copy", give_up.clone()), "copy.state");
    let published = world.now();
    world.passes_to(Instant(published.0 + span(0, 3) - MINUTE));
    assert_eq!(states(&case, 1), ["deferred"]);
    world.passes_to(Instant(published.0 + span(0, 3) + MINUTE));
    assert_eq!(states(&case, 1), ["expired"]);
    // Nobody is sent a warning that late by a relay that came back.
    relay.server.set_mode(Mode::Accept);
    world.days_pass(1);
    assert_eq!(states(&case, 1), ["expired"]);
    world.does("give-up-copy", give_up.clone());
    assert_eq!(states(&case, 1), ["dropped"]);
    assert_eq!(world.refuses("give-up-copy", give_up), "copy.state");
    world.ends_well();
}

/// Enters a reader of what names a vendor; returns the subscriber's id.
fn reader_of(world: &World, address: &str, vendor: &str) -> String {
    let scope = json!({ "scope": "vendor", "name": vendor });
    let fields = json!({ "address": address, "lang": "en", "scope": scope });
    said(&world.does("subscribe", fields), "subscriber")
}

/// Publishes an update of a case.
fn updated(case: &Case<'_>) {
    case.drafted(Some("修正の手順を足しました"));
    let instant = case.world.ahead(span(0, 2));
    let plan = case.planned(instant);
    case.approved(&plan);
    case.world.passes_to(instant);
}

#[test]
fn a_mailbox_gets_one_copy_by_the_first_of_its_subscriptions_that_lasts() {
    let world = World::founded();
    let case = Case::open(&world);
    let mut post = look::Post::of("one@reader.example");
    let first = given::reader(&world, "One@Reader.example");
    let second = reader_of(&world, "one@reader.example", "Aoba Works");
    let _ = case.published();
    assert_eq!((post.fresh(&world).len(), copies(&case, 1).len()), (1, 1));
    assert_eq!(world.mails_to("One@").len(), 1, "as the first was written");
    world.does("unsubscribe", json!({ "reference": first }));
    updated(&case);
    assert_eq!((post.fresh(&world).len(), copies(&case, 2).len()), (1, 1));
    assert_eq!(world.mails_to("One@").len(), 1);
    world.does("unsubscribe", json!({ "reference": second }));
    updated(&case);
    assert_eq!((post.fresh(&world).len(), copies(&case, 3).len()), (0, 0));
    world.ends_well();
}

#[test]
fn a_mailbox_reads_its_copy_in_the_language_that_it_asked_in_first() {
    let [ja, en] = ["確認コード: ", "Confirmation code: "];
    for (langs, says, not) in [(["ja", "en"], ja, en), (["en", "ja"], en, ja)] {
        let world = World::founded();
        let case = Case::open(&world);
        let vendor = json!({ "scope": "vendor", "name": "Aoba Works" });
        let everything = json!({ "scope": "everything" });
        for (lang, (address, scope)) in langs.into_iter().zip([
            ("one@reader.example", vendor),
            ("ONE@Reader.Example", everything),
        ]) {
            let fields = json!({ "address": address, "lang": lang, "scope": scope });
            world.does("subscribe", fields);
        }
        let _ = case.published();
        let told = look::Post::of("one@reader.example").fresh(&world);
        let [mail] = told.as_slice() else {
            panic!("one copy: {told:?}")
        };
        assert!(mail.contains(says) && !mail.contains(not), "{mail}");
        world.ends_well();
    }
}

#[test]
fn the_mails_of_all_revisions_belong_together_and_each_names_itself() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    let _ = case.published();
    updated(&case);
    updated(&case);
    let thread = format!("<{}@portal.example>", case.number.to_lowercase());
    let mails = world.mails_to("one@reader.example");
    assert_eq!(mails.len(), 3);
    for revision in 1..=3 {
        let own = format!("<{}@portal.example>", copies(&case, revision)[0].reference);
        // A long header goes on in the next line.
        let mut heads = mails.iter().map(|mail| mail.text.replace("\r\n ", " "));
        let head = heads.find(|head| head.contains(&format!("\r\nMessage-ID: {own}\r\n")));
        let head = head.unwrap();
        for line in [
            format!("In-Reply-To: {thread}"),
            format!("References: {thread} {own}"),
        ] {
            let is_there = head.contains(&format!("\r\n{line}\r\n"));
            assert!(is_there, "revision {revision}: {head}");
        }
    }
    world.ends_well();
}

#[test]
fn a_copy_that_waits_goes_with_its_reader_unless_the_mailbox_asks_for_it_still() {
    for (other, state) in [
        (None, "dropped"),
        (Some("Nobody Ltd"), "dropped"),
        (Some("Aoba Works"), "accepted"),
    ] {
        let relay = Relay::started();
        let world = World::founded_with(|config| relay.is_used_by(config));
        let leaves = given::reader(&world, "one@reader.example");
        if let Some(vendor) = other {
            reader_of(&world, "one@reader.example", vendor);
        }
        let case = published_over(&world, &relay, Mode::Refuse4xx(Stage::Rcpt));
        assert_eq!(states(&case, 1), ["deferred"]);
        world.does("unsubscribe", json!({ "reference": leaves }));
        relay.server.set_mode(Mode::Accept);
        world.passes_to(world.ahead(span(0, 2)));
        assert_eq!(states(&case, 1), [state], "{other:?}");
        let sent = relay.server.messages().into_iter();
        let sent = sent.filter(|mail| mail.rcpts == ["one@reader.example"]);
        let sent = sent.count();
        assert_eq!(sent, usize::from(state == "accepted"), "{other:?}");
        world.ends_well();
    }
}

#[test]
fn one_press_in_the_mail_ends_the_subscription_that_it_was_sent_for() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    given::reader(&world, "two@reader.example");
    let _ = case.published();
    let mails = world.mails_to("one@reader.example");
    // A long header goes on in the next line.
    let head = mails[0].text.replace("\r\n ", " ");
    assert!(head.contains("\nList-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    let (_, rest) = head.split_once("\nList-Unsubscribe: <").unwrap();
    let (address, _) = rest.split_once('>').unwrap();
    let reference = address.strip_prefix("https://portal.example/unsubscribe/");
    wish_to_stop(&world, "nobodysreference");
    wish_to_stop(&world, reference.unwrap());
    world.runs_due();
    assert_eq!((world.times("unsubscribed"), waiting(&world)), (1, 0));
    updated(&case);
    assert_eq!(world.mails_to("one@reader.example").len(), 1);
    assert_eq!(world.mails_to("two@reader.example").len(), 2);
    world.ends_well();
}

#[test]
fn a_page_takes_received_for_a_press_or_for_the_digits_of_the_mail() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    given::reader(&world, "two@reader.example");
    let _ = case.published();
    let copies = copies(&case, 1);
    let [typed, pressed] = [0, 1].map(|place| copies[place].reference.clone());
    let row = world.house().store.copy_by_reference(Viewer::House, &typed);
    let row = world.wait(Box::pin(row)).unwrap().unwrap();
    let right = copy_digits(world.house(), &row.id);
    let told =
        ["one", "two"].map(|who| words(&world.mails_to(&format!("{who}@reader.example"))[0]));
    let own = told
        .iter()
        .find(|mail| mail.contains(&format!("/ack/{typed}")));
    let asked = format!("Two digits (only if the page asks for them): {right}");
    let asked_ja = format!("2桁の数字（ページで尋ねられた場合のみ）: {right}");
    assert!(
        own.is_some_and(|mail| mail.contains(&asked) || mail.contains(&asked_ja)),
        "{told:?}"
    );
    let wrong = if right == "00" { "01" } else { "00" };
    let unknown = if typed.starts_with('a') {
        typed.replacen('a', "b", 1)
    } else {
        format!("a{}", &typed[1..])
    };
    for (id, (reference, digits, count)) in [
        (&typed, Some(wrong), 0),
        (&unknown, None, 0),
        (&typed, Some(right.as_str()), 1),
        (&typed, Some(right.as_str()), 1),
        (&typed, Some(wrong), 1),
        (&pressed, None, 2),
    ]
    .into_iter()
    .enumerate()
    {
        let letter = Letter::Acknowledgement(Acknowledgement {
            at: at(world.now()),
            reference: reference.clone(),
            digits: digits.map(str::to_owned),
        });
        post(&world, &letter, u8::try_from(id).unwrap());
        world.runs_due();
        assert_eq!(world.times("copy_acknowledged"), count, "{id}");
        assert_eq!(waiting(&world), 0, "{id}");
    }
    assert_eq!(states(&case, 1), ["acknowledged", "acknowledged"]);
    world.ends_well();
}

#[test]
fn received_counts_once_however_it_is_said_and_for_one_copy() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    given::reader(&world, "two@reader.example");
    let _ = case.published();
    let copies = copies(&case, 1);
    let (first, other) = (&copies[0], &copies[1]);
    let by_hand = |code: &str| json!({ "reference": first.reference, "code": code });
    // The code of another copy is none of this one.
    assert_eq!(
        world.refuses("acknowledge", by_hand(&other.code)),
        "copy.unknown"
    );
    let spaced = format!("{} {}", &first.code[..3], &first.code[3..]);
    world.does("acknowledge", by_hand(&spaced));
    let bytes = reply(&first.reference, &first.code, "");
    let taken = world.wait(Box::pin(world.house().take_mail(&bytes)));
    assert_eq!(taken.unwrap().1, 1, "its revision");
    assert_eq!(world.times("copy_acknowledged"), 1);
    assert_eq!(states(&case, 1), ["accepted", "acknowledged"]);
    world.ends_well();
}

#[test]
fn guessing_at_one_copy_costs_the_reader_of_another_nothing() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    given::reader(&world, "two@reader.example");
    let _ = case.published();
    let copies = copies(&case, 1);
    let (guessed, other) = (&copies[0], &copies[1]);
    let wrong = if guessed.code == "000000" {
        "000001"
    } else {
        "000000"
    };
    let says = |reference: &str, code: &str| json!({ "reference": reference, "code": code });
    for _ in 0..5 {
        let refused = world.refuses("acknowledge", says(&guessed.reference, wrong));
        assert_eq!(refused, "copy.unknown");
    }
    // Over the budget the right code is no answer either, by no way.
    let right = says(&guessed.reference, &guessed.code);
    assert_eq!(world.refuses("acknowledge", right), "copy.unknown");
    let bytes = reply(&guessed.reference, &guessed.code, "");
    let taken = world.wait(Box::pin(world.house().take_mail(&bytes)));
    assert!(taken.is_err());
    world.does("acknowledge", says(&other.reference, &other.code));
    assert_eq!(world.times("copy_acknowledged"), 1);
    world.ends_well();
}

#[test]
fn whoever_got_no_mail_may_have_heard_of_it_all_the_same() {
    let relay = Relay::started();
    relay.refuses("gone@");
    let world = World::founded_with(|config| relay.is_used_by(config));
    let case = Case::open(&world);
    given::reader(&world, "gone@reader.example");
    let _ = case.published();
    let copies = copies(&case, 1);
    assert_eq!(copies[0].state, "refused");
    let told: Value = json!({ "reference": copies[0].reference, "code": copies[0].code });
    world.does_as("reception", "acknowledge", told);
    assert_eq!(states(&case, 1), ["acknowledged"]);
    let late = json!({ "reference": copies[0].reference });
    assert_eq!(world.refuses("give-up-copy", late), "copy.state");
    world.ends_well();
}
