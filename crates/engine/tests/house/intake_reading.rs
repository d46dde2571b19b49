//! Reading what is protected: who may, from when, and what the ledger keeps of it.

use domain::text::class::Class;
use domain::value::{Actor, BodyId};
use serde_json::{Value, json};
use testkit::world::said;
use testkit::{World, given};

use crate::seen::{self, all_refused};

/// Readers of a table's rows, in its order.
const READERS: [&str; 3] = ["reception", "analyst", "coordinator"];

/// A class, and who of [`READERS`] may read it before the first contact with a vendor and after it.
type Row = (Class, [bool; 3], [bool; 3]);

/// docs/design/process.md §1.15, the columns of the desk's offices.
const ROWS: [Row; 9] = [
    (Class::V, [true; 3], [true; 3]),
    (Class::A, [true, true, false], [true, true, false]),
    (Class::T, [true, true, false], [true; 3]),
    (Class::W, [true, true, false], [true; 3]),
    (Class::F, [false; 3], [true; 3]),
    (Class::G, [true, false, false], [true, false, false]),
    (Class::H, [true, false, false], [true, false, false]),
    (Class::C, [true, false, true], [true, false, true]),
    (Class::U, [false; 3], [false; 3]),
];

fn analyst(world: &World) {
    let fields = json!({ "handle": "analyst", "role": "analysis" });
    world.does_as("admin", "name-person", fields);
}

/// A report with a text of each class of the table.
fn filed(world: &World) -> given::Report {
    let report = given::report(world);
    let parts: Vec<Value> = ["V", "A", "T", "W", "F", "G"]
        .map(|class| json!({ "class": class, "lang": "ja", "text": format!("{class} の文") }))
        .into();
    world.does_as(
        "reception",
        "sort-report",
        json!({ "report": report.number, "parts": parts }),
    );
    let more = json!({ "lang": "ja", "text": "分けられていない文" });
    world.does(
        "add-to-report",
        json!({ "report": report.number, "text": more }),
    );
    report
}

/// The text of this class.
fn body(world: &World, report: &given::Report, class: Class) -> BodyId {
    let report = seen::report(world, &report.number);
    let mut all = report
        .parts
        .iter()
        .chain(&report.finder)
        .chain(&report.contact);
    let found = all.find(|text| text.class == class);
    found.unwrap().body
}

fn asks(report: &given::Report, body: BodyId, reason: &str) -> (&'static str, Value) {
    let body = body.to_string();
    (
        "read-text",
        json!({ "report": report.number, "body": body, "reason": reason }),
    )
}

#[test]
fn the_matrix_says_who_reads_what_and_each_reading_is_recorded_before_it_is_shown() {
    let world = World::founded();
    analyst(&world);
    let report = filed(&world);
    let check = |is_begun: bool| {
        for (class, before, after) in ROWS {
            let allowed = if is_begun { after } else { before };
            for (reader, may) in READERS.into_iter().zip(allowed) {
                let asked = asks(&report, body(&world, &report, class), " to compare ");
                let about = format!("{reader} {class:?}, begun: {is_begun}");
                if !may {
                    all_refused(&world, reader, "gate.withheld", &[asked]);
                    continue;
                }
                let told = world.does_as(reader, asked.0, asked.1);
                let expected = match class {
                    Class::H => "ある発見者".to_owned(),
                    Class::C => "finder@finder.example".to_owned(),
                    _ => format!("{} の文", class.code()),
                };
                assert_eq!(told["class"], class.code(), "{about}");
                assert_eq!(said(&told, "text"), expected, "{about}");
                let last = seen::last(&world, &report.id);
                assert_eq!(last.reason, "to compare", "{about}");
                let event = seen::said_by(&last);
                assert_eq!(event["kind"], "text_read", "{about}");
                assert_eq!(event["class"], class.code(), "{about}");
            }
        }
    };
    check(false);
    let accepted = world.does("accept-report", json!({ "report": report.number }));
    check(false);
    let party = given::vendor(&world, "Aoba", false);
    let fields = json!({ "case": accepted["number"], "party": party, "part": "vendor" });
    let joined = world.does("add-participant", fields);
    let tried = json!({ "channel": "phone", "result": "tried", "participant": joined["tracking"] });
    world.does("contact", tried);
    check(true);
    world.ends_well();
}

#[test]
fn a_reading_needs_a_reason_and_a_text_of_this_report() {
    let world = World::founded();
    let (report, other) = (filed(&world), filed(&world));
    let own = body(&world, &report, Class::V);
    for reason in ["", " \u{3000}"] {
        let asked = [asks(&report, own, reason)];
        all_refused(&world, "reception", "no_reason", &asked);
    }
    let foreign = body(&world, &other, Class::V);
    let nobodys = BodyId::from_bytes([7; 16]);
    let asked = [foreign, nobodys].map(|body| asks(&report, body, "to compare"));
    all_refused(&world, "reception", "not_found", &asked);
    world.ends_well();
}

#[test]
fn what_came_unsorted_is_read_for_a_reason_once_it_was_split() {
    let world = World::founded();
    let report = given::report(&world);
    let whole = seen::report(&world, &report.id).whole.unwrap();
    let asked = || asks(&report, whole, "to compare");
    // Before that it stands open where it is sorted, to the reception alone.
    all_refused(&world, "reception", "not_found", &[asked()]);
    given::sorted(&world, &report);
    let told = world.does_as("reception", "read-text", asked().1);
    assert_eq!(
        (said(&told, "class"), said(&told, "text")),
        ("U".to_owned(), "画面から入れました。".to_owned())
    );
    all_refused(&world, "coordinator", "gate.withheld", &[asked()]);
    world.ends_well();
}

#[test]
fn nobody_but_the_reports_desk_asks_for_a_protected_text() {
    let world = World::founded();
    let report = filed(&world);
    let own = body(&world, &report, Class::V);
    let asked = [asks(&report, own, "to compare")];
    for handle in ["editor", "admin"] {
        all_refused(&world, handle, "role", &asked);
    }
    let happened = world.happened().len();
    let id = seen::report(&world, &report.id).id;
    for by in [
        Actor::Finder { report: id },
        Actor::House,
        Actor::Clock,
        Actor::Operator,
    ] {
        let [(name, fields)] = asked.clone();
        let read = seen::acts(&world, by, name, fields);
        assert_eq!(read, Err("role".to_owned()), "{by:?}");
    }
    assert_eq!(world.happened().len(), happened);
    world.ends_well();
}
