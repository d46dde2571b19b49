//! How late a publication is while copies of another wait (docs/design/settled.md §5.2).
//!
//!     cargo xtask bench lateness [COPIES]
//!
//! Once they wait for a relay that says nothing, once they are written to the disk that the ledger is flushed to. There
//! is no peer: nobody else promises an instant. The clock on the wall is what counts here, so keep the machine quiet.

use super::measure::load;
use super::{at_most, logs, release_binary, verdict};
use crate::folder::Folder;
use crate::house::House;
use crate::problem::{Context, Outcome, Problem};
use crate::run::{LONG, Log};
use serde_json::Value;
use std::process::Command;

const COPIES: &str = "100000";
/// Milliseconds between the instant and the record.
const GOAL_MS: f64 = 100.0;

/// Runs the bench.
pub fn run(house: &House, arguments: &[String]) -> Outcome<()> {
    let copies = arguments.first().map_or(COPIES, String::as_str);
    let binary = release_binary(house)?;
    let log = Log::create(&logs(house), "lateness")?;
    let scratch = Folder::make("noroshi-lateness")?;
    let mut command = Command::new(&binary);
    command.env_remove("NOROSHI_DATABASE");
    command.arg("--dir").arg(scratch.path().join("unused"));
    command.args(["--json", "measure", "lateness", "--n", copies]);
    let (status, text) = log.capture(&mut command, LONG)?;
    let line = text.lines().last().unwrap_or_default();
    let figures: Value = serde_json::from_str(line)
        .context(|| format!("the measure ended with {status} and no figures"))?;
    let figure = |name: &str| {
        figures[name]
            .as_f64()
            .ok_or_else(|| Problem::new(format!("no figure {name}")))
    };
    let mut is_met = true;
    for (way, about) in [
        ("silent", "for a silent relay"),
        ("busy", "while they are written"),
    ] {
        let waiting = figure(&format!("{way}_waiting"))?;
        if waiting <= 0.0 {
            return Err(Problem::new(format!(
                "no copy waited {about} any more; give more than {copies}"
            )));
        }
        println!("lateness: {waiting} copies waited {about}; load {}", load());
        let late = figure(&format!("{way}_late_us"))? / 1000.0;
        is_met &= at_most(&format!("lateness-{way}-ms"), late, GOAL_MS);
    }
    verdict("lateness", is_met)
}
