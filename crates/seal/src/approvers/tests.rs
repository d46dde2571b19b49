//! Who may change hands, and every single change of a chain that must not pass.

use proptest::prelude::*;

use super::*;
use crate::signer::{Approver, Pinned};

const NOW: i64 = 1_790_000_000_000_000;
const HOUR: i64 = 3_600_000_000;
const HOUSE: [u8; 16] = [7; 16];

fn secret(n: u8) -> [u8; 32] {
    [n; 32]
}

fn public(n: u8) -> String {
    crate::approval::public_of(&secret(n))
}

/// A house of two with the quorum given; keys 1 and 2.
fn founded(quorum: u8) -> Roster {
    let approver = |n: u8| Approver {
        person: crate::hex(&[n; 16]),
        public: public(n),
        since: NOW - 100 * HOUR,
        founding: true,
    };
    let approvers = vec![approver(1), approver(2)];
    let house = crate::hex(&HOUSE);
    Roster::found(&Pinned {
        house,
        quorum,
        approvers,
    })
    .unwrap()
}

fn signed(statement: &Statement, by: &[u8]) -> Vec<Signed> {
    by.iter()
        .map(|n| statement.sign(&HOUSE, &secret(*n)).unwrap())
        .collect()
}

fn at(now: i64) -> Looked {
    Looked {
        now,
        is_fresh: false,
        is_again: false,
    }
}

fn take(roster: &mut Roster, statement: &Statement, by: &[u8], now: i64) -> Result<(), Fault> {
    roster.take(
        statement,
        &signed(statement, by),
        &crate::hex(&[9; 16]),
        at(now),
    )
}

fn add(roster: &Roster, n: u8, kind: Kind, now: i64) -> Statement {
    roster.draft(Action::Add, &public(n), "", kind, now)
}

fn keys(roster: &Roster, now: i64) -> Vec<String> {
    roster
        .pinned(now)
        .approvers
        .into_iter()
        .map(|a| a.public)
        .collect()
}

#[test]
fn a_key_comes_in_by_a_quorum_and_its_own_signature() {
    let roster = founded(2);
    let statement = add(&roster, 3, Kind::Staff, NOW);
    let lacks = |found| Err(Fault::Signatures { found, needed: 2 });
    for (by, wanted) in [
        (&[][..], Err(Fault::Possession)),
        (&[1, 2], Err(Fault::Possession)),
        (&[3], lacks(0)),
        (&[1, 3], lacks(1)),
        (&[1, 1, 3], lacks(1)),
        (&[1, 4, 3], lacks(1)),
        (&[1, 2, 3], Ok(())),
    ] {
        let mut after = roster.clone();
        assert_eq!(take(&mut after, &statement, by, NOW), wanted, "{by:?}");
        let count = if wanted.is_ok() { 3 } else { 2 };
        assert_eq!(keys(&after, NOW).len(), count);
        assert_eq!(
            after == roster,
            wanted.is_err(),
            "what is refused changes nothing"
        );
    }
}

#[test]
fn a_key_that_came_in_says_nothing_for_72_hours() {
    let mut roster = founded(2);
    let third = add(&roster, 3, Kind::Staff, NOW);
    take(&mut roster, &third, &[1, 2, 3], NOW).unwrap();
    let fourth = add(&roster, 4, Kind::Staff, NOW + HOUR);
    let lacks = Err(Fault::Signatures {
        found: 1,
        needed: 2,
    });
    for later in [HOUR, 72 * HOUR - 1] {
        let mut after = roster.clone();
        assert_eq!(take(&mut after, &fourth, &[1, 3, 4], NOW + later), lacks);
    }
    take(&mut roster, &fourth, &[1, 3, 4], NOW + 72 * HOUR).unwrap();
}

#[test]
fn a_key_of_the_founding_leaves_its_standing_only_while_nothing_is_published() {
    for is_fresh in [true, false] {
        let mut roster = founded(2);
        let statement = roster.draft(Action::Rotate, &public(5), &public(1), Kind::Staff, NOW);
        let looked = Looked {
            is_fresh,
            ..at(NOW)
        };
        let by = signed(&statement, &[1, 2, 5]);
        roster.take(&statement, &by, "", looked).unwrap();
        let pin = roster
            .standing(NOW)
            .find(|pin| pin.public == public(5))
            .unwrap();
        assert_eq!((pin.founding, pin.is_kit), (is_fresh, false));
        assert_eq!(pin.person, crate::hex(&[1; 16]), "the person stays");
        assert!(
            !keys(&roster, NOW).contains(&public(1)),
            "the old key counts no more"
        );
    }
}

#[test]
fn a_lost_key_is_replaced_by_the_others() {
    let mut roster = founded(2);
    let third = add(&roster, 3, Kind::Staff, NOW);
    take(&mut roster, &third, &[1, 2, 3], NOW).unwrap();
    let later = NOW + 80 * HOUR;
    let rotate = roster.draft(Action::Rotate, &public(6), &public(1), Kind::Staff, later);
    take(&mut roster, &rotate, &[2, 3, 6], later).unwrap();
    assert_eq!(keys(&roster, later), [public(2), public(3), public(6)]);
}

#[test]
fn as_many_stay_as_the_quorum_asks_for() {
    let mut roster = founded(2);
    let end = roster.draft(Action::End, "", &public(2), Kind::Staff, NOW);
    assert_eq!(take(&mut roster, &end, &[1, 2], NOW), Err(Fault::Few));
    let quorum = |roster: &Roster, quorum| Statement {
        quorum,
        ..roster.draft(Action::Quorum, "", "", Kind::Staff, NOW)
    };
    assert_eq!(
        take(&mut roster.clone(), &quorum(&roster, 3), &[1, 2], NOW),
        Err(Fault::Few)
    );
    for none in [0, 2, 10] {
        let refused = take(&mut roster.clone(), &quorum(&roster, none), &[1, 2], NOW);
        assert_eq!(refused, Err(Fault::Change), "{none}");
    }
    let one = quorum(&roster, 1);
    take(&mut roster, &one, &[1, 2], NOW).unwrap();
    let end = roster.draft(Action::End, "", &public(2), Kind::Staff, NOW);
    take(&mut roster, &end, &[1], NOW).unwrap();
    assert_eq!((roster.quorum, keys(&roster, NOW)), (1, vec![public(1)]));
}

#[test]
fn the_key_in_the_safe_approves_nothing_and_replaces_after_72_hours() {
    let mut roster = founded(2);
    let safe = add(&roster, 8, Kind::Succession, NOW);
    take(&mut roster, &safe, &[1, 2, 8], NOW).unwrap();
    assert_eq!(keys(&roster, NOW), [public(1), public(2)]);
    let later = NOW + 73 * HOUR;
    let rotate = roster.draft(Action::Rotate, &public(6), &public(1), Kind::Staff, later);
    let mut early = roster.clone();
    let resting = NOW + HOUR;
    let at_once = roster.draft(Action::Rotate, &public(6), &public(1), Kind::Staff, resting);
    assert!(
        take(&mut early, &at_once, &[8, 6], resting).is_err(),
        "it rests as any key"
    );
    take(&mut roster, &rotate, &[8, 6], later).unwrap();
    // The key that goes stands as long as its notice, and the other counts from then.
    assert!(keys(&roster, later + 72 * HOUR - 1).contains(&public(1)));
    assert!(!keys(&roster, later + 72 * HOUR).contains(&public(1)));
    let new = roster
        .standing(later)
        .find(|pin| pin.public == public(6))
        .unwrap();
    assert_eq!(new.from(), later + 72 * HOUR);
    let quorum = Statement {
        quorum: 1,
        ..roster.draft(Action::Quorum, "", "", Kind::Staff, later)
    };
    assert!(
        take(&mut roster, &quorum, &[8], later).is_err(),
        "the quorum is not its to say"
    );
    // Nor whom to end.
    let end = roster.draft(Action::End, "", &public(2), Kind::Staff, later);
    assert!(take(&mut roster, &end, &[8], later).is_err());
}

/// What a quorum ended stays ended, in whichever order; what was lost and is taken in once more brings nothing back.
#[test]
fn a_key_that_a_quorum_ended_never_comes_back() {
    let mut roster = founded(2);
    let safe = add(&roster, 8, Kind::Succession, NOW);
    take(&mut roster, &safe, &[1, 2, 8], NOW).unwrap();
    let later = NOW + 73 * HOUR;
    for n in [3, 4] {
        let more = add(&roster, n, Kind::Staff, NOW);
        take(&mut roster, &more, &[1, 2, n], NOW).unwrap();
    }
    let rotate = roster.draft(Action::Rotate, &public(6), &public(1), Kind::Staff, later);
    take(&mut roster, &rotate, &[8, 6], later).unwrap();
    let before = roster.clone();
    for old in [1, 6] {
        let end = roster.draft(Action::End, "", &public(old), Kind::Staff, later);
        take(&mut roster, &end, &[2, 3], later).unwrap();
    }
    assert_eq!(keys(&roster, later), [public(2), public(3), public(4)]);
    let mut again = before;
    let end = again.draft(Action::End, "", &public(6), Kind::Staff, later);
    let month = later + 40 * 24 * HOUR;
    let looked = Looked {
        is_again: true,
        ..at(later + HOUR)
    };
    assert_eq!(
        take(&mut again.clone(), &end, &[2, 3], month),
        Err(Fault::Time)
    );
    again
        .take(&end, &signed(&end, &[2, 3]), "", looked)
        .unwrap();
    assert!(!keys(&again, later + 80 * HOUR).contains(&public(1)));
    let once_more = Looked {
        is_again: true,
        ..at(month)
    };
    let more = again.draft(Action::Add, &public(9), "", Kind::Staff, later + HOUR);
    again
        .take(&more, &signed(&more, &[2, 3, 9]), "", once_more)
        .unwrap();
}

/// Whoever has stolen the paper is answered within the notice: the key that goes signs against it.
#[test]
fn a_replacement_that_nobody_asked_for_is_ended_and_the_old_key_stays() {
    let mut roster = founded(2);
    let safe = add(&roster, 8, Kind::Succession, NOW);
    take(&mut roster, &safe, &[1, 2, 8], NOW).unwrap();
    let later = NOW + 73 * HOUR;
    for (n, old) in [(6, 1), (7, 2)] {
        let rotate = roster.draft(Action::Rotate, &public(n), &public(old), Kind::Staff, later);
        take(&mut roster, &rotate, &[8, n], later).unwrap();
    }
    for (n, old) in [(6, 1), (7, 2)] {
        let end = roster.draft(Action::End, "", &public(n), Kind::Staff, later + HOUR);
        take(&mut roster, &end, &[1, 2], later + HOUR).unwrap();
        let pin = roster
            .standing(later)
            .find(|pin| pin.public == public(old))
            .unwrap();
        assert_eq!(pin.until, None);
    }
    let end = roster.draft(Action::End, "", &public(8), Kind::Succession, later + HOUR);
    take(&mut roster, &end, &[1, 2], later + HOUR).unwrap();
    assert_eq!(keys(&roster, later + 100 * HOUR), [public(1), public(2)]);
    assert_eq!(roster.standing(later + 100 * HOUR).count(), 2);
}

#[test]
fn what_a_quorum_ended_counts_under_no_clock_and_a_key_at_rest_carries_no_quorum() {
    let mut roster = founded(2);
    let third = add(&roster, 3, Kind::Staff, NOW);
    take(&mut roster, &third, &[1, 2, 3], NOW).unwrap();
    let quorum = Statement {
        quorum: 3,
        ..roster.draft(Action::Quorum, "", "", Kind::Staff, NOW)
    };
    assert_eq!(
        take(&mut roster.clone(), &quorum, &[1, 2], NOW),
        Err(Fault::Few)
    );
    let end = roster.draft(Action::End, "", &public(2), Kind::Staff, NOW);
    assert_eq!(
        take(&mut roster.clone(), &end, &[1, 2], NOW),
        Err(Fault::Few)
    );
    let later = NOW + 72 * HOUR;
    let end = roster.draft(Action::End, "", &public(2), Kind::Staff, later);
    take(&mut roster, &end, &[1, 2], later).unwrap();
    assert_eq!(keys(&roster, NOW - 1_000 * HOUR), [public(1), public(3)]);
    // What waited for a month is made anew.
    let old = roster.draft(Action::Add, &public(4), "", Kind::Staff, later);
    let month = later + WAITS_MAX_US + 1;
    assert_eq!(take(&mut roster, &old, &[1, 3, 4], month), Err(Fault::Time));
}

#[test]
fn a_reader_from_outside_signs_for_nobody() {
    let mut roster = founded(2);
    let reader = add(&roster, 3, Kind::SecondReader, NOW);
    take(&mut roster, &reader, &[1, 2, 3], NOW).unwrap();
    let later = NOW + 80 * HOUR;
    let fourth = add(&roster, 4, Kind::Staff, later);
    let lacks = Err(Fault::Signatures {
        found: 1,
        needed: 2,
    });
    assert_eq!(take(&mut roster, &fourth, &[1, 3, 4], later), lacks);
}

#[test]
fn a_statement_follows_the_last_one_in_its_own_time() {
    let roster = founded(2);
    let good = add(&roster, 3, Kind::Staff, NOW);
    let bent: [(&str, Statement, Fault); 7] = [
        (
            "generation",
            Statement {
                generation: 2,
                ..good.clone()
            },
            Fault::Order,
        ),
        (
            "previous",
            Statement {
                previous: "00".repeat(32),
                ..good.clone()
            },
            Fault::Order,
        ),
        (
            "ahead",
            Statement {
                at: NOW + 3_000_000,
                ..good.clone()
            },
            Fault::Time,
        ),
        (
            "quorum",
            Statement {
                quorum: 1,
                ..good.clone()
            },
            Fault::Change,
        ),
        (
            "known",
            Statement {
                new: public(2),
                ..good.clone()
            },
            Fault::Change,
        ),
        (
            "old",
            Statement {
                old: public(1),
                ..good.clone()
            },
            Fault::Change,
        ),
        (
            "form",
            Statement {
                previous: "x".into(),
                ..good.clone()
            },
            Fault::Form,
        ),
    ];
    for (name, statement, wanted) in bent {
        assert_eq!(roster.fits(&statement, NOW), Err(wanted), "{name}");
    }
    // What was signed for one place in the chain fits no other, and no other house.
    let by = signed(&good, &[1, 2, 3]);
    let mut again = roster.clone();
    again.take(&good, &by, "", at(NOW)).unwrap();
    assert_eq!(again.take(&good, &by, "", at(NOW)), Err(Fault::Order));
    assert!(!good.holds(&[8; 16], &by[0]));
}

/// What stands in archives for ever: this vector may only be joined by others.
#[test]
fn the_bytes_of_a_statement_and_of_its_line_are_fixed() {
    let roster = founded(2);
    let statement = add(&roster, 3, Kind::Staff, NOW);
    let hash = crate::hex(&statement.hash(&HOUSE).unwrap());
    let signatures = signed(&statement, &[1]);
    let line = Line::Statement {
        statement,
        signatures,
        taken: NOW + 1,
        is_fresh: true,
    };
    let line = String::from_utf8(line.bytes().unwrap()).unwrap();
    assert_eq!((hash.as_str(), line.as_str()), (HASH, LINE));
}
const HASH: &str = "d9f4640e7ab701a89af552b7178aba82a695b09a842f1bd835856f98fed7bd16";
const LINE: &str = r#"{"statement":{"generation":1,"previous":"80b649f973fdc3950a4b42b2104da08ba07110eb2187d157ed9ec88cc4027cd1","action":"add","new":"ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1","old":"","kind":"staff","office":0,"quorum":2,"at":1790000000000000},"signatures":[{"key":"8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c","signature":"823e7c5720a4817a6a727371b6a4402bd8ceb22937bcc21c594d3effca1ef622b38f34aa6791e98d5743b5dbb251bf320141343e88c6719533464f12bec50501"}],"taken":1790000000000001,"is_fresh":true}"#;

/// The public form of a house that has added one key.
fn published() -> Vec<u8> {
    let mut roster = founded(2);
    let founding = Founding {
        house: crate::hex(&HOUSE),
        quorum: 2,
        keys: vec![public(1), public(2)],
    };
    let statement = add(&roster, 3, Kind::Staff, NOW);
    let signatures = signed(&statement, &[1, 2, 3]);
    roster.take(&statement, &signatures, "", at(NOW)).unwrap();
    let lines = [
        Line::Founding(founding),
        Line::Statement {
            statement,
            signatures,
            taken: NOW,
            is_fresh: false,
        },
    ];
    let lines: Vec<String> = lines
        .iter()
        .map(|line| String::from_utf8(line.bytes().unwrap()).unwrap())
        .collect();
    format!("{}\n", lines.join("\n")).into_bytes()
}

#[test]
fn a_published_chain_is_followed_from_its_founding() {
    let bytes = published();
    let roster = follow(&bytes, NOW).unwrap();
    assert_eq!((roster.generation, roster.standing(NOW).count()), (1, 3));
    assert_eq!(follow(&bytes, NOW - 3_000_000), Err((2, Fault::Time)));
    assert_eq!(follow(b"", NOW), Err((1, Fault::Form)));
    let second = bytes.split(|b| *b == b'\n').nth(1).unwrap();
    assert_eq!(follow(second, NOW), Err((1, Fault::Order)));
}

/// A chain that another program wrote from docs/formats.md (Python, with the Ed25519 of OpenSSL): a rotation of the founding, a
/// third key, one for the safe, what that replaced alone, another quorum, an end.
#[test]
fn a_chain_that_another_program_wrote_is_followed() {
    let chain = include_bytes!("../../../../fixtures/approvers/chain.jsonl");
    let now = NOW + 300 * HOUR;
    let roster = follow(chain, now).unwrap();
    assert_eq!((roster.generation, roster.quorum), (6, 1));
    assert_eq!(crate::hex(&roster.head), HEAD);
    assert_eq!(keys(&roster, now), [public(5), public(6)]);
}
const HEAD: &str = "c9f8e18550d67d183bcbd041c30d05d63ef6622b00e0a139724cbbb554389fb0";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever byte of a published chain is changed, it does not pass, or it is no other chain.
    #[test]
    fn no_byte_of_a_published_chain_can_change(place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let good = published();
        let mut bent = good.clone();
        // When it was taken in is said by the signer, and held by the leaf of the line.
        let said = String::from_utf8_lossy(&good).find("\"taken\"").unwrap();
        let place = place.index(said);
        bent[place] ^= 1 << bit;
        prop_assert!(follow(&bent, NOW).is_err(), "{place} {bit}");
    }

    /// Foreign bytes never lead to more than a refusal.
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = follow(&bytes, NOW);
    }
}
