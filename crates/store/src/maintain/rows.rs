//! All rows of the covered tables beside what the ledger says of them. It needs no key: what is sealed is compared sealed.
//!
//! Rows that no record speaks of are told from those of an older house that has not been counted yet.

use std::collections::HashMap;

use seal::coverage::{COUNTED, Covered, unpack};
use seal::record::Broken;

use crate::kernel::coverage::covered;
use crate::kernel::ledger::StoredRecord;
use crate::kernel::open::Engine;
use crate::kernel::sealed::BODY;
use crate::kernel::table::Table;
use crate::kernel::value::{Cells, StoreError, Value};
use crate::publication::FILE;
use crate::{Awaited, Store};

/// Rows read at once.
const STEP: u32 = 256;
/// Tables whose rows are covered.
const TABLES: [&Table; 2] = [&BODY, &FILE];

/// The hash that was recorded of each row, by table and key.
type Said = HashMap<(String, Vec<u8>), [u8; 32]>;

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowFault {
    /// It is not what was recorded.
    Changed,
    /// It was recorded and is not there.
    Missing,
    /// It is there and was never recorded.
    Unknown,
}

/// A row that is not as the ledger says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowFinding {
    pub table: String,
    /// Its key, hexadecimal.
    pub key: String,
    pub fault: RowFault,
}

impl std::fmt::Display for RowFinding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (table, key) = (&self.table, &self.key);
        match self.fault {
            RowFault::Changed => write!(
                f,
                "the row {key} of {table} is not the one that was recorded"
            ),
            RowFault::Missing => write!(f, "the row {key} of {table} was recorded and is gone"),
            RowFault::Unknown => write!(f, "the row {key} of {table} is recorded nowhere"),
        }
    }
}

/// All rows of the covered tables beside the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Rows that are as they were recorded.
    pub rows: u64,
    /// What is not.
    pub findings: Vec<RowFinding>,
    /// Rows of an older house that nobody counted yet: nothing is known of them.
    pub uncounted: Vec<Covered>,
}

impl Store {
    /// What the database says of its own pages: on SQLite what a quick check finds, on PostgreSQL whether checksums failed,
    /// where it keeps any.
    ///
    /// # Errors
    /// If the database fails.
    pub fn pages_amiss(&self) -> Awaited<'_, Result<Vec<String>, StoreError>> {
        Box::pin(async move {
            let sql = match &self.engine {
                Engine::Sqlite(_) => "PRAGMA quick_check(3)",
                Engine::Postgres(_) => {
                    "SELECT 'checksums failed: ' || checksum_failures::text FROM pg_stat_database WHERE datname = current_database() AND checksum_failures > 0"
                }
            };
            let mut out = Vec::new();
            for mut row in self.rows("meta", sql, &[]).await? {
                let said = row.text()?;
                if said != "ok" {
                    out.push(format!("database: {said}"));
                }
            }
            Ok(out)
        })
    }

    /// Compares every row of the covered tables with what the ledger says of it. The chain itself is walked by
    /// [`Store::walk_chain`], which also compares what is said of rows with the records.
    ///
    /// # Errors
    /// If the database fails. A row that does not fit is no error but a finding.
    pub fn walk_rows(&self) -> Awaited<'_, Result<Coverage, StoreError>> {
        Box::pin(async move {
            let (mut said, is_whole, last) = self.said_of_rows().await?;
            let mut found = Coverage::default();
            let mut unknown = Vec::new();
            for table in TABLES {
                let mut after: Vec<u8> = Vec::new();
                loop {
                    let rows = self.covered_rows(table, &after).await?;
                    let Some((last, _)) = rows.last() else { break };
                    after.clone_from(last);
                    for (key, row) in rows {
                        let fault = match said.remove(&(row.table.clone(), row.key.clone())) {
                            Some(columns) if columns == row.columns => {
                                found.rows += 1;
                                continue;
                            }
                            Some(_) => RowFault::Changed,
                            None if is_whole => {
                                unknown.push((key, row));
                                continue;
                            }
                            None => {
                                found.uncounted.push(row);
                                continue;
                            }
                        };
                        found.findings.push(RowFinding {
                            table: row.table,
                            key: seal::hex(&key),
                            fault,
                        });
                    }
                }
            }
            let gone = said.into_keys().map(|(table, key)| RowFinding {
                table,
                // Keys of these tables are one string of bytes, behind its length.
                key: seal::hex(key.get(4..).unwrap_or(&key)),
                fault: RowFault::Missing,
            });
            found.findings.extend(gone);
            // A house goes on meanwhile: what came since is spoken of by the records since.
            let mut since = HashMap::new();
            self.said_since(last + 1, &mut since).await?;
            for (key, row) in unknown {
                if since.get(&(row.table.clone(), row.key)) == Some(&row.columns) {
                    found.rows += 1;
                } else {
                    found.findings.push(RowFinding {
                        table: row.table,
                        key: seal::hex(&key),
                        fault: RowFault::Unknown,
                    });
                }
            }
            found.findings.sort();
            Ok(found)
        })
    }

    /// All that the ledger says of rows; whether that is all rows there are, since the house wrote form 2 from its first
    /// record or was counted; and the last record that was there.
    async fn said_of_rows(&self) -> Result<(Said, bool, u64), StoreError> {
        let (last, _) = self.ledger_end().await?;
        let first = self.ledger(1, 1).await?;
        let spoke_always = first.iter().all(|first| first.header.rows.is_some());
        let mut said = HashMap::new();
        let was_counted = self.said_since(1, &mut said).await?;
        Ok((said, spoke_always || was_counted, last))
    }

    /// Adds what the records from a position on say of rows; tells whether one of them counted the house.
    async fn said_since(&self, mut from: u64, said: &mut Said) -> Result<bool, StoreError> {
        let mut was_counted = false;
        loop {
            let records = self.said_from(from).await?;
            let Some((last, _)) = records.last() else {
                return Ok(was_counted);
            };
            from = last + 1;
            for row in records.into_iter().flat_map(|(_, rows)| rows) {
                if row.table == COUNTED {
                    was_counted = true;
                } else {
                    said.insert((row.table, row.key), row.columns);
                }
            }
        }
    }

    /// What the records from a position on say of rows; records that say nothing are left out.
    async fn said_from(&self, from: u64) -> Result<Vec<(u64, Vec<Covered>)>, StoreError> {
        let sql = "SELECT seq, covered FROM ledger WHERE seq >= $1 AND length(covered) > 0 ORDER BY seq LIMIT $2";
        let rows = self
            .rows("ledger", sql, &[from.into(), STEP.into()])
            .await?;
        let read = |mut row: Cells| {
            let seq = row.u64()?;
            // What cannot be read says nothing; the walk of the chain names the record.
            let said = unpack(&row.bytes()?).unwrap_or_default();
            Ok((seq, said))
        };
        rows.into_iter().map(read).collect()
    }

    /// Whether what is kept beside the records of a stretch is what they cover; the first that is not.
    pub(super) async fn said_amiss(
        &self,
        records: &[StoredRecord],
    ) -> Result<Option<Broken>, StoreError> {
        let (Some(first), Some(last)) = (records.first(), records.last()) else {
            return Ok(None);
        };
        let sql = "SELECT seq, covered FROM ledger WHERE seq >= $1 AND seq <= $2 AND length(covered) > 0 ORDER BY seq";
        let between = [first.header.seq.into(), last.header.seq.into()];
        let mut kept: HashMap<u64, Vec<u8>> = HashMap::new();
        for mut row in self.rows("ledger", sql, &between).await? {
            kept.insert(row.u64()?, row.bytes()?);
        }
        for record in records {
            let seq = record.header.seq;
            let kept = kept.remove(&seq).unwrap_or_default();
            let root = unpack(&kept).map(|rows| seal::coverage::root(&rows));
            let is_said = match record.header.rows {
                Some(rows) => root == Some(rows),
                None => kept.is_empty(),
            };
            if !is_said {
                return Ok(Some(Broken::Rows { seq }));
            }
        }
        Ok(None)
    }

    /// Rows of a table behind a key, in the order of their keys, as they would be recorded.
    async fn covered_rows(
        &self,
        table: &'static Table,
        after: &[u8],
    ) -> Result<Vec<(Vec<u8>, Covered)>, StoreError> {
        let sql = match table.name {
            "body" => {
                "SELECT id, dossier, compartment, key_id, realm, sealed FROM body WHERE id > $1 ORDER BY id LIMIT $2"
            }
            _ => "SELECT sha256, bytes FROM file WHERE sha256 > $1 ORDER BY sha256 LIMIT $2",
        };
        let rows = self
            .rows(table.name, sql, &[after.to_vec().into(), STEP.into()])
            .await?;
        let at = table.key_positions().first().copied().unwrap_or_default();
        let shape = || StoreError::Shape { table: table.name };
        let read = |row: Cells| {
            let values: Vec<Value> = row.values.collect();
            let Some(Value::Bytes(key)) = values.get(at) else {
                return Err(shape());
            };
            let said = covered(table, &values).ok_or_else(shape)?;
            Ok((key.clone(), said))
        };
        rows.into_iter().map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::TABLES;
    use crate::kernel::coverage::covered_columns;
    use crate::schema::{self, Kind, Table};

    #[test]
    fn every_table_that_is_covered_is_compared() {
        let covered = schema::ALL
            .into_iter()
            .filter(|table| !covered_columns(table).is_empty())
            .map(|table| table.name);
        let compared = TABLES.map(|table| table.name);
        assert!(covered.eq(compared));
    }

    /// A table of the truth is covered, or it stands here with the reason.
    #[test]
    fn every_table_of_the_truth_is_covered_or_has_a_reason_not_to_be() {
        let not_yet = [
            ("ledger", "it is what covers"),
            ("sealed_key", "re-wrapped at a change of epoch"),
            ("approver", "re-sealed with a password"),
            ("credential", "set anew with a password"),
            ("delivery", "its state changes with every try"),
        ];
        for table in schema::ALL {
            let is_covered = !covered_columns(table).is_empty();
            let has_reason = not_yet.iter().any(|(name, _)| *name == table.name);
            let is_truth = table.kind == Kind::Truth;
            assert_eq!(is_truth, is_covered || has_reason, "{}", table.name);
            assert!(!(is_covered && has_reason), "{}", table.name);
        }
        let whole = |table: &Table| {
            let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(covered_columns(table), columns, "{}", table.name);
        };
        whole(&schema::BODY);
        whole(&schema::FILE);
    }
}
