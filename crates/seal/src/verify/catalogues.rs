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
    let of = |lang: Lang| record.pointer(&format!("/texts/{}/title", lang.tag()));
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
    if text(entry, "/path") != page(lang, id) {
        run.find("list-link", path, format!("the page of {id} is elsewhere"));
    }
}

/// A feed holds the newest, which come first; each entry is read in the form in which the press writes it.
fn feed(run: &mut Run, path: &str, lang: Lang, feed: &str, records: &Records, base: &str) {
    let mut entries = feed.split("<entry>");
    let head = entries.next().unwrap_or_default();
    let mut seen = BTreeSet::new();
    let mut before = None;
    for entry in entries {
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
        let at = text(record, "/published");
        let named = unescaped(within(entry, "<title>", "</title>"));
        let known = title(record, lang);
        let known = if known.trim().is_empty() { id } else { known };
        let fits = within(entry, "<updated>", "</updated>") == at
            && within(entry, "<published>", "</published>") == text(record, "/first_published")
            && named.ends_with(&format!("{known} ({id})"));
        if !fits {
            run.find(
                "list-differs",
                path,
                format!("the entry of {id} is not its record's"),
            );
        }
        let leads_to = within(entry, "type=\"text/html\" href=\"", "\"");
        if unescaped(leads_to) != format!("{base}{}", page(lang, id)) {
            run.find("list-link", path, format!("the page of {id} is elsewhere"));
        }
        let at = instant(at);
        if before.is_some_and(|before| at > before) {
            run.find(
                "list-order",
                path,
                format!("{id} is newer than the entry before it"),
            );
        }
        before = Some(at);
    }
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
