//! Releases that are due: looked at in the very instant, and again while something stands in their way.
//!
//! What a release is stands in [`crate::publication::release`]; here is only when it is looked at. It waits for
//! nothing that other kinds of work do.

use domain::react::IntentKind;
use domain::value::AdvisoryId;
use store::work::Waiting;

use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::House;
use crate::publication::release::{Looked, NOT_DUE};
use crate::publication::verdict::{CONTEXT_GONE, Holds};
use crate::work::{LEASE_US, LOOK_AGAIN_US, Next};

/// Plans that are looked at in one round.
const CLAIM_MAX: u32 = 32;
/// A plan for which one clock has passed the instant and another has not is looked at again after so long, µs.
const OTHER_CLOCK_US: i64 = 20_000;
/// A plan that waits for a context, which is being started anew, is looked at again after so long, µs.
const CONTEXT_AGAIN_US: i64 = 500_000;

impl House {
    /// Publishes what is due; the numbers are added to `published`.
    pub(super) async fn release_round(&self, published: &mut Vec<String>) -> Result<Next, Fault> {
        let now = clock::now().0;
        let claimed = self
            .store
            .claim_intents(IntentKind::Release, now, now + LEASE_US, CLAIM_MAX)
            .await?;
        let is_full = claimed.len() >= CLAIM_MAX as usize;
        let mut held = Vec::new();
        let mut gone = None;
        for intent in claimed {
            if let Err(fault) = self.release_one(&intent, published, &mut held).await {
                gone.get_or_insert(fault);
            }
            crate::kernel::crash::point("due.released");
        }
        // What is held is said when everything that can go has gone.
        for (advisory, plan_sha256, code) in held {
            self.say_held(advisory, &plan_sha256, &code).await;
        }
        if let Some(fault) = gone {
            return Err(fault);
        }
        if is_full {
            return Ok(Next::AtOnce);
        }
        Ok(Next::at(
            self.store.next_intent_at(IntentKind::Release).await?,
        ))
    }

    async fn release_one(
        &self,
        intent: &Waiting,
        published: &mut Vec<String>,
        held: &mut Vec<(AdvisoryId, String, String)>,
    ) -> Result<(), Fault> {
        let advisory = AdvisoryId(intent.subject.0);
        let looked = self.release(advisory, &intent.argument).await;
        let holds = self.kept.of::<Holds>();
        if let Ok(Looked::Published { .. } | Looked::Gone) = looked {
            holds.over(advisory);
        } else if !matches!(looked, Err(Fault::Context(_))) {
            holds.answered(advisory);
        }
        let again_us = match looked {
            Ok(Looked::Published {
                number,
                revision,
                late_us,
            }) => {
                tracing::info!(
                    code = "release.published",
                    late_ms = late_us / 1000,
                    revision,
                    "published"
                );
                published.push(number);
                // Plans that this one replaced have nothing to wait for.
                return Ok(self
                    .store
                    .finish_about(IntentKind::Release, intent.subject)
                    .await?);
            }
            Ok(Looked::Gone) => {
                let names = std::slice::from_ref(&intent.name);
                return Ok(self.store.finish_intents(names).await?);
            }
            Ok(Looked::Wait { code: NOT_DUE }) => OTHER_CLOCK_US,
            Ok(Looked::Wait { code }) => {
                tracing::debug!(code, "a plan waits");
                held.push((advisory, intent.argument.clone(), code.to_owned()));
                LOOK_AGAIN_US
            }
            Err(Fault::Context(name)) => {
                held.push((advisory, intent.argument.clone(), CONTEXT_GONE.to_owned()));
                // Without its contexts the house can do nothing that matters: it ends, where nobody starts them anew.
                if !self.contexts.are_kept {
                    return Err(Fault::Context(name));
                }
                tracing::error!(code = "context", name, "a release waits for a context");
                CONTEXT_AGAIN_US
            }
            Err(error) => {
                tracing::error!(code = error.code(), "a release failed and is tried again");
                held.push((advisory, intent.argument.clone(), error.code().to_owned()));
                LOOK_AGAIN_US
            }
        };
        let again_at = clock::now().0 + again_us;
        Ok(self.store.defer_intent(&intent.name, again_at).await?)
    }

    /// Says that a release is held. That this fails keeps nothing else back: it is said again at the next look.
    async fn say_held(&self, advisory: AdvisoryId, plan_sha256: &str, code: &str) {
        if let Err(error) = self.hold(advisory, plan_sha256, code).await {
            tracing::error!(code = error.code(), "a held release could not be recorded");
        }
    }
}
