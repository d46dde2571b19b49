//! The lists that readers and programs follow: `advisories.json`, the search's catalogue, the Atom feeds.
//!
//! They are signed by the log key alone, as pages are, and say again what documents under the advisory key say: so each
//! line is held against the newest record of its number. A list that is not there is none, and what a list adds of its
//! own it does not judge.

use std::collections::{BTreeMap, BTreeSet};

use base::{DocumentKind, Lang};
use serde_json::Value;

use super::archive::Archive;
use super::reading::{instant, list, text};
use super::{Run, site};

const LIST: &str = "advisories.json";

/// Newest record of each number.
type Records = BTreeMap<String, Value>;

/// Holds each list against the records; returns number and instant of the newest one.
pub(super) fn check(run: &mut Run, archive: &Archive) -> Option<(String, String)> {
    let records = records(run, archive);
    let base = site::base(run).unwrap_or_default();
    if let Some(found) = read(run, LIST) {
        let entries = list(&found, "/advisories");
        all_named(
            run,
            LIST,
            entries.iter().map(|one| text(one, "/id")),
            &records,
        );
        for entry in entries {
            of_list(run, entry, &records, &base);
        }
    }
    for lang in Lang::ALL {
        let path = format!("{}/advisories/index.json", lang.tag());
        if let Some(found) = read(run, &path) {
            let entries = list(&found, "/advisories");
            all_named(
                run,
                &path,
                entries.iter().map(|one| text(one, "/id")),
                &records,
            );
            for entry in entries {
                of_catalogue(run, &path, lang, entry, &records);
            }
        }
        let path = format!("{}/advisories/feed.atom", lang.tag());
        if run.files.has(&path)
            && let Some(bytes) = run.bytes(&path, "file-missing")
        {
            feed(
                run,
                &path,
                lang,
                &String::from_utf8_lossy(&bytes),
                &records,
                &base,
            );
        }
    }
    let newest = records
        .iter()
        .max_by_key(|(_, doc)| instant(text(doc, "/published")));
    newest.map(|(number, doc)| (number.clone(), text(doc, "/published").to_owned()))
}

fn records(run: &Run, archive: &Archive) -> Records {
    let file = DocumentKind::AdvisoryJson.facts().file;
    let record = |(number, revision): (&String, &u32)| {
        let bytes = run
            .files
            .read(&format!("archive/{number}/{revision}/{file}"));
        let doc = serde_json::from_slice(&bytes.ok()?).ok()?;
        Some((number.clone(), doc))
    };
    archive.newest.iter().filter_map(record).collect()
}

fn read(run: &mut Run, path: &str) -> Option<Value> {
    if !run.files.has(path) {
        return None;
    }
    let bytes = run.bytes(path, "file-missing")?;
    run.json(path, &bytes)
}

/// Every number once, and none that was never published.
fn all_named<'a>(run: &mut Run, path: &str, ids: impl Iterator<Item = &'a str>, records: &Records) {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !records.contains_key(id) {
            run.find(
                "list-set",
                path,
                format!("{id} is listed and not published"),
            );
        }
        if !seen.insert(id) {
            run.find("list-set", path, format!("{id} is listed twice"));
        }
    }
    for id in records.keys().filter(|id| !seen.contains(id.as_str())) {
        run.find(
            "list-set",
            path,
            format!("{id} is published and not listed"),
        );
    }
}

/// Fields that a line repeats from its record under the same name.
const REPEATED: [&str; 6] = [
    "/revision",
    "/status",
    "/severity",
    "/published",
    "/first_published",
    "/marking",
];

fn repeats(run: &mut Run, path: &str, entry: &Value, record: &Value, optional: &[&str]) {
    let id = text(entry, "/id");
    for field in REPEATED {
        let found = entry.pointer(field);
        let may_lack = optional.contains(&field) && found.is_none();
        if !may_lack && found != record.pointer(field) {
            run.find(
                "list-differs",
                path,
                format!("{field} of {id} is not its record's"),
            );
        }
    }
}

/// The title of an edition, or of the other one where there is none.
fn title(record: &Value, lang: Lang) -> &str {
    of_edition(record, lang, "title")
}

/// A text of an edition, or of the other one where there is none.
fn of_edition<'a>(record: &'a Value, lang: Lang, text: &str) -> &'a str {
    let of = |lang: Lang| record.pointer(&format!("/texts/{}/{text}", lang.tag()));
    let own = of(lang).or_else(|| of(lang.other()));
    own.and_then(Value::as_str).unwrap_or_default()
}

fn page(lang: Lang, id: &str) -> String {
    format!("/{}/advisories/{id}.html", lang.tag())
}

fn of_list(run: &mut Run, entry: &Value, records: &Records, base: &str) {
    let id = text(entry, "/id");
    let Some(record) = records.get(id) else {
        return;
    };
    repeats(run, LIST, entry, record, &[]);
    if entry.pointer("/cve") != record.pointer("/cve") {
        run.find(
            "list-differs",
            LIST,
            format!("/cve of {id} is not its record's"),
        );
    }
    for lang in Lang::ALL {
        if text(entry, &format!("/title/{}", lang.tag())) != title(record, lang) {
            run.find(
                "list-differs",
                LIST,
                format!("the title of {id} is not its record's"),
            );
        }
        if text(entry, &format!("/summary/{}", lang.tag())) != of_edition(record, lang, "summary") {
            run.find(
                "list-differs",
                LIST,
                format!("the summary of {id} is not its record's"),
            );
        }
        let leads_to = text(entry, &format!("/page/{}", lang.tag()));
        if leads_to != format!("{base}{}", page(lang, id)) {
            run.find("list-link", LIST, format!("the page of {id} is elsewhere"));
        }
    }
    if !text(entry, "/csaf").starts_with(&format!("{base}/csaf/white/")) {
        run.find(
            "list-link",
            LIST,
            format!("the CSAF document of {id} is elsewhere"),
        );
    }
}

fn of_catalogue(run: &mut Run, path: &str, lang: Lang, entry: &Value, records: &Records) {
    let id = text(entry, "/id");
    let Some(record) = records.get(id) else {
        return;
    };
    repeats(run, path, entry, record, &["/marking"]);
    if text(entry, "/title") != title(record, lang) {
        run.find(
            "list-differs",
            path,
            format!("the title of {id} is not its record's"),
        );
    }
    // A line may pass over this, as older ones do; what it says has to be so.
    let spared: BTreeSet<&str> = list(record, "/vendors")
        .iter()
        .filter(|vendor| text(vendor, "/status") == "not_vulnerable")
        .flat_map(|vendor| [text(vendor, "/name/ja"), text(vendor, "/name/en")])
        .collect();
    let mut said = list(entry, "/unaffected")
        .iter()
        .flat_map(|vendor| list(vendor, "/names"));
    if said.any(|name| name.as_str().is_none_or(|name| !spared.contains(name))) {
        run.find(
            "list-differs",
            path,
            format!("who is not affected in {id} is not its record's"),
        );
    }
    if text(entry, "/path") != page(lang, id) {
        run.find("list-link", path, format!("the page of {id} is elsewhere"));
    }
}

/// Entries of a feed; what is older stands in the lists.
const FEED_ENTRIES_MAX: usize = 100;

/// The tags of a feed before its entries, and of an entry, as the press writes them; links are the only
/// ones with attributes that lead somewhere.
const FEED_HEAD: [&str; 14] = [
    "?xml", "feed", "id", "/id", "title", "/title", "updated", "/updated", "author", "name",
    "/name", "/author", "link", "link",
];
const FEED_ENTRY: [&str; 14] = [
    "entry",
    "id",
    "/id",
    "title",
    "/title",
    "published",
    "/published",
    "updated",
    "/updated",
    "link",
    "link",
    "summary",
    "/summary",
    "/entry",
];

/// The names of the tags of a text; one that has attributes and is no link or root is named with them.
fn tags(text: &str) -> Vec<&str> {
    text.split('<')
        .skip(1)
        .map(|piece| {
            let tag = piece.split('>').next().unwrap_or_default();
            let name = tag.split(' ').next().unwrap_or_default();
            if ["?xml", "feed", "link"].contains(&name) {
                name
            } else {
                tag
            }
        })
        .collect()
}

/// A feed holds the newest, which come first; each entry is read in the form in which the press writes it, and nothing
/// else may stand in it.
fn feed(run: &mut Run, path: &str, lang: Lang, feed: &str, records: &Records, base: &str) {
    let mut entries = feed.split("<entry>");
    let head = entries.next().unwrap_or_default();
    let entries: Vec<&str> = entries.collect();
    let expected: Vec<&str> = FEED_HEAD
        .into_iter()
        .chain(entries.iter().flat_map(|_| FEED_ENTRY))
        .chain(["/feed"])
        .collect();
    let is_ours = |link: &str| within(link, " href=\"", "\"").starts_with(&format!("{base}/"));
    let is_whole = tags(feed) == expected && head.split("<link ").skip(1).all(is_ours);
    if !is_whole {
        run.find(
            "list-form",
            path,
            "the feed holds other elements than its entries, or leads elsewhere",
        );
    }
    let mut seen = BTreeSet::new();
    let mut before = None;
    for entry in &entries {
        let id = within(entry, "<id>urn:noroshi:", "</id>");
        let Some(record) = records.get(id) else {
            run.find(
                "list-set",
                path,
                format!("{id} is listed and not published"),
            );
            continue;
        };
        if !seen.insert(id) {
            run.find("list-set", path, format!("{id} is listed twice"));
        }
        of_feed(run, path, lang, (id, entry), record, base);
        let at = instant(text(record, "/published"));
        if before.is_some_and(|before| at > before) {
            run.find(
                "list-order",
                path,
                format!("{id} is newer than the entry before it"),
            );
        }
        before = Some(at);
    }
    of_newest(run, path, &seen, records);
    let newest = records
        .values()
        .filter_map(|doc| instant(text(doc, "/published")))
        .max();
    let begins = instant(within(head, "<updated>", "</updated>"));
    if newest.is_some() && begins != newest {
        let message = "the feed does not begin with the newest publication";
        run.find("list-order", path, message);
    }
}

/// All that was published stands in a feed while there is room; then no entry is older than one that is left out.
fn of_newest(run: &mut Run, path: &str, seen: &BTreeSet<&str>, records: &Records) {
    let at = |doc: &Value| instant(text(doc, "/published"));
    let (listed, left): (Vec<_>, Vec<_>) = records
        .iter()
        .partition(|(id, _)| seen.contains(id.as_str()));
    let oldest = listed.iter().map(|(_, doc)| at(doc)).min();
    for (id, doc) in left {
        let is_due = seen.len() < FEED_ENTRIES_MAX || oldest.is_some_and(|oldest| at(doc) > oldest);
        if is_due {
            run.find(
                "list-set",
                path,
                format!("{id} is published and not listed"),
            );
        }
    }
}

/// What may stand before a title, by what the record says of itself.
fn before_title(record: &Value, lang: Lang) -> String {
    let (ja, en) = match text(record, "/marking") {
        "archive" => ("【過去の記録】", "[ARCHIVE] "),
        "fictional" => ("【架空】", "[FICTIONAL] "),
        "exercise" => ("【訓練】", "[EXERCISE] "),
        _ => ("", ""),
    };
    let withdrawn = if text(record, "/status") == "withdrawn" {
        ("【取消し】", "[WITHDRAWN] ")
    } else {
        ("", "")
    };
    match lang {
        Lang::Ja => format!("{ja}{}", withdrawn.0),
        Lang::En => format!("{en}{}", withdrawn.1),
    }
}

/// What XML does not allow is left away by the press.
fn as_pressed(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..))
        .collect()
}

fn of_feed(
    run: &mut Run,
    path: &str,
    lang: Lang,
    (id, entry): (&str, &str),
    record: &Value,
    base: &str,
) {
    let known = title(record, lang);
    let known = if known.trim().is_empty() { id } else { known };
    let summary = of_edition(record, lang, "summary");
    let summary = if summary.trim().is_empty() {
        known
    } else {
        summary
    };
    let (known, summary) = (as_pressed(known), as_pressed(summary));
    let named = unescaped(within(entry, "<title>", "</title>"));
    let fits = within(entry, "<updated>", "</updated>") == text(record, "/published")
        && within(entry, "<published>", "</published>") == text(record, "/first_published")
        && named == format!("{}{known} ({id})", before_title(record, lang))
        && unescaped(within(entry, "<summary>", "</summary>")) == summary;
    if !fits {
        run.find(
            "list-differs",
            path,
            format!("the entry of {id} is not its record's"),
        );
    }
    // One link is for readers and one for programs; both lead into this portal, and neither says more.
    let mut links = entry.split("<link ").skip(1);
    let mut link = |before: &str| {
        let link = links.next().and_then(|rest| rest.split('>').next());
        let rest = link.and_then(|link| link.strip_prefix(before));
        let address = rest.and_then(|rest| rest.strip_suffix("\"/"));
        let address = address.filter(|address| !address.contains('"'));
        address.map(unescaped).unwrap_or_default()
    };
    let leads_to = link("rel=\"alternate\" type=\"text/html\" href=\"");
    let document = link("rel=\"related\" type=\"application/json\" href=\"");
    let is_ours = leads_to == format!("{base}{}", page(lang, id))
        && document.starts_with(&format!("{base}/csaf/white/"));
    if !is_ours {
        run.find("list-link", path, format!("the page of {id} is elsewhere"));
    }
}

fn within<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = text.split_once(from).map_or("", |(_, rest)| rest);
    rest.split_once(to).map_or("", |(found, _)| found)
}

fn unescaped(text: &str) -> String {
    let mut out = text.to_owned();
    for (sign, plain) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#13;", "\r"),
        ("&amp;", "&"),
    ] {
        out = out.replace(sign, plain);
    }
    out
}
