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
    const OPENING: &str = "<form ";
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
        // Wherever the word stands in the tag.
        if tag.contains("method=\"post\"") {
            out.push_str(&hidden(ONCE, token));
        }
        rest = next;
    }
    out.push_str(rest);
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_that_is_posted_gets_the_token_and_no_other() {
        let page = "<form method=\"post\" action=\"/a\">A</form><form class=\"narrow\" method=\"post\">B</form>\
            <form class=\"seek\" method=\"get\">C</form><form method=\"dialog\">D</form><form role=\"search\">E</form>";
        let out = with_once(page.as_bytes().to_vec(), "t0ken");
        let out = String::from_utf8(out).unwrap_or_default();
        let field = hidden(ONCE, "t0ken");
        for (letter, is_posted) in [
            ("A", true),
            ("B", true),
            ("C", false),
            ("D", false),
            ("E", false),
        ] {
            assert_eq!(
                out.contains(&format!("{field}{letter}</form>")),
                is_posted,
                "{letter}"
            );
        }
        assert_eq!(out.replace(&field, ""), page);
    }
}
