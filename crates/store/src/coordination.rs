//! Cases and their participants.
//!
//! Knows no right to read: of what a viewer is told here, the gate decides what a page shows.

use domain::coordination::case::Stage;
use domain::machine::em::Em;
use domain::value::{CaseId, ParticipantId, PartyId};

use crate::Store;
use crate::kernel::asked::{Viewer, Which};
use crate::kernel::row::Row;
use crate::kernel::table::{Erasure, Kind, Mark, Table, Type, c};
use crate::kernel::value::{Cells, StoreError, Value};

/// Table `case_file`.
pub static CASE_FILE: Table = Table {
    name: "case_file",
    kind: Kind::Projection,
    erasure: Erasure::Stays,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("number", Type::Text, Mark::Open),
        c("stage", Type::Text, Mark::Open),
        c("opened_at", Type::Int, Mark::Open),
        c("embargo", Type::Text, Mark::Open),
        c("until", Type::Int, Mark::Open),
        c("realm", Type::Int, Mark::Open),
    ],
    key: &["id"],
};

/// Table `participant`.
pub static PARTICIPANT: Table = Table {
    name: "participant",
    kind: Kind::Projection,
    erasure: Erasure::Stays,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("case_id", Type::Bytes, Mark::Open),
        c("party", Type::Bytes, Mark::Open),
        c("realm", Type::Int, Mark::Open),
    ],
    key: &["id"],
};

/// A row of `case_file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    pub id: CaseId,
    pub number: String,
    /// What its own stream says: whether it is published stands in its advisory, and [`Store::cases`] joins them.
    pub stage: Stage,
    pub opened_at: i64,
    pub embargo: Em,
    pub until: Option<i64>,
    /// 0 live, 1 exercise.
    pub realm: u8,
}

impl Row for CaseRow {
    fn table() -> &'static Table {
        &CASE_FILE
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.id.bytes().into(),
            self.number.into(),
            self.stage.word().into(),
            self.opened_at.into(),
            self.embargo.letter().into(),
            self.until.unwrap_or(0).into(),
            self.realm.into(),
        ]
    }
}

/// A row of `participant`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParticipantRow {
    pub id: ParticipantId,
    pub case: CaseId,
    pub party: Option<PartyId>,
    /// 0 live, 1 exercise; equal to the case's: the wall.
    pub realm: u8,
}

impl Row for ParticipantRow {
    fn table() -> &'static Table {
        &PARTICIPANT
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.id.bytes().into(),
            self.case.bytes().into(),
            self.party
                .map_or_else(Vec::new, |party| party.bytes().to_vec())
                .into(),
            self.realm.into(),
        ]
    }
}

/// A case as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseLine {
    pub id: CaseId,
    pub number: String,
    /// With what its advisory says.
    pub stage: Stage,
    pub opened_at: i64,
}

fn line(row: &mut Cells) -> Result<CaseLine, StoreError> {
    Ok(CaseLine {
        id: CaseId::from_bytes(row.array()?),
        number: row.text()?,
        stage: row.word(Stage::parse)?.with(row.int()? > 0),
        opened_at: row.int()?,
    })
}

impl Store {
    /// Live cases that are open, published or not, or those that are closed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn cases(&self, viewer: Viewer, which: Which) -> Result<Vec<CaseLine>, StoreError> {
        let sql = match which {
            Which::Open => {
                "SELECT c.id, c.number, c.stage, CASE WHEN EXISTS (SELECT 1 FROM advisory a WHERE a.case_id = c.id AND a.revision > 0) THEN 1 ELSE 0 END AS published, c.opened_at FROM case_file c WHERE c.stage <> $1 AND c.realm = 0 ORDER BY c.id"
            }
            Which::Over => {
                "SELECT c.id, c.number, c.stage, 0 AS published, c.opened_at FROM case_file c WHERE c.stage = $1 AND c.realm = 0 ORDER BY c.id"
            }
        };
        let rows = self
            .rows("case_file", sql, &[Stage::Closed.word().into()])
            .await?;
        let mut out: Vec<CaseLine> = rows
            .into_iter()
            .map(|mut row| line(&mut row))
            .collect::<Result<_, StoreError>>()?;
        out.retain(|line| viewer.sees_case(line.id));
        Ok(out)
    }

    /// Participants of a case, in the order in which they joined.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn participants(
        &self,
        viewer: Viewer,
        case: CaseId,
    ) -> Result<Vec<(ParticipantId, PartyId)>, StoreError> {
        if !viewer.sees_case(case) {
            return Ok(Vec::new());
        }
        let rows = self
            .rows(
                "participant",
                "SELECT id, party FROM participant WHERE case_id = $1 ORDER BY id",
                &[case.bytes().into()],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| {
                Ok((
                    ParticipantId::from_bytes(row.array()?),
                    PartyId::from_bytes(row.array()?),
                ))
            })
            .collect()
    }

    /// Cases of a party with its participants in them, the newest last.
    ///
    /// # Errors
    /// As above.
    pub async fn cases_of(
        &self,
        viewer: Viewer,
        party: PartyId,
    ) -> Result<Vec<(CaseId, ParticipantId)>, StoreError> {
        let rows = self
            .rows(
                "participant",
                "SELECT case_id, id FROM participant WHERE party = $1 ORDER BY case_id",
                &[party.bytes().into()],
            )
            .await?;
        let mut out: Vec<(CaseId, ParticipantId)> = rows
            .into_iter()
            .map(|mut row| {
                Ok((
                    CaseId::from_bytes(row.array()?),
                    ParticipantId::from_bytes(row.array()?),
                ))
            })
            .collect::<Result<_, StoreError>>()?;
        out.retain(|(_, participant)| viewer.sees_stream((*participant).into()));
        Ok(out)
    }

    /// The participant that a party is in a case.
    ///
    /// # Errors
    /// As above.
    pub async fn participant_of(
        &self,
        viewer: Viewer,
        case: CaseId,
        party: PartyId,
    ) -> Result<Option<ParticipantId>, StoreError> {
        if !viewer.sees_case(case) {
            return Ok(None);
        }
        let rows = self
            .rows(
                "participant",
                "SELECT id FROM participant WHERE case_id = $1 AND party = $2",
                &[case.bytes().into(), party.bytes().into()],
            )
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| Ok(ParticipantId::from_bytes(row.array()?)))
            .transpose()
    }

    /// Live cases whose embargo is in force and whose date has passed; whether a plan holds one is for the domain to say.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn embargoes_over(
        &self,
        viewer: Viewer,
        now: i64,
    ) -> Result<Vec<CaseId>, StoreError> {
        let sql = "SELECT c.id FROM case_file c WHERE c.realm = 0 AND c.embargo IN ('A', 'R') AND c.until > 0 AND c.until <= $1 ORDER BY c.id";
        let rows = self.rows("case_file", sql, &[Value::Int(now)]).await?;
        let mut out: Vec<CaseId> = rows
            .into_iter()
            .map(|mut row| Ok(CaseId::from_bytes(row.array()?)))
            .collect::<Result<_, StoreError>>()?;
        out.retain(|case| viewer.sees_case(*case));
        Ok(out)
    }
}
