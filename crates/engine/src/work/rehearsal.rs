//! Whether what waits for its instant would go: asked before somebody finds out at the instant.
//!
//! What is asked stands in [`crate::publication::verdict`]; here is only when: for every plan that waits, when what its
//! verdict rests on has changed, and at set times before the instant. It is looked at every second, so that a signer that
//! is gone, or that has other approvers pinned, shows on the pages within two.

use domain::react::IntentKind;
use domain::value::AdvisoryId;

use crate::Awaited;
use crate::Fault;
use crate::kernel::house::House;
use crate::publication::verdict::{Holds, Verdicts};
use crate::work::Next;

impl House {
    pub(super) async fn rehearsal_round(&self) -> Result<Next, Fault> {
        // What was signed and not handed on: the process died in between, or the signer was away.
        let joined = self.pin_approvers().await;
        // A signer that is gone is told of by whoever keeps its process.
        if let Err(error) = joined.or_else(|fault| match fault {
            Fault::Context(_) => Ok(false),
            other => Err(other),
        }) {
            tracing::error!(
                code = error.code(),
                "a change of the approvers is tried again"
            );
        }
        self.look_at_clock().await?;
        self.rehearse_waiting().await?;
        Ok(Next::at(None))
    }

    /// Asks about the plans that wait, as far as something has changed.
    ///
    /// # Errors
    /// What failed; pages show what was known before.
    pub fn rehearse_waiting(&self) -> Awaited<'_, Result<(), Fault>> {
        Box::pin(async move {
            let waiting = self
                .store
                .intents_about(store::Viewer::House, IntentKind::Release)
                .await?;
            let waiting: Vec<AdvisoryId> = waiting
                .into_iter()
                .map(|(stream, _)| AdvisoryId(stream.0))
                .collect();
            self.kept.of::<Verdicts>().keep(&waiting);
            self.kept.of::<Holds>().keep(&waiting);
            if waiting.is_empty() {
                return Ok(());
            }
            // A signer that does not answer is a cause like any other.
            let pinned = self.contexts.signer_pinned().ok().map(|pinned| pinned.name);
            let mut failed = None;
            for advisory in waiting {
                // One that cannot be asked about keeps no other from being asked.
                if let Err(fault) = self.look_ahead(advisory, pinned.as_deref()).await {
                    failed.get_or_insert(fault);
                }
            }
            failed.map_or(Ok(()), Err)
        })
    }
}
