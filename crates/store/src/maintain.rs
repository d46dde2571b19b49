//! Upkeep: verifying the chain, copying the database.

mod rows;

pub use rows::{Coverage, RowFault, RowFinding};

use std::io::{BufRead as _, BufReader, Read};

use seal::record::{Broken, Walk};

use crate::Awaited;
use crate::Store;
use domain::value::CopyChannel;

use crate::distribution::{DELIVERY, SUBSCRIBER, of_schema_3};
use crate::kernel::copied::{Next, PIECE_ROWS, Piece, Statement};
use crate::kernel::ledger::LEDGER;
use crate::kernel::open::{Engine, META, SCHEMA, heard};
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
                let amiss = self.said_amiss(&records).await?;
                for record in records {
                    if amiss
                        == Some(Broken::Rows {
                            seq: record.header.seq,
                        })
                    {
                        broken = amiss;
                        break 'all;
                    }
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
            // Sessions are not backed up: whoever was signed in signs in again.
            let tables: Vec<&'static Table> = schema::ALL
                .into_iter()
                .filter(|table| table.name != schema::SESSION.name)
                .collect();
            let select = |table: &&Table| {
                // The ledger's guard takes records in their order, and so does whoever reads the copy.
                let order = if table.name == LEDGER.name {
                    " ORDER BY seq"
                } else {
                    ""
                };
                format!("SELECT {} FROM {}{order}", table.column_list(), table.name)
            };
            let statements: Vec<String> = tables.iter().map(select).collect();
            for sql in &statements {
                heard(sql);
            }
            let mut pieces = match &self.engine {
                Engine::Sqlite(sqlite) => sqlite.snapshot(statements),
                Engine::Postgres(postgres) => postgres.snapshot(statements),
            };
            let mut last = 0;
            loop {
                let (at, rows) = match pieces.recv().await.ok_or(StoreError::Stopped)?? {
                    Piece::Rows(at, rows) => (at, rows),
                    Piece::End => return Ok(last),
                };
                let table = tables.get(at).ok_or_else(shape)?;
                for row in rows {
                    if table.name == LEDGER.name
                        && let Some(Value::Int(seq)) = row.first()
                    {
                        last = last.max(u64::try_from(*seq).unwrap_or(0));
                    }
                    out.write_all(&line(table, row)).map_err(writing)?;
                }
            }
        })
    }

    /// Fills an empty store from a copy that is in memory, as [`Store::load_from`] does.
    ///
    /// # Errors
    /// Those of [`Store::load_from`].
    pub fn load<'a>(&'a self, input: &'a [u8]) -> Awaited<'a, Result<u64, StoreError>> {
        self.load_from(Box::new(move || Ok(Box::new(input))))
    }

    /// Fills an empty store from a copy, all of it or nothing; one that an earlier program made is brought to the tables of
    /// this one. Returns how many rows there were.
    ///
    /// # Errors
    /// [`StoreError::Shape`] or [`StoreError::Column`] if the copy has another form, [`StoreError::Copy`] if it cannot be
    /// read; the database's own errors.
    pub fn load_from<'a>(&'a self, mut source: Source<'a>) -> Awaited<'a, Result<u64, StoreError>> {
        Box::pin(async move {
            let look = look_over(source()?)?;
            let mut lines = Lines::of(source()?);
            let taken = move |found: Found| {
                let values = of_today(found.table, found.values, look.schema)?;
                Ok(TableRow::untyped(found.table, values))
            };
            let mut next: Box<Next<'_>> = if look.is_ordered {
                Box::new(move || {
                    let (mut piece, mut bytes) = (Vec::new(), 0);
                    while piece.len() < PIECE_ROWS && bytes < PIECE_BYTES {
                        let Some(found) = lines.next()? else {
                            break;
                        };
                        bytes += found.bytes;
                        piece.push(taken(found)?.insert()?);
                    }
                    Ok(Some(piece).filter(|piece| !piece.is_empty()))
                })
            } else {
                // Earlier programs wrote the records as the database gave them: all are read before the first is written.
                let mut rows: Vec<TableRow> = Vec::new();
                while let Some(found) = lines.next()? {
                    rows.push(taken(found)?);
                }
                rows.sort_by_cached_key(|row| {
                    let of_ledger = row.table().name == LEDGER.name;
                    let seq = row.values().first().filter(|_| of_ledger).cloned();
                    (!of_ledger, seq)
                });
                let mut rows = rows.into_iter();
                Box::new(move || {
                    let piece: Vec<Statement> = rows
                        .by_ref()
                        .take(PIECE_ROWS)
                        .map(TableRow::insert)
                        .collect::<Result<_, _>>()?;
                    Ok(Some(piece).filter(|piece| !piece.is_empty()))
                })
            };
            match &self.engine {
                Engine::Sqlite(sqlite) => sqlite.fill(&mut *next)?,
                Engine::Postgres(postgres) => postgres.fill(&mut *next).await?,
            }
            Ok(look.rows)
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
    /// The first schema that had them there.
    since: i64,
    /// The first schema without them.
    with: i64,
    table: &'static str,
    at: &'static [usize],
}

/// What a copy of an earlier schema holds and this program's tables do not.
const GONE: [Gone; 7] = [
    Gone {
        since: 1,
        with: 3,
        table: "party",
        at: &[1, 2, 5, 6],
    },
    Gone {
        since: 1,
        with: 3,
        table: "report",
        at: &[2],
    },
    Gone {
        since: 1,
        with: 3,
        table: "case_file",
        at: &[4, 7],
    },
    Gone {
        since: 1,
        with: 3,
        table: "participant",
        at: &[3, 4, 5, 6, 7, 8, 9],
    },
    Gone {
        since: 1,
        with: 3,
        table: "advisory",
        at: &[4, 5, 6, 7, 8],
    },
    Gone {
        since: 3,
        with: 8,
        table: "advisory",
        at: &[4, 5],
    },
    Gone {
        since: 1,
        with: 3,
        table: "subscriber",
        at: &[2],
    },
];

/// The name of the row of `meta` that tells the schema.
const SCHEMA_NAME: &str = "schema";
/// The name of the row of `meta` that tells the house.
const HOUSE_NAME: &str = "house";
/// Bytes of rows that are written at once, beside one that is larger.
const PIECE_BYTES: usize = 4 << 20;

/// Where a copy is read from, each time from its beginning.
pub type Source<'a> = Box<dyn FnMut() -> Result<Box<dyn Read + Send + 'a>, StoreError> + Send + 'a>;

fn shape() -> StoreError {
    StoreError::Shape { table: "copy" }
}

fn writing(source: std::io::Error) -> StoreError {
    StoreError::Copy {
        doing: "writing",
        source,
    }
}

/// What is cut off has not the form of a copy; whatever else keeps it from being read is said.
fn reading(source: std::io::Error) -> StoreError {
    match source.kind() {
        std::io::ErrorKind::UnexpectedEof => shape(),
        _ => StoreError::Copy {
            doing: "reading",
            source,
        },
    }
}

/// A row as a copy holds it; whether its values fit their columns is not asked here.
struct Found {
    table: &'static Table,
    values: Vec<Value>,
    bytes: usize,
}

/// The rows of a copy, one after another.
struct Lines<'a> {
    input: BufReader<Box<dyn Read + Send + 'a>>,
    line: Vec<u8>,
}

impl<'a> Lines<'a> {
    fn of(input: Box<dyn Read + Send + 'a>) -> Lines<'a> {
        Lines {
            input: BufReader::new(input),
            line: Vec::new(),
        }
    }

    fn next(&mut self) -> Result<Option<Found>, StoreError> {
        if self.input.fill_buf().map_err(reading)?.is_empty() {
            return Ok(None);
        }
        let mut length = [0; 4];
        self.input.read_exact(&mut length).map_err(reading)?;
        let length = u32::from_be_bytes(length);
        self.line.clear();
        // No more is set aside than comes.
        let read = self
            .input
            .by_ref()
            .take(u64::from(length))
            .read_to_end(&mut self.line)
            .map_err(reading)?;
        if u32::try_from(read) != Ok(length) {
            return Err(shape());
        }
        parse(&self.line).map(Some)
    }
}

/// Takes a row apart.
fn parse(line: &[u8]) -> Result<Found, StoreError> {
    let bytes = line.len();
    let mut line = line;
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
    Ok(Found {
        table,
        values,
        bytes,
    })
}

/// What is known of a copy before it is written anywhere.
struct Look {
    /// The schema that it was made under.
    schema: i64,
    rows: u64,
    /// The records come in their order, and before what refers to them.
    is_ordered: bool,
}

/// Reads a copy to its end; a schema that is newer than this program's is refused.
fn look_over(input: Box<dyn Read + Send + '_>) -> Result<Look, StoreError> {
    let mut lines = Lines::of(input);
    let (mut schema, mut rows, mut is_ordered) = (None, 0, true);
    let (mut last, mut has_others) = (0, false);
    while let Some(found) = lines.next()? {
        rows += 1;
        if found.table.name == LEDGER.name {
            let seq = match found.values.first() {
                Some(Value::Int(seq)) => *seq,
                _ => return Err(shape()),
            };
            is_ordered &= seq > last && !has_others;
            last = seq;
        } else if found.table.name == META.name {
            if found.values.first() == Some(&SCHEMA_NAME.into()) {
                schema = schema_of(found.values.get(1));
            }
        } else {
            has_others = true;
        }
    }
    Ok(Look {
        schema: schema.ok_or_else(shape)?,
        rows,
        is_ordered,
    })
}

fn schema_of(value: Option<&Value>) -> Option<i64> {
    let Some(Value::Bytes(schema)) = value else {
        return None;
    };
    let schema = <[u8; 8]>::try_from(schema.as_slice()).ok()?;
    Some(i64::from_be_bytes(schema)).filter(|schema| *schema <= SCHEMA)
}

/// Tells of which house a copy is.
///
/// # Errors
/// [`StoreError::Shape`] if it does not say so, [`StoreError::Copy`] if it cannot be read.
pub fn house_of(input: Box<dyn Read + Send + '_>) -> Result<[u8; 16], StoreError> {
    let mut lines = Lines::of(input);
    while let Some(found) = lines.next()? {
        if found.table.name == META.name
            && let [Value::Text(name), Value::Bytes(house)] = found.values.as_slice()
            && name == HOUSE_NAME
        {
            return house.as_slice().try_into().map_err(|_| shape());
        }
    }
    Err(shape())
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
            .filter(|gone| (gone.since..gone.with).contains(&schema))
            .any(|gone| gone.table == table.name && gone.at.contains(at))
    };
    let mut values: Vec<Value> = values
        .into_iter()
        .enumerate()
        .filter(|(at, _)| !gone(at))
        .map(|(_, value)| value)
        .collect();
    if table.name == LEDGER.name && schema < 9 {
        // Records of form 1 say nothing of rows.
        values.push(Vec::new().into());
        values.push(Vec::new().into());
    }
    if table.name == SUBSCRIBER.name && schema < 5 {
        // Its mailbox is not known.
        values.push("".into());
    }
    if table.name == SUBSCRIBER.name && schema < 6 {
        values.push(CopyChannel::default().name().into());
    }
    Ok(values)
}

/// A row as a copy holds it.
fn line(table: &Table, row: Vec<Value>) -> Vec<u8> {
    let mut line = Vec::new();
    frame(&mut line, table.name.as_bytes());
    for value in row {
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
    framed
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
