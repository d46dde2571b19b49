//! Whoever is no person of the house: each gives its own commands, and what it may not give leaves nothing behind.

use std::collections::BTreeSet;

use domain::value::{Actor, Inlet};
use engine::command::COMMANDS;
use serde_json::{Value, json};
use testkit::world::{BEGINS, at, span};
use testkit::{Case, World, given};

use crate::seen;

/// A command with fields that can be read, so that nothing but who gives it stands in its way.
fn commands(case: &Case<'_>, report: &str) -> Vec<(&'static str, Value)> {
    let (world, party) = (case.world, case.parties[0].as_str());
    let aoba = case.vendor("Aoba");
    let until = at(world.ahead(span(9, 0)));
    let text = json!({ "lang": "en", "text": "x" });
    let mut draft = given::advisory(None);
    draft["case"] = case.number.clone().into();
    let of = |more: Value| {
        let mut fields = more;
        fields["participant"] = aoba.into();
        fields
    };
    let answer = json!({ "versions": "", "answer": "affected" });
    let plan = "0".repeat(64);
    vec![
        (
            "register-party",
            json!({ "name_ja": "樫", "name_en": "Oak", "lang": "ja" }),
        ),
        ("agree-standing", json!({ "party": party, "version": "3" })),
        (
            "file-report",
            json!({ "kind": "product", "channel": "form", "text": text }),
        ),
        (
            "sort-report",
            json!({ "report": report, "parts": [{ "class": "V", "lang": "en", "text": "x" }] }),
        ),
        ("ask-finder", json!({ "report": report, "text": text })),
        ("add-to-report", json!({ "report": report, "text": text })),
        ("accept-report", json!({ "report": report })),
        (
            "accept-as-public",
            json!({ "report": report, "public_since": at(BEGINS) }),
        ),
        (
            "decline-report",
            json!({ "report": report, "reason": "duplicate" }),
        ),
        (
            "merge-report",
            json!({ "report": report, "case": case.number }),
        ),
        ("withdraw-report", json!({ "report": report })),
        (
            "add-participant",
            json!({ "case": case.number, "party": party, "part": "vendor" }),
        ),
        (
            "contact",
            of(json!({ "channel": "mail", "result": "undeliverable" })),
        ),
        (
            "record-contact-elsewhere",
            of(json!({ "channel": "phone", "result": "tried" })),
        ),
        ("confirm-receipt", of(json!({}))),
        (
            "record-basis",
            of(json!({ "basis": { "basis": "ad_hoc", "version": "3" } })),
        ),
        ("send-details", of(json!({ "classes": ["V"] }))),
        (
            "propose-date",
            json!({ "case": case.number, "until": until }),
        ),
        ("agree-date", of(json!({}))),
        ("counter-date", of(json!({ "until": until }))),
        ("decline-date", of(json!({}))),
        (
            "revise-date",
            json!({ "case": case.number, "until": until }),
        ),
        (
            "end-embargo",
            json!({ "case": case.number, "why": "reached" }),
        ),
        (
            "observe",
            json!({ "case": case.number, "fact": "public_aware" }),
        ),
        ("record-answer", of(json!({ "answer": answer }))),
        ("record-unasked-answer", of(json!({ "answer": answer }))),
        (
            "record-statement",
            of(json!({ "statement": "fix", "text": text })),
        ),
        (
            "close-case",
            json!({ "case": case.number, "code": "merged" }),
        ),
        ("reopen-case", json!({ "case": case.number, "reason": "x" })),
        ("ask-call", of(json!({ "text": text }))),
        ("withdraw-answer", of(json!({ "versions": "" }))),
        ("record-ticket", of(json!({ "ticket": "A-1" }))),
        ("agree-naming", of(json!({ "agreed": true }))),
        ("waive-second-step", of(json!({ "reason": "x" }))),
        ("pass-second-step", of(json!({ "way": "key" }))),
        (
            "name-vulnerability",
            json!({ "case": case.number, "label": "a", "text": text }),
        ),
        (
            "read-text",
            json!({ "report": report, "body": "0".repeat(32), "reason": "x" }),
        ),
        (
            "name-person",
            json!({ "handle": "second", "role": "reception" }),
        ),
        ("end-person", json!({ "person": "editor" })),
        ("issue-link", json!({ "person": "editor" })),
        (
            "offer-approval-key",
            json!({ "person": "editor", "password_file": "/nowhere" }),
        ),
        (
            "sign-approvers",
            json!({ "change": "0".repeat(64), "person": "approver-a" }),
        ),
        ("end-approver", json!({ "key": "approver-a" })),
        ("set-quorum", json!({ "quorum": 2 })),
        ("draw-succession-key", json!({})),
        (
            "sign-with-succession-key",
            json!({ "change": "0".repeat(64), "secret_file": "/nowhere" }),
        ),
        (
            "withdraw-approvers",
            json!({ "change": "0".repeat(64), "reason": "x" }),
        ),
        (
            "change-contact",
            json!({ "party": party, "contact": "csirt@aoba.example" }),
        ),
        ("draft-advisory", draft),
        ("plan-release", json!({ "case": case.number })),
        (
            "approve-plan",
            json!({ "case": case.number, "plan": plan, "person": "approver-a" }),
        ),
        (
            "abort-plan",
            json!({ "case": case.number, "plan": plan, "reason": "x" }),
        ),
        (
            "subscribe",
            json!({ "address": "one@reader.example", "lang": "en", "scope": { "scope": "everything" } }),
        ),
        ("unsubscribe", json!({ "reference": "nothing" })),
        ("give-up-copy", json!({ "reference": "nothing" })),
        ("queue-copies-again", json!({ "reference": "nothing" })),
        (
            "acknowledge",
            json!({ "reference": "nothing", "code": "123456" }),
        ),
        // The vendor's last, since it says nothing more afterwards.
        ("leave-case", of(json!({}))),
    ]
}

/// Whoever acts, and what it may give.
fn check(by: impl FnOnce(&Case<'_>, &given::Report) -> Actor, own: &str) {
    let world = World::founded();
    let case = Case::open(&world);
    let report = given::report(&world);
    let by = by(&case, &report);
    let own: BTreeSet<&str> = own.split_whitespace().collect();
    let mut given = BTreeSet::new();
    let mut named = BTreeSet::new();
    for (name, fields) in commands(&case, &report.number) {
        named.insert(name);
        let before = world.happened().len();
        match seen::acts(&world, by, name, fields) {
            Err(code) if code == "role" => {
                assert_eq!(world.happened().len(), before, "{by:?}: {name}");
            }
            _ => {
                given.insert(name);
            }
        }
    }
    assert_eq!(given, own, "{by:?}");
    let all: BTreeSet<&str> = COMMANDS.iter().map(|spec| spec.name).collect();
    assert_eq!(named, all, "a command has no line here");
    // A plan that was made on the way is nobody's matter here.
    world.ends_well_but(&["release", "release_held"]);
}

#[test]
fn the_clock_gives_no_command_about_a_case() {
    check(|_, _| Actor::Clock, "");
}

#[test]
fn on_the_machine_everything_is_given_but_what_is_a_persons_own() {
    let all: Vec<&str> = COMMANDS
        .iter()
        .map(|spec| spec.name)
        .filter(|name| !matches!(*name, "plan-release" | "read-text"))
        .collect();
    check(|_, _| Actor::Operator, &all.join(" "));
}

#[test]
fn the_house_itself_records_that_a_letter_came_back_and_no_more() {
    check(|_, _| Actor::House, "contact");
}

#[test]
fn a_stranger_reports_and_says_received_and_stops_its_mail() {
    let inlet = Inlet::Portal;
    check(
        |_, _| Actor::Stranger { inlet },
        "file-report unsubscribe acknowledge",
    );
}

#[test]
fn a_finder_adds_to_its_report_or_withdraws_it() {
    check(
        |case, report| Actor::Finder {
            report: seen::report(case.world, &report.id).id,
        },
        "add-to-report withdraw-report",
    );
}

#[test]
fn a_vendor_speaks_of_its_own_matter() {
    check(
        |case, _| Actor::Vendor {
            participant: seen::participant(case.world, case.vendor("Aoba")).id,
            account: None,
        },
        "confirm-receipt record-basis agree-date counter-date decline-date record-answer record-statement \
         withdraw-answer leave-case ask-call record-ticket agree-naming pass-second-step",
    );
}

#[test]
fn a_subscriber_says_received_and_changes_what_it_hears_of() {
    check(
        |_, _| Actor::Member {
            subscriber: domain::value::SubscriberId::from_bytes([7; 16]),
        },
        "subscribe acknowledge",
    );
}
