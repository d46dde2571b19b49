//! A stream's state: what its events add up to.
//!
//! Aggregates are folded from the ledger and never stored; projections and decisions read them. A stream has
//! one kind for ever. Folding never fails: an event that a state does not expect was written by a program
//! that knew better, and is taken as it stands.

use crate::coordination::case::Case;
use crate::coordination::participant::Participant;
use crate::distribution::Subscriber;
use crate::event::{Event, Recorded};
use crate::intake::Report;
use crate::party::{House, Party};
use crate::publication::Advisory;
use crate::value::StreamId;

/// The state of one stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Aggregate {
    House(House),
    Party(Party),
    Report(Report),
    Case(Case),
    Participant(Participant),
    Advisory(Advisory),
    Subscriber(Subscriber),
}

/// The state of one kind of stream, by its own type.
pub trait State: Clone {
    /// What the kind is called, in the store and in a refusal.
    const KIND: &'static str;

    /// The state, if it is of this kind.
    fn of(aggregate: &Aggregate) -> Option<&Self>;
}

macro_rules! states {
    ($($variant:ident $kind:literal;)*) => {
        $(impl State for $variant {
            const KIND: &'static str = $kind;

            fn of(aggregate: &Aggregate) -> Option<&Self> {
                match aggregate {
                    Aggregate::$variant(state) => Some(state),
                    _ => None,
                }
            }
        })*

        impl Aggregate {
            /// What the stream's kind is called.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Aggregate::$variant(_) => $variant::KIND,)*
                }
            }
        }
    };
}

states! {
    House "house";
    Party "party";
    Report "report";
    Case "case";
    Participant "participant";
    Advisory "advisory";
    Subscriber "subscriber";
}

impl Aggregate {
    /// The number by which people find the stream, with its series.
    #[must_use]
    pub fn number(&self) -> Option<(&'static str, &str)> {
        match self {
            Aggregate::Report(report) => Some(("report", &report.handling)),
            Aggregate::Case(case) => Some(("case", &case.number)),
            Aggregate::Participant(participant) => Some(("tracking", &participant.tracking)),
            _ => None,
        }
    }

    /// Begins a stream with its first event; `None` if that event cannot begin one.
    #[must_use]
    pub fn begin(stream: StreamId, first: &Recorded) -> Option<Self> {
        let mut state = match first.event {
            Event::HouseFounded { .. } => Aggregate::House(House::default()),
            Event::PartyRegistered { .. } => Aggregate::Party(Party::new(stream.into())),
            Event::ReportReceived { .. } => Aggregate::Report(Report::new(stream.into())),
            Event::CaseOpened { .. } => Aggregate::Case(Case::new(stream.into())),
            Event::ParticipantJoined { .. } => {
                Aggregate::Participant(Participant::new(stream.into()))
            }
            Event::AdvisoryDrafted { .. } => Aggregate::Advisory(Advisory::new(stream.into())),
            Event::Subscribed { .. } => Aggregate::Subscriber(Subscriber::new(stream.into())),
            _ => return None,
        };
        state.apply(first);
        Some(state)
    }

    /// Takes the next event.
    pub fn apply(&mut self, recorded: &Recorded) {
        match self {
            Aggregate::House(state) => state.apply(recorded),
            Aggregate::Party(state) => state.apply(recorded),
            Aggregate::Report(state) => state.apply(recorded),
            Aggregate::Case(state) => state.apply(recorded),
            Aggregate::Participant(state) => state.apply(recorded),
            Aggregate::Advisory(state) => state.apply(recorded),
            Aggregate::Subscriber(state) => state.apply(recorded),
        }
    }
}
