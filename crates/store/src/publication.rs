//! Published documents and signatures, byte for byte.

use crate::Store;
use crate::kernel::row::Row;
use crate::kernel::table::{Erasure, Kind, Mark, Table, Type, c};
use crate::kernel::value::{StoreError, Value};

/// Table `file`.
pub static FILE: Table = Table {
    name: "file",
    kind: Kind::Truth,
    erasure: Erasure::Stays,
    columns: &[
        c("sha256", Type::Bytes, Mark::Open),
        c("bytes", Type::Bytes, Mark::Open),
    ],
    key: &["sha256"],
};

/// A row of `file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    pub sha256: [u8; 32],
    pub bytes: Vec<u8>,
}

impl Row for FileRow {
    fn table() -> &'static Table {
        &FILE
    }

    fn values(self) -> Vec<Value> {
        vec![self.sha256.into(), self.bytes.into()]
    }
}

impl Store {
    /// A published file's bytes.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn file(&self, sha256: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        let rows = self
            .rows(
                "file",
                "SELECT bytes FROM file WHERE sha256 = $1",
                &[(*sha256).into()],
            )
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| row.bytes())
            .transpose()
    }
}
