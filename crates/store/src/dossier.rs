//! What the pages inside ask for: a dossier's records, the cases of a party, what needs a hand.
//!
//! Knows no person and no right to read: whoever asks has decided that.

use domain::value::{AdvisoryId, CaseId, ParticipantId, PartyId, StreamId, SubscriberId};
use uuid::Uuid;

use crate::Store;
use crate::read::StoredRecord;
use crate::value::StoreError;

/// A copy that reached nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadCopy {
    pub id: [u8; 16],
    pub advisory: AdvisoryId,
    pub revision: u32,
    pub subscriber: SubscriberId,
    pub reference: String,
    pub state: i64,
    pub changed_at: i64,
}

impl Store {
    /// Streams of a dossier with their kind.
    ///
    /// # Errors
    /// As above.
    pub async fn streams_in(
        &self,
        dossier: StreamId,
    ) -> Result<Vec<(StreamId, String)>, StoreError> {
        let rows = self
            .rows(
                "stream",
                "SELECT id, kind FROM stream WHERE dossier = $1 ORDER BY id",
                &[dossier.bytes().into()],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| {
                let id = StreamId(Uuid::from_bytes(row.array()?));
                Ok((id, row.text()?))
            })
            .collect()
    }

    /// Records of all streams of a dossier after a position, oldest first.
    ///
    /// # Errors
    /// As above.
    pub async fn records_in(
        &self,
        dossier: StreamId,
        after: u64,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let rows = self
            .rows(
                "ledger",
                "SELECT l.seq, l.recorded_at, l.stream, l.version, l.realm, l.key_id, l.payload, l.payload_hash, l.previous, l.hash FROM stream s JOIN ledger l ON l.stream = s.id WHERE s.dossier = $1 AND l.seq > $2 ORDER BY l.seq",
                &[
                    dossier.bytes().into(),
                    i64::try_from(after).unwrap_or(i64::MAX).into(),
                ],
            )
            .await?;
        let house = self.house();
        rows.into_iter()
            .map(|mut row| crate::read::record(house, &mut row))
            .collect()
    }

    /// Position of the last record of a dossier's streams, or 0.
    ///
    /// # Errors
    /// As above.
    pub async fn last_in(&self, dossier: StreamId) -> Result<u64, StoreError> {
        let rows = self
            .rows(
                "ledger",
                "SELECT coalesce(max(l.seq), 0) FROM stream s JOIN ledger l ON l.stream = s.id WHERE s.dossier = $1",
                &[dossier.bytes().into()],
            )
            .await?;
        match rows.into_iter().next() {
            Some(mut row) => Ok(u64::try_from(row.int()?).unwrap_or(0)),
            None => Ok(0),
        }
    }

    /// Cases of a party with its participants in them, the newest last.
    ///
    /// # Errors
    /// As above.
    pub async fn cases_of(
        &self,
        party: PartyId,
    ) -> Result<Vec<(CaseId, ParticipantId)>, StoreError> {
        let rows = self
            .rows(
                "participant",
                "SELECT case_id, id FROM participant WHERE party = $1 ORDER BY case_id",
                &[party.bytes().into()],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| {
                Ok((
                    CaseId::from_bytes(row.array()?),
                    ParticipantId::from_bytes(row.array()?),
                ))
            })
            .collect()
    }

    /// The participant with this tracking number in a case.
    ///
    /// # Errors
    /// As above.
    pub async fn participant_of(
        &self,
        case: CaseId,
        party: PartyId,
    ) -> Result<Option<ParticipantId>, StoreError> {
        let rows = self
            .rows(
                "participant",
                "SELECT id FROM participant WHERE case_id = $1 AND party = $2",
                &[case.bytes().into(), party.bytes().into()],
            )
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| Ok(ParticipantId::from_bytes(row.array()?)))
            .transpose()
    }

    /// Copies that reached nobody: refused, run out, or never said whether they arrived.
    ///
    /// # Errors
    /// As above.
    pub async fn dead_copies(&self, states: &[i64]) -> Result<Vec<DeadCopy>, StoreError> {
        let mut out = Vec::new();
        for state in states {
            let rows = self
                .rows(
                    "delivery",
                    "SELECT id, advisory, revision, subscriber, reference, state, changed_at FROM delivery WHERE state = $1 ORDER BY changed_at DESC LIMIT 500",
                    &[(*state).into()],
                )
                .await?;
            for mut row in rows {
                out.push(DeadCopy {
                    id: row.array()?,
                    advisory: AdvisoryId::from_bytes(row.array()?),
                    revision: row.u32()?,
                    subscriber: SubscriberId::from_bytes(row.array()?),
                    reference: row.text()?,
                    state: row.int()?,
                    changed_at: row.int()?,
                });
            }
        }
        Ok(out)
    }

    /// Streams that a kind of intent waits about, with when it is looked at next.
    ///
    /// # Errors
    /// As above.
    pub async fn intents_about(&self, kind: &str) -> Result<Vec<(StreamId, i64)>, StoreError> {
        let rows = self
            .rows(
                "outbox",
                "SELECT subject, run_at FROM outbox WHERE done = 0 AND kind = $1 ORDER BY run_at",
                &[kind.into()],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| Ok((StreamId(Uuid::from_bytes(row.array()?)), row.int()?)))
            .collect()
    }

    /// Position of the last record of each dossier.
    ///
    /// # Errors
    /// As above.
    pub async fn last_by_dossier(
        &self,
    ) -> Result<std::collections::HashMap<StreamId, u64>, StoreError> {
        let rows = self
            .rows(
                "ledger",
                "SELECT s.dossier, max(l.seq) FROM stream s JOIN ledger l ON l.stream = s.id AND l.version = s.version GROUP BY s.dossier",
                &[],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| {
                let dossier = StreamId(Uuid::from_bytes(row.array()?));
                Ok((dossier, u64::try_from(row.int()?).unwrap_or(0)))
            })
            .collect()
    }
}
