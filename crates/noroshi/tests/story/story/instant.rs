//! Never early, never twice (docs/design/security.md §3.9, one node).

use crate::contexts::journal;
use crate::play::{Case, now};
use crate::scan::Scanner;
use crate::serving::{Serving, ask};
use crate::world::{World, files};

/// Tells whether anything of the release can be read by anybody: asked, listed, lying about, or mailed.
fn can_be_read(world: &World, portal: &str, case: &Case<'_>, scanner: &Scanner) -> bool {
    let number = case.number.as_bytes();
    let names = |bytes: &[u8]| bytes.windows(number.len()).any(|window| window == number);
    let paths = [
        "/advisories/{}.json",
        "/en/advisories/{}.html",
        "/archive/{}/1/advisory.json",
        "/advisories/{}.ja.asc",
    ];
    let asked = paths
        .iter()
        .any(|path| ask(portal, "GET", &path.replace("{}", &case.number)).0 == 200);
    let lists = [
        "/en/",
        "/ja/advisories/feed.atom",
        "/advisories.json",
        "/csaf/white/index.txt",
        "/archive/leaves.jsonl",
        "/SHA256SUMS",
    ];
    let listed = lists.iter().any(|path| names(&ask(portal, "GET", path).1));
    let lies = ["public", "press", "mail"]
        .iter()
        .flat_map(|folder| files(&world.dir().join(folder)))
        .any(|path| {
            let bytes = std::fs::read(&path).unwrap_or_default();
            names(path.as_os_str().as_encoded_bytes())
                || names(&bytes)
                || !scanner.found(&bytes).is_empty()
        });
    asked || listed || lies
}

/// Fails unless each line of a log says when and how grave.
fn tells_time_and_level(log: &str) {
    for line in log.lines() {
        let mut words = line.split_whitespace();
        let [time, level] = [(); 2].map(|()| words.next().unwrap_or_default());
        let form = "2026-11-22T03:29:41.092437Z";
        assert!(
            time.len() == form.len() && time.ends_with('Z') && time[10..].starts_with('T'),
            "{line}"
        );
        assert!(["INFO", "WARN", "ERROR"].contains(&level), "{line}");
    }
}

/// Counts the journal's entries for a number.
fn signed(world: &World, number: &str) -> usize {
    let journal = String::from_utf8(journal(world)).expect("a journal of text");
    let entries = journal
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("an entry"));
    entries.filter(|entry| entry["number"] == number).count()
}

on_both! {
    fn nothing_is_readable_before_the_instant_and_one_revision_after_it(engine) {
        let world = World::founded(engine);
        let mut case = Case::open(&world, false);
        case.board();
        case.draft(None);
        case.readers();
        let instant = case.plan_ahead();
        let mut serving = Serving::start(&world);
        let portal = serving.portal.clone();
        let scanner = Scanner::of(&case.released);
        let mut looks_before = 0;
        serving.until("the release can be read", || {
            let read = can_be_read(&world, &portal, &case, &scanner);
            // The time is taken after the look: what was seen by then was readable by then.
            let early = now() < instant;
            assert!(!(read && early), "readable before its instant");
            looks_before += usize::from(early);
            read.then_some(())
        });
        assert!(looks_before > 0, "nobody looked before the instant");
        serving.until("the portal shows it", || {
            let (status, _) = ask(&portal, "GET", &format!("/en/advisories/{}.html", case.number));
            (status == 200).then_some(())
        });
        serving.settle();
        let log = serving.errors();
        assert!(log.contains(" INFO published code=\"release.published\""), "{log}");
        tells_time_and_level(&log);
        serving.stop();

        let out = || {
            let revisions = world.texts("SELECT number || '/' || CAST(revision AS TEXT) FROM advisory");
            (revisions, world.count("delivery"), world.mails(), signed(&world, &case.number))
        };
        let first = out();
        assert_eq!(first.0, [format!("{}/1", case.number)]);
        assert_eq!((first.1, first.2.len(), first.3), (3, 3, 1));

        // A second start finds nothing to do.
        let mut serving = Serving::start(&world);
        world.let_time_pass();
        serving.settle();
        serving.stop();
        world.good(&["press"]);
        world.good(&["mail", "send"]);
        assert!(out() == first, "a second start acted again");
        world.ends_well();
    }
}
