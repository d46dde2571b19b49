//! 対応が必要なこと: addresses that are dead, copies that ran out, plans that wait for approvals or are held, dates that
//! came without a plan, reports that nobody answered, cases that everybody may know of, vendors that no mail reaches, that
//! are silent or that wish to be called, a record that is not as it was written.

mod house;

use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::coordination::date;
use domain::coordination::deadlines;
use domain::coordination::participant::Participant;
use domain::distribution::CopyState;
use domain::intake::{Report, Waits};
use domain::publication::deadlines::{is_awaited, unplanned};
use domain::publication::undecided::{Undecided, due_since, undecided};
use domain::react::IntentKind;
use domain::text::phase::Phase;
use domain::value::{AckWay, AdvisoryId, Part};
use engine::command::Command;
use engine::distribution::command as commands;
use engine::kernel::reference;
use engine::work::alarm::{Calls, Outcome, of_release};
use engine::{Fault, Instant, Viewer, Which};
use pages::kit::form::Typed;
use pages::kit::shown::Shown;
use pages::work::view::{Alarm, Task, Tasks};

use crate::coordination::title;
use crate::door::act;
use crate::door::act::tn;
use crate::door::ahead;
use crate::door::answer::Answer;
use crate::door::history;
use crate::door::room::Room;
use crate::door::sight::Eyes;
use crate::door::visit::{Stop, Visit};

/// Digits of a copy's code that are shown, so that both speak of the same copy; the person tells the rest.
const HINT_DIGITS: usize = 2;

/// The list.
///
/// # Errors
/// If the store fails.
pub async fn show(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    render(room, &visit, &Typed::default())
        .await
        .map(Answer::page)
}

async fn render(room: &Room, visit: &Visit, typed: &Typed) -> Result<Vec<u8>, Stop> {
    let mut rows: Vec<Task> = house::rows(room, visit).await?;
    rows.extend(copies(room, visit).await?);
    rows.extend(plans(room, visit).await?);
    rows.extend(dates(room, visit.viewer()?).await?);
    rows.extend(reports(room, visit.viewer()?).await?);
    rows.extend(vendors(room, visit).await?);
    alarms(room, &mut rows).await?;
    let unreadable = std::fs::read_dir(room.house.dir.join("box").join("unreadable"))
        .map_or(0, |entries| entries.flatten().count());
    let view = Tasks { rows, unreadable };
    Ok(pages::work::tasks::page(&visit.inside(room), &view, typed))
}

/// Adds to the rows that are alarms who was called and who has them.
async fn alarms(room: &Room, rows: &mut [Task]) -> Result<(), Stop> {
    let calls = room.house.kept.of::<Calls>();
    let own = room.house.own().await?;
    let causes = room.house.alarms().await?;
    let now = engine::kernel::clock::now();
    for row in rows {
        let Some(mut alarm) = row.alarm.take() else {
            continue;
        };
        // A row that nobody can take over has no button: its cause is over since the row was made.
        let Some(cause) = causes.iter().find(|cause| cause.key == alarm.cause) else {
            continue;
        };
        alarm.calls = !room.house.config.alarm.url.is_empty();
        let last = calls.of(&cause.key);
        alarm.called = last.map(|call| (call.name, call.at, call.outcome == Outcome::Taken));
        alarm.taken = cause.taken(&own.alarms, now).map(|taken| {
            let person = own.persons.get(&taken.person);
            (
                person
                    .map(|person| person.handle.clone())
                    .unwrap_or_default(),
                taken.at,
            )
        });
        row.alarm = Some(alarm);
    }
    Ok(())
}

/// A row that somebody is called for.
fn called_for(cause: String) -> Option<Alarm> {
    Some(Alarm {
        cause,
        ..Alarm::default()
    })
}

async fn copies(room: &Room, visit: &Visit) -> Result<Vec<Task>, Stop> {
    let signed = visit.person()?;
    let eyes = Eyes::of(room, signed, Phase::NO_CASE);
    let dead = room
        .house
        .store
        .dead_copies(visit.viewer()?, &CopyState::UNDELIVERED)
        .await
        .map_err(Fault::from)?;
    let mut out = Vec::new();
    for copy in dead {
        let state = room
            .house
            .load(copy.subscriber.into())
            .await?
            .map(|l| l.state);
        let Some(Aggregate::Subscriber(subscriber)) = state.as_deref() else {
            continue;
        };
        let contact = match &subscriber.address {
            Some(address) => eyes.words(address).await?.map(|words| words.text),
            None => None,
        };
        let code = engine::distribution::copies::copy_code(&room.house, &copy.id);
        // One that was altered in the database is a row like the others, without a button: it hides none of them.
        let reference = reference::read(&room.house, &copy.id, &copy.reference).ok();
        out.push(Task {
            id: match &reference {
                Some(reference) => format!("copy-{reference}"),
                None => format!("copy-unread-{}", out.len()),
            },
            kind: if copy.state == CopyState::Expired {
                "expired_copy"
            } else {
                "dead_address"
            }
            .to_owned(),
            who: subscriber.reference.clone(),
            contact,
            what: match (number_of(room, copy.advisory).await?, copy.detail) {
                (number, 0) => number,
                (number, code) => format!("{number} ({code})"),
            },
            path: None,
            since: Instant(copy.changed_at),
            code_hint: Some(code.chars().take(HINT_DIGITS).collect()),
            alarm: None,
            reference,
        });
    }
    Ok(out)
}

async fn number_of(room: &Room, advisory: AdvisoryId) -> Result<String, Stop> {
    let state = room.house.load(advisory.into()).await?.map(|l| l.state);
    Ok(match state.as_deref() {
        Some(Aggregate::Advisory(advisory)) => advisory
            .published
            .last()
            .map(|last| last.number.clone())
            .unwrap_or_default(),
        _ => String::new(),
    })
}

/// Cases whose date came and which have nothing published.
async fn dates(room: &Room, viewer: Viewer) -> Result<Vec<Task>, Stop> {
    let waiting = room
        .house
        .store
        .intents_about(viewer, IntentKind::DateWithoutPlan)
        .await
        .map_err(Fault::from)?;
    let mut out = Vec::new();
    for (id, at) in waiting {
        let state = room.house.load(id).await?.map(|l| l.state);
        if let Some(Aggregate::Case(case)) = state.as_deref()
            && case.closed.is_none()
            && !case.world.public
            && is_for_the_public(room, case).await?
            // A plan has a row of its own.
            && title::advisory_of(room, case.id).await?.is_none_or(|one| one.plan.is_none())
        {
            let since = case.until.unwrap_or(Instant(at));
            out.push(of_case(case, "no_plan", "plan", since));
        }
    }
    Ok(out)
}

/// Reports that came and were not sorted or answered.
async fn reports(room: &Room, viewer: Viewer) -> Result<Vec<Task>, Stop> {
    let open = room
        .house
        .store
        .reports(viewer, Which::Open)
        .await
        .map_err(Fault::from)?;
    let mut out = Vec::new();
    for line in open {
        let state = room.house.load(line.id.into()).await?.map(|l| l.state);
        let Some(Aggregate::Report(report)) = state.as_deref() else {
            continue;
        };
        let kind = match report.waits() {
            Waits::Sorting => "report_unread",
            Waits::Decision => "report_undecided",
            Waits::Finder | Waits::Nothing => continue,
        };
        out.push(of_report(report, kind, report.waits_since));
    }
    Ok(out)
}

fn of_report(report: &Report, kind: &str, since: Instant) -> Task {
    Task {
        id: format!("{kind}-{}", report.handling),
        kind: kind.to_owned(),
        who: report.handling.clone(),
        contact: None,
        what: report.handling.clone(),
        path: Some(format!("/desk/reports/{}", report.handling)),
        since,
        reference: None,
        code_hint: None,
        alarm: None,
    }
}

/// Plans that wait for a person: for approvals, because their instant has passed and nothing is out, or because what they
/// publish is not what the case says any more.
async fn plans(room: &Room, visit: &Visit) -> Result<Vec<Task>, Stop> {
    let (store, viewer) = (&room.house.store, visit.viewer()?);
    let waiting = store
        .intents_about(viewer, IntentKind::Release)
        .await
        .map_err(Fault::from)?;
    let mut out: Vec<Task> = Vec::new();
    for (id, _) in waiting {
        let advisory = room.house.load(id).await?.map(|l| l.state);
        let Some(Aggregate::Advisory(advisory)) = advisory.as_deref() else {
            continue;
        };
        let (Some(plan), Some(case)) = (&advisory.plan, advisory.case) else {
            continue;
        };
        let state = room.house.load(case.into()).await?.map(|l| l.state);
        let Some(Aggregate::Case(case)) = state.as_deref() else {
            continue;
        };
        let Some(kind) = ahead::wants(room, &visit.act(), case, advisory, ahead::Look::Now).await?
        else {
            continue;
        };
        let mut task = of_case(case, kind, "plan", plan.instant);
        if kind == "held_plan" {
            task.alarm = called_for(of_release(&plan.sha256));
        }
        // A plan that another one replaced waits beside it for the same case.
        if out.iter().all(|before| before.id != task.id) {
            out.push(task);
        }
    }
    out.sort_by_key(|task| task.since);
    Ok(out)
}

/// What is found on a website is mended with its operator: nothing of it is planned.
async fn is_for_the_public(room: &Room, case: &Case) -> Result<bool, Stop> {
    let track = engine::coordination::track_of(&room.house, case).await?;
    Ok(track.is_for_the_public())
}

/// A row that leads to a page of a case.
fn of_case(case: &Case, kind: &str, page: &str, since: Instant) -> Task {
    Task {
        id: format!("{kind}-{}", case.number),
        kind: kind.to_owned(),
        who: case.number.clone(),
        contact: None,
        what: case.number.clone(),
        path: Some(format!("/desk/cases/{}/{page}", case.number)),
        since,
        reference: None,
        code_hint: None,
        alarm: None,
    }
}

/// A case about which everybody may know already while nothing is published or planned: somebody decides what now; a plan
/// that somebody else took back: whoever made it goes on with the text; and a date that is near and has no plan.
async fn decision(room: &Room, case: &Case) -> Result<Option<Task>, Stop> {
    let track = engine::coordination::track_of(&room.house, case).await?;
    let advisory = title::advisory_of(room, case.id).await?;
    let (kind, due) = match undecided(case, track, advisory.as_ref()) {
        Some(due @ Undecided::Attacks) => ("decide_attacks", due),
        Some(due @ Undecided::Public) => ("decide_public", due),
        None => {
            let back = advisory.as_ref().and_then(|advisory| advisory.taken_back);
            let now = engine::kernel::clock::now();
            let near = unplanned(case, track, advisory.as_ref(), now);
            return Ok(match (back, near) {
                (Some(at), _) => Some(of_case(case, "plan_taken_back", "plan", at)),
                (None, near) => near.map(|date| of_case(case, "no_plan", "plan", date)),
            });
        }
    };
    let since = due_since(case, due);
    Ok(Some(of_case(case, kind, "advisory", since)))
}

/// Participants of open cases that no mail reaches, or that wish to be called; and cases that wait for a decision.
async fn vendors(room: &Room, visit: &Visit) -> Result<Vec<Task>, Stop> {
    let store = &room.house.store;
    let mut out = Vec::new();
    let viewer = visit.viewer()?;
    for line in store
        .cases(viewer, Which::Open)
        .await
        .map_err(Fault::from)?
    {
        let Some(loaded) = room.house.load(line.id.into()).await? else {
            continue;
        };
        let Aggregate::Case(case) = &*loaded.state else {
            continue;
        };
        out.extend(decision(room, case).await?);
        let added = crate::intake::added(room, case).await?;
        out.extend(added.iter().map(|report| {
            of_report(
                report,
                "report_added",
                report.added_at.unwrap_or(report.waits_since),
            )
        }));
        for (id, _) in store
            .participants(viewer, case.id)
            .await
            .map_err(Fault::from)?
        {
            let state = room.house.load(id.into()).await?.map(|l| l.state);
            if let Some(Aggregate::Participant(participant)) = state.as_deref() {
                out.extend(of_vendor(room, visit, case, participant).await?);
            }
        }
    }
    Ok(out)
}

async fn of_vendor(
    room: &Room,
    visit: &Visit,
    case: &Case,
    participant: &Participant,
) -> Result<Vec<Task>, Stop> {
    let mut out = Vec::new();
    let (Some(party), false) = (participant.party, participant.left) else {
        return Ok(out);
    };
    let call = match &participant.call_asked {
        Some(asked) if engine::coordination::is_call_open(&room.house, participant).await? => {
            Some(asked)
        }
        _ => None,
    };
    let now = engine::kernel::clock::now();
    let silent = deadlines::of_vendor(room.house.office(), participant).filter(|due| due.at <= now);
    let mut undeliverable = participant.undeliverable;
    let mut silent = silent.filter(|_| undeliverable.is_none()).map(|due| due.at);
    if undeliverable.is_some() || silent.is_some() {
        let advisory = title::advisory_of(room, case.id).await?;
        if !is_awaited(case, advisory.as_ref()) {
            (undeliverable, silent) = (None, None);
        }
    }
    let date = if date::wishes_another(case, participant) {
        Some("date_wished")
    } else {
        date::says_no(case, participant).then_some("date_declined")
    };
    if call.is_none() && undeliverable.is_none() && silent.is_none() && date.is_none() {
        return Ok(out);
    }
    let state = room.house.load(party.into()).await?.map(|l| l.state);
    let Some(Aggregate::Party(party)) = state.as_deref() else {
        return Ok(out);
    };
    let digits = tn(participant);
    let task = |kind: &str, contact: Option<Shown>, since: Instant| Task {
        id: format!("{kind}-{digits}"),
        kind: kind.to_owned(),
        who: history::party_name(party, visit.lang),
        contact,
        what: case.number.clone(),
        path: Some(format!("/desk/cases/{}/vendors/{digits}", case.number)),
        since,
        reference: None,
        code_hint: None,
        alarm: None,
    };
    if let Some((since, text)) = call {
        let eyes = title::eyes_on(room, visit.person()?, case).await?;
        let words = eyes.words(text).await?.map(|words| words.text);
        out.push(task("call_asked", words, *since));
    }
    if let Some(since) = silent {
        let kind = match participant.part {
            Part::Operator => "operator_silent",
            _ => "vendor_silent",
        };
        out.push(task(kind, None, since));
    }
    if let (Some(kind), Some(since)) = (date, participant.said_at) {
        out.push(task(kind, None, since));
    }
    if let Some(since) = undeliverable {
        let address = crate::party::desk::contact_of(room, visit, party).await?;
        out.push(task("dead_contact", address, since));
    }
    Ok(out)
}

/// Records that a copy was received, that nothing more can be done for it, or that somebody takes an alarm over.
///
/// # Errors
/// If the store fails.
pub async fn act(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let mut typed = visit.form.clone();
    let reference = typed
        .trimmed("task")
        .strip_prefix("copy-")
        .map(str::to_owned);
    let verb = typed.value("do").to_owned();
    let command = match (verb.as_str(), reference) {
        ("record", Some(reference)) => {
            typed.need("code", "desk-record-code-needed");
            Command::Acknowledge(commands::Acknowledge {
                reference,
                code: typed.trimmed("code").to_owned(),
                way: AckWay::Hand,
            })
        }
        ("done", Some(reference)) => Command::GiveUpCopy(commands::GiveUpCopy { reference }),
        ("again", Some(reference)) => Command::QueueCopiesAgain(commands::QueueCopiesAgain {
            reference: Some(reference),
            advisory: None,
        }),
        ("take", None) => Command::TakeAlarm(engine::work::command::TakeAlarm {
            cause: typed.trimmed("cause").to_owned(),
        }),
        _ => return Err(Stop::NotFound),
    };
    if typed.is_good()
        && act::perform(room, &visit, &mut typed, &command)
            .await?
            .is_some()
    {
        return Ok(Answer::see(
            visit.href(&format!("/desk/tasks?done=task-{verb}")),
        ));
    }
    render(room, &visit, &typed).await.map(Answer::wrong)
}
