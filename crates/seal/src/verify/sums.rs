//! `SHA256SUMS` names every file of the tree with its hash, and the log key signs it.
//!
//! Compressed siblings are not in it; they are held against their originals in `siblings`.

use std::collections::BTreeSet;

use super::{Run, walk};

const SUMS: &str = "SHA256SUMS";
const SIGNATURE: &str = "SHA256SUMS.asc";

/// Checks list, files and signature against each other.
pub(super) fn check(run: &mut Run) {
    let Some(bytes) = run.bytes(SUMS, "sums-missing") else {
        return;
    };
    signature(run, &bytes);
    let Ok(text) = String::from_utf8(bytes) else {
        run.find("sums-form", SUMS, "the list is not UTF-8");
        return;
    };
    let listed = lines(run, &text);
    for path in run.files.all() {
        let exempt =
            path == SUMS || path == SIGNATURE || is_sibling(run, &path) || listed.contains(&path);
        if !exempt {
            run.find("file-unlisted", &path, "the file is not in SHA256SUMS");
        }
    }
}

/// A `.gz` without an original is an ordinary file, and must be listed like one.
fn is_sibling(run: &Run, path: &str) -> bool {
    walk::original(path).is_some_and(|original| run.files.has(original))
}

fn signature(run: &mut Run, bytes: &[u8]) {
    let Some(signature) = run.bytes(SIGNATURE, "signature-missing") else {
        return;
    };
    let Some(key) = &run.keys.log else {
        return;
    };
    if key.verify_detached(&signature, bytes, run.now).is_ok() {
        run.report.signatures += 1;
    } else {
        let message = "there is no good signature by the log key over SHA256SUMS";
        run.find("sums-signature", SIGNATURE, message);
    }
}

fn lines(run: &mut Run, text: &str) -> BTreeSet<String> {
    let mut listed = BTreeSet::new();
    let mut before = "";
    for (number, line) in (1_usize..).zip(text.lines()) {
        let Some((expected, path)) = line.split_once("  ").filter(|(hex, _)| is_sha256(hex)) else {
            run.find(
                "sums-form",
                SUMS,
                format!("line {number} is no hash and path"),
            );
            continue;
        };
        if path <= before {
            run.find("sums-order", SUMS, format!("line {number} is out of order"));
        }
        before = path;
        listed.insert(path.to_owned());
        if let Some(bytes) = run.bytes(path, "file-missing") {
            let found = crate::hex(&crate::sha256(&bytes));
            if found != expected {
                let message = format!("the file has SHA-256 {found}, SHA256SUMS says {expected}");
                run.find("sums-hash", path, message);
            }
        }
    }
    listed
}

/// Returns whether the text is a SHA-256 in lower-case hexadecimal.
pub(super) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}
