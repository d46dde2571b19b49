//! The closer look at pages that only a signed-in person sees.
//!
//! The walk leaves a list of the GET addresses that each person had open, with the cookie
//! of its session (`audit.json`); the judge is `../shared/tools/audit`. Pages that only a
//! POST brings are judged within the walk (`judges/walk/judge.mjs`).

use crate::check::setup;
use crate::house::House;
use crate::problem::{Outcome, Problem};
use crate::run::{LONG, Log};
use std::path::Path;
use std::process::Command;

/// Judges what the walk's people had open; the house must still run.
pub fn inside(house: &House, log: &Log, results: &Path, lang: &str) -> Outcome<String> {
    let Some(shared) = house.shared() else {
        println!("  not run: ../shared is not here");
        return Ok("audit not run: ../shared is not here".into());
    };
    let mut command = Command::new("node");
    command.arg(house.root.join("judges/walk/audit.mjs"));
    command.arg(results.join("audit.json"));
    command.arg(shared.join("tools/audit/audit.mjs"));
    command.arg(lang).arg(results);
    command.env("AUDIT_MODULES", house.judges());
    if let Some(browser) = setup::chromium() {
        command.env("CHROMIUM", browser);
    }
    match log.run(&mut command, LONG) {
        Ok(()) => Ok("audited".into()),
        Err(problem) => Err(Problem::new(format!(
            "{problem}; see {}/audit-*/summary.md",
            results.display()
        ))),
    }
}
