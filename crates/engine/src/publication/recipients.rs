//! To whom a publication goes, by what each of them asked for.
//!
//! The release enqueues copies for exactly these; the plan page counts them before. A mailbox gets one copy, by the
//! subscription that it made first. It knows no address.

use std::collections::{BTreeMap, HashSet};

use domain::party::folded;
use domain::text::fold::product;
use domain::value::{AdvisoryId, Scope, SubscriberId};
use formats::advisory::{Advisory, Lang};
use store::distribution::Reader;

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
    /// Everybody once, by mailbox.
    pub all: Vec<SubscriberId>,
}

impl House {
    /// Everybody to whom a document goes: one subscription of each mailbox, the one that began first.
    ///
    /// # Errors
    /// Faults of keys and store.
    pub async fn addressed(
        &self,
        advisory: AdvisoryId,
        doc: &Advisory,
    ) -> Result<Vec<Reader>, Fault> {
        let house = store::Viewer::House;
        let Named { vendors, products } = Named::of(doc);
        let mut out = self
            .store
            .subscribers_for(house, &vendors, &products)
            .await?;
        // Updates reach whoever got an earlier revision (docs/design/settled.md §1.15).
        out.extend(self.store.earlier_readers(house, advisory).await?);
        Ok(one_a_mailbox(out))
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
        let house = store::Viewer::House;
        let Named { vendors, products } = Named::of(doc);
        let everything = ids(self.store.subscribers_for(house, &[], &[]).await?);
        let known: HashSet<SubscriberId> = everything.iter().copied().collect();
        let beside = |found: Vec<Reader>| -> Vec<SubscriberId> {
            let mut found = ids(found);
            found.retain(|id| !known.contains(id));
            found
        };
        Ok(Recipients {
            vendors: beside(self.store.subscribers_for(house, &vendors, &[]).await?),
            products: beside(self.store.subscribers_for(house, &[], &products).await?),
            earlier: ids(self.store.earlier_readers(house, advisory).await?),
            all: ids(self.addressed(advisory, doc).await?),
            everything,
        })
    }
}

/// The vendors and products that a document names, folded.
pub(crate) struct Named {
    pub vendors: Vec<String>,
    pub products: Vec<String>,
}

impl Named {
    pub(crate) fn of(doc: &Advisory) -> Named {
        Named {
            vendors: names(doc.vendors.iter().map(|v| &v.name), folded),
            products: names(doc.products.iter().map(|p| &p.name), product),
        }
    }

    /// Tells whether somebody who wants this wants the document.
    pub(crate) fn suits(&self, scope: &Scope) -> bool {
        match scope {
            Scope::Everything => true,
            Scope::Vendor { name } => self.vendors.contains(&folded(name)),
            Scope::Product { name } => self.products.contains(&product(name)),
        }
    }
}

fn ids(readers: Vec<Reader>) -> Vec<SubscriberId> {
    let mut out: Vec<SubscriberId> = readers.into_iter().map(|reader| reader.id).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Keeps the first of each mailbox of a channel, and each subscription whose mailbox is not known once.
fn one_a_mailbox(readers: Vec<Reader>) -> Vec<Reader> {
    let (mut mailboxes, mut others) = (HashSet::new(), HashSet::new());
    readers
        .into_iter()
        .filter(|reader| match reader.mailbox {
            Some(mailbox) => mailboxes.insert((reader.channel, mailbox)),
            None => others.insert(reader.id),
        })
        .collect()
}

fn names<'a>(
    all: impl Iterator<Item = &'a BTreeMap<Lang, String>>,
    fold: fn(&str) -> String,
) -> Vec<String> {
    let mut out: Vec<String> = all
        .flat_map(|names| names.values().map(|name| fold(name)))
        .filter(|name| !name.is_empty())
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use domain::value::CopyChannel;

    use super::*;

    fn reader(n: u8, mailbox: Option<u8>) -> Reader {
        Reader {
            id: SubscriberId::from_bytes([n; 16]),
            mailbox: mailbox.map(|of| [of; 32]),
            channel: CopyChannel::Mail,
        }
    }

    #[test]
    fn a_mailbox_is_told_once_by_the_subscription_that_began_first() {
        let all = [
            reader(5, Some(1)),
            reader(4, None),
            reader(3, Some(2)),
            reader(2, Some(1)),
            reader(4, None),
            reader(1, None),
        ];
        let kept = [all[0], all[1], all[2], all[5]];
        assert_eq!(one_a_mailbox(all.to_vec()), kept);
    }

    #[test]
    fn a_wish_is_compared_by_folded_names() {
        let named = Named {
            vendors: vec![folded("Example Works")],
            products: vec![product("Gateway")],
        };
        let name = || "EXAMPLE works".to_owned();
        assert!(named.suits(&Scope::Everything));
        assert!(named.suits(&Scope::Vendor { name: name() }));
        assert!(!named.suits(&Scope::Product { name: name() }));
    }
}
