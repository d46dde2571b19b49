//! A private PostgreSQL for the tests: a fresh folder, a socket in it, nothing else.
//!
//! PostgreSQL refuses to run as root, and its own user cannot enter a private home;
//! so as root the folder lies in the system's temporary directory and belongs to
//! `postgres`. Nothing listens on the network. A cluster whose xtask is gone is
//! swept at the next start.

use super::setup::postgres_binaries;
use crate::house::is_root;
use crate::problem::{Context, Outcome, Problem};
use crate::run::{Log, Running, SHORT, command_line, signal};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::thread;
use std::time::{Duration, Instant};

const PREFIX: &str = "noroshi-pg-";
/// A socket's path must fit a kernel field of 108 bytes; some libraries allow less.
const SOCKET_BYTES_MAX: usize = 100;
/// How long the server may take until it accepts work.
const START: Duration = Duration::from_secs(60);
/// How long it may take to end after it was asked.
const STOP: Duration = Duration::from_secs(15);

/// A running cluster; dropping it stops the server and removes the folder.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    server: Running,
}

impl Cluster {
    /// Makes and starts a cluster.
    pub fn start(log: &Log) -> Outcome<Self> {
        let bin = postgres_binaries()
            .ok_or_else(|| Problem::cannot_run("PostgreSQL's programs are not here"))?;
        sweep(&env::temp_dir());
        let folder = env::temp_dir().join(format!("{PREFIX}{}", process::id()));
        let socket = folder.join(".s.PGSQL.5432");
        if socket.as_os_str().len() >= SOCKET_BYTES_MAX {
            return Err(Problem::cannot_run(format!(
                "{} is too long for a socket: set TMPDIR to a shorter folder",
                socket.display()
            )));
        }
        make_private(&folder)?;
        let data = folder.join("data");
        let mut initdb = as_postgres(&bin.join("initdb"), &folder);
        initdb.arg("-D").arg(&data);
        initdb.args(["-U", "postgres", "-A", "trust", "--encoding=UTF8"]);
        initdb.args(["--locale=C.UTF-8", "--no-sync"]);
        let made = log.run(&mut initdb, SHORT);
        if let Err(problem) = made {
            let _ = fs::remove_dir_all(&folder);
            return Err(problem);
        }
        let mut server = as_postgres(&bin.join("postgres"), &folder);
        server.arg("-D").arg(&data);
        for setting in [
            "listen_addresses=".to_owned(),
            format!("unix_socket_directories={}", folder.display()),
            // The tests make and drop a database each: nothing here must last.
            "fsync=off".to_owned(),
            "synchronous_commit=off".to_owned(),
            "full_page_writes=off".to_owned(),
            "max_connections=200".to_owned(),
            "log_min_messages=warning".to_owned(),
        ] {
            server.args(["-c", &setting]);
        }
        let server = log.start(&mut server)?;
        let mut cluster = Self { folder, server };
        cluster.wait_until_ready(&data)?;
        Ok(cluster)
    }

    /// Returns the address the tests read from NOROSHI_TEST_PG.
    pub fn address(&self) -> String {
        format!("postgres:///?host={}&user=postgres", self.folder.display())
    }

    /// Makes an empty database of this name and returns its address.
    pub fn database(&self, log: &Log, name: &str) -> Outcome<String> {
        let bin = postgres_binaries()
            .ok_or_else(|| Problem::cannot_run("PostgreSQL's programs are not here"))?;
        let mut create = as_postgres(&bin.join("createdb"), &self.folder);
        create.arg("-h").arg(&self.folder).args(["-U", "postgres"]);
        log.run(create.arg(name), SHORT)?;
        Ok(format!(
            "postgres:///{name}?host={}&user=postgres",
            self.folder.display()
        ))
    }

    /// The last line of postmaster.pid says `ready`; pg_ctl waits for the same.
    fn wait_until_ready(&mut self, data: &Path) -> Outcome<()> {
        let deadline = Instant::now() + START;
        loop {
            let status = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            if status
                .lines()
                .nth(7)
                .is_some_and(|line| line.trim() == "ready")
            {
                return Ok(());
            }
            if let Some(status) = self.server.ended()? {
                return Err(Problem::new(format!("PostgreSQL ended at once: {status}")));
            }
            if Instant::now() >= deadline {
                return Err(Problem::new("PostgreSQL does not become ready"));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // As root our child is runuser; the server itself is asked, by its own number.
        if let Some(pid) = server_pid(&self.folder) {
            signal("INT", pid);
        }
        if self.server.wait(STOP).is_err() {
            self.server.end();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn make_private(folder: &Path) -> Outcome<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let what = || format!("making {}", folder.display());
    fs::create_dir(folder).context(what)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).context(what)?;
    if !is_root() {
        return Ok(());
    }
    let owned = Command::new("chown")
        .arg("postgres:")
        .arg(folder)
        .status()
        .context(what)?;
    if owned.success() {
        return Ok(());
    }
    Err(Problem::cannot_run(
        "there is no user `postgres` to own the cluster",
    ))
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

/// Stops and removes clusters in a folder whose xtask is gone: their own folders carry its number.
pub fn sweep(within: &Path) {
    let entries = fs::read_dir(within).into_iter().flatten();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(owner) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else {
            continue;
        };
        let Ok(owner) = owner.parse::<u32>() else {
            continue;
        };
        if command_line(owner).contains("xtask") && owner != process::id() {
            continue;
        }
        let folder = entry.path();
        if let Some(pid) = server_pid(&folder) {
            signal("INT", pid);
            let deadline = Instant::now() + STOP;
            while server_pid(&folder).is_some() && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(50));
            }
        }
        let _ = fs::remove_dir_all(&folder);
    }
}

/// Returns the server of that folder, if the process of that number really is it.
fn server_pid(folder: &Path) -> Option<u32> {
    let text = fs::read_to_string(folder.join("data/postmaster.pid")).ok()?;
    let pid = text.lines().next()?.trim().parse().ok()?;
    let name = folder.file_name()?.to_str()?;
    command_line(pid).contains(name).then_some(pid)
}
