//! Turns: people who change the same dossiers wait for each other between looking for news and their command.
//!
//! It orders what happens in this process and knows neither people nor commands. A turn is no lock of the ledger:
//! whoever takes none (a finder's letter, the clock) is decided on the newest state all the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::value::StreamId;
use tokio::sync::OwnedMutexGuard;

/// A turn on some dossiers: while it is held, nobody else gets one on any of them. It ends when it is dropped.
#[derive(Debug)]
#[must_use = "the turn ends when this is dropped"]
pub struct Turn(#[expect(dead_code, reason = "held, never read")] Vec<OwnedMutexGuard<()>>);

/// Whose turn it is, by dossier.
#[derive(Debug, Default)]
pub struct Turns(Mutex<HashMap<StreamId, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    /// Waits for a turn on these dossiers.
    pub async fn take(&self, dossiers: &[StreamId]) -> Turn {
        let mut wanted = dossiers.to_vec();
        // One order for all, so that no two wait for each other.
        wanted.sort_by_key(|dossier| dossier.bytes());
        wanted.dedup();
        let locks: Vec<_> = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            turns.retain(|_, lock| Arc::strong_count(lock) > 1);
            let each = wanted.into_iter();
            each.map(|dossier| Arc::clone(turns.entry(dossier).or_default()))
                .collect()
        };
        let mut held = Vec::with_capacity(locks.len());
        for lock in locks {
            held.push(lock.lock_owned().await);
        }
        Turn(held)
    }
}
