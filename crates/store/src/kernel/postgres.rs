//! PostgreSQL: one writer task, a pool of readers.
//!
//! A group is written by one statement over `unnest` arrays: one round trip, and the primary key `seq` guards
//! the chain; a second writer that chained on the same head collides, reads the head again and retries
//! (docs/design/performance.md §2). Connections take on the role `noroshi_run`, which can add ledger rows and read
//! them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::{AssertSqlSafe, Column as _, Connection, Executor, PgConnection, Row as _, TypeInfo};
use tokio::sync::{mpsc, oneshot};

use super::copied::{Next, PIECE_ROWS, PIECES_WAITING, Piece, Pieces};
use super::table::Type;
use super::value::{StoreError, Value, fits};
use super::write::{Batch, GROUP_MAX, Head, LINGER, Write, Written};

/// Connections for reading.
const READERS_MAX: u32 = 8;
/// Writes that may wait; more wait at the door.
const QUEUE_MAX: usize = 1024;
/// How often a group is chained anew after another node came first.
const RETRIES_MAX: u32 = 20;

type Rows = Vec<Vec<Value>>;
type Reply = oneshot::Sender<Result<Written, StoreError>>;

pub(crate) struct Postgres {
    house: [u8; 16],
    pool: PgPool,
    jobs: mpsc::Sender<(Write, Reply, Arc<AtomicUsize>)>,
}

fn doing(doing: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |source| match &source {
        sqlx::Error::Database(error)
            if error.message().starts_with("ledger:")
                || error.is_foreign_key_violation()
                || error.code().as_deref() == Some("42501") =>
        {
            StoreError::Guard
        }
        sqlx::Error::Database(error) if error.is_unique_violation() => StoreError::Conflict,
        _ => StoreError::Postgres { doing, source },
    }
}

/// While a house is founded or opened, a refusal of rights concerns the role.
fn role(error: StoreError) -> StoreError {
    if matches!(error, StoreError::Guard) {
        StoreError::Role
    } else {
        error
    }
}

impl Postgres {
    pub(crate) async fn has_tables(options: &PgConnectOptions) -> Result<bool, StoreError> {
        let mut connection = PgConnection::connect_with(options)
            .await
            .map_err(doing("connecting"))?;
        let row: (i64,) = sqlx::query_as("SELECT count(*) FROM information_schema.tables WHERE table_name = 'ledger' AND table_schema = current_schema()")
            .fetch_one(&mut connection)
            .await
            .map_err(doing("looking for tables"))?;
        let _ = connection.close().await;
        Ok(row.0 > 0)
    }

    /// Makes the tables; without a house they are prepared for one that another login founds.
    pub(crate) async fn create(
        options: &PgConnectOptions,
        migration: &str,
        house: Option<[u8; 16]>,
    ) -> Result<(), StoreError> {
        let mut connection = PgConnection::connect_with(options)
            .await
            .map_err(doing("connecting"))?;
        let mut transaction = connection.begin().await.map_err(doing("beginning"))?;
        // Two processes that found a house in one database wait for each other.
        transaction
            .execute("SELECT pg_advisory_xact_lock(7205759403792793601)")
            .await
            .map_err(doing("locking"))?;
        transaction
            .execute(sqlx::raw_sql(AssertSqlSafe(migration.to_owned())))
            .await
            .map_err(|error| role(doing("making the tables")(error)))?;
        let mut founding = format!(
            "INSERT INTO meta (name, value) VALUES ('schema', decode('{}', 'hex'))",
            seal::hex(&super::open::SCHEMA.to_be_bytes())
        );
        if let Some(house) = house {
            founding.push_str(&format!(
                ", ('house', decode('{}', 'hex'))",
                seal::hex(&house)
            ));
        }
        transaction
            .execute(sqlx::raw_sql(AssertSqlSafe(founding)))
            .await
            .map_err(doing("naming the house"))?;
        transaction.commit().await.map_err(doing("committing"))?;
        let _ = connection.close().await;
        Ok(())
    }

    /// Founds a house in tables that their owner has prepared, as the role that runs it.
    pub(crate) async fn name(
        options: &PgConnectOptions,
        house: [u8; 16],
    ) -> Result<(), StoreError> {
        let mut connection = PgConnection::connect_with(options)
            .await
            .map_err(doing("connecting"))?;
        let founding = format!(
            "SET ROLE noroshi_run; INSERT INTO meta (name, value) VALUES ('house', decode('{}', 'hex'))",
            seal::hex(&house)
        );
        connection
            .execute(sqlx::raw_sql(AssertSqlSafe(founding)))
            .await
            .map_err(|error| role(doing("naming the house")(error)))?;
        let _ = connection.close().await;
        Ok(())
    }

    /// Whether the login could rewrite what it may only add to, once it gives the role of the running house back: it owns
    /// the tables, or is an administrator of the database.
    pub(crate) async fn can_rewrite(&self) -> Result<bool, StoreError> {
        let row: (bool,) = sqlx::query_as("SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) OR EXISTS (SELECT 1 FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner WHERE c.relname IN ('ledger', 'body', 'file') AND c.relkind = 'r' AND pg_has_role(session_user, o.oid, 'MEMBER'))")
            .fetch_one(&self.pool)
            .await
            .map_err(doing("looking who owns the tables"))?;
        Ok(row.0)
    }

    /// Brings the tables of an older program to this one's, in one transaction; another process may have done it.
    pub(crate) async fn upgrade(
        options: &PgConnectOptions,
        migrations: &str,
        found: i64,
    ) -> Result<(), StoreError> {
        let mut connection = PgConnection::connect_with(options)
            .await
            .map_err(doing("connecting"))?;
        let mut transaction = connection.begin().await.map_err(doing("beginning"))?;
        transaction
            .execute("SELECT pg_advisory_xact_lock(7205759403792793601)")
            .await
            .map_err(doing("locking"))?;
        let row: (Vec<u8>,) = sqlx::query_as("SELECT value FROM meta WHERE name = 'schema'")
            .fetch_one(&mut *transaction)
            .await
            .map_err(doing("reading the schema version"))?;
        if row.0 == found.to_be_bytes() {
            let named = format!(
                "{migrations}; UPDATE meta SET value = decode('{}', 'hex') WHERE name = 'schema'",
                seal::hex(&super::open::SCHEMA.to_be_bytes())
            );
            transaction
                .execute(sqlx::raw_sql(AssertSqlSafe(named)))
                .await
                .map_err(doing("bringing the tables up to date"))?;
        }
        transaction.commit().await.map_err(doing("committing"))?;
        let _ = connection.close().await;
        Ok(())
    }

    /// Schema version of the database.
    pub(crate) async fn schema(options: &PgConnectOptions) -> Result<Option<i64>, StoreError> {
        let mut connection = PgConnection::connect_with(options)
            .await
            .map_err(doing("connecting"))?;
        let row: Option<(Vec<u8>,)> =
            sqlx::query_as("SELECT value FROM meta WHERE name = 'schema'")
                .fetch_optional(&mut connection)
                .await
                .map_err(doing("reading the schema version"))?;
        let _ = connection.close().await;
        Ok(row.and_then(|(version,)| version.try_into().ok().map(i64::from_be_bytes)))
    }

    pub(crate) async fn house(options: &PgConnectOptions) -> Result<Option<[u8; 16]>, StoreError> {
        let mut connection = PgConnection::connect_with(options)
            .await
            .map_err(doing("connecting"))?;
        let row: Option<(Vec<u8>,)> = sqlx::query_as("SELECT value FROM meta WHERE name = 'house'")
            .fetch_optional(&mut connection)
            .await
            .map_err(doing("reading the house"))?;
        let _ = connection.close().await;
        Ok(row.and_then(|(id,)| id.try_into().ok()))
    }

    pub(crate) async fn open(
        options: PgConnectOptions,
        house: [u8; 16],
    ) -> Result<Postgres, StoreError> {
        let pool = PgPoolOptions::new()
            .max_connections(READERS_MAX)
            // A ping before each use would double the trips; a connection that broke fails its statement and is replaced.
            .test_before_acquire(false)
            .after_connect(|connection, _| {
                Box::pin(
                    async move { connection.execute("SET ROLE noroshi_run").await.map(|_| ()) },
                )
            })
            .connect_with(options.clone())
            .await
            .map_err(|error| role(doing("connecting")(error)))?;
        let (jobs, queue) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(
            Writer {
                pool: pool.clone(),
                house,
                queue,
                head: None,
            }
            .run(),
        );
        Ok(Postgres { house, pool, jobs })
    }

    pub(crate) fn house_id(&self) -> [u8; 16] {
        self.house
    }

    pub(crate) async fn read(
        &self,
        sql: &'static str,
        params: &[Value],
    ) -> Result<Rows, StoreError> {
        let rows = bind(sqlx::query(sql), params)
            .fetch_all(&self.pool)
            .await
            .map_err(doing("reading"))?;
        rows.iter().map(values).collect()
    }

    pub(crate) async fn transact(
        &self,
        statements: Vec<(String, Vec<Value>)>,
    ) -> Result<Vec<Rows>, StoreError> {
        let mut transaction = self.pool.begin().await.map_err(doing("beginning"))?;
        let mut out = Vec::with_capacity(statements.len());
        for (sql, params) in statements {
            let rows = bind(sqlx::query(AssertSqlSafe(sql)), &params)
                .fetch_all(&mut *transaction)
                .await
                .map_err(doing("carrying out a statement"))?;
            out.push(rows.iter().map(values).collect::<Result<Rows, _>>()?);
        }
        transaction.commit().await.map_err(doing("committing"))?;
        Ok(out)
    }

    pub(crate) async fn write(
        &self,
        write: Write,
        active: &Arc<AtomicUsize>,
    ) -> Result<Written, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.jobs
            .send((write, reply, Arc::clone(active)))
            .await
            .map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    /// Reads all rows of these statements as they stand at one moment, a piece after another, while others write.
    pub(crate) fn snapshot(&self, statements: Vec<String>) -> Pieces {
        let (to, pieces) = mpsc::channel(PIECES_WAITING);
        let pool = self.pool.clone();
        tokio::spawn(async move {
            let last = match read_all(&pool, statements, &to).await {
                Ok(true) => Ok(Piece::End),
                // Nobody listens any more.
                Ok(false) => return,
                Err(error) => Err(error),
            };
            let _ = to.send(last).await;
        });
        pieces
    }

    /// Carries out what comes, all of it or nothing.
    pub(crate) async fn fill(&self, next: &mut Next<'_>) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await.map_err(doing("beginning"))?;
        while let Some(statements) = next()? {
            for (sql, params) in statements {
                bind(sqlx::query(AssertSqlSafe(sql)), &params)
                    .execute(&mut *transaction)
                    .await
                    .map_err(doing("carrying out a statement"))?;
            }
        }
        transaction.commit().await.map_err(doing("committing"))
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }
}

/// Sends all rows, and tells whether somebody took them to the end.
async fn read_all(
    pool: &PgPool,
    statements: Vec<String>,
    to: &mpsc::Sender<Result<Piece, StoreError>>,
) -> Result<bool, StoreError> {
    let mut transaction = pool.begin().await.map_err(doing("beginning"))?;
    transaction
        .execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .await
        .map_err(doing("beginning"))?;
    let fetch = format!("FETCH FORWARD {PIECE_ROWS} FROM copied");
    for (at, sql) in statements.into_iter().enumerate() {
        let cursor = format!("DECLARE copied NO SCROLL CURSOR FOR {sql}");
        transaction
            .execute(sqlx::raw_sql(AssertSqlSafe(cursor)))
            .await
            .map_err(doing("reading"))?;
        loop {
            // Not kept prepared: each table has columns of its own.
            let rows = sqlx::query(AssertSqlSafe(fetch.clone()))
                .persistent(false)
                .fetch_all(&mut *transaction)
                .await
                .map_err(doing("reading"))?;
            if rows.is_empty() {
                break;
            }
            let rows = rows.iter().map(values).collect::<Result<Rows, _>>()?;
            if to.send(Ok(Piece::Rows(at, rows))).await.is_err() {
                return Ok(false);
            }
        }
        transaction
            .execute("CLOSE copied")
            .await
            .map_err(doing("reading"))?;
    }
    transaction.commit().await.map_err(doing("committing"))?;
    Ok(true)
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bind<'q>(mut query: Query<'q>, params: &[Value]) -> Query<'q> {
    for value in params {
        query = match value {
            Value::Int(v) => query.bind(*v),
            Value::Text(v) => query.bind(v.clone()),
            Value::Bytes(v) => query.bind(v.clone()),
        };
    }
    query
}

fn values(row: &PgRow) -> Result<Vec<Value>, StoreError> {
    let mut out = Vec::with_capacity(row.len());
    for (at, column) in row.columns().iter().enumerate() {
        let value = match column.type_info().name() {
            "INT8" => row.try_get::<i64, _>(at).map(Value::Int),
            "INT4" => row.try_get::<i32, _>(at).map(|v| Value::Int(i64::from(v))),
            "BYTEA" => row.try_get::<Vec<u8>, _>(at).map(Value::Bytes),
            _ => row.try_get::<String, _>(at).map(Value::Text),
        };
        out.push(value.map_err(doing("reading a column"))?);
    }
    Ok(out)
}

/// The values of one column in many rows, all of its type.
enum Array {
    Ints(Vec<i64>),
    Texts(Vec<String>),
    Blobs(Vec<Vec<u8>>),
}

impl Array {
    fn of(ty: Type, rows: usize) -> Array {
        match ty {
            Type::Int => Array::Ints(Vec::with_capacity(rows)),
            Type::Text => Array::Texts(Vec::with_capacity(rows)),
            Type::Bytes => Array::Blobs(Vec::with_capacity(rows)),
        }
    }

    /// Adds a value; nothing is added, and nothing returned, if it is of another type.
    fn push(&mut self, value: Value) -> Option<()> {
        match (self, value) {
            (Array::Ints(all), Value::Int(v)) => all.push(v),
            (Array::Texts(all), Value::Text(v)) => all.push(v),
            (Array::Blobs(all), Value::Bytes(v)) => all.push(v),
            _ => return None,
        }
        Some(())
    }
}

struct Writer {
    pool: PgPool,
    house: [u8; 16],
    queue: mpsc::Receiver<(Write, Reply, Arc<AtomicUsize>)>,
    head: Option<Head>,
}

impl Writer {
    async fn run(mut self) {
        while let Some((write, reply, active)) = self.queue.recv().await {
            let mut group = vec![(write, reply)];
            let begun = Instant::now();
            while group.len() < GROUP_MAX {
                match self.queue.try_recv() {
                    Ok((write, reply, _)) => group.push((write, reply)),
                    Err(_) => {
                        if group.len() >= active.load(Ordering::Relaxed) || begun.elapsed() > LINGER
                        {
                            break;
                        }
                        tokio::task::yield_now().await;
                    }
                }
            }
            self.commit(group).await;
        }
    }

    async fn commit(&mut self, group: Vec<(Write, Reply)>) {
        let (writes, replies): (Vec<Write>, Vec<Reply>) = group.into_iter().unzip();
        for attempt in 0..RETRIES_MAX {
            match self.try_commit(&writes).await {
                Ok(outcomes) => {
                    for (reply, outcome) in replies.into_iter().zip(outcomes) {
                        let _ = reply.send(outcome);
                    }
                    return;
                }
                Err(StoreError::Conflict) => {
                    // Another node appended: chain on its head.
                    self.head = None;
                    tracing::debug!(code = "store.head_moved", attempt, "chaining anew");
                }
                Err(error) => {
                    self.head = None;
                    tracing::error!(code = "store.commit", cause = %error, "a commit failed");
                    let guard = matches!(error, StoreError::Guard);
                    for reply in replies {
                        let _ = reply.send(Err(if guard {
                            StoreError::Guard
                        } else {
                            StoreError::Stopped
                        }));
                    }
                    return;
                }
            }
        }
        for reply in replies {
            let _ = reply.send(Err(StoreError::Conflict));
        }
    }

    async fn try_commit(
        &mut self,
        writes: &[Write],
    ) -> Result<Vec<Result<Written, StoreError>>, StoreError> {
        let mut head = match self.head.take() {
            Some(head) => head,
            None => self.load_head().await?,
        };
        head.trim();
        let unknown = head.unknown(writes.iter());
        if !unknown.is_empty() {
            let ids: Vec<Vec<u8>> = unknown.iter().map(|id| id.to_vec()).collect();
            let rows: Vec<(Vec<u8>, i64)> =
                sqlx::query_as("SELECT id, version FROM stream WHERE id = ANY($1)")
                    .bind(ids)
                    .fetch_all(&self.pool)
                    .await
                    .map_err(doing("reading versions"))?;
            head.versions.extend(unknown.into_iter().map(|id| (id, 0)));
            for (id, version) in rows {
                let shape = || StoreError::Shape { table: "stream" };
                let id = <[u8; 16]>::try_from(id.as_slice()).map_err(|_| shape())?;
                let version = u32::try_from(version).map_err(|_| shape())?;
                head.versions.insert(id, version);
            }
        }
        let mut batch = Batch::default();
        let outcomes = writes
            .iter()
            .map(|write| head.take(write.clone(), &mut batch))
            .collect();
        batch.fold();
        self.insert(batch).await?;
        self.head = Some(head);
        Ok(outcomes)
    }

    async fn load_head(&self) -> Result<Head, StoreError> {
        let row: Option<(i64, Vec<u8>, i64)> =
            sqlx::query_as("SELECT seq, hash, recorded_at FROM ledger ORDER BY seq DESC LIMIT 1")
                .fetch_optional(&self.pool)
                .await
                .map_err(doing("reading the head"))?;
        let shape = || StoreError::Shape { table: "ledger" };
        let last = match row {
            Some((seq, hash, at)) => Some((
                u64::try_from(seq).map_err(|_| shape())?,
                hash.try_into().map_err(|_| shape())?,
                at,
            )),
            None => None,
        };
        Ok(Head::of(self.house, last))
    }

    async fn insert(&self, batch: Batch) -> Result<(), StoreError> {
        if batch.tables.is_empty() {
            return Ok(());
        }
        let mut parts = Vec::with_capacity(batch.tables.len());
        let mut place = 0;
        for (at, (table, _)) in batch.tables.iter().enumerate() {
            let arrays: Vec<String> = table
                .columns
                .iter()
                .map(|column| {
                    place += 1;
                    let ty = match column.ty {
                        Type::Int => "bigint",
                        Type::Text => "text",
                        Type::Bytes => "bytea",
                    };
                    format!("${place}::{ty}[]")
                })
                .collect();
            parts.push(format!(
                "w{at} AS (INSERT INTO {} ({}) SELECT * FROM unnest({}){})",
                table.name,
                table.column_list(),
                arrays.join(", "),
                table.on_conflict()
            ));
        }
        let sql = format!("WITH {} SELECT 1", parts.join(", "));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (table, rows) in batch.tables {
            let mut columns: Vec<Array> = table
                .columns
                .iter()
                .map(|column| Array::of(column.ty, rows.len()))
                .collect();
            for row in rows {
                fits(table, &row)?;
                for (column, value) in columns.iter_mut().zip(row) {
                    column
                        .push(value)
                        .ok_or(StoreError::Shape { table: table.name })?;
                }
            }
            for column in columns {
                query = match column {
                    Array::Ints(values) => query.bind(values),
                    Array::Texts(values) => query.bind(values),
                    Array::Blobs(values) => query.bind(values),
                };
            }
        }
        query
            .execute(&self.pool)
            .await
            .map_err(doing("inserting"))?;
        Ok(())
    }
}
