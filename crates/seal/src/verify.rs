//! Offline verification of a pressed tree: what a reader can find out without trusting whoever serves it.
//!
//! It reads the published files with readers of its own, so that a mistake of the press is not repeated here
//! (docs/design/settled.md §3). It deliberately knows no database, no network, no secret key and no clock of its
//! own; and it never follows a symbolic link out of the tree. Bytes that do not fit are findings, never panics; an
//! error is only what keeps the verification from being done at all.
//!
//! What it does not see: whether another reader was shown another tree (no witness), whether CSAF's whole
//! schema holds (csaf-rs judges that before publication; here stand the fields that the lists rely on), and what
//! pages say beside the documents that they show: they are signed by the log key alone.
//! Start reading at [`tree`]; each check has a module and each kind of finding a stable code.

mod archive;
mod catalogues;
mod chain;
mod csaf;
mod current;
mod keys;
mod leaves;
mod lists;
mod reading;
mod siblings;
mod signed;
mod single;
mod site;
mod sums;
mod walk;

pub use keys::fingerprint;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

/// Most bytes of one file; the longest list of 100,000 advisories stays below it.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Most files and folders of one tree.
pub const FILES_MAX: usize = 1_000_000;
/// Most findings that are kept: whoever has this many reads the first of them.
pub const FINDINGS_MAX: usize = 10_000;

/// The key that the reader got by another way than the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPin {
    /// Whole fingerprint of the advisory key, hexadecimal; blanks and colons are allowed.
    Fingerprint(String),
    /// Certificate of the advisory key, armored or binary.
    Certificate(Vec<u8>),
}

/// How to verify.
#[derive(Clone, Debug)]
pub struct Options {
    /// The advisory key, if the reader has it; without it the tree can only be consistent with itself.
    pub key: Option<KeyPin>,
    /// Whole fingerprint of the log key, which signs pages and lists, if the reader has it.
    pub log_key: Option<String>,
    /// What an earlier verification said of the log: so many leaves, with this root.
    pub log: Option<LogPin>,
    /// The reader's time.
    pub now: SystemTime,
}

/// Where a log stood when the reader last looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogPin {
    pub leaves: u64,
    pub root: [u8; 32],
}

impl LogPin {
    /// Reads `LEAVES:ROOT`, as a report writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<LogPin> {
        let (leaves, root) = text.trim().split_once(':')?;
        let root = crate::unhex32(root)?;
        let leaves = leaves.parse().ok()?;
        Some(LogPin { leaves, root })
    }
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Stable code, for example `signature-bad`.
    pub code: &'static str,
    /// Path in the tree, or empty when it is about the whole.
    pub path: String,
    /// What was expected and what was found, in English, for operators.
    pub message: String,
}

/// What a verification looked at and what it found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Files in the tree.
    pub files: usize,
    /// Numbers of which something is published.
    pub advisories: usize,
    /// Documents that were read: every kind of every archived revision.
    pub documents: usize,
    /// Good signatures.
    pub signatures: usize,
    /// Leaves of the archive log, anchors among them.
    pub leaves: usize,
    /// Everything that does not fit.
    pub findings: Vec<Finding>,
    /// What a reader of the result must know, good or not.
    pub notes: Vec<String>,
    /// Fingerprint of the key that signatures were checked with; empty without a key.
    pub fingerprint: String,
    /// User id that this key vouches for itself; empty without one.
    pub user_id: String,
    /// Whether that key is the one that the reader brought.
    pub pinned: bool,
    /// Changes of those who may approve, and how many keys stand after them; none where the archive has no such list.
    pub approvers: Option<(u64, usize)>,
    /// Number and instant of the newest publication.
    pub newest: Option<(String, String)>,
    /// Where the log stands, `LEAVES:ROOT`: to be kept for the next verification.
    pub log: String,
}

impl Report {
    /// Returns whether nothing was found.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.findings.is_empty()
    }

    fn find(&mut self, code: &'static str, path: &str, message: impl Into<String>) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding {
                code,
                path: printable(path),
                message: printable(&message.into()),
            });
        }
    }

    fn finished(mut self) -> Self {
        if self.findings.len() >= FINDINGS_MAX {
            let note = format!("only the first {FINDINGS_MAX} findings were kept");
            self.notes.push(note);
        }
        self.findings.sort();
        self.findings.dedup();
        self
    }
}

/// Why nothing could be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The path cannot be read.
    #[error("{} cannot be read", .path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A single document is longer than [`FILE_BYTES_MAX`].
    #[error("{} is longer than {max} bytes", .0.display(), max = FILE_BYTES_MAX)]
    TooLong(PathBuf),
    /// The tree has more than [`FILES_MAX`] files.
    #[error("the tree has more than {max} files", max = FILES_MAX)]
    TooMany,
    /// The key given is neither a certificate nor a whole fingerprint.
    #[error("the key given is neither an OpenPGP certificate nor a whole fingerprint")]
    Pin,
    /// There is no key to verify a single document with.
    #[error("there is no keys/advisory.asc above this document, and no certificate was given")]
    NoKey,
}

impl VerifyError {
    /// Returns the stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            VerifyError::Read { .. } => "unreadable",
            VerifyError::TooLong(_) => "too-long",
            VerifyError::TooMany => "too-many",
            VerifyError::Pin => "bad-key",
            VerifyError::NoKey => "no-key",
        }
    }
}

/// Verifies the whole pressed tree in folder `path`.
///
/// # Errors
/// Only if the folder cannot be listed or the given key is none; everything else is a finding.
pub fn tree(path: &Path, options: &Options) -> Result<Report, VerifyError> {
    let pin = keys::Pin::of(options.key.as_ref())?;
    let mut report = Report::default();
    let files = walk::Files::walk(path, &mut report)?;
    let keys = keys::of_tree(&files, pin.as_ref(), options, &mut report);
    let mut run = Run {
        files,
        keys,
        now: options.now,
        report,
    };
    sums::check(&mut run);
    siblings::check(&mut run);
    let archive = archive::check(&mut run);
    current::check(&mut run, &archive);
    leaves::check(&mut run, &archive, options.log);
    let documents = csaf::check(&mut run, &archive);
    lists::check(&mut run, &documents);
    run.report.newest = catalogues::check(&mut run, &archive);
    site::check(&mut run);
    run.report.advisories = archive.newest.len();
    run.report.notes.push(SPLIT_VIEW.to_owned());
    Ok(run.report.finished())
}

/// Verifies one document with the signature beside it and the key above it or given.
///
/// # Errors
/// If the document or a key to verify it with cannot be read.
pub fn file(path: &Path, options: &Options) -> Result<Report, VerifyError> {
    single::verify(path, options).map(Report::finished)
}

/// Names and texts of a foreign tree are shown on terminals, which obey control characters.
fn printable(text: &str) -> String {
    let steers =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.replace(steers, "\u{fffd}")
}

const SPLIT_VIEW: &str = "a split view would not be noticed";

/// What the checks share: the tree, its keys, and what was found so far.
struct Run {
    files: walk::Files,
    keys: keys::Keys,
    now: SystemTime,
    report: Report,
}

impl Run {
    fn find(&mut self, code: &'static str, path: &str, message: impl Into<String>) {
        self.report.find(code, path, message);
    }

    /// Reads a file; a missing one is a finding under `missing`.
    fn bytes(&mut self, path: &str, missing: &'static str) -> Option<Vec<u8>> {
        match self.files.read(path) {
            Ok(bytes) => Some(bytes),
            Err(walk::Unread::Missing) => {
                self.find(missing, path, "the file is missing");
                None
            }
            Err(unread) => {
                self.find(unread.code(), path, unread.to_string());
                None
            }
        }
    }

    /// Reads JSON; what is none is a finding.
    fn json(&mut self, path: &str, bytes: &[u8]) -> Option<Value> {
        match serde_json::from_slice(bytes) {
            Ok(value) => Some(value),
            Err(error) => {
                self.find("json", path, format!("the file is no JSON: {error}"));
                None
            }
        }
    }
}
