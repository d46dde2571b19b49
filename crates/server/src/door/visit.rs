//! A visit: what one request says, once the door has let it in, and who sent it.

use domain::act::Act;
use domain::permit;
use domain::permit::Permit;
use domain::refusal::Refusal;
use domain::role::Role;
use domain::text::gate::Strength;
use domain::value::{Actor, CaseId, Inlet, ParticipantId, PartyId, PersonId};
use engine::people::sessions::Session;
use engine::publication::verdict::Holds;
use engine::{Fault, Viewer};
use formats::advisory::Lang;
use pages::kit::form::Typed;
use pages::kit::inside::{Inside, Side};

use crate::door::room::Room;

/// How long a given password counts for weighty acts, µs.
const STEP_US: i64 = 600_000_000;

/// One request.
#[derive(Debug)]
pub struct Visit {
    pub lang: Lang,
    pub side: Side,
    /// Path without the language.
    pub path: String,
    /// What stands in the places of the route, in order.
    pub params: Vec<String>,
    pub query: Typed,
    /// Body of a POST.
    pub form: Typed,
    pub who: Who,
    /// The script asks for a piece of a page.
    pub is_fragment: bool,
    /// A POST, as opposed to GET and HEAD.
    pub is_post: bool,
    /// The network that it came from, if that is known.
    pub network: Option<Vec<u8>>,
}

/// Who sent a request.
#[derive(Clone, Debug)]
pub enum Who {
    Nobody,
    Person(Signed),
    Partner(Guest),
}

impl Who {
    /// Whether somebody of the house works on cases, by role or by an approval key.
    #[must_use]
    pub fn works_on_cases(&self) -> bool {
        match self {
            Who::Person(signed) => {
                signed.can_approve || domain::permit::works_on_cases(signed.role)
            }
            Who::Partner(_) | Who::Nobody => false,
        }
    }
}

/// A person of the house who is signed in.
#[derive(Clone, Debug)]
pub struct Signed {
    pub id: PersonId,
    pub handle: String,
    pub role: Role,
    pub is_admin: bool,
    /// Whether the person has an approval key.
    pub can_approve: bool,
    pub session: Session,
    /// When the password was last given, µs.
    pub stepped_at: i64,
}

impl Signed {
    /// Tells whether the table of permits has a yes for a command, with a step or without.
    #[must_use]
    pub fn may(&self, command: &str) -> bool {
        self.permit(command).is_given()
    }

    /// Tells whether it has one for any of these.
    #[must_use]
    pub fn may_any(&self, commands: &[&str]) -> bool {
        commands.iter().any(|command| self.may(command))
    }

    fn permit(&self, command: &str) -> Permit {
        permit::may_role(self.role, command)
    }
}

/// Somebody from outside who followed an invitation.
#[derive(Clone, Debug)]
pub struct Guest {
    pub participant: ParticipantId,
    pub party: PartyId,
    pub case: CaseId,
    /// Name of the party, Japanese and English.
    pub name: (String, String),
    pub strength: Strength,
    pub session: Session,
}

/// Why a visit ends without its page.
#[derive(Debug)]
pub enum Stop {
    /// Unknown, not theirs, ended and withdrawn are one answer.
    NotFound,
    SignIn,
    /// The password is asked for once more.
    Again,
    Role,
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        match fault {
            Fault::Refused(Refusal::NotFound(_)) => Stop::NotFound,
            Fault::Refused(Refusal::Role) => Stop::Role,
            Fault::Refused(Refusal::Step) => Stop::Again,
            other => Stop::Fault(other),
        }
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Stop {
        Stop::from(Fault::from(refusal))
    }
}

impl Visit {
    /// What stands in the n-th place of the route.
    #[must_use]
    pub fn param(&self, n: usize) -> &str {
        self.params.get(n).map_or("", String::as_str)
    }

    /// The person of the house who asks.
    ///
    /// # Errors
    /// [`Stop::SignIn`].
    pub fn person(&self) -> Result<&Signed, Stop> {
        match &self.who {
            Who::Person(signed) => Ok(signed),
            _ => Err(Stop::SignIn),
        }
    }

    /// On whose behalf the store is asked for what a person of the house looks up.
    ///
    /// # Errors
    /// [`Stop::SignIn`].
    pub fn viewer(&self) -> Result<Viewer, Stop> {
        self.person().map(|signed| Viewer::Person(signed.id))
    }

    /// The guest from outside who asks.
    ///
    /// # Errors
    /// [`Stop::NotFound`]: without an invitation there is nothing here.
    pub fn guest(&self) -> Result<&Guest, Stop> {
        match &self.who {
            Who::Partner(guest) => Ok(guest),
            _ => Err(Stop::NotFound),
        }
    }

    /// The person, if the password was given within the last ten minutes.
    ///
    /// # Errors
    /// [`Stop::Again`]: the form is kept while the password is asked for.
    pub fn stepped(&self) -> Result<&Signed, Stop> {
        let signed = self.person()?;
        if engine::kernel::clock::now().0 - signed.stepped_at > STEP_US {
            return Err(Stop::Again);
        }
        Ok(signed)
    }

    /// The person, if it administers persons.
    ///
    /// # Errors
    /// [`Stop::Role`].
    pub fn admin(&self) -> Result<&Signed, Stop> {
        let signed = self.person()?;
        if signed.is_admin {
            Ok(signed)
        } else {
            Err(Stop::Role)
        }
    }

    /// The act of whoever asks.
    #[must_use]
    pub fn act(&self) -> Act {
        let now = engine::kernel::clock::now();
        match &self.who {
            Who::Person(signed) => {
                let is_recent = self.stepped().is_ok();
                Act::of_person(signed.id, signed.role, now)
                    .at_a_page(is_recent, engine::Instant(signed.session.began_at))
            }
            Who::Partner(guest) => Act::of_vendor(guest.participant, guest.party, now),
            Who::Nobody => {
                let inlet = match self.side {
                    Side::Desk => Inlet::Desk,
                    Side::Partner => Inlet::Partner,
                };
                Act::of(Actor::Stranger { inlet }, now)
            }
        }
    }

    /// The frame of a page for whoever asks.
    #[must_use]
    pub fn inside(&self, room: &Room) -> Inside {
        let (who, is_admin) = match &self.who {
            Who::Nobody => (String::new(), false),
            Who::Person(signed) => (signed.handle.clone(), signed.is_admin),
            Who::Partner(guest) => {
                let name = if self.lang == Lang::Ja {
                    &guest.name.0
                } else {
                    &guest.name.1
                };
                (name.clone(), false)
            }
        };
        Inside {
            site: room.house.mail_site(),
            lang: self.lang,
            side: self.side,
            who,
            works_on_cases: self.who.works_on_cases(),
            is_admin,
            path: self.path.clone(),
            done: Some(self.query.value("done").to_owned()).filter(|done| !done.is_empty()),
            now: engine::kernel::clock::now(),
            held: if self.who.works_on_cases() {
                room.house.kept.of::<Holds>().cases()
            } else {
                vec![]
            },
            gone: if self.who.works_on_cases() {
                let gone = room.house.contexts.gone();
                gone.into_iter().map(|(name, _)| name).collect()
            } else {
                vec![]
            },
        }
    }

    /// An address of this side in the reader's language.
    #[must_use]
    pub fn href(&self, path: &str) -> String {
        format!("/{}{path}", self.lang.tag())
    }
}
