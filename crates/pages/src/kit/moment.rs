//! An instant as people type it: a day, a time and a zone, each in its own field.
//!
//! Full-width digits, Japanese dashes, years of the era and 午後 are read like their plain forms; what was
//! typed is kept. Knows two zones, UTC and JST, and no clock.

use base::Instant;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use crate::kit::catalogue::Say;
use crate::kit::form::{Choice, Field, Typed};
use crate::kit::text;
use formats::advisory::Lang;

/// First year of Reiwa less one: 令和8年 is 2026.
const REIWA_BEFORE: i16 = 2018;

/// Two digits of a year mean this century: nothing that is typed here lies in another.
const CENTURY: i16 = 2000;

/// Reads the three fields `<prefix>_date`, `<prefix>_time`, `<prefix>_zone` as an instant. What cannot be read
/// is noted beside its field, and nothing is returned.
pub fn read(typed: &mut Typed, prefix: &str) -> Option<Instant> {
    let names = ["date", "time", "zone"].map(|part| format!("{prefix}_{part}"));
    let [date_name, time_name, zone_name] = &names;
    let date = read_date(typed.value(date_name));
    let time = read_time(typed.value(time_name));
    let zone = read_zone(typed.value(zone_name));
    if date.is_none() {
        typed.refuse(date_name, "moment-date-wrong");
    }
    if time.is_none() {
        typed.refuse(time_name, "moment-time-wrong");
    }
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
        Field::select(say, typed, &format!("{prefix}_zone"), "moment-zone", zones).html(),
    )
}

const JST: Offset = Offset::constant(9);

/// Returns `text` with full-width letters, digits and signs as plain ones, and every dash as `-`.
fn folded(text: &str) -> String {
    text.trim()
        .chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' => ' ',
            'ー' | '‐' | '−' | '–' | '—' | '‑' => '-',
            _ => c,
        })
        .collect::<String>()
        .to_uppercase()
}

fn read_date(text: &str) -> Option<Date> {
    let text = folded(text);
    let (era, rest) = match text.strip_prefix("令和").or_else(|| text.strip_prefix('R')) {
        Some(rest) => (true, rest.replacen('元', "1", 1)),
        None => (false, text.clone()),
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
        (false, 0..=99) => year + CENTURY,
        (false, year) => year,
    };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn read_time(text: &str) -> Option<Time> {
    let text = folded(text).replace(' ', "");
    let (afternoon, rest) = if let Some(rest) = text.strip_prefix("午後") {
        (Some(true), rest.to_owned())
    } else if let Some(rest) = text.strip_prefix("午前") {
        (Some(false), rest.to_owned())
    } else if let Some(rest) = text.strip_suffix("PM") {
        (Some(true), rest.to_owned())
    } else if let Some(rest) = text.strip_suffix("AM") {
        (Some(false), rest.to_owned())
    } else {
        (None, text)
    };
    let plain = rest.replace(['時', '分'], ":").replace('秒', "");
    let mut numbers = [0_i8; 3];
    let mut parts = plain.trim_end_matches(':').split(':');
    for (index, slot) in numbers.iter_mut().enumerate() {
        match parts.next() {
            Some(part) => *slot = part.parse().ok()?,
            None if index == 0 => return None,
            None => {}
        }
    }
    let [hour, minute, second] = numbers;
    let is_alone = !plain.contains(':');
    if parts.next().is_some() || (is_alone && afternoon.is_none()) {
        return None;
    }
    let hour = match (afternoon, hour) {
        // 午後0時 is noon.
        (Some(true), 0..=11) => hour + 12,
        (Some(false), 12) => 0,
        _ => hour,
    };
    Time::new(hour, minute, second, 0).ok()
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
            "26/11/21",
            "2026ー11ー21",
        ] {
            check(date, "9:00", "JST", wanted);
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
        check(
            "2026-11-21",
            "午前12時",
            "UTC",
            Some("2026-11-21T00:00:00Z"),
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
            ("午前12時", "00:00"),
            ("午後0時", "12:00"),
            ("午後0時30分", "12:30"),
            ("午後1時", "13:00"),
            ("午後11時59分", "23:59"),
            ("午後12時", "12:00"),
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
            "9:0x",
            ":30",
            "-1:00",
        ] {
            check("2026-11-21", time, "JST", None);
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
