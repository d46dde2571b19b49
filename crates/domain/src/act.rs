//! Who acts, when, in which capacity: the argument of every decision.
//!
//! It does not know what is allowed to whom: that is [`crate::permit`].

use crate::role::Role;
use crate::value::{Actor, Instant, ParticipantId, PartyId, PersonId};

/// Stands for whoever is no person, in the older fields of a record.
const NO_PERSON: PersonId = PersonId::from_bytes([0; 16]);

/// Whether whoever acts has shown once more who they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Password {
    /// Nobody is asked for one there: the clock, letters, the shell of the host.
    #[default]
    NotAsked,
    GivenLately,
    NotLately,
}

/// An act: the part of a command that does not depend on its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// Who acts; this decides.
    pub by: Actor,
    /// The same as records said it before: a person, a party, or nobody (sixteen zeros).
    pub actor: PersonId,
    /// The same as records said it before: the role, if only a likeness of one.
    pub role: Role,
    /// When it is said to have happened (docs/design/settled.md §2.23).
    pub occurred_at: Instant,
    /// What the clock says now. Decisions about what is due use it; records keep it in the header.
    pub now: Instant,
    pub reason: String,
    /// At a page, whether the password was given lately; no record keeps it.
    pub password: Password,
    /// At a page, since when whoever acts has been signed in; no record keeps it.
    pub signed_in: Option<Instant>,
}

impl Act {
    /// The act of somebody, now.
    #[must_use]
    pub fn of(by: Actor, now: Instant) -> Act {
        let (actor, role) = before(by);
        Act {
            by,
            actor,
            role,
            occurred_at: now,
            now,
            reason: String::new(),
            password: Password::NotAsked,
            signed_in: None,
        }
    }

    /// The act of a person of the house, now.
    #[must_use]
    pub fn of_person(id: PersonId, role: Role, now: Instant) -> Act {
        Act::of(Actor::Person { id, role }, now)
    }

    /// The act of a party in its case, now.
    #[must_use]
    pub fn of_vendor(participant: ParticipantId, party: PartyId, now: Instant) -> Act {
        let by = Actor::Vendor {
            participant,
            account: None,
        };
        Act {
            actor: PersonId(party.0),
            ..Act::of(by, now)
        }
    }

    /// The same act, said to have happened at another time.
    #[must_use]
    pub fn at(self, occurred_at: Instant) -> Act {
        Act {
            occurred_at,
            ..self
        }
    }

    /// The same act, given at a page by whoever signed in at this time.
    #[must_use]
    pub fn at_a_page(self, is_password_recent: bool, signed_in: Instant) -> Act {
        let password = if is_password_recent {
            Password::GivenLately
        } else {
            Password::NotLately
        };
        Act {
            password,
            signed_in: Some(signed_in),
            ..self
        }
    }

    /// The same act by somebody else: whoever has just proven who acts.
    #[must_use]
    pub fn taken_by(&self, by: Actor) -> Act {
        let (actor, role) = before(by);
        Act {
            by,
            actor,
            role,
            ..self.clone()
        }
    }
}

/// Person and role, as records said it before.
fn before(by: Actor) -> (PersonId, Role) {
    match by {
        Actor::Person { id, role } => (id, role),
        Actor::Vendor { participant, .. } => (PersonId(participant.0), Role::Vendor),
        Actor::Finder { .. } => (NO_PERSON, Role::Finder),
        Actor::Stranger { .. } | Actor::Member { .. } => (NO_PERSON, Role::Public),
        Actor::Operator => (NO_PERSON, Role::Operator),
        Actor::Clock | Actor::House => (NO_PERSON, Role::Coordinator),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_older_records_said_still_follows_from_who_acts() {
        let now = Instant(7);
        let vendor = Act::of_vendor(
            ParticipantId::from_bytes([5; 16]),
            PartyId::from_bytes([9; 16]),
            now,
        );
        assert_eq!(
            (vendor.actor, vendor.role),
            (PersonId::from_bytes([9; 16]), Role::Vendor)
        );
        let clock = Act::of(Actor::Clock, now);
        assert_eq!((clock.actor, clock.role), (NO_PERSON, Role::Coordinator));
        let id = PersonId::from_bytes([6; 16]);
        let proven = clock.taken_by(Actor::Person {
            id,
            role: Role::Analysis,
        });
        assert_eq!((proven.actor, proven.role), (id, Role::Analysis));
        assert_eq!(proven.occurred_at, now);
    }
}
