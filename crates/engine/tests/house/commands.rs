//! Every command of the house is performed once and refused once; the list is the table's own, so a command without a
//! line here fails.

use std::collections::BTreeSet;

use domain::aggregate::Aggregate;
use engine::command::COMMANDS;
use serde_json::{Value, json};
use testkit::world::{BEGINS, at, said, span};
use testkit::{Case, World, given};

use crate::distribution::{Relay, copies};

fn text(words: &str) -> Value {
    json!({ "lang": "en", "text": words })
}

/// Refuses with one of these commands and then performs it.
fn each(case: &Case<'_>, steps: &[(&str, Value, &str, Value)]) {
    for (name, wrong, code, right) in steps {
        assert_eq!(case.refuses(name, wrong.clone()), *code, "{name}");
        case.does(name, right.clone());
    }
}

/// The same for commands about a participant.
fn each_with(case: &Case<'_>, steps: &[(&str, &str, Value, &str, Value)]) {
    for (vendor, name, wrong, code, right) in steps {
        let tracking = case.vendor(vendor);
        let refused = case.refuses_with(tracking, name, wrong.clone());
        assert_eq!(refused, *code, "{name}");
        case.does_with(tracking, name, right.clone());
    }
}

fn of_the_register_and_persons(world: &World, case: &Case<'_>) {
    let nameless = json!({ "name_ja": "", "name_en": "", "lang": "ja" });
    assert_eq!(world.refuses("register-party", nameless), "input");
    let unknown = json!({ "party": "Nobody", "version": "3" });
    assert_eq!(world.refuses("agree-standing", unknown), "not_found");
    let party = &case.parties[2];
    let wrong = json!({ "party": party, "contact": "nowhere" });
    assert_eq!(world.refuses("change-contact", wrong), "input");
    world.does(
        "change-contact",
        json!({ "party": party, "contact": "csirt@cedar.example" }),
    );

    let second = json!({ "handle": "second", "role": "reception" });
    assert_eq!(world.refuses("name-person", second.clone()), "role");
    world.does_as("admin", "name-person", second);
    let second = json!({ "person": "second" });
    assert_eq!(world.refuses("issue-link", second.clone()), "role");
    world.does_as("admin", "issue-link", second.clone());
    let last = json!({ "person": "admin" });
    assert_eq!(world.refuses_as("admin", "end-person", last), "input");
    world.does_as("admin", "end-person", second);
}

fn of_reports(world: &World, case: &Case<'_>) {
    let decided = || json!({ "report": case.report.number, "text": text("Which version?") });
    let blank = json!({ "kind": "product", "channel": "phone", "text": text(" ") });
    assert_eq!(world.refuses("file-report", blank), "input");
    let [public, declined, merged, withdrawn] = [(); 4].map(|()| given::report(world).number);
    let unsorted =
        json!({ "report": public, "parts": [{ "class": "U", "lang": "en", "text": "x" }] });
    assert_eq!(world.refuses("sort-report", unsorted), "input");
    // What became a case may be asked about; what nothing came of may not.
    world.does("ask-finder", decided());
    world.does(
        "ask-finder",
        json!({ "report": public, "text": text("Which version?") }),
    );
    let nowhere = json!({ "report": "0000-0000-0", "text": text("3.2") });
    assert_eq!(world.refuses("add-to-report", nowhere), "not_found");
    world.does(
        "add-to-report",
        json!({ "report": public, "text": text("3.2") }),
    );

    let since = at(BEGINS);
    let known = json!({ "report": public, "public_since": since });
    assert_eq!(
        world.refuses("accept-report", known.clone()),
        "report.already_public"
    );
    let to_come = json!({ "report": public, "public_since": at(world.ahead(span(1, 0))) });
    assert_eq!(world.refuses("accept-as-public", to_come), "input");
    world.does("accept-as-public", known);
    for (name, report, more) in [
        ("decline-report", &declined, ("reason", "not_vulnerability")),
        ("merge-report", &merged, ("case", case.number.as_str())),
        ("withdraw-report", &withdrawn, ("", "")),
    ] {
        let mut fields = json!({ "report": report });
        if !more.0.is_empty() {
            fields[more.0] = more.1.into();
        }
        world.does(name, fields.clone());
        assert_eq!(world.refuses(name, fields), "report.decided", "{name}");
    }
    let late = json!({ "report": declined, "text": text("Which version?") });
    assert_eq!(world.refuses("ask-finder", late), "report.decided");

    let stream = world.wait(world.stage.numbered(&case.report.number));
    let loaded = world.wait(Box::pin(world.house().load(stream.unwrap())));
    let part = match &*loaded.unwrap().unwrap().state {
        Aggregate::Report(report) => report.parts[0].body.to_string(),
        _ => panic!("a report"),
    };
    let mut reading = json!({ "report": case.report.number, "body": part, "reason": "" });
    assert_eq!(world.refuses("read-text", reading.clone()), "no_reason");
    reading["reason"] = "to compare it".into();
    let read = world.does("read-text", reading);
    assert_eq!(read["class"], "V");
}

fn of_talks(world: &World, case: &Case<'_>) {
    let tried = json!({ "channel": "mail", "result": "tried" });
    let nobody = "TN#00000000";
    assert_eq!(
        case.refuses_with(nobody, "contact", tried.clone()),
        "not_found"
    );
    let again = json!({ "party": case.parties[0], "part": "vendor" });
    assert_eq!(case.refuses("add-participant", again), "exists");
    let clean = json!({ "versions": "", "answer": "not_affected" });
    let affected =
        json!({ "product": "Gateway", "versions": "< 2", "answer": "affected", "fixed_in": "2" });
    assert_eq!(
        case.refuses_with(case.vendor("Aoba"), "confirm-receipt", json!({})),
        "participant.not_asked"
    );
    assert_eq!(
        case.refuses_with(
            case.vendor("Aoba"),
            "record-answer",
            json!({ "answer": clean })
        ),
        "participant.not_asked"
    );
    let fix = json!({ "lang": "ja", "text": "修正版を配ります" });
    let words = json!({ "statement": "statement", "text": fix });
    assert_eq!(
        case.refuses_with(case.vendor("Aoba"), "record-statement", words.clone()),
        "participant.not_asked"
    );
    case.does_with(
        case.vendor("Cedar"),
        "record-unasked-answer",
        json!({ "answer": clean }),
    );
    for vendor in ["Aoba", "Birch"] {
        case.does_with(case.vendor(vendor), "contact", tried.clone());
    }
    case.does_with(case.vendor("Aoba"), "confirm-receipt", json!({}));
    case.does_with(
        case.vendor("Aoba"),
        "record-answer",
        json!({ "answer": affected }),
    );
    let of = |versions: &str| json!({ "product": "Gateway", "versions": versions });
    let refused = case.refuses_with(case.vendor("Aoba"), "withdraw-answer", of("< 3"));
    assert_eq!(refused, "not_found");
    case.does_with(case.vendor("Aoba"), "withdraw-answer", of("<2"));
    case.does_with(
        case.vendor("Aoba"),
        "record-answer",
        json!({ "answer": affected }),
    );
    case.does_with(case.vendor("Aoba"), "record-statement", words);
    assert_eq!(
        case.refuses_with(
            case.vendor("Aoba"),
            "record-unasked-answer",
            json!({ "answer": clean })
        ),
        "participant.was_asked"
    );
    let reached = json!({ "channel": "phone", "result": "reached" });
    assert_eq!(
        case.refuses_with(nobody, "record-contact-elsewhere", reached.clone()),
        "not_found"
    );
    case.does_with(case.vendor("Aoba"), "record-contact-elsewhere", reached);

    let classes = json!({ "classes": ["V", "W"] });
    assert_eq!(
        case.refuses_with(case.vendor("Birch"), "send-details", classes.clone()),
        "participant.no_basis"
    );
    let own = json!({ "participant": case.vendor("Birch"), "basis": { "basis": "standing", "version": "3" } });
    assert_eq!(
        world.vendor_tries(case.vendor("Birch"), "record-basis", own),
        Err("role".to_owned())
    );
    let basis = json!({ "basis": { "basis": "ad_hoc", "version": "3" } });
    case.does_with(case.vendor("Birch"), "record-basis", basis);
    case.does_with(case.vendor("Birch"), "send-details", classes);
    let step = json!({ "way": "telephone" });
    assert_eq!(
        case.refuses_with(nobody, "pass-second-step", step.clone()),
        "not_found"
    );
    case.does_with(case.vendor("Birch"), "pass-second-step", step);
    each_with(
        case,
        &[
            (
                "Aoba",
                "ask-call",
                json!({ "text": text(" ") }),
                "input",
                json!({ "text": text("03-0000-0000, mornings") }),
            ),
            (
                "Aoba",
                "record-ticket",
                json!({ "ticket": " " }),
                "input",
                json!({ "ticket": "AOBA-7" }),
            ),
            (
                "Aoba",
                "agree-naming",
                json!({ "agreed": true }),
                "no_reason",
                json!({ "agreed": true, "reason": "told by telephone" }),
            ),
            (
                "Aoba",
                "waive-second-step",
                json!({ "reason": "" }),
                "no_reason",
                json!({ "reason": "met in person" }),
            ),
        ],
    );
    let named = json!({ "label": "vuln-1", "text": text("A route lacks its check.") });
    let odd = json!({ "label": "two words", "text": text("x") });
    each(case, &[("name-vulnerability", odd, "input", named)]);
}

fn of_the_date(world: &World, case: &Case<'_>) {
    let until = |days: i64| json!({ "until": at(world.ahead(span(days, 0))) });
    for name in ["agree-date", "decline-date"] {
        assert_eq!(
            case.refuses_with(case.vendor("Aoba"), name, json!({})),
            "embargo.state",
            "{name}"
        );
    }
    assert_eq!(
        case.refuses_with(case.vendor("Aoba"), "counter-date", until(9)),
        "embargo.state"
    );
    assert_eq!(case.refuses("revise-date", until(9)), "embargo.state");
    each(
        case,
        &[(
            "propose-date",
            json!({ "until": at(BEGINS) }),
            "embargo.past",
            until(30),
        )],
    );
    for vendor in ["Aoba", "Birch"] {
        case.does_with(case.vendor(vendor), "agree-date", json!({}));
    }
    case.does_with(case.vendor("Cedar"), "counter-date", until(40));
    case.does_with(case.vendor("Cedar"), "decline-date", json!({}));
    case.does("revise-date", until(20));
    each_with(
        case,
        &[(
            "Cedar",
            "leave-case",
            json!({}),
            "input",
            json!({ "honours_embargo": true }),
        )],
    );
    let (silent, why) = (json!({ "reason": "" }), json!({ "reason": "they called" }));
    each_with(case, &[("Cedar", "bring-back", silent, "no_reason", why)]);
    assert_eq!(
        case.refuses("close-case", json!({ "code": "already_public" })),
        "case.embargo_in_force"
    );
    let ready = json!({ "why": "ready", "reason": "all vendors have fixes" });
    each(
        case,
        &[(
            "end-embargo",
            json!({ "why": "reached" }),
            "release.too_early",
            ready,
        )],
    );
}

fn of_the_advisory(world: &World, case: &Case<'_>) {
    assert_eq!(case.refuses("plan-release", json!({})), "advisory.no_draft");
    let untitled = json!({ "stage": "final", "texts": [] });
    each(
        case,
        &[("draft-advisory", untitled, "input", given::advisory(None))],
    );
    let plan = case.planned(world.ahead(span(0, 1)));
    let none = json!({ "plan": plan, "reason": "" });
    each(
        case,
        &[(
            "abort-plan",
            none,
            "no_reason",
            json!({ "plan": plan, "reason": "a word is wrong" }),
        )],
    );
    assert_eq!(
        case.signs("approver-a", &plan),
        Err("release.no_plan".to_owned())
    );
    let instant = world.ahead(span(0, 1));
    let plan = case.planned(instant);
    case.approved(&plan);

    let nowhere = json!({ "address": "nowhere", "lang": "en", "scope": { "scope": "everything" } });
    assert_eq!(world.refuses("subscribe", nowhere), "input");
    given::reader(world, "one@reader.example");
    let gone = given::reader(world, "gone@reader.example");
    let unknown = json!({ "reference": "nothing" });
    assert_eq!(world.refuses("unsubscribe", unknown.clone()), "not_found");
    assert_eq!(world.refuses("give-up-copy", unknown), "copy.unknown");
    assert_eq!(world.refuses("queue-copies-again", json!({})), "input");
    let cause = json!({ "cause": engine::work::alarm::of_release(&plan) });
    assert_eq!(world.refuses("take-alarm", cause.clone()), "not_found");
    world.stage.clock.set_database_apart(3_000_000);
    assert_eq!(world.passes_to(instant), Vec::<String>::new());
    world.does("take-alarm", cause);
    world.stage.clock.set_database_apart(0);
    let later = domain::value::Instant(instant.0 + 10_000_000);
    assert_eq!(world.passes_to(later), std::slice::from_ref(&case.number));

    for copy in copies(case, 1) {
        let right = json!({ "reference": copy.reference, "code": copy.code });
        if copy.state == "refused" {
            let again = json!({ "reference": copy.reference });
            world.does("queue-copies-again", again);
            world.runs_due();
            world.does("give-up-copy", json!({ "reference": copy.reference }));
            continue;
        }
        let wrong = json!({ "reference": copy.reference, "code": "12345" });
        assert_eq!(world.refuses("acknowledge", wrong), "copy.unknown");
        world.does("acknowledge", right);
    }
    world.does("unsubscribe", json!({ "reference": gone }));
}

fn of_the_approvers(world: &World) {
    let kit = |handle: &str| world.stage.password_file(handle);
    let other = "0".repeat(64);
    let offer = json!({ "person": "coordinator", "password_file": kit("editor") });
    let change = said(
        &world.does_as("coordinator", "offer-approval-key", offer.clone()),
        "change",
    );
    assert_eq!(
        world.refuses_as("coordinator", "offer-approval-key", offer),
        "approvers.wait"
    );
    let back = json!({ "change": change, "reason": "x" });
    world.does_as("coordinator", "withdraw-approvers", back.clone());
    assert_eq!(
        world.refuses_as("coordinator", "withdraw-approvers", back),
        "not_found"
    );
    let drawn = world.does_as("admin", "draw-succession-key", json!({}));
    assert_eq!(
        world.refuses_as("admin", "draw-succession-key", json!({})),
        "approvers.wait"
    );
    let sign = |handle: &str, change: &str| {
        let fields = json!({ "change": change, "person": handle, "password_file": kit(handle) });
        world.tries_as(handle, "sign-approvers", fields)
    };
    assert_eq!(sign("approver-a", &other), Err("not_found".to_owned()));
    for handle in ["approver-a", "approver-b"] {
        sign(handle, &said(&drawn, "change")).unwrap();
    }
    let secret = world.stage.beside("safe");
    seal::files::replace(&secret, said(&drawn, "secret").as_bytes(), true).unwrap();
    let quorum = world.does_as("admin", "set-quorum", json!({ "quorum": 1 }));
    let with = |change: &str| {
        let fields = json!({ "change": change, "secret_file": secret });
        world.tries_as("coordinator", "sign-with-succession-key", fields)
    };
    assert_eq!(with(&other), Err("not_found".to_owned()));
    let waiting = said(&quorum, "change");
    assert_eq!(with(&waiting), Err("approvers.rests".to_owned()));
    world.days_pass(4);
    with(&waiting).unwrap();
    assert_eq!(
        world.refuses_as("admin", "set-quorum", json!({ "quorum": 2 })),
        "approvers.change"
    );
    let back = json!({ "change": said(&quorum, "change"), "reason": "x" });
    world.does_as("admin", "withdraw-approvers", back);
    let of_the_safe = json!({ "key": said(&drawn, "key") });
    let end = said(
        &world.does_as("admin", "end-approver", of_the_safe),
        "change",
    );
    assert_eq!(
        world.refuses_as("admin", "end-approver", json!({ "key": "nobody" })),
        "not_found"
    );
    for handle in ["approver-a", "approver-b"] {
        sign(handle, &end).unwrap();
    }
}

fn of_new_links(world: &World) {
    assert_eq!(world.refuses_as("editor", "invite-all", json!({})), "role");
    world.does("invite-all", json!({}));
}

fn of_erasures(world: &World, case: &Case<'_>) {
    let ask = |parts: [&str; 1]| json!({ "report": case.report.number, "compartments": parts, "basis": "person_asked" });
    assert_eq!(
        world.refuses("request-erasure", ask(["raw"])),
        "erasure.open"
    );
    let first = json!({ "erasure": 1 });
    assert_eq!(
        world.refuses("withdraw-erasure", first.clone()),
        "not_found"
    );
    world.does("request-erasure", ask(["identity"]));
    world.does("withdraw-erasure", first);
    world.does("request-erasure", ask(["identity"]));
    let second = json!({ "erasure": 2 });
    assert_eq!(
        world.refuses("approve-erasure", second.clone()),
        "erasure.own"
    );
    world.does_as("admin", "approve-erasure", second);
    let backup = json!({ "number": 1 });
    let destroyed = "record-backup-destroyed";
    assert_eq!(
        world.refuses_as("admin", destroyed, backup.clone()),
        "not_found"
    );
    let store = &world.house().store;
    world
        .wait(store.set_meta("key-backup", &1_u64.to_be_bytes()))
        .unwrap();
    world.does_as("admin", destroyed, backup);
}

/// Performs every command once, each after it was refused once.
pub(crate) fn all_of_them(world: &World) -> Case<'_> {
    let case = Case::open(world);
    of_the_register_and_persons(world, &case);
    of_the_approvers(world);
    of_reports(world, &case);
    of_talks(world, &case);
    of_the_date(world, &case);
    of_the_advisory(world, &case);
    of_new_links(world);
    of_erasures(world, &case);
    let fact = json!({ "fact": "exploit_public" });
    case.does("observe", fact.clone());
    assert_eq!(case.refuses("observe", fact), "exists");
    assert_eq!(
        case.refuses("reopen-case", json!({ "reason": "x" })),
        "case.open"
    );
    case.does("close-case", json!({ "code": "published" }));
    assert_eq!(
        case.refuses("close-case", json!({ "code": "published" })),
        "case.closed"
    );
    case.does("reopen-case", json!({ "reason": "a new finding" }));
    case
}

/// A house whose relay takes what is sent, but for one address.
pub(crate) fn with_a_relay(relay: &Relay) -> World {
    relay.refuses("gone@");
    World::founded_with(|config| relay.is_used_by(config))
}

#[test]
fn every_command_is_performed_and_refused() {
    let relay = Relay::started();
    let world = with_a_relay(&relay);
    all_of_them(&world);
    let performed: BTreeSet<String> = world.performed().into_keys().collect();
    let all: BTreeSet<String> = COMMANDS.iter().map(|spec| spec.name.to_owned()).collect();
    let left = |done: &BTreeSet<String>| all.difference(done).cloned().collect::<Vec<String>>();
    assert_eq!(left(&performed), Vec::<String>::new(), "never performed");
    assert_eq!(
        left(&world.refused()),
        Vec::<String>::new(),
        "never refused"
    );
    world.ends_well();
}

#[test]
fn a_refused_command_leaves_nothing_behind() {
    let world = World::founded();
    let case = Case::open(&world);
    let before = world.happened();
    case.refuses("draft-advisory", json!({ "stage": "final", "texts": [] }));
    case.refuses("propose-date", json!({ "until": at(BEGINS) }));
    case.refuses_with(
        case.vendor("Birch"),
        "send-details",
        json!({ "classes": ["V"] }),
    );
    assert_eq!(world.happened(), before);
    world.ends_well();
}

#[test]
fn an_act_is_not_said_to_happen_later() {
    let world = World::founded();
    let case = Case::open(&world);
    let later = json!({ "fact": "public_aware", "occurred_at": at(world.ahead(span(1, 0))) });
    assert!(case.refuses("observe", later).contains("occurred_at"));
    let unknown = world.tries_as("nobody", "observe", json!({}));
    assert!(unknown.is_err_and(|words| words.starts_with("unread: ")));
    let question = json!({ "report": case.report.number, "text": text("?") });
    assert_eq!(world.refuses_as("admin", "ask-finder", question), "role");
    world.ends_well();
}
