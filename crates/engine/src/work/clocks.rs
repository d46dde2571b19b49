//! Clocks that run out: embargoes whose date has come, access that has ended, the daily anchor.
//!
//! A clock that runs out is a command, so time is in the ledger too. None of this waits for anybody outside.

use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::coordination::decide;
use domain::react::IntentKind;
use domain::value::{CaseId, EmbargoEnd, Instant};
use seal::record::Realm;

use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::House;
use crate::work::Next;

/// A day between anchors, µs.
const ANCHOR_EVERY_US: i64 = 86_400_000_000;

impl House {
    /// Does what clocks say; one that fails keeps no other back.
    pub(super) async fn clocks_round(&self) -> Result<Next, Fault> {
        self.look_at_clock().await?;
        // Access ends since a contact changed, whatever the time is.
        let ended = [self.end_access_due().await, self.erase_due().await];
        // What a date ends cannot be taken back: nothing of it is done by a clock that was set, until the house is started anew.
        let dated = if self.clock_was_set().is_some() {
            [Ok(()), Ok(())]
        } else {
            [self.end_embargoes().await, self.anchor_daily().await]
        };
        ended
            .into_iter()
            .chain(dated)
            .collect::<Result<(), Fault>>()?;
        Ok(Next::at(
            self.store.next_intent_at(IntentKind::EndAccess).await?,
        ))
    }

    /// Cases whose embargo is in force though its date has come, and which no approved plan publishes by that date.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn embargoes_over(&self, now: Instant) -> Result<Vec<CaseId>, Fault> {
        let quorum = self.own().await?.quorum;
        let mut out = Vec::new();
        for case in self
            .store
            .embargoes_over(store::Viewer::House, now.0)
            .await?
        {
            let advisory = self
                .load(crate::kernel::ids::advisory_id(case).into())
                .await?;
            let until = match self
                .load(case.into())
                .await?
                .as_ref()
                .map(|one| &*one.state)
            {
                Some(Aggregate::Case(case)) => case.until.unwrap_or(now),
                _ => now,
            };
            let is_planned = matches!(
                advisory.as_ref().map(|loaded| &*loaded.state),
                Some(Aggregate::Advisory(advisory)) if advisory.publishes_by(until, quorum)
            );
            if !is_planned {
                out.push(case);
            }
        }
        Ok(out)
    }

    /// Ends embargoes whose date has come without a publication: an event, and the case turns red.
    async fn end_embargoes(&self) -> Result<(), Fault> {
        let now = clock::now();
        for case in self.embargoes_over(now).await? {
            let act = self.clock_act("");
            let ended = self
                .perform(&act, "end-embargo-by-clock", Realm::Live, async |unit| {
                    let case =
                        crate::kernel::find::by_number::<Case>(unit, &case.to_string()).await?;
                    let changes =
                        decide::end_embargo(&case, EmbargoEnd::Reached, &unit.act.clone())?;
                    unit.record(changes).await
                })
                .await;
            match ended {
                Ok(()) | Err(Fault::Refused(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    /// Puts the ledger's root into the archive log once a day (docs/design/security.md §2.11).
    async fn anchor_daily(&self) -> Result<(), Fault> {
        let own = self.own().await?;
        let now = clock::now();
        let since = own.anchor.map_or_else(
            || {
                own.persons
                    .values()
                    .map(|p| p.since.0)
                    .min()
                    .unwrap_or(now.0)
            },
            |(_, _, at)| at.0,
        );
        if now.0 - since < ANCHOR_EVERY_US {
            return Ok(());
        }
        // Root and position belong together: where a record came between them, the next look finds a quieter moment.
        let (seq, _) = self.store.ledger_end().await?;
        let root = self.ledger_root().await?;
        if self.store.ledger_end().await?.0 != seq {
            return Ok(());
        }
        let leaf = crate::publication::release::anchor_leaf(&root, &clock::rfc3339(now))?;
        let act = self.clock_act("");
        self.perform(&act, "anchor", Realm::Live, async |unit| {
            let stream = unit.house.stream();
            let root = seal::hex(&root);
            unit.record(domain::party::decide::anchor(
                stream,
                seq,
                root,
                leaf.clone(),
            ))
            .await
        })
        .await?;
        // The anchor stands without it: a signer that is not there is shown the ledger by the next release or anchor.
        match self.show_ledger_to_signer(seq).await {
            Err(error @ Fault::Signer(_)) => {
                tracing::error!(
                    code = "ledger.fork",
                    cause = error.code(),
                    "the signer has seen another ledger: records were rewritten, or an older ledger was put in place"
                );
                Ok(())
            }
            Err(Fault::Context(name)) => {
                tracing::warn!(
                    code = "ledger.unseen",
                    name,
                    "the ledger was anchored, and the signer was not shown it"
                );
                Ok(())
            }
            other => other,
        }
    }
}
