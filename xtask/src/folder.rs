//! Folders in the system's temporary directory that go with their guard.

use crate::problem::{Context, Outcome};
use std::env;
use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process;

/// A folder in the system's temporary directory that goes when this is dropped.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes a fresh one, readable by us alone.
    pub fn make(name: &str) -> Outcome<Self> {
        let path = env::temp_dir().join(format!("{name}-{}", process::id()));
        if path.exists() {
            fs::remove_dir_all(&path).context(|| format!("clearing {}", path.display()))?;
        }
        let mut builder = fs::DirBuilder::new();
        builder.mode(0o700);
        builder
            .create(&path)
            .context(|| format!("making {}", path.display()))?;
        Ok(Self(path))
    }

    /// Returns where it lies.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
