//! The intake key: a new one each month; the old private half goes once no letter needs it (security.md §2.5).
//!
//! Knows no letter. The portal reads the public half anew for each letter, so a key may be replaced at any time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::value::Instant;
use zeroize::Zeroizing;

use crate::house::{House, KEYS};
use crate::{Fault, clock};

/// How long an old private half stays at the least after a new one was drawn: a letter may be on its way.
const OVERLAP: Duration = Duration::from_secs(3_600);

fn folder(dir: &Path) -> PathBuf {
    dir.join(KEYS).join("intake")
}

fn month(now: Instant) -> String {
    clock::rfc3339(now).chars().take(7).collect()
}

/// The private halves, newest first.
///
/// # Errors
/// If a key file cannot be read.
pub fn privates(dir: &Path) -> Result<Vec<Zeroizing<[u8; 32]>>, Fault> {
    let mut paths = files(dir)?;
    paths.sort();
    let mut out = Vec::with_capacity(paths.len());
    for path in paths.iter().rev() {
        let text = seal::files::read_secret(path)?;
        let key = std::str::from_utf8(&text)
            .ok()
            .and_then(|text| seal::unhex32(text.trim()))
            .ok_or(Fault::Form("intake key"))?;
        out.push(Zeroizing::new(key));
    }
    Ok(out)
}

fn files(dir: &Path) -> Result<Vec<PathBuf>, Fault> {
    let entries =
        std::fs::read_dir(folder(dir)).map_err(Fault::io("cannot list the intake keys"))?;
    Ok(entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "key"))
        .collect())
}

/// Draws the intake key of a month and shows its public half to the portal.
///
/// # Errors
/// If a file cannot be written.
pub fn draw(dir: &Path, now: Instant) -> Result<(), Fault> {
    let (private, public) = seal::intake::draw();
    seal::files::private_folder(&folder(dir))?;
    // The private half is durable before anybody can seal to it.
    seal::files::write_secret_new(
        &folder(dir).join(format!("{}.key", month(now))),
        seal::hex(private.as_slice()).as_bytes(),
    )?;
    let shown = dir.join(KEYS).join("public").join("intake.hex");
    seal::files::replace(&shown, seal::hex(&public).as_bytes(), false)?;
    Ok(())
}

impl House {
    /// Draws the key of a new month, and destroys older halves if the box `is_empty`.
    pub(super) fn renew_intake_key(&self, is_empty: bool) -> Result<(), Fault> {
        let now = clock::now();
        let current = folder(&self.dir).join(format!("{}.key", month(now)));
        if !current.exists() {
            return draw(&self.dir, now);
        }
        let drawn = std::fs::metadata(&current).and_then(|facts| facts.modified());
        let is_settled = drawn
            .ok()
            .and_then(|drawn| drawn.elapsed().ok())
            .is_some_and(|age| age > OVERLAP);
        if !is_empty || !is_settled {
            return Ok(());
        }
        for old in files(&self.dir)?.into_iter().filter(|path| *path < current) {
            std::fs::remove_file(&old).map_err(Fault::io("cannot destroy an old intake key"))?;
        }
        Ok(())
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
}
