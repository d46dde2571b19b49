//! What would become of a plan at its instant, for whichever page tells it.
//!
//! It shows what the house keeps, and asks nobody.

use domain::publication::Advisory as Stream;
use engine::publication::verdict::Verdicts;
use pages::kit::desk::view::{Cause, Fate};

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
