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
use store::Store;

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

    /// Opens the keys of a house.
    ///
    /// # Errors
    /// If a file is missing, open to others or does not fit.
    ///
    /// `in_use` is the epoch that the database's keys are wrapped under. After a crash within an erasure a
    /// newer epoch file may lie there unused, or the old one may not be destroyed yet: both are put right.
    pub fn open(folder: &Path, house: [u8; 16], in_use: Option<Epoch>) -> Result<Keys, Fault> {
        let mut present = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(Fault::io("cannot list the key folder"))? {
            let name = entry
                .map_err(Fault::io("cannot list the key folder"))?
                .file_name();
            present.extend(name.to_str().and_then(epoch_of));
        }
        let newest = in_use
            .or_else(|| present.iter().copied().max())
            .unwrap_or(0);
        let read = |name: &str| Ok(seal::files::read_secret(&folder.join(name))?);
        let keys = Keys::read(folder, house, newest, read)?;
        for other in present.into_iter().filter(|epoch| *epoch != newest) {
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
        in_use: Option<Epoch>,
    ) -> Result<Keys, Fault> {
        let present = files.keys().filter_map(|name| epoch_of(name));
        let newest = in_use.or_else(|| present.max()).unwrap_or(0);
        let read = |name: &str| files.get(name).cloned().ok_or(Fault::Form("key file"));
        Keys::read(Path::new(""), house, newest, read)
    }

    fn read(
        folder: &Path,
        house: [u8; 16],
        newest: Epoch,
        read: impl Fn(&str) -> Result<zeroize::Zeroizing<Vec<u8>>, Fault>,
    ) -> Result<Keys, Fault> {
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
        let wrapped = read(&epoch_name(newest))?;
        let epoch =
            keyring::open_epoch(&root, &house, newest, &wrapped).map_err(|_| Fault::Sealed)?;
        Ok(Keys {
            folder: folder.to_owned(),
            house,
            root,
            epoch: Mutex::new((newest, epoch)),
            open: Mutex::default(),
            by_id: Mutex::default(),
            codes,
        })
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

    /// Erases compartments of a dossier: new epoch, all other keys wrapped anew, old epoch key destroyed
    /// (docs/design/security.md §2.2). Returns the new epoch.
    ///
    /// # Errors
    /// If store or files fail; the old epoch key is destroyed last, so nothing is lost on the way.
    pub async fn erase(
        &self,
        store: &Store,
        dossier: StreamId,
        compartment: Compartment,
    ) -> Result<Epoch, Fault> {
        if compartment == Compartment::Frame {
            // The frame lives as long as the ledger: without it nothing could be rebuilt
            // (docs/design/security.md §2.1).
            return Err(Fault::Config(
                "the frame of a dossier is never erased".into(),
            ));
        }
        let rows = store.keys().await?;
        let (old, old_key) = self.epoch.lock().map_err(|_| Fault::Sealed)?.clone();
        let (new, new_key) = (old + 1, Secret::draw());
        seal::files::write_secret_new(
            &epoch_file(&self.folder, new),
            &keyring::wrap_epoch(&self.root, &self.house, new, &new_key),
        )?;
        crate::kernel::crash::point("erase.epoch_drawn");
        let (mut erased, mut rewrapped) = (Vec::new(), Vec::new());
        for mut row in rows {
            if row.dossier == dossier && row.compartment == compartment {
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
        *self.epoch.lock().map_err(|_| Fault::Sealed)? = (new, new_key);
        if let (Ok(mut open), Ok(mut by_id)) = (self.open.lock(), self.by_id.lock()) {
            open.clear();
            by_id.clear();
        }
        let old_file = epoch_file(&self.folder, old);
        std::fs::remove_file(&old_file).map_err(Fault::io("cannot destroy the old epoch key"))?;
        seal::files::sync_parent(&old_file)?;
        Ok(new)
    }
}
