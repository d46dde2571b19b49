//! Persons of the house: what they sign in with, their approval keys, how far somebody has read; and, in files of
//! their own, sessions, links of one use and drafts.
//!
//! Knows no password, no link and no code: only their hashes. Whether somebody may do something is decided above.

mod drafts;
mod sessions;
mod tokens;

use std::collections::HashMap;

use domain::value::{PersonId, StreamId};

use crate::Store;
use crate::kernel::table::{Kind, Mark, Table, Type, c};
use crate::kernel::value::StoreError;

pub use drafts::{DRAFT, DraftRow};
pub use sessions::{SESSION, SessionRow};
pub use tokens::{LINK_KEPT_US, TOKEN, TokenRow};

/// Table `credential`.
pub static CREDENTIAL: Table = Table {
    name: "credential",
    kind: Kind::Truth,
    columns: &[
        c("person", Type::Bytes, Mark::Open),
        c("memory_kib", Type::Int, Mark::Open),
        c("passes", Type::Int, Mark::Open),
        c("salt", Type::Bytes, Mark::Open),
        c("verifier", Type::Bytes, Mark::Blind),
        c("since", Type::Int, Mark::Open),
    ],
    key: &["person"],
};

/// Table `approver`.
pub static APPROVER: Table = Table {
    name: "approver",
    kind: Kind::Truth,
    columns: &[
        c("person", Type::Bytes, Mark::Open),
        c("public_key", Type::Bytes, Mark::Open),
        c("memory_kib", Type::Int, Mark::Open),
        c("passes", Type::Int, Mark::Open),
        c("salt", Type::Bytes, Mark::Open),
        c("sealed", Type::Bytes, Mark::Sealed),
        c("since", Type::Int, Mark::Open),
        c("founding", Type::Int, Mark::Open),
    ],
    key: &["person"],
};

/// Table `looked`.
pub static LOOKED: Table = Table {
    name: "looked",
    kind: Kind::Working,
    columns: &[
        c("person", Type::Bytes, Mark::Open),
        c("stream", Type::Bytes, Mark::Open),
        c("seq", Type::Int, Mark::Open),
        c("at", Type::Int, Mark::Open),
    ],
    key: &["person", "stream"],
};

/// What a person signs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    pub memory_kib: u32,
    pub passes: u32,
    pub salt: Vec<u8>,
    pub verifier: Vec<u8>,
    pub since: i64,
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

    /// Approval keys of all approvers.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn approval_key(
        &self,
        person: [u8; 16],
    ) -> Result<Option<seal::approval::SealedKey>, StoreError> {
        let rows = self.rows("approver", "SELECT public_key, memory_kib, passes, salt, sealed FROM approver WHERE person = $1", &[person.into()]).await?;
        match rows.into_iter().next() {
            Some(mut row) => Ok(Some(seal::approval::SealedKey {
                public: row.array()?,
                cost: seal::approval::Cost {
                    memory_kib: row.u32()?,
                    passes: row.u32()?,
                },
                salt: row.array()?,
                sealed: row.bytes()?,
            })),
            None => Ok(None),
        }
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
    pub async fn looked_all(&self, person: PersonId) -> Result<HashMap<StreamId, u64>, StoreError> {
        let rows = self
            .rows(
                "looked",
                "SELECT stream, seq FROM looked WHERE person = $1",
                &[person.bytes().into()],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| {
                let stream = StreamId::from_bytes(row.array()?);
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
        let table = &LOOKED;
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
