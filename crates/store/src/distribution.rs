//! Copies on their way: claimed, sent, settled; every step is a durable row. Subscribers stand in a file of their own.
//!
//! A copy is one row of `delivery`. Which states there are and what leads from one to another is asked of
//! [`domain::distribution`]: no statement names a state by itself. A claim is a lease: a copy whose sender died comes
//! back when the lease runs out, under the same Message-ID.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::distribution::{CopyState, Happening};
use domain::value::{AdvisoryId, CopyChannel, SubscriberId};

mod subscriber;

pub use subscriber::{Reader, SUBSCRIBER, SubscriberRow};

use crate::Awaited;
use crate::Store;
use crate::kernel::asked::Viewer;
use crate::kernel::open::Engine;
use crate::kernel::row::{Row, TableRow};
use crate::kernel::table::{Erasure, Kind, Mark, Table, Type, c};
use crate::kernel::value::{Cells, StoreError, Value};

/// Table `delivery`.
pub static DELIVERY: Table = Table {
    name: "delivery",
    kind: Kind::Truth,
    erasure: Erasure::Stays,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("advisory", Type::Bytes, Mark::Open),
        c("revision", Type::Int, Mark::Open),
        c("subscriber", Type::Bytes, Mark::Open),
        c("channel", Type::Text, Mark::Open),
        c("reference", Type::Text, Mark::Blind),
        c("state", Type::Text, Mark::Open),
        c("attempts", Type::Int, Mark::Open),
        c("next_at", Type::Int, Mark::Open),
        c("deadline", Type::Int, Mark::Open),
        c("changed_at", Type::Int, Mark::Open),
        c("detail", Type::Int, Mark::Open),
        c("realm", Type::Int, Mark::Open),
        c("date_at", Type::Int, Mark::Open),
        c("reference_sealed", Type::Bytes, Mark::Sealed),
        c("codes_generation", Type::Int, Mark::Open),
    ],
    key: &["id"],
};

/// Where the state stands among the columns of `delivery`.
const STATE_AT: usize = 6;
/// Generation of the house's code key that makes references and codes; there has been one.
const CODES_GENERATION: u32 = 1;

/// The reference of a copy as its row keeps it. Whoever knows one can say that the copy was received, so a row holds its
/// hash, by which it is found, and beside it the reference as the house sealed it. Rows of schema 9 and before hold it
/// in clear until the house is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    stands: String,
    sealed: Vec<u8>,
}

impl Kept {
    /// Of a reference and of what the house sealed it to, which is never empty.
    #[must_use]
    pub fn sealed(reference: &str, sealed: Vec<u8>) -> Kept {
        Kept {
            stands: hashed(reference),
            sealed,
        }
    }

    /// Returns the sealed reference, or the one of an older row, which stands in clear.
    pub fn get(&self) -> Result<&[u8], &str> {
        if self.sealed.is_empty() {
            return Err(&self.stands);
        }
        Ok(&self.sealed)
    }
}

fn hashed(reference: &str) -> String {
    seal::hex(&seal::sha256(reference.as_bytes()))
}

/// One copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    pub id: [u8; 16],
    pub advisory: AdvisoryId,
    pub revision: u32,
    pub subscriber: SubscriberId,
    pub channel: CopyChannel,
    pub reference: Kept,
    pub state: CopyState,
    pub attempts: u32,
    pub deadline: i64,
    pub realm: u8,
    /// Date of its mail, the same at every try, µs; copies that were made before schema 4 have none.
    pub date_at: Option<i64>,
}

/// A row of `delivery`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    pub copy: Copy,
    pub next_at: i64,
    pub changed_at: i64,
    /// SMTP code of the last answer, 0 without one.
    pub detail: i64,
}

impl Row for DeliveryRow {
    fn table() -> &'static Table {
        &DELIVERY
    }

    fn values(self) -> Vec<Value> {
        vec![
            self.copy.id.into(),
            self.copy.advisory.bytes().into(),
            self.copy.revision.into(),
            self.copy.subscriber.bytes().into(),
            self.copy.channel.name().into(),
            self.copy.reference.stands.into(),
            self.copy.state.name().into(),
            self.copy.attempts.into(),
            self.next_at.into(),
            self.copy.deadline.into(),
            self.changed_at.into(),
            self.detail.into(),
            self.copy.realm.into(),
            self.copy.date_at.unwrap_or(0).into(),
            self.copy.reference.sealed.into(),
            CODES_GENERATION.into(),
        ]
    }
}

/// What happened to a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub id: [u8; 16],
    pub happened: Happening,
    pub next_at: i64,
    /// SMTP code of the last answer, 0 without one.
    pub detail: i64,
}

/// Which copies that reached nobody are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// One, by its id.
    Copy([u8; 16]),
    /// All of a revision.
    Revision(AdvisoryId, u32),
}

/// A copy that reached nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadCopy {
    pub id: [u8; 16],
    pub advisory: AdvisoryId,
    pub revision: u32,
    pub subscriber: SubscriberId,
    pub reference: Kept,
    pub state: CopyState,
    pub changed_at: i64,
    /// SMTP code of the last answer, 0 without one.
    pub detail: i64,
}

fn state(row: &mut Cells) -> Result<CopyState, StoreError> {
    row.word(CopyState::named)
}

fn kept(row: &mut Cells) -> Result<Kept, StoreError> {
    Ok(Kept {
        stands: row.text()?,
        sealed: row.bytes()?,
    })
}

fn copy(row: &mut Cells) -> Result<Copy, StoreError> {
    Ok(Copy {
        id: row.array()?,
        advisory: AdvisoryId::from_bytes(row.array()?),
        revision: row.u32()?,
        subscriber: SubscriberId::from_bytes(row.array()?),
        channel: row.word(CopyChannel::named)?,
        reference: kept(row)?,
        state: state(row)?,
        attempts: row.u32()?,
        deadline: row.int()?,
        realm: row.u8()?,
        date_at: Some(row.int()?).filter(|at| *at != 0),
    })
}

/// Renders the rows to which something can happen, as a condition. The domain's names hold nothing that SQL reads.
fn can(happening: Happening) -> String {
    let names: Vec<String> = happening
        .may_follow()
        .iter()
        .map(|state| format!("'{}'", state.name()))
        .collect();
    format!("state IN ({})", names.join(", "))
}

/// The instant of the next copy of a channel that can be claimed.
static NEXT: LazyLock<String> = LazyLock::new(|| {
    let can = can(Happening::Claimed);
    format!("SELECT next_at FROM delivery WHERE channel = $1 AND {can} ORDER BY next_at LIMIT 1")
});

/// Brings a row of schema 3 or before to this program's columns, as the migration does.
///
/// # Errors
/// [`StoreError::Shape`] if its state is none of those that there were.
pub(crate) fn of_schema_3(mut values: Vec<Value>) -> Result<Vec<Value>, StoreError> {
    let shape = || StoreError::Shape {
        table: DELIVERY.name,
    };
    let state = values.get_mut(STATE_AT).ok_or_else(shape)?;
    let Value::Int(number) = *state else {
        return Err(shape());
    };
    let named = CopyState::of_number(number).ok_or_else(shape)?;
    *state = named.name().into();
    values.extend([
        Value::Int(0),
        Value::Bytes(Vec::new()),
        CODES_GENERATION.into(),
    ]);
    Ok(values)
}

impl Store {
    /// Takes up to `limit` copies of a channel that are due and marks them as being sent until `lease`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn claim_copies(
        &self,
        channel: CopyChannel,
        now: i64,
        lease: i64,
        limit: u32,
    ) -> Result<Vec<Copy>, StoreError> {
        let lock = if matches!(self.engine, Engine::Postgres(_)) {
            " FOR UPDATE SKIP LOCKED"
        } else {
            ""
        };
        let claimed = Happening::Claimed;
        let can = can(claimed);
        let sql = format!(
            "UPDATE delivery SET state = $1, next_at = $2, attempts = attempts + 1, changed_at = $3
             WHERE id IN (SELECT id FROM delivery WHERE channel = $4 AND {can} AND next_at <= $3 ORDER BY next_at LIMIT $5{lock})
             RETURNING id, advisory, revision, subscriber, channel, reference, reference_sealed, state, attempts, deadline, realm, date_at"
        );
        let values = vec![
            claimed.leads_to().name().into(),
            lease.into(),
            now.into(),
            channel.name().into(),
            limit.into(),
        ];
        let rows = self.transact("delivery", vec![(sql, values)]).await?;
        let mut out = rows
            .into_iter()
            .flatten()
            .map(|mut row| copy(&mut row))
            .collect::<Result<Vec<_>, _>>()?;
        out.sort_by_key(|c| c.id);
        Ok(out)
    }

    /// Records what happened to copies. What cannot happen to a copy any more leaves it as it is: a sender whose lease
    /// ran out may report late.
    ///
    /// # Errors
    /// If the database fails.
    pub fn settle_copies<'a>(
        &'a self,
        settled: &'a [Settled],
        now: i64,
    ) -> Awaited<'a, Result<(), StoreError>> {
        Box::pin(async move {
            if settled.is_empty() {
                return Ok(());
            }
            match &self.engine {
                Engine::Sqlite(_) => self.settle_sqlite(settled, now).await,
                Engine::Postgres(postgres) => {
                    let names = |states: &[CopyState]| {
                        let names: Vec<&str> = states.iter().map(|state| state.name()).collect();
                        names.join(",")
                    };
                    let ids: Vec<Vec<u8>> = settled.iter().map(|s| s.id.to_vec()).collect();
                    let states: Vec<String> = settled
                        .iter()
                        .map(|s| s.happened.leads_to().name().to_owned())
                        .collect();
                    let cans: Vec<String> = settled
                        .iter()
                        .map(|s| names(s.happened.may_follow()))
                        .collect();
                    let nexts: Vec<i64> = settled.iter().map(|s| s.next_at).collect();
                    let details: Vec<i64> = settled.iter().map(|s| s.detail).collect();
                    sqlx::query(
                    "UPDATE delivery d SET state = x.state, next_at = x.next_at, detail = x.detail, changed_at = $6
                     FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS x(id, state, can, next_at, detail)
                     WHERE d.id = x.id AND d.state = ANY(string_to_array(x.can, ','))",
                )
                .bind(ids)
                .bind(states)
                .bind(cans)
                .bind(nexts)
                .bind(details)
                .bind(now)
                .execute(postgres.pool())
                .await
                .map_err(|source| StoreError::Postgres { doing: "settling copies", source })?;
                    Ok(())
                }
            }
        })
    }

    async fn settle_sqlite(&self, settled: &[Settled], now: i64) -> Result<(), StoreError> {
        let statements = settled
            .iter()
            .map(|s| {
                let can = can(s.happened);
                (
                    format!("UPDATE delivery SET state = $1, next_at = $2, detail = $3, changed_at = $4 WHERE id = $5 AND {can}"),
                    vec![
                        s.happened.leads_to().name().into(),
                        s.next_at.into(),
                        s.detail.into(),
                        now.into(),
                        s.id.into(),
                    ],
                )
            })
            .collect();
        self.transact("delivery", statements).await?;
        Ok(())
    }

    /// Queues copies again that reached nobody: one by its id, or all of a revision. They are tried from now to a new
    /// deadline, as the copies that they were.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn queue_again(
        &self,
        wanted: Undelivered,
        now: i64,
        deadline: i64,
    ) -> Result<u64, StoreError> {
        let can = can(Happening::QueuedAgain);
        let (these, of, revision) = match wanted {
            Undelivered::Copy(id) => ("id = $5 AND revision >= $6", id, 0),
            Undelivered::Revision(advisory, revision) => (
                "advisory = $5 AND revision = $6",
                advisory.bytes(),
                revision,
            ),
        };
        let state = Happening::QueuedAgain.leads_to().name();
        let sql = format!(
            "UPDATE delivery SET state = $1, next_at = $2, deadline = $3, attempts = 0, changed_at = $2,
             date_at = CASE WHEN date_at = 0 THEN deadline - $4 ELSE date_at END WHERE {these} AND {can} RETURNING id"
        );
        let values = vec![
            state.into(),
            now.into(),
            deadline.into(),
            // A copy from before schema 4 keeps the Date that followed from its deadline.
            (deadline - now).into(),
            of.into(),
            i64::from(revision).into(),
        ];
        let rows = self.transact("delivery", vec![(sql, values)]).await?;
        Ok(rows.iter().map(|rows| rows.len() as u64).sum())
    }

    /// Finds a copy by the reference of its Message-ID or envelope.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn copy_by_reference(
        &self,
        viewer: Viewer,
        reference: &str,
    ) -> Result<Option<Copy>, StoreError> {
        let sql = "SELECT id, advisory, revision, subscriber, channel, reference, reference_sealed, state, attempts, deadline, realm, date_at FROM delivery WHERE (reference = $1 AND reference_sealed <> $2) OR (reference = $3 AND reference_sealed = $2)";
        // What stands in a row that keeps a hash is no reference of anything.
        let values = [
            hashed(reference).into(),
            Value::Bytes(Vec::new()),
            reference.into(),
        ];
        let rows = self.rows("delivery", sql, &values).await?;
        let found: Result<Option<Copy>, StoreError> = rows
            .into_iter()
            .next()
            .map(|mut row| copy(&mut row))
            .transpose();
        Ok(found?.filter(|copy| viewer.is_bearer() || viewer.sees_subscriber(copy.subscriber)))
    }

    /// Up to `limit` copies of an older program whose references stand in clear, by their ids.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn references_in_clear(
        &self,
        limit: u32,
    ) -> Result<Vec<([u8; 16], String)>, StoreError> {
        let sql = "SELECT id, reference FROM delivery WHERE reference_sealed = $1 LIMIT $2";
        let values = [Value::Bytes(Vec::new()), limit.into()];
        let rows = self.rows("delivery", sql, &values).await?;
        rows.into_iter()
            .map(|mut row| Ok((row.array()?, row.text()?)))
            .collect()
    }

    /// Puts hash and sealed reference in the place of those that stood in clear.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn keep_references(&self, kept: Vec<([u8; 16], Kept)>) -> Result<(), StoreError> {
        let sql = "UPDATE delivery SET reference = $1, reference_sealed = $2 WHERE id = $3 AND reference_sealed = $4";
        let statements = kept.into_iter().map(|(id, kept)| {
            let values = vec![
                kept.stands.into(),
                kept.sealed.into(),
                id.into(),
                Value::Bytes(Vec::new()),
            ];
            (sql.to_owned(), values)
        });
        self.transact("delivery", statements.collect()).await?;
        Ok(())
    }

    /// All copies of one revision, in the order of their ids.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn copies(
        &self,
        viewer: Viewer,
        advisory: AdvisoryId,
        revision: u32,
    ) -> Result<Vec<Copy>, StoreError> {
        let sql = "SELECT id, advisory, revision, subscriber, channel, reference, reference_sealed, state, attempts, deadline, realm, date_at FROM delivery WHERE advisory = $1 AND revision = $2 ORDER BY id";
        let rows = self
            .rows("delivery", sql, &[advisory.bytes().into(), revision.into()])
            .await?;
        let mut out: Vec<Copy> = rows
            .into_iter()
            .map(|mut row| copy(&mut row))
            .collect::<Result<_, StoreError>>()?;
        out.retain(|copy| viewer.sees_subscriber(copy.subscriber));
        Ok(out)
    }

    /// Returns what the relay last answered to each copy of a revision, by the copy's id: an SMTP code, 0 without one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn answers(
        &self,
        viewer: Viewer,
        advisory: AdvisoryId,
        revision: u32,
    ) -> Result<BTreeMap<[u8; 16], i64>, StoreError> {
        let sql =
            "SELECT id, subscriber, detail FROM delivery WHERE advisory = $1 AND revision = $2";
        let rows = self
            .rows("delivery", sql, &[advisory.bytes().into(), revision.into()])
            .await?;
        let mut out = BTreeMap::new();
        for mut row in rows {
            let (id, subscriber) = (row.array()?, SubscriberId::from_bytes(row.array()?));
            let answer = row.int()?;
            if viewer.sees_subscriber(subscriber) {
                out.insert(id, answer);
            }
        }
        Ok(out)
    }

    /// Drops the waiting copies of a subscriber who has left. Where the same mailbox has another subscription, its
    /// sender looks whether that one asks for the copy.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn drop_waiting(&self, subscriber: SubscriberId, now: i64) -> Result<(), StoreError> {
        let left = Happening::Left;
        let can = can(left);
        let sql = format!(
            "UPDATE delivery SET state = $1, changed_at = $2 WHERE subscriber = $3 AND {can}
             AND NOT EXISTS (SELECT 1 FROM subscriber gone JOIN subscriber other ON other.mailbox = gone.mailbox
                 WHERE gone.id = delivery.subscriber AND gone.mailbox <> '' AND other.id <> gone.id AND other.active = 1)"
        );
        let values = vec![
            left.leads_to().name().into(),
            now.into(),
            subscriber.bytes().into(),
        ];
        self.transact("delivery", vec![(sql, values)]).await?;
        Ok(())
    }

    /// How many copies stand in each state, in the domain's order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn copy_states(&self) -> Result<Vec<(CopyState, i64)>, StoreError> {
        let rows = self
            .rows(
                "delivery",
                "SELECT state, count(*) FROM delivery GROUP BY state",
                &[],
            )
            .await?;
        let mut out = rows
            .into_iter()
            .map(|mut row| Ok((state(&mut row)?, row.int()?)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        out.sort_unstable();
        Ok(out)
    }

    /// When the next copy of a channel is due, if one waits.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn next_copy_at(&self, channel: CopyChannel) -> Result<Option<i64>, StoreError> {
        let rows = self
            .rows("delivery", NEXT.as_str(), &[channel.name().into()])
            .await?;
        rows.into_iter().next().map(|mut row| row.int()).transpose()
    }

    /// Copies in these states, the one that changed last first.
    ///
    /// # Errors
    /// As above.
    pub async fn dead_copies(
        &self,
        viewer: Viewer,
        states: &[CopyState],
    ) -> Result<Vec<DeadCopy>, StoreError> {
        let mut out = Vec::new();
        for wanted in states {
            let rows = self
                .rows(
                    "delivery",
                    "SELECT id, advisory, revision, subscriber, reference, reference_sealed, state, changed_at, detail FROM delivery WHERE state = $1 ORDER BY changed_at DESC LIMIT 500",
                    &[wanted.name().into()],
                )
                .await?;
            for mut row in rows {
                out.push(DeadCopy {
                    id: row.array()?,
                    advisory: AdvisoryId::from_bytes(row.array()?),
                    revision: row.u32()?,
                    subscriber: SubscriberId::from_bytes(row.array()?),
                    reference: kept(&mut row)?,
                    state: state(&mut row)?,
                    changed_at: row.int()?,
                    detail: row.int()?,
                });
            }
        }
        out.retain(|copy| viewer.sees_subscriber(copy.subscriber));
        Ok(out)
    }
}

/// The row of a new copy, which is due at once.
#[must_use]
pub fn row(copy: &Copy, now: i64) -> TableRow {
    DeliveryRow {
        copy: copy.clone(),
        next_at: now,
        changed_at: now,
        detail: 0,
    }
    .into()
}
