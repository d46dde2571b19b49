//! An alarm on the desk's list: whom the house called, and the press that takes it over.

use domain::distribution::Happening;
use engine::kernel::config::OnCall;
use formats::advisory::Lang;
use store::distribution::Settled;
use testkit::gateway::Gateway;
use testkit::world::span;
use testkit::{Case, World, given};

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

/// Nobody has to ask: the house reads itself whole once a day.
#[test]
fn a_record_that_is_not_as_it_was_written_is_a_row_that_somebody_takes_over() {
    let world = World::founded();
    let _case = Case::open(&world);
    world.runs_due();
    world.days_pass(1);
    let page = Doors::of(&world).person("reception").get(HERE);
    assert!(!page.says("task-record-amiss"), "{}", page.text);
    let file = engine::kernel::backup::store_file(&world.stage.dir());
    let taken = "DELETE FROM body WHERE id = (SELECT id FROM body ORDER BY id DESC LIMIT 1)";
    rusqlite::Connection::open(file)
        .and_then(|database| database.execute_batch(taken))
        .unwrap();
    world.days_pass(1);
    let page = Doors::of(&world).person("reception").get(HERE);
    assert!(
        page.says("task-record-amiss") && page.has("was recorded and is gone"),
        "{}",
        page.text
    );
    assert!(page.says("desk-alarm-take"), "{}", page.text);
}

/// An administrator reads nothing of a case and can let in whoever does: those who work on cases see it.
#[test]
fn whoever_was_let_in_by_one_person_is_told_to_all() {
    let world = World::founded();
    let page = |handle: &str| Doors::of(&world).person(handle).get(HERE);
    assert!(!page("coordinator").says("task-let-in"));
    let named = |handle: &str, role: &str| {
        let fields = serde_json::json!({ "handle": handle, "role": role });
        world.does_as("admin", "name-person", fields);
    };
    // Whoever works on no case is no news to those who do.
    named("second-admin", "operator");
    assert!(!page("coordinator").says("task-let-in"));
    named("reception2", "reception");
    for handle in ["coordinator", "reception", "editor"] {
        let page = page(handle);
        assert!(
            page.says("task-let-in") && page.has("reception2"),
            "{handle}"
        );
    }
    world.days_pass(8);
    assert!(!page("coordinator").says("task-let-in"));
    // Another way in beside the password of a colleague.
    world.does_as(
        "admin",
        "issue-link",
        serde_json::json!({ "person": "reception" }),
    );
    let told = page("coordinator");
    assert!(told.says("task-let-in") && told.says("task-todo-let-in"));
    world.days_pass(6);
    assert!(page("coordinator").says("task-let-in"));
    world.days_pass(2);
    assert!(!page("coordinator").says("task-let-in"));
}

/// One copy whose reference was altered in the database hides no other row.
#[test]
fn a_copy_whose_reference_does_not_open_is_a_row_without_a_button() {
    let world = World::founded();
    let case = Case::open(&world);
    for reader in ["one@reader.example", "two@reader.example"] {
        given::reader(&world, reader);
    }
    let _ = case.published();
    let advisory = engine::kernel::ids::advisory_id(domain::value::CaseId(
        world.wait(world.stage.numbered(&case.id)).unwrap().0,
    ));
    let store = &world.house().store;
    let copies = world
        .wait(store.copies(engine::Viewer::House, advisory, 1))
        .unwrap();
    let back: Vec<Settled> = copies
        .iter()
        .map(|copy| Settled {
            id: copy.id,
            happened: Happening::CameBack,
            next_at: 0,
            detail: 0,
        })
        .collect();
    world
        .wait(store.settle_copies(&back, world.now().0))
        .unwrap();
    let file = engine::kernel::backup::store_file(&world.stage.dir());
    let altered = format!(
        "UPDATE delivery SET reference_sealed = x'0001' WHERE id = x'{}'",
        seal::hex(&copies[0].id)
    );
    rusqlite::Connection::open(file)
        .and_then(|database| database.execute_batch(&altered))
        .unwrap();
    let page = Doors::of(&world).person("reception").get(HERE);
    assert_eq!(page.status, 200);
    assert_eq!(
        page.text
            .matches(&crate::page::words("en", "task-dead-address"))
            .count(),
        2
    );
    assert_eq!(page.text.matches("value=\"again\"").count(), 1);
}
