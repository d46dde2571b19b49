//! Where things lie: the repository, its build folder, the folder `shared` beside it.
//!
//! The project stands without `../shared`; whoever needs it asks `shared()` and
//! says so when it is not here.

use crate::problem::{Context, Outcome, Problem};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The folders of one checkout.
#[derive(Debug, Clone)]
pub struct House {
    /// The root of the repository.
    pub root: PathBuf,
    /// Cargo's build folder.
    pub target: PathBuf,
}

impl House {
    /// Finds the repository from the manifest cargo runs us for, else upwards from here.
    pub fn find() -> Outcome<Self> {
        let start = match env::var_os("CARGO_MANIFEST_DIR") {
            Some(manifest) => PathBuf::from(manifest),
            None => env::current_dir().context(|| "finding the current folder".into())?,
        };
        let root = start
            .ancestors()
            .find(|folder| folder.join("Cargo.lock").exists() && folder.join("xtask").exists())
            .ok_or_else(|| Problem::cannot_run("run this inside the repository"))?
            .to_path_buf();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// Returns the folder of logs and results of the last check.
    pub fn results(&self) -> PathBuf {
        self.target.join("check")
    }

    /// Returns the folder where the foreign judges are installed.
    pub fn judges(&self) -> PathBuf {
        self.target.join("judges")
    }

    /// Returns the Python of the judges' own environment.
    pub fn python(&self) -> PathBuf {
        self.judges().join("venv/bin/python")
    }

    /// Returns the folder `shared` beside the repository, when it is there.
    pub fn shared(&self) -> Option<PathBuf> {
        let shared = self.root.parent()?.join("shared");
        shared.is_dir().then_some(shared)
    }
}

/// Lists the files below a folder, sorted; hidden folders are entered, links are not.
pub fn files_below(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(next) = todo.pop() {
        let entries = fs::read_dir(&next).context(|| format!("reading {}", next.display()))?;
        for entry in entries {
            let entry = entry.context(|| format!("reading {}", next.display()))?;
            let kind = entry
                .file_type()
                .context(|| format!("looking at {}", entry.path().display()))?;
            if kind.is_dir() {
                todo.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a text file and names it when that fails.
pub fn read_text(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).context(|| format!("reading {}", path.display()))
}

/// Tells whether a file name ends in `.extension`.
pub fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// Looks a program up in PATH, as a shell would.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/sbin")])
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}

/// Tells whether we run as root, from the kernel's own account of us.
pub fn is_root() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| {
        status
            .lines()
            .find_map(|line| line.strip_prefix("Uid:"))
            .and_then(|ids| ids.split_whitespace().nth(1))
            == Some("0")
    })
}
