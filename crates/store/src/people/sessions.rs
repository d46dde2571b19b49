//! Sessions, by the hash of what the browser holds.

use crate::Store;
use crate::kernel::row::Row;
use crate::kernel::table::{Erasure, Kind, Mark, Table, Type, c};
use crate::kernel::value::{StoreError, Value};

/// Table `session`.
pub static SESSION: Table = Table {
    name: "session",
    kind: Kind::Working,
    erasure: Erasure::Stays,
    columns: &[
        c("hash", Type::Bytes, Mark::Blind),
        c("side", Type::Text, Mark::Open),
        c("subject", Type::Bytes, Mark::Open),
        c("strength", Type::Int, Mark::Open),
        c("began_at", Type::Int, Mark::Open),
        c("seen_at", Type::Int, Mark::Open),
        c("stepped_at", Type::Int, Mark::Open),
        c("ends_at", Type::Int, Mark::Open),
    ],
    key: &["hash"],
};

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    pub hash: [u8; 32],
    pub side: String,
    pub subject: [u8; 16],
    pub strength: u32,
    pub began_at: i64,
    pub seen_at: i64,
    pub stepped_at: i64,
    pub ends_at: i64,
}

impl Row for SessionRow {
    fn table() -> &'static Table {
        &SESSION
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.hash.into(),
            self.side.into(),
            self.subject.into(),
            self.strength.into(),
            self.began_at.into(),
            self.seen_at.into(),
            self.stepped_at.into(),
            self.ends_at.into(),
        ]
    }
}

impl Store {
    /// Writes a session.
    ///
    /// # Errors
    /// As above.
    pub async fn put_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        self.put(session.clone()).await
    }

    /// The session with this hash that has not ended.
    ///
    /// # Errors
    /// As above.
    pub async fn session(
        &self,
        hash: &[u8; 32],
        now: i64,
    ) -> Result<Option<SessionRow>, StoreError> {
        let rows = self
            .rows(
                "session",
                "SELECT hash, side, subject, strength, began_at, seen_at, stepped_at, ends_at FROM session WHERE hash = $1 AND ends_at > $2",
                &[(*hash).into(), now.into()],
            )
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| {
                Ok(SessionRow {
                    hash: row.array()?,
                    side: row.text()?,
                    subject: row.array()?,
                    strength: row.u32()?,
                    began_at: row.int()?,
                    seen_at: row.int()?,
                    stepped_at: row.int()?,
                    ends_at: row.int()?,
                })
            })
            .transpose()
    }

    /// Notes a step of a session that still exists.
    ///
    /// # Errors
    /// As above.
    pub async fn step_session(
        &self,
        hash: &[u8; 32],
        strength: u32,
        stepped_at: i64,
    ) -> Result<(), StoreError> {
        self.transact(
            "session",
            vec![(
                "UPDATE session SET strength = $1, stepped_at = $2 WHERE hash = $3".to_owned(),
                vec![strength.into(), stepped_at.into(), (*hash).into()],
            )],
        )
        .await?;
        Ok(())
    }

    /// Ends one session.
    ///
    /// # Errors
    /// As above.
    pub async fn end_session(&self, hash: &[u8; 32]) -> Result<(), StoreError> {
        self.transact(
            "session",
            vec![(
                "DELETE FROM session WHERE hash = $1".to_owned(),
                vec![(*hash).into()],
            )],
        )
        .await?;
        Ok(())
    }

    /// Whether a subject has a session that holds at this time.
    ///
    /// # Errors
    /// As above.
    pub async fn has_session(
        &self,
        side: &str,
        subject: [u8; 16],
        now: i64,
    ) -> Result<bool, StoreError> {
        let sql = "SELECT count(*) FROM session WHERE side = $1 AND subject = $2 AND ends_at > $3";
        let of = [side.into(), subject.into(), now.into()];
        let rows = self.rows("session", sql, &of).await?;
        let found = rows.into_iter().next().map(|mut row| row.int());
        Ok(found.transpose()?.unwrap_or(0) > 0)
    }

    /// Ends all sessions of a subject.
    ///
    /// # Errors
    /// As above.
    pub async fn end_sessions_of(&self, side: &str, subject: [u8; 16]) -> Result<(), StoreError> {
        self.transact(
            "session",
            vec![(
                "DELETE FROM session WHERE side = $1 AND subject = $2".to_owned(),
                vec![side.into(), subject.into()],
            )],
        )
        .await?;
        Ok(())
    }
}
