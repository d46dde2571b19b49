//! Vectors of all four versions with the scores that others compute.

use super::*;

/// The table: version, base score, vector.
///
/// Version 2: the guide, CVSS 2.0 §3.3 (CVE-2002-0392, CVE-2003-0818, CVE-2003-0062) and others; 3.x: FIRST's examples
/// (CVE-2013-1937, CVE-2013-0375, CVE-2014-3566, CVE-2012-1516, CVE-2014-0160) and the ends of the scale; 4.0: FIRST's
/// examples (CVE-2022-41741, CVE-2020-3549, CVE-2023-3089, CVE-2021-44714, CVE-2022-21830, CVE-2022-22186,
/// CVE-2023-21989, CVE-2014-0160, CVE-2021-44228) and the ends. All were computed once more with Red Hat's `cvss`.
const KNOWN: &[(&str, &str, &str)] = &[
    ("2.0", "7.8", "AV:N/AC:L/Au:N/C:N/I:N/A:C"),
    ("2.0", "10.0", "AV:N/AC:L/Au:N/C:C/I:C/A:C"),
    ("2.0", "6.2", "AV:L/AC:H/Au:N/C:C/I:C/A:C"),
    ("2.0", "4.3", "AV:N/AC:M/Au:N/C:N/I:P/A:N"),
    ("2.0", "7.5", "AV:N/AC:L/Au:N/C:P/I:P/A:P"),
    ("2.0", "6.1", "AV:A/AC:L/Au:N/C:N/I:N/A:C"),
    ("2.0", "6.5", "AV:N/AC:L/Au:S/C:P/I:P/A:P"),
    ("2.0", "0.0", "AV:L/AC:L/Au:N/C:N/I:N/A:N"),
    ("3.0", "7.5", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"),
    ("3.0", "9.3", "CVSS:3.0/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H"),
    ("3.0", "7.4", "CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N"),
    ("3.0", "0.0", "CVSS:3.0/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"),
    ("3.1", "6.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"),
    ("3.1", "6.4", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N"),
    ("3.1", "3.1", "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"),
    ("3.1", "9.9", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H"),
    ("3.1", "4.2", "CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L"),
    ("3.1", "9.8", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
    (
        "3.1",
        "10.0",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
    ),
    (
        "4.0",
        "7.3",
        "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    ),
    (
        "4.0",
        "7.7",
        "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    ),
    (
        "4.0",
        "8.3",
        "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N",
    ),
    (
        "4.0",
        "4.6",
        "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N",
    ),
    (
        "4.0",
        "5.1",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N",
    ),
    (
        "4.0",
        "6.9",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N",
    ),
    (
        "4.0",
        "5.9",
        "CVSS:4.0/AV:L/AC:L/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N",
    ),
    (
        "4.0",
        "8.7",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N",
    ),
    (
        "4.0",
        "10.0",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H",
    ),
    (
        "4.0",
        "1.0",
        "CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:L/VA:L/SC:N/SI:N/SA:N",
    ),
    (
        "4.0",
        "0.0",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N",
    ),
];

const V4_HIGH: &str = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";

#[test]
fn scores_are_those_of_the_specifications() {
    for (version, score, vector) in KNOWN {
        let read = read(vector).unwrap();
        assert_eq!(
            (
                read.version,
                format!("{:.1}", read.base_score()).as_str(),
                read.vector.as_str(),
                read.has_further
            ),
            (*version, *score, *vector, false)
        );
        // A zero without a sign: `-0.0` would stand in a signed document.
        assert!(read.base_score().is_sign_positive(), "{vector}");
        assert_eq!(read_line(vector), Ok(read.cvss()));
        assert_eq!(read_line(&format!("{vector} {score}")), Ok(read.cvss()));
        assert_eq!(read_line(&line(&read.cvss())), Ok(read.cvss()));
    }
}

#[test]
fn further_metrics_change_no_base_score() {
    for further in [
        "/E:P",
        "/MAV:P",
        "/CR:L/IR:L/AR:L",
        "/MSI:S",
        "/S:P/AU:Y/R:U/V:D/RE:L/U:Amber",
    ] {
        let vector = format!("{V4_HIGH}{further}");
        let read = read(&vector).unwrap();
        assert_eq!(
            (read.base_tenths, read.vector.as_str(), read.has_further),
            (93, vector.as_str(), true)
        );
        assert_eq!(read_line(&format!("{vector} 9.3")), Ok(read.cvss()));
    }
    let v3 = read("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/MAV:L").unwrap();
    assert_eq!((v3.base_tenths, v3.has_further), (98, true));
    let v2 = read("(AV:N/AC:L/Au:N/C:P/I:P/A:P/E:POC/TD:N)").unwrap();
    assert_eq!((v2.base_tenths, v2.has_further), (75, true));
}

#[test]
fn a_vector_is_put_in_order_and_what_is_not_defined_is_dropped() {
    let check = |written: &str, expected: &str| {
        let read = read(written).unwrap();
        assert_eq!((read.vector.as_str(), read.has_further), (expected, false));
    };
    let v3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    check("CVSS:3.1/AC:L/AV:N/PR:N/UI:N/S:U/C:H/I:H/A:H/E:X", v3);
    check(
        "(AC:L/AV:N/Au:N/C:P/I:P/A:P/RC:ND)",
        "AV:N/AC:L/Au:N/C:P/I:P/A:P",
    );
    check(&format!("{V4_HIGH}/E:X/MAV:X/U:X"), V4_HIGH);
}

#[test]
fn what_is_no_vector_is_refused() {
    let long = format!("{V4_HIGH}{}", "/E:X".repeat(200));
    for vector in [
        "",
        "seven",
        "/",
        "CVSS:3.1",
        "CVSS:3.1/",
        "CVSS:9.9/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P",
        "cvss:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:n/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/",
        "CVSS:3.1/AV:N//AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:Z",
        "CVSS:3.1/AV:N:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "AV:N/AC:L/Au:N/C:P/I:P",
        "AV:N/AC:L/Au:N/C:P/I:P/A:X",
        "AV:N/AC:L/AU:N/C:P/I:P/A:P",
        "CVSS:4.0/AV:N",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:R/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
        "ＣＶＳＳ:3.1/AV:N",
        "あ/い",
        long.as_str(),
    ] {
        assert!(read(vector).is_err(), "{vector}");
    }
}

#[test]
fn a_typed_score_has_to_follow_from_the_vector() {
    let check = |line: &str, expected: Wrong| assert_eq!(read_line(line), Err(expected), "{line}");
    let other = |computed: &str| Wrong::Score {
        computed: computed.to_owned(),
    };
    for typed in ["9.2", "9.34", "10", "NaN", "inf", "-9.3", "high", "9.3 9.3"] {
        check(&format!("{V4_HIGH} {typed}"), other("9.3"));
    }
    check(&format!("{V4_HIGH}/E:P 8.9"), other("9.3"));
    check("AV:N/AC:L/Au:N/C:P/I:P/A:P 7.4", other("7.5"));
    check("AV:N/AC:L/Au:N/C:P/I:P/A:P/E:U", Wrong::Further);
    let v3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    check(&format!("{v3} 9.7"), other("9.8"));
    check(&format!("{v3}/E:P"), Wrong::Further);
    assert!(read_line(&format!("  {v3}\t9.80 ")).is_ok());
}

#[test]
fn words_of_severity_follow_the_score() {
    let word = |vector: &str| read(vector).unwrap().severity();
    assert_eq!(word(V4_HIGH), Some("CRITICAL"));
    assert_eq!(
        word("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"),
        Some("LOW")
    );
    assert_eq!(word("AV:N/AC:L/Au:N/C:P/I:P/A:P"), None);
    assert_eq!(
        [0.0, 0.1, 3.9, 4.0, 6.9, 7.0, 8.9, 9.0, 10.0].map(severity),
        [
            "NONE", "LOW", "LOW", "MEDIUM", "MEDIUM", "HIGH", "HIGH", "CRITICAL", "CRITICAL"
        ]
    );
}
