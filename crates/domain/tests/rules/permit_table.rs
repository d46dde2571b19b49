//! The whole table of permits as people read it, cell by cell; and what follows from it for whoever has no column.

use domain::permit::{GIVEN, Permit, Step, commands, may, may_role};
use domain::role::Role;
use domain::value::*;

const TABLE: &str = include_str!("../../../../fixtures/permits.txt");

/// Whoever is no person of the house, by the head of its column.
fn others() -> [(&'static str, Actor); 7] {
    let stranger = Actor::Stranger {
        inlet: Inlet::Portal,
    };
    let finder = Actor::Finder {
        report: ReportId::from_bytes([1; 16]),
    };
    let vendor = Actor::Vendor {
        participant: ParticipantId::from_bytes([2; 16]),
        account: Some(AccountId::from_bytes([3; 16])),
    };
    let member = Actor::Member {
        subscriber: SubscriberId::from_bytes([4; 16]),
    };
    [
        ("clock", Actor::Clock),
        ("stranger", stranger),
        ("finder", finder),
        ("vendor", vendor),
        ("member", member),
        ("machine", Actor::Operator),
        ("house", Actor::House),
    ]
}

fn columns() -> Vec<(&'static str, Actor)> {
    let id = PersonId::from_bytes([9; 16]);
    let person = |role: Role| (role.code(), Actor::Person { id, role });
    let order = [
        Role::Reception,
        Role::Analysis,
        Role::Coordinator,
        Role::EditionEditor,
        Role::Judge,
        Role::HelpdeskAgent,
        Role::Operator,
    ];
    order.into_iter().map(person).chain(others()).collect()
}

fn word(permit: Permit) -> &'static str {
    match permit {
        Permit::No => ".",
        Permit::Yes => "yes",
        Permit::YesWithStep(Step::Always) => "step",
        Permit::YesWithStep(Step::IfWeighty) => "weighty",
    }
}

fn lines() -> impl Iterator<Item = Vec<&'static str>> {
    TABLE
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect())
}

#[test]
fn the_table_in_the_code_is_the_one_that_people_read() {
    let columns = columns();
    let mut heads = vec!["command"];
    heads.extend(columns.iter().map(|(head, _)| *head));
    assert_eq!(lines().next(), Some(heads));
    let mut listed = Vec::new();
    for row in lines().skip(1) {
        assert_eq!(row.len(), columns.len() + 1, "{}", row[0]);
        let command = row[0];
        for ((head, actor), cell) in columns.iter().zip(&row[1..]) {
            assert_eq!(word(may(actor, command)), *cell, "{command} by {head}");
        }
        listed.push(command);
    }
    assert_eq!(listed, commands().collect::<Vec<_>>());
}

#[test]
fn every_command_can_be_given_by_somebody() {
    for row in lines().skip(1) {
        let given = row[1..].iter().any(|cell| *cell != ".");
        assert!(given, "nobody may {}", row[0]);
    }
}

#[test]
fn whoever_is_asked_for_a_password_is_a_person() {
    for row in lines().skip(1) {
        for cell in &row[1 + GIVEN.len()..] {
            assert!(matches!(*cell, "yes" | "."), "{}", row[0]);
        }
    }
}

#[test]
fn a_role_that_is_none_of_the_house_gives_no_command_even_to_a_person() {
    let id = PersonId::from_bytes([9; 16]);
    for role in Role::ALL.into_iter().filter(|role| !role.is_house()) {
        for command in commands() {
            let by = Actor::Person { id, role };
            assert_eq!(may(&by, command), Permit::No, "{role:?} {command}");
            assert_eq!(may_role(role, command), Permit::No, "{role:?} {command}");
        }
    }
}

#[test]
fn where_a_stranger_came_in_changes_nothing() {
    for command in commands() {
        let at = |inlet| may(&Actor::Stranger { inlet }, command);
        assert_eq!(at(Inlet::Portal), at(Inlet::Partner), "{command}");
        assert_eq!(at(Inlet::Portal), at(Inlet::Desk), "{command}");
    }
}

#[test]
fn a_step_is_asked_always_or_by_weight_and_never_of_whoever_may_not() {
    for (permit, given, light, weighty) in [
        (Permit::No, false, false, false),
        (Permit::Yes, true, false, false),
        (Permit::YesWithStep(Step::Always), true, true, true),
        (Permit::YesWithStep(Step::IfWeighty), true, false, true),
    ] {
        assert_eq!(permit.is_given(), given, "{permit:?}");
        assert_eq!(permit.asks_step(false), light, "{permit:?}");
        assert_eq!(permit.asks_step(true), weighty, "{permit:?}");
    }
}

#[test]
fn a_command_is_named_exactly() {
    for command in ["Contact", " contact", "contact ", "contac", "contacts"] {
        assert_eq!(may(&Actor::House, command), Permit::No, "{command:?}");
        assert_eq!(may_role(Role::Coordinator, command), Permit::No);
    }
    assert_eq!(may(&Actor::House, "contact"), Permit::Yes);
}
