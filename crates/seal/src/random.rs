//! Randomness of the system.
//!
//! The only place of the house that draws it. A system that cannot give random bytes cannot keep a secret,
//! so the process stops: nothing here returns an error that a caller could overlook.

/// Returns `N` random bytes.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0_u8; N];
    if getrandom::fill(&mut out).is_err() {
        std::process::abort();
    }
    out
}

/// Returns a random number.
#[must_use]
pub fn u64() -> u64 {
    u64::from_be_bytes(bytes())
}

/// Returns a UUIDv7 whose time part is `unix_ms`.
///
/// Ids inside the house are never shown (docs/design/security.md §2.4); the time part keeps indexes compact.
#[must_use]
pub fn uuid(unix_ms: u64) -> uuid::Uuid {
    uuid::Builder::from_unix_timestamp_millis(unix_ms, &bytes()).into_uuid()
}
