//! The bare peer: rows of a ledger's size into a table of a ledger's columns and keys, and nothing else.
//!
//! No chain, no guard against change, no tasks that wait: one connection, one caller. SQLite gets one
//! transaction of prepared inserts with the settings of our own writer, PostgreSQL one statement over
//! `unnest`; both are the quickest way known to store these rows durably (docs/design/performance.md §2).

use std::str::FromStr as _;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::meter::{Meter, Spent, parent_of};
use engine::kernel::clock;
use engine::{Fault, Location};

/// Rows of a full commit.
pub const GROUP: usize = 32;
/// Sealed bytes of a record.
pub const PAYLOAD_BYTES: usize = 400;

const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000;";
const TABLE_SQLITE: &str = "CREATE TABLE bare (
    seq INTEGER NOT NULL PRIMARY KEY, recorded_at INTEGER NOT NULL, stream BLOB NOT NULL,
    version INTEGER NOT NULL, realm INTEGER NOT NULL, key_id BLOB NOT NULL, payload BLOB NOT NULL,
    payload_hash BLOB NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL,
    UNIQUE (stream, version)) STRICT";
const TABLE_POSTGRES: &str = "CREATE TABLE bare (
    seq BIGINT NOT NULL PRIMARY KEY, recorded_at BIGINT NOT NULL, stream BYTEA NOT NULL,
    version BIGINT NOT NULL, realm BIGINT NOT NULL, key_id BYTEA NOT NULL, payload BYTEA NOT NULL,
    payload_hash BYTEA NOT NULL, previous BYTEA NOT NULL, hash BYTEA NOT NULL,
    UNIQUE (stream, version))";
const INSERT_SQLITE: &str = "INSERT INTO bare
    (seq, recorded_at, stream, version, realm, key_id, payload, payload_hash, previous, hash)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const INSERT_POSTGRES: &str = "INSERT INTO bare
    (seq, recorded_at, stream, version, realm, key_id, payload, payload_hash, previous, hash)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[],
    $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[])";

/// A peer that is ready to write.
pub struct Bare {
    peer: Peer,
    columns: Columns,
    seq: i64,
    /// First process of the database server, if there is one and it runs here.
    pub server: Option<u32>,
}

enum Peer {
    Sqlite(Box<rusqlite::Connection>),
    Postgres(Box<PgConnection>),
}

/// Columns of a full commit, made once.
struct Columns {
    recorded_at: Vec<i64>,
    realm: Vec<i64>,
    stream: Vec<Vec<u8>>,
    key: Vec<Vec<u8>>,
    payload: Vec<Vec<u8>>,
    hash: Vec<Vec<u8>>,
}

impl Columns {
    fn draw() -> Columns {
        let some = |bytes: fn() -> Vec<u8>| (0..GROUP).map(|_| bytes()).collect();
        Columns {
            recorded_at: vec![clock::now().0; GROUP],
            realm: vec![0; GROUP],
            stream: some(|| seal::random::bytes::<16>().to_vec()),
            key: some(|| seal::random::bytes::<16>().to_vec()),
            payload: some(|| seal::random::bytes::<PAYLOAD_BYTES>().to_vec()),
            hash: some(|| seal::random::bytes::<32>().to_vec()),
        }
    }
}

fn sqlite(source: rusqlite::Error) -> Fault {
    Fault::io("writing the bare table")(std::io::Error::other(source))
}

fn postgres(source: sqlx::Error) -> Fault {
    Fault::io("writing the bare table")(std::io::Error::other(source))
}

impl Bare {
    /// Makes an empty table beside the house's own: a file in its folder, or a table in its database.
    pub async fn open(location: &Location) -> Result<Bare, Fault> {
        let (peer, server) = match location {
            Location::Sqlite(path) => {
                let file = path.with_file_name("bare.sqlite");
                for ending in ["", "-wal", "-shm"] {
                    let mut name = file.clone().into_os_string();
                    name.push(ending);
                    // It is there only if an earlier measurement was killed.
                    let _ = std::fs::remove_file(name);
                }
                let connection = rusqlite::Connection::open(&file).map_err(sqlite)?;
                connection.execute_batch(SETTINGS).map_err(sqlite)?;
                connection.execute_batch(TABLE_SQLITE).map_err(sqlite)?;
                (Peer::Sqlite(Box::new(connection)), None)
            }
            Location::Postgres { url, .. } => {
                let options = PgConnectOptions::from_str(url).map_err(postgres)?;
                let mut connection = PgConnection::connect_with(&options)
                    .await
                    .map_err(postgres)?;
                connection
                    .execute("DROP TABLE IF EXISTS bare")
                    .await
                    .map_err(postgres)?;
                connection.execute(TABLE_POSTGRES).await.map_err(postgres)?;
                let (backend,): (i32,) = sqlx::query_as("SELECT pg_backend_pid()")
                    .fetch_one(&mut connection)
                    .await
                    .map_err(postgres)?;
                let server = u32::try_from(backend).ok().and_then(parent_of);
                (Peer::Postgres(Box::new(connection)), server)
            }
        };
        Ok(Bare {
            peer,
            columns: Columns::draw(),
            seq: 0,
            server,
        })
    }

    /// Writes up to [`GROUP`] rows in one durable commit.
    pub async fn commit(&mut self, rows: usize) -> Result<(), Fault> {
        let Columns {
            recorded_at,
            realm,
            stream,
            key,
            payload,
            hash,
        } = &self.columns;
        let seqs: Vec<i64> = (self.seq + 1..).take(rows).collect();
        match &mut self.peer {
            Peer::Sqlite(connection) => {
                let transaction = connection.unchecked_transaction().map_err(sqlite)?;
                {
                    let mut insert = transaction.prepare_cached(INSERT_SQLITE).map_err(sqlite)?;
                    for (at, seq) in seqs.iter().enumerate() {
                        let row = rusqlite::params![
                            seq,
                            recorded_at[at],
                            stream[at],
                            seq,
                            realm[at],
                            key[at],
                            payload[at],
                            hash[at],
                            hash[at],
                            hash[at]
                        ];
                        insert.execute(row).map_err(sqlite)?;
                    }
                }
                transaction.commit().map_err(sqlite)?;
            }
            Peer::Postgres(connection) => {
                sqlx::query(INSERT_POSTGRES)
                    .bind(&seqs)
                    .bind(&recorded_at[..rows])
                    .bind(&stream[..rows])
                    .bind(&seqs)
                    .bind(&realm[..rows])
                    .bind(&key[..rows])
                    .bind(&payload[..rows])
                    .bind(&hash[..rows])
                    .bind(&hash[..rows])
                    .bind(&hash[..rows])
                    .execute(&mut **connection)
                    .await
                    .map_err(postgres)?;
            }
        }
        self.seq = seqs.last().copied().unwrap_or(self.seq);
        Ok(())
    }

    /// Writes full commits for a while; returns the rows and what they cost.
    pub async fn fill(&mut self, during: Duration) -> Result<(u32, Spent), Fault> {
        let meter = Meter::start(self.server);
        let until = Instant::now() + during;
        let before = self.seq;
        while Instant::now() < until {
            self.commit(GROUP).await?;
        }
        let spent = meter.stop();
        let rows = u32::try_from(self.seq - before).unwrap_or(u32::MAX);
        Ok((rows, spent))
    }

    /// Writes single rows for a while; returns how long each commit took, µs.
    pub async fn singles(&mut self, during: Duration) -> Result<Vec<f64>, Fault> {
        let until = Instant::now() + during;
        let mut took = Vec::new();
        while Instant::now() < until {
            let begun = Instant::now();
            self.commit(1).await?;
            took.push(begun.elapsed().as_secs_f64() * 1e6);
        }
        Ok(took)
    }
}
