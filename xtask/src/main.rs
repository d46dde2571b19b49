//! The developer's tool: `cargo xtask check`, `walk`, `tidy`, `fuzz`, `sbom` and `bench`.
//!
//! It builds nothing of the product itself: it runs cargo, PostgreSQL, Chromium
//! and other people's judges in order, and says in one table what they found.
//! It does not know what a report or an advisory is. Start reading in
//! `check/mod.rs`; `run.rs` holds everything about child processes.

mod bench;
mod check;
mod folder;
mod fuzz;
mod house;
mod http;
mod lock;
mod problem;
mod run;
mod sbom;
mod tidy;
mod walk;

use problem::{Outcome, Problem};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask COMMAND

  check [--install] [--all]   everything that must hold before a commit
        --install             installs what is missing (also with CI=true)
        --all                 adds the whole replay, all audit modes, all crash points,
                              the list of components and 10 s of each fuzz target
  check --step NAME           that step alone, with what it needs; may stand several times
  check --quick               while you think: format, our own rules, clippy of what changed, and
                              the tests in memory; it needs Rust alone and proves less
  walk [OPTIONS]              a whole case in a real browser, by all seven people
        --person NAME         up to the last act of finder, desk, vendor, editor, approver,
                              reader or member, and only that person's pages judged
        --lang ja|en          default: both
        --engine NAME         sqlite or postgres; default: both
        --shots DIR           pictures of each person's main page, light and dark
        --audit               also ../shared/tools/audit over the pages inside
  tidy                        our own rules about our own files
  fuzz [TARGET…] [--seconds N]
                              feeds the readers of foreign bytes: all targets, 10 minutes in all
        --seconds N           so long each
  sbom [FILE]                 what the product is built from, as CycloneDX;
                              default: target/sbom/noroshi.cdx.json
  bench NAME [OPTIONS]        portal DIR | desk | lateness | ledger | mail | press | replay
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match command(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            if !problem.is_told() {
                eprintln!("xtask: {problem}");
            }
            ExitCode::from(problem.code())
        }
    }
}

fn command(arguments: &[String]) -> Outcome<()> {
    let (name, rest) = arguments
        .split_first()
        .ok_or_else(|| Problem::cannot_run(USAGE))?;
    match name.as_str() {
        "check" => check::run(rest),
        "walk" => walk::run(rest),
        "tidy" => tidy::run(rest),
        "fuzz" => fuzz::run(rest),
        "sbom" => sbom::run(rest),
        "bench" => bench::run(rest),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(Problem::cannot_run(format!(
            "no command `{other}`\n{USAGE}"
        ))),
    }
}
