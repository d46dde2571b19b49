//! The data file of a backup while it is read: piece by piece, and hashed on the way. It knows nothing of rows.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex};

use seal::recovery::RecoveryError;

use super::{DATA, cannot_open};
use crate::Fault;

/// Bytes of a file that are read at once.
const PIECE_BYTES: usize = 64 << 10;

/// A data file of a backup, which is read several times and must be the same each time.
pub(super) struct DataFile<'a> {
    path: &'a Path,
    secret: &'a str,
    /// What was read of it last.
    watched: Arc<Mutex<Option<Watched>>>,
}

/// A file that somebody reads, and the hash of what was read so far.
struct Watched {
    file: File,
    hashing: seal::Hashing,
}

/// The hand that reads it.
struct Hand(Arc<Mutex<Option<Watched>>>);

impl Read for Hand {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let gone = || std::io::Error::other("the file is closed");
        let mut slot = self.0.lock().map_err(|_| gone())?;
        let watched = slot.as_mut().ok_or_else(gone)?;
        let read = watched.file.read(into)?;
        watched.hashing.update(into.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl<'a> DataFile<'a> {
    /// The data file at that path, for whoever has the secret.
    pub(super) fn of(path: &'a Path, secret: &'a str) -> DataFile<'a> {
        DataFile {
            path,
            secret,
            watched: Arc::default(),
        }
    }

    /// Begins to read it anew: what it holds behind its first line.
    pub(super) fn open(&self) -> std::io::Result<Box<dyn Read + Send>> {
        let file = File::open(self.path)?;
        let begun = Watched {
            file,
            hashing: seal::Hashing::default(),
        };
        let poisoned = |_| std::io::Error::other("the file is closed");
        *self.watched.lock().map_err(poisoned)? = Some(begun);
        let hand = Hand(Arc::clone(&self.watched));
        let wrong = |error: RecoveryError| std::io::Error::other(error.to_string());
        let mut opened = seal::recovery::open(self.secret, hand).map_err(wrong)?;
        let mut head = [0; DATA.len()];
        opened.read_exact(&mut head)?;
        if head != *DATA {
            return Err(std::io::Error::other(format!(
                "{} is no backup of this kind",
                self.path.display()
            )));
        }
        Ok(Box::new(opened))
    }

    /// Reads what is left of it, and returns the hash of all that was read since it was opened.
    pub(super) fn read_out(&self) -> std::io::Result<[u8; 32]> {
        let mut hand = Hand(Arc::clone(&self.watched));
        std::io::copy(&mut hand, &mut std::io::sink())?;
        let poisoned = |_| std::io::Error::other("the file is closed");
        let watched = self.watched.lock().map_err(poisoned)?.take();
        Ok(watched
            .map(|watched| watched.hashing.finish())
            .unwrap_or_default())
    }
}

/// The hash of a file.
pub(super) fn hash_of(path: &Path) -> Result<[u8; 32], Fault> {
    let mut file = File::open(path).map_err(cannot_open(path))?;
    let (mut hashing, mut piece) = (seal::Hashing::default(), vec![0; PIECE_BYTES]);
    loop {
        let read = file.read(&mut piece).map_err(cannot_open(path))?;
        if read == 0 {
            return Ok(hashing.finish());
        }
        hashing.update(piece.get(..read).unwrap_or_default());
    }
}
