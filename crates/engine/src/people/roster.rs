//! Those who may approve, as the ledger says, and the way of a change to the signer.
//!
//! The chain and its rules stand in [`seal::approvers`]: the house builds the same roster from its events as the signer
//! does from its journal. Whether a plan is approved, this does not know.

use std::sync::{Mutex, PoisonError};

use domain::party::House as Own;
use domain::party::approvers::{Pending, Standing, Taken, take_in};
use domain::refusal::Refusal;
use domain::value::{Instant, PersonId};
use seal::approval::SealedKey;
use seal::approvers::{
    Asked, Fault as Unfit, Founding, Kind, Line, Looked, Pin, Roster, Signed, Statement,
};
use seal::leaf::Leaf;
use seal::record::Realm;
use seal::signer::{Approver, Pinned};

use crate::Awaited;
use crate::Fault;
use crate::kernel::clock;
use crate::kernel::context::TakenLine;
use crate::kernel::fault::APART;
use crate::kernel::house::House;

/// Kind and series of the leaf of a change.
const LEAF: &str = "approvers";

/// Why the signer did not take the change that waits: the code that it gave.
#[derive(Debug, Default)]
pub struct NotTaken(Mutex<Option<String>>);

impl NotTaken {
    /// The code, if it refused when it was last asked.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        self.lock().clone()
    }

    fn set(&self, code: Option<String>) {
        *self.lock() = code;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A refusal with the code of what does not fit.
pub(super) fn unfit(unfit: Unfit) -> Fault {
    Refusal::Approvers(unfit.code()).into()
}

/// A person as the chain names it beside the public form.
#[must_use]
pub fn named(person: PersonId) -> String {
    seal::hex(&person.bytes())
}

/// The statement of a change that waits.
///
/// # Errors
/// [`Fault::Form`] if it cannot be read.
pub fn statement_of(pending: &Pending) -> Result<Statement, Fault> {
    serde_json::from_str(&pending.statement).map_err(|_| Fault::Form("approvers"))
}

/// The signatures of a change that waits.
pub(super) fn signatures_of(pending: &Pending) -> Vec<Signed> {
    let signed = |(key, signature): &(String, String)| Signed {
        key: key.clone(),
        signature: signature.clone(),
    };
    pending.signatures.iter().map(signed).collect()
}

fn pinned_first(house: [u8; 16], own: &Own) -> Pinned {
    let approver = |(person, key, since): &(PersonId, String, Instant)| Approver {
        person: named(*person),
        public: key.clone(),
        since: since.0,
        founding: true,
    };
    Pinned {
        house: seal::hex(&house),
        quorum: own.first_quorum,
        approvers: own.first_keys.iter().map(approver).collect(),
    }
}

/// Builds the roster of a house from its own stream.
///
/// # Errors
/// [`Fault::Form`] if what was recorded does not follow.
pub fn roster_of(house: [u8; 16], own: &Own) -> Result<Roster, Fault> {
    let first = pinned_first(house, own);
    let mut roster = Roster::found(&first).map_err(|_| Fault::Form("approvers"))?;
    for change in &own.changes {
        let person = change.person.map(named).unwrap_or_default();
        follow(&mut roster, &read(&change.line)?, &person)?;
    }
    Ok(roster)
}

/// A recorded line, read.
struct Read {
    statement: Statement,
    signatures: Vec<Signed>,
    taken: i64,
    is_fresh: bool,
}

fn read(line: &str) -> Result<Read, Fault> {
    match serde_json::from_str(line) {
        Ok(Line::Statement {
            statement,
            signatures,
            taken,
            is_fresh,
        }) => Ok(Read {
            statement,
            signatures,
            taken,
            is_fresh,
        }),
        _ => Err(Fault::Form("approvers")),
    }
}

/// Takes a line as the signer took it in.
fn follow(roster: &mut Roster, line: &Read, person: &str) -> Result<(), Fault> {
    let looked = Looked {
        now: line.taken,
        is_fresh: line.is_fresh,
        is_again: false,
    };
    roster
        .take(&line.statement, &line.signatures, person, looked)
        .map_err(|_| Fault::Form("approvers"))
}

/// The hash of the last line, which the next one names. What each second asks needs no signature looked at.
fn head_of(house: [u8; 16], own: &Own) -> Result<[u8; 32], Fault> {
    let hash = match own.changes.last() {
        Some(last) => read(&last.line)?.statement.hash(&house),
        None => founding_of(house, own).hash(),
    };
    hash.map_err(|_| Fault::Form("approvers"))
}

fn founding_of(house: [u8; 16], own: &Own) -> Founding {
    Founding {
        house: seal::hex(&house),
        quorum: own.first_quorum,
        keys: own
            .first_keys
            .iter()
            .map(|(_, key, _)| key.clone())
            .collect(),
    }
}

/// Whether a change waits for the signature of this person: their key counts, and has not signed it.
#[must_use]
pub fn waits_for(roster: &Roster, pending: &Pending, person: PersonId, now: Instant) -> bool {
    let whose = named(person);
    let mut keys = roster
        .standing(now.0)
        .filter(|pin| pin.person == whose && pin.kind == Kind::Staff && pin.from() <= now.0);
    let has_signed = |pin: &Pin| pending.signatures.iter().any(|(by, _)| *by == pin.public);
    keys.next().is_some_and(|pin| !has_signed(pin))
}

/// The sealed key of a person that stands at an instant: the one in force, or the one that was drawn last. While a key
/// that goes still counts, it is the one.
///
/// # Errors
/// If the store fails.
pub async fn standing_key(
    house: &House,
    roster: &Roster,
    person: PersonId,
    now: Instant,
) -> Result<Option<(SealedKey, Pin)>, Fault> {
    let of_store = [
        house.store.approval_key(person.bytes()).await?,
        house.store.offered_key(person.bytes()).await?,
    ];
    let whose = named(person);
    for key in of_store.into_iter().flatten() {
        let public = seal::hex(&key.public);
        let mut pins = roster.standing(now.0);
        let is_it = |pin: &&Pin| pin.public == public && pin.person == whose;
        if let Some(pin) = pins.find(is_it) {
            let pin = pin.clone();
            return Ok(Some((key, pin)));
        }
    }
    Ok(None)
}

/// How the keys of a roster stand at an instant: those of persons who are here, that last.
#[must_use]
pub fn standing_of(own: &Own, roster: &Roster, now: Instant) -> Standing {
    let is_here = |pin: &&Pin| {
        let person = person_of(own, &pin.person).and_then(|id| own.persons.get(&id));
        pin.until.is_none() && person.is_some_and(|person| person.ended.is_none())
    };
    let staff = |is_kit: bool| {
        let of_kind = |pin: &&Pin| pin.kind == Kind::Staff && pin.is_kit == is_kit;
        let found = roster.standing(now.0).filter(of_kind).filter(is_here);
        let persons: std::collections::BTreeSet<&str> =
            found.map(|pin| pin.person.as_str()).collect();
        u8::try_from(persons.len()).unwrap_or(u8::MAX)
    };
    let safe = |pin: &&Pin| pin.kind == Kind::Succession && pin.until.is_none();
    Standing {
        staff: staff(false),
        kit: staff(true),
        succession: u8::try_from(roster.standing(now.0).filter(safe).count()).unwrap_or(u8::MAX),
    }
}

impl House {
    /// Those who may approve.
    ///
    /// # Errors
    /// If the house cannot be read.
    pub async fn roster(&self) -> Result<Roster, Fault> {
        roster_of(self.id(), &self.own().await?)
    }

    /// The lines of `archive/approvers.jsonl`.
    ///
    /// # Errors
    /// If the house cannot be read.
    pub async fn approvers_lines(&self) -> Result<Vec<String>, Fault> {
        let own = self.own().await?;
        let founding = Line::Founding(founding_of(self.id(), &own));
        let first = founding.bytes().map_err(|_| Fault::Form("approvers"))?;
        let first = String::from_utf8(first).map_err(|_| Fault::Form("approvers"))?;
        let changes = own.changes.into_iter().map(|change| change.line);
        Ok(std::iter::once(first).chain(changes).collect())
    }

    /// Brings house and signer together, and hands the signer the change that waits once enough have signed it; tells
    /// whether one was recorded. What the signer took in is recorded as it says, also where the process died in between, or
    /// somebody took the change back meanwhile.
    ///
    /// # Errors
    /// Faults of keys and store. That the signer refuses is kept for the pages, and is none.
    pub fn pin_approvers(&self) -> Awaited<'_, Result<bool, Fault>> {
        Box::pin(async move {
            let own = self.own().await?;
            if self.contexts.sign.is_none() {
                self.kept.of::<NotTaken>().set(None);
                return Ok(false);
            }
            match self.joined(&own).await {
                Ok(is_recorded) => {
                    self.kept.of::<NotTaken>().set(None);
                    Ok(is_recorded)
                }
                Err(Fault::Signer(code)) => {
                    let not_taken = self.kept.of::<NotTaken>();
                    // It is asked each second, and told once.
                    if not_taken.code().as_ref() != Some(&code) {
                        tracing::error!(
                            code = "approvers",
                            why = code,
                            "house and signer do not agree on who may approve"
                        );
                    }
                    not_taken.set(Some(code));
                    Ok(false)
                }
                Err(other) => Err(other),
            }
        })
    }

    async fn joined(&self, own: &Own) -> Result<bool, Fault> {
        let signers = self.contexts.signer_pinned()?;
        let known = own.changes.len() as u64;
        if let Some(last) = signers.last.filter(|_| signers.generation == known + 1) {
            self.record_change(&last).await?;
            return Ok(true);
        }
        if signers.generation < known {
            self.hand_on(own, signers.generation)?;
        } else if signers.head != head_of(self.id(), own)? && known > 0 {
            return Err(Fault::Signer(APART.to_owned()));
        }
        let Some(pending) = &own.pending else {
            return Ok(false);
        };
        let asked = Asked {
            statement: statement_of(pending)?,
            signatures: signatures_of(pending),
            again: false,
        };
        let person = pending.person.map(named).unwrap_or_default();
        let looked = Looked {
            now: clock::now().0,
            is_fresh: false,
            is_again: false,
        };
        let mut tried = roster_of(self.id(), own)?;
        let is_signed = tried.take(&asked.statement, &asked.signatures, &person, looked);
        if is_signed.is_err() {
            return Ok(false);
        }
        let taken = self.contexts.take_approvers(&asked, &person)?;
        self.record_change(&taken).await?;
        Ok(true)
    }

    /// Hands the signer the changes that the ledger has and its journal has not: it was restored from a backup that was
    /// taken while one came in, or it lost its journal. The 72 hours run anew, so that a chain comes back key by key.
    fn hand_on(&self, own: &Own, generation: u64) -> Result<(), Fault> {
        let known = usize::try_from(generation).unwrap_or(usize::MAX);
        for change in own.changes.iter().skip(known) {
            let line = read(&change.line)?;
            let asked = Asked {
                statement: line.statement,
                signatures: line.signatures,
                again: true,
            };
            let person = change.person.map(named).unwrap_or_default();
            self.contexts.take_approvers(&asked, &person)?;
            tracing::warn!(
                code = "approvers.handed_on",
                "the signer had lost a change of those who may approve"
            );
        }
        Ok(())
    }

    /// Whether house and signer agree on who may approve: where they do not, nothing is signed.
    ///
    /// # Errors
    /// [`Fault::Signer`] where they do not; [`Fault::Context`].
    pub async fn agrees_with_signer(&self) -> Result<(), Fault> {
        let own = self.own().await?;
        let signers = self.contexts.signer_pinned()?;
        // A house of an older program may have had its file of approvers edited, which that signer honoured.
        if own.changes.is_empty() && signers.generation == 0 {
            return Ok(());
        }
        if signers.head == head_of(self.id(), &own)? {
            Ok(())
        } else {
            Err(Fault::Signer(APART.to_owned()))
        }
    }

    /// Records a line as the signer took it in, once it is seen to follow the last.
    async fn record_change(&self, last: &TakenLine) -> Result<(), Fault> {
        let text = |bytes| String::from_utf8(bytes).map_err(|_| Fault::Form("approvers"));
        let act = self.clock_act("");
        self.perform(&act, "change-approvers", Realm::Live, async |unit| {
            let stream = unit.house.stream();
            let own = unit.own().await?;
            let before = roster_of(unit.house.id(), &own)?;
            let mut after = before.clone();
            let line = read(&last.line)?;
            follow(&mut after, &line, &last.person)?;
            let (statement, taken) = (&line.statement, line.taken);
            let leaf = Leaf {
                v: 1,
                realm: base::Realm::Live.name().into(),
                series: LEAF.into(),
                number: String::new(),
                revision: u32::try_from(statement.generation).unwrap_or(u32::MAX),
                kind: LEAF.into(),
                sha256: seal::hex(&seal::sha256(last.line.as_bytes())),
                instant: clock::rfc3339(Instant(taken)),
                persons: 0,
            };
            // Whose key comes in, or else whose goes.
            let key = if statement.new.is_empty() {
                &statement.old
            } else {
                &statement.new
            };
            let mut pins = before.standing(taken).chain(after.standing(taken));
            let pin = pins.find(|pin| pin.public == *key && pin.kind != Kind::Succession);
            let person = pin.and_then(|pin| person_of(&own, &pin.person));
            let mut of_person = after.standing(taken).filter(|pin| {
                Some(&pin.person) == person.map(named).as_ref() && pin.until.is_none()
            });
            let sha256 = seal::hex(&statement.hash(&unit.house.id()).map_err(unfit)?);
            let taken_in = Taken {
                line: last.line.clone(),
                leaf: text(leaf.bytes().map_err(|_| Fault::Form("leaf"))?)?,
                person,
                key: of_person.next().map(|pin| pin.public.clone()),
                quorum: statement.quorum,
                at: Instant(taken),
                is_fresh: line.is_fresh,
            };
            unit.record(take_in(stream, &sha256, taken_in)).await
        })
        .await?;
        tracing::warn!(
            code = "approvers.changed",
            "those who may approve have changed"
        );
        Ok(())
    }
}

fn person_of(own: &Own, named_as: &str) -> Option<PersonId> {
    let mut persons = own.persons.keys();
    persons.find(|id| named(**id) == named_as).copied()
}
