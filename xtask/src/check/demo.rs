//! The demonstration house, started as a visitor would start it.
//!
//! `noroshi demo --dir DIR --listen 127.0.0.1:PORT` prints links and, when it
//! serves, a line that begins with `ready` and holds the portal's address. The
//! folder lies in the system's temporary directory and goes with the guard.

use crate::folder::Folder;
use crate::house::House;
use crate::http;
use crate::problem::{Outcome, Problem};
use crate::run::{Log, Running};
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// How long seeding in a debug build may take.
const START: Duration = Duration::from_secs(180);

/// A running demonstration.
#[derive(Debug)]
pub struct Demo {
    /// The portal, as the ready line names it, without a slash at the end.
    pub base: String,
    // Dropped in this order: first the program ends, then its folder goes.
    _program: Running,
    folder: Folder,
}

impl Demo {
    /// Starts it and waits until it answers.
    pub fn start(house: &House, log: &Log) -> Outcome<Self> {
        let folder = Folder::make("noroshi-demo")?;
        let port = http::free_port()?;
        let mut command = Command::new(house.target.join("debug/noroshi"));
        command.arg("demo").arg("--dir").arg(folder.path());
        command.args(["--listen", &format!("127.0.0.1:{port}")]);
        for option in ["--listen-desk", "--listen-partner"] {
            command.args([option, "127.0.0.1:0"]);
        }
        let mut program = log.start(command.current_dir(&house.root))?;
        let deadline = Instant::now() + START;
        loop {
            if let Some(base) = ready(&log.text()?)
                && http::get(&base, "/", &[]).is_ok_and(|answer| answer.status == 200)
            {
                return Ok(Self {
                    base,
                    _program: program,
                    folder,
                });
            }
            if let Some(status) = program.ended()? {
                return Err(Problem::new(format!("the demonstration ended: {status}")));
            }
            if Instant::now() >= deadline {
                return Err(Problem::new(format!(
                    "no `ready` line, or no answer 200 to GET /, within {} s",
                    START.as_secs()
                )));
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Returns the pressed tree.
    pub fn public(&self) -> PathBuf {
        self.folder.path().join("public")
    }

    /// Returns the list of unpressed pages that are open to everybody, if it wrote one.
    pub fn more_pages(&self) -> PathBuf {
        self.folder.path().join("run/pages.txt")
    }
}

/// Finds the address in the first line that begins with `ready`.
fn ready(text: &str) -> Option<String> {
    let line = text
        .lines()
        .find(|line| line.trim_start().starts_with("ready"))?;
    let from = line.find("http://")?;
    let address = line[from..].split_whitespace().next()?;
    let end = address["http://".len()..]
        .find('/')
        .map_or(address.len(), |slash| slash + "http://".len());
    Some(address[..end].to_owned())
}

#[cfg(test)]
mod checks {
    use super::ready;

    #[test]
    fn the_ready_line_names_the_portal() {
        let text = "desk http://127.0.0.1:1/d\nready http://127.0.0.1:4000/ja/ in 2 s\n";
        assert_eq!(ready(text).as_deref(), Some("http://127.0.0.1:4000"));
        assert_eq!(ready("ready soon"), None);
    }
}
