//! One document out of a tree: its signature lies beside it, its key above it.
//!
//! That a document is well signed does not say that it is the newest; the report's notes say so.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::keys::{self, Keys, Pin};
use super::{Options, Report, VerifyError, archive, csaf, reading, signed, walk};

/// Folders above a document in which its key is looked for; documents lie at most three below the root.
const KEY_LEVELS_MAX: usize = 5;

/// Verifies the document, or the document of the signature, at `path`.
pub(super) fn verify(path: &Path, options: &Options) -> Result<Report, VerifyError> {
    let pin = Pin::of(options.key.as_ref())?;
    let path = fs::canonicalize(path).map_err(|source| VerifyError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    let bytes = signed::from_its_beginning(read(&path)?);
    let mut report = Report {
        files: 1,
        documents: 1,
        ..Report::default()
    };
    let clear = signed::is_clear_signed(&bytes);
    let is_signature = !clear && ["sig", "asc"].iter().any(|e| has_extension(&path, e));
    let (document, bytes) = if is_signature {
        let document = path.with_extension("");
        let bytes = read(&document)?;
        (document, bytes)
    } else {
        (path.clone(), bytes)
    };
    let keys = keys(&document, pin.as_ref(), options, &mut report)?;
    let name = document.display().to_string();
    let found = Found {
        path: document,
        name,
        bytes,
    };
    if clear {
        clear_signed(&found, &keys, options, &mut report);
    } else {
        let given = is_signature.then_some(path);
        detached(&found, given, &keys, options, &mut report);
        content(&found, &keys, &mut report);
        hashes(&found, &mut report);
    }
    report.notes.push(
        "one document was verified: whether it is the newest, or was withdrawn, it cannot say"
            .to_owned(),
    );
    report.notes.push(super::SPLIT_VIEW.to_owned());
    Ok(report)
}

struct Found {
    path: PathBuf,
    name: String,
    bytes: Vec<u8>,
}

fn read(path: &Path) -> Result<Vec<u8>, VerifyError> {
    walk::read(path).map_err(|unread| match unread {
        walk::Unread::TooLong => VerifyError::TooLong(path.to_path_buf()),
        walk::Unread::System(source) => VerifyError::Read {
            path: path.to_path_buf(),
            source,
        },
        walk::Unread::Missing => VerifyError::Read {
            path: path.to_path_buf(),
            source: std::io::ErrorKind::NotFound.into(),
        },
    })
}

fn keys(
    document: &Path,
    pin: Option<&Pin>,
    options: &Options,
    report: &mut Report,
) -> Result<Keys, VerifyError> {
    let is_list = document.file_name().is_some_and(|n| n == "SHA256SUMS");
    let wanted = if is_list { keys::LOG } else { keys::ADVISORY };
    let beside = document
        .ancestors()
        .skip(1)
        .take(KEY_LEVELS_MAX)
        .find_map(|folder| walk::read(&folder.join(wanted)).ok());
    let beside = match beside {
        Some(bytes) => keys::cert(wanted, Some(bytes), report),
        None if matches!(pin, Some(Pin::Certificate(_))) => None,
        None => return Err(VerifyError::NoKey),
    };
    Ok(keys::advisory(beside, pin, options.now, report))
}

fn clear_signed(found: &Found, keys: &Keys, options: &Options, report: &mut Report) {
    let Some(key) = &keys.advisory else {
        return;
    };
    match signed::clear_text(key, &found.bytes, options.now) {
        Err((code, message)) => report.find(code, &found.name, message),
        Ok(text) => {
            report.signatures += 1;
            let beside = found.path.with_extension("txt");
            // A signed text may be kept under any name, that of its plain text among them.
            let plain = (beside != found.path).then(|| walk::read(&beside));
            if plain
                .and_then(Result::ok)
                .is_some_and(|plain| !signed::same_text(&text, &plain))
            {
                let message = "the signed text is not the plain text beside it";
                report.find("clear-signed-differs", &found.name, message);
            }
        }
    }
}

/// Without a given signature every one beside the document must be good, and there must be one.
fn detached(
    found: &Found,
    given: Option<PathBuf>,
    keys: &Keys,
    options: &Options,
    report: &mut Report,
) {
    let signatures: Vec<PathBuf> = match given {
        Some(given) => vec![given],
        None => [".sig", ".asc"]
            .iter()
            .map(|ending| beside(&found.path, ending))
            .filter(|path| path.is_file())
            .collect(),
    };
    if signatures.is_empty() {
        let message = "no signature (.sig or .asc) lies beside the document";
        report.find("signature-missing", &found.name, message);
    }
    let Some(key) = &keys.advisory else {
        return;
    };
    for path in signatures {
        let shown = path.display().to_string();
        match walk::read(&path) {
            Err(unread) => report.find(unread.code(), &shown, unread.to_string()),
            Ok(signature) => {
                let good = key.verify_detached(&signature, &found.bytes, options.now);
                if good.is_ok() {
                    report.signatures += 1;
                } else {
                    let message = format!("there is no good signature over {}", found.name);
                    report.find("signature-bad", &shown, message);
                }
            }
        }
    }
}

fn content(found: &Found, keys: &Keys, report: &mut Report) {
    if !has_extension(&found.path, "json") {
        return;
    }
    match serde_json::from_slice::<serde_json::Value>(&found.bytes) {
        Err(error) => {
            report.find("json", &found.name, format!("the file is no JSON: {error}"));
        }
        Ok(doc) => {
            let is_advisory = reading::text(&doc, "/schema") == archive::SCHEMA;
            if is_advisory && keys.exercise && reading::text(&doc, "/marking") != "exercise" {
                report.find("exercise-key", &found.name, archive::EXERCISE);
            }
        }
    }
}

fn hashes(found: &Found, report: &mut Report) {
    let sums = [
        (
            ".sha256",
            "hash-sha256",
            crate::hex(&crate::sha256(&found.bytes)),
        ),
        (
            ".sha512",
            "hash-sha512",
            crate::hex(&crate::sha512(&found.bytes)),
        ),
    ];
    let name = found.path.file_name().unwrap_or_default().to_string_lossy();
    for (ending, code, expected) in sums {
        let path = beside(&found.path, ending);
        let line = walk::read(&path);
        if line.is_ok_and(|line| !csaf::is_sum_of(&line, &expected, &name)) {
            let message = format!("the file does not say {expected}");
            report.find(code, &path.display().to_string(), message);
        }
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|found| found == wanted)
}
