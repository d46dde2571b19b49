//! Letters to one: first contacts, and reminders to the duty address.
//!
//! Each is a kind of its own with connections of its own: an alarm does not stand behind letters, and neither stands
//! behind the copies of a publication. What the letters say is in [`crate::distribution::letters`].

use domain::react::IntentKind;
use std::collections::HashMap;

use domain::value::StreamId;
use store::work::Waiting;

use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::House;
use crate::work::{LEASE_US, Next};

/// The duty address is written to this often while a date has passed without an approved plan
/// (docs/design/settled.md §2.4), or while a plan that is due is held, µs.
const REMIND_EVERY_US: i64 = 900_000_000;
/// Cases, and held plans, that are looked at in one round.
const CLAIM_MAX: u32 = 32;

impl House {
    /// Writes the first contacts that are due.
    pub(super) async fn contacts_round(&self) -> Result<Next, Fault> {
        self.send_first_contacts().await?;
        let next = self.store.next_intent_at(IntentKind::FirstContact).await?;
        Ok(Next::at(next))
    }

    /// Writes to the duty address, without content, while a date has passed and nothing was published
    /// (docs/design/settled.md §2.4).
    pub(super) async fn duty_round(&self) -> Result<Next, Fault> {
        self.call_for_held_releases().await?;
        let now = clock::now().0;
        for intent in self
            .store
            .claim_intents(IntentKind::DateWithoutPlan, now, now + LEASE_US, CLAIM_MAX)
            .await?
        {
            let case = domain::value::CaseId(intent.subject.0);
            let over = match self.load(case.into()).await?.map(|l| l.state) {
                Some(state) => match &*state {
                    domain::aggregate::Aggregate::Case(case) => {
                        case.closed.is_some() || case.world.public
                    }
                    _ => true,
                },
                None => true,
            };
            if over {
                self.store.finish_intents(&[intent.name]).await?;
                continue;
            }
            self.remind_duty(&intent, now).await?;
        }
        let dates = self
            .store
            .next_intent_at(IntentKind::DateWithoutPlan)
            .await?;
        let held = self.store.next_intent_at(IntentKind::ReleaseHeld).await?;
        Ok(Next::at(dates.into_iter().chain(held).min()))
    }

    /// Writes to the duty address, without content, while a plan is due and cannot go.
    async fn call_for_held_releases(&self) -> Result<(), Fault> {
        let now = clock::now().0;
        // Each change of the causes has left an intent; one a plan calls, and goes on calling.
        let all = self
            .store
            .intents_about(store::Viewer::House, IntentKind::ReleaseHeld)
            .await?;
        let mut left: HashMap<StreamId, usize> = HashMap::new();
        for (subject, _) in all {
            *left.entry(subject).or_default() += 1;
        }
        for intent in self
            .store
            .claim_intents(IntentKind::ReleaseHeld, now, now + LEASE_US, CLAIM_MAX)
            .await?
        {
            let advisory = domain::value::AdvisoryId(intent.subject.0);
            let is_held = match self.load(advisory.into()).await?.map(|l| l.state) {
                Some(state) => match &*state {
                    domain::aggregate::Aggregate::Advisory(stream) => {
                        let plan = stream.plan.as_ref();
                        plan.is_some_and(|plan| plan.sha256 == intent.argument)
                            && stream.held.is_some()
                    }
                    _ => false,
                },
                None => false,
            };
            let of_plan = left.entry(intent.subject).or_default();
            if !is_held || *of_plan > 1 {
                *of_plan = of_plan.saturating_sub(1);
                self.store.finish_intents(&[intent.name]).await?;
                continue;
            }
            self.remind_duty(&intent, now).await?;
        }
        Ok(())
    }

    /// Writes to the duty address once, and sets the next time.
    async fn remind_duty(&self, intent: &Waiting, now: i64) -> Result<(), Fault> {
        // Without an address of the duty, the desk's list of what needs a hand is all that tells of it.
        let has_duty = !self.config.mail.duty.is_empty();
        if has_duty && let Err(error) = self.tell_duty(&intent.name, intent.attempts).await {
            tracing::warn!(
                code = error.code(),
                "the duty address could not be written to"
            );
        }
        let again = now + REMIND_EVERY_US;
        Ok(self.store.defer_intent(&intent.name, again).await?)
    }
}
