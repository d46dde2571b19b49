//! The ledger as a whole: its root, its verification, the projections rebuilt from it.

use std::collections::HashMap;

use domain::aggregate::Aggregate;
use domain::value::StreamId;
use seal::record::Realm;
use store::projection::StreamFacts;
use store::write::TableRow;

use crate::Awaited;
use crate::Fault;
use crate::kernel::house::House;

/// Records read at once.
const STEP: u32 = 2_000;

/// What `ledger verify` found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub records: u64,
    pub root: String,
    /// First record that does not fit.
    pub broken: Option<String>,
    /// Texts and files beside it that are as they were recorded.
    pub rows: u64,
    /// What of them is not.
    pub amiss: Vec<store::RowFinding>,
    /// Texts and files of an older house that were never counted: nothing is known of them.
    pub uncounted: usize,
    /// Anchors that were found in the chain, and those that were not.
    pub anchors_found: usize,
    pub anchors_missing: Vec<String>,
}

impl House {
    /// RFC 6962 root over all records so far; folds only what came since it was asked last.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn ledger_root(&self) -> Result<[u8; 32], Fault> {
        let (mut tree, mut seq) = self
            .tree
            .lock()
            .map_err(|_| Fault::Form("ledger root"))?
            .clone();
        loop {
            let records = self.store.ledger(seq + 1, STEP).await?;
            if records.is_empty() {
                break;
            }
            for record in records {
                tree.push(record.header.hash());
                seq = record.header.seq;
            }
        }
        let root = tree.root();
        *self.tree.lock().map_err(|_| Fault::Form("ledger root"))? = (tree, seq);
        Ok(root)
    }

    /// Verifies the chain without any key, and compares it with anchors: root hashes that others hold.
    ///
    /// # Errors
    /// Faults of the store; a broken chain is an answer.
    pub fn verify_ledger<'a>(
        &'a self,
        anchors: &'a [String],
    ) -> Awaited<'a, Result<Verified, Fault>> {
        Box::pin(async move {
            let chain = self.store.walk_chain(&[]).await?;
            let mut missing: Vec<String> = anchors.to_vec();
            if !anchors.is_empty() {
                let mut tree = seal::record::Tree::default();
                let mut seq = 0;
                while !missing.is_empty() {
                    let records = self.store.ledger(seq + 1, STEP).await?;
                    if records.is_empty() {
                        break;
                    }
                    for record in records {
                        seq = record.header.seq;
                        tree.push(record.header.hash());
                        let root = seal::hex(&tree.root());
                        missing.retain(|anchor| *anchor != root);
                    }
                }
            }
            let rows = self.store.walk_rows().await?;
            Ok(Verified {
                rows: rows.rows,
                amiss: rows.findings,
                uncounted: rows.uncounted.len(),
                records: chain.records,
                root: seal::hex(&chain.root),
                broken: chain.broken.map(|b| b.to_string()),
                anchors_found: anchors.len() - missing.len(),
                anchors_missing: missing,
            })
        })
    }

    /// Lets the ledger speak of the rows that an older program wrote, once; returns how many there were. From then on
    /// one that is exchanged, deleted or added is found without any key.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn count_rows(&self) -> Awaited<'_, Result<u64, Fault>> {
        Box::pin(async move {
            let first = self.store.ledger(1, 1).await?;
            let spoke_always = first.iter().all(|first| first.header.rows.is_some());
            if spoke_always || self.own().await?.counted {
                return Ok(0);
            }
            let mut rows = self.store.walk_rows().await?.uncounted;
            let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
            rows.push(seal::coverage::Covered::counted(&self.id()));
            let act = self.clock_act("");
            self.perform(&act, "count", Realm::Live, async |unit| {
                let stream = unit.house.stream();
                let own = unit.own().await?;
                let changes = domain::party::decide::count(&own, stream, count);
                unit.counts(rows.clone());
                unit.record(changes).await
            })
            .await?;
            Ok(count)
        })
    }

    /// Folds the whole ledger and returns the rows that the projections should have.
    ///
    /// # Errors
    /// Faults of the store, or a record that this program cannot read.
    pub async fn fold_all(&self) -> Result<Vec<TableRow>, Fault> {
        let mut streams: HashMap<StreamId, (Aggregate, StreamFacts)> = HashMap::new();
        let mut leaves: Vec<TableRow> = Vec::new();
        let keys: HashMap<[u8; 16], StreamId> = self
            .store
            .keys()
            .await?
            .into_iter()
            .map(|key| (key.id, key.dossier))
            .collect();
        let mut from = 1;
        loop {
            let records = self.store.ledger(from, STEP).await?;
            let Some(last) = records.last() else { break };
            from = last.header.seq + 1;
            for record in &records {
                let stream = StreamId(uuid::Uuid::from_bytes(record.header.stream));
                // The dossier follows from the key that seals the payload, not from a projection.
                let dossier = *keys.get(&record.header.key).ok_or(Fault::Sealed)?;
                let recorded = self.read(record, dossier).await?;
                push_leaves(&mut leaves, record.header.seq, &recorded.event);
                match streams.get_mut(&stream) {
                    Some((state, facts)) => {
                        state.apply(&recorded);
                        facts.version = record.header.version;
                    }
                    None => {
                        let state = Aggregate::begin(stream, &recorded)
                            .ok_or(Fault::Form("first event"))?;
                        let facts = StreamFacts {
                            id: stream,
                            version: record.header.version,
                            dossier,
                            realm: record.header.realm.code(),
                        };
                        streams.insert(stream, (state, facts));
                    }
                }
            }
        }
        let mut rows: Vec<TableRow> = streams
            .values()
            .flat_map(|(state, facts)| store::projection::rows(*facts, state))
            .collect();
        // Cases before what refers to them: the wall's triggers look them up.
        rows.sort_by_key(|row| {
            store::schema::ALL
                .iter()
                .position(|t| std::ptr::eq(*t, row.table()))
        });
        rows.extend(leaves);
        Ok(rows)
    }

    /// Rebuilds all projections from the ledger.
    ///
    /// # Errors
    /// As [`House::fold_all`]; on an error nothing has changed.
    pub fn rebuild(&self) -> Awaited<'_, Result<usize, Fault>> {
        Box::pin(async move {
            let rows = self.fold_all().await?;
            let count = rows.len();
            self.store.replace_projections(rows).await?;
            Ok(count)
        })
    }
}

fn push_leaves(out: &mut Vec<TableRow>, seq: u64, event: &domain::event::Event) {
    for (at, leaf) in (0..).zip(event.leaves()) {
        let bytes = leaf.clone();
        out.push(store::LeafRow { seq, at, bytes }.into());
    }
}
