//! The room in which visits are served: one thread that works with the house.
//!
//! Handlers borrow the house over waits, which no task that may move between threads can; so all of them run
//! here, side by side, on one thread. A panic in one visit ends that visit alone.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use domain::value::StreamId;
use engine::{Fault, House};
use tokio::sync::{mpsc, oneshot};

use crate::answer::Answer;
use crate::desk::history::Line;
use crate::door::Asked;
use crate::visit::Who;

/// Wishes for a new link that wait at once; beyond it one is lost, and its holder asks again.
const WISHES_MAX: usize = 64;
/// Dossiers whose opened records are kept: those that people look at in a shift.
const DOSSIERS_MAX: usize = 256;
/// Forms that a guest may send within [`GUEST_FOR_US`]: a large case has some dozens of answers.
const GUEST_FORMS_MAX: u32 = 200;
const GUEST_FOR_US: i64 = 3_600_000_000;
/// Visits that may wait at once; over it, people are asked to come again.
const VISITS_MAX: usize = 256;
/// Somebody is said to be writing for this long after the last sign, µs.
const PRESENCE_US: i64 = 180_000_000;

/// A wish for a new link that waits; it is forgotten when this is dropped.
pub(crate) struct Wish {
    pub(crate) link: String,
    wishes: Rc<RefCell<HashSet<String>>>,
}

impl Drop for Wish {
    fn drop(&mut self) {
        self.wishes.borrow_mut().remove(&self.link);
    }
}

/// Where visits are served.
pub struct Room {
    pub house: Arc<House>,
    /// Who is writing on what, by dossier and handle, since when (µs).
    presence: RefCell<HashMap<StreamId, HashMap<String, i64>>>,
    /// Forms that each guest has sent, by session, since when (µs).
    sent: RefCell<HashMap<[u8; 32], (u32, i64)>>,
    /// Links whose holders wish for a new one; they are looked for after the answer.
    wishes: Rc<RefCell<HashSet<String>>>,
    /// Records that were opened, by dossier.
    lines: RefCell<HashMap<StreamId, Rc<Vec<Line>>>>,
}

impl std::fmt::Debug for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Room(…)")
    }
}

impl Room {
    /// A room for a house.
    #[must_use]
    pub fn new(house: Arc<House>) -> Room {
        Room {
            house,
            presence: RefCell::default(),
            sent: RefCell::default(),
            wishes: Rc::default(),
            lines: RefCell::default(),
        }
    }

    /// Whether whoever sends a form may send one more: each leaves a record for ever, so guests have a budget.
    #[must_use]
    pub fn has_budget(&self, who: &Who) -> bool {
        let Who::Partner(guest) = who else {
            return true;
        };
        let now = engine::kernel::clock::now().0;
        let mut sent = self.sent.borrow_mut();
        sent.retain(|_, (_, since)| now - *since < GUEST_FOR_US);
        let (count, _) = sent.entry(guest.session.hash).or_insert((0, now));
        *count += 1;
        *count <= GUEST_FORMS_MAX
    }

    /// Notes a wish for a new link; nothing if it waits already or too many do: strangers can wish for as many as they
    /// like.
    pub(crate) fn wish(&self, link: &str) -> Option<Wish> {
        let mut wishes = self.wishes.borrow_mut();
        let is_new = wishes.len() < WISHES_MAX && wishes.insert(link.to_owned());
        is_new.then(|| Wish {
            link: link.to_owned(),
            wishes: Rc::clone(&self.wishes),
        })
    }

    pub(crate) fn known_lines(&self, dossier: StreamId) -> Rc<Vec<Line>> {
        let lines = self.lines.borrow();
        lines.get(&dossier).map(Rc::clone).unwrap_or_default()
    }

    pub(crate) fn keep_lines(&self, dossier: StreamId, kept: Rc<Vec<Line>>) {
        let mut lines = self.lines.borrow_mut();
        if lines.len() >= DOSSIERS_MAX {
            lines.clear();
        }
        lines.insert(dossier, kept);
    }

    /// Notes that somebody is writing on a dossier.
    pub fn is_writing(&self, dossier: StreamId, handle: &str) {
        let now = engine::kernel::clock::now().0;
        let mut presence = self.presence.borrow_mut();
        presence.retain(|_, people| {
            people.retain(|_, at| now - *at < PRESENCE_US);
            !people.is_empty()
        });
        presence
            .entry(dossier)
            .or_default()
            .insert(handle.to_owned(), now);
    }

    /// Who else is writing on a dossier, with the minutes since the last sign.
    #[must_use]
    pub fn writing(&self, dossier: StreamId, but: &str) -> Vec<(String, u32)> {
        let now = engine::kernel::clock::now().0;
        let presence = self.presence.borrow();
        let mut out: Vec<(String, u32)> = presence
            .get(&dossier)
            .into_iter()
            .flatten()
            .filter(|(handle, at)| handle.as_str() != but && now - **at < PRESENCE_US)
            .map(|(handle, at)| {
                (
                    handle.clone(),
                    u32::try_from((now - at) / 60_000_000).unwrap_or(0),
                )
            })
            .collect();
        out.sort();
        out
    }
}

pub(crate) type Reply = oneshot::Sender<Answer>;

/// The way into the room, for any number of listeners.
#[derive(Clone, Debug)]
pub struct Office {
    tell: mpsc::Sender<(Asked, Reply)>,
    /// A place for each visit that is being served.
    places: Arc<tokio::sync::Semaphore>,
}

impl Office {
    /// Opens a room on a thread of its own; it closes when the last way into it is dropped.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn open(house: Arc<House>) -> Result<Office, Fault> {
        let (tell, mut asked) = mpsc::channel::<(Asked, Reply)>(VISITS_MAX);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Fault::io("cannot open the house's pages"))?;
        // A rehearsal's clock goes with the house into its room.
        let clock = engine::kernel::clock::given_on();
        let work = move || {
            let _clock = clock();
            let local = tokio::task::LocalSet::new();
            local.block_on(&runtime, async move {
                let room = Rc::new(Room::new(house));
                while let Some((asked, reply)) = asked.recv().await {
                    let room = Rc::clone(&room);
                    tokio::task::spawn_local(async move {
                        let answer = crate::door::serve(&room, asked).await;
                        let _ = reply.send(answer);
                    });
                }
            });
        };
        std::thread::Builder::new()
            .name("noroshi-room".into())
            .spawn(work)
            .map_err(Fault::io("cannot open the house's pages"))?;
        Ok(Office {
            tell,
            places: Arc::new(tokio::sync::Semaphore::new(VISITS_MAX)),
        })
    }

    /// The way into a room that has closed: whoever comes so far is told to come again.
    #[cfg(test)]
    pub(crate) fn closed() -> Office {
        let (tell, _) = mpsc::channel(1);
        Office {
            tell,
            places: Arc::new(tokio::sync::Semaphore::new(1)),
        }
    }

    /// Asks; `None` if there is no room for one more, or the visit broke.
    pub(crate) async fn ask(&self, asked: Asked) -> Option<Answer> {
        let _place = self.places.try_acquire().ok()?;
        let (reply, answer) = oneshot::channel();
        self.tell.try_send((asked, reply)).ok()?;
        answer.await.ok()
    }
}
