//! Whether the relay takes mail, as the last tries told: an alarm that is on while nothing leaves.
//!
//! Kept in memory, since the next try after a start tells it anew. It knows no copy and no recipient: what one mailbox
//! refuses is no trouble with the relay.

use std::sync::{Mutex, PoisonError};

use channels::smtp::{Outcome, Stage};
use domain::value::Instant;

use crate::kernel::clock;

/// What was denied is tried again every hour at the latest; when two have passed without another denial, it is over, µs.
const DENIAL_US: i64 = 2 * 3_600 * 1_000_000;

/// What the relay last did.
#[derive(Debug, Default)]
pub struct Relay(Mutex<Option<Trouble>>);

/// The relay takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub since: Instant,
    /// Its answer, or 0 where there was none.
    pub smtp: u16,
    /// When it last denied us a recipient, if it did: it may take mail for its own domain all the while.
    denied: Option<Instant>,
}

impl Relay {
    /// Takes what came of some mails that were handed over together.
    pub(crate) fn told(&self, tally: &Tally) {
        let now = clock::now();
        match (tally.denied(), tally.trouble) {
            (Some(smtp), _) => self.failed(smtp, Some(now)),
            (None, _) if tally.taken > 0 => self.took(now),
            (None, Some(smtp)) => self.failed(smtp, None),
            (None, None) => {}
        }
    }

    /// It took a mail: whatever was wrong is over, but for a denial, which concerns other recipients.
    fn took(&self, now: Instant) {
        let mut state = self.lock();
        let is_over =
            state.is_some_and(|trouble| trouble.denied.is_none_or(|at| now.0 - at.0 > DENIAL_US));
        if is_over {
            *state = None;
            tracing::info!(code = "post.relay_takes", "the relay takes mail again");
        }
    }

    /// It took none, or not for everybody, for a reason that concerns no recipient.
    pub(crate) fn failed(&self, smtp: u16, denied: Option<Instant>) {
        let mut state = self.lock();
        if let Some(trouble) = state.as_mut() {
            trouble.denied = denied.or(trouble.denied);
        } else {
            tracing::error!(
                code = "post.relay_down",
                smtp,
                "the relay takes no mail; what waits is tried again up to its deadline"
            );
            let since = clock::now();
            *state = Some(Trouble {
                since,
                smtp,
                denied,
            });
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

/// What came of some mails, as far as it tells of the relay. What it says of a recipient, and a mail that may have
/// arrived, tell nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    taken: usize,
    /// Its answer where it takes nothing now, or 0 where there was none.
    trouble: Option<u16>,
    /// Its answer where it denied us a recipient.
    denial: Option<u16>,
    /// Refusals that do not say whom they concern, and the last answer.
    unclear: (usize, u16),
}

impl Tally {
    pub(crate) fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Accepted { .. } => self.taken += 1,
            Outcome::NotSent => self.trouble = self.trouble.or(Some(0)),
            Outcome::Refused { code, stage } | Outcome::Deferred { code, stage } => match stage {
                Stage::Rcpt => {}
                Stage::Relay => self.denial = Some(*code),
                Stage::Unclear => self.unclear = (self.unclear.0 + 1, *code),
                Stage::Mail | Stage::Data | Stage::Message => {
                    self.trouble = self.trouble.or(Some(*code));
                }
            },
            Outcome::MaybeDelivered => {}
        }
    }

    /// That it denies us recipients, with its answer. One refusal that does not say whom it concerns may be an address
    /// that is wrong; where several were refused so and none was taken, it is us.
    fn denied(&self) -> Option<u16> {
        let (unclear, code) = self.unclear;
        let is_us = unclear > 1 && self.taken == 0;
        self.denial.or(is_us.then_some(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(stage: Stage) -> Outcome {
        Outcome::Refused { code: 550, stage }
    }

    fn taken() -> Outcome {
        Outcome::Accepted {
            reply: "250 ok".to_owned(),
        }
    }

    /// Whether the alarm is on after these mails went over together.
    fn alarmed(relay: &Relay, outcomes: &[Outcome]) -> bool {
        let mut tally = Tally::default();
        outcomes.iter().for_each(|outcome| tally.add(outcome));
        relay.told(&tally);
        relay.trouble().is_some()
    }

    #[test]
    fn one_mailbox_tells_nothing_of_the_relay_and_any_other_refusal_does() {
        for stage in [Stage::Mail, Stage::Relay, Stage::Data, Stage::Message] {
            let put_off = Outcome::Deferred { code: 452, stage };
            for outcome in [refused(stage), put_off, Outcome::NotSent] {
                assert!(
                    alarmed(&Relay::default(), std::slice::from_ref(&outcome)),
                    "{outcome:?}"
                );
            }
        }
        for outcome in [
            refused(Stage::Rcpt),
            refused(Stage::Unclear),
            Outcome::MaybeDelivered,
        ] {
            assert!(
                !alarmed(&Relay::default(), std::slice::from_ref(&outcome)),
                "{outcome:?}"
            );
        }
        // One such address may be wrong; where none is taken, it is us.
        let both = [refused(Stage::Unclear), refused(Stage::Unclear)];
        assert!(alarmed(&Relay::default(), &both));
        let one_works = [both[0].clone(), both[1].clone(), taken()];
        assert!(!alarmed(&Relay::default(), &one_works));
    }

    #[test]
    fn a_mail_to_its_own_domain_does_not_hide_that_it_denies_the_others() {
        let relay = Relay::default();
        assert!(alarmed(&relay, &[taken(), refused(Stage::Relay)]));
        assert!(alarmed(&relay, &[taken()]), "the others were not tried yet");
        relay.took(Instant(clock::now().0 + DENIAL_US + 1));
        assert!(
            relay.trouble().is_none(),
            "they were, and nothing was denied"
        );
        // An outage is over with the first mail.
        assert!(alarmed(&relay, &[Outcome::NotSent]));
        assert!(!alarmed(&relay, &[taken()]));
    }
}
