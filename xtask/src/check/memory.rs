//! Houses of tests in memory: the check starts itself anew with a TMPDIR that no disk holds.
//!
//! Hundreds of houses and a PostgreSQL cluster write and wait for a disk that has nothing to prove here: no test pulls the
//! plug. Without a TMPDIR of the caller's own, and where the system's memory folder has room, both lie there. What a killed
//! check left behind goes with the next. It knows no step.

use super::postgres;
use crate::problem::{Context, Outcome, Problem};
use crate::run;
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

const MEMORY: &str = "/dev/shm";
const PREFIX: &str = "nrs-";
/// Free room that is asked for; some 100 MiB were the most that a check was seen to hold.
const ROOM_KIB: u64 = 4 * 1024 * 1024;

/// Runs the check once more, in memory; nothing where there is no room for it or the caller has chosen a folder.
pub fn again(arguments: &[String]) -> Option<Outcome<()>> {
    if env::var_os("TMPDIR").is_some() || room(Path::new(MEMORY)) < ROOM_KIB {
        return None;
    }
    Some(within(Path::new(MEMORY), arguments))
}

fn within(memory: &Path, arguments: &[String]) -> Outcome<()> {
    sweep(memory);
    let folder = memory.join(format!("{PREFIX}{}", process::id()));
    fs::create_dir(&folder).context(|| format!("making {}", folder.display()))?;
    // Whoever runs PostgreSQL is another user, who passes through and sees nothing.
    let open = fs::set_permissions(&folder, fs::Permissions::from_mode(0o711));
    let ended = open
        .and_then(|()| env::current_exe())
        .and_then(|own| {
            let mut again = Command::new(own);
            again.arg("check").args(arguments);
            again.env("TMPDIR", &folder).status()
        })
        .context(|| "starting the check in memory".into());
    let _ = fs::remove_dir_all(&folder);
    match ended?.code() {
        Some(0) => Ok(()),
        Some(2) => Err(Problem::told_that_it_cannot_run()),
        _ => Err(Problem::told()),
    }
}

/// KiB that are free there; none if nobody can tell.
fn room(folder: &Path) -> u64 {
    let said = Command::new("df")
        .args(["-k", "--output=avail"])
        .arg(folder)
        .output();
    let said = said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned());
    let last = said
        .ok()
        .and_then(|said| said.lines().last().map(|line| line.trim().parse()));
    last.and_then(Result::ok).unwrap_or_default()
}

/// Removes what checks left behind that are gone.
fn sweep(memory: &Path) {
    for folder in left_behind(memory) {
        postgres::sweep(&folder);
        let _ = fs::remove_dir_all(&folder);
    }
}

fn left_behind(memory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(memory).into_iter().flatten().flatten();
    let of_nobody = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        let owner = name.and_then(|name| name.strip_prefix(PREFIX)?.parse().ok());
        owner.is_some_and(|owner: u32| !run::command_line(owner).contains("xtask"))
    };
    entries
        .map(|entry| entry.path())
        .filter(of_nobody)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;

    #[test]
    fn what_a_killed_check_left_behind_goes_and_nothing_else() {
        let memory = Folder::make("noroshi-memory").unwrap();
        // No process has such a number.
        let (gone, other) = (
            memory.path().join("nrs-4294967295"),
            memory.path().join("nrs-mail"),
        );
        fs::create_dir(&gone).unwrap();
        fs::create_dir(&other).unwrap();
        sweep(memory.path());
        assert_eq!((gone.exists(), other.exists()), (false, true));
    }

    #[test]
    fn room_is_told_where_there_is_some_and_none_where_there_is_no_folder() {
        assert!(room(&env::temp_dir()) > 0);
        assert_eq!(room(Path::new("/nowhere/at/all")), 0);
    }
}
