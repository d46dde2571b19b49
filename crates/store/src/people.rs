//! Sign-in, links of one use, drafts, and how far somebody has read.
//!
//! Knows no password, no link and no code: only their hashes. Whether somebody may do something is decided above.

use domain::value::{PersonId, StreamId};
use uuid::Uuid;

use crate::Store;
use crate::value::StoreError;

/// How long the hash of a link that ran out is kept, µs: whoever holds the link may ask for a new one, which goes
/// to the registered address (docs/design/settled.md §1.14).
pub const LINK_KEPT_US: i64 = 365 * 86_400_000_000;

/// What a person signs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    pub memory_kib: u32,
    pub passes: u32,
    pub salt: Vec<u8>,
    pub verifier: Vec<u8>,
    pub since: i64,
}

/// A link of one use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    pub hash: [u8; 32],
    pub purpose: String,
    pub subject: [u8; 16],
    pub code: Vec<u8>,
    pub tries: u32,
    pub expires_at: i64,
    pub used_at: i64,
    pub sealed: Vec<u8>,
}

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

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    pub person: PersonId,
    pub at: i64,
    pub sealed: Vec<u8>,
}

impl Store {
    /// The credential of a person.
    ///
    /// # Errors
    /// If the database fails; so for all functions here.
    pub async fn credential(&self, person: PersonId) -> Result<Option<Credential>, StoreError> {
        let rows = self
            .rows(
                "credential",
                "SELECT memory_kib, passes, salt, verifier, since FROM credential WHERE person = $1",
                &[person.bytes().into()],
            )
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| {
                Ok(Credential {
                    memory_kib: row.u32()?,
                    passes: row.u32()?,
                    salt: row.bytes()?,
                    verifier: row.bytes()?,
                    since: row.int()?,
                })
            })
            .transpose()
    }

    /// Writes a link; older unused ones of the same purpose and subject end.
    ///
    /// # Errors
    /// As above.
    pub async fn put_token(&self, token: &TokenRow, now: i64) -> Result<(), StoreError> {
        let table = &crate::schema::TOKEN;
        self.transact(
            "token",
            vec![
                (
                    "UPDATE token SET used_at = $1 WHERE purpose = $2 AND subject = $3 AND used_at = 0"
                        .to_owned(),
                    vec![
                        now.into(),
                        token.purpose.as_str().into(),
                        token.subject.into(),
                    ],
                ),
                (
                    format!(
                        "INSERT INTO token ({}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                        table.column_list()
                    ),
                    vec![
                        token.hash.into(),
                        token.purpose.as_str().into(),
                        token.subject.into(),
                        token.code.clone().into(),
                        token.tries.into(),
                        token.expires_at.into(),
                        token.used_at.into(),
                        token.sealed.clone().into(),
                    ],
                ),
            ],
        )
        .await?;
        Ok(())
    }

    /// The link with this hash and purpose, whatever its state.
    ///
    /// # Errors
    /// As above.
    pub async fn token(
        &self,
        hash: &[u8; 32],
        purpose: &str,
    ) -> Result<Option<TokenRow>, StoreError> {
        let rows = self
            .rows(
                "token",
                "SELECT hash, purpose, subject, code, tries, expires_at, used_at, sealed FROM token WHERE hash = $1 AND purpose = $2",
                &[(*hash).into(), purpose.into()],
            )
            .await?;
        rows.into_iter().next().map(token_row).transpose()
    }

    /// The newest unused link of a purpose for a subject.
    ///
    /// # Errors
    /// As above.
    pub async fn token_for(
        &self,
        purpose: &str,
        subject: [u8; 16],
    ) -> Result<Option<TokenRow>, StoreError> {
        let rows = self
            .rows(
                "token",
                "SELECT hash, purpose, subject, code, tries, expires_at, used_at, sealed FROM token WHERE purpose = $1 AND subject = $2 AND used_at = 0 ORDER BY expires_at DESC LIMIT 1",
                &[purpose.into(), subject.into()],
            )
            .await?;
        rows.into_iter().next().map(token_row).transpose()
    }

    /// Counts a try with a code; `false` if there have been `tries_max`, or the link has ended.
    ///
    /// # Errors
    /// As above.
    pub async fn try_token(
        &self,
        hash: &[u8; 32],
        tries_max: u32,
        now: i64,
    ) -> Result<bool, StoreError> {
        let rows = self
            .transact(
                "token",
                vec![(
                    "UPDATE token SET tries = tries + 1 WHERE hash = $1 AND tries < $2 AND used_at = 0 AND expires_at > $3 RETURNING tries"
                        .to_owned(),
                    vec![(*hash).into(), tries_max.into(), now.into()],
                )],
            )
            .await?;
        Ok(rows.into_iter().flatten().next().is_some())
    }

    /// Ends all unused links of a purpose for a subject.
    ///
    /// # Errors
    /// As above.
    pub async fn end_tokens(
        &self,
        purpose: &str,
        subject: [u8; 16],
        now: i64,
    ) -> Result<(), StoreError> {
        self.transact(
            "token",
            vec![(
                "UPDATE token SET used_at = $1 WHERE purpose = $2 AND subject = $3 AND used_at = 0"
                    .to_owned(),
                vec![now.into(), purpose.into(), subject.into()],
            )],
        )
        .await?;
        Ok(())
    }

    /// Uses a link up; `false` if somebody was first.
    ///
    /// # Errors
    /// As above.
    pub async fn use_token(&self, hash: &[u8; 32], now: i64) -> Result<bool, StoreError> {
        let rows = self
            .transact(
                "token",
                vec![(
                    "UPDATE token SET used_at = $1 WHERE hash = $2 AND used_at = 0 AND expires_at > $1 RETURNING tries"
                        .to_owned(),
                    vec![now.into(), (*hash).into()],
                )],
            )
            .await?;
        Ok(rows.into_iter().flatten().next().is_some())
    }

    /// Removes sessions that ended before `before`, and links that ended [`LINK_KEPT_US`] before that.
    ///
    /// # Errors
    /// As above.
    pub async fn sweep_people(&self, before: i64) -> Result<(), StoreError> {
        self.transact(
            "token",
            vec![
                (
                    "DELETE FROM token WHERE expires_at < $1".to_owned(),
                    vec![(before - LINK_KEPT_US).into()],
                ),
                (
                    "DELETE FROM session WHERE ends_at < $1".to_owned(),
                    vec![before.into()],
                ),
            ],
        )
        .await?;
        Ok(())
    }

    /// Writes a session.
    ///
    /// # Errors
    /// As above.
    pub async fn put_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        let table = &crate::schema::SESSION;
        self.transact(
            "session",
            vec![(
                format!(
                    "INSERT INTO session ({}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8){}",
                    table.column_list(),
                    table.on_conflict()
                ),
                vec![
                    session.hash.into(),
                    session.side.as_str().into(),
                    session.subject.into(),
                    session.strength.into(),
                    session.began_at.into(),
                    session.seen_at.into(),
                    session.stepped_at.into(),
                    session.ends_at.into(),
                ],
            )],
        )
        .await?;
        Ok(())
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

    /// Saves a draft.
    ///
    /// # Errors
    /// As above.
    pub async fn put_draft(&self, name: &str, draft: &DraftRow) -> Result<(), StoreError> {
        let table = &crate::schema::DRAFT;
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

    /// How far a person has read on a stream; 0 if never.
    ///
    /// # Errors
    /// As above.
    pub async fn looked(&self, person: PersonId, stream: StreamId) -> Result<u64, StoreError> {
        let rows = self
            .rows(
                "looked",
                "SELECT seq FROM looked WHERE person = $1 AND stream = $2",
                &[person.bytes().into(), stream.bytes().into()],
            )
            .await?;
        match rows.into_iter().next() {
            Some(mut row) => Ok(u64::try_from(row.int()?).unwrap_or(0)),
            None => Ok(0),
        }
    }

    /// How far a person has read on all streams.
    ///
    /// # Errors
    /// As above.
    pub async fn looked_all(
        &self,
        person: PersonId,
    ) -> Result<std::collections::HashMap<StreamId, u64>, StoreError> {
        let rows = self
            .rows(
                "looked",
                "SELECT stream, seq FROM looked WHERE person = $1",
                &[person.bytes().into()],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| {
                let stream = StreamId(Uuid::from_bytes(row.array()?));
                Ok((stream, u64::try_from(row.int()?).unwrap_or(0)))
            })
            .collect()
    }

    /// Notes how far a person has read.
    ///
    /// # Errors
    /// As above.
    pub async fn look(
        &self,
        person: PersonId,
        stream: StreamId,
        seq: u64,
        now: i64,
    ) -> Result<(), StoreError> {
        let table = &crate::schema::LOOKED;
        self.transact(
            "looked",
            vec![(
                format!(
                    "INSERT INTO looked ({}) VALUES ($1, $2, $3, $4){}",
                    table.column_list(),
                    table.on_conflict()
                ),
                vec![
                    person.bytes().into(),
                    stream.bytes().into(),
                    i64::try_from(seq).unwrap_or(i64::MAX).into(),
                    now.into(),
                ],
            )],
        )
        .await?;
        Ok(())
    }
}

fn token_row(mut row: crate::value::Row) -> Result<TokenRow, StoreError> {
    Ok(TokenRow {
        hash: row.array()?,
        purpose: row.text()?,
        subject: row.array()?,
        code: row.bytes()?,
        tries: row.u32()?,
        expires_at: row.int()?,
        used_at: row.int()?,
        sealed: row.bytes()?,
    })
}
