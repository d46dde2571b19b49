//! The register of organisations, as far as it is searched.

use domain::value::PartyId;

use crate::Store;
use crate::kernel::asked::Viewer;
use crate::kernel::row::Row;
use crate::kernel::table::{Erasure, Kind, Mark, Table, Type, c};
use crate::kernel::value::{StoreError, Value};

/// Table `party`.
pub static PARTY: Table = Table {
    name: "party",
    kind: Kind::Projection,
    erasure: Erasure::Stays,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("folded_ja", Type::Text, Mark::Open),
        c("folded_en", Type::Text, Mark::Open),
    ],
    key: &["id"],
};

/// A row of `party`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyRow {
    pub id: PartyId,
    pub folded_ja: String,
    pub folded_en: String,
}

impl Row for PartyRow {
    fn table() -> &'static Table {
        &PARTY
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.id.bytes().into(),
            self.folded_ja.into(),
            self.folded_en.into(),
        ]
    }
}

impl Store {
    /// Parties whose folded name is `name` in either language.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn parties_named(
        &self,
        viewer: Viewer,
        name: &str,
    ) -> Result<Vec<PartyId>, StoreError> {
        if !viewer.is_inside() {
            return Ok(Vec::new());
        }
        let name = domain::party::folded(name);
        if name.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self
            .rows(
                "party",
                "SELECT id FROM party WHERE folded_en = $1 OR folded_ja = $1 ORDER BY id",
                &[name.into()],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| Ok(PartyId::from_bytes(row.array()?)))
            .collect()
    }
}
