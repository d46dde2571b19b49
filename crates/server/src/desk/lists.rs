//! Deadlines of reports and cases, by the clocks of the house's profile.

use domain::coordination::case::Case;
use domain::event::Event;
use domain::intake::{Report, ReportState};
use domain::policy::calendar::{Calendar, JAPAN, WEEKENDS};
use domain::policy::clock::{Clock, Deadline, Due as Runs, Moment, Timeline};
use domain::policy::clock_table::Milestone;
use domain::value::Instant;
use pages::desk::view::Due;

use super::story::Line;
use crate::room::Room;

/// Clocks of a report, in the order in which they run out.
const REPORT: [&str; 3] = ["report.human_reply", "report.decision", "finder.answer"];

fn calendar(room: &Room) -> &'static Calendar {
    if room.house.config.profile == "jp-partnership" {
        &JAPAN
    } else {
        &WEEKENDS
    }
}

fn moment(at: Instant) -> Option<Moment> {
    jiff::Timestamp::from_microsecond(at.0)
        .ok()
        .map(Moment::Instant)
}

fn due(room: &Room, key: &str, timeline: &Timeline) -> Option<Due> {
    if !room.house.profile().runs(key) {
        return None;
    }
    let calendar = calendar(room);
    let Runs::At(deadline) = Clock::by_key(key)?.due(timeline, calendar) else {
        return None;
    };
    let at = match deadline {
        Deadline::Instant(at) => at,
        // The end of the office's day.
        Deadline::Day { date, .. } => calendar
            .offset
            .to_timestamp(date.tomorrow().ok()?.at(0, 0, 0, 0))
            .ok()?,
    };
    Some(Due {
        clock: key.to_owned(),
        at: at.to_string(),
    })
}

/// Deadlines of a report, the nearest first.
#[must_use]
pub fn of_report(room: &Room, report: &Report, lines: &[Line]) -> Vec<Due> {
    let mut timeline = Timeline::default();
    let mut note = |milestone: Milestone, at: Instant| {
        if let Some(moment) = moment(at) {
            timeline.record(milestone, moment);
        }
    };
    note(Milestone::Received, report.received_at);
    for line in lines {
        let at = line.recorded.occurred_at;
        match &line.recorded.event {
            Event::ReportQuestioned { .. } => {
                note(Milestone::HumanReplied, at);
                note(Milestone::QuestionSent, at);
            }
            Event::ReportAccepted { .. }
            | Event::ReportAcceptedAsPublic { .. }
            | Event::ReportDeclined { .. }
            | Event::ReportMerged { .. }
            | Event::ReportWithdrawn => {
                note(Milestone::HumanReplied, at);
                note(Milestone::Decided, at);
                note(Milestone::FinderAnswered, at);
            }
            _ => {}
        }
    }
    let mut out: Vec<Due> = REPORT
        .iter()
        .filter(|key| {
            **key != "finder.answer" || matches!(report.state, ReportState::Questioned { .. })
        })
        .filter_map(|key| due(room, key, &timeline))
        .collect();
    out.sort_by(|a, b| a.at.cmp(&b.at));
    out
}

/// Deadlines of a case, the nearest first.
#[must_use]
pub fn of_case(room: &Room, case: &Case, is_published: bool) -> Vec<Due> {
    let mut out = Vec::new();
    if case.closed.is_some() {
        return out;
    }
    let mut timeline = Timeline::default();
    if let Some(moment) = case.clock_start.and_then(moment) {
        timeline.record(Milestone::ContactBegan, moment);
    }
    if !is_published {
        out.extend(due(room, "case.target_publication", &timeline));
        if let Some(until) = case.until.filter(|_| case.em.in_force()) {
            out.push(Due {
                clock: "embargo".to_owned(),
                at: engine::clock::rfc3339(until),
            });
        }
    }
    out.sort_by(|a, b| a.at.cmp(&b.at));
    out
}
