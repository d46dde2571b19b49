//! The signer's journal: what was signed, which head was seen, who may approve, when a house of one person signed first.
//!
//! Lines are only added, and old lines stay readable. It reads no file: the process around it writes and flushes a line
//! before anything that follows from it is given out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Pinned, Refused, Request, SOLO, Standing, of_this_house, read_plan, standing};
use crate::approval::Approval;
use crate::approvers::{Asked, Line, Looked, Roster, Signed, Statement};
use crate::canon::Canon;
use crate::record::{GENESIS, Realm};

/// One line of the signer's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Series and number in file form.
    pub number: String,
    /// Revision.
    pub revision: u32,
    /// SHA-256 of the plan, hexadecimal.
    pub plan: String,
    /// Position of the ledger's head at that time.
    pub head_seq: u64,
    /// Hash of the ledger's head at that time, hexadecimal.
    pub head: String,
    /// When the signer signed, µs.
    pub at: i64,
    /// What the line is about: nothing in lines of signatures and heads, else [`APPROVERS`] or [`FIRST`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Of a line about those who may approve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvers: Option<Taken>,
}

/// Kind of a line about those who may approve.
pub const APPROVERS: &str = "approvers";
/// Kind of a line about the first signature in a house of one person.
pub const FIRST: &str = "first";

/// A change of those who may approve, as the signer took it in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Hash of the line, hexadecimal: of the founding, where there is no statement.
    pub head: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<Statement>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Signed>,
    /// Whose the new key is, hexadecimal; empty without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub person: String,
    /// Nothing had been signed by then.
    #[serde(default)]
    pub is_fresh: bool,
    /// It was taken in once more, having been lost.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// SHA-256 of all that was pinned at the founding, persons and times too, hexadecimal; empty beside a statement.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pinned: String,
}

impl Taken {
    /// The line as it is published.
    #[must_use]
    pub fn line(&self, at: i64) -> Option<Line> {
        Some(Line::Statement {
            statement: self.statement.clone()?,
            signatures: self.signatures.clone(),
            taken: at,
            is_fresh: self.is_fresh,
        })
    }
}

fn named(pinned: &Pinned) -> String {
    let mut canon = Canon::of("noroshi/pinned/1")
        .bytes(pinned.house.as_bytes())
        .u8(pinned.quorum)
        .u64(pinned.approvers.len() as u64);
    for approver in &pinned.approvers {
        canon = canon
            .bytes(approver.person.as_bytes())
            .bytes(approver.public.as_bytes())
            .i64(approver.since)
            .u8(u8::from(approver.founding));
    }
    crate::hex(&canon.hash())
}

/// The journal in memory: what was signed, and the last head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    pub(super) signed: BTreeMap<(String, u32), String>,
    pub(super) head_seq: u64,
    head: Option<[u8; 32]>,
    /// Hash of the plan that was signed last.
    pub(super) last: Option<String>,
    /// Changes of those who may approve, and when each was taken in.
    approvers: Vec<(i64, Taken)>,
    /// When a house of one person signed a plan first, by the hash of the plan.
    pub(super) first: BTreeMap<String, i64>,
}

impl Journal {
    /// Takes an entry that was written before.
    pub fn replay(&mut self, entry: &Entry) {
        if !entry.number.is_empty() {
            self.signed
                .insert((entry.number.clone(), entry.revision), entry.plan.clone());
            self.last = Some(entry.plan.clone());
        }
        if let Some(taken) = &entry.approvers {
            self.approvers.push((entry.at, taken.clone()));
        }
        if entry.kind == FIRST {
            self.first.entry(entry.plan.clone()).or_insert(entry.at);
        }
        self.head_seq = entry.head_seq;
        self.head = crate::unhex32(&entry.head);
    }

    /// Whether the founding is in it: whom the house was founded with can then not be exchanged.
    #[must_use]
    pub fn knows_founding(&self) -> bool {
        !self.approvers.is_empty()
    }

    /// How many changes of those who may approve are in it.
    #[must_use]
    pub fn generation(&self) -> u64 {
        let changes = self.approvers.iter();
        changes
            .filter(|(_, taken)| taken.statement.is_some())
            .count() as u64
    }

    /// The last change of those who may approve as it is published, and whose key it is about.
    #[must_use]
    pub fn last_change(&self) -> Option<(Line, &str)> {
        let (at, taken) = self.approvers.last()?;
        Some((taken.line(*at)?, taken.person.as_str()))
    }

    /// Those who may approve, by the founding and by what was taken in since.
    ///
    /// # Errors
    /// [`Refused::Pinned`] if the founding is another than the journal's, or a change does not follow.
    pub fn roster(&self, pinned: &Pinned) -> Result<Roster, Refused> {
        let mut roster = Roster::found(pinned).map_err(|_| Refused::Pinned)?;
        for (at, taken) in &self.approvers {
            if let Some(statement) = &taken.statement {
                let looked = Looked {
                    now: *at,
                    is_fresh: taken.is_fresh,
                    is_again: taken.again,
                };
                roster
                    .take(statement, &taken.signatures, &taken.person, looked)
                    .map_err(|_| Refused::Pinned)?;
            }
            if crate::hex(&roster.head) != taken.head
                || !taken.pinned.is_empty() && taken.pinned != named(pinned)
            {
                return Err(Refused::Pinned);
            }
        }
        Ok(roster)
    }

    /// A line of a kind that signs nothing and moves no head.
    pub(super) fn line(&self, kind: &str, now: i64) -> Entry {
        Entry {
            number: String::new(),
            revision: 0,
            plan: String::new(),
            head_seq: self.head_seq,
            head: crate::hex(&self.head()),
            at: now,
            kind: kind.to_owned(),
            approvers: None,
        }
    }

    /// Position of the last head seen; 0 before the first.
    #[must_use]
    pub fn head_seq(&self) -> u64 {
        self.head_seq
    }

    /// Hash of the last head seen.
    #[must_use]
    pub fn head(&self) -> [u8; 32] {
        self.head.unwrap_or(GENESIS)
    }
}

/// The line with which a journal learns whom the house was founded with.
///
/// # Errors
/// [`Refused::Pinned`] if what is pinned cannot be read as that.
pub fn pin(pinned: &Pinned, journal: &Journal, now: i64) -> Result<Entry, Refused> {
    let roster = Roster::found(pinned).map_err(|_| Refused::Pinned)?;
    Ok(Entry {
        approvers: Some(Taken {
            head: crate::hex(&roster.head),
            statement: None,
            signatures: vec![],
            person: String::new(),
            is_fresh: journal.signed.is_empty(),
            again: false,
            pinned: named(pinned),
        }),
        ..journal.line(APPROVERS, now)
    })
}

/// Takes a change of those who may approve in; nothing, where it is the one that was taken in last.
///
/// # Errors
/// [`Refused::Approvers`] with what does not fit, [`Refused::Pinned`].
pub fn take_statement(
    asked: &Asked,
    person: &str,
    pinned: &Pinned,
    journal: &Journal,
    now: i64,
) -> Result<Option<Entry>, Refused> {
    let Asked {
        statement,
        signatures,
        again,
    } = asked;
    let mut roster = journal.roster(pinned)?;
    let last = journal.approvers.last().map(|(_, taken)| taken);
    if last.and_then(|last| last.statement.as_ref()) == Some(statement) {
        return Ok(None);
    }
    let is_fresh = journal.signed.is_empty();
    let looked = Looked {
        now,
        is_fresh: is_fresh && !again,
        is_again: *again,
    };
    roster
        .take(statement, signatures, person, looked)
        .map_err(Refused::Approvers)?;
    Ok(Some(Entry {
        approvers: Some(Taken {
            head: crate::hex(&roster.head),
            statement: Some(statement.clone()),
            signatures: signatures.clone(),
            person: person.to_owned(),
            is_fresh: is_fresh && !again,
            again: *again,
            pinned: String::new(),
        }),
        ..journal.line(APPROVERS, now)
    }))
}

/// Notes when a house of one person signed a plan first; nothing where that is known, where nobody counts, or where it
/// is no such house.
///
/// # Errors
/// As [`super::decide`] for a plan that is none.
pub fn first_signature(
    request: &Request,
    pinned: &Pinned,
    journal: &Journal,
    realm: Realm,
    now: i64,
) -> Result<Option<Entry>, Refused> {
    let plan = read_plan(&request.plan)?;
    of_this_house(&plan, pinned, realm)?;
    let hash = crate::sha256(&request.plan);
    let named = crate::hex(&hash);
    let counts =
        |approval: &Approval| standing(&plan, approval, pinned, &hash, now) == Standing::Counts;
    if pinned.quorum != SOLO
        || journal.first.contains_key(&named)
        || !request.approvals.iter().any(counts)
    {
        return Ok(None);
    }
    Ok(Some(Entry {
        plan: named,
        ..journal.line(FIRST, now)
    }))
}
