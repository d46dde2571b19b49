//! Those who may approve, as the ledger says, and the way of a change to the signer.
//!
//! The chain and its rules stand in [`seal::approvers`]: the house builds the same roster from its events as the signer
//! does from its journal. Whether a plan is approved, this does not know.

use std::sync::{Mutex, PoisonError};

use domain::party::House as Own;
use domain::party::approvers::{Pending, Standing, Taken, take_in};
use domain::refusal::Refusal;
use domain::value::{Instant, PersonId};
use seal::approvers::{Fault as Unfit, Founding, Kind, Line, Looked, Roster, Signed, Statement};
use seal::leaf::Leaf;
use seal::record::Realm;
use seal::signer::{Approver, Pinned};

use crate::Awaited;
use crate::Fault;
use crate::kernel::clock;
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
pub(super) fn named(person: PersonId) -> String {
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
    let wrong = |_| Fault::Form("approvers");
    let mut roster = Roster::found(&pinned_first(house, own)).map_err(wrong)?;
    for change in &own.changes {
        let Ok(Line::Statement {
            statement,
            signatures,
        }) = serde_json::from_str(&change.line)
        else {
            return Err(Fault::Form("approvers"));
        };
        let person = change.person.map(named).unwrap_or_default();
        let looked = Looked {
            now: change.at.0,
            rests: true,
            is_fresh: change.is_fresh,
        };
        roster
            .take(&statement, &signatures, &person, looked)
            .map_err(wrong)?;
    }
    Ok(roster)
}

/// How the keys of a roster stand at an instant.
#[must_use]
pub fn standing_of(roster: &Roster, now: Instant) -> Standing {
    let count = |is: fn(&seal::approvers::Pin) -> bool| {
        let found = roster.standing(now.0).filter(|pin| is(pin)).count();
        u8::try_from(found).unwrap_or(u8::MAX)
    };
    Standing {
        staff: count(|pin| pin.kind == Kind::Staff && !pin.is_kit),
        kit: count(|pin| pin.is_kit),
        succession: count(|pin| pin.kind == Kind::Succession),
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
        let founding = Line::Founding(Founding {
            house: seal::hex(&self.id()),
            quorum: own.first_quorum,
            keys: own
                .first_keys
                .iter()
                .map(|(_, key, _)| key.clone())
                .collect(),
        });
        let first = founding.bytes().map_err(|_| Fault::Form("approvers"))?;
        let first = String::from_utf8(first).map_err(|_| Fault::Form("approvers"))?;
        let changes = own.changes.into_iter().map(|change| change.line);
        Ok(std::iter::once(first).chain(changes).collect())
    }

    /// Hands the change that waits to the signer once enough have signed it, and records what the signer says; tells
    /// whether it was taken in. Asked again after a crash, the signer answers as before.
    ///
    /// # Errors
    /// Faults of keys and store. That the signer refuses is kept for the pages, and is none.
    pub fn pin_approvers(&self) -> Awaited<'_, Result<bool, Fault>> {
        Box::pin(async move {
            let own = self.own().await?;
            if self.contexts.sign.is_none() {
                return Ok(false);
            }
            self.hand_on(&own)?;
            let Some(pending) = &own.pending else {
                self.kept.of::<NotTaken>().set(None);
                return Ok(false);
            };
            let statement = statement_of(pending)?;
            let signatures = signatures_of(pending);
            let person = pending.person.map(named).unwrap_or_default();
            let looked = Looked {
                now: clock::now().0,
                rests: true,
                is_fresh: false,
            };
            let mut roster = roster_of(self.id(), &own)?;
            if roster
                .take(&statement, &signatures, &person, looked)
                .is_err()
            {
                return Ok(false);
            }
            let line = Line::Statement {
                statement: statement.clone(),
                signatures,
            };
            let line = line.bytes().map_err(|_| Fault::Form("approvers"))?;
            match self.contexts.take_approvers(&line, &person) {
                Ok((at, is_fresh)) => {
                    self.kept.of::<NotTaken>().set(None);
                    self.changed(pending, &statement, line, Instant(at), is_fresh)
                        .await?;
                    Ok(true)
                }
                Err(Fault::Signer(code)) => {
                    tracing::error!(
                        code = "approvers",
                        why = code,
                        "the signer does not take a change"
                    );
                    self.kept.of::<NotTaken>().set(Some(code));
                    Ok(false)
                }
                Err(other) => Err(other),
            }
        })
    }

    /// Hands the signer the changes that the ledger has and its journal has not: it was restored from a backup that was
    /// taken while one came in, or it lost its journal.
    fn hand_on(&self, own: &Own) -> Result<(), Fault> {
        if own.changes.is_empty() {
            return Ok(());
        }
        let (_, generation) = self.contexts.signer_pinned()?;
        let known = usize::try_from(generation).unwrap_or(usize::MAX);
        for change in own.changes.iter().skip(known) {
            let person = change.person.map(named).unwrap_or_default();
            self.contexts
                .take_approvers(change.line.as_bytes(), &person)?;
            tracing::warn!(
                code = "approvers.handed_on",
                "the signer had lost a change of those who may approve"
            );
        }
        Ok(())
    }

    async fn changed(
        &self,
        pending: &Pending,
        statement: &Statement,
        line: Vec<u8>,
        at: Instant,
        is_fresh: bool,
    ) -> Result<(), Fault> {
        let leaf = Leaf {
            v: 1,
            realm: base::Realm::Live.name().into(),
            series: LEAF.into(),
            number: String::new(),
            revision: u32::try_from(statement.generation).unwrap_or(u32::MAX),
            kind: LEAF.into(),
            sha256: seal::hex(&seal::sha256(&line)),
            instant: clock::rfc3339(Instant(statement.at)),
            persons: 0,
        };
        let text = |bytes| String::from_utf8(bytes).map_err(|_| Fault::Form("approvers"));
        let leaf = text(leaf.bytes().map_err(|_| Fault::Form("leaf"))?)?;
        let line = text(line)?;
        let own = self.own().await?;
        // Of a key that ends nobody's name stands in the change.
        let whose = |key: &String| {
            let mut persons = own.persons.iter();
            persons.find(|(_, person)| person.approval_key.as_ref() == Some(key))
        };
        let person = pending
            .person
            .or_else(|| whose(&statement.old).map(|(id, _)| *id));
        let key =
            (!statement.new.is_empty() && pending.person.is_some()).then(|| statement.new.clone());
        let offered = match pending.person {
            Some(person) => self.store.offered_key(person.bytes()).await?,
            None => None,
        };
        let taken = Taken {
            line,
            leaf,
            person,
            key,
            quorum: statement.quorum,
            at,
            is_fresh,
        };
        let act = self.clock_act("");
        let sha256 = pending.sha256.clone();
        self.perform(&act, "change-approvers", Realm::Live, async |unit| {
            let stream = unit.house.stream();
            let own = unit.house.own().await?;
            let changes = take_in(&own, stream, &sha256, taken.clone());
            if let (Some(person), Some(key), Some(public)) = (person, &offered, &taken.key)
                && !changes.is_empty()
                && seal::hex(&key.public) == *public
            {
                unit.row(store::people::ApproverRow {
                    person,
                    key: key.clone(),
                    since: at.0,
                    founding: false,
                });
            }
            unit.record(changes).await
        })
        .await?;
        tracing::warn!(
            code = "approvers.changed",
            "those who may approve have changed"
        );
        Ok(())
    }
}
