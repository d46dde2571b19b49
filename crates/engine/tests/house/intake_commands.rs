//! Reports as the desk takes them in and decides them: what is refused, what is recorded, what they add up to.

use domain::intake::ReportStage;
use domain::text::class::Class;
use domain::value::{DeclineReason, FieldValue, ReportForm, ReportKey};
use engine::{Viewer, Which};
use serde_json::{Value, json};
use testkit::world::{BEGINS, at, said, span};
use testkit::{Case, World, given};

use crate::seen::{self, all_refused};

const UNREAD: &str = "unread: the field public_since is not usable: RFC 3339 with an offset";

/// A form of a site that was filled in.
fn form() -> Value {
    json!({
        "kind": "site", "channel": "phone", "consent": "3",
        "fields": { "lang": "ja", "values": {
            "what": "青葉の窓口", "happens": "名簿が読めます。", "contact": "finder@finder.example",
            "credit": "ある発見者", "share": "yes", "public": " ",
        } },
    })
}

fn text(words: &str) -> Value {
    json!({ "lang": "ja", "text": words })
}

/// What decides a report, with what each needs beside the report's number.
fn decisions(report: &str, case: &str) -> [(&'static str, Value); 5] {
    [
        ("accept-report", json!({ "report": report })),
        (
            "accept-as-public",
            json!({ "report": report, "public_since": at(BEGINS) }),
        ),
        (
            "decline-report",
            json!({ "report": report, "reason": "duplicate" }),
        ),
        ("merge-report", json!({ "report": report, "case": case })),
        ("withdraw-report", json!({ "report": report })),
    ]
}

#[test]
fn a_report_says_in_one_way_what_happens_or_draws_no_number() {
    let world = World::founded();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut fields = form();
        change(&mut fields);
        ("file-report", fields)
    };
    let wrong = [
        with(&|fields| fields["text"] = text("名簿が読めます。")),
        with(&|fields| fields["fields"] = Value::Null),
        with(&|fields| {
            fields["fields"] = Value::Null;
            fields["text"] = text(" \n");
        }),
        with(&|fields| fields["fields"]["values"]["happens"] = " ".into()),
        with(&|fields| fields["fields"]["values"]["share"] = "perhaps".into()),
        with(&|fields| fields["kind"] = "archive".into()),
        with(&|fields| fields["finder"] = "ある発見者".into()),
        with(&|fields| fields["contact"] = "finder@finder.example".into()),
    ];
    all_refused(&world, "reception", "input", &wrong);
    let unread = [
        with(&|fields| fields["kind"] = "rumour".into()),
        with(&|fields| fields["fields"]["values"]["colour"] = "green".into()),
        with(&|fields| fields["handling"] = "1111-1111-1".into()),
    ];
    for (name, fields) in unread {
        let code = world.refuses_as("reception", name, fields);
        assert!(code.starts_with("unread: "), "{code}");
    }
    let numbers = world.stage.dir().join("box").join("numbers");
    let drawn = || std::fs::read_dir(&numbers).map_or(0, Iterator::count);
    assert_eq!(drawn(), 0);
    world.does_as("reception", "file-report", form());
    assert_eq!(drawn(), 1);
    world.ends_well();
}

#[test]
fn a_form_is_kept_field_by_field_and_its_finder_apart() {
    let world = World::founded();
    let filed = world.does_as("reception", "file-report", form());
    let id = said(&filed, "report");
    let report = seen::report(&world, &id);
    assert_eq!(report.form, Some(ReportForm::Site));
    assert_eq!(report.text, None);
    assert!(!report.is_sorted());
    let keys: Vec<ReportKey> = report.fields.iter().map(|field| field.key).collect();
    assert_eq!(
        keys,
        [ReportKey::What, ReportKey::Happens, ReportKey::Share]
    );
    assert_eq!(report.fields[2].value, FieldValue::Code("yes".to_owned()));
    let came: Vec<(Class, String)> = report
        .as_it_came()
        .map(|text| (text.class, seen::body(&world, text.body)))
        .collect();
    assert_eq!(
        came,
        [
            (Class::U, "青葉の窓口".to_owned()),
            (Class::U, "名簿が読めます。".to_owned())
        ]
    );
    let (finder, contact) = (report.finder.unwrap(), report.contact.unwrap());
    assert_eq!((finder.class, contact.class), (Class::H, Class::C));
    assert_eq!(seen::body(&world, finder.body), "ある発見者");
    assert_eq!(seen::body(&world, contact.body), "finder@finder.example");
    let written = serde_json::to_string(&seen::last(&world, &id)).unwrap();
    for word in ["青葉", "名簿", "発見者", "finder@"] {
        assert!(!written.contains(word), "{word} in {written}");
    }
    world.ends_well();
}

#[test]
fn an_id_is_used_once() {
    let world = World::founded();
    let id = "01a2014d68a876789689eabce21307db";
    let mut fields = form();
    fields["id"] = id.into();
    let filed = world.does_as("reception", "file-report", fields.clone());
    assert_eq!(said(&filed, "report"), id);
    all_refused(&world, "reception", "exists", &[("file-report", fields)]);
    let another = given::report(&world);
    let case = "01a2014d68a876789689eabce21307dc";
    let accepts = |report: &str| ("accept-report", json!({ "report": report, "case": case }));
    let (name, first) = accepts(id);
    assert_eq!(said(&world.does(name, first), "case"), case);
    let taken = [accepts(&another.number)];
    all_refused(&world, "coordinator", "exists", &taken);
    assert!(seen::report(&world, &another.number).is_open());
    world.ends_well();
}

#[test]
fn a_text_is_unsorted_until_somebody_gives_each_part_a_class() {
    let world = World::founded();
    let filed = given::report(&world);
    let part = |class: &str| json!({ "class": class, "lang": "ja", "text": "部分" });
    let sorts = |parts: Vec<Value>| {
        (
            "sort-report",
            json!({ "report": filed.number, "parts": parts }),
        )
    };
    let before = seen::report(&world, &filed.number);
    assert_eq!(before.text.map(|text| text.class), Some(Class::U));
    let wrong = [
        sorts(vec![]),
        sorts(vec![part("U")]),
        sorts(vec![part("V"), part("U")]),
    ];
    all_refused(&world, "reception", "input", &wrong);
    all_refused(&world, "editor", "role", &[sorts(vec![part("V")])]);
    let receipt = json!({ "class": "V", "lang": "ja", "text": filed.receipt });
    let held = [sorts(vec![part("V"), receipt])];
    all_refused(&world, "reception", "text.receipt", &held);
    assert!(!seen::report(&world, &filed.number).is_sorted());

    for class in ["V", "K2"] {
        let (name, fields) = sorts(vec![part(class)]);
        let answer = world.does_as("reception", name, fields);
        assert_eq!(answer["parts"], 1);
    }
    let after = seen::report(&world, &filed.number);
    let classes: Vec<Class> = after.parts.iter().map(|part| part.class).collect();
    assert_eq!(classes, [Class::V, Class::K2], "the second adds");
    let sorted = seen::said_by(&seen::last(&world, &filed.number));
    assert_eq!(sorted["of"], json!(after.whole.unwrap()));
    world.ends_well();
}

#[test]
fn a_decided_report_takes_no_other_decision() {
    let world = World::founded();
    let case = Case::open(&world);
    for (place, stage) in [
        ReportStage::Accepted,
        ReportStage::Accepted,
        ReportStage::Declined,
        ReportStage::Merged,
        ReportStage::Withdrawn,
    ]
    .into_iter()
    .enumerate()
    {
        let report = given::report(&world).number;
        let (first, fields) = decisions(&report, &case.number)[place].clone();
        world.does_as("coordinator", first, fields);
        let is_at = || seen::report(&world, &report).state.stage();
        assert_eq!(is_at(), stage, "{first}");
        all_refused(
            &world,
            "coordinator",
            "report.decided",
            &decisions(&report, &case.number),
        );
        let question = json!({ "report": report, "text": text("版はどれですか。") });
        if stage.is_over() {
            all_refused(
                &world,
                "coordinator",
                "report.decided",
                &[("ask-finder", question)],
            );
        } else {
            // Coordination goes on asking; the report stays its case's.
            world.does("ask-finder", question);
            let now = seen::report(&world, &report);
            assert!(now.is_asked() && now.state.stage() == stage);
        }
        // More may be said at any time, and opens again what nothing came of.
        let more = json!({ "report": report, "text": text("別の画面でも起きます。") });
        world.does("add-to-report", more);
        let expected = if stage.is_over() {
            ReportStage::Received
        } else {
            stage
        };
        assert_eq!(is_at(), expected, "{first}");
    }
    world.ends_well();
}

#[test]
fn acceptance_opens_a_case_under_a_number_of_its_own() {
    let world = World::founded();
    let report = given::report(&world);
    let soon = at(world.ahead(span(9, 0)));
    let with = |since: &str| {
        (
            "accept-report",
            json!({ "report": report.number, "public_since": since }),
        )
    };
    all_refused(
        &world,
        "coordinator",
        "report.already_public",
        &[with(&at(BEGINS))],
    );
    all_refused(&world, "coordinator", UNREAD, &[with("yesterday")]);
    // Who means to publish has not published.
    let (name, fields) = with(&soon);
    let accepted = world.does(name, fields);
    let (id, number) = (said(&accepted, "case"), said(&accepted, "number"));
    assert!(number.starts_with("NRS-"), "{number}");
    let (case, now) = (seen::case(&world, &id), seen::report(&world, &report.id));
    assert_eq!(
        case.report.map(|id| id.to_string()),
        Some(report.id.clone())
    );
    assert_eq!((case.number, case.already_public), (number.clone(), false));
    assert_eq!(now.state.stage(), ReportStage::Accepted);
    assert_eq!(world.happened_in(&id), ["case_opened"]);
    assert_eq!(
        seen::stream(&world, &number),
        seen::stream(&world, &id),
        "it is found by its number"
    );
    world.ends_well();
}

#[test]
fn what_is_public_already_is_accepted_as_that_and_gets_no_embargo() {
    let world = World::founded();
    let report = given::report(&world);
    let with = |since: &str| {
        (
            "accept-as-public",
            json!({ "report": report.number, "public_since": since }),
        )
    };
    all_refused(&world, "coordinator", UNREAD, &[with("yesterday")]);
    let ahead = [with(&at(world.ahead(span(1, 0))))];
    all_refused(&world, "coordinator", "input", &ahead);
    let (name, fields) = with(&at(BEGINS));
    let accepted = world.does(name, fields);
    let id = said(&accepted, "case");
    let case = seen::case(&world, &id);
    assert!(case.already_public && case.world.public && !case.world.exploit);
    assert_eq!(
        world.happened_in(&id),
        ["case_opened", "world_fact_observed"]
    );
    let date = json!({ "case": id, "until": at(world.ahead(span(9, 0))) });
    let none = [("propose-date", date)];
    all_refused(&world, "coordinator", "embargo.not_viable", &none);
    world.ends_well();
}

#[test]
fn a_report_joins_a_case_and_a_refusal_keeps_its_reason() {
    let world = World::founded();
    let case = Case::open(&world);
    let [joins, falls] = [(); 2].map(|()| given::report(&world));
    let nowhere = json!({ "report": joins.number, "case": "NRS-00000000" });
    all_refused(
        &world,
        "coordinator",
        "not_found",
        &[("merge-report", nowhere)],
    );
    let join = json!({ "report": joins.number, "case": case.number });
    let merged = world.does("merge-report", join);
    assert_eq!(said(&merged, "case"), case.id);
    let joined = seen::case(&world, &case.id).joined;
    assert_eq!(joined.len(), 1);
    assert_eq!(joined[0].to_string(), joins.id);
    assert_eq!(
        world.happened_in(&joins.id).last().unwrap(),
        "report_merged"
    );
    assert_eq!(world.happened_in(&case.id).last().unwrap(), "report_joined");

    let told = json!({ "report": falls.number, "reason": "no_response", "text": falls.receipt });
    let odd = world.refuses("decline-report", told);
    assert!(odd.starts_with("unread: "), "{odd}");
    let why = json!({
        "report": falls.number, "reason": "no_response", "text": text(&falls.receipt),
    });
    let held = [("decline-report", why)];
    all_refused(&world, "coordinator", "text.receipt", &held);
    let fields = json!({ "report": falls.number, "reason": "no_response" });
    world.does("decline-report", fields);
    let declined = seen::report(&world, &falls.id);
    assert!(matches!(
        declined.state,
        domain::intake::ReportState::Declined {
            reason: DeclineReason::NoResponse
        }
    ));
    let recorded = seen::last(&world, &falls.id);
    assert_eq!(declined.ended_at, Some(recorded.occurred_at));
    world.ends_well();
}

#[test]
fn a_report_is_found_however_its_number_is_typed() {
    let world = World::founded();
    let report = given::report(&world);
    let digits: String = report.number.chars().filter(char::is_ascii_digit).collect();
    let wide: String = digits
        .bytes()
        .map(|digit| char::from_u32(u32::from('０') + u32::from(digit - b'0')).unwrap())
        .collect();
    let spaced = report.number.replace('-', " ");
    let typed = [&report.number, &digits, &wide, &spaced, &report.id];
    for number in typed {
        let more = json!({ "report": number, "text": text("三版です。") });
        world.does("add-to-report", more);
    }
    assert_eq!(seen::report(&world, &report.id).parts.len(), typed.len());
    let nobodys = ["0000-0000-0", "", "NRS-"].map(|number| {
        let fields = json!({ "report": number, "text": text("?") });
        ("add-to-report", fields)
    });
    all_refused(&world, "coordinator", "not_found", &nobodys);
    // The number of a case is that of no report.
    let case = world.does("accept-report", json!({ "report": report.number }));
    let fields = json!({ "report": case["number"], "text": text("?") });
    let other = [("add-to-report", fields)];
    all_refused(&world, "coordinator", "not_found", &other);
    world.ends_well();
}

#[test]
fn a_text_has_a_longest_length() {
    let world = World::founded();
    let report = given::report(&world);
    let long = "x".repeat((256 << 10) + 1);
    let wrong = [
        (
            "add-to-report",
            json!({ "report": report.number, "text": text(&long) }),
        ),
        (
            "ask-finder",
            json!({ "report": report.number, "text": text(&long) }),
        ),
        (
            "file-report",
            json!({ "kind": "product", "channel": "phone", "text": text(&long) }),
        ),
    ];
    all_refused(&world, "coordinator", "input", &wrong);
    let fits = json!({ "report": report.number, "text": text(&long[1..]) });
    world.does("add-to-report", fits);
    world.ends_well();
}

#[test]
fn lists_show_what_waits_and_what_is_over_and_to_outsiders_nothing() {
    let world = World::founded();
    let case = Case::open(&world);
    let [received, asked, declined, withdrawn] = [(); 4].map(|()| given::report(&world));
    let question = json!({ "report": asked.number, "text": text("版はどれですか。") });
    world.does("ask-finder", question);
    let duplicate = json!({ "report": declined.number, "reason": "duplicate" });
    world.does("decline-report", duplicate);
    world.does("withdraw-report", json!({ "report": withdrawn.number }));
    let lists = |viewer: Viewer, which: Which| {
        let lines = world.wait(world.house().store.reports(viewer, which));
        let lines = lines.unwrap().into_iter();
        lines
            .map(|line| (line.handling, line.stage))
            .collect::<Vec<(String, ReportStage)>>()
    };
    let check = |viewer: Viewer, which: Which, expected: &[(&given::Report, ReportStage)]| {
        let found = lists(viewer, which);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (report, stage) in expected {
            assert!(
                found.contains(&(report.number.clone(), *stage)),
                "{found:?}"
            );
        }
    };
    let open = [
        (&received, ReportStage::Received),
        (&asked, ReportStage::Questioned),
    ];
    let over = [
        (&declined, ReportStage::Declined),
        (&withdrawn, ReportStage::Withdrawn),
    ];
    check(Viewer::House, Which::Open, &open);
    check(Viewer::House, Which::Over, &over);
    check(Viewer::Bearer, Which::Open, &[]);
    let finder = seen::report(&world, &asked.id).id;
    check(Viewer::Finder(finder), Which::Open, &open[1..]);
    check(Viewer::Finder(finder), Which::Over, &[]);
    let guest = world.wait(Box::pin(world.stage.guest(case.vendor("Aoba"))));
    let guest = guest.unwrap();
    let vendor = Viewer::Participant {
        case: guest.case,
        participant: guest.participant,
    };
    for which in [Which::Open, Which::Over] {
        check(vendor, which, &[]);
    }
    world.ends_well();
}
