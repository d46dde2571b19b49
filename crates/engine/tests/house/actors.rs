//! Whoever is no person of the house: each gives its own commands, and what it may not give leaves nothing behind.

use std::collections::BTreeSet;

use domain::value::{Actor, Inlet, SubscriberId};

use crate::commands::{all_of_them, with_a_relay};
use crate::distribution::Relay;
use crate::seen;

/// What people read as the permits of whoever is no person, by the head of the column.
const TABLE: &str = include_str!("../../../../fixtures/permits.txt");

fn own(column: &str) -> BTreeSet<&'static str> {
    let mut lines = TABLE
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect::<Vec<&str>>());
    let heads = lines.next().unwrap();
    let at = heads.iter().position(|head| *head == column).unwrap();
    let given = lines.filter(|row| row[at] != ".");
    given.map(|row| row[0]).collect()
}

/// Every command with fields that were performed a moment ago: nothing but who gives it is new.
#[test]
fn each_gives_its_own_commands_and_no_other() {
    let relay = Relay::started();
    let world = with_a_relay(&relay);
    let case = all_of_them(&world);
    let aoba = case.vendor("Aoba");
    let report = &case.report.number;
    let by = [
        ("clock", Actor::Clock),
        ("house", Actor::House),
        ("machine", Actor::Operator),
        (
            "stranger",
            Actor::Stranger {
                inlet: Inlet::Portal,
            },
        ),
        (
            "finder",
            Actor::Finder {
                report: seen::report(&world, report).id,
            },
        ),
        (
            "vendor",
            Actor::Vendor {
                participant: seen::participant(&world, aoba).id,
                account: None,
            },
        ),
        (
            "member",
            Actor::Member {
                subscriber: SubscriberId::from_bytes([7; 16]),
            },
        ),
    ];
    for (column, by) in by {
        let mut given = BTreeSet::new();
        let performed = world.performed();
        let mut refused = Vec::new();
        for (name, fields) in &performed {
            let mut fields = fields.clone();
            for (key, own) in [("participant", aoba), ("report", report)] {
                if let Some(field) = fields.get_mut(key) {
                    *field = own.into();
                }
            }
            match seen::acts(&world, by, name, fields.clone()) {
                Err(code) if code == "role" => refused.push((name, fields)),
                _ => {
                    given.insert(name.as_str());
                }
            }
        }
        let before = world.happened().len();
        for (name, fields) in refused {
            let again = seen::acts(&world, by, name, fields);
            assert_eq!(again, Err("role".to_owned()), "{by:?}: {name}");
        }
        assert_eq!(world.happened().len(), before, "{by:?}");
        let of_the_house = |name: &&str| performed.contains_key(*name);
        let own: BTreeSet<&str> = own(column).into_iter().filter(of_the_house).collect();
        assert_eq!(given, own, "{by:?}");
    }
    world.ends_well();
}
