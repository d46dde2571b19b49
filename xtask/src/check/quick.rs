//! `cargo xtask check --quick`: what can be known in a few minutes, with Rust and nothing else installed.
//!
//! Format, clippy of the crates that differ from the last commit, our own rules, and the tests that run in memory.
//! It proves less than the whole check: one engine, no process, no browser, nobody else's judges. It takes
//! cargo-nextest where that is there, and cargo's own runner elsewhere.

use super::tests::{Tally, add_own_runner};
use super::{Steps, done};
use crate::house::House;
use crate::problem::{Outcome, Problem};
use crate::run::{self, LONG, Log, SHORT};
use crate::tidy;
use std::collections::BTreeSet;
use std::process::Command;

/// Crates whose tests need no second engine, no other program and no network.
const IN_MEMORY: [&str; 7] = [
    "domain", "seal", "formats", "pages", "engine", "server", "scenario",
];

/// Runs the steps.
pub fn run(house: &House) -> Outcome<()> {
    let mut steps = Steps::begin(house)?;
    steps.step("fmt", |log| {
        let mut command = run::cargo(&house.root);
        log.run(command.args(["fmt", "--all", "--check"]), LONG)?;
        done()
    });
    steps.step("tidy", |log| tidy::all(house, log));
    steps.step("clippy", |log| clippy(house, log));
    let mut tally = Tally::default();
    steps.step("tests", |log| tests(house, log, &mut tally));
    steps.close(&tally)
}

fn clippy(house: &House, log: &Log) -> Outcome<String> {
    let changed = changed(house, log);
    let mut command = run::linting(&house.root)?;
    command.args(["test", "--all-targets", "--no-run", "--locked"]);
    match &changed {
        Some(crates) => command.args(crates.iter().flat_map(|name| ["-p", name.as_str()])),
        None => command.arg("--workspace"),
    };
    log.run(&mut command, LONG)?;
    Ok(changed.map_or_else(String::new, |crates| {
        let names: Vec<&str> = crates.iter().map(String::as_str).collect();
        format!("of {}", names.join(", "))
    }))
}

/// Crates with uncommitted changes; nothing if there are none, or if something changed that all are built from.
fn changed(house: &House, log: &Log) -> Option<BTreeSet<String>> {
    let mut git = Command::new("git");
    git.current_dir(&house.root)
        .args(["status", "--porcelain", "--untracked-files=all"]);
    let (status, said) = log.capture(&mut git, SHORT).ok()?;
    let crates = crates_in(&said).filter(|_| status.success())?;
    // What was removed whole cannot be asked for.
    let is_there = |name: &String| {
        name == "xtask"
            || house
                .root
                .join("crates")
                .join(name)
                .join("Cargo.toml")
                .is_file()
    };
    crates.iter().all(is_there).then_some(crates)
}

/// Names of the crates whose files git lists.
fn crates_in(status: &str) -> Option<BTreeSet<String>> {
    let mut out = BTreeSet::new();
    for line in status.lines() {
        let path = line.get(3..).unwrap_or_default();
        // A renamed file stands with both names.
        for path in path.split(" -> ") {
            let mut parts = path.trim_matches('"').split('/');
            match (parts.next(), parts.next()) {
                (Some("crates"), Some(name)) => {
                    out.insert(name.to_owned());
                }
                (Some("xtask"), Some(_)) => {
                    out.insert("xtask".to_owned());
                }
                (Some("Cargo.toml" | "Cargo.lock" | "clippy.toml"), None) => return None,
                _ => {}
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

fn tests(house: &House, log: &Log, tally: &mut Tally) -> Outcome<String> {
    let mut asked = run::cargo(&house.root);
    let has_nextest = log
        .status(asked.args(["nextest", "--version"]), SHORT)?
        .success();
    let mut command = run::linting(&house.root)?;
    if has_nextest {
        command.args(["nextest", "run"]);
    } else {
        // Its doc tests are left to the whole check, as nextest's are.
        command.args(["test", "--lib", "--tests"]);
    }
    command.args(["--locked", "--no-fail-fast"]);
    command.args(IN_MEMORY.into_iter().flat_map(|name| ["-p", name]));
    let before = log.text()?.len();
    let ended = log.run(&mut command, LONG);
    let text = log.text()?;
    let said = text.get(before..).unwrap_or_default();
    let passed = add_own_runner(tally, said, has_nextest);
    ended?;
    if passed == 0 {
        return Err(Problem::new("there is not one test"));
    }
    Ok(format!("{passed} passed"))
}

#[cfg(test)]
mod checks {
    use super::crates_in;

    #[test]
    fn what_git_lists_is_told_by_crate() {
        let names = |status: &str| {
            crates_in(status).map(|crates| crates.into_iter().collect::<Vec<String>>())
        };
        let status = " M crates/engine/src/lib.rs\n?? xtask/src/new.rs\nR  crates/a/x.rs -> crates/b/x.rs\n M README.md\n";
        let found = names(status).unwrap_or_default();
        assert_eq!(found, ["a", "b", "engine", "xtask"]);
        assert_eq!(names(" M README.md\n"), None);
        assert_eq!(names(" M Cargo.lock\n M crates/a/x.rs\n"), None);
    }
}
