//! What a person of the house may read: every text on a page of the desk comes through here, by the gate.

use domain::text::class::Class;
use domain::text::gate::{Audience, Channel, Classed, Form, Strength, release, show_unsorted};
use domain::text::phase::Phase;
use domain::text::standing::{Grants, Owner, Sight, Standing};
use domain::value::TextRef;
use engine::Fault;
use pages::kit::desk::view::Words;

use crate::door::room::Room;
use crate::door::visit::{Signed, Stop};

/// What became of a text at the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Shown(String),
    /// It may be read against a reason.
    Closed,
    /// For this reader it is not there.
    Nothing,
}

/// One person's eyes in one phase.
pub struct Eyes<'r> {
    room: &'r Room,
    audience: Audience,
    phase: Phase,
    grants: Grants,
    standing: Standing,
}

impl<'r> Eyes<'r> {
    /// The eyes of a person of the house.
    #[must_use]
    pub fn of(room: &'r Room, signed: &Signed, phase: Phase) -> Eyes<'r> {
        let audience = Audience {
            role: signed.role,
            party: None,
            in_case: true,
            key: None,
        };
        // Whoever sits at the desk counts as assigned; what is sealed still asks for a reason and records it.
        let grants = Grants {
            assigned: true,
            ..Grants::default()
        };
        Eyes {
            room,
            audience,
            phase,
            grants,
            standing: audience.standing(phase, &grants),
        }
    }

    /// How much of a class this person may see.
    #[must_use]
    pub fn sight(&self, class: Class) -> Sight {
        self.standing.may_see(class, Owner::Shared)
    }

    /// A text as this person may see it.
    ///
    /// # Errors
    /// If the store fails. A text whose key is gone is nothing.
    pub async fn see(&self, text: &TextRef) -> Result<Seen, Stop> {
        if text.class == Class::U {
            return self.unsorted(text).await;
        }
        match self.sight(text.class) {
            Sight::No => Ok(Seen::Nothing),
            Sight::FullWithReason => Ok(Seen::Closed),
            Sight::Summary | Sight::Full => {
                let Some(opened) = self.open(text).await? else {
                    return Ok(Seen::Nothing);
                };
                let classed = Classed::new(text.class, Owner::Shared, Form::Body, opened);
                let channel = Channel::Session {
                    strength: Strength::Desk,
                };
                Ok(
                    match release(&classed, &self.audience, self.phase, &self.grants, channel) {
                        Ok(released) => Seen::Shown(released.as_str().to_owned()),
                        Err(_) => Seen::Nothing,
                    },
                )
            }
        }
    }

    async fn unsorted(&self, text: &TextRef) -> Result<Seen, Stop> {
        let Some(opened) = self.open(text).await? else {
            return Ok(Seen::Nothing);
        };
        let classed = Classed::new(Class::U, Owner::Shared, Form::Body, opened);
        Ok(
            match show_unsorted(&classed, &self.audience, &self.grants, Strength::Desk) {
                Ok(released) => Seen::Shown(released.as_str().to_owned()),
                Err(_) => Seen::Nothing,
            },
        )
    }

    async fn open(&self, text: &TextRef) -> Result<Option<String>, Stop> {
        match self.room.house.text(text).await {
            Ok(opened) => Ok(Some(opened)),
            Err(Fault::Sealed) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    /// The same with its language, if it may be shown.
    ///
    /// # Errors
    /// As [`Eyes::see`].
    pub async fn words(&self, text: &TextRef) -> Result<Option<Words>, Stop> {
        Ok(match self.see(text).await? {
            Seen::Shown(shown) => Some(Words {
                lang: text.lang,
                text: shown,
            }),
            _ => None,
        })
    }
}
