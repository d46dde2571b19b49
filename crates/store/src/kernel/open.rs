//! Opening a store: where it lies, whether this program may use it.
//!
//! An unknown schema version and a remote database without verified TLS are refused with the mend
//! (docs/design/security.md §2.22). It does not know whether the house is held or a second copy: the engine asks
//! `meta`.

use crate::Awaited;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::postgres::Postgres;
use super::row::{Row, TableRow};
use super::sqlite::Sqlite;
use super::table::{Erasure, Kind, Mark, Table, Type, c};
use super::value::{Cells, StoreError, Value};

/// Table `meta`.
pub static META: Table = Table {
    name: "meta",
    kind: Kind::Working,
    erasure: Erasure::Stays,
    columns: &[
        c("name", Type::Text, Mark::Open),
        c("value", Type::Bytes, Mark::Open),
    ],
    key: &["name"],
};

/// A row of `meta`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaRow {
    pub name: String,
    pub value: Vec<u8>,
}

impl Row for MetaRow {
    fn table() -> &'static Table {
        &META
    }

    fn values(self) -> Vec<Value> {
        vec![self.name.into(), self.value.into()]
    }
}

/// The schema version that this program writes.
pub const SCHEMA: i64 = 10;

/// The migrations of SQLite, oldest first: the n-th leads to schema n.
const SQLITE: [&str; 10] = [
    include_str!("../../migrations/sqlite/0001_foundation.sql"),
    include_str!("../../migrations/sqlite/0002_people.sql"),
    include_str!("../../migrations/sqlite/0003_unread.sql"),
    include_str!("../../migrations/sqlite/0004_copies.sql"),
    include_str!("../../migrations/sqlite/0005_mailboxes.sql"),
    include_str!("../../migrations/sqlite/0006_channels.sql"),
    include_str!("../../migrations/sqlite/0007_offered_keys.sql"),
    include_str!("../../migrations/sqlite/0008_unread_plan.sql"),
    include_str!("../../migrations/sqlite/0009_coverage.sql"),
    include_str!("../../migrations/sqlite/0010_references.sql"),
];
/// The migrations of PostgreSQL.
const POSTGRES: [&str; 10] = [
    include_str!("../../migrations/postgres/0001_foundation.sql"),
    include_str!("../../migrations/postgres/0002_people.sql"),
    include_str!("../../migrations/postgres/0003_unread.sql"),
    include_str!("../../migrations/postgres/0004_copies.sql"),
    include_str!("../../migrations/postgres/0005_mailboxes.sql"),
    include_str!("../../migrations/postgres/0006_channels.sql"),
    include_str!("../../migrations/postgres/0007_offered_keys.sql"),
    include_str!("../../migrations/postgres/0008_unread_plan.sql"),
    include_str!("../../migrations/postgres/0009_coverage.sql"),
    include_str!("../../migrations/postgres/0010_references.sql"),
];

/// Returns the migrations that a database of schema `found` still lacks; nothing for one that is unknown.
fn lacking(all: &'static [&'static str], found: i64) -> Option<String> {
    let at = usize::try_from(found).ok().filter(|at| *at >= 1)?;
    let rest = all.get(at..).filter(|rest| !rest.is_empty())?;
    Some(rest.join("\n"))
}

/// Where a store lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A file in the data folder.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres {
        /// Connection address, without a password on the command line.
        url: String,
        /// The operator insists on a remote database without verified TLS.
        danger_without_tls: bool,
    },
}

/// Why a store was not opened; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "there is no house here yet; say: noroshi init. One that lives on PostgreSQL is found by its address, NOROSHI_DATABASE, and only by a login that has the role noroshi_run"
    )]
    Missing,
    #[error("there is a house here already; choose an empty folder or database")]
    Exists,
    #[error(
        "the database has schema {found}, this program knows {known}; use the program that wrote it, or a newer one"
    )]
    Schema { found: i64, known: i64 },
    #[error(
        "a database on another host needs sslmode=verify-full; add it to the address, or say --danger-database-without-tls if you accept that others read along"
    )]
    Tls,
    #[error(
        "the database address cannot be read: expected postgres://USER@HOST/NAME?sslmode=verify-full"
    )]
    Address,
    #[error(
        "this login may not make tables here, or has not the role noroshi_run. If another login is to own the tables, let it say first: noroshi --database ADDRESS database prepare; for the role, let an administrator say once: CREATE ROLE noroshi_run NOLOGIN; GRANT noroshi_run TO the user of the address"
    )]
    Role,
    #[error(
        "the tables belong to another login and are of an older program; with the address of the login that owns them, say once: noroshi --database ADDRESS database prepare"
    )]
    Owner,
    #[error(transparent)]
    Store(StoreError),
}

/// A refusal of rights while tables are changed: they are somebody else's.
fn not_the_owner(error: StoreError) -> OpenError {
    match error {
        StoreError::Guard | StoreError::Role => OpenError::Owner,
        other => OpenError::Store(other),
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Role => OpenError::Role,
            other => OpenError::Store(other),
        }
    }
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) engine: Engine,
    pub(crate) active: Arc<AtomicUsize>,
}

#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(Arc<Sqlite>),
    Postgres(Arc<Postgres>),
}

/// Tells whoever listens at [`STATEMENTS`] what is asked of the database: the words of a statement, never its values.
pub(crate) fn heard(sql: &str) {
    tracing::trace!(target: STATEMENTS, sql);
}

/// Target of a trace of statements: tests compare what strangers set going (docs/design/security.md §3.7).
pub const STATEMENTS: &str = "noroshi::statement";

impl Store {
    /// Makes the tables of a new house and opens it.
    ///
    /// # Errors
    /// [`OpenError::Exists`] if there are tables already.
    pub fn create(location: &Location, house: [u8; 16]) -> Awaited<'_, Result<Store, OpenError>> {
        Box::pin(async move {
            let store = match location {
                Location::Sqlite(path) => {
                    if path.exists() {
                        return Err(OpenError::Exists);
                    }
                    Sqlite::create(path, &SQLITE.join("\n"), house)?;
                    Store::over(Engine::Sqlite(Arc::new(Sqlite::open(path, house)?)))
                }
                Location::Postgres {
                    url,
                    danger_without_tls,
                } => {
                    let options = options(url, *danger_without_tls)?;
                    if Postgres::has_tables(&options).await? {
                        if Postgres::house(&options).await?.is_some() {
                            return Err(OpenError::Exists);
                        }
                        // Their owner has prepared them.
                        if Postgres::schema(&options).await? != Some(SCHEMA) {
                            return Err(OpenError::Owner);
                        }
                        Postgres::name(&options, house).await?;
                    } else {
                        Postgres::create(&options, &POSTGRES.join("\n"), Some(house)).await?;
                    }
                    Store::over(Engine::Postgres(Arc::new(
                        Postgres::open(options, house).await?,
                    )))
                }
            };
            Ok(store)
        })
    }

    /// Makes the tables as the login that will own them, or brings them up to date: the house then runs under another one,
    /// which can give its role back and gains nothing by it. Returns whether they were made.
    ///
    /// # Errors
    /// [`OpenError::Address`] for SQLite, whose file belongs to whoever runs the house.
    pub fn prepare(location: &Location) -> Awaited<'_, Result<bool, OpenError>> {
        Box::pin(async move {
            let Location::Postgres {
                url,
                danger_without_tls,
            } = location
            else {
                return Err(OpenError::Address);
            };
            let options = options(url, *danger_without_tls)?;
            if !Postgres::has_tables(&options).await? {
                Postgres::create(&options, &POSTGRES.join("\n"), None).await?;
                return Ok(true);
            }
            let found = Postgres::schema(&options).await?;
            if let Some(found) = found.filter(|found| *found > SCHEMA) {
                return Err(OpenError::Schema {
                    found,
                    known: SCHEMA,
                });
            }
            if let Some(sql) = found.and_then(|found| lacking(&POSTGRES, found)) {
                let done = Postgres::upgrade(&options, &sql, found.unwrap_or_default()).await;
                done.map_err(not_the_owner)?;
            }
            Ok(false)
        })
    }

    /// Whether the login of this house could rewrite the ledger once it gives its role back; nothing on SQLite, whose file is
    /// open to whoever runs the house.
    ///
    /// # Errors
    /// As reading.
    pub fn can_rewrite(&self) -> Awaited<'_, Result<Option<bool>, StoreError>> {
        Box::pin(async move {
            match &self.engine {
                Engine::Sqlite(_) => Ok(None),
                Engine::Postgres(postgres) => postgres.can_rewrite().await.map(Some),
            }
        })
    }

    /// Looks whether a new house may be founded at a place, before anything is written anywhere.
    ///
    /// # Errors
    /// As [`Store::create`].
    pub fn is_free(location: &Location) -> Awaited<'_, Result<(), OpenError>> {
        Box::pin(async move {
            let taken = match location {
                Location::Sqlite(path) => path.exists(),
                Location::Postgres {
                    url,
                    danger_without_tls,
                } => {
                    let options = options(url, *danger_without_tls)?;
                    Postgres::has_tables(&options).await?
                        && Postgres::house(&options).await?.is_some()
                }
            };
            if taken {
                Err(OpenError::Exists)
            } else {
                Ok(())
            }
        })
    }

    /// Opens the store of a house that exists.
    ///
    /// # Errors
    /// [`OpenError::Missing`], [`OpenError::Schema`], [`OpenError::Tls`].
    pub fn open(location: &Location) -> Awaited<'_, Result<Store, OpenError>> {
        Box::pin(async move {
            let store = match location {
                Location::Sqlite(path) => {
                    if !path.exists() {
                        return Err(OpenError::Missing);
                    }
                    let house = Sqlite::house(path)?.ok_or(OpenError::Missing)?;
                    if let Some(sql) =
                        Sqlite::schema(path)?.and_then(|found| lacking(&SQLITE, found))
                    {
                        Sqlite::upgrade(path, &sql)?;
                    }
                    Store::over(Engine::Sqlite(Arc::new(Sqlite::open(path, house)?)))
                }
                Location::Postgres {
                    url,
                    danger_without_tls,
                } => {
                    let options = options(url, *danger_without_tls)?;
                    if !Postgres::has_tables(&options).await? {
                        return Err(OpenError::Missing);
                    }
                    let house = Postgres::house(&options).await?.ok_or(OpenError::Missing)?;
                    let found = Postgres::schema(&options).await?;
                    if let Some(sql) = found.and_then(|found| lacking(&POSTGRES, found)) {
                        let done =
                            Postgres::upgrade(&options, &sql, found.unwrap_or_default()).await;
                        done.map_err(not_the_owner)?;
                    }
                    Store::over(Engine::Postgres(Arc::new(
                        Postgres::open(options, house).await?,
                    )))
                }
            };
            let found = store
                .meta("schema")
                .await?
                .and_then(|v| v.try_into().ok())
                .map_or(0, i64::from_be_bytes);
            if found != SCHEMA {
                return Err(OpenError::Schema {
                    found,
                    known: SCHEMA,
                });
            }
            Ok(store)
        })
    }

    fn over(engine: Engine) -> Store {
        Store {
            engine,
            active: Arc::default(),
        }
    }

    /// Name of the engine, for people.
    #[must_use]
    pub fn engine_name(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite(_) => "SQLite",
            Engine::Postgres(_) => "PostgreSQL",
        }
    }

    /// Reads rows.
    pub(crate) fn rows<'a>(
        &'a self,
        table: &'static str,
        sql: &'static str,
        params: &'a [Value],
    ) -> Awaited<'a, Result<Vec<Cells>, StoreError>> {
        Box::pin(async move {
            heard(sql);
            let rows = match &self.engine {
                Engine::Sqlite(sqlite) => sqlite.read(sql, params)?,
                Engine::Postgres(postgres) => postgres.read(sql, params).await?,
            };
            Ok(rows
                .into_iter()
                .map(|values| Cells {
                    table,
                    values: values.into_iter(),
                })
                .collect())
        })
    }

    /// Carries out statements in one transaction; returns what each of them returned.
    pub(crate) fn transact(
        &self,
        table: &'static str,
        statements: Vec<(String, Vec<Value>)>,
    ) -> Awaited<'_, Result<Vec<Vec<Cells>>, StoreError>> {
        Box::pin(async move {
            for (sql, _) in &statements {
                heard(sql);
            }
            let results = match &self.engine {
                Engine::Sqlite(sqlite) => sqlite.transact(statements).await?,
                Engine::Postgres(postgres) => postgres.transact(statements).await?,
            };
            Ok(results
                .into_iter()
                .map(|rows| {
                    rows.into_iter()
                        .map(|values| Cells {
                            table,
                            values: values.into_iter(),
                        })
                        .collect()
                })
                .collect())
        })
    }

    /// Writes one row in a transaction of its own.
    pub(crate) async fn put<R: Row>(&self, row: R) -> Result<(), StoreError> {
        let statement = TableRow::from(row).insert()?;
        self.transact(R::table().name, vec![statement]).await?;
        Ok(())
    }

    /// Reads a value of `meta`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let rows = self
            .rows(
                "meta",
                "SELECT value FROM meta WHERE name = $1",
                &[name.into()],
            )
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| row.bytes())
            .transpose()
    }

    /// Sets a value of `meta`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_meta(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.put(MetaRow { name, value }).await
    }

    /// The house that this store belongs to.
    #[must_use]
    pub fn house(&self) -> [u8; 16] {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.house_id(),
            Engine::Postgres(postgres) => postgres.house_id(),
        }
    }

    /// What the database's clock says, µs (docs/design/security.md §2.21: one of the clocks that must have passed an
    /// instant).
    ///
    /// # Errors
    /// If the database fails.
    pub async fn clock(&self) -> Result<i64, StoreError> {
        let sql = match self.engine {
            Engine::Sqlite(_) => "SELECT CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER)",
            Engine::Postgres(_) => {
                "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
            }
        };
        self.rows("clock", sql, &[])
            .await?
            .into_iter()
            .next()
            .ok_or(StoreError::Shape { table: "clock" })?
            .int()
    }
}

fn options(url: &str, danger_without_tls: bool) -> Result<PgConnectOptions, OpenError> {
    let options = PgConnectOptions::from_str(url).map_err(|_| OpenError::Address)?;
    let local = options.get_host().starts_with('/') || options.get_socket().is_some();
    let verified = matches!(options.get_ssl_mode(), PgSslMode::VerifyFull);
    if local || verified || danger_without_tls {
        Ok(options)
    } else {
        Err(OpenError::Tls)
    }
}
