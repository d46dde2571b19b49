//! Rows of To do that are about the house itself: its parts, its relay, its clock, its record, who may approve, who was
//! let in, and what is to be erased. It knows no case.

use domain::party::erasure::Stage;
use domain::permit;
use engine::Instant;
use engine::distribution::relay::Relay;
use engine::work::alarm::{OF_CLOCK, OF_RECORD, OF_RELAY, of_context};
use engine::work::upkeep::Whole;
use pages::work::view::Task;

use super::called_for;
use crate::door::room::Room;
use crate::door::visit::{Stop, Visit};

/// How long it is told that somebody was let in, µs: seven days.
const LET_IN_US: i64 = 7 * 86_400_000_000;

/// All of them.
pub(super) async fn rows(room: &Room, visit: &Visit) -> Result<Vec<Task>, Stop> {
    let mut rows: Vec<Task> = gone(room, visit);
    rows.extend(relay(room));
    rows.extend(clock_set(room, visit));
    rows.extend(record(room));
    rows.extend(approvers(room, visit).await?);
    rows.extend(let_in(room).await?);
    rows.extend(erasures(room, visit).await?);
    Ok(rows)
}

/// A row that is about nobody, leads nowhere and calls nobody.
fn row(id: String, kind: &str, what: String, since: Instant) -> Task {
    Task {
        id,
        kind: kind.to_owned(),
        who: String::new(),
        contact: None,
        what,
        path: None,
        since,
        reference: None,
        code_hint: None,
        alarm: None,
    }
}

/// People whom one person let in, alone, to what others work on: an account that was made, or another way in for one that had
/// a password. Whoever works here sees it.
async fn let_in(room: &Room) -> Result<Vec<Task>, Stop> {
    let own = room.house.own().await?;
    let now = engine::kernel::clock::now().0;
    let is_told = |at: &Instant| (0..LET_IN_US).contains(&(now - at.0));
    let known = own.persons.values().filter(|person| {
        person.ended.is_none()
            && (permit::works_on_cases(person.role) || person.approval_key.is_some())
    });
    let rows = known.filter_map(|person| {
        let since = person.let_in.filter(is_told)?;
        Some(Task {
            who: person.handle.clone(),
            ..row(
                format!("let-in-{}", person.handle),
                "let_in",
                person.handle.clone(),
                since,
            )
        })
    });
    Ok(rows.collect())
}

/// Erasures that wait for a second person, and those that were approved and could not be carried out at once.
async fn erasures(room: &Room, visit: &Visit) -> Result<Vec<Task>, Stop> {
    let all = room.house.erasures().await?.into_iter();
    let rows = all.filter_map(|one| {
        let (kind, (who, since)) = match one.stage {
            Stage::Asked => ("erasure_asked", &one.asked),
            Stage::Approved => ("erasure_due", one.approved.as_ref()?),
            Stage::Shut | Stage::Erased | Stage::Withdrawn => return None,
        };
        let parts = pages::work::tasks::erased(visit.lang, &one.compartments);
        let what = format!("{} (#{}): {parts}", one.of, one.erasure);
        Some(Task {
            who: who.clone(),
            ..row(format!("erasure-{}", one.erasure), kind, what, *since)
        })
    });
    Ok(rows.collect())
}

/// The clock of this machine, once somebody has set it while the program ran.
fn clock_set(room: &Room, visit: &Visit) -> Option<Task> {
    let set = room.house.clock_was_set()?;
    let now = engine::kernel::clock::now();
    let what = pages::work::tasks::machine_time(visit.lang, now);
    let since = Instant(now.0 - set.since.ago_us());
    Some(Task {
        alarm: called_for(OF_CLOCK.to_owned()),
        ..row("clock".to_owned(), "clock_set", what, since)
    })
}

/// The record, once a reading of the whole found that it is not as it was written.
fn record(room: &Room) -> Option<Task> {
    let amiss = room.house.kept.of::<Whole>().amiss()?;
    Some(Task {
        alarm: called_for(OF_RECORD.to_owned()),
        ..row("record".to_owned(), "record_amiss", amiss.what, amiss.since)
    })
}

/// Contexts that are gone, while they are.
fn gone(room: &Room, visit: &Visit) -> Vec<Task> {
    let names = room.house.contexts.gone().into_iter();
    let say = |name: &str| pages::work::tasks::context(visit.lang, name);
    names
        .map(|(name, since)| Task {
            who: name.to_owned(),
            alarm: called_for(of_context(name)),
            ..row(format!("context-{name}"), "context_gone", say(name), since)
        })
        .collect()
}

/// The relay, while it takes no mail: nothing that is published reaches anybody by mail until it does.
fn relay(room: &Room) -> Option<Task> {
    let trouble = room.house.kept.of::<Relay>().trouble()?;
    let host = &room.house.config.mail.host;
    let what = match trouble.smtp {
        0 => host.clone(),
        code => format!("{host} ({code})"),
    };
    Some(Task {
        who: host.clone(),
        alarm: called_for(OF_RELAY.to_owned()),
        ..row("relay".to_owned(), "relay_down", what, trouble.since)
    })
}

/// A change of those who may approve that this reader can sign; and keys that a first publication lacks.
async fn approvers(room: &Room, visit: &Visit) -> Result<Vec<Task>, Stop> {
    let reader = visit.person()?;
    let own = room.house.own().await?;
    let roster = engine::people::roster::roster_of(room.house.id(), &own)?;
    let task = |kind: &str, since: Instant| Task {
        path: Some("/desk/approvers".to_owned()),
        ..row(
            kind.replace('_', "-"),
            kind,
            pages::work::tasks::approvers(visit.lang),
            since,
        )
    };
    let mut out = Vec::new();
    let now = engine::kernel::clock::now();
    if let Some(pending) = &own.pending
        && engine::people::roster::waits_for(&roster, pending, reader.id, now)
    {
        out.push(task("sign_approvers", pending.since));
    }
    // A key that goes by a succession key's word: whoever did not ask for it answers within the notice.
    let replacing = roster
        .standing(now.0)
        .find(|pin| pin.by_succession && pin.from() > now.0);
    if let Some(pin) = replacing {
        out.push(task("replaced_key", Instant(pin.since)));
    }
    if room.house.first_lack().await?.is_some() {
        let founded = own.persons.values().map(|person| person.since).min();
        out.push(task("replace_kit", founded.unwrap_or(Instant(0))));
    }
    Ok(out)
}
