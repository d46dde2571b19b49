//! Links of one use, by their hash; the sweep of what has ended.

use crate::Store;
use crate::kernel::row::{Row, TableRow};
use crate::kernel::table::{Erasure, Kind, Mark, Table, Type, c};
use crate::kernel::value::{StoreError, Value};

/// Table `token`.
pub static TOKEN: Table = Table {
    name: "token",
    kind: Kind::Working,
    erasure: Erasure::Stays,
    columns: &[
        c("hash", Type::Bytes, Mark::Blind),
        c("purpose", Type::Text, Mark::Open),
        c("subject", Type::Bytes, Mark::Open),
        c("code", Type::Bytes, Mark::Blind),
        c("tries", Type::Int, Mark::Open),
        c("expires_at", Type::Int, Mark::Open),
        c("used_at", Type::Int, Mark::Open),
        c("sealed", Type::Bytes, Mark::Sealed),
    ],
    key: &["hash"],
};

/// How long the hash of a link that ran out is kept, µs: whoever holds the link may ask for a new one, which goes
/// to the registered address (docs/design/settled.md §1.14).
pub const LINK_KEPT_US: i64 = 365 * 86_400_000_000;

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

impl Row for TokenRow {
    fn table() -> &'static Table {
        &TOKEN
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.hash.into(),
            self.purpose.into(),
            self.subject.into(),
            self.code.into(),
            self.tries.into(),
            self.expires_at.into(),
            self.used_at.into(),
            self.sealed.into(),
        ]
    }
}

impl Store {
    /// Writes a link; older unused ones of the same purpose and subject end.
    ///
    /// # Errors
    /// As above.
    pub async fn put_token(&self, token: &TokenRow, now: i64) -> Result<(), StoreError> {
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
                TableRow::from(token.clone()).insert_new()?,
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

    /// Ends every session and every link at once. Who had a link is still known, so that a new one can be asked for.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_people(&self, now: i64) -> Result<(), StoreError> {
        self.transact(
            "people",
            vec![
                (
                    "UPDATE token SET expires_at = $1 WHERE expires_at > $1".to_owned(),
                    vec![now.into()],
                ),
                ("DELETE FROM session".to_owned(), vec![]),
            ],
        )
        .await?;
        Ok(())
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
}

fn token_row(mut row: crate::kernel::value::Cells) -> Result<TokenRow, StoreError> {
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
