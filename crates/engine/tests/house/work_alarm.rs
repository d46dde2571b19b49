//! Whom the house calls over a gateway when something stands still, and when it stops calling.

use domain::react::IntentKind;
use domain::value::Instant;
use engine::Fault;
use engine::command::{Command, decide};
use engine::kernel::config::OnCall;
use engine::work::alarm::{Calls, Outcome, of_release};
use formats::advisory::Lang;
use seal::record::Realm;
use serde_json::json;
use testkit::gateway::Gateway;
use testkit::world::span;
use testkit::{Case, World};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;

/// A house that calls two people over a gateway.
fn founded(gateway: &Gateway) -> World {
    World::founded_with(|config| {
        config.alarm.url.clone_from(&gateway.url);
        config.alarm.people = [
            ("duty-1", "+81900000001", Lang::Ja),
            ("duty-2", "+81900000002", Lang::En),
        ]
        .map(|(name, number, lang)| OnCall {
            name: name.to_owned(),
            number: number.to_owned(),
            lang,
        })
        .into();
    })
}

/// A release that is due and held, since two clocks differ.
fn held(world: &World) -> (Case<'_>, String, Instant) {
    let case = Case::open(world);
    case.drafted(None);
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    case.approved(&plan);
    world.stage.clock.set_database_apart(3 * SECOND);
    assert_eq!(world.passes_to(instant), Vec::<String>::new());
    (case, plan, instant)
}

/// The numbers of the calls that were taken, in their order.
fn numbers(gateway: &Gateway) -> Vec<String> {
    let read = |call: String| -> Option<String> {
        let call: serde_json::Value = serde_json::from_str(&call).ok()?;
        call["to"].as_str().map(str::to_owned)
    };
    let calls = gateway.calls().into_iter();
    calls.map(|call| read(call).unwrap_or_default()).collect()
}

#[test]
fn one_after_the_other_is_called_until_a_named_person_takes_it_over() {
    let gateway = Gateway::start();
    let world = founded(&gateway);
    let (case, plan, instant) = held(&world);
    let after = |minutes: i64| Instant(instant.0 + minutes * MINUTE + 10 * SECOND);
    world.passes_to(after(0));
    assert_eq!(numbers(&gateway), ["+81900000001"]);
    // What passes other people's hands says nothing of the matter.
    let said = gateway.calls().concat();
    assert!(
        said.contains("公表できていません") && said.contains(&world.house().config.desk),
        "{said}"
    );
    assert!(
        !said.contains(&case.number) && !said.contains("Aoba"),
        "{said}"
    );
    world.passes_to(after(9));
    assert_eq!(numbers(&gateway).len(), 1);
    world.passes_to(after(10));
    world.passes_to(after(20));
    let order = ["+81900000001", "+81900000002", "+81900000001"];
    assert_eq!(numbers(&gateway), order);

    let cause = of_release(&plan);
    world.does("take-alarm", json!({ "cause": cause }));
    world.does("take-alarm", json!({ "cause": cause }));
    assert_eq!(world.times("alarm_taken"), 1);
    world.passes_to(after(75));
    assert_eq!(numbers(&gateway).len(), 3, "somebody has it");
    // It lasts, and whoever had it may have fallen asleep.
    world.passes_to(after(85));
    assert_eq!(numbers(&gateway).len(), 4);

    world.stage.clock.set_database_apart(0);
    assert_eq!(
        world.passes_to(after(90)),
        std::slice::from_ref(&case.number)
    );
    world.passes_to(after(120));
    assert_eq!(numbers(&gateway).len(), 4, "it is over");
    let over = world.refuses("take-alarm", json!({ "cause": cause }));
    assert_eq!(over, "not_found");
    world.ends_well();
}

#[test]
fn a_gateway_that_is_away_is_asked_again_and_a_number_that_it_refuses_keeps_nobody_from_being_called()
 {
    let gateway = Gateway::start();
    gateway.answers("503 Service Unavailable");
    let world = founded(&gateway);
    let (_case, plan, instant) = held(&world);
    let after = |seconds: i64| Instant(instant.0 + seconds * SECOND);
    world.passes_to(after(10));
    let last = || {
        let call = world.house().kept.of::<Calls>().of(&of_release(&plan));
        call.map(|call| (call.name, call.outcome))
    };
    assert_eq!(last(), Some(("duty-1".to_owned(), Outcome::Failed)));
    gateway.answers("202 Accepted");
    world.passes_to(after(90));
    assert_eq!(numbers(&gateway), ["+81900000001"]);
    // The next number is no more.
    gateway.answers("404 Not Found");
    world.passes_to(after(700));
    gateway.answers("202 Accepted");
    world.passes_to(after(730));
    assert_eq!(
        numbers(&gateway),
        ["+81900000001", "+81900000001"],
        "the first again, at once"
    );
    world.stage.clock.set_database_apart(0);
    world.passes_to(after(760));
    world.ends_well();
}

/// What a clock ends cannot be taken back, and a record from the future would hold what comes.
#[test]
fn a_clock_that_was_set_ends_nothing_and_calls_somebody_at_once() {
    let gateway = Gateway::start();
    let world = founded(&gateway);
    let case = Case::open(&world);
    let until = case.ready();
    let recorded = world.happened().len();
    let clock = &world.stage.clock;
    clock.set_moved(span(30, 0));
    clock.set_apart(span(30, 0));
    assert_eq!(world.runs_due(), Vec::<String>::new());
    assert_eq!(
        world.happened().len(),
        recorded,
        "nothing was recorded under it"
    );
    assert!(
        gateway.calls().concat().contains("時刻が変更されました"),
        "{:?}",
        gateway.calls()
    );
    // Set right again, it holds what waited all the same, and nothing of the future stands in the way.
    clock.set_moved(0);
    clock.set_apart(0);
    assert_eq!(world.passes_to(until), Vec::<String>::new());
    let ended = world.wait(world.house().store.ledger_end()).unwrap();
    assert!(ended.1 <= world.now().0, "no record from the future");
    assert_eq!(world.times("embargo_ended"), 0);
}

/// Nobody has planned: the date ends the embargo, but for a clock that was set, also when it was set right again.
#[test]
fn under_a_clock_that_was_set_no_date_ends() {
    for (moved, ended) in [(0, 1), (span(30, 0), 0)] {
        let gateway = Gateway::start();
        let world = founded(&gateway);
        let case = Case::open(&world);
        let until = world.ahead(span(14, 0));
        case.coordinated(until);
        let clock = &world.stage.clock;
        clock.set_moved(moved);
        clock.set_apart(moved);
        world.runs_due();
        assert_eq!(world.times("embargo_ended"), 0);
        clock.set_moved(0);
        clock.set_apart(0);
        world.passes_to(Instant(until.0 + span(0, 1)));
        assert_eq!(world.times("embargo_ended"), ended, "{moved}");
    }
}

/// What an event ends does not hang on the time: a process that died after the change leaves it to the next round.
#[test]
fn under_a_clock_that_was_set_whoever_lost_access_is_shut_out_all_the_same() {
    let world = World::founded();
    let case = Case::open(&world);
    let house = world.house();
    let moved = json!({ "party": case.parties[0], "contact": "new@aoba.example" });
    let command = Command::parse("change-contact", moved).ok().unwrap();
    let act = world.act("coordinator");
    let changed = house.perform(&act, "change-contact", Realm::Live, async |unit| {
        decide(unit, &command).await
    });
    world.wait(Box::pin(changed)).unwrap();
    let left = || {
        let ends = house
            .store
            .intents_about(engine::Viewer::House, IntentKind::EndAccess);
        world.wait(ends).unwrap().len()
    };
    assert_eq!(left(), 1, "as after a crash");
    world.stage.clock.set_moved(span(30, 0));
    world.runs_due();
    assert!(house.clock_was_set().is_some());
    assert_eq!(left(), 0);
    world.ends_well();
}

#[test]
fn a_gateway_is_https_and_has_somebody_to_call() {
    let world = World::founded();
    let good = || {
        let mut config = world.house().config.clone();
        config.alarm.url = "https://gateway.example/calls".to_owned();
        config.alarm.people.push(OnCall {
            name: "duty-1".to_owned(),
            number: "+81900000001".to_owned(),
            lang: Lang::Ja,
        });
        config
    };
    assert!(good().check().is_ok());
    type Change = fn(&mut engine::kernel::config::Config);
    let wrong: [(Change, &str); 9] = [
        (
            |c| c.alarm.url = "http://gateway.example/".to_owned(),
            "alarm.url",
        ),
        (
            |c| c.alarm.url = "http://127.0.0.1.example/".to_owned(),
            "alarm.url",
        ),
        (|c| c.alarm.url = String::new(), "alarm.url"),
        (
            |c| c.alarm.url = "http://127.0.0.1:1@gateway.example/".to_owned(),
            "alarm.url",
        ),
        (
            |c| {
                let _ = c.alarm.fields.insert("to".to_owned(), "+1".to_owned());
            },
            "alarm.to_field",
        ),
        (|c| c.alarm.people.clear(), "alarm.people"),
        (
            |c| c.alarm.people[0].number = " ".to_owned(),
            "alarm.people",
        ),
        (|c| c.alarm.text_field = "to".to_owned(), "alarm.to_field"),
        (|c| c.alarm.minutes = 0, "alarm.minutes"),
    ];
    for (change, key) in wrong {
        let mut config = good();
        change(&mut config);
        let Err(Fault::Config(said)) = config.check() else {
            panic!("{key}")
        };
        assert!(said.starts_with(key), "{said}");
    }
}
