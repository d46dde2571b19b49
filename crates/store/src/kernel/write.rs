//! Writing: appends, projections and intents of a command in one transaction, many commands in one commit.
//!
//! A [`Write`] says which versions it was decided on; the writer checks them before it inserts, so one
//! conflict does not abort its neighbours (docs/design/settled.md §4.15). Position, chain and hash are made here and
//! nowhere else; a restore writes records as they were. One writer per house and process; on PostgreSQL the primary
//! key `seq` is the guard against a second one.
//!
//! Group commit lingers: while fewer writes are queued than commands are on their way, it waits up to
//! [`LINGER`]; one lone writer waits for nobody (docs/design/performance.md §2).

use crate::Awaited;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use seal::coverage::Covered;
use seal::record::{GENESIS, Header, Realm};

use super::coverage;
use super::ledger::{LeafRow, StoredRecord};
use super::open::{Engine, Store, heard};
use super::table::Table;
use super::value::{StoreError, Value};

pub use super::row::{Row, TableRow};

/// Longest wait for commands that are on their way.
pub const LINGER: Duration = Duration::from_micros(200);
/// Most commands that share a commit.
pub const GROUP_MAX: usize = 64;
/// Stream versions that the writer keeps in memory; beyond it, they are read again.
const VERSIONS_MAX: usize = 200_000;

/// A record to append.
#[derive(Clone, Debug)]
pub struct NewRecord {
    pub stream: [u8; 16],
    /// Version of this record in its stream, from 1.
    pub version: u32,
    pub realm: Realm,
    pub key: [u8; 16],
    /// Sealed payload.
    pub payload: Vec<u8>,
    /// Archive leaves that this record carries.
    pub leaves: Vec<String>,
}

/// All that one command writes.
#[derive(Clone, Debug, Default)]
pub struct Write {
    /// What the house's clock says, µs.
    pub recorded_at: i64,
    /// Streams that were read, with the version they had; a stream that is appended to need not stand here.
    pub expects: Vec<([u8; 16], u32)>,
    pub records: Vec<NewRecord>,
    /// Rows of tables other than the ledger.
    pub rows: Vec<TableRow>,
    /// Rows that stand there already and that the last record speaks of all the same.
    pub counted: Vec<Covered>,
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Position of the last record written so far.
    pub seq: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// A command that is on its way; while it lives, the writer may wait for it.
#[derive(Debug)]
pub struct Ticket(Arc<AtomicUsize>);

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Store {
    /// Announces a command that will write.
    #[must_use]
    pub fn ticket(&self) -> Ticket {
        self.active.fetch_add(1, Ordering::Relaxed);
        Ticket(Arc::clone(&self.active))
    }

    /// Writes what a command decided; returns when it is durable.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a stream has moved on; [`StoreError::Column`] if a row does not fit its table.
    pub fn write(&self, ticket: Ticket, write: Write) -> Awaited<'_, Result<Written, StoreError>> {
        Box::pin(async move {
            let result = self.write_held(&ticket, write).await;
            drop(ticket);
            result
        })
    }

    async fn write_held(&self, _ticket: &Ticket, write: Write) -> Result<Written, StoreError> {
        for _ in &write.records {
            heard("record");
        }
        for row in &write.rows {
            heard(row.table().name);
        }
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.write(write, &self.active).await,
            Engine::Postgres(postgres) => postgres.write(write, &self.active).await,
        }
    }

    /// Writes many commands' decisions in one commit, in order (replay and import: docs/design/settled.md §2.1).
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if any stream has moved on; then nothing is written.
    pub async fn write_all(&self, writes: Vec<Write>) -> Result<Written, StoreError> {
        let mut one = Write::default();
        let mut made: HashMap<[u8; 16], u32> = HashMap::new();
        for write in writes {
            one.recorded_at = one.recorded_at.max(write.recorded_at);
            for (stream, expected) in write.expects {
                // What an earlier write of this list has made is not in the database yet.
                match made.get(&stream) {
                    Some(version) if *version == expected => {}
                    Some(_) => return Err(StoreError::Conflict),
                    None => one.expects.push((stream, expected)),
                }
            }
            made.extend(
                write
                    .records
                    .iter()
                    .map(|record| (record.stream, record.version)),
            );
            one.records.extend(write.records);
            one.rows.extend(write.rows);
            one.counted.extend(write.counted);
        }
        self.write(self.ticket(), one).await
    }
}

/// The end of the chain as the writer knows it.
#[derive(Debug)]
pub(crate) struct Head {
    pub house: [u8; 16],
    pub seq: u64,
    pub hash: [u8; 32],
    pub recorded_at: i64,
    pub versions: HashMap<[u8; 16], u32>,
}

impl Head {
    pub(crate) fn of(house: [u8; 16], last: Option<(u64, [u8; 32], i64)>) -> Head {
        let (seq, hash, recorded_at) = last.unwrap_or((0, GENESIS, i64::MIN));
        Head {
            house,
            seq,
            hash,
            recorded_at,
            versions: HashMap::new(),
        }
    }

    pub(crate) fn trim(&mut self) {
        if self.versions.len() > VERSIONS_MAX {
            self.versions.clear();
        }
    }

    /// Streams of `writes` whose version is not in memory.
    pub(crate) fn unknown<'a>(&self, writes: impl Iterator<Item = &'a Write>) -> Vec<[u8; 16]> {
        let mut out = Vec::new();
        for write in writes {
            let streams = write
                .expects
                .iter()
                .map(|(stream, _)| *stream)
                .chain(write.records.iter().map(|r| r.stream));
            out.extend(streams.filter(|stream| !self.versions.contains_key(stream)));
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Takes a write in: checks rows and versions, chains its records, collects its rows. What is refused here
    /// takes none of its neighbours along.
    pub(crate) fn take(&mut self, write: Write, batch: &mut Batch) -> Result<Written, StoreError> {
        write.rows.iter().try_for_each(TableRow::fits)?;
        let version =
            |head: &Head, stream: &[u8; 16]| head.versions.get(stream).copied().unwrap_or(0);
        if write
            .expects
            .iter()
            .any(|(stream, expected)| version(self, stream) != *expected)
        {
            return Err(StoreError::Conflict);
        }
        let mut next: HashMap<[u8; 16], u32> = HashMap::new();
        for record in &write.records {
            let before = next
                .get(&record.stream)
                .copied()
                .unwrap_or_else(|| version(self, &record.stream));
            if record.version != before + 1 {
                return Err(StoreError::Conflict);
            }
            next.insert(record.stream, record.version);
        }
        self.versions.extend(next);
        self.recorded_at = self.recorded_at.max(write.recorded_at);
        let covered = write
            .rows
            .iter()
            .filter_map(|row| coverage::covered(row.table(), row.values()));
        let mut said: Vec<Covered> = covered.chain(write.counted).collect();
        let last = write.records.len();
        for (n, record) in (1..).zip(write.records) {
            let said = if n == last {
                std::mem::take(&mut said)
            } else {
                Vec::new()
            };
            let payload_hash = seal::sha256(&record.payload);
            let header = Header {
                house: self.house,
                seq: self.seq + 1,
                recorded_at: self.recorded_at,
                stream: record.stream,
                version: record.version,
                realm: record.realm,
                key: record.key,
                payload: payload_hash,
                previous: self.hash,
                rows: Some(seal::coverage::root(&said)),
            };
            self.seq += 1;
            self.hash = header.hash();
            for (at, bytes) in (0..).zip(record.leaves) {
                let seq = self.seq;
                batch.push(LeafRow { seq, at, bytes }.into());
            }
            batch.push(
                StoredRecord {
                    header,
                    payload: record.payload,
                    hash: self.hash.to_vec(),
                    covered: seal::coverage::pack(&said),
                }
                .into(),
            );
        }
        for row in write.rows {
            batch.push(row);
        }
        Ok(Written {
            seq: self.seq,
            hash: self.hash,
        })
    }
}

/// Rows of one commit, by table.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub tables: Vec<(&'static Table, Vec<Vec<Value>>)>,
}

impl Batch {
    pub(crate) fn push(&mut self, row: TableRow) {
        let (table, values) = row.into_parts();
        match self
            .tables
            .iter_mut()
            .find(|(t, _)| std::ptr::eq(*t, table))
        {
            Some((_, rows)) => rows.push(values),
            None => self.tables.push((table, vec![values])),
        }
    }

    /// Keeps one row a key, as one statement over many rows demands: the last where rows are replaced, the
    /// first where rows are kept.
    pub(crate) fn fold(&mut self) {
        for (table, rows) in &mut self.tables {
            if rows.len() < 2 || table.name == "ledger" {
                continue;
            }
            let replaces = table.on_conflict().contains("DO UPDATE");
            let key = table.key_positions();
            let mut seen: HashMap<Vec<Value>, usize> = HashMap::new();
            let mut out: Vec<Vec<Value>> = Vec::with_capacity(rows.len());
            for row in rows.drain(..) {
                let name: Vec<Value> = key.iter().filter_map(|at| row.get(*at).cloned()).collect();
                match seen.get(&name) {
                    Some(at) if replaces => out[*at] = row,
                    Some(_) => {}
                    None => {
                        seen.insert(name, out.len());
                        out.push(row);
                    }
                }
            }
            *rows = out;
        }
    }
}
