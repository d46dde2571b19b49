//! A draft from its sources: what stays a reference, which class new words have, what repeats, what is offered to whom.

use domain::role::Role;
use domain::text::class::Class;
use domain::value::{StatementKind, TextRef};
use engine::advisory::sources::{self, Origin, Source};
use engine::kernel::unit::Unit;
use seal::record::Realm;
use serde_json::{Value, json};
use testkit::world::{at, said, span};
use testkit::{Case, World, given};

use crate::advisory::{line, with};
use crate::look;

/// The part of the report that has this class.
fn part(case: &Case<'_>, class: Class) -> TextRef {
    match look::numbered(case.world, &case.report.number) {
        domain::aggregate::Aggregate::Report(report) => {
            let found = report.parts.iter().find(|part| part.class == class);
            *found.unwrap()
        }
        _ => panic!("a report"),
    }
}

/// A text that was taken from a body.
fn taken(field: &str, lang: &str, words: &str, from: &TextRef) -> Value {
    let mut text = line(field, lang, words);
    text["from"] = from.body.to_string().into();
    text
}

#[test]
fn words_that_stay_are_a_reference_and_changed_ones_take_the_stricter_class() {
    let world = World::founded();
    let case = Case::open(&world);
    let rows = [
        (
            "fix",
            "ja",
            Class::F,
            "版を上げると直ります",
            Class::F,
            true,
        ),
        (
            "fix",
            "ja",
            Class::F,
            " 版を上げると直ります\r\n",
            Class::F,
            true,
        ),
        ("fix", "ja", Class::F, "", Class::F, true),
        ("fix", "ja", Class::F, "版を上げてください", Class::F, false),
        (
            "fix",
            "ja",
            Class::V,
            "検査を足した版に上げます",
            Class::V,
            false,
        ),
        (
            "summary",
            "ja",
            Class::W,
            "管理画面が外から見えています",
            Class::V,
            false,
        ),
        (
            "check",
            "ja",
            Class::F,
            "版は画面の下にあります",
            Class::K1,
            false,
        ),
        // The same words in another language are another text.
        (
            "workaround",
            "en",
            Class::W,
            "管理画面を外から見えなくします",
            Class::W,
            false,
        ),
    ];
    for (field, lang, source, words, class, is_same) in rows {
        let source = part(&case, source);
        case.does("draft-advisory", with(taken(field, lang, words, &source)));
        let text = look::drafted(&case, field, lang).unwrap();
        let found = (text.class, text.body == source.body);
        assert_eq!(found, (class, is_same), "{field} {words:?}");
    }
    world.ends_well();
}

#[test]
fn typed_words_have_the_class_of_their_field_or_the_one_that_is_said() {
    let world = World::founded();
    let case = Case::open(&world);
    let fields = [
        ("title", Class::V),
        ("check", Class::K1),
        ("detection", Class::K2),
        ("side_effects", Class::F),
        ("workaround", Class::W),
        ("threat_note", Class::E),
        ("credit", Class::H),
    ];
    for (field, class) in fields {
        case.does("draft-advisory", with(line(field, "en", "Typed here")));
        let text = look::drafted(&case, field, "en").unwrap();
        assert_eq!(text.class, class, "{field}");
    }
    let mut stricter = line("workaround", "en", "Typed here");
    stricter["class"] = "V".into();
    case.does("draft-advisory", with(stricter));
    let text = look::drafted(&case, "workaround", "en").unwrap();
    assert_eq!(text.class, Class::V);
    world.ends_well();
}

#[test]
fn a_text_that_its_editor_may_not_see_stays_by_its_body_and_goes_without_it() {
    let world = World::founded();
    let case = Case::open(&world);
    case.does("draft-advisory", with(line("credit", "ja", "ある発見者")));
    let kept = look::drafted(&case, "credit", "ja").unwrap();
    case.does("draft-advisory", with(taken("credit", "ja", "", &kept)));
    let again = look::drafted(&case, "credit", "ja").unwrap();
    assert_eq!(again.body, kept.body);

    let attack = part(&case, Class::A);
    let mut unknown = line("note", "ja", "");
    unknown["from"] = "01a2014d68a876789689eabce21307db".into();
    for (text, code) in [
        // It is kept where it stood, in its language, and the attack was never to be had.
        (taken("title", "ja", "", &kept), "gate.withheld"),
        (taken("credit", "en", "", &kept), "not_found"),
        (taken("note", "ja", "", &attack), "not_found"),
        (unknown, "not_found"),
    ] {
        let told = text.to_string();
        assert_eq!(case.refuses("draft-advisory", with(text)), code, "{told}");
    }

    case.drafted(None);
    assert_eq!(look::drafted(&case, "credit", "ja"), None);
    let late = with(taken("credit", "ja", "", &kept));
    assert_eq!(case.refuses("draft-advisory", late), "not_found");
    world.ends_well();
}

#[test]
fn an_empty_text_that_comes_from_nowhere_is_no_text() {
    let world = World::founded();
    let case = Case::open(&world);
    case.does("draft-advisory", with(line("note", "en", " \n")));
    assert_eq!(look::drafted(&case, "note", "en"), None);
    assert!(look::drafted(&case, "note", "ja").is_some());
    assert_eq!(
        case.refuses(
            "draft-advisory",
            json!({ "stage": "final", "texts": [line("title", "ja", " ")] })
        ),
        "input",
        "a title of spaces is none"
    );
    world.ends_well();
}

/// Words that show how to attack.
const SECRET: &str =
    "管理画面へ三つの要求を続けて送り最後の返事の二行目にある鍵を控えてもう一度送ります";

/// Adds the words that show how to attack to the report of the case, and drafts an advisory that repeats them.
fn repeats(case: &Case<'_>) {
    let parts = json!([
        { "class": "V", "lang": "ja", "text": "経路の検査が一つ抜けています" },
        { "class": "A", "lang": "ja", "text": SECRET },
    ]);
    let fields = json!({ "report": case.report.number, "parts": parts });
    case.world.does_as("reception", "sort-report", fields);
    let details = format!("報告がありました。{SECRET}。更新してください。");
    case.does("draft-advisory", with(line("details", "ja", &details)));
}

#[test]
fn what_a_joined_report_says_and_who_wrote_it_are_looked_for_until_somebody_sorted_it() {
    let world = World::founded();
    let case = Case::open(&world);
    let came = "設定の画面を開いたまま別の人が入ると前の人の鍵がそのまま使えてしまいます";
    let finder = "青葉山の発見者たち一同";
    let filed = world.does_as(
        "reception",
        "file-report",
        json!({
            "kind": "product", "channel": "form", "consent": "3",
            "text": { "lang": "ja", "text": came },
            "finder": finder, "contact": "other@finder.example",
        }),
    );
    let number = said(&filed, "handling");
    let overlaps = |field: &str, words: &str, may_name: bool| {
        let mut draft = with(line(field, "ja", words));
        draft["facts"]["credit_consent"] = may_name.into();
        let prepared = look::composed(&case, draft).unwrap();
        prepared.composition.overlaps.len()
    };
    assert_eq!(overlaps("details", came, false), 0, "not of this case");
    let joined = json!({ "report": number, "case": case.number });
    world.does("merge-report", joined);
    let within = format!("次のとおりです。{came}。");
    // Wrapped anew and typed in another width it is the same piece.
    let wrapped = came.replace("別の人", "別 の\n人");
    for (field, words, may_name, count) in [
        ("details", came, false, 1),
        ("summary", within.as_str(), false, 1),
        ("note", wrapped.as_str(), false, 1),
        ("note", finder, false, 1),
        ("note", finder, true, 1),
        ("credit", finder, true, 0),
        ("credit", came, true, 1),
        ("details", "鍵の扱いに誤りがあります", false, 0),
    ] {
        let told = format!("{field} {words} {may_name}");
        assert_eq!(overlaps(field, words, may_name), count, "{told}");
    }
    // Nobody is named who did not agree.
    assert_eq!(
        look::composed(&case, with(line("credit", "ja", finder))).err(),
        Some("gate.withheld".to_owned())
    );
    let parts = json!([{ "class": "V", "lang": "ja", "text": came }]);
    world.does_as(
        "reception",
        "sort-report",
        json!({ "report": number, "parts": parts }),
    );
    assert_eq!(overlaps("details", came, false), 0, "declared releasable");
    world.ends_well();
}

#[test]
fn a_repetition_is_taken_on_by_somebody_else_who_says_why() {
    let world = World::founded();
    let case = Case::open(&world);
    repeats(&case);
    let instant = world.ahead(span(0, 2));
    let plan = |takes_on: bool, reason: &str| {
        json!({
            "case": case.number, "instant": at(instant), "overlap_override": takes_on, "reason": reason,
        })
    };
    for (handle, fields, code) in [
        (
            "coordinator",
            plan(true, "it is public elsewhere"),
            "gate.overlap",
        ),
        (
            "editor",
            plan(false, "it is public elsewhere"),
            "gate.overlap",
        ),
        ("editor", plan(true, " "), "no_reason"),
    ] {
        let told = fields.to_string();
        assert_eq!(
            world.refuses_as(handle, "plan-release", fields),
            code,
            "{told}"
        );
    }
    assert_eq!(world.times("plan_made"), 0);
    let reason = "it is public elsewhere";
    let planned = world.does_as("editor", "plan-release", plan(true, reason));
    let facts = look::facts(&case);
    assert_eq!(facts.overrides, ["overlap"]);
    assert_eq!(
        (facts.author.as_str(), facts.reason.as_str()),
        ("editor", reason)
    );
    let repeated: Vec<&str> = facts
        .passages
        .iter()
        .flat_map(|passage| &passage.sentences)
        .filter(|sentence| sentence.repeats)
        .map(|sentence| sentence.text.as_str())
        .collect();
    assert_eq!(repeated.len(), 1, "{repeated:?}");
    assert!(repeated[0].contains(SECRET));
    // What the two approvers signed goes out as it stands.
    case.approved(&said(&planned, "plan"));
    assert_eq!(world.passes_to(instant), std::slice::from_ref(&case.number));
    world.ends_well();
}

/// What a role is offered to compose from.
fn offered(case: &Case<'_>, role: Role) -> Vec<Source> {
    let house = case.world.house();
    let known = look::case_of(case);
    let mut unit = Unit::new(house, house.clock_act(""), "rehearsal", Realm::Live);
    let offered = sources::offered(&mut unit, &known, role);
    case.world.wait(Box::pin(offered)).unwrap()
}

fn classes(case: &Case<'_>, role: Role) -> Vec<Class> {
    let offered = offered(case, role);
    offered.iter().map(|source| source.text.class).collect()
}

#[test]
fn sources_are_offered_as_far_as_the_case_has_come_and_to_whom_they_may_be() {
    use Class::{F, V, W};
    let world = World::founded();
    let case = Case::open(&world);
    for (role, expected) in [
        (Role::Reception, vec![V, W]),
        (Role::Analysis, vec![V, W]),
        (Role::Coordinator, vec![V]),
        (Role::EditionEditor, vec![]),
        (Role::Operator, vec![]),
    ] {
        assert_eq!(classes(&case, role), expected, "nobody was asked: {role:?}");
    }
    case.contact("Aoba");
    for (role, expected) in [
        (Role::Reception, vec![V, W, F]),
        (Role::Coordinator, vec![V, W, F]),
        (Role::EditionEditor, vec![V, W, F]),
        (Role::Judge, vec![]),
        (Role::Operator, vec![]),
    ] {
        assert_eq!(
            classes(&case, role),
            expected,
            "a vendor was asked: {role:?}"
        );
    }
    world.runs_due();
    world.ends_well();
}

#[test]
fn a_vendors_words_are_offered_with_whose_they_are() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    case.has_a_fix("Aoba");
    for (kind, words, about) in [
        ("statement", "We thank the finder.", Value::Null),
        (
            "fix",
            "Install 3.2.1.",
            json!({ "product": "Aoba Gateway", "versions": "< 3.2.1" }),
        ),
    ] {
        let fields = json!({
            "statement": kind, "text": { "lang": "en", "text": words }, "about": about,
        });
        case.does_with(case.vendor("Aoba"), "record-statement", fields);
    }
    let offered = offered(&case, Role::EditionEditor);
    let of_vendors: Vec<(Class, &str, String)> = offered
        .iter()
        .filter_map(|source| match &source.origin {
            Origin::Vendor {
                name_en,
                kind,
                about,
                ..
            } => {
                assert_eq!(name_en, "Aoba Works");
                assert_eq!(about.is_some(), *kind == StatementKind::Fix);
                Some((
                    source.text.class,
                    source.words.words_let_out(),
                    format!("{kind:?}"),
                ))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        of_vendors,
        [
            (Class::R, "We thank the finder.", "Statement".to_owned()),
            (Class::F, "Install 3.2.1.", "Fix".to_owned()),
        ]
    );
    // The vendor's fix is composed from as it is, and stays the vendor's body.
    let source = offered
        .iter()
        .find(|one| one.words.words_let_out() == "Install 3.2.1.");
    let source = source.unwrap().text;
    case.does(
        "draft-advisory",
        with(taken("fix", "en", "Install 3.2.1.", &source)),
    );
    let fix = look::drafted(&case, "fix", "en").unwrap();
    assert_eq!((fix.body, fix.class), (source.body, Class::F));
    world.ends_well();
}

#[test]
fn a_draft_is_for_editors_and_a_closed_case_has_none() {
    let world = World::founded();
    let case = Case::open(&world);
    let mut draft = given::advisory(None);
    draft["case"] = case.number.clone().into();
    for handle in ["reception", "admin"] {
        let refused = world.refuses_as(handle, "draft-advisory", draft.clone());
        assert_eq!(refused, "role", "{handle}");
    }
    world.does_as("editor", "draft-advisory", draft.clone());
    case.does("close-case", json!({ "code": "withdrawn" }));
    assert_eq!(
        world.refuses_as("editor", "draft-advisory", draft),
        "case.closed"
    );
    world.ends_well();
}

#[test]
fn numbers_and_scores_are_read_or_refused_wherever_they_come_from() {
    let world = World::founded();
    let case = Case::open(&world);
    let with = |field: &str, value: Value| {
        let mut draft = given::advisory(None);
        draft["facts"][field] = value;
        draft
    };
    let cvss = |vector: &str, score: f64| json!([{ "version": "4.0", "vector": vector, "base_score": score }]);
    let critical = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
    for (field, value) in [
        ("cve", json!(["CVE-26-1"])),
        ("cve", json!(["foo bar"])),
        ("cve", json!(["CVE-1998-0001"])),
        (
            "other_ids",
            json!([{ "system": "CVE", "text": "CVE-2026-12345" }]),
        ),
        ("other_ids", json!([{ "system": "CERT/CC", "text": " " }])),
        ("other_ids", json!([{ "system": "", "text": "VU#1" }])),
        ("cvss", cvss(critical, 1.0)),
        ("cvss", cvss("AV:N", 9.3)),
    ] {
        let refused = case.refuses("draft-advisory", with(field, value));
        assert_eq!(refused, "input", "{field}");
    }
    case.does("draft-advisory", with("cvss", cvss(critical, 9.3)));
    let wide = json!(["ＣＶＥ－２０２６－１２３４５", "CVE‑2026‑12346"]);
    let doc = look::composed(&case, with("cve", wide))
        .unwrap()
        .composition
        .doc;
    assert_eq!(doc.cve, ["CVE-2026-12345", "CVE-2026-12346"]);
    // What is one once it is folded is said once.
    let mut twice = with("cve", json!(["CVE-2026-１２３４５", "cve-2026-12345"]));
    let id = |text: &str| json!({ "system": "JVN", "text": text });
    twice["facts"]["other_ids"] = json!([id("JVN＃12345678"), id("JVN#12345678")]);
    twice["facts"]["damage"] = json!(["leak", "leak"]);
    let doc = look::composed(&case, twice).unwrap().composition.doc;
    assert_eq!(doc.cve, ["CVE-2026-12345"]);
    assert_eq!((doc.other_ids.len(), doc.damage.len()), (1, 1));
    assert_eq!(doc.other_ids[0].text, "JVN#12345678");
}
