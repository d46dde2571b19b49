//! The page of a report: who reads what of it, what each form does, and what comes back when one is not carried out.

use serde_json::json;
use testkit::given::Report;
use testkit::{Case, World, given};

use crate::page::{filled, words};
use crate::visitor::Doors;

const UNSORTED: &str = "画面から入れました。";
const ATTACK: &str = "要求を三つ続けて送ると鍵が外れます";
const MINUTE: i64 = 60_000_000;

fn path(report: &Report) -> String {
    format!("/en/desk/reports/{}", report.number)
}

/// Who, what only some may read, and whether that person reads it.
const READERS: [(&str, &str, bool); 9] = [
    // It holds what asks for a reason, so it asks for one too.
    ("reception", UNSORTED, false),
    ("coordinator", UNSORTED, false),
    ("editor", UNSORTED, false),
    // Whose name it is, reception opens against a reason.
    ("reception", "ある発見者", false),
    ("coordinator", "ある発見者", false),
    ("reception", "finder@finder.example", true),
    ("coordinator", "finder@finder.example", true),
    ("coordinator", ATTACK, false),
    ("reception", ATTACK, false),
];

#[test]
fn each_role_reads_of_a_report_what_it_needs() {
    let world = World::founded();
    let report = given::report(&world);
    given::sorted(&world, &report);
    let doors = Doors::of(&world);
    for (handle, text, reads) in READERS {
        let page = doors.person(handle).get(&path(&report));
        assert_eq!(page.status, 200, "{handle}");
        assert_eq!(page.has(text), reads, "{handle}: {text}");
    }
    world.ends_well();
}

#[test]
fn who_does_not_decide_on_reports_has_no_form_for_it() {
    let world = World::founded();
    let report = given::report(&world);
    let doors = Doors::of(&world);
    let verbs = ["sort", "ask", "accept", "accept-public", "decline", "merge"];
    for (handle, decides) in [
        ("reception", true),
        ("coordinator", true),
        ("approver-a", true),
        ("editor", false),
    ] {
        let person = doors.person(handle);
        let page = person.get(&path(&report));
        for verb in verbs {
            // Before it is sorted, the text is the reception's to read, and to sort.
            let expected = decides && (verb != "sort" || handle == "reception");
            assert_eq!(page.offers(verb), expected, "{handle} {verb}");
        }
        if !decides {
            let sent = person.fills(&path(&report), &[("do", "accept")]);
            assert_eq!(sent.status, 403, "{handle}");
        }
    }
    assert_eq!(world.times("report_accepted"), 0);
    world.ends_well();
}

#[test]
fn the_page_speaks_the_readers_language() {
    let world = World::founded();
    let report = given::report(&world);
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    for lang in ["ja", "en"] {
        let page = reception.get(&format!("/{lang}/desk/reports/{}", report.number));
        for key in [
            "work-decide",
            "work-accept-note",
            "work-messages-none",
            "state-received",
            "report-kind-product",
            "channel-form",
        ] {
            assert!(page.says(key), "{lang} {key}");
        }
        let h1 = filled(lang, "work-report", &[("number", &report.number)]);
        assert!(page.has(&h1), "{lang}");
    }
    world.ends_well();
}

#[test]
fn the_timeline_says_how_a_report_came_and_what_it_is_about() {
    let world = World::founded();
    let fields = json!({
        "kind": "site", "channel": "fax", "consent": "3",
        "text": { "lang": "ja", "text": UNSORTED },
        "finder": "ある発見者", "contact": "finder@finder.example",
    });
    let filed = world.does_as("reception", "file-report", fields);
    let number = testkit::world::said(&filed, "handling");
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    for (lang, sentence) in [
        ("ja", "届出を受付（FAX、ウェブサイト）"),
        ("en", "Report received (Fax, Web site)"),
    ] {
        let page = reception.get(&format!("/{lang}/desk/reports/{number}"));
        assert!(page.has(sentence), "{lang}: {}", page.text);
    }
    world.ends_well();
}

/// A form that is carried out: its fields, the event that follows, the words on the next page.
type Carried = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

const CARRIED: [Carried; 5] = [
    (
        &[
            ("do", "sort"),
            ("part_class[]", "V"),
            ("part_lang[]", "en"),
            ("part_text[]", "A route lacks its check"),
            ("part_class[]", ""),
            ("part_lang[]", "en"),
            ("part_text[]", ""),
        ],
        "report_sorted",
        "done-sort",
    ),
    (
        &[
            ("do", "ask"),
            ("ask_lang", "en"),
            ("ask_text", "Which version do you use?"),
        ],
        "report_questioned",
        "done-ask",
    ),
    (
        &[
            ("do", "decline"),
            ("reason", "incomplete"),
            ("decline_lang", "en"),
            ("decline_text", "Please tell us the version."),
        ],
        "report_declined",
        "done-decline",
    ),
    (&[("do", "accept")], "report_accepted", "done-accepted"),
    (
        &[
            ("do", "accept-public"),
            ("since_date", "令和8年9月1日"),
            ("since_time", "９：００"),
            ("since_zone", "JST"),
        ],
        "report_accepted_as_public",
        "done-accepted",
    ),
];

#[test]
fn each_form_does_what_its_button_says() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    for (fields, event, done) in CARRIED {
        let report = given::report(&world);
        let sent = reception.fills(&path(&report), fields);
        let next = reception.follows(&sent);
        assert_eq!(next.status, 200, "{event}");
        assert!(next.says(done), "{event}: {}", next.text);
        let happened = world.happened_in(&report.id);
        assert_eq!(happened.last().map(String::as_str), Some(event));
    }
    world.ends_well();
}

#[test]
fn a_report_is_merged_into_the_case_that_was_named() {
    let world = World::founded();
    let case = Case::open(&world);
    let report = given::report(&world);
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let sent = reception.fills(
        &path(&report),
        &[("do", "merge"), ("case", case.number.as_str())],
    );
    let next = reception.follows(&sent);
    assert!(next.says("done-merge") && next.has(&case.number));
    assert_eq!(world.times("report_joined"), 1);
    let page = reception.get(&format!("/en/desk/cases/{}", case.number));
    assert!(page.has(&report.number));
    world.ends_well();
}

/// A form that is not carried out: its fields, where what is wrong is said, and the words that stay.
type Refused = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
    (&'static str, &'static str),
);

const REFUSED: [Refused; 8] = [
    (
        &[
            ("do", "sort"),
            ("part_class[]", ""),
            ("part_lang[]", "en"),
            ("part_text[]", "A route lacks <its> check"),
        ],
        "part_text-1",
        "work-part-class-needed",
        ("part_text-1", "A route lacks <its> check"),
    ),
    (
        &[
            ("do", "sort"),
            ("part_class[]", "U"),
            ("part_lang[]", "en"),
            ("part_text[]", "unsorted"),
        ],
        "part_text-1",
        "work-part-class-needed",
        ("part_text-1", "unsorted"),
    ),
    (
        &[("do", "sort"), ("part_class[]", "V"), ("part_text[]", " ")],
        "part_text-1",
        "work-parts-needed",
        ("part_class-1", "V"),
    ),
    (
        &[("do", "ask"), ("ask_lang", "ja"), ("ask_text", "  ")],
        "ask_text",
        "work-ask-text-needed",
        ("ask_lang", "ja"),
    ),
    (
        &[("do", "decline"), ("decline_text", "Thank you & sorry")],
        "reason",
        "work-decline-reason-needed",
        ("decline_text", "Thank you & sorry"),
    ),
    (
        &[
            ("do", "accept-public"),
            ("since_date", "last week"),
            ("since_time", "9:00"),
            ("since_zone", "UTC"),
        ],
        "since_date",
        "moment-date-wrong",
        ("since_date", "last week"),
    ),
    (
        &[("do", "merge"), ("case", " ")],
        "case",
        "work-merge-case-needed",
        ("case", " "),
    ),
    (
        &[("do", "merge"), ("case", "NRS-00000000")],
        "case",
        "refusal-not-found",
        ("case", "NRS-00000000"),
    ),
];

#[test]
fn a_form_that_cannot_be_carried_out_comes_back_as_it_was_typed() {
    let world = World::founded();
    let report = given::report(&world);
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let before = world.happened();
    for (fields, field, key, (kept, value)) in REFUSED {
        let page = reception.fills(&path(&report), fields);
        page.refused(field, key);
        assert_eq!(page.typed(kept).as_deref(), Some(value), "{key}");
    }
    assert_eq!(world.happened(), before);
    world.ends_well();
}

#[test]
fn a_time_and_a_zone_that_cannot_be_read_are_named_beside_their_fields() {
    let world = World::founded();
    let report = given::report(&world);
    let doors = Doors::of(&world);
    let fields = [
        ("do", "accept-public"),
        ("since_date", "2026-09-01"),
        ("since_time", "noon"),
        ("since_zone", "CET"),
    ];
    let page = doors.person("reception").fills(&path(&report), &fields);
    page.refused("since_time", "moment-time-wrong");
    page.refused("since_zone", "moment-zone-wrong");
    assert_eq!(page.beside("since_date"), None);
    world.ends_well();
}

#[test]
fn a_receipt_goes_into_no_question_and_the_question_stays() {
    let world = World::founded();
    let report = given::report(&world);
    let doors = Doors::of(&world);
    let question = format!("Is {} yours?", report.receipt);
    let fields = [
        ("do", "ask"),
        ("ask_lang", "en"),
        ("ask_text", question.as_str()),
    ];
    let page = doors.person("reception").fills(&path(&report), &fields);
    page.refused("", "refusal-text-receipt");
    assert_eq!(page.typed("ask_text"), Some(question));
    assert_eq!(world.times("report_questioned"), 0);
    world.ends_well();
}

#[test]
fn what_was_decided_is_not_decided_again() {
    let world = World::founded();
    let report = given::report(&world);
    world.does_as(
        "reception",
        "decline-report",
        json!({ "report": report.number, "reason": "duplicate" }),
    );
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let page = reception.get(&path(&report));
    assert!(page.says("decline-duplicate") && !page.offers("accept"));
    for fields in [
        &[("do", "accept")][..],
        &[("do", "decline"), ("reason", "incomplete")][..],
        &[("do", "ask"), ("ask_text", "Which version?")][..],
    ] {
        let page = reception.fills(&path(&report), fields);
        page.refused("", "refusal-report-decided");
    }
    let page = reception.fills(&path(&report), &[("do", "nothing")]);
    page.refused("", "refusal-input");
    world.ends_well();
}

#[test]
fn a_sealed_text_is_opened_against_a_reason_and_on_one_page_only() {
    let world = World::founded();
    let report = given::report(&world);
    given::sorted(&world, &report);
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let shown = reception.get(&path(&report));
    let body = shown.hidden("body").unwrap();
    let reads = |why: &str| {
        let fields = [("do", "read"), ("body", body.as_str()), ("why", why)];
        reception.fills(&path(&report), &fields)
    };
    reads("  ").refused("why", "work-read-why-needed");
    assert_eq!(world.times("text_read"), 0);
    let opened = reads("to compare it with the patch");
    assert_eq!(opened.status, 200);
    assert!(opened.has(ATTACK));
    assert_eq!(world.times("text_read"), 1);
    let later = reception.get(&path(&report));
    assert!(!later.has(ATTACK));
    let entry = filled(
        "en",
        "tl-text-read",
        &[
            ("class", &words("en", "class-A")),
            ("reason", "to compare it with the patch"),
        ],
    );
    assert!(later.has(&entry), "{}", later.text);
    world.ends_well();
}

/// Reading around the reason: what was split into parts that ask for one would tell the same above them.
#[test]
fn what_came_unsorted_closes_with_the_first_part_that_asks_for_a_reason() {
    let world = World::founded();
    let report = given::report(&world);
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let sorts = |class: &str| {
        let part = json!({ "class": class, "lang": "ja", "text": "一つの部分" });
        let fields = json!({ "report": report.number, "parts": [part] });
        world.does_as("reception", "sort-report", fields);
    };
    assert!(reception.get(&path(&report)).has(UNSORTED));
    sorts("W");
    assert!(reception.get(&path(&report)).has(UNSORTED));
    let listed = || reception.get("/en/desk/").has("画面から入れました");
    assert!(listed());
    sorts("A");
    assert!(!listed(), "the list is no way around");
    let closed = reception.get(&path(&report));
    assert!(
        !closed.has(UNSORTED) && closed.says("work-sources-split"),
        "{}",
        closed.text
    );
    let whole = closed.text.rsplit_once("name=\"body\" value=\"").unwrap().1;
    let whole = whole.split('"').next().unwrap();
    let fields = [("do", "read"), ("body", whole), ("why", "to sort it again")];
    assert!(reception.fills(&path(&report), &fields).has(UNSORTED));
    assert_eq!(world.times("text_read"), 1);
    let more = json!({ "lang": "ja", "text": "後から届いた文" });
    world.does(
        "add-to-report",
        json!({ "report": report.number, "text": more }),
    );
    assert!(
        reception.get(&path(&report)).has("後から届いた文"),
        "it waits to be sorted"
    );
    world.ends_well();
}

#[test]
fn what_a_person_may_not_read_is_opened_by_no_reason() {
    let world = World::founded();
    let report = given::report(&world);
    given::sorted(&world, &report);
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let body = reception.get(&path(&report)).hidden("body").unwrap();
    let unknown = "0190d3f0-0000-7000-8000-000000000000";
    for (handle, body, status) in [
        ("coordinator", body.as_str(), 404),
        ("editor", body.as_str(), 403),
        ("reception", unknown, 404),
        ("reception", "no id", 404),
    ] {
        let fields = [("do", "read"), ("body", body), ("why", "I want to")];
        let page = doors.person(handle).fills(&path(&report), &fields);
        assert_eq!(page.status, status, "{handle} {body}");
        assert!(!page.has(ATTACK), "{handle}");
    }
    assert_eq!(world.times("text_read"), 0);
    world.ends_well();
}

#[test]
fn whoever_comes_second_sees_what_the_first_did_before_anything_is_sent() {
    let world = World::founded();
    let report = given::report(&world);
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let seen = reception.get(&path(&report)).hidden("seen").unwrap();
    world.does(
        "ask-finder",
        json!({ "report": report.number, "text": { "lang": "en", "text": "Which version?" } }),
    );
    let fields = [
        ("do", "decline"),
        ("reason", "incomplete"),
        ("decline_lang", "en"),
        ("decline_text", "Nothing could be seen."),
    ];
    let with = |seen: &str| {
        let sent = [&fields[..], &[("seen", seen)][..]].concat();
        reception.sends(&path(&report), &sent)
    };
    let conflict = with(&seen);
    assert_eq!(conflict.status, 409);
    assert!(conflict.says("work-conflict") && conflict.says("tl-report-questioned"));
    assert!(conflict.has("coordinator"));
    let carried = conflict.hidden("decline_text");
    assert_eq!(carried.as_deref(), Some("Nothing could be seen."));
    assert_eq!(world.times("report_declined"), 0);
    // Who has read it sends the same form on.
    let now = conflict.hidden("seen").unwrap();
    assert_ne!(now, seen);
    assert_eq!(with(&now).status, 303);
    assert_eq!(world.times("report_declined"), 1);
    world.ends_well();
}

#[test]
fn nobody_stands_in_the_way_of_themselves() {
    let world = World::founded();
    let report = given::report(&world);
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let seen = reception.get(&path(&report)).hidden("seen").unwrap();
    for text in ["Which version?", "Which settings?"] {
        let fields = [("do", "ask"), ("ask_text", text), ("seen", seen.as_str())];
        assert_eq!(reception.sends(&path(&report), &fields).status, 303);
    }
    assert_eq!(world.times("report_questioned"), 2);
    world.ends_well();
}

#[test]
fn a_half_typed_text_comes_back_to_its_writer_until_it_is_sent() {
    let world = World::founded();
    let report = given::report(&world);
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let draft = format!("{}/draft", path(&report));
    let asked = "Which version\ndo you & yours use?";
    let saved = reception.sends(&draft, &[("ask_lang", "ja"), ("ask_text", asked)]);
    assert_eq!(saved.status, 200);
    assert!(saved.text.starts_with("{\"saved\":\""), "{}", saved.text);
    let other = reception.sends(
        &draft,
        &[("reason", "incomplete"), ("decline_text", "Not yet")],
    );
    assert_eq!(other.status, 200);
    let page = reception.get(&path(&report));
    for (field, value) in [
        ("ask_text", asked),
        ("ask_lang", "ja"),
        ("decline_text", "Not yet"),
        ("reason", "incomplete"),
    ] {
        assert_eq!(page.typed(field).as_deref(), Some(value), "{field}");
    }
    // A draft is its writer's own.
    let coordinator = doors.person("coordinator");
    assert!(!coordinator.get(&path(&report)).has("do you & yours use?"));
    let fields = [("do", "ask"), ("ask_lang", "ja"), ("ask_text", asked)];
    assert_eq!(reception.fills(&path(&report), &fields).status, 303);
    let page = reception.get(&path(&report));
    assert_eq!(page.typed("ask_text").as_deref(), Some(""));
    assert_eq!(page.typed("decline_text").as_deref(), Some("Not yet"));
    // What is no form of the page saves nothing.
    assert_eq!(reception.sends(&draft, &[("other", "text")]).status, 404);
    world.ends_well();
}

#[test]
fn who_writes_on_a_report_is_seen_by_the_others_for_some_minutes() {
    let world = World::founded();
    let report = given::report(&world);
    let doors = Doors::of(&world);
    let [reception, coordinator] = ["reception", "coordinator"].map(|one| doors.person(one));
    let presence = format!("{}/presence", path(&report));
    assert_eq!(reception.sends(&presence, &[]).status, 200);
    let writes = "reception is writing (just now)";
    assert!(coordinator.get(&path(&report)).has(writes));
    assert!(coordinator.get("/en/desk/").has(writes));
    let told = coordinator.sends(&presence, &[]);
    assert!(told.has(writes) && !told.text.contains("<html"));
    assert!(!reception.get(&path(&report)).has(writes), "not of oneself");
    let later = engine::Instant(world.now().0 + 2 * MINUTE);
    world.stage.clock.move_to(later);
    let page = coordinator.get(&path(&report));
    assert!(
        page.has("reception is writing (2 min ago)"),
        "{}",
        page.text
    );
    let much_later = engine::Instant(later.0 + 2 * MINUTE);
    world.stage.clock.move_to(much_later);
    assert!(!coordinator.get(&path(&report)).has("is writing ("));
    world.ends_well();
}

#[test]
fn news_are_marked_until_somebody_says_that_they_were_read() {
    let world = World::founded();
    let report = given::report(&world);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let page = coordinator.get(&path(&report));
    assert!(page.offers("looked") && page.has("New since you last looked ("));
    // Reading alone changes nothing.
    assert!(coordinator.get(&path(&report)).offers("looked"));
    let before = world.happened();
    let sent = coordinator.fills(&path(&report), &[("do", "looked")]);
    assert_eq!(sent.sent_on(), path(&report));
    assert!(!coordinator.get(&path(&report)).offers("looked"));
    assert_eq!(world.happened(), before);
    // It is each person's own mark.
    assert!(doors.person("editor").get(&path(&report)).offers("looked"));
    world.ends_well();
}
