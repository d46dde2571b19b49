//! Time as a value: nothing here asks a clock.

use serde::{Deserialize, Serialize};

/// An instant, µs since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    /// The instant `days` of 24 hours later.
    #[must_use]
    pub const fn plus_days(self, days: u32) -> Instant {
        Instant(self.0 + days as i64 * 86_400_000_000)
    }

    /// The instant cut to whole seconds, as it stands in documents.
    #[must_use]
    pub const fn whole_seconds(self) -> Instant {
        Instant(self.0.div_euclid(1_000_000) * 1_000_000)
    }
}
