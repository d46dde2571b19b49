//! Contexts that are killed or stopped while the house runs: each is started anew, and what was due goes.

use std::process::Command;

use crate::play::{Case, now};
use crate::serving::{Serving, ask};
use crate::world::World;

/// The process of a context of this house.
fn process(world: &World, name: &str) -> Option<String> {
    let dir = world.dir().display().to_string();
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    processes
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()))
        .find(|id| {
            let said = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            let words: Vec<String> = said
                .split(|byte| *byte == 0)
                .map(|word| String::from_utf8_lossy(word).into_owned())
                .collect();
            words.contains(&dir) && words.windows(2).any(|two| two == ["context", name])
        })
}

/// Whether the log of the house that runs says this code.
fn serving_log_says(world: &World, code: &str) -> bool {
    let root = std::fs::read_dir(world.root()).expect("the folder of the test");
    root.flatten()
        .filter(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|ending| ending == "err")
        })
        .any(|entry| std::fs::read_to_string(entry.path()).is_ok_and(|log| log.contains(code)))
}

fn signal(signal: &str, id: &str) {
    let sent = Command::new("kill").args([signal, id]).status();
    assert!(sent.expect("kill").success());
}

on_both! {
    /// At three in the morning nobody stops the house to look at it.
    fn what_only_looks_is_answered_by_the_house_that_runs(engine) {
        let world = World::founded(engine);
        let mut case = Case::open(&world, false);
        case.draft(None);
        let still = world.good(&["ledger", "verify"]);
        let mut serving = Serving::start(&world);
        serving.until("it runs", || serving_log_says(&world, "house.runs").then_some(()));
        let running = world.good(&["ledger", "verify"]);
        assert_eq!((&running["good"], &running["rows"]), (&true.into(), &still["rows"]), "{running}");
        let looked = world.good(&["doctor"]);
        assert_eq!(looked["findings"], serde_json::json!([]), "{looked}");
        assert!(world.good(&["mail", "copies"]).is_object());
        let none = world.run(&["mail", "copies", "NRS-00000000"]);
        assert_eq!(none.code, Some(2), "{none:?}");
        // What changes something is still the running house's alone.
        assert_eq!(world.run(&["ledger", "rebuild"]).code, Some(2));
        world.say("DELETE FROM body WHERE id = (SELECT id FROM body ORDER BY id LIMIT 1)");
        let amiss = world.run(&["ledger", "verify"]);
        let first = amiss.json()["amiss"][0].clone();
        assert_eq!(amiss.code, Some(1), "{amiss:?}");
        assert!(first.as_str().is_some_and(|first| first.ends_with("was recorded and is gone")), "{first}");
        let looked = world.run(&["doctor"]);
        assert_eq!((looked.code, &looked.json()["findings"][0]["code"]), (Some(1), &"rows".into()), "{looked:?}");
        // Whoever reaches the socket without the house's keys is no operator.
        let socket = world.dir().join("run").join("house.sock");
        let asked = |parts: &[&[u8]]| {
            let mut stream = std::os::unix::net::UnixStream::connect(&socket).expect("a socket");
            engine::kernel::context::write_message(&mut stream, parts).expect("a request");
            let _ = stream.shutdown(std::net::Shutdown::Write);
            engine::kernel::context::read_message(&mut stream).ok().flatten()
        };
        let fields = br#"{"handle":"second","role":"reception"}"#;
        for pass in [&b"do"[..], &[0; 32], b""] {
            assert_eq!(asked(&[pass, b"do", b"name-person", fields]), None);
        }
        assert_eq!(asked(&[b"do", b"name-person", fields]), None);
        assert!(serving_log_says(&world, "socket.stranger"));
        // Each context says whether the kernel narrows it; none says both.
        assert_ne!(
            serving_log_says(&world, "context.narrowed"),
            serving_log_says(&world, "context.wide")
        );
        serving.stop();
    }

    fn a_portal_that_was_killed_listens_again_at_the_same_place(engine) {
        let world = World::founded(engine);
        let mut serving = Serving::start(&world);
        let portal = serving.portal.clone();
        serving.until("it answers", || (ask(&portal, "GET", "/en/").0 == 200).then_some(()));
        let before = process(&world, "portal").expect("a portal");
        signal("-KILL", &before);
        let after = serving.until("another portal", || {
            process(&world, "portal").filter(|id| *id != before)
        });
        assert_ne!(before, after);
        serving.until("it answers", || {
            let is_there = std::net::TcpStream::connect(&portal).is_ok();
            (is_there && ask(&portal, "GET", "/en/").0 == 200).then_some(())
        });
        serving.stop();
    }

    fn a_house_that_runs_finds_by_itself_what_is_gone(engine) {
        let world = World::founded(engine);
        let mut case = Case::open(&world, false);
        case.draft(None);
        world.say("DELETE FROM body WHERE id = (SELECT id FROM body ORDER BY id DESC LIMIT 1)");
        let mut serving = Serving::start(&world);
        serving.until("it says so", || serving_log_says(&world, "record.amiss").then_some(()));
        serving.stop();
    }

    fn a_verifier_that_cannot_come_back_holds_the_release_until_it_can(engine) {
        let world = World::founded(engine);
        let mut case = Case::open(&world, false);
        case.board();
        case.draft(None);
        case.readers();
        let instant = case.plan_ahead();
        let mut serving = Serving::start(&world);
        let portal = serving.portal.clone();
        // Without its certificate it ends as often as it is started.
        let certificate = world.dir().join("keys/public/exercise.asc");
        let own = std::fs::read(&certificate).expect("a certificate");
        std::fs::remove_file(&certificate).expect("a file");
        signal("-KILL", &process(&world, "verify").expect("a verifier"));
        let before = world.count("ledger");
        serving.until("it is held", || {
            let is_held = serving_log_says(&world, "release.held");
            (is_held && now() > instant).then_some(())
        });
        assert!(world.count("ledger") > before);
        let page = format!("/en/advisories/{}.html", case.number);
        assert_ne!(ask(&portal, "GET", &page).0, 200);
        std::fs::write(&certificate, own).expect("the certificate");
        serving.until("the release can be read", || (ask(&portal, "GET", &page).0 == 200).then_some(()));
        serving.settle();
        serving.stop();
    }

    fn a_signer_that_is_stopped_with_a_release_due_is_started_anew_and_signs(engine) {
        let world = World::founded(engine);
        let mut case = Case::open(&world, false);
        case.board();
        case.draft(None);
        case.readers();
        let instant = case.plan_ahead();
        let mut serving = Serving::start(&world);
        let portal = serving.portal.clone();
        let before = process(&world, "sign").expect("a signer");
        // It hangs until it is ended: nobody lets it go on.
        signal("-STOP", &before);
        serving.until("another signer", || {
            process(&world, "sign").filter(|id| *id != before)
        });
        serving.until("the release can be read", || {
            let (status, _) = ask(&portal, "GET", &format!("/en/advisories/{}.html", case.number));
            let is_out = status == 200;
            assert!(!(is_out && now() < instant), "readable before its instant");
            is_out.then_some(())
        });
        serving.settle();
        serving.stop();
        assert_eq!(world.count("advisory"), 1);
    }

    /// A new name or address is changed in one place, and readers are told no other.
    fn what_was_changed_in_the_configuration_is_pressed_when_it_runs_again(engine) {
        let world = World::founded(engine);
        let security = world.dir().join("public").join(".well-known").join("security.txt");
        let told = |contact: &str| std::fs::read_to_string(&security).is_ok_and(|text| text.contains(contact));
        let served = |contact: &str| {
            let mut serving = Serving::start(&world);
            serving.until("it is pressed", || told(contact).then_some(()));
            serving.stop();
        };
        let file = world.dir().join("noroshi.toml");
        let before = std::fs::read_to_string(&file).expect("a configuration");
        let contact = before.lines().find_map(|line| line.strip_prefix("contact = ")).expect("a contact");
        let contact = contact.trim_matches('"');
        served(contact);
        let manifest = || std::fs::read(world.dir().join("press").join("manifest")).expect("a manifest");
        let stands = manifest();
        served(contact);
        assert_eq!(stands, manifest(), "nothing was changed");
        std::fs::write(&file, before.replace(contact, "other@house.example")).expect("a configuration");
        served("other@house.example");
        assert_ne!(stands, manifest());
        assert!(!told(contact));
    }
}
