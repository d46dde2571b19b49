//! The house's keys in memory: root, epoch, compartments (docs/design/security.md §2.1).
//!
//! Root and epoch keys are files below `DIR/keys/house`; compartment keys are rows, opened here and kept with
//! a bound. It does not know what they seal.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use domain::text::class::Compartment;
use domain::value::StreamId;
use seal::keyring::{self, Epoch, KeyId, Secret};
use store::{Store, StoredKey};

use crate::Fault;

/// Opened compartment keys kept in memory.
const OPEN_MAX: usize = 100_000;

/// The opened key hierarchy.
pub struct Keys {
    folder: PathBuf,
    house: [u8; 16],
    root: Secret,
    epoch: Mutex<(Epoch, Secret)>,
    open: Mutex<HashMap<(StreamId, Compartment), (KeyId, Secret)>>,
    by_id: Mutex<HashMap<KeyId, Secret>>,
    /// How often the epoch has changed in this process. Whoever reads keys, or writes what is sealed under them, holds it
    /// meanwhile; an erasure has it alone.
    turn: tokio::sync::RwLock<u64>,
    /// Key of copy codes and references.
    pub codes: Secret,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

fn epoch_file(folder: &Path, epoch: Epoch) -> PathBuf {
    folder.join(epoch_name(epoch))
}

fn epoch_name(epoch: Epoch) -> String {
    format!("epoch-{epoch:06}.key")
}

/// The epoch of a key file of this name, if it is one's.
fn epoch_of(name: &str) -> Option<Epoch> {
    let number = name.strip_prefix("epoch-")?.strip_suffix(".key")?;
    number.parse().ok()
}

impl Keys {
    /// Draws root, first epoch and code key into an empty folder.
    ///
    /// # Errors
    /// If a file exists or cannot be written.
    pub fn found(folder: &Path, house: [u8; 16]) -> Result<(), Fault> {
        seal::files::private_folder(folder)?;
        let (root, epoch, codes) = (Secret::draw(), Secret::draw(), Secret::draw());
        seal::files::write_secret_new(
            &folder.join("root.key"),
            seal::hex(root.bytes()).as_bytes(),
        )?;
        seal::files::write_secret_new(
            &epoch_file(folder, 1),
            &keyring::wrap_epoch(&root, &house, 1, &epoch),
        )?;
        seal::files::write_secret_new(
            &folder.join("codes.key"),
            seal::hex(codes.bytes()).as_bytes(),
        )?;
        Ok(())
    }

    /// Opens the keys of a house; `wrapped` are the database's keys.
    ///
    /// After a crash within an erasure a newer epoch file may lie there unused, or the old one may not be destroyed yet: both
    /// are put right. Which one is in use is tried: it opens every row that names it, and all name it. Where rows differ,
    /// somebody altered them, and nothing is destroyed.
    ///
    /// # Errors
    /// If a file is missing, open to others or does not fit.
    pub fn open(folder: &Path, house: [u8; 16], wrapped: &[StoredKey]) -> Result<Keys, Fault> {
        let mut present = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(Fault::io("cannot list the key folder"))? {
            let name = entry
                .map_err(Fault::io("cannot list the key folder"))?
                .file_name();
            present.extend(name.to_str().and_then(epoch_of));
        }
        let read = |name: &str| Ok(seal::files::read_secret(&folder.join(name))?);
        let (keys, opens_all) = Keys::read(folder, house, &present, wrapped, read)?;
        let (used, _) = keys.epoch.lock().map_err(|_| Fault::Sealed)?.clone();
        if !opens_all {
            tracing::error!(
                code = "keys.rows_differ",
                "wrapped keys of the database do not open under the epoch of the others; no key is destroyed"
            );
            return Ok(keys);
        }
        for other in present.into_iter().filter(|epoch| *epoch != used) {
            std::fs::remove_file(epoch_file(folder, other))
                .map_err(Fault::io("cannot destroy an unused epoch key"))?;
        }
        Ok(keys)
    }

    /// Opens keys that lie in no folder: those of a backup that is tried.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub(super) fn in_memory(
        files: &HashMap<String, zeroize::Zeroizing<Vec<u8>>>,
        house: [u8; 16],
        wrapped: &[StoredKey],
    ) -> Result<Keys, Fault> {
        let present: Vec<Epoch> = files.keys().filter_map(|name| epoch_of(name)).collect();
        let read = |name: &str| files.get(name).cloned().ok_or(Fault::Form("key file"));
        Keys::read(Path::new(""), house, &present, wrapped, read).map(|(keys, _)| keys)
    }

    /// Reads root and codes, and the epoch that opens the most wrapped keys; tells whether it opens them all.
    fn read(
        folder: &Path,
        house: [u8; 16],
        present: &[Epoch],
        wrapped: &[StoredKey],
        read: impl Fn(&str) -> Result<zeroize::Zeroizing<Vec<u8>>, Fault>,
    ) -> Result<(Keys, bool), Fault> {
        let secret = |name: &str| -> Result<Secret, Fault> {
            let text = read(name)?;
            let bytes = std::str::from_utf8(&text)
                .ok()
                .and_then(|t| seal::unhex32(t.trim()))
                .ok_or(Fault::Form("key file"))?;
            Ok(Secret::from_bytes(bytes))
        };
        let root = secret("root.key")?;
        let codes = secret("codes.key")?;
        let mut best: Option<(usize, Epoch, Secret)> = None;
        let mut why = Fault::Form("key file");
        for epoch in present {
            // One that was cut off while it was written opens nothing, and nothing was wrapped under it yet.
            let opened = read(&epoch_name(*epoch)).and_then(|file| {
                keyring::open_epoch(&root, &house, *epoch, &file).map_err(|_| Fault::Sealed)
            });
            let key = match opened {
                Ok(key) => key,
                Err(error) => {
                    why = error;
                    continue;
                }
            };
            let is_open = |row: &&StoredKey| {
                row.epoch == *epoch && keyring::unwrap(&key, *epoch, &row.id, &row.wrapped).is_ok()
            };
            // Where one file lies there and every row names it, there is nothing to choose and nothing to destroy.
            let opened = match present {
                [_] if wrapped.iter().all(|row| row.epoch == *epoch) => wrapped.len(),
                _ => wrapped.iter().filter(is_open).count(),
            };
            // Of two that open as many the newer one is in use: where nothing is wrapped yet.
            if best
                .as_ref()
                .is_none_or(|(most, of, _)| (opened, *epoch) > (*most, *of))
            {
                best = Some((opened, *epoch, key));
            }
        }
        let Some((opened, newest, key)) = best else {
            return Err(why);
        };
        if opened == 0 && !wrapped.is_empty() {
            return Err(Fault::Form(
                "keys: the database's are wrapped under an epoch whose key is not here",
            ));
        }
        let keys = Keys {
            folder: folder.to_owned(),
            house,
            root,
            epoch: Mutex::new((newest, key)),
            open: Mutex::default(),
            by_id: Mutex::default(),
            turn: tokio::sync::RwLock::default(),
            codes,
        };
        Ok((keys, opened == wrapped.len()))
    }

    fn remember(&self, dossier: StreamId, compartment: Compartment, id: KeyId, key: &Secret) {
        if let Ok(mut open) = self.open.lock() {
            if open.len() >= OPEN_MAX {
                open.clear();
            }
            open.insert((dossier, compartment), (id, key.clone()));
        }
        if let Ok(mut by_id) = self.by_id.lock() {
            if by_id.len() >= OPEN_MAX {
                by_id.clear();
            }
            by_id.insert(id, key.clone());
        }
    }

    /// The key of a compartment, if it is in memory.
    #[must_use]
    pub fn cached(&self, dossier: StreamId, compartment: Compartment) -> Option<(KeyId, Secret)> {
        self.open.lock().ok()?.get(&(dossier, compartment)).cloned()
    }

    /// The key of a compartment, if there is one.
    ///
    /// # Errors
    /// If the store fails or the key does not open.
    pub async fn get(
        &self,
        store: &Store,
        dossier: StreamId,
        compartment: Compartment,
    ) -> Result<Option<(KeyId, Secret)>, Fault> {
        if let Some(found) = self.cached(dossier, compartment) {
            return Ok(Some(found));
        }
        // Row, epoch and memory are of one moment.
        let _turn = self.turn.read().await;
        let Some(row) = store.compartment_key(dossier, compartment).await? else {
            return Ok(None);
        };
        let key = self.unwrap(row.epoch, &row.id, &row.wrapped)?;
        self.remember(dossier, compartment, row.id, &key);
        Ok(Some((row.id, key)))
    }

    /// A key by its id.
    ///
    /// # Errors
    /// [`Fault::Sealed`] if it was erased.
    pub async fn by_id(&self, store: &Store, id: KeyId) -> Result<Secret, Fault> {
        if let Some(key) = self.by_id.lock().ok().and_then(|k| k.get(&id).cloned()) {
            return Ok(key);
        }
        let _turn = self.turn.read().await;
        let row = store.key(id).await?.ok_or(Fault::Sealed)?;
        let key = self.unwrap(row.epoch, &id, &row.wrapped)?;
        if let Ok(mut by_id) = self.by_id.lock() {
            if by_id.len() >= OPEN_MAX {
                by_id.clear();
            }
            by_id.insert(id, key.clone());
        }
        Ok(key)
    }

    fn unwrap(&self, epoch: Epoch, id: &KeyId, wrapped: &[u8]) -> Result<Secret, Fault> {
        let held = self.epoch.lock().map_err(|_| Fault::Sealed)?;
        if held.0 != epoch {
            return Err(Fault::Sealed);
        }
        keyring::unwrap(&held.1, epoch, id, wrapped).map_err(|_| Fault::Sealed)
    }

    /// Draws the key of a compartment; the row belongs into the transaction that first uses it.
    ///
    /// # Errors
    /// If the epoch key is not at hand.
    pub fn draw(
        &self,
        dossier: StreamId,
        compartment: Compartment,
    ) -> Result<(KeyId, Secret, store::write::TableRow), Fault> {
        let held = self.epoch.lock().map_err(|_| Fault::Sealed)?;
        let id: KeyId = seal::random::bytes();
        let key = Secret::draw();
        let wrapped = keyring::wrap(&held.1, held.0, &id, &key);
        let row = store::HouseKeyRow {
            house: self.house,
            key: store::StoredKey {
                id,
                dossier,
                compartment,
                epoch: held.0,
                wrapped,
            },
        };
        drop(held);
        Ok((id, key, row.into()))
    }

    /// Takes drawn keys over after their rows were written.
    pub fn adopt(&self, keys: &[(StreamId, Compartment, KeyId, Secret)]) {
        for (dossier, compartment, id, key) in keys {
            self.remember(*dossier, *compartment, *id, key);
        }
    }

    /// How often the epoch has changed: what was sealed under keys of another turn is sealed anew before it is written.
    pub(super) async fn turn(&self) -> tokio::sync::RwLockReadGuard<'_, u64> {
        self.turn.read().await
    }

    /// Erases compartments of a dossier: new epoch, all other keys wrapped anew, old epoch key destroyed
    /// (docs/design/security.md §2.2). Returns the epoch; where no key is left to be erased, nothing changes.
    ///
    /// Meanwhile nobody writes: a key that was drawn under the old epoch and written behind the wrapping would be lost.
    ///
    /// # Errors
    /// If store or files fail; the old epoch key is destroyed last, so nothing is lost on the way, and it can be tried again.
    pub async fn erase(
        &self,
        store: &Store,
        dossier: StreamId,
        compartments: &[Compartment],
    ) -> Result<Epoch, Fault> {
        if compartments.contains(&Compartment::Frame) {
            // The frame lives as long as the ledger: without it nothing could be rebuilt
            // (docs/design/security.md §2.1).
            return Err(Fault::Config(
                "the frame of a dossier is never erased".into(),
            ));
        }
        let mut turn = self.turn.write().await;
        let rows = store.keys().await?;
        *turn += u64::from(self.settle(&rows)?);
        let (old, old_key) = self.epoch.lock().map_err(|_| Fault::Sealed)?.clone();
        let is_theirs =
            |row: &StoredKey| row.dossier == dossier && compartments.contains(&row.compartment);
        if !rows.iter().any(is_theirs) {
            return Ok(old);
        }
        let (new, new_key) = (old + 1, Secret::draw());
        seal::files::write_secret_new(
            &epoch_file(&self.folder, new),
            &keyring::wrap_epoch(&self.root, &self.house, new, &new_key),
        )?;
        crate::kernel::crash::point("erase.epoch_drawn");
        let (mut erased, mut rewrapped) = (Vec::new(), Vec::new());
        for mut row in rows {
            if is_theirs(&row) {
                erased.push(row.id);
                continue;
            }
            let key =
                keyring::unwrap(&old_key, old, &row.id, &row.wrapped).map_err(|_| Fault::Sealed)?;
            row.wrapped = keyring::wrap(&new_key, new, &row.id, &key);
            row.epoch = new;
            rewrapped.push(row);
        }
        store.rewrap(&erased, &rewrapped).await?;
        crate::kernel::crash::point("erase.rewrapped");
        *turn += 1;
        self.adopt_epoch(new, new_key)?;
        self.destroy(old)?;
        Ok(new)
    }

    /// Puts right what an erasure left in this process whose end nobody saw: the database took the new keys, or it did not.
    /// Tells whether it had taken them.
    fn settle(&self, rows: &[StoredKey]) -> Result<bool, Fault> {
        let (old, _) = self.epoch.lock().map_err(|_| Fault::Sealed)?.clone();
        let new = old + 1;
        let next = epoch_file(&self.folder, new);
        if !next.exists() {
            return Ok(false);
        }
        if rows.iter().all(|row| row.epoch == old) {
            std::fs::remove_file(&next).map_err(Fault::io("cannot destroy an unused epoch key"))?;
            return Ok(false);
        }
        let file = seal::files::read_secret(&next)?;
        let key =
            keyring::open_epoch(&self.root, &self.house, new, &file).map_err(|_| Fault::Sealed)?;
        let opens = |row: &StoredKey| {
            row.epoch == new && keyring::unwrap(&key, new, &row.id, &row.wrapped).is_ok()
        };
        // Rows that differ were altered by somebody: nothing is destroyed by what they say.
        if !rows.iter().all(opens) {
            return Err(Fault::Sealed);
        }
        self.adopt_epoch(new, key)?;
        self.destroy(old)?;
        Ok(true)
    }

    fn adopt_epoch(&self, new: Epoch, key: Secret) -> Result<(), Fault> {
        *self.epoch.lock().map_err(|_| Fault::Sealed)? = (new, key);
        let (mut open, mut by_id) = (
            self.open.lock().map_err(|_| Fault::Sealed)?,
            self.by_id.lock().map_err(|_| Fault::Sealed)?,
        );
        open.clear();
        by_id.clear();
        Ok(())
    }

    fn destroy(&self, old: Epoch) -> Result<(), Fault> {
        let file = epoch_file(&self.folder, old);
        std::fs::remove_file(&file).map_err(Fault::io("cannot destroy the old epoch key"))?;
        Ok(seal::files::sync_parent(&file)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One row of the database is no reason to destroy a key: what is in use is tried on all of them.
    #[test]
    fn no_row_decides_which_epoch_is_destroyed() {
        let house = [7; 16];
        let folder = std::env::temp_dir().join(format!(
            "noroshi-keys-{}",
            seal::hex(&seal::random::bytes::<8>())
        ));
        Keys::found(&folder, house).unwrap();
        let (root, first) = {
            let keys = Keys::open(&folder, house, &[]).unwrap();
            let first = keys.epoch.lock().unwrap().1.clone();
            (keys.root, first)
        };
        let row = |n: u8, epoch: Epoch, key: &Secret| StoredKey {
            id: [n; 16],
            dossier: StreamId(uuid::Uuid::from_bytes([n; 16])),
            compartment: Compartment::Text,
            epoch,
            wrapped: keyring::wrap(key, epoch, &[n; 16], &Secret::draw()),
        };
        let second = Secret::draw();
        let file = keyring::wrap_epoch(&root, &house, 2, &second);
        seal::files::write_secret_new(&epoch_file(&folder, 2), &file).unwrap();
        let there = || [1, 2].map(|epoch| epoch_file(&folder, epoch).exists());
        // A stale or invented row, first of all.
        let rows = [row(9, 2, &second), row(1, 1, &first), row(2, 1, &first)];
        let keys = Keys::open(&folder, house, &rows).unwrap();
        assert_eq!(keys.epoch.lock().unwrap().0, 1);
        assert_eq!(there(), [true, true]);
        // Rows that say another epoch than the one they are wrapped under.
        let mut said = [row(1, 1, &first), row(2, 1, &first)];
        said.iter_mut().for_each(|row| row.epoch = 2);
        assert!(Keys::open(&folder, house, &said).is_err());
        assert_eq!(
            there(),
            [true, true],
            "nothing is destroyed by what rows say"
        );
        // A key of the erasure that was cut off while it was written.
        let whole = std::fs::read(epoch_file(&folder, 2)).unwrap();
        std::fs::write(epoch_file(&folder, 2), b"").unwrap();
        let rows = [row(1, 1, &first), row(2, 1, &first)];
        Keys::open(&folder, house, &rows).unwrap();
        assert_eq!(there(), [true, false]);
        // The database of before an erasure beside the key of after it opens nothing, and says so.
        std::fs::rename(epoch_file(&folder, 1), folder.join("kept")).unwrap();
        seal::files::write_secret_new(&epoch_file(&folder, 2), &whole).unwrap();
        assert!(Keys::open(&folder, house, &rows).is_err());
        std::fs::rename(folder.join("kept"), epoch_file(&folder, 1)).unwrap();
        std::fs::remove_file(epoch_file(&folder, 2)).unwrap();
        // The erasure went through, and the program died before the old key was destroyed.
        seal::files::write_secret_new(&epoch_file(&folder, 2), &file).unwrap();
        let rows = [row(1, 2, &second), row(2, 2, &second)];
        Keys::open(&folder, house, &rows).unwrap();
        assert_eq!(there(), [false, true]);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
