//! A private PostgreSQL that keeps what it says: the peer and the engine of the ledger bench.
//!
//! Unlike the tests' cluster, every commit is flushed. The folder carries the name
//! the tests' clusters have, so that one whose xtask was killed is swept by the next
//! `check`.

use crate::house::{is_root, program};
use crate::problem::{Context, Outcome, Problem};
use crate::run::{Log, Running, SHORT, signal};
use std::env;
use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::thread;
use std::time::{Duration, Instant};

const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(30);

/// Settings of the bench, the same as of the prototypes that set the goals.
const SETTINGS: [&str; 6] = [
    "listen_addresses=",
    "fsync=on",
    "synchronous_commit=on",
    "shared_buffers=512MB",
    "max_wal_size=4GB",
    "log_min_messages=warning",
];

/// Finds PostgreSQL's own programs, the newest first.
pub fn binaries() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("postgres").exists() && bin.join("initdb").exists())
        .collect();
    versions.sort();
    match versions.pop() {
        Some((_, bin)) => Some(bin),
        None => Some(program("initdb")?.parent()?.to_path_buf()),
    }
}

/// A running cluster; dropping it stops the server and removes the folder.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    server: Running,
}

impl Cluster {
    /// Makes and starts a cluster.
    pub fn start(bin: &Path, log: &Log) -> Outcome<Self> {
        let folder = env::temp_dir().join(format!("noroshi-pg-{}", process::id()));
        let made = make(bin, &folder, log);
        let server = made.and_then(|()| {
            let mut server = as_postgres(&bin.join("postgres"), &folder);
            server.arg("-D").arg(folder.join("data"));
            for setting in SETTINGS {
                server.args(["-c", setting]);
            }
            let socket = format!("unix_socket_directories={}", folder.display());
            log.start(server.args(["-c", &socket]))
        });
        let mut cluster = match server {
            Ok(server) => Self { folder, server },
            Err(problem) => {
                let _ = fs::remove_dir_all(&folder);
                return Err(problem);
            }
        };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// Returns the address for `--database`.
    pub fn address(&self) -> String {
        format!("postgres:///?host={}&user=postgres", self.folder.display())
    }

    /// The last line of postmaster.pid says `ready`; pg_ctl waits for the same.
    fn wait_until_ready(&mut self) -> Outcome<()> {
        let deadline = Instant::now() + START;
        loop {
            let status = self.postmaster();
            if status.lines().nth(7).is_some_and(|l| l.trim() == "ready") {
                return Ok(());
            }
            if self.server.ended()?.is_some() || Instant::now() >= deadline {
                return Err(Problem::new("PostgreSQL does not become ready"));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn postmaster(&self) -> String {
        fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // As root our child is runuser; the server itself is asked, by its own number.
        let status = self.postmaster();
        let pid = status
            .lines()
            .next()
            .and_then(|pid| pid.trim().parse().ok());
        if let Some(pid) = pid {
            signal("INT", pid);
        }
        if self.server.wait(STOP).is_err() {
            self.server.end();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn make(bin: &Path, folder: &Path, log: &Log) -> Outcome<()> {
    let what = || format!("making {}", folder.display());
    let mut builder = fs::DirBuilder::new();
    builder.mode(0o700).create(folder).context(what)?;
    if is_root() {
        let mut owner = Command::new("chown");
        log.run(owner.arg("postgres:").arg(folder), SHORT)?;
    }
    let mut initdb = as_postgres(&bin.join("initdb"), folder);
    initdb.arg("-D").arg(folder.join("data"));
    initdb.args(["-U", "postgres", "-A", "trust", "--encoding=UTF8"]);
    log.run(initdb.arg("--locale=C.UTF-8"), SHORT)
}

fn as_postgres(program: &Path, folder: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(folder);
    for name in ["PGDATA", "PGHOST", "PGPORT", "PGUSER"] {
        command.env_remove(name);
    }
    command
}
