//! Those who may approve: the chain of statements, and one leaf of the log for each.
//!
//! The list names keys and no persons, so how many persons stand behind them is the house's own claim. An archive of a
//! house whose approvers never changed has no list and no such leaf.

use super::Run;
use super::reading;
use crate::approvers::{follow, taken_at};
use crate::leaf::Leaf;

/// Path of the list.
pub(super) const PATH: &str = "archive/approvers.jsonl";

/// Follows the chain and holds it against its leaves.
pub(super) fn check(run: &mut Run, leaves: &[Leaf]) {
    if leaves.is_empty() && !run.files.has(PATH) {
        return;
    }
    let Some(bytes) = run.bytes(PATH, "approvers-missing") else {
        return;
    };
    let now = run
        .now
        .duration_since(std::time::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .unwrap_or(i64::MAX);
    let roster = match follow(&bytes, now) {
        Ok(roster) => roster,
        Err((line, fault)) => {
            run.find("approvers-chain", PATH, format!("line {line}: {fault}"));
            return;
        }
    };
    run.report.approvers = Some((roster.generation, roster.standing(now).count()));
    let text = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').skip(1).collect();
    if lines.is_empty() {
        run.find("approvers-chain", PATH, "a list without any change");
    }
    if lines.len() != leaves.len() {
        let message = format!(
            "{} changes stand in the list and {} in the log",
            lines.len(),
            leaves.len()
        );
        run.find("approvers-leaf", PATH, message);
    }
    for ((generation, line), leaf) in (1_u32..).zip(&lines).zip(leaves) {
        let said = reading::instant(&leaf.instant).map(|(seconds, _)| seconds);
        let is_dated = taken_at(line).is_some_and(|at| said == Some(at.div_euclid(1_000_000)));
        if leaf.revision != generation
            || crate::hex(&crate::sha256(line)) != leaf.sha256
            || !is_dated
        {
            let message = format!("the leaf of generation {generation} is of another statement");
            run.find("approvers-leaf", PATH, message);
        }
    }
}
