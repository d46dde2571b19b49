//! Forms that are sent twice: a second press, or a page that is loaded again, is answered as the first was.
//!
//! A page's forms carry a token; the same words under the same token from the same session are one sending. Where the
//! first led to is remembered for some minutes, in memory, and until the session does something else: who comes back
//! to an old page then means it. After a start, what was done is told by the page. A form that came back with something
//! to mend was not done, and may be sent again. It knows no form.

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

struct Kept {
    at: Instant,
    session: Name,
    state: State,
}

/// The sendings of the last minutes.
#[derive(Default)]
pub(crate) struct Sendings(Mutex<HashMap<Name, Kept>>);

/// What is to be done with a form.
pub(crate) enum Turn<'a> {
    /// It is the first of its kind.
    First(First<'a>),
    /// It was done; this is where it led to.
    Done(String),
    /// It is being done, and takes long.
    Busy,
}

/// A form that is being done; where it is dropped, it was not done.
pub(crate) struct First<'a>(Option<(&'a Sendings, Name)>);

impl First<'_> {
    /// The form was done, and led there.
    pub(crate) fn done(mut self, led_to: &str) {
        if let Some((all, name)) = self.0.take() {
            all.ended(name, Some(led_to));
        }
    }
}

impl Drop for First<'_> {
    fn drop(&mut self) {
        if let Some((all, name)) = self.0.take() {
            all.ended(name, None);
        }
    }
}

/// The name of a sending; nothing where its page gave it no token.
fn name(session: &str, path: &str, form: &Typed) -> Option<Name> {
    if form.value(ONCE).len() != 32 {
        return None;
    }
    let mut said = Canon::of("noroshi/sending/1")
        .bytes(session.as_bytes())
        .bytes(path.as_bytes())
        .bytes(form.value(ONCE).as_bytes());
    for (name, value) in form.pairs() {
        said = said.bytes(name.as_bytes()).bytes(value.as_bytes());
    }
    Some(seal::sha256(&said.finish()))
}

impl Sendings {
    /// Begins a form, or tells where it led to when it was sent before.
    pub(crate) async fn begin(&self, session: &str, path: &str, form: &Typed) -> Turn<'_> {
        self.begin_within(WAIT, session, path, form).await
    }

    async fn begin_within(
        &self,
        wait: Duration,
        session: &str,
        path: &str,
        form: &Typed,
    ) -> Turn<'_> {
        let Some(name) = name(session, path, form) else {
            return Turn::First(First(None));
        };
        let until = Instant::now() + wait;
        loop {
            let waits = {
                let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                all.retain(|_, kept| {
                    matches!(kept.state, State::Running(_)) || kept.at.elapsed() < KEPT
                });
                match all.get(&name).map(|kept| &kept.state) {
                    Some(State::Done(path)) => return Turn::Done(path.clone()),
                    Some(State::Running(notify)) => Arc::clone(notify),
                    None if all.len() >= MOST => return Turn::First(First(None)),
                    None => {
                        let kept = Kept {
                            at: Instant::now(),
                            session: seal::sha256(session.as_bytes()),
                            state: State::Running(Arc::default()),
                        };
                        all.insert(name, kept);
                        return Turn::First(First(Some((self, name))));
                    }
                }
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Turn::Busy;
            }
            // Whether it was told or the time is over: what stands is read again.
            let _ = tokio::time::timeout(left, waits.notified()).await;
        }
    }

    /// Ends a form: with where it led to, or with nothing if it was not done.
    fn ended(&self, name: Name, led_to: Option<&str>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(before) = all.remove(&name) else {
            return;
        };
        if let Some(path) = led_to {
            all.retain(|_, kept| {
                kept.session != before.session || matches!(kept.state, State::Running(_))
            });
            let kept = Kept {
                at: Instant::now(),
                session: before.session,
                state: State::Done(path.to_owned()),
            };
            all.insert(name, kept);
        }
        if let State::Running(notify) = before.state {
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

    async fn first<'a>(all: &'a Sendings, form: &Typed) -> First<'a> {
        match all.begin("s", "/p", form).await {
            Turn::First(first) => first,
            Turn::Done(_) | Turn::Busy => panic!("it was sent before"),
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn the_same_words_under_the_same_token_are_one_sending() {
        let (all, token) = (Sendings::default(), "a".repeat(32));
        let asked = form(&token, "x");
        first(&all, &asked).await.done("/done");
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
    async fn who_comes_back_to_an_old_page_after_another_deed_means_it() {
        let (all, token) = (Sendings::default(), "a".repeat(32));
        let (on, off) = (form(&token, "on"), form(&token, "off"));
        first(&all, &on).await.done("/on");
        first(&all, &off).await.done("/off");
        first(&all, &on).await.done("/on");
        let again = all.begin("s", "/p", &on).await;
        assert!(matches!(again, Turn::Done(_)));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_form_that_was_not_done_may_be_sent_again_and_a_second_waits_for_the_first() {
        let (all, token) = (Sendings::default(), "a".repeat(32));
        let asked = form(&token, "x");
        let begun = first(&all, &asked).await;
        let second = async { matches!(all.begin("s", "/p", &asked).await, Turn::Done(_)) };
        let ends = async {
            tokio::task::yield_now().await;
            begun.done("/done");
        };
        let (is_done, ()) = tokio::join!(second, ends);
        assert!(is_done);
        // What came back to be mended, or ended in the middle, is nobody's.
        let other = form(&token, "wrong");
        drop(first(&all, &other).await);
        drop(first(&all, &other).await);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_form_that_takes_long_is_not_done_twice() {
        let (all, token) = (Sendings::default(), "a".repeat(32));
        let asked = form(&token, "x");
        let _begun = first(&all, &asked).await;
        let wait = Duration::from_millis(20);
        let second = all.begin_within(wait, "s", "/p", &asked).await;
        assert!(matches!(second, Turn::Busy));
    }
}
