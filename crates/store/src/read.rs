//! Reading: named functions, each with its SQL beside it.
//!
//! Whether a caller may see what it asks for is decided above; ids given here are internal and never come
//! from outside unchecked.

use domain::policy::class::Compartment;
use domain::value::{
    AdvisoryId, BodyId, CaseId, ParticipantId, PartyId, ReportId, StreamId, SubscriberId,
};
use seal::record::{Header, Realm};
use uuid::Uuid;

use crate::Store;
use crate::value::{Row, StoreError, Value};

/// A record as it stands in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    pub header: Header,
    pub payload: Vec<u8>,
    pub hash: Vec<u8>,
}

/// A sealed body with the key that opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBody {
    pub dossier: StreamId,
    pub compartment: i64,
    pub key: [u8; 16],
    pub sealed: Vec<u8>,
}

/// A wrapped compartment key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    pub id: [u8; 16],
    pub dossier: StreamId,
    pub compartment: i64,
    pub epoch: u32,
    pub wrapped: Vec<u8>,
}

/// An advisory that has a plan or a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvisoryRow {
    pub id: AdvisoryId,
    pub case: CaseId,
    pub number: String,
    pub revision: u32,
    pub first_at: i64,
    pub published_at: i64,
    pub plan: String,
    pub plan_at: i64,
    pub approvals: i64,
}

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

pub(crate) fn record(house: [u8; 16], row: &mut Row) -> Result<StoredRecord, StoreError> {
    let shape = || StoreError::Shape { table: "ledger" };
    let seq = u64::try_from(row.int()?).map_err(|_| shape())?;
    let recorded_at = row.int()?;
    let stream = row.array()?;
    let version = row.u32()?;
    let realm = u8::try_from(row.int()?)
        .ok()
        .and_then(Realm::from_code)
        .ok_or_else(shape)?;
    let key = row.array()?;
    let payload = row.bytes()?;
    let payload_hash = row.array()?;
    let previous = row.array()?;
    let hash = row.bytes()?;
    Ok(StoredRecord {
        header: Header {
            house,
            seq,
            recorded_at,
            stream,
            version,
            realm,
            key,
            payload: payload_hash,
            previous,
        },
        payload,
        hash,
    })
}

fn uuid(bytes: [u8; 16]) -> Uuid {
    Uuid::from_bytes(bytes)
}

fn stream_id(row: &mut Row) -> Result<StreamId, StoreError> {
    Ok(StreamId(uuid(row.array()?)))
}

impl Store {
    /// Records from position `from`, at most `limit`, in order.
    ///
    /// # Errors
    /// If the database fails or a row has another form; so for all functions here.
    pub async fn ledger(&self, from: u64, limit: u32) -> Result<Vec<StoredRecord>, StoreError> {
        let sql = "SELECT seq, recorded_at, stream, version, realm, key_id, payload, payload_hash, previous, hash FROM ledger WHERE seq >= $1 ORDER BY seq LIMIT $2";
        let rows = self
            .rows(
                "ledger",
                sql,
                &[
                    Value::Int(i64::try_from(from).unwrap_or(i64::MAX)),
                    limit.into(),
                ],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| record(self.house(), &mut row))
            .collect()
    }

    /// Records of one stream, in order.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn stream(&self, stream: StreamId) -> Result<Vec<StoredRecord>, StoreError> {
        let sql = "SELECT seq, recorded_at, stream, version, realm, key_id, payload, payload_hash, previous, hash FROM ledger WHERE stream = $1 ORDER BY version";
        let rows = self.rows("ledger", sql, &[stream.bytes().into()]).await?;
        rows.into_iter()
            .map(|mut row| record(self.house(), &mut row))
            .collect()
    }

    /// Position and time of the last record; 0 if there is none.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn ledger_end(&self) -> Result<(u64, i64), StoreError> {
        let rows = self
            .rows(
                "ledger",
                "SELECT seq, recorded_at FROM ledger ORDER BY seq DESC LIMIT 1",
                &[],
            )
            .await?;
        match rows.into_iter().next() {
            Some(mut row) => Ok((u64::try_from(row.int()?).unwrap_or(0), row.int()?)),
            None => Ok((0, 0)),
        }
    }

    /// Facts of a stream: dossier and realm.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn stream_facts(
        &self,
        stream: StreamId,
    ) -> Result<Option<(u32, StreamId, u8)>, StoreError> {
        let rows = self
            .rows(
                "stream",
                "SELECT version, dossier, realm FROM stream WHERE id = $1",
                &[stream.bytes().into()],
            )
            .await?;
        match rows.into_iter().next() {
            Some(mut row) => Ok(Some((
                row.u32()?,
                stream_id(&mut row)?,
                u8::try_from(row.int()?).unwrap_or(0),
            ))),
            None => Ok(None),
        }
    }

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
                dossier: stream_id(&mut row)?,
                compartment: row.int()?,
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
                &[
                    dossier.bytes().into(),
                    i64::from(compartment_code(compartment)).into(),
                ],
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

    /// A published file's bytes.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn file(&self, sha256: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        let rows = self
            .rows(
                "file",
                "SELECT bytes FROM file WHERE sha256 = $1",
                &[(*sha256).into()],
            )
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| row.bytes())
            .transpose()
    }

    /// The stream that holds a number, by its digits.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn by_number(&self, digits: &str) -> Result<Option<(String, StreamId)>, StoreError> {
        let rows = self
            .rows(
                "number",
                "SELECT series, stream FROM number WHERE digits = $1",
                &[digits.into()],
            )
            .await?;
        match rows.into_iter().next() {
            Some(mut row) => Ok(Some((row.text()?, stream_id(&mut row)?))),
            None => Ok(None),
        }
    }

    /// Participants of a case, in the order in which they joined.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn participants(
        &self,
        case: CaseId,
    ) -> Result<Vec<(ParticipantId, PartyId)>, StoreError> {
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
                    ParticipantId(uuid(row.array()?)),
                    PartyId(uuid(row.array()?)),
                ))
            })
            .collect()
    }

    /// Parties whose folded name is `name` in either language.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn parties_named(&self, name: &str) -> Result<Vec<PartyId>, StoreError> {
        let name = domain::party::folded(name);
        let rows = self
            .rows(
                "party",
                "SELECT id FROM party WHERE folded_en = $1 OR folded_ja = $1 ORDER BY id",
                &[name.into()],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| Ok(PartyId(uuid(row.array()?))))
            .collect()
    }

    /// The advisory of a case.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn advisory_of(&self, case: CaseId) -> Result<Option<AdvisoryId>, StoreError> {
        let rows = self
            .rows(
                "advisory",
                "SELECT id FROM advisory WHERE case_id = $1 ORDER BY id",
                &[case.bytes().into()],
            )
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| Ok(AdvisoryId(uuid(row.array()?))))
            .transpose()
    }

    /// All advisories, in the order of their ids.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn advisories(&self) -> Result<Vec<AdvisoryRow>, StoreError> {
        let sql = "SELECT id, case_id, number, revision, first_at, published_at, plan, plan_at, approvals FROM advisory ORDER BY id";
        let rows = self.rows("advisory", sql, &[]).await?;
        rows.into_iter()
            .map(|mut row| {
                Ok(AdvisoryRow {
                    id: AdvisoryId(uuid(row.array()?)),
                    case: CaseId(uuid(row.array()?)),
                    number: row.text()?,
                    revision: row.u32()?,
                    first_at: row.int()?,
                    published_at: row.int()?,
                    plan: row.text()?,
                    plan_at: row.int()?,
                    approvals: row.int()?,
                })
            })
            .collect()
    }

    /// Ids of all streams of a kind, in their order.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn streams_of(&self, kind: &str) -> Result<Vec<StreamId>, StoreError> {
        let rows = self
            .rows(
                "stream",
                "SELECT id FROM stream WHERE kind = $1 ORDER BY id",
                &[kind.into()],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| stream_id(&mut row))
            .collect()
    }

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
            .map(|mut row| Ok(ReportId(uuid(row.array()?))))
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
            .map(|mut row| Ok(ReportId(uuid(row.array()?))))
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
            .map(|mut row| Ok(ReportId(uuid(row.array()?))))
            .collect()
    }

    /// Subscribers to be told of an advisory that names these vendors and products (folded names).
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn subscribers_for(
        &self,
        vendors: &[String],
        products: &[String],
    ) -> Result<Vec<SubscriberId>, StoreError> {
        let rows = self
            .rows(
                "subscriber",
                "SELECT id, scope, target FROM subscriber WHERE active = 1 ORDER BY id",
                &[],
            )
            .await?;
        let mut out = Vec::new();
        for mut row in rows {
            let id = SubscriberId(uuid(row.array()?));
            let (scope, target) = (row.text()?, row.text()?);
            let wanted = match scope.as_str() {
                "all" => true,
                "vendor" => vendors.contains(&target),
                _ => products.contains(&target),
            };
            if wanted {
                out.push(id);
            }
        }
        Ok(out)
    }

    /// The subscriber of an unsubscribe reference.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn subscriber_by_reference(
        &self,
        reference: &str,
    ) -> Result<Option<SubscriberId>, StoreError> {
        let reference = seal::hex(&seal::sha256(reference.as_bytes()));
        let rows = self
            .rows(
                "subscriber",
                "SELECT id FROM subscriber WHERE reference = $1",
                &[reference.into()],
            )
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| Ok(SubscriberId(uuid(row.array()?))))
            .transpose()
    }

    /// Leaves of the archive log, in order.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn leaves(&self) -> Result<Vec<String>, StoreError> {
        let rows = self
            .rows("leaf", "SELECT bytes FROM leaf ORDER BY seq, at", &[])
            .await?;
        rows.into_iter().map(|mut row| row.text()).collect()
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

    /// How many rows a table of this list has, for summaries.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn count(&self, table: &'static crate::schema::Table) -> Result<i64, StoreError> {
        let rows = self
            .transact(
                table.name,
                vec![(format!("SELECT count(*) FROM {}", table.name), vec![])],
            )
            .await?;
        rows.into_iter()
            .flatten()
            .next()
            .ok_or(StoreError::Shape { table: table.name })?
            .int()
    }
}

fn stored_key(row: &mut Row) -> Result<StoredKey, StoreError> {
    Ok(StoredKey {
        id: row.array()?,
        dossier: stream_id(row)?,
        compartment: row.int()?,
        epoch: row.u32()?,
        wrapped: row.bytes()?,
    })
}

impl Store {
    /// Live cases whose embargo is in force and whose date has passed without a plan that waits.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn embargoes_over(&self, now: i64, quorum: u8) -> Result<Vec<CaseId>, StoreError> {
        let sql = "SELECT c.id FROM case_file c WHERE c.realm = 0 AND c.embargo IN ('A', 'R') AND c.until > 0 AND c.until <= $1
                   AND NOT EXISTS (SELECT 1 FROM advisory a WHERE a.case_id = c.id AND a.plan <> '' AND a.approvals >= $2) ORDER BY c.id";
        let rows = self
            .rows(
                "case_file",
                sql,
                &[Value::Int(now), Value::Int(i64::from(quorum))],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| Ok(CaseId(uuid(row.array()?))))
            .collect()
    }
}
