//! Values that cross the border to either engine, and what can go wrong there.
//!
//! What a value should be is said by its column; `fits` compares them before either engine binds anything, since
//! SQLite would make a number of a text that looks like one. What is read is taken by its type, or it is an error:
//! nothing here has a default.

use super::table::{Table, Type};

/// A column value. Both engines know exactly these three types; times are µs as integers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    /// Returns the type of a column that holds it.
    #[must_use]
    pub const fn ty(&self) -> Type {
        match self {
            Value::Int(_) => Type::Int,
            Value::Text(_) => Type::Text,
            Value::Bytes(_) => Type::Bytes,
        }
    }
}

/// Compares values with the columns that are to hold them, in their order.
///
/// # Errors
/// [`StoreError::Column`] for the first that is of another type, [`StoreError::Shape`] if one is missing or over.
pub(crate) fn fits(table: &'static Table, values: &[Value]) -> Result<(), StoreError> {
    if values.len() != table.columns.len() {
        return Err(StoreError::Shape { table: table.name });
    }
    match table
        .columns
        .iter()
        .zip(values)
        .find(|(column, value)| column.ty != value.ty())
    {
        Some((column, _)) => Err(StoreError::Column {
            table: table.name,
            column: column.name,
        }),
        None => Ok(()),
    }
}

impl From<i64> for Value {
    fn from(v: i64) -> Self {
        Value::Int(v)
    }
}
impl From<u32> for Value {
    fn from(v: u32) -> Self {
        Value::Int(i64::from(v))
    }
}
/// A position in the ledger; 2^63 records are never written.
impl From<u64> for Value {
    fn from(v: u64) -> Self {
        Value::Int(i64::try_from(v).unwrap_or(i64::MAX))
    }
}
impl From<u8> for Value {
    fn from(v: u8) -> Self {
        Value::Int(i64::from(v))
    }
}
impl From<bool> for Value {
    fn from(v: bool) -> Self {
        Value::Int(i64::from(v))
    }
}
impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Value::Text(v.to_owned())
    }
}
impl From<String> for Value {
    fn from(v: String) -> Self {
        Value::Text(v)
    }
}
impl From<Vec<u8>> for Value {
    fn from(v: Vec<u8>) -> Self {
        Value::Bytes(v)
    }
}
impl From<&[u8]> for Value {
    fn from(v: &[u8]) -> Self {
        Value::Bytes(v.to_vec())
    }
}
impl<const N: usize> From<[u8; N]> for Value {
    fn from(v: [u8; N]) -> Self {
        Value::Bytes(v.to_vec())
    }
}

/// Why the store could not do what was asked. The words name no content.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another change came first; the command is decided anew.
    #[error("another change came first")]
    Conflict,
    /// A guard of the engine refused.
    #[error("the database refused a change that nobody may make")]
    Guard,
    /// The running role cannot be made or taken on.
    #[error("the role noroshi_run cannot be made or taken on")]
    Role,
    /// SQLite failed.
    #[error("SQLite, while {doing}")]
    Sqlite {
        doing: &'static str,
        #[source]
        source: rusqlite::Error,
    },
    /// PostgreSQL failed.
    #[error("PostgreSQL, while {doing}")]
    Postgres {
        doing: &'static str,
        #[source]
        source: sqlx::Error,
    },
    /// A row has not the form that this program writes.
    #[error("a row of {table} has not the form that this program writes")]
    Shape { table: &'static str },
    /// A value is of another type than its column.
    #[error("a value for {table}.{column} is of another type than the column")]
    Column {
        table: &'static str,
        column: &'static str,
    },
    /// A copy cannot be read or written.
    #[error("a copy, while {doing}")]
    Copy {
        doing: &'static str,
        #[source]
        source: std::io::Error,
    },
    /// The writer has stopped; the process must end and start anew.
    #[error("the store's writer has stopped")]
    Stopped,
}

impl StoreError {
    /// Returns the stable code: why the database failed, where it says so.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::Sqlite { source, .. } => of_sqlite(source),
            StoreError::Postgres { source, .. } => of_postgres(source),
            StoreError::Copy { source, .. } => match source.kind() {
                std::io::ErrorKind::StorageFull => "store.full",
                _ => "store.io",
            },
            _ => "store",
        }
    }
}

fn of_sqlite(error: &rusqlite::Error) -> &'static str {
    use rusqlite::ErrorCode as Code;
    match error.sqlite_error_code() {
        Some(Code::DiskFull) => "store.full",
        Some(Code::SystemIoFailure) => "store.io",
        Some(Code::ReadOnly) => "store.read_only",
        Some(Code::DatabaseCorrupt | Code::NotADatabase) => "store.corrupt",
        Some(Code::DatabaseBusy | Code::DatabaseLocked) => "store.busy",
        Some(Code::CannotOpen) => "store.cannot_open",
        _ => "store",
    }
}

fn of_postgres(error: &sqlx::Error) -> &'static str {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => "store.unreachable",
        // Classes of SQLSTATE: insufficient resources, operator intervention, connection exception.
        sqlx::Error::Database(error) => match error.code().as_deref() {
            Some("53100") => "store.full",
            Some(code) if code.starts_with("57P") || code.starts_with("08") => "store.unreachable",
            // Other internal errors of class XX are no damage.
            Some("XX001" | "XX002") => "store.corrupt",
            Some("25006") => "store.read_only",
            _ => "store",
        },
        _ => "store",
    }
}

/// A row, read column by column.
#[derive(Debug)]
pub struct Cells {
    pub(crate) table: &'static str,
    pub(crate) values: std::vec::IntoIter<Value>,
}

impl Cells {
    fn shape(&self) -> StoreError {
        StoreError::Shape { table: self.table }
    }

    /// Takes the next column as a number.
    ///
    /// # Errors
    /// [`StoreError::Shape`] if it is none; so for the other readers.
    pub fn int(&mut self) -> Result<i64, StoreError> {
        match self.values.next() {
            Some(Value::Int(v)) => Ok(v),
            _ => Err(self.shape()),
        }
    }

    /// Takes the next column as an unsigned small number.
    ///
    /// # Errors
    /// As [`Cells::int`].
    pub fn u32(&mut self) -> Result<u32, StoreError> {
        u32::try_from(self.int()?).map_err(|_| self.shape())
    }

    /// Takes the next column as a position.
    ///
    /// # Errors
    /// As [`Cells::int`].
    pub fn u64(&mut self) -> Result<u64, StoreError> {
        u64::try_from(self.int()?).map_err(|_| self.shape())
    }

    /// Takes the next column as a code.
    ///
    /// # Errors
    /// As [`Cells::int`].
    pub fn u8(&mut self) -> Result<u8, StoreError> {
        u8::try_from(self.int()?).map_err(|_| self.shape())
    }

    /// Takes the next column as text.
    ///
    /// # Errors
    /// As [`Cells::int`].
    pub fn text(&mut self) -> Result<String, StoreError> {
        match self.values.next() {
            Some(Value::Text(v)) => Ok(v),
            _ => Err(self.shape()),
        }
    }

    /// Takes the next column as bytes.
    ///
    /// # Errors
    /// As [`Cells::int`].
    pub fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        match self.values.next() {
            Some(Value::Bytes(v)) => Ok(v),
            _ => Err(self.shape()),
        }
    }

    /// Takes the next column as bytes of a fixed length.
    ///
    /// # Errors
    /// As [`Cells::int`].
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        self.bytes()?.try_into().map_err(|_| self.shape())
    }

    /// Takes the next column as an id, or as bytes of no length where there is none.
    ///
    /// # Errors
    /// As [`Cells::int`].
    pub fn optional_array<const N: usize>(&mut self) -> Result<Option<[u8; N]>, StoreError> {
        let bytes = self.bytes()?;
        if bytes.is_empty() {
            return Ok(None);
        }
        bytes.try_into().map(Some).map_err(|_| self.shape())
    }

    /// Takes the next column as one of some words.
    ///
    /// # Errors
    /// As [`Cells::int`].
    pub fn word<T>(&mut self, of: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
        let word = self.text()?;
        of(&word).ok_or_else(|| self.shape())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_told_by_its_code() {
        let sqlite = |code| {
            let error = rusqlite::ffi::Error::new(code);
            StoreError::Sqlite {
                doing: "committing",
                source: rusqlite::Error::SqliteFailure(error, None),
            }
            .code()
        };
        for (code, word) in [
            (rusqlite::ffi::SQLITE_FULL, "store.full"),
            (rusqlite::ffi::SQLITE_IOERR_WRITE, "store.io"),
            (rusqlite::ffi::SQLITE_READONLY, "store.read_only"),
            (rusqlite::ffi::SQLITE_CORRUPT, "store.corrupt"),
            (rusqlite::ffi::SQLITE_BUSY, "store.busy"),
            (rusqlite::ffi::SQLITE_CONSTRAINT, "store"),
        ] {
            assert_eq!(sqlite(code), word);
        }
        let postgres = StoreError::Postgres {
            doing: "reading",
            source: sqlx::Error::PoolTimedOut,
        };
        assert_eq!(postgres.code(), "store.unreachable");
    }
}
