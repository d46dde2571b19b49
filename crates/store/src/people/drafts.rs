//! Half-written texts, sealed.

use domain::value::PersonId;

use crate::Store;
use crate::kernel::row::Row;
use crate::kernel::table::{Erasure, Kind, Mark, Table, Type, c};
use crate::kernel::value::{StoreError, Value};

/// Table `draft`.
pub static DRAFT: Table = Table {
    name: "draft",
    kind: Kind::Working,
    erasure: Erasure::Removed,
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

/// A row of `draft`: a draft with what it is a draft of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedDraft {
    pub name: String,
    pub draft: DraftRow,
}

impl Row for NamedDraft {
    fn table() -> &'static Table {
        &DRAFT
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.name.into(),
            self.draft.person.bytes().into(),
            self.draft.at.into(),
            self.draft.sealed.into(),
        ]
    }
}

impl Store {
    /// Saves a draft.
    ///
    /// # Errors
    /// As above.
    pub async fn put_draft(&self, name: &str, draft: &DraftRow) -> Result<(), StoreError> {
        let (name, draft) = (name.to_owned(), draft.clone());
        self.put(NamedDraft { name, draft }).await
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

    /// Drops all drafts whose names begin so.
    ///
    /// # Errors
    /// As above.
    pub async fn drop_drafts(&self, beginning: &str) -> Result<(), StoreError> {
        let length = i64::try_from(beginning.chars().count()).unwrap_or(i64::MAX);
        self.transact(
            "draft",
            vec![(
                "DELETE FROM draft WHERE substr(name, 1, CAST($1 AS integer)) = $2".to_owned(),
                vec![length.into(), beginning.into()],
            )],
        )
        .await?;
        Ok(())
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
