//! To whom a publication goes, by what each of them asked for.
//!
//! The release enqueues copies for exactly these; the plan page counts them before. It knows no address.

use std::collections::{BTreeMap, HashSet};

use domain::aggregate::Aggregate;
use domain::party::folded;
use domain::value::{AdvisoryId, SubscriberId};
use formats::advisory::{Advisory, Lang};

use crate::Fault;
use crate::kernel::house::House;

/// Recipients by query; a person may stand in several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipients {
    /// Asked for everything.
    pub everything: Vec<SubscriberId>,
    /// Asked for a vendor that is named.
    pub vendors: Vec<SubscriberId>,
    /// Asked for a product that is named.
    pub products: Vec<SubscriberId>,
    /// Got an earlier revision and did not leave.
    pub earlier: Vec<SubscriberId>,
    /// Everybody once.
    pub all: Vec<SubscriberId>,
}

impl House {
    /// Everybody to whom a document goes, once, in order.
    ///
    /// # Errors
    /// Faults of keys and store.
    pub async fn addressed(
        &self,
        advisory: AdvisoryId,
        doc: &Advisory,
    ) -> Result<Vec<SubscriberId>, Fault> {
        let vendors = names(doc.vendors.iter().map(|v| &v.name));
        let products = names(doc.products.iter().map(|p| &p.name));
        let mut out = self
            .store
            .subscribers_for(store::Viewer::House, &vendors, &products)
            .await?;
        out.extend(self.earlier_readers(advisory).await?);
        out.sort_unstable();
        out.dedup();
        Ok(out)
    }

    /// The recipients of a document, by what they asked for.
    ///
    /// # Errors
    /// Faults of keys and store.
    pub async fn recipients(
        &self,
        advisory: AdvisoryId,
        doc: &Advisory,
    ) -> Result<Recipients, Fault> {
        let vendors = names(doc.vendors.iter().map(|v| &v.name));
        let products = names(doc.products.iter().map(|p| &p.name));
        let everything = self
            .store
            .subscribers_for(store::Viewer::House, &[], &[])
            .await?;
        let known: HashSet<SubscriberId> = everything.iter().copied().collect();
        let beside = |mut found: Vec<SubscriberId>| -> Vec<SubscriberId> {
            found.retain(|id| !known.contains(id));
            found
        };
        Ok(Recipients {
            vendors: beside(
                self.store
                    .subscribers_for(store::Viewer::House, &vendors, &[])
                    .await?,
            ),
            products: beside(
                self.store
                    .subscribers_for(store::Viewer::House, &[], &products)
                    .await?,
            ),
            earlier: self.earlier_readers(advisory).await?,
            all: self.addressed(advisory, doc).await?,
            everything,
        })
    }

    /// Updates reach whoever got an earlier revision, unless the subscription ended (docs/design/settled.md §1.15).
    async fn earlier_readers(&self, advisory: AdvisoryId) -> Result<Vec<SubscriberId>, Fault> {
        let mut out = Vec::new();
        for id in self
            .store
            .earlier_recipients(store::Viewer::House, advisory)
            .await?
        {
            let loaded = self.load(id.into()).await?;
            if let Some(Aggregate::Subscriber(subscriber)) = loaded.as_ref().map(|l| &*l.state)
                && subscriber.active
            {
                out.push(id);
            }
        }
        Ok(out)
    }
}

fn names<'a>(all: impl Iterator<Item = &'a BTreeMap<Lang, String>>) -> Vec<String> {
    let mut out: Vec<String> = all
        .flat_map(|names| names.values().map(|name| folded(name)))
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}
