//! What the signer signs, and every single change that gets no signature.

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
        decide(&self.request, &self.pinned, &self.journal, Realm::Live, NOW).map(|(_, entry)| entry)
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
fn one_person_alone_signs_twice_with_half_an_hour_between() {
    let solo = |times: &[i64], emergency: bool| {
        let mut desk = desk();
        desk.pinned.quorum = SOLO;
        let author = crate::hex(&desk.keys[0].0);
        desk.replan(|plan| {
            plan.author = author;
            plan.emergency = emergency;
            plan.reason = if emergency {
                "attacks".into()
            } else {
                String::new()
            };
        });
        let hash = crate::sha256(&desk.request.plan);
        let (person, key) = &desk.keys[0];
        desk.request.approvals = times
            .iter()
            .map(|at| approve(key, person, "pw", &hash, *at).unwrap())
            .collect();
        desk.answer().is_ok()
    };
    assert!(solo(&[NOW - SOLO_WAIT_US, NOW], false));
    assert!(!solo(&[NOW - SOLO_WAIT_US + 1, NOW], false));
    assert!(!solo(&[NOW], false) && !solo(&[NOW, NOW], false) && !solo(&[], false));
    assert!(solo(&[NOW - 1, NOW], true) && !solo(&[NOW], true));
    // Two persons who sign once each are not one who signed twice.
    let mut desk = desk();
    desk.pinned.quorum = SOLO;
    assert_eq!(
        desk.answer().err(),
        Some(Refused::Quorum {
            found: 1,
            needed: 2
        })
    );
}

#[test]
fn a_key_that_has_rested_counts() {
    let mut desk = desk();
    desk.pinned.approvers[1].founding = false;
    desk.pinned.approvers[1].since = NOW - KEY_REST_US;
    assert!(desk.answer().is_ok());
}
