//! The office: a thread that works with the house, and the way into it. Desk and vendors have one each.
//!
//! Handlers borrow the house over waits, which no task that may move between threads can; so all visits of a side run
//! here, side by side, on its one thread. A panic in one visit ends that visit alone.

use std::rc::Rc;
use std::sync::Arc;

use engine::{Fault, House};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::shares::Shares;
use crate::enter::Asked;

/// Visits of people who bring a session that may wait at once; over it, they are asked to come again.
const VISITS_MAX: usize = 256;
/// Visits of those who bring none: places of their own, so that they take none of the others'.
const STRANGERS_MAX: usize = 64;
/// Those of one network: a sign-in keeps its place while it waits, and a network that signs in without a pause keeps
/// nobody else out.
const STRANGERS_OF_NETWORK_MAX: usize = 16;

pub(crate) type Reply = oneshot::Sender<Answer>;

/// The way into the room, for any number of listeners.
#[derive(Clone)]
pub struct Office {
    tell: mpsc::Sender<(Asked, Reply)>,
    /// Who knows which sessions hold.
    house: Option<Arc<House>>,
    /// A place for each visit that is being served.
    places: Arc<tokio::sync::Semaphore>,
    /// The same for those who bring no session.
    porch: Shares,
}

impl std::fmt::Debug for Office {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Office").finish_non_exhaustive()
    }
}

impl Office {
    /// Opens a room on a thread of its own; it closes when the last way into it is dropped.
    ///
    /// Timers and connections are those of the runtime that the house was opened in: a connection to the database that a
    /// visit gives back is lent to a release next, which must not wait until this thread has made its page.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn open(house: Arc<House>, runtime: &Handle) -> Result<Office, Fault> {
        let (tell, mut asked) = mpsc::channel::<(Asked, Reply)>(VISITS_MAX + STRANGERS_MAX);
        let runtime = runtime.clone();
        let knows = Arc::clone(&house);
        // A rehearsal's clock goes with the house into its room.
        let clock = engine::kernel::clock::given_on();
        let work = move || {
            let _clock = clock();
            let local = tokio::task::LocalSet::new();
            runtime.block_on(local.run_until(async move {
                let room = Rc::new(Room::new(house));
                while let Some((asked, reply)) = asked.recv().await {
                    let room = Rc::clone(&room);
                    tokio::task::spawn_local(async move {
                        let answer = crate::enter::serve(&room, asked).await;
                        let _ = reply.send(answer);
                    });
                }
            }));
        };
        std::thread::Builder::new()
            .name("noroshi-room".into())
            .spawn(work)
            .map_err(Fault::io("cannot open the house's pages"))?;
        Ok(Office {
            tell,
            house: Some(knows),
            places: Arc::new(tokio::sync::Semaphore::new(VISITS_MAX)),
            porch: Shares::of(STRANGERS_MAX, STRANGERS_OF_NETWORK_MAX),
        })
    }

    /// The way into a room that has closed: whoever comes so far is told to come again.
    #[cfg(test)]
    pub(crate) fn closed() -> Office {
        let (tell, _) = mpsc::channel(1);
        Office {
            tell,
            house: None,
            places: Arc::new(tokio::sync::Semaphore::new(1)),
            porch: Shares::of(1, 1),
        }
    }

    /// Whether a cookie holds a session that was seen to hold; anything can be written into one. Whoever comes back after
    /// the program was started anew comes in with the strangers once.
    fn is_somebody(&self, cookie: &str) -> bool {
        let knows = |secret: &str| {
            self.house
                .as_ref()
                .is_some_and(|house| house.knows_session(secret))
        };
        crate::door::session::secrets_in(cookie).any(knows)
    }

    /// Asks; `None` if there is no room for one more, or the visit broke.
    pub(crate) async fn ask(&self, asked: Asked) -> Option<Answer> {
        // One of the two is held until the answer is there.
        let (_inside, _porch) = if self.is_somebody(&asked.cookie) {
            (Some(self.places.try_acquire().ok()?), None)
        } else {
            (None, Some(self.porch.enter(asked.network.as_ref())?))
        };
        let (reply, answer) = oneshot::channel();
        self.tell.try_send((asked, reply)).ok()?;
        answer.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use pages::kit::inside::Side;

    use super::*;

    #[tokio::test]
    async fn one_network_leaves_places_on_the_porch_to_others() {
        let (tell, mut asked) = mpsc::channel(VISITS_MAX + STRANGERS_MAX);
        let office = Office {
            tell,
            ..Office::closed()
        };
        let office = Office {
            porch: Shares::of(STRANGERS_MAX, STRANGERS_OF_NETWORK_MAX),
            ..office
        };
        let comes = |network: u8| {
            let office = office.clone();
            let visit = Asked {
                side: Side::Desk,
                is_post: true,
                path: "/en/sign-in".to_owned(),
                query: String::new(),
                cookie: String::new(),
                language: String::new(),
                is_fragment: false,
                body: vec![],
                network: Some(vec![192, 0, network]),
            };
            tokio::spawn(async move { office.ask(visit).await.is_some() })
        };
        let mut inside = Vec::new();
        for _ in 0..STRANGERS_OF_NETWORK_MAX {
            drop(comes(1));
            inside.push(asked.recv().await);
        }
        assert!(!comes(1).await.unwrap(), "the network has its share");
        let other = comes(2);
        let (_, reply) = asked.recv().await.unwrap();
        assert!(reply.send(Answer::page(vec![])).is_ok());
        assert!(other.await.unwrap());
        drop(inside);
    }
}
