//! CSAF documents on disk: name, folder, label, hashes, signature, and the archive's copy.
//!
//! The schema is judged here only as far as lists and names rely on it, in the words of CSAF 2.0 §3.2; the
//! lists over the documents are checked in `lists`.

use std::collections::BTreeMap;

use base::DocumentKind;
use serde_json::Value;

use super::archive::Archive;
use super::reading::{self, Instant, Kind, lacking, list, text};
use super::{Run, current, signed};

/// Folder of the label that this house serves.
pub(super) const WHITE: &str = "csaf/white/";
/// Where a document says its number.
pub(super) const ID: &str = "/document/tracking/id";

/// What the lists must say of a document.
pub(super) struct Document {
    /// `document.tracking.id`.
    pub(super) id: String,
    /// `document.tracking.initial_release_date`.
    pub(super) initial: Option<Instant>,
    /// `document.tracking.current_release_date`.
    pub(super) current: Option<Instant>,
}

/// The documents by their path beneath [`WHITE`].
pub(super) type Documents = BTreeMap<String, Document>;

/// Checks every document and returns them for the lists.
pub(super) fn check(run: &mut Run, archive: &Archive) -> Documents {
    let mut documents = Documents::new();
    let mut by_number: BTreeMap<String, String> = BTreeMap::new();
    for path in run.files.beneath("csaf/") {
        if let Some(label) = other_label(&path) {
            let message = format!("the public tree holds a file under the label {label}");
            run.find("csaf-tlp", &path, message);
        }
        let Some(inner) = document_path(&path) else {
            continue;
        };
        let Some(found) = document(run, archive, &path) else {
            documents.insert(inner.to_owned(), unread());
            continue;
        };
        if let Some(other) = by_number.insert(found.id.clone(), path.clone()) {
            let message = format!("{other} has the same document.tracking.id");
            run.find("csaf-duplicate", &path, message);
        }
        documents.insert(inner.to_owned(), found);
    }
    for number in archive.newest.keys() {
        if archive.wants(number, DocumentKind::Csaf) && !by_number.contains_key(number) {
            let message = format!("no CSAF document has the number {number}");
            run.find("csaf-missing", WHITE, message);
        }
    }
    documents
}

fn unread() -> Document {
    Document {
        id: String::new(),
        initial: None,
        current: None,
    }
}

fn other_label(path: &str) -> Option<&str> {
    let (folder, _) = path.strip_prefix("csaf/")?.split_once('/')?;
    let label = folder.to_ascii_lowercase();
    let known = ["green", "amber", "red"];
    known
        .iter()
        .any(|known| label.starts_with(known))
        .then_some(folder)
}

fn document_path(path: &str) -> Option<&str> {
    let inner = path.strip_prefix(WHITE)?;
    (inner.contains('/') && inner.to_ascii_lowercase().ends_with(".json")).then_some(inner)
}

fn document(run: &mut Run, archive: &Archive, path: &str) -> Option<Document> {
    let bytes = run.bytes(path, "document-missing")?;
    signed::detached(run, path, &format!("{path}.asc"), &bytes);
    hashes(run, path, &bytes);
    let doc = run.json(path, &bytes)?;
    shape(run, path, &doc);
    let id = text(&doc, ID).to_owned();
    let initial = reading::instant(text(&doc, "/document/tracking/initial_release_date"));
    let current = reading::instant(text(&doc, "/document/tracking/current_release_date"));
    place(run, path, &id, initial);
    let label = text(&doc, "/document/distribution/tlp/label");
    if label != "WHITE" {
        let message = format!("the label is \"{label}\", the path says WHITE");
        run.find("csaf-tlp", path, message);
    }
    if archive.newest.contains_key(&id) {
        current::differs(run, archive, &id, path, DocumentKind::Csaf, &bytes);
    } else {
        let message = format!("no revision of {id} is in the archive");
        run.find("archive-missing", path, message);
    }
    Some(Document {
        id,
        initial,
        current,
    })
}

/// Checks name and folder against number and first release (CSAF 2.0 §5.1 and §7.1.11).
fn place(run: &mut Run, path: &str, id: &str, initial: Option<Instant>) {
    let inner = path.strip_prefix(WHITE).unwrap_or(path);
    let (folder, name) = inner.split_once('/').unwrap_or(("", inner));
    let expected = file_name(id);
    if name != expected {
        let message = format!("the file must be called {expected}");
        run.find("csaf-name", path, message);
    }
    let year = initial.map(|at| format!("{:04}", reading::year(at)));
    if year.as_deref().is_some_and(|year| year != folder) {
        let message = "the folder is not the year of document.tracking.initial_release_date";
        run.find("csaf-year", path, message);
    }
}

/// CSAF 2.0 §5.1: lower case, and one `_` for each run of other characters.
fn file_name(id: &str) -> String {
    let mut name = String::with_capacity(id.len() + 5);
    let mut replaced = false;
    for c in id.to_lowercase().chars() {
        let kept = matches!(c, '+' | '-' | 'a'..='z' | '0'..='9');
        if kept {
            name.push(c);
        } else if !replaced {
            name.push('_');
        }
        replaced = !kept;
    }
    name.push_str(".json");
    name
}

fn hashes(run: &mut Run, path: &str, bytes: &[u8]) {
    let sums = [
        (".sha256", "hash-sha256", crate::hex(&crate::sha256(bytes))),
        (".sha512", "hash-sha512", crate::hex(&crate::sha512(bytes))),
    ];
    for (ending, code, expected) in sums {
        let file = format!("{path}{ending}");
        let Some(found) = run.bytes(&file, "hash-missing") else {
            continue;
        };
        if !is_sum_of(&found, &expected, path) {
            let message = format!("the file does not say {expected} of {path}");
            run.find(code, &file, message);
        }
    }
}

/// Hash first, then one or two blanks, or a blank and an asterisk, and the file's name (CSAF 2.0 §7.1.18): as the
/// programs of Unix, BSD and Windows write it.
pub(super) fn is_sum_of(line: &[u8], expected: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Ok(line) = std::str::from_utf8(line) else {
        return false;
    };
    let line = line.trim_end_matches(['\r', '\n']);
    line.split_once(' ').is_some_and(|(hash, rest)| {
        hash.eq_ignore_ascii_case(expected) && rest.strip_prefix([' ', '*']).unwrap_or(rest) == name
    })
}

const FIELDS: [(&str, Kind); 12] = [
    ("/document/category", Kind::Text),
    ("/document/csaf_version", Kind::Text),
    ("/document/publisher/category", Kind::Text),
    ("/document/publisher/name", Kind::Text),
    ("/document/publisher/namespace", Kind::Text),
    ("/document/title", Kind::Text),
    (ID, Kind::Text),
    ("/document/tracking/initial_release_date", Kind::Instant),
    ("/document/tracking/current_release_date", Kind::Instant),
    ("/document/tracking/revision_history", Kind::Filled),
    ("/document/tracking/status", Kind::Text),
    ("/document/tracking/version", Kind::Text),
];

const REVISION_FIELDS: [(&str, Kind); 3] = [
    ("/date", Kind::Instant),
    ("/number", Kind::Text),
    ("/summary", Kind::Text),
];

const PUBLISHERS: [&str; 6] = [
    "coordinator",
    "discoverer",
    "other",
    "translator",
    "user",
    "vendor",
];

/// Finds fields that every CSAF 2.0 document has and this one has not.
pub(super) fn shape(run: &mut Run, path: &str, doc: &Value) {
    let mut problems: Vec<String> = lacking(doc, &FIELDS)
        .into_iter()
        .map(|field| format!("{field} is missing or of the wrong kind"))
        .collect();
    for line in list(doc, "/document/tracking/revision_history") {
        for field in lacking(line, &REVISION_FIELDS) {
            problems.push(format!("{field} of a revision is missing or wrong"));
        }
    }
    let mut demand = |holds: bool, message: &str| {
        if !holds {
            problems.push(message.to_owned());
        }
    };
    let version = text(doc, "/document/csaf_version");
    demand(version == "2.0", "csaf_version is not 2.0");
    let publisher = text(doc, "/document/publisher/category");
    demand(
        PUBLISHERS.contains(&publisher),
        "publisher.category is none of CSAF's words",
    );
    let status = text(doc, "/document/tracking/status");
    demand(
        matches!(status, "draft" | "final" | "interim"),
        "tracking.status is none of CSAF's words",
    );
    let filled = |field: &Value| field.as_array().is_some_and(|list| !list.is_empty());
    demand(
        doc.get("vulnerabilities").is_none_or(filled),
        "vulnerabilities is empty or no list",
    );
    demand(
        doc.get("product_tree").is_none_or(Value::is_object),
        "product_tree is no object",
    );
    for problem in problems {
        run.find("csaf-schema", path, problem);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rule_of_csaf() {
        assert_eq!(file_name("NRS-48217734"), "nrs-48217734.json");
        assert_eq!(file_name("Ex:a_ b+c"), "ex_a_b+c.json");
        assert_eq!(file_name("VU#800113"), "vu_800113.json");
    }

    #[test]
    fn hash_files_name_the_file() {
        assert!(is_sum_of(b"ab  x.json\n", "ab", "csaf/x.json"));
        assert!(is_sum_of(b"ab x.json", "ab", "x.json"));
        assert!(is_sum_of(b"AB *x.json\r\n", "ab", "x.json"));
        assert!(!is_sum_of(b"cd  x.json\n", "ab", "x.json"));
        assert!(!is_sum_of(b"ab  y.json\n", "ab", "x.json"));
        assert!(!is_sum_of(b"ab", "ab", "x.json"));
    }
}
