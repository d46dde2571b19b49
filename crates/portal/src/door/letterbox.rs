//! The letterbox: how what is taken in lies on disk.
//!
//! It knows no form; what a letter says is sealed before it comes here, but for a wish to stop.

use std::io::Write;
use std::path::Path;

use formats::letter::Letter;

/// Wishes to stop that may lie in the box; over it, people are asked to come again.
const WISHES_MAX: usize = 50_000;

/// Letters that may wait for the house, about 1 GiB of the longest texts (docs/design/security.md §2.17).
const LETTERS_MAX: usize = 4_096;

/// Letters that may lie there for one of a reader to be taken: the rest of the places is for those of finders.
const BESIDE_READERS_MAX: usize = 3_072;

/// What lies in the box. Wishes are counted apart from letters, and letters of readers leave places for reports: none
/// crowds out a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Of a finder, sealed to the house.
    Letter,
    /// Of a reader, sealed and named alike.
    OfReader,
    /// A wish to stop, in the open.
    Wish,
}

impl Sort {
    /// Whose letter it is.
    pub(crate) const fn of(letter: &Letter) -> Self {
        match letter {
            Letter::Report(_) | Letter::Addition(_) | Letter::Withdrawal(_) => Sort::Letter,
            Letter::Subscription(_) | Letter::Confirmation(_) | Letter::Acknowledgement(_) => {
                Sort::OfReader
            }
        }
    }

    /// What the names of its files begin with.
    const fn prefix(self) -> &'static str {
        match self {
            Sort::Letter | Sort::OfReader => "letter-",
            Sort::Wish => "unsubscribe-",
        }
    }

    /// How many may lie in the box.
    const fn most(self) -> usize {
        match self {
            Sort::Letter => LETTERS_MAX,
            Sort::OfReader => BESIDE_READERS_MAX,
            Sort::Wish => WISHES_MAX,
        }
    }
}

/// Writes a letter: flushed under a name of its own, then renamed, so that the house never reads half of one.
///
/// # Errors
/// `StorageFull` if as many of this sort lie there as may; or what the system says.
pub(crate) fn write(folder: &Path, sort: Sort, id: &str, bytes: &[u8]) -> std::io::Result<()> {
    seal::files::private_folder(folder).map_err(std::io::Error::other)?;
    let target = folder.join(format!("{}{id}", sort.prefix()));
    if sort == Sort::Wish && target.exists() {
        return Ok(());
    }
    let alike = std::fs::read_dir(folder)?.filter(|entry| {
        let name = entry.as_ref().map(std::fs::DirEntry::file_name);
        name.is_ok_and(|name| {
            name.as_encoded_bytes()
                .starts_with(sort.prefix().as_bytes())
        })
    });
    if alike.take(sort.most()).count() >= sort.most() {
        return Err(std::io::ErrorKind::StorageFull.into());
    }
    let temporary = folder.join(format!(".{}.tmp", seal::hex(&seal::random::bytes::<16>())));
    let written = std::fs::File::create_new(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, &target)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written?;
    std::fs::File::open(folder)?.sync_all()
}
