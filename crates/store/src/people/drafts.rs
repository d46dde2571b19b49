//! Half-written texts, sealed.

use domain::value::PersonId;

use crate::Store;
use crate::kernel::table::{Kind, Mark, Table, Type, c};
use crate::kernel::value::StoreError;

/// Table `draft`.
pub static DRAFT: Table = Table {
    name: "draft",
    kind: Kind::Working,
    columns: &[
        c("name", Type::Text, Mark::Open),
        c("person", Type::Bytes, Mark::Open),
        c("at", Type::Int, Mark::Open),
        c("sealed", Type::Bytes, Mark::Sealed),
    ],
    key: &["name"],
};

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    pub person: PersonId,
    pub at: i64,
    pub sealed: Vec<u8>,
}

impl Store {
    /// Saves a draft.
    ///
    /// # Errors
    /// As above.
    pub async fn put_draft(&self, name: &str, draft: &DraftRow) -> Result<(), StoreError> {
        let table = &DRAFT;
        self.transact(
            "draft",
            vec![(
                format!(
                    "INSERT INTO draft ({}) VALUES ($1, $2, $3, $4){}",
                    table.column_list(),
                    table.on_conflict()
                ),
                vec![
                    name.into(),
                    draft.person.bytes().into(),
                    draft.at.into(),
                    draft.sealed.clone().into(),
                ],
            )],
        )
        .await?;
        Ok(())
    }

    /// A draft by its name.
    ///
    /// # Errors
    /// As above.
    pub async fn draft(&self, name: &str) -> Result<Option<DraftRow>, StoreError> {
        let rows = self
            .rows(
                "draft",
                "SELECT person, at, sealed FROM draft WHERE name = $1",
                &[name.into()],
            )
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| {
                Ok(DraftRow {
                    person: PersonId::from_bytes(row.array()?),
                    at: row.int()?,
                    sealed: row.bytes()?,
                })
            })
            .transpose()
    }

    /// Drops a draft.
    ///
    /// # Errors
    /// As above.
    pub async fn drop_draft(&self, name: &str) -> Result<(), StoreError> {
        self.transact(
            "draft",
            vec![(
                "DELETE FROM draft WHERE name = $1".to_owned(),
                vec![name.into()],
            )],
        )
        .await?;
        Ok(())
    }
}
