//! Whether every text and document that the ledger refers to is there and opens: the chain alone does not tell, since a
//! record holds references (docs/design/security.md §2.25, "Every truth is covered").
//!
//! What was erased by a command is no lack. It needs the keys, and reads everything once.

use std::collections::{HashMap, HashSet};

use domain::value::{BodyId, StreamId};
use serde_json::Value;

use crate::Awaited;
use crate::Fault;
use crate::kernel::house::House;

/// Records read at once.
const STEP: u32 = 2_000;
/// Lacks that are named; the rest are counted.
const NAMED_MAX: usize = 20;

/// What became of the texts and documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Those that are there and open.
    pub whole: u64,
    /// Those whose compartment was erased.
    pub erased: u64,
    /// Those that are gone or do not open any more.
    pub lacking: u64,
    /// The first of them: the record that refers to it, and its id.
    pub named: Vec<String>,
}

impl House {
    /// Looks for every text and document that the ledger refers to.
    ///
    /// # Errors
    /// Faults of the store, or a record that this program cannot read; what is gone is an answer.
    pub fn verify_texts(&self) -> Awaited<'_, Result<Texts, Fault>> {
        Box::pin(async move {
            let bodies = self.referred().await?;
            let own = self.own().await?;
            let mut texts = Texts::default();
            for (seq, body) in bodies {
                match self.body(body).await {
                    Ok(_) => texts.whole += 1,
                    // The row stays, so that what is gone can be told from what was erased.
                    Err(Fault::Sealed)
                        if self
                            .store
                            .body(body)
                            .await?
                            .is_some_and(|row| own.is_erased(row.dossier, row.compartment)) =>
                    {
                        texts.erased += 1;
                    }
                    Err(Fault::Sealed) => {
                        texts.lacking += 1;
                        if texts.named.len() < NAMED_MAX {
                            texts.named.push(format!("record {seq}: {body}"));
                        }
                    }
                    Err(other) => return Err(other),
                }
            }
            Ok(texts)
        })
    }

    /// The bodies that records refer to, each once.
    async fn referred(&self) -> Result<Vec<(u64, BodyId)>, Fault> {
        let keys: HashMap<[u8; 16], StreamId> = self
            .store
            .keys()
            .await?
            .into_iter()
            .map(|key| (key.id, key.dossier))
            .collect();
        let (mut out, mut seen) = (Vec::new(), HashSet::new());
        let mut from = 1;
        loop {
            let records = self.store.ledger(from, STEP).await?;
            let Some(last) = records.last() else {
                return Ok(out);
            };
            from = last.header.seq + 1;
            for record in &records {
                let dossier = *keys.get(&record.header.key).ok_or(Fault::Sealed)?;
                let event = self.read(record, dossier).await?.event;
                let value = serde_json::to_value(&event).map_err(|_| Fault::Form("event"))?;
                bodies_in(&value, &mut |body| {
                    if seen.insert(body) {
                        out.push((record.header.seq, body));
                    }
                });
            }
        }
    }
}

/// Hands over every id that stands under `body`, however deep.
fn bodies_in(value: &Value, take: &mut impl FnMut(BodyId)) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let id = value.as_str().filter(|_| name == "body");
                match id.and_then(|id| uuid::Uuid::parse_str(id).ok()) {
                    Some(id) => take(BodyId(id)),
                    None => bodies_in(value, take),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| bodies_in(value, take)),
        _ => {}
    }
}
