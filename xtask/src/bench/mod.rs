//! `cargo xtask bench NAME`: our figure beside a peer's, on this machine.
//!
//! Each bench prints lines `RATIO name value goal at most G` (or `at least G`) and
//! ends with 1 when a goal is missed. A missing peer is never passed over: the line to install it is
//! printed and the exit code is 2. Trust processor time per unit, not the clock:
//! on a small machine the load generator stands in the way of everything else.

mod desk;
mod lateness;
mod ledger;
mod mail;
mod measure;
mod nginx;
mod portal;
mod postgres;
mod press;
mod replay;
mod scaling;
mod watch;

use crate::house::{House, program};
use crate::problem::{Outcome, Problem};
use crate::run::{self, LONG, Log};
use std::path::PathBuf;

/// Runs one bench.
pub fn run(arguments: &[String]) -> Outcome<()> {
    let house = House::find()?;
    let (name, rest) = arguments.split_first().ok_or_else(|| {
        Problem::cannot_run("bench NAME: desk, portal, lateness, ledger, mail, press or replay")
    })?;
    match name.as_str() {
        "desk" => desk::run(&house, rest),
        "portal" => portal::run(&house, rest),
        "lateness" => lateness::run(&house, rest),
        "ledger" => ledger::run(&house, rest),
        "mail" => mail::run(&house, rest),
        "press" => press::run(&house, rest),
        "replay" => replay::run(&house, rest),
        other => Err(Problem::cannot_run(format!("there is no bench `{other}`"))),
    }
}

/// Returns the folder of the benches' logs.
fn logs(house: &House) -> PathBuf {
    house.target.join("bench")
}

/// Builds the release binary and returns where it lies.
fn release_binary(house: &House) -> Outcome<PathBuf> {
    let log = Log::create(&logs(house), "build")?;
    println!("building ({})", log.path().display());
    let mut build = run::cargo(&house.root);
    build.args(["build", "--release", "--locked", "-p", "noroshi"]);
    log.run(&mut build, LONG)
        .map_err(|problem| Problem::new(format!("{problem}\n{}", log.tail())))?;
    Ok(house.target.join("release/noroshi"))
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

/// Prints one figure against its goal and tells whether it is met: not above it.
fn at_most(name: &str, value: f64, goal: f64) -> bool {
    println!("RATIO {name} {value:.3} goal at most {goal}");
    value <= goal
}

/// Prints one figure against its goal and tells whether it is met: not below it.
fn at_least(name: &str, value: f64, goal: f64) -> bool {
    println!("RATIO {name} {value:.3} goal at least {goal}");
    value >= goal
}

/// Ends a bench.
fn verdict(name: &str, met: bool) -> Outcome<()> {
    if met {
        return Ok(());
    }
    Err(Problem::new(format!("bench {name}: a goal is missed")))
}

/// Reads an option's number; what is no number is said.
fn number(option: &str, text: Option<&String>) -> Outcome<u32> {
    text.and_then(|text| text.parse().ok())
        .filter(|number| *number > 0)
        .ok_or_else(|| Problem::cannot_run(format!("{option} needs a number")))
}
