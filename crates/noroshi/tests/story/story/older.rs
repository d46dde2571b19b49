//! Older forms (docs/formats.md): a house and a tree of commit 64b735e stay readable, and the house goes on.
//!
//! The fixtures were written by that program and are never made anew. What its database, its keys, its signer's
//! journal and its tree hold must be understood by every later one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::serving::Serving;
use crate::world::{Engine, World, files};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/house-64b735e")
        .join(name)
}

fn facts() -> Value {
    let text = std::fs::read_to_string(fixture("facts.json")).expect("the fixture's facts");
    serde_json::from_str(&text).expect("JSON")
}

fn unpack(name: &str, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    let done = Command::new("tar")
        .arg("-xzf")
        .arg(fixture(name))
        .arg("-C")
        .arg(to)
        .status();
    assert!(done.expect("tar").success(), "{name}");
}

/// The old house in the place of this test.
fn moved_in(engine: Engine) -> (World, Value) {
    let world = World::of(engine);
    let name = match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    };
    unpack(&format!("{name}.tar.gz"), &world.dir());
    let dump = world.dir().join("dump.sql");
    if dump.exists() {
        let sql = std::fs::read_to_string(&dump).expect("the dump");
        world.say(&sql);
        std::fs::remove_file(&dump).expect("the dump");
    }
    let facts = facts();
    let own = facts[name].clone();
    (world, own)
}

/// Files of a tree that were signed or are evidence: documents, signatures, leaves. Pages may be made anew.
fn evidence(tree: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files(tree)
        .into_iter()
        .map(|path| {
            let inner = path.strip_prefix(tree).expect("below the tree").to_owned();
            (inner, std::fs::read(path).expect("a file"))
        })
        .filter(|(inner, _)| {
            let name = inner.to_string_lossy();
            name.starts_with("archive/") && !name.ends_with(".gz") && !name.ends_with(".br")
        })
        .collect()
}

on_both! {
    fn a_house_of_64b735e_verifies_rebuilds_and_continues(engine) {
        let (world, own) = moved_in(engine);
        let chain = world.good(&["ledger", "verify"]);
        assert_eq!(chain["good"], true, "{chain}");
        assert_eq!((&chain["records"], &chain["root"]), (&facts()["records"], &own["root"]));
        assert!(chain["uncounted"].as_u64() > Some(0), "{chain}");
        assert_eq!(chain["rows"], 0, "{chain}");
        let rebuilt = world.good(&["ledger", "rebuild"]);
        assert_eq!(rebuilt["unchanged"], true, "{rebuilt}");
        // What finds a copy stood in clear, sixteen letters; then its hash stands there, and the mails say the same.
        let references = |world: &World| {
            let published = own["published"].as_array().cloned().unwrap_or_default();
            let copies = published.iter().flat_map(|number| {
                let of = world.good(&["mail", "copies", number.as_str().unwrap_or_default()]);
                of.as_array().cloned().unwrap_or_default()
            });
            copies.map(|copy| copy["reference"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        let before = references(&world);
        assert!(!before.is_empty() && before.iter().all(|reference| reference.len() == 16), "{before:?}");
        assert!(world.count("delivery WHERE LENGTH(reference) = 16") > 0);

        // The folder was copied, so the house is held until a person has compared; then it goes on where it stood.
        let looked = world.run(&["doctor"]).json();
        assert_eq!(looked["findings"][0]["code"], "held", "{looked}");
        world.good(&["resume", "--compared", "the facts beside the fixture"]);
        let coming = own["coming"].as_str().expect("a number");
        let page = world.dir().join("public/en/advisories").join(format!("{coming}.html"));
        let mut serving = Serving::start(&world);
        serving.until("what had been approved is published", || page.exists().then_some(()));
        serving.stop();
        assert_eq!(world.count("delivery WHERE LENGTH(reference) <> 64"), 0);
        assert_eq!(references(&world), before);
        // The ledger speaks of all rows since, those of before among them.
        let counted = world.good(&["ledger", "verify"]);
        assert_eq!(counted["uncounted"], 0, "{counted}");
        assert!(counted["rows"].as_u64() > chain["uncounted"].as_u64(), "{counted}");
        let tree = world.dir().join("public").display().to_string();
        // The advisory key certifies the log's since the signer has started.
        let key = facts()["tree"]["key"].as_str().expect("a fingerprint").to_owned();
        let pinned = world.run(&["verify", &tree, "--key", &key]).json();
        let codes = |report: &serde_json::Value| -> Vec<String> {
            let found = report["findings"].as_array().cloned().unwrap_or_default();
            found.iter().map(|one| one["code"].as_str().unwrap_or_default().to_owned()).collect()
        };
        assert!(!codes(&pinned).contains(&"log-key".to_owned()), "{pinned}");
        let verified = world.good(&["verify", &tree]);
        assert_eq!((&verified["good"], &verified["advisories"]), (&true.into(), &6.into()), "{verified}");
        world.ends_well();
    }

    fn what_64b735e_published_verifies_and_is_pressed_again_byte_by_byte(engine) {
        let (world, own) = moved_in(engine);
        let there = world.root().join("tree");
        unpack("tree.tar.gz", &there);
        let old = there.join("public");
        let facts = facts();
        let key = facts["tree"]["key"].as_str().expect("a fingerprint");
        let tree = old.display().to_string();
        // Its log key is certified by nobody: whoever verifies it says which it is.
        let bare = world.run(&["verify", &tree, "--key", key]);
        assert_eq!((bare.code, &bare.json()["findings"][0]["code"]), (Some(1), &"log-key".into()), "{bare:?}");
        let log = std::fs::read(old.join("keys/log.asc")).expect("the log key");
        let log = seal::openpgp::Certificate::read(&log).expect("a certificate").fingerprint();
        let verified = world.good(&["verify", &tree, "--key", key, "--log-key", &log]);
        assert_eq!(verified["good"], true, "{verified}");
        for count in ["files", "advisories", "documents", "signatures", "leaves"] {
            assert_eq!(verified[count], facts["tree"][count], "{count}");
        }
        let new = world.root().join("pressed");
        let pressed = new.display().to_string();
        world.good(&["press", "--out", &pressed]);
        assert_eq!(world.good(&["verify", &pressed])["good"], true);
        let new = evidence(&new);
        for number in own["published"].as_array().expect("numbers") {
            let record = format!("archive/{}/1/advisory.json", number.as_str().expect("a number"));
            assert!(new.contains_key(Path::new(&record)), "{record}");
        }
        // The tree is that of the house on SQLite.
        if engine == Engine::Sqlite {
            let old = evidence(&old);
            assert!(old.len() > 50, "the fixture holds documents: {}", old.len());
            for (path, bytes) in &old {
                assert_eq!(new.get(path), Some(bytes), "{}", path.display());
            }
        }
    }
}
