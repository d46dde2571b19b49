//! Where a report stands, in the finder's steps with their dates (docs/design/japanese-practice.md §3.2).
//!
//! Computed from what has happened to report and case. It names no vendor and no number of a case before publication,
//! and tells nobody that others have reported the same: what happened in a case before this report joined it is
//! dated with the joining.

use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::coordination::date;
use domain::coordination::participant::Participant;
use domain::event::{Event, Recorded};
use domain::intake::{Report, ReportState};
use domain::value::{CaseId, EmbargoEnd, Instant, Track};
use formats::letter::{Progress, SITE, Step, StepKind};

use crate::Awaited;
use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::House;

/// Stood in the reason of an act before the number that the finder was told, where another had to be drawn.
const TOLD_ONCE: &str = "; told ";

/// What has happened to a report, and to the case that it belongs to.
#[derive(Clone, Debug)]
pub struct Facts {
    report: Vec<Recorded>,
    case: Option<CaseFacts>,
}

#[derive(Clone, Debug)]
struct CaseFacts {
    state: Case,
    happened: Vec<Recorded>,
    participants: Vec<Participant>,
    /// Public number and instant of the first publication.
    published: Option<(String, Instant)>,
}

/// Gathers what has happened to a report.
///
/// # Errors
/// If the store fails.
pub fn facts<'a>(house: &'a House, report: &'a Report) -> Awaited<'a, Result<Facts, Fault>> {
    Box::pin(async move {
        let case = match &report.state {
            ReportState::Accepted { case } | ReportState::Merged { case } => {
                case_facts(house, *case).await?
            }
            _ => None,
        };
        Ok(Facts {
            report: house.happened(report.id.into()).await?,
            case,
        })
    })
}

async fn case_facts(house: &House, id: CaseId) -> Result<Option<CaseFacts>, Fault> {
    let Some(loaded) = house.load(id.into()).await? else {
        return Ok(None);
    };
    let Aggregate::Case(state) = &*loaded.state else {
        return Ok(None);
    };
    let mut participants = Vec::new();
    for (id, _) in house.store.participants(store::Viewer::House, id).await? {
        if let Some(loaded) = house.load(id.into()).await?
            && let Aggregate::Participant(participant) = &*loaded.state
        {
            participants.push(participant.clone());
        }
    }
    let mut published = None;
    if let Some(advisory) = house.store.advisory_of(store::Viewer::House, id).await?
        && let Some(loaded) = house.load(advisory.into()).await?
        && let Aggregate::Advisory(advisory) = &*loaded.state
    {
        published = advisory
            .published
            .first()
            .map(|first| (first.number.clone(), first.instant));
    }
    Ok(Some(CaseFacts {
        state: state.clone(),
        happened: house.happened(id.into()).await?,
        participants,
        published,
    }))
}

impl Facts {
    /// When nothing more was to come for the finder.
    #[must_use]
    pub fn closed_at(&self, report: &Report) -> Option<Instant> {
        let closed = || self.case.as_ref().and_then(|case| case.state.closed_at);
        report.ended_at.or_else(closed)
    }

    /// The document that the finder reads.
    #[must_use]
    pub fn progress(&self, report: &Report) -> Progress {
        let mut steps = Steps::default();
        let joined = self.report_steps(&mut steps);
        let asked = report.is_asked();
        if let (Some(case), Some(joined)) = (&self.case, joined) {
            // A case that was opened before tracks were recorded has that of its report.
            let track = case.state.track;
            let track = track.unwrap_or_else(|| Track::of_report(report.kind));
            case.steps(joined, track, &mut steps);
        }
        let mut steps = steps.sorted();
        if report.is_open() && !asked {
            steps.push(Step {
                step: StepKind::Checking,
                at: String::new(),
                about: String::new(),
            });
        }
        Progress {
            v: 1,
            handling: report.handling.clone(),
            steps,
            asked,
            may_withdraw: report.is_open(),
        }
    }

    /// Notes what happened to the report itself; returns when it became part of a case.
    fn report_steps(&self, steps: &mut Steps) -> Option<Instant> {
        let (mut joined, mut is_asked) = (None, false);
        for recorded in &self.report {
            let at = recorded.occurred_at;
            match &recorded.event {
                Event::ReportReceived { handling, told, .. } => {
                    steps.put(at, StepKind::Received, "");
                    if told.is_some() || recorded.reason.contains(TOLD_ONCE) {
                        steps.put(at, StepKind::Renumbered, handling);
                    }
                }
                Event::ReportQuestioned { .. } => {
                    is_asked = true;
                    steps.put(at, StepKind::Asked, "");
                }
                Event::ReportAnswered { .. } if is_asked => {
                    is_asked = false;
                    steps.put(at, StepKind::Answered, "");
                }
                Event::ReportAccepted { .. }
                | Event::ReportAcceptedAsPublic { .. }
                | Event::ReportMerged { .. } => {
                    joined = Some(at);
                    steps.put(at, StepKind::Accepted, "");
                }
                Event::ReportDeclined { reason, .. } => {
                    steps.put(at, StepKind::Declined, &code(reason));
                }
                Event::ReportWithdrawn => steps.put(at, StepKind::Withdrawn, ""),
                _ => {}
            }
        }
        joined
    }
}

impl CaseFacts {
    fn steps(&self, joined: Instant, track: Track, steps: &mut Steps) {
        let mut put = |at: Instant, step, about: &str| steps.put(at.max(joined), step, about);
        // Of a website nothing is published, so no time runs and no date is agreed.
        let is_site = !track.is_for_the_public();
        let whose = if is_site { SITE } else { "" };
        if let Some(at) = self.state.clock_start {
            put(at, StepKind::ContactBegun, whose);
        }
        let with_details = || {
            self.participants
                .iter()
                .filter(|participant| participant.details_at.is_some())
        };
        if let Some(at) = with_details().filter_map(|p| p.details_at).min() {
            put(at, StepKind::DetailsSent, whose);
        }
        // A vendor works on it from its first word after it had the details.
        let work = with_details().filter_map(|one| one.worked_at);
        if let Some(at) = work.min() {
            put(at, StepKind::VendorsWork, whose);
        }
        let (mut talks, mut agreed, mut begun, mut reached) = (None, None, None, None);
        for recorded in &self.happened {
            let at = recorded.occurred_at;
            match &recorded.event {
                Event::EmbargoProposed { .. } | Event::EmbargoRevisionProposed { .. } => {
                    (talks, begun) = (Some(at), begun.or(Some(at)));
                }
                Event::EmbargoActivated { until, .. } | Event::EmbargoRevised { until } => {
                    (talks, agreed) = (None, Some((at, *until)));
                }
                Event::EmbargoRejected | Event::EmbargoRevisionRejected => talks = None,
                // What ends by its date, or by a publication on it, was kept; an urgent publication comes before.
                Event::EmbargoEnded { why } => {
                    let is_on_time = agreed.is_none_or(|(_, until)| at >= until);
                    let is_kept =
                        *why == EmbargoEnd::Reached || *why == EmbargoEnd::Published && is_on_time;
                    if !is_kept {
                        (talks, agreed, begun) = (None, None, None);
                    }
                    reached = (*why == EmbargoEnd::Reached).then_some(at);
                }
                _ => {}
            }
        }
        // One of twelve who agrees sets the date, and eleven may still speak against it.
        // Where nobody is left who was asked, the date that ran is told no more, and no talks either.
        let tally = date::tally(&self.state, &self.participants);
        if tally.asked == 0 || is_site {
            (talks, agreed) = (None, None);
        } else if !tally.is_whole() {
            (talks, agreed) = (talks.or(begun), None);
        }
        if let Some((at, until)) = agreed {
            let said = self.participants.iter().filter(|one| !one.left);
            let last = said.filter_map(|one| one.said_at).max();
            let at = last.unwrap_or(at).max(at);
            put(at, StepKind::DateAgreed, &clock::rfc3339(until));
            if let Some(at) = reached.filter(|_| self.published.is_none()) {
                put(at, StepKind::DatePassed, &clock::rfc3339(until));
            }
        }
        if let Some(at) = talks.filter(|_| self.published.is_none()) {
            put(at, StepKind::DateTalks, "");
        }
        if let (Some(why), Some(at)) = (&self.state.closed, self.state.closed_at) {
            put(at, StepKind::Closed, &code(why));
        }
        if let Some((number, at)) = &self.published {
            put(*at, StepKind::Published, number);
        }
    }
}

/// Steps with their instants.
#[derive(Default)]
struct Steps(Vec<(Instant, Step)>);

impl Steps {
    fn put(&mut self, at: Instant, step: StepKind, about: &str) {
        let step = Step {
            step,
            at: clock::rfc3339(at),
            about: about.to_owned(),
        };
        self.0.push((at, step));
    }

    /// By instant; steps of one instant in the order of the form.
    fn sorted(mut self) -> Vec<Step> {
        let rank = |step: &Step| StepKind::ALL.iter().position(|kind| *kind == step.step);
        self.0.sort_by_key(|(at, step)| (*at, rank(step)));
        self.0.into_iter().map(|(_, step)| step).collect()
    }
}

/// The stable word of a reason, as it stands in events.
fn code(reason: &impl serde::Serialize) -> String {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
