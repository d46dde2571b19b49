//! Those who may approve: one change waits at a time, and what bears a first publication.

use domain::event::{Change, Event};
use domain::party::House;
use domain::party::approvers::{Standing, bear_first, propose, sign, waiting, withdraw};
use domain::refusal::Refusal;
use domain::value::*;

use crate::kit::{act, recorded, second};

const HOUSE: StreamId = StreamId::from_bytes([1; 16]);
const SHA256: &str = "aa";

fn take(house: &mut House, changes: Vec<Change>) {
    for change in changes {
        house.apply(&recorded(change.event, second(1)));
    }
}

fn proposed() -> House {
    let mut house = House::default();
    let changes = propose(&house, HOUSE, "{}".into(), SHA256.into(), None);
    take(&mut house, changes.unwrap());
    house
}

#[test]
fn one_change_waits_at_a_time_until_it_is_taken_in_or_taken_back() {
    let mut house = proposed();
    let second = propose(&house, HOUSE, "{}".into(), "bb".into(), None);
    assert_eq!(second, Err(Refusal::ApproversWait));
    let none = Err(Refusal::NotFound("change of the approvers"));
    assert_eq!(waiting(&house, "bb").map(|_| ()), none);
    let mut said = act(" ");
    assert_eq!(
        withdraw(&house, HOUSE, SHA256, &said),
        Err(Refusal::NoReason)
    );
    said.reason = "drawn on the wrong machine".into();
    let withdrawn = withdraw(&house, HOUSE, SHA256, &said);
    take(&mut house, withdrawn.unwrap());
    assert_eq!(house.pending, None);
}

#[test]
fn a_key_signs_a_change_once() {
    let mut house = proposed();
    for expected in [1, 0] {
        let changes = sign(&house, HOUSE, SHA256, "k".into(), "s".into()).unwrap();
        assert_eq!(changes.len(), expected);
        take(&mut house, changes);
    }
    let signatures = house.pending.clone().unwrap().signatures;
    assert_eq!(signatures, [("k".to_owned(), "s".to_owned())]);
    // What is signed under another name adds nothing to this one.
    let other = Event::ApproversSigned {
        statement_sha256: "bb".into(),
        key: "x".into(),
        signature: "y".into(),
    };
    take(&mut house, vec![Change::of(HOUSE, other)]);
    assert_eq!(house.pending.unwrap().signatures.len(), 1);
}

#[test]
fn a_first_publication_is_borne_by_keys_of_their_own_and_one_to_lose() {
    let few = |found, needed| Err(Refusal::FewKeys { found, needed });
    for (quorum, staff, kit, succession, wanted) in [
        (2, 0, 2, 0, Err(Refusal::KitKeys)),
        (2, 3, 1, 1, Err(Refusal::KitKeys)),
        (2, 2, 0, 0, few(2, 3)),
        (2, 1, 0, 1, few(2, 3)),
        (2, 1, 0, 9, few(2, 3)),
        (2, 2, 0, 1, Ok(())),
        (2, 3, 0, 0, Ok(())),
        (0, 1, 0, 0, few(1, 2)),
        (0, 1, 0, 1, Ok(())),
        (1, 2, 0, 0, Ok(())),
    ] {
        let standing = Standing {
            staff,
            kit,
            succession,
        };
        assert_eq!(
            bear_first(quorum, standing),
            wanted,
            "{quorum} {standing:?}"
        );
    }
}
