//! Whether the relay takes mail, as the last tries told: an alarm that is on while nothing leaves.
//!
//! Kept in memory, since the next try after a start tells it anew. It knows no copy and no recipient: what one mailbox
//! refuses is no trouble with the relay.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use channels::smtp::{Outcome, Stage};
use domain::value::Instant;

use crate::kernel::clock;

/// What was denied is tried again every hour at the latest; when two have passed without another denial, it is over, µs.
const DENIAL_US: i64 = 2 * 3_600 * 1_000_000;

/// Refusals that do not say whom they concern, with no mail taken meanwhile, that are taken for a denial of us: fewer may
/// be addresses that are wrong.
const UNCLEAR_MAX: usize = 3;
/// A mail that was taken so lately shows that the relay takes mail, µs.
const TAKEN_US: i64 = 3_600 * 1_000_000;

/// What the relay last did.
#[derive(Debug, Default)]
pub struct Relay(Mutex<Lately>);

#[derive(Debug, Default)]
struct Lately {
    trouble: Option<Trouble>,
    taken: Option<Instant>,
    /// Recipients that were refused unclearly since a mail was taken, and the last answer.
    unclear: (HashSet<u64>, u16),
}

/// The relay takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub since: Instant,
    /// Its answer, or 0 where there was none.
    pub smtp: u16,
    /// When it was last tried in vain.
    pub last: Instant,
    /// When it last denied us a recipient, if it did: it may take mail for its own domain all the while.
    denied: Option<Instant>,
}

impl Relay {
    /// Takes what came of some mails that were handed over together.
    pub(crate) fn told(&self, tally: &Tally) {
        let now = clock::now();
        match (self.denies(tally, now), tally.trouble) {
            (Some(smtp), _) => self.failed(smtp, Some(now)),
            (None, _) if tally.taken > 0 => self.took(now),
            (None, Some(smtp)) => self.failed(smtp, None),
            (None, None) => {}
        }
    }

    /// That it denies us recipients, with its answer: not one among many; or, where it does not say whom a refusal concerns,
    /// several recipients while nothing at all is taken.
    fn denies(&self, tally: &Tally, now: Instant) -> Option<u16> {
        let mut lately = self.lock();
        if tally.taken > 0 {
            (lately.taken, lately.unclear) = (Some(now), (HashSet::new(), 0));
        }
        let (refused, code) = &tally.unclear;
        if tally.taken == 0 && !refused.is_empty() && lately.unclear.0.len() < UNCLEAR_MAX {
            lately.unclear.0.extend(refused);
            lately.unclear.1 = *code;
        }
        let is_taking = lately.taken.is_some_and(|at| now.0 - at.0 < TAKEN_US);
        let is_us = !is_taking && lately.unclear.0.len() >= UNCLEAR_MAX;
        let (denied, answer) = tally.denial;
        // One recipient's own policy among many who are served tells nothing of us.
        let is_denial = denied > 0 && denied * 10 >= tally.taken;
        is_denial
            .then_some(answer)
            .or(is_us.then_some(lately.unclear.1))
    }

    /// It took a mail: whatever was wrong is over, but for a denial, which concerns other recipients.
    fn took(&self, now: Instant) {
        let mut lately = self.lock();
        let is_over = lately
            .trouble
            .is_some_and(|trouble| trouble.denied.is_none_or(|at| now.0 - at.0 > DENIAL_US));
        if is_over {
            lately.trouble = None;
            tracing::info!(code = "post.relay_takes", "the relay takes mail again");
        }
    }

    /// It took none, or not for everybody, for a reason that concerns no recipient.
    pub(crate) fn failed(&self, smtp: u16, denied: Option<Instant>) {
        let mut lately = self.lock();
        if let Some(trouble) = lately.trouble.as_mut() {
            trouble.denied = denied.or(trouble.denied);
            trouble.last = clock::now();
        } else {
            tracing::error!(
                code = "post.relay_down",
                smtp,
                "the relay takes no mail; what waits is tried again up to its deadline"
            );
            let since = clock::now();
            lately.trouble = Some(Trouble {
                since,
                smtp,
                last: since,
                denied,
            });
        }
    }

    /// What is wrong with it, if anything is.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        self.lock().trouble
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Lately> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What came of some mails, as far as it tells of the relay. What it says of a recipient, and a mail that may have
/// arrived, tell nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    taken: usize,
    /// Its answer where it takes nothing now, or 0 where there was none.
    trouble: Option<u16>,
    /// How many recipients it denied us, and its last answer.
    denial: (usize, u16),
    /// Recipients whose refusal does not say whom it concerns, and the last answer.
    unclear: (HashSet<u64>, u16),
}

impl Tally {
    /// Takes what came of a mail; `whom` tells one recipient from another.
    pub(crate) fn add(&mut self, outcome: &Outcome, whom: &[u8]) {
        match outcome {
            Outcome::Accepted { .. } => self.taken += 1,
            Outcome::NotSent => self.trouble = self.trouble.or(Some(0)),
            Outcome::Refused { code, stage } | Outcome::Deferred { code, stage } => match stage {
                Stage::Rcpt => {}
                Stage::Relay => self.denial = (self.denial.0 + 1, *code),
                Stage::Unclear => {
                    let mut hash = DefaultHasher::new();
                    whom.hash(&mut hash);
                    self.unclear.0.insert(hash.finish());
                    self.unclear.1 = *code;
                }
                Stage::Mail | Stage::Data | Stage::Message => {
                    self.trouble = self.trouble.or(Some(*code));
                }
            },
            Outcome::MaybeDelivered => {}
        }
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
        alarmed_from(relay, outcomes, 0)
    }

    /// The same of recipients that are counted from a number.
    fn alarmed_from(relay: &Relay, outcomes: &[Outcome], first: usize) -> bool {
        let mut tally = Tally::default();
        for (n, outcome) in outcomes.iter().enumerate() {
            tally.add(outcome, &(first + n).to_be_bytes());
        }
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
        // Two such addresses may be wrong; where several are refused and none is taken, it is us, also one by one.
        let [one, more] = [1, 3].map(|n| vec![refused(Stage::Unclear); n]);
        assert!(!alarmed(&Relay::default(), &more[..2]) && alarmed(&Relay::default(), &more));
        let one_works = [more.clone(), vec![taken()]].concat();
        assert!(!alarmed(&Relay::default(), &one_works));
        let letters = Relay::default();
        for _ in 0..5 {
            assert!(
                !alarmed_from(&letters, &one, 1),
                "one address that is tried again"
            );
        }
        assert!(!alarmed_from(&letters, &one, 2) && alarmed_from(&letters, &one, 3));
        // Two dead addresses that are tried again and again raise none while others get their mail.
        let lists = Relay::default();
        assert!(!alarmed(&lists, &[taken()]));
        for _ in 0..5 {
            assert!(!alarmed(&lists, &more[..2]));
        }
        // Nor does one recipient's policy among many who are served.
        let many = [vec![taken(); 11], vec![refused(Stage::Relay)]].concat();
        assert!(!alarmed(&Relay::default(), &many));
    }

    #[test]
    fn a_mail_to_its_own_domain_does_not_hide_that_it_denies_the_others() {
        let relay = Relay::default();
        assert!(alarmed(
            &relay,
            &[taken(), refused(Stage::Relay), refused(Stage::Relay)]
        ));
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
