//! A vendor's answer as it is typed, on its own page or for it at the desk: what is asked back, and what is recorded.

use domain::event::Event;
use domain::value::ProductAnswer;
use testkit::{Case, World};

use crate::matter::reader;
use crate::vendor::path;
use crate::visitor::Doors;

/// The answer that was recorded last.
fn recorded(world: &World) -> ProductAnswer {
    let events = world.wait(Box::pin(world.stage.events())).unwrap();
    let answer = |event: Event| match event {
        Event::AnswerRecorded { answer, .. } => Some(answer),
        _ => None,
    };
    let mut events = events.into_iter().rev();
    let found = events.find_map(|(_, recorded)| answer(recorded.event));
    found.unwrap()
}

/// An answer that the desk does not record: what was typed into it, where what is wrong is said, and what.
type Refused = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

const REFUSED: [Refused; 4] = [
    (
        &[("answer", "affected"), ("versions_to", "3.2")],
        "versions_to_incl",
        "work-answer-end-needed",
    ),
    (
        &[("answer", "affected"), ("versions_from", "2.0")],
        "versions_from_incl",
        "work-answer-end-needed",
    ),
    (
        &[("answer", "affected"), ("fixed_in", "> 3")],
        "fixed_in",
        "work-answer-version-wrong",
    ),
    (
        &[("answer", "not_affected"), ("fixed_in", "3.2")],
        "fixed_in",
        "work-answer-fix-unneeded",
    ),
];

#[test]
fn whoever_types_a_version_at_the_desk_says_whether_it_belongs_to_the_range() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Birch");
    world.runs_due();
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    for (typed, field, key) in REFUSED {
        let about = [("do", "answer"), ("product", "Birch Gateway")];
        let fields = [&about[..], typed].concat();
        let page = coordinator.fills(&path(&case, "Birch"), &fields);
        page.refused(field, key);
        for (name, value) in typed {
            assert_eq!(page.typed(name).as_deref(), Some(*value), "{key}");
        }
    }
    assert_eq!(world.times("answer_recorded"), 0);
    world.ends_well();
}

#[test]
fn digits_of_any_width_are_recorded_as_digits_and_what_is_blank_is_not_said() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = reader(&doors, &case, "Birch");
    let coordinator = doors.person("coordinator");
    let is_as_meant = |who: &str| {
        let answer = recorded(&world);
        assert_eq!(answer.product, None, "{who}");
        assert_eq!(answer.versions, ">= 2.0, < 3.2.1", "{who}");
        assert_eq!(answer.fixed_in.as_deref(), Some("3.2.1"), "{who}");
        let page = coordinator.get(&path(&case, "Birch"));
        assert!(page.has("from 2.0, before 3.2.1"), "{who}");
        assert!(!page.has("３．２．１"), "{who}");
    };
    let on_its_page = [
        ("product", "\u{3000}"),
        ("answer", "affected"),
        ("from", "２．０"),
        ("from_in", "yes"),
        ("to", "３．２．１"),
        ("to_in", "no"),
        ("fixed_in", "３．２．１"),
    ];
    assert_eq!(birch.sends("/en/partner/answer", &on_its_page).status, 303);
    is_as_meant("the vendor");
    let at_the_desk = [
        ("do", "answer"),
        ("product", "\u{3000}"),
        ("answer", "affected"),
        ("versions_from", "２．０"),
        ("versions_from_incl", "yes"),
        ("versions_to", "３．２．１"),
        ("versions_to_incl", "no"),
        ("fixed_in", "３．２．１"),
    ];
    let sent = coordinator.fills(&path(&case, "Birch"), &at_the_desk);
    assert_eq!(sent.status, 303);
    is_as_meant("the desk");
    assert_eq!(world.times("answer_recorded"), 2);
    world.ends_well();
}
