//! Backup and restore: data and keys as two files, both sealed to the recovery key
//! (docs/design/security.md §2.1, §2.24).
//!
//! A backup is taken while the house runs. A restored house starts *held*: nothing leaves, no clock fires,
//! until a person has compared it with the archive log and the signer's journal and says `resume`. A trial
//! restore cannot be resumed. The data file is the store's own copy form, so it moves between engines.

use std::fs::File;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use seal::files::Growing;
use seal::recovery::{RecoveryError, Sealing};
use store::{Location, Store, StoreError};

use crate::Awaited;
use crate::Fault;
use crate::kernel::house::{KEYS, KeyFiles};

mod reading;
mod signed;
mod trial;

pub use trial::verify;

use reading::{DataFile, hash_of};
pub use signed::Trust;

/// First line of a data file, inside the seal.
const DATA: &[u8] = b"noroshi/backup-data/1\n";
/// First line of a key file, inside the seal.
const KEY_FILE: &[u8] = b"noroshi/backup-keys/1\n";
/// Largest key file of a backup: 1 GiB. Its largest part is the signer's journal.
const KEY_BYTES_MAX: u64 = 1 << 30;

/// What a backup or its trial holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BackedUp {
    pub data: PathBuf,
    pub keys: PathBuf,
    /// The signature over both.
    pub signature: PathBuf,
    /// Fingerprint of the key that signed it; empty of one that nobody signed.
    pub signed_by: String,
    pub records: u64,
    pub root: String,
    pub number: u64,
    /// What of the house's own record is not as it was written: then an earlier backup may be the better one.
    pub amiss: Vec<String>,
}

/// Findings that a backup tells; `ledger verify` names all.
const TOLD_MAX: usize = 20;

/// What of a chain and of the rows beside it is not as it was recorded.
async fn amiss(store: &Store, chain: &store::maintain::Chain) -> Result<Vec<String>, Fault> {
    let rows = store.walk_rows().await?.findings;
    let broken = chain.broken.iter().map(ToString::to_string);
    let rows = rows.iter().map(ToString::to_string);
    Ok(broken.chain(rows).take(TOLD_MAX).collect())
}

fn recovery_public(dir: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(dir.join(KEYS).join("backup").join("recovery.pub"))
        .map_err(Fault::io("cannot read the public half of the recovery key"))
}

/// Files of the key folder that a restored house needs, with their paths below the data folder. Approval
/// passwords of demo and replay are among them; the recovery secret is nowhere.
fn key_files(dir: &Path) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let mut out = Vec::new();
    let mut folders = vec![
        dir.join(KEYS),
        dir.join(crate::kernel::context::service::SIGN),
    ];
    while let Some(folder) = folders.pop() {
        if !folder.exists() {
            continue;
        }
        for entry in std::fs::read_dir(&folder).map_err(Fault::io("cannot list the key folder"))? {
            let path = entry
                .map_err(Fault::io("cannot list the key folder"))?
                .path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path
                .strip_prefix(dir)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            out.push((
                name,
                std::fs::read(&path).map_err(Fault::io("cannot read a key file"))?,
            ));
        }
    }
    out.push((
        crate::kernel::config::FILE.to_owned(),
        std::fs::read(dir.join(crate::kernel::config::FILE))
            .map_err(Fault::io("cannot read the configuration"))?,
    ));
    out.sort();
    Ok(out)
}

fn frame(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn unframe<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = input.split_first_chunk::<8>()?;
    let (bytes, rest) =
        rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
    *input = rest;
    Some(bytes)
}

/// Writes `FILE.data.age`, `FILE.keys.age` and, last, `FILE.backup.asc`: the archive log's key says that the two belong
/// together.
///
/// # Errors
/// If a file exists or cannot be written.
pub fn backup<'a>(
    dir: &'a Path,
    store: &'a Store,
    file: &'a Path,
) -> Awaited<'a, Result<BackedUp, Fault>> {
    Box::pin(async move {
        crate::kernel::house::is_ours(dir)?;
        let to = recovery_public(dir)?;
        let [data_file, key_file, signature] = files_of(file);
        let _turn = turn(dir)?;
        for path in [&data_file, &key_file, &signature] {
            if path.exists() {
                return Err(Fault::Config(format!(
                    "{} exists; choose another name",
                    path.display()
                )));
            }
            // One that was cut off left what it had; none is being made now.
            Growing::sweep(path);
        }
        // Keys and journal first: the data may then be newer than the journal, never older.
        let files = key_files(dir)?;
        let sealing = |path: &Path| -> Result<Sealing<Growing>, Fault> {
            Sealing::begin(to.trim(), Growing::begin(path, true)?).map_err(sealed)
        };
        let mut data = sealing(&data_file)?;
        data.write_all(DATA).map_err(writing(&data_file))?;
        let records = store.dump(&mut data).await?;
        let number = made(store).await? + 1;
        let mut plain = zeroize::Zeroizing::new(KEY_FILE.to_vec());
        frame(&mut plain, &number.to_be_bytes());
        for (name, bytes) in files {
            frame(&mut plain, name.as_bytes());
            frame(&mut plain, &bytes);
        }
        let mut keys = sealing(&key_file)?;
        keys.write_all(&plain).map_err(writing(&key_file))?;
        // The house goes on meanwhile: the root is that of the records which are in the copy.
        let chain = store.walk_chain(&[records]).await?;
        let root = match chain.roots.first() {
            Some((_, root)) => root,
            None => &chain.root,
        };
        // What cannot be compared is copied all the same, and said.
        let amiss = amiss(store, &chain).await.unwrap_or_else(|fault| {
            vec![format!("what is recorded could not be compared: {fault}")]
        });
        let data = data.finish().map_err(sealed)?.settle()?;
        let keys = keys.finish().map_err(sealed)?.settle()?;
        let signed = signed::Signed {
            house: seal::hex(&store.house()),
            number,
            records,
            root: seal::hex(root),
            data: seal::hex(&data.sha256),
            keys: seal::hex(&keys.sha256),
        };
        let text = signed.sign(dir)?;
        let hashes = [(&*data_file, data.sha256), (&*key_file, keys.sha256)];
        // All of it lies on the disk; the signature gets its name last.
        data.name_new()?;
        keys.name_new()?;
        let mut signed_file = Growing::begin(&signature, true)?;
        signed_file.write_all(&text).map_err(writing(&signature))?;
        signed_file.settle()?.name_new()?;
        store.set_meta("key-backup", &number.to_be_bytes()).await?;
        let (_, signed_by) =
            signed::look(&signature, hashes, Trust::default())?.ok_or(Fault::Form("backup"))?;
        Ok(BackedUp {
            data: data_file,
            keys: key_file,
            signature,
            signed_by,
            records,
            root: signed.root,
            number,
            amiss,
        })
    })
}

/// Number of the last backup of keys; 0 before the first.
///
/// # Errors
/// If the store fails.
pub async fn made(store: &Store) -> Result<u64, Fault> {
    let number = store.meta("key-backup").await?;
    Ok(number
        .and_then(|v| v.try_into().ok())
        .map_or(0, u64::from_be_bytes))
}

/// One backup of a house at a time: each has a number of its own.
///
/// # Errors
/// [`Fault::Config`] while one is being made.
pub(crate) fn turn(dir: &Path) -> Result<File, Fault> {
    let path = dir.join(KEYS).join("backup").join("recovery.pub");
    let file = File::open(&path).map_err(cannot_open(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(Fault::Config(
            "another backup of this house is being made; wait until it is done".into(),
        )),
        Err(std::fs::TryLockError::Error(source)) => Err(Fault::Io {
            doing: "cannot take turns with another backup".into(),
            source,
        }),
    }
}

fn sealed(error: RecoveryError) -> Fault {
    match error {
        RecoveryError::Io(source) => Fault::Io {
            doing: "cannot write the backup".into(),
            source,
        },
        other => Fault::Config(other.to_string()),
    }
}

fn writing(path: &Path) -> impl FnOnce(std::io::Error) -> Fault + use<> {
    Fault::io(format!("cannot write {}", path.display()))
}

/// Data, keys and signature of a backup.
fn files_of(file: &Path) -> [PathBuf; 3] {
    ["data.age", "keys.age", "backup.asc"].map(|ending| with_ending(file, ending))
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    file.with_file_name(name)
}

fn cannot_open(path: &Path) -> impl FnOnce(std::io::Error) -> Fault + use<> {
    Fault::io(format!("cannot open {}", path.display()))
}

/// What keeps the data of a backup from being read, in words for whoever restores.
fn unread(error: std::io::Error) -> Fault {
    match error.kind() {
        std::io::ErrorKind::Other => Fault::Config(error.to_string()),
        _ => Fault::Config("the backup was changed or is incomplete".into()),
    }
}

/// The same, where the store read it.
fn unloaded(error: StoreError) -> Fault {
    match error {
        StoreError::Copy {
            doing: "reading",
            source,
        } => unread(source),
        other => other.into(),
    }
}

fn open(
    path: &Path,
    sealed_bytes: &[u8],
    secret: &str,
    head: &[u8],
) -> Result<zeroize::Zeroizing<Vec<u8>>, Fault> {
    let mut plain = zeroize::Zeroizing::new(Vec::new());
    let opened = seal::recovery::open(secret, sealed_bytes).map_err(sealed)?;
    opened
        .take(KEY_BYTES_MAX)
        .read_to_end(&mut plain)
        .map_err(|_| Fault::Config("the backup was changed or is incomplete".into()))?;
    plain
        .strip_prefix(head)
        .map(|rest| zeroize::Zeroizing::new(rest.to_vec()))
        .ok_or_else(|| Fault::Config(format!("{} is no backup of this kind", path.display())))
}

/// Why a trial is held.
pub const TRIAL: &str = "trial restore: it cannot be resumed";
/// Why a restored house is held.
pub const RESTORED: &str = "restored from a backup";

/// Restores a backup into an empty folder. The house starts held; a trial cannot be resumed.
///
/// # Errors
/// If the folder is in use, the files are not those that were signed, the secret does not open them, or the chain in them is
/// broken. Then what was written into the folder is gone again, so that nothing half restored looks like a house; a database
/// beside it keeps its rows.
pub fn restore<'a>(
    file: &'a Path,
    secret: &'a str,
    into: &'a Path,
    location: &'a Location,
    trial: bool,
    trust: Trust<'a>,
) -> Awaited<'a, Result<BackedUp, Fault>> {
    let goal = if trial { Goal::Trial } else { Goal::House };
    into_empty(file, secret, into, location, goal, trust)
}

/// What a backup is restored for.
enum Goal<'a> {
    /// To go on as the house.
    House,
    /// To be looked at; it never goes on.
    Trial,
    /// To see whether it could be: secret files are written nowhere, and the house's own keys are put here.
    Memory(&'a mut KeyFiles),
}

/// As [`restore`].
fn into_empty<'a>(
    file: &'a Path,
    secret: &'a str,
    into: &'a Path,
    location: &'a Location,
    goal: Goal<'a>,
    trust: Trust<'a>,
) -> Awaited<'a, Result<BackedUp, Fault>> {
    Box::pin(async move {
        if into.exists()
            && std::fs::read_dir(into)
                .map_err(Fault::io("cannot list the folder"))?
                .next()
                .is_some()
        {
            return Err(Fault::Config(format!(
                "{} is not empty; choose a new folder",
                into.display()
            )));
        }
        let was_there = into.exists();
        let mut has_begun = false;
        let restored = restored(file, secret, into, location, goal, trust, &mut has_begun).await;
        if restored.is_err() && has_begun {
            emptied(into, was_there);
        }
        restored
    })
}

/// Takes out of a folder what a restore that failed wrote: it was empty before, or not there. A folder that was given stays,
/// and what cannot be removed hides no error.
fn emptied(into: &Path, was_there: bool) {
    if !was_there {
        let _ = std::fs::remove_dir_all(into);
        return;
    }
    for entry in std::fs::read_dir(into).into_iter().flatten().flatten() {
        let path = entry.path();
        let _ = if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            std::fs::remove_dir_all(path)
        } else {
            std::fs::remove_file(path)
        };
    }
}

/// As [`restore`]; `has_begun` tells whether anything of this backup was written into the folder.
fn restored<'a>(
    file: &'a Path,
    secret: &'a str,
    into: &'a Path,
    location: &'a Location,
    mut goal: Goal<'a>,
    trust: Trust<'a>,
    has_begun: &'a mut bool,
) -> Awaited<'a, Result<BackedUp, Fault>> {
    Box::pin(async move {
        let [data_file, key_file, signature] = files_of(file);
        // Before anything is opened.
        signed::is_there(&signature, trust)?;
        let keys = std::fs::read(&key_file).map_err(cannot_open(&key_file))?;
        let hash = hash_of(&data_file)?;
        // The keys that are opened are the bytes that were hashed; the data is hashed again while it is read.
        let hashes = [(&*data_file, hash), (&*key_file, seal::sha256(&keys))];
        let signed = signed::look(&signature, hashes, trust)?;
        let data = DataFile::of(&data_file, secret);
        let opened = || data.open().map_err(unread);
        let house = store::maintain::house_of(opened()?).map_err(unloaded)?;
        let keys = open(&key_file, &keys, secret, KEY_FILE)?;
        let form = || Fault::Config("the key file of the backup has another form".into());
        let mut input = keys.as_slice();
        let number = unframe(&mut input)
            .and_then(|n| n.try_into().ok())
            .map(u64::from_be_bytes)
            .ok_or_else(form)?;
        seal::files::private_folder(into)?;
        while !input.is_empty() {
            let name = unframe(&mut input)
                .and_then(|n| std::str::from_utf8(n).ok())
                .ok_or_else(form)?;
            let bytes = unframe(&mut input).ok_or_else(form)?;
            let relative = Path::new(name);
            if relative
                .components()
                .any(|c| !matches!(c, std::path::Component::Normal(_)))
            {
                return Err(form());
            }
            if let Goal::Memory(kept) = &mut goal
                && trial::is_secret(relative)
            {
                if let Ok(name) = relative.strip_prefix(Path::new(KEYS).join("house"))
                    && let Some(name) = name.to_str()
                {
                    kept.insert(name.to_owned(), zeroize::Zeroizing::new(bytes.to_vec()));
                }
                continue;
            }
            let path = into.join(relative);
            seal::files::private_folder(path.parent().unwrap_or(into))?;
            seal::files::write_secret_new(&path, bytes)?;
            *has_begun = true;
        }
        let is_other =
            |signed: &signed::Signed| signed.house != seal::hex(&house) || signed.number != number;
        if signed.as_ref().is_some_and(|(signed, _)| is_other(signed)) {
            return Err(form());
        }
        let store = Store::create(location, house).await?;
        let source = || {
            data.open().map_err(|source| StoreError::Copy {
                doing: "reading",
                source,
            })
        };
        store.load_from(Box::new(source)).await.map_err(unloaded)?;
        // The folder's own mark is new, so that the copy and its origin can never run as one.
        seal::files::replace(
            &into.join("instance"),
            seal::hex(&seal::random::bytes::<16>()).as_bytes(),
            false,
        )?;
        let is_trial = !matches!(goal, Goal::House);
        let why = if is_trial { TRIAL } else { RESTORED };
        store.set_meta("held", why.as_bytes()).await?;
        if data.read_out().map_err(unread)? != hash {
            return Err(Fault::Config(format!(
                "{} was changed while it was read",
                data_file.display()
            )));
        }
        let chain = store.walk_chain(&[]).await?;
        if let Some(broken) = chain.broken {
            return Err(Fault::Config(format!(
                "the ledger in the backup is broken: {broken}"
            )));
        }
        let amiss = amiss(&store, &chain).await?;
        // A trial is for looking at what is amiss, too; whoever asks whether it could be restored is told that it holds it.
        let is_asked = matches!(goal, Goal::Memory(_));
        if let Some(first) = amiss.first().filter(|_| is_asked) {
            return Err(Fault::Config(format!(
                "not all that lies in the backup is as the ledger recorded it: {first}"
            )));
        }
        let root = seal::hex(&chain.root);
        if let Some((signed, _)) = &signed
            && (signed.records, &signed.root) != (chain.records, &root)
        {
            return Err(Fault::Config(format!(
                "the ledger in the backup has {} records and root {root}, and what was signed {} and {}",
                chain.records, signed.records, signed.root
            )));
        }
        Ok(BackedUp {
            data: data_file,
            keys: key_file,
            signature,
            signed_by: signed.map(|(_, by)| by).unwrap_or_default(),
            records: chain.records,
            root,
            number,
            amiss,
        })
    })
}

/// The SQLite file of a data folder.
#[must_use]
pub fn store_file(dir: &Path) -> PathBuf {
    dir.join("noroshi.db")
}
