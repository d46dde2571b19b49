//! Approvals of a plan: who may give one, when the second of a person alone counts, when they are enough.
//!
//! Whether a signature holds is told where keys are known (`seal::signer`).

use std::collections::BTreeSet;

use super::{Advisory, ApprovedPlan, Plan, PlanApproval};
use crate::coordination::case::Case;
use crate::event::{Change, Event};
use crate::refusal::Refusal;
use crate::value::{Instant, PersonId};

/// The quorum of a house in which one person publishes alone and signs twice (docs/design/security.md §2.8).
pub const SOLO: u8 = 0;

/// What lies between the two signatures of such a person, µs; the signer demands the same.
pub const SOLO_WAIT_US: i64 = 30 * 60 * 1_000_000;

/// Somebody who signs a plan.
#[derive(Clone, Copy, Debug)]
pub struct Signing {
    pub person: PersonId,
    /// When, as the signature says.
    pub at: Instant,
    /// At a page, since when the person has been signed in.
    pub signed_in: Option<Instant>,
}

/// How many signatures a plan needs: of a house of one person two of the same.
#[must_use]
pub const fn needed(quorum: u8) -> u8 {
    match quorum {
        SOLO => 2,
        quorum => quorum,
    }
}

impl Advisory {
    /// Whether an approved plan publishes by a date: one that waits for a later instant leaves the date to its end.
    #[must_use]
    pub fn publishes_by(&self, until: Instant, quorum: u8) -> bool {
        self.plan.as_ref().is_some_and(|plan| plan.instant <= until)
            && self.approved_plan(quorum).is_ok()
    }

    /// Returns the plan if enough persons other than its author approved it, or in a house of one person that person
    /// twice.
    ///
    /// # Errors
    /// [`Refusal::NoPlan`], [`Refusal::Quorum`].
    pub fn approved_plan(&self, quorum: u8) -> Result<ApprovedPlan, Refusal> {
        let (Some(plan), Some(case)) = (&self.plan, self.case) else {
            return Err(Refusal::NoPlan);
        };
        let needed = needed(quorum);
        if quorum == SOLO {
            let is_done = plan.approvals.iter().any(|first| {
                let again = |a: &&PlanApproval| a.person == first.person && a.at > first.at;
                let second = plan.approvals.iter().find(again);
                second.is_some_and(|second| second.at >= plan.second_signature_from(first))
            });
            let found = u8::from(!plan.approvals.is_empty());
            return if is_done {
                Ok(plan.approved(case, 1))
            } else {
                Err(Refusal::Quorum { found, needed })
            };
        }
        let found = plan.persons();
        if found < needed {
            return Err(Refusal::Quorum { found, needed });
        }
        Ok(plan.approved(case, found))
    }
}

/// A plan is looked at in its instant; an approved one that has not gone after so long is held by something, µs.
pub const HELD_AFTER_US: i64 = 10_000_000;

impl Advisory {
    /// Tells whether an approved plan is held: the ledger says so, or its instant has passed while nothing of it is out.
    #[must_use]
    pub fn is_held(&self, quorum: u8, now: Instant) -> bool {
        let is_late = |plan: &Plan| now.0 - plan.instant.0 > HELD_AFTER_US;
        self.approved_plan(quorum).is_ok()
            && (self.held.is_some() || self.plan.as_ref().is_some_and(is_late))
    }

    /// The instant of an approved urgent plan that comes before the date of its case; nothing of one that is held.
    #[must_use]
    pub fn early(&self, case: &Case, quorum: u8) -> Option<Instant> {
        let plan = self.plan.as_ref().filter(|plan| plan.emergency)?;
        let is_early = case.until.is_some_and(|until| plan.instant < until);
        let goes = self.held.is_none() && self.approved_plan(quorum).is_ok();
        (is_early && goes).then_some(plan.instant)
    }
}

impl Plan {
    /// Persons other than its author who signed it.
    fn persons(&self) -> u8 {
        let others = self.approvals.iter().map(|approval| approval.person);
        let persons: BTreeSet<PersonId> = others.filter(|person| *person != self.author).collect();
        u8::try_from(persons.len()).unwrap_or(u8::MAX)
    }

    /// How many signatures it has that count, and how many it needs.
    #[must_use]
    pub fn signatures(&self, quorum: u8) -> (u8, u8) {
        let given = match quorum {
            SOLO => u8::try_from(self.approvals.len()).unwrap_or(u8::MAX),
            _ => self.persons(),
        };
        (given, needed(quorum))
    }

    /// Whose signature is still wanted: once of each other than the author, twice of whoever publishes alone. Answers with
    /// the first one of the same person, which the second has to follow.
    ///
    /// # Errors
    /// [`Refusal::OwnPlan`], [`Refusal::ApprovedAlready`].
    pub fn wants(&self, quorum: u8, person: PersonId) -> Result<Option<&PlanApproval>, Refusal> {
        if quorum != SOLO && self.author == person {
            return Err(Refusal::OwnPlan);
        }
        let mut own = self.approvals.iter().filter(|a| a.person == person);
        match (own.next(), own.next()) {
            (None, _) => Ok(None),
            (Some(first), None) if quorum == SOLO => Ok(Some(first)),
            _ => Err(Refusal::ApprovedAlready),
        }
    }

    /// From when a person who publishes alone may sign again. An emergency has its reason in the plan and waits for
    /// nothing.
    #[must_use]
    pub fn second_signature_from(&self, first: &PlanApproval) -> Instant {
        let wait = if self.emergency { 1 } else { SOLO_WAIT_US };
        Instant(first.at.0.saturating_add(wait))
    }
}

/// Whether a person may sign a plan now; whoever publishes alone and asks at a page has signed in again since the first
/// signature.
///
/// # Errors
/// If the plan is another one, or the person is its author or has approved already; in a house of one person, if
/// the second signature comes too soon after the first, without a new sign-in, or is not needed any more.
pub fn may_approve<'a>(
    quorum: u8,
    advisory: &'a Advisory,
    plan_sha256: &str,
    by: Signing,
) -> Result<&'a Plan, Refusal> {
    let plan = advisory
        .plan
        .as_ref()
        .filter(|plan| plan.sha256 == plan_sha256)
        .ok_or(Refusal::NoPlan)?;
    if let Some(first) = plan.wants(quorum, by.person)? {
        if by.signed_in.is_some_and(|since| since <= first.at) {
            return Err(Refusal::SignInAgain);
        }
        let from = plan.second_signature_from(first);
        if by.at < from {
            return Err(Refusal::SecondSignature { from });
        }
    }
    Ok(plan)
}

/// Records an approval.
///
/// # Errors
/// As [`may_approve`].
pub fn approve(
    quorum: u8,
    advisory: &Advisory,
    plan_sha256: &str,
    by: Signing,
    signature: String,
) -> Result<Vec<Change>, Refusal> {
    may_approve(quorum, advisory, plan_sha256, by)?;
    Ok(vec![Change::of(
        advisory.id,
        Event::PlanApproved {
            plan_sha256: plan_sha256.to_owned(),
            person: by.person,
            at: by.at,
            signature,
        },
    )])
}
