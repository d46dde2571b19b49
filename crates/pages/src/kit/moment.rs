//! An instant as people type it: a day, a time and a zone, each in its own field.
//!
//! Full-width digits, Japanese dashes, years of the era and 午後 are read like their plain forms; what was
//! typed is kept. Knows two zones, UTC and JST, and no clock.

use base::Instant;
use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::Offset;

use crate::kit::catalogue::Say;
use crate::kit::form::{Choice, Field, Typed};
use crate::kit::text;
use formats::advisory::Lang;

/// First year of Reiwa less one: 令和8年 is 2026.
const REIWA_BEFORE: i16 = 2018;

/// Reads the three fields `<prefix>_date`, `<prefix>_time`, `<prefix>_zone` as an instant. What cannot be read
/// is noted beside its field, and nothing is returned.
pub fn read(typed: &mut Typed, prefix: &str) -> Option<Instant> {
    let names = ["date", "time", "zone"].map(|part| format!("{prefix}_{part}"));
    let [date_name, time_name, zone_name] = &names;
    let date = read_date(typed.value(date_name));
    let time = read_time(typed.value(time_name));
    let zone = read_zone(typed.value(zone_name));
    let mut note = |name: &str, key: &'static str| typed.refuse(name, key);
    let date = date.map_err(|key| note(date_name, key)).ok();
    let time = time.map_err(|key| note(time_name, key)).ok();
    if zone.is_none() {
        typed.refuse(zone_name, "moment-zone-wrong");
    }
    let Ok(instant) = zone?.to_timestamp(date?.to_datetime(time?)) else {
        // A day that the calendar has and no instant reaches: the last ones of the year 9999.
        typed.refuse(date_name, "moment-date-wrong");
        return None;
    };
    Some(Instant(instant.as_microsecond()))
}

/// Fills the three fields with an instant, in the zone that suits the reader.
pub fn fill(typed: &mut Typed, prefix: &str, lang: Lang, at: Instant) {
    let Ok(instant) = Timestamp::from_microsecond(at.0) else {
        return;
    };
    let (zone, name) = match lang {
        Lang::Ja => (JST, "JST"),
        Lang::En => (Offset::UTC, "UTC"),
    };
    let local = zone.to_datetime(instant);
    let two = |n: i8| format!("{n:02}");
    typed.set(format!("{prefix}_date"), local.date().to_string());
    let mut time = format!("{}:{}", two(local.hour()), two(local.minute()));
    if local.second() != 0 {
        time = format!("{time}:{}", two(local.second()));
    }
    typed.set(format!("{prefix}_time"), time);
    typed.set(format!("{prefix}_zone"), name);
}

/// The three fields in a group with the words of `label_key` as its name.
pub(crate) fn fields(say: Say, typed: &Typed, prefix: &str, label_key: &str) -> String {
    let zone = |value: &str, key: &str| Choice {
        value: value.to_owned(),
        label: say.t(key),
    };
    let (jst, utc) = (zone("JST", "moment-jst"), zone("UTC", "moment-utc"));
    let zones = match say.0 {
        Lang::Ja => vec![jst, utc],
        Lang::En => vec![utc, jst],
    };
    format!(
        "<fieldset class=\"moment\" id=\"f-{prefix}\"><legend>{}</legend>{}{}{}</fieldset>",
        text::escape(&say.t(label_key)),
        Field::text(say, typed, &format!("{prefix}_date"), "moment-date")
            .hint("moment-date-hint")
            .attr("autocomplete=\"off\"")
            .html(),
        Field::text(say, typed, &format!("{prefix}_time"), "moment-time")
            .hint("moment-time-hint")
            .attr("autocomplete=\"off\"")
            .html(),
        [
            Field::select(say, typed, &format!("{prefix}_zone"), "moment-zone", zones).html(),
            kept(typed, prefix),
        ]
        .concat(),
    )
}

/// Asks once where a date is a day off: sent again as it is, it is meant.
pub fn ask_of_holiday(typed: &mut Typed, prefix: &str) -> bool {
    let date = typed.trimmed(&format!("{prefix}_date")).to_owned();
    let is_meant = typed.value(&format!("{prefix}_kept")) == date;
    if !is_meant {
        let field = format!("{prefix}_date");
        typed.refuse(&field, HOLIDAY);
    }
    is_meant
}

/// Key of what is said of a holiday.
const HOLIDAY: &str = "moment-holiday";

/// The date that is meant although it is a holiday, if it is sent once more.
fn kept(typed: &Typed, prefix: &str) -> String {
    let field = format!("{prefix}_date");
    let is_asked = typed
        .problems()
        .iter()
        .any(|problem| problem.field == field && problem.key == HOLIDAY);
    if !is_asked {
        return String::new();
    }
    format!(
        "<input type=\"hidden\" name=\"{prefix}_kept\" value=\"{}\">",
        text::escape(typed.trimmed(&field))
    )
}

const JST: Offset = Offset::constant(9);

/// Returns `text` with full-width letters, digits and signs as plain ones, and every dash as `-`.
fn folded(text: &str) -> String {
    domain::text::fold::width(text)
        .trim()
        .replace('ー', "-")
        .to_uppercase()
}

/// Reads a day; else the key of what is said of it.
fn read_date(text: &str) -> Result<Date, &'static str> {
    let text = folded(text);
    let (day, weekday) = weekday_of(&text).ok_or("moment-date-wrong")?;
    let date = plain_date(day).ok_or("moment-date-wrong")?;
    match weekday {
        // One of the two is a slip, and only who typed them knows which.
        Some(weekday) if weekday != date.weekday() => Err("moment-weekday-wrong"),
        _ => Ok(date),
    }
}

fn plain_date(text: &str) -> Option<Date> {
    let (era, rest) = match text.strip_prefix("令和").or_else(|| text.strip_prefix('R')) {
        Some(rest) => (true, rest.replacen('元', "1", 1)),
        None => (false, text.to_owned()),
    };
    let plain = rest
        .replace(['年', '月', '/', '.'], "-")
        .replace(['日', ' '], "");
    let mut parts = plain.split('-').map(str::parse::<i16>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let year = match (era, year) {
        (true, year) => year.checked_add(REIWA_BEFORE)?,
        // 28/01/27 and 8.11.1 are read differently by different people.
        (false, 0..=99) => return None,
        (false, year) => year,
    };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The names of the days of the week, Sunday first.
const WEEKDAYS: [(char, &str); 7] = [
    ('日', "SUNDAY"),
    ('月', "MONDAY"),
    ('火', "TUESDAY"),
    ('水', "WEDNESDAY"),
    ('木', "THURSDAY"),
    ('金', "FRIDAY"),
    ('土', "SATURDAY"),
];

/// Takes the day of the week off the end of a date; nothing, if what stands there is none.
fn weekday_of(text: &str) -> Option<(&str, Option<Weekday>)> {
    let end = text
        .rfind(|c: char| c.is_ascii_digit())
        .map_or(0, |at| at + 1);
    let (day, tail) = text.split_at(end);
    let tail = tail.strip_prefix('日').unwrap_or(tail);
    let name = tail.trim_matches(|c: char| matches!(c, ' ' | '(' | ')' | '.' | ','));
    if name.is_empty() {
        return Some((day, None));
    }
    let is_named = |(_, (kanji, english)): &(i8, (char, &str))| {
        let rest = name.strip_prefix(*kanji);
        rest.is_some_and(|rest| matches!(rest, "" | "曜" | "曜日"))
            || (name.len() >= 3 && english.starts_with(name))
    };
    let (at, _) = (0_i8..).zip(WEEKDAYS).find(is_named)?;
    Some((day, Weekday::from_sunday_zero_offset(at).ok()))
}

/// Reads a time; else the key of what is said of it.
fn read_time(text: &str) -> Result<Time, &'static str> {
    const WRONG: &str = "moment-time-wrong";
    let text = folded(text).replace(' ', "");
    let half = |mark: &str| text.strip_prefix(mark).map(str::to_owned);
    let letters = |mark: &str| text.strip_suffix(mark).map(str::to_owned);
    let (afternoon, is_japanese, rest) = if let Some(rest) = half("午後") {
        (Some(true), true, rest)
    } else if let Some(rest) = half("午前") {
        (Some(false), true, rest)
    } else if let Some(rest) = letters("PM") {
        (Some(true), false, rest)
    } else if let Some(rest) = letters("AM") {
        (Some(false), false, rest)
    } else {
        (None, false, text.clone())
    };
    let plain = rest.replace(['時', '分'], ":").replace('秒', "");
    let mut numbers = [0_i8; 3];
    let mut parts = plain.trim_end_matches(':').split(':');
    for (index, slot) in numbers.iter_mut().enumerate() {
        match parts.next() {
            Some(part) => *slot = part.parse().map_err(|_| WRONG)?,
            None if index == 0 => return Err(WRONG),
            None => {}
        }
    }
    let [hour, minute, second] = numbers;
    let is_alone = !plain.contains(':');
    if parts.next().is_some() || (is_alone && afternoon.is_none()) {
        return Err(WRONG);
    }
    let hour = match (afternoon, hour) {
        // 午前12時 is noon to some and midnight to others, 午後12時 likewise; nobody guesses a publication's instant.
        (Some(_), 12) if is_japanese => return Err("moment-time-twelve"),
        // 午後0時 is noon.
        (Some(true), 0..=11) => hour + 12,
        (Some(false), 12) => 0,
        // There is no such hour in the morning.
        (Some(false), 13..) => return Err(WRONG),
        _ => hour,
    };
    Time::new(hour, minute, second, 0).map_err(|_| WRONG)
}

fn read_zone(text: &str) -> Option<Offset> {
    match folded(text).as_str() {
        "JST" => Some(JST),
        "UTC" => Some(Offset::UTC),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::instant;

    fn check(date: &str, time: &str, zone: &str, wanted: Option<&str>) {
        let mut typed = Typed::filled([("u_date", date), ("u_time", time), ("u_zone", zone)]);
        let at = read(&mut typed, "u");
        assert_eq!(at, wanted.map(instant), "{date} {time} {zone}");
        assert_eq!(typed.is_good(), wanted.is_some());
        assert_eq!(typed.value("u_date"), date);
    }

    #[test]
    fn a_day_is_read_as_people_write_it() {
        let wanted = Some("2026-11-21T00:00:00Z");
        for date in [
            "2026-11-21",
            "2026/11/21",
            "２０２６－１１－２１",
            "2026年11月21日",
            "令和8年11月21日",
            "R8.11.21",
            "2026ー11ー21",
        ] {
            check(date, "9:00", "JST", wanted);
        }
        // What two people read differently is asked again.
        for date in ["26/11/21", "28/01/27", "8.11.1"] {
            check(date, "9:00", "JST", None);
        }
        check(
            "令和元年5月1日",
            "0:00",
            "UTC",
            Some("2019-05-01T00:00:00Z"),
        );
    }

    #[test]
    fn a_time_is_read_as_people_write_it() {
        for time in [
            "15:00",
            "１５：００",
            "15時",
            "15時00分",
            "午後3時",
            "3:00 pm",
            "午後３：００",
        ] {
            check("2026-11-21", time, "UTC", Some("2026-11-21T15:00:00Z"));
        }
        check(
            "2026-11-21",
            "15:00:30",
            "UTC",
            Some("2026-11-21T15:00:30Z"),
        );
    }

    #[test]
    fn what_is_no_instant_is_named_and_kept() {
        check("2026-02-30", "9:00", "JST", None);
        check("2026-11-21", "25:00", "JST", None);
        check("2026-11-21", "9", "JST", None);
        check("2026-11-21", "9:00", "PST", None);
        check("", "", "", None);
    }

    #[test]
    fn each_hour_of_the_day_has_its_japanese_and_its_english_half() {
        for (time, wanted) in [
            ("午前0時", "00:00"),
            ("午前0時5分", "00:05"),
            ("午前11時59分", "11:59"),
            ("午後0時", "12:00"),
            ("午後0時30分", "12:30"),
            ("午後1時", "13:00"),
            ("午後11時59分", "23:59"),
            ("午後15時", "15:00"),
            ("午後１時５分", "13:05"),
            ("午後 3 時", "15:00"),
            ("12:30 AM", "00:30"),
            ("12:30 pm", "12:30"),
            ("0:30pm", "12:30"),
            ("9pm", "21:00"),
            ("９ｐｍ", "21:00"),
            ("11:59PM", "23:59"),
            ("23時59分", "23:59"),
            ("0:00", "00:00"),
            ("09:05", "09:05"),
        ] {
            let expected = format!("2026-11-21T{wanted}:00Z");
            check("2026-11-21", time, "UTC", Some(&expected));
        }
    }

    #[test]
    fn seconds_are_read_where_they_are_typed() {
        for time in [
            "15:04:05",
            "15時4分5秒",
            "１５時０４分０５秒",
            "午後3時4分5秒",
        ] {
            check("2026-11-21", time, "UTC", Some("2026-11-21T15:04:05Z"));
        }
    }

    #[test]
    fn a_day_in_japan_begins_nine_hours_earlier() {
        for (date, time, zone, wanted) in [
            ("2027-01-01", "0:00", "JST", "2026-12-31T15:00:00Z"),
            ("2027-01-01", "8:59", "jst", "2026-12-31T23:59:00Z"),
            ("2027-01-01", "9:00", "ＪＳＴ", "2027-01-01T00:00:00Z"),
            ("2028-02-29", "0:00", " JST ", "2028-02-28T15:00:00Z"),
            ("2028-02-29", "0:00", "utc", "2028-02-29T00:00:00Z"),
        ] {
            check(date, time, zone, Some(wanted));
        }
    }

    #[test]
    fn what_is_no_day_is_refused_and_not_guessed() {
        for date in [
            "2026-13-01",
            "2026-00-01",
            "2026-11-00",
            "2026-11-31",
            "2027-02-29",
            "2026-11",
            "2026-11-21-1",
            "11/21",
            "20261121",
            "平成8年11月21日",
            "令和八年11月21日",
            "令和32767年1月1日",
            "明日",
            "2026-11-x",
            "-2026-11-21",
            "99999-01-01",
            "40000-01-01",
        ] {
            check(date, "9:00", "JST", None);
        }
    }

    #[test]
    fn what_is_no_time_is_refused_and_not_guessed() {
        for time in [
            "",
            "24:00",
            "9:60",
            "9:00:61",
            "9",
            "900",
            "9.00",
            "正午",
            "9:00:00:00",
            "午後25時",
            "午前12時",
            "午後12時",
            "午後１２時３０分",
            "午前13時",
            "13:00 am",
            "9:0x",
            ":30",
            "-1:00",
        ] {
            check("2026-11-21", time, "JST", None);
        }
    }

    #[test]
    fn a_day_of_the_week_is_read_and_has_to_fit() {
        for date in [
            "2026年11月21日(土)",
            "2026年11月21日（土）",
            "2026年11月21日土曜日",
            "令和8年11月21日（土曜日）",
            "2026-11-21 土",
            "2026/11/21 (Sat)",
            "2026-11-21, Saturday",
            "２０２６年１１月２１日（土）",
            "2026年11月21日",
        ] {
            check(date, "9:00", "JST", Some("2026-11-21T00:00:00Z"));
        }
        check(
            "2026年11月22日(日)",
            "9:00",
            "JST",
            Some("2026-11-22T00:00:00Z"),
        );
        check("2026-11-22 日", "9:00", "JST", Some("2026-11-22T00:00:00Z"));
        for (date, key) in [
            ("2026年11月21日(日)", "moment-weekday-wrong"),
            ("2026-11-21 Sun", "moment-weekday-wrong"),
            ("2026-11-21 (祝)", "moment-date-wrong"),
            ("2026-11-21 S", "moment-date-wrong"),
        ] {
            let mut typed =
                Typed::filled([("u_date", date), ("u_time", "9:00"), ("u_zone", "JST")]);
            assert_eq!(read(&mut typed, "u"), None, "{date}");
            let keys: Vec<&str> = typed.problems().iter().map(|p| p.key.as_str()).collect();
            assert_eq!(keys, [key], "{date}");
        }
    }

    #[test]
    fn noon_by_the_twelve_is_asked_again_in_words_that_help() {
        for time in ["午前12時", "午後12時", "午後１２時３０分"] {
            let mut typed = Typed::filled([
                ("u_date", "2026-11-21"),
                ("u_time", time),
                ("u_zone", "JST"),
            ]);
            assert_eq!(read(&mut typed, "u"), None, "{time}");
            let keys: Vec<&str> = typed.problems().iter().map(|p| p.key.as_str()).collect();
            assert_eq!(keys, ["moment-time-twelve"], "{time}");
        }
        for lang in Lang::ALL {
            let words = Say(lang).t("moment-time-twelve");
            assert!(words.contains("12:30") && words.contains("0:30"), "{words}");
        }
    }

    #[test]
    fn each_wrong_field_is_named_and_no_other() {
        for (date, time, zone, fields) in [
            ("x", "9:00", "JST", vec!["u_date"]),
            ("2026-11-21", "x", "JST", vec!["u_time"]),
            ("2026-11-21", "9:00", "", vec!["u_zone"]),
            ("x", "x", "JST", vec!["u_date", "u_time"]),
            ("", "", "+09:00", vec!["u_date", "u_time", "u_zone"]),
            // The calendar has this day, and no instant reaches it.
            ("9999-12-31", "23:59", "UTC", vec!["u_date"]),
        ] {
            let mut typed = Typed::filled([("u_date", date), ("u_time", time), ("u_zone", zone)]);
            assert_eq!(read(&mut typed, "u"), None, "{date} {time} {zone}");
            let named: Vec<&str> = typed.problems().iter().map(|p| p.field.as_str()).collect();
            assert_eq!(named, fields, "{date} {time} {zone}");
            let kept = ["u_date", "u_time", "u_zone"].map(|name| typed.value(name).to_owned());
            assert_eq!(kept, [date, time, zone].map(str::to_owned));
        }
    }

    #[test]
    fn an_instant_is_filled_in_the_zone_that_suits_its_reader() {
        let filled = |lang: Lang, at: &str| {
            let mut typed = Typed::default();
            fill(&mut typed, "u", lang, crate::tests::instant(at));
            ["u_date", "u_time", "u_zone"].map(|name| typed.value(name).to_owned())
        };
        let is = |date: &str, time: &str, zone: &str| [date, time, zone].map(str::to_owned);
        let evening = "2026-12-31T18:00:00Z";
        assert_eq!(filled(Lang::Ja, evening), is("2027-01-01", "03:00", "JST"));
        assert_eq!(filled(Lang::En, evening), is("2026-12-31", "18:00", "UTC"));
        let second = "2026-11-21T00:00:07Z";
        assert_eq!(
            filled(Lang::En, second),
            is("2026-11-21", "00:00:07", "UTC")
        );
    }

    #[test]
    fn the_zone_of_the_reader_stands_first_and_what_was_chosen_is_kept() {
        let of = |lang: Lang, typed: &Typed| fields(Say(lang), typed, "u", "partner-date-other");
        let place = |html: &str, zone: &str| html.find(&format!("value=\"{zone}\"")).unwrap();
        let nothing = Typed::default();
        for (lang, first, second) in [(Lang::Ja, "JST", "UTC"), (Lang::En, "UTC", "JST")] {
            let html = of(lang, &nothing);
            assert!(place(&html, first) < place(&html, second), "{html}");
        }
        let mut typed = Typed::filled([("u_date", "<x>"), ("u_time", "9時"), ("u_zone", "JST")]);
        assert_eq!(read(&mut typed, "u"), None);
        let html = of(Lang::En, &typed);
        assert!(html.contains("value=\"JST\" selected"), "{html}");
        assert!(
            html.contains("&#60;x&#62;") && html.contains("value=\"9時\""),
            "{html}"
        );
        assert!(html.contains("id=\"f-u_date-error\"") && !html.contains("f-u_time-error"));
    }

    #[test]
    fn what_was_filled_reads_back() {
        for lang in Lang::ALL {
            let mut typed = Typed::default();
            let at = instant("2026-11-20T18:00:07Z");
            fill(&mut typed, "u", lang, at);
            assert_eq!(read(&mut typed, "u"), Some(at));
        }
    }
}
