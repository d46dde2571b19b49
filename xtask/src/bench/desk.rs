//! The desk's page of a large case: server time and weight.
//!
//!     cargo xtask bench desk [REQUESTS]
//!
//! The peer is what users of VINCE report of a case with 121 vendors, about ten seconds (VINCE#140); it cannot
//! be run here, so our figure stands against a goal of its own.

use super::measure::load;
use super::{at_most, logs, release_binary, verdict};
use crate::folder::Folder;
use crate::house::House;
use crate::problem::{Context, Outcome, Problem};
use crate::run::{LONG, Log};
use serde_json::Value;
use std::process::Command;

const REQUESTS: &str = "300";
/// Milliseconds that 95 of 100 requests keep within.
const GOAL_MS: f64 = 50.0;
/// KiB of the page, style sheets and script, uncompressed, as the first view needs them.
const GOAL_KIB: f64 = 150.0;

/// Runs the bench.
pub fn run(house: &House, arguments: &[String]) -> Outcome<()> {
    let requests = arguments.first().map_or(REQUESTS, String::as_str);
    let binary = release_binary(house)?;
    let log = Log::create(&logs(house), "desk")?;
    let scratch = Folder::make("noroshi-desk")?;
    let mut command = Command::new(&binary);
    command.env_remove("NOROSHI_DATABASE");
    command.arg("--dir").arg(scratch.path().join("unused"));
    command.args(["--json", "measure", "desk", "--n", requests]);
    let (status, text) = log.capture(&mut command, LONG)?;
    let line = text.lines().last().unwrap_or_default();
    let figures: Value = serde_json::from_str(line)
        .context(|| format!("the measure ended with {status} and no figures"))?;
    let figure = |name: &str| {
        figures[name]
            .as_f64()
            .ok_or_else(|| Problem::new(format!("no figure {name}")))
    };
    let bytes = figure("bytes")? + assets(house)?;
    println!(
        "desk: {} vendors, {} requests, p50 {:.1} ms; load {}",
        figures["vendors"],
        figures["requests"],
        figure("p50_us")? / 1000.0,
        load()
    );
    verdict(
        "desk",
        at_most("desk-case-p95-ms", figure("p95_us")? / 1000.0, GOAL_MS)
            & at_most("desk-case-first-view-kib", bytes / 1024.0, GOAL_KIB),
    )
}

/// Bytes of the style sheets and the script that the page asks for.
fn assets(house: &House) -> Outcome<f64> {
    let mut bytes = 0;
    for name in ["app.css", "desk.css", "desk.js", "icon.svg"] {
        let path = house.root.join("crates/pages/assets").join(name);
        bytes += std::fs::metadata(&path)
            .context(|| format!("looking at {}", path.display()))?
            .len();
    }
    Ok(bytes as f64)
}
