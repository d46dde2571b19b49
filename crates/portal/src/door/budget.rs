//! How much may come in an hour, from one network and altogether (docs/design/security.md §2.17).
//!
//! Networks are counted under a keyed hash whose key is drawn anew each hour and stored nowhere. It knows no form
//! and no answer: it says whether something may pass, and when to come again.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pages::kit::neighbour;

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    /// Reports, additions and withdrawals: a person writes few in an hour.
    Letters,
    /// Receipts that are tried; 120 random bits need no slow hash, only an end to noise.
    Receipts,
    /// Subscriptions, each of which makes the house write a mail to somebody.
    Subscriptions,
    /// Codes and acknowledgements; a whole office may press within minutes of a publication.
    Members,
    /// Wishes to stop; a mail provider posts those of all its people from one network.
    Wishes,
}

impl Lane {
    /// Passes an hour for one network.
    const fn network_max(self) -> u32 {
        match self {
            Lane::Letters => 30,
            Lane::Receipts => 300,
            Lane::Subscriptions => 20,
            Lane::Members => 600,
            Lane::Wishes => 2_000,
        }
    }

    /// Passes an hour for one network when all together have spent theirs: a flood from many networks shuts nobody out.
    const fn network_fair(self) -> u32 {
        match self {
            Lane::Letters => 2,
            Lane::Receipts => 20,
            // Each makes the house write to somebody: of these there is an end.
            Lane::Subscriptions => 0,
            Lane::Members => 20,
            Lane::Wishes => 50,
        }
    }

    /// Passes an hour for all networks together, beyond which each gets [`Lane::network_fair`].
    const fn house_max(self) -> u32 {
        match self {
            Lane::Letters => 2_000,
            Lane::Receipts => 20_000,
            Lane::Subscriptions => 2_000,
            Lane::Members => 200_000,
            Lane::Wishes => 20_000,
        }
    }
}

/// Networks that are told apart in an hour; beyond it only the house's own limits count.
const NETWORKS_MAX: usize = 65_536;
/// Length of the span that is counted.
const SPAN: Duration = Duration::from_secs(3_600);

/// What has passed in this hour.
pub(crate) struct Budget(Mutex<Hour>);

struct Hour {
    began: Instant,
    key: [u8; 32],
    networks: HashMap<(Lane, [u8; 8]), u32>,
    house: HashMap<Lane, u32>,
}

/// Nothing may pass any more; in so many minutes the next hour begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) minutes: u64,
}

impl Budget {
    pub(crate) fn new(now: Instant) -> Self {
        Budget(Mutex::new(Hour::new(now)))
    }

    /// Lets one thing pass, or says that the budget is spent. `from` is nothing if the network is not known.
    pub(crate) fn spend(
        &self,
        lane: Lane,
        from: Option<IpAddr>,
        now: Instant,
    ) -> Result<(), Spent> {
        let mut hour = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(hour.began) >= SPAN {
            *hour = Hour::new(now);
        }
        let left = SPAN.saturating_sub(now.duration_since(hour.began));
        let spent = Spent {
            minutes: left.as_secs().div_ceil(60).max(1),
        };
        let mut here = None;
        if let Some(from) = from {
            let name = hour.name(from);
            let known = hour.networks.len();
            let count = match hour.networks.get_mut(&(lane, name)) {
                Some(count) => Some(count),
                None if known < NETWORKS_MAX => {
                    Some(hour.networks.entry((lane, name)).or_default())
                }
                None => None,
            };
            if let Some(count) = count {
                if *count >= lane.network_max() {
                    return Err(spent);
                }
                *count += 1;
                here = Some(*count);
            }
        }
        let count = hour.house.entry(lane).or_default();
        *count += 1;
        // Over what the house takes in an hour it is shared and not shut: who has sent little so far still gets in.
        let is_modest = here.is_some_and(|here| here <= lane.network_fair());
        if *count > lane.house_max() && !is_modest {
            return Err(spent);
        }
        Ok(())
    }
}

impl Hour {
    fn new(now: Instant) -> Self {
        Hour {
            began: now,
            key: seal::random::bytes(),
            networks: HashMap::new(),
            house: HashMap::new(),
        }
    }

    /// The network of an address: /24 or /48, under this hour's key.
    fn name(&self, from: IpAddr) -> [u8; 8] {
        let hash = seal::hmac256(&self.key, &neighbour::network(from));
        hash.first_chunk().copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_own_budget_and_the_next_hour_a_new_one() {
        let began = Instant::now();
        let budget = Budget::new(began);
        let from = |text: &str| text.parse::<IpAddr>().ok();
        for _ in 0..Lane::Letters.network_max() {
            assert_eq!(
                budget.spend(Lane::Letters, from("192.0.2.1"), began),
                Ok(())
            );
        }
        assert_eq!(
            budget.spend(Lane::Letters, from("192.0.2.200"), began),
            Err(Spent { minutes: 60 })
        );
        assert_eq!(
            budget.spend(Lane::Receipts, from("192.0.2.200"), began),
            Ok(())
        );
        assert_eq!(
            budget.spend(Lane::Letters, from("198.51.100.1"), began),
            Ok(())
        );
        assert_eq!(budget.spend(Lane::Letters, None, began), Ok(()));
        let next = began + SPAN;
        assert_eq!(budget.spend(Lane::Letters, from("192.0.2.1"), next), Ok(()));
    }

    #[test]
    fn what_all_have_spent_is_shared_and_not_shut() {
        let began = Instant::now();
        let budget = Budget::new(began);
        for _ in 0..Lane::Letters.house_max() {
            assert_eq!(budget.spend(Lane::Letters, None, began), Ok(()));
        }
        assert!(budget.spend(Lane::Letters, None, began).is_err());
        let passed = |from: &str| {
            let all = (0..10).map(|_| budget.spend(Lane::Letters, from.parse().ok(), began));
            all.filter(Result::is_ok).count()
        };
        let fair = usize::try_from(Lane::Letters.network_fair()).unwrap();
        for from in ["192.0.2.1", "198.51.100.1", "2001:db8::1"] {
            assert_eq!(passed(from), fair, "{from}");
        }
        assert_eq!(passed("192.0.2.77"), 0, "a neighbour has spent it");
    }

    #[test]
    fn an_address_of_either_kind_is_its_network() {
        let hour = Hour::new(Instant::now());
        let name = |text: &str| text.parse().map(|from| hour.name(from)).ok();
        assert_eq!(name("::ffff:192.0.2.1"), name("192.0.2.77"));
        assert_eq!(name("2001:db8:1:2::1"), name("2001:db8:1:ffff::2"));
        assert_ne!(name("2001:db8:1::1"), name("2001:db8:2::1"));
    }
}
