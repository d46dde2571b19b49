//! How many forms are on their way at once, from one network and altogether: a form that is sent slowly, or never to its
//! end, takes no place of others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pages::kit::neighbour;

/// Forms that are read at once: each may hold `FORM_BYTES_MAX` of `exchange`.
const FORMS_MAX: usize = 256;
/// Forms that one network sends at once: what an office behind one address needs.
const OF_NETWORK_MAX: usize = 16;

/// Who is sending.
#[derive(Debug, Default)]
pub(crate) struct Crowd(Mutex<Sending>);

#[derive(Debug, Default)]
struct Sending {
    all: usize,
    networks: HashMap<Vec<u8>, usize>,
}

/// A place among those who send; it is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    crowd: Arc<Crowd>,
    network: Option<Vec<u8>>,
}

impl Crowd {
    /// A place, if there is one. Of whom nothing is known counts as no network.
    pub(crate) fn enter(self: &Arc<Self>, from: Option<IpAddr>) -> Option<Place> {
        let network = from.map(neighbour::network);
        let mut sending = self.lock();
        if sending.all >= FORMS_MAX {
            return None;
        }
        if let Some(network) = &network {
            let here = sending.networks.entry(network.clone()).or_default();
            if *here >= OF_NETWORK_MAX {
                return None;
            }
            *here += 1;
        }
        sending.all += 1;
        Some(Place {
            crowd: Arc::clone(self),
            network,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Sending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut sending = self.crowd.lock();
        sending.all = sending.all.saturating_sub(1);
        if let Some(network) = &self.network
            && let Some(here) = sending.networks.get_mut(network)
        {
            *here = here.saturating_sub(1);
            if *here == 0 {
                sending.networks.remove(network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_keeps_no_other_out_and_gives_back_what_it_held() {
        let crowd = Arc::new(Crowd::default());
        let from = |text: &str| Some(text.parse().unwrap());
        let held: Vec<Place> = (0..OF_NETWORK_MAX)
            .map(|n| crowd.enter(from(&format!("192.0.2.{n}"))).unwrap())
            .collect();
        assert!(crowd.enter(from("192.0.2.99")).is_none());
        let other = crowd.enter(from("198.51.100.1"));
        assert!(other.is_some() && crowd.enter(None).is_some());
        drop(held);
        assert!(crowd.enter(from("192.0.2.99")).is_some());
        drop(other);
        let unknown: Vec<Option<Place>> = (0..=FORMS_MAX).map(|_| crowd.enter(None)).collect();
        assert_eq!(unknown.iter().flatten().count(), FORMS_MAX);
        drop(unknown);
        assert!(crowd.lock().networks.is_empty() && crowd.lock().all == 0);
    }
}
