//! What every noun stands on: the unit of work, bells and turns, the held house, backups.

use std::cell::Cell;
use std::path::Path;

use domain::party::decide::agree_standing;
use domain::refusal::Refusal;
use domain::text::class::Class;
use domain::value::{Lang, StreamId};
use engine::command::{Command, decide};
use engine::intake::command::{FileReport, file_arrived};
use engine::intake::mailbox::Arrival;
use engine::kernel::backup::{BackedUp, Trust, backup, restore, store_file, verify};
use engine::kernel::unit::LEDGER_BELL;
use engine::{Fault, Location};
use seal::receipt::Receipt;
use seal::record::Realm;
use serde_json::{Value, json};
use testkit::world::said;
use testkit::{Case, World, given};

use crate::seen;

fn command(name: &str, fields: Value) -> Command {
    Command::parse(name, fields).unwrap()
}

fn bodies(world: &World) -> i64 {
    let counted = world.house().store.count(&store::schema::BODY);
    world.wait(counted).unwrap()
}

#[test]
fn a_refused_part_of_a_bundle_leaves_nothing_and_takes_none_of_the_others_along() {
    let world = World::founded();
    let report = given::report(&world);
    let part = |class: &str| json!({ "class": class, "lang": "ja", "text": "部分" });
    let sorts = command(
        "sort-report",
        json!({ "report": report.number, "parts": [part("V"), part("A"), part("U")] }),
    );
    let asks = command(
        "ask-finder",
        json!({ "report": report.number, "text": { "lang": "ja", "text": "版はどれですか。" } }),
    );
    let before = bodies(&world);
    let by = world.act("coordinator");
    let done = world
        .house()
        .perform(&by, "demo", Realm::Live, async |unit| {
            let refused = Box::pin(decide(unit, &sorts)).await;
            assert!(matches!(
                refused,
                Err(Fault::Refused(Refusal::Input { .. }))
            ));
            Box::pin(decide(unit, &asks)).await
        });
    world.wait(Box::pin(done)).unwrap();
    assert_eq!(
        world.happened_in(&report.id),
        ["report_received", "report_questioned"]
    );
    assert_eq!(bodies(&world), before + 1, "the question and no part");
    let recorded = seen::last(&world, &report.id);
    assert_eq!(recorded.command, "ask-finder");
    world.ends_well();
}

#[test]
fn a_text_that_was_rolled_back_is_nowhere_and_its_key_serves_the_next() {
    let world = World::founded();
    let party = seen::party(&world, &given::vendor(&world, "Aoba", false));
    let stream = StreamId::from(party.id);
    let by = world.act("coordinator");
    let done = world
        .house()
        .perform(&by, "agree-standing", Realm::Live, async |unit| {
            let mark = unit.mark();
            let lost = unit.text(stream, Class::V, Lang::En, "lost").await?;
            unit.roll_back(mark);
            let kept = unit.text(stream, Class::V, Lang::En, "kept").await?;
            unit.record(agree_standing(&party, "3".to_owned())).await?;
            assert_eq!(unit.events(), 1);
            Ok((lost, kept))
        });
    let (lost, kept) = world.wait(Box::pin(done)).unwrap();
    let lost = world.wait(Box::pin(world.house().body(lost.body)));
    assert!(matches!(lost, Err(Fault::Sealed)));
    assert_eq!(seen::body(&world, kept.body), "kept");
    world.ends_well();
}

#[test]
fn a_command_that_another_came_before_is_decided_anew() {
    let world = World::founded();
    let report = given::report(&world);
    let accepts = command("accept-report", json!({ "report": report.number }));
    let attempts = Cell::new(0);
    let by = world.act("coordinator");
    let done = world
        .house()
        .perform(&by, "accept-report", Realm::Live, async |unit| {
            attempts.set(attempts.get() + 1);
            let answer = Box::pin(decide(unit, &accepts)).await?;
            if attempts.get() == 1 {
                let declines = json!({ "report": report.number, "reason": "duplicate" });
                let stage = &world.stage;
                let declined = stage.person_does("reception", "decline-report", declines);
                Box::pin(declined).await.unwrap();
            }
            Ok(answer)
        });
    let refused = world.wait(Box::pin(done)).unwrap_err();
    assert_eq!((refused.code(), attempts.get()), ("report.decided", 2));
    assert_eq!(
        world.happened_in(&report.id),
        ["report_received", "report_declined"]
    );
    assert_eq!(world.times("case_opened"), 0);
    world.ends_well();
}

#[test]
fn what_was_only_read_counts_as_well() {
    let world = World::founded();
    let case = Case::open(&world);
    let aoba = case.vendor("Aoba");
    // The clock of the case runs, so that another attempt writes to the participant alone.
    let tried = json!({ "participant": aoba, "channel": "phone", "result": "tried" });
    world.does("contact", tried.clone());
    let contacts = command("contact", tried);
    let attempts = Cell::new(0);
    let by = world.act("coordinator");
    let done = world
        .house()
        .perform(&by, "contact", Realm::Live, async |unit| {
            attempts.set(attempts.get() + 1);
            let answer = Box::pin(decide(unit, &contacts)).await?;
            if attempts.get() == 1 {
                let closing = json!({ "case": case.number, "code": "withdrawn" });
                let closed = world.stage.person_does("reception", "close-case", closing);
                Box::pin(closed).await.unwrap();
            }
            Ok(answer)
        });
    let refused = world.wait(Box::pin(done)).unwrap_err();
    assert_eq!((refused.code(), attempts.get()), ("case.closed", 2));
    assert_eq!(seen::participant(&world, aoba).attempts, 1);
    world.ends_well();
}

#[test]
fn a_command_that_others_always_come_before_is_given_up() {
    let world = World::founded();
    let report = given::report(&world);
    let asks = command(
        "ask-finder",
        json!({ "report": report.number, "text": { "lang": "en", "text": "Which?" } }),
    );
    let attempts = Cell::new(0_usize);
    let by = world.act("coordinator");
    let done = world
        .house()
        .perform(&by, "ask-finder", Realm::Live, async |unit| {
            attempts.set(attempts.get() + 1);
            let answer = Box::pin(decide(unit, &asks)).await?;
            let text = json!({ "lang": "en", "text": "More." });
            let more = json!({ "report": report.number, "text": text });
            let added = world.stage.person_does("reception", "add-to-report", more);
            Box::pin(added).await.unwrap();
            Ok(answer)
        });
    let refused = world.wait(Box::pin(done)).unwrap_err();
    assert_eq!(refused.code(), "conflict");
    assert!(attempts.get() > 1);
    assert_eq!(world.times("report_answered"), attempts.get());
    assert_eq!(world.times("report_questioned"), 0);
    world.ends_well();
}

#[test]
fn a_number_is_drawn_once_within_a_unit_too() {
    let world = World::founded();
    let (_, printed) = engine::intake::handling_number(77).unwrap();
    let input: FileReport = serde_json::from_value(json!({
        "kind": "product", "channel": "form", "text": { "lang": "en", "text": "It leaks." },
    }))
    .unwrap();
    let by = world.act("reception");
    let house = world.house();
    let done = house.perform(&by, "file-report", Realm::Live, async |unit| {
        let mut handling = Vec::new();
        for _ in 0..2 {
            let arrival = Arrival::of(&Receipt::draw(), &house.id(), &printed);
            let filed = file_arrived(unit, &input, Some(&arrival), None);
            handling.push(said(&Box::pin(filed).await?, "handling"));
        }
        Ok(handling)
    });
    let handling = world.wait(Box::pin(done)).unwrap();
    assert_eq!(handling[0], printed);
    assert_ne!(handling[1], printed);
    for number in &handling {
        assert_eq!(seen::report(&world, number).handling, *number);
    }
    world.ends_well();
}

#[test]
fn a_bell_rings_at_the_commit_that_brings_its_work_and_at_no_refusal() {
    let world = World::founded();
    let case = Case::open(&world);
    let rings = |name: &str| {
        let bell = world.house().bells.of(name);
        world.wait(async {
            tokio::select! {
                biased;
                () = bell.notified() => true,
                () = std::future::ready(()) => false,
            }
        })
    };
    let each = || [LEDGER_BELL, "first_contact", "press"].map(rings);
    assert_eq!(each(), [true, false, false], "many are as one");
    assert_eq!(each(), [false; 3]);
    case.refuses("observe", json!({ "fact": "nothing" }));
    case.refuses_with("TN#00000000", "confirm-receipt", json!({}));
    assert_eq!(each(), [false; 3]);
    case.does("observe", json!({ "fact": "attacks_observed" }));
    assert_eq!(each(), [true, false, false]);
    case.contact("Aoba");
    assert_eq!(each(), [true, true, false]);
    world.ends_well();
}

#[test]
fn turns_on_the_same_dossier_come_one_after_another() {
    let world = World::founded();
    let turns = &world.house().turns;
    let [a, b, c] = [1, 2, 3].map(|n| StreamId::from_bytes([n; 16]));
    let waits = |of: &[StreamId]| {
        world.wait(async {
            tokio::select! {
                biased;
                _turn = turns.take(of) => false,
                () = std::future::ready(()) => true,
            }
        })
    };
    let held = world.wait(turns.take(&[b, a, b]));
    assert!(waits(&[b]) && waits(&[c, a]));
    assert!(!waits(&[c]), "whoever waits holds nothing beside");
    drop(held);
    assert!(!waits(&[c, b, a]));
    world.ends_well();
}

#[test]
fn a_house_in_a_folder_that_is_not_its_own_does_nothing() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    let house = world.house();
    let mark = world.stage.dir().join("instance");
    let own = std::fs::read(&mark).unwrap();
    let code = || {
        let free = world.wait(Box::pin(house.not_held()));
        free.map_err(|fault| fault.code())
    };
    assert_eq!(code(), Ok(()));
    std::fs::write(&mark, "another").unwrap();
    assert_eq!(code(), Err("held"));
    let happened = world.happened().len();
    world.runs_due();
    world.days_pass(2);
    assert!(world.mails().is_empty());
    assert_eq!(world.happened().len(), happened, "no clock fires");
    std::fs::write(&mark, own).unwrap();
    assert_eq!(code(), Ok(()));
    world.runs_due();
    assert_eq!(world.mails_to("psirt@aoba.example").len(), 1);
    world.ends_well();
}

/// Restores a backup into a folder of this name beside the house.
fn restored(world: &World, file: &Path, name: &str) -> Result<BackedUp, String> {
    let there = world.stage.beside(name);
    let location = Location::Sqlite(store_file(&there));
    let secret = world.stage.kit.recovery_secret.as_str();
    let done = restore(file, secret, &there, &location, false, Trust::default());
    let done = world.wait(Box::pin(done));
    done.map_err(|fault| fault.code().to_owned())
}

#[test]
fn a_backup_replaces_no_other_and_is_restored_whole_or_not_at_all() {
    let world = World::founded();
    let case = Case::open(&world);
    let (dir, store) = (world.stage.dir(), &world.house().store);
    let backs_up = |name: &str| {
        let file = world.stage.beside(name);
        let taken = world.wait(Box::pin(backup(&dir, store, &file)));
        taken.map_err(|fault| fault.code().to_owned())
    };
    let first = backs_up("first").unwrap();
    assert_eq!(backs_up("first"), Err("config".to_owned()));
    case.contact("Aoba");
    let second = backs_up("second").unwrap();
    assert!(second.records > first.records && second.root != first.root);
    assert_eq!(second.number, first.number + 1);

    let file = world.stage.beside("first");
    assert_eq!(restored(&world, &file, "there").unwrap().root, first.root);
    let again = restored(&world, &file, "there");
    assert_eq!(again, Err("config".to_owned()), "the folder is in use");
    let nothing = restored(&world, &world.stage.beside("third"), "nowhere");
    assert_eq!(nothing, Err("config".to_owned()));
    for (part, name) in [
        (&second.data, "data-changed"),
        (&second.keys, "keys-changed"),
    ] {
        let whole = std::fs::read(part).unwrap();
        let mut changed = whole.clone();
        *changed.last_mut().unwrap() ^= 1;
        std::fs::write(part, changed).unwrap();
        let refused = restored(&world, &world.stage.beside("second"), name);
        assert_eq!(refused, Err("config".to_owned()), "{name}");
        assert!(!world.stage.beside(name).exists(), "{name}");
        std::fs::write(part, whole).unwrap();
    }
    // The keys are there already when the database cannot be made: they do not stay without their house.
    let half = world.stage.beside("half");
    std::fs::create_dir(&half).unwrap();
    let nowhere = Location::Sqlite(second.data.join("below-a-file"));
    let (from, secret) = (
        world.stage.beside("second"),
        &world.stage.kit.recovery_secret,
    );
    let done = restore(&from, secret, &half, &nowhere, false, Trust::default());
    assert!(world.wait(Box::pin(done)).is_err());
    assert_eq!(
        std::fs::read_dir(&half).unwrap().count(),
        0,
        "as it was found"
    );
    let whole = restored(&world, &world.stage.beside("second"), "whole");
    assert_eq!(whole.unwrap().records, second.records);
    world.ends_well();
}

/// Files reports until it is over.
async fn files_reports(world: &World, is_over: &Cell<bool>) {
    let text = json!({ "lang": "en", "text": "It leaks." });
    let report = json!({ "kind": "product", "channel": "form", "text": text });
    while !is_over.get() {
        let stage = &world.stage;
        let filed = stage.person_does("reception", "file-report", report.clone());
        Box::pin(filed).await.unwrap();
    }
}

#[test]
fn a_backup_that_is_taken_while_others_write_says_the_root_that_is_in_it() {
    let world = World::founded();
    let (dir, store) = (world.stage.dir(), &world.house().store);
    let mut written_since = 0;
    let mut last = None;
    for name in [
        "one", "two", "three", "four", "five", "six", "seven", "eight",
    ] {
        let file = world.stage.beside(name);
        let is_over = Cell::new(false);
        let takes = async {
            let taken = backup(&dir, store, &file).await;
            is_over.set(true);
            taken.unwrap()
        };
        let (taken, (), (), ()) = world.wait(async {
            tokio::join!(
                takes,
                files_reports(&world, &is_over),
                files_reports(&world, &is_over),
                files_reports(&world, &is_over)
            )
        });
        let chain = world.wait(store.walk_chain(&[taken.records])).unwrap();
        let root = seal::unhex32(&taken.root).unwrap();
        assert_eq!(chain.roots, [(taken.records, root)], "{name}");
        written_since += chain.records - taken.records;
        last = Some((file, taken));
    }
    assert!(written_since > 0, "nobody wrote meanwhile");
    let (file, taken) = last.unwrap();
    let there = restored(&world, &file, "there").unwrap();
    assert_eq!((there.records, there.root), (taken.records, taken.root));
    world.ends_well();
}

/// One who presses twice gets one backup, whole, and hears that the other was not made.
#[test]
fn of_two_backups_at_once_one_is_made_and_it_is_whole() {
    let world = World::founded();
    let (dir, store) = (world.stage.dir(), &world.house().store);
    let mut numbers = Vec::new();
    for name in ["one", "two", "three"] {
        let file = world.stage.beside(name);
        // What an earlier try left that was killed.
        let mut left = file.clone().into_os_string();
        left.push(".data.age.0badcafe.tmp");
        std::fs::write(&left, b"half").unwrap();
        let both = world.wait(Box::pin(async {
            tokio::join!(backup(&dir, store, &file), backup(&dir, store, &file))
        }));
        let (made, not) = match both {
            (Ok(made), Err(not)) | (Err(not), Ok(made)) => (made, not),
            other => panic!("{other:?}"),
        };
        assert!(not.to_string().contains("another backup"), "{not}");
        assert!(!Path::new(&left).exists());
        numbers.push(made.number);
        restored(&world, &file, &format!("{name}-there")).unwrap();
        let again = world.wait(Box::pin(backup(&dir, store, &file)));
        assert!(again.unwrap_err().to_string().contains("exists"));
    }
    assert_eq!(numbers, [1, 2, 3]);
    world.ends_well();
}

/// Whoever knows the public half of the recovery key can seal files that open: they are not taken for the house's.
#[test]
fn a_backup_that_the_house_did_not_sign_is_not_restored() {
    let world = World::founded();
    let (dir, store) = (world.stage.dir(), &world.house().store);
    let backs_up = |name: &str| {
        let file = world.stage.beside(name);
        world.wait(Box::pin(backup(&dir, store, &file))).unwrap()
    };
    let (first, second) = (backs_up("first"), backs_up("second"));
    let fingerprints = &world.stage.kit.fingerprints;
    let log = &fingerprints
        .iter()
        .find(|(purpose, _)| purpose == "log")
        .unwrap()
        .1;
    assert_eq!(first.signed_by, *log);
    let secret = world.stage.kit.recovery_secret.as_str();
    let tries = |name: &str, trust: Trust<'_>| {
        let work = world.stage.beside("trial");
        let file = world.stage.beside(name);
        let tried = world.wait(Box::pin(verify(&file, secret, &work, trust)));
        assert!(!work.exists());
        tried
            .map(|done| done.signed_by)
            .map_err(|fault| fault.to_string())
    };
    let pin = |log_key| Trust {
        log_key: Some(log_key),
        unsigned: false,
    };
    let unsigned = Trust {
        log_key: None,
        unsigned: true,
    };
    let spaced = format!("{} {}", &log[..20].to_lowercase(), &log[20..]);
    assert_eq!(tries("first", pin(&spaced)), Ok(log.clone()));
    let marked = format!("0x{log}");
    assert_eq!(tries("first", pin(&marked)), Ok(log.clone()));
    // Too short to tell one key from another: that is no stranger's key.
    let short = tries("first", pin(&log[24..])).unwrap_err();
    assert!(short.contains("whole fingerprint"), "{short}");
    let other = &fingerprints
        .iter()
        .find(|(purpose, _)| purpose == "advisory")
        .unwrap()
        .1;
    assert!(
        tries("first", pin(other))
            .unwrap_err()
            .contains("do not restore")
    );
    // Halves of two backups are none.
    let keys = std::fs::read(&first.keys).unwrap();
    std::fs::write(&first.keys, std::fs::read(&second.keys).unwrap()).unwrap();
    assert!(
        tries("first", pin(log))
            .unwrap_err()
            .contains("belongs to another backup")
    );
    assert!(
        tries("first", unsigned).is_err(),
        "what is signed is looked at"
    );
    std::fs::write(&first.keys, keys).unwrap();
    // Nor is one signature that of the other.
    let mine = std::fs::read(&first.signature).unwrap();
    std::fs::write(&first.signature, std::fs::read(&second.signature).unwrap()).unwrap();
    assert!(tries("first", pin(log)).is_err());
    let mut bent = mine.clone();
    let at = bent
        .windows(8)
        .position(|eight| eight == b"records ")
        .unwrap()
        + 8;
    bent[at] ^= 1;
    std::fs::write(&first.signature, bent).unwrap();
    assert!(
        tries("first", pin(log))
            .unwrap_err()
            .contains("no good signature")
    );
    // What nobody signed is taken from whoever says so, and not where a key is given.
    std::fs::remove_file(&first.signature).unwrap();
    assert!(
        tries("first", Trust::default())
            .unwrap_err()
            .contains("--unsigned")
    );
    assert!(
        tries(
            "first",
            Trust {
                unsigned: true,
                ..pin(log)
            }
        )
        .is_err()
    );
    assert_eq!(tries("first", unsigned), Ok(String::new()));
    world.ends_well();
}
