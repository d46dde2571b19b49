//! The replay of the whole archive, and the house that serves it afterwards.
//!
//!     cargo xtask bench replay [--archive PATH] [--rounds N]
//!
//! Seconds, memory, and whether a record costs the same when there are twice as many:
//! half of the archive is every second note by number of records, so that small and
//! large cases are in it in the same proportion. Then `serve`: from the start to the
//! first page, and what all its processes hold.

use super::measure::{load, median};
use super::watch::{Spent, resident_mb, watch};
use super::{at_most, logs, number, release_binary, verdict};
use crate::folder::Folder;
use crate::house::{House, files_below};
use crate::http;
use crate::problem::{Context, Outcome, Problem};
use crate::run::{Log, Running, SHORT};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

const ROUNDS: u32 = 3;
const WALL_S: f64 = 60.0;
const PEAK_MB: f64 = 256.0;
/// Processor time a record, whole archive to half.
const FLAT: f64 = 1.15;
const SERVING_MB: f64 = 128.0;
const FIRST_PAGE_MS: f64 = 300.0;
/// How long the house runs before its memory is looked at.
const SETTLED: Duration = Duration::from_secs(5);
/// How often a starting house is asked for its first page.
const KNOCK: Duration = Duration::from_millis(2);
const START: Duration = Duration::from_secs(30);

/// Runs the bench.
pub fn run(house: &House, arguments: &[String]) -> Outcome<()> {
    let usage = || Problem::cannot_run("bench replay [--archive PATH] [--rounds N]");
    let (mut rounds, mut wish) = (ROUNDS, None);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--archive" => wish = Some(PathBuf::from(rest.next().ok_or_else(usage)?)),
            "--rounds" => rounds = number(argument, rest.next())?,
            _ => return Err(usage()),
        }
    }
    let whole = archive(house, wish)?;
    let binary = release_binary(house)?;
    let log = Log::create(&logs(house), "replay")?;
    let scratch = Folder::make("noroshi-replay-bench")?;
    let half = scratch.path().join("half");
    let records = halve(&whole, &half)?;
    println!(
        "whole archive: {:.0} records, half: {:.0}; load {}",
        records[0],
        records[1],
        load()
    );
    let mut spent: [Vec<Spent>; 2] = [Vec::new(), Vec::new()];
    let mut last = PathBuf::new();
    for round in 0..rounds {
        for (side, source) in [(1, &half), (0, &whole)] {
            let dir = scratch.path().join(format!("house-{side}-{round}"));
            let run = replayed(&binary, source, &dir, &log)?;
            println!(
                "  {:.0} records: {:.1} s, {:.1} s cpu, {:.0} MB; load {}",
                records[side],
                run.wall,
                run.cpu,
                run.peak_mb,
                load()
            );
            spent[side].push(run);
            if side == 0 {
                last = dir;
            }
        }
    }
    let middle = |side: usize, of: fn(&Spent) -> f64| {
        median(&spent[side].iter().map(of).collect::<Vec<f64>>())
    };
    let mut met = at_most("replay-wall", middle(0, |s| s.wall), WALL_S);
    met &= at_most("replay-memory", middle(0, |s| s.peak_mb), PEAK_MB);
    let cost = [0, 1].map(|side| middle(side, |s| s.cpu) / records[side] * 1e3);
    println!(
        "cpu a record: whole {:.2} ms, half {:.2} ms",
        cost[0], cost[1]
    );
    met &= at_most("replay-flat", cost[0] / cost[1], FLAT);
    met &= serve(&binary, &last, rounds, &log)?;
    verdict("replay", met)
}

/// Returns the archive that was named, or the one in `../shared`.
pub fn archive(house: &House, wish: Option<PathBuf>) -> Outcome<PathBuf> {
    let named = wish.or_else(|| Some(house.shared()?.join("data/certcc-vda")));
    named.filter(|path| path.is_dir()).ok_or_else(|| {
        Problem::cannot_run(
            "the archive is not here; run: git clone --depth 1 \
             https://github.com/CERTCC/Vulnerability-Data-Archive PATH, and name it with --archive PATH",
        )
    })
}

/// Makes a house and replays an archive in it; what the replay took.
pub fn replayed(binary: &Path, source: &Path, dir: &Path, log: &Log) -> Outcome<Spent> {
    let noroshi = || {
        let mut command = Command::new(binary);
        command.env_remove("NOROSHI_DATABASE");
        command.arg("--dir").arg(dir);
        command
    };
    log.run(noroshi().args(["init", "--replay"]), SHORT)?;
    let mut replay = noroshi();
    watch(log, replay.args(["replay", "certcc-vda"]).arg(source))
}

/// Copies every second note, ordered by number of records; returns the records of whole and half.
fn halve(whole: &Path, half: &Path) -> Outcome<[f64; 2]> {
    let data = whole.join("data");
    let root = if data.is_dir() { data } else { whole.into() };
    let mut notes: Vec<(usize, PathBuf)> = Vec::new();
    for file in files_below(&root)? {
        let name = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let Some(folder) = file.parent() else {
            continue;
        };
        if notes.last().is_none_or(|(_, last)| last != folder) {
            notes.push((0, folder.to_path_buf()));
        }
        if let Some((records, _)) = notes.last_mut() {
            *records += usize::from(name.starts_with("vendor_"));
        }
    }
    notes.sort();
    let count = |notes: &mut dyn Iterator<Item = &(usize, PathBuf)>| -> Outcome<f64> {
        let sum: usize = notes.map(|(records, _)| records).sum();
        let sum = u32::try_from(sum).context(|| "counting records".into())?;
        Ok(f64::from(sum.max(1)))
    };
    let records = [
        count(&mut notes.iter())?,
        count(&mut notes.iter().skip(1).step_by(2))?,
    ];
    for (_, folder) in notes.iter().skip(1).step_by(2) {
        let below = folder
            .strip_prefix(&root)
            .context(|| "placing a note".into())?;
        let to = half.join("data").join(below);
        fs::create_dir_all(&to).context(|| format!("making {}", to.display()))?;
        for file in files_below(folder)? {
            let name = file.file_name().unwrap_or_default();
            fs::copy(&file, to.join(name)).context(|| format!("copying {}", file.display()))?;
        }
    }
    Ok(records)
}

/// Starts the house on the replayed folder: time to the first page, memory after a while.
fn serve(binary: &Path, dir: &Path, rounds: u32, log: &Log) -> Outcome<bool> {
    let (mut starts, mut sizes) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let begun = Instant::now();
        let (running, base) = started(binary, dir, log)?;
        starts.push(begun.elapsed().as_secs_f64() * 1e3);
        thread::sleep(SETTLED);
        // It is the house at work that counts: some pages have been read.
        for path in ["/", "/ja/", "/en/", "/SHA256SUMS"] {
            http::get(&base, path, &[])?;
        }
        sizes.push(resident_mb(running.pid()));
    }
    println!(
        "serve: starts {starts:.0?} ms, {sizes:.1?} MB; load {}",
        load()
    );
    let memory = at_most("serve-memory", median(&sizes), SERVING_MB);
    let start = at_most("serve-start", median(&starts), FIRST_PAGE_MS);
    Ok(memory && start)
}

fn started(binary: &Path, dir: &Path, log: &Log) -> Outcome<(Running, String)> {
    let listen = format!("127.0.0.1:{}", http::free_port()?);
    let mut command = Command::new(binary);
    command.env_remove("NOROSHI_DATABASE");
    command.arg("--dir").arg(dir);
    let mut running = log.start(command.args([
        "serve",
        "--listen",
        &listen,
        "--listen-desk",
        "127.0.0.1:0",
        "--listen-partner",
        "127.0.0.1:0",
    ]))?;
    let base = format!("http://{listen}");
    let deadline = Instant::now() + START;
    while !http::get(&base, "/", &[]).is_ok_and(|answer| answer.status == 200) {
        if running.ended()?.is_some() || Instant::now() >= deadline {
            return Err(Problem::new(format!(
                "noroshi does not answer:\n{}",
                log.tail()
            )));
        }
        thread::sleep(KNOCK);
    }
    Ok((running, base))
}
