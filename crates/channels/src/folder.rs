//! Mail into a folder, for demonstrations and for sites that hand mail over themselves (docs/design/settled.md §4.14).
//!
//! A file appears whole or not at all, and under the mail's own number: writing it twice is writing it once. Calls
//! block on the disk; run them where blocking is allowed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Most file systems end at 255 bytes; the temporary name is longer by some thirty.
pub const STEM_BYTES_MAX: usize = 200;

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is on the disk now.
    New,
    /// It was there before.
    Already,
}

/// Why a mail is not in the folder.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The stem is no file name: it would leave the folder, hide, or not fit.
    #[error("the message id cannot be a file name")]
    Name,
    /// The disk refused.
    #[error("the mail could not be written")]
    Io(#[from] io::Error),
}

impl FolderError {
    /// Returns the stable word for catalogues and logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            FolderError::Name => "folder_name",
            FolderError::Io(_) => "folder_io",
        }
    }
}

/// A folder that takes mail.
#[derive(Clone, Debug)]
pub struct MailFolder {
    path: PathBuf,
}

impl MailFolder {
    /// Opens `directory/mail`, making it if needed.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(directory: &Path) -> Result<Self, FolderError> {
        let path = directory.join("mail");
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path)?;
        Ok(MailFolder { path })
    }

    /// Writes the pieces of one mail as `{stem}.eml`.
    ///
    /// # Errors
    /// If the stem is no file name or the disk refuses; then nothing is to be seen under the name.
    pub fn write(&self, stem: &str, pieces: &[&[u8]]) -> Result<Written, FolderError> {
        if !is_file_name(stem) {
            return Err(FolderError::Name);
        }
        let target = self.path.join(format!("{stem}.eml"));
        if target.try_exists()? {
            return Ok(Written::Already);
        }
        let temporary = self.path.join(temporary_name(stem));
        let result =
            write_synced(&temporary, pieces).and_then(|()| fs::rename(&temporary, &target));
        if result.is_err() {
            // The name alone is at stake; what is left is swept by the next start.
            let _ = fs::remove_file(&temporary);
        }
        result?;
        // Without this the file is safe and its name is not.
        File::open(&self.path)?.sync_all()?;
        Ok(Written::New)
    }
}

/// Two writers of one mail must not share a temporary file.
fn temporary_name(stem: &str) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    format!(
        ".{stem}.{}.{}.tmp",
        std::process::id(),
        COUNTER.fetch_add(1, Ordering::Relaxed)
    )
}

fn write_synced(path: &Path, pieces: &[&[u8]]) -> io::Result<()> {
    // A mail names who it is for, and its code.
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    for piece in pieces {
        file.write_all(piece)?;
    }
    file.sync_all()
}

fn is_file_name(stem: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+');
    !stem.is_empty()
        && stem.len() <= STEM_BYTES_MAX
        && !stem.starts_with('.')
        && stem.bytes().all(plain)
}

#[cfg(test)]
mod tests {

    use super::*;

    fn with_folder(name: &str, act: impl FnOnce(&MailFolder)) {
        let directory =
            std::env::temp_dir().join(format!("noroshi-folder-{}-{name}", std::process::id()));
        act(&MailFolder::open(&directory).unwrap());
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn a_mail_written_twice_is_there_once_and_unchanged() {
        with_folder("twice", |folder| {
            assert_eq!(
                folder.write("a-1", &[b"head\r\n", b"body\r\n"]).unwrap(),
                Written::New
            );
            assert_eq!(folder.write("a-1", &[b"other"]).unwrap(), Written::Already);
            assert_eq!(
                fs::read(folder.path.join("a-1.eml")).unwrap(),
                b"head\r\nbody\r\n"
            );
            assert_eq!(fs::read_dir(&folder.path).unwrap().count(), 1);
        });
    }

    #[test]
    fn a_name_is_taken_as_it_is_up_to_its_longest() {
        with_folder("plain", |folder| {
            let longest = "a".repeat(STEM_BYTES_MAX);
            for stem in ["nrs-1.r1+42_x", "A.b", "-a", longest.as_str()] {
                assert_eq!(folder.write(stem, &[b"x"]).unwrap(), Written::New);
                assert_eq!(
                    fs::read(folder.path.join(format!("{stem}.eml"))).unwrap(),
                    b"x"
                );
            }
            let longer = "a".repeat(STEM_BYTES_MAX + 1);
            for stem in [longer.as_str(), "a b", "a\\b", "a\nb", "a:b", "a%2fb"] {
                let refused = folder.write(stem, &[b"x"]).unwrap_err();
                assert_eq!(refused.code(), "folder_name", "{stem:?}");
            }
            // Nothing half written is left over.
            assert_eq!(fs::read_dir(&folder.path).unwrap().count(), 4);
        });
    }

    #[test]
    fn a_disk_that_refuses_leaves_no_mail_behind() {
        let directory =
            std::env::temp_dir().join(format!("noroshi-folder-{}-gone", std::process::id()));
        let folder = MailFolder::open(&directory).unwrap();
        fs::remove_dir_all(&directory).unwrap();
        assert_eq!(folder.write("a", &[b"x"]).unwrap_err().code(), "folder_io");
        // Opening makes it anew, and what was not written can be.
        let folder = MailFolder::open(&directory).unwrap();
        assert_eq!(folder.write("a", &[b"x"]).unwrap(), Written::New);
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        with_folder("names", |folder| {
            for stem in ["", "..", "../x", "a/b", ".hidden", "a\0b", "あ"] {
                assert_eq!(
                    folder.write(stem, &[b"x"]).unwrap_err().code(),
                    "folder_name",
                    "{stem:?}"
                );
            }
            assert_eq!(fs::read_dir(&folder.path).unwrap().count(), 0);
        });
    }
}
