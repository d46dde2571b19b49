//! Mail to a sink: copies a second, every step of every copy durable.
//!
//!     cargo xtask bench mail [--n N]
//!
//! A house with N subscribers publishes one invented note (fixtures/bench-archive);
//! `noroshi mail send` then hands its copies to postfix's smtp-sink. The folder is
//! copied for each round, as a copy goes once only. Beside it stand smtp-source, which
//! keeps nothing and sends one text to all, and the pipelined floor of
//! `../shared/bench` where it is built: neither is a goal, both say what the sink bears.

use super::measure::{cpu_ns, load, median};
use super::watch::{Spent, watch};
use super::{at_least, install, logs, number, release_binary, require, verdict};
use crate::folder::Folder;
use crate::house::{House, files_below, is_root, read_text};
use crate::http;
use crate::problem::{Context, Outcome, Problem};
use crate::run::{Log, Running, SHORT};
use std::env;
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

const COPIES: u32 = 20_000;
const ROUNDS: usize = 3;
/// Copies a second, from the program's start to its end.
const GOAL: f64 = 5000.0;
/// What the goal calls 5 KB; the mail of the fixture lies in it.
const MESSAGE_BYTES: std::ops::Range<u64> = 4_500..6_500;
/// Connections of the peers; the house uses as many as a new one is set up with.
const SESSIONS: &str = "8";
const START: Duration = Duration::from_secs(10);

/// Runs the bench.
pub fn run(house: &House, arguments: &[String]) -> Outcome<()> {
    require(&[("smtp-sink", "postfix"), ("smtp-source", "postfix")])?;
    let copies = match arguments {
        [] => COPIES,
        [option, value] if option == "--n" => number(option, Some(value))?,
        _ => return Err(Problem::cannot_run("bench mail [--n N]")),
    };
    let binary = release_binary(house)?;
    let log = Log::create(&logs(house), "mail")?;
    let scratch = Folder::make("noroshi-mail")?;
    let prepare = |name: &str, copies: u32| -> Outcome<PathBuf> {
        let dir = scratch.path().join(name);
        published(house, &binary, &dir, copies, &log)?;
        Ok(dir)
    };
    let bytes = message_bytes(&binary, &prepare("one", 1)?, &log)?;
    if !MESSAGE_BYTES.contains(&bytes) {
        return Err(Problem::new(format!(
            "a mail has {bytes} bytes, not about 5 KB: mend fixtures/bench-archive"
        )));
    }
    let base = prepare("base", copies)?;
    let sink = Sink::start(&log)?;
    to_sink(&base, sink.port)?;
    println!("{copies} copies of {bytes} bytes; load {}", load());

    let mut ours = Row::new("noroshi mail send", copies);
    let mut peers = peers(sink.port, copies, bytes);
    for round in 0..ROUNDS {
        for (row, command) in &mut peers {
            row.take(&sink, || watch(&log, command))?;
        }
        let dir = scratch.path().join(format!("round-{round}"));
        let mut copy = Command::new("cp");
        log.run(copy.arg("-a").arg(&base).arg(&dir), SHORT)?;
        // A copied house is held until somebody says that it may act.
        let mut resume = noroshi(&binary, &dir);
        log.run(resume.args(["resume", "--compared", "bench"]), SHORT)?;
        ours.take(&sink, || {
            watch(&log, noroshi(&binary, &dir).args(["mail", "send"]))
        })?;
        all_gone(&binary, &dir, copies, &log)?;
    }
    ours.print();
    for (row, _) in &peers {
        row.print();
    }
    verdict("mail", at_least("mail-rate", median(&ours.rates), GOAL))
}

fn noroshi(binary: &Path, dir: &Path) -> Command {
    let mut command = Command::new(binary);
    command.env_remove("NOROSHI_DATABASE");
    command.arg("--dir").arg(dir);
    command
}

/// Makes a house with subscribers that has published the note and sent nothing yet.
fn published(house: &House, binary: &Path, dir: &Path, copies: u32, log: &Log) -> Outcome<()> {
    log.run(noroshi(binary, dir).args(["init", "--replay"]), SHORT)?;
    let csv = dir.with_extension("csv");
    let rows: String = (0..copies)
        .map(|n| format!("reader{n}@reader.example,en\n"))
        .collect();
    let text = format!("address,language\n{rows}");
    fs::write(&csv, text).context(|| format!("writing {}", csv.display()))?;
    log.run(noroshi(binary, dir).arg("subscribers").arg(&csv), SHORT)?;
    let archive = house.root.join("fixtures/bench-archive");
    let mut replay = noroshi(binary, dir);
    log.run(replay.args(["replay", "certcc-vda"]).arg(archive), SHORT)
}

/// Sends one copy into a folder and returns its size.
fn message_bytes(binary: &Path, dir: &Path, log: &Log) -> Outcome<u64> {
    log.run(noroshi(binary, dir).args(["mail", "send"]), SHORT)?;
    match files_below(&dir.join("mail"))?.as_slice() {
        [mail] => {
            let about = fs::metadata(mail).context(|| format!("looking at {}", mail.display()))?;
            Ok(about.len())
        }
        mails => Err(Problem::new(format!(
            "{} mails for one subscriber",
            mails.len()
        ))),
    }
}

/// Lets the house hand its mail to the sink, on loopback without TLS; all else stays as `init` wrote it.
fn to_sink(dir: &Path, port: u16) -> Outcome<()> {
    let file = dir.join("noroshi.toml");
    let mut left = vec![
        ("transport = ", "transport = \"smtp\"".to_owned()),
        ("port = ", format!("port = {port}")),
        ("tls = ", "tls = \"none\"".to_owned()),
    ];
    let mut text = String::new();
    for line in read_text(&file)?.lines() {
        let at = left.iter().position(|(key, _)| line.starts_with(key));
        match at {
            Some(at) => text.push_str(&left.swap_remove(at).1),
            None => text.push_str(line),
        }
        text.push('\n');
    }
    if !left.is_empty() {
        return Err(Problem::new("noroshi.toml lacks settings of [mail]"));
    }
    fs::write(&file, text).context(|| format!("writing {}", file.display()))
}

/// Fails unless every copy was accepted.
fn all_gone(binary: &Path, dir: &Path, copies: u32, log: &Log) -> Outcome<()> {
    let (_, text) = log.capture(noroshi(binary, dir).args(["mail", "copies"]), SHORT)?;
    let states: serde_json::Value =
        serde_json::from_str(&text).context(|| "reading the states of the copies".into())?;
    let accepted = states["accepted"].as_u64();
    let kinds = states.as_object().map_or(0, serde_json::Map::len);
    if accepted == Some(u64::from(copies)) && kinds == 1 {
        return Ok(());
    }
    Err(Problem::new(format!(
        "not all of {copies} copies arrived: {states}"
    )))
}

/// smtp-sink on a loopback port; it takes everything and keeps nothing.
struct Sink {
    port: u16,
    program: Running,
}

impl Sink {
    fn start(log: &Log) -> Outcome<Self> {
        let port = http::free_port()?;
        let path = crate::house::program("smtp-sink").ok_or_else(|| install(&["postfix"]))?;
        let mut command = Command::new(path);
        if is_root() {
            command.args(["-u", "postfix"]);
        }
        command.arg(format!("127.0.0.1:{port}")).arg("2000");
        let mut program = log.start(&mut command)?;
        let deadline = Instant::now() + START;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if program.ended()?.is_some() || Instant::now() >= deadline {
                return Err(Problem::new(format!(
                    "smtp-sink does not listen:\n{}",
                    log.tail()
                )));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(Self { port, program })
    }
}

/// Programs that send as many mails of that size with nothing behind them.
fn peers(port: u16, copies: u32, bytes: u64) -> Vec<(Row, Command)> {
    let (copies_text, bytes) = (copies.to_string(), bytes.to_string());
    let mut out = Vec::new();
    if let Some(path) = crate::house::program("smtp-source") {
        let mut source = Command::new(path);
        source.args(["-d", "-s", SESSIONS, "-l", &bytes, "-m", &copies_text]);
        source.args(["-f", "a@portal.example", "-t", "b@reader.example"]);
        source.arg(format!("127.0.0.1:{port}"));
        out.push((Row::new("smtp-source, connections kept", copies), source));
    }
    let floor = env::var_os("NOROSHI_BENCH")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache/noroshi-bench")))
        .map(|folder| folder.join("smtp_limit"))
        .filter(|path| path.is_file());
    match floor {
        Some(path) => {
            let mut floor = Command::new(path);
            floor.args(["127.0.0.1", &port.to_string(), SESSIONS]);
            floor.args([&copies_text, &bytes, "2"]);
            out.push((Row::new("floor, pipelined", copies), floor));
        }
        None => println!("without the floor; ../shared/bench/setup.sh builds it"),
    }
    out
}

/// Figures of one sender.
struct Row {
    name: &'static str,
    copies: f64,
    rates: Vec<f64>,
    cpu_us: Vec<f64>,
    sink_us: Vec<f64>,
}

impl Row {
    fn new(name: &'static str, copies: u32) -> Self {
        Self {
            name,
            copies: f64::from(copies),
            rates: Vec::new(),
            cpu_us: Vec::new(),
            sink_us: Vec::new(),
        }
    }

    fn take(&mut self, sink: &Sink, send: impl FnOnce() -> Outcome<Spent>) -> Outcome<()> {
        let before = cpu_ns(sink.program.pid());
        let spent = send()?;
        let sink_ns = cpu_ns(sink.program.pid()).saturating_sub(before);
        self.rates.push(self.copies / spent.wall);
        self.cpu_us.push(spent.cpu * 1e6 / self.copies);
        self.sink_us
            .push(Duration::from_nanos(sink_ns).as_secs_f64() * 1e6 / self.copies);
        Ok(())
    }

    fn print(&self) {
        println!(
            "{}: {:.0} mails/s, {:.1} us cpu a mail (the sink's: {:.1}); load {}",
            self.name,
            median(&self.rates),
            median(&self.cpu_us),
            median(&self.sink_us),
            load()
        );
    }
}
