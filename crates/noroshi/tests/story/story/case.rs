//! A whole case, worked from a terminal: from the report to the delivered and acknowledged warning.

use serde_json::json;
use testkit::smtp_server::{Mode, Received, SmtpServer};

use crate::play::{Case, SECOND, mail_to, now, said};
use crate::serving::{Serving, ask};
use crate::world::World;

/// Returns the mails that carry copies with these references.
fn mails_of(server: &SmtpServer, copies: &[(String, String)]) -> Vec<Received> {
    let mut mails = server.messages();
    mails.retain(|mail| {
        copies
            .iter()
            .any(|(reference, _)| mail.mail_from.contains(reference))
    });
    mails
}

fn recipients(mails: &[Received]) -> Vec<String> {
    let mut out: Vec<String> = mails.iter().flat_map(|mail| mail.rcpts.clone()).collect();
    out.sort();
    out
}

/// Returns a person's reply to a copy, with the code typed above the quoted mail.
fn reply(reference: &str, typed: &str) -> Vec<u8> {
    format!(
        "From: Reader <reader@reader.example>\r\nTo: desk@centre.example\r\nSubject: Re: received\r\n\
         In-Reply-To: <{reference}@centre.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{typed}\r\n"
    )
    .into_bytes()
}

on_both! {
    fn a_case_goes_from_the_report_to_the_acknowledged_warning(engine) {
        let world = World::founded(engine);
        let server = world.runtime.block_on(SmtpServer::start(Mode::Accept)).expect("a mail server");
        mail_to(&world, &server);
        let mut case = Case::open(&world, false);
        let until = (now() + 5 * SECOND) / SECOND * SECOND;
        case.coordinate(until);
        case.draft(None);

        // Nobody approves a plan of their own, and one who has no key approves none.
        case.plan(until);
        let fields = json!({ "case": case.number, "instant": crate::play::at(until) });
        let own = said(&world.gives_as("approver-a", "plan-release", &fields).expect("a plan"), "plan");
        let refused = case.try_approve(&own, "approver-a");
        assert_eq!((refused.code, said(&refused.json(), "refused")), (Some(1), "release.own_plan".to_owned()));
        case.refuses("approve-plan", json!({ "case": case.number, "plan": own, "person": "coordinator" }), "role");

        let plan = case.plan(until);
        case.approve_by_two(&plan);
        let replaced = case.try_approve(&own, "approver-b");
        assert_eq!((replaced.code, said(&replaced.json(), "refused")), (Some(1), "release.no_plan".to_owned()));
        case.readers();

        let mut serving = Serving::start(&world);
        let page = format!("/en/advisories/{}.html", case.number);
        let portal = serving.portal.clone();
        serving.until("the advisory stands on the portal", || (ask(&portal, "GET", &page).0 == 200).then_some(()));
        serving.settle();
        serving.stop();

        // Recipients = rows = mails.
        let copies = case.copies(1, "accepted");
        assert_eq!(world.count("delivery"), 3);
        assert_eq!(copies.len(), 3);
        let mails = mails_of(&server, &copies);
        let first = recipients(&mails);
        assert_eq!((mails.len(), first.len()), (3, 3));
        assert_eq!(server.messages().len(), 3 + 3, "three copies and three first contacts");
        assert_eq!(server.early_commands(), 0);

        // One reader replies, one tells the code by telephone; a wrong code and a robot acknowledge nothing.
        let [(replied, code), (told, spoken), (silent, _)] = copies.as_slice() else { panic!("three copies") };
        let take = |bytes: &[u8]| world.run(&["mail", "take", &world.note("reply.eml", bytes)]);
        let wrong = if code == "000000" { "000001" } else { "000000" };
        assert_eq!(take(&reply(replied, wrong)).code, Some(1));
        let robot = [b"Auto-Submitted: auto-replied\r\n".to_vec(), reply(replied, code)].concat();
        assert_eq!(take(&robot).code, Some(1));
        assert_eq!(case.copies(1, "acknowledged").len(), 0);
        let taken = take(&reply(replied, code));
        assert_eq!((taken.code, &taken.json()["revision"]), (Some(0), &json!(1)));
        case.perform("acknowledge", json!({ "reference": told, "code": spoken }));
        case.refuses("acknowledge", json!({ "reference": silent, "code": wrong }), "copy.unknown");
        assert_eq!(case.copies(1, "acknowledged").len(), 2);

        // Reading changes nothing (docs/design/security.md §3.8).
        let mut serving = Serving::start(&world);
        let portal = serving.portal.clone();
        let before = world.dump();
        let public = world.dir().join("public");
        for path in crate::world::files(&public) {
            let path = path.strip_prefix(&public).expect("a public file").display().to_string();
            for method in ["GET", "HEAD", "OPTIONS"] {
                let (status, _) = ask(&portal, method, &format!("/{path}"));
                assert!(status < 500, "{method} /{path}: {status}");
            }
        }
        for path in ["/unsubscribe/abc", "/ack/123456", "/mail/ja/", "/desk", "/en/?code=123456"] {
            let (status, _) = ask(&portal, "GET", path);
            assert!(status < 500, "GET {path}: {status}");
        }
        serving.settle();
        assert_eq!(world.dump(), before);
        serving.stop();

        // What is out can be checked, and a changed byte is found.
        let tree = public.display().to_string();
        let pin = said(&world.kit.borrow()["fingerprints"], "advisory");
        let checked = world.good(&["verify", &tree, "--key", &pin]);
        assert_eq!((&checked["good"], &checked["advisories"], &checked["pinned"]), (&json!(true), &json!(1), &json!(true)));
        for lang in ["ja", "en"] {
            let list = public.join(lang).join("advisories");
            let catalogue = std::fs::read_to_string(list.join("index.json")).expect("the catalogue of the search");
            assert!(catalogue.contains(&format!("/{lang}/advisories/{}.html", case.number)), "{catalogue}");
            let page = std::fs::read_to_string(list.join("vendors.html")).expect("the vendors by name");
            assert!(page.contains(&case.number), "{page}");
        }
        assert_eq!(crate::world::files(&public.join("search")).len(), 3, "one piece, compressed twice");
        let copy = world.root().join("copy");
        for path in crate::world::files(&public) {
            let to = copy.join(path.strip_prefix(&public).expect("a public file"));
            std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
            std::fs::copy(&path, &to).expect("a copy");
        }
        let text = copy.join(format!("advisories/{}.en.txt", case.number));
        let mut bytes = std::fs::read(&text).expect("the text");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&text, bytes).expect("the text");
        let changed = world.run(&["verify", &copy.display().to_string()]);
        assert_eq!((changed.code, &changed.json()["good"]), (Some(1), &json!(false)));

        // An update reaches who got the first, but for the one who has left.
        let gone = world.texts(&format!("SELECT {} FROM subscriber WHERE active = 1 AND scope = 'product'", world.hex_of("id")));
        case.perform("unsubscribe", json!({ "reference": gone.first().expect("a reader of a product") }));
        case.draft(Some("修正の手順を足しました"));
        let plan = case.plan(now());
        case.approve_by_two(&plan);
        let mut serving = Serving::start(&world);
        serving.until("the update is recorded", || (world.count("delivery WHERE revision = 2") > 0).then_some(()));
        serving.settle();
        serving.stop();
        let copies = case.copies(2, "accepted");
        let second = recipients(&mails_of(&server, &copies));
        assert_eq!(second.len(), 2);
        assert!(second.iter().all(|recipient| first.contains(recipient)), "{second:?} of {first:?}");
        assert_eq!(server.messages().len(), 3 + 3 + 2);
        let checked = world.good(&["verify", &tree, "--key", &pin]);
        assert_eq!((&checked["good"], &checked["documents"]), (&json!(true), &json!(8)));

        // From ledger and stored signatures alone the same tree comes.
        let out = world.root().join("out");
        world.good(&["press", "--out", &out.display().to_string()]);
        for path in crate::world::files(&out) {
            let there = public.join(path.strip_prefix(&out).expect("a pressed file"));
            let same = std::fs::read(&path).ok() == std::fs::read(&there).ok();
            assert!(same, "{}", there.display());
        }
        assert!(world.settled());
        world.ends_well();
    }
}
