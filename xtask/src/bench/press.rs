//! The press: advisories a second of one core, from ready documents.
//!
//!     cargo xtask bench press [DIR] [--archive PATH]
//!
//! DIR is a folder in which an archive was replayed; without it, one is made first.
//! Every round presses all advisories into an empty folder, so nothing is reused.

use super::ledger::measure;
use super::measure::load;
use super::replay::{archive, replayed};
use super::{at_least, logs, release_binary, verdict};
use crate::folder::Folder;
use crate::house::House;
use crate::problem::{Outcome, Problem};
use crate::run::Log;
use std::path::PathBuf;
use std::process::Command;

const ROUNDS: u32 = 3;
/// Advisories a second of processor time.
const GOAL: f64 = 300.0;

/// Runs the bench.
pub fn run(house: &House, arguments: &[String]) -> Outcome<()> {
    let usage = || Problem::cannot_run("bench press [DIR] [--archive PATH]");
    let (mut dir, mut wish) = (None, None);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--archive" => wish = Some(PathBuf::from(rest.next().ok_or_else(usage)?)),
            other if other.starts_with('-') => return Err(usage()),
            other => dir = Some(PathBuf::from(other)),
        }
    }
    let source = if dir.is_none() {
        Some(archive(house, wish)?)
    } else {
        None
    };
    let binary = release_binary(house)?;
    let log = Log::create(&logs(house), "press")?;
    let scratch = Folder::make("noroshi-press")?;
    let dir = match (dir, source) {
        (Some(dir), _) => dir,
        (None, Some(source)) => {
            let dir = scratch.path().join("house");
            replayed(&binary, &source, &dir, &log)?;
            dir
        }
        (None, None) => return Err(usage()),
    };
    let mut command = Command::new(&binary);
    command.env_remove("NOROSHI_DATABASE");
    command.arg("--dir").arg(&dir);
    let figures = measure(command, "press", ROUNDS, &log)?;
    println!(
        "press: {:.0} advisories, {:.0} files; {:.2} ms cpu an advisory, {:.2} s by the clock; load {}",
        figures.get("advisories")?,
        figures.get("files")?,
        figures.get("cpu_ms")?,
        figures.get("wall_s")?,
        load()
    );
    verdict(
        "press",
        at_least("press-rate", figures.get("per_cpu_s")?, GOAL),
    )
}
