//! The desk's page of one vendor in one case: reaching it, letting it in, telling it, and recording what it said.

use serde_json::json;
use testkit::world::{at, span};
use testkit::{Case, World, given};

use crate::page::words;
use crate::vendor_call::CALLED;
use crate::visitor::Doors;

const MINUTE: i64 = 60_000_000;

pub(crate) fn path(case: &Case<'_>, vendor: &str) -> String {
    let digits = base::digits(case.vendor(vendor));
    format!("/en/desk/cases/{}/vendors/{digits}", case.number)
}

fn dated(case: &Case<'_>) {
    let until = at(case.world.ahead(span(30, 0)));
    case.does("propose-date", json!({ "until": until }));
}

#[test]
fn the_page_tells_of_the_vendor_in_both_languages() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    for (lang, name) in [("ja", "Aoba 工房"), ("en", "Aoba Works")] {
        let path = path(&case, "Aoba").replacen("/en/", &format!("/{lang}/"), 1);
        let page = coordinator.get(&path);
        assert_eq!(page.status, 200);
        for key in [
            "cell-fixed",
            "basis-standing",
            "second-step-none",
            "consent-agreed",
            "result-reached",
            "work-details-text",
        ] {
            assert!(page.says(key), "{lang} {key}");
        }
        assert!(page.has(name) && page.has("Aoba Gateway"), "{lang}");
        assert!(!page.has("Birch"), "{lang}: another vendor");
    }
    // The address is for those who write to it.
    let reader = doors.person("editor").get(&path(&case, "Aoba"));
    assert!(!reader.has("psirt@aoba.example"));
    assert!(
        coordinator
            .get(&path(&case, "Aoba"))
            .has("psirt@aoba.example")
    );
    world.ends_well();
}

#[test]
fn who_speaks_with_no_vendor_has_no_form_here() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    let page = editor.get(&path(&case, "Aoba"));
    assert_eq!(page.status, 200);
    let before = world.happened();
    for verb in [
        "invite",
        "contact",
        "basis",
        "phone-code",
        "waive",
        "details",
        "received",
        "answer",
        "statement",
        "ticket",
        "naming",
        "leave",
    ] {
        assert!(!page.offers(verb), "{verb}");
        let sent = editor.fills(&path(&case, "Aoba"), &[("do", verb)]);
        assert_eq!(sent.status, 403, "{verb}");
    }
    assert_eq!(world.happened(), before);
    world.ends_well();
}

/// A form that is carried out: its fields, the event that follows, the words on the next page.
type Carried = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

const CARRIED: [Carried; 15] = [
    (&[("do", "invite")], "contact_attempted", "done-invite"),
    (
        &[
            ("do", "contact"),
            ("channel", "phone"),
            ("result", "reached"),
        ],
        "contact_attempted",
        "done-contact",
    ),
    (
        &[
            ("do", "contact"),
            ("channel", "in_person"),
            ("result", "reached"),
            ("elsewhere", "yes"),
        ],
        "contact_attempted",
        "done-contact",
    ),
    (
        &[("do", "basis"), ("basis", "ad_hoc"), ("basis_version", "3")],
        "basis_recorded",
        "done-basis",
    ),
    (
        &[("do", "waive"), ("waive_reason", "We met in person")],
        "second_step_waived",
        "done-waive",
    ),
    (
        &[("do", "details"), ("class[]", "V"), ("class[]", "W")],
        "details_sent",
        "done-details",
    ),
    (&[("do", "received")], "receipt_confirmed", "done-received"),
    (&[("do", "agree")], "date_agreed", "done-agree"),
    (
        &[
            ("do", "counter"),
            ("counter_date", "2026-11-01"),
            ("counter_time", "9:00"),
            ("counter_zone", "UTC"),
        ],
        "date_countered",
        "done-counter",
    ),
    (
        &[("do", "decline-date")],
        "date_declined",
        "done-decline-date",
    ),
    (
        &[
            ("do", "answer"),
            ("product", "Birch Gateway"),
            ("answer", "affected"),
            ("versions_from", "2.0"),
            ("versions_from_incl", "yes"),
            ("versions_to_incl", "no"),
            ("versions_to", "3.2.1"),
            ("fixed_in", "3.2.1"),
        ],
        "answer_recorded",
        "done-answer",
    ),
    (
        &[
            ("do", "statement"),
            ("statement", "workaround"),
            ("statement_about", "Birch Gateway (>= 2.0, < 3.2.1)"),
            ("statement_lang", "en"),
            ("statement_text", "Keep the console inside"),
        ],
        "statement_recorded",
        "done-statement",
    ),
    (
        &[("do", "ticket"), ("ticket", "BIRCH-7")],
        "own_ticket_recorded",
        "done-ticket",
    ),
    (
        &[
            ("do", "naming"),
            ("agreed", "yes"),
            ("naming_reason", "Told by telephone"),
        ],
        "naming_agreed",
        "done-naming",
    ),
    (
        &[("do", "leave"), ("honours", "yes")],
        "participant_left",
        "done-leave",
    ),
];

#[test]
fn each_form_does_what_its_button_says() {
    let world = World::founded();
    let case = Case::open(&world);
    dated(&case);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let here = path(&case, "Birch");
    let of_aoba = world.happened_in(case.vendor("Aoba"));
    for (fields, event, done) in CARRIED {
        let times = world.times(event);
        let next = coordinator.follows(&coordinator.fills(&here, fields));
        assert!(next.says(done), "{event}: {}", next.text);
        assert_eq!(world.times(event), times + 1, "{event}");
    }
    let page = coordinator.get(&here);
    for shown in [
        "from 2.0, before 3.2.1",
        "Keep the console inside",
        "BIRCH-7",
    ] {
        assert!(page.has(shown), "{shown}");
    }
    let elsewhere = format!("{} (elsewhere)", words("en", "channel-in-person"));
    assert!(page.has(&elsewhere));
    assert_eq!(world.happened_in(case.vendor("Aoba")), of_aoba, "its own");
    world.ends_well();
}

#[test]
fn the_first_letter_leaves_with_the_form_and_not_with_a_record_of_a_call() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let call = [("do", "contact"), ("channel", "phone"), ("result", "tried")];
    assert_eq!(coordinator.fills(&path(&case, "Aoba"), &call).status, 303);
    world.runs_due();
    assert!(world.mails_to("psirt@aoba.example").is_empty());
    let invite = coordinator.fills(&path(&case, "Aoba"), &[("do", "invite")]);
    assert_eq!(invite.status, 303);
    world.runs_due();
    let invitation = given::invitation(&world, "psirt@aoba.example");
    assert!(given::is_let_in(&world, &invitation));
    let page = coordinator.get(&path(&case, "Aoba"));
    assert!(page.says("work-invitation-used"));
    world.ends_well();
}

/// A form that is not carried out: its fields, where what is wrong is said, and the words that stay.
type Refused = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

const REFUSED: [Refused; 16] = [
    (
        &[
            ("do", "contact"),
            ("channel", "pigeon"),
            ("result", "tried"),
        ],
        "",
        "refusal-unread",
        Some(("result", "tried")),
    ),
    (
        &[("do", "waive"), ("waive_reason", " ")],
        "waive_reason",
        "work-waive-reason-needed",
        None,
    ),
    (
        &[("do", "details")],
        "class",
        "work-details-classes-needed",
        None,
    ),
    // How to attack does not travel this way, whatever a form says.
    (
        &[("do", "details"), ("class[]", "A")],
        "class",
        "work-details-classes-needed",
        None,
    ),
    (
        &[("do", "details"), ("class[]", "V")],
        "",
        "refusal-participant-no-basis",
        Some(("class", "V")),
    ),
    (
        &[("do", "received")],
        "",
        "refusal-participant-not-asked",
        None,
    ),
    (
        &[
            ("do", "counter"),
            ("counter_date", "soon"),
            ("counter_time", "9:00"),
            ("counter_zone", "UTC"),
        ],
        "counter_date",
        "moment-date-wrong",
        Some(("counter_date", "soon")),
    ),
    (
        &[
            ("do", "answer"),
            ("product", "Birch Gateway"),
            ("answer", "affected"),
            ("versions_from", "3.2.1"),
            ("versions_from_incl", "yes"),
            ("versions_to", "3.0"),
            ("versions_to_incl", "no"),
        ],
        "versions_to",
        "work-answer-backwards",
        Some(("versions_from", "3.2.1")),
    ),
    (
        &[
            ("do", "answer"),
            ("product", "Birch Gateway"),
            ("answer", "affected"),
            ("versions_to", "< 3"),
            ("versions_to_incl", "yes"),
        ],
        "versions_to",
        "work-answer-version-wrong",
        Some(("product", "Birch Gateway")),
    ),
    (
        &[
            ("do", "answer"),
            ("product", "Gate"),
            ("answer", "affected"),
        ],
        "",
        "refusal-participant-not-asked",
        Some(("answer", "affected")),
    ),
    (
        &[("do", "statement"), ("statement", "fix")],
        "statement_text",
        "work-statement-text-needed",
        Some(("statement", "fix")),
    ),
    (
        &[
            ("do", "statement"),
            ("statement", "fix"),
            ("statement_about", "Nothing (= 9)"),
            ("statement_text", "Update to 9"),
        ],
        "statement_about",
        "work-statement-about-bad",
        Some(("statement_text", "Update to 9")),
    ),
    (
        &[("do", "ticket"), ("ticket", " ")],
        "ticket",
        "refusal-input",
        None,
    ),
    (
        &[("do", "naming"), ("naming_reason", "Told by telephone")],
        "agreed",
        "work-naming-needed",
        Some(("naming_reason", "Told by telephone")),
    ),
    (
        &[("do", "naming"), ("agreed", "yes")],
        "naming_reason",
        "work-naming-reason-needed",
        Some(("agreed", "yes")),
    ),
    (&[("do", "nothing")], "", "refusal-input", None),
];

#[test]
fn a_form_that_cannot_be_carried_out_comes_back_as_it_was_typed() {
    let world = World::founded();
    let case = Case::open(&world);
    dated(&case);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let before = world.happened();
    for (fields, field, key, kept) in REFUSED {
        let page = coordinator.fills(&path(&case, "Birch"), fields);
        page.refused(field, key);
        if let Some((kept, value)) = kept {
            assert_eq!(page.typed(kept).as_deref(), Some(value), "{key}");
        }
    }
    assert_eq!(world.happened(), before);
    world.ends_well();
}

#[test]
fn who_leaves_under_a_date_says_whether_it_is_kept() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let page = coordinator.fills(&path(&case, "Birch"), &[("do", "leave")]);
    page.refused("", "refusal-input");
    assert_eq!(world.times("participant_left"), 0);
    let fields = [("do", "leave"), ("honours", "no")];
    assert_eq!(
        coordinator.fills(&path(&case, "Birch"), &fields).status,
        303
    );
    assert_eq!(world.times("participant_left"), 1);
    world.ends_well();
}

#[test]
fn a_first_letter_that_waits_for_the_relay_is_not_called_sent() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let here = path(&case, "Aoba");
    case.contact("Aoba");
    assert!(coordinator.get(&here).says("work-invitation-waits"));
    world.runs_due();
    let page = coordinator.get(&here);
    assert!(page.says("work-invitation-until") && !page.says("work-invitation-waits"));
    world.ends_well();
}

#[test]
fn a_date_is_agreed_to_only_where_there_is_one() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let here = path(&case, "Aoba");
    let page = coordinator.get(&here);
    assert!(page.says("work-date-none"));
    assert!(!page.offers("agree") && !page.offers("counter"));
    for verb in ["agree", "decline-date"] {
        let page = coordinator.fills(&here, &[("do", verb)]);
        page.refused("", "refusal-embargo-state");
    }
    dated(&case);
    let page = coordinator.get(&here);
    assert!(
        page.says("consent-untold") && page.offers("agree"),
        "nobody wrote to it"
    );
    world.ends_well();
}

/// Forms that are weighed, and whether the password is asked for once more.
const WEIGHED: [(&[(&str, &str)], bool); 5] = [
    (&CALLED, true),
    (&[("do", "waive"), ("waive_reason", "We met")], true),
    (
        &[
            ("do", "naming"),
            ("agreed", "yes"),
            ("naming_reason", "told"),
        ],
        true,
    ),
    (&[("do", "naming"), ("agreed", "no")], false),
    (&[("do", "ticket"), ("ticket", "A-1")], false),
];

#[test]
fn what_lets_somebody_in_or_shows_one_vendor_to_others_asks_for_the_password() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let later = engine::Instant(world.now().0 + 11 * MINUTE);
    world.stage.clock.move_to(later);
    for (fields, asks) in WEIGHED {
        let page = coordinator.fills(&path(&case, "Aoba"), fields);
        assert_eq!(page.status, if asks { 401 } else { 303 }, "{fields:?}");
        assert!(!asks || page.says("desk-again-note"), "{fields:?}");
    }
    for event in ["second_step_waived", "naming_agreed"] {
        assert_eq!(world.times(event), 0, "{event}");
    }
    world.ends_well();
}

#[test]
fn news_of_the_case_stand_before_a_form_about_its_vendor() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let here = path(&case, "Aoba");
    let seen = coordinator.get(&here).hidden("seen").unwrap();
    let fields =
        json!({ "participant": case.vendor("Aoba"), "channel": "mail", "result": "tried" });
    world.does_as("reception", "contact", fields);
    let with = |seen: &str| {
        let fields = [
            ("do", "contact"),
            ("channel", "phone"),
            ("result", "reached"),
            ("seen", seen),
        ];
        coordinator.sends(&here, &fields)
    };
    let conflict = with(&seen);
    assert_eq!(conflict.status, 409);
    assert!(conflict.says("work-conflict") && conflict.has("reception"));
    assert_eq!(conflict.hidden("channel").as_deref(), Some("phone"));
    assert_eq!(world.times("contact_attempted"), 1);
    assert_eq!(with(&conflict.hidden("seen").unwrap()).status, 303);
    assert_eq!(world.times("contact_attempted"), 2);
    world.ends_well();
}

#[test]
fn a_vendor_is_found_in_its_own_case_only() {
    let world = World::founded();
    let case = Case::open(&world);
    let report = given::report(&world);
    let accepted = world.does("accept-report", json!({ "report": report.number }));
    let other = testkit::world::said(&accepted, "number");
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let aoba = base::digits(case.vendor("Aoba"));
    let missing = coordinator.get("/en/desk/nothing");
    for path in [
        format!("/en/desk/cases/{other}/vendors/{aoba}"),
        format!("/en/desk/cases/{}/vendors/00000000", case.number),
        format!("/en/desk/cases/{}/vendors/TN%23{aoba}", case.number),
        format!("/en/desk/cases/NRS-00000000/vendors/{aoba}"),
        format!("/en/desk/cases/{}", case.number.to_lowercase()),
    ] {
        let page = coordinator.get(&path);
        assert_eq!((page.status, &page.text), (404, &missing.text), "{path}");
    }
    let sent = coordinator.sends(
        &format!("/en/desk/cases/{other}/vendors/{aoba}"),
        &[("do", "received")],
    );
    assert_eq!(sent.status, 404);
    assert_eq!(world.times("receipt_confirmed"), 0);
    world.ends_well();
}

#[test]
fn who_writes_on_a_vendor_is_seen_there() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let [reception, coordinator] = ["reception", "coordinator"].map(|one| doors.person(one));
    let presence = format!("{}/presence", path(&case, "Aoba"));
    assert_eq!(reception.sends(&presence, &[]).status, 200);
    assert!(
        coordinator
            .get(&path(&case, "Aoba"))
            .has("reception is writing")
    );
    assert!(
        !coordinator
            .get(&path(&case, "Birch"))
            .has("reception is writing")
    );
    world.ends_well();
}
