//! Persons of the house: what they sign in with, their approval keys, how far somebody has read; and, in files of
//! their own, sessions, links of one use and drafts.
//!
//! Knows no password, no link and no code: only their hashes. Whether somebody may do something is decided above.

mod drafts;
mod sessions;
mod tokens;

use std::collections::HashMap;

use domain::value::{PersonId, StreamId};
use seal::approval::{Cost, SealedKey};

use crate::Store;
use crate::kernel::row::Row;
use crate::kernel::table::{Erasure, Kind, Mark, Table, Type, c};
use crate::kernel::value::{Cells, StoreError, Value};

pub use drafts::{DRAFT, DraftRow, NamedDraft};
pub use sessions::{SESSION, SessionRow};
pub use tokens::{LINK_KEPT_US, TOKEN, TokenRow};

/// Table `credential`.
pub static CREDENTIAL: Table = Table {
    name: "credential",
    kind: Kind::Truth,
    erasure: Erasure::Stays,
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
    erasure: Erasure::Stays,
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

/// Table `offered_key`.
pub static OFFERED_KEY: Table = Table {
    name: "offered_key",
    kind: Kind::Working,
    erasure: Erasure::Stays,
    columns: &[
        c("person", Type::Bytes, Mark::Open),
        c("public_key", Type::Bytes, Mark::Open),
        c("memory_kib", Type::Int, Mark::Open),
        c("passes", Type::Int, Mark::Open),
        c("salt", Type::Bytes, Mark::Open),
        c("sealed", Type::Bytes, Mark::Sealed),
    ],
    key: &["person"],
};

/// Table `looked`.
pub static LOOKED: Table = Table {
    name: "looked",
    kind: Kind::Working,
    erasure: Erasure::Stays,
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

/// A row of `credential`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRow {
    pub person: PersonId,
    pub credential: Credential,
}

impl Row for CredentialRow {
    fn table() -> &'static Table {
        &CREDENTIAL
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.person.bytes().into(),
            self.credential.memory_kib.into(),
            self.credential.passes.into(),
            self.credential.salt.into(),
            self.credential.verifier.into(),
            self.credential.since.into(),
        ]
    }
}

/// A row of `approver`.
#[derive(Clone, Debug)]
pub struct ApproverRow {
    pub person: PersonId,
    pub key: SealedKey,
    pub since: i64,
    pub founding: bool,
}

impl Row for ApproverRow {
    fn table() -> &'static Table {
        &APPROVER
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.person.bytes().into(),
            self.key.public.into(),
            self.key.cost.memory_kib.into(),
            self.key.cost.passes.into(),
            self.key.salt.into(),
            self.key.sealed.into(),
            self.since.into(),
            self.founding.into(),
        ]
    }
}

/// A row of `offered_key`: an approval key that waits for those who may approve.
#[derive(Clone, Debug)]
pub struct OfferedKeyRow {
    pub person: PersonId,
    pub key: SealedKey,
}

impl Row for OfferedKeyRow {
    fn table() -> &'static Table {
        &OFFERED_KEY
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.person.bytes().into(),
            self.key.public.into(),
            self.key.cost.memory_kib.into(),
            self.key.cost.passes.into(),
            self.key.salt.into(),
            self.key.sealed.into(),
        ]
    }
}

/// A row of `looked`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookedRow {
    pub person: PersonId,
    pub stream: StreamId,
    pub seq: u64,
    pub at: i64,
}

impl Row for LookedRow {
    fn table() -> &'static Table {
        &LOOKED
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.person.bytes().into(),
            self.stream.bytes().into(),
            self.seq.into(),
            self.at.into(),
        ]
    }
}

/// Takes the first row as a key under its password.
fn sealed_key(rows: Vec<Cells>) -> Result<Option<SealedKey>, StoreError> {
    let Some(mut row) = rows.into_iter().next() else {
        return Ok(None);
    };
    Ok(Some(SealedKey {
        public: row.array()?,
        cost: Cost {
            memory_kib: row.u32()?,
            passes: row.u32()?,
        },
        salt: row.array()?,
        sealed: row.bytes()?,
    }))
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

    /// The approval key of a person.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn approval_key(&self, person: [u8; 16]) -> Result<Option<SealedKey>, StoreError> {
        let sql =
            "SELECT public_key, memory_kib, passes, salt, sealed FROM approver WHERE person = $1";
        sealed_key(self.rows("approver", sql, &[person.into()]).await?)
    }

    /// The key that a person has drawn and nobody has taken in yet, or the last that was.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn offered_key(&self, person: [u8; 16]) -> Result<Option<SealedKey>, StoreError> {
        let sql = "SELECT public_key, memory_kib, passes, salt, sealed FROM offered_key WHERE person = $1";
        sealed_key(self.rows("offered_key", sql, &[person.into()]).await?)
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
            Some(mut row) => row.u64(),
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
                Ok((stream, row.u64()?))
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
        self.put(LookedRow {
            person,
            stream,
            seq,
            at: now,
        })
        .await
    }
}
