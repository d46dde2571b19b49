//! Plain text to safe HTML: everything that people outside the house wrote passes through here.
//!
//! Knows no markup language on purpose: paragraphs, line breaks and bare links are all that a text can
//! have. Characters that reorder or hide other characters are shown by their code point, since an
//! advisory must not read differently from what was signed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::text::hidden::is_hidden;
use formats::advisory::Lang;

/// Returns `text` with every control or invisible character shown as `[U+XXXX]` and line ends as `\n`.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\n' | '\t' => out.push(c),
            _ if is_hidden(c) => {
                let _ = write!(out, "[U+{:04X}]", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

/// Returns `text` as one visible line, for titles, names and subjects.
pub(crate) fn line(text: &str) -> String {
    visible(text)
        .split(['\n', '\t'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Returns `text`, made visible, as HTML character data that is safe in content and in quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_into(&visible(text), &mut out);
    out
}

fn escape_into(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
}

/// Returns `text` as paragraphs: an empty line parts them, a single line end becomes `<br>`.
pub(crate) fn paragraphs(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut is_open = false;
    for line in visible(text).lines() {
        if line.trim().is_empty() {
            if is_open {
                out.push_str("</p>\n");
            }
            is_open = false;
            continue;
        }
        out.push_str(if is_open { "<br>" } else { "<p>" });
        is_open = true;
        linked_into(line.trim_end(), &mut out);
    }
    if is_open {
        out.push_str("</p>");
    }
    out
}

/// Returns one line as HTML with its addresses linked.
pub(crate) fn linked(text: &str) -> String {
    let mut out = String::new();
    linked_into(&line(text), &mut out);
    out
}

fn linked_into(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(at) = address_start(rest) {
        let (before, tail) = rest.split_at(at);
        escape_into(before, out);
        let (address, after) = tail.split_at(address_len(tail));
        anchor_into(address, out);
        rest = after;
    }
    escape_into(rest, out);
}

fn address_start(text: &str) -> Option<usize> {
    let found = [text.find("https://"), text.find("http://")];
    found.into_iter().flatten().min()
}

/// Returns how far an address reaches: Japanese text often follows without a space, and a full stop,
/// a bracket or a comma at the end belongs to the sentence.
fn address_len(text: &str) -> usize {
    let end = text.find(|c: char| !is_address(c)).unwrap_or(text.len());
    let (address, _) = text.split_at(end);
    let mut kept = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*']);
    while kept.ends_with(')') && !kept.contains('(') {
        kept = kept.trim_end_matches(')').trim_end_matches(['.', ',']);
    }
    kept.len()
}

fn is_address(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c)
}

fn anchor_into(address: &str, out: &mut String) {
    let Some(href) = href(address) else {
        escape_into(address, out);
        return;
    };
    out.push_str("<a href=\"");
    escape_into(&href, out);
    out.push_str("\" rel=\"noreferrer noopener\">");
    escape_into(address, out);
    out.push_str("</a>");
}

/// Returns a reference as a link, or as plain text when its address is not a safe one.
pub(crate) fn reference(address: &str) -> String {
    let mut out = String::new();
    anchor_into(&line(address), &mut out);
    out
}

/// Returns `address` in a form that may stand in `href`: http or https, a plain host, everything else encoded.
pub(crate) fn href(address: &str) -> Option<String> {
    let after = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"))?;
    let host_len = after.find(['/', '?', '#']).unwrap_or(after.len());
    let (authority, tail) = after.split_at(host_len);
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let is_host = host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
    let is_port = port.is_empty()
        || (port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok());
    if !is_host || !is_port {
        return None;
    }
    let scheme = if address.starts_with("https://") {
        "https://"
    } else {
        "http://"
    };
    Some(format!("{scheme}{authority}{}", encode(tail)))
}

/// Returns path, query and fragment with every byte encoded that may not stand there.
fn encode(tail: &str) -> String {
    let bytes = tail.as_bytes();
    let mut out = String::with_capacity(tail.len());
    let mut has_fragment = false;
    for (i, &byte) in bytes.iter().enumerate() {
        let is_escape = byte == b'%'
            && bytes
                .get(i + 1..i + 3)
                .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        let is_first_hash = byte == b'#' && !has_fragment;
        has_fragment |= byte == b'#';
        if is_escape
            || is_first_hash
            || (!matches!(byte, b'%' | b'#') && is_address(char::from(byte)))
        {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Returns how to reach somebody as a link if it is a mail address or a web address, else as text.
pub(crate) fn contact(contact: &str) -> String {
    let is_mail = contact.split_once('@').is_some_and(|(local, host)| {
        let plain = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-._+".contains(c))
        };
        plain(local) && plain(host)
    });
    if is_mail {
        format!("<a href=\"mailto:{contact}\">{contact}</a>")
    } else {
        linked(contact)
    }
}

/// Returns the beginning of `text` up to `chars_max`, ended at a sentence, and whether something was left out.
pub(crate) fn excerpt(text: &str, chars_max: usize) -> (String, bool) {
    let text = visible(text);
    let Some((end, _)) = text.char_indices().nth(chars_max) else {
        return (text, false);
    };
    let (head, _) = text.split_at(end);
    let stop = head
        .rfind(['。', '\n'])
        .into_iter()
        .chain(head.rfind(". "))
        .max();
    let kept = match stop {
        Some(at) if at > end / 3 => {
            let stop_len = head.split_at(at).1.chars().next().map_or(0, char::len_utf8);
            head.split_at(at + stop_len).0
        }
        _ => head,
    };
    (format!("{}…", kept.trim_end()), true)
}

/// A run of text with the `lang` attribute that it needs on a page of another language.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    /// The text, visible and on one line.
    pub(crate) text: String,
    /// Empty, or ` lang="…"` with its leading space.
    pub(crate) attr: &'static str,
}

/// Returns the entry of `map` that suits the page, or the other language's with its `lang` attribute.
pub(crate) fn run(page: Lang, map: &BTreeMap<Lang, String>) -> Run {
    let own = map.get(&page).filter(|text| !text.trim().is_empty());
    match (own, map.get(&page.other())) {
        (Some(text), _) => Run {
            text: line(text),
            attr: "",
        },
        (None, Some(text)) => Run {
            text: line(text),
            attr: lang_attr(page, page.other()),
        },
        (None, None) => Run::default(),
    }
}

/// Returns the `lang` attribute for a text in `of` on a page in `page`; empty when they are the same.
pub(crate) const fn lang_attr(page: Lang, of: Lang) -> &'static str {
    match (page, of) {
        (Lang::Ja, Lang::En) => " lang=\"en\"",
        (Lang::En, Lang::Ja) => " lang=\"ja\"",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bidi_controls_are_shown() {
        assert_eq!(
            visible("a\u{202E}b\u{2066}c\u{200F}"),
            "a[U+202E]b[U+2066]c[U+200F]"
        );
        assert_eq!(line("a\r\nb\u{0}"), "a b[U+0000]");
        assert_eq!(paragraphs("x\u{202E}"), "<p>x[U+202E]</p>");
    }

    #[test]
    fn script_text_is_escaped() {
        assert_eq!(
            paragraphs("<script>alert('1')</script>"),
            "<p>&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;</p>"
        );
    }

    #[test]
    fn paragraphs_part_at_empty_lines() {
        assert_eq!(paragraphs("a\nb\n\n\nc\n"), "<p>a<br>b</p>\n<p>c</p>");
        assert_eq!(paragraphs(" \n"), "");
    }

    #[test]
    fn addresses_are_linked_without_the_sentence_around_them() {
        let link = |address: &str| {
            format!("<a href=\"{address}\" rel=\"noreferrer noopener\">{address}</a>")
        };
        assert_eq!(
            linked("(https://example.jp/a)."),
            format!("({}).", link("https://example.jp/a"))
        );
        assert_eq!(
            linked("https://example.jp/です。"),
            format!("{}です。", link("https://example.jp/"))
        );
        assert_eq!(
            linked("https://example.jp/a_(b)"),
            link("https://example.jp/a_(b)")
        );
        assert_eq!(
            linked("javascript:alert(1) http://"),
            "javascript:alert(1) http://"
        );
    }

    #[test]
    fn only_safe_addresses_become_links() {
        assert_eq!(href("javascript:alert(1)"), None);
        assert_eq!(href("https://a@b.example/"), None);
        assert_eq!(href("https://a.example:99999/"), None);
        assert_eq!(
            href("https://a.example/x y?\"#1#2%zz%20"),
            Some("https://a.example/x%20y?%22#1%232%25zz%20".to_owned())
        );
        assert_eq!(reference("data:text/html,x"), "data:text/html,x");
    }

    #[test]
    fn contacts_are_linked() {
        assert_eq!(
            contact("a@b.example"),
            "<a href=\"mailto:a@b.example\">a@b.example</a>"
        );
        assert_eq!(contact("<b>@x"), "&lt;b&gt;@x");
    }

    #[test]
    fn excerpts_end_at_a_sentence() {
        assert_eq!(
            excerpt("あいう。えおか。きく", 9),
            ("あいう。えおか。…".to_owned(), true)
        );
        assert_eq!(excerpt("short", 9), ("short".to_owned(), false));
    }
}
