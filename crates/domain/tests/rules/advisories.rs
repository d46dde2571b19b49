//! Each sign of an attack with a text that has it and one that nearly has; each word of the trade with its gloss; and
//! numbers that were typed wrongly.

use domain::advisory::jargon::{TERMS, with_gloss, without_gloss};
use domain::advisory::lint::{Draft, Severity, check, payload_signs};
use domain::series::{Kind, Number, NumberError, sequential};
use domain::value::Lang;
use proptest::prelude::*;

/// A code, a text in which it is found, and one that a reader needs and in which nothing is.
const SIGNS: [(&str, &str, &str); 22] = [
    ("script", "<SCRIPT src=x>", "the script tag"),
    ("script", "javascript:alert(1)", "JavaScript is a language"),
    ("script", "<img onerror=x>", "an error = a fault"),
    ("script", "<body onload=x>", "on load = at start"),
    ("sql", "' or 1=1", "one or 1=1"),
    ("sql", "' OR '1'='1", "'1' or '1'"),
    ("sql", "\" or 1=1", "\"or\" 1=1"),
    ("sql", "1 UNION\n SELECT x", "the union of selections"),
    ("sql", "union all  select x", "union of all selections"),
    ("path", "../../x", "../x and ./../x"),
    ("path", "..\\..\\x", "..\\x"),
    ("path", "%2E%2E%2Fx", "%2e%2ex"),
    ("path", "..%2fx", ".%2fx"),
    ("lookup", "${jndi:ldap}", "$(jndi) and {jndi:"),
    ("shell", "/bin/sh -c x", "/bin/sh is replaced"),
    ("shell", "CMD.exe /c x", "cmd.exe is started"),
    ("shell", "powershell  -enc x", "PowerShell 7"),
    (
        "escaped_bytes",
        "\\x41\\x42\\x43\\x44",
        "\\x41\\x42\\x43 \\x44",
    ),
    (
        "escaped_bytes",
        "\\u0041\\u0042\\u0043\\u0044",
        "\\u0041 and \\u0042",
    ),
    ("exploit_link", "exploit-db.com/1", "exploit-db"),
    ("exploit_link", "packetstormsecurity.com", "packet storm"),
    (
        "exploit_link",
        "https://a.example/exploits/1",
        "an exploit is known, see https://a.example/poch",
    ),
];

#[test]
fn each_sign_of_an_attack_is_found_and_what_nearly_is_one_is_not() {
    for (code, found, passed) in SIGNS {
        assert_eq!(payload_signs(found), [code], "{found}");
        assert_eq!(payload_signs(passed), Vec::<&str>::new(), "{passed}");
    }
}

#[test]
fn a_run_is_as_long_as_no_digest_is_before_it_is_suspected() {
    for (digits, is_found) in [
        (32, false),
        (40, false),
        (47, false),
        (48, true),
        (63, true),
        (64, false),
        (65, true),
        (96, false),
        (128, false),
        (129, true),
    ] {
        let text = format!("It is {}.", "f".repeat(digits));
        let found = payload_signs(&text).contains(&"long_hex");
        assert_eq!(found, is_found, "{digits}");
    }
    // A word that has small letters, large ones and digits, and is no address.
    let base64 = |length: usize| -> String { "aQ3".chars().cycle().take(length).collect() };
    for (text, is_found) in [
        (format!("It is {}", base64(63)), false),
        (format!("It is {}", base64(64)), true),
        (format!("It is {}", "aQ".repeat(40)), false),
        (format!("It is {}", "a3".repeat(40)), false),
        (format!("See https://a.example/{}", base64(90)), false),
    ] {
        let found = payload_signs(&text).contains(&"long_base64");
        assert_eq!(found, is_found, "{text}");
    }
}

/// A draft that has everything, so that only what a test adds is found.
fn complete() -> Draft<'static> {
    Draft {
        audience: Some("administrator"),
        status: Some("final"),
        issued_at_utc: Some("2026-11-22T03:00:00Z"),
        issued_at_local: Some("2026-11-22T12:00:00+09:00"),
        target: Some("Muteki OS"),
        damage: Some("a crash"),
        threat: Some("none known"),
        detection: Some("unknown"),
        solution: Some("Update."),
        side_effects: Some("none"),
        texts: &[],
        jargon: &[],
        number_is_unique: true,
        earlier_revision_kept: true,
    }
}

/// How one field of a draft is filled.
type Fill = fn(&mut Draft<'static>, Option<&'static str>);

const NEEDED: [(&str, &str, Fill); 10] = [
    ("H1", "audience", |draft, text| draft.audience = text),
    ("H3", "status", |draft, text| draft.status = text),
    ("H3", "issued_at_utc", |draft, text| {
        draft.issued_at_utc = text
    }),
    ("H3", "issued_at_local", |draft, text| {
        draft.issued_at_local = text
    }),
    ("H4", "target", |draft, text| draft.target = text),
    ("H4", "damage", |draft, text| draft.damage = text),
    ("H4", "threat", |draft, text| draft.threat = text),
    ("H4", "detection", |draft, text| draft.detection = text),
    ("H4", "solution", |draft, text| draft.solution = text),
    ("H4", "side_effects", |draft, text| {
        draft.side_effects = text
    }),
];

#[test]
fn each_field_is_wanted_by_its_rule_and_read_for_attacks_and_for_words_without_a_gloss() {
    assert!(check(&complete()).is_empty());
    for (rule, field, fill) in NEEDED {
        let found = |text| {
            let mut draft = Draft {
                jargon: &["firmware"],
                ..complete()
            };
            fill(&mut draft, text);
            let findings = check(&draft);
            assert!(findings.len() <= 1, "{findings:?}");
            let found = findings
                .first()
                .map(|one| (one.rule, one.code, one.severity));
            assert!(
                findings.iter().all(|one| one.field == field),
                "{findings:?}"
            );
            found
        };
        let missing = Some((rule, "missing", Severity::Error));
        assert_eq!(found(None), missing, "{field}");
        assert_eq!(found(Some("")), missing, "{field}");
        assert_eq!(found(Some(" \n")), missing, "{field}");
        assert_eq!(found(Some("none")), None, "{field}");
        let attack = Some(("H8", "path", Severity::Error));
        assert_eq!(found(Some("../../x")), attack, "{field}");
        let word = Some(("H2", "word_without_gloss", Severity::Warning));
        assert_eq!(found(Some("new firmware")), word, "{field}");
        let glossed = found(Some("firmware (what runs in it), firmware"));
        assert_eq!(glossed, None, "{field}");
    }
}

#[test]
fn a_gloss_stands_behind_the_first_use_in_brackets_of_either_width() {
    for (text, is_glossed) in [
        ("a word (its gloss) and a word", true),
        ("a word（its gloss）", true),
        ("a word  (its gloss)", true),
        ("a word, and a word (its gloss)", false),
        ("a word [its gloss]", false),
        ("nothing of it", true),
    ] {
        let draft = Draft {
            texts: &[text],
            jargon: &["word", ""],
            ..complete()
        };
        assert_eq!(check(&draft).is_empty(), is_glossed, "{text}");
    }
}

#[test]
fn every_word_of_the_trade_is_found_in_its_own_language_and_mended_once() {
    for term in TERMS {
        let other = term.lang.other();
        let text = match term.lang {
            Lang::Ja => format!("この製品には{}の問題があります。{}。", term.word, term.word),
            Lang::En => format!("The product has a {} flaw: {}.", term.word, term.word),
        };
        let found = without_gloss(term.lang, &text);
        assert!(found.contains(term), "{}", term.word);
        assert!(without_gloss(other, &text).is_empty(), "{}", term.word);
        let mended = with_gloss(&text, term);
        let left = without_gloss(term.lang, &mended);
        assert!(!left.contains(term), "{mended}");
        assert_eq!(mended.matches(term.gloss).count(), 1, "{mended}");
        assert_eq!(mended.matches(term.word).count(), 2, "{mended}");
    }
}

#[test]
fn a_text_without_the_word_gets_no_gloss() {
    for term in TERMS {
        assert_eq!(with_gloss("Nothing.", term), "Nothing.");
    }
}

#[test]
fn the_number_of_another_house_or_series_is_none_of_ours() {
    let case = Number::draw(Kind::Case, false, 1_234_567).unwrap();
    let other = case.with_prefix("JVN");
    assert_eq!(Number::parse(&other), Err(NumberError::Form), "{other}");
    let kind = |text: &str| Number::parse(text).map(Number::kind);
    assert_eq!(kind("TN#12345674"), Ok(Kind::Tracking));
    assert_eq!(kind("IN-1234 5674"), Ok(Kind::Incident));
    // Eight digits of a report and its check digit are a number without a word before it, seven are none.
    assert_eq!(kind("12345674"), Err(NumberError::Form));
    for text in ["NRS-AT-2026-0007", "S-26-00412", "狼調発第26-0187号"] {
        assert_eq!(kind(text), Err(NumberError::Form), "{text}");
    }
}

#[test]
fn a_number_of_an_exercise_is_never_one_of_the_real_world() {
    for kind in [Kind::Report, Kind::Case, Kind::Tracking, Kind::Incident] {
        let [real, exercise] =
            [false, true].map(|is_exercise| Number::draw(kind, is_exercise, 48_217_730).unwrap());
        assert_ne!(real, exercise);
        assert_eq!(real.digits(), exercise.digits());
        for text in [exercise.to_string(), exercise.file_id()] {
            assert!(text.starts_with("EX-"), "{text}");
            let read = Number::parse(&text.to_lowercase()).unwrap();
            assert!(read.is_exercise() && read == exercise, "{text}");
            let stripped = text.trim_start_matches("EX-");
            assert_eq!(Number::parse(stripped), Ok(real), "{text}");
        }
    }
}

#[test]
fn a_count_that_outgrows_its_width_is_written_out() {
    for (kind, count, written) in [
        (Kind::Alert, 12_345, "NRS-AT-2100-12345"),
        (Kind::Consultation, 123_456, "S-00-123456"),
        (Kind::Letter, 1, "狼調発第00-0001号"),
    ] {
        assert_eq!(
            sequential(kind, false, 2100, count).as_deref(),
            Some(written)
        );
    }
    for kind in [Kind::Report, Kind::Receipt, Kind::Tracking, Kind::Incident] {
        assert_eq!(sequential(kind, false, 2026, 1), None, "{kind:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The check digit finds every swap of neighbours but that of 0 and 9.
    #[test]
    fn two_swapped_digits_are_found(randomness in any::<u64>(), at in 0..7usize) {
        for kind in [Kind::Report, Kind::Case, Kind::Tracking, Kind::Incident] {
            let number = Number::draw(kind, false, randomness).unwrap();
            let mut digits: Vec<char> = number.digits().chars().collect();
            let pair = [digits[at], digits[at + 1]];
            digits.swap(at, at + 1);
            let typed: String = digits.iter().collect();
            let read = Number::parse(&format!("{}{typed}", kind.series().prefix));
            let blind = pair[0] == pair[1] || pair.iter().all(|digit| matches!(digit, '0' | '9'));
            if blind {
                prop_assert!(read.is_ok());
            } else {
                prop_assert_eq!(read, Err(NumberError::Check));
            }
        }
    }

    #[test]
    fn no_words_whatever_stop_the_lints(text in "\\PC{0,80}") {
        let texts = [text.as_str()];
        let draft = Draft { texts: &texts, jargon: &["a"], ..complete() };
        let graves = payload_signs(&text).len();
        let found = check(&draft);
        let of_attacks = found.iter().filter(|one| one.rule == "H8").count();
        prop_assert_eq!(of_attacks, graves);
    }
}
