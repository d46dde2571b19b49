//! What the signing context decides (docs/design/security.md §2.10): sign, or refuse with a reason.
//!
//! The signer trusts no row of the database. From a request it recomputes every hash, checks the approvers'
//! own signatures against the persons it has pinned, the planned instant against its own clock, the realm
//! against the key, number and revision against its journal, and that the ledger's head extends the one it
//! saw last. This module is pure but for the signing itself; the process around it is the binary's. It does
//! not know what a document says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::approval::{Approval, verifies};
use crate::approvers::Fault as Unfit;
use crate::record::{Header, Realm};

mod journal;

pub use journal::{APPROVERS, Entry, FIRST, Journal, Taken, first_signature, pin, take_statement};

/// A key made, reset or granted less than 72 hours ago does not count (docs/design/security.md §2.8).
pub const KEY_REST_US: i64 = 72 * 3_600 * 1_000_000;
/// Most documents of one plan.
pub const DOCUMENTS_MAX: usize = 64;
/// A quorum of this value marks a house in which one person publishes alone: that person signs twice.
pub const SOLO: u8 = 0;
/// What must lie between the two signatures of a person who publishes alone: 30 minutes, µs; none in an emergency
/// with a reason (docs/design/security.md §2.8).
pub const SOLO_WAIT_US: i64 = 30 * 60 * 1_000_000;
/// Most ledger headers in one message; more are brought in several, by [`take_headers`].
pub const HEADERS_MAX: usize = 20_000;

/// A release plan in the form that is hashed and approved. Its JSON bytes are stored and never re-serialised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Form of the plan: `noroshi/plan/1`.
    pub schema: String,
    /// `live` or `exercise`.
    pub realm: String,
    /// Drawn for each plan, hexadecimal: approvals of one plan never fit another of the same content.
    pub plan_id: String,
    /// The house, hexadecimal.
    pub house: String,
    /// Number series, for example `NRS`.
    pub series: String,
    /// Public number in file form, for example `NRS-48217734`.
    pub number: String,
    /// Revision, from 1.
    pub revision: u32,
    /// Instant of publication, µs since 1970 UTC.
    pub instant: i64,
    /// Person who made the plan, hexadecimal; never counted as approver.
    pub author: String,
    /// The documents, in the order in which they are signed.
    pub documents: Vec<PlannedDocument>,
    /// Ends an embargo early; whoever approves the plan approves that.
    pub emergency: bool,
    /// What a person took on against a check or decided by a tick: `overlap`, `accepted_risk`, `credit_consent`; whoever
    /// approves the plan approves that.
    pub overrides: Vec<String>,
    /// Why, for an emergency or an override; empty otherwise.
    pub reason: String,
    /// Who will be told: names of queries, joined by `+`: `everything`, `vendors`, `products`, `earlier`.
    pub recipients: String,
    /// Channels that will be used, for example `portal`, `mail`.
    pub channels: Vec<String>,
}

/// One document of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedDocument {
    /// Kind, as [`base::DocumentKind`] names it.
    pub kind: String,
    /// SHA-256 of the exact bytes, hexadecimal.
    pub sha256: String,
}

/// Kind string of plans.
pub const PLAN: &str = "noroshi/plan/1";

impl Plan {
    /// Returns the bytes that are stored, hashed and approved.
    ///
    /// # Errors
    /// Fails only if JSON could not be written, which the types rule out.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

/// A person whose approvals count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approver {
    /// The person, hexadecimal.
    pub person: String,
    /// Ed25519 public key, hexadecimal.
    pub public: String,
    /// Since when the key exists, µs.
    pub since: i64,
    /// Named when the house was founded: counts at once.
    pub founding: bool,
}

/// What the signer has pinned: those of the founding, changed by [`crate::approvers`] alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// The house, hexadecimal.
    pub house: String,
    /// How many persons beside the author must approve; [`SOLO`] for a house of one person.
    pub quorum: u8,
    /// The approvers.
    pub approvers: Vec<Approver>,
}

/// A request for signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The plan's bytes as approved.
    pub plan: Vec<u8>,
    /// The documents' exact bytes, in the plan's order.
    pub documents: Vec<Vec<u8>>,
    /// The approvals.
    pub approvals: Vec<Approval>,
    /// Ledger headers after the head that the journal names, oldest first.
    pub headers: Vec<Header>,
}

/// Why the signer refuses. Each has a stable code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The plan is no plan of a form that this program knows.
    #[error("the plan cannot be read")]
    Plan,
    /// The plan is of another house.
    #[error("the plan is of another house")]
    House,
    /// The plan is of another realm than this key.
    #[error("the plan's realm is not that of this key")]
    Realm,
    /// A document's bytes are not the planned ones, or documents are missing or too many.
    #[error("document {0} is not the planned one")]
    Document(usize),
    /// Too few persons approved these bytes.
    #[error("{found} of {needed} persons approved this plan")]
    Quorum {
        /// Approvals that count.
        found: u8,
        /// Approvals that are needed.
        needed: u8,
    },
    /// The instant has not come by the signer's clock.
    #[error("the instant has not come")]
    TooEarly,
    /// This number and revision were signed before with other bytes.
    #[error("this number and revision were signed before with other bytes")]
    SignedBefore,
    /// The ledger's head does not extend the last one.
    #[error("the ledger does not extend the head that was seen last")]
    Fork,
    /// Those who are pinned are not those whom the journal knows.
    #[error("those who are pinned are not those whom the signer's journal knows")]
    Pinned,
    /// A change of those who may approve is none that follows.
    #[error("{0}")]
    Approvers(Unfit),
}

impl Refused {
    /// Returns the stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Refused::Plan => "sign.plan",
            Refused::House => "sign.house",
            Refused::Realm => "sign.realm",
            Refused::Document(_) => "sign.document",
            Refused::Quorum { .. } => "sign.quorum",
            Refused::TooEarly => "sign.too_early",
            Refused::SignedBefore => "sign.signed_before",
            Refused::Fork => "sign.fork",
            Refused::Pinned => "sign.pinned",
            Refused::Approvers(unfit) => unfit.code(),
        }
    }

    /// The code with which a message of the signer begins.
    #[must_use]
    pub fn code_in(said: &str) -> Option<&'static str> {
        const CODES: [&str; 9] = [
            "sign.plan",
            "sign.house",
            "sign.realm",
            "sign.document",
            "sign.quorum",
            "sign.too_early",
            "sign.signed_before",
            "sign.fork",
            "sign.pinned",
        ];
        let word = said.split([' ', ':']).next().unwrap_or_default();
        CODES.into_iter().find(|code| *code == word)
    }
}

/// Something that would keep a release from being signed. The codes are those of [`Refused`], and two of an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The signer would refuse it so.
    Refused(Refused),
    /// Nobody of this name is pinned, or the signature is by another key than the pinned one.
    Unknown {
        /// The person, hexadecimal.
        person: String,
    },
    /// The key of this person does not count yet at the instant.
    Rests {
        /// The person, hexadecimal.
        person: String,
        /// From when it counts, µs.
        until: i64,
    },
}

impl Missing {
    /// Returns the stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Missing::Refused(refused) => refused.code(),
            Missing::Unknown { .. } => "sign.approver_unknown",
            Missing::Rests { .. } => "sign.key_rests",
        }
    }
}

/// Names all that would keep a request from being signed at `as_of`, and signs nothing: pages show exactly this
/// (docs/design/security.md §2.25). The journal stays as it is.
#[must_use]
pub fn rehearse(
    request: &Request,
    pinned: &Pinned,
    journal: &Journal,
    realm: Realm,
    as_of: i64,
) -> Vec<Missing> {
    let Ok(plan) = read_plan(&request.plan) else {
        return vec![Missing::Refused(Refused::Plan)];
    };
    let mut missing = Vec::new();
    let mut refused = |looked: Result<(), Refused>| {
        if let Err(refused) = looked {
            missing.push(Missing::Refused(refused));
        }
    };
    refused(of_this_house(&plan, pinned, realm));
    refused(check_documents(&plan, &request.documents));
    refused(check_quorum(&plan, request, pinned, journal, as_of));
    refused(if plan.instant > as_of {
        Err(Refused::TooEarly)
    } else {
        Ok(())
    });
    refused(not_signed_otherwise(&plan, &request.plan, journal));
    refused(has_news(request, journal));
    refused(extend(journal, &request.headers, pinned).map(|_| ()));
    let hash = crate::sha256(&request.plan);
    for approval in &request.approvals {
        let person = crate::hex(&approval.person);
        match standing(&plan, approval, pinned, &hash, as_of) {
            Standing::Unknown => missing.push(Missing::Unknown { person }),
            Standing::Rests(until) => missing.push(Missing::Rests { person, until }),
            Standing::Counts | Standing::Author | Standing::Later => {}
        }
    }
    missing
}

fn read_plan(bytes: &[u8]) -> Result<Plan, Refused> {
    let plan: Plan = serde_json::from_slice(bytes).map_err(|_| Refused::Plan)?;
    if plan.schema != PLAN || plan.number.is_empty() || plan.revision == 0 {
        return Err(Refused::Plan);
    }
    Ok(plan)
}

fn of_this_house(plan: &Plan, pinned: &Pinned, realm: Realm) -> Result<(), Refused> {
    if plan.house != pinned.house {
        return Err(Refused::House);
    }
    if plan.realm != realm.name() {
        return Err(Refused::Realm);
    }
    Ok(())
}

/// Something is always recorded between two releases; nothing new means an older ledger.
fn has_news(request: &Request, journal: &Journal) -> Result<(), Refused> {
    let hash = crate::hex(&crate::sha256(&request.plan));
    if request.headers.is_empty() && journal.last.as_ref() != Some(&hash) {
        return Err(Refused::Fork);
    }
    Ok(())
}

fn not_signed_otherwise(plan: &Plan, bytes: &[u8], journal: &Journal) -> Result<(), Refused> {
    let hash = crate::hex(&crate::sha256(bytes));
    let before = journal.signed.get(&(plan.number.clone(), plan.revision));
    if before.is_some_and(|before| *before != hash) {
        return Err(Refused::SignedBefore);
    }
    Ok(())
}

/// Decides over a request; on success returns the journal entry to write before any signature is given out.
///
/// # Errors
/// The first [`Refused`] that applies; the journal stays as it is.
pub fn decide(
    request: &Request,
    pinned: &Pinned,
    journal: &Journal,
    realm: Realm,
    now: i64,
) -> Result<(Plan, Entry), Refused> {
    let plan = read_plan(&request.plan)?;
    of_this_house(&plan, pinned, realm)?;
    check_documents(&plan, &request.documents)?;
    check_quorum(&plan, request, pinned, journal, now)?;
    if plan.instant > now {
        return Err(Refused::TooEarly);
    }
    not_signed_otherwise(&plan, &request.plan, journal)?;
    let plan_hash = crate::hex(&crate::sha256(&request.plan));
    has_news(request, journal)?;
    let (head_seq, head) = extend(journal, &request.headers, pinned)?;
    let entry = Entry {
        number: plan.number.clone(),
        revision: plan.revision,
        plan: plan_hash,
        head_seq,
        head: crate::hex(&head),
        ..journal.line("", now)
    };
    Ok((plan, entry))
}

/// Takes ledger headers in without signing anything, so that the head is journalled between releases and no
/// release has to bring more than [`HEADERS_MAX`] of them.
///
/// # Errors
/// [`Refused::Fork`] if they do not extend the last head.
pub fn take_headers(
    headers: &[Header],
    pinned: &Pinned,
    journal: &Journal,
    now: i64,
) -> Result<Entry, Refused> {
    let (head_seq, head) = extend(journal, headers, pinned)?;
    Ok(Entry {
        head_seq,
        head: crate::hex(&head),
        ..journal.line("", now)
    })
}

fn check_documents(plan: &Plan, documents: &[Vec<u8>]) -> Result<(), Refused> {
    if plan.documents.is_empty()
        || plan.documents.len() > DOCUMENTS_MAX
        || plan.documents.len() != documents.len()
    {
        return Err(Refused::Document(documents.len().min(plan.documents.len())));
    }
    for (at, (planned, bytes)) in plan.documents.iter().zip(documents).enumerate() {
        if crate::hex(&crate::sha256(bytes)) != planned.sha256 {
            return Err(Refused::Document(at));
        }
    }
    Ok(())
}

fn check_quorum(
    plan: &Plan,
    request: &Request,
    pinned: &Pinned,
    journal: &Journal,
    now: i64,
) -> Result<(), Refused> {
    let hash = crate::sha256(&request.plan);
    let is_solo = pinned.quorum == SOLO;
    let mut persons = std::collections::BTreeSet::new();
    let mut times: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for approval in &request.approvals {
        let person = crate::hex(&approval.person);
        if standing(plan, approval, pinned, &hash, now) == Standing::Counts {
            times.entry(person.clone()).or_default().push(approval.at);
            persons.insert(person);
        }
    }
    if is_solo {
        return check_solo(plan, &times, journal.first.get(&crate::hex(&hash)), now);
    }
    let found = u8::try_from(persons.len()).unwrap_or(u8::MAX);
    let needed = pinned.quorum.max(1);
    if found < needed {
        Err(Refused::Quorum { found, needed })
    } else {
        Ok(())
    }
}

/// How an approval stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Counts,
    /// Of the plan's author, which never counts where others approve.
    Author,
    /// Said to be given later than now.
    Later,
    /// By nobody who is pinned, or not by the pinned key.
    Unknown,
    /// By a key that counts from then on only.
    Rests(i64),
}

fn standing(
    plan: &Plan,
    approval: &Approval,
    pinned: &Pinned,
    hash: &[u8; 32],
    now: i64,
) -> Standing {
    let person = crate::hex(&approval.person);
    if pinned.quorum != SOLO && person == plan.author {
        return Standing::Author;
    }
    let mut found = Standing::Unknown;
    for approver in pinned.approvers.iter().filter(|one| one.person == person) {
        let holds = crate::unhex32(&approver.public)
            .is_some_and(|public| verifies(approval, &public, hash));
        if !holds {
            continue;
        }
        if approval.at > now {
            return Standing::Later;
        }
        let from = approver.since.saturating_add(KEY_REST_US);
        if approver.founding || from <= now {
            return Standing::Counts;
        }
        found = Standing::Rests(from);
    }
    found
}

/// One person signed twice, and slept on it in between: by the times that the house wrote, and by the signer's own clock
/// since it saw the first signature.
fn check_solo(
    plan: &Plan,
    times: &BTreeMap<String, Vec<i64>>,
    first: Option<&i64>,
    now: i64,
) -> Result<(), Refused> {
    let is_urgent = plan.emergency && !plan.reason.trim().is_empty();
    let wait = if is_urgent { 1 } else { SOLO_WAIT_US };
    let measured = first.is_some_and(|first| now.saturating_sub(*first) >= wait);
    let spread = |times: &Vec<i64>| {
        let (first, last) = (times.iter().min(), times.iter().max());
        first
            .zip(last)
            .map_or(0, |(first, last)| last.saturating_sub(*first))
    };
    if (measured || is_urgent) && times.values().any(|times| spread(times) >= wait) {
        return Ok(());
    }
    let found = times.values().map(Vec::len).max().unwrap_or(0);
    Err(Refused::Quorum {
        found: u8::try_from(found.min(1)).unwrap_or(1),
        needed: 2,
    })
}

fn extend(
    journal: &Journal,
    headers: &[Header],
    pinned: &Pinned,
) -> Result<(u64, [u8; 32]), Refused> {
    let (mut seq, mut head) = (journal.head_seq, journal.head());
    if headers.len() > HEADERS_MAX {
        return Err(Refused::Fork);
    }
    for header in headers {
        if header.seq != seq + 1
            || header.previous != head
            || crate::hex(&header.house) != pinned.house
        {
            return Err(Refused::Fork);
        }
        seq = header.seq;
        head = header.hash();
    }
    // A release is always recorded after its plan, so the head of a first request is never empty.
    if seq == 0 {
        Err(Refused::Fork)
    } else {
        Ok((seq, head))
    }
}

#[cfg(test)]
mod tests;
