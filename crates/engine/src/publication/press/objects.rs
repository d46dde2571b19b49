//! Objects, manifest, and the folder that other web servers read.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::Fault;

/// Brotli level of the press (docs/design/performance.md §6: 7 to 11 buy little for many times the work).
const BROTLI_LEVEL: u32 = 6;
/// libdeflate level of the press.
const GZIP_LEVEL: i32 = 9;
/// Below this size compressing gains nothing.
const COMPRESS_FROM_BYTES: usize = 200;

/// One path of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub sha256: String,
    pub length: u64,
    /// Object and length of the brotli form, if there is one.
    pub br: Option<(String, u64)>,
    /// Object and length of the gzip form, if there is one.
    pub gz: Option<(String, u64)>,
    /// Seconds since 1970: the instant of what is shown, never of the pressing (docs/design/security.md §2.18).
    pub mtime: i64,
}

/// The manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    pub generation: u64,
    /// What the pages depend on beside the documents: program version, style, site. Unequal stamps reuse nothing.
    pub stamp: String,
    pub entries: BTreeMap<String, Entry>,
}

impl Manifest {
    /// Reads a manifest; a missing file is an empty one.
    ///
    /// # Errors
    /// If the system refuses. A line that cannot be read is left out, so that its file is pressed anew.
    pub fn read(path: &Path) -> Result<Manifest, Fault> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Manifest::default());
            }
            Err(source) => {
                return Err(Fault::Io {
                    doing: "cannot read the press manifest".into(),
                    source,
                });
            }
        };
        let mut lines = text.lines();
        let mut head = lines.next().unwrap_or_default().split(' ');
        let known = head.next() == Some("noroshi/manifest/1");
        let generation = head.next().and_then(|g| g.parse().ok()).unwrap_or(0);
        let stamp = head.next().unwrap_or_default().to_owned();
        let entries = if known {
            lines.filter_map(line).collect()
        } else {
            BTreeMap::new()
        };
        Ok(Manifest {
            generation,
            stamp,
            entries,
        })
    }

    /// The manifest's text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = format!("noroshi/manifest/1 {} {}\n", self.generation, self.stamp);
        for (path, e) in &self.entries {
            let coded = |c: &Option<(String, u64)>| {
                c.as_ref().map_or_else(
                    || "- 0".to_owned(),
                    |(sha, length)| format!("{sha} {length}"),
                )
            };
            out.push_str(&format!(
                "{} {} {} {} {} {path}\n",
                e.sha256,
                e.length,
                coded(&e.br),
                coded(&e.gz),
                e.mtime
            ));
        }
        out
    }
}

fn line(text: &str) -> Option<(String, Entry)> {
    let mut parts = text.splitn(8, ' ');
    let sha256 = parts.next()?.to_owned();
    let length = parts.next()?.parse().ok()?;
    let mut coded = || -> Option<Option<(String, u64)>> {
        let sha = parts.next()?;
        let length = parts.next()?.parse().ok()?;
        Some((sha != "-").then(|| (sha.to_owned(), length)))
    };
    let (br, gz) = (coded()?, coded()?);
    let mtime = parts.next()?.parse().ok()?;
    Some((
        parts.next()?.to_owned(),
        Entry {
            sha256,
            length,
            br,
            gz,
            mtime,
        },
    ))
}

/// Compressed forms that are known by the hash of the plain bytes.
pub type Known = BTreeMap<String, (Option<(String, u64)>, Option<(String, u64)>)>;

/// Compressed forms of a manifest, by hash.
#[must_use]
pub fn known(manifest: &Manifest) -> Known {
    manifest
        .entries
        .values()
        .map(|e| (e.sha256.clone(), (e.br.clone(), e.gz.clone())))
        .collect()
}

fn object(folder: &Path, sha256: &str) -> PathBuf {
    folder
        .join("objects")
        .join(sha256.get(..2).unwrap_or("xx"))
        .join(sha256)
}

fn keep(folder: &Path, bytes: &[u8]) -> Result<String, Fault> {
    let sha256 = seal::hex(&seal::sha256(bytes));
    let path = object(folder, &sha256);
    if std::fs::metadata(&path).is_ok_and(|m| m.len() == bytes.len() as u64) {
        return Ok(sha256);
    }
    let parent = path.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent).map_err(Fault::io("cannot make the object folder"))?;
    // The manifest is durable once it is renamed, so what it names must be durable before.
    let temporary = parent.join(format!("{:016x}.tmp", seal::random::u64()));
    std::fs::File::create_new(&temporary)
        .and_then(|mut file| {
            std::io::Write::write_all(&mut file, bytes).and_then(|()| file.sync_data())
        })
        .map_err(Fault::io("cannot write an object"))?;
    std::fs::rename(&temporary, &path).map_err(Fault::io("cannot name an object"))?;
    Ok(sha256)
}

/// Keeps bytes and, if asked, their compressed forms; reuses what is known by hash.
///
/// # Errors
/// If the system refuses.
pub fn store(
    folder: &Path,
    bytes: &[u8],
    mtime: i64,
    compress: bool,
    known: &Known,
) -> Result<Entry, Fault> {
    let sha256 = keep(folder, bytes)?;
    let (mut br, mut gz) = (None, None);
    if compress && bytes.len() >= COMPRESS_FROM_BYTES {
        if let Some((b, g)) = known.get(&sha256).filter(|(b, g)| {
            [b, g]
                .into_iter()
                .flatten()
                .all(|(sha, _)| object(folder, sha).exists())
        }) {
            (br, gz) = (b.clone(), g.clone());
        } else {
            let brotli = brotli(bytes)?;
            br = Some((keep(folder, &brotli)?, brotli.len() as u64));
            let gzip = gzip(bytes)?;
            gz = Some((keep(folder, &gzip)?, gzip.len() as u64));
        }
    }
    Ok(Entry {
        sha256,
        length: bytes.len() as u64,
        br,
        gz,
        mtime,
    })
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_LEVEL.cast_signed(),
        ..Default::default()
    };
    let mut out = Vec::with_capacity(bytes.len() / 3 + 64);
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &params)
        .map_err(Fault::io("cannot compress"))?;
    Ok(out)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let form = || Fault::Form("compression");
    let level = libdeflater::CompressionLvl::new(GZIP_LEVEL).map_err(|_| form())?;
    let mut compressor = libdeflater::Compressor::new(level);
    let mut out = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let length = compressor
        .gzip_compress(bytes, &mut out)
        .map_err(|_| form())?;
    out.truncate(length);
    Ok(out)
}

/// Makes a folder equal to a manifest: changed files are linked under their names, what is gone is removed.
/// Lists and sums come last, so that a reader in between finds every file that a list names.
///
/// # Errors
/// If the system refuses; doing it again continues.
pub fn materialise(
    folder: &Path,
    public: &Path,
    old: &Manifest,
    new: &Manifest,
) -> Result<(), Fault> {
    std::fs::create_dir_all(public).map_err(Fault::io("cannot make the public folder"))?;
    let marker = folder.join("materialised");
    let done = std::fs::read_to_string(&marker).unwrap_or_default();
    let whole = done.trim() != old.generation.to_string();
    let late = |path: &str| {
        path.starts_with("/SHA256SUMS")
            || path.contains("index")
            || path.contains("feed")
            || path.ends_with("changes.csv")
    };
    for pass in [false, true] {
        for (path, entry) in new.entries.iter().filter(|(path, _)| late(path) == pass) {
            if whole || old.entries.get(path) != Some(entry) {
                show(folder, public, path, entry)?;
            }
        }
    }
    for path in old
        .entries
        .keys()
        .filter(|path| !new.entries.contains_key(*path))
    {
        for ending in ["", ".br", ".gz"] {
            let _ = std::fs::remove_file(
                public.join(format!("{}{ending}", path.trim_start_matches('/'))),
            );
        }
    }
    std::fs::write(&marker, new.generation.to_string())
        .map_err(Fault::io("cannot note the generation"))
}

/// Presses between two looks for objects that nothing names any more: looking costs what the tree has, a press what it
/// changes.
const SWEPT_EVERY: u64 = 8;

/// Whether a press that changes something looks for objects that nothing names.
#[must_use]
pub const fn is_swept(generation: u64) -> bool {
    generation.is_multiple_of(SWEPT_EVERY)
}

/// Removes the objects that none of the manifests names. Two older ones stay whole: a portal is told of the newest and loads
/// it a moment later, and a press that was killed after it put its manifest in place told nobody.
///
/// # Errors
/// If a folder cannot be read; what is left is removed another time.
pub fn sweep(folder: &Path, manifests: [&Manifest; 3]) -> Result<usize, Fault> {
    let entries = manifests.into_iter().flat_map(|one| one.entries.values());
    let named: HashSet<&str> = entries
        .flat_map(|entry| {
            let packed = [&entry.br, &entry.gz].into_iter().flatten();
            let packed = packed.map(|(sha256, _)| sha256.as_str());
            packed.chain([entry.sha256.as_str()])
        })
        .collect();
    let mut gone = 0;
    let reading = || Fault::io("cannot read the object folder");
    for shelf in std::fs::read_dir(folder.join("objects")).map_err(reading())? {
        let shelf = shelf.map_err(reading())?.path();
        if !shelf.is_dir() {
            continue;
        }
        for object in std::fs::read_dir(shelf).map_err(reading())? {
            let object = object.map_err(reading())?;
            let name = object.file_name();
            let is_named = name.to_str().is_some_and(|name| named.contains(name));
            if !is_named && std::fs::remove_file(object.path()).is_ok() {
                gone += 1;
            }
        }
    }
    Ok(gone)
}

fn show(folder: &Path, public: &Path, path: &str, entry: &Entry) -> Result<(), Fault> {
    let name = path.trim_start_matches('/');
    let forms = [
        (Some(entry.sha256.as_str()), ""),
        (entry.br.as_ref().map(|(s, _)| s.as_str()), ".br"),
        (entry.gz.as_ref().map(|(s, _)| s.as_str()), ".gz"),
    ];
    let target = public.join(name);
    if let Some(parent) = target.parent() {
        std::fs::create_dir_all(parent).map_err(Fault::io("cannot make a public folder"))?;
    }
    for (sha256, ending) in forms {
        let to = public.join(format!("{name}{ending}"));
        let Some(sha256) = sha256 else {
            let _ = std::fs::remove_file(&to);
            continue;
        };
        let from = object(folder, sha256);
        let temporary = to.with_file_name(format!(".{:016x}.tmp", seal::random::u64()));
        // Across file systems a link is refused; then the bytes are copied.
        if std::fs::hard_link(&from, &temporary).is_err() {
            std::fs::copy(&from, &temporary).map_err(Fault::io("cannot copy an object"))?;
        }
        let time =
            SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(entry.mtime).unwrap_or(0));
        let _ = std::fs::File::options()
            .append(true)
            .open(&temporary)
            .and_then(|f| f.set_modified(time));
        std::fs::rename(&temporary, &to).map_err(Fault::io("cannot name a public file"))?;
        // Where both names are links to one object already, a rename does nothing and leaves the first behind.
        let _ = std::fs::remove_file(&temporary);
    }
    Ok(())
}
