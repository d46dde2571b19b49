//! An alarm on the desk's list: whom the house called, and the press that takes it over.

use engine::kernel::config::OnCall;
use formats::advisory::Lang;
use testkit::gateway::Gateway;
use testkit::world::span;
use testkit::{Case, World};

use crate::visitor::Doors;

const HERE: &str = "/en/desk/tasks";

/// A release that is due and held, since two clocks differ.
fn held(world: &World) -> Case<'_> {
    let case = Case::open(world);
    case.drafted(None);
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    case.approved(&plan);
    world.stage.clock.set_database_apart(3_000_000);
    assert_eq!(world.passes_to(instant), Vec::<String>::new());
    case
}

#[test]
fn an_alarm_says_who_was_called_and_is_taken_over_by_a_press() {
    let gateway = Gateway::start();
    let world = World::founded_with(|config| {
        config.alarm.url.clone_from(&gateway.url);
        config.alarm.people.push(OnCall {
            name: "duty-1".to_owned(),
            number: "+81900000001".to_owned(),
            lang: Lang::Ja,
        });
    });
    let _case = held(&world);
    world.passes_to(world.ahead(10_000_000));
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let page = reception.get(HERE);
    assert!(
        page.says("task-held-plan") && page.has("called duty-1 on"),
        "{}",
        page.text
    );
    assert!(!page.has("+81900000001"), "{}", page.text);
    let cause = page.hidden("cause").unwrap();
    let taken = reception.sends(HERE, &[("do", "take"), ("cause", &cause)]);
    assert_eq!(taken.location, format!("{HERE}?done=task-take"));
    let page = doors.person("coordinator").get(HERE);
    assert!(page.has("reception took this over on"), "{}", page.text);
    // Whoever has no part in the work can take nothing over.
    let by_judge = doors
        .person("admin")
        .sends(HERE, &[("do", "take"), ("cause", &cause)]);
    assert!(
        !by_judge.location.ends_with("task-take"),
        "{}",
        by_judge.text
    );
    assert_eq!(world.times("alarm_taken"), 1);
}

#[test]
fn without_a_gateway_the_list_says_that_nobody_is_called() {
    let world = World::founded();
    let _case = held(&world);
    let page = Doors::of(&world).person("reception").get(HERE);
    assert!(
        page.says("desk-alarm-nobody") && page.says("desk-alarm-take"),
        "{}",
        page.text
    );
    // What is over has nothing to take over.
    world.stage.clock.set_database_apart(0);
    world.passes_to(world.ahead(10_000_000));
    let page = Doors::of(&world).person("reception").get(HERE);
    assert!(!page.says("desk-alarm-take"), "{}", page.text);
}

/// Both halves of what the row says are kept: no date ends, and the plan is made anew.
#[test]
fn a_clock_that_was_set_is_a_row_with_the_time_that_the_machine_shows() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    assert!(!reception.get(HERE).says("task-clock-set"));
    world.stage.clock.set_moved(span(1, 0));
    world.runs_due();
    let page = reception.get(HERE);
    assert!(
        page.says("task-clock-set") && page.says("task-todo-clock-set"),
        "{}",
        page.text
    );
    assert!(
        page.has("This machine says: 7 Sep 2026") && page.says("desk-alarm-take"),
        "{}",
        page.text
    );
}
