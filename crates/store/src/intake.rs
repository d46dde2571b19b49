//! Reports and the mailboxes of their finders.

use domain::intake::ReportStage;
use domain::value::ReportId;

use crate::Store;
use crate::kernel::asked::{Viewer, Which};
use crate::kernel::row::Row;
use crate::kernel::table::{Erasure, Kind, Mark, Table, Type, c};
use crate::kernel::value::{Cells, StoreError, Value};

/// Table `report`.
pub static REPORT: Table = Table {
    name: "report",
    kind: Kind::Projection,
    erasure: Erasure::Stays,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("handling", Type::Text, Mark::Open),
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
    erasure: Erasure::Removed,
    columns: &[
        c("lookup", Type::Text, Mark::Blind),
        c("at", Type::Int, Mark::Open),
        c("sealed", Type::Bytes, Mark::Sealed),
    ],
    key: &["lookup", "at"],
};

/// A row of `report`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    pub id: ReportId,
    pub handling: String,
    pub stage: ReportStage,
    pub received_at: i64,
    /// SHA-256 of the mailbox's look-up id, hexadecimal.
    pub lookup: Option<String>,
}

impl Row for ReportRow {
    fn table() -> &'static Table {
        &REPORT
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.id.bytes().into(),
            self.handling.into(),
            self.stage.word().into(),
            self.received_at.into(),
            self.lookup.unwrap_or_default().into(),
        ]
    }
}

/// A report as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportLine {
    pub id: ReportId,
    pub handling: String,
    pub stage: ReportStage,
    pub received_at: i64,
}

fn line(row: &mut Cells) -> Result<ReportLine, StoreError> {
    Ok(ReportLine {
        id: ReportId::from_bytes(row.array()?),
        handling: row.text()?,
        stage: row.word(ReportStage::parse)?,
        received_at: row.int()?,
    })
}

/// A row of `mailbox`: a message to a finder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxRow {
    pub lookup: String,
    /// Its position among the others.
    pub at: i64,
    pub sealed: Vec<u8>,
}

impl Row for MailboxRow {
    fn table() -> &'static Table {
        &MAILBOX
    }

    fn values(self) -> Vec<Value> {
        vec![self.lookup.into(), self.at.into(), self.sealed.into()]
    }
}

impl Store {
    /// Live reports that wait for a decision, or those that were declined or withdrawn; one that was accepted or
    /// merged goes on as its case.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn reports(
        &self,
        viewer: Viewer,
        which: Which,
    ) -> Result<Vec<ReportLine>, StoreError> {
        let sql = match which {
            Which::Open => {
                "SELECT r.id, r.handling, r.state, r.received_at FROM report r JOIN stream s ON s.id = r.id WHERE r.state NOT IN ($1, $2, $3, $4) AND s.realm = 0 ORDER BY r.id"
            }
            Which::Over => {
                "SELECT r.id, r.handling, r.state, r.received_at FROM report r JOIN stream s ON s.id = r.id WHERE r.state IN ($1, $2) AND s.realm = 0 ORDER BY r.id"
            }
        };
        // A state that nobody knows is not left out of what is open: reading it fails.
        let named = |stage: &ReportStage| match which {
            Which::Open => !stage.is_open(),
            Which::Over => stage.is_over(),
        };
        let stages = ReportStage::ALL.into_iter().filter(named);
        let words: Vec<Value> = stages.map(|stage| stage.word().into()).collect();
        let rows = self.rows("report", sql, &words).await?;
        let mut out: Vec<ReportLine> = rows
            .into_iter()
            .map(|mut row| line(&mut row))
            .collect::<Result<_, StoreError>>()?;
        out.retain(|line| viewer.sees_report(line.id));
        Ok(out)
    }

    /// Reports, cases and so on that a handling number names.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn report_by_handling(
        &self,
        viewer: Viewer,
        handling: &str,
    ) -> Result<Option<ReportId>, StoreError> {
        let rows = self
            .rows(
                "report",
                "SELECT id FROM report WHERE handling = $1",
                &[handling.into()],
            )
            .await?;
        let found: Result<Option<ReportId>, StoreError> = rows
            .into_iter()
            .next()
            .map(|mut row| Ok(ReportId::from_bytes(row.array()?)))
            .transpose();
        Ok(found?.filter(|id| viewer.sees_report(*id)))
    }

    /// The report whose mailbox has this hash of its look-up id.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn report_by_lookup(
        &self,
        viewer: Viewer,
        lookup: &str,
    ) -> Result<Option<ReportId>, StoreError> {
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
        let found: Result<Option<ReportId>, StoreError> = rows
            .into_iter()
            .next()
            .map(|mut row| Ok(ReportId::from_bytes(row.array()?)))
            .transpose();
        Ok(found?.filter(|id| viewer.is_bearer() || viewer.sees_report(*id)))
    }

    /// Reports whose finder has a mailbox.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn reports_with_mailbox(&self, viewer: Viewer) -> Result<Vec<ReportId>, StoreError> {
        let rows = self
            .rows(
                "report",
                "SELECT id FROM report WHERE lookup <> '' ORDER BY id",
                &[],
            )
            .await?;
        let mut out: Vec<ReportId> = rows
            .into_iter()
            .map(|mut row| Ok(ReportId::from_bytes(row.array()?)))
            .collect::<Result<_, StoreError>>()?;
        out.retain(|id| viewer.sees_report(*id));
        Ok(out)
    }

    /// Messages in a mailbox, for the house or whoever holds its look-up id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn mailbox(&self, viewer: Viewer, lookup: &str) -> Result<Vec<Vec<u8>>, StoreError> {
        if !viewer.is_inside() && !viewer.is_bearer() {
            return Ok(Vec::new());
        }
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
