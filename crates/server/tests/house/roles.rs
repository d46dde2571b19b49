//! Each role at each page of the table of routes.

use server::Side;
use server::route::{Need, ROUTES};
use testkit::world::span;
use testkit::{Case, World};

use crate::visitor::{Doors, Visitor};

/// People of the house who work on cases; the administrator does not.
const DESK: [&str; 4] = ["coordinator", "reception", "editor", "approver-a"];

/// The path of a route with something that exists in its places.
fn path(case: &Case<'_>, pattern: &str) -> String {
    let digits: String = case
        .vendor("Aoba")
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let parts = pattern.split('/').map(|part| match part {
        "{number}" => case.number.clone(),
        "{handling}" => case.report.number.clone(),
        "{tn}" => digits.clone(),
        "{party}" => case.parties[0].clone(),
        "{link}" | "{token}" => "a".repeat(26),
        "{file}" => format!("{}.html", case.number),
        place if place.starts_with('{') => panic!("the place {place} has no row here"),
        other => other.to_owned(),
    });
    format!("/en{}", parts.collect::<Vec<_>>().join("/"))
}

/// What somebody is answered at every route of the desk that asks for one of these methods: route and status.
fn answers(visitor: &Visitor<'_>, case: &Case<'_>, method: &str) -> Vec<(&'static str, Need, u16)> {
    ROUTES
        .iter()
        .filter(|route| route.side == Side::Desk && route.method == method)
        // Whoever leaves is answered like a stranger from then on.
        .filter(|route| route.path != "/sign-out")
        .map(|route| {
            let page = visitor.asks(method, &path(case, route.path), "", "same-origin");
            (route.path, route.need, page.status)
        })
        .collect()
}

#[test]
fn who_works_on_cases_is_refused_no_page_for_the_role_alone() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    case.drafted(None);
    let doors = Doors::of(&world);
    for handle in DESK {
        let person = doors.person(handle);
        for (route, need, status) in answers(&person, &case, "GET") {
            assert!(status < 500, "{handle} {route}: {status}");
            assert!(
                need != Need::Desk || status != 401,
                "{handle} {route}: {status}"
            );
        }
    }
    let coordinator = doors.person("coordinator");
    for pattern in [
        "/desk/",
        "/desk/reports/{handling}",
        "/desk/cases/{number}",
        "/desk/cases/{number}/vendors/{tn}",
        "/desk/cases/{number}/advisory",
        "/desk/cases/{number}/plan",
        "/desk/register",
        "/desk/register/{party}",
        "/desk/tasks",
    ] {
        let page = coordinator.get(&path(&case, pattern));
        assert_eq!(page.status, 200, "{pattern}");
    }
    assert_eq!(coordinator.get("/en/desk/persons").status, 403);
    world.ends_well();
}

#[test]
fn who_runs_the_machine_sees_no_case() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let admin = doors.person("admin");
    for method in ["GET", "POST"] {
        for (route, need, status) in answers(&admin, &case, method) {
            let expected = if (method, route) == ("GET", "/desk/") {
                303
            } else {
                403
            };
            assert!(
                need != Need::Desk || status == expected,
                "{method} {route}: {status}"
            );
        }
    }
    assert_eq!(admin.get("/en/desk/persons").status, 200);
    world.ends_well();
}

#[test]
fn a_stranger_is_let_in_nowhere_and_changes_nothing() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let stranger = doors.stranger(Side::Desk);
    let before = world.happened().len();
    for (method, expected) in [("GET", 303), ("POST", 401)] {
        for (route, need, status) in answers(&stranger, &case, method) {
            assert!(status < 500, "{method} {route}: {status}");
            assert!(
                need == Need::Open || status == expected,
                "{method} {route}: {status}"
            );
        }
    }
    assert_eq!(world.happened().len(), before);
    world.ends_well();
}

#[test]
fn reading_changes_nothing_for_anybody() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let people = DESK.map(|handle| doors.person(handle));
    let before = world.happened();
    for person in &people {
        for method in ["GET", "HEAD"] {
            for route in ROUTES
                .iter()
                .filter(|route| route.method == "GET" && route.side == Side::Desk)
            {
                person.asks(method, &path(&case, route.path), "", "same-origin");
            }
        }
    }
    assert_eq!(world.happened(), before);
    world.ends_well();
}

#[test]
fn only_who_administers_persons_names_one() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let fields = [
        ("do", "person-add"),
        ("handle", "second"),
        ("role", "reception"),
    ];
    for handle in DESK {
        let page = doors.person(handle).sends("/en/desk/persons", &fields);
        assert_eq!(page.status, 403, "{handle}");
    }
    assert_eq!(world.times("person_named"), 6);
    world.ends_well();
}
