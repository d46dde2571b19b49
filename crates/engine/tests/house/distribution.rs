//! Distribution: who gets which copy, what a relay does to it, and who said "received".

use domain::refusal::{Refusal, ReplyLack};
use domain::value::CaseId;
use engine::kernel::config::{Config, MailTls, Transport};
use engine::kernel::ids::advisory_id;
use engine::{Fault, Viewer};
use formats::letter::{Confirmation, Letter, Scope, Subscription};
use serde_json::json;
use testkit::letters::{post, waiting, wish_to_stop};
use testkit::smtp_server::{Mode, Rule, SmtpServer, Stage};
use testkit::world::{at, span, words};
use testkit::{Case, World, given};
use tokio::runtime::{Builder, Runtime};

/// A relay beside the world, that refuses on request.
pub(crate) struct Relay {
    pub(crate) server: SmtpServer,
    _runtime: Runtime,
}

impl Relay {
    pub(crate) fn started() -> Relay {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let server = runtime.block_on(SmtpServer::start(Mode::Accept)).unwrap();
        Relay {
            server,
            _runtime: runtime,
        }
    }

    /// Refuses recipients whose address contains a word, for good.
    pub(crate) fn refuses(&self, word: &str) {
        let contains = word.to_owned();
        self.server.set_rules(vec![Rule {
            contains,
            code: 550,
        }]);
    }

    pub(crate) fn is_used_by(&self, config: &mut Config) {
        config.mail.transport = Transport::Smtp;
        config.mail.tls = MailTls::None;
        config.mail.host = "127.0.0.1".to_owned();
        config.mail.port = self.server.address().port();
    }
}

/// A copy as its reader knows it.
pub(crate) struct Told {
    pub(crate) reference: String,
    pub(crate) code: String,
    pub(crate) state: &'static str,
}

/// The copies of a revision.
pub(crate) fn copies(case: &Case<'_>, revision: u32) -> Vec<Told> {
    let (world, house) = (case.world, case.world.house());
    let stream = world.wait(world.stage.numbered(&case.id)).unwrap();
    let advisory = advisory_id(CaseId(stream.0));
    let rows = world.wait(house.store.copies(Viewer::House, advisory, revision));
    rows.unwrap()
        .into_iter()
        .map(|copy| Told {
            code: engine::distribution::copies::copy_code(house, &copy.id),
            reference: engine::kernel::reference::read(house, &copy.id, &copy.reference).unwrap(),
            state: copy.state.word(),
        })
        .collect()
}

/// The relay's answer while the house says that it takes no mail; 0 where there was none.
pub(crate) fn trouble(world: &World) -> Option<u16> {
    let relay = world
        .house()
        .kept
        .of::<engine::distribution::relay::Relay>();
    relay.trouble().map(|trouble| trouble.smtp)
}

pub(crate) fn states(case: &Case<'_>, revision: u32) -> Vec<&'static str> {
    let mut states: Vec<_> = copies(case, revision)
        .iter()
        .map(|copy| copy.state)
        .collect();
    states.sort_unstable();
    states
}

pub(crate) fn reply(reference: &str, typed: &str, more: &str) -> Vec<u8> {
    format!(
        "From: Reader <one@reader.example>\r\nTo: desk@centre.example\r\nSubject: Re: received\r\n{more}\
         In-Reply-To: <{reference}@portal.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{typed}\r\n"
    )
    .into_bytes()
}

#[test]
fn who_is_concerned_gets_a_copy_and_nobody_else() {
    let world = World::founded();
    let case = Case::open(&world);
    let csv = "address,language,scope,target,name\n\
               all@reader.example,ja,all,,A\nvendor@reader.example,en,vendor,Aoba Works,B\n\
               product@reader.example,ja,product,Aoba Gateway,C\nother@reader.example,en,vendor,Nobody Ltd,D\n";
    let rows = formats::subscribers::read(csv.as_bytes()).unwrap().rows;
    let import = || {
        let done = engine::distribution::command::import(world.house(), &rows);
        let done = world.wait(Box::pin(done)).unwrap();
        (done.entered, done.known)
    };
    assert_eq!([import(), import()], [(4, 0), (0, 4)]);
    let _ = case.published();
    let told = engine::distribution::command::unmatched(world.house(), &rows);
    let told: Vec<(u64, &str)> = told
        .iter()
        .map(|one| (one.line, one.target.as_str()))
        .collect();
    assert_eq!(told, [(5, "Nobody Ltd")]);
    for (who, count) in [("all@", 1), ("vendor@", 1), ("product@", 1), ("other@", 0)] {
        assert_eq!(world.mails_to(who).len(), count, "{who}");
    }
    assert_eq!(states(&case, 1), ["accepted"; 3]);
    world.days_pass(2);
    assert_eq!(world.mails_to("reader.example").len(), 3, "once");
    world.ends_well();
}

#[test]
fn a_reply_counts_by_the_code_that_a_person_typed() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    let _ = case.published();
    let copies = copies(&case, 1);
    let [copy] = copies.as_slice() else {
        panic!("one copy")
    };
    let takes = |bytes: &[u8]| world.wait(Box::pin(world.house().take_mail(bytes))).is_ok();
    assert!(!takes(&reply(&copy.reference, "thank you", "")));
    let robot = "Auto-Submitted: auto-replied\r\n";
    assert!(!takes(&reply(&copy.reference, &copy.code, robot)));
    assert!(!takes(&reply("aaaaaaaaaaaaaaaa", &copy.code, "")));
    // A mail of before that held the whole code, sent back as it was or as a quotation.
    let contact = &world.house().config.contact;
    let older = pages::distribution::mail::older_personal_parts(contact, &copy.code);
    for copied in [older.replace('\n', "\r\n"), older.replace('\n', "\r\n> ")] {
        assert!(!takes(&reply(&copy.reference, &copied, "")), "{copied}");
    }
    assert_eq!(world.times("copy_acknowledged"), 0);
    for _ in 0..2 {
        assert!(takes(&reply(&copy.reference, &copy.code, "")));
    }
    assert_eq!(world.times("copy_acknowledged"), 1);
    assert_eq!(states(&case, 1), ["acknowledged"]);
    world.ends_well();
}

#[test]
fn an_answer_finds_its_copy_by_whatever_a_relay_left_of_our_numbers() {
    let world = World::founded();
    let case = Case::open(&world);
    for address in ["one", "two", "three"] {
        given::reader(&world, &format!("{address}@reader.example"));
    }
    let _ = case.published();
    let copies = copies(&case, 1);
    let [one, two, three] = copies.as_slice() else {
        panic!("three copies")
    };
    let takes = |bytes: &[u8]| match world.wait(Box::pin(world.house().take_mail(bytes))) {
        Ok((_, revision, _)) => Ok(revision),
        Err(Fault::Refused(Refusal::Reply(lack))) => Err(lack),
        Err(other) => panic!("{other}"),
    };
    // A relay gave the mail a number of its own, and that is what is answered.
    let foreign = "relay-4711";
    let among = |copy: &Told| {
        let own = &copy.reference;
        format!(
            "References: <nrs-1@portal.example>\r\n <{own}@portal.example> <x@relay.example>\r\n"
        )
    };
    assert_eq!(takes(&reply(foreign, &one.code, &among(one))), Ok(1));
    let quoted = format!("{}\r\n> Reference: {}", two.code, two.reference);
    assert_eq!(takes(&reply(foreign, &quoted, "")), Ok(1));
    assert_eq!(world.times("copy_acknowledged"), 2);
    // Who is known by a number is told what else is missing.
    for (typed, more, lack) in [
        ("thank you", among(three), ReplyLack::Code),
        (one.code.as_str(), among(three), ReplyLack::RightCode),
        (three.code.as_str(), String::new(), ReplyLack::Copy),
    ] {
        assert_eq!(takes(&reply(foreign, typed, &more)), Err(lack), "{typed}");
    }
    assert_eq!(
        states(&case, 1),
        ["accepted", "acknowledged", "acknowledged"]
    );
    world.ends_well();
}

#[test]
fn a_code_is_not_guessed_in_time() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    let _ = case.published();
    let copies = copies(&case, 1);
    let code = |code: &str| json!({ "reference": copies[0].reference, "code": code });
    for _ in 0..5 {
        assert_eq!(world.refuses("acknowledge", code("12345")), "copy.unknown");
    }
    assert_eq!(
        world.refuses("acknowledge", code(&copies[0].code)),
        "copy.unknown"
    );
    world.ends_well();
}

#[test]
fn a_reader_whom_the_relay_refuses_costs_the_others_nothing() {
    let relay = Relay::started();
    relay.refuses("gone@");
    let world = World::founded_with(|config| relay.is_used_by(config));
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    given::reader(&world, "gone@reader.example");
    let _ = case.published();
    assert_eq!(states(&case, 1), ["accepted", "refused"]);
    let refused = copies(&case, 1);
    let refused = refused.iter().find(|copy| copy.state == "refused").unwrap();
    world.does("give-up-copy", json!({ "reference": refused.reference }));
    assert_eq!(states(&case, 1), ["accepted", "dropped"]);
    world.ends_well();
}

#[test]
fn copies_that_reached_nobody_are_sent_again_when_somebody_wants_it() {
    let relay = Relay::started();
    relay.refuses("gone@");
    let world = World::founded_with(|config| relay.is_used_by(config));
    let case = Case::open(&world);
    given::reader(&world, "gone@reader.example");
    let _ = case.published();
    assert_eq!(states(&case, 1), ["refused"]);
    let copy = copies(&case, 1).remove(0);
    for wrong in [
        json!({}),
        json!({ "reference": copy.reference, "advisory": case.number }),
    ] {
        assert_eq!(world.refuses("queue-copies-again", wrong), "input");
    }
    let unknown = json!({ "advisory": "NRS-00000000" });
    assert_eq!(world.refuses("queue-copies-again", unknown), "not_found");
    for wanted in [
        json!({ "reference": copy.reference }),
        json!({ "advisory": case.number }),
    ] {
        let queued = world.does("queue-copies-again", wanted);
        assert_eq!(queued["queued"], 1);
        world.runs_due();
        assert_eq!(
            states(&case, 1),
            ["refused"],
            "it was tried, and refused again"
        );
    }
    // Of an older revision nothing is sent any more.
    case.does("draft-advisory", given::advisory(Some("手順を足しました")));
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    case.approved(&plan);
    world.passes_to(instant);
    world.runs_due();
    assert_eq!(states(&case, 2), ["refused"]);
    let older = json!({ "reference": copy.reference });
    assert_eq!(world.refuses("queue-copies-again", older), "copy.outdated");
    let all = json!({ "advisory": case.number });
    assert_eq!(world.does("queue-copies-again", all)["queued"], 1);
    assert_eq!(states(&case, 1), ["refused"]);
    let copy = copies(&case, 2).remove(0);
    world.runs_due();
    // What was taken is not sent twice.
    let taken = json!({ "reference": copy.reference });
    world.does("give-up-copy", taken.clone());
    assert_eq!(world.refuses("queue-copies-again", taken), "copy.state");
    let all = json!({ "advisory": case.number });
    assert_eq!(world.does("queue-copies-again", all)["queued"], 0);
    world.ends_well();
}

#[test]
fn a_relay_that_is_away_for_an_hour_delays_and_loses_nothing() {
    let relay = Relay::started();
    let world = World::founded_with(|config| relay.is_used_by(config));
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    let until = case.ready();
    world.runs_due();
    relay.server.set_mode(Mode::Refuse4xx(Stage::Rcpt));
    world.passes_to(until);
    assert_eq!(states(&case, 1), ["deferred"]);
    let before = relay.server.messages().len();
    relay.server.set_mode(Mode::Accept);
    world.passes_to(world.ahead(span(0, 2)));
    assert_eq!(states(&case, 1), ["accepted"]);
    assert_eq!(relay.server.messages().len(), before + 1);
    world.ends_well();
}

#[test]
fn a_copy_that_cannot_be_handed_over_for_a_day_is_given_to_a_person() {
    let relay = Relay::started();
    let world = World::founded_with(|config| relay.is_used_by(config));
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    let until = case.ready();
    world.runs_due();
    relay.server.set_mode(Mode::Refuse4xx(Stage::Rcpt));
    world.passes_to(until);
    world.passes_to(world.ahead(span(1, 6)));
    assert_eq!(states(&case, 1), ["expired"]);
    let copies = copies(&case, 1);
    world.does("give-up-copy", json!({ "reference": copies[0].reference }));
    world.ends_well();
}

#[test]
fn an_update_reaches_who_got_the_first_but_for_who_has_left() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "stays@reader.example");
    let leaves = given::reader(&world, "leaves@reader.example");
    let _ = case.published();
    world.does("unsubscribe", json!({ "reference": leaves }));
    case.drafted(Some("修正の手順を足しました"));
    let instant = world.ahead(span(0, 1));
    let plan = case.planned(instant);
    case.approved(&plan);
    world.passes_to(instant);
    assert_eq!(world.mails_to("stays@").len(), 2);
    assert_eq!(world.mails_to("leaves@").len(), 1);
    world.ends_well();
}

#[test]
fn nobody_is_subscribed_without_the_code_of_the_mail_and_one_press_ends_it() {
    let world = World::founded();
    let wish = Subscription {
        at: at(world.now()),
        lang: formats::advisory::Lang::En,
        address: "reader@member.example".to_owned(),
        scope: Scope::Everything,
    };
    post(&world, &Letter::Subscription(wish), 1);
    world.runs_due();
    assert_eq!(world.times("subscribed"), 0);
    let mails = world.mails_to("reader@member.example");
    assert_eq!(mails.len(), 1);
    let text = words(&mails[0]);
    let after = |before: &str, count: usize| {
        let (_, rest) = text.split_once(before).unwrap();
        rest.chars().take(count).collect::<String>()
    };
    let (token, code) = (
        after("/subscribe/confirm/", 26),
        after("Confirmation code: ", 6),
    );
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for (typed, id, subscribed) in [(wrong, 2, 0), (code.as_str(), 3, 1), (code.as_str(), 4, 1)] {
        let letter = Confirmation {
            at: at(world.now()),
            token: token.clone(),
            code: typed.to_owned(),
        };
        post(&world, &Letter::Confirmation(letter), id);
        world.runs_due();
        assert_eq!(world.times("subscribed"), subscribed, "{id}");
    }
    let events = world.wait(Box::pin(world.stage.events())).unwrap();
    let reference = events
        .iter()
        .find_map(|(_, recorded)| match &recorded.event {
            domain::event::Event::Subscribed { reference, .. } => Some(reference.clone()),
            _ => None,
        });
    wish_to_stop(&world, &reference.unwrap());
    world.runs_due();
    assert_eq!((world.times("unsubscribed"), waiting(&world)), (1, 0));
    world.ends_well();
}

#[test]
fn a_reference_is_one_however_it_is_told() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    let _ = case.published();
    let copy = &copies(&case, 1)[0];
    let (first, rest) = copy.reference.split_at(4);
    let wide: String = copy
        .reference
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap())
        .collect();
    for typed in [
        copy.reference.to_uppercase(),
        format!(" {first}-{rest} "),
        wide,
    ] {
        let fields = json!({ "reference": typed, "code": copy.code });
        world.does("acknowledge", fields);
    }
    assert_eq!(states(&case, 1), ["acknowledged"]);
    assert_eq!(world.times("copy_acknowledged"), 1);
    world.ends_well();
}
