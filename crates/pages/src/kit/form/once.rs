//! The token of a form: one sending is told from another, so that a second press is known.
//!
//! It knows no form and no field but its own.

use super::hidden;

/// Name of the field that tells one sending of a form from another.
pub const ONCE: &str = "once";

/// Puts a token into every form of a page that is posted, so that a second press, or a page that is loaded again, is
/// known for the same sending.
#[must_use]
pub fn with_once(page: Vec<u8>, token: &str) -> Vec<u8> {
    const OPENING: &str = "<form method=\"post\"";
    let text = match String::from_utf8(page) {
        Ok(text) => text,
        Err(other) => return other.into_bytes(),
    };
    let mut out = String::with_capacity(text.len() + 256);
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once(OPENING) {
        let (tag, next) = after.split_once('>').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(OPENING);
        out.push_str(tag);
        out.push('>');
        out.push_str(&hidden(ONCE, token));
        rest = next;
    }
    out.push_str(rest);
    out.into_bytes()
}
