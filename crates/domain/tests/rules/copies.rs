//! The machine of a copy, state by state and happening by happening.

use std::collections::BTreeSet;

use domain::distribution::{CopyState, Happening, step};
use domain::refusal::Refusal;
use domain::value::CopyChannel;

/// What each happening makes of each state, in the order of [`CopyState::ALL`]; a dot where it cannot happen.
const TABLE: [(Happening, [&str; 11]); 13] = {
    use Happening as H;
    const S: &str = "sending";
    const A: &str = "accepted";
    const D: &str = "deferred";
    const M: &str = "maybe";
    const R: &str = "refused";
    const E: &str = "expired";
    const G: &str = "given_up";
    const B: &str = "bounced";
    const K: &str = "acknowledged";
    const L: &str = "held";
    const W: &str = "waiting";
    const O: &str = ".";
    [
        // waiting sending accepted deferred refused maybe expired acknowledged given_up bounced held
        (H::Claimed, [S, S, O, S, O, S, O, O, O, O, O]),
        (H::Taken, [A, A, O, A, A, A, A, O, A, O, A]),
        (H::PutOff, [D, D, O, D, O, D, O, O, O, O, O]),
        (H::Broken, [M, M, O, M, O, M, O, O, O, O, O]),
        (H::Declined, [R, R, O, R, O, R, O, O, O, O, O]),
        (H::RanOut, [E, E, O, E, O, E, O, O, O, O, O]),
        (H::Unaddressed, [G, G, O, G, O, G, O, O, O, O, O]),
        (H::Left, [G, O, O, G, O, G, O, O, O, O, G]),
        (H::CameBack, [O, B, B, B, O, B, B, O, O, O, O]),
        (H::Acknowledged, [K, K, K, K, K, K, K, O, K, K, K]),
        (H::LookedAfter, [O, O, O, O, G, O, G, O, O, G, O]),
        (H::KeptBack, [L, O, O, L, O, L, O, O, O, O, O]),
        (H::QueuedAgain, [O, O, O, O, W, O, W, O, O, W, W]),
    ]
};

#[test]
fn every_state_and_happening_has_its_answer() {
    assert_eq!(TABLE.map(|(happening, _)| happening), Happening::ALL);
    for (happening, row) in TABLE {
        for (state, expected) in CopyState::ALL.into_iter().zip(row) {
            let expected = match CopyState::named(expected) {
                Some(next) => Ok(next),
                None => Err(Refusal::CopyState(state.name())),
            };
            assert_eq!(step(state, happening), expected, "{state:?} {happening:?}");
        }
    }
}

/// What is at an end is sent again by nobody's clock: only a person queues it again.
#[test]
fn only_open_states_lead_back_to_the_sender() {
    for from in CopyState::ALL {
        let mut reached = BTreeSet::from([from]);
        loop {
            let next: BTreeSet<CopyState> = reached
                .iter()
                .flat_map(|state| {
                    Happening::ALL
                        .into_iter()
                        .filter(|happening| *happening != Happening::QueuedAgain)
                        .filter_map(|happening| step(*state, happening).ok())
                })
                .chain(reached.iter().copied())
                .collect();
            if next == reached {
                break;
            }
            reached = next;
        }
        let sent_again = reached.contains(&CopyState::Sending);
        assert_eq!(sent_again, CopyState::OPEN.contains(&from), "{from:?}");
    }
}

#[test]
fn nothing_follows_an_acknowledgement() {
    for happening in Happening::ALL {
        let refused = Refusal::CopyState("acknowledged");
        assert_eq!(step(CopyState::Acknowledged, happening), Err(refused));
    }
}

#[test]
fn a_copy_that_reached_nobody_is_given_up_or_queued_again() {
    for state in CopyState::UNDELIVERED {
        assert_eq!(step(state, Happening::LookedAfter), Ok(CopyState::GivenUp));
        assert_eq!(step(state, Happening::QueuedAgain), Ok(CopyState::Waiting));
    }
}

/// The names are stored for ever, the numbers stand in older backups, the words in other people's scripts.
#[test]
fn names_numbers_and_words_are_fixed() {
    let known = [
        ("waiting", Some(0), "queued"),
        ("sending", Some(1), "sending"),
        ("accepted", Some(2), "accepted"),
        ("deferred", Some(4), "deferred"),
        ("refused", Some(5), "refused"),
        ("maybe", Some(3), "maybe_delivered"),
        ("expired", Some(6), "expired"),
        ("acknowledged", Some(7), "acknowledged"),
        ("given_up", Some(8), "dropped"),
        ("bounced", None, "bounced"),
        ("held", None, "held"),
    ];
    for (state, (name, number, word)) in CopyState::ALL.into_iter().zip(known) {
        assert_eq!((state.name(), state.word()), (name, word));
        assert_eq!(CopyState::named(name), Some(state));
        if let Some(number) = number {
            assert_eq!(CopyState::of_number(number), Some(state));
        }
    }
    assert_eq!(CopyState::of_number(9), None);
    assert_eq!(CopyState::of_number(-1), None);
    assert_eq!(CopyState::named("queued"), None);
    for channel in CopyChannel::ALL {
        assert_eq!(CopyChannel::named(channel.name()), Some(channel));
        let said = serde_json::to_value(channel).unwrap();
        assert_eq!(said, channel.name(), "events and rows say one name");
    }
    assert_eq!(CopyChannel::named("pigeon"), None);
}
