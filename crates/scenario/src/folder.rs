//! A folder for one rehearsal, in memory-backed storage where the machine has some; it goes when it is dropped.

use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::Fault;

/// Memory-backed storage of Linux.
const MEMORY: &str = "/dev/shm";
/// How often a folder is tried to be removed: what closes its files beside us may be a moment late.
const REMOVALS_MAX: u32 = 40;

/// The folder.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes a folder that nobody else has.
    ///
    /// # Errors
    /// If the machine refuses.
    pub fn make() -> Result<Folder, Fault> {
        let name = format!("noroshi-stage-{}", seal::hex(&seal::random::bytes::<8>()));
        let in_memory = Path::new(MEMORY).join(&name);
        if is_memory(&std::fs::read_to_string("/proc/mounts").unwrap_or_default())
            && seal::files::private_folder(&in_memory).is_ok()
        {
            return Ok(Folder(in_memory));
        }
        let path = std::env::temp_dir().join(name);
        seal::files::private_folder(&path)?;
        Ok(Folder(path))
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        for _ in 0..REMOVALS_MAX {
            match std::fs::remove_dir_all(&self.0) {
                Ok(()) => return,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

/// Tells by the list of mounts whether the folder is what it is on most machines.
fn is_memory(mounts: &str) -> bool {
    mounts.lines().any(|line| {
        let mut words = line.split(' ').skip(1);
        words.next() == Some(MEMORY) && words.next() == Some("tmpfs")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tmpfs_counts_as_memory() {
        assert!(is_memory("tmpfs /dev/shm tmpfs rw,nosuid 0 0\n"));
        assert!(!is_memory("/dev/sda1 /dev/shm ext4 rw 0 0\n"));
        assert!(!is_memory("tmpfs /run tmpfs rw 0 0\n"));
    }

    #[test]
    fn a_folder_goes_with_what_lies_in_it() {
        let folder = Folder::make().unwrap();
        let path = folder.path().to_owned();
        std::fs::write(path.join("file"), b"x").unwrap();
        drop(folder);
        assert!(!path.exists());
    }
}
