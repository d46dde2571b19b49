//! What a desk is told about an advisory.

use domain::advisory::lint::{Draft, Severity, check, payload_signs, stops};
use domain::profile::LintMode;

fn complete() -> Draft<'static> {
    Draft {
        audience: Some("administrator"),
        status: Some("final"),
        issued_at_utc: Some("2026-11-22T03:00:00Z"),
        issued_at_local: Some("2026-11-22T12:00:00+09:00"),
        target: Some("Muteki OS 3.0 to 3.2"),
        damage: Some("code execution"),
        threat: Some("none known"),
        detection: Some("unknown"),
        solution: Some("Update to 3.2.1 by the end of the week."),
        side_effects: Some("none"),
        texts: &["Buffer overflow in the file-sharing service"],
        jargon: &[],
        number_is_unique: true,
        earlier_revision_kept: true,
    }
}

fn rules(draft: &Draft<'_>) -> Vec<&'static str> {
    check(draft).iter().map(|finding| finding.rule).collect()
}

#[test]
fn a_complete_advisory_has_no_finding() {
    assert!(check(&complete()).is_empty());
}

#[test]
fn each_missing_part_is_found_by_its_rule() {
    for (draft, rule) in [
        (
            Draft {
                audience: None,
                ..complete()
            },
            "H1",
        ),
        (
            Draft {
                jargon: &["Buffer overflow"],
                ..complete()
            },
            "H2",
        ),
        (
            Draft {
                status: Some(" "),
                ..complete()
            },
            "H3",
        ),
        (
            Draft {
                issued_at_local: None,
                ..complete()
            },
            "H3",
        ),
        (
            Draft {
                side_effects: None,
                ..complete()
            },
            "H4",
        ),
        (
            Draft {
                detection: Some(""),
                ..complete()
            },
            "H4",
        ),
        (
            Draft {
                number_is_unique: false,
                ..complete()
            },
            "H5",
        ),
        (
            Draft {
                earlier_revision_kept: false,
                ..complete()
            },
            "H7",
        ),
        (
            Draft {
                solution: Some("GET /../../etc/passwd"),
                ..complete()
            },
            "H8",
        ),
    ] {
        assert_eq!(rules(&draft), [rule]);
    }
}

#[test]
fn an_empty_draft_stops_a_house_that_blocks_and_only_informs_one_that_reports() {
    let findings = check(&Draft::default());
    assert_eq!(findings.len(), 12);
    assert!(stops(&findings, LintMode::Block));
    assert!(!stops(&findings, LintMode::Report));
}

#[test]
fn a_word_without_a_gloss_only_warns() {
    let draft = Draft {
        jargon: &["Buffer overflow"],
        ..complete()
    };
    let findings = check(&draft);
    assert_eq!(findings[0].severity, Severity::Warning);
    assert!(!stops(&findings, LintMode::Block));
    let glossed = Draft {
        texts: &["Buffer overflow (too much data for its place)"],
        ..draft
    };
    assert!(check(&glossed).is_empty());
}

#[test]
fn what_looks_like_an_attack_is_found() {
    let hex = "9090".repeat(20);
    let base64 = "TVqQAAMAAAAEAAAA".repeat(5).replace("TVqQ", "TVq9");
    for (text, code) in [
        ("x=<ScRiPt>alert(1)</script>", "script"),
        ("id=' OR  1=1 --", "sql"),
        ("../../../../etc/passwd", "path"),
        ("\\x90\\x90\\x90\\x90\\xcc", "escaped_bytes"),
        ("%u9090%u9090%u9090%u9090", "escaped_bytes"),
        ("see https://www.exploit-db.com/exploits/1", "exploit_link"),
        ("https://example.com/user/CVE-1900-0001-PoC", "exploit_link"),
        (hex.as_str(), "long_hex"),
        (base64.as_str(), "long_base64"),
    ] {
        assert_eq!(payload_signs(text), [code], "{text}");
    }
}

#[test]
fn what_an_advisory_ordinarily_says_is_left_alone() {
    for text in [
        "SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "CVE-1900-0001, CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "https://example.jp/support/security/2026/NRS-12345674/how-to-update-the-firmware.html",
        "細工されたリクエストを処理すると、任意のコードを実行される可能性があります。",
        "C:\\xampp and the folder ..\\data",
    ] {
        assert_eq!(payload_signs(text), Vec::<&str>::new(), "{text}");
    }
}
