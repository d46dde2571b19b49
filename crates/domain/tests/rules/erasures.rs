//! What is erased, by whom, and when it can be said that nothing opens it any more.

use domain::event::{Change, Event};
use domain::party::House;
use domain::party::erasure::{
    Matter, NEW_US, Stage, approve, carried_out, destroyed, request, withdraw,
};
use domain::refusal::Refusal;
use domain::role::Role;
use domain::text::class::Compartment;
use domain::text::class::Compartment::{Exploit, Frame, Identity, Raw, Text};
use domain::value::*;

use crate::kit::{NOW, recorded, second};

const HOUSE: StreamId = StreamId::from_bytes([1; 16]);
const DOSSIER: StreamId = StreamId::from_bytes([2; 16]);
const BASIS: ErasureBasis = ErasureBasis::PersonAsked;

const OPEN: Matter = Matter {
    is_over: false,
    is_published: false,
};
const OVER: Matter = Matter {
    is_over: true,
    is_published: false,
};
const PUBLISHED: Matter = Matter {
    is_over: true,
    is_published: true,
};

/// The person of the tests' acts, and another one.
const ONE: PersonId = PersonId::from_bytes([9; 16]);
const OTHER: PersonId = PersonId::from_bytes([8; 16]);

fn person(id: PersonId, founding: bool) -> Event {
    Event::PersonNamed {
        person: id,
        handle: "somebody".into(),
        role: Role::Reception,
        founding,
        approval_key: None,
    }
}

/// A house with two persons who have been there from the start.
fn house() -> House {
    let mut house = House::default();
    for event in [person(ONE, true), person(OTHER, true)] {
        house.apply(&recorded(event, NOW));
    }
    house
}

fn take(house: &mut House, changes: Vec<Change>) {
    for change in changes {
        assert_eq!(change.stream, HOUSE);
        house.apply(&recorded(change.event, second(1)));
    }
}

fn asks(
    house: &House,
    parts: &[Compartment],
    matter: Matter,
) -> Result<(u32, Vec<Change>), Refusal> {
    request(house, HOUSE, DOSSIER, parts, BASIS, matter, (ONE, NOW))
}

/// A house in which one person has asked for this.
fn asked(parts: &[Compartment]) -> House {
    let mut house = house();
    let (number, changes) = asks(&house, parts, OVER).unwrap();
    assert_eq!(number, 1);
    take(&mut house, changes);
    house
}

fn stage(house: &House) -> Stage {
    house.stage_of(&house.erasures[&1])
}

#[test]
fn who_people_are_is_erased_at_any_time_and_the_rest_once_work_is_over() {
    let table: [(&[Compartment], [Option<&str>; 3]); 6] = [
        // Open, over, published.
        (&[Identity], [None, None, None]),
        (&[Raw], [Some("erasure.open"), None, None]),
        (&[Identity, Exploit], [Some("erasure.open"), None, None]),
        (&[Text], [Some("erasure.open"), None, Some("input")]),
        (&[Frame, Identity], [Some("input"); 3]),
        (&[], [Some("input"); 3]),
    ];
    for (parts, expected) in table {
        for (matter, code) in [OPEN, OVER, PUBLISHED].into_iter().zip(expected) {
            let refused = asks(&house(), parts, matter).err();
            assert_eq!(
                refused.as_ref().map(Refusal::code),
                code,
                "{parts:?} {matter:?}"
            );
        }
    }
}

#[test]
fn another_person_approves_once_and_what_waits_is_asked_for_once() {
    let mut house = asked(&[Identity, Raw]);
    assert_eq!(stage(&house), Stage::Asked);
    assert_eq!(asks(&house, &[Raw], OVER), Err(Refusal::Exists("erasure")));
    let (second_one, _) = asks(&house, &[Exploit], OVER).unwrap();
    assert_eq!(second_one, 2);
    assert_eq!(
        approve(&house, HOUSE, 1, OVER, (ONE, NOW)),
        Err(Refusal::OwnErasure)
    );
    assert_eq!(
        approve(&house, HOUSE, 7, OVER, (OTHER, NOW)),
        Err(Refusal::NotFound("erasure"))
    );
    assert!(
        carried_out(&house, HOUSE, 1, 2, 0).unwrap().is_empty(),
        "nobody approved it"
    );
    // It was over when somebody asked, and somebody works on it again.
    assert_eq!(
        approve(&house, HOUSE, 1, OPEN, (OTHER, NOW)),
        Err(Refusal::DossierOpen)
    );
    let approved = approve(&house, HOUSE, 1, OVER, (OTHER, NOW)).unwrap();
    take(&mut house, approved);
    assert_eq!(stage(&house), Stage::Approved);
    assert_eq!(
        approve(&house, HOUSE, 1, OVER, (OTHER, NOW)),
        Err(Refusal::ErasureDecided)
    );
    assert_eq!(withdraw(&house, HOUSE, 1), Err(Refusal::ErasureDecided));
}

#[test]
fn what_was_taken_back_is_never_carried_out_and_can_be_asked_for_anew() {
    let mut house = asked(&[Identity]);
    let taken_back = withdraw(&house, HOUSE, 1).unwrap();
    take(&mut house, taken_back);
    assert_eq!(stage(&house), Stage::Withdrawn);
    assert_eq!(
        approve(&house, HOUSE, 1, OVER, (OTHER, NOW)),
        Err(Refusal::ErasureDecided)
    );
    assert!(carried_out(&house, HOUSE, 1, 2, 0).unwrap().is_empty());
    assert!(!house.is_erased(DOSSIER, Identity));
    assert_eq!(asks(&house, &[Identity], OVER).unwrap().0, 2);
}

#[test]
fn nobody_whom_one_person_let_in_lately_asks_or_approves() {
    let late = |at: i64| Instant(NOW.0 + at);
    let mut house = asked(&[Identity]);
    let newcomer = PersonId::from_bytes([7; 16]);
    house.apply(&recorded(person(newcomer, false), NOW));
    let until = late(NEW_US);
    let refused = Err(Refusal::LetInLately { until });
    let at = |us: i64| (newcomer, late(us));
    assert_eq!(approve(&house, HOUSE, 1, OVER, at(NEW_US - 1)), refused);
    assert!(approve(&house, HOUSE, 1, OVER, at(NEW_US)).is_ok());
    let asks = request(&house, HOUSE, DOSSIER, &[Raw], BASIS, OVER, at(NEW_US - 1));
    assert_eq!(asks.map(|_| ()), refused.map(|_| ()));
}

#[test]
fn it_is_final_once_every_backup_of_before_was_destroyed() {
    let mut house = asked(&[Identity, Raw]);
    let approved = approve(&house, HOUSE, 1, OVER, (OTHER, NOW)).unwrap();
    take(&mut house, approved);
    assert!(
        house.is_erased(DOSSIER, Raw),
        "the keys may be gone, and the record not written"
    );
    assert!(!house.is_erased(DOSSIER, Text));
    let done = carried_out(&house, HOUSE, 1, 2, 2).unwrap();
    assert_eq!(done.len(), 2);
    take(&mut house, done);
    assert_eq!(stage(&house), Stage::Shut);
    assert!(
        carried_out(&house, HOUSE, 1, 3, 9).unwrap().is_empty(),
        "it is recorded once"
    );
    let still_open = |house: &House| house.still_open(&house.erasures[&1]).collect::<Vec<_>>();
    assert_eq!(still_open(&house), [1, 2]);
    // A third one was made behind the erasure.
    for number in [3, 1] {
        let gone = destroyed(&house, HOUSE, number, 3).unwrap();
        take(&mut house, gone);
    }
    assert_eq!((still_open(&house), stage(&house)), (vec![2], Stage::Shut));
    assert_eq!(
        destroyed(&house, HOUSE, 1, 3),
        Err(Refusal::Exists("destruction"))
    );
    assert_eq!(
        destroyed(&house, HOUSE, 4, 3),
        Err(Refusal::NotFound("backup"))
    );
    let gone = destroyed(&house, HOUSE, 2, 3).unwrap();
    take(&mut house, gone);
    assert_eq!(stage(&house), Stage::Erased);
    assert!(house.is_erased(DOSSIER, Identity) && house.is_erased(DOSSIER, Raw));
    // What came later can be erased too.
    assert_eq!(asks(&house, &[Raw], OVER).unwrap().0, 2);
}
