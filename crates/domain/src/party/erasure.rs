//! What is erased of a dossier: asked for by one person, approved by another, carried out by the house
//! (docs/design/security.md §2.2).
//!
//! It knows which parts of which dossier, and neither keys nor what lies in them. What the dossier is of, its caller says.

use super::{House, Person};
use crate::event::{Change, Event, Recorded};
use crate::refusal::Refusal;
use crate::text::class::Compartment;
use crate::value::*;

/// So long somebody whom one person let in neither asks for an erasure nor approves one, µs: 72 hours, as with the keys of
/// those who approve a publication (docs/design/security.md §2.8).
pub const NEW_US: i64 = 72 * 3_600_000_000;

/// The parts that can be erased. The frame lives as long as the ledger.
pub const PARTS: [Compartment; 4] = [
    Compartment::Identity,
    Compartment::Exploit,
    Compartment::Text,
    Compartment::Raw,
];

/// An erasure that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    pub dossier: StreamId,
    pub compartments: Vec<Compartment>,
    pub basis: ErasureBasis,
    /// Who asked for it, and when.
    pub asked: (PersonId, Instant),
    /// Who approved it, and when.
    pub approved: Option<(PersonId, Instant)>,
    pub withdrawn: bool,
    /// When the keys went.
    pub erased_at: Option<Instant>,
    /// Backups of keys that were made before: as long as one of them lies somewhere, it opens what was erased.
    pub backups: u64,
}

/// Where an erasure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It waits for another person.
    Asked,
    /// It waits for the house.
    Approved,
    /// The keys are gone from the house, and backups of keys that were made before may still open it.
    Shut,
    /// Nothing that the house has made opens it any more; nobody is told that it is erased before.
    Erased,
    Withdrawn,
}

impl Stage {
    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Stage::Asked => "asked",
            Stage::Approved => "approved",
            Stage::Shut => "shut",
            Stage::Erased => "erased",
            Stage::Withdrawn => "withdrawn",
        }
    }
}

impl Erasure {
    fn is_undone(&self) -> bool {
        !self.withdrawn && self.erased_at.is_none()
    }

    /// Whether the house may carry it out and has not yet.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.is_undone() && self.approved.is_some()
    }
}

impl House {
    /// Where an erasure stands.
    #[must_use]
    pub fn stage_of(&self, erasure: &Erasure) -> Stage {
        match (erasure.withdrawn, erasure.erased_at, erasure.approved) {
            (true, ..) => Stage::Withdrawn,
            (_, Some(_), _) if self.still_open(erasure).next().is_none() => Stage::Erased,
            (_, Some(_), _) => Stage::Shut,
            (_, None, Some(_)) => Stage::Approved,
            (_, None, None) => Stage::Asked,
        }
    }

    /// The backups of keys that open what was erased, by their numbers: those that were made before and of which nobody has
    /// said that they were destroyed.
    pub fn still_open(&self, erasure: &Erasure) -> impl Iterator<Item = u64> {
        (1..=erasure.backups).filter(|number| !self.destroyed_backups.contains(number))
    }

    /// Whether it is no lack that this part of a dossier does not open.
    #[must_use]
    pub fn is_erased(&self, dossier: StreamId, compartment: Compartment) -> bool {
        // Between the keys and the record of it a process may end.
        let is_due = |one: &Erasure| {
            one.is_due() && one.dossier == dossier && one.compartments.contains(&compartment)
        };
        self.erased.contains(&(dossier, compartment)) || self.erasures.values().any(is_due)
    }

    pub(super) fn apply_erasure(&mut self, recorded: &Recorded) {
        let now = (recorded.person(), recorded.occurred_at);
        match &recorded.event {
            Event::ErasureRequested {
                erasure,
                dossier,
                compartments,
                basis,
            } => {
                let asked = Erasure {
                    dossier: *dossier,
                    compartments: compartments.clone(),
                    basis: *basis,
                    asked: now,
                    approved: None,
                    withdrawn: false,
                    erased_at: None,
                    backups: 0,
                };
                self.erasures.insert(*erasure, asked);
            }
            Event::ErasureApproved { erasure } => {
                if let Some(found) = self.erasures.get_mut(erasure) {
                    found.approved = Some(now);
                }
            }
            Event::ErasureWithdrawn { erasure } => {
                if let Some(found) = self.erasures.get_mut(erasure) {
                    found.withdrawn = true;
                }
            }
            Event::CompartmentErased {
                dossier,
                compartment,
                backups,
                ..
            } => {
                self.erased.push((*dossier, *compartment));
                let theirs = self.erasures.values_mut().filter(|one| {
                    one.is_due()
                        && one.dossier == *dossier
                        && one.compartments.last() == Some(compartment)
                });
                // The parts of one erasure go together and are recorded in their order.
                for one in theirs {
                    one.erased_at = Some(recorded.occurred_at);
                    one.backups = backups.unwrap_or(0);
                }
            }
            Event::BackupDestroyed { number } => {
                self.destroyed_backups.insert(*number);
            }
            _ => {}
        }
    }
}

/// What a dossier is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matter {
    /// Nobody works on it any more.
    pub is_over: bool,
    /// Something of it was published.
    pub is_published: bool,
}

/// Asks for an erasure; answers with its number too.
///
/// # Errors
/// [`Refusal::Input`] for parts that cannot be erased, [`Refusal::DossierOpen`] for more than who people are while somebody
/// works on the dossier, [`Refusal::Exists`] where one waits already, [`Refusal::LetInLately`].
pub fn request(
    house: &House,
    stream: StreamId,
    dossier: StreamId,
    compartments: &[Compartment],
    basis: ErasureBasis,
    matter: Matter,
    by: (PersonId, Instant),
) -> Result<(u32, Vec<Change>), Refusal> {
    settled(house, by)?;
    let parts: Vec<Compartment> = PARTS
        .into_iter()
        .filter(|part| compartments.contains(part))
        .collect();
    allowed(compartments, matter)?;
    let waits = |one: &Erasure| {
        one.is_undone()
            && one.dossier == dossier
            && one.compartments.iter().any(|c| parts.contains(c))
    };
    if house.erasures.values().any(waits) {
        return Err(Refusal::Exists("erasure"));
    }
    let erasure = house.erasures.last_key_value().map_or(0, |(last, _)| *last) + 1;
    let asked = Event::ErasureRequested {
        erasure,
        dossier,
        compartments: parts,
        basis,
    };
    Ok((erasure, vec![Change::of(stream, asked)]))
}

/// Approves an erasure.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::ErasureDecided`], [`Refusal::OwnErasure`] for who asked for it, [`Refusal::LetInLately`]; where
/// the dossier has changed since, those of [`request`].
pub fn approve(
    house: &House,
    stream: StreamId,
    erasure: u32,
    matter: Matter,
    by: (PersonId, Instant),
) -> Result<Vec<Change>, Refusal> {
    let found = waiting(house, erasure)?;
    if found.asked.0 == by.0 {
        return Err(Refusal::OwnErasure);
    }
    settled(house, by)?;
    allowed(&found.compartments, matter)?;
    Ok(vec![Change::of(stream, Event::ErasureApproved { erasure })])
}

/// Takes an erasure back that nobody has approved.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::ErasureDecided`].
pub fn withdraw(house: &House, stream: StreamId, erasure: u32) -> Result<Vec<Change>, Refusal> {
    waiting(house, erasure)?;
    Ok(vec![Change::of(
        stream,
        Event::ErasureWithdrawn { erasure },
    )])
}

/// Records that the keys of an erasure are gone; nothing, where that is recorded.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn carried_out(
    house: &House,
    stream: StreamId,
    erasure: u32,
    epoch: u32,
    backups: u64,
) -> Result<Vec<Change>, Refusal> {
    let found = house
        .erasures
        .get(&erasure)
        .ok_or(Refusal::NotFound("erasure"))?;
    let gone = |compartment: &Compartment| {
        let dossier = found.dossier;
        let compartment = *compartment;
        let backups = Some(backups);
        Change::of(
            stream,
            Event::CompartmentErased {
                dossier,
                compartment,
                epoch,
                backups,
            },
        )
    };
    let changes = found.compartments.iter().map(gone);
    Ok(if found.is_due() {
        changes.collect()
    } else {
        vec![]
    })
}

/// Records that a backup of keys was destroyed, by its number; `made` is the number of the last one.
///
/// # Errors
/// [`Refusal::NotFound`] where none has this number, [`Refusal::Exists`] where it is recorded.
pub fn destroyed(
    house: &House,
    stream: StreamId,
    number: u64,
    made: u64,
) -> Result<Vec<Change>, Refusal> {
    if !(1..=made).contains(&number) {
        return Err(Refusal::NotFound("backup"));
    }
    if house.destroyed_backups.contains(&number) {
        return Err(Refusal::Exists("destruction"));
    }
    Ok(vec![Change::of(stream, Event::BackupDestroyed { number })])
}

fn waiting(house: &House, erasure: u32) -> Result<&Erasure, Refusal> {
    let found = house
        .erasures
        .get(&erasure)
        .ok_or(Refusal::NotFound("erasure"))?;
    match house.stage_of(found) {
        Stage::Asked => Ok(found),
        _ => Err(Refusal::ErasureDecided),
    }
}

/// Whether these parts may go as the dossier stands: it is asked when somebody asks, and again when somebody approves.
fn allowed(parts: &[Compartment], matter: Matter) -> Result<(), Refusal> {
    let unusable = |why| Refusal::Input {
        field: "compartments",
        why,
    };
    if parts.is_empty() || parts.iter().any(|part| !PARTS.contains(part)) {
        return Err(unusable("one or more of identity, exploit, text and raw"));
    }
    if !matter.is_over && parts.iter().any(|part| *part != Compartment::Identity) {
        return Err(Refusal::DossierOpen);
    }
    if matter.is_published && parts.contains(&Compartment::Text) {
        return Err(unusable(
            "text stays where something was published: later revisions are composed of it",
        ));
    }
    Ok(())
}

/// Whoever was let in by one person a moment ago may be that person under another name.
fn settled(house: &House, (person, now): (PersonId, Instant)) -> Result<(), Refusal> {
    let let_in = house
        .persons
        .get(&person)
        .and_then(|person: &Person| person.let_in);
    match let_in.map(|at| Instant(at.0.saturating_add(NEW_US))) {
        Some(until) if now.0 < until.0 => Err(Refusal::LetInLately { until }),
        _ => Ok(()),
    }
}
