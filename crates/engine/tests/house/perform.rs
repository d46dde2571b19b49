//! A command as JSON: what is read of it, what is wrong with it in words, and what the list of commands promises.

use std::collections::BTreeSet;

use domain::value::Actor;
use engine::command::{COMMANDS, Command, PerformError, ReadCommand, perform_json};
use engine::kernel::config::Purpose;
use serde_json::{Value, json};
use testkit::world::{BEGINS, at, span};
use testkit::{Case, World};

/// What a command given as JSON is answered with when it cannot be read.
fn unread(world: &World, name: &str, fields: Value) -> ReadCommand {
    let told = fields.to_string();
    let done = perform_json(world.house(), name, fields);
    match world.wait(Box::pin(done)) {
        Err(PerformError::Read(error)) => error,
        other => panic!("{name} {told} was read: {other:?}"),
    }
}

#[test]
fn what_cannot_be_read_is_said_by_its_kind() {
    let world = World::founded();
    let second = json!({ "handle": "second", "role": "coordinator" });
    world.does_as("admin", "name-person", second);
    world.does_as("admin", "end-person", json!({ "person": "second" }));
    let withdraw = |more: Value| {
        let mut fields = json!({ "report": "0000-0000-0" });
        for (name, value) in more.as_object().unwrap() {
            fields[name] = value.clone();
        }
        fields
    };
    let nobody = |handle: &str| ReadCommand::Person(handle.to_owned());
    let tomorrow = at(world.ahead(span(1, 0)));
    for (name, fields, expected) in [
        ("withdraw-report", json!([]), ReadCommand::Object),
        ("withdraw-report", json!("x"), ReadCommand::Object),
        ("withdraw-reports", withdraw(json!({})), ReadCommand::Name),
        ("", json!({}), ReadCommand::Name),
        (
            "withdraw-report",
            withdraw(json!({ "occurred_at": 7 })),
            ReadCommand::Time,
        ),
        (
            "withdraw-report",
            withdraw(json!({ "occurred_at": null })),
            ReadCommand::Time,
        ),
        (
            "withdraw-report",
            withdraw(json!({ "occurred_at": "2026-09-07" })),
            ReadCommand::Time,
        ),
        (
            "withdraw-report",
            withdraw(json!({ "occurred_at": tomorrow })),
            ReadCommand::Time,
        ),
        (
            "withdraw-report",
            withdraw(json!({ "as": "nobody" })),
            nobody("nobody"),
        ),
        // Whoever has left gives no command any more.
        (
            "withdraw-report",
            withdraw(json!({ "as": "second" })),
            nobody("second"),
        ),
    ] {
        let told = fields.to_string();
        assert_eq!(unread(&world, name, fields), expected, "{name} {told}");
    }
    world.ends_well();
}

#[test]
fn a_field_that_is_wrong_is_named() {
    let world = World::founded();
    for (name, fields, words) in [
        ("withdraw-report", json!({}), "missing field `report`"),
        ("withdraw-report", json!({ "report": 7 }), "invalid type"),
        (
            "close-case",
            json!({ "case": "x", "code": "bored" }),
            "`bored`",
        ),
        (
            "draft-advisory",
            json!({ "case": "x", "stage": "final", "texts": [{ "field": "poem", "lang": "ja", "text": "x" }] }),
            "`poem`",
        ),
        (
            "draft-advisory",
            json!({ "case": "x", "stage": "final", "texts": [], "facts": { "mood": 1 } }),
            "`mood`",
        ),
        (
            "approve-plan",
            json!({ "case": "x", "plan": "x", "person": "x", "password": "typed in a file" }),
            "`password`",
        ),
    ] {
        match unread(&world, name, fields) {
            ReadCommand::Field(found) => assert!(found.contains(words), "{name}: {found}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    world.ends_well();
}

#[test]
fn every_command_of_the_list_is_known_and_takes_the_fields_that_the_list_names() {
    let names: BTreeSet<&str> = COMMANDS.iter().map(|spec| spec.name).collect();
    assert_eq!(names.len(), COMMANDS.len(), "each stands there once");
    for spec in COMMANDS {
        let read = Command::parse(spec.name, json!({ "no_such_field": 1 }));
        let Err(ReadCommand::Field(words)) = read else {
            panic!("{} takes any field", spec.name)
        };
        assert!(words.contains("unknown field `no_such_field`"), "{words}");
        for field in spec.fields {
            // A password never stands in a file: it comes in memory or not at all.
            if !field.ty.contains("Password") {
                let quoted = format!("`{}`", field.name);
                assert!(words.contains(&quoted), "{} {quoted}: {words}", spec.name);
            }
            assert!(!field.about.is_empty(), "{} {}", spec.name, field.name);
        }
    }
}

#[test]
fn an_act_has_the_operator_the_clock_and_no_reason_unless_it_says_otherwise() {
    let world = World::founded();
    let case = Case::open(&world);
    world.days_pass(1);
    let fields = json!({ "case": case.number, "fact": "public_aware" });
    let done = perform_json(world.house(), "observe", fields);
    world.wait(Box::pin(done)).unwrap();
    let said = json!({
        "case": case.number, "fact": "attacks_observed", "as": "reception",
        "occurred_at": at(BEGINS), "reason_of_act": "seen in a forum",
    });
    let done = perform_json(world.house(), "observe", said);
    world.wait(Box::pin(done)).unwrap();
    let events = world.wait(Box::pin(world.stage.events())).unwrap();
    let observed: Vec<_> = events
        .iter()
        .map(|(_, recorded)| recorded)
        .filter(|recorded| recorded.command == "observe")
        .collect();
    let [first, .., last] = observed.as_slice() else {
        panic!("two acts")
    };
    let own = world.wait(Box::pin(world.house().own())).unwrap();
    let who = |handle: &str| {
        let found = own
            .persons
            .iter()
            .find(|(_, person)| person.handle == handle);
        *found.unwrap().0
    };
    assert_eq!(first.by, Some(Actor::Operator));
    assert_eq!(last.person(), who("reception"));
    assert!(first.occurred_at.0 >= BEGINS.0 + span(1, 0) - 1_000_000);
    assert_eq!(last.occurred_at, BEGINS);
    assert_eq!(
        (first.reason.as_str(), last.reason.as_str()),
        ("", "seen in a forum")
    );
    world.ends_well();
}

/// The ledger blames nobody for what somebody did on the machine.
#[test]
fn on_the_machine_of_a_live_house_nobody_has_another_name() {
    let world = World::founded_with(|config| config.purpose = Purpose::Live);
    let text = json!({ "lang": "en", "text": "It leaks." });
    let mut report = json!({ "kind": "product", "channel": "phone", "text": text });
    report["as"] = "reception".into();
    assert!(matches!(
        unread(&world, "file-report", report.clone()),
        ReadCommand::As
    ));
    // An exercise touches nothing that is real.
    report["exercise"] = true.into();
    let filed = perform_json(world.house(), "file-report", report.clone());
    world.wait(Box::pin(filed)).unwrap();
    report
        .as_object_mut()
        .unwrap()
        .retain(|field, _| field != "as" && field != "exercise");
    let filed = perform_json(world.house(), "file-report", report);
    world.wait(Box::pin(filed)).unwrap();
    let events = world.wait(Box::pin(world.stage.events())).unwrap();
    let filed = events
        .iter()
        .filter(|(_, one)| one.command == "file-report");
    let by: Vec<bool> = filed
        .map(|(_, one)| one.by == Some(Actor::Operator))
        .collect();
    assert_eq!(by, [false, true]);
    world.ends_well();
}

#[test]
fn a_live_case_is_not_reached_from_an_exercise() {
    let world = World::founded();
    let case = Case::open(&world);
    let before = world.happened();
    for (name, mut fields) in [
        ("observe", json!({ "fact": "public_aware" })),
        ("close-case", json!({ "code": "withdrawn" })),
        (
            "propose-date",
            json!({ "until": at(world.ahead(span(9, 0))) }),
        ),
    ] {
        fields["exercise"] = true.into();
        assert_eq!(case.refuses(name, fields), "wall", "{name}");
    }
    assert_eq!(world.happened(), before);
    world.ends_well();
}
