//! Plain paragraphs from the archive's half-HTML.
//!
//! The texts are plain with a little markup left in; what stands in angle brackets is as often a mail address,
//! a configuration section (`<FilesMatch>`) or the very markup a weakness is about (`<script>`). So only tags of
//! layout go, by a closed list, and everything else stays as it is. Tags go first, entities are decoded once after.

/// Tags that mean a new line.
const BLOCK_TAGS: [&str; 21] = [
    "p",
    "br",
    "div",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "pre",
    "table",
    "tr",
    "blockquote",
    "center",
    "li",
];
/// Tags that mean nothing to a reader of plain text.
const INLINE_TAGS: [&str; 15] = [
    "a", "b", "i", "u", "em", "strong", "tt", "code", "span", "font", "sup", "sub", "td", "th",
    "tbody",
];
/// A tag longer than this is text.
const TAG_BYTES_MAX: usize = 512;
/// An entity longer than this is text.
const ENTITY_BYTES_MAX: usize = 12;

/// Returns the text without layout tags, entities decoded, one space between words, at most one empty line between paragraphs.
#[must_use]
pub fn paragraphs(raw: &str) -> String {
    tidy(&entities(&without_tags(raw)))
}

/// Decodes entities once; what is no entity stays.
#[must_use]
pub fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(rest.get(..start).unwrap_or_default());
        rest = rest.get(start + 1..).unwrap_or_default();
        let window = rest
            .get(..rest.floor_char_boundary(ENTITY_BYTES_MAX))
            .unwrap_or_default();
        let decoded = window
            .find(';')
            .and_then(|end| Some((entity(window.get(..end)?)?, end)));
        match decoded {
            Some((character, end)) => {
                out.push(character);
                rest = rest.get(end + 1..).unwrap_or_default();
            }
            None => out.push('&'),
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        _ => return None,
    })
}

fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut link: Option<String> = None;
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        out.push_str(rest.get(..start).unwrap_or_default());
        rest = rest.get(start..).unwrap_or_default();
        let window = rest
            .get(..rest.floor_char_boundary(TAG_BYTES_MAX))
            .unwrap_or_default();
        let Some((inner, end)) = window
            .find('>')
            .and_then(|end| Some((window.get(1..end)?, end)))
        else {
            out.push('<');
            rest = rest.get(1..).unwrap_or_default();
            continue;
        };
        let Some(tag) = layout_tag(inner) else {
            out.push('<');
            rest = rest.get(1..).unwrap_or_default();
            continue;
        };
        rest = rest.get(end + 1..).unwrap_or_default();
        match (tag, inner.starts_with('/')) {
            ("a", false) => link = href(inner),
            ("a", true) => {
                // The address would be lost with its tag; a reader of plain text needs it.
                if let Some(address) = link
                    .take()
                    .filter(|address| !out.ends_with(address.as_str()))
                {
                    out.push_str(" (");
                    out.push_str(&address);
                    out.push(')');
                }
            }
            ("li", false) => out.push_str("\n- "),
            ("li", true) => out.push('\n'),
            ("p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6", _) => out.push_str("\n\n"),
            (name, _) if BLOCK_TAGS.contains(&name) => out.push('\n'),
            _ => {}
        }
    }
    out.push_str(rest);
    out
}

/// Returns the listed name of a layout tag, or `None` for anything else in angle brackets.
fn layout_tag(inner: &str) -> Option<&'static str> {
    let body = inner.strip_prefix('/').unwrap_or(inner);
    let name_end = body
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(body.len());
    let (name, after) = (body.get(..name_end)?, body.get(name_end..)?);
    if !(after.is_empty() || after.starts_with([' ', '/', '\n', '\t'])) || inner.contains('<') {
        return None;
    }
    BLOCK_TAGS
        .iter()
        .chain(&INLINE_TAGS)
        .copied()
        .find(|known| known.eq_ignore_ascii_case(name))
}

fn href(inner: &str) -> Option<String> {
    let start = inner.find("href=")? + "href=".len();
    let value = inner.get(start..)?.trim_start_matches(['"', '\'']);
    let end = value.find(['"', '\'', ' ']).unwrap_or(value.len());
    value
        .get(..end)
        .filter(|address| address.starts_with("http"))
        .map(str::to_owned)
}

/// One space between words, no control characters, at most one empty line, none at the ends.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank_lines = 0;
    for line in text.replace("\r\n", "\n").split(['\n', '\r']) {
        let clean: String = line
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let words: Vec<&str> = clean
            .split([' ', '\u{a0}'])
            .filter(|word| !word.is_empty())
            .collect();
        if words.is_empty() {
            blank_lines += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if blank_lines > 0 { "\n\n" } else { "\n" });
        }
        blank_lines = 0;
        out.push_str(&words.join(" "));
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn layout_goes_and_meaning_stays() {
        #[track_caller]
        fn check(raw: &str, expected: &str) {
            assert_eq!(paragraphs(raw), expected);
        }
        check(
            "Apply a patch\n<a name=pat></a>See <b>below</b>.",
            "Apply a patch\nSee below.",
        );
        check(
            "<ul><li>one</li><li>two</li></ul>after",
            "- one\n\n- two\n\nafter",
        );
        check(
            "See <a href=\"https://a.example/x\">this page</a>.",
            "See this page (https://a.example/x).",
        );
        check(
            "by Solar Designer <solar@example.com>",
            "by Solar Designer <solar@example.com>",
        );
        check(
            "in <FilesMatch> or <Directory />",
            "in <FilesMatch> or <Directory />",
        );
        check("the <script> tag & <% tag", "the <script> tag & <% tag");
        check(
            "5 < 8 &lt;b&gt; &amp;amp; &#65;&#x42;&bogus; ?a=1&lang=en",
            "5 < 8 <b> &amp; AB&bogus; ?a=1&lang=en",
        );
        check("a\t b\r\n\r\n\r\n\r\nc ", "a b\n\nc");
        check("<p>a<p>b<br/>c", "a\n\nb\nc");
        check("unfinished <b", "unfinished <b");
    }

    proptest! {
        #[test]
        fn any_text_gives_lines_without_control_characters(text in "[a-z<>&;#/ \n\r\t\"=あ]{0,200}") {
            let out = paragraphs(&text);
            prop_assert!(!out.chars().any(|c| c.is_control() && c != '\n'));
            prop_assert!(!out.contains("\n\n\n"));
        }
    }
}
