//! The house reads itself whole, once a day: the chain of the ledger, every text and file beside it, and what the database
//! says of its own pages. What rots, or is taken away, is found by the house and not by whoever needs it next.
//!
//! It needs no key and mends nothing. Reading is the slowest work of the house: it has a thread of its own. What it found
//! is kept in memory, and read again each hour; that all was good is kept in the database, so that a start reads nothing twice.

use std::sync::{Mutex, PoisonError};

use domain::value::Instant;

use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::House;
use crate::work::Next;

/// How often all is read, µs: once a day.
const EVERY_US: i64 = 86_400_000_000;
/// How often while something is amiss, or could not be read, µs: once an hour.
const AGAIN_US: i64 = 3_600_000_000;
/// When all was read last and found good.
const READ: &str = "read_whole";
/// Findings that are told by name; the rest is counted.
const NAMED_MAX: usize = 3;

/// What the last reading found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amiss {
    /// When it was first found.
    pub since: Instant,
    /// What it is: names of tables and positions, no content.
    pub what: String,
}

/// What is known of the whole.
#[derive(Debug, Default)]
pub struct Whole(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// When it was tried last, µs.
    tried: Option<i64>,
    amiss: Option<Amiss>,
}

impl Whole {
    /// What is amiss, as far as it is known.
    #[must_use]
    pub fn amiss(&self) -> Option<Amiss> {
        self.lock().amiss.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is time to try again: an hour after a reading that found something or failed.
    fn may_try(&self, now: i64) -> bool {
        self.lock()
            .tried
            .is_none_or(|tried| !(0..AGAIN_US).contains(&(now - tried)))
    }

    fn note(&self, now: i64, what: Option<String>) {
        let mut known = self.lock();
        known.tried = Some(now);
        let since = known
            .amiss
            .as_ref()
            .map_or(Instant(now), |amiss| amiss.since);
        known.amiss = what.map(|what| Amiss { since, what });
    }
}

impl House {
    /// Reads all if a day has passed since all was good.
    pub(super) async fn upkeep_round(&self) -> Result<Next, Fault> {
        let now = clock::now().0;
        let whole = self.kept.of::<Whole>();
        let last = self.store.meta(READ).await?;
        let last = last
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, i64::from_be_bytes);
        // A clock that was set back is no reason to read all again and again.
        if (now - last).abs() < EVERY_US || !whole.may_try(now) {
            return Ok(Next::at(None));
        }
        let found = match self.read_whole().await {
            Ok(found) => found,
            Err(error) => {
                whole.note(now, whole.amiss().map(|amiss| amiss.what));
                return Err(error);
            }
        };
        if let Some(what) = &found {
            tracing::error!(
                code = "record.amiss",
                what = what.as_str(),
                "the record is not as it was written"
            );
        } else {
            self.store.set_meta(READ, &now.to_be_bytes()).await?;
        }
        whole.note(now, found);
        Ok(Next::at(None))
    }

    /// What of the record is not as it was written, in the words of `ledger verify`; nothing if all is.
    async fn read_whole(&self) -> Result<Option<String>, Fault> {
        let mut what = self.store.pages_amiss().await?;
        let verified = self.verify_ledger(&[]).await?;
        what.extend(verified.broken.map(|broken| format!("ledger: {broken}")));
        what.extend(verified.amiss.iter().map(ToString::to_string));
        if what.is_empty() {
            return Ok(None);
        }
        let more = what.len().saturating_sub(NAMED_MAX);
        what.truncate(NAMED_MAX);
        if more > 0 {
            what.push(format!("+{more}"));
        }
        Ok(Some(what.join("; ")))
    }
}
