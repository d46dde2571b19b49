//! Calls people when something stands still that must not, over a gateway that does not depend on our relay
//! (docs/operate/alarm.md): a release that is due and held, a relay that takes no mail, a context that stays away.
//!
//! One after the other is called, in the order of the configuration, until a named person takes the alarm over at the
//! desk or the cause is over. What was called is kept in memory alone: a house that starts anew begins with the first.
//! The text says nothing of the matter. It does not know how a gateway is asked: that is [`channels::gateway`].

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use channels::gateway::{Body, Gateway, NotTaken};
use domain::aggregate::Aggregate;
use domain::party::Taken;
use domain::react::IntentKind;
use domain::value::Instant;

use crate::Awaited;
use crate::Fault;
use crate::distribution::relay::Relay;
use crate::kernel::clock;
use crate::kernel::config::{Alarm, AlarmBody, OnCall};
use crate::kernel::house::House;
use crate::work::Next;

/// A context that is away for so long is called for: one that ends is started anew within seconds, µs.
const CONTEXT_US: i64 = 60_000_000;
/// A relay that takes no mail for so long is called for, µs.
const RELAY_US: i64 = 180_000_000;
/// A gateway that did not take a call is asked again after so long, µs.
const AGAIN_US: i64 = 60_000_000;
/// Calls of one cause that are remembered.
const CALLS_MAX: usize = 50;

/// What stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// By what it is taken over: the same as long as it lasts.
    pub key: String,
    pub kind: CauseKind,
    pub since: Instant,
}

/// What kind of thing stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseKind {
    Release,
    Relay,
    Context,
}

impl CauseKind {
    /// Its name, for catalogues and logs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            CauseKind::Release => "release",
            CauseKind::Relay => "relay",
            CauseKind::Context => "context",
        }
    }
}

/// The key of a release that is held.
#[must_use]
pub fn of_release(plan_sha256: &str) -> String {
    format!("release {}", plan_sha256.get(..16).unwrap_or(plan_sha256))
}

/// The key of the relay.
pub const OF_RELAY: &str = "relay";

/// The key of a context.
#[must_use]
pub fn of_context(name: &str) -> String {
    format!("context {name}")
}

/// A call that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who was called, as the configuration names them.
    pub name: String,
    pub at: Instant,
    /// Whether the gateway took it.
    pub taken: bool,
}

/// Who was called, by cause.
#[derive(Debug, Default)]
pub struct Calls(Mutex<BTreeMap<String, Vec<Call>>>);

impl Calls {
    /// The calls for a cause, the first first.
    #[must_use]
    pub fn of(&self, key: &str) -> Vec<Call> {
        self.lock().get(key).cloned().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Call>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whom to call now, if anybody: the next on the list once the last call is old enough.
fn next<'a>(alarm: &'a Alarm, calls: &[Call], now: Instant) -> Option<&'a OnCall> {
    let wait = match calls.last() {
        None => 0,
        Some(last) if last.taken => i64::from(alarm.minutes) * 60_000_000,
        Some(_) => AGAIN_US,
    };
    let last = calls.last().map_or(i64::MIN, |last| last.at.0);
    if now.0.saturating_sub(last) < wait {
        return None;
    }
    // A call that nobody took is tried again with the same person.
    let reached = calls.iter().filter(|call| call.taken).count();
    let at = reached.checked_rem(alarm.people.len())?;
    alarm.people.get(at)
}

impl House {
    /// What stands still at this instant and must not.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn alarms(&self) -> Awaited<'_, Result<Vec<Cause>, Fault>> {
        Box::pin(async move {
            let now = clock::now();
            let mut causes = Vec::new();
            let waiting = self
                .store
                .intents_about(store::Viewer::House, IntentKind::Release)
                .await?;
            let quorum = self.own().await?.quorum;
            for (stream, _) in waiting {
                let loaded = self.load(stream).await?;
                let Some(Aggregate::Advisory(advisory)) = loaded.as_ref().map(|l| &*l.state) else {
                    continue;
                };
                if let Some(plan) = &advisory.plan
                    && advisory.is_held(quorum, now)
                {
                    let held = advisory.held.as_ref();
                    let cause = Cause {
                        key: of_release(&plan.sha256),
                        kind: CauseKind::Release,
                        since: held.map_or(plan.instant, |held| held.since),
                    };
                    if !causes.contains(&cause) {
                        causes.push(cause);
                    }
                }
            }
            let relay = self.kept.of::<Relay>().trouble();
            causes.extend(relay.map(|trouble| Cause {
                key: OF_RELAY.to_owned(),
                kind: CauseKind::Relay,
                since: trouble.since,
            }));
            let gone = self.contexts.gone().into_iter();
            causes.extend(gone.map(|(name, since)| Cause {
                key: of_context(name),
                kind: CauseKind::Context,
                since,
            }));
            Ok(causes)
        })
    }

    /// Calls whoever is next for each cause that nobody has taken over.
    pub(super) async fn alarm_round(&self) -> Result<Next, Fault> {
        let alarm = &self.config.alarm;
        if alarm.url.is_empty() {
            return Ok(Next::at(None));
        }
        let calls = self.kept.of::<Calls>();
        let causes = self.alarms().await?;
        calls
            .lock()
            .retain(|key, _| causes.iter().any(|cause| cause.key == *key));
        let own = self.own().await?;
        for cause in causes {
            let now = clock::now();
            let waits = match cause.kind {
                CauseKind::Release => 0,
                CauseKind::Relay => RELAY_US,
                CauseKind::Context => CONTEXT_US,
            };
            let is_taken = own
                .alarms
                .get(&cause.key)
                .is_some_and(|taken| taken.holds(now));
            if is_taken || now.0 - cause.since.0 < waits {
                continue;
            }
            let before = calls.of(&cause.key);
            let Some(person) = next(alarm, &before, now) else {
                continue;
            };
            let taken = self.call(alarm, person, cause.kind);
            match taken {
                Ok(()) => tracing::warn!(
                    code = "alarm.called",
                    cause = cause.kind.word(),
                    calls = before.len() + 1,
                    "somebody on the list was called"
                ),
                Err(NotTaken::Answer(status)) => {
                    tracing::error!(code = "alarm.gateway", status, "the gateway took no call")
                }
                Err(NotTaken::Unreachable) => {
                    tracing::error!(code = "alarm.gateway", "the gateway cannot be reached");
                }
            }
            let mut all = calls.lock();
            let of_cause = all.entry(cause.key).or_default();
            of_cause.push(Call {
                name: person.name.clone(),
                at: now,
                taken: taken.is_ok(),
            });
            if of_cause.len() > CALLS_MAX {
                // Whoever is next follows from how many were reached: a whole turn of the list is forgotten at once.
                let turn = of_cause.len().min(alarm.people.len());
                of_cause.drain(..turn);
            }
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

    /// Who has a cause, if somebody took it over and still has it.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn alarm_taken(&self, key: &str) -> Result<Option<Taken>, Fault> {
        let own = self.own().await?;
        let taken = own.alarms.get(key).copied();
        Ok(taken.filter(|taken| taken.holds(clock::now())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn call(name: &str, at: i64, taken: bool) -> Call {
        Call {
            name: name.to_owned(),
            at: Instant(at),
            taken,
        }
    }

    #[test]
    fn one_after_the_other_is_called_ten_minutes_apart_and_the_first_again_after_the_last() {
        let alarm = list(&["a", "b"]);
        let who =
            |calls: &[Call], now| next(&alarm, calls, Instant(now)).map(|one| one.name.clone());
        assert_eq!(who(&[], 0).as_deref(), Some("a"));
        let mut calls = vec![call("a", 0, true)];
        assert_eq!(who(&calls, 10 * MINUTE - 1), None);
        assert_eq!(who(&calls, 10 * MINUTE).as_deref(), Some("b"));
        calls.push(call("b", 10 * MINUTE, true));
        assert_eq!(who(&calls, 20 * MINUTE).as_deref(), Some("a"));
        // A gateway that is away is asked again for the same person, within a minute.
        calls.push(call("a", 20 * MINUTE, false));
        assert_eq!(who(&calls, 21 * MINUTE - 1), None);
        assert_eq!(who(&calls, 21 * MINUTE).as_deref(), Some("a"));
    }

    #[test]
    fn a_list_without_anybody_calls_nobody() {
        assert_eq!(next(&list(&[]), &[], Instant(0)), None);
    }
}
