//! Key files and durable writes.
//!
//! A secret file is readable by its owner only, and one that others may read is refused with the mend. A
//! durable write is: temporary file, fsync, rename, fsync of the folder; a crash leaves the old or the new
//! content, never a half. It does not know what the bytes mean.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Largest key file: 1 MiB.
const KEY_BYTES_MAX: u64 = 1 << 20;

/// Why a file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Others than the owner may read a secret.
    #[error("{path} can be read by others; say: chmod 600 {path}")]
    OpenToOthers {
        /// The file.
        path: PathBuf,
    },
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
}

fn io<T>(doing: &'static str, path: &Path, result: std::io::Result<T>) -> Result<T, FileError> {
    result.map_err(|source| FileError::Io {
        doing,
        path: path.to_owned(),
        source,
    })
}

/// Reads a secret file.
///
/// # Errors
/// [`FileError::OpenToOthers`] if group or others may read it.
pub fn read_secret(path: &Path) -> Result<zeroize::Zeroizing<Vec<u8>>, FileError> {
    let file = io("cannot open", path, File::open(path))?;
    let mode = io("cannot look at", path, file.metadata())?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        return Err(FileError::OpenToOthers {
            path: path.to_owned(),
        });
    }
    let mut bytes = zeroize::Zeroizing::new(Vec::new());
    io(
        "cannot read",
        path,
        file.take(KEY_BYTES_MAX).read_to_end(&mut bytes),
    )?;
    Ok(bytes)
}

/// Reads a file that lies where another program may write, of at most `max` bytes: a regular one, and through no link.
/// A pipe in its place makes nobody wait.
///
/// # Errors
/// [`std::io::ErrorKind::InvalidData`] if something else stands there or it is larger; else what the system says.
pub fn read_foreign(path: &Path, max: u64) -> std::io::Result<Vec<u8>> {
    use rustix::fs::{Mode, OFlags};
    let other = || std::io::Error::from(std::io::ErrorKind::InvalidData);
    let how = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::open(path, how, Mode::empty()) {
        Ok(file) => File::from(file),
        // A link, a socket.
        Err(rustix::io::Errno::LOOP | rustix::io::Errno::NXIO) => return Err(other()),
        Err(error) => return Err(error.into()),
    };
    let facts = file.metadata()?;
    if !facts.is_file() || facts.len() > max {
        return Err(other());
    }
    let mut bytes = Vec::new();
    // It may grow meanwhile.
    file.take(max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max {
        return Err(other());
    }
    Ok(bytes)
}

/// Makes a folder, for its owner alone, where another program may write: a link or a file that stands there goes.
///
/// # Errors
/// If the system refuses.
pub fn folder_among_foreign(path: &Path) -> Result<(), FileError> {
    if let Ok(facts) = std::fs::symlink_metadata(path)
        && !facts.is_dir()
    {
        io("cannot remove", path, std::fs::remove_file(path))?;
    }
    private_folder(path)
}

/// Writes a secret file that must not exist yet.
///
/// # Errors
/// If it exists or the system refuses.
pub fn write_secret_new(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut file = io(
        "cannot create",
        path,
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path),
    )?;
    io("cannot write", path, file.write_all(bytes))?;
    io("cannot flush", path, file.sync_all())?;
    sync_parent(path)
}

/// Replaces a file durably, with mode 0600 for a secret and 0644 otherwise.
///
/// # Errors
/// If the system refuses; the old content then still stands.
pub fn replace(path: &Path, bytes: &[u8], secret: bool) -> Result<(), FileError> {
    let mut growing = Growing::begin(path, secret)?;
    let written = growing.write_all(bytes);
    io("cannot write", &growing.temporary, written)?;
    growing.settle()?.name()
}

/// A file that is written piece by piece. It has its name only when all of it lies on the disk; one that is given up goes.
#[derive(Debug)]
pub struct Growing {
    path: PathBuf,
    temporary: PathBuf,
    file: File,
    hashing: crate::Hashing,
}

impl Growing {
    /// Begins a file that will be named `path`, with mode 0600 for a secret and 0644 otherwise.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn begin(path: &Path, secret: bool) -> Result<Growing, FileError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{:08x}.tmp", crate::random::u64() as u32));
        let temporary = path.with_file_name(name);
        let mode = if secret { 0o600 } else { 0o644 };
        let file = io(
            "cannot create",
            &temporary,
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(mode)
                .open(&temporary),
        )?;
        Ok(Growing {
            path: path.to_owned(),
            temporary,
            file,
            hashing: crate::Hashing::default(),
        })
    }

    /// Removes what was begun under that name and never got it: nobody may be writing it.
    pub fn sweep(path: &Path) {
        let Some(name) = path.file_name() else {
            return;
        };
        let begins = format!("{}.", name.to_string_lossy());
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        let entries = std::fs::read_dir(folder.unwrap_or_else(|| Path::new(".")));
        for entry in entries.into_iter().flatten().flatten() {
            let found = entry.file_name();
            let found = found.to_string_lossy();
            if found.starts_with(&begins) && found.ends_with(".tmp") {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// Flushes all of it to the disk, where it waits for its name.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn settle(self) -> Result<Settled, FileError> {
        io("cannot flush", &self.temporary, self.file.sync_all())?;
        let sha256 = self.hashing.clone().finish();
        Ok(Settled {
            growing: self,
            sha256,
        })
    }
}

impl Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = self.file.write(bytes)?;
        self.hashing.update(bytes.get(..taken).unwrap_or(bytes));
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        // Once it has its name, nothing lies here.
        let _ = std::fs::remove_file(&self.temporary);
    }
}

/// A file that lies on the disk and has no name yet.
#[derive(Debug)]
pub struct Settled {
    growing: Growing,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

impl Settled {
    /// Gives it its name, durably, if nothing has it.
    ///
    /// # Errors
    /// If something has the name, or the system refuses.
    pub fn name_new(self) -> Result<(), FileError> {
        let Growing {
            path, temporary, ..
        } = &self.growing;
        // Another name for one file, where a rename would take the place of what is there.
        let named = match std::fs::hard_link(temporary, path) {
            // A stick that knows one name a file only.
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists && !path.exists() => {
                std::fs::rename(temporary, path)
            }
            other => other,
        };
        io("cannot name", path, named)?;
        sync_parent(path)
    }

    /// Gives it its name, durably; what had the name before is gone.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn name(self) -> Result<(), FileError> {
        let Growing {
            path, temporary, ..
        } = &self.growing;
        io("cannot rename", path, std::fs::rename(temporary, path))?;
        sync_parent(path)
    }
}

/// Flushes the folder that holds `path`, so that a new name survives a power cut.
///
/// # Errors
/// If the system refuses.
pub fn sync_parent(path: &Path) -> Result<(), FileError> {
    let parent = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    io(
        "cannot flush",
        parent,
        File::open(parent).and_then(|d| d.sync_all()),
    )
}

/// Makes a folder and its parents, mode 0700; an existing folder is closed to others.
///
/// # Errors
/// If the system refuses.
pub fn private_folder(path: &Path) -> Result<(), FileError> {
    use std::os::unix::fs::DirBuilderExt;
    io(
        "cannot create",
        path,
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path),
    )?;
    // A folder that was there before keeps its mode otherwise.
    io(
        "cannot close to others",
        path,
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o700)),
    )
}
