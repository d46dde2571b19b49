//! When to try a failed delivery again (docs/design/early-warning.md §4.1): 1, 5, 15, 60 minutes, then hourly, to
//! the deadline.

const MINUTE_US: i64 = 60_000_000;

/// Waits after the first, second, third and every later failure.
const STEPS_US: [i64; 4] = [MINUTE_US, 5 * MINUTE_US, 15 * MINUTE_US, 60 * MINUTE_US];

/// Tenth of a per cent by which a wait is lengthened or shortened, so that a relay's return is not met by all at once.
const JITTER_PER_MILLE: u64 = 100;

/// Returns when to try again after the given number of failures, or `None` once the deadline has come.
///
/// A wait that would pass the deadline ends on it, so that there is one last try. `seed` is any number that differs
/// from mail to mail, for example its row's; the same arguments always give the same instant.
#[must_use]
pub fn next_try_us(failures: u32, now_us: i64, deadline_us: i64, seed: u64) -> Option<i64> {
    if now_us >= deadline_us {
        return None;
    }
    let step = usize::try_from(failures.saturating_sub(1))
        .unwrap_or(usize::MAX)
        .min(STEPS_US.len() - 1);
    let base = STEPS_US.get(step).copied().unwrap_or(60 * MINUTE_US);
    let spread =
        i64::try_from(mix(seed ^ u64::from(failures)) % (2 * JITTER_PER_MILLE + 1)).unwrap_or(0);
    let per_mille = 1_000 - i64::try_from(JITTER_PER_MILLE).unwrap_or(0) + spread;
    Some(
        now_us
            .saturating_add(base / 1_000 * per_mille)
            .min(deadline_us),
    )
}

/// SplitMix64's finaliser: neighbouring seeds give unrelated numbers.
const fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn waits_grow_and_stay_within_a_tenth() {
        for (failures, minutes) in [
            (0, 1),
            (1, 1),
            (2, 5),
            (3, 15),
            (4, 60),
            (5, 60),
            (u32::MAX, 60),
        ] {
            for seed in 0..200 {
                let wait = next_try_us(failures, 0, i64::MAX, seed).unwrap_or(0);
                let base = minutes * MINUTE_US;
                assert!(
                    (base * 9 / 10..=base * 11 / 10).contains(&wait),
                    "{failures} {seed} {wait}"
                );
            }
        }
    }

    #[test]
    fn mails_that_failed_together_do_not_come_back_together() {
        let instants: std::collections::HashSet<_> = (0..100)
            .map(|seed| next_try_us(1, 0, i64::MAX, seed))
            .collect();
        assert!(instants.len() > 50);
    }

    #[test]
    fn the_last_try_is_at_the_deadline_and_none_comes_after_it() {
        #[track_caller]
        fn check(failures: u32, left: i64, expected: Option<i64>) {
            for seed in 0..50 {
                let next = next_try_us(failures, 1_000, 1_000 + left, seed);
                assert_eq!(
                    next,
                    expected.map(|after| 1_000 + after),
                    "{failures} {seed}"
                );
            }
        }
        // Shorter than nine tenths of the wait: it ends at the deadline.
        check(1, MINUTE_US / 2, Some(MINUTE_US / 2));
        check(2, 4 * MINUTE_US, Some(4 * MINUTE_US));
        check(3, 13 * MINUTE_US, Some(13 * MINUTE_US));
        check(4, 50 * MINUTE_US, Some(50 * MINUTE_US));
        check(9, 1, Some(1));
        check(1, 0, None);
        check(4, -1, None);
        // Longer than eleven tenths: the deadline does not matter.
        for failures in 1..6 {
            let free = next_try_us(failures, 0, i64::MAX, 7);
            assert_eq!(next_try_us(failures, 0, 67 * MINUTE_US, 7), free);
        }
    }

    proptest! {
        #[test]
        fn no_try_is_past_the_deadline(failures in any::<u32>(), now in any::<i64>(), deadline in any::<i64>(), seed in any::<u64>()) {
            match next_try_us(failures, now, deadline, seed) {
                Some(next) => prop_assert!(next > now && next <= deadline),
                None => prop_assert!(now >= deadline),
            }
        }
    }
}
