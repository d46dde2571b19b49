//! The archive on disk: its files are found, bounded, read and put together by note.
//!
//! A file that cannot be read is named with a code and left out; its content is never quoted. What the files
//! say is judged elsewhere ([`crate::timeline`]).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use formats::certcc::{self, Kind, Note, VendorRecord};

use engine::Fault;

/// Files of an archive; the whole archive of 2020 has some 70,000.
const FILES_MAX: usize = 200_000;
/// Folders below each other; the archive has three.
const DEPTH_MAX: usize = 8;
/// A larger file is not opened.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// All files together, since the time line holds them in memory at once.
const TOTAL_BYTES_MAX: u64 = 192 << 20;

/// A note with its vendor records, in the order of their ids.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The digits of `VU#…` as a number, for sorting.
    pub number: u64,
    pub note: Note,
    /// When the report was made: a note without it is not replayed.
    pub created: i64,
    pub records: Vec<VendorRecord>,
}

/// What was read, in the order of the notes' numbers.
#[derive(Clone, Debug, Default)]
pub struct Archive {
    pub notes: Vec<Entry>,
    pub broken: Vec<(PathBuf, String)>,
    /// Single fields that could not be taken as they stand.
    pub problems: usize,
}

/// Reads an archive from `path`, or from the folder `data` in it.
///
/// # Errors
/// If there is no such folder, or it is larger than what is replayed at once.
pub fn read(path: &Path, notes_max: Option<usize>) -> Result<Archive, Fault> {
    let data = path.join("data");
    let root = if data.is_dir() { data } else { path.to_owned() };
    if !root.is_dir() {
        return Err(Fault::Config(format!(
            "{} is no folder; give the folder of the archive",
            path.display()
        )));
    }
    let mut archive = Archive::default();
    let mut files = Vec::new();
    walk(&root, 0, &mut files, &mut archive.broken)?;
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut notes: BTreeMap<String, Entry> = BTreeMap::new();
    let mut records: Vec<(PathBuf, VendorRecord)> = Vec::new();
    let mut bytes_total = 0;
    for (path, kind) in files {
        let bytes = match content(&path, &mut bytes_total)? {
            Ok(bytes) => bytes,
            Err(code) => {
                archive.broken.push((path, code.to_owned()));
                continue;
            }
        };
        let taken = match kind {
            Kind::Note => take_note(&bytes, &mut notes, &mut archive.problems),
            Kind::Vendor => {
                take_record(&bytes, &mut archive.problems).map(|r| records.push((path.clone(), r)))
            }
        };
        if let Err(code) = taken {
            archive.broken.push((path, code.to_owned()));
        }
    }
    for (path, record) in records {
        match notes.get_mut(&record.note_id) {
            Some(entry) => entry.records.push(record),
            None => archive.broken.push((path, "no_note".to_owned())),
        }
    }
    archive.notes = notes.into_values().collect();
    archive.notes.sort_by_key(|entry| entry.number);
    archive.notes.truncate(notes_max.unwrap_or(usize::MAX));
    for entry in &mut archive.notes {
        entry.records.sort_by(|a, b| a.record_id.cmp(&b.record_id));
    }
    Ok(archive)
}

fn walk(
    folder: &Path,
    depth: usize,
    files: &mut Vec<(PathBuf, Kind)>,
    broken: &mut Vec<(PathBuf, String)>,
) -> Result<(), Fault> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        broken.push((folder.to_owned(), "io".to_owned()));
        return Ok(());
    };
    for entry in entries {
        // Links are not followed: they could lead out of the archive, or round in a circle.
        let Ok((entry, kind)) = entry.and_then(|entry| entry.file_type().map(|kind| (entry, kind)))
        else {
            broken.push((folder.to_owned(), "io".to_owned()));
            continue;
        };
        let path = entry.path();
        if kind.is_dir() && depth < DEPTH_MAX {
            walk(&path, depth + 1, files, broken)?;
        } else if kind.is_dir() {
            broken.push((path, "too_deep".to_owned()));
        } else if let Some(form) = entry.file_name().to_str().and_then(certcc::classify)
            && kind.is_file()
        {
            files.push((path, form));
        }
        if files.len() > FILES_MAX {
            return Err(Fault::Config(format!(
                "the archive has more than {FILES_MAX} files; replay it folder by folder"
            )));
        }
    }
    Ok(())
}

fn content(path: &Path, total: &mut u64) -> Result<Result<Vec<u8>, &'static str>, Fault> {
    let Ok(size) = std::fs::metadata(path).map(|metadata| metadata.len()) else {
        return Ok(Err("io"));
    };
    if size > FILE_BYTES_MAX {
        return Ok(Err("too_large"));
    }
    *total += size;
    if *total > TOTAL_BYTES_MAX {
        return Err(Fault::Config(format!(
            "the archive has more than {TOTAL_BYTES_MAX} bytes; replay it folder by folder"
        )));
    }
    Ok(std::fs::read(path).map_err(|_| "io"))
}

fn take_note(
    bytes: &[u8],
    notes: &mut BTreeMap<String, Entry>,
    problems: &mut usize,
) -> Result<(), &'static str> {
    let (note, found) = certcc::read_note(bytes).map_err(|error| error.code())?;
    *problems += found.len();
    let (Ok(number), Some(created)) = (note.number.parse::<u64>(), note.created_us) else {
        return Err("missing");
    };
    if notes.contains_key(&note.id) {
        return Err("twice");
    }
    let entry = Entry {
        number,
        created,
        records: vec![],
        note,
    };
    notes.insert(entry.note.id.clone(), entry);
    Ok(())
}

fn take_record(bytes: &[u8], problems: &mut usize) -> Result<VendorRecord, &'static str> {
    let (record, found) = certcc::read_vendor(bytes).map_err(|error| error.code())?;
    *problems += found.len();
    if record.vendor.is_empty() || record.note_id.is_empty() {
        return Err("missing");
    }
    Ok(record)
}
