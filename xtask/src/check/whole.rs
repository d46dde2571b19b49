//! What only `check --all` does: the whole archive, and every place to be killed in.

use super::judge;
use super::postgres::Cluster;
use super::tests::environment;
use crate::folder::Folder;
use crate::house::House;
use crate::problem::{Outcome, Problem};
use crate::run::{self, LONG, Log};
use std::process::Command;

/// Replays the archive into a fresh folder; every document is judged by all judges.
pub fn replay(house: &House, log: &Log) -> Outcome<String> {
    let Some(archive) = house
        .shared()
        .map(|shared| shared.join("data/certcc-vda"))
        .filter(|archive| archive.is_dir())
    else {
        println!("  not run: ../shared is not here");
        return Ok("not run: ../shared is not here".into());
    };
    let folder = Folder::make("noroshi-replay")?;
    let noroshi = || {
        let mut command = Command::new(house.target.join("debug/noroshi"));
        command.current_dir(&house.root);
        command
    };
    let mut init = noroshi();
    init.args(["init", "--replay", "--dir"]).arg(folder.path());
    log.run(&mut init, LONG)?;
    let mut replay = noroshi();
    replay.args(["replay", "certcc-vda"]).arg(&archive);
    replay.arg("--dir").arg(folder.path());
    log.run(&mut replay, LONG)?;
    judge::tree(house, log, &folder.path().join("public"))
}

/// Kills the program once at every named point.
pub fn crash(house: &House, log: &Log) -> Outcome<String> {
    let cluster = Cluster::start(log)?;
    let mut command = run::linting(&house.root)?;
    command.args([
        "nextest",
        "run",
        "--workspace",
        "--locked",
        "--no-fail-fast",
    ]);
    command.args(["--no-tests", "fail", "crash"]);
    environment(&mut command, house, &cluster).env("NOROSHI_CRASH_ALL", "1");
    log.run(&mut command, LONG)?;
    let text = log.text()?;
    match text.lines().rfind(|line| line.contains("Summary [")) {
        Some(line) => Ok(line.trim().to_owned()),
        None => Err(Problem::new("nextest gave no summary")),
    }
}
