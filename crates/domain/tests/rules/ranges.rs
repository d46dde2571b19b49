//! Ranges of versions: the grammar at its edges, from words to structure and back.

use domain::coordination::range::{Bound, Range, RangeError, VERSION_CHARS_MAX};
use proptest::prelude::*;

/// Words that are a range, and how it is written afterwards.
const READ: [(&str, &str); 26] = [
    ("", ""),
    ("   ", ""),
    ("　", ""),
    ("*", ""),
    ("＊", ""),
    ("<3", "< 3"),
    ("<   3", "< 3"),
    ("＜３", "< 3"),
    ("＜＝３", "<= 3"),
    ("≦3", "<= 3"),
    ("≥3", ">= 3"),
    ("> 3,< 4", "> 3, < 4"),
    ("< 4, > 3", "> 3, < 4"),
    ("> 3、< 4", "> 3, < 4"),
    ("> 3，< 4", "> 3, < 4"),
    (">= 3, <= 3", "= 3"),
    ("= 3", "= 3"),
    ("＝ ３．２．１", "= 3.2.1"),
    ("= 3.2\tSP1", "= 3.2 SP1"),
    ("= 3.2　 SP1", "= 3.2 SP1"),
    (">= 3, <= 3.0", ">= 3, <= 3.0"),
    (">= 3.9, < 3.10", ">= 3.9, < 3.10"),
    ("< 初版", "< 初版"),
    (">= 2024年11月", ">= 2024年11月"),
    ("< v1.0-rc.1+build", "< v1.0-rc.1+build"),
    ("> 3, <= 3.0.0.1", "> 3, <= 3.0.0.1"),
];

/// Words that are none, and why.
const REFUSED: [(&str, RangeError); 24] = [
    ("3", RangeError::Words),
    ("all", RangeError::Words),
    ("〜3.2", RangeError::Words),
    ("3.2 以前", RangeError::Words),
    (",", RangeError::Words),
    ("< 3,", RangeError::Words),
    (", < 3", RangeError::Words),
    ("*, < 3", RangeError::Words),
    ("< 3, <= 3", RangeError::Words),
    ("> 3, >= 3", RangeError::Words),
    ("> 1, < 4, < 5", RangeError::Words),
    (">", RangeError::Version),
    (">=", RangeError::Version),
    ("=", RangeError::Version),
    ("> =3", RangeError::Version),
    ("< *", RangeError::Version),
    ("< 3 || > 4", RangeError::Version),
    ("= 3, = 4", RangeError::Version),
    (">= 3, = 4", RangeError::Version),
    ("< 3\u{7}", RangeError::Version),
    ("> 3, < 3", RangeError::Backwards),
    ("> 3, <= 3", RangeError::Backwards),
    (">= 3, < 3.0.0", RangeError::Backwards),
    (">= r2, < r2", RangeError::Backwards),
];

#[test]
fn words_are_read_in_any_width_and_order_and_written_in_one_way() {
    for (words, written) in READ {
        let range = Range::parse(words);
        let found = range.as_ref().map(Range::to_string);
        assert_eq!(found.as_deref(), Ok(written), "{words:?}");
        assert_eq!(Range::parse(written), range, "{written:?}");
    }
}

#[test]
fn words_that_are_no_range_say_why() {
    for (words, why) in REFUSED {
        assert_eq!(Range::parse(words), Err(why), "{words:?}");
    }
}

#[test]
fn numbers_compare_by_their_parts_and_not_as_text() {
    let backwards = |from: &str, to: &str| {
        let words = format!(">= {from}, < {to}");
        Range::parse(&words) == Err(RangeError::Backwards)
    };
    for (lower, higher) in [
        ("9", "10"),
        ("1.9", "1.10"),
        ("1", "1.0.1"),
        ("1.2.3", "2"),
        ("0", "0.0.0.1"),
        ("18446744073709551614", "18446744073709551615"),
    ] {
        assert!(!backwards(lower, higher), "{lower} {higher}");
        assert!(backwards(higher, lower), "{higher} {lower}");
    }
    // Of what is no plain number nothing is said, be it as long as it likes.
    for (one, other) in [("2.b", "1"), ("18446744073709551616", "1"), ("2..1", "1")] {
        assert!(!backwards(one, other) && !backwards(other, one), "{one}");
    }
}

#[test]
fn a_version_is_as_long_as_a_line_allows_counted_in_characters() {
    for letter in ["9", "版"] {
        let longest = letter.repeat(VERSION_CHARS_MAX);
        let range = Range::parse(&format!("<= {longest}")).unwrap();
        assert_eq!(range.upper().map(Bound::version), Some(longest.as_str()));
        let longer = Range::parse(&format!("<= {longest}{letter}"));
        assert_eq!(longer, Err(RangeError::Version));
    }
}

#[test]
fn an_end_that_is_made_by_hand_obeys_the_same_rules_as_one_that_is_read() {
    for version in ["", " ", "<3", "3, 4", "3|4", "a*", "a\u{0}b"] {
        let refused = Err(RangeError::Version);
        assert_eq!(Bound::including(version), refused, "{version:?}");
        assert_eq!(Bound::excluding(version), refused, "{version:?}");
    }
    let made = Range::between(
        Some(Bound::excluding(" ３ ").unwrap()),
        Some(Bound::including("4").unwrap()),
    );
    assert_eq!(made, Range::parse("> 3, <= 4"));
}

#[test]
fn only_a_range_without_ends_names_all_versions() {
    assert!(Range::default().is_all() && Range::ALL.is_all());
    for words in ["< 3", "> 3", "= 3", "> 3, < 4"] {
        assert!(!Range::parse(words).unwrap().is_all(), "{words}");
    }
    let from = Range::parse("> 3").unwrap();
    assert_eq!(from.upper(), None);
    assert!(!from.lower().unwrap().is_inclusive());
}

/// The same words in full-width signs.
fn wide(words: &str) -> String {
    let widen = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
        ' ' => '　',
        _ => c,
    };
    words.chars().map(widen).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn width_and_space_change_nothing(
        from in "[0-9]{1,3}(\\.[0-9]{1,3}){0,3}",
        to in "[0-9]{1,3}(\\.[0-9]{1,3}){0,3}",
        signs in any::<(bool, bool)>(),
        space in "[ 　\\t]{0,3}",
    ) {
        let lower = if signs.0 { ">=" } else { ">" };
        let upper = if signs.1 { "<=" } else { "<" };
        let plain = format!("{lower} {from}, {upper} {to}");
        let spaced = format!("{space}{upper}{space}{to}{space},{space}{lower}{space}{from}{space}");
        let range = Range::parse(&plain);
        prop_assert_eq!(Range::parse(&wide(&plain)), range.clone());
        prop_assert_eq!(Range::parse(&spaced), range);
    }

    #[test]
    fn of_two_numbers_one_range_at_least_is_forwards(a in 0u32..50, b in 0u32..50) {
        let forwards = Range::parse(&format!(">= {a}, <= {b}"));
        prop_assert_eq!(forwards.is_ok(), a <= b);
        let open = Range::parse(&format!("> {a}, < {b}"));
        prop_assert_eq!(open.is_ok(), a < b);
    }
}
