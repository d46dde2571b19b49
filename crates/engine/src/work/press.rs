//! The press, when something was published: all that has come together since is pressed in one go. A house that was started
//! with another configuration presses once without a publication.
//!
//! A publication never waits for it; what is recorded while it runs is pressed in the next round.

use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::House;
use crate::work::{LEASE_US, LOOK_AGAIN_US, Next};
use domain::react::IntentKind;
use std::sync::atomic::Ordering;

/// Intents that one press carries out.
const CLAIM_MAX: u32 = 1_000;

impl House {
    /// Presses the tree if an intent asks for it; `pressed` tells whether one did.
    pub(super) async fn press_round(&self, pressed: &mut bool) -> Result<Next, Fault> {
        let now = clock::now().0;
        let waiting: Vec<String> = self
            .store
            .claim_intents(IntentKind::Press, now, now + LEASE_US, CLAIM_MAX)
            .await?
            .into_iter()
            .map(|intent| intent.name)
            .collect();
        let is_anew = self.presses_anew.swap(false, Ordering::Relaxed);
        if is_anew || !waiting.is_empty() {
            if let Err(error) = self.press().await {
                self.presses_anew.fetch_or(is_anew, Ordering::Relaxed);
                // They come back after a pause and not only with the lease.
                for name in &waiting {
                    let again_at = clock::now().0 + LOOK_AGAIN_US;
                    self.store.defer_intent(name, again_at).await?;
                }
                return Err(error);
            }
            self.store.finish_intents(&waiting).await?;
            *pressed = true;
        }
        Ok(Next::at(
            self.store.next_intent_at(IntentKind::Press).await?,
        ))
    }
}
