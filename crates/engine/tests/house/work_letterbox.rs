//! The letterbox: what is performed, what is laid aside and tried again, and what waits for something else.

use std::path::PathBuf;

use formats::letter::{Addition, Letter};
use testkit::World;
use testkit::letters::{Finder, post, waiting};
use testkit::world::{at, span};

fn folder(world: &World) -> PathBuf {
    world.stage.dir().join("box")
}

/// How many files lie aside.
fn aside(world: &World) -> usize {
    let entries = std::fs::read_dir(folder(world).join("unreadable"));
    entries.into_iter().flatten().count()
}

/// The report of a finder, with a handling number of its own.
fn report(world: &World, finder: &Finder, random: u64) -> Letter {
    let (_, printed) = engine::intake::handling_number(random).unwrap();
    finder.report(world, &printed)
}

fn addition(world: &World, finder: &Finder, text: &str) -> Letter {
    Letter::Addition(Addition {
        at: at(world.now()),
        lang: formats::advisory::Lang::Ja,
        lookup: finder.proof(),
        text: text.to_owned(),
    })
}

fn name(id: u8) -> String {
    format!("letter-{}", seal::hex(&[id; 16]))
}

#[test]
fn what_nobody_can_read_is_laid_aside_and_stops_nothing() {
    let world = World::founded();
    let finder = Finder::of(&world);
    post(&world, &report(&world, &finder, 1), 1);
    // A name that is none, bytes that are no letter, and a letter under another letter's name.
    std::fs::write(folder(&world).join("letter-none"), b"x").unwrap();
    std::fs::write(folder(&world).join(name(2)), b"no letter").unwrap();
    let sealed = std::fs::read(folder(&world).join(name(1))).unwrap();
    std::fs::write(folder(&world).join(name(3)), sealed).unwrap();
    std::fs::write(folder(&world).join(name(4)), vec![0_u8; 1 << 20]).unwrap();
    // What is no file at all, as whoever took the portal over may put it there; a pipe would make a reader wait for ever.
    std::fs::create_dir(folder(&world).join(name(5))).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", folder(&world).join(name(6))).unwrap();
    let pipe = std::process::Command::new("mkfifo")
        .arg(folder(&world).join(name(7)))
        .status();
    assert!(pipe.unwrap().success());
    world.runs_due();
    assert_eq!((waiting(&world), aside(&world)), (0, 7));
    assert_eq!(world.times("report_received"), 1);
    // In the same run of the house it is not looked at again.
    let before = world.happened().len();
    world.passes_to(world.ahead(span(0, 2)));
    assert_eq!((waiting(&world), aside(&world)), (0, 7));
    assert_eq!(world.happened().len(), before);
    world.ends_well();
}

#[test]
fn what_an_earlier_run_laid_aside_is_tried_once_more_when_the_house_starts() {
    let world = World::founded();
    let lay_aside = |id: u8| {
        let there = folder(&world).join("unreadable");
        std::fs::create_dir_all(&there).unwrap();
        std::fs::rename(folder(&world).join(name(id)), there.join(name(id))).unwrap();
    };
    post(&world, &report(&world, &Finder::of(&world), 1), 1);
    lay_aside(1);
    world.runs_due();
    assert_eq!((aside(&world), world.times("report_received")), (0, 1));
    post(&world, &report(&world, &Finder::of(&world), 2), 2);
    lay_aside(2);
    world.runs_due();
    world.passes_to(world.ahead(span(0, 2)));
    assert_eq!((aside(&world), world.times("report_received")), (1, 1));
    world.ends_well();
}

#[test]
fn letters_wait_for_a_key_that_cannot_be_read() {
    let world = World::founded();
    post(&world, &report(&world, &Finder::of(&world), 1), 1);
    let key = world.stage.dir().join("keys/intake/2026-09.key");
    let good = std::fs::read(&key).unwrap();
    std::fs::write(&key, b"broken").unwrap();
    world.runs_due();
    assert_eq!((waiting(&world), aside(&world)), (1, 0));
    std::fs::write(&key, good).unwrap();
    // Not in every round: it is looked at again after a minute.
    world.runs_due();
    assert_eq!(waiting(&world), 1);
    world.passes_to(world.ahead(2 * 60_000_000));
    assert_eq!((waiting(&world), aside(&world)), (0, 0));
    assert_eq!(world.times("report_received"), 1);
    world.ends_well();
}

#[test]
fn a_letter_that_lies_there_twice_is_performed_once() {
    let world = World::founded();
    let finder = Finder::of(&world);
    let letter = report(&world, &finder, 1);
    for _ in 0..3 {
        post(&world, &letter, 1);
        world.runs_due();
        assert_eq!(waiting(&world), 0);
    }
    assert_eq!(world.times("report_received"), 1);
    let words = addition(&world, &finder, "三版です。");
    for _ in 0..3 {
        post(&world, &words, 2);
        world.runs_due();
        assert_eq!(waiting(&world), 0);
    }
    assert_eq!(world.times("report_answered"), 1);
    // The same words in another letter are said again.
    post(&world, &words, 3);
    world.runs_due();
    assert_eq!(world.times("report_answered"), 2);
    world.ends_well();
}

#[test]
fn what_is_added_waits_for_its_report() {
    let world = World::founded();
    let finder = Finder::of(&world);
    post(&world, &addition(&world, &finder, "三版です。"), 1);
    world.runs_due();
    assert_eq!((waiting(&world), aside(&world)), (1, 0));
    post(&world, &report(&world, &finder, 1), 2);
    world.runs_due();
    assert_eq!((waiting(&world), world.times("report_received")), (1, 1));
    world.passes_to(world.ahead(60_000_000));
    assert_eq!((waiting(&world), world.times("report_answered")), (0, 1));
    world.ends_well();
}

#[test]
fn in_one_round_a_report_comes_before_what_is_added_to_it() {
    let world = World::founded();
    let finder = Finder::of(&world);
    post(&world, &addition(&world, &finder, "三版です。"), 1);
    post(&world, &report(&world, &finder, 1), 2);
    world.runs_due();
    assert_eq!(waiting(&world), 0);
    assert_eq!(world.times("report_received"), 1);
    assert_eq!(world.times("report_answered"), 1);
    world.ends_well();
}

#[test]
fn what_is_added_to_nothing_goes_after_an_hour() {
    let world = World::founded();
    let stranger = Finder::of(&world);
    post(&world, &addition(&world, &stranger, "三版です。"), 1);
    let before = world.happened().len();
    world.passes_to(world.ahead(50 * 60_000_000));
    assert_eq!(waiting(&world), 1);
    world.passes_to(world.ahead(30 * 60_000_000));
    assert_eq!((waiting(&world), aside(&world)), (0, 0));
    assert_eq!(world.happened().len(), before);
    world.ends_well();
}

#[test]
fn a_new_months_key_opens_new_letters_and_the_old_one_those_on_their_way() {
    let world = World::founded();
    post(&world, &report(&world, &Finder::of(&world), 1), 1);
    let folder = folder(&world);
    let late = folder.join(name(1));
    let kept = std::fs::read(&late).unwrap();
    std::fs::remove_file(&late).unwrap();
    // 7 September and 25 days.
    world.days_pass(25);
    let keys = world.stage.dir().join("keys/intake");
    assert!(keys.join("2026-10.key").exists());
    post(&world, &report(&world, &Finder::of(&world), 2), 2);
    std::fs::write(&late, kept).unwrap();
    world.runs_due();
    assert_eq!((waiting(&world), aside(&world)), (0, 0));
    assert_eq!(world.times("report_received"), 2);
    world.ends_well();
}
