//! Instants and days as the pages write them, in UTC and JST: here an instant becomes text.
//!
//! Knows no clock and no time zone database: JST is UTC+9 all the year. A string that is no instant is
//! shown as it is, since an old document must stay readable.

use base::Instant;
use formats::advisory::Lang;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

use crate::kit::catalogue::Say;
use crate::kit::text;

const JST: Offset = Offset::constant(9);

const MONTHS: [&str; 12] = [
    "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8",
    "month-9", "month-10", "month-11", "month-12",
];

const WEEKDAYS: [&str; 7] = [
    "weekday-0",
    "weekday-1",
    "weekday-2",
    "weekday-3",
    "weekday-4",
    "weekday-5",
    "weekday-6",
];

/// What stands for an instant: the value in a view, or the text in a document or in a word that passed the gate.
pub(crate) trait Told {
    /// The instant; nothing if a text is none.
    fn timestamp(&self) -> Option<Timestamp>;

    /// RFC 3339 in UTC, or the text as it is.
    fn text(&self) -> String;
}

/// In whole seconds, as documents have it.
impl Told for Instant {
    fn timestamp(&self) -> Option<Timestamp> {
        let at = Timestamp::from_microsecond(self.whole_seconds().0);
        Some(at.unwrap_or(Timestamp::UNIX_EPOCH))
    }

    fn text(&self) -> String {
        self.timestamp()
            .map_or_else(String::new, |at| at.to_string())
    }
}

impl Told for str {
    fn timestamp(&self) -> Option<Timestamp> {
        self.parse().ok()
    }

    fn text(&self) -> String {
        self.to_owned()
    }
}

impl Told for String {
    fn timestamp(&self) -> Option<Timestamp> {
        self.as_str().timestamp()
    }

    fn text(&self) -> String {
        self.clone()
    }
}

/// Returns an instant in words, for example `2026年11月21日(土) 9:00 JST (0:00 UTC)`.
pub(crate) fn instant(lang: Lang, at: &(impl Told + ?Sized)) -> String {
    match at.timestamp() {
        Some(instant) => words(lang, instant),
        None => text::line(&at.text()),
    }
}

/// Returns an instant as a `<time>` element.
pub(crate) fn instant_html(lang: Lang, at: &(impl Told + ?Sized)) -> String {
    match at.timestamp() {
        Some(instant) => format!(
            "<time datetime=\"{instant}\">{}</time>",
            text::escape(&words(lang, instant))
        ),
        None => text::escape(&text::line(&at.text())),
    }
}

/// Returns an instant in the first of the reader's zones; the other one stands in the hint that a pointer shows.
pub(crate) fn brief_html(lang: Lang, at: &(impl Told + ?Sized)) -> String {
    match at.timestamp() {
        Some(instant) => {
            let first = first_zone(lang).to_datetime(instant);
            let args = [
                ("date", date(lang, first, "time-date")),
                ("first", clock(lang, first)),
            ];
            let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
            format!(
                "<time class=\"one\" datetime=\"{instant}\" title=\"{}\">{}</time>",
                text::escape(&words(lang, instant)),
                text::escape(&Say(lang).with("time-brief", &args))
            )
        }
        None => text::escape(&text::line(&at.text())),
    }
}

/// Returns the day of an instant in the first of the reader's zones, for tables of hundreds of lines.
pub(crate) fn day_of_html(lang: Lang, at: Instant) -> String {
    at.timestamp().map_or_else(String::new, |instant| {
        let day = first_zone(lang).to_datetime(instant).date();
        format!("<time datetime=\"{instant}\">{day}</time>")
    })
}

/// Returns a day (`YYYY-MM-DD`) as a `<time>` element, short since boards have hundreds of them.
pub(crate) fn day_html(day: &str) -> String {
    match day.parse::<Date>() {
        Ok(day) => format!("<time>{day}</time>"),
        Err(_) => text::escape(&text::line(day)),
    }
}

/// Returns a day (`YYYY-MM-DD`) in words, with its day of the week in Japanese.
pub(crate) fn day(lang: Lang, day: &str) -> String {
    match day.parse::<Date>() {
        Ok(day) => date(lang, day.at(0, 0, 0, 0), "time-date"),
        Err(_) => text::line(day),
    }
}

const fn first_zone(lang: Lang) -> Offset {
    match lang {
        Lang::Ja => JST,
        Lang::En => Offset::UTC,
    }
}

/// Japanese readers get JST first, English readers UTC; the second gets its day only if that differs.
fn words(lang: Lang, instant: Timestamp) -> String {
    let utc = Offset::UTC.to_datetime(instant);
    let jst = JST.to_datetime(instant);
    let (first, second) = match lang {
        Lang::Ja => (jst, utc),
        Lang::En => (utc, jst),
    };
    let second_words = if first.date() == second.date() {
        clock(lang, second)
    } else {
        format!(
            "{} {}",
            date(lang, second, "time-date-short"),
            clock(lang, second)
        )
    };
    let args = [
        ("date", date(lang, first, "time-date")),
        ("first", clock(lang, first)),
        ("second", second_words),
    ];
    Say(lang).with(
        "time-instant",
        &args.each_ref().map(|(name, value)| (*name, value.as_str())),
    )
}

/// The time of day; with its seconds where somebody meant them: what only happened then is told to the minute.
fn clock(lang: Lang, at: DateTime) -> String {
    let seconds = match at.second() {
        second if second != 0 && at.subsec_nanosecond() == 0 => format!(":{second:02}"),
        _ => String::new(),
    };
    match lang {
        Lang::Ja => format!("{}:{:02}{seconds}", at.hour(), at.minute()),
        Lang::En => format!("{:02}:{:02}{seconds}", at.hour(), at.minute()),
    }
}

fn date(lang: Lang, at: DateTime, key: &str) -> String {
    let say = Say(lang);
    let name = |keys: &[&str], index: i8| {
        let key = usize::try_from(index)
            .ok()
            .and_then(|index| keys.get(index));
        key.map_or_else(String::new, |key| say.t(key))
    };
    let (year, day) = (at.year().to_string(), at.day().to_string());
    let month = name(&MONTHS, at.month() - 1);
    let weekday = name(&WEEKDAYS, at.weekday().to_sunday_zero_offset());
    say.with(
        key,
        &[
            ("year", &year),
            ("month", &month),
            ("day", &day),
            ("weekday", &weekday),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_in_both_zones() {
        assert_eq!(
            instant(Lang::Ja, "2026-11-21T00:00:00Z"),
            "2026年11月21日(土) 9:00 JST (0:00 UTC)"
        );
        assert_eq!(
            instant(Lang::En, "2026-11-21T00:00:00Z"),
            "21 Nov 2026 00:00 UTC (09:00 JST)"
        );
    }

    #[test]
    fn briefly_the_first_zone_stands_and_the_other_is_a_hint() {
        assert_eq!(
            brief_html(Lang::Ja, "2026-11-21T20:00:00Z"),
            "<time class=\"one\" datetime=\"2026-11-21T20:00:00Z\" title=\"2026年11月22日(日) 5:00 JST (11月21日 20:00 UTC)\">2026年11月22日(日) 5:00 JST</time>"
        );
        let late = Instant(1_795_000_000_000_000);
        assert!(day_of_html(Lang::Ja, late).ends_with(">2026-11-18</time>"));
        assert!(brief_html(Lang::En, &late).ends_with(" UTC</time>"));
    }

    #[test]
    fn the_last_second_of_an_embargo_is_told_and_that_of_a_record_is_not() {
        assert_eq!(
            instant(Lang::Ja, "2026-11-21T12:00:59Z"),
            "2026年11月21日(土) 21:00:59 JST (12:00:59 UTC)"
        );
        assert_eq!(
            instant(Lang::En, "2026-11-21T12:00:59Z"),
            "21 Nov 2026 12:00:59 UTC (21:00:59 JST)"
        );
        assert_eq!(
            instant(Lang::En, "2026-11-21T12:00:59.000120Z"),
            "21 Nov 2026 12:00 UTC (21:00 JST)"
        );
    }

    #[test]
    fn the_other_day_is_named_when_it_differs() {
        assert_eq!(
            instant(Lang::Ja, "2026-11-20T18:00:00Z"),
            "2026年11月21日(土) 3:00 JST (11月20日 18:00 UTC)"
        );
        assert_eq!(
            instant(Lang::En, "2026-11-20T18:00:00Z"),
            "20 Nov 2026 18:00 UTC (21 Nov 03:00 JST)"
        );
    }

    #[test]
    fn an_instant_is_written_as_its_text_would_be_to_the_second() {
        let text = "2026-11-20T18:00:07Z";
        let at = crate::tests::instant(text);
        let later = Instant(at.0 + 999_999);
        for at in [at, later] {
            assert_eq!(at.text(), text);
            for lang in Lang::ALL {
                assert_eq!(instant_html(lang, &at), instant_html(lang, text));
            }
        }
    }

    #[test]
    fn what_is_no_instant_is_shown_as_it_is() {
        assert_eq!(instant_html(Lang::Ja, "<soon>"), "&lt;soon&gt;");
        assert_eq!(day_html("2026-02-30"), "2026-02-30");
        assert_eq!(day_html("2026-02-28"), "<time>2026-02-28</time>");
    }
}
