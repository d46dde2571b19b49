//! States kept in memory: by stream, with a bound, and never an older one in the place of a newer.
//!
//! Several threads read the ledger and write to it. A state that was read before another's commit may come to be kept
//! after it; it knows neither what a state means nor how it is read.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::value::StreamId;

use crate::kernel::house::Loaded;

/// States kept in memory (docs/design/settled.md §4.3).
const STATES_MAX: usize = 50_000;

/// The states.
#[derive(Debug, Default)]
pub(crate) struct States(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    states: HashMap<StreamId, Loaded>,
    /// Streams that are being written to, and by how many: what is kept of them may be old already.
    writing: HashMap<StreamId, u32>,
    /// How often states were dropped: where one is gone, nothing tells how new it was.
    dropped: u64,
}

/// When a reading began, by what had been dropped until then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Began(u64);

/// Streams that are being written to; nobody is given their states until it is over. Dropped without
/// [`Writing::written`], nothing is known of them.
#[derive(Debug)]
pub(crate) struct Writing<'s> {
    states: &'s States,
    streams: Vec<StreamId>,
    began: Began,
}

impl Kept {
    fn insert(&mut self, stream: StreamId, loaded: Loaded) {
        let known = self.states.get(&stream);
        if known.is_some_and(|known| known.version >= loaded.version) {
            return;
        }
        if self.states.len() >= STATES_MAX {
            self.states.clear();
            self.dropped += 1;
        }
        self.states.insert(stream, loaded);
    }

    /// Keeps a state that was written. Where a newer one may have been dropped since `began`, it goes, and so does
    /// the older one that it has overtaken: it is read anew.
    fn written(&mut self, stream: StreamId, loaded: Loaded, began: Began) {
        if self.dropped == began.0 {
            self.insert(stream, loaded);
            return;
        }
        let known = self.states.get(&stream);
        if known.is_some_and(|known| known.version < loaded.version) {
            self.states.remove(&stream);
        }
        // What is being read just now may be older too.
        self.dropped += 1;
    }

    fn end(&mut self, streams: &[StreamId]) {
        for stream in streams {
            if let Some(writers) = self.writing.get_mut(stream) {
                *writers -= 1;
                if *writers == 0 {
                    self.writing.remove(stream);
                }
            }
        }
    }
}

impl States {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, stream: StreamId) -> Option<Loaded> {
        let kept = self.kept();
        if kept.writing.contains_key(&stream) {
            return None;
        }
        kept.states.get(&stream).cloned()
    }

    /// To be asked before the ledger is read for a state that is to be kept.
    pub(crate) fn begin(&self) -> Began {
        Began(self.kept().dropped)
    }

    /// Keeps a state that was read, unless a newer one is there, may have been dropped since `began`, or is on its way.
    pub(crate) fn keep(&self, stream: StreamId, loaded: Loaded, began: Began) {
        let mut kept = self.kept();
        if kept.dropped == began.0 && !kept.writing.contains_key(&stream) {
            kept.insert(stream, loaded);
        }
    }

    /// To be asked before streams are written to.
    pub(crate) fn writing(&self, streams: Vec<StreamId>) -> Writing<'_> {
        let mut kept = self.kept();
        for stream in &streams {
            *kept.writing.entry(*stream).or_default() += 1;
        }
        Writing {
            states: self,
            streams,
            began: Began(kept.dropped),
        }
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

impl Writing<'_> {
    /// The states are durable: whoever asks is given them from now on.
    pub(crate) fn written(mut self, states: Vec<(StreamId, Loaded)>) {
        let streams = std::mem::take(&mut self.streams);
        let mut kept = self.states.kept();
        for (stream, loaded) in states {
            kept.written(stream, loaded, self.began);
        }
        kept.end(&streams);
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if self.streams.is_empty() {
            return;
        }
        let mut kept = self.states.kept();
        kept.dropped += 1;
        for stream in &self.streams {
            kept.states.remove(stream);
        }
        kept.end(&self.streams);
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

    fn write(states: &States, version: u32) {
        states
            .writing(vec![stream()])
            .written(vec![(stream(), of(version))]);
    }

    #[test]
    fn what_was_written_leaves_nothing_older_behind() {
        let states = States::default();
        states.keep(stream(), of(5), states.begin());
        let reading = states.begin();
        let writing = states.writing(vec![stream()]);
        states.forget(std::iter::once(StreamId::from_bytes([2; 16])));
        writing.written(vec![(stream(), of(6))]);
        assert_eq!(version(&states), None);
        // Nor does a reading that began before bring it back.
        states.keep(stream(), of(5), reading);
        assert_eq!(version(&states), None);
        write(&states, 7);
        assert_eq!(version(&states), Some(7));
        write(&states, 6);
        assert_eq!(version(&states), Some(7));
    }

    #[test]
    fn nobody_is_given_what_is_being_written_to() {
        let states = States::default();
        states.keep(stream(), of(5), states.begin());
        let writing = states.writing(vec![stream()]);
        assert_eq!(version(&states), None);
        states.keep(stream(), of(5), states.begin());
        writing.written(vec![(stream(), of(6))]);
        assert_eq!(version(&states), Some(6));
        // What became of this one nobody knows.
        drop(states.writing(vec![stream()]));
        assert_eq!(version(&states), None);
        write(&states, 8);
        assert_eq!(version(&states), Some(8));
    }
}
