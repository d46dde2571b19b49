//! Narrows a context to its own folders, where the kernel can (Landlock, Linux 5.19 and later): what it opened before stays
//! open, everything else of the file system is closed to it for good, and from Linux 6.7 on it can neither connect nor
//! listen over TCP any more. Sockets in the file system and datagrams are not closed.
//!
//! Whether that holds is tried and not believed: the context opens a key of the house that is none of its business.
//! It knows neither what a context does nor whether one is worth more without it: where the kernel cannot, the context
//! works as before and the log and `doctor` say so.

use std::path::{Path, PathBuf};

use engine::kernel::house::KEYS;
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, path_beneath_rules,
};

/// The least that is worth anything: before it, files could not be renamed from one folder into another.
const LEAST: ABI = ABI::V2;
/// What is closed where the kernel knows of it.
const MOST: ABI = ABI::V5;

/// Folders and files of a context.
#[derive(Debug)]
pub struct Room {
    /// What it may read.
    pub reads: Vec<PathBuf>,
    /// Where it may write, too.
    pub writes: Vec<PathBuf>,
}

/// The folders of a context; nothing of one that is unknown.
#[must_use]
pub fn room_of(dir: &Path, name: &str) -> Option<Room> {
    let keys = dir.join(KEYS);
    let (reads, writes) = match name {
        "portal" => (
            vec![dir.join("press"), keys.join("public")],
            vec![dir.join("box"), dir.join("mailbox")],
        ),
        // The certificate of the archive log's key is among what is public.
        "sign" => (
            vec![keys.join("sign")],
            vec![dir.join("sign"), keys.join("public")],
        ),
        "verify" => (vec![dir.join("press"), keys.join("public")], vec![]),
        _ => return None,
    };
    Some(Room { reads, writes })
}

/// Narrows this thread, and the threads it starts from now on, to the folders of a context; says in the log whether it holds.
pub fn narrow(dir: &Path, name: &'static str) {
    let Some(room) = room_of(dir, name) else {
        return;
    };
    let closed = close_all_but(&room);
    let foreign = dir.join(KEYS).join("house").join("root.key");
    match (closed, std::fs::File::open(foreign)) {
        (Ok(()), Err(_)) => {
            tracing::info!(
                code = "context.narrowed",
                name,
                "a context sees its own folders only"
            );
        }
        _ => tracing::warn!(
            code = "context.wide",
            name,
            "the kernel does not narrow a context to its own folders"
        ),
    }
}

/// Whether the kernel of this machine narrows contexts.
#[must_use]
pub fn can() -> bool {
    ruleset().is_ok()
}

fn ruleset() -> Result<Ruleset, RulesetError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(LEAST))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(MOST))?
        .handle_access(AccessNet::BindTcp | AccessNet::ConnectTcp)
}

fn close_all_but(room: &Room) -> Result<(), RulesetError> {
    ruleset()?
        .create()?
        .add_rules(path_beneath_rules(&room.reads, AccessFs::from_read(MOST)))?
        .add_rules(path_beneath_rules(&room.writes, AccessFs::from_all(MOST)))?
        .restrict_self()
        .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDERS: [&str; 8] = [
        "press",
        "box",
        "mailbox",
        "sign",
        "run",
        "keys/public",
        "keys/sign",
        "keys/house",
    ];

    /// A folder like a house's, of this test alone.
    fn house() -> PathBuf {
        let dir = std::env::temp_dir().join(format!("noroshi-room-{:016x}", seal::random::u64()));
        for folder in FOLDERS {
            std::fs::create_dir_all(dir.join(folder)).unwrap();
            std::fs::write(dir.join(folder).join("root.key"), b"x").unwrap();
        }
        dir
    }

    /// Whether the kernel closes TCP too.
    fn closes_tcp() -> bool {
        let net = AccessNet::BindTcp | AccessNet::ConnectTcp;
        Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(net)
            .is_ok()
    }

    /// What a thread that was narrowed can still read and write, and whether it can connect.
    fn seen(name: &'static str) -> (Vec<&'static str>, Vec<&'static str>, bool) {
        let dir = house();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = std::thread::scope(|scope| {
            let narrowed = scope.spawn(|| {
                narrow(&dir, name);
                let reads =
                    |folder: &&str| std::fs::read(dir.join(folder).join("root.key")).is_ok();
                let writes = |folder: &&str| {
                    let file = dir.join(folder).join("new");
                    std::fs::write(&file, b"x").is_ok()
                        && std::fs::rename(&file, dir.join(folder).join("newer")).is_ok()
                };
                let connects = std::net::TcpStream::connect(address).is_ok();
                (
                    FOLDERS.into_iter().filter(reads).collect(),
                    FOLDERS.into_iter().filter(writes).collect(),
                    connects,
                )
            });
            narrowed.join().unwrap()
        });
        std::fs::remove_dir_all(&dir).unwrap();
        seen
    }

    #[test]
    fn a_context_sees_its_own_folders_and_connects_over_tcp_where_the_kernel_lets_it() {
        if !can() {
            // Then nothing is promised, and the log says so.
            println!("not run: the kernel has no Landlock");
            return;
        }
        let connects = !closes_tcp();
        for (name, reads, writes) in [
            (
                "portal",
                vec!["press", "box", "mailbox", "keys/public"],
                vec!["box", "mailbox"],
            ),
            (
                "sign",
                vec!["sign", "keys/public", "keys/sign"],
                vec!["sign", "keys/public"],
            ),
            ("verify", vec!["press", "keys/public"], vec![]),
        ] {
            assert_eq!(seen(name), (reads, writes, connects), "{name}");
        }
    }
}
