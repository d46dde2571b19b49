//! The ledger (docs/design/security.md §3.5, §3.6): what was changed behind the house's back is found and told.

use crate::play::{Case, SECOND, now};
use crate::world::{Engine, World};

/// Damages that an owner of the database could do to what is rebuilt.
const DAMAGES: [&str; 6] = [
    "UPDATE case_file SET stage = 'closed'",
    "UPDATE participant SET party = case_id",
    "UPDATE party SET folded_en = 'another'",
    "UPDATE report SET state = 'withdrawn'",
    "UPDATE subscriber SET active = 0",
    "DELETE FROM number",
];

/// What a house of less than a day has in its archive, and any other's.
const LEAF: &str = r#"{"v":1,"realm":"live","series":"approvers","number":"","revision":0,"kind":"approvers","sha256":"00","instant":"2026-01-01T00:00:00Z","persons":1}"#;

/// Carries out SQL after the guards of the ledger were taken down, as whoever owns the database can.
fn danger_edit_ledger(world: &World, sql: &str) {
    let gates = match world.engine {
        Engine::Sqlite => "DROP TRIGGER ledger_stays; DROP TRIGGER ledger_keeps;",
        Engine::Postgres => "ALTER TABLE ledger DISABLE TRIGGER ALL;",
    };
    world.say(&format!("{gates} {sql};"));
}

on_both! {
    fn a_damaged_projection_is_found_and_mended(engine) {
        let world = World::founded(engine);
        let mut case = Case::open(&world, false);
        case.coordinate(now() + 3_600 * SECOND);
        case.readers();
        world.ends_well();
        let before = world.dump();
        for damage in DAMAGES {
            world.say(damage);
            assert_ne!(world.dump(), before, "{damage}");
            let found = world.run(&["ledger", "rebuild"]);
            assert_eq!((found.code, &found.json()["unchanged"]), (Some(1), &false.into()), "{damage}");
            assert_eq!(world.dump(), before, "{damage}");
            world.ends_well();
        }
    }

    fn a_text_that_is_gone_or_was_exchanged_is_found_and_no_backup_of_that_is_good(engine) {
        let world = World::founded(engine);
        let mut case = Case::open(&world, false);
        case.draft(None);
        let code = |found: &crate::world::Said| {
            let findings = found.json()["findings"].clone();
            findings.as_array().and_then(|all| all.first()).map(|one| one["code"].clone())
        };
        assert_eq!(code(&world.run(&["doctor"])), None);
        let (file, secret) = crate::story::restored::backed_up(&world);
        // Another text's bytes under its key, as a damaged page or a hand would leave them.
        world.say(
            "UPDATE body SET sealed = (SELECT sealed FROM body ORDER BY id DESC LIMIT 1) WHERE id = (SELECT id FROM body ORDER BY id LIMIT 1)",
        );
        let found = world.run(&["doctor"]);
        assert_eq!((found.code, code(&found)), (Some(1), Some("rows".into())), "{found:?}");
        // No key of the house is needed to see it: the ledger says what each row was.
        let amiss = |told: &str| {
            let verified = world.run(&["ledger", "verify"]);
            assert_eq!((verified.code, &verified.json()["broken"]), (Some(1), &serde_json::Value::Null));
            let first = verified.json()["amiss"][0].clone();
            assert!(first.as_str().is_some_and(|first| first.ends_with(told)), "{verified:?}");
        };
        amiss("of body is not the one that was recorded");
        world.say("DELETE FROM body");
        assert_eq!(code(&world.run(&["doctor"])), Some("rows".into()));
        amiss("of body was recorded and is gone");
        // A backup of that says so, and the one from before is the good one.
        let late = world.root().join("late").display().to_string();
        let made = world.run(&["backup", &late]);
        assert_eq!(made.code, Some(1), "{made:?}");
        assert!(made.json()["amiss"][0].is_string(), "{made:?}");
        let tried = |file: &str| world.run(&["backup", "verify", file, "--secret-file", &secret]).code;
        assert_eq!((tried(&file), tried(&late)), (Some(0), Some(1)));
    }

    fn an_edited_record_is_found(engine) {
        let world = World::founded(engine);
        Case::open(&world, false);
        world.ends_well();
        let other = match engine {
            Engine::Sqlite => "x'00'",
            Engine::Postgres => "'\\x00'::bytea",
        };
        danger_edit_ledger(&world, &format!("UPDATE ledger SET payload = {other} WHERE seq = 3"));
        let found = world.run(&["ledger", "verify"]);
        assert_eq!((found.code, &found.json()["good"]), (Some(1), &false.into()));
        assert!(found.json()["broken"].is_string(), "{found:?}");
        assert_eq!(world.run(&["doctor"]).code, Some(1));
    }

    fn a_ledger_cut_short_is_found_by_whoever_holds_an_anchor(engine) {
        let world = World::founded(engine);
        Case::open(&world, false);
        let root = world.good(&["ledger", "verify"])["root"].clone();
        let anchor = world.note("anchor", root.as_str().expect("a root").as_bytes());
        let held = world.good(&["ledger", "verify", "--anchor", &anchor]);
        assert_eq!((&held["good"], &held["anchors_found"]), (&true.into(), &1.into()));
        // A comparison with nothing is none: an empty file, and the leaves of a house that has no anchor yet.
        for (name, none) in [("empty", ""), ("leaves", LEAF)] {
            let file = world.note(name, none.as_bytes());
            let said = world.run(&["ledger", "verify", "--anchor", &file]);
            assert_eq!(said.code, Some(2), "{said:?}");
        }
        danger_edit_ledger(&world, "DELETE FROM ledger WHERE seq = (SELECT max(seq) FROM ledger)");
        let found = world.run(&["ledger", "verify", "--anchor", &anchor]);
        assert_eq!((found.code, &found.json()["anchors_missing"][0]), (Some(1), &root));
    }
}
