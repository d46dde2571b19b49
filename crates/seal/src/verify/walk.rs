//! The files of a folder: listed once, read on demand, never through a symbolic link.
//!
//! Paths are texts with `/` between the parts and no slash in front, as `SHA256SUMS` writes them. It does
//! not know what the files mean.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::ops::Bound;
use std::path::{Path, PathBuf};

use super::{FILE_BYTES_MAX, FILES_MAX, Report, VerifyError};

/// Every regular file of a tree.
pub(super) struct Files {
    root: PathBuf,
    paths: BTreeSet<String>,
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    /// There is no such file.
    #[error("the file is missing")]
    Missing,
    /// It is longer than [`FILE_BYTES_MAX`].
    #[error("the file is longer than {max} bytes", max = FILE_BYTES_MAX)]
    TooLong,
    /// The system refused.
    #[error("the file cannot be read")]
    System(#[from] std::io::Error),
}

impl Unread {
    /// Returns the code of the finding.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Unread::Missing => "file-missing",
            Unread::TooLong => "file-size",
            Unread::System(_) => "file-unreadable",
        }
    }
}

impl Files {
    /// Lists the tree. Links, devices and names that are no UTF-8 are findings and are left alone.
    pub(super) fn walk(path: &Path, report: &mut Report) -> Result<Self, VerifyError> {
        // The folder itself may be reached through a link: the press swaps one to publish.
        let root = fs::canonicalize(path).map_err(unreadable(path))?;
        let mut files = Files {
            root: root.clone(),
            paths: BTreeSet::new(),
        };
        let mut seen = 0_usize;
        let mut folders = vec![(root, String::new())];
        while let Some((folder, prefix)) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(unreadable(&folder))? {
                let entry = entry.map_err(unreadable(&folder))?;
                seen += 1;
                if seen > FILES_MAX {
                    return Err(VerifyError::TooMany);
                }
                let name = entry.file_name();
                let Some(name) = name.to_str() else {
                    let shown = format!("{prefix}{}", name.to_string_lossy());
                    report.find("file-name", &shown, "the name is not UTF-8");
                    continue;
                };
                let path = format!("{prefix}{name}");
                // `DirEntry::file_type` tells about the link, not about what it points to.
                let kind = entry.file_type().map_err(unreadable(&folder))?;
                if kind.is_dir() {
                    folders.push((entry.path(), format!("{path}/")));
                } else if kind.is_file() {
                    files.paths.insert(path);
                } else {
                    report.find(
                        "file-kind",
                        &path,
                        "neither a file nor a folder; links are not followed",
                    );
                }
            }
        }
        report.files = files.paths.len();
        Ok(files)
    }

    /// Returns whether the tree has this file.
    pub(super) fn has(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    /// Returns every path, in order of bytes.
    pub(super) fn all(&self) -> Vec<String> {
        self.paths.iter().cloned().collect()
    }

    /// Returns the paths that begin with `folder`, in order of bytes.
    pub(super) fn beneath(&self, folder: &str) -> Vec<String> {
        self.paths
            .range::<str, _>((Bound::Included(folder), Bound::Unbounded))
            .take_while(|path| path.starts_with(folder))
            .cloned()
            .collect()
    }

    /// Reads a file of the tree; a path that is not one of its files is missing, whatever lies there.
    pub(super) fn read(&self, path: &str) -> Result<Vec<u8>, Unread> {
        if !self.has(path) {
            return Err(Unread::Missing);
        }
        read(&self.root.join(path))
    }
}

/// Reads a regular file of at most [`FILE_BYTES_MAX`] bytes; a link is not followed.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Unread> {
    match fs::symlink_metadata(path) {
        Ok(data) if data.is_file() => {}
        Ok(_) => return Err(Unread::Missing),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Unread::Missing),
        Err(error) => return Err(Unread::System(error)),
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Unread::TooLong);
    }
    Ok(bytes)
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> VerifyError {
    let path = path.to_path_buf();
    move |source| VerifyError::Read { path, source }
}

/// Returns the path of the original of a compressed sibling.
pub(super) fn original(path: &str) -> Option<&str> {
    path.strip_suffix(".gz")
        .or_else(|| path.strip_suffix(".br"))
}
