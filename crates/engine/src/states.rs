//! States kept in memory: by stream, with a bound, and never an older one in the place of a newer.
//!
//! Several threads read the ledger and write to it. A state that was read before another's commit may come to be kept
//! after it; it knows neither what a state means nor how it is read.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::value::StreamId;

use crate::house::Loaded;

/// States kept in memory (settled.md §4 no. 3).
const STATES_MAX: usize = 50_000;

/// The states.
#[derive(Debug, Default)]
pub(crate) struct States(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    states: HashMap<StreamId, Loaded>,
    /// How often states were dropped: where one is gone, nothing tells how new it was.
    dropped: u64,
}

/// When a reading began, by what had been dropped until then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Began(u64);

impl States {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, stream: StreamId) -> Option<Loaded> {
        self.kept().states.get(&stream).cloned()
    }

    /// To be asked before the ledger is read for a state that is to be kept.
    pub(crate) fn begin(&self) -> Began {
        Began(self.kept().dropped)
    }

    /// Keeps a state, unless a newer one is there or may have been dropped since `began`.
    pub(crate) fn keep(&self, stream: StreamId, loaded: Loaded, began: Began) {
        let mut kept = self.kept();
        let is_newer = kept
            .states
            .get(&stream)
            .is_none_or(|known| known.version < loaded.version);
        if !is_newer || kept.dropped != began.0 {
            return;
        }
        if kept.states.len() >= STATES_MAX {
            kept.states.clear();
            kept.dropped += 1;
        }
        kept.states.insert(stream, loaded);
    }

    /// Drops states that another change has overtaken.
    pub(crate) fn forget(&self, streams: impl Iterator<Item = StreamId>) {
        let mut kept = self.kept();
        kept.dropped += 1;
        for stream in streams {
            kept.states.remove(&stream);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::aggregate::Aggregate;
    use domain::coordination::participant::Participant;
    use domain::value::ParticipantId;

    use super::*;

    fn stream() -> StreamId {
        StreamId::from_bytes([1; 16])
    }

    fn of(version: u32) -> Loaded {
        let participant = Participant::new(ParticipantId::from_bytes([1; 16]));
        Loaded {
            state: Arc::new(Aggregate::Participant(participant)),
            version,
            dossier: stream(),
            realm: 0,
        }
    }

    fn version(states: &States) -> Option<u32> {
        states.get(stream()).map(|loaded| loaded.version)
    }

    #[test]
    fn what_was_read_earlier_does_not_come_back() {
        let states = States::default();
        let began = states.begin();
        states.keep(stream(), of(6), states.begin());
        states.keep(stream(), of(5), began);
        assert_eq!(version(&states), Some(6));
        states.forget(std::iter::once(stream()));
        states.keep(stream(), of(5), began);
        assert_eq!(version(&states), None);
        states.keep(stream(), of(7), states.begin());
        assert_eq!(version(&states), Some(7));
    }
}
