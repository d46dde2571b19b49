//! Subscribers, and copies on their way: claimed, sent, settled; every step is a durable row.
//!
//! A copy is one row of `delivery`; its states are those of [`domain::distribution::CopyState`]. A claim is a
//! lease: a copy whose sender died comes back when the lease runs out, under the same Message-ID.

use domain::distribution::CopyState;
use domain::value::{AdvisoryId, Scope, SubscriberId};

use crate::Store;
use crate::kernel::asked::Viewer;
use crate::kernel::open::Engine;
use crate::kernel::row::{Row, TableRow};
use crate::kernel::table::{Kind, Mark, Table, Type, c};
use crate::kernel::value::{Cells, StoreError, Value};

/// Table `subscriber`.
pub static SUBSCRIBER: Table = Table {
    name: "subscriber",
    kind: Kind::Projection,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("active", Type::Int, Mark::Open),
        c("scope", Type::Text, Mark::Open),
        c("target", Type::Text, Mark::Open),
        c("reference", Type::Text, Mark::Blind),
    ],
    key: &["id"],
};

/// Table `delivery`.
pub static DELIVERY: Table = Table {
    name: "delivery",
    kind: Kind::Truth,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("advisory", Type::Bytes, Mark::Open),
        c("revision", Type::Int, Mark::Open),
        c("subscriber", Type::Bytes, Mark::Open),
        c("channel", Type::Text, Mark::Open),
        c("reference", Type::Text, Mark::Blind),
        c("state", Type::Int, Mark::Open),
        c("attempts", Type::Int, Mark::Open),
        c("next_at", Type::Int, Mark::Open),
        c("deadline", Type::Int, Mark::Open),
        c("changed_at", Type::Int, Mark::Open),
        c("detail", Type::Int, Mark::Open),
        c("realm", Type::Int, Mark::Open),
    ],
    key: &["id"],
};

/// A row of `subscriber`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriberRow {
    pub id: SubscriberId,
    pub active: bool,
    /// What is wanted; names are folded.
    pub scope: Scope,
    /// Hash of the unsubscribe reference.
    pub reference: [u8; 32],
}

impl Row for SubscriberRow {
    fn table() -> &'static Table {
        &SUBSCRIBER
    }

    fn values(self) -> Vec<Value> {
        let (scope, target) = match self.scope {
            Scope::Everything => ("all", String::new()),
            Scope::Vendor { name } => ("vendor", name),
            Scope::Product { name } => ("product", name),
        };
        vec![
            self.id.bytes().into(),
            self.active.into(),
            scope.into(),
            target.into(),
            seal::hex(&self.reference).into(),
        ]
    }
}

/// Takes the next two columns as what a subscriber wants.
fn scope(row: &mut Cells) -> Result<Scope, StoreError> {
    let (scope, name) = (row.text()?, row.text()?);
    match scope.as_str() {
        "all" => Ok(Scope::Everything),
        "vendor" => Ok(Scope::Vendor { name }),
        "product" => Ok(Scope::Product { name }),
        _ => Err(StoreError::Shape { table: row.table }),
    }
}

/// One copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    pub id: [u8; 16],
    pub advisory: AdvisoryId,
    pub revision: u32,
    pub subscriber: SubscriberId,
    pub reference: String,
    pub state: CopyState,
    pub attempts: u32,
    pub deadline: i64,
    pub realm: u8,
}

/// A row of `delivery`; mail is the only channel yet.
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
            "mail".into(),
            self.copy.reference.into(),
            self.copy.state.code().into(),
            self.copy.attempts.into(),
            self.next_at.into(),
            self.copy.deadline.into(),
            self.changed_at.into(),
            self.detail.into(),
            self.copy.realm.into(),
        ]
    }
}

/// What became of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub id: [u8; 16],
    pub state: CopyState,
    pub next_at: i64,
    /// SMTP code of the last answer, 0 without one.
    pub detail: i64,
}

/// A copy that reached nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadCopy {
    pub id: [u8; 16],
    pub advisory: AdvisoryId,
    pub revision: u32,
    pub subscriber: SubscriberId,
    pub reference: String,
    pub state: CopyState,
    pub changed_at: i64,
}

fn state(row: &mut Cells) -> Result<CopyState, StoreError> {
    CopyState::from_code(row.int()?).ok_or(StoreError::Shape { table: row.table })
}

fn copy(row: &mut Cells) -> Result<Copy, StoreError> {
    Ok(Copy {
        id: row.array()?,
        advisory: AdvisoryId::from_bytes(row.array()?),
        revision: row.u32()?,
        subscriber: SubscriberId::from_bytes(row.array()?),
        reference: row.text()?,
        state: state(row)?,
        attempts: row.u32()?,
        deadline: row.int()?,
        realm: row.u8()?,
    })
}

impl Store {
    /// Takes up to `limit` copies that are due and marks them as being sent until `lease`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn claim_copies(
        &self,
        now: i64,
        lease: i64,
        limit: u32,
    ) -> Result<Vec<Copy>, StoreError> {
        let lock = if matches!(self.engine, Engine::Postgres(_)) {
            " FOR UPDATE SKIP LOCKED"
        } else {
            ""
        };
        let sql = format!(
            "UPDATE delivery SET state = 1, next_at = $1, attempts = attempts + 1, changed_at = $2
             WHERE id IN (SELECT id FROM delivery WHERE state IN (0, 1, 3, 4) AND next_at <= $2 ORDER BY next_at LIMIT $3{lock})
             RETURNING id, advisory, revision, subscriber, reference, state, attempts, deadline, realm"
        );
        let rows = self
            .transact(
                "delivery",
                vec![(sql, vec![lease.into(), now.into(), limit.into()])],
            )
            .await?;
        let mut out = rows
            .into_iter()
            .flatten()
            .map(|mut row| copy(&mut row))
            .collect::<Result<Vec<_>, _>>()?;
        out.sort_by_key(|c| c.id);
        Ok(out)
    }

    /// Records what became of copies; an acknowledged copy stays acknowledged.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn settle_copies(&self, settled: &[Settled], now: i64) -> Result<(), StoreError> {
        if settled.is_empty() {
            return Ok(());
        }
        match &self.engine {
            Engine::Sqlite(_) => self.settle_sqlite(settled, now).await,
            Engine::Postgres(postgres) => {
                let ids: Vec<Vec<u8>> = settled.iter().map(|s| s.id.to_vec()).collect();
                let states: Vec<i64> = settled.iter().map(|s| s.state.code()).collect();
                let nexts: Vec<i64> = settled.iter().map(|s| s.next_at).collect();
                let details: Vec<i64> = settled.iter().map(|s| s.detail).collect();
                sqlx::query(
                    "UPDATE delivery d SET state = x.state, next_at = x.next_at, detail = x.detail, changed_at = $5
                     FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[]) AS x(id, state, next_at, detail)
                     WHERE d.id = x.id AND d.state <> 7 AND NOT (d.state IN (2, 5, 6, 8) AND x.state IN (3, 4))",
                )
                .bind(ids)
                .bind(states)
                .bind(nexts)
                .bind(details)
                .bind(now)
                .execute(postgres.pool())
                .await
                .map_err(|source| StoreError::Postgres { doing: "settling copies", source })?;
                Ok(())
            }
        }
    }

    async fn settle_sqlite(&self, settled: &[Settled], now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE delivery SET state = $1, next_at = $2, detail = $3, changed_at = $4 WHERE id = $5 AND state <> 7 AND NOT (state IN (2, 5, 6, 8) AND $1 IN (3, 4))";
        let statements = settled
            .iter()
            .map(|s| {
                (
                    sql.to_owned(),
                    vec![
                        s.state.code().into(),
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

    /// Finds a copy by the reference of its Message-ID or envelope.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn copy_by_reference(
        &self,
        viewer: Viewer,
        reference: &str,
    ) -> Result<Option<Copy>, StoreError> {
        let sql = "SELECT id, advisory, revision, subscriber, reference, state, attempts, deadline, realm FROM delivery WHERE reference = $1";
        let rows = self.rows("delivery", sql, &[reference.into()]).await?;
        let found: Result<Option<Copy>, StoreError> = rows
            .into_iter()
            .next()
            .map(|mut row| copy(&mut row))
            .transpose();
        Ok(found?.filter(|copy| viewer.is_bearer() || viewer.sees_subscriber(copy.subscriber)))
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
        let sql = "SELECT id, advisory, revision, subscriber, reference, state, attempts, deadline, realm FROM delivery WHERE advisory = $1 AND revision = $2 ORDER BY id";
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

    /// Subscribers who got an earlier revision.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn earlier_recipients(
        &self,
        viewer: Viewer,
        advisory: AdvisoryId,
    ) -> Result<Vec<SubscriberId>, StoreError> {
        let rows = self
            .rows(
                "delivery",
                "SELECT DISTINCT subscriber FROM delivery WHERE advisory = $1 ORDER BY subscriber",
                &[advisory.bytes().into()],
            )
            .await?;
        let mut out: Vec<SubscriberId> = rows
            .into_iter()
            .map(|mut row| Ok(SubscriberId::from_bytes(row.array()?)))
            .collect::<Result<_, StoreError>>()?;
        out.retain(|id| viewer.sees_subscriber(*id));
        Ok(out)
    }

    /// Drops the waiting copies of a subscriber who has left.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn drop_waiting(&self, subscriber: SubscriberId, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE delivery SET state = 8, changed_at = $1 WHERE subscriber = $2 AND state IN (0, 3, 4)";
        self.transact(
            "delivery",
            vec![(sql.to_owned(), vec![now.into(), subscriber.bytes().into()])],
        )
        .await?;
        Ok(())
    }

    /// How many copies stand in each state, by its word.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn copy_states(&self) -> Result<Vec<(CopyState, i64)>, StoreError> {
        let rows = self
            .rows(
                "delivery",
                "SELECT state, count(*) FROM delivery GROUP BY state ORDER BY state",
                &[],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| Ok((state(&mut row)?, row.int()?)))
            .collect()
    }

    /// When the next copy is due, if one waits.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn next_copy_at(&self) -> Result<Option<i64>, StoreError> {
        let rows = self
            .rows(
                "delivery",
                "SELECT next_at FROM delivery WHERE state IN (0, 1, 3, 4) ORDER BY next_at LIMIT 1",
                &[],
            )
            .await?;
        rows.into_iter().next().map(|mut row| row.int()).transpose()
    }

    /// Copies that reached nobody: refused, run out, or never said whether they arrived.
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
                    "SELECT id, advisory, revision, subscriber, reference, state, changed_at FROM delivery WHERE state = $1 ORDER BY changed_at DESC LIMIT 500",
                    &[wanted.code().into()],
                )
                .await?;
            for mut row in rows {
                out.push(DeadCopy {
                    id: row.array()?,
                    advisory: AdvisoryId::from_bytes(row.array()?),
                    revision: row.u32()?,
                    subscriber: SubscriberId::from_bytes(row.array()?),
                    reference: row.text()?,
                    state: state(&mut row)?,
                    changed_at: row.int()?,
                });
            }
        }
        out.retain(|copy| viewer.sees_subscriber(copy.subscriber));
        Ok(out)
    }

    /// Subscribers to be told of an advisory that names these vendors and products (folded names).
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn subscribers_for(
        &self,
        viewer: Viewer,
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
            let id = SubscriberId::from_bytes(row.array()?);
            let wanted = match scope(&mut row)? {
                Scope::Everything => true,
                Scope::Vendor { name } => vendors.contains(&name),
                Scope::Product { name } => products.contains(&name),
            };
            if wanted && viewer.sees_subscriber(id) {
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
        viewer: Viewer,
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
        let found: Result<Option<SubscriberId>, StoreError> = rows
            .into_iter()
            .next()
            .map(|mut row| Ok(SubscriberId::from_bytes(row.array()?)))
            .transpose();
        Ok(found?.filter(|id| viewer.is_bearer() || viewer.sees_subscriber(*id)))
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
