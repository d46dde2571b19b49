//! Reads answers to our mail: which of our mails they answer, which codes they hold, whether a robot wrote them.
//!
//! An acknowledgement needs a human act (docs/design/early-warning.md §4.1). No mail of ours holds a whole code: five
//! digits stand in its text, the sixth in its subject (docs/design/forms.md 8), so a whole code was typed, wherever in
//! an answer it stands and however the rest is quoted. Mails that were sent before that hold one; [`ReplyDraft::codes`]
//! leaves out what stands where it stood in what we sent. It checks no code and knows no recipient; the engine does.
//! Text is looked at for codes and references and then dropped, and no log sees it.
//! What could go wrong here: nested messages that exhaust the stack, boundaries that make parsing quadratic. The limits
//! and `defused` answer them.

mod code;
mod text;

use mail_parser::MessageParser;

use code::Flat;

/// A larger mail is read by its headers only.
pub const MAIL_BYTES_MAX: usize = 8 << 20;
/// More parts than this (counted as `Content-Type`) and only the headers are read; a reply that quotes a mail with all its
/// pictures has some thirty.
pub const PARTS_MAX: usize = 100;
/// Header bytes looked at.
pub const HEAD_BYTES_MAX: usize = 128 * 1024;
/// Message ids kept.
pub const IDS_MAX: usize = 64;
/// Codes kept: a person types one, and telephone numbers and the like stand beside it.
pub const CODES_MAX: usize = 16;
/// Bytes of one id or address.
const TOKEN_BYTES_MAX: usize = 254;

/// What an answer says.
#[derive(Clone, Default)]
pub struct ReplyDraft {
    /// Ids of the mails it answers (`In-Reply-To`, then `References`), without brackets, each once.
    pub message_ids: Vec<String>,
    /// Words of the text that may be references of copies, each once.
    pub references: Vec<String>,
    /// Address in `From`, unchecked.
    pub from: Option<String>,
    /// A robot wrote this: it never acknowledges.
    pub auto_submitted: bool,
    /// What could not be read.
    pub problems: Vec<Problem>,
    texts: Vec<Flat>,
}

impl std::fmt::Debug for ReplyDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReplyDraft")
            .field("auto_submitted", &self.auto_submitted)
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

impl ReplyDraft {
    /// Six-digit codes of the text, each once, at most [`CODES_MAX`]; without those that stand where they stand in
    /// `sent`, the text that the answered mail had of us.
    #[must_use]
    pub fn codes(&self, sent: &str) -> Vec<String> {
        let sent = Flat::of(sent);
        let mut codes: Vec<String> = Vec::new();
        for text in &self.texts {
            for code in text.codes_beside(&sent) {
                if codes.len() < CODES_MAX && !codes.contains(&code) {
                    codes.push(code);
                }
            }
        }
        codes
    }

    /// Whether somebody typed this code: whole, with whatever signs between and beside its digits, or in two pieces, the
    /// last digit by itself; what `sent` holds of it is not counted. For a code that is known, once the mail that is
    /// answered is.
    #[must_use]
    pub fn holds(&self, sent: &str, code: &str) -> bool {
        let sent = Flat::of(sent);
        let mut texts = self.texts.iter();
        texts.any(|text| text.holds_whole(&sent, code) || text.holds_apart(&sent, code))
    }
}

/// What of an answer could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Larger than [`MAIL_BYTES_MAX`]; headers only.
    TooLarge,
    /// More than [`PARTS_MAX`] parts; headers only.
    TooManyParts,
    /// More than [`HEAD_BYTES_MAX`] of headers; the rest was left out.
    HeadTooLarge,
    /// No text in it.
    NoText,
}

impl Problem {
    /// Returns the stable word for catalogues and logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Problem::TooLarge => "too_large",
            Problem::TooManyParts => "too_many_parts",
            Problem::HeadTooLarge => "head_too_large",
            Problem::NoText => "no_text",
        }
    }
}

/// Reads an answer. There is always a draft.
#[must_use]
pub fn read_reply(bytes: &[u8]) -> ReplyDraft {
    let mut draft = ReplyDraft::default();
    let headers = head(bytes, &mut draft.problems);
    draft.message_ids = message_ids(&headers);
    draft.auto_submitted = is_automatic(&headers);
    draft.from = from_address(&headers);
    if bytes.len() > MAIL_BYTES_MAX {
        draft.problems.push(Problem::TooLarge);
        return draft;
    }
    if count_ignoring_case(bytes, b"content-type") > PARTS_MAX {
        draft.problems.push(Problem::TooManyParts);
        return draft;
    }
    let texts = text::of_mail(&defused(bytes));
    if texts.is_empty() {
        draft.problems.push(Problem::NoText);
    }
    draft.references = references(&texts);
    if draft.references.is_empty() && draft.message_ids.is_empty() {
        // Our mail may hang on it as a message of its own, or the break of a line may stand in its reference.
        // Ours are ASCII; nothing else is folded, since some letters grow by it.
        let raw: String = bytes
            .iter()
            .filter(|byte| byte.is_ascii())
            .map(|byte| char::from(*byte))
            .collect();
        draft.references = references(&[raw.replace("=\r\n", "").replace("=\n", "")]);
    }
    draft.texts = texts.iter().map(|text| Flat::of(text)).collect();
    draft
}

/// Words that may be references of copies, as they are printed, in addresses of pages, in capitals or full width.
fn references(texts: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        // Gateways rewrite addresses, with the whole of ours escaped in theirs.
        let folded = domain::text::fold::width(text)
            .to_ascii_lowercase()
            .replace("%2f", "/");
        for word in folded.split(|c: char| !c.is_ascii_alphanumeric()) {
            let fits = is_reference(word);
            if fits && found.len() < IDS_MAX && !found.iter().any(|known| known == word) {
                found.push(word.to_owned());
            }
        }
    }
    found
}

/// Whether a word has the length and the letters of a reference: 80 bits in base 32.
fn is_reference(word: &str) -> bool {
    word.len() == 16
        && word
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
}

/// A header: name in lower case, value unfolded.
struct Header {
    name: String,
    value: String,
}

/// Reads the headers up to the empty line; lines that are none are passed over.
fn head(bytes: &[u8], problems: &mut Vec<Problem>) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    // Programs that keep a mail put such things in front.
    let begun = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let begun = begun.trim_ascii_start();
    let window = begun.get(..HEAD_BYTES_MAX).unwrap_or(begun);
    for line in window.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return headers;
        }
        let text = String::from_utf8_lossy(line);
        if text.starts_with([' ', '\t']) {
            if let Some(last) = headers.last_mut() {
                last.value.push(' ');
                last.value.push_str(text.trim());
            }
        } else if let Some((name, value)) = text.split_once(':') {
            headers.push(Header {
                name: name.trim().to_ascii_lowercase(),
                value: value.trim().to_owned(),
            });
        }
    }
    if bytes.len() > HEAD_BYTES_MAX {
        problems.push(Problem::HeadTooLarge);
    }
    headers
}

fn message_ids(headers: &[Header]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for wanted in ["in-reply-to", "references"] {
        for header in headers.iter().filter(|header| header.name == wanted) {
            // Some programs leave the brackets out.
            let has_brackets = header.value.contains('<');
            let pieces: Vec<String> = if has_brackets {
                let pieces = header.value.split('<').skip(1);
                pieces
                    .filter_map(|piece| Some(piece.split_once('>')?.0.trim().to_owned()))
                    .collect()
            } else {
                header.value.split_whitespace().map(str::to_owned).collect()
            };
            for id in pieces {
                let sound = id.len() <= TOKEN_BYTES_MAX
                    && id.contains('@')
                    && id.bytes().all(|byte| byte.is_ascii_graphic());
                if sound && ids.len() < IDS_MAX && !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
    }
    ids
}

/// Headers by which lists of today and of before RFC 2919 name themselves.
const OF_LISTS: [&str; 5] = [
    "list-id",
    "list-post",
    "mailing-list",
    "x-ml-name",
    "x-mlserver",
];

/// RFC 3834 and the customs before it.
fn is_automatic(headers: &[Header]) -> bool {
    // A list in front of somebody's address marks what people write through it.
    let came_by_list = headers
        .iter()
        .any(|header| OF_LISTS.contains(&header.name.as_str()));
    headers.iter().any(|header| {
        let value = header.value.to_ascii_lowercase();
        let first = value
            .split([';', ' ', '('])
            .find(|word| !word.is_empty())
            .unwrap_or_default();
        match header.name.as_str() {
            "auto-submitted" => first != "no",
            "precedence" => match first {
                "bulk" => !came_by_list,
                first => matches!(first, "junk" | "auto_reply" | "auto-reply"),
            },
            "x-autoreply" | "x-autorespond" | "x-autoresponder" => first != "no",
            "return-path" => value == "<>" || value.is_empty(),
            "content-type" => first == "multipart/report",
            _ => false,
        }
    })
}

/// Address of the first `From`, by the parser that knows comments, groups and encoded names.
fn from_address(headers: &[Header]) -> Option<String> {
    let header = headers.iter().find(|header| header.name == "from")?;
    let line = format!("From: {}\r\n\r\n", header.value);
    let message = MessageParser::default().parse_headers(line.as_bytes())?;
    let part = message.parts.first()?;
    let address = part
        .headers
        .iter()
        .find_map(|header| header.value.as_address())?
        .first()?
        .address
        .as_ref()?;
    let sound = address.len() <= TOKEN_BYTES_MAX && !address.chars().any(char::is_control);
    sound.then(|| address.trim().to_owned())
}

/// Returns a copy in which no part is a message of its own.
///
/// The parser nests messages as values in values; ten thousand of them in a mail of a megabyte overflow the stack
/// when they are dropped. Forwarded mail has no code that counts, so its declaration is made unknown instead.
fn defused(bytes: &[u8]) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    for word in [b"rfc822".as_slice(), b"global", b"digest"] {
        let places: Vec<usize> = places_ignoring_case(bytes, word).collect();
        for place in places {
            if let Some(byte) = copy.get_mut(place) {
                *byte = b'x';
            }
        }
    }
    copy
}

fn places_ignoring_case<'a>(bytes: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let windows = bytes.windows(word.len()).enumerate();
    windows
        .filter(|(_, window)| window.eq_ignore_ascii_case(word))
        .map(|(place, _)| place)
}

fn count_ignoring_case(bytes: &[u8], word: &[u8]) -> usize {
    places_ignoring_case(bytes, word).count()
}

/// Headers of a mail as a list of mails shows them; empty where they are missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// First recipient's address.
    pub to: String,
    /// Decoded subject.
    pub subject: String,
    /// Date, RFC 3339.
    pub date: String,
}

/// Reads the headers that a list of mails shows.
#[must_use]
pub fn shown_headers(head: &[u8]) -> Shown {
    let Some(message) = mail_parser::MessageParser::default().parse_headers(head) else {
        return Shown::default();
    };
    Shown {
        to: message
            .to()
            .and_then(|to| to.first())
            .and_then(|to| to.address())
            .unwrap_or_default()
            .to_owned(),
        subject: message.subject().unwrap_or_default().to_owned(),
        date: message
            .date()
            .map(|date| date.to_rfc3339())
            .unwrap_or_default(),
    }
}

/// The texts of a mail that was written here, one behind the other, and its sender; for whoever looks at it.
#[must_use]
pub fn shown_text(bytes: &[u8]) -> (String, String) {
    let bytes = bytes.get(..MAIL_BYTES_MAX).unwrap_or(bytes);
    let headers = head(bytes, &mut Vec::new());
    let Some(message) = MessageParser::default().parse(bytes) else {
        return (from_address(&headers).unwrap_or_default(), String::new());
    };
    let plain = message.parts.iter().filter_map(|part| match &part.body {
        mail_parser::PartType::Text(text) => Some(text.replace('\r', "")),
        _ => None,
    });
    let text = plain.collect::<Vec<_>>().join("\n\n");
    (from_address(&headers).unwrap_or_default(), text)
}

#[cfg(test)]
mod tests;
