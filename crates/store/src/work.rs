//! The outbox: intents written with their cause, carried out at least once under a stable name.

use domain::distribution::CopyState;
use domain::react::{Intent, IntentKind};
use domain::value::{Instant, StreamId};

use crate::Store;
use crate::kernel::asked::Viewer;
use crate::kernel::open::Engine;
use crate::kernel::row::{Row, TableRow};
use crate::kernel::table::{Erasure, Kind, Mark, Table, Type, c};
use crate::kernel::value::{Cells, StoreError, Value};

/// Table `outbox`.
pub static OUTBOX: Table = Table {
    name: "outbox",
    kind: Kind::Working,
    erasure: Erasure::Stays,
    columns: &[
        c("name", Type::Text, Mark::Open),
        c("kind", Type::Text, Mark::Open),
        c("subject", Type::Bytes, Mark::Open),
        c("argument", Type::Text, Mark::Open),
        c("run_at", Type::Int, Mark::Open),
        c("attempts", Type::Int, Mark::Open),
        c("lease_until", Type::Int, Mark::Open),
        c("done", Type::Int, Mark::Open),
    ],
    key: &["name"],
};

/// A row of `outbox`, as an intent begins: nobody has tried it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntentRow {
    /// Stable: the same intent written again is the same row.
    pub name: String,
    pub kind: IntentKind,
    /// The stream that it is about.
    pub subject: StreamId,
    /// Hash or code, no text.
    pub argument: String,
    pub run_at: i64,
}

impl Row for IntentRow {
    fn table() -> &'static Table {
        &OUTBOX
    }

    fn values(self) -> Vec<Value> {
        let (attempts, lease_until, is_done) = (0_u32, 0_i64, false);
        vec![
            self.name.into(),
            self.kind.name().into(),
            self.subject.bytes().into(),
            self.argument.into(),
            self.run_at.into(),
            attempts.into(),
            lease_until.into(),
            is_done.into(),
        ]
    }
}

/// An intent that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub name: String,
    pub kind: IntentKind,
    pub subject: StreamId,
    pub argument: String,
    pub attempts: u32,
}

fn kind_of(row: &mut Cells) -> Result<IntentKind, StoreError> {
    IntentKind::parse(&row.text()?).ok_or(StoreError::Shape { table: row.table })
}

/// Kind and argument of an intent's row.
fn named(intent: &Intent) -> (IntentKind, &str) {
    let argument = match intent {
        Intent::Release { plan_sha256, .. } | Intent::ReleaseHeld { plan_sha256 } => plan_sha256,
        Intent::FirstContact { .. }
        | Intent::Press
        | Intent::EndAccess { .. }
        | Intent::DateWithoutPlan => "",
    };
    (intent.kind(), argument)
}

/// Makes the row of an intent. `cause` names the record that it follows from; an intent without an instant of its own
/// is due `now`.
#[must_use]
pub fn row(intent: &Intent, subject: StreamId, cause: (StreamId, u32), now: i64) -> TableRow {
    let (kind, argument) = named(intent);
    IntentRow {
        name: format!("{}/{}/{}", kind.name(), cause.0, cause.1),
        kind,
        subject,
        argument: argument.to_owned(),
        run_at: intent.due(Instant(now)).0,
    }
    .into()
}

impl Store {
    /// Takes up to `limit` intents of one kind that are due, under a lease.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn claim_intents(
        &self,
        kind: IntentKind,
        now: i64,
        lease: i64,
        limit: u32,
    ) -> Result<Vec<Waiting>, StoreError> {
        let lock = if matches!(self.engine, Engine::Postgres(_)) {
            " FOR UPDATE SKIP LOCKED"
        } else {
            ""
        };
        let sql = format!(
            "UPDATE outbox SET lease_until = $1, attempts = attempts + 1
             WHERE name IN (SELECT name FROM outbox WHERE done = 0 AND kind = $2 AND run_at <= $3 AND lease_until <= $3 ORDER BY run_at, name LIMIT $4{lock})
             RETURNING name, kind, subject, argument, attempts"
        );
        let rows = self
            .transact(
                "outbox",
                vec![(
                    sql,
                    vec![lease.into(), kind.name().into(), now.into(), limit.into()],
                )],
            )
            .await?;
        let mut out = rows
            .into_iter()
            .flatten()
            .map(|mut row| {
                Ok(Waiting {
                    name: row.text()?,
                    kind: kind_of(&mut row)?,
                    subject: StreamId::from_bytes(row.array()?),
                    argument: row.text()?,
                    attempts: row.u32()?,
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        out.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(out)
    }

    /// Gives back what a process held that is gone. Only whoever holds the house's lock may say so.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn release_leases(&self, now: i64) -> Result<(), StoreError> {
        let statements = vec![
            (
                "UPDATE outbox SET lease_until = 0 WHERE done = 0".to_owned(),
                vec![],
            ),
            (
                "UPDATE delivery SET next_at = $1 WHERE state = $2".to_owned(),
                vec![now.into(), CopyState::Sending.name().into()],
            ),
        ];
        self.transact("leases", statements).await?;
        Ok(())
    }

    /// Marks intents as carried out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn finish_intents(&self, names: &[String]) -> Result<(), StoreError> {
        let statements = names
            .iter()
            .map(|name| {
                (
                    "UPDATE outbox SET done = 1, lease_until = 0 WHERE name = $1".to_owned(),
                    vec![name.as_str().into()],
                )
            })
            .collect();
        self.transact("outbox", statements).await?;
        Ok(())
    }

    /// How many intents, waiting or carried out, have a name after `after` and up to `until`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn intents_between(&self, after: &str, until: &str) -> Result<i64, StoreError> {
        let sql = "SELECT count(*) FROM outbox WHERE name > $1 AND name <= $2";
        let rows = self
            .rows("outbox", sql, &[after.into(), until.into()])
            .await?;
        match rows.into_iter().next() {
            Some(mut row) => row.int(),
            None => Ok(0),
        }
    }

    /// Marks all intents of one kind about one stream as carried out: plans that were replaced have nothing to wait for.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn finish_about(
        &self,
        kind: IntentKind,
        subject: StreamId,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET done = 1, lease_until = 0 WHERE kind = $1 AND subject = $2 AND done = 0";
        self.transact(
            "outbox",
            vec![(
                sql.to_owned(),
                vec![kind.name().into(), subject.bytes().into()],
            )],
        )
        .await?;
        Ok(())
    }

    /// Marks an intent about a stream as carried out, since nothing waits for it any more. Others of its kind stay.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_intent(&self, intent: &Intent, subject: StreamId) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET done = 1, lease_until = 0 WHERE kind = $1 AND subject = $2 AND argument = $3 AND done = 0";
        let (kind, argument) = named(intent);
        let values = vec![kind.name().into(), subject.bytes().into(), argument.into()];
        self.transact("outbox", vec![(sql.to_owned(), values)])
            .await?;
        Ok(())
    }

    /// Gives an intent back, to be tried again at `run_at`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn defer_intent(&self, name: &str, run_at: i64) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET lease_until = 0, run_at = $1 WHERE name = $2";
        self.transact(
            "outbox",
            vec![(sql.to_owned(), vec![run_at.into(), name.into()])],
        )
        .await?;
        Ok(())
    }

    /// When the next intent of one kind is due, if one waits.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn next_intent_at(&self, kind: IntentKind) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT CASE WHEN run_at > lease_until THEN run_at ELSE lease_until END AS due FROM outbox WHERE done = 0 AND kind = $1 ORDER BY due LIMIT 1";
        let rows = self.rows("outbox", sql, &[kind.name().into()]).await?;
        rows.into_iter().next().map(|mut row| row.int()).transpose()
    }

    /// How many intents wait, by kind.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn waiting_intents(&self) -> Result<Vec<(IntentKind, i64)>, StoreError> {
        let rows = self
            .rows(
                "outbox",
                "SELECT kind, count(*) FROM outbox WHERE done = 0 GROUP BY kind ORDER BY kind",
                &[],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| Ok((kind_of(&mut row)?, row.int()?)))
            .collect()
    }

    /// Streams that a kind of intent waits about, with when it is looked at next.
    ///
    /// # Errors
    /// As above.
    pub async fn intents_about(
        &self,
        viewer: Viewer,
        kind: IntentKind,
    ) -> Result<Vec<(StreamId, i64)>, StoreError> {
        let rows = self
            .rows(
                "outbox",
                "SELECT subject, run_at FROM outbox WHERE done = 0 AND kind = $1 ORDER BY run_at",
                &[kind.name().into()],
            )
            .await?;
        let mut out: Vec<(StreamId, i64)> = rows
            .into_iter()
            .map(|mut row| Ok((StreamId::from_bytes(row.array()?), row.int()?)))
            .collect::<Result<_, StoreError>>()?;
        out.retain(|(subject, _)| viewer.sees_stream(*subject));
        Ok(out)
    }
}
