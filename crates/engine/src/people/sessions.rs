//! Sessions: who is signed in, kept on the server, known to the browser by 256 random bits.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::text::gate::Strength;
use domain::value::{ParticipantId, PersonId};
use store::people::SessionRow;

use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::House;

/// How long a session lasts at most, µs: a shift.
pub const SESSION_US: i64 = 12 * 3_600_000_000;

/// Side of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Person(PersonId),
    Participant(ParticipantId),
}

impl Of {
    /// Side and subject, as they are stored.
    fn stored(self) -> (&'static str, [u8; 16]) {
        match self {
            Of::Person(id) => ("desk", id.bytes()),
            Of::Participant(id) => ("partner", id.bytes()),
        }
    }
}

/// Most sessions that are kept in mind; beyond it, those that have ended go first, and then all.
const KNOWN_MAX: usize = 20_000;

/// Hashes of sessions that were seen to hold, with their ends: whether a cookie is worth a place is told without the
/// database, before anything is done for whoever sends it.
#[derive(Debug, Default)]
struct Known(Mutex<HashMap<[u8; 32], i64>>);

impl Known {
    fn add(&self, hash: [u8; 32], ends_at: i64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            let now = clock::now().0;
            known.retain(|_, ends_at| *ends_at > now);
        }
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(hash, ends_at);
    }

    fn forget(&self, hash: &[u8; 32]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(hash);
    }
}

/// A session that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub hash: [u8; 32],
    pub of: Of,
    pub strength: Strength,
    pub began_at: i64,
    /// When a password was last given.
    pub stepped_at: i64,
    pub ends_at: i64,
}

fn code(strength: Strength) -> u32 {
    match strength {
        Strength::Link => 0,
        Strength::SecondChannel => 1,
        Strength::Strong => 2,
        Strength::Desk => 3,
    }
}

fn strength(code: u32) -> Option<Strength> {
    Some(match code {
        0 => Strength::Link,
        1 => Strength::SecondChannel,
        2 => Strength::Strong,
        3 => Strength::Desk,
        _ => return None,
    })
}

fn row(session: &Session) -> SessionRow {
    let (side, subject) = match session.of {
        Of::Person(id) => ("desk", id.bytes()),
        Of::Participant(id) => ("partner", id.bytes()),
    };
    SessionRow {
        hash: session.hash,
        side: side.to_owned(),
        subject,
        strength: code(session.strength),
        began_at: session.began_at,
        seen_at: session.began_at,
        stepped_at: session.stepped_at,
        ends_at: session.ends_at,
    }
}

impl House {
    /// Begins a session; the returned secret goes to the browser alone.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn session_begin(&self, of: Of, strength: Strength) -> Result<String, Fault> {
        let secret = seal::hex(&seal::random::bytes::<32>());
        let now = clock::now().0;
        let session = Session {
            hash: seal::sha256(secret.as_bytes()),
            of,
            strength,
            began_at: now,
            stepped_at: if strength == Strength::Desk { now } else { 0 },
            ends_at: now + SESSION_US,
        };
        self.store.put_session(&row(&session)).await?;
        self.kept.of::<Known>().add(session.hash, session.ends_at);
        // What has ended is of no use to anybody but a thief.
        self.store.sweep_people(now - SESSION_US).await?;
        Ok(secret)
    }

    /// Whether a secret is that of a session which this process has seen to hold. A guess costs nothing but this look; one
    /// that has ended meanwhile is told where it matters, by [`House::session`].
    #[must_use]
    pub fn knows_session(&self, secret: &str) -> bool {
        let known = self.kept.of::<Known>();
        let known = known.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ends_at = known.get(&seal::sha256(secret.as_bytes()));
        ends_at.is_some_and(|ends_at| *ends_at > clock::now().0)
    }

    /// The session of a secret.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn session(&self, secret: &str) -> Result<Option<Session>, Fault> {
        let hash = seal::sha256(secret.as_bytes());
        let found = self.store.session(&hash, clock::now().0).await?;
        let known = self.kept.of::<Known>();
        match &found {
            Some(row) => known.add(hash, row.ends_at),
            None => known.forget(&hash),
        }
        Ok(found.and_then(|row| {
            let subject = uuid::Uuid::from_bytes(row.subject);
            Some(Session {
                hash,
                of: match row.side.as_str() {
                    "desk" => Of::Person(PersonId(subject)),
                    "partner" => Of::Participant(ParticipantId(subject)),
                    _ => return None,
                },
                strength: strength(row.strength)?,
                began_at: row.began_at,
                stepped_at: row.stepped_at,
                ends_at: row.ends_at,
            })
        }))
    }

    /// Notes that the person behind a session has just given the password, or a second step.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn session_step(&self, session: &Session, to: Strength) -> Result<(), Fault> {
        let now = clock::now().0;
        // A session that was ended in between stays ended.
        Ok(self
            .store
            .step_session(&session.hash, code(to), now)
            .await?)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn session_end(&self, hash: &[u8; 32]) -> Result<(), Fault> {
        self.kept.of::<Known>().forget(hash);
        Ok(self.store.end_session(hash).await?)
    }

    /// Whether somebody is signed in.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn sessions_hold(&self, of: Of) -> Result<bool, Fault> {
        let (side, subject) = of.stored();
        let now = clock::now().0;
        Ok(self.store.has_session(side, subject, now).await?)
    }

    /// Ends all sessions of somebody.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn sessions_end(&self, of: Of) -> Result<(), Fault> {
        let (side, subject) = of.stored();
        Ok(self.store.end_sessions_of(side, subject).await?)
    }
}
