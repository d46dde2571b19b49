//! Numbers as people write them.

use domain::series::{Kind, Number, NumberError, SERIES, sequential};
use proptest::prelude::*;

fn draw(kind: Kind, is_exercise: bool, randomness: u64) -> Number {
    Number::draw(kind, is_exercise, randomness).expect("a random series")
}

#[test]
fn numbers_are_written_as_the_table_of_series_says() {
    for (kind, is_exercise, randomness, shown, file) in [
        (Kind::Case, false, 1_234_567, "NRS#12345674", "NRS-12345674"),
        (
            Kind::Case,
            true,
            1_234_567,
            "EX-NRS#12345674",
            "EX-NRS-12345674",
        ),
        (Kind::Case, false, 7, "NRS#00000075", "NRS-00000075"),
        (
            Kind::Tracking,
            false,
            4_567_890,
            "TN#45678901",
            "TN-45678901",
        ),
        (
            Kind::Incident,
            false,
            1_234_567,
            "IN#12345674",
            "IN-12345674",
        ),
        (
            Kind::Report,
            false,
            48_217_730,
            "4821-7730-0",
            "4821-7730-0",
        ),
        (
            Kind::Report,
            true,
            48_217_730,
            "EX-4821-7730-0",
            "EX-4821-7730-0",
        ),
    ] {
        let number = draw(kind, is_exercise, randomness);
        assert_eq!(number.to_string(), shown);
        assert_eq!(number.file_id(), file);
        assert_eq!(Number::parse(shown), Ok(number));
        assert_eq!(Number::parse(file), Ok(number));
    }
    assert_eq!(
        draw(Kind::Case, false, 1_234_567).with_prefix("JVN"),
        "JVN#12345674"
    );
}

#[test]
fn a_number_is_read_however_it_was_typed() {
    let case = draw(Kind::Case, false, 1_234_567);
    for text in [
        "nrs#12345674",
        "ＮＲＳ＃１２３４５６７４",
        "NRS 1234 5674",
        "NRSー1234−5674",
        " NRS-12345674 ",
    ] {
        assert_eq!(Number::parse(text), Ok(case), "{text}");
    }
    let report = draw(Kind::Report, false, 48_217_730);
    for text in [
        "482177300",
        "４８２１－７７３０－０",
        "4821 7730 0",
        "4821ー7730ー0",
    ] {
        assert_eq!(Number::parse(text), Ok(report), "{text}");
    }
}

#[test]
fn a_wrong_number_is_refused_with_a_reason() {
    assert_eq!(Number::parse("NRS#12345675"), Err(NumberError::Check));
    assert_eq!(Number::parse("4821-7730-6"), Err(NumberError::Check));
    for text in [
        "",
        "NRS#",
        "NRS#1234567",
        "VU#12345674",
        "NRS#1234567x",
        "EX-",
    ] {
        assert_eq!(Number::parse(text), Err(NumberError::Form), "{text}");
    }
    assert_eq!(
        Number::draw(Kind::Alert, false, 1),
        Err(NumberError::Series)
    );
}

#[test]
fn sequential_numbers_are_those_drawn_at_release_or_entry() {
    let write = |kind, year, count| sequential(kind, false, year, count);
    assert_eq!(
        write(Kind::Alert, 2026, 7).as_deref(),
        Some("NRS-AT-2026-0007")
    );
    assert_eq!(
        write(Kind::Notice, 2026, 31).as_deref(),
        Some("NRS-PR-2026-0031")
    );
    assert_eq!(
        write(Kind::Consultation, 2026, 412).as_deref(),
        Some("S-26-00412")
    );
    assert_eq!(
        write(Kind::Letter, 2026, 187).as_deref(),
        Some("狼調発第26-0187号")
    );
    assert_eq!(write(Kind::Case, 2026, 1), None);
    assert_eq!(
        sequential(Kind::Alert, true, 2026, 7).as_deref(),
        Some("EX-NRS-AT-2026-0007")
    );
}

#[test]
fn only_the_receipt_is_secret_and_the_table_is_in_order() {
    for row in &SERIES {
        assert_eq!(row.kind.series(), row);
        assert_eq!(row.is_secret, row.kind == Kind::Receipt);
    }
}

#[test]
fn a_number_lies_on_disk_as_people_read_it() {
    let number = draw(Kind::Case, true, 1_234_567);
    let json = serde_json::to_string(&number).expect("it serialises");
    assert_eq!(json, r#""EX-NRS#12345674""#);
    let read: Number = serde_json::from_str(&json).expect("it reads");
    assert_eq!(read, number);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again_and_a_wrong_digit_is_found(randomness in any::<u64>(), exercise in any::<bool>(), at in 0..8usize, by in 1..10u32) {
        for kind in [Kind::Case, Kind::Report, Kind::Tracking, Kind::Incident] {
            let number = draw(kind, exercise, randomness);
            let shown = number.to_string();
            prop_assert_eq!(Number::parse(&shown), Ok(number));
            let digits = number.digits();
            let wrong: String = digits
                .chars()
                .enumerate()
                .map(|(index, digit)| match digit.to_digit(10) {
                    Some(value) if index == at => char::from_digit((value + by) % 10, 10).unwrap_or(digit),
                    _ => digit,
                })
                .collect();
            let prefix = kind.series().prefix;
            prop_assert_eq!(Number::parse(&format!("{prefix}{wrong}")), Err(NumberError::Check));
        }
    }
}
