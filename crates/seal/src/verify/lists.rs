//! The three lists over the CSAF documents: index, changes and ROLIE, against the disk and so each other.
//!
//! Other checkers pass a tree whose changes are missing or wrong, and one whose documents stand in no list
//! (docs/design/formats.md §2.1); these are findings here.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Run;
use super::csaf::{Document, Documents};
use super::reading::{Instant, instant, list, text};
use super::site;

/// Path of the list of documents.
const INDEX: &str = "csaf/white/index.txt";
/// Path of the list of changes.
const CHANGES: &str = "csaf/white/changes.csv";
/// Path of the ROLIE feed.
pub(super) const ROLIE: &str = "csaf/white/feed-tlp-white.json";

/// Holds each list against the documents on disk.
pub(super) fn check(run: &mut Run, documents: &Documents) {
    if let Some(list) = lines(run, INDEX) {
        let paths: Vec<&str> = list.lines().collect();
        same_set(run, "index-set", INDEX, &paths, documents);
    }
    if let Some(list) = lines(run, CHANGES) {
        changes(run, &list, documents);
    }
    if let Some(feed) = run
        .bytes(ROLIE, "list-missing")
        .and_then(|bytes| run.json(ROLIE, &bytes))
    {
        rolie(run, &feed, documents);
    }
}

fn lines(run: &mut Run, path: &str) -> Option<String> {
    let bytes = run.bytes(path, "list-missing")?;
    let text = String::from_utf8(bytes).ok();
    if text.is_none() {
        run.find("list-form", path, "the list is not UTF-8");
    }
    text
}

fn same_set(run: &mut Run, code: &'static str, list: &str, paths: &[&str], documents: &Documents) {
    let mut seen = BTreeSet::new();
    for path in paths {
        if !documents.contains_key(*path) {
            run.find(code, list, format!("{path} is listed and not on disk"));
        }
        if !seen.insert(*path) {
            run.find(code, list, format!("{path} is listed twice"));
        }
    }
    for path in documents.keys() {
        if !seen.contains(path.as_str()) {
            run.find(code, list, format!("{path} is on disk and not listed"));
        }
    }
}

fn changes(run: &mut Run, list: &str, documents: &Documents) {
    let mut paths = Vec::new();
    let mut before: Option<Instant> = None;
    for (number, line) in (1_usize..).zip(list.lines()) {
        let Some((path, at)) = change(line) else {
            let message = format!("line {number} is not \"path\",\"time\"");
            run.find("changes-form", CHANGES, message);
            continue;
        };
        paths.push(path);
        let at = instant(at);
        if at.is_none() {
            let message = format!("line {number} has no RFC 3339 time");
            run.find("changes-form", CHANGES, message);
        }
        if before.is_some_and(|before| at > Some(before)) {
            let message = format!("line {number} is newer than the line above it");
            run.find("changes-order", CHANGES, message);
        }
        before = at.or(before);
        let current = documents.get(path).and_then(|document| document.current);
        if current.is_some() && current != at {
            let message = format!("the time of {path} is not its current_release_date");
            run.find("changes-time", CHANGES, message);
        }
    }
    same_set(run, "changes-set", CHANGES, &paths, documents);
}

/// CSAF 2.0 §7.1.13 quotes both fields.
fn change(line: &str) -> Option<(&str, &str)> {
    let inner = line.strip_prefix('"')?.strip_suffix('"')?;
    let (path, at) = inner.split_once("\",\"")?;
    (!path.contains('"') && !at.contains('"')).then_some((path, at))
}

fn rolie(run: &mut Run, feed: &Value, documents: &Documents) {
    let base = site::base(run);
    let mut paths = Vec::new();
    let mut newest: Option<Instant> = None;
    if feed
        .pointer("/feed/entry")
        .and_then(Value::as_array)
        .is_none()
    {
        run.find("rolie-form", ROLIE, "feed.entry is no list");
    }
    for entry in list(feed, "/feed/entry") {
        let src = text(entry, "/content/src");
        let Some(path) = beneath_white(base.as_deref(), src) else {
            let message = format!("content.src is no address under csaf/white: \"{src}\"");
            run.find("rolie-link", ROLIE, message);
            continue;
        };
        paths.push(path);
        links(run, entry, src);
        newest = newest.max(instant(text(entry, "/updated")));
        if let Some(document) = documents.get(path) {
            fields(run, entry, path, document);
        }
    }
    if instant(text(feed, "/feed/updated")) < newest {
        let message = "feed.updated is older than the newest entry";
        run.find("rolie-updated", ROLIE, message);
    }
    same_set(run, "rolie-set", ROLIE, &paths, documents);
}

fn beneath_white<'a>(base: Option<&str>, url: &'a str) -> Option<&'a str> {
    match base {
        Some(base) => url.strip_prefix(base)?.strip_prefix("/csaf/white/"),
        None => url.split_once("/csaf/white/").map(|(_, path)| path),
    }
}

fn fields(run: &mut Run, entry: &Value, path: &str, document: &Document) {
    if !document.id.is_empty() && text(entry, "/id") != document.id {
        let message = format!("the id of {path} is not its document.tracking.id");
        run.find("rolie-id", ROLIE, message);
    }
    let times = [
        ("rolie-updated", "/updated", document.current),
        ("rolie-published", "/published", document.initial),
    ];
    for (code, pointer, expected) in times {
        if expected.is_some() && instant(text(entry, pointer)) != expected {
            let message = format!("{pointer} of {path} is not the document's time");
            run.find(code, ROLIE, message);
        }
    }
}

fn links(run: &mut Run, entry: &Value, src: &str) {
    let of = |rel: &str| -> Vec<&str> {
        list(entry, "/link")
            .iter()
            .filter(|link| text(link, "/rel") == rel)
            .map(|link| text(link, "/href"))
            .collect()
    };
    let sums = [format!("{src}.sha256"), format!("{src}.sha512")];
    let hashes = of("hash");
    let hashes_fit =
        !hashes.is_empty() && hashes.iter().all(|href| sums.iter().any(|sum| sum == href));
    let fits = [
        ("self", of("self") == [src]),
        ("hash", hashes_fit),
        ("signature", of("signature") == [format!("{src}.asc")]),
    ];
    for (rel, fits) in fits {
        if !fits {
            let message = format!("the links {rel} of {src} are missing or wrong");
            run.find("rolie-link", ROLIE, message);
        }
    }
}
