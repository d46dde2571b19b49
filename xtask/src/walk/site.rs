//! A live house on loopback, founded and started as an operator would.
//!
//! What `init` and `serve` print is kept in files of the results' folder: the walk's people
//! read there what an operator would hand them. It knows no page.

use crate::folder::Folder;
use crate::house::House;
use crate::http;
use crate::problem::{Outcome, Problem};
use crate::run::{Log, Running, SHORT};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// How long a debug build may take until its portal answers.
const START: Duration = Duration::from_secs(60);
/// How long it may take to end after it was asked to.
const STOP: Duration = Duration::from_secs(30);

/// What is needed to ask the program about one house.
#[derive(Debug)]
pub struct Closed {
    noroshi: PathBuf,
    folder: Folder,
    database: Option<String>,
}

impl Closed {
    /// Returns the program, pointed at this house.
    pub fn command(&self, arguments: &[&str]) -> Command {
        command(
            &self.noroshi,
            self.dir(),
            self.database.as_deref(),
            arguments,
        )
    }

    /// Returns the data folder.
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }
}

/// A running house; dropping it ends the program and removes the folder.
#[derive(Debug)]
pub struct Site {
    // Dropped in this order: first the program ends, then its folder goes.
    program: Running,
    closed: Closed,
    printed: [PathBuf; 2],
}

impl Site {
    /// Founds a house in the folder, starts it, and waits until its portal answers.
    pub fn start(
        house: &House,
        folder: Folder,
        results: &Path,
        database: Option<String>,
    ) -> Outcome<Self> {
        let closed = Closed {
            noroshi: house.target.join("debug/noroshi"),
            folder,
            database,
        };
        let init = Log::create(results, "init")?;
        let portal = http::free_port()?;
        let (desk, partner) = (http::free_port()?, http::free_port()?);
        found(&closed, &init, [portal, desk, partner])?;
        let serve = Log::create(results, "serve")?;
        let mut command = closed.command(&["serve"]);
        command.args(["--listen", &address(portal)]);
        command.args(["--listen-desk", &address(desk)]);
        command.args(["--listen-partner", &address(partner)]);
        let mut program = serve.start(&mut command)?;
        let base = format!("http://127.0.0.1:{portal}");
        let deadline = Instant::now() + START;
        loop {
            let is_ready = serve.text()?.lines().any(|line| line.starts_with("ready"));
            if is_ready && http::get(&base, "/", &[]).is_ok_and(|answer| answer.status == 200) {
                break;
            }
            if let Some(status) = program.ended()? {
                return Err(Problem::new(format!(
                    "the house ended: {status}\n{}",
                    serve.tail()
                )));
            }
            if Instant::now() >= deadline {
                return Err(Problem::new(format!(
                    "no `ready` line, or no answer 200 to GET /\n{}",
                    serve.tail()
                )));
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(Self {
            program,
            closed,
            printed: [init.path().to_path_buf(), serve.path().to_path_buf()],
        })
    }

    /// Returns the program.
    pub fn noroshi(&self) -> &Path {
        &self.closed.noroshi
    }

    /// Returns the data folder.
    pub fn dir(&self) -> &Path {
        self.closed.dir()
    }

    /// Returns the database, when it is not the file in the folder.
    pub fn database(&self) -> Option<&str> {
        self.closed.database.as_deref()
    }

    /// Returns where the words of `init` lie: recovery kit and set-up link.
    pub fn printed_by_init(&self) -> &Path {
        &self.printed[0]
    }

    /// Returns where the words of `serve` lie: the addresses.
    pub fn printed_by_serve(&self) -> &Path {
        &self.printed[1]
    }

    /// Asks the house to end and waits for it; what it did stays in the folder.
    pub fn stop(mut self) -> Outcome<Closed> {
        crate::run::signal("TERM", self.program.pid());
        let status = self.program.wait(STOP)?;
        if status.success() {
            return Ok(self.closed);
        }
        Err(Problem::new(format!("the house ended with {status}")))
    }
}

fn command(noroshi: &Path, dir: &Path, database: Option<&str>, arguments: &[&str]) -> Command {
    let mut command = Command::new(noroshi);
    command.arg("--dir").arg(dir);
    if let Some(database) = database {
        command.args(["--database", database]);
    }
    command.args(arguments);
    command
}

fn address(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

fn found(closed: &Closed, log: &Log, [portal, desk, partner]: [u16; 3]) -> Outcome<()> {
    let mut init = closed.command(&["init"]);
    init.args([
        "--name-ja",
        "灯台調整センター",
        "--name-en",
        "Lighthouse Centre",
    ]);
    init.args(["--portal", &format!("http://{}", address(portal))]);
    init.args(["--contact", "info@lighthouse.example"]);
    init.args(["--desk", &format!("http://{}", address(desk))]);
    init.args(["--partner", &format!("http://{}", address(partner))]);
    log.run(&mut init, SHORT)?;
    log.run(&mut closed.command(&["config", "check"]), SHORT)
}
