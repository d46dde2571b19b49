//! Advisories: whose they are, and the published revision. Plans and approvals stand in their streams alone.

use domain::value::{AdvisoryId, CaseId};

use crate::Store;
use crate::kernel::asked::Viewer;
use crate::kernel::row::Row;
use crate::kernel::table::{Erasure, Kind, Mark, Table, Type, c};
use crate::kernel::value::{Cells, StoreError, Value};

/// Table `advisory`.
pub static ADVISORY: Table = Table {
    name: "advisory",
    kind: Kind::Projection,
    erasure: Erasure::Stays,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("case_id", Type::Bytes, Mark::Open),
        c("number", Type::Text, Mark::Open),
        c("revision", Type::Int, Mark::Open),
        c("realm", Type::Int, Mark::Open),
    ],
    key: &["id"],
};

/// A row of `advisory`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvisoryRow {
    pub id: AdvisoryId,
    pub case: Option<CaseId>,
    /// Empty before the first publication.
    pub number: String,
    /// The last that was published, 0 before.
    pub revision: u32,
    /// 0 live, 1 exercise; equal to the case's: the wall.
    pub realm: u8,
}

impl Row for AdvisoryRow {
    fn table() -> &'static Table {
        &ADVISORY
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.id.bytes().into(),
            self.case
                .map_or_else(Vec::new, |case| case.bytes().to_vec())
                .into(),
            self.number.into(),
            self.revision.into(),
            self.realm.into(),
        ]
    }
}

fn advisory(row: &mut Cells) -> Result<AdvisoryRow, StoreError> {
    Ok(AdvisoryRow {
        id: AdvisoryId::from_bytes(row.array()?),
        case: row.optional_array()?.map(CaseId::from_bytes),
        number: row.text()?,
        revision: row.u32()?,
        realm: row.u8()?,
    })
}

impl Store {
    /// The advisory of a case.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn advisory_of(
        &self,
        viewer: Viewer,
        case: CaseId,
    ) -> Result<Option<AdvisoryId>, StoreError> {
        if !viewer.sees_case(case) {
            return Ok(None);
        }
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

    /// Whether a revision of any advisory is out.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn is_any_published(&self) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM advisory WHERE revision > 0 LIMIT 1";
        Ok(!self.rows("advisory", sql, &[]).await?.is_empty())
    }

    /// All advisories, in the order of their ids.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn advisories(&self, viewer: Viewer) -> Result<Vec<AdvisoryRow>, StoreError> {
        if !viewer.is_inside() {
            return Ok(Vec::new());
        }
        let sql = "SELECT id, case_id, number, revision, realm FROM advisory ORDER BY id";
        let rows = self.rows("advisory", sql, &[]).await?;
        rows.into_iter().map(|mut row| advisory(&mut row)).collect()
    }
}
