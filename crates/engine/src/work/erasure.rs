//! Erasures: asked for and approved by two persons, then carried out at once or as soon as the house runs
//! (docs/design/security.md §2.2).
//!
//! What is approved and not recorded as done is done again, whatever a process came to before it ended: each step finds out by
//! itself whether it has been done. What lies outside the house, a mail that was sent or a backup, it does not reach: of
//! backups it knows the number.

use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::intake::{Report, ReportState};
use domain::party::erasure::{self, Erasure, Matter, Stage};
use domain::publication::Advisory;
use domain::refusal::Refusal;
use domain::text::class::Compartment;
use domain::value::*;
use seal::record::Realm;
use serde_json::{Value, json};

use crate::Fault;
use crate::kernel::find::{by_number, inputs};
use crate::kernel::house::House;
use crate::kernel::unit::Unit;
use crate::kernel::{backup, ids};

inputs! {
    RequestErasure "Asks that parts of a dossier be erased; another person approves it." {
        #[serde(default)]
        report: Option<String> = "handling number of a report";
        #[serde(default)]
        case: Option<String> = "or the number of a case";
        compartments: Vec<Compartment> = "one or more of identity, exploit, text and raw";
        basis: ErasureBasis = "person_asked, time_over, order or by_mistake";
    }
    ApproveErasure "Approves an erasure that another person asked for; it is carried out at once and does not come back." {
        erasure: u32 = "its number";
    }
    WithdrawErasure "Takes back an erasure that nobody has approved." {
        erasure: u32 = "its number";
    }
    RecordBackupDestroyed "Records that all copies of a backup of keys were destroyed." {
        number: u64 = "number of the backup, as erase status names it";
    }
}

/// Asks for an erasure.
///
/// # Errors
/// [`Refusal::Input`] where not one dossier is named, those of [`erasure::request`].
pub async fn request(unit: &mut Unit<'_>, input: &RequestErasure) -> Result<Value, Fault> {
    let (dossier, matter): (StreamId, Matter) = match (&input.report, &input.case) {
        (Some(number), None) => {
            let report: Report = by_number(unit, number).await?;
            (report.id.into(), of_report(unit, &report).await?)
        }
        (None, Some(number)) => {
            let case: Case = by_number(unit, number).await?;
            (case.id.into(), of_case(unit, &case).await?)
        }
        _ => {
            return Err(Refusal::Input {
                field: "report",
                why: "name a report or a case, one of them",
            }
            .into());
        }
    };
    let own = unit.own().await?;
    let (number, changes) = erasure::request(
        &own,
        unit.house.stream(),
        dossier,
        &input.compartments,
        input.basis,
        matter,
        who(unit)?,
    )?;
    unit.record(changes).await?;
    Ok(json!({ "erasure": number }))
}

/// Approves an erasure.
///
/// # Errors
/// Those of [`erasure::approve`].
pub async fn approve(unit: &mut Unit<'_>, input: &ApproveErasure) -> Result<Value, Fault> {
    let own = unit.own().await?;
    let by = who(unit)?;
    let asked = own.erasures.get(&input.erasure);
    let dossier = asked.ok_or(Refusal::NotFound("erasure"))?.dossier;
    let matter = match unit.state(dossier).await?.as_deref().cloned() {
        Some(Aggregate::Report(report)) => of_report(unit, &report).await?,
        Some(Aggregate::Case(case)) => of_case(unit, &case).await?,
        _ => return Err(Fault::Form("dossier")),
    };
    let stream = unit.house.stream();
    unit.record(erasure::approve(&own, stream, input.erasure, matter, by)?)
        .await?;
    Ok(json!({ "erasure": input.erasure }))
}

/// Takes an erasure back.
///
/// # Errors
/// Those of [`erasure::withdraw`].
pub async fn withdraw(unit: &mut Unit<'_>, input: &WithdrawErasure) -> Result<Value, Fault> {
    let own = unit.own().await?;
    unit.record(erasure::withdraw(&own, unit.house.stream(), input.erasure)?)
        .await?;
    Ok(json!({ "erasure": input.erasure }))
}

/// Records that a backup was destroyed.
///
/// # Errors
/// Those of [`erasure::destroyed`].
pub async fn record_destroyed(
    unit: &mut Unit<'_>,
    input: &RecordBackupDestroyed,
) -> Result<Value, Fault> {
    let own = unit.own().await?;
    let made = backup::made(&unit.house.store).await?;
    unit.record(erasure::destroyed(
        &own,
        unit.house.stream(),
        input.number,
        made,
    )?)
    .await?;
    Ok(json!({ "backup": input.number }))
}

/// The person who acts, and when.
fn who(unit: &Unit<'_>) -> Result<(PersonId, Instant), Fault> {
    match unit.act.by {
        Actor::Person { id, .. } => Ok((id, unit.act.now)),
        _ => Err(Refusal::Role.into()),
    }
}

async fn of_report(unit: &mut Unit<'_>, report: &Report) -> Result<Matter, Fault> {
    let (ReportState::Accepted { case } | ReportState::Merged { case }) = report.state else {
        return Ok(Matter {
            is_over: report.state.stage().is_over(),
            is_published: false,
        });
    };
    match unit.state(case.into()).await?.as_deref() {
        Some(Aggregate::Case(case)) => of_case(unit, &case.clone()).await,
        _ => Err(Fault::Form("case")),
    }
}

async fn of_case(unit: &mut Unit<'_>, case: &Case) -> Result<Matter, Fault> {
    let advisory = unit.state(ids::advisory_id(case.id).into()).await?;
    Ok(Matter {
        is_over: case.closed.is_some(),
        is_published: matches!(advisory.as_deref(), Some(Aggregate::Advisory(one)) if Advisory::is_published(one)),
    })
}

/// An erasure as people look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub erasure: u32,
    /// Number of the report or case.
    pub of: String,
    pub stage: Stage,
    pub compartments: Vec<Compartment>,
    pub basis: ErasureBasis,
    /// Handles of who asked and who approved, and when.
    pub asked: (String, Instant),
    pub approved: Option<(String, Instant)>,
    pub erased_at: Option<Instant>,
    /// Backups of keys that still open it.
    pub backups: Vec<u64>,
}

impl House {
    /// All erasures, in their order.
    ///
    /// # Errors
    /// If a state cannot be read.
    pub async fn erasures(&self) -> Result<Vec<Told>, Fault> {
        let own = self.own().await?;
        let handle = |id: PersonId| {
            let known = own.persons.get(&id);
            known.map_or_else(String::new, |person| person.handle.clone())
        };
        let mut out = Vec::new();
        for (number, one) in &own.erasures {
            let loaded = self.load(one.dossier).await?;
            let of = loaded.as_ref().and_then(|loaded| loaded.state.number());
            out.push(Told {
                erasure: *number,
                of: of.map_or_else(String::new, |(_, number)| number.to_owned()),
                stage: own.stage_of(one),
                compartments: one.compartments.clone(),
                basis: one.basis,
                asked: (handle(one.asked.0), one.asked.1),
                approved: one.approved.map(|(id, at)| (handle(id), at)),
                erased_at: one.erased_at,
                backups: own.still_open(one).collect(),
            });
        }
        Ok(out)
    }

    /// Carries out what was approved.
    ///
    /// # Errors
    /// If store or files fail, or a backup is being made; it is tried again.
    pub async fn erase_due(&self) -> Result<(), Fault> {
        let own = self.own().await?;
        for (number, one) in own.erasures.iter().filter(|(_, one)| one.is_due()) {
            self.erase(*number, one).await?;
        }
        Ok(())
    }

    async fn erase(&self, number: u32, one: &Erasure) -> Result<(), Fault> {
        // A backup that is being made takes the keys of before, under a number that is not counted yet.
        let turn = backup::turn(&self.dir)?;
        let backups = backup::made(&self.store).await?;
        let epoch = self
            .keys
            .erase(&self.store, one.dossier, &one.compartments)
            .await?;
        drop(turn);
        self.drop_derived(one).await?;
        crate::kernel::crash::point("erase.dropped");
        let act = self.act_of(Actor::House, "");
        self.perform(&act, "erase", Realm::Live, async |unit| {
            let own = unit.own().await?;
            let stream = unit.house.stream();
            let changes = erasure::carried_out(&own, stream, number, epoch, backups)?;
            unit.record(changes).await
        })
        .await
    }

    /// Drops what was made of the dossier's texts and is sealed under other keys: half-written texts, and messages to its
    /// finder.
    async fn drop_derived(&self, one: &Erasure) -> Result<(), Fault> {
        match self
            .load(one.dossier)
            .await?
            .as_ref()
            .map(|one| &*one.state)
        {
            Some(Aggregate::Report(report)) => {
                self.store
                    .drop_drafts(&format!("report/{}/", report.id))
                    .await?;
                if one.compartments.contains(&Compartment::Text) {
                    self.empty_mailbox(report).await?;
                }
            }
            Some(Aggregate::Case(case)) => {
                self.store
                    .drop_drafts(&format!("advisory/{}", case.id))
                    .await?;
            }
            _ => {}
        }
        Ok(())
    }
}
