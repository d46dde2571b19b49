//! Talks with vendors: who is brought in, what is told to whom on which ground, what they answer and say.

use domain::coordination::board;
use domain::machine::rm::Rm;
use domain::text::class::Class;
use domain::text::gate::Strength;
use domain::value::{Actor, ConfidentialityBasis};
use pages::coordination::partner::view::{Basis, Step, WordsKind};
use serde_json::{Value, json};
use testkit::world::said;
use testkit::{Case, World, given};

use crate::seen::{self, all_refused, view};

fn text(words: &str) -> Value {
    json!({ "lang": "en", "text": words })
}

fn adds(case: &str, party: &str, part: &str) -> (&'static str, Value) {
    (
        "add-participant",
        json!({ "case": case, "party": party, "part": part }),
    )
}

fn attempt(tracking: &str, channel: &str, result: &str) -> Value {
    json!({ "participant": tracking, "channel": channel, "result": result })
}

#[test]
fn a_party_comes_into_a_case_once_and_brings_its_standing_agreement() {
    let world = World::founded();
    let case = Case::open(&world);
    let (aoba, birch) = (case.vendor("Aoba"), case.vendor("Birch"));
    assert_eq!(
        world.happened_in(aoba),
        ["participant_joined", "basis_recorded"]
    );
    assert_eq!(world.happened_in(birch), ["participant_joined"]);
    let joined = seen::participant(&world, aoba);
    let standing = ConfidentialityBasis::Standing {
        version: "3".to_owned(),
    };
    assert_eq!((joined.basis, joined.rm), (standing, Rm::Start));
    assert_eq!(joined.tracking, aoba);
    let taken = [adds(&case.number, &case.parties[0], "operator")];
    all_refused(&world, "coordinator", "exists", &taken);
    let nowhere = [adds("NRS-00000000", &case.parties[0], "vendor")];
    all_refused(&world, "coordinator", "not_found", &nowhere);
    let dogwood = given::vendor(&world, "Dogwood", false);
    let (name, strange) = adds(&case.number, &dogwood, "spectator");
    let unread = world.refuses(name, strange);
    assert!(unread.starts_with("unread: "), "{unread}");
    for handle in ["editor", "admin"] {
        let new = [adds(&case.number, &dogwood, "vendor")];
        all_refused(&world, handle, "role", &new);
    }
    let id = "01a2014d68a876789689eabce21307db";
    let (name, mut fields) = adds(&case.number, &dogwood, "other");
    fields["id"] = id.into();
    let answer = world.does(name, fields);
    assert_eq!(said(&answer, "participant"), id);
    let (name, mut fields) = adds(&case.number, &dogwood, "other");
    fields["id"] = id.into();
    assert_eq!(world.refuses(name, fields), "exists");
    world.ends_well();
}

#[test]
fn the_first_attempt_starts_the_clock_and_no_later_one_moves_it() {
    let world = World::founded();
    let case = Case::open(&world);
    assert_eq!(seen::case(&world, &case.id).clock_start, None);
    case.does_with(
        case.vendor("Birch"),
        "contact",
        json!({ "channel": "phone", "result": "tried" }),
    );
    let begun = seen::case(&world, &case.id).clock_start;
    assert_eq!(begun, Some(seen::last(&world, &case.id).occurred_at));
    world.days_pass(2);
    case.contact("Birch");
    case.contact("Aoba");
    assert_eq!(seen::case(&world, &case.id).clock_start, begun);
    assert_eq!(world.times("clock_started"), 1);
    let birch = seen::participant(&world, case.vendor("Birch"));
    assert_eq!((birch.attempts, birch.asked_at), (2, begun));
    assert_eq!(birch.rm, Rm::Start, "nothing has arrived");
    world.ends_well();
}

#[test]
fn a_letter_that_came_back_is_no_reason_for_another() {
    let world = World::founded();
    let case = Case::open(&world);
    let aoba = case.vendor("Aoba");
    world.does("contact", attempt(aoba, "mail", "undeliverable"));
    world.runs_due();
    assert!(world.mails().is_empty());
    let state = || seen::participant(&world, aoba);
    assert!(state().undeliverable.is_some());
    world.does("contact", attempt(aoba, "mail", "tried"));
    world.runs_due();
    assert_eq!(state().undeliverable, None);
    assert_eq!(world.mails_to("psirt@aoba.example").len(), 1);
    world.ends_well();
}

#[test]
fn whoever_has_no_address_is_noted_by_the_house_as_out_of_reach_of_mail() {
    let world = World::founded();
    let case = Case::open(&world);
    let fields = json!({ "name_ja": "樫", "name_en": "Oak", "lang": "en" });
    let oak = said(&world.does("register-party", fields), "party");
    let (name, fields) = adds(&case.number, &oak, "vendor");
    let tracking = said(&world.does(name, fields), "tracking");
    world.does("contact", attempt(&tracking, "mail", "tried"));
    world.runs_due();
    let noted = seen::last(&world, &tracking);
    assert_eq!(noted.by, Some(Actor::House));
    let event = seen::said_by(&noted);
    assert_eq!(
        (&event["kind"], &event["result"]),
        (&json!("contact_attempted"), &json!("undeliverable"))
    );
    assert!(seen::participant(&world, &tracking).undeliverable.is_some());
    world.runs_due();
    assert_eq!(world.times("contact_attempted"), 2, "and once");
    assert!(world.mails().is_empty());
    world.ends_well();
}

#[test]
fn a_contact_made_elsewhere_brings_the_report_to_the_party_and_no_mail() {
    let world = World::founded();
    let case = Case::open(&world);
    let cedar = case.vendor("Cedar");
    for channel in ["not_recorded", "mail"] {
        let fields = attempt(cedar, channel, "not_recorded");
        world.does("record-contact-elsewhere", fields);
    }
    world.runs_due();
    assert!(world.mails().is_empty());
    assert_eq!(
        world.happened_in(cedar),
        [
            "participant_joined",
            "contact_attempted",
            "rm_moved",
            "contact_attempted"
        ]
    );
    assert_eq!(seen::participant(&world, cedar).rm, Rm::Received);
    world.ends_well();
}

#[test]
fn a_receipt_is_confirmed_by_whoever_was_written_to() {
    let world = World::founded();
    let case = Case::open(&world);
    let (aoba, birch) = (case.vendor("Aoba"), case.vendor("Birch"));
    let own = |of: &str| ("confirm-receipt", json!({ "participant": of }));
    all_refused(
        &world,
        "coordinator",
        "participant.not_asked",
        &[own(aoba), own(birch)],
    );
    case.contact("Aoba");
    assert_eq!(view(&case, "Aoba", Strength::Link).received, None);
    let (name, fields) = own(aoba);
    let told = world.vendor_tries(birch, name, fields.clone());
    assert_eq!(told, Err("not_found".to_owned()), "another's letter");
    world.vendor_does(aoba, name, fields);
    let recorded = seen::last(&world, aoba);
    assert!(recorded.by.is_some_and(|by| by.is_vendor()));
    let at = seen::participant(&world, aoba).seen_at;
    assert_eq!(at, Some(recorded.occurred_at));
    let shown = view(&case, "Aoba", Strength::Link);
    assert!(shown.received.is_some());
    assert_eq!(view(&case, "Birch", Strength::Link).received, None);
    world.ends_well();
}

#[test]
fn a_vendor_accepts_the_terms_of_a_case_and_says_no_more_of_its_basis() {
    let world = World::founded();
    let case = Case::open(&world);
    let birch = case.vendor("Birch");
    let basis = |basis: Value| json!({ "participant": birch, "basis": basis });
    for more in [
        json!({ "basis": "standing", "version": "3" }),
        json!({ "basis": "none" }),
    ] {
        let told = world.vendor_tries(birch, "record-basis", basis(more));
        assert_eq!(told, Err("role".to_owned()));
    }
    assert_eq!(view(&case, "Birch", Strength::Link).basis, Basis::Missing);
    let accepted = basis(json!({ "basis": "ad_hoc", "version": "3" }));
    world.vendor_does(birch, "record-basis", accepted);
    assert_eq!(
        view(&case, "Birch", Strength::Link).basis,
        Basis::Accepted("3".to_owned())
    );
    case.contact("Birch");
    let sent = json!({ "classes": ["V"] });
    case.does_with(birch, "send-details", sent.clone());
    let reads = || view(&case, "Birch", Strength::SecondChannel).details;
    assert!(reads().is_some());
    // What the ground was taken from is not shown any more, though it was sent.
    world.does("record-basis", basis(json!({ "basis": "none" })));
    assert_eq!(reads(), None);
    let refused = case.refuses_with(birch, "send-details", sent);
    assert_eq!(refused, "participant.no_basis");
    world.ends_well();
}

#[test]
fn details_go_to_whoever_may_have_them_class_by_class() {
    let world = World::founded();
    let case = Case::open(&world);
    let (aoba, birch) = (case.vendor("Aoba"), case.vendor("Birch"));
    case.contact("Aoba");
    let sends = |to: &str, classes: &[&str]| {
        (
            "send-details",
            json!({ "participant": to, "classes": classes }),
        )
    };
    let none = [sends(aoba, &[]), sends(aoba, &["K1"]), sends(aoba, &["U"])];
    all_refused(&world, "coordinator", "input", &none);
    let attack = [sends(aoba, &["A"]), sends(aoba, &["V", "A"])];
    all_refused(&world, "coordinator", "gate.withheld", &attack);
    let groundless = [sends(birch, &["V"]), sends(birch, &["A"])];
    all_refused(&world, "coordinator", "participant.no_basis", &groundless);
    all_refused(&world, "editor", "role", &[sends(aoba, &["V"])]);

    let (name, fields) = sends(aoba, &["V"]);
    assert_eq!(world.does(name, fields)["texts"], 1);
    let first = seen::participant(&world, aoba);
    assert_eq!((first.opened.len(), first.rm), (1, Rm::Received));
    let (name, fields) = sends(aoba, &["V", "W"]);
    world.does(name, fields);
    let second = seen::participant(&world, aoba);
    assert_eq!(second.opened.len(), 2, "none twice");
    assert_eq!(second.details_at, first.details_at);
    assert_eq!(
        world.happened_in(aoba)[2..],
        [
            "contact_attempted",
            "details_sent",
            "rm_moved",
            "details_sent"
        ]
    );
    let details = view(&case, "Aoba", Strength::SecondChannel)
        .details
        .unwrap();
    let shown: Vec<&str> = details
        .texts
        .iter()
        .map(|text| text.text.as_str())
        .collect();
    assert_eq!(
        shown,
        [
            "経路の検査が一つ抜けています",
            "管理画面を外から見えなくします"
        ]
    );
    assert_eq!(details.case, case.number);
    case.does_with(aoba, "leave-case", json!({}));
    let gone = [sends(aoba, &["F"])];
    all_refused(&world, "coordinator", "participant.left", &gone);
    world.ends_well();
}

#[test]
fn answers_are_kept_by_product_and_range_and_add_up_to_one_cell() {
    let world = World::founded();
    let case = Case::open(&world);
    let birch = case.vendor("Birch");
    case.contact("Birch");
    let answer = |range: &str, answer: &str, fixed: Option<&str>| {
        json!({ "participant": birch, "answer": {
            "product": "Gateway", "versions": range, "answer": answer, "fixed_in": fixed,
        } })
    };
    // A fix of what is not affected is no answer, and leaves nothing behind.
    let odd = answer("< 2", "not_affected", Some("2"));
    let refused = world.vendor_tries(birch, "record-answer", odd);
    assert_eq!(refused, Err("input".to_owned()));
    assert_eq!(seen::participant(&world, birch).rm, Rm::Start);
    for (fields, rm, answers, cell) in [
        (
            answer("< 2", "investigating", None),
            Rm::Received,
            1,
            "investigating",
        ),
        (answer("< 2", "affected", None), Rm::Accepted, 1, "affected"),
        (
            answer("< 1", "not_affected", None),
            Rm::Deferred,
            2,
            "affected",
        ),
        (
            answer("< 2", "affected", Some("2")),
            Rm::Accepted,
            2,
            "fixed",
        ),
        (answer("< 3", "affected", None), Rm::Accepted, 3, "affected"),
        (answer("< 3", "unknown", None), Rm::Accepted, 3, "fixed"),
    ] {
        let told = fields["answer"].to_string();
        world.vendor_does(birch, "record-answer", fields);
        let now = seen::participant(&world, birch);
        assert_eq!((now.rm, now.answers.len()), (rm, answers), "{told}");
        assert_eq!(board::cell(&now, None).word(), cell, "{told}");
        assert!(now.answered_at.is_some() && !now.unasked, "{told}");
    }
    assert_eq!(world.times("answer_recorded"), 6);
    let details = view(&case, "Birch", Strength::SecondChannel).details;
    assert_eq!(details, None, "nothing was told to it");
    world.ends_well();
}

#[test]
fn who_does_not_believe_the_report_has_no_fix_for_it() {
    let world = World::founded();
    let case = Case::open(&world);
    let cedar = case.vendor("Cedar");
    case.contact("Cedar");
    let answer = |answer: &str, fixed: Option<&str>| {
        let answer = json!({ "versions": "", "answer": answer, "fixed_in": fixed });
        json!({ "participant": cedar, "answer": answer })
    };
    world.does("record-answer", answer("not_affected", None));
    let now = seen::participant(&world, cedar);
    assert_eq!(
        (now.rm, board::cell(&now, None).word()),
        (Rm::Invalid, "not_affected")
    );
    for (word, code) in [
        ("not_affected", "input"),
        ("investigating", "report.state"),
        ("unknown", "report.state"),
    ] {
        let fix = [("record-answer", answer(word, Some("2")))];
        all_refused(&world, "coordinator", code, &fix);
    }
    // Whoever comes to believe it takes it up.
    world.does("record-answer", answer("affected", Some("2")));
    let now = seen::participant(&world, cedar);
    assert_eq!(
        (now.rm, board::cell(&now, None).word()),
        (Rm::Accepted, "fixed")
    );
    world.ends_well();
}

#[test]
fn an_answer_that_nobody_asked_for_is_marked_as_such() {
    let world = World::founded();
    let case = Case::open(&world);
    let (aoba, cedar) = (case.vendor("Aoba"), case.vendor("Cedar"));
    case.contact("Aoba");
    let answer = |of: &str| {
        let answer = json!({ "versions": "", "answer": "not_affected" });
        json!({ "participant": of, "answer": answer })
    };
    let words = |of: &str, unasked: bool| {
        let words = text("None of ours.");
        json!({ "participant": of, "statement": "statement", "text": words, "unasked": unasked })
    };
    let not_asked = [
        ("record-answer", answer(cedar)),
        ("record-statement", words(cedar, false)),
    ];
    all_refused(&world, "coordinator", "participant.not_asked", &not_asked);
    let was_asked = [
        ("record-unasked-answer", answer(aoba)),
        ("record-statement", words(aoba, true)),
    ];
    all_refused(&world, "coordinator", "participant.was_asked", &was_asked);
    // A vendor does not say so of itself.
    for (name, fields) in [
        ("record-unasked-answer", answer(cedar)),
        ("record-statement", words(cedar, true)),
    ] {
        let told = world.vendor_tries(cedar, name, fields);
        assert_eq!(told, Err("role".to_owned()), "{name}");
    }
    world.does("record-unasked-answer", answer(cedar));
    world.does("record-statement", words(cedar, true));
    let now = seen::participant(&world, cedar);
    assert!(now.unasked && now.asked_at.is_none());
    assert_eq!((now.answers.len(), now.statements.len()), (1, 1));
    world.ends_well();
}

#[test]
fn words_about_a_product_need_an_answer_for_it() {
    let world = World::founded();
    let case = Case::open(&world);
    let aoba = case.vendor("Aoba");
    case.contact("Aoba");
    case.has_a_fix("Aoba");
    let words = |kind: &str, about: Value| {
        (
            "record-statement",
            json!({ "participant": aoba, "statement": kind, "text": text("Words."), "about": about }),
        )
    };
    let known = json!({ "product": "Aoba Gateway", "versions": "< 3.2.1" });
    let wrong = [
        words("statement", json!({ "product": "Aoba Router" })),
        words(
            "fix",
            json!({ "product": "Aoba Gateway", "versions": "< 4" }),
        ),
        words("information", known.clone()),
        words("addendum", known.clone()),
        words("references", known.clone()),
    ];
    all_refused(&world, "coordinator", "input", &wrong);
    for kind in ["statement", "workaround", "fix"] {
        let (name, fields) = words(kind, known.clone());
        world.does(name, fields);
    }
    let classes: Vec<Class> = seen::participant(&world, aoba)
        .statements
        .iter()
        .map(|statement| statement.text.class)
        .collect();
    assert_eq!(classes, [Class::R, Class::W, Class::F]);
    world.ends_well();
}

#[test]
fn a_vendor_reads_its_own_words_and_not_what_others_say_of_it() {
    let world = World::founded();
    let case = Case::open(&world);
    let (aoba, birch) = (case.vendor("Aoba"), case.vendor("Birch"));
    case.contact("Aoba");
    case.does_with(aoba, "send-details", json!({ "classes": ["V"] }));
    let says = |kind: &str, words: &str| {
        let words = text(words);
        json!({ "participant": aoba, "statement": kind, "text": words })
    };
    for kind in ["information", "addendum"] {
        let told = world.vendor_tries(aoba, "record-statement", says(kind, "x"));
        assert_eq!(told, Err("role".to_owned()), "{kind}");
        world.does("record-statement", says(kind, "Others say so."));
    }
    let foreign = world.vendor_tries(birch, "record-statement", says("statement", "x"));
    assert_eq!(foreign, Err("not_found".to_owned()));
    let receipt = seal::receipt::Receipt::draw().printed();
    let held = world.vendor_tries(aoba, "record-statement", says("fix", &receipt));
    assert_eq!(held, Err("text.receipt".to_owned()));
    for words in ["First words.", "Better words."] {
        world.vendor_does(aoba, "record-statement", says("statement", words));
    }
    world.vendor_does(
        aoba,
        "record-statement",
        says("workaround", "Keep it inside."),
    );
    let own = json!({ "participant": aoba, "answer": {
        "product": "Gateway", "versions": "", "answer": "affected",
    }, "because": text("We looked.") });
    world.vendor_does(aoba, "record-answer", own);
    let details = view(&case, "Aoba", Strength::SecondChannel)
        .details
        .unwrap();
    let shown: Vec<(WordsKind, &str)> = details
        .words
        .iter()
        .map(|words| (words.kind, words.text.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (WordsKind::Statement, "Better words."),
            (WordsKind::Workaround, "Keep it inside.")
        ]
    );
    let why = details.answers[0].why.as_ref().unwrap();
    assert_eq!(why.text.as_str(), "We looked.");
    world.ends_well();
}

#[test]
fn a_ticket_is_the_vendors_own_number_and_is_shown_to_it_alone() {
    let world = World::founded();
    let case = Case::open(&world);
    let aoba = case.vendor("Aoba");
    for vendor in ["Aoba", "Birch"] {
        case.contact(vendor);
        let basis = json!({ "basis": { "basis": "ad_hoc", "version": "3" } });
        case.does_with(case.vendor(vendor), "record-basis", basis);
        case.does_with(
            case.vendor(vendor),
            "send-details",
            json!({ "classes": ["V"] }),
        );
    }
    let ticket = |words: &str| json!({ "participant": aoba, "ticket": words });
    let (long, longest) = ("7".repeat(121), "7".repeat(120));
    let wrong = ["", " ", long.as_str()].map(|words| ("record-ticket", ticket(words)));
    all_refused(&world, "coordinator", "input", &wrong);
    for words in [longest.as_str(), " AOBA-7 "] {
        world.vendor_does(aoba, "record-ticket", ticket(words));
    }
    let shown = |vendor: &str| {
        let details = view(&case, vendor, Strength::SecondChannel).details;
        details.unwrap().ticket.map(|own| own.as_str().to_owned())
    };
    assert_eq!(shown("Aoba").as_deref(), Some("AOBA-7"));
    assert_eq!(shown("Birch"), None);
    assert_eq!(
        view(&case, "Aoba", Strength::Link).step,
        Step::Missing,
        "and nothing of it by the link alone"
    );
    assert_eq!(view(&case, "Aoba", Strength::Link).details, None);
    world.ends_well();
}

#[test]
fn a_vulnerability_has_a_short_label_and_shows_to_whom_it_concerns() {
    let world = World::founded();
    let case = Case::open(&world);
    for vendor in ["Aoba", "Birch"] {
        case.contact(vendor);
        let basis = json!({ "basis": { "basis": "ad_hoc", "version": "3" } });
        case.does_with(case.vendor(vendor), "record-basis", basis);
        case.does_with(
            case.vendor(vendor),
            "send-details",
            json!({ "classes": ["V"] }),
        );
    }
    let names = |label: &str, words: &str| {
        (
            "name-vulnerability",
            json!({ "case": case.number, "label": label, "text": text(words) }),
        )
    };
    let wrong = [
        names("", "x"),
        names("two words", "x"),
        names("thirteen-long", "x"),
        names("a/b", "x"),
        names("route", " "),
    ];
    all_refused(&world, "coordinator", "input", &wrong);
    let labels = |vendor: &str| {
        let details = view(&case, vendor, Strength::SecondChannel)
            .details
            .unwrap();
        let labels = details.vulnerabilities.iter();
        labels
            .map(|named| format!("{}: {}", named.label.as_str(), named.text.as_str()))
            .collect::<Vec<String>>()
    };
    for words in ["A route", "A route lacks its check"] {
        let (name, fields) = names("route", words);
        world.does(name, fields);
    }
    // The only one is everybody's.
    assert_eq!(labels("Birch"), ["route: A route lacks its check"]);
    let (name, fields) = names("token", "A token never ends");
    world.does(name, fields);
    assert_eq!(labels("Birch"), Vec::<String>::new());
    let own =
        json!({ "answer": { "versions": "", "answer": "affected", "vulnerability": "token" } });
    case.does_with(case.vendor("Aoba"), "record-answer", own);
    assert_eq!(labels("Aoba"), ["token: A token never ends"]);
    assert_eq!(labels("Birch"), Vec::<String>::new());
    assert_eq!(seen::case(&world, &case.id).vulnerabilities.len(), 2);
    world.ends_well();
}
