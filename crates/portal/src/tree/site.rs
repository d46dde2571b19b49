//! The table of everything that can be asked for, built once per pressed tree and never changed.
//!
//! Bodies lie in memory up to a limit, the others on disk under their hash. The table knows no request;
//! `answer` does.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue};

use crate::door::heads::{Heads, Kind};
use crate::door::limits::Limits;
use crate::door::negotiation::{Coding, Forms};
use crate::tree::manifest;
use crate::tree::manifest::{Digest, Line, LoadError, Piece};

/// A pressed tree, ready to be served.
pub struct Site {
    generation: u64,
    press: PathBuf,
    paths: HashMap<Box<str>, usize>,
    objects: Vec<Object>,
    missing: Forms<Page>,
}

impl Site {
    /// Returns a tree without files, for a house that has published nothing yet.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            generation: 0,
            press: PathBuf::new(),
            paths: HashMap::new(),
            objects: Vec::new(),
            missing: Forms {
                identity: Page {
                    head: Heads::missing(Coding::Identity),
                    body: Bytes::from_static(MISSING_PAGE.as_bytes()),
                },
                br: None,
                gzip: None,
            },
        }
    }

    /// Reads the manifest of `press` and as many bodies as may be held in memory.
    ///
    /// # Errors
    /// If the manifest cannot be read, or an object is missing or not what the manifest says: a tree is
    /// served whole or not at all.
    pub fn load(press: &Path, limits: &Limits) -> Result<Self, LoadError> {
        Self::load_after(press, limits, None)
    }

    /// As [`Site::load`], but takes over what `before` has read and checked already.
    pub(crate) fn load_after(
        press: &Path,
        limits: &Limits,
        before: Option<&Self>,
    ) -> Result<Self, LoadError> {
        let manifest = manifest::read(press, limits.manifest_bytes_max)?;
        let held = hold(press, &manifest.lines, limits.bodies_bytes, before)?;
        let mut site = Self {
            generation: manifest.generation,
            press: press.to_owned(),
            paths: HashMap::with_capacity(manifest.lines.len()),
            objects: Vec::with_capacity(manifest.lines.len()),
            ..Self::empty()
        };
        let mut shared = Shared::default();
        for (at, line) in manifest.lines.into_iter().enumerate() {
            if &*line.path == MISSING_PATH {
                site.missing = missing(press, &line, &held)?;
            }
            site.objects.push(object(&line, &held, &mut shared));
            if let Some(folder) = line.path.strip_suffix("index.html")
                && folder.ends_with('/')
            {
                site.paths.insert(folder.into(), at);
            }
            if site.paths.insert(line.path, at).is_some() {
                // The manifest's first line is its head, and people count from one.
                return Err(LoadError::Line { number: at + 2 });
            }
        }
        Ok(site)
    }

    /// Returns the generation that the manifest says.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns the file at a path as the client wrote it: one look into the table, nothing is decoded.
    pub(crate) fn object(&self, path: &str) -> Option<&Object> {
        self.objects.get(*self.paths.get(path)?)
    }

    /// Returns the page for every address that leads nowhere.
    pub(crate) fn missing(&self) -> &Forms<Page> {
        &self.missing
    }

    /// Returns where the bytes of a form that is not held in memory lie.
    pub(crate) fn place(&self, form: &Form) -> PathBuf {
        place(&self.press, &form.piece.digest)
    }

    fn known(&self) -> HashMap<Digest, Known> {
        self.objects
            .iter()
            .flat_map(|object| object.forms.iter())
            .map(|(_, form)| {
                let known = Known {
                    bytes: form.piece.bytes,
                    held: form.held.clone(),
                };
                (form.piece.digest, known)
            })
            .collect()
    }
}

/// One file.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) forms: Forms<Form>,
    pub(crate) modified_at: SystemTime,
    /// The same as a header.
    pub(crate) modified: HeaderValue,
}

/// One file in one coding.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) piece: Piece,
    pub(crate) tag: HeaderValue,
    pub(crate) heads: Arc<Heads>,
    /// The bytes, if there was room for them.
    pub(crate) held: Option<Bytes>,
}

/// The page for addresses that lead nowhere, in one coding.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) head: HeaderMap,
    pub(crate) body: Bytes,
}

/// An object that an earlier table has checked already.
struct Known {
    bytes: u64,
    held: Option<Bytes>,
}

/// What many files have in common and is kept once.
#[derive(Default)]
struct Shared {
    heads: HashMap<(Kind, Coding), Arc<Heads>>,
    dates: HashMap<u64, HeaderValue>,
}

fn object(line: &Line, held: &HashMap<Digest, Bytes>, shared: &mut Shared) -> Object {
    let kind = Kind::of(&line.path);
    let name = seal::hex(&line.forms.identity.digest[..8]);
    let forms = line.forms.try_map(|coding, piece| {
        let heads = shared.heads.entry((kind, coding));
        Ok::<_, std::convert::Infallible>(Form {
            piece: *piece,
            tag: header_text(&format!("\"{name}{}\"", coding.tag_ending())),
            heads: Arc::clone(heads.or_insert_with(|| Arc::new(Heads::of(kind, coding)))),
            held: held.get(&piece.digest).cloned(),
        })
    });
    let Ok(forms) = forms;
    let modified_at = UNIX_EPOCH + Duration::from_secs(line.modified);
    let modified = shared
        .dates
        .entry(line.modified)
        .or_insert_with(|| header_text(&httpdate::fmt_http_date(modified_at)))
        .clone();
    Object {
        forms,
        modified_at,
        modified,
    }
}

/// Reads the page for addresses that lead nowhere, whether or not the limit has room for it.
fn missing(
    press: &Path,
    line: &Line,
    held: &HashMap<Digest, Bytes>,
) -> Result<Forms<Page>, LoadError> {
    line.forms.try_map(|coding, piece| {
        let body = match held.get(&piece.digest) {
            Some(body) => body.clone(),
            None => read(press, piece)?,
        };
        Ok(Page {
            head: Heads::missing(coding),
            body,
        })
    })
}

/// Reads bodies into memory up to the limit, br first, plain last, small before large; looks at the others.
fn hold(
    press: &Path,
    lines: &[Line],
    bytes_max: u64,
    before: Option<&Site>,
) -> Result<HashMap<Digest, Bytes>, LoadError> {
    let known = before
        .filter(|site| site.press == press)
        .map(Site::known)
        .unwrap_or_default();
    let mut wanted: Vec<(Coding, u64, Digest)> = lines
        .iter()
        .flat_map(|line| line.forms.iter())
        .map(|(coding, piece)| (coding, piece.bytes, piece.digest))
        .collect();
    wanted.sort_unstable();
    let mut room = bytes_max;
    let mut held: HashMap<Digest, Bytes> = HashMap::new();
    for (_, bytes, digest) in wanted {
        let piece = Piece { digest, bytes };
        let already = known.get(&digest);
        let seen = held.get(&digest).map(|body| body.len() as u64);
        if let Some(length) = seen.or(already.map(|known| known.bytes))
            && length != bytes
        {
            return Err(damaged(&digest));
        }
        if seen.is_some() {
            continue;
        }
        if bytes <= room {
            let body = match already.and_then(|known| known.held.clone()) {
                Some(body) => body,
                None => read(press, &piece)?,
            };
            room -= bytes;
            held.insert(digest, body);
        } else if already.is_none() {
            look_at(press, &piece)?;
        }
    }
    Ok(held)
}

/// Reads an object and checks that it is what its name says.
fn read(press: &Path, piece: &Piece) -> Result<Bytes, LoadError> {
    look_at(press, piece)?;
    let path = place(press, &piece.digest);
    let body = std::fs::read(&path).map_err(|source| manifest::io("cannot read", &path, source))?;
    if body.len() as u64 != piece.bytes || seal::sha256(&body) != piece.digest {
        return Err(damaged(&piece.digest));
    }
    Ok(body.into())
}

/// Checks the length of an object without reading it.
fn look_at(press: &Path, piece: &Piece) -> Result<(), LoadError> {
    let path = place(press, &piece.digest);
    let length = std::fs::metadata(&path)
        .map_err(|source| manifest::io("cannot look at", &path, source))?
        .len();
    if length == piece.bytes {
        Ok(())
    } else {
        Err(damaged(&piece.digest))
    }
}

fn place(press: &Path, digest: &Digest) -> PathBuf {
    let name = seal::hex(digest);
    press.join("objects").join(&name[..2]).join(&name)
}

fn damaged(digest: &Digest) -> LoadError {
    LoadError::Damaged {
        sha256: seal::hex(digest),
    }
}

fn header_text(text: &str) -> HeaderValue {
    match HeaderValue::from_str(text) {
        Ok(value) => value,
        Err(_) => unreachable!("hex digits, quotes and dates may stand in a header"),
    }
}

const MISSING_PATH: &str = "/404.html";

/// Stands in until a tree brings its own page.
const MISSING_PAGE: &str = "<!doctype html>\n<html lang=\"ja\"><meta charset=\"utf-8\"><title>404</title>\n\
     <p>このアドレスのページはありません。</p>\n<p lang=\"en\">There is no page at this address.</p>\n";
