//! `/advisories`: the newest revision of each number, byte for byte as it lies in the archive.
//!
//! Signatures are checked again and not compared, since a house may sign the same bytes anew.

use std::collections::BTreeSet;

use super::archive::Archive;
use super::{Run, signed, walk};

/// Checks every number that is in the archive or in the folder.
pub(super) fn check(run: &mut Run, archive: &Archive) {
    let mut numbers: BTreeSet<String> = archive.newest.keys().cloned().collect();
    for path in run.files.beneath("advisories/") {
        match number(walk::original(&path).unwrap_or(&path)) {
            Some(number) => {
                numbers.insert(number.to_owned());
            }
            None => run.find("advisory-layout", &path, "the file is no published form"),
        }
    }
    for number in &numbers {
        if !archive.newest.contains_key(number) {
            let path = format!("archive/{number}");
            run.find("archive-missing", &path, "no revision is in the archive");
        }
        let json = format!("advisories/{number}.json");
        if let Some(bytes) = document(run, archive, number, &json, "advisory-json") {
            signed::detached(run, &json, &format!("{json}.sig"), &bytes);
        }
        for (lang, kind) in [("ja", "text-ja"), ("en", "text-en")] {
            let text = format!("advisories/{number}.{lang}.txt");
            if let Some(bytes) = document(run, archive, number, &text, kind) {
                signed::detached(run, &text, &format!("{text}.sig"), &bytes);
                signed::clear(run, &format!("advisories/{number}.{lang}.asc"), &bytes);
            }
        }
    }
}

fn number(path: &str) -> Option<&str> {
    const ENDINGS: [&str; 8] = [
        ".json",
        ".json.sig",
        ".ja.txt",
        ".ja.txt.sig",
        ".ja.asc",
        ".en.txt",
        ".en.txt.sig",
        ".en.asc",
    ];
    let name = path.strip_prefix("advisories/")?;
    ENDINGS
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .filter(|number| !number.is_empty() && !number.contains('/'))
}

fn document(
    run: &mut Run,
    archive: &Archive,
    number: &str,
    path: &str,
    kind: &'static str,
) -> Option<Vec<u8>> {
    let bytes = run.bytes(path, "document-missing")?;
    differs(run, archive, number, path, kind, &bytes);
    Some(bytes)
}

/// Finds a current document that is not the newest archived one.
pub(super) fn differs(
    run: &mut Run,
    archive: &Archive,
    number: &str,
    path: &str,
    kind: &'static str,
    bytes: &[u8],
) {
    let digest = crate::hex(&crate::sha256(bytes));
    if archive
        .current(number, kind)
        .is_some_and(|archived| archived != digest)
    {
        let message = "the document is not the newest revision of the archive";
        run.find("current-differs", path, message);
    }
}
