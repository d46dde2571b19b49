//! The house running: `serve` in a process of its own, asked over HTTP, stopped by the signal that an operator sends.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::world::World;

/// Nothing in a test takes longer on a loaded machine; what does, never comes.
const PATIENCE: Duration = Duration::from_secs(90);
/// Pause between two looks.
const NAP: Duration = Duration::from_millis(20);

/// A `serve` that was started. It is killed when a test fails.
pub struct Serving<'w> {
    world: &'w World,
    child: Child,
    /// Host and port of the portal, once it is ready; so for the desk and the vendors' pages.
    pub portal: String,
    pub desk: String,
    pub partner: String,
    out: PathBuf,
    err: PathBuf,
}

/// Looks until there is something to see.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain: {what}");
        std::thread::sleep(NAP);
    }
}

/// Asks a portal; returns status and body.
pub fn ask(portal: &str, method: &str, path: &str) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(portal).expect("the portal");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let question =
        format!("{method} {path} HTTP/1.1\r\nHost: portal.example\r\nConnection: close\r\n\r\n");
    stream.write_all(question.as_bytes()).expect("a question");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = answer.split_off(end.expect("a head") + 4);
    let status = std::str::from_utf8(answer.get(9..12).unwrap_or_default());
    let status = status.ok().and_then(|digits| digits.parse().ok());
    (status.expect("a status"), body)
}

impl<'w> Serving<'w> {
    /// Starts `serve`, with a point at which it is to be killed; does not wait for anything.
    pub fn begin(world: &'w World, crash: Option<&str>) -> Serving<'w> {
        Serving::begin_with(world, crash, None)
    }

    /// Starts `serve` with its log on a disk that has no room.
    pub fn begin_on_a_full_disk(world: &'w World) -> Serving<'w> {
        let disk = File::options().write(true).open("/dev/full");
        Serving::begin_with(world, None, Some(disk.expect("a disk without room")))
    }

    fn begin_with(world: &'w World, crash: Option<&str>, log: Option<File>) -> Serving<'w> {
        let stem = seal::hex(&seal::random::bytes::<4>());
        let path = |ending: &str| world.root().join(format!("serve-{stem}.{ending}"));
        let (out, err) = (path("out"), path("err"));
        let mut command = world.command(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--listen-desk",
            "127.0.0.1:0",
            "--listen-partner",
            "127.0.0.1:0",
        ]);
        if let Some(point) = crash {
            command.env("NOROSHI_CRASH", point);
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(File::create(&out).expect("a file"))
            .stderr(log.unwrap_or_else(|| File::create(&err).expect("a file")))
            .spawn()
            .expect("the binary");
        Serving {
            world,
            child,
            portal: String::new(),
            desk: String::new(),
            partner: String::new(),
            out,
            err,
        }
    }

    /// Starts `serve` and waits until it is ready.
    pub fn start(world: &'w World) -> Serving<'w> {
        Serving::begin(world, None).ready()
    }

    /// Waits until it is ready.
    pub fn ready(mut self) -> Serving<'w> {
        let out = self.out.clone();
        let addresses = self.until("ready", || {
            let said = std::fs::read_to_string(&out).ok()?;
            let found: Vec<String> = said
                .split("http://")
                .skip(1)
                .filter_map(|rest| Some(rest.split_once('/')?.0.to_owned()))
                .collect();
            <[String; 3]>::try_from(found).ok()
        });
        [self.portal, self.desk, self.partner] = addresses;
        self
    }

    /// Looks until there is something to see, as long as the house runs.
    pub fn until<T>(&mut self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look() {
                return found;
            }
            let ended = self.ended();
            let goes_on = ended.is_none() && Instant::now() < end;
            assert!(
                goes_on,
                "waited in vain: {what} (ended: {ended:?})\n{}",
                self.errors()
            );
            std::thread::sleep(NAP);
        }
    }

    /// Waits until nothing waits any more.
    pub fn settle(&mut self) {
        let world = self.world;
        self.until("outbox and copies are settled", || {
            world.settled().then_some(())
        });
    }

    /// Waits, but no longer than `patience`, for the house to end by itself; tells whether it did.
    pub fn ends_within(&mut self, patience: Duration) -> bool {
        let end = Instant::now() + patience;
        while self.ended().is_none() {
            if Instant::now() >= end {
                return false;
            }
            std::thread::sleep(NAP);
        }
        true
    }

    /// Returns how the house ended, if it has: the exit code, or nothing for a signal.
    pub fn ended(&mut self) -> Option<Option<i32>> {
        let ended = self.child.try_wait().expect("a child of this process");
        ended.map(|status| status.code())
    }

    /// Asks it to stop; it must do so in order.
    pub fn stop(mut self) {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(asked.expect("kill").success());
        assert!(self.ends_within(PATIENCE), "it does not stop");
        assert_eq!(self.ended(), Some(Some(0)), "{}", self.errors());
    }

    /// What it wrote to its log.
    pub fn errors(&self) -> String {
        std::fs::read_to_string(&self.err).unwrap_or_default()
    }
}

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for path in [&self.out, &self.err] {
            self.world.heard(&std::fs::read(path).unwrap_or_default());
        }
    }
}
