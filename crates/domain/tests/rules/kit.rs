//! What the tests of the rules share: texts, acts, whoever acts, and states that nothing has happened to yet.

use domain::act::Act;
use domain::coordination::case::Case;
use domain::coordination::participant::Participant;
use domain::coordination::track::PublicTrack;
use domain::event::{Change, Event, Recorded};
use domain::machine::cs::PublicState;
use domain::refusal::Refusal;
use domain::role::Role;
use domain::text::class::Class;
use domain::value::*;

pub(crate) const NOW: Instant = Instant(1_800_000_000_000_000);

pub(crate) const DESK: Actor = Actor::Person {
    id: PersonId::from_bytes([9; 16]),
    role: Role::Coordinator,
};
pub(crate) const VENDOR: Actor = Actor::Vendor {
    participant: ParticipantId::from_bytes([5; 16]),
    account: None,
};

/// So many days after now.
pub(crate) fn day(days: u32) -> Instant {
    NOW.plus_days(days)
}

pub(crate) fn text(n: u8, class: Class) -> TextRef {
    TextRef {
        body: BodyId::from_bytes([n; 16]),
        dossier: StreamId::from_bytes([1; 16]),
        class,
        lang: Lang::Ja,
    }
}

/// An act of the desk, now.
pub(crate) fn act(reason: &str) -> Act {
    Act {
        reason: reason.to_owned(),
        ..Act::of(DESK, NOW)
    }
}

pub(crate) fn recorded(event: Event, at: Instant) -> Recorded {
    Recorded::of(&act("").at(at), "test", event)
}

/// An open case of which nothing is known.
pub(crate) fn opened() -> Case {
    Case::new(CaseId::from_bytes([6; 16]))
}

pub(crate) fn closed() -> Case {
    Case {
        closed: Some(ClosureCode::Published),
        ..opened()
    }
}

pub(crate) fn vendor(n: u8) -> Participant {
    Participant::new(ParticipantId::from_bytes([n; 16]))
}

/// A participant that these events, a second apart, have made.
pub(crate) fn told(events: Vec<Event>) -> Participant {
    let mut participant = vendor(5);
    for (seconds, event) in (1..).zip(events) {
        participant.apply(&recorded(event, second(seconds)));
    }
    participant
}

/// So many seconds after now.
pub(crate) fn second(seconds: i64) -> Instant {
    Instant(NOW.0 + seconds * 1_000_000)
}

/// Changes of one stream.
pub(crate) fn of(stream: impl Into<StreamId>, events: Vec<Event>) -> Vec<Change> {
    let stream = stream.into();
    let change = |event| Change { stream, event };
    events.into_iter().map(change).collect()
}

/// Refused because of what was entered in one field.
pub(crate) fn wrong<T: std::fmt::Debug>(decided: Result<T, Refusal>, field: &str) {
    match decided {
        Err(Refusal::Input { field: found, .. }) => assert_eq!(found, field),
        other => panic!("{field}: {other:?}"),
    }
}

/// Every state of the world, in the order of flaw, exploit, attacks as bits.
pub(crate) fn worlds() -> [PublicState; 8] {
    [0u8, 1, 2, 3, 4, 5, 6, 7].map(|bits| PublicState {
        public: bits & 4 != 0,
        exploit: bits & 2 != 0,
        attacks: bits & 1 != 0,
    })
}

/// What a vendor said of a product.
pub(crate) fn answer(
    product: Option<&str>,
    answer: VendorAnswer,
    fixed_in: Option<&str>,
) -> ProductAnswer {
    ProductAnswer {
        product: product.map(str::to_owned),
        versions: "< 3".to_owned(),
        answer,
        fixed_in: fixed_in.map(str::to_owned),
        vulnerability: None,
        because: None,
    }
}

/// The right to publish a case about a product.
pub(crate) fn public(case: &Case) -> PublicTrack<'_> {
    case.public_track(Track::Product, false)
        .expect("a product is for the public")
}
