//! Every number of every series: digits are unique over all of them.

use domain::value::StreamId;

use super::asked::Viewer;
use super::row::Row;
use super::table::{Erasure, Kind, Mark, Table, Type, c};
use super::value::{StoreError, Value};
use crate::Store;

/// Table `number`.
pub static NUMBER: Table = Table {
    name: "number",
    kind: Kind::Projection,
    erasure: Erasure::Stays,
    columns: &[
        c("digits", Type::Text, Mark::Open),
        c("series", Type::Text, Mark::Open),
        c("stream", Type::Bytes, Mark::Open),
    ],
    key: &["digits"],
};

/// A row of `number`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberRow {
    pub digits: String,
    pub series: &'static str,
    pub stream: StreamId,
}

impl Row for NumberRow {
    fn table() -> &'static Table {
        &NUMBER
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.digits.into(),
            self.series.into(),
            self.stream.bytes().into(),
        ]
    }
}

impl Store {
    /// The stream that holds a number, by its digits.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn by_number(
        &self,
        viewer: Viewer,
        digits: &str,
    ) -> Result<Option<(String, StreamId)>, StoreError> {
        let rows = self
            .rows(
                "number",
                "SELECT series, stream FROM number WHERE digits = $1",
                &[digits.into()],
            )
            .await?;
        match rows.into_iter().next() {
            Some(mut row) => {
                let found = (row.text()?, StreamId::from_bytes(row.array()?));
                Ok(Some(found).filter(|(_, stream)| viewer.sees_stream(*stream)))
            }
            None => Ok(None),
        }
    }
}
