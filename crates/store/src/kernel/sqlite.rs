//! SQLite: one writer on its own thread, several readers.
//!
//! WAL, `synchronous=FULL`, `recursive_triggers=ON` (else REPLACE rewrites a row past the triggers),
//! `trusted_schema=OFF`, `secure_delete=ON` (docs/design/security.md §2.2, §2.11). Reads are short and run where
//! they are asked; writing goes through a queue to the one thread that owns the writing connection.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Instant;

use rusqlite::types::{ToSqlOutput, Type, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};
use tokio::sync::oneshot;

use super::copied::{Next, PIECE_ROWS, PIECES_WAITING, Piece, Pieces};
use super::value::{StoreError, Value, fits};
use super::write::{Batch, GROUP_MAX, Head, LINGER, Write, Written};

/// Readers that are kept open.
const READERS_MAX: usize = 8;
/// Statements that a connection keeps prepared.
const STATEMENTS_MAX: usize = 128;

type Rows = Vec<Vec<Value>>;
type Waiting = Vec<(Reply, Result<Written, StoreError>)>;
type Reply = oneshot::Sender<Result<Written, StoreError>>;

enum Job {
    Write(Write, Reply),
    Transact(
        Vec<(String, Vec<Value>)>,
        oneshot::Sender<Result<Vec<Rows>, StoreError>>,
    ),
}

pub(crate) struct Sqlite {
    path: PathBuf,
    house: [u8; 16],
    jobs: mpsc::Sender<Job>,
    readers: Mutex<Vec<Connection>>,
    active: Arc<Mutex<Option<Arc<AtomicUsize>>>>,
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Int(v) => ValueRef::Integer(*v),
            Value::Text(v) => ValueRef::Text(v.as_bytes()),
            Value::Bytes(v) => ValueRef::Blob(v),
        }))
    }
}

fn doing(doing: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |source| {
        if let rusqlite::Error::SqliteFailure(_, Some(message)) = &source
            && (message.starts_with("ledger:") || message.contains("FOREIGN KEY constraint"))
        {
            return StoreError::Guard;
        }
        StoreError::Sqlite { doing, source }
    }
}

/// Makes the file of the database ours alone, whatever the mask of who runs the program; what SQLite lays beside it takes
/// its mode from it.
fn private(path: &Path, is_new: bool) {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    if is_new {
        let made = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path);
        drop(made);
    }
    // A file that is in nobody's folder, or a disk without modes: opening it says more.
    if let Ok(found) = std::fs::metadata(path)
        && found.is_file()
        && found.permissions().mode() & 0o077 != 0
    {
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        private(path, flags.contains(OpenFlags::SQLITE_OPEN_CREATE));
    }
    let connection = Connection::open_with_flags(path, flags).map_err(doing("opening"))?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA recursive_triggers = ON;
             PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;
             PRAGMA busy_timeout = 5000; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000;",
        )
        .map_err(doing("setting up"))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}

fn query(connection: &Connection, sql: &str, params: &[Value]) -> Result<Rows, rusqlite::Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let width = statement.column_count();
    let mut rows = statement.query(rusqlite::params_from_iter(params))?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let mut values = Vec::with_capacity(width);
        for at in 0..width {
            values.push(value(at, row.get_ref(at)?)?);
        }
        out.push(values);
    }
    Ok(out)
}

/// Takes a column as it is; what no column of ours can hold is an error.
fn value(at: usize, found: ValueRef<'_>) -> Result<Value, rusqlite::Error> {
    match found {
        ValueRef::Integer(v) => Ok(Value::Int(v)),
        ValueRef::Text(v) => match std::str::from_utf8(v) {
            Ok(v) => Ok(Value::Text(v.to_owned())),
            Err(error) => Err(rusqlite::Error::FromSqlConversionFailure(
                at,
                Type::Text,
                Box::new(error),
            )),
        },
        ValueRef::Blob(v) => Ok(Value::Bytes(v.to_vec())),
        ValueRef::Null | ValueRef::Real(_) => Err(rusqlite::Error::InvalidColumnType(
            at,
            format!("column {at}"),
            found.data_type(),
        )),
    }
}

impl Sqlite {
    pub(crate) fn create(path: &Path, migration: &str, house: [u8; 16]) -> Result<(), StoreError> {
        let connection = connect(path, OpenFlags::default())?;
        let schema = seal::hex(&super::open::SCHEMA.to_be_bytes());
        let house = seal::hex(&house);
        let founding = format!(
            "INSERT INTO meta (name, value) VALUES ('schema', x'{schema}'), ('house', x'{house}');"
        );
        connection
            .execute_batch(&format!("BEGIN; {migration} {founding} COMMIT;"))
            .map_err(doing("making the tables"))
    }

    /// Brings the tables of an older program to this one's, in one transaction.
    pub(crate) fn upgrade(path: &Path, migrations: &str) -> Result<(), StoreError> {
        let connection = connect(path, OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE)?;
        let schema = seal::hex(&super::open::SCHEMA.to_be_bytes());
        connection
            .execute_batch(&format!(
                "BEGIN IMMEDIATE; {migrations} UPDATE meta SET value = x'{schema}' WHERE name = 'schema'; COMMIT;"
            ))
            .map_err(doing("bringing the tables up to date"))
    }

    /// Schema version of the database.
    pub(crate) fn schema(path: &Path) -> Result<Option<i64>, StoreError> {
        let connection = connect(path, OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE)?;
        let rows = query(
            &connection,
            "SELECT value FROM meta WHERE name = 'schema'",
            &[],
        )
        .map_err(doing("reading the schema version"))?;
        Ok(match rows.into_iter().flatten().next() {
            Some(Value::Bytes(version)) => version.try_into().ok().map(i64::from_be_bytes),
            _ => None,
        })
    }

    pub(crate) fn house(path: &Path) -> Result<Option<[u8; 16]>, StoreError> {
        let connection = connect(path, OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE)?;
        let tables = query(
            &connection,
            "SELECT count(*) FROM sqlite_schema WHERE name = 'meta'",
            &[],
        )
        .map_err(doing("looking for tables"))?;
        if tables != [[Value::Int(1)]] {
            return Ok(None);
        }
        let rows = query(
            &connection,
            "SELECT value FROM meta WHERE name = 'house'",
            &[],
        )
        .map_err(doing("reading the house"))?;
        Ok(match rows.into_iter().flatten().next() {
            Some(Value::Bytes(id)) => id.try_into().ok(),
            _ => None,
        })
    }

    pub(crate) fn open(path: &Path, house: [u8; 16]) -> Result<Sqlite, StoreError> {
        let (jobs, queue) = mpsc::channel();
        let active = Arc::new(Mutex::new(None));
        let connection = connect(path, OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE)?;
        let writer = Writer {
            connection,
            house,
            queue,
            active: Arc::clone(&active),
        };
        let spawned = std::thread::Builder::new()
            .name("noroshi-writer".into())
            .spawn(move || writer.run());
        if spawned.is_err() {
            return Err(StoreError::Stopped);
        }
        Ok(Sqlite {
            path: path.to_owned(),
            house,
            jobs,
            readers: Mutex::default(),
            active,
        })
    }

    pub(crate) fn house_id(&self) -> [u8; 16] {
        self.house
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn read(&self, sql: &str, params: &[Value]) -> Result<Rows, StoreError> {
        let idle = self
            .readers
            .lock()
            .ok()
            .and_then(|mut readers| readers.pop());
        let connection = match idle {
            Some(connection) => connection,
            None => connect(
                &self.path,
                OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE,
            )?,
        };
        let rows = query(&connection, sql, params).map_err(doing("reading"));
        if let Ok(mut readers) = self.readers.lock()
            && readers.len() < READERS_MAX
        {
            readers.push(connection);
        }
        rows
    }

    pub(crate) async fn write(
        &self,
        write: Write,
        active: &Arc<AtomicUsize>,
    ) -> Result<Written, StoreError> {
        if let Ok(mut slot) = self.active.lock()
            && slot.is_none()
        {
            *slot = Some(Arc::clone(active));
        }
        let (reply, answer) = oneshot::channel();
        self.jobs
            .send(Job::Write(write, reply))
            .map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    pub(crate) async fn transact(
        &self,
        statements: Vec<(String, Vec<Value>)>,
    ) -> Result<Vec<Rows>, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.jobs
            .send(Job::Transact(statements, reply))
            .map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }
}

impl Sqlite {
    /// Reads all rows of these statements as they stand at one moment, a piece after another, while others write.
    pub(crate) fn snapshot(&self, statements: Vec<String>) -> Pieces {
        let (to, pieces) = tokio::sync::mpsc::channel(PIECES_WAITING);
        let path = self.path.clone();
        let work = move || {
            let last = match read_all(&path, &statements, &to) {
                Ok(true) => Ok(Piece::End),
                // Nobody listens any more.
                Ok(false) => return,
                Err(error) => Err(error),
            };
            let _ = to.blocking_send(last);
        };
        // One that cannot begin says nothing, and so not that it is at its end.
        let _ = std::thread::Builder::new()
            .name("noroshi-copy".into())
            .spawn(work);
        pieces
    }

    /// Carries out what comes, all of it or nothing.
    pub(crate) fn fill(&self, next: &mut Next<'_>) -> Result<(), StoreError> {
        let connection = connect(
            &self.path,
            OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE,
        )?;
        let transaction = connection
            .unchecked_transaction()
            .map_err(doing("beginning"))?;
        while let Some(statements) = next()? {
            for (sql, params) in &statements {
                query(&transaction, sql, params).map_err(doing("carrying out a statement"))?;
            }
        }
        transaction.commit().map_err(doing("committing"))
    }
}

/// Sends all rows, and tells whether somebody took them to the end.
fn read_all(
    path: &Path,
    statements: &[String],
    to: &tokio::sync::mpsc::Sender<Result<Piece, StoreError>>,
) -> Result<bool, StoreError> {
    let connection = connect(path, OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE)?;
    // The first read settles what all of them see.
    let transaction = connection
        .unchecked_transaction()
        .map_err(doing("beginning"))?;
    for (at, sql) in statements.iter().enumerate() {
        let mut statement = transaction.prepare(sql).map_err(doing("reading"))?;
        let width = statement.column_count();
        let mut rows = statement.query([]).map_err(doing("reading"))?;
        let mut piece: Rows = Vec::new();
        while let Some(row) = rows.next().map_err(doing("reading"))? {
            let mut values = Vec::with_capacity(width);
            for at in 0..width {
                let found = row.get_ref(at).map_err(doing("reading"))?;
                values.push(value(at, found).map_err(doing("reading"))?);
            }
            piece.push(values);
            if piece.len() >= PIECE_ROWS {
                let full = std::mem::take(&mut piece);
                if to.blocking_send(Ok(Piece::Rows(at, full))).is_err() {
                    return Ok(false);
                }
            }
        }
        if !piece.is_empty() && to.blocking_send(Ok(Piece::Rows(at, piece))).is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

struct Writer {
    connection: Connection,
    house: [u8; 16],
    queue: mpsc::Receiver<Job>,
    active: Arc<Mutex<Option<Arc<AtomicUsize>>>>,
}

impl Writer {
    fn run(self) {
        let mut head: Option<Head> = None;
        let mut active: Option<Arc<AtomicUsize>> = None;
        while let Ok(first) = self.queue.recv() {
            let mut writes = Vec::new();
            let mut other = None;
            match first {
                Job::Write(write, reply) => writes.push((write, reply)),
                job @ Job::Transact(..) => other = Some(job),
            }
            if active.is_none() {
                active = self.active.lock().ok().and_then(|slot| slot.clone());
            }
            let begun = Instant::now();
            while other.is_none() && writes.len() < GROUP_MAX {
                match self.queue.try_recv() {
                    Ok(Job::Write(write, reply)) => writes.push((write, reply)),
                    Ok(job) => other = Some(job),
                    Err(_) => {
                        let coming = active.as_ref().map_or(0, |n| n.load(Ordering::Relaxed));
                        if writes.len() >= coming || begun.elapsed() > LINGER {
                            break;
                        }
                        std::thread::yield_now();
                    }
                }
            }
            if !writes.is_empty() {
                self.commit(&mut head, writes);
            }
            if let Some(Job::Transact(statements, reply)) = other {
                let _ = reply.send(self.transact(&statements));
            }
        }
    }

    fn commit(&self, head: &mut Option<Head>, writes: Vec<(Write, Reply)>) {
        let mut waiting = Vec::with_capacity(writes.len());
        let result = self.try_commit(head, writes, &mut waiting);
        if let Err(error) = &result {
            // What is in memory may be ahead of the disk: read it again next time.
            *head = None;
            tracing::error!(code = "store.commit", cause = %error, "a commit failed");
        }
        let failed = result.is_err();
        let guard = matches!(result, Err(StoreError::Guard));
        for (reply, outcome) in waiting {
            let outcome = match outcome {
                Ok(_) if guard => Err(StoreError::Guard),
                Ok(_) if failed => Err(StoreError::Stopped),
                other => other,
            };
            let _ = reply.send(outcome);
        }
    }

    fn try_commit(
        &self,
        head: &mut Option<Head>,
        writes: Vec<(Write, Reply)>,
        waiting: &mut Waiting,
    ) -> Result<(), StoreError> {
        let loaded = match head.take() {
            Some(loaded) => Ok(loaded),
            None => self.load_head(),
        };
        let mut known = match loaded {
            Ok(known) => known,
            Err(error) => {
                waiting.extend(
                    writes
                        .into_iter()
                        .map(|(_, reply)| (reply, Err(StoreError::Stopped))),
                );
                return Err(error);
            }
        };
        known.trim();
        for stream in known.unknown(writes.iter().map(|(write, _)| write)) {
            let rows = query(
                &self.connection,
                "SELECT version FROM stream WHERE id = ?1",
                &[stream.into()],
            )
            .map_err(doing("reading a version"))?;
            let shape = || StoreError::Shape { table: "stream" };
            let version = match rows.into_iter().flatten().next() {
                Some(Value::Int(version)) => u32::try_from(version).map_err(|_| shape())?,
                Some(_) => return Err(shape()),
                None => 0,
            };
            known.versions.insert(stream, version);
        }
        let mut batch = Batch::default();
        for (write, reply) in writes {
            let outcome = known.take(write, &mut batch);
            waiting.push((reply, outcome));
        }
        self.insert(&batch)?;
        *head = Some(known);
        Ok(())
    }

    fn insert(&self, batch: &Batch) -> Result<(), StoreError> {
        if batch.tables.is_empty() {
            return Ok(());
        }
        let transaction = self
            .connection
            .unchecked_transaction()
            .map_err(doing("beginning"))?;
        for (table, rows) in &batch.tables {
            let mut statement = transaction
                .prepare_cached(&table.insert('?'))
                .map_err(doing("preparing an insert"))?;
            for row in rows {
                fits(table, row)?;
                statement
                    .execute(rusqlite::params_from_iter(row))
                    .map_err(doing("inserting"))?;
            }
        }
        transaction.commit().map_err(doing("committing"))
    }

    fn load_head(&self) -> Result<Head, StoreError> {
        let rows = query(
            &self.connection,
            "SELECT seq, hash, recorded_at FROM ledger ORDER BY seq DESC LIMIT 1",
            &[],
        )
        .map_err(doing("reading the head"))?;
        let last = match rows.into_iter().next().as_deref() {
            Some([Value::Int(seq), Value::Bytes(hash), Value::Int(at)]) => Some((
                u64::try_from(*seq).map_err(|_| StoreError::Shape { table: "ledger" })?,
                hash.as_slice()
                    .try_into()
                    .map_err(|_| StoreError::Shape { table: "ledger" })?,
                *at,
            )),
            Some(_) => return Err(StoreError::Shape { table: "ledger" }),
            None => None,
        };
        Ok(Head::of(self.house, last))
    }

    fn transact(&self, statements: &[(String, Vec<Value>)]) -> Result<Vec<Rows>, StoreError> {
        let transaction = self
            .connection
            .unchecked_transaction()
            .map_err(doing("beginning"))?;
        let mut out = Vec::with_capacity(statements.len());
        for (sql, params) in statements {
            out.push(query(&transaction, sql, params).map_err(doing("carrying out a statement"))?);
        }
        transaction.commit().map_err(doing("committing"))?;
        Ok(out)
    }
}
