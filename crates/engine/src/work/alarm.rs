//! Calls people when something stands still that must not, over a gateway that does not depend on our relay
//! (docs/operate/alarm.md): a release that is due and held, a clock that was set, a relay that takes no mail, a context or a
//! database that does not answer, a record that is not as it was written.
//!
//! One after the other is called, in the order of the configuration, until a named person takes the alarm over at the
//! desk or the cause is over. Waits are reckoned by a clock that nobody sets. What was called is kept in memory alone: a
//! house that starts anew begins with the first. The text says nothing of the matter. It does not know how a gateway is
//! asked: that is [`channels::gateway`].

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use channels::gateway::{Body, Gateway, NotTaken};
use domain::aggregate::Aggregate;
use domain::party::Taken;
use domain::react::IntentKind;
use domain::value::{CopyChannel, Instant};

use crate::Awaited;
use crate::Fault;
use crate::distribution::relay::Relay;
use crate::kernel::clock::{self, Passed};
use crate::kernel::config::{Alarm, AlarmBody, OnCall};
use crate::kernel::house::House;
use crate::work::Next;
use crate::work::upkeep::Whole;

/// A context or a database that has not answered for so long is called for: what ends is started anew within seconds, µs.
const SILENT_US: i64 = 60_000_000;
/// A relay that was tried in vain for so long is called for, µs.
const RELAY_US: i64 = 180_000_000;
/// A gateway that cannot be reached is asked again after so long, µs.
const AGAIN_US: i64 = 60_000_000;
/// After a number that the gateway refuses the next person is called so soon, µs.
const NEXT_US: i64 = 10_000_000;
/// A person whom the gateway could not call so often is passed over.
const FAILURES_MAX: u32 = 2;

/// What stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// By what it is taken over: the same as long as it lasts.
    pub key: String,
    pub kind: CauseKind,
    /// Since when, as far as a date is known: whoever took over before that took another one over.
    pub since: Option<Instant>,
    /// Whether it has lasted long enough to call somebody.
    pub is_ripe: bool,
}

/// What kind of thing stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseKind {
    Release,
    Clock,
    Relay,
    Context,
    Database,
    Record,
}

impl CauseKind {
    /// Its name, for catalogues and logs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            CauseKind::Release => "release",
            CauseKind::Clock => "clock",
            CauseKind::Relay => "relay",
            CauseKind::Context => "context",
            CauseKind::Database => "database",
            CauseKind::Record => "record",
        }
    }
}

/// The key of a release that is held.
#[must_use]
pub fn of_release(plan_sha256: &str) -> String {
    format!("release {}", plan_sha256.get(..16).unwrap_or(plan_sha256))
}

/// The key of the clock.
pub const OF_CLOCK: &str = "clock";
/// The key of the relay.
pub const OF_RELAY: &str = "relay";
/// The key of the database.
pub const OF_DATABASE: &str = "database";
/// The key of a record that is not as it was written.
pub const OF_RECORD: &str = "record";

/// The key of a context.
#[must_use]
pub fn of_context(name: &str) -> String {
    format!("context {name}")
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The gateway took it.
    Taken,
    /// The gateway will not take one for this person.
    Refused,
    /// The gateway took none, and may take one later.
    Failed,
}

impl Outcome {
    fn of(called: Result<(), NotTaken>) -> Outcome {
        match called {
            Ok(()) => Outcome::Taken,
            // Too many requests, and time that ran out, say nothing of the person.
            Err(NotTaken::Answer(408 | 429)) => Outcome::Failed,
            Err(NotTaken::Answer(400..=499)) => Outcome::Refused,
            Err(_) => Outcome::Failed,
        }
    }
}

/// The last call for a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who was called, as the configuration names them.
    pub name: String,
    /// When, for people to read.
    pub at: Instant,
    pub outcome: Outcome,
    /// The same, to reckon with.
    passed: Passed,
}

/// Where the calls for a cause stand.
#[derive(Clone, Debug, Default)]
struct Called {
    last: Option<Call>,
    /// Who is next, counted from the first on through the list again and again.
    next: usize,
    /// Calls in vain for whoever is next.
    failures: u32,
    /// All calls so far.
    count: u64,
}

impl Called {
    /// How long after the last call the next one is made, µs.
    fn wait_us(&self, alarm: &Alarm) -> i64 {
        match self.last.as_ref().map(|last| last.outcome) {
            None => 0,
            Some(Outcome::Taken) => i64::from(alarm.minutes) * 60_000_000,
            Some(Outcome::Refused) => NEXT_US,
            Some(Outcome::Failed) => AGAIN_US,
        }
    }

    fn take(&mut self, call: Call) {
        self.count += 1;
        self.failures = match call.outcome {
            Outcome::Failed => self.failures + 1,
            Outcome::Taken | Outcome::Refused => 0,
        };
        if call.outcome != Outcome::Failed || self.failures >= FAILURES_MAX {
            self.next += 1;
            self.failures = 0;
        }
        self.last = Some(call);
    }
}

/// Who was called, by cause; and since when the database has not answered.
#[derive(Debug, Default)]
pub struct Calls {
    called: Mutex<BTreeMap<String, Called>>,
    no_answer: Mutex<Option<Passed>>,
}

impl Calls {
    /// The last call for a cause.
    #[must_use]
    pub fn of(&self, key: &str) -> Option<Call> {
        lock(&self.called).get(key)?.last.clone()
    }

    /// Notes whether the database has answered; how long it has not, µs.
    fn database(&self, answered: bool) -> Option<i64> {
        let mut since = lock(&self.no_answer);
        if answered {
            *since = None;
            return None;
        }
        Some(since.get_or_insert_with(Passed::now).ago_us())
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whom to call now, if anybody: the next on the list once the last call is old enough.
fn next<'a>(alarm: &'a Alarm, called: &Called) -> Option<&'a OnCall> {
    let is_early = called
        .last
        .as_ref()
        .is_some_and(|last| last.passed.ago_us() < called.wait_us(alarm));
    if is_early {
        return None;
    }
    alarm
        .people
        .get(called.next.checked_rem(alarm.people.len())?)
}

impl House {
    /// What stands still at this instant and must not.
    ///
    /// # Errors
    /// Faults of the store; what is known without it is told by [`House::alarms_without_database`].
    pub fn alarms(&self) -> Awaited<'_, Result<Vec<Cause>, Fault>> {
        Box::pin(async move {
            let mut causes = self.alarms_without_database();
            causes.extend(self.relay_alarm().await?);
            let now = clock::now();
            let quorum = self.own().await?.quorum;
            let waiting = self
                .store
                .intents_about(store::Viewer::House, IntentKind::Release)
                .await?;
            for (stream, _) in waiting {
                // One that cannot be read silences no other.
                let loaded = match self.load(stream).await {
                    Ok(loaded) => loaded,
                    Err(error) => {
                        tracing::error!(code = error.code(), "a plan that waits cannot be read");
                        continue;
                    }
                };
                let Some(Aggregate::Advisory(advisory)) = loaded.as_ref().map(|l| &*l.state) else {
                    continue;
                };
                let Some(plan) = advisory.plan.as_ref() else {
                    continue;
                };
                let key = of_release(&plan.sha256);
                let is_known = causes.iter().any(|cause| cause.key == key);
                if advisory.is_held(quorum, now) && !is_known {
                    causes.push(Cause {
                        key,
                        kind: CauseKind::Release,
                        since: Some(plan.instant),
                        is_ripe: true,
                    });
                }
            }
            Ok(causes)
        })
    }

    /// What is known to stand still whether or not the database answers.
    fn alarms_without_database(&self) -> Vec<Cause> {
        let silent = self.contexts.silent().into_iter();
        let mut causes: Vec<Cause> = silent
            .map(|(name, us)| Cause {
                key: of_context(name),
                kind: CauseKind::Context,
                since: None,
                is_ripe: us >= SILENT_US,
            })
            .collect();
        causes.extend(self.clock_was_set().map(|_| Cause {
            key: OF_CLOCK.to_owned(),
            kind: CauseKind::Clock,
            since: None,
            is_ripe: true,
        }));
        causes.extend(self.kept.of::<Whole>().amiss().map(|amiss| Cause {
            key: OF_RECORD.to_owned(),
            kind: CauseKind::Record,
            since: Some(amiss.since),
            is_ripe: true,
        }));
        causes
    }

    /// The relay, while something waits for it that it did not take.
    async fn relay_alarm(&self) -> Result<Option<Cause>, Fault> {
        let Some(trouble) = self.kept.of::<Relay>().trouble() else {
            return Ok(None);
        };
        let copies = self.store.next_copy_at(CopyChannel::Mail).await?;
        let letters = self.store.next_intent_at(IntentKind::FirstContact).await?;
        let waits = copies.is_some() || letters.is_some();
        Ok(waits.then(|| Cause {
            key: OF_RELAY.to_owned(),
            kind: CauseKind::Relay,
            since: Some(trouble.since),
            is_ripe: trouble.last.0 - trouble.since.0 >= RELAY_US,
        }))
    }

    /// Calls whoever is next for each cause that nobody has taken over.
    pub(super) async fn alarm_round(&self) -> Result<Next, Fault> {
        let alarm = &self.config.alarm;
        if alarm.url.is_empty() {
            return Ok(Next::at(None));
        }
        let calls = self.kept.of::<Calls>();
        let asked = match self.alarms().await {
            Ok(causes) => self.own().await.map(|own| (causes, own.alarms)),
            Err(error) => Err(error),
        };
        let (causes, taken) = match asked {
            Ok((causes, taken)) => {
                let _ = calls.database(true);
                (causes, taken)
            }
            Err(error) => {
                tracing::error!(
                    code = error.code(),
                    "whether something stands still is not known"
                );
                let away = calls.database(false).unwrap_or_default();
                let mut causes = self.alarms_without_database();
                causes.push(Cause {
                    key: OF_DATABASE.to_owned(),
                    kind: CauseKind::Database,
                    since: None,
                    is_ripe: away >= SILENT_US,
                });
                (causes, BTreeMap::new())
            }
        };
        lock(&calls.called).retain(|key, _| causes.iter().any(|cause| cause.key == *key));
        for cause in causes.into_iter().filter(|cause| cause.is_ripe) {
            let now = clock::now();
            if cause.taken(&taken, now).is_some() {
                continue;
            }
            let before = lock(&calls.called)
                .get(&cause.key)
                .cloned()
                .unwrap_or_default();
            let Some(person) = next(alarm, &before) else {
                continue;
            };
            let called = self.call(alarm, person, cause.kind);
            match called {
                Ok(()) => tracing::warn!(
                    code = "alarm.called",
                    cause = cause.kind.word(),
                    calls = before.count + 1,
                    "somebody on the list was called"
                ),
                Err(NotTaken::Answer(status)) => {
                    tracing::error!(code = "alarm.gateway", status, "the gateway took no call")
                }
                Err(NotTaken::Unreachable) => {
                    tracing::error!(code = "alarm.gateway", "the gateway cannot be reached");
                }
            }
            let call = Call {
                name: person.name.clone(),
                at: now,
                outcome: Outcome::of(called),
                passed: Passed::now(),
            };
            lock(&calls.called).entry(cause.key).or_default().take(call);
        }
        Ok(Next::at(None))
    }

    fn call(&self, alarm: &Alarm, person: &OnCall, kind: CauseKind) -> Result<(), NotTaken> {
        let authorization = match self.secret_of_alarm(alarm) {
            Ok(secret) => secret,
            Err(fault) => {
                tracing::error!(
                    code = fault.code(),
                    "alarm.authorization_file cannot be read"
                );
                return Err(NotTaken::Unreachable);
            }
        };
        let gateway = Gateway {
            url: alarm.url.clone(),
            body: match alarm.body {
                AlarmBody::Json => Body::Json,
                AlarmBody::Form => Body::Form,
            },
            to_field: alarm.to_field.clone(),
            text_field: alarm.text_field.clone(),
            fields: alarm.fields.clone(),
            authorization,
        };
        let site = self.mail_site();
        let text = pages::work::alarm::text(&site, person.lang, kind.word(), &self.config.desk);
        gateway.call(&person.number, &text)
    }

    fn secret_of_alarm(&self, alarm: &Alarm) -> Result<String, Fault> {
        if alarm.authorization_file.is_empty() {
            return Ok(String::new());
        }
        let secret = seal::files::read_secret(&self.dir.join(&alarm.authorization_file))?;
        Ok(String::from_utf8_lossy(&secret).trim().to_owned())
    }
}

impl Cause {
    /// Who has it, if somebody took it over, and not one of before that is over, and still has it.
    #[must_use]
    pub fn taken<'a>(
        &self,
        alarms: &'a BTreeMap<String, Taken>,
        now: Instant,
    ) -> Option<&'a Taken> {
        let is_this = |taken: &&Taken| self.since.is_none_or(|since| taken.at >= since);
        let taken = alarms.get(&self.key).filter(is_this);
        taken.filter(|taken| taken.holds(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::clock::Mock;

    const MINUTE: i64 = 60_000_000;

    fn list(names: &[&str]) -> Alarm {
        let people = names.iter().map(|name| OnCall {
            name: (*name).to_owned(),
            number: "+81900000000".to_owned(),
            lang: formats::advisory::Lang::Ja,
        });
        Alarm {
            url: "https://gateway.example/".to_owned(),
            people: people.collect(),
            ..Alarm::default()
        }
    }

    /// Calls by a list until this many minutes have passed; who was called, and after how many seconds.
    fn called(names: &[&str], outcome: fn(&str, u64) -> Outcome, minutes: i64) -> Vec<String> {
        let clock = Mock::at(Instant(1_788_739_200_000_000));
        let _ruled = clock.danger_rule_this_thread();
        let (alarm, mut state) = (list(names), Called::default());
        let mut said = Vec::new();
        let began = clock.reading().0;
        for second in 0..minutes * 60 {
            clock.move_to(Instant(began + second * 1_000_000));
            let Some(person) = next(&alarm, &state) else {
                continue;
            };
            said.push(format!("{} {second}", person.name));
            let outcome = outcome(&person.name, state.count);
            state.take(Call {
                name: person.name.clone(),
                at: clock.reading(),
                outcome,
                passed: Passed::now(),
            });
        }
        said
    }

    #[test]
    fn one_after_the_other_is_called_ten_minutes_apart_and_the_first_again_after_the_last() {
        let said = called(&["a", "b"], |_, _| Outcome::Taken, 31);
        assert_eq!(said, ["a 0", "b 600", "a 1200", "b 1800"]);
    }

    #[test]
    fn a_number_that_is_refused_keeps_nobody_from_being_called() {
        let refused = |name: &str, _| match name {
            "a" => Outcome::Refused,
            _ => Outcome::Taken,
        };
        assert_eq!(
            called(&["a", "b"], refused, 12),
            ["a 0", "b 10", "a 610", "b 620"]
        );
    }

    #[test]
    fn a_gateway_that_is_away_is_asked_again_twice_for_one_person_and_then_for_the_next() {
        let away = |_: &str, count| {
            if count < 3 {
                Outcome::Failed
            } else {
                Outcome::Taken
            }
        };
        assert_eq!(
            called(&["a", "b"], away, 5),
            ["a 0", "a 60", "b 120", "b 180"]
        );
    }

    #[test]
    fn a_list_without_anybody_calls_nobody() {
        assert_eq!(next(&list(&[]), &Called::default()), None);
    }

    #[test]
    fn whoever_took_over_before_it_began_took_another_one_over() {
        let person = domain::value::PersonId::from_bytes([1; 16]);
        let taken = Taken {
            person,
            at: Instant(10 * MINUTE),
        };
        let cause = |since| Cause {
            key: OF_RELAY.to_owned(),
            kind: CauseKind::Relay,
            since: Some(Instant(since * MINUTE)),
            is_ripe: true,
        };
        let alarms = BTreeMap::from([(OF_RELAY.to_owned(), taken)]);
        let has = |since, now: i64| cause(since).taken(&alarms, Instant(now * MINUTE)).is_some();
        assert!(has(5, 20));
        assert!(!has(15, 20));
        assert!(!has(5, 9), "by a clock that ran ahead");
    }

    #[test]
    fn what_the_gateway_says_is_told_from_what_it_cannot_do() {
        for (answer, outcome) in [
            (Ok(()), Outcome::Taken),
            (Err(NotTaken::Answer(404)), Outcome::Refused),
            (Err(NotTaken::Answer(429)), Outcome::Failed),
            (Err(NotTaken::Answer(503)), Outcome::Failed),
            (Err(NotTaken::Answer(307)), Outcome::Failed),
            (Err(NotTaken::Unreachable), Outcome::Failed),
        ] {
            assert_eq!(Outcome::of(answer), outcome, "{answer:?}");
        }
    }
}
