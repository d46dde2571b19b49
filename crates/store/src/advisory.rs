//! Advisories: the published revision, the plan that waits.

use domain::value::{AdvisoryId, CaseId};

use crate::Store;
use crate::kernel::table::{Kind, Mark, Table, Type, c};
use crate::kernel::value::StoreError;

/// Table `advisory`.
pub static ADVISORY: Table = Table {
    name: "advisory",
    kind: Kind::Projection,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("case_id", Type::Bytes, Mark::Open),
        c("number", Type::Text, Mark::Open),
        c("revision", Type::Int, Mark::Open),
        c("first_at", Type::Int, Mark::Open),
        c("published_at", Type::Int, Mark::Open),
        c("plan", Type::Text, Mark::Open),
        c("plan_at", Type::Int, Mark::Open),
        c("approvals", Type::Int, Mark::Open),
        c("realm", Type::Int, Mark::Open),
    ],
    key: &["id"],
};

/// An advisory that has a plan or a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvisoryRow {
    pub id: AdvisoryId,
    pub case: CaseId,
    pub number: String,
    pub revision: u32,
    pub first_at: i64,
    pub published_at: i64,
    pub plan: String,
    pub plan_at: i64,
    pub approvals: i64,
}

impl Store {
    /// The advisory of a case.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn advisory_of(&self, case: CaseId) -> Result<Option<AdvisoryId>, StoreError> {
        let rows = self
            .rows(
                "advisory",
                "SELECT id FROM advisory WHERE case_id = $1 ORDER BY id",
                &[case.bytes().into()],
            )
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| Ok(AdvisoryId::from_bytes(row.array()?)))
            .transpose()
    }

    /// All advisories, in the order of their ids.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn advisories(&self) -> Result<Vec<AdvisoryRow>, StoreError> {
        let sql = "SELECT id, case_id, number, revision, first_at, published_at, plan, plan_at, approvals FROM advisory ORDER BY id";
        let rows = self.rows("advisory", sql, &[]).await?;
        rows.into_iter()
            .map(|mut row| {
                Ok(AdvisoryRow {
                    id: AdvisoryId::from_bytes(row.array()?),
                    case: CaseId::from_bytes(row.array()?),
                    number: row.text()?,
                    revision: row.u32()?,
                    first_at: row.int()?,
                    published_at: row.int()?,
                    plan: row.text()?,
                    plan_at: row.int()?,
                    approvals: row.int()?,
                })
            })
            .collect()
    }
}
