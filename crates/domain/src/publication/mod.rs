//! Publication: draft, plan, approvals, permit, release.
//!
//! A plan is approved by its hash; a change makes a new plan. A [`ReleasePermit`] is made by
//! [`crate::coordination::case::Case::release_permit`] alone and consumed by [`publish`]; whoever has none
//! cannot publish, and nobody can make, copy or read one from a file:
//!
//! ```compile_fail
//! type Permit = domain::publication::ReleasePermit;
//! fn another(permit: Permit) -> Permit { domain::publication::ReleasePermit { ..permit } } // private fields
//! ```
//! ```compile_fail
//! fn twice(permit: domain::publication::ReleasePermit) { let _ = permit.clone(); } // no Clone
//! ```
//! ```compile_fail
//! fn read(text: &str) -> domain::publication::ReleasePermit { serde_json::from_str(text).unwrap() } // no serde
//! ```
//! ```compile_fail
//! fn none(a: &domain::publication::Advisory, c: &domain::coordination::case::Case, r: domain::publication::Release) {
//!     let _ = domain::publication::publish(a, c, r); // no permit
//! }
//! ```
//! All of this compiles where it is about something else, so it is the permit that does not:
//!
//! ```
//! use domain::publication::{Advisory, Release, ReleasePermit, publish};
//! fn once(a: &Advisory, c: &domain::coordination::case::Case, permit: ReleasePermit, r: Release) {
//!     let _ = publish(a, c, permit, r);
//! }
//! fn twice(advisory: &Advisory) { let _ = advisory.clone(); }
//! fn read(text: &str) -> domain::value::Track { serde_json::from_str(text).unwrap() }
//! ```
//! It knows hashes and references, never a byte of what is published.

pub mod approval;
pub mod deadlines;
pub mod plan_guard;
pub mod undecided;
mod waiting;

pub use approval::{HELD_AFTER_US, SOLO, SOLO_WAIT_US, Signing, approve, may_approve};
pub use waiting::{Held, abort, hold};

use crate::act::Act;
use crate::coordination::case::Case;
use crate::coordination::date;
use crate::coordination::track::PublicTrack;
use crate::event::{Change, Document, Event, Recorded, Signed};
use crate::machine::constraints as law;
use crate::refusal::Refusal;
use crate::value::*;

/// The advisory of a case over all its revisions.
#[derive(Clone, Debug, PartialEq)]
pub struct Advisory {
    pub id: AdvisoryId,
    pub case: Option<CaseId>,
    pub draft: Option<Draft>,
    pub plan: Option<Plan>,
    /// What keeps the plan from going although its instant has come.
    pub held: Option<Held>,
    /// When a plan was taken back by somebody else than who made it, until somebody goes on with the text.
    pub taken_back: Option<Instant>,
    pub published: Vec<PublishedRevision>,
}

/// What the editors made of the case's texts, by reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub revision: u32,
    pub stage: AdvisoryStage,
    pub texts: Vec<(Field, TextRef)>,
    pub facts: TextRef,
    pub author: PersonId,
    pub at: Instant,
}

/// A plan with its approvals.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub revision: u32,
    /// The plan's exact bytes, as text.
    pub bytes: String,
    pub sha256: String,
    pub instant: Instant,
    pub documents: Vec<Document>,
    pub author: PersonId,
    pub emergency: bool,
    pub case_version: u32,
    /// When it was made, by the house's clock.
    pub made: Instant,
    pub approvals: Vec<PlanApproval>,
}

/// A person's signature over a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanApproval {
    pub person: PersonId,
    pub at: Instant,
    pub signature: String,
}

/// A revision that is out.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedRevision {
    pub revision: u32,
    pub number: String,
    pub instant: Instant,
    pub files: Vec<Document>,
    pub signatures: Vec<Signed>,
    pub leaves: Vec<String>,
    pub persons: u8,
}

impl Advisory {
    /// An advisory without any event.
    #[must_use]
    pub fn new(id: AdvisoryId) -> Self {
        Advisory {
            id,
            case: None,
            draft: None,
            plan: None,
            held: None,
            taken_back: None,
            published: vec![],
        }
    }

    /// Takes the next event.
    pub fn apply(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::AdvisoryDrafted {
                case,
                revision,
                stage,
                texts,
                facts,
            } => {
                self.case = Some(*case);
                self.taken_back = None;
                self.draft = Some(Draft {
                    revision: *revision,
                    stage: *stage,
                    texts: texts.clone(),
                    facts: *facts,
                    author: recorded.person(),
                    at: recorded.occurred_at,
                });
            }
            Event::PlanMade {
                revision,
                plan,
                plan_sha256,
                instant,
                documents,
                emergency,
                case_version,
            } => {
                (self.held, self.taken_back) = (None, None);
                self.plan = Some(Plan {
                    revision: *revision,
                    bytes: plan.clone(),
                    sha256: plan_sha256.clone(),
                    instant: *instant,
                    documents: documents.clone(),
                    author: recorded.person(),
                    emergency: *emergency,
                    case_version: *case_version,
                    made: recorded.occurred_at,
                    approvals: vec![],
                });
            }
            Event::PlanApproved {
                plan_sha256,
                person,
                at,
                signature,
            } => {
                if let Some(plan) = self
                    .plan
                    .as_mut()
                    .filter(|plan| plan.sha256 == *plan_sha256)
                {
                    plan.approvals.push(PlanApproval {
                        person: *person,
                        at: *at,
                        signature: signature.clone(),
                    });
                }
            }
            Event::PlanAborted { plan_sha256 } => {
                let is_it = |plan: &&Plan| plan.sha256 == *plan_sha256;
                if let Some(plan) = self.plan.as_ref().filter(is_it)
                    && plan.author != recorded.person()
                {
                    self.taken_back = Some(recorded.occurred_at);
                }
                self.plan = self.plan.take().filter(|plan| plan.sha256 != *plan_sha256);
                if self.plan.is_none() {
                    self.held = None;
                }
            }
            Event::ReleaseHeld { codes, .. } => {
                let since = self.held.as_ref().map(|held| held.since);
                self.held = Some(Held {
                    since: since.unwrap_or(recorded.occurred_at),
                    codes: codes.clone(),
                });
            }
            Event::Published {
                number,
                revision,
                instant,
                files,
                signatures,
                leaves,
                persons,
                ..
            } => {
                self.plan = None;
                self.held = None;
                self.published.push(PublishedRevision {
                    revision: *revision,
                    number: number.clone(),
                    instant: *instant,
                    files: files.clone(),
                    signatures: signatures.clone(),
                    leaves: leaves.clone(),
                    persons: *persons,
                });
            }
            _ => {}
        }
    }

    /// Tells whether any revision is out.
    #[must_use]
    pub fn is_published(&self) -> bool {
        !self.published.is_empty()
    }

    /// Whether it is out and nobody is making another revision of it.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        let is_written = self
            .draft
            .as_ref()
            .is_some_and(|draft| draft.revision >= self.next_revision());
        self.is_published() && self.plan.is_none() && self.taken_back.is_none() && !is_written
    }

    /// The revision that would come next.
    #[must_use]
    pub fn next_revision(&self) -> u32 {
        self.published.last().map_or(1, |last| last.revision + 1)
    }
}

impl Plan {
    fn approved(&self, case: CaseId, persons: u8) -> ApprovedPlan {
        ApprovedPlan {
            case,
            sha256: self.sha256.clone(),
            instant: self.instant,
            emergency: self.emergency,
            persons,
        }
    }
}

/// A plan that enough persons approved. Made by [`Advisory::approved_plan`] alone.
#[derive(Debug)]
pub struct ApprovedPlan {
    case: CaseId,
    sha256: String,
    instant: Instant,
    emergency: bool,
    persons: u8,
}

impl ApprovedPlan {
    /// The case it belongs to.
    #[must_use]
    pub fn case(&self) -> CaseId {
        self.case
    }
    /// Hash of the plan.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
    /// When it is due.
    #[must_use]
    pub fn instant(&self) -> Instant {
        self.instant
    }
    /// Persons whose approvals count.
    #[must_use]
    pub fn persons(&self) -> u8 {
        self.persons
    }
    /// Whether it ends an embargo early.
    #[must_use]
    pub fn emergency(&self) -> bool {
        self.emergency
    }
}

/// The right to publish one plan once, at one version of its case.
#[derive(Debug)]
pub struct ReleasePermit {
    case: CaseId,
    plan_sha256: String,
    case_version: u32,
    persons: u8,
}

impl ReleasePermit {
    /// Version of the case at which the permit holds; the transaction checks it.
    #[must_use]
    pub fn case_version(&self) -> u32 {
        self.case_version
    }
}

impl Case {
    /// Makes the permit to publish: the only function that does (ARCHITECTURE.md, invariants).
    ///
    /// # Errors
    /// [`Refusal::PlanNotDue`] before the plan's instant, [`Refusal::TooEarly`] while the embargo holds and
    /// the plan is no emergency.
    pub fn release_permit(&self, plan: &ApprovedPlan, act: &Act) -> Result<ReleasePermit, Refusal> {
        self.open()?;
        if plan.case() != self.id {
            return Err(Refusal::NoPlan);
        }
        if plan.instant() > act.now {
            return Err(Refusal::PlanNotDue {
                instant: plan.instant(),
            });
        }
        if let Some(until) = self
            .until
            .filter(|until| self.em.in_force() && *until > act.now)
            && !plan.emergency()
        {
            return Err(Refusal::TooEarly { until });
        }
        Ok(ReleasePermit {
            case: plan.case,
            plan_sha256: plan.sha256.clone(),
            case_version: self.version,
            persons: plan.persons,
        })
    }
}

/// What is about to be recorded as published.
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    pub number: String,
    pub signatures: Vec<Signed>,
    pub leaves: Vec<String>,
}

/// Publishes: consumes the permit and ends what publication ends.
///
/// # Errors
/// [`Refusal::NoPlan`] if the permit is for another case or plan.
pub fn publish(
    advisory: &Advisory,
    case: &Case,
    permit: ReleasePermit,
    release: Release,
) -> Result<Vec<Change>, Refusal> {
    let plan = advisory
        .plan
        .as_ref()
        .filter(|plan| plan.sha256 == permit.plan_sha256 && advisory.case == Some(permit.case))
        .ok_or(Refusal::NoPlan)?;
    if case.id != permit.case || case.version != permit.case_version {
        return Err(Refusal::Conflict);
    }
    let mut changes = Vec::new();
    if case.em.in_force() {
        // Before its date too, an urgent plan included: it is out because we published it, not because it leaked.
        let why = EmbargoEnd::Published;
        changes.push(Change::of(case.id, Event::EmbargoEnded { why }));
    }
    if !case.world.public {
        changes.push(Change::of(
            case.id,
            Event::WorldFactObserved {
                fact: WorldFact::PublicAware,
            },
        ));
        if law::c1_must_terminate(
            crate::machine::cs::PublicState {
                public: true,
                ..case.world
            },
            case.em,
        ) == law::Termination::RejectProposal
        {
            changes.push(Change::of(case.id, Event::EmbargoRejected));
        }
    }
    changes.push(Change::of(
        advisory.id,
        Event::Published {
            number: release.number,
            revision: plan.revision,
            plan_sha256: plan.sha256.clone(),
            instant: plan.instant,
            files: plan.documents.clone(),
            signatures: release.signatures,
            leaves: release.leaves,
            persons: permit.persons,
        },
    ));
    Ok(changes)
}

/// Drafts the next revision from the case's texts, by reference.
///
/// # Errors
/// If the case is closed, a class may not stand in an advisory, or a title or revision reason is missing.
pub fn draft(
    case: PublicTrack<'_>,
    advisory: AdvisoryId,
    before: Option<&Advisory>,
    stage: AdvisoryStage,
    texts: Vec<(Field, TextRef)>,
    facts: TextRef,
) -> Result<Vec<Change>, Refusal> {
    use crate::text::class::Class;
    case.open()?;
    for (field, text) in &texts {
        let allowed = match text.class {
            Class::V | Class::W | Class::F | Class::K1 | Class::K2 | Class::E | Class::R => true,
            Class::H => *field == Field::Credit,
            _ => false,
        };
        if !allowed {
            return Err(Refusal::Withheld {
                class: text.class.code(),
                rule: "R-A1",
            });
        }
    }
    let revision = before.map_or(1, Advisory::next_revision);
    if !texts.iter().any(|(field, _)| *field == Field::Title) {
        return Err(Refusal::Input {
            field: "title",
            why: "an advisory needs a title",
        });
    }
    if revision > 1
        && !texts
            .iter()
            .any(|(field, _)| *field == Field::RevisionReason)
    {
        return Err(Refusal::Input {
            field: "revision_reason",
            why: "say what changed and why",
        });
    }
    Ok(vec![Change::of(
        advisory,
        Event::AdvisoryDrafted {
            case: case.id,
            revision,
            stage,
            texts,
            facts,
        },
    )])
}

/// What a plan consists of, as the engine made it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewPlan {
    pub bytes: String,
    pub sha256: String,
    pub instant: Instant,
    pub documents: Vec<Document>,
    pub emergency: bool,
}

/// Records a plan for the drafted revision. It replaces any plan before it; approvals of that one lapse.
///
/// # Errors
/// If there is no draft, the instant lies before the embargo's end (unless an emergency with a reason), or
/// the draft is not the next revision.
pub fn plan(
    advisory: &Advisory,
    case: PublicTrack<'_>,
    new: NewPlan,
    act: &Act,
) -> Result<Vec<Change>, Refusal> {
    case.open()?;
    let draft = advisory.draft.as_ref().ok_or(Refusal::NoDraft)?;
    if draft.revision != advisory.next_revision() {
        return Err(Refusal::Revision {
            expected: advisory.next_revision(),
        });
    }
    date::may_be_planned(new.instant, act)?;
    if new.emergency && act.reason.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    let is_held = case.em.in_force() && !new.emergency;
    if let Some(until) = case.until.filter(|until| is_held && new.instant < *until) {
        return Err(Refusal::TooEarly { until });
    }
    Ok(vec![Change::of(
        advisory.id,
        Event::PlanMade {
            revision: draft.revision,
            plan: new.bytes,
            plan_sha256: new.sha256,
            instant: new.instant,
            documents: new.documents,
            emergency: new.emergency,
            case_version: case.version,
        },
    )])
}

#[cfg(test)]
mod tests;
