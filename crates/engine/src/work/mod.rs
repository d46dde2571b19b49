//! What falls due, whether or not somebody asks: each kind of work has a round of its own.
//!
//! What a letter, a copy or a release is stands with its noun; here is when it is looked at. A round of a kind does
//! what is due of it and says when it wants to be looked at again; a held house does nothing. Every step is idempotent:
//! a round after a crash does what the one before it did not finish. Kinds share the house and know nothing of each
//! other. In a running house they go side by side ([`workers`]); [`House::run_due`] takes the same rounds one after
//! another.

use domain::react::IntentKind;
use std::time::Duration;

use domain::value::CopyChannel;

use crate::Awaited;
use crate::Fault;
use crate::distribution::copies::Editions;
use crate::kernel::clock;
use crate::kernel::house::House;
use crate::kernel::unit::LEDGER_BELL;

pub mod access;

mod clocks;

mod copies;

pub mod erasure;

pub mod alarm;

pub mod command;

mod letters;

pub mod overdue;

pub mod letterbox;

mod press;

mod rehearsal;

mod release;

pub mod upkeep;

pub mod workers;

/// How long an intent is leased while it is carried out, µs.
const LEASE_US: i64 = 60_000_000;
/// How often something is looked at that is due and cannot go, µs.
const LOOK_AGAIN_US: i64 = 5_000_000;
/// Every kind is looked at this often at least, µs: a clock may be set anew, and what the portal puts into a folder
/// rings no bell.
const LOOK_EVERY_US: i64 = 1_000_000;
/// Shortest wait between two looks, µs.
const NAP_MIN_US: i64 = 1_000;

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Releases that are due.
    Release,
    /// Whether what waits for its instant would go.
    Rehearsal,
    /// Embargoes that end, access that ends, the daily anchor.
    Clocks,
    /// What the portal took in.
    Letterbox,
    /// The public tree.
    Press,
    /// What finders may read.
    Mailboxes,
    /// The reminder to the duty address.
    Duty,
    /// Calls over a gateway: one that hangs keeps nothing else waiting.
    Alarm,
    /// First contacts.
    Contacts,
    /// Whether the record is as it was written.
    Upkeep,
    /// Copies of publications that go by one channel: one that is stuck keeps no other waiting.
    Copies(CopyChannel),
}

impl Kind {
    /// All kinds, in the order in which they are taken where one is taken after another.
    pub fn all() -> impl Iterator<Item = Kind> {
        let first = [
            Kind::Release,
            Kind::Rehearsal,
            Kind::Clocks,
            Kind::Letterbox,
            Kind::Press,
            Kind::Mailboxes,
            Kind::Duty,
            Kind::Alarm,
            Kind::Contacts,
            Kind::Upkeep,
        ];
        first.into_iter().chain(CopyChannel::ALL.map(Kind::Copies))
    }

    /// A plan that was made or approved: somebody wants to know whether it would go. A bell, and no intent.
    pub(crate) const REHEARSAL: &'static str = "rehearsal";

    /// Its name, for logs and threads.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Release => "release",
            Kind::Rehearsal => "rehearsal",
            Kind::Clocks => "clocks",
            Kind::Letterbox => "letterbox",
            Kind::Press => "press",
            Kind::Mailboxes => "mailbox",
            Kind::Duty => "duty",
            Kind::Alarm => "alarm",
            Kind::Contacts => "letters",
            Kind::Upkeep => "upkeep",
            Kind::Copies(channel) => channel.name(),
        }
    }

    /// The bell that is rung when there is more of it; nothing rings for the letterbox, for alarms and for upkeep.
    const fn bell(self) -> Option<&'static str> {
        match self {
            Kind::Release => Some(IntentKind::Release.name()),
            Kind::Clocks => Some(IntentKind::EndAccess.name()),
            Kind::Rehearsal => Some(Kind::REHEARSAL),
            Kind::Letterbox | Kind::Alarm | Kind::Upkeep => None,
            Kind::Press => Some(IntentKind::Press.name()),
            Kind::Mailboxes => Some(LEDGER_BELL),
            Kind::Duty => Some(IntentKind::DateWithoutPlan.name()),
            Kind::Contacts => Some(IntentKind::FirstContact.name()),
            Kind::Copies(channel) => Some(channel.name()),
        }
    }
}

/// When a kind wants to be looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is more than one round takes.
    AtOnce,
    /// At this instant, µs, or when its bell rings.
    At(i64),
}

impl Next {
    /// When the next thing is due, or when it is time to look anyway.
    fn at(due: Option<i64>) -> Next {
        let look = clock::now().0 + LOOK_EVERY_US;
        Next::At(due.map_or(look, |due| due.min(look)))
    }

    /// How long that is from now.
    fn wait(self) -> Duration {
        match self {
            Next::AtOnce => Duration::ZERO,
            Next::At(at) => {
                let wait = (at - clock::now().0).clamp(NAP_MIN_US, LOOK_EVERY_US);
                Duration::from_micros(wait.unsigned_abs())
            }
        }
    }
}

/// What rounds did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    pub published: Vec<String>,
    pub sent: usize,
    pub pressed: bool,
}

impl House {
    /// Does what is due of one kind, adds what it did to `done`, and says when to look again.
    ///
    /// # Errors
    /// What failed; single mails and plans that fail are tried again later and are no error.
    pub async fn round(
        &self,
        kind: Kind,
        editions: &mut Editions,
        done: &mut Round,
    ) -> Result<Next, Fault> {
        match self.held().await {
            Ok(None) => {}
            Ok(Some(_)) => return Ok(Next::at(None)),
            // A database that does not answer is what people are called for.
            Err(_) if kind == Kind::Alarm => {}
            Err(error) => return Err(error),
        }
        match kind {
            Kind::Release => self.release_round(&mut done.published).await,
            Kind::Rehearsal => self.rehearsal_round().await,
            Kind::Clocks => self.clocks_round().await,
            Kind::Letterbox => {
                let letters = self.empty_letterbox().await?;
                let is_full = letters >= letterbox::LETTERS_MAX;
                Ok(if is_full {
                    Next::AtOnce
                } else {
                    Next::at(None)
                })
            }
            Kind::Press => self.press_round(&mut done.pressed).await,
            Kind::Mailboxes => {
                self.write_mailboxes().await?;
                Ok(Next::at(None))
            }
            Kind::Duty => self.duty_round().await,
            Kind::Alarm => self.alarm_round().await,
            Kind::Contacts => self.contacts_round().await,
            Kind::Upkeep => self.upkeep_round().await,
            Kind::Copies(channel) => self.copies_round(channel, editions, &mut done.sent).await,
        }
    }

    /// Does all that is due, one kind after another. A running house takes the same rounds side by side.
    ///
    /// # Errors
    /// The first fault; a kind that fails keeps no other from its round, but for a context that is gone.
    pub fn run_due<'a>(&'a self, editions: &'a mut Editions) -> Awaited<'a, Result<Round, Fault>> {
        Box::pin(async move {
            let mut done = Round::default();
            let mut failed = None;
            for kind in Kind::all() {
                loop {
                    match Box::pin(self.round(kind, editions, &mut done)).await {
                        Ok(Next::AtOnce) => {}
                        Ok(Next::At(_)) => break,
                        Err(Fault::Context(name)) => return Err(Fault::Context(name)),
                        Err(error) => {
                            failed.get_or_insert(error);
                            break;
                        }
                    }
                }
            }
            failed.map_or(Ok(done), Err)
        })
    }
}
