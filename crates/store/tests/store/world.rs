//! A database of its own for each test, and a plain second connection to it.
//!
//! SQLite lies in a file of a temporary folder, never in memory; PostgreSQL in a database of the cluster that
//! NOROSHI_TEST_PG names. Both go when the test ends, also when it fails.

use std::path::PathBuf;

use ::store::{Location, OpenError, Store, StoredRecord};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::runtime::Builder;

/// The house of every test that does not draw its own.
pub const HOUSE: [u8; 16] = [7; 16];

/// Declares each test once and makes it two: `name::sqlite` and `name::postgres`.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn check($world: $crate::world::World) $body

            #[test]
            fn sqlite() {
                $crate::world::run($crate::world::Engine::Sqlite, check);
            }

            #[test]
            fn postgres() {
                $crate::world::run($crate::world::Engine::Postgres, check);
            }
        }
    )+};
}

/// The engine under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// Returns the one that is not under test.
    pub fn other(self) -> Engine {
        match self {
            Engine::Sqlite => Engine::Postgres,
            Engine::Postgres => Engine::Sqlite,
        }
    }
}

/// Whom a plain connection speaks as. SQLite knows no roles: there both are whoever may write the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The role that the running house takes on.
    House,
    /// The one who owns the tables.
    Owner,
}

/// An empty place for one store.
pub struct World {
    pub engine: Engine,
    name: String,
}

/// Runs a test on one engine.
pub fn run<F: Future<Output = ()>>(engine: Engine, check: impl FnOnce(World) -> F) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let world = World::of(engine).await;
        Box::pin(check(world)).await;
    });
}

impl World {
    /// Makes an empty place.
    pub async fn of(engine: Engine) -> World {
        let name = format!("t_{}", seal::hex(&seal::random::bytes::<8>()));
        match engine {
            Engine::Sqlite => std::fs::create_dir(folder(&name)).expect("a new folder"),
            Engine::Postgres => {
                let made = on_cluster(format!("CREATE DATABASE \"{name}\"")).await;
                made.expect("a new database");
            }
        }
        World { engine, name }
    }

    /// Returns where the store lies or will lie.
    pub fn location(&self) -> Location {
        match self.engine {
            Engine::Sqlite => Location::Sqlite(self.file()),
            Engine::Postgres => Location::Postgres {
                url: address(&self.name),
                danger_without_tls: false,
            },
        }
    }

    /// Founds [`HOUSE`] here.
    pub async fn create(&self) -> Store {
        Box::pin(Store::create(&self.location(), HOUSE))
            .await
            .expect("a new house")
    }

    /// Opens the store anew, as after a restart.
    pub async fn open(&self) -> Store {
        self.try_open().await.expect("the house of this test")
    }

    /// Opens the store, or says why not.
    pub async fn try_open(&self) -> Result<Store, OpenError> {
        Box::pin(Store::open(&self.location())).await
    }

    /// Carries out SQL over a plain second connection with default settings.
    pub async fn say(&self, role: Role, sql: &str) -> Result<(), String> {
        match self.engine {
            Engine::Sqlite => rusqlite::Connection::open(self.file())
                .and_then(|connection| connection.execute_batch(sql))
                .map_err(|error| error.to_string()),
            Engine::Postgres => {
                let mut connection = self.connect().await;
                if role == Role::House {
                    sqlx::raw_sql("SET ROLE noroshi_run")
                        .execute(&mut connection)
                        .await
                        .expect("the role of the house");
                }
                let said = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
                    .execute(&mut connection)
                    .await;
                let _ = connection.close().await;
                said.map(|_| ()).map_err(|error| error.to_string())
            }
        }
    }

    /// Makes a login that may run the house and owns nothing; PostgreSQL only. Returns its name, and where it finds the store.
    pub async fn login(&self) -> (String, Location) {
        let login = format!("l_{}", self.name);
        let sql = format!("CREATE ROLE {login} LOGIN IN ROLE noroshi_run");
        on_cluster(sql).await.expect("a new login");
        let location = Location::Postgres {
            url: self.address_of(&login),
            danger_without_tls: false,
        };
        (login, location)
    }

    /// The name of the database of this test.
    pub fn database(&self) -> &str {
        &self.name
    }

    /// Removes a login.
    pub async fn forget(&self, login: &str) {
        let sql = format!("DROP ROLE {login}");
        on_cluster(sql).await.expect("a login that owns nothing");
    }

    /// Carries out SQL as a login, which takes on no role by itself.
    pub async fn say_as(&self, login: &str, sql: &str) -> Result<(), String> {
        let mut connection = Box::pin(PgConnection::connect(&self.address_of(login)))
            .await
            .expect("the database of this test");
        let said = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await;
        let _ = connection.close().await;
        said.map(|_| ()).map_err(|error| error.to_string())
    }

    fn address_of(&self, login: &str) -> String {
        let address = address(&self.name);
        let (before, query) = address.split_once('?').expect("a query");
        let kept = query.split('&').filter(|part| !part.starts_with("user="));
        let query: Vec<&str> = kept.collect();
        format!("{before}?{}&user={login}", query.join("&"))
    }

    /// Reads a column of texts over a plain second connection.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        match self.engine {
            Engine::Sqlite => {
                let connection = rusqlite::Connection::open(self.file()).expect("the file");
                let mut statement = connection.prepare(sql).expect("a statement");
                let rows = statement
                    .query_map([], |row| row.get::<_, String>(0))
                    .expect("rows");
                rows.collect::<Result<_, _>>().expect("texts")
            }
            Engine::Postgres => {
                let mut connection = self.connect().await;
                let rows: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(sql.to_owned()))
                    .fetch_all(&mut connection)
                    .await
                    .expect("texts");
                let _ = connection.close().await;
                rows.into_iter().map(|(text,)| text).collect()
            }
        }
    }

    /// The statement that takes the guards of the ledger down, as whoever owns the database can.
    pub fn danger_unguard(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => {
                "DROP TRIGGER IF EXISTS ledger_grows; DROP TRIGGER IF EXISTS ledger_stays; DROP TRIGGER IF EXISTS ledger_keeps;"
            }
            Engine::Postgres => "ALTER TABLE ledger DISABLE TRIGGER ALL;",
        }
    }

    /// Puts other records in the ledger's place, as whoever owns the database can: the guards are taken down.
    pub async fn danger_rewrite_ledger(&self, records: &[StoredRecord]) {
        let gates = self.danger_unguard();
        let rows: String = records.iter().map(|record| self.insert(record)).collect();
        let sql = format!("BEGIN; {gates} DELETE FROM ledger; {rows} COMMIT;");
        self.say(Role::Owner, &sql)
            .await
            .expect("an owner can rewrite the ledger");
    }

    /// Returns the statement that adds a record exactly as it is given.
    pub fn insert(&self, record: &StoredRecord) -> String {
        let header = &record.header;
        format!(
            "INSERT INTO ledger (seq, recorded_at, stream, version, realm, key_id, payload, payload_hash, previous, hash, rows_root, covered) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {});",
            header.seq,
            header.recorded_at,
            self.literal(&header.stream),
            header.version,
            header.realm.code(),
            self.literal(&header.key),
            self.literal(&record.payload),
            self.literal(&header.payload),
            self.literal(&header.previous),
            self.literal(&record.hash),
            self.literal(&header.rows.map_or_else(Vec::new, Vec::from)),
            self.literal(&record.covered),
        )
    }

    /// Returns bytes as they are written in SQL.
    pub fn literal(&self, bytes: &[u8]) -> String {
        match self.engine {
            Engine::Sqlite => format!("x'{}'", seal::hex(bytes)),
            Engine::Postgres => format!("'\\x{}'::bytea", seal::hex(bytes)),
        }
    }

    fn file(&self) -> PathBuf {
        folder(&self.name).join("noroshi.db")
    }

    async fn connect(&self) -> PgConnection {
        Box::pin(PgConnection::connect(&address(&self.name)))
            .await
            .expect("the database of this test")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        match self.engine {
            Engine::Sqlite => {
                let _ = std::fs::remove_dir_all(folder(&self.name));
            }
            // A runtime cannot be entered twice, so the database is dropped from a thread of its own. What
            // fails here is lost with the whole cluster at the end of the check.
            Engine::Postgres => {
                let sql = format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name);
                let dropping = std::thread::spawn(move || {
                    let runtime = Builder::new_current_thread().enable_all().build();
                    runtime.map(|runtime| runtime.block_on(on_cluster(sql)))
                });
                let _ = dropping.join();
            }
        }
    }
}

async fn on_cluster(sql: String) -> Result<(), sqlx::Error> {
    let mut connection = Box::pin(PgConnection::connect(&address("postgres"))).await?;
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await?;
    connection.close().await
}

fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("noroshi-store-{name}"))
}

/// Returns the address of a database of the cluster.
fn address(database: &str) -> String {
    let Ok(cluster) = std::env::var("NOROSHI_TEST_PG") else {
        panic!(
            "NOROSHI_TEST_PG is not set: run `cargo xtask check`, which starts a private PostgreSQL for these tests"
        );
    };
    let (_, query) = cluster
        .split_once('?')
        .expect("NOROSHI_TEST_PG reads postgres:///?host=FOLDER&user=NAME");
    format!("postgres:///{database}?{query}")
}
