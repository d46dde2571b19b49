//! Passwords: setting them, and telling whether one is right.
//!
//! An unknown handle costs as much time as a known one. Wrong tries are counted in memory for each handle;
//! over the budget an answer waits, so that guessing is slow and nobody is locked out (docs/design/security.md §2.17).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::party::decide;
use domain::refusal::Refusal;
use domain::value::{Actor, PersonId};
use seal::approval::{Cost, WrongPassword};
use seal::password::Verifier;
use seal::record::Realm;
use zeroize::Zeroizing;

use crate::Fault;
use crate::kernel::clock;
use crate::kernel::config::Purpose;
use crate::kernel::house::House;
use crate::people::Known;
use crate::people::approvers::opens;
use crate::people::roster::standing_key;

/// Why a password is refused that opens no approval key.
pub const WRONG_PASSWORD: &str = "it does not open this approval key";

/// The person that nobody is.
const NOBODY: PersonId = PersonId(uuid::Uuid::nil());

/// Shortest password, in characters.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Longest password, in bytes: a limit for the stretching, not for the person.
pub const PASSWORD_BYTES_MAX: usize = 1_024;
/// Wrong tries for one handle before answers wait.
pub(crate) const TRIES_MAX: u32 = 5;
/// How long tries are remembered.
const TRIES_FOR: Duration = Duration::from_secs(600);
/// How long an answer over the budget waits.
pub(crate) const WAIT: Duration = Duration::from_secs(2);
/// Handles whose tries are remembered.
const HANDLES_MAX: usize = 10_000;

/// Wrong tries, by handle.
#[derive(Debug, Default)]
pub struct Tries(Mutex<HashMap<String, (u32, Instant)>>);

impl Tries {
    /// Wrong tries so far.
    pub(crate) fn count(&self, handle: &str) -> u32 {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries
            .get(handle)
            .filter(|(_, since)| since.elapsed() < TRIES_FOR)
            .map_or(0, |(n, _)| *n)
    }

    /// Notes a wrong try.
    pub(crate) fn missed(&self, handle: &str) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= HANDLES_MAX {
            tries.retain(|_, (_, since)| since.elapsed() < TRIES_FOR);
        }
        // Whoever fills the list with invented handles empties it: it costs memory or it costs the count.
        if tries.len() >= HANDLES_MAX {
            tries.clear();
        }
        let entry = tries
            .entry(handle.to_owned())
            .or_insert((0, Instant::now()));
        if entry.1.elapsed() >= TRIES_FOR {
            *entry = (0, Instant::now());
        }
        entry.0 += 1;
    }

    /// Forgets what was wrong before a right one.
    pub(crate) fn forget(&self, handle: &str) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(handle);
    }
}

/// Why a password cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    Short,
    Long,
    /// It contains the person's handle.
    Handle,
}

/// Tells whether a password may be set for a handle.
///
/// # Errors
/// Why not.
pub fn fit(handle: &str, password: &str) -> Result<(), Unfit> {
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(Unfit::Short);
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(Unfit::Long);
    }
    if !handle.is_empty() && password.to_lowercase().contains(&handle.to_lowercase()) {
        return Err(Unfit::Handle);
    }
    Ok(())
}

/// The row that keeps a verifier.
pub(crate) fn credential_row(
    person: PersonId,
    verifier: &Verifier,
    since: i64,
) -> store::write::TableRow {
    let credential = store::people::Credential {
        memory_kib: verifier.cost.memory_kib,
        passes: verifier.cost.passes,
        salt: verifier.salt.to_vec(),
        verifier: verifier.value.to_vec(),
        since,
    };
    store::people::CredentialRow { person, credential }.into()
}

/// Passwords that are stretched at once: each takes 64 MiB.
const STRETCHED_AT_ONCE: usize = 2;
static STRETCHING: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(STRETCHED_AT_ONCE);

/// Passwords of those who are nobody yet: a line of its own, in which no approval and no abort waits.
static STRANGERS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(1);

/// Stretches a password beside everything else; a few at a time.
pub(crate) async fn stretched<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    in_line(&STRETCHING, work).await
}

async fn in_line<T: Send + 'static>(
    line: &tokio::sync::Semaphore,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    let _turn = line.acquire().await.map_err(|_| Fault::Form("password"))?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Fault::Form("password"))
}

/// Opens an approval key with what was typed; a wrong password counts among the wrong tries of signing in.
///
/// # Errors
/// [`Refusal::Input`] if it does not open it.
pub(crate) async fn opened<T: Send + 'static>(
    house: &House,
    handle: &str,
    typed: Zeroizing<String>,
    open: impl FnOnce(&str) -> Result<T, WrongPassword> + Send + 'static,
) -> Result<T, Fault> {
    let tries = house.kept.of::<Tries>();
    house.sign_in_wait(handle).await;
    let opened = if typed.len() > PASSWORD_BYTES_MAX {
        Err(WrongPassword)
    } else {
        stretched(move || open(&typed)).await?
    };
    let Ok(opened) = opened else {
        tries.missed(handle);
        return Err(Refusal::Input {
            field: "password",
            why: WRONG_PASSWORD,
        }
        .into());
    };
    tries.forget(handle);
    Ok(opened)
}

impl House {
    /// What stretching a password costs here.
    #[must_use]
    pub fn password_cost(&self) -> Cost {
        if self.config.purpose == Purpose::Live {
            Cost::HOUSE
        } else {
            Cost::DANGER_QUICK
        }
    }

    /// The person with this handle and password.
    ///
    /// # Errors
    /// If the store fails; a wrong password is `None`.
    pub async fn sign_in(&self, handle: &str, password: &str) -> Result<Option<Known>, Fault> {
        self.known_by(handle, password, &STRANGERS).await
    }

    /// Waits where a handle was guessed at too often: guessing is slow, and nobody is locked out.
    pub async fn sign_in_wait(&self, handle: &str) {
        if self.kept.of::<Tries>().count(handle) >= TRIES_MAX {
            tokio::time::sleep(WAIT).await;
        }
    }

    /// As [`House::sign_in`], for somebody who is signed in already and gives the password once more: in the line of people
    /// of the house.
    ///
    /// # Errors
    /// As there.
    pub async fn sign_in_again(
        &self,
        handle: &str,
        password: &str,
    ) -> Result<Option<Known>, Fault> {
        self.sign_in_wait(handle).await;
        self.known_by(handle, password, &STRETCHING).await
    }

    async fn known_by(
        &self,
        handle: &str,
        password: &str,
        line: &tokio::sync::Semaphore,
    ) -> Result<Option<Known>, Fault> {
        // Nobody has such a handle, and a long one is not worth remembering.
        if handle.chars().count() > decide::HANDLE_CHARS_MAX {
            return Ok(None);
        }
        let known = self.person_called(handle).await?;
        // Of nobody there is no password, and it is looked for all the same (docs/design/security.md §3.7).
        let wanted = known.as_ref().map_or(NOBODY, |known| known.id);
        let kept = self.store.credential(wanted).await?;
        let right = self
            .is_password(known.as_ref().map(|k| k.id), kept, password, line)
            .await?;
        if right {
            self.kept.of::<Tries>().forget(handle);
            Ok(known)
        } else {
            self.kept.of::<Tries>().missed(handle);
            Ok(None)
        }
    }

    async fn is_password(
        &self,
        person: Option<PersonId>,
        kept: Option<store::people::Credential>,
        password: &str,
        line: &tokio::sync::Semaphore,
    ) -> Result<bool, Fault> {
        let password = Zeroizing::new(password.to_owned());
        if password.len() > PASSWORD_BYTES_MAX {
            return Ok(false);
        }
        let id = person.map_or([0; 16], |p| p.bytes());
        let verifier = kept.and_then(verifier_of);
        let known = verifier.is_some();
        // Whoever does not exist, or has no password yet, costs the same time.
        let verifier = verifier.unwrap_or(Verifier {
            cost: self.password_cost(),
            salt: [0; 16],
            value: [0; 32],
        });
        let right = in_line(line, move || {
            seal::password::matches(&id, &password, &verifier)
        })
        .await?;
        Ok(known && right)
    }

    /// Whether a password opens the approval key of a person.
    ///
    /// # Errors
    /// If the house cannot be read.
    pub async fn opens_key(&self, person: PersonId, typed: &str) -> Result<bool, Fault> {
        let key = standing_key(self, &self.roster().await?, person, clock::now()).await?;
        opens(&key, person.bytes(), typed).await
    }

    /// Sets the password that a person signs in with. The approval key has a password of its own, which stays as it is.
    ///
    /// # Errors
    /// [`Refusal::Input`] if it opens the person's approval key; faults of keys and store.
    pub async fn set_password(&self, known: &Known, after: &str) -> Result<(), Fault> {
        let (person, role, cost) = (known.id, known.person.role, self.password_cost());
        if self.opens_key(person, after).await? {
            let why = "it opens the approval key, which has a password of its own";
            let field = "password";
            return Err(Refusal::Input { field, why }.into());
        }
        let after = Zeroizing::new(after.to_owned());
        let made =
            stretched(move || seal::password::verifier(&person.bytes(), &after, cost)).await?;
        let verifier = made.map_err(|_| Fault::Form("password"))?;
        let act = self.act_of(Actor::Person { id: person, role }, "");
        self.perform(&act, "set-password", Realm::Live, async |unit| {
            let stream = unit.house.stream();
            unit.row(credential_row(person, &verifier, clock::now().0));
            unit.record(decide::set_password(stream, person)).await
        })
        .await
    }
}

/// What a stored credential is compared by.
pub(super) fn verifier_of(kept: store::people::Credential) -> Option<Verifier> {
    Some(Verifier {
        cost: Cost {
            memory_kib: kept.memory_kib,
            passes: kept.passes,
        },
        salt: kept.salt.try_into().ok()?,
        value: kept.verifier.try_into().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_the_handle() {
        assert_eq!(fit("desk", "short"), Err(Unfit::Short));
        assert_eq!(fit("desk", "my DESK is brown"), Err(Unfit::Handle));
        assert_eq!(fit("desk", &"x".repeat(2_000)), Err(Unfit::Long));
        assert_eq!(fit("desk", "四文字熟語を三つ並べた言葉"), Ok(()));
    }

    #[test]
    fn tries_are_counted_for_each_handle() {
        let tries = Tries::default();
        for _ in 0..3 {
            tries.missed("a");
        }
        assert_eq!((tries.count("a"), tries.count("b")), (3, 0));
        tries.forget("a");
        assert_eq!(tries.count("a"), 0);
    }
}
