//! Bodies and the wrapped keys of compartments.
//!
//! Both are ciphertext here: what opens them lies outside the database.

use domain::text::class::Compartment;
use domain::value::{BodyId, StreamId};

use super::row::Row;
use super::table::{Erasure, Kind, Mark, Table, Type, c};
use super::value::{Cells, StoreError, Value};
use crate::Store;

/// Table `body`.
pub static BODY: Table = Table {
    name: "body",
    kind: Kind::Truth,
    erasure: Erasure::Shut,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("dossier", Type::Bytes, Mark::Open),
        c("compartment", Type::Int, Mark::Open),
        c("key_id", Type::Bytes, Mark::Open),
        c("realm", Type::Int, Mark::Open),
        c("sealed", Type::Bytes, Mark::Sealed),
    ],
    key: &["id"],
};

/// Table `sealed_key`.
pub static SEALED_KEY: Table = Table {
    name: "sealed_key",
    kind: Kind::Truth,
    erasure: Erasure::Removed,
    columns: &[
        c("key_id", Type::Bytes, Mark::Open),
        c("recipient_kind", Type::Text, Mark::Open),
        c("recipient", Type::Bytes, Mark::Open),
        c("dossier", Type::Bytes, Mark::Open),
        c("compartment", Type::Int, Mark::Open),
        c("epoch", Type::Int, Mark::Open),
        c("wrapped", Type::Bytes, Mark::Sealed),
    ],
    key: &["key_id", "recipient_kind", "recipient"],
};

/// A sealed body with the key that opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBody {
    pub dossier: StreamId,
    pub compartment: Compartment,
    pub key: [u8; 16],
    pub sealed: Vec<u8>,
}

/// A row of `body`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyRow {
    pub id: BodyId,
    /// 0 live, 1 exercise.
    pub realm: u8,
    pub body: StoredBody,
}

impl Row for BodyRow {
    fn table() -> &'static Table {
        &BODY
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.id.bytes().into(),
            self.body.dossier.bytes().into(),
            compartment_code(self.body.compartment).into(),
            self.body.key.into(),
            self.realm.into(),
            self.body.sealed.into(),
        ]
    }
}

/// A wrapped compartment key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    pub id: [u8; 16],
    pub dossier: StreamId,
    pub compartment: Compartment,
    pub epoch: u32,
    pub wrapped: Vec<u8>,
}

/// A row of `sealed_key`: a key that the house itself can unwrap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseKeyRow {
    pub house: [u8; 16],
    pub key: StoredKey,
}

impl Row for HouseKeyRow {
    fn table() -> &'static Table {
        &SEALED_KEY
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.key.id.into(),
            "house".into(),
            self.house.into(),
            self.key.dossier.bytes().into(),
            compartment_code(self.key.compartment).into(),
            self.key.epoch.into(),
            self.key.wrapped.into(),
        ]
    }
}

const COMPARTMENTS: [Compartment; 5] = [
    Compartment::Frame,
    Compartment::Text,
    Compartment::Exploit,
    Compartment::Identity,
    Compartment::Raw,
];

/// Number of a compartment in the database.
#[must_use]
pub const fn compartment_code(compartment: Compartment) -> u8 {
    match compartment {
        Compartment::Frame => 0,
        Compartment::Text => 1,
        Compartment::Exploit => 2,
        Compartment::Identity => 3,
        Compartment::Raw => 4,
    }
}

impl Store {
    /// A sealed body.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn body(&self, id: BodyId) -> Result<Option<StoredBody>, StoreError> {
        let rows = self
            .rows(
                "body",
                "SELECT dossier, compartment, key_id, sealed FROM body WHERE id = $1",
                &[id.bytes().into()],
            )
            .await?;
        match rows.into_iter().next() {
            Some(mut row) => Ok(Some(StoredBody {
                dossier: StreamId::from_bytes(row.array()?),
                compartment: compartment(&mut row)?,
                key: row.array()?,
                sealed: row.bytes()?,
            })),
            None => Ok(None),
        }
    }

    /// The wrapped key of a dossier's compartment.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn compartment_key(
        &self,
        dossier: StreamId,
        compartment: Compartment,
    ) -> Result<Option<StoredKey>, StoreError> {
        let sql = "SELECT key_id, dossier, compartment, epoch, wrapped FROM sealed_key WHERE dossier = $1 AND compartment = $2 AND recipient_kind = 'house'";
        let rows = self
            .rows(
                "sealed_key",
                sql,
                &[dossier.bytes().into(), compartment_code(compartment).into()],
            )
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| stored_key(&mut row))
            .transpose()
    }

    /// A wrapped key by its id.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn key(&self, id: [u8; 16]) -> Result<Option<StoredKey>, StoreError> {
        let sql = "SELECT key_id, dossier, compartment, epoch, wrapped FROM sealed_key WHERE key_id = $1 AND recipient_kind = 'house'";
        let rows = self.rows("sealed_key", sql, &[id.into()]).await?;
        rows.into_iter()
            .next()
            .map(|mut row| stored_key(&mut row))
            .transpose()
    }

    /// All wrapped keys.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        let rows = self.rows("sealed_key", "SELECT key_id, dossier, compartment, epoch, wrapped FROM sealed_key WHERE recipient_kind = 'house'", &[]).await?;
        rows.into_iter()
            .map(|mut row| stored_key(&mut row))
            .collect()
    }

    /// Removes one compartment's wrapped keys and puts the re-wrapped others in place, in one transaction
    /// (docs/design/security.md §2.2).
    ///
    /// # Errors
    /// If the database fails.
    pub async fn rewrap(
        &self,
        erased: &[[u8; 16]],
        rewrapped: &[StoredKey],
    ) -> Result<(), StoreError> {
        let mut statements: Vec<(String, Vec<Value>)> = erased
            .iter()
            .map(|id| {
                (
                    "DELETE FROM sealed_key WHERE key_id = $1".to_owned(),
                    vec![(*id).into()],
                )
            })
            .collect();
        for key in rewrapped {
            statements.push((
                "UPDATE sealed_key SET epoch = $1, wrapped = $2 WHERE key_id = $3 AND recipient_kind = 'house'".to_owned(),
                vec![key.epoch.into(), key.wrapped.clone().into(), key.id.into()],
            ));
        }
        self.transact("sealed_key", statements).await?;
        Ok(())
    }
}

fn compartment(row: &mut Cells) -> Result<Compartment, StoreError> {
    let code = row.u8()?;
    COMPARTMENTS
        .into_iter()
        .find(|one| compartment_code(*one) == code)
        .ok_or(StoreError::Shape { table: row.table })
}

fn stored_key(row: &mut Cells) -> Result<StoredKey, StoreError> {
    Ok(StoredKey {
        id: row.array()?,
        dossier: StreamId::from_bytes(row.array()?),
        compartment: compartment(row)?,
        epoch: row.u32()?,
        wrapped: row.bytes()?,
    })
}
