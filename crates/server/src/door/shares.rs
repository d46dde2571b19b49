//! Places that strangers share: so many at once, and of them so many to one network, so that none takes those of another.
//!
//! It knows neither what a place is for nor how long it is kept. Of whom nothing is known counts as no network: a front that
//! names nobody (docs/operate/people.md) has no share, only the whole.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

type Counts = Arc<Mutex<HashMap<Option<Vec<u8>>, usize>>>;

/// Places, and who has them by network.
#[derive(Clone, Debug)]
pub(crate) struct Shares {
    all: Counts,
    max: usize,
    of_network_max: usize,
}

/// One of them; it is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    network: Option<Vec<u8>>,
    all: Counts,
}

impl Shares {
    /// So many places, and of them so many to one network.
    pub(crate) fn of(max: usize, of_network_max: usize) -> Shares {
        Shares {
            all: Counts::default(),
            max,
            of_network_max,
        }
    }

    /// A place; none while as many of the network, or of all, have one.
    pub(crate) fn enter(&self, network: Option<&Vec<u8>>) -> Option<Place> {
        let network = network.cloned();
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let sum: usize = all.values().sum();
        let here = all.get(&network).copied().unwrap_or_default();
        let is_full = network.is_some() && here >= self.of_network_max;
        if is_full || sum >= self.max {
            return None;
        }
        all.insert(network.clone(), here + 1);
        drop(all);
        Some(Place {
            network,
            all: Arc::clone(&self.all),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(here) = all.get_mut(&self.network) {
            *here = here.saturating_sub(1);
            if *here == 0 {
                all.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_takes_no_place_of_another() {
        let all = Shares::of(64, 4);
        let (here, there) = (vec![192, 0, 2], vec![198, 51, 100]);
        let held: Vec<_> = (0..4).map(|_| all.enter(Some(&here))).collect();
        assert!(held.iter().all(Option::is_some) && all.enter(Some(&here)).is_none());
        assert!(all.enter(Some(&there)).is_some() && all.enter(None).is_some());
        drop(held);
        assert!(all.enter(Some(&here)).is_some());
        let many: Vec<_> = (0..65).map(|_| all.enter(None)).collect();
        assert_eq!(many.iter().flatten().count(), 64);
        drop(many);
        assert!(all.all.lock().unwrap().is_empty());
    }
}
