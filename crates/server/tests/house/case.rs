//! The page of a case: what it shows to whom, what each form does, and what ends a time of confidence.

use serde_json::json;
use testkit::world::{at, span};
use testkit::{Case, World, given};

use crate::page::filled;
use crate::visitor::Doors;

const MINUTE: i64 = 60_000_000;

fn path(case: &Case<'_>) -> String {
    format!("/en/desk/cases/{}", case.number)
}

fn password(world: &World, handle: &str) -> String {
    std::fs::read_to_string(world.stage.password_file(handle)).unwrap()
}

#[test]
fn the_page_tells_where_the_case_stands_in_both_languages() {
    let world = World::founded();
    let case = Case::open(&world);
    for vendor in ["Aoba", "Birch"] {
        case.contact(vendor);
    }
    let until = json!({ "until": at(world.ahead(span(30, 0))) });
    case.does("propose-date", until);
    case.does_with(case.vendor("Aoba"), "agree-date", json!({}));
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let page = coordinator.get(&format!("/en/desk/cases/{}", case.number));
    assert!(page.has("1 of 2 agreed") && !page.says("state-date-agreed"));
    let page = coordinator.get("/en/desk/");
    assert!(page.has("1 of 2 agreed"), "{}", page.text);
    case.does_with(case.vendor("Birch"), "agree-date", json!({}));
    case.has_a_fix("Aoba");
    for (lang, vendor) in [("ja", "Aoba 工房"), ("en", "Aoba Works")] {
        let page = coordinator.get(&format!("/{lang}/desk/cases/{}", case.number));
        assert_eq!(page.status, 200);
        for key in [
            "state-date-agreed",
            "embargo-active",
            "work-at-zero-unplanned",
            "cell-not-asked",
            "cell-fixed",
        ] {
            assert!(page.says(key), "{lang} {key}");
        }
        let h1 = filled(lang, "work-case", &[("number", &case.number)]);
        assert!(page.has(&h1) && page.has(vendor), "{lang}");
        assert!(page.has(&case.report.number), "{lang}");
    }
    world.ends_well();
}

#[test]
fn texts_of_a_case_are_read_by_who_needs_them() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let attack = "要求を三つ続けて送ると鍵が外れます";
    for (handle, may_open) in [
        ("reception", true),
        ("coordinator", false),
        ("editor", false),
    ] {
        let page = doors.person(handle).get(&path(&case));
        assert!(!page.has(attack), "{handle}");
        assert_eq!(page.offers("read"), may_open, "{handle}");
    }
    let page = doors.person("coordinator").get(&path(&case));
    assert!(page.has("経路の検査が一つ抜けています"));
    // Against a reason it is opened where it came from.
    let reception = doors.person("reception");
    let body = reception.get(&path(&case)).hidden("body").unwrap();
    let reads = |why: &str| {
        let fields = [("do", "read"), ("body", body.as_str()), ("why", why)];
        reception.fills(&path(&case), &fields)
    };
    reads("").refused("why", "work-read-why-needed");
    assert_eq!(world.times("text_read"), 0);
    let opened = reads("to compare it");
    assert_eq!(opened.status, 200);
    assert!(opened.has(attack));
    assert_eq!(world.times("text_read"), 1);
    world.ends_well();
}

#[test]
fn who_speaks_with_no_vendor_looks_and_does_nothing() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    for (handle, acts) in [
        ("coordinator", true),
        ("reception", true),
        ("approver-a", true),
        ("editor", false),
    ] {
        let page = doors.person(handle).get(&path(&case));
        for verb in ["propose", "name", "observe", "close"] {
            assert_eq!(page.offers(verb), acts, "{handle} {verb}");
        }
    }
    let editor = doors.person("editor");
    let before = world.happened();
    for verb in [
        "propose", "revise", "end", "add", "name", "observe", "close", "read",
    ] {
        let page = editor.fills(&path(&case), &[("do", verb)]);
        assert_eq!(page.status, 403, "{verb}");
    }
    // That somebody has read everything is nobody else's business.
    let looked = editor.fills(&path(&case), &[("do", "looked")]);
    assert_eq!(looked.sent_on(), path(&case));
    assert!(!editor.get(&path(&case)).offers("looked"));
    assert_eq!(world.happened(), before);
    world.ends_well();
}

/// A form that is carried out: its fields, the event that follows, the words on the next page.
type Carried = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

const BEFORE_THE_DATE: [Carried; 2] = [
    (
        &[
            ("do", "name"),
            ("label", "vuln-1"),
            ("vuln_lang", "en"),
            ("vuln_text", "A route lacks its check"),
        ],
        "vulnerability_named",
        "done-name",
    ),
    (
        &[
            ("do", "propose"),
            ("until_date", "2026-10-07"),
            ("until_time", "9:00"),
            ("until_zone", "JST"),
        ],
        "embargo_proposed",
        "done-propose",
    ),
];

const WITH_THE_DATE: [Carried; 3] = [
    (
        &[
            ("do", "revise"),
            ("revised_date", "2026-10-20"),
            ("revised_time", "15:30"),
            ("revised_zone", "UTC"),
        ],
        "embargo_revised",
        "done-revise",
    ),
    (
        &[
            ("do", "end"),
            ("end_why", "ready"),
            ("end_reason", "All vendors have their fixes"),
        ],
        "embargo_ended",
        "done-end",
    ),
    (
        &[("do", "close"), ("closure", "individual_response")],
        "case_closed",
        "done-close",
    ),
];

#[test]
fn each_form_does_what_its_button_says() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let carries_out = |(fields, event, done): &Carried| {
        let next = coordinator.follows(&coordinator.fills(&path(&case), fields));
        assert!(next.says(done), "{event}: {}", next.text);
        let happened = world.happened_in(&case.id);
        assert!(happened.iter().any(|known| known == event), "{happened:?}");
    };
    BEFORE_THE_DATE.iter().for_each(carries_out);
    let page = coordinator.get(&path(&case));
    assert!(page.says("embargo-proposed") && page.has("A route lacks its check"));
    assert!(page.has("2026-10-07"), "{}", page.text);
    case.does_with(case.vendor("Aoba"), "agree-date", json!({}));
    WITH_THE_DATE.iter().for_each(carries_out);
    let page = coordinator.get(&path(&case));
    assert!(page.says("embargo-end-ready") && page.says("closure-individual-response"));
    for verb in ["propose", "revise", "end", "name", "observe", "close"] {
        assert!(!page.offers(verb), "{verb}");
    }
    world.ends_well();
}

#[test]
fn parties_are_looked_up_and_added_many_at_once() {
    let world = World::founded();
    let case = Case::open(&world);
    let [dogwood, elder] = ["Dogwood", "Elder"].map(|name| given::vendor(&world, name, false));
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    assert!(coordinator.get(&path(&case)).says("work-add-search-first"));
    let search = |q: &str| coordinator.get(&format!("{}?party_q={q}", path(&case)));
    assert!(search("nobody").says("work-add-none"));
    // Those who take part are counted and not offered.
    let found = search("works");
    let count = filled(
        "en",
        "work-add-found",
        &[("shown", "5"), ("found", "5"), ("in", "3")],
    );
    assert!(found.has(&count), "{}", found.text);
    assert!(found.text.contains(&dogwood) && !found.text.contains(&case.parties[0]));
    let fields = [
        ("do", "add"),
        ("party[]", dogwood.as_str()),
        ("party[]", elder.as_str()),
        ("part", "vendor"),
    ];
    let next = coordinator.follows(&coordinator.fills(&path(&case), &fields));
    assert!(next.says("done-add"));
    assert!(next.has("Dogwood Works") && next.has("Elder Works"));
    assert_eq!(world.times("participant_joined"), 5);
    assert_eq!(world.times("contact_attempted"), 0);
    world.runs_due();
    assert!(world.mails_to("@").is_empty(), "adding contacts nobody");
    // Who is in it already is not added again.
    let again = coordinator.fills(&path(&case), &fields[..2]);
    again.refused("", "refusal-exists");
    assert_eq!(world.times("participant_joined"), 5);
    world.ends_well();
}

/// A form that is not carried out: its fields, where what is wrong is said, and the words that stay.
type Refused = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

const REFUSED: [Refused; 11] = [
    (
        &[
            ("do", "propose"),
            ("until_date", "2026-09-27"),
            ("until_time", "9:00"),
            ("until_zone", "JST"),
        ],
        "until_date",
        "moment-holiday",
        Some(("until_date", "2026-09-27")),
    ),
    (
        &[
            ("do", "propose"),
            ("until_date", "2026-09-01"),
            ("until_time", "9:00"),
            ("until_zone", "JST"),
        ],
        "",
        "refusal-embargo-past",
        Some(("until_date", "2026-09-01")),
    ),
    (
        &[
            ("do", "propose"),
            ("until_date", "2026-13-01"),
            ("until_time", "9:00"),
            ("until_zone", "JST"),
        ],
        "until_date",
        "moment-date-wrong",
        Some(("until_time", "9:00")),
    ),
    (
        &[("do", "name"), ("label", "vuln-1"), ("vuln_text", " ")],
        "vuln_text",
        "work-name-text-needed",
        Some(("label", "vuln-1")),
    ),
    (
        &[("do", "name"), ("vuln_text", "A route lacks its check")],
        "label",
        "work-name-label-needed",
        Some(("vuln_text", "A route lacks its check")),
    ),
    (
        &[("do", "name"), ("label", "two words"), ("vuln_text", "x")],
        "label",
        "refusal-input",
        Some(("label", "two words")),
    ),
    (
        &[("do", "add"), ("part", "vendor")],
        "",
        "work-add-party-needed",
        None,
    ),
    (
        &[("do", "observe"), ("fact", "rumour")],
        "",
        "refusal-unread",
        None,
    ),
    (
        &[("do", "close"), ("closure", "tired")],
        "",
        "refusal-unread",
        None,
    ),
    (
        &[("do", "end"), ("end_why", "ready"), ("end_reason", "done")],
        "",
        "refusal-embargo-state",
        None,
    ),
    (&[("do", "nothing")], "", "refusal-input", None),
];

#[test]
fn a_form_that_cannot_be_carried_out_comes_back_as_it_was_typed() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let before = world.happened();
    for (fields, field, key, kept) in REFUSED {
        let page = coordinator.fills(&path(&case), fields);
        page.refused(field, key);
        if let Some((kept, value)) = kept {
            assert_eq!(page.typed(kept).as_deref(), Some(value), "{key}");
        }
    }
    assert_eq!(world.happened(), before);
    world.ends_well();
}

#[test]
fn an_embargo_that_is_in_force_keeps_the_case_open_and_asks_why_it_ends() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let closing = [("do", "close"), ("closure", "withdrawn")];
    let page = coordinator.fills(&path(&case), &closing);
    page.refused("", "refusal-case-embargo-in-force");
    let ending = [("do", "end"), ("end_why", "public"), ("end_reason", " ")];
    let page = coordinator.fills(&path(&case), &ending);
    page.refused("end_reason", "work-end-reason-needed");
    assert_eq!(page.typed("end_why").as_deref(), Some("public"));
    assert_eq!(world.times("embargo_ended"), 0);
    world.ends_well();
}

/// What is weighed with a date in force: the fields, and whether the password is asked for once more.
const WEIGHED: [(&[(&str, &str)], bool); 5] = [
    (
        &[("do", "end"), ("end_why", "ready"), ("end_reason", "fixed")],
        true,
    ),
    (&[("do", "observe"), ("fact", "attacks_observed")], true),
    (
        &[
            ("do", "revise"),
            ("revised_date", "2026-09-17"),
            ("revised_time", "9:00"),
            ("revised_zone", "UTC"),
        ],
        true,
    ),
    (
        &[
            ("do", "revise"),
            ("revised_date", "2026-12-21"),
            ("revised_time", "9:00"),
            ("revised_zone", "UTC"),
        ],
        false,
    ),
    (
        &[
            ("do", "name"),
            ("label", "vuln-1"),
            ("vuln_text", "A route lacks its check"),
        ],
        false,
    ),
];

#[test]
fn what_ends_or_shortens_a_time_of_confidence_asks_for_the_password() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let later = engine::Instant(world.now().0 + 11 * MINUTE);
    world.stage.clock.move_to(later);
    for (fields, asks) in WEIGHED {
        let before = world.happened().len();
        let page = coordinator.fills(&path(&case), fields);
        assert_eq!(page.status, if asks { 401 } else { 303 }, "{fields:?}");
        assert_eq!(world.happened().len() == before, asks, "{fields:?}");
        if asks {
            assert!(page.says("desk-again-note"));
            for (name, value) in fields {
                assert_eq!(page.hidden(name).as_deref(), Some(*value), "{name}");
            }
        }
    }
    world.ends_well();
}

#[test]
fn a_form_goes_on_once_the_password_was_given() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let later = engine::Instant(world.now().0 + 11 * MINUTE);
    world.stage.clock.move_to(later);
    let ending = |password: &str| {
        let fields = [
            ("do", "end"),
            ("end_why", "ready"),
            ("end_reason", "All have fixes"),
            ("again_password", password),
        ];
        coordinator.fills(&path(&case), &fields)
    };
    let wrong = ending("guessed");
    assert_eq!(wrong.status, 401);
    let said = crate::page::words("en", "desk-again-wrong");
    assert_eq!(wrong.beside("again_password"), Some(said));
    assert!(!wrong.text.contains("guessed"), "a password is not shown");
    // The password of another person opens nothing here.
    assert_eq!(ending(&password(&world, "reception")).status, 401);
    assert_eq!(world.times("embargo_ended"), 0);
    assert_eq!(ending(&password(&world, "coordinator")).status, 303);
    assert_eq!(world.times("embargo_ended"), 1);
    let events = world.wait(Box::pin(world.stage.events())).unwrap();
    let (_, last) = events.last().unwrap();
    assert_eq!(last.reason, "All have fixes");
    world.ends_well();
}

#[test]
fn without_a_date_in_force_a_fact_of_the_world_is_recorded_at_once() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let later = engine::Instant(world.now().0 + 11 * MINUTE);
    world.stage.clock.move_to(later);
    let fields = [("do", "observe"), ("fact", "public_aware")];
    let next = coordinator.follows(&coordinator.fills(&path(&case), &fields));
    assert!(next.says("done-observe") && next.says("world-public-aware"));
    let again = coordinator.fills(&path(&case), &fields);
    again.refused("", "refusal-exists");
    // A date is not proposed any more.
    let dated = coordinator.fills(&path(&case), BEFORE_THE_DATE[1].0);
    dated.refused("", "refusal-embargo-not-viable");
    world.ends_well();
}

#[test]
fn what_a_vendor_did_meanwhile_is_shown_before_anything_is_sent() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let seen = coordinator.get(&path(&case)).hidden("seen").unwrap();
    let aoba = case.vendor("Aoba");
    world.vendor_does(aoba, "confirm-receipt", json!({ "participant": aoba }));
    let with = |seen: &str| {
        let fields = [BEFORE_THE_DATE[1].0, &[("seen", seen)][..]].concat();
        coordinator.sends(&path(&case), &fields)
    };
    let conflict = with(&seen);
    assert_eq!(conflict.status, 409);
    assert!(conflict.says("tl-receipt-confirmed") && conflict.has("Aoba Works"));
    let carried = conflict.hidden("until_date");
    assert_eq!(carried.as_deref(), Some("2026-10-07"));
    assert_eq!(world.times("embargo_proposed"), 0);
    assert_eq!(with(&conflict.hidden("seen").unwrap()).status, 303);
    assert_eq!(world.times("embargo_proposed"), 1);
    world.ends_well();
}

#[test]
fn a_form_without_what_was_seen_overwrites_nobody() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    // Everything in this case was done by somebody else.
    let approver = doors.person("approver-a");
    let page = approver.sends(&path(&case), BEFORE_THE_DATE[1].0);
    assert_eq!(page.status, 409);
    assert_eq!(world.times("embargo_proposed"), 0);
    world.ends_well();
}

#[test]
fn the_timeline_is_narrowed_to_a_kind_of_entries() {
    let world = World::founded();
    let case = Case::open(&world);
    case.does(
        "propose-date",
        json!({ "until": at(world.ahead(span(30, 0))) }),
    );
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let told = |query: &str, key: &str| {
        let page = coordinator.get(&format!("{}{query}", path(&case)));
        let start = crate::page::words("en", key);
        let (start, _) = start.split_once(" (").unwrap_or((&start, ""));
        page.has(start)
    };
    for (query, dates, joining) in [
        ("", true, true),
        ("?kind=date", true, false),
        ("?kind=contact", false, true),
    ] {
        assert_eq!(told(query, "tl-embargo-proposed"), dates, "{query}");
        assert_eq!(told(query, "tl-participant-joined"), joining, "{query}");
    }
    world.ends_well();
}

#[test]
fn who_writes_on_a_case_is_seen_by_the_others() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let [editor, coordinator] = ["editor", "coordinator"].map(|one| doors.person(one));
    let presence = format!("{}/presence", path(&case));
    assert!(!editor.sends(&presence, &[]).has("is writing"));
    assert!(coordinator.sends(&presence, &[]).has("editor is writing"));
    assert!(coordinator.get(&path(&case)).has("editor is writing"));
    assert!(editor.get("/en/desk/").has("coordinator is writing"));
    world.ends_well();
}

#[test]
fn a_date_on_a_day_off_is_asked_about_once() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let here = format!("/en/desk/cases/{}", case.number);
    // What stands there before anybody typed is a working day.
    let suggested = coordinator
        .get(&here)
        .typed("until_date")
        .unwrap_or_default();
    assert!(!suggested.is_empty());
    let mut fields = vec![
        ("do", "propose"),
        ("until_date", "2026-09-27"),
        ("until_time", "9:00"),
        ("until_zone", "JST"),
    ];
    let asked = coordinator.fills(&here, &fields);
    asked.refused("until_date", "moment-holiday");
    assert_eq!(asked.hidden("until_kept").as_deref(), Some("2026-09-27"));
    fields.push(("until_kept", "2026-09-26"));
    coordinator
        .fills(&here, &fields)
        .refused("until_date", "moment-holiday");
    assert_eq!(world.times("embargo_proposed"), 0);
    fields.pop();
    fields.push(("until_kept", "2026-09-27"));
    assert_eq!(coordinator.fills(&here, &fields).status, 303);
    assert_eq!(world.times("embargo_proposed"), 1);
    world.ends_well();
}
