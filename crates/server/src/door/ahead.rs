//! What would become of a plan at its instant, for whichever page tells it.
//!
//! It shows what the house keeps, and asks nobody.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::act::Act;
use domain::coordination::case::Case;
use domain::publication::Advisory as Stream;
use engine::publication::facts::facts;
use engine::publication::verdict::Verdicts;
use pages::kit::desk::view::{Cause, Fate};
use seal::record::Realm;

use crate::door::room::Room;
use crate::door::visit::Stop;

/// What would become of a plan, as the house was told when it last asked.
///
/// # Errors
/// If the store fails.
pub async fn fate(room: &Room, stream: &Stream) -> Result<Fate, Stop> {
    let Some(plan) = &stream.plan else {
        return Ok(Fate::Unasked);
    };
    let verdicts = room.house.kept.of::<Verdicts>();
    let Some(verdict) = verdicts.of(stream.id, &plan.sha256) else {
        return Ok(Fate::Unasked);
    };
    if verdict.is_good() {
        return Ok(Fate::Goes);
    }
    let own = room.house.own().await?;
    let causes = verdict.lacks.into_iter().map(|lack| Cause {
        who: lack
            .person
            .and_then(|person| own.persons.get(&person))
            .map_or_else(String::new, |person| person.handle.clone()),
        code: lack.code,
        until: lack.until,
        counted: lack.counted,
    });
    Ok(Fate::Stops(causes.collect()))
}

/// How new an answer about a plan has to be: what it would publish is composed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As the case is now.
    Now,
    /// As it was some seconds ago, for a list of many.
    Lately,
}

/// What somebody has to do about the plan of a case, by the word of its task: it lacks approvals, is held, would be refused,
/// is outdated, or comes later than its date. Nothing where there is none, or it goes by itself.
///
/// # Errors
/// If the store fails.
pub async fn wants(
    room: &Room,
    act: &Act,
    case: &Case,
    stream: &Stream,
    how: Look,
) -> Result<Option<&'static str>, Stop> {
    let Some(plan) = &stream.plan else {
        return Ok(None);
    };
    let (now, quorum) = (engine::kernel::clock::now(), room.house.own().await?.quorum);
    if stream.approved_plan(quorum).is_err() {
        return Ok(Some("approve_plan"));
    }
    if stream.is_held(quorum, now) {
        return Ok(Some("held_plan"));
    }
    if let Fate::Stops(_) = fate(room, stream).await? {
        return Ok(Some("refused_plan"));
    }
    let is_outdated = match how {
        Look::Now => {
            facts(&room.house, act, Realm::Live, case)
                .await?
                .is_outdated
        }
        Look::Lately => is_outdated(room, act, case, &plan.sha256).await?,
    };
    if is_outdated {
        return Ok(Some("outdated_plan"));
    }
    // What has come, or ended before, can be changed no more: the plan stands for itself.
    let is_after = case.until.is_some_and(|until| until < plan.instant) && case.em.in_force();
    Ok(is_after.then_some("plan_after_date"))
}

/// How long it is remembered whether a plan is outdated, µs: a list of many plans is not composed anew for each look at it.
const REMEMBERED_US: i64 = 20_000_000;
/// Plans that are remembered.
const PLANS_MAX: usize = 1_000;

/// What is known of plans, by their hash: since when, and whether they are outdated.
#[derive(Default)]
struct Outdated(Mutex<HashMap<String, (i64, bool)>>);

/// Whether an approved plan says something else than the case does now, at most [`REMEMBERED_US`] ago.
async fn is_outdated(room: &Room, act: &Act, case: &Case, sha256: &str) -> Result<bool, Stop> {
    let kept = room.house.kept.of::<Outdated>();
    let now = engine::kernel::clock::now().0;
    let known = {
        let mut plans = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        plans.retain(|_, (at, _)| (0..REMEMBERED_US).contains(&(now - *at)));
        plans.get(sha256).map(|(_, is)| *is)
    };
    if let Some(known) = known {
        return Ok(known);
    }
    let is = facts(&room.house, act, Realm::Live, case)
        .await?
        .is_outdated;
    let mut plans = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    if plans.len() < PLANS_MAX {
        plans.insert(sha256.to_owned(), (now, is));
    }
    Ok(is)
}
