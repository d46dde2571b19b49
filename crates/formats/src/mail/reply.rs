//! Reads answers to our mail: which mail they answer, which code they carry, whether a person wrote them.
//!
//! An acknowledgement needs a human act (docs/design/early-warning.md §4.1), so this reader errs towards less: a
//! code counts only in newly typed lines, and whatever looks like a robot's answer is flagged. It checks no code and
//! knows no recipient; the engine does. Text is looked at for digits and then dropped: nothing of it is in the draft.
//! What could go wrong here: nested messages that exhaust the stack, boundaries that make parsing quadratic, quoted
//! originals whose code acknowledges by itself. The limits and `defused` answer the first two, `typed_lines` the third.

use std::borrow::Cow;

use mail_parser::{MessageParser, PartType};

use crate::certcc::plain::entities;

/// A larger mail is read by its headers only.
pub const MAIL_BYTES_MAX: usize = 1 << 20;
/// More parts than this (counted as `Content-Type`) and only the headers are read; a real reply has fewer than ten.
pub const PARTS_MAX: usize = 20;
/// Header bytes looked at.
pub const HEAD_BYTES_MAX: usize = 128 * 1024;
/// Message ids kept.
pub const IDS_MAX: usize = 64;
/// Codes kept; a person types one.
pub const CODES_MAX: usize = 8;
/// Lines looked at for codes; the answer stands at the top.
pub const LINES_MAX: usize = 2_000;
/// Bytes of one id or address.
const TOKEN_BYTES_MAX: usize = 254;

/// What an answer says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyDraft {
    /// Ids of the mails it answers (`In-Reply-To`, then `References`), without brackets, each once.
    pub message_ids: Vec<String>,
    /// Address in `From`, unchecked.
    pub from: Option<String>,
    /// Six-digit codes in the newly typed text, in its order, each once.
    pub codes: Vec<String>,
    /// A robot wrote this: it never acknowledges.
    pub auto_submitted: bool,
    /// What could not be read.
    pub problems: Vec<Problem>,
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
    /// More than [`CODES_MAX`] codes; the rest was left out.
    TooManyCodes,
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
            Problem::TooManyCodes => "too_many_codes",
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
    match newly_typed(bytes) {
        Some(lines) => {
            draft.codes = codes(&lines);
            if draft.codes.len() > CODES_MAX {
                draft.codes.truncate(CODES_MAX);
                draft.problems.push(Problem::TooManyCodes);
            }
        }
        None => draft.problems.push(Problem::NoText),
    }
    draft
}

/// A header: name in lower case, value unfolded.
struct Header {
    name: String,
    value: String,
}

/// Reads the headers up to the empty line; lines that are none are passed over.
fn head(bytes: &[u8], problems: &mut Vec<Problem>) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    let window = bytes.get(..HEAD_BYTES_MAX).unwrap_or(bytes);
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
            for piece in header.value.split('<').skip(1) {
                let Some((id, _)) = piece.split_once('>') else {
                    continue;
                };
                let sound = id.len() <= TOKEN_BYTES_MAX
                    && id.contains('@')
                    && id.bytes().all(|byte| byte.is_ascii_graphic());
                if sound && ids.len() < IDS_MAX && !ids.iter().any(|known| known == id) {
                    ids.push(id.to_owned());
                }
            }
        }
    }
    ids
}

/// RFC 3834 and the customs before it.
fn is_automatic(headers: &[Header]) -> bool {
    headers.iter().any(|header| {
        let value = header.value.to_ascii_lowercase();
        let first = value
            .split([';', ' ', '('])
            .find(|word| !word.is_empty())
            .unwrap_or_default();
        match header.name.as_str() {
            "auto-submitted" => first != "no",
            "precedence" => matches!(first, "bulk" | "junk" | "auto_reply" | "auto-reply"),
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

/// The lines a person typed, of the first readable text.
fn newly_typed(bytes: &[u8]) -> Option<Vec<String>> {
    let bytes = defused(bytes);
    let message = MessageParser::default().parse(bytes.as_slice())?;
    let part = message
        .text_body
        .iter()
        .find_map(|id| message.parts.get(usize::try_from(*id).ok()?))?;
    let text: Cow<'_, str> = match &part.body {
        PartType::Text(text) => Cow::Borrowed(text.as_ref()),
        PartType::Html(html) => Cow::Owned(words_of_html(before_quoted_html(html))),
        _ => return None,
    };
    Some(typed_lines(&text))
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

/// Cuts a page before what mail programs put around the original.
fn before_quoted_html(html: &str) -> &str {
    const MARKS: [&[u8]; 7] = [
        b"<blockquote",
        b"gmail_quote",
        b"divrplyfwdmsg",
        b"appendonsend",
        b"moz-cite-prefix",
        b"yahoo_quoted",
        b"-----original",
    ];
    let bytes = html.as_bytes();
    let end = MARKS
        .iter()
        .filter_map(|mark| places_ignoring_case(bytes, mark).next())
        .min();
    // All marks are ASCII, so their places are character boundaries.
    end.and_then(|end| html.get(..end)).unwrap_or(html)
}

/// Words of a page, a line for each element. Enough to find digits in; colours in style sheets must not count as codes.
fn words_of_html(html: &str) -> String {
    const SILENT: [&str; 4] = ["style", "script", "head", "title"];
    const INLINE: [&str; 8] = ["b", "i", "u", "span", "font", "strong", "em", "a"];
    let mut out = String::with_capacity(html.len());
    let mut silent: Option<&str> = None;
    let mut rest = html;
    while let Some((words, after)) = rest.split_once('<') {
        if silent.is_none() {
            out.push_str(words);
        }
        let end = if after.starts_with("!--") { "-->" } else { ">" };
        let Some((tag, next)) = after.split_once(end) else {
            return entities(&out);
        };
        rest = next;
        let is_close = tag.starts_with('/');
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/', '\t', '\r', '\n'])
            .next()
            .unwrap_or_default();
        let known = |names: &[&'static str]| {
            names
                .iter()
                .copied()
                .find(|known| known.eq_ignore_ascii_case(name))
        };
        match (known(&SILENT), is_close) {
            (Some(element), false) => silent = silent.or(Some(element)),
            (Some(element), true) if silent == Some(element) => silent = None,
            _ => {}
        }
        if known(&INLINE).is_none() {
            out.push('\n');
        }
    }
    if silent.is_none() {
        out.push_str(rest);
    }
    entities(&out)
}

/// Lines before the quoted original, without `>` lines and signature.
fn typed_lines(text: &str) -> Vec<String> {
    let lines: Vec<String> = text
        .lines()
        .take(LINES_MAX)
        .map(|line| line.chars().map(fold).collect())
        .collect();
    let mut typed = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let next = lines.get(place + 1).map_or("", String::as_str);
        if line == "-- " || starts_original(line.trim(), next.trim()) {
            break;
        }
        if !line.trim_start().starts_with(['>', '|']) {
            typed.push(line.clone());
        }
    }
    typed
}

/// Whether a line, with the next one where mail programs wrap, opens the quoted original.
fn starts_original(line: &str, next: &str) -> bool {
    const OPENINGS: [&str; 10] = [
        "差出人:",
        "送信者:",
        "From:",
        "-----元の",
        "---- 元の",
        "-----Original",
        "----- Original",
        "---------- Forwarded",
        "-----転送",
        "________________",
    ];
    const ENDINGS: [&str; 5] = [
        "wrote:",
        "のメール:",
        "書きました:",
        "書き込み:",
        "schrieb:",
    ];
    let line = line.trim_start_matches(['*', ' ']);
    if OPENINGS.iter().any(|opening| line.starts_with(opening)) {
        return true;
    }
    let ends = |text: &str| {
        ENDINGS.iter().any(|ending| text.ends_with(ending))
            || (text.ends_with(">:") && text.contains('@'))
    };
    ends(line)
        || (ends(next) && (line.starts_with("On ") || line.contains('@') || line.contains('年')))
}

/// Full-width digits, dashes and spaces of Japanese input, and the colon that opens a quotation.
fn fold(typed: char) -> char {
    match typed {
        '０'..='９' | '＞' | '：' | '＠' => {
            char::from_u32(typed as u32 - 0xfee0).unwrap_or(typed)
        }
        '－' | '‐' | '‑' | '−' | '–' | '—' => '-',
        '\u{3000}' | '\u{a0}' => ' ',
        other => other,
    }
}

/// Six-digit codes: `123456`, `123-456` or `123 456`, and not a piece of a longer number or word.
fn codes(lines: &[String]) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for line in lines {
        for code in codes_of_line(line) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
    }
    codes
}

fn codes_of_line(line: &str) -> Vec<String> {
    // The long vowel mark is a dash only between digits: in 「キー123456」 it belongs to the word.
    let is_inner = |c: char| c.is_ascii_digit() || matches!(c, '-' | 'ー' | ' ');
    let mut found = Vec::new();
    let mut before: Option<char> = None;
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if !first.is_ascii_digit() {
            before = Some(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let end = rest.find(|c: char| !is_inner(c)).unwrap_or(rest.len());
        let (phrase, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let touches_word = |c: Option<char>| {
            c.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '@' | '_' | '+'))
        };
        let continues = !phrase.ends_with(' ') && touches_word(after.chars().next());
        let chains: Vec<&str> = phrase
            .split(' ')
            .filter(|chain| !chain.is_empty())
            .collect();
        for (place, chain) in chains.iter().enumerate() {
            let cut_off =
                (place == 0 && touches_word(before)) || (place + 1 == chains.len() && continues);
            if !cut_off && let Some(code) = code_of_chain(chain) {
                found.push(code);
            }
        }
        let is_three =
            |chain: &str| chain.len() == 3 && chain.bytes().all(|byte| byte.is_ascii_digit());
        if let [one, two] = chains.as_slice()
            && is_three(one)
            && is_three(two)
            && !touches_word(before)
            && !continues
        {
            found.push(format!("{one}{two}"));
        }
        before = phrase.chars().next_back();
        rest = after;
    }
    found
}

/// `123456` or `123-456`.
fn code_of_chain(chain: &str) -> Option<String> {
    let digits = match chain.split_once(['-', 'ー']) {
        None => chain.to_owned(),
        Some((one, two)) if one.len() == 3 && two.len() == 3 => format!("{one}{two}"),
        Some(_) => return None,
    };
    (digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(head: &str, text: &str) -> ReplyDraft {
        let mail = format!(
            "From: =?UTF-8?B?5L2Q6Jek?= <sato@example.jp>\r\n{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}"
        );
        read_reply(mail.as_bytes())
    }

    #[test]
    fn an_answer_names_what_it_answers() {
        let draft = plain(
            "In-Reply-To: <b@house.example>\r\nReferences: <a@house.example>\r\n <b@house.example> <bad id@x>\r\n",
            "123456\r\n",
        );
        assert_eq!(draft.message_ids, ["b@house.example", "a@house.example"]);
        assert_eq!(draft.from.as_deref(), Some("sato@example.jp"));
        assert_eq!(draft.codes, ["123456"]);
        assert!(!draft.auto_submitted && draft.problems.is_empty());
    }

    #[test]
    fn a_code_counts_where_a_person_typed_it() {
        #[track_caller]
        fn check(text: &str, expected: &[&str]) {
            assert_eq!(plain("", text).codes, expected);
        }
        check("確認しました。コードは１２３－４５６です。", &["123456"]);
        check("code: 123 456.", &["123456"]);
        check("照会キー123456 と 654ー321", &["123456", "654321"]);
        check("123456\n123456", &["123456"]);
        check("確認コード：123456", &["123456"]);
        check("received\n> code 123456", &[]);
        check("received\n＞ code 123456", &[]);
        check(
            "111111\nOn Fri, 20 Mar 2026, Desk <desk@house.example> wrote:\n222222",
            &["111111"],
        );
        check(
            "ok\nOn Fri, 20 Mar 2026, a long name of a desk\n<desk@house.example> wrote:\n222222",
            &[],
        );
        check(
            "111111\n2026年11月22日(日) 10:00 調整担当 <desk@house.example>:\n222222",
            &["111111"],
        );
        check("111111\n-----Original Message-----\n222222", &["111111"]);
        check("111111\n差出人： 調整担当\n222222", &["111111"]);
        check(
            "111111\n________________________________\n222222",
            &["111111"],
        );
        check("111111\n-- \n222222", &["111111"]);
        check(
            "電話 03-0000-0012 番号 NRS#48217734 CVE-2026-123456 123 456 789 1234567 2026-11-22",
            &[],
        );
        check("A123456 123456B 123-4567 12 3456", &[]);
    }

    #[test]
    fn a_page_counts_up_to_its_quotation() {
        let mail = "From: a@example.jp\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
            <div>111111</div><blockquote>code 222222</blockquote>";
        assert_eq!(read_reply(mail.as_bytes()).codes, ["111111"]);
        let page = "<head><style>a{color:#333333}</style></head><!-- 444444 --><p>123<b>456</b>&nbsp;ok<br>777 777</p>";
        assert_eq!(words_of_html(page).trim(), "123456 ok\n777 777");
    }

    #[test]
    fn a_robot_is_flagged() {
        #[track_caller]
        fn check(head: &str, expected: bool) {
            assert_eq!(plain(head, "123456").auto_submitted, expected, "{head}");
        }
        check("Auto-Submitted: auto-replied (vacation)\r\n", true);
        check("Auto-Submitted: no\r\n", false);
        check("Precedence: bulk\r\n", true);
        check("Precedence: list\r\n", false);
        check("X-Autoreply: yes\r\n", true);
        check("Return-Path: <>\r\n", true);
        check("Return-Path: <sato@example.jp>\r\n", false);
        check("", false);
    }

    #[test]
    fn a_hostile_mail_is_read_by_its_headers() {
        let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(20_000);
        let draft = read_reply(format!("In-Reply-To: <a@house.example>\r\n{nested}").as_bytes());
        assert_eq!(
            (draft.message_ids.len(), draft.problems),
            (1, vec![Problem::TooManyParts])
        );
        let large = format!(
            "In-Reply-To: <a@house.example>\r\n\r\n{}",
            "123456\r\n".repeat(140_000)
        );
        assert_eq!(read_reply(large.as_bytes()).problems, [Problem::TooLarge]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_fall(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read_reply(&bytes);
        }

        #[test]
        fn no_mail_makes_the_reader_fall(text in "(Content-Type: (multipart/mixed; boundary=b|message/rfc822|text/html)\r\n|Content-Transfer-Encoding: base64\r\n|--b\r\n|\r\n|[a-z0-9 <>=あ-]{0,20}\r\n){0,30}") {
            let draft = read_reply(text.as_bytes());
            prop_assert!(draft.codes.iter().all(|code| code.len() == 6));
        }
    }
}
