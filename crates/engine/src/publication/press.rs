//! The press: the public tree as a function of ledger, stored documents and program version.
//!
//! Documents and signatures are stored bytes and are copied; pages, lists and feeds are made from them. Bytes
//! lie content-addressed in `DIR/press/objects`; `DIR/press/manifest` says which path shows which object and
//! is replaced in one rename: that is the swap. `DIR/public` is then made equal to the manifest by hard
//! links, for other web servers, mirrors and sticks. Nothing of a release is here before it is recorded as
//! published. Pressing twice gives the same bytes; a press after a crash finishes what was begun.

pub mod objects;
pub mod tree;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering;

use crate::Awaited;
use crate::Fault;
use crate::kernel::house::House;
use objects::{Entry, Manifest};

/// What a press did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pressed {
    pub files: usize,
    pub changed: usize,
    pub advisories: usize,
}

/// Name of the manifest.
pub const MANIFEST: &str = "manifest";
/// The one before it, which a portal may still serve.
const MANIFEST_BEFORE: &str = "manifest.before";

/// Keeps a file under a second name, which stays what it is when the first is put anew: a link, since it is long.
fn keep(folder: &Path, name: &str, second: &str) -> Result<(), Fault> {
    let (from, to) = (folder.join(name), folder.join(second));
    if !from.exists() {
        return Ok(());
    }
    let fault = || Fault::io("cannot keep the press manifest");
    let temporary = folder.join(format!("{second}.tmp"));
    let _ = std::fs::remove_file(&temporary);
    if std::fs::hard_link(&from, &temporary).is_err() {
        std::fs::copy(&from, &temporary).map_err(fault())?;
    }
    std::fs::rename(&temporary, &to).map_err(fault())?;
    // Where both are links to one file already, a rename does nothing and leaves the first behind.
    let _ = std::fs::remove_file(&temporary);
    Ok(())
}

impl House {
    /// Presses the public tree and tells the portal.
    ///
    /// # Errors
    /// What failed; the tree that stood before still stands.
    pub fn press(&self) -> Awaited<'_, Result<Pressed, Fault>> {
        Box::pin(async move {
            self.not_held().await?;
            let folder = self.dir.join("press");
            let old = Manifest::read(&folder.join(MANIFEST))?;
            let tree = self.whole(&old, &folder).await?;
            crate::kernel::crash::point("press.objects_written");
            let advisories = tree.advisories;
            let mut manifest = Manifest {
                generation: old.generation + 1,
                stamp: tree.stamp,
                entries: tree.entries,
            };
            self.seal_sums(&folder, &mut manifest).await?;
            crate::kernel::crash::point("press.signed");
            let changed = manifest
                .entries
                .iter()
                .filter(|(path, entry)| old.entries.get(*path) != Some(entry))
                .count();
            let is_new = changed > 0
                || manifest.entries.len() != old.entries.len()
                || manifest.stamp != old.stamp;
            // Read before it is written anew, and only where it is asked: a manifest is as long as the tree.
            let before = if is_new && objects::is_swept(manifest.generation) {
                Some(Manifest::read(&folder.join(MANIFEST_BEFORE))?)
            } else {
                None
            };
            if is_new {
                keep(&folder, MANIFEST, MANIFEST_BEFORE)?;
                seal::files::replace(&folder.join(MANIFEST), manifest.to_text().as_bytes(), false)?;
                crate::kernel::crash::point("press.swapped");
            }
            objects::materialise(&folder, &self.dir.join("public"), &old, &manifest)?;
            crate::kernel::crash::point("press.materialised");
            if let Some(portal) = &self.contexts.portal {
                match portal.tell(&[b"reload"]) {
                    // One that is started anew begins with the newest tree.
                    Err(_) if self.contexts.are_kept => {}
                    told => told?,
                }
            }
            // One press at a time writes there, and what it wrote is named by now. All is out: what is left is removed later.
            if let Some(before) = &before
                && let Err(error) = objects::sweep(&folder, [before, &old, &manifest])
            {
                tracing::warn!(
                    code = error.code(),
                    "objects that nothing names were not removed"
                );
            }
            Ok(Pressed {
                files: manifest.entries.len(),
                changed,
                advisories,
            })
        })
    }

    /// Has the tree pressed in the next round where what stands was pressed with another configuration, or by another
    /// program; returns whether it will be.
    ///
    /// # Errors
    /// If the manifest cannot be read.
    pub fn press_if_changed(&self) -> Result<bool, Fault> {
        let stands = Manifest::read(&self.dir.join("press").join(MANIFEST))?.stamp;
        let site = self.config.site(self.fingerprint.clone());
        let is_due = stands != tree::stamp(&self.config, &site);
        if is_due {
            self.presses_anew.store(true, Ordering::Relaxed);
        }
        Ok(is_due)
    }

    /// Builds the tree of one moment. A publication that is recorded while it is built would stand in a part of it
    /// only, so it is built again; as each further time needs a further publication, that ends.
    async fn whole(&self, old: &Manifest, folder: &Path) -> Result<tree::Tree, Fault> {
        let mut leaves = self.store.leaves().await?.len();
        loop {
            let tree = tree::build(self, old, folder).await?;
            let before = std::mem::replace(&mut leaves, self.store.leaves().await?.len());
            if leaves == before {
                return Ok(tree);
            }
        }
    }

    /// Adds `SHA256SUMS` and its signature by the archive log's key. The signature is stored, so that the
    /// tree can be rebuilt byte for byte; a list that was signed before keeps its signature.
    async fn seal_sums(&self, folder: &Path, manifest: &mut Manifest) -> Result<(), Fault> {
        let sums: String = manifest
            .entries
            .iter()
            .map(|(path, entry)| format!("{}  {}\n", entry.sha256, path.trim_start_matches('/')))
            .collect();
        let hash = seal::hex(&seal::sha256(sums.as_bytes()));
        let name = format!("sums/{hash}");
        let signature = match self.store.meta(&name).await? {
            Some(signature) => signature,
            None => {
                let key = seal::files::read_secret(
                    &self
                        .dir
                        .join(crate::kernel::house::KEYS)
                        .join("log")
                        .join("log.pgp"),
                )?;
                let key = seal::openpgp::SigningKey::read(&key)
                    .map_err(|_| Fault::Form("archive log key"))?;
                let signature = key
                    .detached(
                        sums.as_bytes(),
                        crate::kernel::clock::system_time(crate::kernel::clock::now()),
                    )
                    .map_err(|_| Fault::Form("archive log key"))?;
                self.store.set_meta(&name, &signature).await?;
                signature
            }
        };
        let newest = manifest
            .entries
            .values()
            .map(|e| e.mtime)
            .max()
            .unwrap_or(0);
        for (path, bytes) in [
            ("/SHA256SUMS", sums.into_bytes()),
            ("/SHA256SUMS.asc", signature),
        ] {
            let entry = objects::store(folder, &bytes, newest, false, &BTreeMap::new())?;
            manifest.entries.insert(path.to_owned(), entry);
        }
        Ok(())
    }

    /// Presses into another folder, from ledger and stored signatures alone, reusing nothing.
    ///
    /// # Errors
    /// If the folder exists, or what failed.
    pub fn press_out<'a>(&'a self, out: &'a Path) -> Awaited<'a, Result<Pressed, Fault>> {
        Box::pin(async move {
            if out.exists()
                && std::fs::read_dir(out)
                    .map_err(Fault::io("cannot list the folder"))?
                    .next()
                    .is_some()
            {
                return Err(Fault::Config(format!(
                    "{} is not empty; choose a new folder",
                    out.display()
                )));
            }
            let work = self
                .dir
                .join("press")
                .join("staging")
                .join(seal::hex(&seal::random::bytes::<16>()));
            seal::files::private_folder(&work)?;
            let pressed = self.pressed_into(&work, out).await;
            let cleared = std::fs::remove_dir_all(&work)
                .map_err(Fault::io("cannot clear the staging folder"));
            let pressed = pressed?;
            cleared?;
            Ok(pressed)
        })
    }

    async fn pressed_into(&self, work: &Path, out: &Path) -> Result<Pressed, Fault> {
        let empty = Manifest::default();
        let tree = self.whole(&empty, work).await?;
        let advisories = tree.advisories;
        let mut manifest = Manifest {
            generation: 1,
            stamp: tree.stamp,
            entries: tree.entries,
        };
        self.seal_sums(work, &mut manifest).await?;
        let files = manifest.entries.len();
        objects::materialise(work, out, &empty, &manifest)?;
        Ok(Pressed {
            files,
            changed: files,
            advisories,
        })
    }
}

/// Lines of a manifest by path.
pub type Entries = BTreeMap<String, Entry>;
