//! Forms that are sent twice: a second press, or a page that is loaded again, is answered as the first was.
//!
//! A page's forms carry a token; the same words under the same token from the same session are one sending. Where the
//! first led to is remembered for some minutes and in memory: after a start, what was done is told by the page. A form
//! that came back with something to mend was not done, and may be sent again. It knows no form.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pages::kit::form::{ONCE, Typed};
use seal::canon::Canon;
use tokio::sync::Notify;

/// How long it is remembered where a form led to.
const KEPT: Duration = Duration::from_secs(600);
/// Sendings that are remembered at once.
const MOST: usize = 10_000;
/// How long a second sending waits for the first.
const WAIT: Duration = Duration::from_secs(10);

type Name = [u8; 32];

enum State {
    Running(Arc<Notify>),
    Done(String),
}

/// The sendings of the last minutes.
#[derive(Default)]
pub(crate) struct Sendings(Mutex<HashMap<Name, (Instant, State)>>);

/// What is to be done with a form.
pub(crate) enum Turn {
    /// It is the first of its kind: its end is told to [`Sendings::ended`].
    First(Option<Name>),
    /// It was done; this is where it led to.
    Done(String),
}

/// The name of a sending; nothing where its page gave it no token.
fn name(session: &str, path: &str, form: &Typed) -> Option<Name> {
    if form.value(ONCE).len() != 32 {
        return None;
    }
    let mut said = Canon::of("noroshi/sending/1")
        .bytes(session.as_bytes())
        .bytes(path.as_bytes());
    for (name, value) in form.pairs() {
        said = said.bytes(name.as_bytes()).bytes(value.as_bytes());
    }
    Some(seal::sha256(&said.finish()))
}

impl Sendings {
    /// Begins a form, or tells where it led to when it was sent before.
    pub(crate) async fn begin(&self, session: &str, path: &str, form: &Typed) -> Turn {
        let Some(name) = name(session, path, form) else {
            return Turn::First(None);
        };
        loop {
            let waits = {
                let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                all.retain(|_, (at, _)| at.elapsed() < KEPT);
                match all.get(&name) {
                    Some((_, State::Done(path))) => return Turn::Done(path.clone()),
                    Some((_, State::Running(notify))) => Arc::clone(notify),
                    None if all.len() >= MOST => return Turn::First(None),
                    None => {
                        let running = State::Running(Arc::default());
                        all.insert(name, (Instant::now(), running));
                        return Turn::First(Some(name));
                    }
                }
            };
            if tokio::time::timeout(WAIT, waits.notified()).await.is_err() {
                return Turn::First(None);
            }
        }
    }

    /// Ends a form: with where it led to, or with nothing if it was not done.
    pub(crate) fn ended(&self, name: Option<Name>, led_to: Option<&str>) {
        let Some(name) = name else { return };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match led_to {
            Some(path) => all.insert(name, (Instant::now(), State::Done(path.to_owned()))),
            None => all.remove(&name),
        };
        if let Some((_, State::Running(notify))) = before {
            // Whoever comes to wait a moment later finds the permit.
            notify.notify_one();
            notify.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(token: &str, text: &str) -> Typed {
        Typed::filled([(ONCE, token), ("text", text)])
    }

    #[tokio::test(flavor = "current_thread")]
    async fn the_same_words_under_the_same_token_are_one_sending() {
        let (all, token) = (Sendings::default(), "a".repeat(32));
        let asked = form(&token, "x");
        let Turn::First(name) = all.begin("s", "/p", &asked).await else {
            panic!("nothing was sent before")
        };
        all.ended(name, Some("/done"));
        let again = all.begin("s", "/p", &asked).await;
        assert!(matches!(again, Turn::Done(path) if path == "/done"));
        for (session, path, form) in [
            ("other", "/p", form(&token, "x")),
            ("s", "/q", form(&token, "x")),
            ("s", "/p", form(&token, "y")),
            ("s", "/p", form(&"b".repeat(32), "x")),
            ("s", "/p", form("", "x")),
        ] {
            assert!(matches!(
                all.begin(session, path, &form).await,
                Turn::First(_)
            ));
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_form_that_was_not_done_may_be_sent_again_and_a_second_waits_for_the_first() {
        let (all, token) = (Sendings::default(), "a".repeat(32));
        let asked = form(&token, "x");
        let Turn::First(name) = all.begin("s", "/p", &asked).await else {
            panic!("nothing was sent before")
        };
        let second = async { matches!(all.begin("s", "/p", &asked).await, Turn::Done(_)) };
        let first = async {
            tokio::task::yield_now().await;
            all.ended(name, Some("/done"));
        };
        let (is_done, ()) = tokio::join!(second, first);
        assert!(is_done);
        let other = form(&token, "wrong");
        let Turn::First(name) = all.begin("s", "/p", &other).await else {
            panic!("nothing was sent before")
        };
        all.ended(name, None);
        assert!(matches!(
            all.begin("s", "/p", &other).await,
            Turn::First(Some(_))
        ));
    }
}
