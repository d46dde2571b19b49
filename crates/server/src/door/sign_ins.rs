//! Who is signing in just now: each of them costs a stretched password, so that a network has a few places and no more.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Sign-ins that are looked at at once.
const MAX: usize = 64;
/// Those of one network: a shift that comes at the same time.
const OF_NETWORK_MAX: usize = 4;

type Counts = Rc<RefCell<HashMap<Option<Vec<u8>>, usize>>>;

/// The sign-ins that are being looked at, by network.
#[derive(Clone, Default)]
pub(crate) struct SignIns(Counts);

/// One of them; its place is given back when this is dropped.
pub(crate) struct SigningIn {
    network: Option<Vec<u8>>,
    all: Counts,
}

impl SignIns {
    /// A place; none while as many of the network, or of all, have one. Of whom nothing is known counts as no network.
    pub(crate) fn enter(&self, network: Option<&Vec<u8>>) -> Option<SigningIn> {
        let network = network.cloned();
        let mut all = self.0.borrow_mut();
        let sum: usize = all.values().sum();
        let here = all.get(&network).copied().unwrap_or_default();
        let is_full = network.is_some() && here >= OF_NETWORK_MAX;
        if is_full || sum >= MAX {
            return None;
        }
        all.insert(network.clone(), here + 1);
        drop(all);
        Some(SigningIn {
            network,
            all: Rc::clone(&self.0),
        })
    }
}

impl Drop for SigningIn {
    fn drop(&mut self) {
        let mut all = self.all.borrow_mut();
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
        let all = SignIns::default();
        let (here, there) = (vec![192, 0, 2], vec![198, 51, 100]);
        let held: Vec<_> = (0..OF_NETWORK_MAX)
            .map(|_| all.enter(Some(&here)))
            .collect();
        assert!(held.iter().all(Option::is_some) && all.enter(Some(&here)).is_none());
        assert!(all.enter(Some(&there)).is_some() && all.enter(None).is_some());
        drop(held);
        assert!(all.enter(Some(&here)).is_some());
        let many: Vec<_> = (0..=MAX).map(|_| all.enter(None)).collect();
        assert_eq!(many.iter().flatten().count(), MAX);
        drop(many);
        assert!(all.0.borrow().is_empty());
    }
}
