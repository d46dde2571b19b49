//! The archive: every revision of every number, with all its documents and signatures.
//!
//! What is current is only the newest of these; `current`, `leaves` and `csaf` hold their files against what
//! is collected here. It also reads the advisory's own JSON as far as others rely on it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::reading::{self, Kind, lacking};
use super::{Run, csaf, signed, walk};

/// A document of a revision: kind as in its leaf, file, detached signature, clear-signed form.
pub(super) struct Form {
    /// Kind, as leaves name it.
    pub(super) kind: &'static str,
    /// File name in the archive.
    pub(super) file: &'static str,
    signature: &'static str,
    clear: Option<&'static str>,
}

/// The documents of each revision.
pub(super) static FORMS: [Form; 4] = [
    Form {
        kind: "advisory-json",
        file: "advisory.json",
        signature: "advisory.json.sig",
        clear: None,
    },
    Form {
        kind: "csaf",
        file: "csaf.json",
        signature: "csaf.json.asc",
        clear: None,
    },
    Form {
        kind: "text-ja",
        file: "text.ja.txt",
        signature: "text.ja.txt.sig",
        clear: Some("text.ja.asc"),
    },
    Form {
        kind: "text-en",
        file: "text.en.txt",
        signature: "text.en.txt.sig",
        clear: Some("text.en.asc"),
    },
];

/// Number, revision and kind of an archived document.
pub(super) type Place = (String, u32, &'static str);

/// What the archive holds.
#[derive(Default)]
pub(super) struct Archive {
    /// Newest revision of each number.
    pub(super) newest: BTreeMap<String, u32>,
    /// SHA-256 of each document, in hexadecimal.
    pub(super) digests: BTreeMap<Place, String>,
}

impl Archive {
    /// Returns the digest of a document of the newest revision.
    pub(super) fn current(&self, number: &str, kind: &'static str) -> Option<&str> {
        let newest = *self.newest.get(number)?;
        let place = (number.to_owned(), newest, kind);
        self.digests.get(&place).map(String::as_str)
    }
}

/// Reads and checks the whole archive.
pub(super) fn check(run: &mut Run) -> Archive {
    let mut archive = Archive::default();
    for (number, revisions) in revisions(run) {
        let consecutive = (1..).zip(&revisions).all(|(n, revision)| n == *revision);
        if !consecutive {
            let message = format!("revisions {revisions:?} do not follow each other from 1");
            run.find("revision-gap", &format!("archive/{number}"), message);
        }
        for revision in &revisions {
            documents(run, &mut archive, &number, *revision);
        }
        if let Some(newest) = revisions.last() {
            archive.newest.insert(number, *newest);
        }
    }
    archive
}

fn revisions(run: &mut Run) -> BTreeMap<String, BTreeSet<u32>> {
    let mut found: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for path in run.files.beneath("archive/") {
        let inner = walk::original(&path).unwrap_or(&path);
        if inner == super::leaves::PATH {
            continue;
        }
        match place(inner) {
            Some((number, revision)) => {
                found.entry(number.to_owned()).or_default().insert(revision);
            }
            None => {
                let message = "the file is no document of a revision";
                run.find("archive-layout", &path, message);
            }
        }
    }
    found
}

fn place(path: &str) -> Option<(&str, u32)> {
    let mut parts = path.split('/').skip(1);
    let (number, revision, file) = (parts.next()?, parts.next()?, parts.next()?);
    let known = FORMS
        .iter()
        .any(|form| form.file == file || form.signature == file || form.clear == Some(file));
    let count: u32 = revision.parse().ok()?;
    let plain = count.to_string() == revision && count > 0;
    (known && plain && parts.next().is_none()).then_some((number, count))
}

fn documents(run: &mut Run, archive: &mut Archive, number: &str, revision: u32) {
    for form in &FORMS {
        let folder = format!("archive/{number}/{revision}");
        let path = format!("{folder}/{}", form.file);
        let Some(bytes) = run.bytes(&path, "document-missing") else {
            continue;
        };
        run.report.documents += 1;
        signed::detached(run, &path, &format!("{folder}/{}", form.signature), &bytes);
        if let Some(clear) = form.clear {
            signed::clear(run, &format!("{folder}/{clear}"), &bytes);
        }
        match form.kind {
            "advisory-json" => advisory(run, &path, &bytes, number, revision),
            "csaf" => tracking(run, &path, &bytes, number, revision),
            _ => {}
        }
        let digest = crate::hex(&crate::sha256(&bytes));
        archive
            .digests
            .insert((number.to_owned(), revision, form.kind), digest);
    }
}

/// Value of `schema` in the advisory's JSON.
pub(super) const SCHEMA: &str = "noroshi/advisory/1";

const FIELDS: [(&str, Kind); 21] = [
    ("/schema", Kind::Text),
    ("/id", Kind::Text),
    ("/revision", Kind::Number),
    ("/status", Kind::Text),
    ("/marking", Kind::Text),
    ("/first_published", Kind::Instant),
    ("/published", Kind::Instant),
    ("/publisher", Kind::Object),
    ("/audience", Kind::Text),
    ("/texts", Kind::Object),
    ("/damage", Kind::List),
    ("/threat", Kind::Text),
    ("/severity", Kind::Text),
    ("/cvss", Kind::List),
    ("/cve", Kind::List),
    ("/other_ids", Kind::List),
    ("/products", Kind::List),
    ("/vendors", Kind::List),
    ("/references", Kind::List),
    ("/credits", Kind::List),
    ("/history", Kind::Filled),
];

fn advisory(run: &mut Run, path: &str, bytes: &[u8], number: &str, revision: u32) {
    let Some(doc) = run.json(path, bytes) else {
        return;
    };
    if reading::text(&doc, "/schema") != SCHEMA {
        run.find("advisory-schema", path, format!("schema is not {SCHEMA}"));
    }
    for field in lacking(&doc, &FIELDS) {
        let message = format!("{field} is missing or of the wrong kind");
        run.find("advisory-schema", path, message);
    }
    if reading::text(&doc, "/id") != number {
        run.find("advisory-id", path, format!("the id is not {number}"));
    }
    if count(&doc, "/revision") != Some(u64::from(revision)) {
        let message = format!("the document does not say that it is revision {revision}");
        run.find("advisory-revision", path, message);
    }
    let history = reading::list(&doc, "/history");
    let lines = history.iter().map(|line| count(line, "/revision"));
    let expected = (1..=u64::from(revision)).map(Some);
    if !lines.eq(expected) {
        let message = format!("the history does not count from 1 to {revision}");
        run.find("advisory-history", path, message);
    }
    if run.keys.exercise && reading::text(&doc, "/marking") != "exercise" {
        run.find("exercise-key", path, EXERCISE);
    }
}

/// Words of the finding `exercise-key`.
pub(super) const EXERCISE: &str =
    "exercise key: a key for exercises vouches for something that is not marked as one";

fn tracking(run: &mut Run, path: &str, bytes: &[u8], number: &str, revision: u32) {
    let Some(doc) = run.json(path, bytes) else {
        return;
    };
    csaf::shape(run, path, &doc);
    if reading::text(&doc, csaf::ID) != number {
        let message = format!("document.tracking.id is not {number}");
        run.find("csaf-id", path, message);
    }
    let version = reading::text(&doc, "/document/tracking/version");
    if version != revision.to_string() {
        let message = format!("document.tracking.version is {version}, not {revision}");
        run.find("csaf-version", path, message);
    }
}

fn count(value: &Value, pointer: &str) -> Option<u64> {
    value.pointer(pointer).and_then(Value::as_u64)
}
