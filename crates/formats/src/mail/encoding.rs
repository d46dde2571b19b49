//! Encodings of mail: base64, RFC 2047 words, header folding, RFC 5322 dates.
//!
//! Small enough to be ours: the per-recipient path of a notice runs through here a hundred thousand times.

use std::borrow::Cow;

use crate::subscribers::MailAddress;

/// RFC 2047 §2: no encoded word is longer.
pub const WORD_BYTES_MAX: usize = 75;
/// RFC 2047 §2: no header line that has encoded words is longer.
const LINE_BYTES_MAX: usize = 76;
/// `=?UTF-8?B?` and `?=`.
const WORD_FRAME_BYTES: usize = 12;
/// RFC 5321 §4.5.3.1.6 without the line break.
const BODY_LINE_BYTES_MAX: usize = 998;
/// A header value is cut here: no subject of ours is longer, and a runaway one must not stop the mail.
const VALUE_BYTES_MAX: usize = 2_000;

/// How a text part travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferEncoding {
    /// As it is.
    SevenBit,
    /// RFC 2045 §6.8.
    Base64,
}

impl TransferEncoding {
    /// Chooses 7-bit only for a text that nothing on the way has cause to touch, else base64.
    ///
    /// A clear signature verifies only over unchanged lines. Relays that lack 8BITMIME recode 8-bit text, mailbox
    /// formats put `>` before `From `, senders double a leading dot, old gateways drop spaces at the end of lines.
    /// Base64 is out of reach of all four, and safe at any distance without asking a server for 8BITMIME.
    #[must_use]
    pub fn fitting(text: &str) -> Self {
        let untouched = |line: &str| {
            line.len() <= BODY_LINE_BYTES_MAX
                && !line.starts_with('.')
                && !line.starts_with("From ")
                && !line.ends_with([' ', '\t'])
                && line
                    .bytes()
                    .all(|byte| byte == b'\t' || (0x20..0x7f).contains(&byte))
        };
        if text.split("\r\n").all(untouched) {
            TransferEncoding::SevenBit
        } else {
            TransferEncoding::Base64
        }
    }

    /// Returns the value of `Content-Transfer-Encoding`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            TransferEncoding::SevenBit => "7bit",
            TransferEncoding::Base64 => "base64",
        }
    }

    /// Appends the encoded text, which ends with CRLF.
    pub fn append(self, out: &mut Vec<u8>, text: &str) {
        match self {
            TransferEncoding::SevenBit => out.extend_from_slice(text.as_bytes()),
            TransferEncoding::Base64 => {
                // 57 bytes make a line of 76 characters.
                for chunk in text.as_bytes().chunks(57) {
                    base64(out, chunk);
                    out.extend_from_slice(b"\r\n");
                }
            }
        }
    }
}

/// Returns the text with CRLF line ends and one at its end. Lone CR and LF are line ends too.
#[must_use]
pub fn with_crlf(text: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len() + text.len() / 32 + 2);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                out.push_str("\r\n");
            }
            '\n' => out.push_str("\r\n"),
            other => out.push(other),
        }
    }
    if !out.ends_with("\r\n") {
        out.push_str("\r\n");
    }
    if out == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(out)
    }
}

/// Appends standard base64 with padding.
pub fn base64(out: &mut Vec<u8>, bytes: &[u8]) {
    const ALPHABET: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.reserve(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let [a, b, c] = [0, 1, 2].map(|place| u32::from(chunk.get(place).copied().unwrap_or(0)));
        let group = (a << 16) | (b << 8) | c;
        for place in 0..4 {
            // The mask keeps the index below 64.
            let letter = ALPHABET[((group >> (18 - 6 * place)) & 0x3f) as usize];
            out.push(if place <= chunk.len() { letter } else { b'=' });
        }
    }
}

/// Returns an RFC 5322 date in UTC.
#[must_use]
pub fn date(us: i64) -> String {
    let instant = jiff::Timestamp::from_microsecond(us).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// Returns the text without what could end a bracketed header value: brackets, spaces, anything but visible ASCII.
#[must_use]
pub fn ascii_token(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>'))
        .take(900)
        .collect()
}

/// Writes header lines.
#[derive(Default)]
pub struct HeaderWriter {
    out: Vec<u8>,
}

impl HeaderWriter {
    /// Appends a value of our own making as it stands.
    pub fn raw(&mut self, name: &str, value: &str) {
        for piece in [name, ": ", value, "\r\n"] {
            self.out.extend_from_slice(piece.as_bytes());
        }
    }

    /// Appends a text of anyone's making, folded and encoded as needed.
    pub fn text(&mut self, name: &str, value: &str) {
        let clean = one_line(value);
        let body = if is_plain(&clean) {
            folded(&clean, name.len() + 2)
        } else {
            encoded_words(&clean, name.len() + 2)
        };
        self.raw(name, &body);
    }

    /// Appends `name <address>`.
    pub fn mailbox(&mut self, header: &str, name: &str, address: &MailAddress) {
        let clean = one_line(name);
        let start = header.len() + 2;
        let phrase = if clean.is_empty() {
            String::new()
        } else if is_plain(&clean) && clean.len() + start < LINE_BYTES_MAX {
            format!("\"{}\"", clean.replace('\\', "\\\\").replace('"', "\\\""))
        } else {
            encoded_words(&clean, start)
        };
        let separator = match phrase.len() {
            0 => "",
            // A long name leaves the address a line of its own.
            bytes if bytes + start > 40 => "\r\n ",
            _ => " ",
        };
        self.raw(
            header,
            &format!("{phrase}{separator}<{}>", address.smtp_form()),
        );
    }

    /// Returns all lines and the empty one that ends them.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.out.extend_from_slice(b"\r\n");
        self.out
    }

    /// Returns all lines without the empty one: a part with headers of its own follows.
    #[must_use]
    pub fn finish_open(self) -> Vec<u8> {
        self.out
    }
}

/// Control characters and runs of spaces become one space, so that no value can end its header.
fn one_line(value: &str) -> String {
    let cut = value
        .get(..value.floor_char_boundary(VALUE_BYTES_MAX))
        .unwrap_or_default();
    cut.split(|c: char| c.is_control() || c == ' ' || c == '\u{2028}' || c == '\u{2029}')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a value may stand unencoded: ASCII, nothing that looks encoded, no word too long to fold.
fn is_plain(value: &str) -> bool {
    value.is_ascii() && !value.contains("=?") && value.split(' ').all(|word| word.len() <= 60)
}

/// Breaks before a word that would pass the line's end.
fn folded(value: &str, start: usize) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    let mut column = start;
    for (place, word) in value.split(' ').enumerate() {
        if place > 0 {
            let breaks = column + 1 + word.len() > LINE_BYTES_MAX;
            out.push_str(if breaks { "\r\n " } else { " " });
            column = if breaks { 1 } else { column + 1 };
        }
        out.push_str(word);
        column += word.len();
    }
    out
}

/// RFC 2047 B words in UTF-8. A word is cut between characters (§5: each must decode by itself) and stays within the line.
fn encoded_words(value: &str, start: usize) -> String {
    let mut out = Vec::with_capacity(value.len() * 2 + 32);
    let mut rest = value;
    let mut column = start;
    while !rest.is_empty() {
        let room = WORD_BYTES_MAX
            .min(LINE_BYTES_MAX.saturating_sub(column))
            .saturating_sub(WORD_FRAME_BYTES);
        // At least one character a word, however long the header's name.
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let cut = rest.floor_char_boundary(room / 4 * 3).max(first);
        let (word, after) = rest.split_at_checked(cut).unwrap_or((rest, ""));
        out.extend_from_slice(b"=?UTF-8?B?");
        base64(&mut out, word.as_bytes());
        out.extend_from_slice(b"?=");
        if !after.is_empty() {
            out.extend_from_slice(b"\r\n ");
        }
        rest = after;
        column = 1;
    }
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_agrees_with_rfc_4648() {
        #[track_caller]
        fn check(plain: &str, encoded: &str) {
            let mut out = Vec::new();
            base64(&mut out, plain.as_bytes());
            assert_eq!(out, encoded.as_bytes());
        }
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foobar", "Zm9vYmFy");
    }

    #[test]
    fn a_long_subject_becomes_words_that_stand_alone() {
        let value = "狼煙".repeat(40);
        let words = encoded_words(&value, "Subject: ".len());
        for (place, line) in words.split("\r\n ").enumerate() {
            let column = if place == 0 { 9 } else { 1 };
            assert!(
                line.len() <= WORD_BYTES_MAX && line.len() + column <= LINE_BYTES_MAX,
                "{line}"
            );
            assert!(
                line.starts_with("=?UTF-8?B?") && line.ends_with("?="),
                "{line}"
            );
        }
        let mail = format!("Subject: {words}\r\n\r\n");
        let message = mail_parser::MessageParser::default().parse(mail.as_bytes());
        assert_eq!(
            message.as_ref().and_then(|message| message.subject()),
            Some(value.as_str())
        );
    }

    #[test]
    fn an_ascii_value_is_folded_at_spaces_and_not_encoded() {
        let value = "word ".repeat(30);
        let out = folded(value.trim_end(), 9);
        assert!(
            out.split("\r\n").all(|line| line.len() <= LINE_BYTES_MAX),
            "{out}"
        );
        assert_eq!(out.replace("\r\n ", " "), value.trim_end());
        assert!(!is_plain("=?UTF-8?B?x?="));
    }

    #[test]
    fn only_a_text_that_nobody_touches_goes_as_it_is() {
        #[track_caller]
        fn check(text: &str, expected: TransferEncoding) {
            assert_eq!(
                TransferEncoding::fitting(&with_crlf(text)),
                expected,
                "{text:?}"
            );
        }
        check("plain\ntext", TransferEncoding::SevenBit);
        check("注意", TransferEncoding::Base64);
        check(".dot", TransferEncoding::Base64);
        check("From me", TransferEncoding::Base64);
        check("space \nat the end", TransferEncoding::Base64);
        check(&"x".repeat(999), TransferEncoding::Base64);
    }

    #[test]
    fn every_line_end_becomes_crlf() {
        assert_eq!(with_crlf("a\nb\r\nc\rd"), "a\r\nb\r\nc\r\nd\r\n");
        assert_eq!(with_crlf(""), "\r\n");
    }
}
