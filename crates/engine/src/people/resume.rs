//! The end of a hold: a restored, copied or moved house acts again (docs/design/security.md §2.24).
//!
//! What a house was restored from may be older than a dismissal, and whoever holds the machine alone could let it go: of a
//! restored one two persons say so, with their passwords. It compares nothing; what was compared is a person's word.

use std::path::Path;

use domain::party::decide;
use domain::refusal::Refusal;
use domain::value::{Actor, PersonId};
use seal::record::Realm;
use store::Location;
use zeroize::Zeroizing;

use crate::Awaited;
use crate::Fault;
use crate::kernel::backup::{RESTORED, TRIAL};
use crate::kernel::context::Contexts;
use crate::kernel::house::{House, instance_mark};

/// Persons who let a restored house go.
const PERSONS: usize = 2;

/// What becomes of the sessions and links of a house that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// They are dead: a person may have been dismissed and a link ended after the copy was made.
    End,
    /// They go on: folder and database were moved as planned, and nothing was recorded elsewhere since.
    Stay,
}

/// How a hold is ended.
#[derive(Debug)]
pub struct Resumption<'r> {
    /// What the house was compared with.
    pub compared: &'r str,
    pub links: Links,
    /// Those who say so: handle and password.
    pub by: &'r [(String, Zeroizing<String>)],
}

/// Lets a held house act again, after a person has compared it. A restored one is let go by two persons, or by as many as
/// have a password in it if there are fewer.
///
/// # Errors
/// If the house is not held, is a trial, nothing was compared, or too few persons say so.
pub fn resume<'a>(
    dir: &'a Path,
    location: &'a Location,
    how: &'a Resumption<'a>,
) -> Awaited<'a, Result<(), Fault>> {
    Box::pin(async move {
        let house = House::open(dir, location, Contexts::default()).await?;
        let Some(why) = house.held().await? else {
            return Err(Fault::Config("this house is not held".into()));
        };
        if why == TRIAL {
            return Err(Fault::Config(
                "a trial restore cannot be resumed; restore the backup again without --trial"
                    .into(),
            ));
        }
        if how.compared.trim().is_empty() {
            return Err(Fault::Config(
                "say with --compared what this house was compared with: archive log, signer's journal"
                    .into(),
            ));
        }
        let persons = persons(&house, how.by).await?;
        if why == RESTORED {
            enough(&house, persons.len()).await?;
        }
        let act = house.act_of(Actor::Operator, how.compared);
        house
            .perform(&act, "resume", Realm::Live, async |unit| {
                let stream = unit.house.stream();
                let changes = decide::resume(stream, how.compared, persons.clone())?;
                unit.record(changes).await
            })
            .await?;
        // Before it is free: a crash in between leaves it held.
        if how.links == Links::End {
            let now = crate::kernel::clock::now().0;
            house.store.end_people(now).await?;
        }
        let mark = instance_mark(dir)?;
        house.store.set_meta("instance", mark.as_bytes()).await?;
        house.store.set_meta("held", b"").await?;
        Ok(())
    })
}

/// Those whose passwords open, each once.
async fn persons(
    house: &House,
    by: &[(String, Zeroizing<String>)],
) -> Result<Vec<PersonId>, Fault> {
    let mut out = Vec::new();
    for (handle, password) in by {
        let known = house.sign_in_again(handle, password).await?;
        let known = known.ok_or_else(|| {
            Fault::Config(format!(
                "the password of {handle} does not open; nothing was changed"
            ))
        })?;
        if out.contains(&known.id) {
            return Err(Refusal::Exists("person").into());
        }
        out.push(known.id);
    }
    Ok(out)
}

/// Whether so many are enough.
async fn enough(house: &House, given: usize) -> Result<(), Fault> {
    let mut could = 0;
    for (id, person) in &house.own().await?.persons {
        if person.ended.is_none() && house.store.credential(*id).await?.is_some() {
            could += 1;
        }
    }
    let needed = could.min(PERSONS);
    if given < needed {
        return Err(Fault::Config(format!(
            "a restored house is let go by {needed} of its persons: say --by HANDLE PASSWORD-FILE for each; {given} said so"
        )));
    }
    Ok(())
}
