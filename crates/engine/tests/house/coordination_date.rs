//! The date: proposed, agreed to, talked about, changed; and the ways in which it ends.

use domain::coordination::date::{self, Date, Said};
use domain::machine::em::Em;
use domain::text::gate::Strength;
use domain::value::{Actor, EmbargoEnd};
use engine::{Instant, Viewer, Which};
use pages::coordination::partner::view::DateState;
use serde_json::{Value, json};
use testkit::world::{BEGINS, at, before, said, span, words};
use testkit::{Case, World, given};

use crate::seen::{self, all_refused, view};

const UNREAD: &str = "unread: the field until is not usable: RFC 3339 with an offset";

fn until(case: &Case<'_>, days: i64) -> Value {
    json!({ "case": case.number, "until": at(case.world.ahead(span(days, 0))) })
}

fn of(tracking: &str) -> Value {
    json!({ "participant": tracking })
}

/// Where the date stands for a vendor.
fn stands(case: &Case<'_>, vendor: &str) -> Date {
    let participant = seen::participant(case.world, case.vendor(vendor));
    date::of(&seen::case(case.world, &case.id), &participant)
}

/// What has happened in the case since the table's step began.
fn since(world: &World, case: &str, before: usize) -> Vec<String> {
    world.happened_in(case).split_off(before)
}

#[test]
fn a_date_lies_ahead_and_is_put_to_everybody_who_is_there() {
    let world = World::founded();
    let case = Case::open(&world);
    let with = |until: &str| {
        (
            "propose-date",
            json!({ "case": case.number, "until": until }),
        )
    };
    all_refused(
        &world,
        "coordinator",
        "embargo.past",
        &[with(&at(BEGINS)), with(&at(world.now()))],
    );
    let odd = [with("tomorrow"), with("2026-12-01"), with("")];
    all_refused(&world, "coordinator", UNREAD, &odd);
    all_refused(
        &world,
        "editor",
        "role",
        &[("propose-date", until(&case, 9))],
    );
    case.does_with(case.vendor("Cedar"), "leave-case", json!({}));
    let answer = world.does("propose-date", until(&case, 9));
    assert_eq!(answer["invited"], 2, "who has left is not asked");
    assert_eq!(world.times("date_invited"), 2);
    assert_eq!(stands(&case, "Aoba"), Date::Running(Said::Asked));
    assert_eq!(stands(&case, "Cedar"), Date::Open);
    // Until somebody agrees, another proposal takes the place of the first, and all are asked anew.
    case.does_with(case.vendor("Birch"), "decline-date", json!({}));
    let (second, later) = (world.ahead(span(12, 0)), until(&case, 12));
    world.does("propose-date", later);
    let now = seen::case(&world, &case.id);
    assert_eq!((now.em, now.until), (Em::Proposed, Some(second)));
    assert_eq!(stands(&case, "Birch"), Date::Running(Said::Asked));
    world.ends_well();
}

#[test]
fn whoever_agrees_first_brings_the_date_into_force() {
    let world = World::founded();
    let case = Case::open(&world);
    let (aoba, birch, cedar) = (
        case.vendor("Aoba"),
        case.vendor("Birch"),
        case.vendor("Cedar"),
    );
    let early = ["agree-date", "decline-date"].map(|name| (name, of(aoba)));
    all_refused(&world, "coordinator", "embargo.state", &early);
    world.does("propose-date", until(&case, 9));
    // Whoever does not believe the report brings no embargo into force.
    case.contact("Cedar");
    let none = json!({ "answer": { "versions": "", "answer": "not_affected" } });
    case.does_with(cedar, "record-answer", none);
    let outside = [("agree-date", of(cedar))];
    all_refused(&world, "coordinator", "report.state", &outside);
    let foreign = world.vendor_tries(aoba, "agree-date", of(birch));
    assert_eq!(foreign, Err("not_found".to_owned()));
    world.vendor_does(aoba, "agree-date", of(aoba));
    let recorded = seen::said_by(&seen::last(&world, &case.id));
    assert_eq!(recorded["kind"], "embargo_activated");
    let own = seen::participant(&world, aoba);
    assert_eq!(recorded["by"], json!(own.id));
    assert!(
        own.replied_at.is_some() && own.seen_at.is_none(),
        "an answer to the date is no receipt"
    );
    world.vendor_does(birch, "agree-date", of(birch));
    assert_eq!(world.times("embargo_activated"), 1);
    assert_eq!(seen::case(&world, &case.id).em, Em::Active);
    let another = [("propose-date", until(&case, 20))];
    all_refused(&world, "coordinator", "embargo.state", &another);
    world.ends_well();
}

#[test]
fn another_date_is_a_wish_that_shows_to_its_own_vendor_alone() {
    let world = World::founded();
    let case = Case::open(&world);
    let (aoba, birch) = (case.vendor("Aoba"), case.vendor("Birch"));
    // Before the first contact a page shows no date.
    case.contact("Aoba");
    let wish = json!({ "participant": birch, "until": at(world.ahead(span(40, 0))) });
    let early = [("counter-date", wish.clone())];
    all_refused(&world, "coordinator", "embargo.state", &early);
    world.does("propose-date", until(&case, 30));
    let proposed = seen::case(&world, &case.id).until;
    let odd = json!({ "participant": birch, "until": "later" });
    all_refused(&world, "coordinator", UNREAD, &[("counter-date", odd)]);
    let foreign = world.vendor_tries(aoba, "counter-date", wish.clone());
    assert_eq!(foreign, Err("not_found".to_owned()));
    world.vendor_does(birch, "counter-date", wish.clone());
    assert_eq!(seen::case(&world, &case.id).until, proposed);
    let date = |vendor: &str| view(&case, vendor, Strength::Link).date;
    assert_eq!(date("Birch").countered.as_deref(), wish["until"].as_str());
    assert_eq!(date("Birch").state, DateState::Asked);
    assert_eq!(date("Aoba").countered, None);
    assert_eq!(stands(&case, "Birch"), Date::Running(Said::Countered));
    world.vendor_does(birch, "agree-date", of(birch));
    assert_eq!(date("Birch").state, DateState::Agreed);
    assert_eq!(date("Aoba").state, DateState::Asked, "nor who agreed");
    world.ends_well();
}

#[test]
fn whoever_declines_the_date_keeps_what_it_was_told() {
    let world = World::founded();
    let case = Case::open(&world);
    let aoba = case.vendor("Aoba");
    case.contact("Aoba");
    case.does_with(aoba, "send-details", json!({ "classes": ["V"] }));
    world.does("propose-date", until(&case, 30));
    world.vendor_does(aoba, "decline-date", of(aoba));
    let shown = view(&case, "Aoba", Strength::SecondChannel);
    assert_eq!(shown.date.state, DateState::Declined);
    assert!(shown.details.is_some());
    // It may still come round.
    world.vendor_does(aoba, "agree-date", of(aoba));
    assert_eq!(stands(&case, "Aoba"), Date::Running(Said::Agreed));
    world.ends_well();
}

#[test]
fn a_date_in_force_is_changed_by_the_office_and_a_later_one_is_asked_again() {
    let world = World::founded();
    let case = Case::open(&world);
    let revised = |days: i64| [("revise-date", until(&case, days))];
    all_refused(&world, "coordinator", "embargo.state", &revised(20));
    world.does("propose-date", until(&case, 30));
    all_refused(&world, "coordinator", "embargo.state", &revised(20));
    for vendor in ["Aoba", "Birch"] {
        case.does_with(case.vendor(vendor), "agree-date", json!({}));
    }
    let past = json!({ "case": case.number, "until": at(BEGINS) });
    all_refused(
        &world,
        "coordinator",
        "embargo.past",
        &[("revise-date", past)],
    );
    let odd = json!({ "case": case.number, "until": "later" });
    all_refused(&world, "coordinator", UNREAD, &[("revise-date", odd)]);
    all_refused(&world, "editor", "role", &revised(20));
    let refused = world.vendor_tries(case.vendor("Aoba"), "revise-date", until(&case, 20));
    assert_eq!(refused, Err("role".to_owned()));
    for (days, stand, revisions) in [
        (20, Said::Agreed, 1),
        (25, Said::Asked, 2),
        (10, Said::Asked, 3),
    ] {
        let expected = world.ahead(span(days, 0));
        world.does("revise-date", until(&case, days));
        let now = seen::case(&world, &case.id);
        assert_eq!((now.em, now.until), (Em::Active, Some(expected)));
        assert_eq!(stands(&case, "Aoba"), Date::Running(stand), "{days}");
        assert_eq!(world.times("embargo_revised"), revisions);
    }
    assert_eq!(world.times("date_lapsed"), 2, "of the two who had agreed");
    assert_eq!(stands(&case, "Cedar"), Date::Running(Said::Asked));
    world.ends_well();
}

/// A case with a vendor that was asked for a date, or agreed to one; returns its id.
fn with_date(world: &World, party: &str, em: Em) -> String {
    let report = given::report(world);
    let accepted = world.does("accept-report", json!({ "report": report.number }));
    let id = said(&accepted, "case");
    let joins = json!({ "case": id, "party": party, "part": "vendor" });
    let tracking = said(&world.does("add-participant", joins), "tracking");
    if em != Em::None {
        let until = at(world.ahead(span(30, 0)));
        world.does("propose-date", json!({ "case": id, "until": until }));
    }
    if em == Em::Active {
        world.does("agree-date", of(&tracking));
    }
    assert_eq!(seen::case(world, &id).em, em);
    id
}

#[test]
fn what_the_world_knows_is_followed_by_what_the_model_demands() {
    let world = World::founded();
    let party = given::vendor(&world, "Aoba", false);
    let fact = "world_fact_observed";
    for (em, observed, expected, after) in [
        (Em::None, "public_aware", vec![fact], Em::None),
        (Em::None, "exploit_public", vec![fact, fact], Em::None),
        (Em::None, "attacks_observed", vec![fact], Em::None),
        (
            Em::Proposed,
            "public_aware",
            vec![fact, "embargo_rejected"],
            Em::None,
        ),
        (
            Em::Proposed,
            "exploit_public",
            vec![fact, fact, "embargo_rejected"],
            Em::None,
        ),
        (
            Em::Proposed,
            "attacks_observed",
            vec![fact, "embargo_rejected"],
            Em::None,
        ),
        (
            Em::Active,
            "public_aware",
            vec![fact, "embargo_ended"],
            Em::Exited,
        ),
        (
            Em::Active,
            "exploit_public",
            vec![fact, fact, "embargo_ended"],
            Em::Exited,
        ),
        // With attacks alone a person decides whether it goes on.
        (Em::Active, "attacks_observed", vec![fact], Em::Active),
    ] {
        let about = format!("{em:?} {observed}");
        let id = with_date(&world, &party, em);
        let before = world.happened_in(&id).len();
        let seen_now = json!({ "case": id, "fact": observed });
        world.does("observe", seen_now.clone());
        assert_eq!(since(&world, &id, before), expected, "{about}");
        assert_eq!(seen::case(&world, &id).em, after, "{about}");
        all_refused(&world, "coordinator", "exists", &[("observe", seen_now)]);
        if after != Em::Active {
            let again = json!({ "case": id, "until": at(world.ahead(span(9, 0))) });
            let code = "embargo.not_viable";
            all_refused(&world, "coordinator", code, &[("propose-date", again)]);
        }
    }
    world.ends_well();
}

#[test]
fn under_attack_the_terms_may_change_until_somebody_ends_it() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    case.does("observe", json!({ "fact": "attacks_observed" }));
    world.does("revise-date", until(&case, 3));
    assert_eq!(seen::case(&world, &case.id).em, Em::Active);
    case.does(
        "end-embargo",
        json!({ "why": "attacked", "reason": "more of them every hour" }),
    );
    let ended = seen::case(&world, &case.id);
    assert_eq!(
        (ended.em, ended.ended),
        (Em::Exited, Some(EmbargoEnd::Attacked))
    );
    let later = [("revise-date", until(&case, 4))];
    all_refused(&world, "coordinator", "embargo.not_viable", &later);
    world.ends_well();
}

#[test]
fn an_embargo_is_ended_by_a_person_with_a_reason_and_not_before_there_is_one() {
    let world = World::founded();
    let case = Case::open(&world);
    let ends = |why: &str, reason: &str| {
        (
            "end-embargo",
            json!({ "case": case.number, "why": why, "reason": reason }),
        )
    };
    let ready = [ends("ready", "all have fixes")];
    case.contact("Aoba");
    all_refused(&world, "coordinator", "embargo.state", &ready);
    world.does("propose-date", until(&case, 30));
    all_refused(&world, "coordinator", "embargo.state", &ready);
    case.does_with(case.vendor("Aoba"), "agree-date", json!({}));
    let none = [ends("public", ""), ends("attacked", " "), ends("ready", "")];
    all_refused(&world, "coordinator", "no_reason", &none);
    let early = [ends("reached", "it is nearly time")];
    all_refused(&world, "coordinator", "release.too_early", &early);
    let published = [ends("published", "it is out")];
    all_refused(&world, "coordinator", "input", &published);
    all_refused(&world, "editor", "role", &ready);
    let tried = world.vendor_tries(case.vendor("Aoba"), ready[0].0, ready[0].1.clone());
    assert_eq!(tried, Err("role".to_owned()));

    let (name, fields) = ends("ready", " all have fixes ");
    world.does(name, fields);
    let recorded = seen::last(&world, &case.id);
    assert_eq!(recorded.reason, "all have fixes");
    assert_eq!(seen::said_by(&recorded)["why"], "ready");
    assert_eq!(stands(&case, "Aoba"), Date::Ended(Some(Said::Agreed)));
    assert_eq!(
        view(&case, "Aoba", Strength::Link).date.state,
        DateState::Ended
    );
    all_refused(&world, "coordinator", "embargo.state", &ready);
    let talks = ["agree-date", "decline-date"].map(|name| (name, of(case.vendor("Birch"))));
    all_refused(&world, "coordinator", "embargo.state", &talks);
    world.ends_well();
}

#[test]
fn the_clock_ends_an_embargo_at_its_instant_and_calls_until_somebody_comes() {
    let world = World::founded_with(|config| config.mail.duty = "duty@house.example".to_owned());
    let case = Case::open(&world);
    let date = world.ahead(span(14, 0));
    case.coordinated(date);
    world.passes_to(before(date));
    assert_eq!(world.times("embargo_ended"), 0);
    assert!(world.mails_to("duty@house.example").is_empty());
    world.passes_to(Instant(date.0 + span(0, 1)));
    let recorded = seen::last(&world, &case.id);
    assert_eq!(recorded.by, Some(Actor::Clock));
    assert!(recorded.occurred_at >= date);
    let event = seen::said_by(&recorded);
    assert_eq!(
        (&event["kind"], &event["why"]),
        (&json!("embargo_ended"), &json!("reached"))
    );
    assert_eq!(world.times("embargo_ended"), 1);
    let calls = world.mails_to("duty@house.example");
    assert!((2..=6).contains(&calls.len()), "{} calls", calls.len());
    for mail in &calls {
        let said = words(mail);
        for hidden in [case.number.as_str(), "Aoba", "経路の検査"] {
            assert!(!said.contains(hidden), "{hidden} in {said}");
        }
    }
    case.does("observe", json!({ "fact": "public_aware" }));
    world.passes_to(world.ahead(span(0, 2)));
    assert_eq!(world.mails_to("duty@house.example").len(), calls.len());
    world.ends_well();
}

/// Who asks whether a plan is approved asks with today's quorum: the release, and the clock that calls for a plan.
#[test]
fn a_plan_that_a_raised_quorum_left_without_enough_approvals_is_none_on_the_date() {
    let world = World::founded_with(|config| config.mail.duty = "duty@house.example".to_owned());
    let signs = |change: &str, by: &[&str]| {
        for handle in by {
            let kit = world.stage.password_file(handle);
            let fields = json!({ "change": change, "person": handle, "password_file": kit });
            world.does_as(handle, "sign-approvers", fields);
        }
    };
    let quorum = |persons: u8| {
        let asked = world.does_as("admin", "set-quorum", json!({ "quorum": persons }));
        said(&asked, "change")
    };
    signs(&quorum(1), &["approver-a", "approver-b"]);
    let case = Case::open(&world);
    let date = world.ahead(span(14, 0));
    case.coordinated(date);
    case.drafted(None);
    let plan = case.planned(date);
    case.signs("approver-a", &plan).unwrap();
    let over = || {
        world
            .wait(Box::pin(world.house().embargoes_over(date)))
            .unwrap()
    };
    assert_eq!(over(), [], "one approval is enough");
    signs(&quorum(2), &["approver-a"]);
    assert_eq!(over().len(), 1, "two are wanted now");
    assert!(world.passes_to(Instant(date.0 + span(0, 1))).is_empty());
    assert_eq!(world.times("embargo_ended"), 1);
    assert!(!world.mails_to("duty@house.example").is_empty());
    world.ends_well_but(&["date_without_plan", "release", "release_held"]);
}

#[test]
fn nothing_begins_in_a_case_that_is_closed() {
    let world = World::founded();
    let case = Case::open(&world);
    let aoba = case.vendor("Aoba");
    case.contact("Aoba");
    world.runs_due();
    world.does("propose-date", until(&case, 9));
    let closing = || {
        (
            "close-case",
            json!({ "case": case.number, "code": "individual_response" }),
        )
    };
    all_refused(&world, "editor", "role", &[closing()]);
    let (name, fields) = closing();
    let answer = world.does(name, fields);
    assert_eq!(said(&answer, "case"), case.id, "a proposal binds nobody");
    let closed = seen::case(&world, &case.id);
    assert_eq!(
        closed.closed_at,
        Some(seen::last(&world, &case.id).occurred_at)
    );
    let tried = json!({ "participant": aoba, "channel": "mail", "result": "tried" });
    let line = json!({ "lang": "en", "text": "03-0000-0000" });
    let dogwood = given::vendor(&world, "Dogwood", false);
    let late = [
        closing(),
        ("contact", tried.clone()),
        ("record-contact-elsewhere", tried),
        (
            "add-participant",
            json!({ "case": case.number, "party": dogwood, "part": "vendor" }),
        ),
        (
            "send-details",
            json!({ "participant": aoba, "classes": ["V"] }),
        ),
        ("propose-date", until(&case, 9)),
        ("revise-date", until(&case, 9)),
        ("agree-date", of(aoba)),
        ("ask-call", json!({ "participant": aoba, "text": line })),
        (
            "name-vulnerability",
            json!({ "case": case.number, "label": "route", "text": line }),
        ),
    ];
    all_refused(&world, "coordinator", "case.closed", &late);
    assert!(!view(&case, "Aoba", Strength::Link).is_open);
    world.ends_well();
}

#[test]
fn a_closed_case_is_listed_as_over_and_its_vendors_learn_of_no_other() {
    let world = World::founded();
    let case = Case::open(&world);
    let other = with_date(&world, &case.parties[0], Em::None);
    let lists = |viewer: Viewer, which: Which| {
        let lines = world
            .wait(world.house().store.cases(viewer, which))
            .unwrap();
        let lines = lines.into_iter();
        lines
            .map(|line| format!("{} {}", line.id, line.stage.word()))
            .collect::<Vec<String>>()
    };
    let with = |id: &str, stage: &str| format!("{id} {stage}");
    assert_eq!(lists(Viewer::House, Which::Open).len(), 2);
    case.contact("Aoba");
    world.does("close-case", json!({ "case": other, "code": "merged" }));
    assert_eq!(
        lists(Viewer::House, Which::Open),
        [with(&case.id, "coordinating")]
    );
    assert_eq!(lists(Viewer::House, Which::Over), [with(&other, "closed")]);
    let guest = world.wait(Box::pin(world.stage.guest(case.vendor("Birch"))));
    let guest = guest.unwrap();
    let birch = Viewer::Participant {
        case: guest.case,
        participant: guest.participant,
    };
    assert_eq!(lists(birch, Which::Open), [with(&case.id, "coordinating")]);
    assert!(lists(birch, Which::Over).is_empty());
    assert!(lists(Viewer::Bearer, Which::Open).is_empty());
    world.ends_well();
}
