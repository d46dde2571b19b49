//! What a house tells those who look at it from outside its own work: rehearsals, imports, the demonstration. What has
//! happened, what a number stands for, what waits and until when, and what the projections say.
//!
//! They ask here, so that they need neither the store nor a key; `tidy apart` keeps them from both. It gives no text of a body.

use domain::aggregate::Aggregate;
use domain::distribution::CopyState;
use domain::event::Recorded;
use domain::react::IntentKind;
use domain::value::{CopyChannel, Instant, StreamId};
use seal::record::Realm;
use store::Viewer;
use uuid::Uuid;

use crate::kernel::Fault;
use crate::kernel::house::House;

/// Ledger records read at once.
const RECORDS_STEP: u32 = 2_000;

/// Something that happened.
#[derive(Debug)]
pub struct Happened {
    pub stream: StreamId,
    /// Code of its realm.
    pub realm: u8,
    pub recorded: Recorded,
}

impl House {
    /// What has happened in this realm, or in all, after a position of the ledger, in order.
    ///
    /// # Errors
    /// If the store fails or a record cannot be read.
    pub async fn happened_since(
        &self,
        after: u64,
        only: Option<Realm>,
    ) -> Result<Vec<Happened>, Fault> {
        let mut out = Vec::new();
        let mut from = after + 1;
        loop {
            let records = self.store.ledger(from, RECORDS_STEP).await?;
            let Some(last) = records.last() else {
                return Ok(out);
            };
            from = last.header.seq + 1;
            for record in &records {
                let realm = record.header.realm.code();
                if only.is_some_and(|only| only.code() != realm) {
                    continue;
                }
                let stream = StreamId(Uuid::from_bytes(record.header.stream));
                let facts = self.store.stream_facts(stream).await?;
                let dossier = facts.map_or(stream, |(_, dossier, _)| dossier);
                let recorded = Box::pin(self.read(record, dossier)).await?;
                out.push(Happened {
                    stream,
                    realm,
                    recorded,
                });
            }
        }
    }

    /// The last position of the ledger.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn position(&self) -> Result<u64, Fault> {
        Ok(self.store.ledger_end().await?.0)
    }

    /// The stream that a number, however it is written, stands for.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn numbered(&self, text: &str) -> Result<Option<StreamId>, Fault> {
        let digits = base::digits(text);
        let found = self.store.by_number(Viewer::House, &digits).await?;
        Ok(found.map(|(_, stream)| stream))
    }

    /// Tells whether work of one of these kinds waits, or a copy is to be sent at once.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn has_work(&self, kinds: &[IntentKind]) -> Result<bool, Fault> {
        let intents = self.store.waiting_intents().await?;
        let copies = self.store.copy_states().await?;
        let is_under_way =
            |state: CopyState| matches!(state, CopyState::Waiting | CopyState::Sending);
        Ok(intents
            .iter()
            .any(|(kind, n)| *n > 0 && kinds.contains(kind))
            || copies
                .iter()
                .any(|(state, n)| *n > 0 && is_under_way(*state)))
    }

    /// The instants at which work of these kinds, or a copy, is due.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn work_due(&self, kinds: &[IntentKind]) -> Result<Vec<Instant>, Fault> {
        let mut out = Vec::new();
        for kind in kinds {
            let intents = self.store.intents_about(Viewer::House, *kind).await?;
            out.extend(intents.into_iter().map(|(_, due)| Instant(due)));
        }
        for channel in CopyChannel::ALL {
            out.extend(self.store.next_copy_at(channel).await?.map(Instant));
        }
        Ok(out)
    }

    /// The instants up to another one at which embargoes end.
    ///
    /// # Errors
    /// If the store fails or a record cannot be read.
    pub async fn embargoes_end(&self, until: Instant) -> Result<Vec<Instant>, Fault> {
        let mut out = Vec::new();
        for case in Box::pin(self.embargoes_over(until)).await? {
            let loaded = Box::pin(self.load(case.into())).await?;
            if let Some(Aggregate::Case(case)) = loaded.as_ref().map(|loaded| &*loaded.state) {
                out.extend(case.until);
            }
        }
        Ok(out)
    }

    /// Name of the database's engine.
    #[must_use]
    pub fn engine_name(&self) -> &'static str {
        self.store.engine_name()
    }

    /// All projections as text, line by line: what a rebuilding has to come to again.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn projections(&self) -> Result<String, Fault> {
        Ok(self.store.dump_projections().await?)
    }
}
