//! The list of what waits, what needs a hand, and the record of what was told by telephone.

use domain::distribution::Happening;
use domain::value::CaseId;
use engine::Viewer;
use serde_json::json;
use store::distribution::Settled;
use testkit::world::{at, said, span};
use testkit::{Case, World, given};

use crate::page::words;
use crate::partner::vendor;
use crate::visitor::{Doors, Page, Visitor};

const LIST: &str = "/en/desk/";
const TASKS: &str = "/en/desk/tasks";
const RECORD: &str = "/en/desk/record";

/// The numbers in the rows of a list, in their order.
fn rows(page: &Page) -> Vec<String> {
    let after = page.text.split("<th scope=\"row\"><a href=\"").skip(1);
    after
        .filter_map(|piece| {
            let (_, rest) = piece.split_once("\">")?;
            Some(rest.split('<').next()?.to_owned())
        })
        .collect()
}

fn asks(person: &Visitor<'_>, query: &str) -> Vec<String> {
    let page = person.get(&format!("{LIST}{query}"));
    assert_eq!(page.status, 200, "{query}");
    rows(&page)
}

#[test]
fn each_condition_of_the_list_stands_in_its_address() {
    let world = World::founded();
    let case = Case::open(&world);
    let [open, asked, declined] = [(); 3].map(|()| given::report(&world).number);
    let question = json!({ "lang": "en", "text": "Which version?" });
    world.does("ask-finder", json!({ "report": asked, "text": question }));
    world.does(
        "decline-report",
        json!({ "report": declined, "reason": "duplicate" }),
    );
    case.contact("Aoba");
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let number = &case.number;
    for (query, expected) in [
        ("", vec![number, &open, &asked]),
        ("?kind=reports", vec![&open, &asked]),
        ("?kind=cases", vec![number]),
        ("?waiting=us", vec![&open]),
        ("?waiting=finder", vec![&asked]),
        ("?waiting=vendor", vec![number]),
        ("?show=over", vec![&declined]),
        ("?state=questioned", vec![&asked]),
        ("?state=declined", vec![&declined]),
        ("?due=overdue", vec![]),
        ("?kind=cases&waiting=finder", vec![]),
    ] {
        let mut found = asks(&coordinator, query);
        found.sort();
        let mut expected: Vec<String> = expected.into_iter().cloned().collect();
        expected.sort();
        assert_eq!(found, expected, "{query}");
    }
    // Who searches looks everywhere.
    let q = format!("?q={declined}");
    assert_eq!(asks(&coordinator, &q), std::slice::from_ref(&declined));
    let none = coordinator.get("/ja/desk/?q=nothing");
    assert!(none.says("desk-queue-none"));
    // What ran out of time is found by that.
    world.days_pass(9);
    let coordinator = doors.person("coordinator");
    assert!(asks(&coordinator, "?due=overdue").contains(&open));
    world.ends_well();
}

/// Takes in a report of this kind and accepts it; returns the number of its case.
fn accepted(world: &World, kind: &str) -> String {
    let fields = json!({
        "kind": kind, "channel": "fax", "consent": "3",
        "text": { "lang": "ja", "text": "名簿が読めます。" },
        "finder": "ある発見者", "contact": "finder@finder.example",
    });
    let filed = world.does_as("reception", "file-report", fields);
    let report = json!({ "report": said(&filed, "handling") });
    said(&world.does("accept-report", report), "number")
}

/// What the list finds for some words.
fn finds(person: &Visitor<'_>, words: &str) -> Vec<String> {
    let words: String = form_urlencoded::byte_serialize(words.as_bytes()).collect();
    asks(person, &format!("?q={words}"))
}

#[test]
fn a_case_is_found_by_whatever_somebody_has_at_hand() {
    let world = World::founded();
    let case = Case::open(&world);
    let mut draft = given::advisory(None);
    draft["facts"]["cve"] = json!(["CVE-2026-12345"]);
    let title = ("青葉ゲートウェイ", "every remote management console");
    for text in draft["texts"].as_array_mut().unwrap() {
        if text["field"] == "title" {
            text["text"] = match text["lang"].as_str() {
                Some("ja") => json!("青葉ゲートウェイの経路検査の不備"),
                _ => json!(format!(
                    "A weakness in Aoba Gateway lets anybody who reaches it open {}",
                    title.1
                )),
            };
        }
    }
    draft["facts"]["other_ids"] = json!([{ "system": "CERT/CC", "text": "VU#654321" }]);
    case.does("draft-advisory", draft);
    // Another case, of which nothing of that is true.
    let other = accepted(&world, "product");
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let digits = base::digits(case.vendor("Birch"));
    for words in [
        case.number.as_str(),
        // The report is accepted: it has no row of its own any more.
        case.report.number.as_str(),
        case.vendor("Birch"),
        digits.as_str(),
        "Birch Works",
        "ＢＩＲＣＨ　ｗｏｒｋｓ",
        "Birch 工房",
        "こうぼう",
        "CVE-2026-12345",
        "ｃｖｅ－２０２６－１２３４５",
        "VU#654321",
        "A weakness in Aoba",
        // The title in the other language; and its end, which the list cuts off.
        title.0,
        title.1,
    ] {
        let found = finds(&coordinator, words);
        assert_eq!(found, std::slice::from_ref(&case.number), "{words}");
    }
    assert_eq!(finds(&coordinator, &other), std::slice::from_ref(&other));
    // Digits are looked for as whole numbers; with the letters of their series they may be begun.
    let begun = &case.number[..case.number.len() - 2];
    assert_eq!(
        finds(&coordinator, "654321"),
        std::slice::from_ref(&case.number)
    );
    assert_eq!(
        finds(&coordinator, begun),
        std::slice::from_ref(&case.number)
    );
    let within = base::digits(&case.number)[2..5].to_owned();
    for words in [
        "CVE-2026-54321",
        "VU#123456",
        "Nobody Works",
        "5432",
        &within,
    ] {
        assert_eq!(finds(&coordinator, words), Vec::<String>::new(), "{words}");
    }
    world.ends_well();
}

#[test]
fn what_is_mended_on_a_website_has_no_target_of_publication() {
    let world = World::founded();
    let party = given::vendor(&world, "Aoba", true);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    for (kind, part, has_target) in [("product", "vendor", true), ("site", "operator", false)] {
        let number = accepted(&world, kind);
        let joins = json!({ "case": number, "party": party, "part": part });
        let tracking = said(&world.does("add-participant", joins), "tracking");
        let call = json!({ "participant": tracking, "channel": "phone", "result": "reached" });
        world.does("contact", call);
        let page = coordinator.get(&format!("/en/desk/cases/{number}"));
        assert_eq!(page.status, 200, "{kind}");
        let target = page.says("clock-case-target-publication");
        assert_eq!(target, has_target, "{kind}");
    }
    world.ends_well();
}

#[test]
fn the_list_is_ordered_as_it_was_asked_for() {
    let world = World::founded();
    let numbers: Vec<String> = (0..4)
        .map(|_| {
            let next = engine::Instant(world.now().0 + 1_000_000);
            world.stage.clock.move_to(next);
            given::report(&world).number
        })
        .collect();
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let newest: Vec<String> = numbers.iter().rev().cloned().collect();
    let mut sorted = numbers.clone();
    sorted.sort();
    assert_eq!(asks(&reception, "?sort=new"), newest);
    assert_eq!(asks(&reception, "?sort=number"), sorted);
    world.ends_well();
}

#[test]
fn a_long_list_is_read_page_by_page_with_its_conditions() {
    let world = World::founded();
    for _ in 0..51 {
        given::report(&world);
    }
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    let first = reception.get("/en/desk/?kind=reports&sort=number");
    assert!(
        first.has("kind=reports&sort=number&page=2"),
        "{}",
        first.text
    );
    let [one, two] = [
        rows(&first),
        asks(&reception, "?kind=reports&sort=number&page=2"),
    ];
    assert_eq!((one.len(), two.len()), (50, 1));
    assert!(one.last() < two.first());
    assert_eq!(asks(&reception, "?kind=reports&sort=number&page=9"), two);
    world.ends_well();
}

#[test]
fn a_row_has_a_title_for_who_may_read_it() {
    let world = World::founded();
    given::report(&world);
    let doors = Doors::of(&world);
    let unsorted = "画面から入れました。";
    let page = doors.person("reception").get(LIST);
    assert!(page.has(unsorted));
    let page = doors.person("coordinator").get(LIST);
    assert!(!page.has(unsorted) && page.says("desk-untitled-unsorted"));
    world.ends_well();
}

#[test]
fn a_vendor_that_wishes_to_be_called_is_a_task_until_a_number_was_drawn() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let birch = vendor(&doors, &case, "Birch");
    let coordinator = doors.person("coordinator");
    assert!(coordinator.get(TASKS).says("desk-tasks-none"));
    let fields = [("phone", "03-0000-0000"), ("hours", "mornings")];
    assert_eq!(birch.sends("/en/partner/call", &fields).status, 303);
    let page = coordinator.get(TASKS);
    assert!(page.says("task-call-asked") && page.says("task-todo-call-asked"));
    assert!(page.has("Birch Works") && page.has("03-0000-0000"));
    assert!(asks(&coordinator, "?waiting=us").contains(&case.number));
    // The number is for those who call.
    let editor = doors.person("editor").get(TASKS);
    assert!(editor.says("task-call-asked") && !editor.has("03-0000-0000"));
    let digits = base::digits(case.vendor("Birch"));
    let here = format!("/en/desk/cases/{}/vendors/{digits}", case.number);
    assert!(page.text.contains(&here));
    let drawn = coordinator.fills(
        &here,
        &[
            ("do", "phone-code"),
            ("called_number", "+81 3 0000 0000"),
            ("called_from", "public"),
        ],
    );
    assert_eq!(drawn.status, 200);
    assert!(coordinator.get(TASKS).says("desk-tasks-none"));
    world.ends_well();
}

#[test]
fn a_date_that_came_without_a_plan_is_a_task_that_leads_to_the_plan() {
    let world = World::founded_with(|config| config.mail.duty = "duty@centre.example".to_owned());
    let case = Case::open(&world);
    let until = world.ahead(span(14, 0));
    case.coordinated(until);
    for (days, is_near) in [(8, false), (6, true)] {
        world.passes_to(engine::Instant(until.0 - span(days, 0)));
        let doors = Doors::of(&world);
        let page = doors.person("editor").get("/ja/desk/tasks");
        assert_eq!(
            page.says("task-todo-no-plan"),
            is_near,
            "{days} days before"
        );
    }
    world.passes_to(engine::Instant(until.0 + span(0, 1)));
    let doors = Doors::of(&world);
    let page = doors.person("editor").get("/ja/desk/tasks");
    assert!(page.says("task-no-plan") && page.says("task-todo-no-plan"));
    let plan = format!("/ja/desk/cases/{}/plan", case.number);
    assert!(page.text.contains(&plan));
    case.does("close-case", json!({ "code": "individual_response" }));
    let page = doors.person("editor").get("/ja/desk/tasks");
    assert!(page.says("desk-tasks-none"));
    world.runs_due();
    world.ends_well_but(&["date_without_plan"]);
}

#[test]
fn a_report_that_nobody_answered_and_a_vendor_that_is_silent_are_tasks() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    assert!(coordinator.get(TASKS).says("desk-tasks-none"));
    case.contact("Aoba");
    let report = given::report(&world);
    let page = coordinator.get(TASKS);
    assert!(page.says("task-report-unread") && page.has(&report.number));
    assert!(!page.says("task-vendor-silent"), "it has two weeks");
    let question = json!({ "lang": "en", "text": "Which version?" });
    world.does(
        "ask-finder",
        json!({ "report": report.number, "text": question }),
    );
    world.days_pass(15);
    let coordinator = doors.person("coordinator");
    let page = coordinator.get(TASKS);
    assert!(!page.says("task-report-unread"), "it waits for the finder");
    assert!(page.says("task-vendor-silent") && page.has("Aoba Works"));
    let listed = coordinator.get(&format!("{LIST}?due=overdue"));
    assert!(
        rows(&listed).contains(&case.number),
        "its clock shows in the list"
    );
    case.does_with(
        case.vendor("Aoba"),
        "contact",
        json!({ "channel": "phone", "result": "reached" }),
    );
    assert!(coordinator.get(TASKS).says("desk-tasks-none"));
    // Whatever waits for us in the list has its row here, until it is decided.
    let answer = json!({ "lang": "en", "text": "3.2" });
    let answer = json!({ "report": report.number, "text": answer });
    world.does("add-to-report", answer);
    let waits = || {
        let listed = coordinator.get(&format!("{LIST}?waiting=us"));
        rows(&listed).contains(&report.number)
    };
    assert!(coordinator.get(TASKS).says("task-report-unread") && waits());
    given::sorted(&world, &report);
    let page = coordinator.get(TASKS);
    assert!(page.says("task-report-undecided") && !page.says("task-report-unread") && waits());
    // What the finder adds since is not sorted yet, and the way of attack is no title in the list.
    let more = json!({ "report": report.number, "text": { "lang": "en", "text": "3.3 too" } });
    world.does("add-to-report", more);
    assert!(coordinator.get(TASKS).says("task-report-unread"));
    given::sorted(&world, &report);
    assert!(coordinator.get(TASKS).says("task-report-undecided"));
    world.does("accept-report", json!({ "report": report.number }));
    assert!(coordinator.get(TASKS).says("desk-tasks-none"));
    world.ends_well();
}

#[test]
fn an_approved_plan_that_no_longer_fits_is_a_task() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let plan = case.planned(world.ahead(span(5, 0)));
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    assert!(coordinator.get(TASKS).says("task-approve-plan"));
    case.approved(&plan);
    assert!(coordinator.get(TASKS).says("desk-tasks-none"));
    let answer = json!({ "answer": { "product": "Aoba Gateway", "versions": "< 9", "answer": "not_affected" } });
    case.does_with(case.vendor("Aoba"), "record-unasked-answer", answer);
    let page = coordinator.get(TASKS);
    assert!(page.says("task-outdated-plan") && page.says("task-todo-outdated-plan"));
    world.ends_well_but(&["release"]);
}

#[test]
fn a_task_without_a_copy_has_no_form() {
    let world = World::founded();
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    for (verb, task) in [
        ("record", "date-NRS-1"),
        ("done", ""),
        ("other", "copy-aaaaaaaaaaaaaaaa"),
    ] {
        let fields = [("do", verb), ("task", task), ("code", "123456")];
        let page = coordinator.sends(TASKS, &fields);
        assert_eq!(page.status, 404, "{verb} {task}");
    }
    let unknown = [("do", "done"), ("task", "copy-aaaaaaaaaaaaaaaa")];
    let page = coordinator.sends(TASKS, &unknown);
    page.refused("", "refusal-copy-unknown");
    world.ends_well();
}

/// Reference and code of the one copy of a case.
fn copy_of(case: &Case<'_>) -> (String, String) {
    let (world, house) = (case.world, case.world.house());
    let stream = world.wait(world.stage.numbered(&case.id)).unwrap();
    let advisory = engine::kernel::ids::advisory_id(CaseId(stream.0));
    let copies = world.wait(house.store.copies(Viewer::House, advisory, 1));
    let copies = copies.unwrap();
    let [copy] = copies.as_slice() else {
        panic!("{} copies", copies.len());
    };
    let code = engine::distribution::copies::copy_code(house, &copy.id);
    let reference = engine::kernel::reference::read(house, &copy.id, &copy.reference);
    (reference.unwrap(), code)
}

#[test]
fn a_copy_that_came_back_is_sent_again_by_its_button() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    let _ = case.published();
    let (reference, _) = copy_of(&case);
    let store = &world.house().store;
    let copy = world.wait(store.copy_by_reference(Viewer::House, &reference));
    let back = Settled {
        id: copy.unwrap().unwrap().id,
        happened: Happening::CameBack,
        next_at: 0,
        detail: 0,
    };
    world
        .wait(store.settle_copies(&[back], world.now().0))
        .unwrap();
    std::fs::remove_dir_all(world.stage.dir().join("mail")).unwrap();
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let page = coordinator.get(TASKS);
    assert!(page.says("task-dead-address") && page.offers("again"));
    let task = format!("copy-{reference}");
    let fields = [("do", "again"), ("task", task.as_str())];
    let page = coordinator.follows(&coordinator.sends(TASKS, &fields));
    assert!(page.says("done-task-again") && page.says("desk-tasks-none"));
    world.runs_due();
    assert_eq!(world.mails_to("one@reader.example").len(), 1);
    // What was taken is not sent twice.
    let page = coordinator.sends(TASKS, &fields);
    page.refused("", "refusal-copy-state");
    world.ends_well();
}

#[test]
fn what_was_told_by_telephone_is_recorded_with_reference_and_code() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    let _ = case.published();
    let (reference, code) = copy_of(&case);
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    assert!(reception.get("/ja/desk/record").says("desk-record-text"));
    let records = |reference: &str, code: &str| {
        let fields = [
            ("do", "record"),
            ("reference", reference),
            ("code", code),
            ("way", "phone"),
        ];
        reception.sends(RECORD, &fields)
    };
    let page = records(" ", "");
    page.refused("reference", "desk-record-reference-needed");
    page.refused("code", "desk-record-code-needed");
    let wrong = records(&reference, "12345");
    wrong.refused("", "refusal-copy-unknown");
    assert_eq!(
        wrong.typed("reference").as_deref(),
        Some(reference.as_str())
    );
    assert_eq!(wrong.typed("code").as_deref(), Some("12345"));
    assert_eq!(world.times("copy_acknowledged"), 0);
    let told = format!(" {} ", reference.to_uppercase());
    let page = reception.follows(&records(&told, &code));
    assert!(page.has(&words("en", "done-record")));
    assert_eq!(world.times("copy_acknowledged"), 1);
    // Whoever runs the machine records none.
    let admin = doors.person("admin");
    let fields = [("reference", reference.as_str()), ("code", code.as_str())];
    assert_eq!(admin.sends(RECORD, &fields).status, 403);
    // Nor is there a word of the page in the menu, and every page leads back to one that there is.
    let start = admin.follows(&admin.get("/en/desk/"));
    assert_eq!(start.status, 200);
    for (key, is_there) in [
        ("inside-persons", true),
        ("inside-password", true),
        ("inside-queue", false),
        ("inside-record", false),
    ] {
        assert_eq!(start.says(key), is_there, "{key}");
    }
    let gone = admin.get("/en/desk/cases/NRS-00000000");
    assert!(gone.says("desk-sorry-home") && gone.has("href=\"/en/desk/\""));
    world.ends_well();
}

#[test]
fn the_case_of_a_date_shows_when_it_runs_out() {
    let world = World::founded();
    let case = Case::open(&world);
    let until = world.ahead(span(2, 0));
    case.coordinated(until);
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    let page = coordinator.get("/en/desk/?kind=cases&due=3days");
    assert_eq!(rows(&page), std::slice::from_ref(&case.number));
    assert!(page.says("clock-embargo") && page.has(&at(until)));
    world.ends_well();
}

#[test]
fn what_is_out_and_rests_is_no_work_until_somebody_writes_another_revision() {
    let world = World::founded();
    let case = Case::open(&world);
    let _out = case.published();
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    assert!(!asks(&coordinator, "").contains(&case.number));
    assert!(asks(&coordinator, "?show=over").contains(&case.number));
    assert!(coordinator.get(LIST).has("Published or closed (1)"));
    case.drafted(Some("A fix is out."));
    assert!(asks(&coordinator, "").contains(&case.number));
    assert!(coordinator.get(LIST).has("Published or closed (0)"));
    world.ends_well();
}

/// Whoever asks for another date, or does not agree, is a task until the date is changed or it agrees.
#[test]
fn a_vendor_that_does_not_agree_to_the_date_is_a_task_until_it_does_or_the_date_changes() {
    let world = World::founded();
    let case = Case::open(&world);
    let ahead = |days| at(world.ahead(span(days, 0)));
    let doors = Doors::of(&world);
    let coordinator = doors.person("coordinator");
    case.does("propose-date", json!({ "until": ahead(30) }));
    case.does_with(case.vendor("Aoba"), "agree-date", json!({}));
    let wish = json!({ "until": ahead(40) });
    case.does_with(case.vendor("Birch"), "counter-date", wish);
    case.does_with(case.vendor("Cedar"), "decline-date", json!({}));
    let page = coordinator.get(TASKS);
    assert!(page.says("task-date-wished") && page.has("Birch Works"));
    assert!(page.says("task-date-declined") && page.has("Cedar Works") && !page.has("Aoba Works"));
    // It names another date after all.
    case.does_with(
        case.vendor("Cedar"),
        "counter-date",
        json!({ "until": ahead(50) }),
    );
    let page = coordinator.get(TASKS);
    assert!(page.has("Cedar Works") && !page.says("task-date-declined"));
    case.does_with(case.vendor("Cedar"), "agree-date", json!({}));
    let page = coordinator.get(TASKS);
    assert!(page.says("task-date-wished") && !page.has("Cedar Works"));
    // Whoever has agreed and then asks for another is heard too.
    case.does_with(
        case.vendor("Aoba"),
        "counter-date",
        json!({ "until": ahead(45) }),
    );
    assert!(coordinator.get(TASKS).has("Aoba Works"));
    case.does("revise-date", json!({ "until": ahead(40) }));
    assert!(!coordinator.get(TASKS).says("task-date-wished"));
    world.ends_well();
}

/// A plan that waits for a later instant than the date is a task until the date comes: then nothing can be changed.
#[test]
fn a_plan_for_a_later_time_than_the_date_is_a_task() {
    let world = World::founded();
    let case = Case::open(&world);
    let agreed = world.ahead(span(14, 0));
    case.coordinated(agreed);
    case.drafted(None);
    let later = engine::Instant(agreed.0 + span(3, 0));
    case.approved(&case.planned(later));
    for passed in [0_i64, 1] {
        let out = world.passes_to(engine::Instant(agreed.0 + span(passed * 2 - 1, 0)));
        assert!(out.is_empty(), "the date ends the embargo alone");
        assert_eq!(world.times("embargo_ended"), usize::from(passed == 1));
        let doors = Doors::of(&world);
        let coordinator = doors.person("coordinator");
        let page = coordinator.get(TASKS);
        assert_eq!(page.says("task-plan-after-date"), passed == 0);
        assert!(!page.says("task-no-plan"), "{passed}");
        let page = coordinator.get(&format!("/en/desk/cases/{}", case.number));
        assert_eq!(page.says("work-at-zero-later"), passed == 0);
    }
}
