//! Child processes: started with a log, watched against a limit, ended for certain.
//!
//! A child that outlives its guard would hold ports and folders, so every one is
//! either waited for here or held by a [`Running`] that ends it, and what it
//! started, when dropped. A signal that ends xtask itself skips the guards; what
//! is left then is swept at the next start (`check/postgres.rs`).

use crate::problem::{Context, Outcome, Problem};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How often a running child is looked at, once it has shown that it takes its time;
/// many judges are done within milliseconds, so the first looks follow each other closely.
const GLANCE: Duration = Duration::from_millis(50);
/// How long a child may take to leave after it was asked politely.
const FAREWELL: Duration = Duration::from_secs(10);
/// How long a cargo build or test run may take on two cores.
pub const LONG: Duration = Duration::from_secs(50 * 60);
/// How long everything else may take.
pub const SHORT: Duration = Duration::from_secs(5 * 60);
/// How many of the last lines of a log are shown when its step fails.
const TAIL_LINES: usize = 60;

/// The log of one step, below target/check.
#[derive(Debug, Clone)]
pub struct Log {
    path: PathBuf,
}

impl Log {
    /// Begins an empty log.
    pub fn create(folder: &Path, step: &str) -> Outcome<Self> {
        fs::create_dir_all(folder).context(|| format!("making {}", folder.display()))?;
        let path = folder.join(format!("{step}.log"));
        File::create(&path).context(|| format!("making {}", path.display()))?;
        Ok(Self { path })
    }

    /// Returns where the log lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes one line.
    pub fn say(&self, line: &str) -> Outcome<()> {
        writeln!(self.open()?, "{line}").context(|| format!("writing {}", self.path.display()))
    }

    /// Returns everything written so far.
    pub fn text(&self) -> Outcome<String> {
        let bytes = fs::read(&self.path).context(|| format!("reading {}", self.path.display()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Returns the last lines, for the screen.
    pub fn tail(&self) -> String {
        let text = self.text().unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(TAIL_LINES);
        lines[from..].join("\n")
    }

    /// Runs a command to its end, output into the log; fails unless it succeeds.
    pub fn run(&self, command: &mut Command, limit: Duration) -> Outcome<()> {
        let status = self.status(command, limit)?;
        if status.success() {
            return Ok(());
        }
        Err(Problem::new(format!(
            "`{}` ended with {status}",
            short(command)
        )))
    }

    /// Runs a command to its end and returns how it ended.
    pub fn status(&self, command: &mut Command, limit: Duration) -> Outcome<ExitStatus> {
        let mut running = self.start(command)?;
        running.wait(limit)
    }

    /// Runs a command to its end and returns how it ended and what it printed on stdout.
    pub fn capture(&self, command: &mut Command, limit: Duration) -> Outcome<(ExitStatus, String)> {
        let aside = self.path.with_extension("stdout");
        let file = File::create(&aside).context(|| format!("making {}", aside.display()))?;
        self.announce(command)?;
        command.stdout(file).stderr(self.open()?);
        let mut running = Running::start(command)?;
        let status = running.wait(limit)?;
        let bytes = fs::read(&aside).context(|| format!("reading {}", aside.display()))?;
        let _ = fs::remove_file(&aside);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.say(text.trim_end())?;
        Ok((status, text))
    }

    /// Starts a command that goes on beside us, output into the log.
    pub fn start(&self, command: &mut Command) -> Outcome<Running> {
        self.announce(command)?;
        command.stdout(self.open()?).stderr(self.open()?);
        Running::start(command)
    }

    fn announce(&self, command: &mut Command) -> Outcome<()> {
        command.stdin(Stdio::null());
        self.say(&format!("$ {}", short(command)))
    }

    fn open(&self) -> Outcome<File> {
        File::options()
            .append(true)
            .open(&self.path)
            .context(|| format!("opening {}", self.path.display()))
    }
}

/// A child that ends, with everything it started, when this is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    name: String,
    ended: bool,
}

impl Running {
    /// Starts a command as it is set up.
    pub fn start(command: &mut Command) -> Outcome<Self> {
        let name = short(command);
        let child = command.spawn().context(|| format!("starting `{name}`"))?;
        Ok(Self {
            child,
            name,
            ended: false,
        })
    }

    /// Returns the process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end; past the limit the child is ended and that is a problem.
    pub fn wait(&mut self, limit: Duration) -> Outcome<ExitStatus> {
        let deadline = Instant::now() + limit;
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if Instant::now() >= deadline {
                self.end();
                return Err(Problem::new(format!(
                    "`{}` was ended after {} s",
                    self.name,
                    limit.as_secs()
                )));
            }
            thread::sleep(pause);
            pause = (pause * 2).min(GLANCE);
        }
    }

    /// Returns the status if the child has ended of itself.
    pub fn ended(&mut self) -> Outcome<Option<ExitStatus>> {
        let status = self
            .child
            .try_wait()
            .context(|| format!("waiting for `{}`", self.name))?;
        self.ended |= status.is_some();
        Ok(status)
    }

    /// Asks the child to leave, waits a little, then ends it and its descendants.
    pub fn end(&mut self) {
        if self.ended {
            return;
        }
        let family = descendants(self.child.id());
        signal("TERM", self.child.id());
        let deadline = Instant::now() + FAREWELL;
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(GLANCE);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        // A number that belongs to another program by now is not one of ours:
        // only those that still have the name they had are ended.
        for (pid, name) in family
            .into_iter()
            .filter(|(pid, _)| *pid != self.child.id())
        {
            if process_name(pid).is_some_and(|now| now == name) {
                signal("KILL", pid);
            }
        }
        self.ended = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Sends a signal by number of process; the shell's own `kill` needs no package.
pub fn signal(name: &str, pid: u32) {
    let _ = Command::new("sh")
        .args(["-c", "kill -\"$0\" \"$1\""])
        .args([name, &pid.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// What a process was started as; empty if there is none of that number.
pub fn command_line(pid: u32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns a process and everything below it, with their names.
pub fn descendants(pid: u32) -> Vec<(u32, String)> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(child) = entry.file_name().to_str().and_then(|n| n.parse().ok()) else {
            continue;
        };
        if let Some((name, parent)) = name_and_parent(child) {
            parents.push((child, name, parent));
        }
    }
    let mut family = Vec::new();
    let mut todo = vec![pid];
    while let Some(next) = todo.pop() {
        if let Some((_, name, _)) = parents.iter().find(|(child, ..)| *child == next) {
            family.push((next, name.clone()));
        }
        todo.extend(
            parents
                .iter()
                .filter(|(.., p)| *p == next)
                .map(|(c, ..)| *c),
        );
    }
    family
}

fn process_name(pid: u32) -> Option<String> {
    name_and_parent(pid).map(|(name, _)| name)
}

/// Reads `pid (name) state parent …`; the name may hold spaces and brackets.
fn name_and_parent(pid: u32) -> Option<(String, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (head, tail) = stat.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_owned();
    let parent = tail.split_whitespace().nth(1)?.parse().ok()?;
    Some((name, parent))
}

/// Returns a cargo command without what our own cargo told us: some build scripts
/// (ring's, for one) watch these variables and would build again and again.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
            || [
                "CARGO_BIN_NAME",
                "CARGO_CRATE_NAME",
                "CARGO_PRIMARY_PACKAGE",
            ]
            .contains(&text)
        {
            command.env_remove(&name);
        }
    }
    command
}

/// Returns a cargo command that lints what is ours while it builds it, so that what others wrote is built once for both:
/// clippy is a compiler with more to say, and a warning of it ends the build. What it builds lies beside what cargo builds
/// without it.
///
/// # Errors
/// If there is no clippy.
pub fn linting(root: &Path) -> Outcome<Command> {
    let sysroot = Command::new("rustc")
        .args(["--print", "sysroot"])
        .output()
        .context(|| "asking rustc where it lies".to_owned())?;
    let sysroot = String::from_utf8_lossy(&sysroot.stdout).trim().to_owned();
    let driver = Path::new(&sysroot).join("bin/clippy-driver");
    if !driver.is_file() {
        return Err(Problem::cannot_run(
            "clippy is missing; run: rustup component add clippy",
        ));
    }
    let mut command = cargo(root);
    command.env("RUSTC_WORKSPACE_WRAPPER", driver);
    // As `cargo clippy -- -D warnings` hands it on.
    command.env(
        "CLIPPY_ARGS",
        "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__",
    );
    Ok(command)
}

/// Asks rustc for the name of this machine's platform.
pub fn platform(log: &Log) -> Outcome<String> {
    let (_, text) = log.capture(Command::new("rustc").arg("-vV"), SHORT)?;
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| Problem::new("rustc does not name its platform"))
}

fn short(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let mut text = name.to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}
