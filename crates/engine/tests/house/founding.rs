//! Founding, backup, the held house, erasure: what happens to the house itself.

use domain::text::class::Compartment;
use domain::value::BodyId;
use engine::command::{Command, perform};
use engine::distribution::copies::Editions;
use engine::founding::found;
use engine::kernel::backup::{Trust, backup, restore, store_file, verify};
use engine::kernel::config::{Config, Purpose};
use engine::kernel::context::Contexts;
use engine::people::resume::{Links, Resumption, resume};
use engine::people::tokens::SET_UP;
use engine::{Fault, House, Location};
use seal::record::Realm;
use serde_json::json;
use testkit::world::said;
use testkit::{Case, World};
use zeroize::Zeroizing;

/// The two approvers of the kit, with the passwords that they sign in with.
fn two(world: &World) -> Vec<(String, Zeroizing<String>)> {
    let passwords = world.stage.kit.passwords.iter();
    let known = passwords.map(|(handle, password)| {
        let password = Zeroizing::new(password.as_str().to_owned());
        (handle.clone(), password)
    });
    known.take(2).collect()
}

#[test]
fn a_house_begins_with_its_persons_and_one_link() {
    let world = World::founded();
    let happened = world.happened();
    assert_eq!(happened.first().map(String::as_str), Some("house_founded"));
    assert_eq!(world.times("person_named"), 6);
    assert_eq!(world.stage.kit.passwords.len(), 2);
    assert!(world.stage.kit.set_up.contains("/set-up/"));
    world.ends_well();
}

#[test]
fn a_used_folder_is_refused() {
    let world = World::founded();
    let dir = world.stage.dir();
    let location = Location::Sqlite(store_file(&dir));
    let config = Config::of(Purpose::Demo);
    let again = found(&dir, &location, &config);
    let refused = world.wait(Box::pin(again)).unwrap_err();
    assert_eq!(refused.code(), "config");
    world.ends_well();
}

#[test]
fn a_folder_is_open_in_one_place_at_a_time() {
    let world = World::founded();
    let dir = world.stage.dir();
    let location = Location::Sqlite(store_file(&dir));
    let opened = world.wait(Box::pin(House::open(&dir, &location, Contexts::default())));
    assert!(matches!(opened, Err(Fault::InUse)));
    world.ends_well();
}

/// Only root can give a folder away, and only root is refused: where somebody else runs this, there is nothing to see.
#[test]
fn root_is_refused_in_the_folder_of_somebody_else() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let world = World::founded();
    let dir = world.stage.dir();
    let location = Location::Sqlite(store_file(&dir));
    let owner = std::fs::metadata(&dir).unwrap().uid();
    let somebody = owner + 12_345;
    if chown(&dir, Some(somebody), None).is_err() {
        return;
    }
    let opened = world.wait(Box::pin(House::open(&dir, &location, Contexts::default())));
    let refused = opened.map(drop).unwrap_err();
    let words = format!("belongs to user {somebody}, and this is root");
    assert!(refused.to_string().contains(&words), "{refused}");
    chown(&dir, Some(owner), None).unwrap();
    world.ends_well();
}

#[test]
fn a_restored_house_does_nothing_until_somebody_has_compared_it() {
    let world = World::founded();
    let case = Case::open(&world);
    let until = case.ready();
    let (dir, house) = (world.stage.dir(), world.house());
    let file = world.stage.beside("backup");
    let taken = world
        .wait(Box::pin(backup(&dir, &house.store, &file)))
        .unwrap();
    let secret = world.stage.kit.recovery_secret.as_str();
    let trial = world.stage.beside("trial");
    let tried = verify(&file, secret, &trial, Trust::default());
    assert_eq!(world.wait(Box::pin(tried)).unwrap().root, taken.root);

    let there = world.stage.beside("there");
    let location = Location::Sqlite(store_file(&there));
    world
        .wait(Box::pin(restore(
            &file,
            secret,
            &there,
            &location,
            false,
            Trust::default(),
        )))
        .unwrap();
    let open = || {
        world.wait(Box::pin(House::open(
            &there,
            &location,
            Contexts::default(),
        )))
    };
    world.stage.clock.move_to(until);
    let held = open().unwrap();
    let round = world
        .wait(Box::pin(held.run_due(&mut Editions::default())))
        .unwrap();
    assert_eq!(
        (round.published.len(), round.sent, round.pressed),
        (0, 0, false)
    );
    let pressed = world.wait(Box::pin(held.press()));
    assert!(matches!(pressed, Err(Fault::Held)));
    // Nobody records anything.
    let act = world.act("coordinator");
    let fields = json!({ "case": case.number, "fact": "public_aware" });
    let command = Command::parse("observe", fields).unwrap();
    let recorded = perform(&held, &act, Realm::Live, &command);
    assert!(matches!(world.wait(recorded), Err(Fault::Held)));
    drop(held);
    let resumes = |compared: &str, by: &[(String, Zeroizing<String>)]| {
        let links = Links::End;
        let how = Resumption {
            compared,
            links,
            by,
        };
        world.wait(resume(&there, &location, &how))
    };
    let two = two(&world);
    let compared = "archive log and signer's journal";
    assert!(
        resumes(" ", &two).is_err(),
        "what it was compared with is said"
    );
    // Two persons, and neither one twice nor one whose password does not open.
    let twice = [two[0].clone(), two[0].clone()];
    let wrong = [two[0].clone(), (two[1].0.clone(), two[0].1.clone())];
    for by in [&[][..], &two[..1], &twice, &wrong] {
        assert!(resumes(compared, by).is_err(), "{}", by.len());
        let held = open().unwrap();
        assert!(world.wait(Box::pin(held.held())).unwrap().is_some());
    }
    resumes(compared, &two).unwrap();
    assert!(resumes("again", &two).is_err(), "it is not held any more");
    let acts = open().unwrap();
    assert_eq!(world.wait(Box::pin(acts.held())).unwrap(), None);
    assert_eq!(
        world.passes_to(until),
        std::slice::from_ref(&case.number),
        "the first house went on"
    );
    world.ends_well();
}

#[test]
fn links_end_with_a_restore_and_stay_with_a_move() {
    let world = World::founded();
    let issued = world.does_as("admin", "issue-link", json!({ "person": "editor" }));
    let link = said(&issued, "link");
    let link = link.rsplit('/').next().unwrap();
    let (dir, house) = (world.stage.dir(), world.house());
    let file = world.stage.beside("backup");
    world
        .wait(Box::pin(backup(&dir, &house.store, &file)))
        .unwrap();
    let secret = world.stage.kit.recovery_secret.as_str();
    for (links, stays) in [(Links::End, false), (Links::Stay, true)] {
        let there = world.stage.beside(&format!("{links:?}"));
        let location = Location::Sqlite(store_file(&there));
        let restored = restore(&file, secret, &there, &location, false, Trust::default());
        world.wait(Box::pin(restored)).unwrap();
        let how = Resumption {
            compared: "the archive log",
            links,
            by: &two(&world),
        };
        world.wait(resume(&there, &location, &how)).unwrap();
        let opened = House::open(&there, &location, Contexts::default());
        let there = world.wait(Box::pin(opened)).unwrap();
        let found = world.wait(there.token_find(link, SET_UP)).unwrap();
        assert_eq!(found.is_some(), stays, "{links:?}");
        // Whose it was is still known, so that a new one can be asked for.
        assert!(
            world
                .wait(there.token_subject(link, SET_UP))
                .unwrap()
                .is_some()
        );
    }
    world.ends_well();
}

#[test]
fn a_trial_is_never_resumed() {
    let world = World::founded();
    let file = world.stage.beside("backup");
    let (dir, store) = (world.stage.dir(), &world.house().store);
    world.wait(Box::pin(backup(&dir, store, &file))).unwrap();
    let there = world.stage.beside("there");
    let location = Location::Sqlite(store_file(&there));
    let secret = world.stage.kit.recovery_secret.as_str();
    world
        .wait(Box::pin(restore(
            &file,
            secret,
            &there,
            &location,
            true,
            Trust::default(),
        )))
        .unwrap();
    let how = Resumption {
        compared: "archive log",
        links: Links::End,
        by: &two(&world),
    };
    assert!(world.wait(resume(&there, &location, &how)).is_err());
    let foreign = World::founded();
    let other = foreign.stage.kit.recovery_secret.as_str();
    let elsewhere = world.stage.beside("elsewhere");
    let location = Location::Sqlite(store_file(&elsewhere));
    let opened = foreign.wait(Box::pin(restore(
        &file,
        other,
        &elsewhere,
        &location,
        false,
        Trust::default(),
    )));
    assert!(opened.is_err(), "another house's secret opens nothing");
    assert!(!elsewhere.exists(), "nothing is left where it was to go");
    foreign.ends_well();
}

#[test]
fn an_erased_compartment_stays_closed_and_the_ledger_whole() {
    let world = World::founded();
    let case = Case::open(&world);
    let dossier = world
        .wait(world.stage.numbered(&case.report.number))
        .unwrap();
    let loaded = world
        .wait(Box::pin(world.house().load(dossier)))
        .unwrap()
        .unwrap();
    let parts: Vec<(&str, BodyId)> = match &*loaded.state {
        domain::aggregate::Aggregate::Report(report) => report
            .parts
            .iter()
            .map(|part| (part.class.code(), part.body))
            .collect(),
        _ => panic!("a report"),
    };
    let opens = |class: &str| {
        let (_, body) = parts.iter().find(|(known, _)| *known == class).unwrap();
        world.wait(Box::pin(world.house().body(*body))).is_ok()
    };
    assert_eq!(["A", "V"].map(opens), [true, true]);
    let erase = |compartment| {
        let (house, parts) = (world.house(), [compartment]);
        let erased = house.keys.erase(&house.store, dossier, &parts);
        world.wait(Box::pin(erased)).is_ok()
    };
    assert!(erase(Compartment::Exploit));
    assert_eq!(["A", "V"].map(opens), [false, true]);
    assert!(
        !erase(Compartment::Frame),
        "the frame lives as long as the ledger"
    );
    world.ends_well();
}
