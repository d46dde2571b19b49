//! What a person of the house may read: every text of a body on a page of the desk comes through here, by the gate.
//!
//! What somebody types is no body yet: a form that is sent back, and a working draft, are shown as they were typed.
//! Documents of a plan are what everybody will read, and passed the gate as such when they were composed.

use domain::text::class::Class;
use domain::text::gate::{Audience, Channel, Classed, Strength, release, show_unsorted};
use domain::text::phase::Phase;
use domain::text::standing::{Grants, Owner, Sight, Standing};
use domain::value::TextRef;
use engine::Fault;
use engine::advisory::sources;
use pages::kit::desk::view::Words;
use pages::kit::shown::Shown;

use crate::door::room::Room;
use crate::door::visit::{Signed, Stop};

/// What became of a text at the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Shown(Shown),
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
        // Whoever sits at the desk counts as assigned; what is sealed still asks for a reason and records it.
        let grants = Grants {
            assigned: true,
            ..Grants::default()
        };
        Eyes::with(room, signed, phase, grants)
    }

    /// The eyes of a person who composes an advisory; `credit_consent` says that the finder agreed to be named in it.
    #[must_use]
    pub fn of_editor(
        room: &'r Room,
        signed: &Signed,
        phase: Phase,
        credit_consent: bool,
    ) -> Eyes<'r> {
        Eyes::with(room, signed, phase, sources::grants(credit_consent))
    }

    fn with(room: &'r Room, signed: &Signed, phase: Phase, grants: Grants) -> Eyes<'r> {
        let audience = Audience {
            role: signed.role,
            party: None,
            in_case: true,
            key: None,
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
        Ok(self.look(text).await?.unwrap_or(Seen::Nothing))
    }

    /// The same for a reader who must know the two apart: without an answer, the text's key is gone.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn look(&self, text: &TextRef) -> Result<Option<Seen>, Stop> {
        let is_sorted = text.class != Class::U;
        match self.sight(text.class) {
            Sight::No if is_sorted => return Ok(Some(Seen::Nothing)),
            Sight::FullWithReason if is_sorted => return Ok(Some(Seen::Closed)),
            _ => {}
        }
        let shown = self.open(text).await?.map(|opened| self.let_out(&opened));
        Ok(shown.map(|shown| shown.map_or(Seen::Nothing, Seen::Shown)))
    }

    /// A text that is closed until somebody says why it is read, once that reading is recorded.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn after_reading(&self, text: &TextRef) -> Result<Option<Shown>, Stop> {
        let opened = self.open(text).await?;
        Ok(opened.and_then(|opened| self.let_out(&opened)))
    }

    fn let_out(&self, text: &Classed) -> Option<Shown> {
        let released = if text.class() == Class::U {
            show_unsorted(text, &self.audience, &self.grants, Strength::Desk)
        } else {
            let channel = Channel::Session {
                strength: Strength::Desk,
            };
            release(text, &self.audience, self.phase, &self.grants, channel)
        };
        released.ok().map(Shown::from)
    }

    async fn open(&self, text: &TextRef) -> Result<Option<Classed>, Stop> {
        match self.room.house.text(text, Owner::Shared).await {
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
