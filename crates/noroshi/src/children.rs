//! Children: the contexts as processes of this same binary, joined by pipes.
//!
//! A child ends when its pipe closes, so that no process outlives the house, however the house ended. In a house that
//! runs, one that is gone, stopped or does not answer is ended and started anew, later each time: [`Children::keep`].

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use engine::Fault;
use engine::kernel::context::{Contexts, Link};

/// How often the children are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The first time a child that is gone is started anew at once, then after this, and twice as long each time.
const BACKOFF: Duration = Duration::from_millis(500);
/// The longest that a child waits to be started anew.
const BACKOFF_MAX: Duration = Duration::from_secs(30);
/// How often each is asked whether it answers, by a thread of its own: one that hangs keeps nobody else unlooked at.
const ASK_EVERY: Duration = Duration::from_secs(5);
/// How long all of them together have to end by themselves.
const LEAVE: Duration = Duration::from_millis(500);
/// A child that has run so long has no failures behind it.
const STEADY: Duration = Duration::from_secs(60);

/// A child, and what it takes to start it anew.
#[derive(Debug)]
struct Kept {
    name: &'static str,
    extra: Vec<String>,
    child: Child,
    link: Arc<Link>,
    began: Instant,
    failures: u32,
    not_before: Instant,
    /// The system held it stopped when it was looked at last.
    is_stopped: bool,
}

/// Children of this process; they are reaped when it lets go of them.
#[derive(Debug, Default)]
pub struct Children {
    kept: Arc<Mutex<Vec<Kept>>>,
    stop: Arc<AtomicBool>,
    keeper: Option<JoinHandle<()>>,
}

impl Drop for Children {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(keeper) = self.keeper.take() {
            // Whoever looks does so for a moment.
            let _ = keeper.join();
        }
        let mut kept = lock(&self.kept);
        // Each ends when its pipe closes, and all at once; who does not end by itself is ended.
        for one in kept.iter() {
            one.link.close();
        }
        let until = Instant::now() + LEAVE;
        for one in kept.iter_mut() {
            while Instant::now() < until && matches!(one.child.try_wait(), Ok(None)) {
                std::thread::sleep(Duration::from_millis(5));
            }
            end(&mut one.child);
        }
    }
}

impl Children {
    /// Looks after the children from now on: one that is gone, stopped or let go of by its link is started anew.
    ///
    /// # Errors
    /// If there is no thread for it.
    pub fn keep(&mut self, dir: &Path) -> Result<(), Fault> {
        let (kept, stop, dir) = (
            Arc::clone(&self.kept),
            Arc::clone(&self.stop),
            dir.to_owned(),
        );
        let keeper = std::thread::Builder::new()
            .name("keeper".into())
            .spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    for one in lock(&kept).iter_mut() {
                        // Asked to stop meanwhile: those that end by the same signal are to end.
                        if stop.load(Ordering::Relaxed) {
                            return;
                        }
                        one.look(&dir);
                    }
                    std::thread::sleep(LOOK_EVERY);
                }
            })
            .map_err(Fault::io("cannot look after the contexts"))?;
        self.keeper = Some(keeper);
        for one in lock(&self.kept).iter() {
            asking(one.name, Arc::clone(&one.link), Arc::clone(&self.stop))?;
        }
        Ok(())
    }
}

impl Children {
    /// Ends the looking after: whoever hears the wish to stop says so, since children hear it too.
    pub fn rest(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Asks a context again and again whether it answers. Whoever does not is let go of, which the keeper sees.
fn asking(name: &'static str, link: Arc<Link>, stop: Arc<AtomicBool>) -> Result<(), Fault> {
    let word: &[u8] = if name == "portal" { b"where" } else { b"ping" };
    std::thread::Builder::new()
        .name(format!("ask-{name}"))
        .spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                link.ping(word);
                std::thread::sleep(ASK_EVERY);
            }
        })
        .map_err(Fault::io("cannot look after the contexts"))?;
    Ok(())
}

impl Kept {
    fn look(&mut self, dir: &Path) {
        let is_gone = !matches!(self.child.try_wait(), Ok(None));
        let was_stopped = self.is_stopped;
        self.is_stopped = !is_gone && is_stopped(self.child.id());
        let hangs = self.is_stopped && was_stopped;
        if !(is_gone || hangs) && self.link.is_open() {
            if self.began.elapsed() > STEADY {
                self.failures = 0;
            }
            return;
        }
        // From here on whoever looks at the link sees that it is gone, also while it waits to be started.
        end(&mut self.child);
        self.link.close();
        if Instant::now() < self.not_before {
            return;
        }
        tracing::error!(
            code = "context.gone",
            name = self.name,
            failures = self.failures,
            "a context is gone or does not answer, and is started anew"
        );
        self.failures = self.failures.saturating_add(1);
        let wait = BACKOFF.saturating_mul(1 << self.failures.min(7).saturating_sub(1));
        self.not_before = Instant::now() + wait.min(BACKOFF_MAX);
        match process(dir, self.name, &self.extra, false) {
            Ok((child, to, from)) => {
                self.child = child;
                self.began = Instant::now();
                self.link.renew(Box::new(to), Box::new(from));
                tracing::info!(
                    code = "context.started",
                    name = self.name,
                    "a context was started anew"
                );
            }
            Err(error) => {
                tracing::error!(
                    code = error.code(),
                    name = self.name,
                    "a context cannot be started"
                );
            }
        }
    }
}

fn lock(kept: &Mutex<Vec<Kept>>) -> MutexGuard<'_, Vec<Kept>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Whether the system holds a process stopped, where it tells: the state stands behind the name in brackets.
fn is_stopped(id: u32) -> bool {
    let stat = std::fs::read_to_string(PathBuf::from(format!("/proc/{id}/stat")));
    stat.is_ok_and(|stat| {
        let state = stat
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.trim_start().chars().next());
        state == Some('T')
    })
}

fn process(
    dir: &Path,
    name: &'static str,
    extra: &[String],
    is_first: bool,
) -> Result<(Child, ChildStdin, ChildStdout), Fault> {
    // This very program, also where its file was replaced by a newer one since.
    let itself = PathBuf::from("/proc/self/exe");
    let program = if itself.exists() {
        itself
    } else {
        std::env::current_exe().map_err(Fault::io("cannot find this program"))?
    };
    let mut child = Command::new(program)
        .arg("--dir")
        .arg(dir)
        .args(["context", name])
        .args(extra)
        .env_clear()
        // A test that kills a context at a point of its work kills it once.
        .envs(std::env::vars_os().filter(|(name, _)| is_first && name == "NOROSHI_CRASH"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(Fault::io(format!("cannot start the {name} context")))?;
    match (child.stdin.take(), child.stdout.take()) {
        (Some(to), Some(from)) => Ok((child, to, from)),
        _ => Err(Fault::Context(name)),
    }
}

fn spawn(dir: &Path, name: &'static str, extra: Vec<String>) -> Result<Kept, Fault> {
    let (child, to, from) = process(dir, name, &extra, true)?;
    let now = Instant::now();
    Ok(Kept {
        name,
        extra,
        child,
        link: Arc::new(Link::new(name, Box::new(to), Box::new(from))),
        began: now,
        failures: 0,
        not_before: now,
        is_stopped: false,
    })
}

/// Starts the signing and the verifying context.
///
/// # Errors
/// If a process cannot be started.
pub fn signing(dir: &Path) -> Result<(Contexts, Children), Fault> {
    // Each writes into the folder before the house is open.
    engine::kernel::house::is_ours(dir)?;
    let sign = spawn(dir, "sign", vec![])?;
    let verify = spawn(dir, "verify", vec![])?;
    let contexts = Contexts {
        sign: Some(Arc::clone(&sign.link)),
        verify: Some(Arc::clone(&verify.link)),
        portal: None,
        are_kept: false,
    };
    let children = Children::default();
    lock(&children.kept).extend([sign, verify]);
    // A signer that cannot open its keys has said why and is gone: then nothing starts.
    contexts.signer_head()?;
    Ok((contexts, children))
}

/// Starts the portal too, and looks after all three; returns where it listens.
///
/// # Errors
/// If a process cannot be started or the address cannot be taken.
pub fn all(dir: &Path, listen: SocketAddr) -> Result<(Contexts, Children, SocketAddr), Fault> {
    let (mut contexts, mut children) = signing(dir)?;
    let asked = vec!["--listen".to_owned(), listen.to_string()];
    let mut portal = spawn(dir, "portal", asked)?;
    let answer = portal.link.ask(&[b"where"]);
    let link = Arc::clone(&portal.link);
    let address = answer.as_ref().ok().and_then(|answer| {
        let text = std::str::from_utf8(answer.get(1)?).ok()?;
        text.parse::<SocketAddr>().ok()
    });
    // One that is started anew listens where this one did.
    if let Some(address) = address {
        portal.extra = vec!["--listen".to_owned(), address.to_string()];
    }
    lock(&children.kept).push(portal);
    answer?;
    let address = address.ok_or_else(|| {
        Fault::Config(format!(
            "the portal cannot listen on {listen}; choose another with --listen"
        ))
    })?;
    contexts.portal = Some(link);
    contexts.are_kept = true;
    children.keep(dir)?;
    Ok((contexts, children, address))
}
