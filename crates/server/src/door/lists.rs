//! Deadlines of reports, cases and their vendors, by the clocks of the house's profile.

use domain::aggregate::Aggregate;
use domain::clock::calendar::{Calendar, JAPAN, WEEKENDS};
use domain::clock::rule::{Clock, Deadline, Due as Runs, Moment, Timeline};
use domain::clock::table::Milestone;
use domain::coordination::board::{self, Cell};
use domain::coordination::case::Case;
use domain::coordination::participant::Participant;
use domain::intake::{Report, ReportState};
use domain::publication::Advisory;
use domain::value::{CaseId, Instant, Track};
use engine::Fault;
use jiff::civil::Date;
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

/// The day of an instant where the office stands.
fn day_of(room: &Room, at: Instant) -> Option<Date> {
    let at = jiff::Timestamp::from_microsecond(at.0).ok()?;
    Some(at.to_zoned(calendar(room).offset.to_time_zone()).date())
}

/// Whether the office is closed on the day of an instant.
#[must_use]
pub fn is_day_off(room: &Room, at: Instant) -> bool {
    day_of(room, at).is_some_and(|date| !calendar(room).works_on(date))
}

/// The date that is proposed where nobody typed one: so many days from now as the profile says, or the next working day.
#[must_use]
pub fn usual_date(room: &Room) -> Option<Date> {
    let days = room.house.profile().embargo_default_days?;
    let mut date = day_of(room, engine::kernel::clock::now().plus_days(days))?;
    while !calendar(room).works_on(date) {
        date = date.tomorrow().ok()?;
    }
    Some(date)
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
    let (at, day) = match deadline {
        Deadline::Instant(at) => (at, None),
        // The end of the office's day.
        Deadline::Day { date, .. } => {
            let end = date.tomorrow().ok()?.at(0, 0, 0, 0);
            let at = calendar.offset.to_timestamp(end).ok()?;
            (at, Some(date.to_string()))
        }
    };
    Some(Due {
        clock: key.to_owned(),
        at: Instant(at.as_microsecond()),
        day,
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

/// Deadlines of a case that is not published. A date in force takes the place of the target; what is mended with the
/// operator of a website has no target.
fn of_case(room: &Room, case: &Case, track: Track) -> Vec<Due> {
    let mut out = Vec::new();
    let mut timeline = Timeline::default();
    if let Some(moment) = case.clock_start.and_then(moment) {
        timeline.record(Milestone::ContactBegan, moment);
    }
    match case.until.filter(|_| case.em.in_force()) {
        Some(until) => out.push(Due {
            clock: "embargo".to_owned(),
            at: until,
            day: None,
        }),
        None if !track.is_for_the_public() => {}
        None => out.extend(due(room, "case.target_publication", &timeline)),
    }
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

/// Deadlines of a case and of its vendors: the instant of a plan before all others, since it publishes, then the nearest
/// first; of several vendors' the nearest stands for all.
#[must_use]
pub fn of_matter(
    room: &Room,
    case: &Case,
    track: Track,
    advisory: Option<&Advisory>,
    participants: &[Participant],
) -> Vec<Due> {
    if case.closed.is_some() {
        return Vec::new();
    }
    let plan = advisory.and_then(|advisory| advisory.plan.as_ref());
    let plan: Vec<Due> = plan
        .map(|plan| Due {
            clock: "plan".to_owned(),
            at: plan.instant,
            day: None,
        })
        .into_iter()
        .collect();
    if advisory.is_some_and(Advisory::is_published) {
        return plan;
    }
    let mut out = of_case(room, case, track);
    // What the plan says already.
    out.retain(|one| plan.iter().all(|plan| plan.at != one.at));
    let mut vendors: Vec<Due> = participants
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
    plan.into_iter().chain(out).collect()
}

/// What runs for a vendor: its receipt after the details, or its answer after the first letter or its last reply.
#[must_use]
pub fn of_vendor(room: &Room, participant: &Participant) -> Option<Due> {
    if participant.left {
        return None;
    }
    let has_heard = participant.seen_at.is_some() || participant.worked_at.is_some();
    let (key, milestone, at) = match (participant.details_at, participant.replied_at) {
        // What was said before the details is no receipt of them.
        (Some(sent), _) if !has_heard => ("vendor.receipt", Milestone::DetailsSent, sent),
        // Whoever never answered the first letter is silent from then on.
        (None, None) => (
            "vendor.silence",
            Milestone::LastReply,
            participant.asked_at?,
        ),
        (_, Some(replied))
            if matches!(
                board::cell(participant, None),
                Cell::Seen | Cell::Investigating
            ) =>
        {
            let last = participant
                .details_at
                .map_or(replied, |sent| sent.max(replied));
            ("vendor.silence", Milestone::LastReply, last)
        }
        _ => return None,
    };
    let mut timeline = Timeline::default();
    timeline.record(milestone, moment(at)?);
    due(room, key, &timeline)
}
