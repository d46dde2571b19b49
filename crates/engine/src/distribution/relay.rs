//! Whether the relay takes mail, as the last tries told: an alarm that is on while nothing leaves.
//!
//! Kept in memory, since the next try after a start tells it anew. It knows no copy and no recipient: what one mailbox
//! refuses is no trouble with the relay.

use std::sync::{Mutex, PoisonError};

use channels::smtp::{Outcome, Stage};
use domain::value::Instant;

use crate::kernel::clock;

/// What the relay last did.
#[derive(Debug, Default)]
pub struct Relay(Mutex<Option<Trouble>>);

/// The relay takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub since: Instant,
    /// Its answer, or 0 where there was none.
    pub smtp: u16,
}

impl Relay {
    /// It took a mail.
    pub(crate) fn took(&self) {
        let before = self.lock().take();
        if before.is_some() {
            tracing::info!(code = "post.relay_takes", "the relay takes mail again");
        }
    }

    /// It took none, for a reason that concerns no recipient.
    pub(crate) fn failed(&self, smtp: u16) {
        let mut state = self.lock();
        if state.is_none() {
            tracing::error!(
                code = "post.relay_down",
                smtp,
                "the relay takes no mail; what waits is tried again up to its deadline"
            );
            let since = clock::now();
            *state = Some(Trouble { since, smtp });
        }
    }

    /// What is wrong with it, if anything is.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        *self.lock()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Trouble>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an outcome tells of the relay itself: that it takes nothing now, with its answer or 0 where there was none. What
/// it says of a recipient, and a mail that may have arrived, tell nothing.
pub(crate) fn tells_of_relay(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::NotSent => Some(0),
        Outcome::Refused { code, stage } | Outcome::Deferred { code, stage }
            if *stage != Stage::Rcpt =>
        {
            Some(*code)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mailbox_tells_nothing_of_the_relay_and_any_other_refusal_does() {
        for stage in [
            Stage::Mail,
            Stage::Rcpt,
            Stage::Relay,
            Stage::Data,
            Stage::Message,
        ] {
            let is_ours = stage != Stage::Rcpt;
            let (refused, put_off) = (
                Outcome::Refused { code: 550, stage },
                Outcome::Deferred { code: 452, stage },
            );
            assert_eq!(tells_of_relay(&refused), is_ours.then_some(550));
            assert_eq!(tells_of_relay(&put_off), is_ours.then_some(452));
        }
        assert_eq!(tells_of_relay(&Outcome::NotSent), Some(0));
        assert_eq!(tells_of_relay(&Outcome::MaybeDelivered), None);
    }
}
