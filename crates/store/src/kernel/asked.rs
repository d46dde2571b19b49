//! On whose behalf a list is asked for, and which part of it.
//!
//! A viewer narrows what the store returns to what concerns it, before anything leaves the store. It is no
//! permission: what a reader may see of a row is the gate's answer, field by field. It narrows lists and what is
//! found by something that a person typed; what is loaded by an internal id is not asked for by anybody outside.
//! For the house and its persons it narrows nothing yet.

use domain::value::{CaseId, ParticipantId, PersonId, ReportId, StreamId, SubscriberId};

/// On whose behalf the store is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// The house itself: a clock, a worker, a decision, a number that must be free.
    House,
    /// A person of the house.
    Person(PersonId),
    /// A participant: its case and who takes part in it.
    Participant {
        case: CaseId,
        participant: ParticipantId,
    },
    /// A finder: its report.
    Finder(ReportId),
    /// A subscriber: its subscription and its copies.
    Subscriber(SubscriberId),
    /// Somebody outside of whom nothing is known but what they hold: the reference of a mail, the look-up id of a
    /// mailbox. They find what it names, and nothing by a number, which is no secret.
    Bearer,
}

impl Viewer {
    /// Tells whether it is the house or a person of it.
    pub(crate) fn is_inside(self) -> bool {
        matches!(self, Viewer::House | Viewer::Person(_))
    }

    /// Tells whether it stands for whoever holds what it asks by.
    pub(crate) fn is_bearer(self) -> bool {
        self == Viewer::Bearer
    }

    /// Tells whether a case concerns it.
    pub(crate) fn sees_case(self, id: CaseId) -> bool {
        self.is_inside() || matches!(self, Viewer::Participant { case, .. } if case == id)
    }

    /// Tells whether a report concerns it.
    pub(crate) fn sees_report(self, id: ReportId) -> bool {
        self.is_inside() || self == Viewer::Finder(id)
    }

    /// Tells whether a subscription concerns it.
    pub(crate) fn sees_subscriber(self, id: SubscriberId) -> bool {
        self.is_inside() || self == Viewer::Subscriber(id)
    }

    /// Tells whether a stream is its own.
    #[must_use]
    pub fn sees_stream(self, id: StreamId) -> bool {
        match self {
            Viewer::House | Viewer::Person(_) => true,
            Viewer::Participant { case, participant } => {
                id == case.into() || id == participant.into()
            }
            Viewer::Finder(report) => id == report.into(),
            Viewer::Subscriber(subscriber) => id == subscriber.into(),
            Viewer::Bearer => false,
        }
    }
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Something is left to be done.
    Open,
    /// Nothing is.
    Over,
}
