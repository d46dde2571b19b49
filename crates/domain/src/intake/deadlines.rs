//! Which clocks run for a report (docs/design/process.md §1.14).

use crate::clock::table::Milestone;
use crate::intake::{Report, ReportState};
use crate::office::{Due, Office};

/// Clocks of a report that waits for us, and the one that runs while its finder is asked.
const OURS: [&str; 2] = ["report.human_reply", "report.decision"];
const FINDER: &str = "finder.answer";

/// Deadlines of an open report, the nearest first.
#[must_use]
pub fn of_report(office: Office, report: &Report) -> Vec<Due> {
    let mut happened = vec![(Milestone::Received, report.waits_since)];
    if let Some(asked) = report.asked_at {
        happened.push((Milestone::HumanReplied, asked));
        happened.push((Milestone::QuestionSent, asked));
    }
    let is_asked = matches!(report.state, ReportState::Questioned { .. });
    let keys = OURS.into_iter().chain(is_asked.then_some(FINDER));
    let mut out: Vec<Due> = keys.filter_map(|key| office.due(key, &happened)).collect();
    out.sort_by_key(|due| due.at);
    out
}
