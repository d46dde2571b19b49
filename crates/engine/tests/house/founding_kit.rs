//! What founding makes and prints once: the kit, the persons of each kind of house, and what it refuses to begin.

use std::path::Path;

use engine::founding::{RecoveryKit, found};
use engine::kernel::backup::store_file;
use engine::kernel::config::{Config, Purpose};
use engine::{Fault, Location};
use seal::signer::Pinned;
use serde_json::json;
use testkit::world::{at, said, span};
use testkit::{World, given};

use crate::look;

/// Founds another house beside a world's.
fn founded(world: &World, name: &str, config: &Config) -> Result<RecoveryKit, Fault> {
    let dir = world.stage.beside(name);
    let location = Location::Sqlite(store_file(&dir));
    let founded = found(&dir, &location, config);
    world.wait(Box::pin(founded))
}

fn pinned(dir: &Path) -> Pinned {
    let bytes = std::fs::read(dir.join("keys/sign/approvers.json")).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn a_live_house_keeps_nothing_of_what_is_printed_once() {
    let world = World::founded();
    let kit = founded(&world, "live", &Config::of(Purpose::Live)).unwrap();
    let dir = world.stage.beside("live");
    let mut secrets: Vec<String> = kit
        .passwords
        .iter()
        .map(|(_, word)| word.to_string())
        .collect();
    assert_eq!(secrets.len(), 2);
    secrets.push(kit.recovery_secret.to_string());
    let link = kit.set_up.rsplit('/').next().unwrap();
    secrets.push(link.to_owned());
    for (path, bytes) in look::files(&dir) {
        let text = String::from_utf8_lossy(&bytes);
        for secret in &secrets {
            assert!(
                secret.len() >= 16 && !text.contains(secret.as_str()),
                "{path}"
            );
        }
    }
    // Nor does the kit say it where somebody prints it for a log.
    let printed = format!("{kit:?}");
    assert!(
        secrets
            .iter()
            .all(|secret| !printed.contains(secret.as_str()))
    );
    world.ends_well();
}

#[test]
fn the_kit_names_a_key_for_each_purpose_and_how_to_revoke_it() {
    let world = World::founded();
    let kit = &world.stage.kit;
    let purposes: Vec<&str> = kit.fingerprints.iter().map(|(of, _)| of.as_str()).collect();
    assert_eq!(purposes, ["advisory", "exercise", "log", "office"]);
    let prints: std::collections::BTreeSet<&str> = kit
        .fingerprints
        .iter()
        .map(|(_, print)| print.as_str())
        .collect();
    assert_eq!(prints.len(), 4, "none is shared");
    for ((of, print), (revoked, certificate)) in kit.fingerprints.iter().zip(&kit.revocations) {
        assert_eq!(of, revoked);
        assert!(certificate.contains("BEGIN PGP"), "{of}");
        let public = world.stage.dir().join(format!("keys/public/{of}.asc"));
        let public = std::fs::read(public).unwrap();
        let certificate = seal::openpgp::Certificate::read(&public);
        assert_eq!(
            certificate.map(|known| known.fingerprint()).ok().as_ref(),
            Some(print)
        );
    }
    assert_eq!(world.house().fingerprint, kit.fingerprints[0].1);
    world.ends_well();
}

/// How a row of a table changes the configuration.
type Changes = fn(&mut Config);

/// A kind of house, who of its people approve, how many must, and whether it is one person's.
type Kind = (Changes, &'static [&'static str], u8, bool);

#[test]
fn each_kind_of_house_has_the_approvers_that_it_needs_and_the_signer_knows_them() {
    let rows: [Kind; 3] = [
        (|_| {}, &["approver-a", "approver-b"], 2, true),
        (
            |config| config.publication.solo = true,
            &["approver-a"],
            0,
            true,
        ),
        (
            |config| *config = Config::of(Purpose::Replay),
            &["replay-a", "replay-b"],
            2,
            false,
        ),
    ];
    for (change, handles, quorum, has_link) in rows {
        let world = World::founded_with(change);
        let kit = &world.stage.kit;
        let named: Vec<&str> = kit
            .passwords
            .iter()
            .map(|(handle, _)| handle.as_str())
            .collect();
        assert_eq!(named, handles);
        assert_eq!(kit.set_up.is_empty(), !has_link, "{handles:?}");
        let own = world.wait(Box::pin(world.house().own())).unwrap();
        assert_eq!(own.quorum, quorum);
        let pinned = pinned(&world.stage.dir());
        assert_eq!(pinned.quorum, quorum);
        let known = engine::publication::command::approvers(&own);
        assert!(known.keys().eq(handles.iter()), "{known:?}");
        let mut persons: Vec<String> = known.values().map(|id| seal::hex(&id.bytes())).collect();
        let mut signers: Vec<String> = pinned
            .approvers
            .iter()
            .map(|approver| {
                assert!(approver.founding);
                approver.person.clone()
            })
            .collect();
        persons.sort_unstable();
        signers.sort_unstable();
        assert_eq!(persons, signers);
        world.ends_well();
    }
}

#[test]
fn a_house_that_replays_an_archive_marks_what_it_publishes() {
    let world = World::founded_with(|config| *config = Config::of(Purpose::Replay));
    let case = testkit::Case::open(&world);
    assert!(case.number.starts_with("ARC-"), "{}", case.number);
    case.does("draft-advisory", given::advisory(None));
    let instant = world.ahead(span(0, 2));
    let planned = case.does("plan-release", json!({ "instant": at(instant) }));
    let plan = said(&planned, "plan");
    assert_eq!(
        case.signs("replay-a", &plan).map(|_| ()),
        Ok(()),
        "its approvers have names of their own"
    );
    case.signs("replay-b", &plan).unwrap();
    assert_eq!(world.passes_to(instant), std::slice::from_ref(&case.number));
    let doc = world
        .public(&format!("advisories/{}.json", case.number))
        .unwrap();
    let doc: serde_json::Value = serde_json::from_str(&doc).unwrap();
    assert_eq!(doc["marking"], "archive");
    world.ends_well();
}

#[test]
fn what_is_wrong_in_the_configuration_is_said_before_anything_is_made() {
    let world = World::founded();
    let rows: [(Changes, &str); 10] = [
        (
            |config| config.portal = "portal.example".to_owned(),
            "portal: ",
        ),
        (
            |config| config.desk = "https://desk.example/".to_owned(),
            "desk: ",
        ),
        (|config| config.partner = String::new(), "partner: "),
        (|config| config.series = "nrs".to_owned(), "series: "),
        (|config| config.series = String::new(), "series: "),
        (|config| config.profile = "none".to_owned(), "profile: "),
        (
            |config| config.mail.from = "nowhere".to_owned(),
            "mail.from: ",
        ),
        (|config| config.mail.connections = 0, "mail.connections: "),
        (
            |config| config.mail.deadline_hours = 241,
            "mail.deadline_hours: ",
        ),
        (
            |config| config.listen.desk = "localhost".to_owned(),
            "listen.desk: ",
        ),
    ];
    for (change, key) in rows {
        let mut config = Config::of(Purpose::Demo);
        change(&mut config);
        match founded(&world, "wrong", &config) {
            Err(Fault::Config(words)) => assert!(words.starts_with(key), "{key}{words}"),
            other => panic!("{key}{other:?}"),
        }
        assert!(!world.stage.beside("wrong").exists(), "{key}");
    }
    // The same folder takes the house once the configuration is right.
    founded(&world, "wrong", &Config::of(Purpose::Demo)).unwrap();
    world.ends_well();
}

#[test]
fn the_first_link_is_the_administrators_and_holds_for_an_hour() {
    for (minutes, holds) in [(59, true), (61, false)] {
        let world = World::founded();
        let link = world
            .stage
            .kit
            .set_up
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned();
        world.passes_to(world.ahead(minutes * 60_000_000));
        let token = world
            .house()
            .token_find(&link, engine::people::tokens::SET_UP);
        let token = world.wait(Box::pin(token)).unwrap();
        let own = world.wait(Box::pin(world.house().own())).unwrap();
        let admin = own
            .persons
            .iter()
            .find(|(_, person)| person.handle == "admin");
        let admin = admin.unwrap().0.bytes();
        let subject = token.map(|token| token.subject);
        assert_eq!(subject, holds.then_some(admin), "after {minutes} minutes");
        world.ends_well();
    }
}

/// Whoever takes the house over for an hour lays a log key of their own there: readers of the advisory key must not come to
/// believe it.
#[test]
fn the_signer_certifies_the_log_key_that_it_knows_and_no_other() {
    let world = World::founded();
    founded(&world, "certified", &Config::of(Purpose::Live)).unwrap();
    let dir = world.stage.beside("certified");
    let starts = || {
        let (mut nothing, mut said) = (std::io::empty(), Vec::new());
        engine::kernel::context::service::sign(&dir, &dir.join("keys"), &mut nothing, &mut said)
    };
    starts().unwrap();
    let log = dir.join("keys/public/log.asc");
    let own = std::fs::read(&log).unwrap();
    let other = std::fs::read(dir.join("keys/public/exercise.asc")).unwrap();
    std::fs::write(&log, &other).unwrap();
    starts().unwrap();
    assert_eq!(std::fs::read(&log).unwrap(), other, "it was certified");
    std::fs::write(&log, &own).unwrap();
    starts().unwrap();
    assert_eq!(std::fs::read(&log).unwrap(), own);
    world.ends_well();
}
