//! What stands on a page that came back: words of the catalogues, fields as they were filled, problems beside them.

use crate::visitor::{Page, Visitor};

/// The catalogues that the house's pages speak from, by language.
const CATALOGUES: [(&str, &[&str]); 2] = [
    (
        "ja",
        &[
            include_str!("../../../pages/i18n/ja/common.ftl"),
            include_str!("../../../pages/i18n/ja/labels.ftl"),
            include_str!("../../../pages/i18n/ja/desk.ftl"),
            include_str!("../../../pages/i18n/ja/approvers.ftl"),
            include_str!("../../../pages/i18n/ja/work.ftl"),
            include_str!("../../../pages/i18n/ja/partner.ftl"),
            include_str!("../../../pages/i18n/ja/editor.ftl"),
        ],
    ),
    (
        "en",
        &[
            include_str!("../../../pages/i18n/en/common.ftl"),
            include_str!("../../../pages/i18n/en/labels.ftl"),
            include_str!("../../../pages/i18n/en/desk.ftl"),
            include_str!("../../../pages/i18n/en/approvers.ftl"),
            include_str!("../../../pages/i18n/en/work.ftl"),
            include_str!("../../../pages/i18n/en/partner.ftl"),
            include_str!("../../../pages/i18n/en/editor.ftl"),
        ],
    ),
];

/// Words of a key that stand in one line.
pub fn words(lang: &str, key: &str) -> String {
    let found = CATALOGUES
        .iter()
        .filter(|(known, _)| *known == lang)
        .flat_map(|(_, sources)| sources.iter())
        .flat_map(|source| source.lines())
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
    match found {
        Some(words) => words.trim_end().to_owned(),
        None => panic!("the catalogue of {lang} has no {key} in one line"),
    }
}

/// Words of a key with something in the places they leave open.
pub fn filled(lang: &str, key: &str, places: &[(&str, &str)]) -> String {
    let mut words = words(lang, key);
    for (name, value) in places {
        words = words.replace(&format!("{{ ${name} }}"), value);
    }
    words
}

/// HTML as a reader reads it.
fn plain(html: &str) -> String {
    const SIGNS: [(&str, &str); 10] = [
        ("&lt;", "<"),
        ("&#60;", "<"),
        ("&gt;", ">"),
        ("&#62;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    let mut text = html.to_owned();
    for (sign, read) in SIGNS {
        text = text.replace(sign, read);
    }
    text
}

/// The same without its tags.
fn bare(html: &str) -> String {
    let pieces = html.split('<').enumerate().map(|(n, piece)| match n {
        0 => piece,
        _ => piece.split_once('>').map_or("", |(_, text)| text),
    });
    plain(&pieces.collect::<String>())
}

impl Page {
    fn lang(&self) -> &'static str {
        if self.text.contains("<html lang=\"ja\"") {
            "ja"
        } else {
            "en"
        }
    }

    /// The text without the tokens of its forms, which are drawn for each page.
    pub fn shown(&self) -> String {
        testkit::pages::without_tokens(&self.text)
    }

    /// Tells whether some words stand on the page.
    pub fn has(&self, words: &str) -> bool {
        plain(&self.text).contains(words)
    }

    /// Tells whether the words of a key stand on the page, in its language.
    pub fn says(&self, key: &str) -> bool {
        self.has(&words(self.lang(), key))
    }

    /// What is listed as wrong at the top of the page.
    pub fn problems(&self) -> Vec<String> {
        let Some((_, rest)) = self.text.split_once("id=\"problems\"") else {
            return vec![];
        };
        let list = rest.split("</ul>").next().unwrap_or_default();
        let items = list.split("<li>").skip(1);
        items
            .map(|item| bare(item.split("</li>").next().unwrap_or_default()))
            .collect()
    }

    /// What is said to be wrong beside a field; nothing if nothing is.
    pub fn beside(&self, field: &str) -> Option<String> {
        let (_, rest) = self.text.split_once(&format!("id=\"f-{field}-error\">"))?;
        let (_, rest) = rest.split_once("</strong> ")?;
        let (words, _) = rest.split_once("</p>")?;
        Some(plain(words))
    }

    /// What stands in a field, or is chosen there; nothing if the page has no such field.
    pub fn typed(&self, field: &str) -> Option<String> {
        let (before, rest) = self.text.split_once(&format!("id=\"f-{field}\""))?;
        let opening = before.rsplit('<').next().unwrap_or_default();
        if opening.starts_with("fieldset") || opening.starts_with("select") {
            let group = rest
                .split("</fieldset>")
                .next()
                .unwrap_or_default()
                .split("</select>")
                .next()
                .unwrap_or_default();
            let chosen = group.split("value=\"").skip(1).filter_map(|piece| {
                let (value, rest) = piece.split_once('"')?;
                let is_on = rest.starts_with(" selected") || rest.starts_with(" checked");
                is_on.then(|| plain(value))
            });
            return Some(chosen.collect::<Vec<String>>().join(" "));
        }
        let (tag, after) = rest.split_once('>')?;
        if opening.starts_with("textarea") {
            let text = after.strip_prefix('\n').unwrap_or(after);
            return Some(plain(text.split("</textarea>").next()?));
        }
        let (_, value) = tag.split_once(" value=\"")?;
        Some(plain(value.split('"').next()?))
    }

    /// What the page carries along in a hidden field of this name, the first of them.
    pub fn hidden(&self, name: &str) -> Option<String> {
        let opening = format!("<input type=\"hidden\" name=\"{name}\" value=\"");
        let (_, rest) = self.text.split_once(&opening)?;
        Some(plain(rest.split('"').next()?))
    }

    /// Tells whether the page has a button that asks for this.
    pub fn offers(&self, verb: &str) -> bool {
        self.text.contains(&format!("name=\"do\" value=\"{verb}\""))
    }

    /// Checks that the form was carried out, and returns where the reader is sent.
    pub fn sent_on(&self) -> &str {
        assert_eq!(self.status, 303, "{:?}: {}", self.problems(), self.text);
        &self.location
    }

    /// Checks that a form came back with what is wrong beside a field, or over all of them if none is named.
    pub fn refused(&self, field: &str, key: &str) {
        let said = words(self.lang(), key);
        assert_eq!(self.status, 422, "{field} {key}: {}", self.text);
        let problems = self.problems();
        assert!(problems.contains(&said), "{field} {key}: {problems:?}");
        if !field.is_empty() {
            assert_eq!(self.beside(field), Some(said), "{field}: {}", self.text);
        }
    }
}

impl Visitor<'_> {
    /// Fills a form of a page as it is shown now and sends it: what this person has seen goes with it.
    pub fn fills(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let shown = self.get(path);
        let seen = shown.hidden("seen").unwrap_or_default();
        self.sends(path, &[fields, &[("seen", seen.as_str())][..]].concat())
    }

    /// The page that a form which was carried out leads to.
    pub fn follows(&self, page: &Page) -> Page {
        self.get(page.sent_on())
    }
}

#[test]
fn a_page_is_read_as_its_reader_reads_it() {
    let page = Page {
        status: 422,
        location: String::new(),
        cookie: String::new(),
        retry_after: String::new(),
        text: concat!(
            "<html lang=\"en\"><div id=\"problems\"><ul><li><a href=\"#f-a\">It&#39;s</a></li></ul></div>",
            "<p class=\"error\" id=\"f-a-error\"><strong>Wrong:</strong> It&#39;s</p>",
            "<input type=\"text\" name=\"a\" id=\"f-a\" value=\"1 &lt; 2\">",
            "<textarea name=\"b\" id=\"f-b\">\ntwo\nlines</textarea>",
            "<select name=\"c\" id=\"f-c\"><option value=\"x\">X</option><option value=\"y\" selected>Y</option></select>",
        )
        .to_owned(),
    };
    assert_eq!(page.problems(), ["It's"]);
    assert_eq!(page.beside("a").as_deref(), Some("It's"));
    assert_eq!(page.beside("b"), None);
    for (field, value) in [("a", "1 < 2"), ("b", "two\nlines"), ("c", "y")] {
        assert_eq!(page.typed(field).as_deref(), Some(value), "{field}");
    }
}
