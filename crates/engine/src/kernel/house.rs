//! A house that is open: folder, configuration, store, keys, and the states that are kept in memory.
//!
//! States are cached by stream with a bound and are always what the ledger adds up to; the cache is dropped
//! whenever another change came first. The house does not listen and does not sign.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::aggregate::Aggregate;
use domain::event::Recorded;
use domain::office::Office;
use domain::profile::Profile;
use domain::text::gate::{Classed, Form};
use domain::text::standing::Owner;
use domain::value::{BodyId, PersonId, StreamId, TextRef};
use seal::body::Place;
use store::{Location, Store, StoredRecord, compartment_code};

use crate::Awaited;
use crate::Fault;
use crate::kernel::bell::Bells;
use crate::kernel::config::Config;
use crate::kernel::context::Contexts;
use crate::kernel::kept::Kept;
use crate::kernel::keys::Keys;
use crate::kernel::states::States;
use crate::kernel::turns::Turns;

/// A stream's state with what the store knows of the stream.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub state: Arc<Aggregate>,
    pub version: u32,
    pub dossier: StreamId,
    pub realm: u8,
}

/// An open house.
pub struct House {
    pub dir: PathBuf,
    pub config: Config,
    pub store: Store,
    pub keys: Keys,
    pub contexts: Contexts,
    /// Fingerprint of the advisory key, as pages and letters show it.
    pub fingerprint: String,
    pub(crate) states: States,
    /// Whose turn it is on a dossier.
    pub turns: Turns,
    /// What nouns remember while the house runs.
    pub kept: Kept,
    /// Rung when a commit brings work.
    pub bells: Bells,
    /// The tree is to be pressed though nothing was published, as after the house's name was changed.
    pub(crate) presses_anew: std::sync::atomic::AtomicBool,
    pub(crate) tree: Mutex<(seal::record::Tree, u64)>,
    _instance: std::fs::File,
}

/// The user who may do everything.
const ROOT: u32 = 0;

/// Refuses root in a folder of another user: what is written there as root, the house could not write again.
///
/// # Errors
/// [`Fault::Config`] with what to do; if the folder cannot be looked at.
pub fn is_ours(dir: &Path) -> Result<(), Fault> {
    use std::os::unix::fs::MetadataExt;
    let owner = std::fs::metadata(dir)
        .map_err(Fault::io("cannot look at the data folder"))?
        .uid();
    // Where the system does not tell who we are, nothing is refused.
    match std::fs::metadata("/proc/self").map(|process| process.uid()) {
        Ok(us) if us == ROOT && owner != ROOT => Err(Fault::Config(format!(
            "{} belongs to user {owner}, and this is root, whose files its owner could not write; run noroshi as its owner, such as with sudo -u",
            dir.display()
        ))),
        _ => Ok(()),
    }
}

/// When the house was last found not to be held.
#[derive(Debug, Default)]
struct Free(Mutex<Option<Instant>>);

/// How long that is believed.
const FREE_FOR: Duration = Duration::from_secs(1);

/// Row of `meta` that tells by which folding names are kept ([`domain::text::fold`]).
pub const FOLDING: &str = "folding";

/// Name of the folder that holds key files.
pub const KEYS: &str = "keys";

/// The house's own clock, as a person.
pub const CLOCK: PersonId = PersonId::from_bytes([0; 16]);

impl House {
    /// Opens the house of a data folder, for this process alone.
    ///
    /// # Errors
    /// [`Fault::InUse`] if another process has it open; see [`Fault`].
    pub fn open<'a>(
        dir: &'a Path,
        location: &'a Location,
        contexts: Contexts,
    ) -> Awaited<'a, Result<House, Fault>> {
        House::opened(dir, location, contexts, None)
    }

    /// Opens a house whose secret keys lie in no folder: a backup that is tried. Names are those below `keys/house`.
    ///
    /// # Errors
    /// As [`House::open`].
    pub(super) fn open_with_keys<'a>(
        dir: &'a Path,
        location: &'a Location,
        keys: &'a KeyFiles,
    ) -> Awaited<'a, Result<House, Fault>> {
        House::opened(dir, location, Contexts::default(), Some(keys))
    }

    fn opened<'a>(
        dir: &'a Path,
        location: &'a Location,
        contexts: Contexts,
        keys: Option<&'a KeyFiles>,
    ) -> Awaited<'a, Result<House, Fault>> {
        Box::pin(async move {
            let config = Config::read(dir)?;
            is_ours(dir)?;
            // Also of a house that was founded under a wide mask; `public` is for whoever serves it.
            for name in ["press", "box", "mail", "run"] {
                seal::files::private_folder(&dir.join(name))?;
            }
            let instance = lock(dir)?;
            let store = Store::open(location).await?;
            let id = store.house();
            let wrapped = store.keys().await?;
            let keys = match keys {
                Some(files) => Keys::in_memory(files, id, &wrapped)?,
                None => Keys::open(&dir.join(KEYS).join("house"), id, &wrapped)?,
            };
            let certificate = dir.join(KEYS).join("public").join("advisory.asc");
            let certificate = std::fs::read(&certificate)
                .map_err(Fault::io("cannot read the advisory key's certificate"))?;
            let fingerprint = seal::openpgp::Certificate::read(&certificate)
                .map_err(|_| Fault::Form("certificate"))?
                .fingerprint();
            let house = House {
                dir: dir.to_owned(),
                config,
                store,
                keys,
                contexts,
                fingerprint,
                states: States::default(),
                turns: Turns::default(),
                kept: Kept::default(),
                bells: Bells::default(),
                presses_anew: std::sync::atomic::AtomicBool::new(false),
                tree: Mutex::new((seal::record::Tree::default(), 0)),
                _instance: instance,
            };
            house.show_id()?;
            house.refold().await?;
            Ok(house)
        })
    }

    /// Folds anew what is kept folded, where another program folded it.
    async fn refold(&self) -> Result<(), Fault> {
        let own = [domain::text::fold::FOLDING];
        if self.store.meta(FOLDING).await?.as_deref() == Some(&own) {
            return Ok(());
        }
        self.rebuild().await?;
        Ok(self.store.set_meta(FOLDING, &own).await?)
    }

    /// Writes down the house's id where the portal reads it: receipts are bound to it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn show_id(&self) -> Result<(), Fault> {
        let shown = self.dir.join(KEYS).join("public").join("house.hex");
        if !shown.exists() {
            seal::files::replace(&shown, seal::hex(&self.id()).as_bytes(), false)?;
        }
        Ok(())
    }

    /// Id of the house.
    #[must_use]
    pub fn id(&self) -> [u8; 16] {
        self.store.house()
    }

    /// The stream of the house itself.
    #[must_use]
    pub fn stream(&self) -> StreamId {
        StreamId(uuid::Uuid::from_bytes(self.id()))
    }

    /// The policy profile in force.
    #[must_use]
    pub fn profile(&self) -> &'static Profile {
        Profile::by_key(&self.config.profile).unwrap_or(&domain::profile::PROFILES[0])
    }

    /// The clocks that run here, on the calendar of the profile.
    #[must_use]
    pub fn office(&self) -> Office {
        Office::of(self.profile())
    }

    /// Tells whether nothing may leave: the house was restored or copied (docs/design/security.md §2.24).
    ///
    /// # Errors
    /// If the store fails.
    pub async fn held(&self) -> Result<Option<String>, Fault> {
        if let Some(why) = self.store.meta("held").await?.filter(|v| !v.is_empty()) {
            return Ok(Some(String::from_utf8_lossy(&why).into_owned()));
        }
        let known = self.store.meta("instance").await?.unwrap_or_default();
        let same = !known.is_empty() && known == instance_mark(&self.dir)?.as_bytes();
        Ok((!same).then(|| "this folder and this database do not belong together: one of them was copied or moved".to_owned()))
    }

    /// Refuses while the house is held.
    ///
    /// # Errors
    /// [`Fault::Held`].
    pub async fn not_held(&self) -> Result<(), Fault> {
        if self.held().await?.is_some() {
            Err(Fault::Held)
        } else {
            Ok(())
        }
    }

    /// As [`House::not_held`], looked at once a second at the most: every command asks.
    pub(crate) async fn not_held_lately(&self) -> Result<(), Fault> {
        let lately = self.kept.of::<Free>();
        let is_known = |at: &Option<Instant>| at.is_some_and(|at| at.elapsed() < FREE_FOR);
        if is_known(&lately.0.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(());
        }
        self.not_held().await?;
        *lately.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Ok(())
    }

    /// The state of a stream.
    ///
    /// # Errors
    /// If the store fails or a record cannot be read.
    pub fn load(&self, stream: StreamId) -> Awaited<'_, Result<Option<Loaded>, Fault>> {
        Box::pin(async move {
            if let Some(found) = self.states.get(stream) {
                return Ok(Some(found));
            }
            let began = self.states.begin();
            let records = self.store.stream(stream).await?;
            let Some(first) = records.first() else {
                return Ok(None);
            };
            let dossier = match self.store.stream_facts(stream).await? {
                Some((_, dossier, _)) => dossier,
                None => stream,
            };
            let realm = first.header.realm.code();
            let mut state: Option<Aggregate> = None;
            let mut version = 0;
            for record in &records {
                let recorded = self.read(record, dossier).await?;
                match &mut state {
                    None => {
                        state = Some(
                            Aggregate::begin(stream, &recorded)
                                .ok_or(Fault::Form("first event"))?,
                        )
                    }
                    Some(state) => state.apply(&recorded),
                }
                version = record.header.version;
            }
            let Some(state) = state else { return Ok(None) };
            let loaded = Loaded {
                state: Arc::new(state),
                version,
                dossier,
                realm,
            };
            self.states.keep(stream, loaded.clone(), began);
            Ok(Some(loaded))
        })
    }

    /// Opens the payload of a record.
    ///
    /// # Errors
    /// [`Fault::Sealed`] if its key is gone, [`Fault::Form`] if this program does not know the event.
    pub async fn read(&self, record: &StoredRecord, dossier: StreamId) -> Result<Recorded, Fault> {
        let key = self.keys.by_id(&self.store, record.header.key).await?;
        let place = payload_place(
            self.id(),
            dossier,
            StreamId(uuid::Uuid::from_bytes(record.header.stream)),
        );
        let bytes =
            seal::body::open_payload(key.bytes(), &place, record.header.version, &record.payload)
                .map_err(|_| Fault::Sealed)?;
        serde_json::from_slice(&bytes).map_err(|_| Fault::Form("event"))
    }

    /// What has happened in a stream, in order.
    ///
    /// # Errors
    /// If the store fails or a record cannot be read.
    pub async fn happened(&self, stream: StreamId) -> Result<Vec<Recorded>, Fault> {
        let dossier = match self.store.stream_facts(stream).await? {
            Some((_, dossier, _)) => dossier,
            None => stream,
        };
        let records = self.store.stream(stream).await?;
        let mut out = Vec::with_capacity(records.len());
        for record in &records {
            out.push(self.read(record, dossier).await?);
        }
        Ok(out)
    }

    /// Opens a text, for the gate to let out.
    ///
    /// # Errors
    /// [`Fault::Sealed`] if its compartment was erased.
    pub async fn text(&self, text: &TextRef, owner: Owner) -> Result<Classed, Fault> {
        classed(text, owner, self.body(text.body).await?)
    }

    /// Opens a body, such as a document of a plan; a text is opened by [`House::text`].
    ///
    /// # Errors
    /// As [`House::text`].
    pub fn body(&self, id: BodyId) -> Awaited<'_, Result<Vec<u8>, Fault>> {
        Box::pin(async move {
            let row = self.store.body(id).await?.ok_or(Fault::Sealed)?;
            let key = self.keys.by_id(&self.store, row.key).await?;
            let place = Place {
                house: self.id(),
                dossier: row.dossier.bytes(),
                compartment: compartment_code(row.compartment),
                id: id.bytes(),
            };
            seal::body::open(key.bytes(), &place, &row.sealed).map_err(|_| Fault::Sealed)
        })
    }

    /// The house's own state.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn own(&self) -> Result<domain::party::House, Fault> {
        match self.load(self.stream()).await?.map(|l| l.state) {
            Some(state) => match &*state {
                Aggregate::House(house) => Ok(house.clone()),
                _ => Err(Fault::Form("house")),
            },
            None => Err(Fault::Form("house")),
        }
    }
}

/// Files of secret keys, by their names below `keys/house`, in memory.
pub(super) type KeyFiles = std::collections::HashMap<String, zeroize::Zeroizing<Vec<u8>>>;

/// What a house knows its folder by: the random mark in it, where that file lies, and on which machine. A copy
/// of the folder has another mark, even beside a copy of the database.
///
/// # Errors
/// If the mark cannot be read.
pub fn instance_mark(dir: &Path) -> Result<String, Fault> {
    use std::os::unix::fs::MetadataExt;
    let path = dir.join("instance");
    let text =
        std::fs::read_to_string(&path).map_err(Fault::io("cannot read the folder's mark"))?;
    let inode = std::fs::metadata(&path)
        .map_err(Fault::io("cannot read the folder's mark"))?
        .ino();
    let machine = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
    let mark = seal::canon::Canon::of("noroshi/instance/1")
        .bytes(text.trim().as_bytes())
        .u64(inode)
        .bytes(machine.trim().as_bytes());
    Ok(seal::hex(&mark.hash()))
}

/// The words of an opened body with what they are.
pub(crate) fn classed(text: &TextRef, owner: Owner, bytes: Vec<u8>) -> Result<Classed, Fault> {
    let words = String::from_utf8(bytes).map_err(|_| Fault::Form("text"))?;
    Ok(Classed::new(text.class, owner, Form::Body, words))
}

/// Where a payload belongs.
#[must_use]
pub fn payload_place(house: [u8; 16], dossier: StreamId, stream: StreamId) -> Place {
    Place {
        house,
        dossier: dossier.bytes(),
        compartment: compartment_code(domain::text::class::Compartment::Frame),
        id: stream.bytes(),
    }
}

/// Takes the folder for this process; the lock goes with the process.
///
/// # Errors
/// [`Fault::InUse`] if another process holds it; those of [`is_ours`].
pub fn lock(dir: &Path) -> Result<std::fs::File, Fault> {
    is_ours(dir)?;
    let path = dir.join("lock");
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(Fault::io(format!("cannot open {}", path.display())))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(Fault::InUse),
        Err(std::fs::TryLockError::Error(source)) => Err(Fault::Io {
            doing: "cannot lock the data folder".into(),
            source,
        }),
    }
}
