//! Instants as documents carry them: RFC 3339 text in UTC, and how people read it.
//!
//! Documents store instants as text, since the text is what is hashed. This module only reads such text;
//! it knows no clock and no zone but UTC and Japan's fixed +09:00, which has had no summer time since 1951.
//! A text that is no instant is shown as it stands, so that a damaged document can still be read.

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::advisory::Lang;

/// Returns the instant, or nothing when `text` is not RFC 3339.
#[must_use]
pub fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// Returns RFC 3339 in UTC for seconds since 1970, or nothing when no calendar reaches there.
#[must_use]
pub fn of_seconds(seconds: i64) -> Option<String> {
    let at = Timestamp::from_second(seconds).ok()?;
    Some(at.to_string())
}

/// Returns the day in UTC, `YYYY-MM-DD`.
#[must_use]
pub fn day(text: &str) -> String {
    day_in_zone(text, 0)
}

/// Returns the day by the clock of Japan, which knows no summer time.
#[must_use]
pub fn day_in_japan(text: &str) -> String {
    day_in_zone(text, 9)
}

fn day_in_zone(text: &str, hours: i8) -> String {
    in_zone(text, hours).map_or_else(|| text.to_owned(), |at| at.date().to_string())
}

/// Returns the year in UTC, which names the folder of a document.
#[must_use]
pub fn year(text: &str) -> String {
    in_zone(text, 0).map_or_else(
        || text.chars().take(4).collect(),
        |at| format!("{:04}", at.year()),
    )
}

/// Returns the instant in UTC, `2026-11-22 03:00 UTC`; with its seconds where they are not 0.
#[must_use]
pub fn utc(text: &str) -> String {
    in_zone(text, 0).map_or_else(
        || text.to_owned(),
        |at| {
            format!(
                "{:04}-{:02}-{:02} {} UTC",
                at.year(),
                at.month(),
                at.day(),
                clock(at)
            )
        },
    )
}

/// Returns the instant in Japan's time, in the words of `lang`; with its seconds where they are not 0.
#[must_use]
pub fn jst(text: &str, lang: Lang) -> String {
    let Some(at) = in_zone(text, JST_HOURS) else {
        return text.to_owned();
    };
    match lang {
        Lang::Ja => format!("{} {} (JST)", civil_day(at, lang), clock(at)),
        Lang::En => format!("{}, {} JST (UTC+9)", civil_day(at, lang), clock(at)),
    }
}

/// The time of day.
fn clock(at: DateTime) -> String {
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    match second {
        0 => format!("{hour:02}:{minute:02}"),
        second => format!("{hour:02}:{minute:02}:{second:02}"),
    }
}

/// Returns the day in Japan's time, in the words of `lang`.
#[must_use]
pub fn jst_day(text: &str, lang: Lang) -> String {
    in_zone(text, JST_HOURS).map_or_else(|| text.to_owned(), |at| civil_day(at, lang))
}

/// Returns the instant twice, in UTC and in Japan's time (lint H3).
#[must_use]
pub fn both(text: &str, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("{} / {}", jst(text, lang), utc(text)),
        Lang::En => format!("{} / {}", utc(text), jst(text, lang)),
    }
}

const JST_HOURS: i8 = 9;

fn in_zone(text: &str, hours: i8) -> Option<DateTime> {
    instant(text).map(|at| jiff::tz::offset(hours).to_datetime(at))
}

fn civil_day(at: DateTime, lang: Lang) -> String {
    let (year, month, day) = (at.year(), at.month(), at.day());
    match lang {
        Lang::Ja => format!("{year}年{month}月{day}日"),
        Lang::En => {
            let name = usize::try_from(month)
                .ok()
                .and_then(|m| MONTHS.get(m.saturating_sub(1)))
                .copied();
            format!("{day} {} {year}", name.unwrap_or("?"))
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, utc_text: &str, ja: &str, en: &str) {
        assert_eq!(utc(text), utc_text);
        assert_eq!(jst(text, Lang::Ja), ja);
        assert_eq!(jst(text, Lang::En), en);
    }

    #[test]
    fn an_instant_is_told_in_utc_and_in_japan_time() {
        check(
            "2026-11-22T03:00:00Z",
            "2026-11-22 03:00 UTC",
            "2026年11月22日 12:00 (JST)",
            "22 November 2026, 12:00 JST (UTC+9)",
        );
    }

    #[test]
    fn seconds_that_are_not_0_are_told() {
        check(
            "2026-11-22T12:00:59Z",
            "2026-11-22 12:00:59 UTC",
            "2026年11月22日 21:00:59 (JST)",
            "22 November 2026, 21:00:59 JST (UTC+9)",
        );
    }

    #[test]
    fn the_last_evening_of_the_year_in_utc_is_new_year_in_japan() {
        check(
            "2025-12-31T15:30:00Z",
            "2025-12-31 15:30 UTC",
            "2026年1月1日 00:30 (JST)",
            "1 January 2026, 00:30 JST (UTC+9)",
        );
        assert_eq!(year("2025-12-31T15:30:00Z"), "2025");
        assert_eq!(day("2025-12-31T15:30:00Z"), "2025-12-31");
        assert_eq!(day_in_japan("2025-12-31T15:30:00Z"), "2026-01-01");
        assert_eq!(day_in_japan("2025-12-31T14:59:59Z"), "2025-12-31");
    }

    #[test]
    fn a_text_that_is_no_instant_is_shown_as_it_stands() {
        check("soon", "soon", "soon", "soon");
    }
}
