//! At rest (docs/design/security.md §3.1): nothing of a case stands in clear in folder, database or terminal output.
//!
//! Key files are looked at too: they hold keys and no text. What `init` prints once is not a text of a case.

use std::path::Path;

use crate::play::{Case, SECOND, now};
use crate::scan::{Canary, Scanner};
use crate::serving::Serving;
use crate::world::{World, files};

/// Reads every byte of the house and of its database, named by where it lies; `but` names what is left out.
fn bytes_at_rest(world: &World, but: &[&str]) -> Vec<(String, Vec<u8>)> {
    let dir = world.dir();
    let relative = |path: &Path| {
        path.strip_prefix(&dir)
            .map(|p| p.display().to_string())
            .unwrap_or_default()
    };
    let mut out: Vec<(String, Vec<u8>)> = files(&dir)
        .into_iter()
        .map(|path| (relative(&path), path))
        .filter(|(name, _)| !but.iter().any(|prefix| name.starts_with(prefix)))
        .map(|(name, path)| (name, std::fs::read(path).unwrap_or_default()))
        .collect();
    assert!(out.len() > 10, "a folder that holds a house");
    let rows = world.dump();
    let rows = rows
        .iter()
        .filter(|row| !but.iter().any(|prefix| row.starts_with(prefix)));
    out.extend(rows.map(|row| ("a row of the database".to_owned(), row.clone().into_bytes())));
    out.push(("the terminal".to_owned(), world.said()));
    out
}

/// Fails if one of the canaries stands anywhere.
fn nothing_stands_in(at_rest: &[(String, Vec<u8>)], canaries: &[&Canary]) {
    let scanner = Scanner::of(canaries.iter().copied());
    for (place, bytes) in at_rest {
        let found = scanner.found(bytes);
        assert!(found.is_empty(), "in {place}: {found:?}");
    }
}

/// A text that nobody sealed is found in each form, so that silence means something.
fn the_scanner_sees(world: &World, canary: &Canary) {
    let path = world.dir().join("control.txt");
    let scanner = Scanner::of([canary]);
    let encoded: String = canary.word.bytes().map(|b| format!("%{b:02x}")).collect();
    let wide: Vec<u8> = canary
        .word
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [canary.word.clone().into_bytes(), encoded.into_bytes(), wide] {
        std::fs::write(
            &path,
            [b"before ".to_vec(), bytes, b" behind".to_vec()].concat(),
        )
        .expect("a file");
        let seen = bytes_at_rest(world, &[])
            .into_iter()
            .any(|(place, bytes)| place == "control.txt" && !scanner.found(&bytes).is_empty());
        assert!(seen, "the scanner is blind");
    }
    std::fs::remove_file(&path).expect("a file of this test");
}

on_both! {
    fn no_text_stands_in_clear_before_or_after_the_release(engine) {
        let world = World::founded(engine);
        let mut case = Case::open(&world, false);
        let until = (now() + 5 * SECOND) / SECOND * SECOND;
        case.coordinate(until);
        case.draft(None);
        let plan = case.plan(until);
        case.approve_by_two(&plan);
        case.readers();
        let all: Vec<&Canary> = case.kept.iter().chain(&case.released).chain(&case.reached).collect();
        assert!(all.len() > 30, "a canary for every class and field");
        nothing_stands_in(&bytes_at_rest(&world, &[]), &all);
        the_scanner_sees(&world, &case.kept[0]);

        let mut serving = Serving::start(&world);
        serving.until("the release is recorded", || (world.count("delivery") == 3).then_some(()));
        serving.settle();
        // The log beside the database counts as much as the database.
        let kept: Vec<&Canary> = case.kept.iter().collect();
        nothing_stands_in(&bytes_at_rest(&world, &[]), &kept);
        serving.stop();

        // What was never released stands nowhere at all; addresses only in the mails that go to them; what was
        // released only in the tree, in those mails, and as the published file.
        nothing_stands_in(&bytes_at_rest(&world, &[]), &kept);
        let reached: Vec<&Canary> = case.reached.iter().collect();
        nothing_stands_in(&bytes_at_rest(&world, &["mail/"]), &reached);
        let released: Vec<&Canary> = case.released.iter().collect();
        let out = ["public/", "press/objects/", "mail/", "file: ", "noroshi.db"];
        nothing_stands_in(&bytes_at_rest(&world, &out), &released);

        // Each released text did leave: in the tree, and by mail.
        for (place, of) in [("public/", &released), ("mail/", &released[1..2].to_vec())] {
            let there = bytes_at_rest(&world, &[]);
            for canary in of.iter() {
                let scanner = Scanner::of([*canary]);
                let left = there.iter().any(|(name, bytes)| name.starts_with(place) && !scanner.found(bytes).is_empty());
                assert!(left, "{} is not in {place}", canary.name);
            }
        }
        world.ends_well();
    }

    fn a_backup_shows_nothing(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let file = world.root().join("backup").display().to_string();
        world.good(&["backup", &file]);
        let canaries: Vec<&Canary> = case.kept.iter().chain(&case.reached).collect();
        for ending in ["data.age", "keys.age"] {
            let bytes = std::fs::read(format!("{file}.{ending}")).expect("a backup");
            assert!(!bytes.is_empty());
            nothing_stands_in(&[(ending.to_owned(), bytes)], &canaries);
        }
        world.ends_well();
    }
}
