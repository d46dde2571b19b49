//! How many forms are on their way at once, from one network and altogether: a form that is sent slowly, or never to its
//! end, takes no place of others.
//!
//! When all places are taken, whoever comes takes the oldest one of the network that has the most: an open form needs a
//! moment, one that is held back loses its place. So many networks that hold places and send nothing shut nobody out. It
//! does not know who sends in earnest: where places change hands faster than a form takes, forms are lost.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pages::kit::neighbour;
use tokio::sync::Notify;

/// Forms that are read at once: each may hold `FORM_BYTES_MAX` of `exchange`.
const FORMS_MAX: usize = 256;
/// Forms that one network sends at once: what an office behind one address needs.
const OF_NETWORK_MAX: usize = 16;

/// Who is sending.
#[derive(Debug, Default)]
pub(crate) struct Crowd(Mutex<Sending>);

/// The places that are held, by network: the oldest first. Of whom nothing is known stands under no address.
#[derive(Debug, Default)]
struct Sending {
    all: usize,
    next: u64,
    networks: HashMap<Vec<u8>, VecDeque<Held>>,
}

#[derive(Debug)]
struct Held {
    number: u64,
    lost: Arc<Notify>,
}

/// A place among those who send; it is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    crowd: Arc<Crowd>,
    network: Vec<u8>,
    number: u64,
    lost: Arc<Notify>,
}

impl Crowd {
    /// A place, unless its own network holds as many as one may.
    pub(crate) fn enter(self: &Arc<Self>, from: Option<IpAddr>) -> Option<Place> {
        let network = from.map(neighbour::network).unwrap_or_default();
        let mut sending = self.lock();
        let here = sending.networks.get(&network).map_or(0, VecDeque::len);
        if from.is_some() && here >= OF_NETWORK_MAX {
            return None;
        }
        if sending.all >= FORMS_MAX {
            sending.makes_room();
        }
        sending.next += 1;
        sending.all += 1;
        let (number, lost) = (sending.next, Arc::<Notify>::default());
        let held = Held {
            number,
            lost: Arc::clone(&lost),
        };
        sending
            .networks
            .entry(network.clone())
            .or_default()
            .push_back(held);
        Some(Place {
            crowd: Arc::clone(self),
            network,
            number,
            lost,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Sending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sending {
    /// Takes the oldest place of the network that has the most.
    fn makes_room(&mut self) {
        let most = self.networks.iter().max_by_key(|(_, held)| {
            let oldest = held.front().map_or(u64::MAX, |held| held.number);
            (held.len(), std::cmp::Reverse(oldest))
        });
        let Some(network) = most.map(|(network, _)| network.clone()) else {
            return;
        };
        if let Some(oldest) = self.networks.get(&network).and_then(VecDeque::front) {
            oldest.lost.notify_one();
            let number = oldest.number;
            self.leaves(&network, number);
        }
    }

    fn leaves(&mut self, network: &[u8], number: u64) {
        let Some(here) = self.networks.get_mut(network) else {
            return;
        };
        let before = here.len();
        here.retain(|held| held.number != number);
        self.all = self.all.saturating_sub(before - here.len());
        if here.is_empty() {
            self.networks.remove(network);
        }
    }
}

impl Place {
    /// What comes of something, or nothing if the place was taken by somebody else before.
    pub(crate) async fn while_held<T>(&self, what: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            // A place that is lost is lost, also where all is ready by now.
            biased;
            () = self.lost.notified() => None,
            done = what => Some(done),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.crowd.lock().leaves(&self.network, self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn from(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    /// What comes of something at once; nothing if it waits.
    fn now<T>(what: impl Future<Output = T>) -> Option<T> {
        match pin!(what).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => Some(done),
            Poll::Pending => None,
        }
    }

    fn is_lost(place: &Place) -> bool {
        let lost = now(place.while_held(std::future::pending::<()>()));
        if lost.is_some() {
            place.lost.notify_one();
        }
        lost.is_some()
    }

    #[test]
    fn one_network_keeps_no_other_out_and_gives_back_what_it_held() {
        let crowd = Arc::new(Crowd::default());
        let held: Vec<Place> = (0..OF_NETWORK_MAX)
            .map(|n| crowd.enter(from(&format!("192.0.2.{n}"))).unwrap())
            .collect();
        assert!(crowd.enter(from("192.0.2.99")).is_none());
        let other = crowd.enter(from("198.51.100.1"));
        assert!(other.is_some() && crowd.enter(None).is_some());
        drop(held);
        assert!(crowd.enter(from("192.0.2.99")).is_some());
        drop(other);
        assert!(crowd.lock().networks.is_empty() && crowd.lock().all == 0);
    }

    #[test]
    fn many_networks_that_hold_all_places_shut_nobody_out() {
        let crowd = Arc::new(Crowd::default());
        let many: Vec<Place> = (0..FORMS_MAX)
            .map(|n| crowd.enter(from(&format!("10.{n}.0.1"))).unwrap())
            .collect();
        let late = crowd.enter(from("198.51.100.1")).unwrap();
        assert!(is_lost(&many[0]) && !is_lost(&many[1]) && !is_lost(&late));
        assert_eq!(crowd.lock().all, FORMS_MAX);
        // Whoever has lost a place gives none back.
        drop(many);
        assert_eq!(crowd.lock().all, 1);
    }

    #[test]
    fn whoever_has_the_most_places_loses_the_oldest() {
        let crowd = Arc::new(Crowd::default());
        let first = crowd.enter(from("198.51.100.1")).unwrap();
        let office: Vec<Place> = (0..OF_NETWORK_MAX)
            .map(|_| crowd.enter(from("192.0.2.1")).unwrap())
            .collect();
        let unknown: Vec<Place> = (0..FORMS_MAX).map(|_| crowd.enter(None).unwrap()).collect();
        // Those of whom nothing is known are the most, and take turns among themselves.
        assert!(office.iter().chain([&first]).all(|place| !is_lost(place)));
        assert!(is_lost(&unknown[0]) && !is_lost(&unknown[FORMS_MAX - 1]));
        assert_eq!(crowd.lock().all, FORMS_MAX);
    }
}
