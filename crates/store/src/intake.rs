//! Reports and the mailboxes of their finders.

use domain::value::ReportId;

use crate::Store;
use crate::kernel::table::{Kind, Mark, Table, Type, c};
use crate::kernel::value::StoreError;

/// Table `report`.
pub static REPORT: Table = Table {
    name: "report",
    kind: Kind::Projection,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("handling", Type::Text, Mark::Open),
        c("kind", Type::Text, Mark::Open),
        c("state", Type::Text, Mark::Open),
        c("received_at", Type::Int, Mark::Open),
        c("lookup", Type::Text, Mark::Blind),
    ],
    key: &["id"],
};

/// Table `mailbox`.
pub static MAILBOX: Table = Table {
    name: "mailbox",
    kind: Kind::Working,
    columns: &[
        c("lookup", Type::Text, Mark::Blind),
        c("at", Type::Int, Mark::Open),
        c("sealed", Type::Bytes, Mark::Sealed),
    ],
    key: &["lookup", "at"],
};

impl Store {
    /// Reports, cases and so on that a handling number names.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn report_by_handling(&self, handling: &str) -> Result<Option<ReportId>, StoreError> {
        let rows = self
            .rows(
                "report",
                "SELECT id FROM report WHERE handling = $1",
                &[handling.into()],
            )
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| Ok(ReportId::from_bytes(row.array()?)))
            .transpose()
    }

    /// The report whose mailbox has this hash of its look-up id.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn report_by_lookup(&self, lookup: &str) -> Result<Option<ReportId>, StoreError> {
        if lookup.is_empty() {
            return Ok(None);
        }
        let rows = self
            .rows(
                "report",
                "SELECT id FROM report WHERE lookup = $1",
                &[lookup.into()],
            )
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| Ok(ReportId::from_bytes(row.array()?)))
            .transpose()
    }

    /// Reports whose finder has a mailbox.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn reports_with_mailbox(&self) -> Result<Vec<ReportId>, StoreError> {
        let rows = self
            .rows(
                "report",
                "SELECT id FROM report WHERE lookup <> '' ORDER BY id",
                &[],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| Ok(ReportId::from_bytes(row.array()?)))
            .collect()
    }

    /// Messages in a mailbox.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn mailbox(&self, lookup: &str) -> Result<Vec<Vec<u8>>, StoreError> {
        let rows = self
            .rows(
                "mailbox",
                "SELECT sealed FROM mailbox WHERE lookup = $1 ORDER BY at",
                &[lookup.into()],
            )
            .await?;
        rows.into_iter().map(|mut row| row.bytes()).collect()
    }

    /// Removes all messages of a mailbox.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn drop_mailbox(&self, lookup: &str) -> Result<(), StoreError> {
        self.transact(
            "mailbox",
            vec![(
                "DELETE FROM mailbox WHERE lookup = $1".to_owned(),
                vec![lookup.into()],
            )],
        )
        .await?;
        Ok(())
    }
}
