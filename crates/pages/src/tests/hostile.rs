//! Words of strangers: whatever they hold, a page shows what was signed and nothing of it becomes markup.

use crate::kit::text::{
    contact, escape, excerpt, href, lang_attr, line, linked, paragraphs, reference, run, visible,
};

use super::*;

fn link(address: &str) -> String {
    format!("<a href=\"{address}\" rel=\"noreferrer noopener\">{address}</a>")
}

#[test]
fn what_a_reader_could_not_see_is_shown_by_its_number() {
    for (hidden, shown) in [
        ("\u{0}", "[U+0000]"),
        ("\u{7}", "[U+0007]"),
        ("\u{1b}[31m", "[U+001B][31m"),
        ("\u{7f}", "[U+007F]"),
        ("\u{85}", "[U+0085]"),
        ("\u{61c}", "[U+061C]"),
        ("\u{200b}", "[U+200B]"),
        ("\u{200e}", "[U+200E]"),
        ("\u{200f}", "[U+200F]"),
        ("\u{202a}", "[U+202A]"),
        ("\u{202e}", "[U+202E]"),
        ("\u{2060}", "[U+2060]"),
        ("\u{2066}", "[U+2066]"),
        ("\u{2069}", "[U+2069]"),
        ("\u{206f}", "[U+206F]"),
        ("\u{feff}", "[U+FEFF]"),
        ("\u{fdd0}", "[U+FDD0]"),
        ("\u{fffe}", "[U+FFFE]"),
        ("\u{fff9}", "[U+FFF9]"),
        ("\u{1fffe}", "[U+1FFFE]"),
        ("\u{e0001}", "[U+E0001]"),
        ("\u{e0041}", "[U+E0041]"),
        ("\u{10ffff}", "[U+10FFFF]"),
    ] {
        assert_eq!(visible(hidden), shown, "{hidden:?}");
        let (line, html) = (line(&format!("a{hidden}b")), escape(hidden));
        assert_eq!(line, format!("a{shown}b"));
        assert_eq!(html, shown);
        assert_eq!(paragraphs(hidden), format!("<p>{shown}</p>"));
    }
}

#[test]
fn what_people_write_stays_as_it_is() {
    for plain in [
        "狼煙",
        "かﾞ ｶﾞ か\u{3099}",
        "naïve Ünïcødé",
        "👩\u{200d}💻",
        "क\u{200c}ष",
        "a\u{ad}b",
        "a\u{a0}b\u{3000}c",
        "עברית العربية",
        "tab\there",
    ] {
        assert_eq!(visible(plain), plain);
    }
}

#[test]
fn every_end_of_a_line_is_one() {
    for ends in ["a\nb", "a\r\nb", "a\rb", "a\u{2028}b", "a\u{2029}b"] {
        assert_eq!(visible(ends), "a\nb", "{ends:?}");
        assert_eq!(line(ends), "a b", "{ends:?}");
        assert_eq!(paragraphs(ends), "<p>a<br>b</p>", "{ends:?}");
    }
    assert_eq!(line("\n a \r\n\r\n\t b\tc \n"), "a b c");
    assert_eq!(line(" \n\t "), "");
    assert_eq!(paragraphs("a\r\n\r\nb"), "<p>a</p>\n<p>b</p>");
    assert_eq!(paragraphs("\n\na\n \nb\n\n"), "<p>a</p>\n<p>b</p>\n");
}

#[test]
fn no_words_become_markup() {
    for (words, html) in [
        ("<b>", "&lt;b&gt;"),
        ("&lt;", "&amp;lt;"),
        ("\" onclick=x", "&quot; onclick=x"),
        ("' onclick=x", "&#39; onclick=x"),
        ("</p><script>", "&lt;/p&gt;&lt;script&gt;"),
        ("<!--", "&lt;!--"),
        ("]]>", "]]&gt;"),
        ("＜b＞", "＜b＞"),
    ] {
        assert_eq!(escape(words), html);
        assert_eq!(paragraphs(words), format!("<p>{html}</p>"));
        assert_eq!(linked(words), html);
        assert_eq!(reference(words), html);
        assert_eq!(contact(words), html);
    }
}

#[test]
fn an_address_ends_where_it_ends_and_takes_nothing_with_it() {
    let of = |address: &str, after: &str| format!("{}{after}", link(address));
    for (text, html) in [
        (
            "https://a.example/\"onmouseover=\"x",
            of("https://a.example/", "&quot;onmouseover=&quot;x"),
        ),
        (
            "https://a.example/<b>",
            of("https://a.example/", "&lt;b&gt;"),
        ),
        ("https://a.example/x。次", of("https://a.example/x", "。次")),
        ("https://a.example/x、次", of("https://a.example/x", "、次")),
        ("https://a.example/x」", of("https://a.example/x", "」")),
        ("https://a.example/x, y", of("https://a.example/x", ", y")),
        ("https://a.example/x!?", of("https://a.example/x", "!?")),
        ("https://a.example/x'", of("https://a.example/x", "&#39;")),
        ("https://a.example/x).", of("https://a.example/x", ").")),
        (
            "https://a.example/\u{202e}gpj.exe",
            of("https://a.example/", "[U+202E]gpj.exe"),
        ),
        (
            "http://a.example/1 https://b.example/2",
            format!(
                "{} {}",
                link("http://a.example/1"),
                link("https://b.example/2")
            ),
        ),
        ("HTTPS://a.example/", "HTTPS://a.example/".to_owned()),
        ("ftp://a.example/", "ftp://a.example/".to_owned()),
        ("https:// a", "https:// a".to_owned()),
        (
            "https://user@a.example/",
            "https://user@a.example/".to_owned(),
        ),
        (
            "https://a.example@b.example/",
            "https://a.example@b.example/".to_owned(),
        ),
    ] {
        assert_eq!(linked(text), html, "{text}");
        assert_eq!(paragraphs(text), format!("<p>{html}</p>"), "{text}");
    }
}

#[test]
fn only_plain_addresses_of_the_web_may_be_followed() {
    for (address, expected) in [
        ("https://a.example", Some("https://a.example")),
        ("http://a.example:8080/x", Some("http://a.example:8080/x")),
        (
            "https://a.example?x=1&y=2",
            Some("https://a.example?x=1&y=2"),
        ),
        ("https://a.example/狼", Some("https://a.example/%E7%8B%BC")),
        (
            "https://a.example/<b>'\"`{}|\\^",
            Some("https://a.example/%3Cb%3E'%22%60%7B%7D%7C%5C%5E"),
        ),
        ("https://a.example/%41%4", Some("https://a.example/%41%254")),
        ("https://a.example/#a#b", Some("https://a.example/#a%23b")),
        ("https://a.example/\n", Some("https://a.example/%0A")),
        ("https://", None),
        ("https:///x", None),
        ("https://-a.example/", None),
        ("https://.a.example/", None),
        ("https://a b.example/", None),
        ("https://狼煙.example/", None),
        ("https://a.example:http/", None),
        ("https://a.example:65536/", None),
        ("https://a.example:1:2/", None),
        ("https://[::1]/", None),
        ("https://a.example\\@b.example/", None),
        ("Https://a.example/", None),
        ("//a.example/", None),
        ("/x", None),
        ("javascript:alert(1)//https://a.example/", None),
        ("data:text/html,<script>", None),
        ("", None),
    ] {
        assert_eq!(href(address).as_deref(), expected, "{address}");
        if expected.is_none() {
            assert!(!reference(address).contains("<a "), "{address}");
        }
    }
}

#[test]
fn a_contact_is_a_link_only_where_it_is_nothing_else() {
    for (words, html) in [
        (
            "a.b+c_d-1@x-y.example",
            "<a href=\"mailto:a.b+c_d-1@x-y.example\">a.b+c_d-1@x-y.example</a>".to_owned(),
        ),
        ("https://a.example/report", link("https://a.example/report")),
        ("a@b@c.example", "a@b@c.example".to_owned()),
        ("a@b.example?subject=x", "a@b.example?subject=x".to_owned()),
        ("@b.example", "@b.example".to_owned()),
        ("a@", "a@".to_owned()),
        ("a b@c.example", "a b@c.example".to_owned()),
        ("佐藤@c.example", "佐藤@c.example".to_owned()),
        ("a\"@c.example", "a&quot;@c.example".to_owned()),
        ("mailto:a@b.example", "mailto:a@b.example".to_owned()),
        ("03-0000-0012", "03-0000-0012".to_owned()),
    ] {
        assert_eq!(contact(words), html, "{words}");
    }
}

#[test]
fn a_beginning_is_cut_at_a_sentence_or_at_its_length() {
    for (text, max, expected, is_cut) in [
        ("", 3, "", false),
        ("あいう", 3, "あいう", false),
        ("あいうえ", 3, "あいう…", true),
        ("first one. second", 14, "first one.…", true),
        ("a. bcdefghijkl", 12, "a. bcdefghij…", true),
        ("一行目の文\n二行目", 7, "一行目の文…", true),
        ("a b c d", 4, "a b…", true),
        ("a\u{202e}b", 9, "a[U+202E]…", true),
    ] {
        assert_eq!(
            excerpt(text, max),
            (expected.to_owned(), is_cut),
            "{text} {max}"
        );
    }
}

#[test]
fn a_text_of_the_other_language_says_so() {
    let map = |ja: Option<&str>, en: Option<&str>| -> BTreeMap<Lang, String> {
        let both = [(Lang::Ja, ja), (Lang::En, en)];
        both.into_iter()
            .filter_map(|(lang, text)| Some((lang, text?.to_owned())))
            .collect()
    };
    for (page, ja, en, text, attr) in [
        (Lang::Ja, Some("日"), Some("E"), "日", ""),
        (Lang::En, Some("日"), Some("E"), "E", ""),
        (Lang::Ja, None, Some("E"), "E", " lang=\"en\""),
        (Lang::En, Some("日"), None, "日", " lang=\"ja\""),
        (Lang::Ja, Some(" \n"), Some("E"), "E", " lang=\"en\""),
        (Lang::En, Some("一\n二"), Some(""), "一 二", " lang=\"ja\""),
        (Lang::En, None, None, "", ""),
    ] {
        let found = run(page, &map(ja, en));
        assert_eq!(
            (found.text.as_str(), found.attr),
            (text, attr),
            "{ja:?} {en:?}"
        );
    }
    for (page, of, attr) in [
        (Lang::Ja, Lang::Ja, ""),
        (Lang::En, Lang::En, ""),
        (Lang::Ja, Lang::En, " lang=\"en\""),
        (Lang::En, Lang::Ja, " lang=\"ja\""),
    ] {
        assert_eq!(lang_attr(page, of), attr);
    }
}
