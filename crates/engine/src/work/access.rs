//! Access that ends: what a party was sent at an earlier contact point opens nothing any more, nor what a participant
//! holds that has left.
//!
//! The intent is written with the change, so that a crash between the two leaves nothing open.

use domain::aggregate::Aggregate;
use domain::react::IntentKind;

use crate::Fault;
use crate::coordination::{shut, shut_participant};
use crate::kernel::clock;
use crate::kernel::house::House;

/// How long such an intent is leased while it is carried out, µs.
const LEASE_US: i64 = 60_000_000;
/// Changes of contact points that are followed at once.
const CLAIM_MAX: u32 = 32;

impl House {
    /// Ends links, numbers and sessions of parties whose contact point has changed, and of participants that have left.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn end_access_due(&self) -> Result<(), Fault> {
        let now = clock::now().0;
        let claimed = self
            .store
            .claim_intents(IntentKind::EndAccess, now, now + LEASE_US, CLAIM_MAX)
            .await?;
        for intent in claimed {
            let loaded = self.load(intent.subject).await?;
            match loaded.as_ref().map(|loaded| &*loaded.state) {
                Some(Aggregate::Participant(left)) => shut_participant(self, left.id, now).await?,
                _ => shut(self, intent.subject.into(), now).await?,
            }
            self.store.finish_intents(&[intent.name]).await?;
        }
        Ok(())
    }
}
