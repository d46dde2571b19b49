//! The room in which visits are served: the house, who is writing on what, what is kept while it is open.
//!
//! It is of one thread, and knows neither routes nor pages; who opens it is [`crate::enter::office`].

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use domain::value::StreamId;
use engine::House;

use crate::door::history::Line;
use crate::door::shares::Shares;
use crate::door::visit::Who;

/// Wishes for a new link that wait at once; beyond it one is lost, and its holder asks again.
const WISHES_MAX: usize = 64;
/// Dossiers whose opened records are kept: those that people look at in a shift.
const DOSSIERS_MAX: usize = 256;
/// Forms that a guest may send within [`GUEST_FOR_US`]: a large case has some dozens of answers.
const GUEST_FORMS_MAX: u32 = 200;
/// Sign-ins that are looked at at once: each costs a stretched password.
const SIGN_INS_MAX: usize = 64;
/// Those of one network: a shift that comes at the same time.
const SIGN_INS_OF_NETWORK_MAX: usize = 4;
const GUEST_FOR_US: i64 = 3_600_000_000;
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
    /// Who is signing in just now.
    pub(crate) sign_ins: Shares,
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
            sign_ins: Shares::of(SIGN_INS_MAX, SIGN_INS_OF_NETWORK_MAX),
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
