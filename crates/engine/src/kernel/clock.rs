//! The machine's clock, asked here and nowhere below.

use domain::value::Instant;

/// What the wall clock says.
#[must_use]
pub fn now() -> Instant {
    let micros = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX));
    Instant(micros)
}

/// RFC 3339 in UTC, whole seconds.
#[must_use]
pub fn rfc3339(at: Instant) -> String {
    jiff::Timestamp::from_microsecond(at.whole_seconds().0)
        .map_or_else(|_| String::from("1970-01-01T00:00:00Z"), |t| t.to_string())
}

/// Reads RFC 3339 with an offset, or a bare number of µs.
#[must_use]
pub fn parse(text: &str) -> Option<Instant> {
    text.parse::<jiff::Timestamp>()
        .ok()
        .map(|t| Instant(t.as_microsecond()))
}

/// An instant as a system time, for OpenPGP.
#[must_use]
pub fn system_time(at: Instant) -> std::time::SystemTime {
    std::time::UNIX_EPOCH + std::time::Duration::from_micros(u64::try_from(at.0).unwrap_or(0))
}
