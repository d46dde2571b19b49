//! The intake key: a new one each month; the old private half goes once no letter needs it
//! (docs/design/security.md §2.5).
//!
//! Knows no letter. The portal reads the public half anew for each letter, so a key may be replaced at any time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::value::Instant;
use zeroize::Zeroizing;

use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::KEYS;

/// How long an old private half stays at the least after a new one was drawn: a letter may be on its way.
const OVERLAP: Duration = Duration::from_secs(3_600);

fn folder(dir: &Path) -> PathBuf {
    dir.join(KEYS).join("intake")
}

fn month(now: Instant) -> String {
    clock::rfc3339(now).chars().take(7).collect()
}

/// The private halves that can be read.
#[derive(Default)]
pub struct Privates {
    /// Newest first.
    pub keys: Vec<Zeroizing<[u8; 32]>>,
    /// Key files that could not be read; what opens with none of the others may belong to one of these.
    pub broken: usize,
}

/// Reads the private halves; a file that cannot be read is counted and stops nothing.
///
/// # Errors
/// If the folder of keys cannot be listed.
pub fn privates(dir: &Path) -> Result<Privates, Fault> {
    let mut paths = files(dir)?;
    paths.sort();
    let mut read = Privates::default();
    for path in paths.iter().rev() {
        let key = seal::files::read_secret(path).ok().and_then(|text| {
            let text = std::str::from_utf8(&text).ok()?;
            seal::unhex32(text.trim())
        });
        match key {
            Some(key) => read.keys.push(Zeroizing::new(key)),
            None => read.broken += 1,
        }
    }
    Ok(read)
}

fn files(dir: &Path) -> Result<Vec<PathBuf>, Fault> {
    let entries = match std::fs::read_dir(folder(dir)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Fault::io("cannot list the intake keys")(error)),
    };
    let mut out = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(Fault::io("cannot list the intake keys"))?
            .path();
        if path.extension().is_some_and(|ending| ending == "key") {
            out.push(path);
        }
    }
    Ok(out)
}

fn shown(dir: &Path) -> PathBuf {
    dir.join(KEYS).join("public").join("intake.hex")
}

/// Draws the intake key of a month and shows its public half to the portal.
///
/// # Errors
/// If a file cannot be written.
pub fn draw(dir: &Path, now: Instant) -> Result<(), Fault> {
    let (private, public) = seal::intake::draw();
    seal::files::private_folder(&folder(dir))?;
    // The private half is durable before anybody can seal to it.
    seal::files::replace(
        &folder(dir).join(format!("{}.key", month(now))),
        seal::hex(private.as_slice()).as_bytes(),
        true,
    )?;
    Ok(seal::files::replace(
        &shown(dir),
        seal::hex(&public).as_bytes(),
        false,
    )?)
}

/// Draws the key of a month that has none, and lets the portal see the newest one, whatever it saw before: a crash
/// may have come between the two.
///
/// # Errors
/// If a file cannot be read or written.
pub fn tend(dir: &Path, now: Instant) -> Result<(), Fault> {
    let current = folder(dir).join(format!("{}.key", month(now)));
    if !current
        .try_exists()
        .map_err(Fault::io("cannot look at the intake key"))?
    {
        return draw(dir, now);
    }
    let read = privates(dir)?;
    let newest = read.keys.first().ok_or(Fault::Form("intake key"))?;
    let public = seal::intake::public(newest).map_err(|_| Fault::Form("intake key"))?;
    let seen = std::fs::read_to_string(shown(dir)).ok();
    if seen.and_then(|text| seal::unhex32(text.trim())) == Some(public) {
        return Ok(());
    }
    tracing::warn!(
        code = "reception.key_shown_again",
        "the portal did not have the newest intake key"
    );
    Ok(seal::files::replace(
        &shown(dir),
        seal::hex(&public).as_bytes(),
        false,
    )?)
}

/// Destroys older halves once nobody can seal to them any more; called only while no letter lies anywhere.
///
/// # Errors
/// If a file cannot be removed.
pub fn destroy_old(dir: &Path, now: Instant) -> Result<(), Fault> {
    let current = folder(dir).join(format!("{}.key", month(now)));
    let old: Vec<PathBuf> = files(dir)?
        .into_iter()
        .filter(|path| *path < current)
        .collect();
    // Letters are on their way to the key that the portal saw last, so its file counts.
    let is_settled = [&current, &shown(dir)].into_iter().all(|path| {
        let written = std::fs::metadata(path).and_then(|facts| facts.modified());
        let age = written.ok().and_then(|written| written.elapsed().ok());
        age.is_some_and(|age| age > OVERLAP)
    });
    if old.is_empty() || !is_settled || privates(dir)?.broken > 0 {
        return Ok(());
    }
    for old in old {
        std::fs::remove_file(&old).map_err(Fault::io("cannot destroy an old intake key"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
