//! Small readers over JSON values and instants.
//!
//! They take what is there and say what is not; nothing here decides whether that matters.

use serde_json::Value;

/// An instant as seconds and nanoseconds since 1970 UTC; compares as time does.
pub(super) type Instant = (i64, u32);

/// What a field must be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// A text that is not empty.
    Text,
    /// A text that is an RFC 3339 instant.
    Instant,
    /// A whole number from 0.
    Number,
    /// An object.
    Object,
    /// A list, possibly empty.
    List,
    /// A list with something in it.
    Filled,
}

/// Returns the fields, by JSON pointer, that are missing or of another kind.
pub(super) fn lacking<'a>(value: &Value, fields: &[(&'a str, Kind)]) -> Vec<&'a str> {
    fields
        .iter()
        .filter(|(pointer, kind)| value.pointer(pointer).is_none_or(|v| !is(v, *kind)))
        .map(|(pointer, _)| *pointer)
        .collect()
}

fn is(value: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Text => value.as_str().is_some_and(|text| !text.is_empty()),
        Kind::Instant => value.as_str().and_then(instant).is_some(),
        Kind::Number => value.as_u64().is_some(),
        Kind::Object => value.is_object(),
        Kind::List => value.is_array(),
        Kind::Filled => value.as_array().is_some_and(|list| !list.is_empty()),
    }
}

/// Returns the text at a JSON pointer, or the empty one.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Returns the list at a JSON pointer, or the empty one.
pub(super) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Returns the instant of an RFC 3339 text.
pub(super) fn instant(text: &str) -> Option<Instant> {
    let (date, time) = (text.get(..10)?, text.get(11..)?);
    if !matches!(text.get(10..11)?, "T" | "t") {
        return None;
    }
    let clock = time.get(..8)?;
    let rest = time.get(8..)?;
    let [year, month, day] = three(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = three(clock, ':', [2, 2, 2])?;
    let in_range = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !in_range {
        return None;
    }
    let zone_at = rest.find(['Z', 'z', '+', '-'])?;
    let (fraction, zone) = rest.split_at_checked(zone_at)?;
    let nanos = nanos(fraction)?;
    let offset = offset(zone)?;
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    Some((seconds, nanos))
}

/// Returns the year in UTC of an instant.
pub(super) fn year((seconds, _): Instant) -> i64 {
    let day = seconds.div_euclid(86_400);
    let mut year = 1970 + day.div_euclid(366);
    while days(year + 1, 1, 1) <= day {
        year += 1;
    }
    while days(year, 1, 1) > day {
        year -= 1;
    }
    year
}

fn three(text: &str, between: char, lengths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(between);
    let mut next = |length: usize| digits(parts.next().filter(|part| part.len() == length)?);
    let [first, second, third] = lengths;
    let numbers = [next(first)?, next(second)?, next(third)?];
    parts.next().is_none().then_some(numbers)
}

fn digits(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

fn nanos(fraction: &str) -> Option<u32> {
    if fraction.is_empty() {
        return Some(0);
    }
    let decimals = fraction.strip_prefix('.')?;
    digits(decimals.get(..decimals.len().min(9))?)?;
    if !decimals.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let nine: String = decimals
        .chars()
        .chain("000000000".chars())
        .take(9)
        .collect();
    nine.parse().ok()
}

fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let leaps = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    let months: i64 = (1..month).map(|month| days_in(year, month)).sum();
    before * 365 + leaps + months + day - 1 - EPOCH_DAYS
}

/// Days from 0001-01-01 to 1970-01-01.
const EPOCH_DAYS: i64 = 719_162;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_as_other_tools_read_them() {
        assert_eq!(instant("1970-01-01T00:00:00Z"), Some((0, 0)));
        assert_eq!(instant("2026-11-22T00:00:00Z"), Some((1_795_305_600, 0)));
        assert_eq!(
            instant("2026-11-22T09:00:00.5+09:00"),
            Some((1_795_305_600, 500_000_000))
        );
        assert_eq!(instant("2024-02-29T23:59:59Z"), Some((1_709_251_199, 0)));
        for wrong in [
            "",
            "2026-11-22",
            "2026-13-22T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-11-22 00:00:00Z",
            "2026-11-22T00:00:00",
            "2026-11-22T00:00:00.Z",
            "２０２６-11-22T00:00:00Z",
        ] {
            assert_eq!(instant(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_year_is_that_of_utc() {
        let year_of = |text| instant(text).map(year);
        assert_eq!(year_of("2026-01-01T00:00:00Z"), Some(2026));
        assert_eq!(year_of("2026-01-01T08:00:00+09:00"), Some(2025));
        assert_eq!(year_of("1969-12-31T23:59:59Z"), Some(1969));
        assert_eq!(year_of("2000-12-31T23:59:59Z"), Some(2000));
        assert_eq!(year_of("9999-12-31T23:59:59Z"), Some(9999));
    }
}
