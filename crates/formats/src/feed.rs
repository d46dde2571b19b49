//! Lists of advisories for subscribers: Atom 1.0 (RFC 4287) per language, and one JSON list for programs.
//!
//! XML is written by hand, since an Atom feed is twelve elements and a dependency would be larger than this file. Ids
//! never change over revisions; only `updated` does, which is how readers see an update as one.
//! Both lists are functions of their entries and know no clock.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::advisory::{Advisory, Lang, Marking, Severity, Status};
use crate::provider;

/// One advisory in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedEntry {
    /// Public number.
    pub id: String,
    /// Revision that the list speaks of.
    pub revision: u32,
    /// Stage of that revision.
    pub status: Status,
    /// What every copy must say.
    pub marking: Marking,
    /// Severity in one word.
    pub severity: Severity,
    /// CVE numbers.
    pub cve: Vec<String>,
    /// Instant of the first revision.
    pub first_published: String,
    /// Instant of this revision.
    pub published: String,
    /// Title by language.
    pub title: BTreeMap<Lang, String>,
    /// Summary by language.
    pub summary: BTreeMap<Lang, String>,
    /// Address of the page by language.
    pub page: BTreeMap<Lang, String>,
    /// Address of the CSAF document.
    pub csaf: String,
}

impl FeedEntry {
    /// Returns the entry of `doc`; `page` tells where its page lies.
    #[must_use]
    pub fn of(doc: &Advisory, page: impl Fn(Lang) -> String) -> FeedEntry {
        let by_lang = |text: fn(&Advisory, Lang) -> String| -> BTreeMap<Lang, String> {
            Lang::ALL
                .into_iter()
                .map(|lang| (lang, text(doc, lang)))
                .collect()
        };
        FeedEntry {
            id: doc.id.clone(),
            revision: doc.revision,
            status: doc.status,
            marking: doc.marking,
            severity: doc.severity,
            cve: doc.cve.clone(),
            first_published: doc.first_published.clone(),
            published: doc.published.clone(),
            title: by_lang(|doc, lang| doc.texts(lang).title.clone()),
            summary: by_lang(|doc, lang| doc.texts(lang).summary.clone()),
            page: Lang::ALL
                .into_iter()
                .map(|lang| (lang, page(lang)))
                .collect(),
            csaf: format!(
                "{}/{}",
                doc.publisher.portal,
                provider::Entry::of(doc).path()
            ),
        }
    }
}

/// Returns the Atom feed of one language, the latest change first; `path` is where it is read, `updated` is used only
/// while there is no entry. Its id is a name and no address: it stays what it was since the first feed.
#[must_use]
pub fn atom(
    site_name: &str,
    portal: &str,
    path: &str,
    lang: Lang,
    entries: &[FeedEntry],
    updated: &str,
) -> Vec<u8> {
    let sorted = newest_first(entries);
    let updated = sorted
        .first()
        .map_or(updated, |entry| entry.published.as_str());
    let id = format!("{portal}/{}/feed.atom", lang.tag());
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    let _ = writeln!(
        xml,
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">",
        lang.tag()
    );
    element(&mut xml, "  ", "id", &id);
    element(&mut xml, "  ", "title", site_name);
    element(&mut xml, "  ", "updated", updated);
    let _ = writeln!(xml, "  <author><name>{}</name></author>", escape(site_name));
    link(
        &mut xml,
        "  ",
        "self",
        "application/atom+xml",
        &format!("{portal}{path}"),
    );
    link(
        &mut xml,
        "  ",
        "alternate",
        "text/html",
        &format!("{portal}/{}/", lang.tag()),
    );
    for entry in sorted {
        atom_entry(&mut xml, lang, entry);
    }
    xml.push_str("</feed>\n");
    xml.into_bytes()
}

/// Returns `/advisories.json`, the latest change first.
#[must_use]
pub fn index_json(entries: &[FeedEntry]) -> Vec<u8> {
    let list: Vec<Value> = newest_first(entries)
        .into_iter()
        .map(|entry| {
            json!({
                "id": entry.id,
                "revision": entry.revision,
                "status": entry.status,
                "marking": entry.marking,
                "severity": entry.severity,
                "cve": entry.cve,
                "first_published": entry.first_published,
                "published": entry.published,
                "title": entry.title,
                "summary": entry.summary,
                "page": entry.page,
                "csaf": entry.csaf,
            })
        })
        .collect();
    format!(
        "{:#}\n",
        json!({ "schema": INDEX_SCHEMA, "advisories": list })
    )
    .into_bytes()
}

/// The value of `schema` in the JSON list.
pub const INDEX_SCHEMA: &str = "noroshi/advisories/1";

fn atom_entry(xml: &mut String, lang: Lang, entry: &FeedEntry) {
    let text = |texts: &BTreeMap<Lang, String>| -> String {
        texts
            .get(&lang)
            .or_else(|| texts.values().next())
            .cloned()
            .unwrap_or_default()
    };
    let title = text(&entry.title);
    let title = if title.trim().is_empty() {
        entry.id.clone()
    } else {
        title
    };
    let prefix = prefix(entry, lang);
    xml.push_str("  <entry>\n");
    element(
        xml,
        "    ",
        "id",
        &format!("urn:noroshi:{}", urn_part(&entry.id)),
    );
    element(
        xml,
        "    ",
        "title",
        &format!("{prefix}{title} ({})", entry.id),
    );
    element(xml, "    ", "published", &entry.first_published);
    element(xml, "    ", "updated", &entry.published);
    link(xml, "    ", "alternate", "text/html", &text(&entry.page));
    link(xml, "    ", "related", "application/json", &entry.csaf);
    // An entry must have a summary or content, so an empty summary is replaced by what is known.
    let summary = text(&entry.summary);
    let summary = if summary.trim().is_empty() {
        title
    } else {
        summary
    };
    element(xml, "    ", "summary", &summary);
    xml.push_str("  </entry>\n");
}

fn prefix(entry: &FeedEntry, lang: Lang) -> String {
    let (ja, en) = match entry.marking {
        Marking::None => ("", ""),
        Marking::Archive => ("【過去の記録】", "[ARCHIVE] "),
        Marking::Fictional => ("【架空】", "[FICTIONAL] "),
        Marking::Exercise => ("【訓練】", "[EXERCISE] "),
    };
    let (withdrawn_ja, withdrawn_en) = if entry.status == Status::Withdrawn {
        ("【取消し】", "[WITHDRAWN] ")
    } else {
        ("", "")
    };
    match lang {
        Lang::Ja => format!("{ja}{withdrawn_ja}"),
        Lang::En => format!("{en}{withdrawn_en}"),
    }
}

fn element(xml: &mut String, indent: &str, name: &str, text: &str) {
    let _ = writeln!(xml, "{indent}<{name}>{}</{name}>", escape(text));
}

fn link(xml: &mut String, indent: &str, rel: &str, media_type: &str, href: &str) {
    let href = escape(href);
    let _ = writeln!(
        xml,
        "{indent}<link rel=\"{rel}\" type=\"{media_type}\" href=\"{href}\"/>"
    );
}

/// Escapes text for elements and quoted attributes; characters that XML 1.0 §2.2 forbids are dropped, since one of
/// them would make the whole feed unreadable.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' | '\n' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'.. => {
                escaped.push(c)
            }
            _ => {}
        }
    }
    escaped
}

/// Writes what RFC 8141 does not allow in a name as percent and two digits.
fn urn_part(id: &str) -> String {
    id.bytes().fold(String::new(), |mut part, byte| {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            part.push(char::from(byte));
        } else {
            let _ = write!(part, "%{byte:02X}");
        }
        part
    })
}

fn newest_first(entries: &[FeedEntry]) -> Vec<&FeedEntry> {
    let mut sorted: Vec<&FeedEntry> = entries.iter().collect();
    sorted.sort_by(|a, b| {
        let by_time = crate::time::instant(&b.published).cmp(&crate::time::instant(&a.published));
        by_time.then_with(|| a.id.cmp(&b.id))
    });
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    const PORTAL: &str = "https://portal.example";

    fn entry(doc: &Advisory) -> FeedEntry {
        FeedEntry::of(doc, |lang| {
            format!("{PORTAL}/{}/{}.html", lang.tag(), doc.id)
        })
    }

    fn feed(entries: &[FeedEntry]) -> String {
        String::from_utf8(atom(
            "例示 & Centre",
            PORTAL,
            "/en/advisories/feed.atom",
            Lang::En,
            entries,
            "2020-01-01T00:00:00Z",
        ))
        .unwrap()
    }

    /// Every element that is opened is closed in turn, and no bare ampersand is left.
    fn check_well_formed(xml: &str) {
        let mut open = Vec::new();
        for tag in xml.split('<').skip(1) {
            let (tag, text) = tag.split_once('>').unwrap();
            for reference in text.split('&').skip(1) {
                assert!(
                    reference
                        .split_once(';')
                        .is_some_and(|(name, _)| name.len() <= 4),
                    "{text}"
                );
            }
            if tag.starts_with('?') || tag.ends_with('/') {
                continue;
            }
            match tag.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop(), Some(name)),
                None => open.push(tag.split(' ').next().unwrap()),
            }
        }
        assert!(open.is_empty());
    }

    #[test]
    fn the_feed_is_well_formed_whatever_the_texts_hold() {
        let mut doc = samples::small();
        for texts in doc.texts.values_mut() {
            texts.title = "a\u{0}b\u{FFFE} <&> \"'\u{1F525}".to_owned();
        }
        let xml = feed(&[
            entry(&doc),
            entry(&samples::archived()),
            entry(&samples::withdrawn()),
        ]);
        check_well_formed(&xml);
        assert!(xml.contains("ab &lt;&amp;&gt; &quot;&#39;\u{1F525} (NRS-48217734)"));
        check_well_formed(&feed(&[]));
    }

    #[test]
    fn a_feed_leads_to_where_it_is_read_and_keeps_its_id() {
        for lang in Lang::ALL {
            let tag = lang.tag();
            let path = format!("/{tag}/advisories/feed.atom");
            let xml = atom("Centre", PORTAL, &path, lang, &[], "2020-01-01T00:00:00Z");
            let xml = String::from_utf8(xml).unwrap();
            let own = format!("https://portal.example/{tag}/advisories/feed.atom");
            let own = format!("<link rel=\"self\" type=\"application/atom+xml\" href=\"{own}\"/>");
            assert_eq!(xml.matches(&own).count(), 1, "{xml}");
            assert_eq!(xml.matches("rel=\"self\"").count(), 1, "{xml}");
            let id = format!("<id>https://portal.example/{tag}/feed.atom</id>");
            assert!(xml.contains(&id), "{xml}");
        }
    }

    #[test]
    fn an_update_keeps_its_id_and_moves_its_date() {
        let (first, second) = (
            feed(&[entry(&samples::small())]),
            feed(&[entry(&samples::two_revisions())]),
        );
        let id = "<id>urn:noroshi:NRS-48217734</id>";
        assert!(first.contains(id) && second.contains(id));
        assert!(first.contains("<updated>2026-01-15T03:00:00Z</updated>"));
        assert!(second.contains("<updated>2026-07-15T03:00:00Z</updated>"));
        assert!(second.contains("<published>2026-01-15T03:00:00Z</published>"));
    }

    #[test]
    fn the_list_for_programs_has_the_latest_change_first() {
        let mut older = samples::small();
        older.id = "NRS-1".to_owned();
        let bytes = index_json(&[entry(&older), entry(&samples::two_revisions())]);
        let index: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(index["advisories"][0]["id"], "NRS-48217734");
        assert_eq!(
            index["advisories"][0]["title"]["en"],
            "Gate accepts forged requests"
        );
        assert_eq!(
            index["advisories"][1]["page"]["ja"],
            "https://portal.example/ja/NRS-1.html"
        );
        assert_eq!(
            bytes,
            index_json(&[entry(&samples::two_revisions()), entry(&older)])
        );
    }
}
