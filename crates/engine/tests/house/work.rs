//! What falls due: rounds that do nothing twice, and time as a command.

use serde_json::json;
use testkit::world::span;
use testkit::{Case, World};

#[test]
fn a_round_that_has_nothing_to_do_records_nothing() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    world.runs_due();
    let before = world.happened().len();
    for _ in 0..3 {
        world.runs_due();
    }
    assert_eq!(world.happened().len(), before);
    assert_eq!(world.mails().len(), 1);
    world.ends_well();
}

#[test]
fn the_ledger_is_anchored_once_a_day() {
    let world = World::founded();
    world.runs_due();
    assert_eq!(world.times("ledger_anchored"), 0);
    world.days_pass(3);
    let anchored = world.times("ledger_anchored");
    assert!((2..=3).contains(&anchored), "{anchored}");
    let leaves = world.public("archive/leaves.jsonl").unwrap();
    assert_eq!(leaves.lines().count(), anchored);
    world.ends_well();
}

#[test]
fn a_publication_is_recorded_pressed_and_mailed_once() {
    let world = World::founded();
    let case = Case::open(&world);
    testkit::given::reader(&world, "one@reader.example");
    let _ = case.published();
    let tree = || world.public("SHA256SUMS").unwrap();
    let (before, mails) = (tree(), world.mails().len());
    world.passes_to(world.ahead(span(0, 6)));
    assert_eq!((tree(), world.mails().len()), (before, mails));
    assert_eq!(world.times("published"), 1);
    world.ends_well();
}

#[test]
fn a_withdrawn_vendor_is_not_written_to() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Cedar");
    case.does_with(case.vendor("Cedar"), "leave-case", json!({}));
    world.runs_due();
    assert!(world.mails_to("psirt@cedar.example").is_empty());
    world.ends_well();
}
