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

/// Networks of a lane that are told apart in an hour; of those that come beyond it the wider network counts.
const NETWORKS_MAX: usize = 65_536;
/// The part of what the house takes in an hour that stays for those of whom no network is known.
const UNKNOWN_PART: u32 = 4;
/// Length of the span that is counted.
const SPAN: Duration = Duration::from_secs(3_600);

/// What has passed in this hour.
pub(crate) struct Budget(Mutex<Hour>);

struct Hour {
    began: Instant,
    key: [u8; 32],
    lanes: HashMap<Lane, Counts>,
}

/// What has passed of one lane.
#[derive(Default)]
struct Counts {
    /// By network, under this hour's key.
    networks: HashMap<[u8; 8], u32>,
    /// By the wider network around it: all that comes from there once too many networks are told apart.
    wide: HashMap<[u8; 8], u32>,
    /// What came when even those were too many.
    rest: u32,
    /// Of whom no network is known.
    unknown: u32,
    all: u32,
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
        let names = from.map(|from| hour.names(from));
        let counts = hour.lanes.entry(lane).or_default();
        let (max, fair) = match names {
            None if lane.network_fair() == 0 => (lane.house_max(), 0),
            None => (lane.house_max(), lane.house_max() / UNKNOWN_PART),
            Some(_) => (lane.network_max(), lane.network_fair()),
        };
        let here = counts.of(names);
        if *here >= max {
            return Err(spent);
        }
        *here += 1;
        // Over what the house takes in an hour it is shared and not shut: who has sent little so far still gets in.
        let is_modest = *here <= fair;
        counts.all = counts.all.saturating_add(1);
        if counts.all > lane.house_max() && !is_modest {
            return Err(spent);
        }
        Ok(())
    }
}

impl Counts {
    /// The count of whoever has these names: the network's, or the wider one's where a flood has filled the list.
    fn of(&mut self, names: Option<[[u8; 8]; 2]>) -> &mut u32 {
        let Some([network, wide]) = names else {
            return &mut self.unknown;
        };
        let has_room =
            |of: &HashMap<[u8; 8], u32>, name| of.contains_key(name) || of.len() < NETWORKS_MAX;
        if has_room(&self.networks, &network) {
            self.networks.entry(network).or_default()
        } else if has_room(&self.wide, &wide) {
            self.wide.entry(wide).or_default()
        } else {
            &mut self.rest
        }
    }
}

impl Hour {
    fn new(now: Instant) -> Self {
        Hour {
            began: now,
            key: seal::random::bytes(),
            lanes: HashMap::new(),
        }
    }

    /// The network of an address, /24 or /48, and the wider one, /16 or /32: what one provider has. Under this hour's key.
    fn names(&self, from: IpAddr) -> [[u8; 8]; 2] {
        let network = neighbour::network(from);
        let end = if network.len() == 3 { 2 } else { 4 };
        let wide = network.get(..end).unwrap_or(&network);
        [network.as_slice(), wide].map(|network| {
            let hash = seal::hmac256(&self.key, network);
            hash.first_chunk().copied().unwrap_or_default()
        })
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

    /// Somebody with a whole /32 of IPv6 has more networks than are told apart.
    #[test]
    fn a_flood_from_more_networks_than_are_told_apart_keeps_no_newcomer_out() {
        let began = Instant::now();
        let budget = Budget::new(began);
        let flooding = |n: u32| {
            let [a, b, c, d] = n.to_be_bytes();
            let parts = [a, b, c, d].map(u16::from);
            IpAddr::from([
                0x2001,
                0xdb8,
                (parts[2] << 8) | parts[3],
                0,
                0,
                0,
                0,
                parts[1],
            ])
        };
        let most = u32::try_from(NETWORKS_MAX).unwrap();
        {
            let mut hour = budget.0.lock().unwrap();
            let names: Vec<_> = (0..most).map(|n| hour.names(flooding(n))).collect();
            let counts = hour.lanes.entry(Lane::Letters).or_default();
            for [network, _] in names {
                counts.networks.insert(network, 1);
            }
            counts.all = Lane::Letters.house_max();
        }
        let passed = |from: &str| {
            let all = (0..10).map(|_| budget.spend(Lane::Letters, from.parse().ok(), began));
            all.filter(Result::is_ok).count()
        };
        let fair = usize::try_from(Lane::Letters.network_fair()).unwrap();
        assert_eq!(passed("192.0.2.1"), fair);
        assert_eq!(passed("2400:cb00:1::1"), fair);
        assert_eq!(
            passed("2400:cb00:2::1"),
            0,
            "the wider network counts as one"
        );
        // Whoever comes by a way that names nobody has a part of the house's own.
        assert_eq!(passed("nobody"), 10);
        // Of another lane the list is its own.
        assert_eq!(
            budget.spend(Lane::Receipts, "192.0.2.1".parse().ok(), began),
            Ok(())
        );
    }

    #[test]
    fn an_address_of_either_kind_is_its_network() {
        let hour = Hour::new(Instant::now());
        let name = |text: &str| text.parse().map(|from| hour.names(from)[0]).ok();
        assert_eq!(name("::ffff:192.0.2.1"), name("192.0.2.77"));
        assert_eq!(name("2001:db8:1:2::1"), name("2001:db8:1:ffff::2"));
        assert_ne!(name("2001:db8:1::1"), name("2001:db8:2::1"));
    }
}
