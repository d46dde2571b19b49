//! Subscribers: what each of them wants, and which of them are one mailbox.
//!
//! It knows no address: a mailbox is a keyed hash, which is compared and never opened.

use std::collections::HashSet;

use domain::value::{AdvisoryId, CopyChannel, Scope, SubscriberId};

use crate::Store;
use crate::kernel::asked::Viewer;
use crate::kernel::row::Row;
use crate::kernel::table::{Erasure, Kind, Mark, Table, Type, c};
use crate::kernel::value::{Cells, StoreError, Value};

/// Table `subscriber`.
pub static SUBSCRIBER: Table = Table {
    name: "subscriber",
    kind: Kind::Projection,
    erasure: Erasure::Stays,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("active", Type::Int, Mark::Open),
        c("scope", Type::Text, Mark::Open),
        c("target", Type::Text, Mark::Open),
        c("reference", Type::Text, Mark::Blind),
        c("mailbox", Type::Text, Mark::Blind),
        c("channel", Type::Text, Mark::Open),
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
    /// Keyed hash of the address; older subscriptions have none.
    pub mailbox: Option<[u8; 32]>,
    pub channel: CopyChannel,
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
            self.mailbox
                .map(|of| seal::hex(&of))
                .unwrap_or_default()
                .into(),
            self.channel.name().into(),
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

/// Takes the next column as a mailbox.
fn mailbox(row: &mut Cells) -> Result<Option<[u8; 32]>, StoreError> {
    let text = row.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    seal::unhex32(&text)
        .map(Some)
        .ok_or(StoreError::Shape { table: row.table })
}

/// A subscription that is to be told of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    pub id: SubscriberId,
    /// Keyed hash of the address; older subscriptions have none.
    pub mailbox: Option<[u8; 32]>,
    pub channel: CopyChannel,
}

/// Takes rows of id, mailbox and channel as readers whom the viewer sees.
fn readers(rows: Vec<Cells>, viewer: Viewer) -> Result<Vec<Reader>, StoreError> {
    let mut out: Vec<Reader> = rows
        .into_iter()
        .map(|mut row| {
            Ok(Reader {
                id: SubscriberId::from_bytes(row.array()?),
                mailbox: mailbox(&mut row)?,
                channel: row.word(CopyChannel::named)?,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    out.retain(|reader| viewer.sees_subscriber(reader.id));
    Ok(out)
}

impl Store {
    /// Subscribers to be told of an advisory that names these vendors and products (folded names), in the order in
    /// which they subscribed.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn subscribers_for(
        &self,
        viewer: Viewer,
        vendors: &[String],
        products: &[String],
    ) -> Result<Vec<Reader>, StoreError> {
        let rows = self
            .rows(
                "subscriber",
                "SELECT s.id, s.scope, s.target, s.mailbox, s.channel FROM subscriber s LEFT JOIN ledger l ON l.stream = s.id AND l.version = 1 WHERE s.active = 1 ORDER BY l.seq, s.id",
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
            let mailbox = mailbox(&mut row)?;
            let channel = row.word(CopyChannel::named)?;
            if wanted && viewer.sees_subscriber(id) {
                out.push(Reader {
                    id,
                    mailbox,
                    channel,
                });
            }
        }
        Ok(out)
    }

    /// The subscriptions of a mailbox that have not ended, in the order in which they began.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn readers_of(
        &self,
        viewer: Viewer,
        of: &[u8; 32],
    ) -> Result<Vec<Reader>, StoreError> {
        let rows = self
            .rows(
                "subscriber",
                "SELECT s.id, s.mailbox, s.channel FROM subscriber s LEFT JOIN ledger l ON l.stream = s.id AND l.version = 1 WHERE s.active = 1 AND s.mailbox = $1 ORDER BY l.seq, s.id",
                &[seal::hex(of).into()],
            )
            .await?;
        readers(rows, viewer)
    }

    /// Mailboxes that had subscriptions and have none any more.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn mailboxes_left(&self, viewer: Viewer) -> Result<HashSet<[u8; 32]>, StoreError> {
        let rows = self
            .rows(
                "subscriber",
                "SELECT s.id, s.mailbox, s.channel FROM subscriber s WHERE s.active = 0 AND s.mailbox <> '' AND s.mailbox NOT IN (SELECT a.mailbox FROM subscriber a WHERE a.active = 1)",
                &[],
            )
            .await?;
        let left = readers(rows, viewer)?.into_iter();
        Ok(left.filter_map(|reader| reader.mailbox).collect())
    }

    /// Whoever a copy of an earlier revision was made for, as far as its mailbox has not left: where the subscription that
    /// the copy was made for has ended, the others of the mailbox stand for it. In the order in which they began.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn earlier_readers(
        &self,
        viewer: Viewer,
        advisory: AdvisoryId,
    ) -> Result<Vec<Reader>, StoreError> {
        let rows = self
            .rows(
                "subscriber",
                "SELECT s.id, s.mailbox, s.channel FROM subscriber s LEFT JOIN ledger l ON l.stream = s.id AND l.version = 1
                 WHERE s.active = 1 AND (s.id IN (SELECT subscriber FROM delivery WHERE advisory = $1)
                 OR (s.mailbox <> '' AND s.mailbox IN (SELECT gone.mailbox FROM delivery d JOIN subscriber gone ON gone.id = d.subscriber
                 WHERE d.advisory = $1 AND gone.active = 0))) ORDER BY l.seq, s.id",
                &[advisory.bytes().into()],
            )
            .await?;
        readers(rows, viewer)
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
