//! What a vendor tells the house on its page: receipt, date, answers, texts, its number, being named, leaving.

use serde_json::json;
use server::Side;
use testkit::world::{at, span};
use testkit::{Case, World};

use crate::page::{filled, words};
use crate::partner::vendor;
use crate::visitor::{Doors, Visitor};

const HERE: &str = "/en/partner/";

/// A vendor that may read its matter.
pub fn reader<'d>(doors: &'d Doors<'_>, case: &Case<'_>, name: &str) -> Visitor<'d> {
    let visitor = vendor(doors, case, name);
    let tracking = case.vendor(name);
    let basis = json!({ "basis": { "basis": "ad_hoc", "version": "2026-1" } });
    case.does_with(tracking, "record-basis", basis);
    case.does_with(tracking, "send-details", json!({ "classes": ["V", "W"] }));
    let reason = json!({ "reason": "met in person" });
    case.does_with(tracking, "waive-second-step", reason);
    visitor
}

/// Proposes a date; returns it as the page carries it.
fn dated(case: &Case<'_>, days: i64) -> String {
    let until = at(case.world.ahead(span(days, 0)));
    case.does("propose-date", json!({ "until": until }));
    until
}

#[test]
fn a_matter_is_shown_with_what_was_opened_and_nothing_else() {
    let world = World::founded();
    let case = Case::open(&world);
    dated(&case, 30);
    let doors = Doors::of(&world);
    let birch = reader(&doors, &case, "Birch");
    for (lang, name) in [("ja", "Birch 工房"), ("en", "Birch Works")] {
        let page = birch.get(&format!("/{lang}/partner/"));
        assert_eq!(page.status, 200);
        for key in [
            "partner-title",
            "partner-date-asked",
            "partner-text-vulnerability",
            "partner-text-workaround",
            "partner-answers-none",
            "partner-words-none",
            "partner-naming-agree",
        ] {
            assert!(page.says(key), "{lang} {key}");
        }
        assert!(page.has(name) && page.has(&case.number), "{lang}");
        assert!(page.has("経路の検査が一つ抜けています"), "{lang}");
        for withheld in [
            "要求を三つ続けて送ると鍵が外れます",
            "版を上げると直ります",
            "画面から入れました",
            "ある発見者",
            "Aoba",
            "Cedar",
            case.report.number.as_str(),
        ] {
            assert!(!page.has(withheld), "{lang}: {withheld}");
        }
    }
    world.ends_well();
}

#[test]
fn what_may_not_be_read_may_not_be_spoken_of() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    let before = world.happened();
    for (path, fields) in [
        ("answer", &[("answer", "affected")][..]),
        (
            "text",
            &[("kind", "statement"), ("text", "We look into it")][..],
        ),
        ("ticket", &[("ticket", "BIRCH-7")][..]),
        ("naming", &[("do", "agree")][..]),
    ] {
        let page = birch.sends(&format!("/en/partner/{path}"), fields);
        page.refused("", "partner-refused-state");
    }
    assert_eq!(world.happened(), before);
    world.ends_well();
}

#[test]
fn a_receipt_is_recorded_once_and_shown() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    assert!(birch.get(HERE).offers("confirm"));
    for _ in 0..2 {
        let page = birch.follows(&birch.sends("/en/partner/receipt", &[]));
        assert!(page.says("done-partner-receipt") && page.says("partner-received-at"));
        assert!(!page.offers("confirm"));
    }
    assert_eq!(world.times("receipt_confirmed"), 1);
    world.ends_well();
}

#[test]
fn each_answer_to_the_date_is_recorded_and_told_back() {
    let world = World::founded();
    let case = Case::open(&world);
    let until = dated(&case, 30);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    let until = until.as_str();
    for (fields, event, done, state) in [
        (
            &[
                ("do", "counter"),
                ("counter_date", "2026-11-01"),
                ("counter_time", "9:00"),
                ("counter_zone", "JST"),
            ][..],
            "date_countered",
            "done-partner-countered",
            "partner-date-countered",
        ),
        (
            &[("do", "decline"), ("until", until)][..],
            "date_declined",
            "done-partner-declined",
            "partner-date-declined",
        ),
        (
            &[("do", "agree"), ("until", until)][..],
            "date_agreed",
            "done-partner-agreed",
            "partner-date-agreed",
        ),
    ] {
        let page = birch.follows(&birch.sends("/en/partner/date", fields));
        assert!(
            page.says(done) && page.says(state),
            "{event}: {}",
            page.text
        );
        assert_eq!(world.times(event), 1, "{event}");
    }
    assert!(!birch.get(HERE).offers("agree"), "once is enough");
    assert_eq!(world.times("embargo_activated"), 1);
    world.ends_well();
}

#[test]
fn whoever_answers_to_a_date_answers_to_the_one_on_the_page() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    let answers = |verb: &str, until: &str| {
        birch.sends("/en/partner/date", &[("do", verb), ("until", until)])
    };
    answers("agree", "").refused("", "partner-refused-embargo");
    let first = dated(&case, 30);
    case.does_with(case.vendor("Aoba"), "agree-date", json!({}));
    let second = at(world.ahead(span(40, 0)));
    case.does("revise-date", json!({ "until": second }));
    for verb in ["agree", "decline"] {
        let page = answers(verb, &first);
        page.refused("", "partner-date-changed");
        // The next answer speaks of what stands there now.
        assert_eq!(page.hidden("until").as_deref(), Some(second.as_str()));
    }
    assert_eq!(answers("perhaps", &second).status, 404);
    assert_eq!(world.times("date_agreed"), 1, "of the other vendor");
    assert_eq!(answers("agree", &second).status, 303);
    world.ends_well();
}

#[test]
fn an_instant_that_is_past_or_unreadable_is_no_wish() {
    let world = World::founded();
    let case = Case::open(&world);
    dated(&case, 30);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    for (date, time, field, key) in [
        ("2026-09-01", "9:00", "counter_date", "partner-date-past"),
        ("next week", "9:00", "counter_date", "moment-date-wrong"),
        ("2026-11-01", "25:00", "counter_time", "moment-time-wrong"),
    ] {
        let fields = [
            ("do", "counter"),
            ("counter_date", date),
            ("counter_time", time),
            ("counter_zone", "UTC"),
        ];
        let page = birch.sends("/en/partner/date", &fields);
        page.refused(field, key);
        assert_eq!(page.typed("counter_date").as_deref(), Some(date));
        assert_eq!(page.typed("counter_time").as_deref(), Some(time));
    }
    assert_eq!(world.times("date_countered"), 0);
    world.ends_well();
}

const ANSWER: [(&str, &str); 8] = [
    ("product", "Birch Gateway"),
    ("answer", "affected"),
    ("from", "2.0"),
    ("from_in", "yes"),
    ("to", "3.2.1"),
    ("to_in", "no"),
    ("fixed_in", "3.2.1"),
    ("why", "The <console> & its route"),
];
const RANGE: &str = "from 2.0, before 3.2.1";

#[test]
fn an_answer_stands_in_its_table_and_can_be_changed_from_there() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = reader(&doors, &case, "Birch");
    let page = birch.follows(&birch.sends("/en/partner/answer", &ANSWER));
    for shown in ["Birch Gateway", RANGE, "The <console> & its route"] {
        assert!(page.has(shown), "{shown}");
    }
    let edit = filled("en", "partner-answer-edit", &[("product", "Birch Gateway")]);
    assert!(page.says("done-partner-answer") && page.has(&edit));
    // The form is filled as it was answered.
    let form = birch.get("/en/partner/?answer=0");
    for (field, value) in ANSWER {
        assert_eq!(form.typed(field).as_deref(), Some(value), "{field}");
    }
    assert_eq!(
        birch
            .get("/en/partner/?answer=7")
            .typed("product")
            .as_deref(),
        Some("")
    );
    // The same product and range is answered anew, another range beside it.
    let mut changed = ANSWER.to_vec();
    changed[1] = ("answer", "not_affected");
    changed[6] = ("fixed_in", "");
    assert_eq!(birch.sends("/en/partner/answer", &changed).status, 303);
    changed[4] = ("to", "1.9");
    changed[2] = ("from", "1.0");
    let page = birch.follows(&birch.sends("/en/partner/answer", &changed));
    assert!(page.has(RANGE) && page.has("from 1.0, before 1.9"));
    let answered = page.text.matches("/en/partner/?answer=").count();
    assert_eq!(answered, 2, "one line for each range");
    assert_eq!(world.times("answer_recorded"), 3);
    world.ends_well();
}

/// A form that is not carried out: where it is sent, its fields, where what is wrong is said, the words that stay.
type Refused = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
    (&'static str, &'static str),
);

const REFUSED: [Refused; 14] = [
    (
        "answer",
        &[("product", "Birch Gateway")],
        "answer",
        "partner-answer-missing",
        ("product", "Birch Gateway"),
    ),
    (
        "answer",
        &[("answer", "maybe"), ("why", "We look into it")],
        "answer",
        "partner-answer-missing",
        ("why", "We look into it"),
    ),
    (
        "answer",
        &[("answer", "affected"), ("from", "<= 3")],
        "from",
        "partner-version-bad",
        ("from", "<= 3"),
    ),
    (
        "answer",
        &[("answer", "affected"), ("to", "3.2")],
        "to_in",
        "partner-end-needed",
        ("to", "3.2"),
    ),
    (
        "answer",
        &[("answer", "affected"), ("to", "3, 4"), ("to_in", "no")],
        "to",
        "partner-version-bad",
        ("answer", "affected"),
    ),
    (
        "answer",
        &[("answer", "affected"), ("fixed_in", "> 3")],
        "fixed_in",
        "partner-version-bad",
        ("fixed_in", "> 3"),
    ),
    (
        "answer",
        &[
            ("answer", "affected"),
            ("from", "3.2"),
            ("to", "3.1"),
            ("to_in", "yes"),
        ],
        "to",
        "partner-range-backwards",
        ("to", "3.1"),
    ),
    (
        "answer",
        &[("answer", "not_affected"), ("fixed_in", "3.2")],
        "fixed_in",
        "partner-fixed-needs-affected",
        ("answer", "not_affected"),
    ),
    (
        "text",
        &[("kind", "workaround"), ("lang", "ja"), ("text", " ")],
        "text",
        "partner-words-missing",
        ("kind", "workaround"),
    ),
    (
        "text",
        &[("kind", "poem"), ("text", "Roses are red")],
        "kind",
        "partner-kind-bad",
        ("text", "Roses are red"),
    ),
    (
        "text",
        &[("kind", "fix"), ("about", "Nothing"), ("text", "Update")],
        "about",
        "partner-about-bad",
        ("text", "Update"),
    ),
    (
        "text",
        &[("kind", "references"), ("text", "see our pages")],
        "text",
        "partner-references-bad",
        ("text", "see our pages"),
    ),
    (
        "ticket",
        &[("ticket", "  ")],
        "ticket",
        "partner-ticket-missing",
        ("ticket", "  "),
    ),
    (
        "leave",
        &[("keeps", "yes")],
        "sure",
        "partner-leave-missing",
        ("keeps", "yes"),
    ),
];

#[test]
fn a_form_that_cannot_be_carried_out_comes_back_as_it_was_typed() {
    let world = World::founded();
    let case = Case::open(&world);
    dated(&case, 30);
    let doors = Doors::of(&world);
    let birch = reader(&doors, &case, "Birch");
    let before = world.happened();
    for (form, fields, field, key, (kept, value)) in REFUSED {
        let page = birch.sends(&format!("/en/partner/{form}"), fields);
        page.refused(field, key);
        assert_eq!(page.typed(kept).as_deref(), Some(value), "{key}");
    }
    // In the reader's own language too.
    let page = birch.sends("/ja/partner/ticket", &[("ticket", "")]);
    page.refused("ticket", "partner-ticket-missing");
    assert_eq!(world.happened(), before);
    world.ends_well();
}

#[test]
fn a_text_that_is_too_long_says_by_how_much_and_stays() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = reader(&doors, &case, "Birch");
    let long = "あ".repeat(101);
    let page = birch.sends("/en/partner/ticket", &[("ticket", long.as_str())]);
    assert_eq!(page.status, 422);
    let said = page.beside("ticket").unwrap_or_default();
    assert!(said.contains("100") && said.contains("101"), "{said}");
    assert_eq!(page.typed("ticket"), Some(long));
    world.ends_well();
}

#[test]
fn a_finders_number_goes_into_no_text_of_a_vendor() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = reader(&doors, &case, "Birch");
    let text = format!("The finder wrote {}", case.report.receipt);
    let fields = [
        ("kind", "statement"),
        ("lang", "en"),
        ("text", text.as_str()),
    ];
    let page = birch.sends("/en/partner/text", &fields);
    page.refused("text", "partner-refused-receipt");
    assert_eq!(page.typed("text"), Some(text));
    assert_eq!(world.times("statement_recorded"), 0);
    world.ends_well();
}

#[test]
fn an_answer_whose_range_was_mistyped_is_taken_back() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = reader(&doors, &case, "Birch");
    assert_eq!(birch.sends("/en/partner/answer", &ANSWER).status, 303);
    let about = pages::kit::form::about("Birch Gateway", ">= 2.0, < 3.2.1");
    let said = [
        ("kind", "workaround"),
        ("about", about.as_str()),
        ("lang", "en"),
        ("text", "Of that range"),
    ];
    assert_eq!(birch.sends("/en/partner/text", &said).status, 303);
    let mut other = ANSWER.to_vec();
    (other[2], other[4]) = (("from", "1.0"), ("to", "1.9"));
    assert_eq!(birch.sends("/en/partner/answer", &other).status, 303);
    let known =
        pages::kit::form::answer_value(Some("Birch Gateway"), ">= 2.0, < 3.2.1", None, "affected");
    let back = [("do", "withdraw"), ("known", known.as_str())];
    let page = birch.follows(&birch.sends("/en/partner/answer", &back));
    assert!(page.says("done-partner-withdrawn"), "{}", page.text);
    assert!(!page.has(RANGE) && page.has("from 1.0, before 1.9"));
    assert!(!page.has("Of that range"), "it was said of that alone");
    // Pressed twice, it is gone once, and that is said.
    birch
        .sends("/en/partner/answer", &back)
        .refused("", "partner-answer-changed");
    assert_eq!(world.times("answer_withdrawn"), 1);
    let desk = doors.person("coordinator");
    let digits = base::digits(case.vendor("Birch"));
    let here = format!("/en/desk/cases/{}/vendors/{digits}", case.number);
    let page = desk.get(&here);
    assert!(page.has("Answer taken back"), "{}", page.text);
    let known =
        pages::kit::form::answer_value(Some("Birch Gateway"), ">= 1.0, < 1.9", None, "affected");
    desk.fills(&here, &[("do", "withdraw-answer"), ("known", "nothing")])
        .refused("known", "work-answer-known-bad");
    let fields = [("do", "withdraw-answer"), ("known", known.as_str())];
    assert_eq!(desk.fills(&here, &fields).status, 303);
    assert!(!desk.get(&here).offers("withdraw-answer"));
    world.ends_well();
}

#[test]
fn a_text_speaks_of_all_products_or_of_one_that_was_answered_for() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = reader(&doors, &case, "Birch");
    assert_eq!(birch.sends("/en/partner/answer", &ANSWER).status, 303);
    let about = pages::kit::form::about("Birch Gateway", ">= 2.0, < 3.2.1");
    let tells = |kind: &str, about: &str, text: &str| {
        let fields = [
            ("kind", kind),
            ("about", about),
            ("lang", "en"),
            ("text", text),
        ];
        birch.sends("/en/partner/text", &fields)
    };
    let page = birch.follows(&tells("workaround", &about, "Keep the console inside"));
    let kind = words("en", "partner-words-workaround");
    let title = filled(
        "en",
        "partner-words-of",
        &[
            ("kind", &kind),
            ("about", &format!("Birch Gateway ({RANGE})")),
        ],
    );
    assert!(
        page.says("done-partner-text") && page.has(&title),
        "{}",
        page.text
    );
    let of_all = birch.follows(&tells("statement", "", "We ship next week"));
    assert!(of_all.has("Keep the console inside") && of_all.has("We ship next week"));
    let sent = tells("references", &about, "https://birch.example/7");
    sent.refused("about", "partner-about-references");
    assert_eq!(sent.typed("about"), Some(about));
    // The same kind, language and product is said anew.
    let again = birch.follows(&tells("statement", "", "We ship this week"));
    assert!(!again.has("We ship next week") && again.has("We ship this week"));
    assert_eq!(world.times("statement_recorded"), 3);
    world.ends_well();
}

#[test]
fn a_vendors_own_number_is_its_own() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let [aoba, birch] = ["Aoba", "Birch"].map(|name| reader(&doors, &case, name));
    let fields = [("ticket", " BIRCH-7 ")];
    let page = birch.follows(&birch.sends("/en/partner/ticket", &fields));
    assert!(page.says("done-partner-ticket") && page.says("partner-ticket-now"));
    assert!(page.has("BIRCH-7") && !aoba.get(HERE).has("BIRCH-7"));
    world.ends_well();
}

#[test]
fn vendors_are_named_to_each_other_once_both_agree_and_while_they_do() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let [aoba, birch] = ["Aoba", "Birch"].map(|name| reader(&doors, &case, name));
    let says = |who: &Visitor<'_>, verb: &str| {
        let sent = who.sends("/en/partner/naming", &[("do", verb)]);
        who.follows(&sent)
    };
    let page = says(&aoba, "agree");
    assert!(page.says("done-partner-naming") && page.says("partner-naming-none"));
    assert!(!page.has("Birch Works") && !birch.get(HERE).has("Aoba Works"));
    let page = says(&birch, "agree");
    assert!(page.has("Aoba Works") && aoba.get(HERE).has("Birch Works"));
    let later = engine::Instant(world.now().0 + 1_000_000);
    world.stage.clock.move_to(later);
    let page = says(&birch, "end");
    assert!(page.says("done-partner-naming-end"));
    // What was read cannot be unread; how the other stands is not told any more.
    assert!(aoba.get(HERE).says("partner-naming-past"));
    let odd = birch.sends("/en/partner/naming", &[("do", "perhaps")]);
    assert_eq!(odd.status, 404);
    assert_eq!(world.times("naming_agreed"), 3);
    world.ends_well();
}

#[test]
fn who_leaves_says_so_twice_and_is_shown_out() {
    let world = World::founded();
    let case = Case::open(&world);
    dated(&case, 30);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    let page = birch.sends("/en/partner/leave", &[("sure", "yes")]);
    page.refused("keeps", "partner-keeps-missing");
    let fields = [("sure", "yes"), ("keeps", "no")];
    let left = birch.sends("/en/partner/leave", &fields);
    assert_eq!(left.sent_on(), "/en/partner/left");
    assert!(left.cookie.contains("Max-Age=0"), "{}", left.cookie);
    let stranger = doors.stranger(Side::Partner);
    for lang in ["ja", "en"] {
        let page = stranger.get(&format!("/{lang}/partner/left"));
        assert!(page.says("partner-left-title"), "{lang}");
    }
    assert!(birch.get(HERE).says("partner-outside-title"));
    let events = world.wait(Box::pin(world.stage.events())).unwrap();
    let (_, last) = events.last().unwrap();
    let kept = matches!(
        last.event,
        domain::event::Event::ParticipantLeft {
            honours_embargo: false
        }
    );
    assert!(kept, "{last:?}");
    world.ends_well();
}

#[test]
fn without_a_date_nothing_is_asked_about_keeping_it() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    assert_eq!(birch.get(HERE).typed("keeps"), None);
    let left = birch.sends("/en/partner/leave", &[("sure", "yes")]);
    assert_eq!(left.status, 303);
    assert_eq!(world.times("participant_left"), 1);
    world.ends_well();
}
