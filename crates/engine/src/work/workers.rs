//! The kinds of work side by side, so that none waits for another: a publication not for a relay, a letter not for copies.
//!
//! Each kind has a thread of its own (docs/decisions/0011-work-side-by-side.md). Rounds borrow the house over waits,
//! which no task that may move between threads can, and they block: on the signer's pipe, on a disk, in a compressor.
//! Timers and connections are those of the one runtime that the house was opened in: a connection to the database
//! that one thread gives back is lent to the next, and must not sleep with the first. It knows no work, only rounds.

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use crate::Fault;
use crate::distribution::copies::Editions;
use crate::kernel::house::House;
use crate::work::{Kind, Round};

/// A kind whose round failed is looked at again after so long.
const PAUSE: Duration = Duration::from_secs(5);
/// A kind whose round needs a context that is gone is looked at again after so long: it is being started anew.
const CONTEXT_PAUSE: Duration = Duration::from_millis(500);
/// Who is asked to stop and waits for others, such as a relay, is given so long; then the step is dropped, which is
/// no worse than a crash at that place: what was claimed comes back.
const GRACE: Duration = Duration::from_secs(10);
/// What goes on failing in the same way is told again after so long.
const TOLD_AGAIN: Duration = Duration::from_secs(60);
/// Stack of a thread: that of a main thread, on which a press of any tree has room.
const STACK_BYTES: usize = 8 << 20;

/// How far the work has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stretch {
    /// What was due when the house started is released, and nothing else is done.
    First,
    /// All kinds side by side.
    Beside,
    /// All end.
    Stop,
}

/// How a kind ended: as it was asked, or since this context is gone.
type End = Result<(), &'static str>;

/// The kinds of work, running. They end when this is dropped, or sooner with [`Workers::end`], which waits for it.
#[derive(Debug)]
pub struct Workers {
    phase: Arc<watch::Sender<Stretch>>,
    running: JoinSet<(Kind, Option<End>)>,
}

impl Workers {
    /// Lets all kinds work on a house, with the timers and connections of the runtime that it was opened in.
    ///
    /// What is overdue is released first, on a machine that has nothing else to do yet; then all begin.
    ///
    /// # Errors
    /// If a thread cannot be started.
    pub fn start(house: &Arc<House>, runtime: &Handle) -> Result<Workers, Fault> {
        let mut workers = Workers {
            phase: Arc::new(watch::Sender::new(Stretch::First)),
            running: JoinSet::new(),
        };
        for kind in Kind::all() {
            let (tell, ended) = oneshot::channel();
            let (house, phase) = (Arc::clone(house), Arc::clone(&workers.phase));
            let on = runtime.clone();
            std::thread::Builder::new()
                .name(format!("noroshi-{}", kind.word()))
                .stack_size(STACK_BYTES)
                .spawn(move || {
                    let end = on.block_on(Box::pin(work(&house, kind, &phase)));
                    drop(house);
                    // Whoever does not listen any more needs no answer.
                    let _ = tell.send(end);
                })
                .map_err(Fault::io("cannot start the house's work"))?;
            // A thread that panics says nothing.
            let end = async move { (kind, ended.await.ok()) };
            workers.running.spawn_on(end, runtime);
        }
        Ok(workers)
    }

    /// Waits until a kind can go on no more: a context is gone that nobody starts anew, or the work itself has broken off.
    /// Without it the house can do nothing that matters: it ends and is started anew.
    pub async fn broken(&mut self) -> Fault {
        loop {
            match self.running.join_next().await {
                Some(Ok((_, Some(Ok(()))))) => {}
                Some(Ok((_, Some(Err(context))))) => return Fault::Context(context),
                Some(Ok((kind, None))) => return broke_off(kind.word()),
                Some(Err(_)) => return broke_off("house"),
                None => return pending().await,
            }
        }
    }

    /// Asks all to stop and waits until each has finished its step.
    pub async fn end(mut self) {
        self.phase.send_replace(Stretch::Stop);
        while self.running.join_next().await.is_some() {}
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.phase.send_replace(Stretch::Stop);
    }
}

fn broke_off(word: &str) -> Fault {
    Fault::Io {
        doing: format!("the work of the {word} has broken off; the log says where"),
        source: std::io::Error::other("a panic"),
    }
}

/// What a kind's rounds fail at just now: told when it begins, once a minute while it lasts, and when it is over.
#[derive(Debug, Default)]
struct Trouble {
    code: &'static str,
    /// Rounds that failed since one went well.
    rounds: u32,
    told: Option<Instant>,
}

impl Trouble {
    /// A round failed; says whether that is to be told now.
    fn failed(&mut self, code: &'static str, now: Instant) -> bool {
        if self.code != code {
            (self.code, self.told) = (code, None);
        }
        self.rounds += 1;
        let is_news = self
            .told
            .is_none_or(|told| now.duration_since(told) >= TOLD_AGAIN);
        if is_news {
            self.told = Some(now);
        }
        is_news
    }

    /// A round went well; says how many had failed before it, if any.
    fn over(&mut self) -> Option<u32> {
        let rounds = std::mem::take(self).rounds;
        (rounds > 0).then_some(rounds)
    }
}

/// Takes the rounds of one kind until it is asked to stop.
async fn work(house: &House, kind: Kind, phase: &watch::Sender<Stretch>) -> End {
    let mut heard = phase.subscribe();
    if kind != Kind::Release {
        let _ = heard.wait_for(|phase| *phase != Stretch::First).await;
    }
    let bell = kind.bell().map(|name| house.bells.of(name));
    let mut editions = Editions::default();
    let mut trouble = Trouble::default();
    while *heard.borrow() != Stretch::Stop {
        let mut done = Round::default();
        let looked = tokio::select! {
            looked = Box::pin(house.round(kind, &mut editions, &mut done)) => looked,
            () = grace(heard.clone()) => {
                tracing::warn!(code = "work.cut_off", kind = kind.word(), "a step waited too long for the stop");
                return Ok(());
            }
        };
        if kind == Kind::Release {
            phase.send_if_modified(begin);
        }
        let wait = match looked {
            Ok(next) => {
                // A round of upkeep that is not due yet goes well without having read anything.
                if kind != Kind::Upkeep
                    && let Some(rounds) = trouble.over()
                {
                    tracing::info!(
                        code = "work.again",
                        kind = kind.word(),
                        rounds,
                        "the rounds go well again"
                    );
                }
                next.wait()
            }
            Err(Fault::Context(name)) if !house.contexts.are_kept => return Err(name),
            Err(Fault::Context(name)) => {
                if trouble.failed(name, Instant::now()) {
                    tracing::warn!(
                        code = "context",
                        name,
                        kind = kind.word(),
                        "a round waits for a context"
                    );
                }
                CONTEXT_PAUSE
            }
            Err(error) => {
                if trouble.failed(error.code(), Instant::now()) {
                    tracing::error!(
                        code = error.code(),
                        kind = kind.word(),
                        rounds = trouble.rounds,
                        cause = %error,
                        "a round failed; it is tried again"
                    );
                }
                PAUSE
            }
        };
        let rung = async {
            match &bell {
                Some(bell) => bell.notified().await,
                None => pending().await,
            }
        };
        tokio::select! {
            _ = heard.wait_for(|phase| *phase == Stretch::Stop) => {}
            () = rung => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    Ok(())
}

/// Lets the other kinds begin.
fn begin(phase: &mut Stretch) -> bool {
    let is_first = *phase == Stretch::First;
    if is_first {
        *phase = Stretch::Beside;
    }
    is_first
}

/// Ends a while after the wish to stop.
async fn grace(mut heard: watch::Receiver<Stretch>) {
    let _ = heard.wait_for(|phase| *phase == Stretch::Stop).await;
    tokio::time::sleep(GRACE).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_is_asked_to_stop_is_given_ten_seconds() {
        let (phase, heard) = watch::channel(Stretch::Beside);
        let waits = tokio::spawn(grace(heard));
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(!waits.is_finished(), "nobody has asked");
        let asked = tokio::time::Instant::now();
        phase.send_replace(Stretch::Stop);
        waits.await.unwrap();
        assert_eq!(asked.elapsed().as_secs(), 10);
    }

    #[test]
    fn what_goes_on_failing_is_told_once_a_minute_and_when_it_is_over() {
        let (mut trouble, began) = (Trouble::default(), Instant::now());
        let mut fails = |code: &'static str, seconds: u64| {
            trouble.failed(code, began + Duration::from_secs(seconds))
        };
        let told: Vec<u64> = (0..130)
            .step_by(5)
            .filter(|at| fails("store", *at))
            .collect();
        assert_eq!(told, [0, 60, 120]);
        // Another cause is news.
        assert!(fails("sign", 131) && !fails("sign", 132));
        assert_eq!(trouble.over(), Some(28));
        assert_eq!(trouble.over(), None);
        assert!(trouble.failed("sign", began));
    }
}
