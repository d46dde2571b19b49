//! Mail that meets a hostile server: every reader's copy arrives, none is lost, and no Message-ID has two contents.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use testkit::smtp_server::{Mode, Received, Rule, SmtpServer, Stage};

use crate::play::{Case, SECOND, mail_to, now, said};
use crate::serving::{Serving, until};
use crate::world::World;

/// What a server may do to a mail; after each of these a copy waits for another try.
const FAULTS: [Mode; 6] = [
    Mode::Refuse4xx(Stage::Rcpt),
    Mode::Refuse4xx(Stage::Message),
    Mode::Close421(Stage::Mail),
    Mode::Cut(Stage::Data),
    Mode::CutAfterData { kept: false },
    Mode::CutAfterData { kept: true },
];

/// Copies that wait for another try.
const WAITING: &str = "delivery WHERE state IN ('deferred', 'maybe')";
/// Copies that the server took.
const TAKEN: &str = "delivery WHERE state = 'accepted'";

/// Publishes to three readers while the server does this to all mails.
fn published<'w>(world: &'w World, server: &SmtpServer, mode: Mode) -> Case<'w> {
    mail_to(world, server);
    server.set_mode(mode);
    let mut case = Case::open(world, false);
    case.board();
    case.draft(None);
    let plan = case.plan(now());
    case.approve_by_two(&plan);
    case.readers();
    let mut serving = Serving::start(world);
    let tried = format!("{WAITING} AND attempts > 0");
    serving.until("all copies were tried", || {
        (world.count(&tried) == 3).then_some(())
    });
    serving.stop();
    case
}

/// Lets a pause pass, and at least a second, so that nothing is the same by chance, and sends again.
fn send_again(world: &World) {
    let before = now() / SECOND;
    until("another second", || (now() / SECOND > before).then_some(()));
    world.let_time_pass();
    world.good(&["mail", "send"]);
}

/// Returns the Message-ID of a mail.
fn message_id(bytes: &[u8]) -> String {
    let head = String::from_utf8_lossy(bytes);
    let line = head
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("message-id:"));
    line.expect("a Message-ID").to_owned()
}

fn server(world: &World) -> SmtpServer {
    world
        .runtime
        .block_on(SmtpServer::start(Mode::Accept))
        .expect("a mail server")
}

on_both! {
    fn after_every_fault_each_reader_has_one_mail(engine) {
        let world = World::founded(engine);
        let server = server(&world);
        published(&world, &server, FAULTS[0]);
        for mode in &FAULTS[1..5] {
            server.set_mode(*mode);
            send_again(&world);
            assert_eq!(world.count(WAITING), 3, "{mode:?}");
        }
        server.set_mode(Mode::Accept);
        assert_eq!(server.messages().len(), 0);
        send_again(&world);
        assert_eq!(world.count(TAKEN), 3);
        let readers: BTreeSet<String> = server.messages().into_iter().flat_map(|mail| mail.rcpts).collect();
        assert_eq!((server.messages().len(), readers.len()), (3, 3));
        send_again(&world);
        assert_eq!(server.messages().len(), 3);
        assert!(world.settled());
        world.ends_well();
    }

    fn a_mail_that_is_sent_again_is_the_same_mail(engine) {
        let world = World::founded(engine);
        let server = server(&world);
        published(&world, &server, FAULTS[5]);
        // A neighbour on the same connection may not have been sent when it was cut.
        let kept = server.messages().len();
        assert!((1..=3).contains(&kept), "the server kept {kept} and did not say so");
        // The configuration of a later day changes nothing of a mail that has its Message-ID already.
        let path = world.dir().join(engine::kernel::config::FILE);
        let text = std::fs::read_to_string(&path).expect("the configuration");
        let longer = text.replace("deadline_hours = 24", "deadline_hours = 48");
        assert_ne!(longer, text);
        std::fs::write(&path, longer).expect("the configuration");
        assert_eq!(world.good(&["config", "check"])["good"], true);
        server.set_mode(Mode::Accept);
        send_again(&world);
        assert_eq!(world.count(TAKEN), 3);
        let mut contents: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
        for mail in server.messages() {
            contents.entry(message_id(&mail.bytes)).or_default().push(mail.bytes);
        }
        assert_eq!(contents.len(), 3);
        for (id, mails) in contents {
            assert!(mails.len() <= 2, "{id}");
            for again in &mails {
                assert_eq!(String::from_utf8_lossy(&mails[0]), String::from_utf8_lossy(again), "{id}");
            }
        }
        world.ends_well();
    }

    fn one_mailbox_gets_one_copy_whatever_it_asked_for(engine) {
        let world = World::founded(engine);
        let server = server(&world);
        mail_to(&world, &server);
        server.set_mode(FAULTS[0]);
        let mut case = Case::open(&world, false);
        case.board();
        case.draft(None);
        let wishes = [
            ("Reader@reader.example", "en", json!({ "scope": "product", "name": "Aoba Gateway" })),
            ("reader@READER.example", "ja", json!({ "scope": "everything" })),
            ("reader@reader.example", "ja", json!({ "scope": "vendor", "name": "Nobody Ltd" })),
        ];
        let began = wishes.map(|(address, lang, scope)| {
            let fields = json!({ "address": address, "lang": lang, "scope": scope });
            said(&case.perform("subscribe", fields), "subscriber")
        });
        let plan = case.plan(now());
        case.approve_by_two(&plan);
        let mut serving = Serving::start(&world);
        serving.until("the copy was tried", || (world.count(WAITING) == 1).then_some(()));
        serving.stop();
        assert_eq!(world.count("delivery"), 1);

        // The one that it was made for ends; another one of the mailbox asks for it, and it stays the mail that it was.
        case.perform("unsubscribe", json!({ "reference": began[0] }));
        assert_eq!(world.count(WAITING), 1);
        server.set_mode(Mode::Accept);
        send_again(&world);
        assert_eq!(world.count(TAKEN), 1);
        let mine = |mail: &Received| mail.rcpts.iter().any(|rcpt| rcpt.to_lowercase() == "reader@reader.example");
        let mails: Vec<Received> = server.messages().into_iter().filter(mine).collect();
        assert_eq!(mails.len(), 1);
        let head = String::from_utf8_lossy(&mails[0].bytes).into_owned();
        assert!(head.contains("Reader@reader.example"), "{head}");
        world.ends_well();
    }

    fn one_refused_reader_costs_the_others_nothing(engine) {
        let world = World::founded(engine);
        let server = server(&world);
        let case = published(&world, &server, FAULTS[0]);
        let refused = case.reached.iter().find(|canary| canary.name.ends_with("Aoba Works")).expect("a reader");
        server.set_mode(Mode::Accept);
        server.set_rules(vec![Rule { contains: refused.word.clone(), code: 550 }]);
        send_again(&world);
        assert_eq!((world.count(TAKEN), world.count("delivery WHERE state = 'refused'")), (2, 1));
        assert_eq!(server.messages().len(), 2);
        assert_eq!(world.run(&["doctor"]).code, Some(1), "a person is told");
        send_again(&world);
        assert_eq!(server.messages().len(), 2);
        world.ends_well();
    }
}
