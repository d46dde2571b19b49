//! Coordination: vendors are brought in, the date is found and kept, the world gets ahead of it.

use domain::text::gate::Strength;
use formats::advisory::Lang;
use serde_json::{Value, json};
use testkit::world::{at, said, span};
use testkit::{Case, World, given};

/// All that a vendor's page would show at a strength of session, as text.
fn shown(case: &Case<'_>, vendor: &str, strength: Strength) -> String {
    let world = case.world;
    let guest = world.wait(world.stage.guest(case.vendor(vendor))).unwrap();
    let view = engine::coordination::view(world.house(), guest.participant, strength, Lang::En);
    let view = world.wait(Box::pin(view)).unwrap();
    format!("{} {view:?}", view.words().join(" "))
}

/// Tells whether somebody was told so in the stream of a participant.
fn has(case: &Case<'_>, vendor: &str, kind: &str) -> bool {
    let happened = case.world.happened_in(case.vendor(vendor));
    happened.iter().any(|known| known == kind)
}

fn until(world: &World, days: i64) -> Value {
    json!({ "until": at(world.ahead(span(days, 0))) })
}

#[test]
fn the_first_letter_invites_and_says_nothing_of_the_matter() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    world.runs_due();
    let mails = world.mails_to("psirt@aoba.example");
    assert_eq!(mails.len(), 1);
    let text = testkit::world::words(&mails[0]);
    for hidden in [
        case.number.as_str(),
        case.report.number.as_str(),
        "経路の検査",
    ] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    let invitation = given::invitation(&world, "psirt@aoba.example");
    let wrong = given::Invitation {
        code: "000000".to_owned(),
        ..invitation.clone()
    };
    assert!(!given::is_let_in(&world, &wrong));
    assert!(given::is_let_in(&world, &invitation));
    world.ends_well();
}

#[test]
fn an_invitation_holds_for_two_weeks() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    world.runs_due();
    let invitation = given::invitation(&world, "psirt@aoba.example");
    world.days_pass(15);
    assert!(!given::is_let_in(&world, &invitation));
    world.ends_well();
}

#[test]
fn the_first_agreement_brings_the_date_into_force() {
    let world = World::founded();
    let case = Case::open(&world);
    case.does("propose-date", until(&world, 30));
    assert_eq!(world.times("date_invited"), 3);
    case.does_with(case.vendor("Aoba"), "agree-date", json!({}));
    case.does_with(case.vendor("Birch"), "agree-date", json!({}));
    assert_eq!(world.times("embargo_activated"), 1);
    assert_eq!(
        case.refuses("propose-date", until(&world, 40)),
        "embargo.state"
    );
    world.ends_well();
}

#[test]
fn who_joins_later_is_asked_for_the_date_too() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    let party = given::vendor(&world, "Dogwood", false);
    let joined = case.does(
        "add-participant",
        json!({ "party": party, "part": "vendor" }),
    );
    let happened = world.happened_in(&said(&joined, "tracking"));
    assert_eq!(happened, ["participant_joined", "date_invited"]);
    world.ends_well();
}

#[test]
fn a_later_date_asks_again_and_an_earlier_one_does_not() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    case.does("revise-date", until(&world, 20));
    assert_eq!(world.times("date_lapsed"), 0);
    case.does("revise-date", until(&world, 25));
    assert_eq!(world.times("date_lapsed"), 2);
    assert!(!has(&case, "Cedar", "date_lapsed"), "it had not agreed");
    world.ends_well();
}

#[test]
fn a_case_is_not_closed_nor_left_without_a_word_under_an_embargo() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    let closing = json!({ "code": "individual_response" });
    assert_eq!(
        case.refuses("close-case", closing.clone()),
        "case.embargo_in_force"
    );
    assert_eq!(
        case.refuses_with(case.vendor("Birch"), "leave-case", json!({})),
        "input"
    );
    case.does_with(
        case.vendor("Birch"),
        "leave-case",
        json!({ "honours_embargo": false }),
    );
    case.does(
        "end-embargo",
        json!({ "why": "ready", "reason": "all have fixes" }),
    );
    case.does("close-case", closing);
    assert_eq!(
        case.refuses("propose-date", until(&world, 9)),
        "case.closed"
    );
    world.ends_well();
}

#[test]
fn an_early_end_needs_a_reason() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    for why in ["public", "attacked", "ready"] {
        assert_eq!(
            case.refuses("end-embargo", json!({ "why": why })),
            "no_reason",
            "{why}"
        );
    }
    assert_eq!(
        case.refuses("end-embargo", json!({ "why": "reached" })),
        "release.too_early"
    );
    world.ends_well();
}

#[test]
fn a_public_exploit_ends_the_embargo_at_once_and_no_other_begins() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    case.does("observe", json!({ "fact": "exploit_public" }));
    let happened = world.happened_in(&case.id);
    assert_eq!(happened.last().map(String::as_str), Some("embargo_ended"));
    assert_eq!(
        world.times("world_fact_observed"),
        2,
        "what is exploited in public is public"
    );
    assert_eq!(
        case.refuses("propose-date", until(&world, 30)),
        "embargo.not_viable"
    );
    world.ends_well();
}

#[test]
fn a_proposal_falls_when_the_world_knows() {
    let world = World::founded();
    let case = Case::open(&world);
    case.does("propose-date", until(&world, 30));
    case.does("observe", json!({ "fact": "public_aware" }));
    assert_eq!(world.times("embargo_rejected"), 1);
    assert_eq!(world.times("embargo_ended"), 0);
    world.ends_well();
}

#[test]
fn a_vendor_speaks_for_itself_and_for_nobody_else() {
    let world = World::founded();
    let case = Case::open(&world);
    for vendor in ["Aoba", "Birch"] {
        case.contact(vendor);
    }
    let (aoba, birch) = (case.vendor("Aoba"), case.vendor("Birch"));
    world.vendor_does(aoba, "confirm-receipt", json!({ "participant": aoba }));
    let ticket = |of: &str| json!({ "participant": of, "ticket": "A-1" });
    world.vendor_does(aoba, "record-ticket", ticket(aoba));
    for (name, fields) in [
        ("record-ticket", ticket(birch)),
        ("confirm-receipt", json!({ "participant": birch })),
        (
            "agree-naming",
            json!({ "participant": birch, "agreed": true }),
        ),
        (
            "leave-case",
            json!({ "participant": birch, "honours_embargo": true }),
        ),
    ] {
        let tried = world.vendor_tries(aoba, name, fields);
        assert_eq!(tried, Err("not_found".to_owned()), "{name}");
    }
    for (name, fields) in [
        (
            "contact",
            json!({ "participant": aoba, "channel": "mail", "result": "tried" }),
        ),
        (
            "send-details",
            json!({ "participant": aoba, "classes": ["V"] }),
        ),
        (
            "propose-date",
            json!({ "case": case.number, "until": at(world.ahead(span(9, 0))) }),
        ),
        (
            "close-case",
            json!({ "case": case.number, "code": "published" }),
        ),
        ("plan-release", json!({ "case": case.number })),
    ] {
        let tried = world.vendor_tries(aoba, name, fields);
        assert!(tried.is_err(), "{name}: {tried:?}");
    }
    assert_eq!(
        world.happened_in(birch),
        ["participant_joined", "contact_attempted"]
    );
    world.ends_well();
}

#[test]
fn who_has_left_says_nothing_more() {
    let world = World::founded();
    let case = Case::open(&world);
    let aoba = case.vendor("Aoba");
    case.contact("Aoba");
    world.vendor_does(aoba, "leave-case", json!({ "participant": aoba }));
    let ticket = json!({ "participant": aoba, "ticket": "A-1" });
    assert_eq!(
        world.vendor_tries(aoba, "record-ticket", ticket),
        Err("not_found".to_owned())
    );
    world.runs_due();
    assert!(world.mails().is_empty(), "nor is it written to");
    world.ends_well();
}

#[test]
fn details_are_shown_with_a_basis_and_a_second_step_only() {
    let world = World::founded();
    let case = Case::open(&world);
    let words = "経路の検査が一つ抜けています";
    let levels = [Strength::Link, Strength::SecondChannel];
    let sees = |vendor: &str| levels.map(|strength| shown(&case, vendor, strength).contains(words));
    assert_eq!(sees("Aoba"), [false, false], "nothing was sent");
    // Before the first contact nobody outside the house reads anything.
    case.contact("Aoba");
    case.does_with(
        case.vendor("Aoba"),
        "send-details",
        json!({ "classes": ["V", "W"] }),
    );
    assert_eq!(sees("Aoba"), [false, true]);
    assert_eq!(sees("Birch"), [false, false], "another vendor");
    case.does_with(
        case.vendor("Aoba"),
        "waive-second-step",
        json!({ "reason": "met in person" }),
    );
    assert_eq!(sees("Aoba"), [true, true]);
    world.ends_well();
}

#[test]
fn how_to_attack_travels_to_nobody_by_command() {
    let world = World::founded();
    let case = Case::open(&world);
    let attack = json!({ "classes": ["A"] });
    assert_eq!(
        case.refuses_with(case.vendor("Aoba"), "send-details", attack),
        "gate.withheld"
    );
    case.does_with(
        case.vendor("Aoba"),
        "send-details",
        json!({ "classes": ["V"] }),
    );
    let shown = shown(&case, "Aoba", Strength::Strong);
    assert!(!shown.contains("要求を三つ続けて"), "{shown}");
    world.ends_well();
}

#[test]
fn a_vendor_sees_nothing_of_another_until_both_agree_to_be_named() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    // Names are told to those alone who have the details.
    for vendor in ["Aoba", "Birch"] {
        let basis = json!({ "basis": { "basis": "ad_hoc", "version": "3" } });
        case.does_with(case.vendor(vendor), "record-basis", basis);
        case.does_with(
            case.vendor(vendor),
            "send-details",
            json!({ "classes": ["V"] }),
        );
    }
    let of_birch = || shown(&case, "Birch", Strength::SecondChannel);
    let before = of_birch();
    let naming = json!({ "agreed": true, "reason": "told by telephone" });
    case.does_with(case.vendor("Aoba"), "agree-naming", naming.clone());
    let words =
        json!({ "statement": "statement", "text": { "lang": "ja", "text": "来週に配布します" } });
    case.does_with(case.vendor("Aoba"), "record-statement", words);
    assert_eq!(of_birch(), before);
    case.does_with(case.vendor("Birch"), "agree-naming", naming);
    let after = of_birch();
    assert!(after.contains("Aoba Works"), "{after}");
    assert!(
        !after.contains("来週に配布します"),
        "what it said stays its own"
    );
    world.ends_well();
}
