//! Reads the manifest: which paths exist, and which objects hold their bytes.
//!
//! Form 1 is text. The first line is `noroshi/manifest/1 <generation> <stamp>`, of which the stamp is the press's own; each other line is `<sha256> <length>
//! <br-sha256|-> <br-length|0> <gz-sha256|-> <gz-length|0> <mtime unix secs> <path>`. Paths are keys of a
//! table and are never joined to a folder of the disk; objects are found by their hash alone.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::door::negotiation::Forms;

/// A SHA-256 of bytes, by which an object is named.
pub(crate) type Digest = [u8; 32];

/// Why a tree cannot be served; the tree that is being served stays.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The system refused.
    #[error("{doing} {path}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The manifest is larger than the limit.
    #[error("the manifest has {bytes} bytes, more than {bytes_max}")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit, `Limits::manifest_bytes_max`.
        bytes_max: u64,
    },
    /// A line of the manifest is not of form 1, or names a path for the second time.
    #[error("line {number} of the manifest cannot be read")]
    Line {
        /// Counted from 1.
        number: usize,
    },
    /// An object has not the length or the hash that the manifest says.
    #[error("the object {sha256} is not what the manifest says")]
    Damaged {
        /// Its name.
        sha256: String,
    },
}

impl LoadError {
    /// Returns the stable name of the error, for logs and words.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "press_unreadable",
            Self::TooLarge { .. } => "manifest_too_large",
            Self::Line { .. } => "manifest_line",
            Self::Damaged { .. } => "object_damaged",
        }
    }
}

/// The bytes of one coding of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) digest: Digest,
    pub(crate) bytes: u64,
}

/// One file of the tree.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) path: Box<str>,
    pub(crate) forms: Forms<Piece>,
    /// Seconds since 1970.
    pub(crate) modified: u64,
}

#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) generation: u64,
    pub(crate) lines: Vec<Line>,
}

/// Reads `press/manifest`.
pub(crate) fn read(press: &Path, bytes_max: u64) -> Result<Manifest, LoadError> {
    let path = press.join("manifest");
    let file = File::open(&path).map_err(|source| io("cannot open", &path, source))?;
    let bytes = file
        .metadata()
        .map_err(|source| io("cannot look at", &path, source))?
        .len();
    if bytes > bytes_max {
        return Err(LoadError::TooLarge { bytes, bytes_max });
    }
    read_lines(BufReader::new(file), &path)
}

fn read_lines(input: impl BufRead, path: &Path) -> Result<Manifest, LoadError> {
    let mut generation: Option<u64> = None;
    let mut lines = Vec::new();
    for (at, text) in input.lines().enumerate() {
        let text = text.map_err(|source| io("cannot read", path, source))?;
        let wrong = LoadError::Line { number: at + 1 };
        if generation.is_none() {
            let number = text
                .strip_prefix("noroshi/manifest/1 ")
                .map(|rest| rest.split(' ').next().unwrap_or_default());
            generation = Some(number.and_then(|n| n.parse().ok()).ok_or(wrong)?);
        } else {
            lines.push(read_line(&text).ok_or(wrong)?);
        }
    }
    match generation {
        Some(generation) => Ok(Manifest { generation, lines }),
        None => Err(LoadError::Line { number: 1 }),
    }
}

fn read_line(text: &str) -> Option<Line> {
    let mut fields = text.splitn(8, ' ');
    let mut piece = || -> Option<Option<Piece>> {
        match (fields.next()?, fields.next()?) {
            ("-", "0") => Some(None),
            (digest, bytes) => Some(Some(Piece {
                digest: seal::unhex32(digest)?,
                bytes: bytes.parse().ok()?,
            })),
        }
    };
    let forms = Forms {
        identity: piece()??,
        br: piece()?.map(Box::new),
        gzip: piece()?.map(Box::new),
    };
    let modified: u64 = fields.next()?.parse().ok()?;
    let path = fields.next()?;
    (modified <= MODIFIED_MAX && is_servable(path)).then(|| Line {
        path: path.into(),
        forms,
        modified,
    })
}

/// Tells whether a client can ask for a path as it is written: nothing here decodes percent signs.
///
/// A final slash is left to the alias of `index.html`.
fn is_servable(path: &str) -> bool {
    path.starts_with('/')
        && !path.ends_with('/')
        && path.bytes().all(|byte| {
            byte.is_ascii_graphic() && !matches!(byte, b'%' | b'?' | b'#' | b'"' | b'<' | b'>')
        })
}

pub(crate) fn io(doing: &'static str, path: &Path, source: std::io::Error) -> LoadError {
    LoadError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}

/// The end of the year 9999, after which HTTP has no dates.
const MODIFIED_MAX: u64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "noroshi/manifest/1 7\n";

    fn check(text: &str) -> Result<Manifest, LoadError> {
        read_lines(text.as_bytes(), Path::new("manifest"))
    }

    #[test]
    fn a_manifest_says_its_generation_and_its_files() {
        let (a, b) = ("a".repeat(64), "b".repeat(64));
        let manifest = check(&format!(
            "{HEAD}{a} 10 {b} 5 - 0 1700000000 /ja/index.html\n"
        ))
        .unwrap();
        assert_eq!(manifest.generation, 7);
        let [line] = manifest.lines.as_slice() else {
            panic!("one line was written");
        };
        assert_eq!(&*line.path, "/ja/index.html");
        assert_eq!(line.forms.identity.bytes, 10);
        assert_eq!(line.forms.br.as_ref().unwrap().digest, [0xbb; 32]);
        assert!(line.forms.gzip.is_none());
        assert_eq!(line.modified, 1_700_000_000);
    }

    #[test]
    fn an_empty_tree_is_a_tree() {
        assert!(check(HEAD).unwrap().lines.is_empty());
    }

    #[test]
    fn a_line_of_another_form_is_refused_by_its_number() {
        let a = "a".repeat(64);
        for line in [
            String::new(),
            "- 0 - 0 - 0 1 /a".to_owned(),
            format!("{a} 1 - 0 - 0 1 a"),
            format!("{a} 1 - 0 - 0 1 /a/"),
            format!("{a} 1 - 0 - 0 1 /a%20b"),
            format!("{a} 1 - 0 - 0 1 /a b"),
            format!("{a} 1 - 0 - 0 1 /あ"),
            format!("{a} 1 - 0 - 0 253402300800 /a"),
            format!("{a} x - 0 - 0 1 /a"),
            format!("{a} 1 - 1 - 0 1 /a"),
            format!("{a} 1 - 0 - 0 1"),
            format!("{} 1 - 0 - 0 1 /a", "a".repeat(63)),
        ] {
            let refused = check(&format!("{HEAD}{line}\n"));
            assert!(
                matches!(refused, Err(LoadError::Line { number: 2 })),
                "{line}"
            );
        }
        for head in ["", "noroshi/manifest/2 1\n", "noroshi/manifest/1 x\n"] {
            assert!(matches!(check(head), Err(LoadError::Line { number: 1 })));
        }
    }
}
