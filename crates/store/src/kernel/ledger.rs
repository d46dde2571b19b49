//! The ledger and its streams: records in order, by stream, by dossier; the leaves of the archive log.
//!
//! What a record says is ciphertext here. Ids given here are internal and never come from outside unchecked; of a
//! dossier's records only the house and its persons are told.

use std::collections::HashMap;

use domain::value::StreamId;
use seal::record::{Header, Realm};

use super::asked::Viewer;
use super::row::Row;
use super::table::{Erasure, Kind, Mark, Table, Type, c};
use super::value::{Cells, StoreError, Value};
use crate::Store;

/// Table `ledger`.
pub static LEDGER: Table = Table {
    name: "ledger",
    kind: Kind::Truth,
    erasure: Erasure::Stays,
    columns: &[
        c("seq", Type::Int, Mark::Open),
        c("recorded_at", Type::Int, Mark::Open),
        c("stream", Type::Bytes, Mark::Open),
        c("version", Type::Int, Mark::Open),
        c("realm", Type::Int, Mark::Open),
        c("key_id", Type::Bytes, Mark::Open),
        c("payload", Type::Bytes, Mark::Sealed),
        c("payload_hash", Type::Bytes, Mark::Open),
        c("previous", Type::Bytes, Mark::Open),
        c("hash", Type::Bytes, Mark::Open),
        c("rows_root", Type::Bytes, Mark::Open),
        c("covered", Type::Bytes, Mark::Open),
    ],
    key: &["seq"],
};

/// Table `stream`.
pub static STREAM: Table = Table {
    name: "stream",
    kind: Kind::Projection,
    erasure: Erasure::Stays,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("kind", Type::Text, Mark::Open),
        c("version", Type::Int, Mark::Open),
        c("dossier", Type::Bytes, Mark::Open),
        c("realm", Type::Int, Mark::Open),
    ],
    key: &["id"],
};

/// Table `leaf`.
pub static LEAF: Table = Table {
    name: "leaf",
    kind: Kind::Projection,
    erasure: Erasure::Stays,
    columns: &[
        c("seq", Type::Int, Mark::Open),
        c("at", Type::Int, Mark::Open),
        c("bytes", Type::Text, Mark::Open),
    ],
    key: &["seq", "at"],
};

/// A record as it stands in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    pub header: Header,
    pub payload: Vec<u8>,
    pub hash: Vec<u8>,
    /// What it says of the rows written with it, packed: only on its way to the database, and not read with it.
    pub covered: Vec<u8>,
}

impl Row for StoredRecord {
    fn table() -> &'static Table {
        &LEDGER
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.header.seq.into(),
            self.header.recorded_at.into(),
            self.header.stream.into(),
            self.header.version.into(),
            self.header.realm.code().into(),
            self.header.key.into(),
            self.payload.into(),
            self.header.payload.into(),
            self.header.previous.into(),
            self.hash.into(),
            self.header.rows.map_or_else(Vec::new, Vec::from).into(),
            self.covered.into(),
        ]
    }
}

/// A row of `stream`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamRow {
    pub id: StreamId,
    pub kind: &'static str,
    pub version: u32,
    /// The stream whose dossier's keys seal this one's payloads.
    pub dossier: StreamId,
    /// 0 live, 1 exercise.
    pub realm: u8,
}

impl Row for StreamRow {
    fn table() -> &'static Table {
        &STREAM
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.id.bytes().into(),
            self.kind.into(),
            self.version.into(),
            self.dossier.bytes().into(),
            self.realm.into(),
        ]
    }
}

/// A leaf of the archive log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafRow {
    /// The record that carries it.
    pub seq: u64,
    /// Its position in the record.
    pub at: u32,
    pub bytes: String,
}

impl Row for LeafRow {
    fn table() -> &'static Table {
        &LEAF
    }

    fn values(self) -> Vec<Value> {
        vec![self.seq.into(), self.at.into(), self.bytes.into()]
    }
}

fn record(house: [u8; 16], row: &mut Cells) -> Result<StoredRecord, StoreError> {
    let shape = || StoreError::Shape { table: "ledger" };
    let seq = row.u64()?;
    let recorded_at = row.int()?;
    let stream = row.array()?;
    let version = row.u32()?;
    let realm = Realm::from_code(row.u8()?).ok_or_else(shape)?;
    let key = row.array()?;
    let payload = row.bytes()?;
    let payload_hash = row.array()?;
    let previous = row.array()?;
    let hash = row.bytes()?;
    let rows = row.bytes()?;
    let rows = match <[u8; 32]>::try_from(rows.as_slice()) {
        Ok(root) => Some(root),
        Err(_) if rows.is_empty() => None,
        // Of another length it is no root, and the record is found where the chain is walked.
        Err(_) => Some(seal::sha256(&rows)),
    };
    Ok(StoredRecord {
        header: Header {
            house,
            seq,
            recorded_at,
            stream,
            version,
            realm,
            key,
            payload: payload_hash,
            previous,
            rows,
        },
        payload,
        hash,
        covered: Vec::new(),
    })
}

impl Store {
    /// Records from position `from`, at most `limit`, in order.
    ///
    /// # Errors
    /// If the database fails or a row has another form; so for all functions here.
    pub async fn ledger(&self, from: u64, limit: u32) -> Result<Vec<StoredRecord>, StoreError> {
        let sql = "SELECT seq, recorded_at, stream, version, realm, key_id, payload, payload_hash, previous, hash, rows_root FROM ledger WHERE seq >= $1 ORDER BY seq LIMIT $2";
        let rows = self
            .rows("ledger", sql, &[from.into(), limit.into()])
            .await?;
        rows.into_iter()
            .map(|mut row| record(self.house(), &mut row))
            .collect()
    }

    /// Records of one stream, in order.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn stream(&self, stream: StreamId) -> Result<Vec<StoredRecord>, StoreError> {
        let sql = "SELECT seq, recorded_at, stream, version, realm, key_id, payload, payload_hash, previous, hash, rows_root FROM ledger WHERE stream = $1 ORDER BY version";
        let rows = self.rows("ledger", sql, &[stream.bytes().into()]).await?;
        rows.into_iter()
            .map(|mut row| record(self.house(), &mut row))
            .collect()
    }

    /// Position and time of the last record; 0 if there is none.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn ledger_end(&self) -> Result<(u64, i64), StoreError> {
        let rows = self
            .rows(
                "ledger",
                "SELECT seq, recorded_at FROM ledger ORDER BY seq DESC LIMIT 1",
                &[],
            )
            .await?;
        match rows.into_iter().next() {
            Some(mut row) => Ok((row.u64()?, row.int()?)),
            None => Ok((0, 0)),
        }
    }

    /// Facts of a stream: dossier and realm.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn stream_facts(
        &self,
        stream: StreamId,
    ) -> Result<Option<(u32, StreamId, u8)>, StoreError> {
        let rows = self
            .rows(
                "stream",
                "SELECT version, dossier, realm FROM stream WHERE id = $1",
                &[stream.bytes().into()],
            )
            .await?;
        match rows.into_iter().next() {
            Some(mut row) => Ok(Some((
                row.u32()?,
                StreamId::from_bytes(row.array()?),
                row.u8()?,
            ))),
            None => Ok(None),
        }
    }

    /// Ids of all streams of a kind, in their order.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn streams_of(
        &self,
        viewer: Viewer,
        kind: &str,
    ) -> Result<Vec<StreamId>, StoreError> {
        let rows = self
            .rows(
                "stream",
                "SELECT id FROM stream WHERE kind = $1 ORDER BY id",
                &[kind.into()],
            )
            .await?;
        let mut out: Vec<StreamId> = rows
            .into_iter()
            .map(|mut row| Ok(StreamId::from_bytes(row.array()?)))
            .collect::<Result<_, StoreError>>()?;
        out.retain(|id| viewer.sees_stream(*id));
        Ok(out)
    }

    /// Records of all streams of a dossier after a position, oldest first.
    ///
    /// # Errors
    /// As above.
    pub async fn records_in(
        &self,
        viewer: Viewer,
        dossier: StreamId,
        after: u64,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        if !viewer.is_inside() {
            return Ok(Vec::new());
        }
        let rows = self
            .rows(
                "ledger",
                "SELECT l.seq, l.recorded_at, l.stream, l.version, l.realm, l.key_id, l.payload, l.payload_hash, l.previous, l.hash, l.rows_root FROM stream s JOIN ledger l ON l.stream = s.id WHERE s.dossier = $1 AND l.seq > $2 ORDER BY l.seq",
                &[dossier.bytes().into(), after.into()],
            )
            .await?;
        let house = self.house();
        rows.into_iter()
            .map(|mut row| record(house, &mut row))
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
            Some(mut row) => row.u64(),
            None => Ok(0),
        }
    }

    /// Position of the last record of each dossier.
    ///
    /// # Errors
    /// As above.
    pub async fn last_by_dossier(
        &self,
        viewer: Viewer,
    ) -> Result<HashMap<StreamId, u64>, StoreError> {
        let rows = self
            .rows(
                "ledger",
                "SELECT s.dossier, max(l.seq) FROM stream s JOIN ledger l ON l.stream = s.id AND l.version = s.version GROUP BY s.dossier",
                &[],
            )
            .await?;
        let mut out: HashMap<StreamId, u64> = rows
            .into_iter()
            .map(|mut row| {
                let dossier = StreamId::from_bytes(row.array()?);
                Ok((dossier, row.u64()?))
            })
            .collect::<Result<_, StoreError>>()?;
        out.retain(|dossier, _| viewer.sees_stream(*dossier));
        Ok(out)
    }

    /// Leaves of the archive log, in order.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn leaves(&self) -> Result<Vec<String>, StoreError> {
        let rows = self
            .rows("leaf", "SELECT bytes FROM leaf ORDER BY seq, at", &[])
            .await?;
        rows.into_iter().map(|mut row| row.text()).collect()
    }

    /// How many rows a table of this list has, for summaries.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn count(
        &self,
        table: &'static crate::kernel::table::Table,
    ) -> Result<i64, StoreError> {
        let rows = self
            .transact(
                table.name,
                vec![(format!("SELECT count(*) FROM {}", table.name), vec![])],
            )
            .await?;
        rows.into_iter()
            .flatten()
            .next()
            .ok_or(StoreError::Shape { table: table.name })?
            .int()
    }
}
