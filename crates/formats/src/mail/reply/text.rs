//! The texts of a mail, whatever its parts say of their letters.
//!
//! A label is believed only where the bytes allow it: what shifts by escape sequences is ISO-2022-JP, what is valid
//! UTF-8 is UTF-8, then comes the label by every name that is in use, then what the bytes look like. All parts are read,
//! since an empty one may stand before the answer. Knows nothing of who wrote what.

use std::borrow::Cow;

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::certcc::plain::entities;

/// Texts read of one mail: a part needs no header, so that their number is limited here.
const TEXTS_MAX: usize = 100;
/// Bytes read of one text; nobody types as many.
const TEXT_BYTES_MAX: usize = 512 * 1024;

/// The texts of a mail that say something, in its order.
pub(super) fn of_mail(bytes: &[u8]) -> Vec<String> {
    let Some(message) = MessageParser::default().parse(bytes) else {
        return Vec::new();
    };
    let mut texts = Vec::new();
    for part in &message.parts {
        let is_page = match &part.body {
            PartType::Text(_) => false,
            PartType::Html(_) => true,
            _ => continue,
        };
        if texts.len() >= TEXTS_MAX {
            break;
        }
        let mut text = text_of(&message, part);
        if text.len() > TEXT_BYTES_MAX {
            text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
        }
        let text = if is_page { words_of_html(&text) } else { text };
        if !text.trim().is_empty() {
            texts.push(text);
        }
    }
    texts
}

/// The letters of a part: of its own bytes where they can be had, else as the parser read them.
fn text_of(message: &Message<'_>, part: &MessagePart<'_>) -> String {
    let start = usize::try_from(part.offset_body).unwrap_or(usize::MAX);
    let end = usize::try_from(part.offset_end).unwrap_or(usize::MAX);
    let raw = message.raw_message.get(start..end);
    let bytes = raw.and_then(|raw| match part.encoding {
        mail_parser::Encoding::None => Some(Cow::Borrowed(raw)),
        mail_parser::Encoding::Base64 => base64_decode(raw).map(Cow::Owned),
        mail_parser::Encoding::QuotedPrintable => quoted_printable_decode(raw).map(Cow::Owned),
    });
    match bytes {
        Some(bytes) => {
            let label = part
                .content_type()
                .and_then(|kind| kind.attribute("charset"));
            decoded(&bytes, label)
        }
        None => part.text_contents().unwrap_or_default().to_owned(),
    }
}

/// Names in use that the register of encodings for the web does not have.
const ALIASES: [(&str, &str); 14] = [
    ("cp932", "shift_jis"),
    ("ms932", "shift_jis"),
    ("mskanji", "shift_jis"),
    ("windows932", "shift_jis"),
    ("xmscp932", "shift_jis"),
    ("shiftjis2004", "shift_jis"),
    ("eucjpms", "euc-jp"),
    ("eucjpwin", "euc-jp"),
    ("cp51932", "euc-jp"),
    ("ujis", "euc-jp"),
    ("cp949", "euc-kr"),
    ("cp936", "gbk"),
    ("cp950", "big5"),
    ("utf8mb4", "utf-8"),
];

fn by_label(label: &str) -> Option<&'static Encoding> {
    if let Some(known) = Encoding::for_label_no_replacement(label.as_bytes()) {
        return Some(known);
    }
    let bare: String = label
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    if bare.starts_with("iso2022jp") || bare == "cp50220" || bare == "cp50221" || bare == "cp50222"
    {
        return Some(ISO_2022_JP);
    }
    let name = ALIASES.iter().find(|(alias, _)| *alias == bare)?.1;
    Encoding::for_label(name.as_bytes())
}

/// Reads bytes as text.
fn decoded(bytes: &[u8], label: Option<&str>) -> String {
    let shifts = bytes.is_ascii() && bytes.windows(2).any(|two| two == b"\x1b$");
    if shifts {
        return ISO_2022_JP.decode(bytes).0.into_owned();
    }
    // Two bytes a letter are valid UTF-8 too where the letters are plain.
    let wide = label
        .and_then(by_label)
        .filter(|named| [UTF_16LE, UTF_16BE].contains(named));
    let wide = wide.or(Encoding::for_bom(bytes).map(|(found, _)| found));
    if let Some(wide) = wide {
        return wide.decode(bytes).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    // Who labels its letters as Western, or has none to label, says little: programs do so where nothing was set.
    let named = label
        .and_then(by_label)
        .filter(|named| ![UTF_8, WINDOWS_1252].contains(named));
    let fits =
        named.and_then(|named| named.decode_without_bom_handling_and_without_replacement(bytes));
    match fits {
        Some(text) => text.into_owned(),
        None => guessed(bytes).decode(bytes).0.into_owned(),
    }
}

/// What the bytes look like.
fn guessed(bytes: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new();
    detector.feed(bytes, true);
    detector.guess(None, false)
}

/// Words of a page, a line for each element. Enough to find digits in; colours in style sheets must not count as codes.
fn words_of_html(html: &str) -> String {
    const SILENT: [&str; 2] = ["style", "script"];
    const INLINE: [&str; 15] = [
        "b", "i", "u", "span", "font", "strong", "em", "a", "wbr", "mark", "ins", "small", "code",
        "tt", "sub",
    ];
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
        let is_whole = tag.ends_with('/');
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
            (Some(element), false) if !is_whole => silent = silent.or(Some(element)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_for_its_words() {
        let page = "<head><style>a{color:#333333}</style></head><!-- 444444 --><p>123<b>456</b>&nbsp;ok<br>777 777</p>";
        assert_eq!(words_of_html(page).trim(), "123456 ok\n777 777");
        for page in [
            "<head/><p>123456</p>",
            "<html><head><title>x<body>123456",
            "<style/>123456",
        ] {
            assert!(words_of_html(page).contains("123456"), "{page}");
        }
    }

    #[test]
    fn letters_are_known_by_the_label_or_by_the_bytes() {
        let text = "確認コードは１２３４５６です。よろしくお願いいたします。";
        let shift_jis = encoding_rs::SHIFT_JIS.encode(text).0;
        let euc = encoding_rs::EUC_JP.encode(text).0;
        let seven = encoding_rs::ISO_2022_JP.encode(text).0;
        for label in [
            "cp932",
            "Windows-31J",
            "MS932",
            "x-sjis",
            "MS_Kanji",
            "SHIFT_JIS",
            "utf-8",
            "us-ascii",
            "nonsense",
        ] {
            assert_eq!(decoded(&shift_jis, Some(label)), text, "{label}");
        }
        for label in ["eucJP-ms", "EUC-JP", "x-euc-jp", "cp51932", "utf-8"] {
            assert_eq!(decoded(&euc, Some(label)), text, "{label}");
        }
        for label in [
            "iso-2022-jp",
            "ISO-2022-JP-MS",
            "csISO2022JP",
            "utf-8",
            "cp50221",
        ] {
            assert_eq!(decoded(&seven, Some(label)), text, "{label}");
        }
        let wide: Vec<u8> = "code 123456"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(decoded(&wide, Some("utf-16le")), "code 123456");
        for bytes in [&*shift_jis, &*euc, &*seven, text.as_bytes()] {
            assert_eq!(decoded(bytes, None), text);
        }
    }
}
