//! Upkeep: verifying the chain, copying the database.

use seal::record::{Broken, Walk};

use crate::Awaited;
use crate::Store;
use domain::value::CopyChannel;

use crate::distribution::{DELIVERY, SUBSCRIBER, of_schema_3};
use crate::kernel::ledger::LEDGER;
use crate::kernel::open::{Engine, META, SCHEMA};
use crate::kernel::row::TableRow;
use crate::kernel::value::{StoreError, Value};
use crate::schema::{self, Table};

/// Records read at once while the chain is walked.
const STEP: u32 = 2_000;

/// The chain as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Records.
    pub records: u64,
    /// RFC 6962 root over them.
    pub root: [u8; 32],
    /// Hash of the last record.
    pub hash: [u8; 32],
    /// The first record that does not fit, if one does not.
    pub broken: Option<Broken>,
    /// Roots at the positions that were asked for.
    pub roots: Vec<(u64, [u8; 32])>,
}

impl Store {
    /// Walks the whole chain, without any key; notes the roots at the positions `at` (sorted).
    ///
    /// # Errors
    /// If the database fails. A broken chain is no error but an answer.
    pub fn walk_chain<'a>(&'a self, at: &'a [u64]) -> Awaited<'a, Result<Chain, StoreError>> {
        Box::pin(async move {
            let mut walk = Walk::of(self.house());
            let mut roots = Vec::new();
            let mut broken = None;
            'all: loop {
                let records = self.ledger(walk.seq() + 1, STEP).await?;
                if records.is_empty() {
                    break;
                }
                for record in records {
                    if let Err(found) = walk.next(&record.header, &record.payload, &record.hash) {
                        broken = Some(found);
                        break 'all;
                    }
                    if at.contains(&walk.seq()) {
                        roots.push((walk.seq(), walk.root()));
                    }
                }
            }
            Ok(Chain {
                records: walk.seq(),
                root: walk.root(),
                hash: walk.hash(),
                broken,
                roots,
            })
        })
    }

    /// Writes all rows of all tables to `out`, as one consistent copy that [`Store::load`] reads on either engine; returns
    /// the position of the last record in it, 0 without one.
    ///
    /// # Errors
    /// If the database fails or a row cannot be written.
    pub fn dump<'a>(
        &'a self,
        out: &'a mut (dyn std::io::Write + Send),
    ) -> Awaited<'a, Result<u64, StoreError>> {
        Box::pin(async move {
            // One transaction gives one state on both engines; the writer waits meanwhile.
            // Sessions are not backed up: whoever was signed in signs in again.
            let copied = || {
                schema::ALL
                    .into_iter()
                    .filter(|table| table.name != schema::SESSION.name)
            };
            let mut statements: Vec<(String, Vec<Value>)> = copied()
                .map(|table| {
                    (
                        format!("SELECT {} FROM {}", table.column_list(), table.name),
                        vec![],
                    )
                })
                .collect();
            if matches!(self.engine, Engine::Postgres(_)) {
                statements.insert(
                    0,
                    (
                        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ".to_owned(),
                        vec![],
                    ),
                );
            }
            let mut tables = self.transact("dump", statements).await?;
            if matches!(self.engine, Engine::Postgres(_)) {
                tables.remove(0);
            }
            let mut last = 0;
            for (table, rows) in copied().zip(tables) {
                for row in rows {
                    if table.name == LEDGER.name
                        && let Some(Value::Int(seq)) = row.values.as_slice().first()
                    {
                        last = last.max(u64::try_from(*seq).unwrap_or(0));
                    }
                    let mut line = Vec::new();
                    frame(&mut line, table.name.as_bytes());
                    for value in row.values {
                        match value {
                            Value::Int(v) => {
                                line.push(b'i');
                                line.extend_from_slice(&v.to_be_bytes());
                            }
                            Value::Text(v) => {
                                line.push(b't');
                                frame(&mut line, v.as_bytes());
                            }
                            Value::Bytes(v) => {
                                line.push(b'b');
                                frame(&mut line, &v);
                            }
                        }
                    }
                    let mut framed = Vec::with_capacity(line.len() + 4);
                    frame(&mut framed, &line);
                    out.write_all(&framed)
                        .map_err(|_| StoreError::Shape { table: table.name })?;
                }
            }
            Ok(last)
        })
    }

    /// Fills an empty store from a copy; one that an earlier program made is brought to the tables of this one.
    ///
    /// # Errors
    /// [`StoreError::Shape`] or [`StoreError::Column`] if the copy has another form; the database's own errors.
    pub fn load<'a>(&'a self, input: &'a [u8]) -> Awaited<'a, Result<u64, StoreError>> {
        Box::pin(async move {
            let rows = parse(input)?;
            let taken = rows.len() as u64;
            let schema = schema_of(&rows)?;
            let mut rows: Vec<TableRow> = rows
                .into_iter()
                .map(|(table, values)| {
                    of_today(table, values, schema).map(|values| TableRow::untyped(table, values))
                })
                .collect::<Result<_, _>>()?;
            // The ledger's guard takes records in order only, and what stands beside them comes after them.
            rows.sort_by_cached_key(|row| {
                let of_ledger = row.table().name == LEDGER.name;
                let seq = row.values().first().filter(|_| of_ledger).cloned();
                (!of_ledger, seq)
            });
            let statements = rows
                .into_iter()
                .map(TableRow::insert)
                .collect::<Result<_, _>>()?;
            self.transact("copy", statements).await?;
            Ok(taken)
        })
    }

    /// Path of the database file, on SQLite.
    #[must_use]
    pub fn file_path(&self) -> Option<&std::path::Path> {
        match &self.engine {
            Engine::Sqlite(sqlite) => Some(sqlite.path()),
            Engine::Postgres(_) => None,
        }
    }
}

/// Columns that went with a schema, at the positions that they had.
struct Gone {
    with: i64,
    table: &'static str,
    at: &'static [usize],
}

/// What a copy of an earlier schema holds and this program's tables do not.
const GONE: [Gone; 6] = [
    Gone {
        with: 3,
        table: "party",
        at: &[1, 2, 5, 6],
    },
    Gone {
        with: 3,
        table: "report",
        at: &[2],
    },
    Gone {
        with: 3,
        table: "case_file",
        at: &[4, 7],
    },
    Gone {
        with: 3,
        table: "participant",
        at: &[3, 4, 5, 6, 7, 8, 9],
    },
    Gone {
        with: 3,
        table: "advisory",
        at: &[4, 5, 7],
    },
    Gone {
        with: 3,
        table: "subscriber",
        at: &[2],
    },
];

/// The name of the row of `meta` that tells the schema.
const SCHEMA_NAME: &str = "schema";

fn shape() -> StoreError {
    StoreError::Shape { table: "copy" }
}

/// Takes a copy apart; whether its values fit their columns is not asked here.
fn parse(mut input: &[u8]) -> Result<Vec<(&'static Table, Vec<Value>)>, StoreError> {
    let mut rows = Vec::new();
    while !input.is_empty() {
        let mut line = unframe(&mut input).ok_or_else(shape)?;
        let name = unframe(&mut line).ok_or_else(shape)?;
        let table = schema::ALL
            .into_iter()
            .find(|table| table.name.as_bytes() == name)
            .ok_or_else(shape)?;
        let mut values = Vec::with_capacity(table.columns.len());
        while let Some((kind, rest)) = line.split_first() {
            line = rest;
            values.push(match kind {
                b'i' => {
                    let (number, rest) = line.split_first_chunk::<8>().ok_or_else(shape)?;
                    line = rest;
                    Value::Int(i64::from_be_bytes(*number))
                }
                b't' => Value::Text(
                    String::from_utf8(unframe(&mut line).ok_or_else(shape)?.to_vec())
                        .map_err(|_| shape())?,
                ),
                b'b' => Value::Bytes(unframe(&mut line).ok_or_else(shape)?.to_vec()),
                _ => return Err(shape()),
            });
        }
        rows.push((table, values));
    }
    Ok(rows)
}

/// The schema that a copy was made under; one that is newer than this program's is refused.
fn schema_of(rows: &[(&'static Table, Vec<Value>)]) -> Result<i64, StoreError> {
    let name = Value::from(SCHEMA_NAME);
    let found = rows
        .iter()
        .find(|(table, values)| table.name == META.name && values.first() == Some(&name));
    match found.and_then(|(_, values)| values.get(1)) {
        Some(Value::Bytes(schema)) => <[u8; 8]>::try_from(schema.as_slice())
            .ok()
            .map(i64::from_be_bytes)
            .filter(|schema| *schema <= SCHEMA)
            .ok_or_else(shape),
        _ => Err(shape()),
    }
}

/// Brings a row of an earlier schema to this program's columns, and the row that tells the schema to its number.
fn of_today(
    table: &'static Table,
    values: Vec<Value>,
    schema: i64,
) -> Result<Vec<Value>, StoreError> {
    if table.name == META.name && values.first() == Some(&SCHEMA_NAME.into()) {
        return Ok(vec![SCHEMA_NAME.into(), SCHEMA.to_be_bytes().into()]);
    }
    if table.name == DELIVERY.name && schema < 4 {
        return of_schema_3(values);
    }
    let gone = |at: &usize| {
        GONE.iter()
            .any(|gone| schema < gone.with && gone.table == table.name && gone.at.contains(at))
    };
    let mut values: Vec<Value> = values
        .into_iter()
        .enumerate()
        .filter(|(at, _)| !gone(at))
        .map(|(_, value)| value)
        .collect();
    if table.name == SUBSCRIBER.name && schema < 5 {
        // Its mailbox is not known.
        values.push("".into());
    }
    if table.name == SUBSCRIBER.name && schema < 6 {
        values.push(CopyChannel::default().name().into());
    }
    Ok(values)
}

fn frame(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn unframe<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = input.split_first_chunk::<4>()?;
    let (bytes, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    *input = rest;
    Some(bytes)
}
