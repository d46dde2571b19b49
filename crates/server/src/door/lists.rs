//! Deadlines of reports, cases and their vendors, by the clocks of the house's profile.

use domain::aggregate::Aggregate;
use domain::clock::calendar::{Calendar, JAPAN, WEEKENDS};
use domain::clock::rule::{Clock, Deadline, Due as Runs, Moment, Timeline};
use domain::clock::table::Milestone;
use domain::coordination::board::{self, Cell};
use domain::coordination::case::Case;
use domain::coordination::participant::Participant;
use domain::intake::{Report, ReportState};
use domain::value::{CaseId, Instant};
use engine::Fault;
use pages::kit::desk::view::Due;

use crate::door::room::Room;
use crate::door::visit::Stop;

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
        at: Instant(at.as_microsecond()),
    })
}

/// Deadlines of an open report, the nearest first.
#[must_use]
pub fn of_report(room: &Room, report: &Report) -> Vec<Due> {
    let mut timeline = Timeline::default();
    let mut note = |milestone: Milestone, at: Instant| {
        if let Some(moment) = moment(at) {
            timeline.record(milestone, moment);
        }
    };
    note(Milestone::Received, report.waits_since);
    if let Some(asked) = report.asked_at {
        note(Milestone::HumanReplied, asked);
        note(Milestone::QuestionSent, asked);
    }
    let mut out: Vec<Due> = REPORT
        .iter()
        .filter(|key| {
            **key != "finder.answer" || matches!(report.state, ReportState::Questioned { .. })
        })
        .filter_map(|key| due(room, key, &timeline))
        .collect();
    out.sort_by_key(|due| due.at);
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
                at: until,
            });
        }
    }
    out.sort_by_key(|due| due.at);
    out
}

/// The participants of a case.
///
/// # Errors
/// If the store fails.
pub async fn participants(room: &Room, case: CaseId) -> Result<Vec<Participant>, Stop> {
    let listed = room
        .house
        .store
        .participants(engine::Viewer::House, case)
        .await;
    let mut out = Vec::new();
    for (id, _) in listed.map_err(Fault::from)? {
        let state = room.house.load(id.into()).await?.map(|l| l.state);
        if let Some(Aggregate::Participant(participant)) = state.as_deref() {
            out.push(participant.clone());
        }
    }
    Ok(out)
}

/// Deadlines of a case and of its vendors, the nearest first; of several vendors' the nearest stands for all.
///
/// # Errors
/// If the store fails.
pub async fn of_matter(room: &Room, case: &Case, is_published: bool) -> Result<Vec<Due>, Stop> {
    let mut out = of_case(room, case, is_published);
    if case.closed.is_some() || is_published {
        return Ok(out);
    }
    let mut vendors: Vec<Due> = participants(room, case.id)
        .await?
        .iter()
        .filter_map(|participant| of_vendor(room, participant))
        .collect();
    vendors.sort_by_key(|due| due.at);
    for one in vendors {
        if out.iter().all(|before| before.clock != one.clock) {
            out.push(one);
        }
    }
    out.sort_by_key(|due| due.at);
    Ok(out)
}

/// What runs for a vendor: its receipt after the details, or its answer after its last reply.
fn of_vendor(room: &Room, participant: &Participant) -> Option<Due> {
    if participant.left {
        return None;
    }
    let replied = participant.seen_at.max(participant.answered_at);
    let (key, milestone, at) = match (participant.details_at, replied) {
        (Some(sent), None) => ("vendor.receipt", Milestone::DetailsSent, sent),
        (_, Some(replied))
            if matches!(
                board::cell(participant, None),
                Cell::Seen | Cell::Investigating
            ) =>
        {
            ("vendor.silence", Milestone::LastReply, replied)
        }
        _ => return None,
    };
    let mut timeline = Timeline::default();
    timeline.record(milestone, moment(at)?);
    due(room, key, &timeline)
}
