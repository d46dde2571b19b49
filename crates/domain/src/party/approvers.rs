//! Those who may approve: the change that waits for its signatures, and the changes that the signer took in.
//!
//! A statement is bytes here, named by its hash: what it says, who must sign it and whether a signature holds is told
//! where keys are known. One change waits at a time, since the next one follows it by its hash.

use super::House;
use crate::act::Act;
use crate::event::{self, Event, Recorded};
use crate::refusal::Refusal;
use crate::role::Role;
use crate::value::{Actor, Instant, PersonId, StreamId};

/// A change that the signer took in.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The line as it is published.
    pub line: String,
    /// Whose the new key is.
    pub person: Option<PersonId>,
    /// By the signer's clock.
    pub at: Instant,
    pub is_fresh: bool,
}

/// A change that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    pub statement: String,
    pub sha256: String,
    pub person: Option<PersonId>,
    pub since: Instant,
    /// Who asked for it.
    pub by: PersonId,
    /// Key and signature, hexadecimal.
    pub signatures: Vec<(String, String)>,
}

impl House {
    pub(super) fn apply_approvers(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::ApproversProposed {
                statement,
                statement_sha256,
                person,
            } => {
                self.pending = Some(Pending {
                    statement: statement.clone(),
                    sha256: statement_sha256.clone(),
                    person: *person,
                    since: recorded.occurred_at,
                    by: recorded.person(),
                    signatures: vec![],
                });
            }
            Event::ApproversSigned {
                statement_sha256,
                key,
                signature,
            } => {
                let pending = self.pending.as_mut();
                if let Some(pending) = pending.filter(|one| one.sha256 == *statement_sha256) {
                    pending.signatures.push((key.clone(), signature.clone()));
                }
            }
            Event::ApproversWithdrawn { statement_sha256 } => self.is_over(statement_sha256),
            Event::ApproversChanged {
                line,
                person,
                key,
                quorum,
                at,
                is_fresh,
                ..
            } => {
                // What waits beside it named another line as the last.
                self.pending = None;
                self.changes.push(Change {
                    line: line.clone(),
                    person: *person,
                    at: *at,
                    is_fresh: *is_fresh,
                });
                self.quorum = *quorum;
                if let Some(named) = person.and_then(|person| self.persons.get_mut(&person)) {
                    named.approval_key.clone_from(key);
                }
            }
            _ => {}
        }
    }

    fn is_over(&mut self, sha256: &str) {
        self.pending = self.pending.take().filter(|one| one.sha256 != sha256);
    }
}

/// Lets a change wait for its signatures.
///
/// # Errors
/// [`Refusal::ApproversWait`] while another one does.
pub fn propose(
    house: &House,
    stream: StreamId,
    statement: String,
    sha256: String,
    person: Option<PersonId>,
) -> Result<Vec<event::Change>, Refusal> {
    if house.pending.is_some() {
        return Err(Refusal::ApproversWait);
    }
    Ok(vec![event::Change::of(
        stream,
        Event::ApproversProposed {
            statement,
            statement_sha256: sha256,
            person,
        },
    )])
}

/// Adds a signature to the change that waits; nothing, where the key has signed it.
///
/// # Errors
/// [`Refusal::NotFound`] if no such change waits.
pub fn sign(
    house: &House,
    stream: StreamId,
    sha256: &str,
    key: String,
    signature: String,
) -> Result<Vec<event::Change>, Refusal> {
    let pending = waiting(house, sha256)?;
    if pending.signatures.iter().any(|(signed, _)| *signed == key) {
        return Ok(vec![]);
    }
    Ok(vec![event::Change::of(
        stream,
        Event::ApproversSigned {
            statement_sha256: sha256.to_owned(),
            key,
            signature,
        },
    )])
}

/// Whether somebody may ask for fewer approvers, or take back what another asked for: whoever approves, administers the
/// persons of the house, or works on its machine. Those who sign decide.
#[must_use]
pub fn may_ask(house: &House, by: Actor) -> bool {
    match by {
        Actor::Operator => true,
        Actor::Person { id, .. } => house.persons.get(&id).is_some_and(|known| {
            known.ended.is_none() && (known.approval_key.is_some() || known.role == Role::Operator)
        }),
        _ => false,
    }
}

/// Whether somebody may take back a change: whoever asked for it, whose key it is about, or [`may_ask`].
#[must_use]
pub fn may_withdraw(house: &House, pending: &Pending, by: Actor) -> bool {
    let is_theirs =
        matches!(by, Actor::Person { id, .. } if pending.by == id || pending.person == Some(id));
    is_theirs || may_ask(house, by)
}

/// Takes the change that waits back.
///
/// # Errors
/// [`Refusal::NotFound`] if no such change waits, [`Refusal::Role`], [`Refusal::NoReason`].
pub fn withdraw(
    house: &House,
    stream: StreamId,
    sha256: &str,
    act: &Act,
) -> Result<Vec<event::Change>, Refusal> {
    if !may_withdraw(house, waiting(house, sha256)?, act.by) {
        return Err(Refusal::Role);
    }
    if act.reason.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    Ok(vec![event::Change::of(
        stream,
        Event::ApproversWithdrawn {
            statement_sha256: sha256.to_owned(),
        },
    )])
}

/// What the signer says of a change that it took in.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The line as it is published, and its leaf.
    pub line: String,
    pub leaf: String,
    /// Whose key it is about; nobody's of one in a safe.
    pub person: Option<PersonId>,
    /// The key in force of this person from now on.
    pub key: Option<String>,
    pub quorum: u8,
    /// By the signer's clock.
    pub at: Instant,
    pub is_fresh: bool,
}

/// Records that the signer took a change in: whether it still waits or was taken back meanwhile, what the signer counts
/// is what holds. Whoever asks has seen that the line follows the last.
#[must_use]
pub fn take_in(stream: StreamId, sha256: &str, taken: Taken) -> Vec<event::Change> {
    vec![event::Change::of(
        stream,
        Event::ApproversChanged {
            statement_sha256: sha256.to_owned(),
            line: taken.line,
            leaf: taken.leaf,
            person: taken.person,
            key: taken.key,
            quorum: taken.quorum,
            at: taken.at,
            is_fresh: taken.is_fresh,
        },
    )]
}

/// The change of this hash, while it waits.
///
/// # Errors
/// [`Refusal::NotFound`] if another one does, or none.
pub fn waiting<'a>(house: &'a House, sha256: &str) -> Result<&'a Pending, Refusal> {
    let pending = house.pending.as_ref();
    pending
        .filter(|pending| pending.sha256 == sha256)
        .ok_or(Refusal::NotFound("change of the approvers"))
}

/// How the approval keys of a house stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Keys of the house's own people, as far as they are not those of the kit.
    pub staff: u8,
    /// Keys that were printed with the kit and replaced by nobody.
    pub kit: u8,
    /// Keys in a safe.
    pub succession: u8,
}

/// Whether the keys bear a first publication: nobody's of the kit is among them, and one is left when one is lost
/// (docs/design/security.md §2.25).
///
/// # Errors
/// [`Refusal::KitKeys`], [`Refusal::FewKeys`].
pub fn bear_first(quorum: u8, standing: Standing) -> Result<(), Refusal> {
    if standing.kit > 0 {
        return Err(Refusal::KitKeys);
    }
    let needed = quorum.max(1).saturating_add(1);
    let found = standing.staff.saturating_add(standing.succession.min(1));
    if found < needed || standing.staff < quorum.max(1) {
        return Err(Refusal::FewKeys { found, needed });
    }
    Ok(())
}
