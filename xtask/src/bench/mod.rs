//! `cargo xtask bench NAME`: our figure beside a peer's, on this machine.
//!
//! Each bench prints lines `RATIO name value goal at most G` and ends with 1 when a
//! goal is missed. A missing peer is never passed over: the line to install it is
//! printed and the exit code is 2. Trust processor time per unit, not the clock:
//! on a small machine the load generator stands in the way of everything else.

mod measure;
mod nginx;
mod portal;

use crate::house::{House, program};
use crate::problem::{Outcome, Problem};
use std::path::PathBuf;

/// Runs one bench.
pub fn run(arguments: &[String]) -> Outcome<()> {
    let house = House::find()?;
    let (name, rest) = arguments
        .split_first()
        .ok_or_else(|| Problem::cannot_run("bench NAME: portal, ledger, mail, press or replay"))?;
    match name.as_str() {
        "portal" => portal::run(&house, rest),
        "ledger" => ledger(&house, rest),
        "mail" => mail(&house, rest),
        "press" => press(&house, rest),
        "replay" => replay(&house, rest),
        other => Err(Problem::cannot_run(format!("there is no bench `{other}`"))),
    }
}

/// Events a second, one writer, beside the floor of what the disk can flush.
fn ledger(house: &House, _arguments: &[String]) -> Outcome<()> {
    release_binary(house)?;
    not_built("ledger")
}

/// Processor time a message, beside smtp-source and the pipelined floor.
fn mail(house: &House, _arguments: &[String]) -> Outcome<()> {
    release_binary(house)?;
    not_built("mail")
}

/// Seconds from the instant to the swapped tree.
fn press(house: &House, _arguments: &[String]) -> Outcome<()> {
    release_binary(house)?;
    not_built("press")
}

/// Seconds for the whole archive.
fn replay(house: &House, _arguments: &[String]) -> Outcome<()> {
    release_binary(house)?;
    not_built("replay")
}

fn not_built(name: &str) -> Outcome<()> {
    Err(Problem::cannot_run(format!("bench {name}: not built yet")))
}

/// Returns the release build, or says how it is made.
fn release_binary(house: &House) -> Outcome<PathBuf> {
    let path = house.target.join("release/noroshi");
    if path.is_file() {
        return Ok(path);
    }
    Err(Problem::cannot_run(
        "run: cargo build --release --locked -p noroshi",
    ))
}

/// Fails with the line to run unless every program is here.
fn require(programs: &[(&str, &str)]) -> Outcome<()> {
    let missing: Vec<&str> = programs
        .iter()
        .filter(|(name, _)| program(name).is_none())
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(install(&missing))
}

fn install(packages: &[&str]) -> Problem {
    Problem::cannot_run(format!(
        "run: apt-get install -y --no-install-recommends {}",
        packages.join(" ")
    ))
}

/// Prints one figure against its goal and tells whether it is met.
fn ratio(name: &str, value: f64, goal: f64) -> bool {
    println!("RATIO {name} {value:.3} goal at most {goal}");
    value <= goal
}
