//! The lints of a composed advisory, rule by rule, and what an error of theirs does (docs/design/process.md §3.1).

use serde_json::{Value, json};
use testkit::world::{at, span};
use testkit::{Case, World, given};

use crate::advisory::line;
use crate::look;

/// An advisory in which the lints find nothing.
fn complete() -> Value {
    let mut draft = given::advisory(None);
    say(&mut draft, "actions", "ja", "管理者 | 更新する | 今日");
    say(
        &mut draft,
        "actions",
        "en",
        "Administrators | update | today",
    );
    draft
}

/// Puts words into a field, in place of what stood there in this language.
fn say(draft: &mut Value, field: &str, lang: &str, words: &str) {
    leave_out(draft, field, &[lang]);
    let texts = draft["texts"].as_array_mut().unwrap();
    texts.push(line(field, lang, words));
}

fn leave_out(draft: &mut Value, field: &str, langs: &[&str]) {
    let texts = draft["texts"].as_array_mut().unwrap();
    texts.retain(|text| {
        let lang = text["lang"].as_str().unwrap_or_default();
        text["field"] != field || !langs.contains(&lang)
    });
}

const BOTH: &[&str] = &["ja", "en"];

/// What the lints find in a draft.
fn found(case: &Case<'_>, draft: Value) -> Vec<String> {
    let prepared = look::composed(case, draft).unwrap();
    let findings = prepared.findings.iter();
    findings
        .map(|found| format!("{} {} {}", found.rule, found.field, found.code))
        .collect()
}

/// What a row is about, what is changed in a complete draft, and all that is found then.
type Row = (&'static str, fn(&mut Value), &'static [&'static str]);

const ROWS: &[Row] = &[
    ("a complete draft", |_| {}, &[]),
    (
        "an order that the eye does not follow",
        |draft| say(draft, "details", "en", "run \u{202e}cod.exe"),
        &["H8 details hidden_character"],
    ),
    (
        "36 words for administrators",
        |draft| say(draft, "summary", "en", &"word ".repeat(36)),
        &["H1 summary long_sentence"],
    ),
    (
        "30 words for administrators",
        |draft| say(draft, "summary", "en", &"word ".repeat(30)),
        &[],
    ),
    (
        "30 words for everybody",
        |draft| {
            say(draft, "summary", "en", &"word ".repeat(30));
            draft["facts"]["audience"] = "general_user".into();
        },
        &["H1 summary long_sentence"],
    ),
    (
        "60 letters of Japanese for everybody",
        |draft| {
            say(draft, "impact", "ja", &"あ".repeat(60));
            draft["facts"]["audience"] = "general_user".into();
        },
        &["H1 impact long_sentence"],
    ),
    (
        "a long note, which is read at leisure",
        |draft| say(draft, "note", "en", &"word ".repeat(60)),
        &[],
    ),
    (
        "a word of the trade",
        |draft| say(draft, "summary", "ja", "ファームウェアが読まれます"),
        &["H2 summary word_without_gloss"],
    ),
    (
        "a word of the trade with what it means",
        |draft| {
            let words = "ファームウェア（機器に組み込まれたソフトウェア）が読まれます";
            say(draft, "summary", "ja", words);
        },
        &[],
    ),
    (
        "a word of the trade in a title, which has no room",
        |draft| say(draft, "title", "ja", "ファームウェアの弱点"),
        &[],
    ),
    (
        "no damage",
        |draft| draft["facts"]["damage"] = json!([]),
        &["H4 damage missing"],
    ),
    (
        "nothing about attacks",
        |draft| draft["facts"]["threat"] = "not_recorded".into(),
        &["H4 threat missing"],
    ),
    (
        "no detection",
        |draft| leave_out(draft, "detection", BOTH),
        &["H4 detection missing"],
    ),
    (
        "no side effects",
        |draft| leave_out(draft, "side_effects", BOTH),
        &["H4 side_effects missing"],
    ),
    (
        "nothing affected",
        |draft| leave_out(draft, "affected", BOTH),
        &["H4 target missing"],
    ),
    (
        "no help, and the risk taken on",
        |draft| {
            leave_out(draft, "fix", BOTH);
            leave_out(draft, "workaround", BOTH);
            draft["facts"]["accepted_risk"] = true.into();
        },
        &["H4 solution missing"],
    ),
    (
        "a summary in one language",
        |draft| leave_out(draft, "summary", &["en"]),
        &["H4 summary one_language"],
    ),
    (
        "a grave weakness for administrators",
        |draft| draft["facts"]["severity"] = "important".into(),
        &["H9 audience no_general_edition"],
    ),
    (
        "a grave weakness for everybody",
        |draft| {
            draft["facts"]["severity"] = "critical".into();
            draft["facts"]["audience"] = "general_user".into();
        },
        &[],
    ),
    (
        "nothing to do first",
        |draft| leave_out(draft, "actions", BOTH),
        &["H10 actions no_action"],
    ),
    (
        "something to do, and nobody says by when",
        |draft| say(draft, "actions", "ja", "管理者 | 更新する"),
        &["H10 actions action_incomplete"],
    ),
    (
        "a reference that is no page",
        |draft| {
            let reference = json!({ "url": "ftp://old.example/", "summary": "" });
            draft["facts"]["references"] = json!([reference]);
        },
        &["H11 references no_address"],
    ),
    (
        "a reference that reads backwards",
        |draft| {
            let reference = json!({ "url": "https://a.example/1", "summary": "a\u{202e}b" });
            draft["facts"]["references"] = json!([reference]);
        },
        &["H8 references hidden_character"],
    ),
    (
        "a reference to an attack",
        |draft| {
            let reference = json!({ "url": "https://code.example/poc/1", "summary": "" });
            draft["facts"]["references"] = json!([reference]);
        },
        &["H8 references exploit_link"],
    ),
];

#[test]
fn each_rule_finds_what_it_is_about_and_nothing_else() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    for (about, change, expected) in ROWS {
        let mut draft = complete();
        change(&mut draft);
        assert_eq!(found(&case, draft), *expected, "{about}");
    }
    world.ends_well();
}

#[test]
fn what_looks_like_an_attack_is_found_by_its_sign() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    let (hex, base64) = ("a1".repeat(25), "xY3".repeat(22));
    for (words, code) in [
        ("Send <script>x</script> to it", "script"),
        ("Type ' or 1=1 -- into it", "sql"),
        ("UNION   SELECT name FROM people", "sql"),
        ("Ask for ../../etc/passwd", "path"),
        ("Write ${jndi:ldap://x} there", "lookup"),
        ("It runs /bin/sh -i then", "shell"),
        (r"Bytes \x90\x90\x90\x90 first", "escaped_bytes"),
        (hex.as_str(), "long_hex"),
        (base64.as_str(), "long_base64"),
        ("See https://exploit-db.com/1", "exploit_link"),
    ] {
        for field in ["details", "note", "detection"] {
            let mut draft = complete();
            say(&mut draft, field, "en", words);
            let expected = format!("H8 {field} {code}");
            assert_eq!(found(&case, draft), [expected], "{words}");
        }
    }
    world.ends_well();
}

#[test]
fn answers_that_contradict_each_other_are_no_facts_to_publish() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    let says = |product: &str, versions: &str, answer: &str, fixed: Option<&str>| {
        let said = json!({ "product": product, "versions": versions, "answer": answer, "fixed_in": fixed });
        case.does_with(
            case.vendor("Aoba"),
            "record-answer",
            json!({ "answer": said }),
        );
    };
    let back = |product: &str, versions: &str| {
        let of = json!({ "product": product, "versions": versions });
        case.does_with(case.vendor("Aoba"), "withdraw-answer", of);
    };
    says("EX-2", "<= 2.4", "affected", Some("2.4"));
    assert_eq!(found(&case, complete()), ["H4 products fix_is_affected"]);
    // The correction alone is another fact beside the first; taken back, it is gone.
    says("EX-2", "< 2.4", "affected", Some("2.4"));
    assert_eq!(found(&case, complete()), ["H4 products fix_is_affected"]);
    back("EX-2", "<= 2.4");
    assert!(found(&case, complete()).is_empty());
    for (product, versions) in [("EX-2", "< 3.0"), ("ＥＸ－２", "2.3 以前"), ("ex 2", "")] {
        says(product, versions, "not_affected", None);
        assert_eq!(
            found(&case, complete()),
            ["H4 products affected_and_not"],
            "{product} {versions}"
        );
        back(product, versions);
    }
    says("EX-2", ">= 2.4", "not_affected", None);
    assert!(found(&case, complete()).is_empty());
    // A version before everything that is affected carries no fix of it.
    for versions in [">= 1.0.8", "= 1.0.8"] {
        says("EX-3", versions, "affected", Some("1.0.7"));
        assert_eq!(found(&case, complete()), ["H4 products fix_before_range"]);
        back("EX-3", versions);
    }
    world.ends_well();
}

#[test]
fn vendors_that_would_read_of_it_in_public_first_are_told_of() {
    let world = World::founded();
    let case = Case::open(&world);
    assert_eq!(found(&case, complete()), ["H11 vendors nobody_asked"]);
    // A first letter to one of them will do: whom to wait for is for people to say.
    case.contact("Aoba");
    assert!(found(&case, complete()).is_empty());
    world.ends_well();
}

#[test]
fn words_that_do_not_fit_what_else_is_known_are_told_of() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    let scored = |severity: &str, threat: &str| {
        let mut draft = complete();
        let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
        draft["facts"]["cvss"] = json!([{ "version": "3.1", "vector": vector, "base_score": 9.8 }]);
        draft["facts"]["severity"] = severity.into();
        draft["facts"]["threat"] = threat.into();
        let found = found(&case, draft).into_iter();
        found
            .filter(|found| found.starts_with("H4"))
            .collect::<Vec<_>>()
    };
    for fits in ["critical", "important", "not_recorded"] {
        assert_eq!(scored(fits, "none_known"), Vec::<String>::new(), "{fits}");
    }
    for off in ["warning", "caution", "none"] {
        assert_eq!(
            scored(off, "none_known"),
            ["H4 severity severity_off"],
            "{off}"
        );
    }
    let unrecorded = scored("critical", "occurring");
    assert_eq!(unrecorded, ["H4 threat threat_unrecorded"]);
    case.does("observe", json!({ "fact": "attacks_observed" }));
    assert!(scored("critical", "occurring").is_empty());
    assert_eq!(scored("critical", "expected"), ["H4 threat threat_silent"]);
    world.ends_well_but(&["first_contact"]);
}

#[test]
fn a_vendor_that_still_looks_into_it_is_told() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    let looks =
        json!({ "product": "Aoba Gateway", "versions": "< 3.2.1", "answer": "investigating" });
    case.does_with(
        case.vendor("Aoba"),
        "record-answer",
        json!({ "answer": looks }),
    );
    assert_eq!(found(&case, complete()), ["H11 vendors vendor_not_final"]);
    // With a vendor on the board it is said what is affected.
    let mut draft = complete();
    leave_out(&mut draft, "affected", BOTH);
    assert_eq!(found(&case, draft), ["H11 vendors vendor_not_final"]);
    case.has_a_fix("Aoba");
    assert!(found(&case, complete()).is_empty());
    world.ends_well();
}

#[test]
fn without_help_the_weakness_is_not_described() {
    let world = World::founded();
    let case = Case::open(&world);
    let mut draft = complete();
    leave_out(&mut draft, "fix", BOTH);
    leave_out(&mut draft, "workaround", BOTH);
    assert_eq!(
        look::composed(&case, draft).err(),
        Some("gate.withheld".to_owned())
    );
    world.ends_well();
}

/// A draft in which an error is found and no more than that.
fn faulty() -> Value {
    let mut draft = complete();
    draft["facts"]["damage"] = json!([]);
    draft
}

#[test]
fn an_error_stops_a_plan_and_a_warning_goes_with_it() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    case.does("draft-advisory", faulty());
    assert_eq!(case.refuses("plan-release", json!({})), "advisory.lint");
    assert_eq!(world.times("plan_made"), 0);
    // The emergency of a release mends no advisory.
    let urgent = json!({ "emergency": true, "reason": "attacks are seen" });
    assert_eq!(case.refuses("plan-release", urgent), "advisory.lint");
    case.drafted(None);
    let planned = case.does(
        "plan-release",
        json!({ "instant": at(world.ahead(span(1, 0))) }),
    );
    let warned = json!([{ "rule": "H10", "field": "actions", "code": "no_action" }]);
    assert_eq!(planned["lints"], warned);
    world.ends_well_but(&["first_contact", "release"]);
}

#[test]
fn a_house_that_reports_tells_an_error_and_plans_all_the_same() {
    let world = World::founded_with(|config| config.profile = "archive".to_owned());
    let case = Case::open(&world);
    case.contact("Aoba");
    case.does("draft-advisory", faulty());
    let planned = case.does(
        "plan-release",
        json!({ "instant": at(world.ahead(span(1, 0))) }),
    );
    let told = json!([{ "rule": "H4", "field": "damage", "code": "missing" }]);
    assert_eq!(planned["lints"], told);
    world.ends_well_but(&["first_contact", "release"]);
}

#[test]
fn what_nobody_sees_in_a_name_of_the_register_is_found_too() {
    let world = World::founded();
    let case = Case::open(&world);
    let named = json!({
        "name_ja": "葵", "name_en": "Mal\u{202e}low Works", "kana": "アオイ", "lang": "en", "listed": true,
        "contact": "psirt@mallow.example",
    });
    let party = world.does("register-party", named)["party"].clone();
    let joins = json!({ "case": case.number, "party": party, "part": "vendor" });
    let joined = world.does("add-participant", joins);
    let answer = json!({ "versions": "", "answer": "not_affected" });
    let fields = json!({ "participant": joined["participant"], "answer": answer });
    world.does("record-unasked-answer", fields);
    let findings = found(&case, complete());
    assert!(
        findings.contains(&"H8 vendors hidden_character".to_owned()),
        "{findings:?}"
    );
}
