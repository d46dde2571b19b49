//! What the signing context decides (security.md §2.10): sign, or refuse with a reason.
//!
//! The signer trusts no row of the database. From a request it recomputes every hash, checks the approvers'
//! own signatures against the persons it has pinned, the planned instant against its own clock, the realm
//! against the key, number and revision against its journal, and that the ledger's head extends the one it
//! saw last. This module is pure but for the signing itself; the process around it is the binary's. It does
//! not know what a document says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::approval::{Approval, verifies};
use crate::record::{GENESIS, Header, Realm};

/// A key made, reset or granted less than 72 hours ago does not count (security.md §2.8).
pub const KEY_REST_US: i64 = 72 * 3_600 * 1_000_000;
/// Most documents of one plan.
pub const DOCUMENTS_MAX: usize = 64;
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
    /// What a person took on against a check, for example `overlap`; whoever approves the plan approves that.
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
    /// Kind: `advisory-json`, `csaf`, `text-ja`, `text-en`.
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

/// What the signer has pinned; changed only by a quorum of those who stand in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// The house, hexadecimal.
    pub house: String,
    /// How many persons must approve.
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
}

/// The journal in memory: what was signed, and the last head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    signed: BTreeMap<(String, u32), String>,
    head_seq: u64,
    head: Option<[u8; 32]>,
    /// Hash of the plan that was signed last.
    last: Option<String>,
}

impl Journal {
    /// Takes an entry that was written before.
    pub fn replay(&mut self, entry: &Entry) {
        if !entry.number.is_empty() {
            self.signed
                .insert((entry.number.clone(), entry.revision), entry.plan.clone());
            self.last = Some(entry.plan.clone());
        }
        self.head_seq = entry.head_seq;
        self.head = crate::unhex32(&entry.head);
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
        }
    }
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
    let plan: Plan = serde_json::from_slice(&request.plan).map_err(|_| Refused::Plan)?;
    let expected_realm = match realm {
        Realm::Live => "live",
        Realm::Exercise => "exercise",
    };
    if plan.schema != PLAN || plan.number.is_empty() || plan.revision == 0 {
        return Err(Refused::Plan);
    }
    if plan.house != pinned.house {
        return Err(Refused::House);
    }
    if plan.realm != expected_realm {
        return Err(Refused::Realm);
    }
    check_documents(&plan, &request.documents)?;
    check_quorum(&plan, request, pinned, now)?;
    if plan.instant > now {
        return Err(Refused::TooEarly);
    }
    let plan_hash = crate::hex(&crate::sha256(&request.plan));
    let key = (plan.number.clone(), plan.revision);
    if journal
        .signed
        .get(&key)
        .is_some_and(|before| *before != plan_hash)
    {
        return Err(Refused::SignedBefore);
    }
    if request.headers.is_empty() && journal.last.as_ref() != Some(&plan_hash) {
        // Something is always recorded between two releases; nothing new means an older ledger.
        return Err(Refused::Fork);
    }
    let (head_seq, head) = extend(journal, &request.headers, pinned)?;
    let entry = Entry {
        number: plan.number.clone(),
        revision: plan.revision,
        plan: plan_hash,
        head_seq,
        head: crate::hex(&head),
        at: now,
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
        number: String::new(),
        revision: 0,
        plan: String::new(),
        head_seq,
        head: crate::hex(&head),
        at: now,
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

fn check_quorum(plan: &Plan, request: &Request, pinned: &Pinned, now: i64) -> Result<(), Refused> {
    let hash = crate::sha256(&request.plan);
    let mut persons = std::collections::BTreeSet::new();
    for approval in &request.approvals {
        let person = crate::hex(&approval.person);
        let counted = pinned.approvers.iter().any(|approver| {
            approver.person == person
                && person != plan.author
                && (approver.founding || now.saturating_sub(approver.since) >= KEY_REST_US)
                && approval.at <= now
                && crate::unhex32(&approver.public)
                    .is_some_and(|public| verifies(approval, &public, &hash))
        });
        if counted {
            persons.insert(person);
        }
    }
    let found = u8::try_from(persons.len()).unwrap_or(u8::MAX);
    let needed = pinned.quorum.max(1);
    if found < needed {
        Err(Refused::Quorum { found, needed })
    } else {
        Ok(())
    }
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
mod tests {
    use super::*;
    use crate::approval::{Cost, SealedKey, approve, draw};

    const NOW: i64 = 1_790_000_000_000_000;
    const HOUSE: [u8; 16] = [7; 16];

    struct Desk {
        keys: Vec<([u8; 16], SealedKey)>,
        pinned: Pinned,
        request: Request,
        journal: Journal,
    }

    fn header(seq: u64, previous: [u8; 32]) -> Header {
        Header {
            house: HOUSE,
            seq,
            recorded_at: NOW,
            stream: [1; 16],
            version: 1,
            realm: Realm::Live,
            key: [2; 16],
            payload: [3; 32],
            previous,
        }
    }

    /// A request that the signer accepts.
    fn desk() -> Desk {
        let keys: Vec<_> = (1..=3)
            .map(|n| ([n; 16], draw(&[n; 16], "pw", Cost::DANGER_QUICK).unwrap()))
            .collect();
        let approvers = keys
            .iter()
            .map(|(person, key)| Approver {
                person: crate::hex(person),
                public: crate::hex(&key.public),
                since: NOW,
                founding: true,
            })
            .collect();
        let documents = vec![b"{}".to_vec(), "本文".as_bytes().to_vec()];
        let plan = Plan {
            schema: PLAN.into(),
            realm: "live".into(),
            plan_id: "00".repeat(16),
            house: crate::hex(&HOUSE),
            series: "NRS".into(),
            number: "NRS-48217734".into(),
            revision: 1,
            instant: NOW - 1,
            author: crate::hex(&[9; 16]),
            documents: documents
                .iter()
                .map(|d| PlannedDocument {
                    kind: "csaf".into(),
                    sha256: crate::hex(&crate::sha256(d)),
                })
                .collect(),
            emergency: false,
            overrides: vec![],
            reason: String::new(),
            recipients: "all".into(),
            channels: vec!["portal".into()],
        };
        let one = header(1, GENESIS);
        let request = Request {
            plan: plan.bytes().unwrap(),
            documents,
            approvals: vec![],
            headers: vec![one.clone(), header(2, one.hash())],
        };
        let pinned = Pinned {
            house: crate::hex(&HOUSE),
            quorum: 2,
            approvers,
        };
        let mut desk = Desk {
            keys,
            pinned,
            request,
            journal: Journal::default(),
        };
        desk.approve(&[0, 1]);
        desk
    }

    impl Desk {
        fn approve(&mut self, who: &[usize]) {
            let hash = crate::sha256(&self.request.plan);
            self.request.approvals = who
                .iter()
                .map(|n| {
                    let (person, key) = &self.keys[*n];
                    approve(key, person, "pw", &hash, NOW).unwrap()
                })
                .collect();
        }
        fn replan(&mut self, change: impl FnOnce(&mut Plan)) {
            let mut plan: Plan = serde_json::from_slice(&self.request.plan).unwrap();
            change(&mut plan);
            self.request.plan = plan.bytes().unwrap();
            self.approve(&[0, 1]);
        }
        fn answer(&self) -> Result<Entry, Refused> {
            decide(&self.request, &self.pinned, &self.journal, Realm::Live, NOW)
                .map(|(_, entry)| entry)
        }
    }

    fn refused(change: impl FnOnce(&mut Desk)) -> Refused {
        let mut desk = desk();
        change(&mut desk);
        let before = desk.journal.clone();
        let answer = desk.answer().unwrap_err();
        assert_eq!(desk.journal, before);
        answer
    }

    #[test]
    fn a_valid_request_is_signed_once_and_again_with_the_same_bytes_only() {
        let mut desk = desk();
        let entry = desk.answer().unwrap();
        assert_eq!(entry.head_seq, 2);
        desk.journal.replay(&entry);
        desk.request.headers = vec![];
        assert_eq!(desk.answer().unwrap().plan, entry.plan);
        desk.replan(|plan| plan.recipients = "others".into());
        assert_eq!(desk.answer(), Err(Refused::SignedBefore));
        desk.replan(|plan| plan.revision = 2);
        assert_eq!(desk.answer(), Err(Refused::Fork));
        let head = desk.journal.head();
        desk.request.headers = vec![header(3, head)];
        assert!(desk.answer().is_ok());
    }

    #[test]
    fn one_change_of_any_kind_gets_no_signature() {
        let quorum = |found| Refused::Quorum { found, needed: 2 };
        assert_eq!(
            refused(|d| d.request.documents[1][0] ^= 1),
            Refused::Document(1)
        );
        assert_eq!(
            refused(|d| {
                d.request.documents.pop();
            }),
            Refused::Document(1)
        );
        assert_eq!(
            refused(|d| d.request.documents.swap(0, 1)),
            Refused::Document(0)
        );
        assert_eq!(
            refused(|d| {
                let at = d.request.plan.len() - 5;
                d.request.plan[at] ^= 1;
            }),
            quorum(0)
        );
        assert_eq!(
            refused(|d| d.request.approvals[0].signature[3] ^= 1),
            quorum(1)
        );
        assert_eq!(
            refused(|d| {
                d.request.approvals.pop();
            }),
            quorum(1)
        );
        assert_eq!(refused(|d| d.approve(&[0, 0])), quorum(1));
        assert_eq!(
            refused(|d| d.request.approvals[1].person = [3; 16]),
            quorum(1)
        );
        assert_eq!(refused(|d| d.request.approvals[1].at += 1), quorum(1));
        assert_eq!(
            refused(|d| d.pinned.approvers[1].founding = false),
            quorum(1)
        );
        assert_eq!(
            refused(|d| {
                d.pinned.approvers.remove(1);
            }),
            quorum(1)
        );
        assert_eq!(
            refused(|d| d.replan(|p| p.author = crate::hex(&[2; 16]))),
            quorum(1)
        );
        assert_eq!(
            refused(|d| d.replan(|p| p.instant = NOW + 1)),
            Refused::TooEarly
        );
        assert_eq!(
            refused(|d| d.replan(|p| p.realm = "exercise".into())),
            Refused::Realm
        );
        assert_eq!(
            refused(|d| d.replan(|p| p.house = crate::hex(&[8; 16]))),
            Refused::House
        );
        assert_eq!(refused(|d| d.request.headers.clear()), Refused::Fork);
        assert_eq!(
            refused(|d| {
                d.request.headers.remove(0);
            }),
            Refused::Fork
        );
        assert_eq!(
            refused(|d| d.request.headers[1].previous[0] ^= 1),
            Refused::Fork
        );
        assert_eq!(refused(|d| d.request.plan = b"{}".to_vec()), Refused::Plan);
    }

    #[test]
    fn a_key_that_has_rested_counts() {
        let mut desk = desk();
        desk.pinned.approvers[1].founding = false;
        desk.pinned.approvers[1].since = NOW - KEY_REST_US;
        assert!(desk.answer().is_ok());
    }
}
