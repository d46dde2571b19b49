//! What a whole case leaves behind, asked of the program after it has ended.
//!
//! The tree verifies, the ledger's chain holds, the projections are what the ledger says,
//! every copy was acknowledged, and nothing waits. Nothing is read past the
//! program's own answers except the files that are public anyway.

use super::site::Closed;
use crate::house::{files_below, read_text};
use crate::problem::{Context, Outcome, Problem};
use crate::run::{Log, SHORT};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;

/// Copies of the walk: "received" on the page for two releases, by reply and by telephone for one.
const COPIES: u32 = 4;
/// Advisories of the walk: one at its agreed instant, one in an emergency.
const ADVISORIES: u32 = 2;

/// Asks the closed house what is left, and says it in one line.
pub fn closing(log: &Log, house: &Closed, results: &Path) -> Outcome<String> {
    let ask = |arguments: &[&str]| answer(log, house, arguments);
    let public = house.dir().join("public");
    let public_text = public.to_string_lossy().into_owned();
    let verified = ask(&["verify", &public_text])?;
    require(verified["good"] == true, "verify", &verified)?;
    require(
        verified["advisories"] == ADVISORIES,
        "verify: advisories",
        &verified,
    )?;
    let ledger = ask(&["ledger", "verify"])?;
    require(ledger["good"] == true, "ledger verify", &ledger)?;
    let rebuilt = ask(&["ledger", "rebuild"])?;
    require(rebuilt["unchanged"] == true, "ledger rebuild", &rebuilt)?;
    let copies = ask(&["mail", "copies"])?;
    require(
        copies == json!({ "acknowledged": COPIES }),
        "copies",
        &copies,
    )?;
    let doctor = ask(&["doctor"])?;
    require(
        doctor["waiting"].as_object().is_some_and(Map::is_empty),
        "the outbox is not empty",
        &doctor,
    )?;
    require(
        doctor["findings"].as_array().is_some_and(Vec::is_empty),
        "doctor",
        &doctor,
    )?;
    let kept = secrets_outside(results, &public, &house.dir().join("mail"))?;
    Ok(format!(
        "{} records, {kept} texts stayed inside",
        ledger["records"]
    ))
}

fn answer(log: &Log, house: &Closed, arguments: &[&str]) -> Outcome<Value> {
    let mut command = house.command(&["--json"]);
    let (_, text) = log.capture(command.args(arguments), SHORT)?;
    serde_json::from_str(&text)
        .context(|| format!("reading what `{}` answers", arguments.join(" ")))
}

fn require(holds: bool, what: &str, answer: &Value) -> Outcome<()> {
    if holds {
        return Ok(());
    }
    Err(Problem::new(format!("{what}: {answer}")))
}

/// The walk notes words that must stay inside (`kept.json`: word, and what it is); no file
/// that went out may hold one.
fn secrets_outside(results: &Path, public: &Path, mail: &Path) -> Outcome<usize> {
    let noted: Vec<[String; 2]> = serde_json::from_str(&read_text(&results.join("kept.json"))?)
        .context(|| "reading kept.json".into())?;
    if noted.is_empty() {
        return Err(Problem::new("the walk noted no text that must stay inside"));
    }
    for folder in [public, mail] {
        for file in files_below(folder)? {
            let bytes = fs::read(&file).context(|| format!("reading {}", file.display()))?;
            let text = String::from_utf8_lossy(&bytes);
            for [word, what] in &noted {
                if text.contains(word.as_str()) {
                    return Err(Problem::new(format!("{what} stands in {}", file.display())));
                }
            }
        }
    }
    Ok(noted.len())
}
