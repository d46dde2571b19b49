//! Access that ends: what a party was sent at an earlier contact point opens nothing any more.
//!
//! The intent is written with the change, so that a crash between the two leaves nothing open.

use domain::react::IntentKind;
use domain::value::PartyId;

use crate::Fault;
use crate::coordination::shut;
use crate::kernel::clock;
use crate::kernel::house::House;

/// How long such an intent is leased while it is carried out, µs.
const LEASE_US: i64 = 60_000_000;
/// Changes of contact points that are followed at once.
const CLAIM_MAX: u32 = 32;

impl House {
    /// Ends links, numbers and sessions of parties whose contact point has changed.
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
            shut(self, PartyId::from_bytes(intent.subject.bytes()), now).await?;
            self.store.finish_intents(&[intent.name]).await?;
        }
        Ok(())
    }
}
