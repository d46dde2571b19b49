//! `/advisories`: the newest revision of each number, byte for byte as it lies in the archive.
//!
//! Signatures are checked again and not compared, since a house may sign the same bytes anew.

use std::collections::BTreeSet;

use base::DocumentKind;

use super::archive::Archive;
use super::{Run, signed, walk};

/// Checks every number that is in the archive or in the folder.
pub(super) fn check(run: &mut Run, archive: &Archive) {
    let mut numbers: BTreeSet<String> = archive.newest.keys().cloned().collect();
    let mut unclaimed = BTreeSet::new();
    for path in run.files.beneath("advisories/") {
        let inner = walk::original(&path).unwrap_or(&path);
        numbers.extend(number(inner).map(str::to_owned));
        unclaimed.insert(inner.to_owned());
    }
    for number in &numbers {
        if !archive.newest.contains_key(number) {
            let path = format!("archive/{number}");
            run.find("archive-missing", &path, "no revision is in the archive");
        }
        for kind in DocumentKind::ALL {
            if archive.wants(number, kind) {
                known(run, archive, number, kind, &mut unclaimed);
            }
        }
        for digest in archive.foreign(number) {
            foreign(run, number, digest, &mut unclaimed);
        }
    }
    for path in &unclaimed {
        run.find("advisory-layout", path, "the file is no published form");
    }
}

/// The number that a file belongs to; a number has no dot, so what stands between it and an ending is a kind.
fn number(path: &str) -> Option<&str> {
    let name = path.strip_prefix("advisories/")?;
    DocumentKind::ALL
        .into_iter()
        .filter_map(|kind| Some((kind, kind.facts().ending?)))
        .flat_map(|(kind, ending)| forms(kind, ending))
        .find_map(|ending| name.strip_suffix(ending.as_str())?.strip_suffix('.'))
        .filter(|number| !number.is_empty() && !number.contains(['/', '.']))
}

/// A document's path with those of its signatures.
fn forms(kind: DocumentKind, path: &str) -> Vec<String> {
    let mut forms = vec![path.to_owned(), kind.signature_of(path)];
    forms.extend(kind.clear_of(path));
    forms
}

fn known(
    run: &mut Run,
    archive: &Archive,
    number: &str,
    kind: DocumentKind,
    unclaimed: &mut BTreeSet<String>,
) {
    let Some(ending) = kind.facts().ending else {
        return;
    };
    let path = format!("advisories/{number}.{ending}");
    for form in forms(kind, &path) {
        unclaimed.remove(&form);
    }
    let Some(bytes) = run.bytes(&path, "document-missing") else {
        return;
    };
    differs(run, archive, number, &path, kind, &bytes);
    signed::detached(run, &path, &kind.signature_of(&path), &bytes);
    if let Some(clear) = kind.clear_of(&path) {
        signed::clear(run, &clear, &bytes);
    }
}

/// A document of a kind that a newer program made may lie here; if it does, it is signed as the others are.
fn foreign(run: &mut Run, number: &str, digest: &str, unclaimed: &mut BTreeSet<String>) {
    let prefix = format!("advisories/{number}.");
    let found = unclaimed
        .range(prefix.clone()..)
        .take_while(|path| path.starts_with(&prefix))
        .find_map(|path| {
            let bytes = run.files.read(path).ok()?;
            (crate::hex(&crate::sha256(&bytes)) == digest).then(|| (path.clone(), bytes))
        });
    let Some((path, bytes)) = found else {
        return;
    };
    unclaimed.remove(&path);
    let signature = [".sig", ".asc"]
        .into_iter()
        .map(|ending| format!("{path}{ending}"))
        .find(|name| unclaimed.remove(name))
        .unwrap_or_else(|| format!("{path}.sig"));
    signed::detached(run, &path, &signature, &bytes);
    let clear = path
        .strip_suffix(".txt")
        .map(|stem| format!("{stem}.asc"))
        .filter(|clear| unclaimed.remove(clear));
    if let Some(clear) = clear {
        signed::clear(run, &clear, &bytes);
    }
}

/// Finds a current document that is not the newest archived one.
pub(super) fn differs(
    run: &mut Run,
    archive: &Archive,
    number: &str,
    path: &str,
    kind: DocumentKind,
    bytes: &[u8],
) {
    let digest = crate::hex(&crate::sha256(bytes));
    let archived = archive.current(number, kind.name());
    let is_current = match archived {
        Some(archived) => archived == digest,
        // A document that its revision does not have is nobody's newest.
        None => archive.wants(number, kind),
    };
    if !is_current {
        let message = "the document is not the newest revision of the archive";
        run.find("current-differs", path, message);
    }
}
