//! What the signer signs, and every single change that gets no signature.

mod journal;

use super::*;
use crate::approval::{Cost, SealedKey, approve, draw};
use crate::record::GENESIS;

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
        rows: None,
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
    fn missing(&self, as_of: i64) -> Vec<Missing> {
        rehearse(
            &self.request,
            &self.pinned,
            &self.journal,
            Realm::Live,
            as_of,
        )
    }
}

fn refused(change: impl FnOnce(&mut Desk)) -> Refused {
    let mut desk = desk();
    change(&mut desk);
    let before = desk.journal.clone();
    let answer = desk.answer().unwrap_err();
    assert_eq!(desk.journal, before);
    // What would be refused was told before, beside whatever else is missing.
    let told = desk.missing(NOW);
    assert!(told.contains(&Missing::Refused(answer.clone())), "{told:?}");
    assert_eq!(desk.journal, before);
    answer
}

#[test]
fn a_rehearsal_names_all_that_is_missing_and_nothing_where_it_would_be_signed() {
    let good = desk();
    assert_eq!(good.missing(NOW), vec![]);
    assert!(good.answer().is_ok());
    // A key that was exchanged, one that rests, too few: each is named with its person.
    let mut desk = desk();
    let persons: Vec<String> = desk.keys.iter().map(|(id, _)| crate::hex(id)).collect();
    desk.pinned.approvers[0].public = desk.pinned.approvers[2].public.clone();
    desk.pinned.approvers[1].founding = false;
    desk.request.documents[0].push(b' ');
    let rests = NOW + KEY_REST_US;
    assert_eq!(
        desk.missing(NOW),
        vec![
            Missing::Refused(Refused::Document(0)),
            Missing::Refused(Refused::Quorum {
                found: 0,
                needed: 2
            }),
            Missing::Unknown {
                person: persons[0].clone()
            },
            Missing::Rests {
                person: persons[1].clone(),
                until: rests
            },
        ]
    );
    // A ledger behind the head that was seen last is older, though its chain is whole.
    let mut later = self::desk();
    let entry = later.answer().unwrap();
    later.journal.replay(&entry);
    later.replan(|plan| plan.revision = 2);
    later.request.headers = vec![];
    assert_eq!(later.answer(), Err(Refused::Fork));
    assert_eq!(later.missing(NOW), vec![Missing::Refused(Refused::Fork)]);
    // It speaks of the instant that it is asked about.
    let later = desk.missing(rests);
    assert!(!later.iter().any(|one| one.code() == "sign.key_rests"));
    assert!(later.contains(&Missing::Refused(Refused::Quorum {
        found: 1,
        needed: 2
    })));
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

type Change = fn(&mut Desk);

#[test]
fn a_plan_of_another_form_is_no_plan() {
    let table: [(&str, Change); 9] = [
        ("schema", |d| {
            d.replan(|p| p.schema = "noroshi/plan/2".into())
        }),
        ("no schema", |d| d.replan(|p| p.schema = String::new())),
        ("no number", |d| d.replan(|p| p.number = String::new())),
        ("revision", |d| d.replan(|p| p.revision = 0)),
        ("empty", |d| d.request.plan.clear()),
        ("no JSON", |d| d.request.plan = b"noroshi/plan/1".to_vec()),
        ("list", |d| d.request.plan = b"[]".to_vec()),
        ("cut", |d| {
            d.request.plan.pop();
        }),
        ("a field more", |d| {
            let mut plan: serde_json::Value = serde_json::from_slice(&d.request.plan).unwrap();
            plan["more"] = 1.into();
            d.request.plan = serde_json::to_vec(&plan).unwrap();
            d.approve(&[0, 1]);
        }),
    ];
    for (what, change) in table {
        assert_eq!(refused(change), Refused::Plan, "{what}");
    }
}

#[test]
fn the_documents_are_those_of_the_plan_and_no_others() {
    let table: [(&str, Change, usize); 6] = [
        ("one more", |d| d.request.documents.push(vec![]), 2),
        ("none", |d| d.request.documents.clear(), 0),
        ("a byte more", |d| d.request.documents[0].push(b' '), 0),
        (
            "none in plan and request",
            |d| {
                d.request.documents.clear();
                d.replan(|p| p.documents.clear());
            },
            0,
        ),
        (
            "hash in capitals",
            |d| d.replan(|p| p.documents[1].sha256 = p.documents[1].sha256.to_uppercase()),
            1,
        ),
        (
            "more than there may be",
            |d| {
                let one = d.request.documents[0].clone();
                d.request.documents = vec![one; DOCUMENTS_MAX + 1];
                d.replan(|p| p.documents = vec![p.documents[0].clone(); DOCUMENTS_MAX + 1]);
            },
            DOCUMENTS_MAX + 1,
        ),
    ];
    for (what, change, at) in table {
        assert_eq!(refused(change), Refused::Document(at), "{what}");
    }
    let mut most = desk();
    let one = most.request.documents[0].clone();
    most.request.documents = vec![one; DOCUMENTS_MAX];
    most.replan(|p| p.documents = vec![p.documents[0].clone(); DOCUMENTS_MAX]);
    assert!(most.answer().is_ok());
}

#[test]
fn an_approval_counts_once_for_a_pinned_person_with_its_own_rested_key() {
    let table: [(&str, Change); 8] = [
        ("pinned twice", |d| {
            let twice = d.pinned.approvers[0].clone();
            d.pinned.approvers.push(twice);
            d.approve(&[0]);
        }),
        ("another's key", |d| {
            d.pinned.approvers[1].public = d.pinned.approvers[0].public.clone();
        }),
        ("no key", |d| d.pinned.approvers[1].public = String::new()),
        ("not rested", |d| {
            d.pinned.approvers[1].founding = false;
            d.pinned.approvers[1].since = NOW - KEY_REST_US + 1;
        }),
        ("made in the future", |d| {
            d.pinned.approvers[1].founding = false;
            d.pinned.approvers[1].since = i64::MAX;
        }),
        ("approved in the future", |d| {
            let hash = crate::sha256(&d.request.plan);
            let (person, key) = &d.keys[1];
            d.request.approvals[1] = approve(key, person, "pw", &hash, NOW + 1).unwrap();
        }),
        ("approved another plan", |d| {
            let (person, key) = &d.keys[1];
            d.request.approvals[1] = approve(key, person, "pw", &[0; 32], NOW).unwrap();
        }),
        ("is nobody here", |d| {
            d.pinned.approvers.truncate(2);
            d.approve(&[0, 2]);
        }),
    ];
    for (what, change) in table {
        let found = Refused::Quorum {
            found: 1,
            needed: 2,
        };
        assert_eq!(refused(change), found, "{what}");
    }
}

#[test]
fn the_quorum_is_that_of_what_is_pinned_and_one_at_the_least() {
    for (quorum, who, answer) in [
        (1, vec![0], Ok(())),
        (1, vec![], Err((0, 1))),
        (2, vec![0, 1, 2], Ok(())),
        (3, vec![0, 1], Err((2, 3))),
        (3, vec![0, 1, 2], Ok(())),
        (4, vec![0, 1, 2], Err((3, 4))),
    ] {
        let mut desk = desk();
        desk.pinned.quorum = quorum;
        desk.approve(&who);
        let expected = answer.map_err(|(found, needed)| Refused::Quorum { found, needed });
        assert_eq!(desk.answer().map(|_| ()), expected, "{quorum} {who:?}");
    }
}

#[test]
fn the_instant_itself_is_not_too_early() {
    let mut desk = desk();
    desk.replan(|plan| plan.instant = NOW);
    assert_eq!(desk.answer().unwrap().at, NOW);
}

#[test]
fn an_emergency_without_a_reason_waits_like_any_other() {
    for (reason, is_signed) in [("", false), (" \n", false), ("attacks", true)] {
        let mut desk = desk();
        desk.pinned.quorum = SOLO;
        desk.replan(|plan| {
            plan.emergency = true;
            plan.reason = reason.into();
        });
        let hash = crate::sha256(&desk.request.plan);
        let (person, key) = &desk.keys[0];
        desk.request.approvals = [NOW - 60_000_000, NOW]
            .map(|at| approve(key, person, "pw", &hash, at).unwrap())
            .to_vec();
        assert_eq!(desk.answer().is_ok(), is_signed, "{reason:?}");
    }
}

#[test]
fn the_ledger_goes_on_from_the_head_that_was_seen_last() {
    let table: [(&str, Change); 6] = [
        ("another house", |d| {
            let mut bad = header(2, d.request.headers[0].hash());
            bad.house = [8; 16];
            d.request.headers[1] = bad;
        }),
        ("twice", |d| {
            let twice = d.request.headers[1].clone();
            d.request.headers.push(twice);
        }),
        ("a gap", |d| {
            d.request.headers[1].seq = 3;
        }),
        ("a changed record", |d| {
            d.request.headers[0].payload[0] ^= 1;
        }),
        ("from the beginning", |d| d.journal.head_seq = 2),
        ("too many at once", |d| {
            let one = d.request.headers[0].clone();
            d.request.headers = vec![one; HEADERS_MAX + 1];
        }),
    ];
    for (what, change) in table {
        assert_eq!(refused(change), Refused::Fork, "{what}");
    }
}

#[test]
fn headers_are_taken_between_releases_and_sign_nothing() {
    let desk = desk();
    let mut journal = Journal::default();
    let take =
        |journal: &Journal, headers: &[Header]| take_headers(headers, &desk.pinned, journal, NOW);
    assert_eq!(
        take(&journal, &[]),
        Err(Refused::Fork),
        "nothing was ever recorded"
    );
    let entry = take(&journal, &desk.request.headers).unwrap();
    assert_eq!(
        (entry.number.as_str(), entry.revision, entry.head_seq),
        ("", 0, 2)
    );
    journal.replay(&entry);
    assert_eq!(
        (journal.head_seq(), journal.head()),
        (2, desk.request.headers[1].hash())
    );
    assert_eq!(take(&journal, &[]).map(|entry| entry.head_seq), Ok(2));
    assert_eq!(take(&journal, &desk.request.headers), Err(Refused::Fork));
    let fork = header(3, [9; 32]);
    assert_eq!(take(&journal, &[fork]), Err(Refused::Fork));
    // The same head twice is an older ledger: it signs nothing new.
    let again = Request {
        headers: vec![],
        ..desk.request.clone()
    };
    let answer = decide(&again, &desk.pinned, &journal, Realm::Live, NOW);
    assert_eq!(answer.map(|_| ()), Err(Refused::Fork));
    let next = Request {
        headers: vec![header(3, journal.head())],
        ..desk.request.clone()
    };
    let (plan, entry) = decide(&next, &desk.pinned, &journal, Realm::Live, NOW).unwrap();
    assert_eq!(
        (plan.number, entry.head_seq),
        ("NRS-48217734".to_owned(), 3)
    );
}

#[test]
fn what_was_signed_is_known_again_after_a_restart() {
    let mut desk = desk();
    let entry = desk.answer().unwrap();
    let line = serde_json::to_string(&entry).unwrap();
    let mut journal = Journal::default();
    journal.replay(&serde_json::from_str(&line).unwrap());
    desk.journal = journal;
    // The last plan may be signed again: its signature may never have arrived.
    desk.request.headers = vec![];
    assert_eq!(
        desk.answer().map(|again| again.plan),
        Ok(entry.plan.clone())
    );
    // With other bytes, never: whoever approves, whatever is new in the ledger.
    desk.replan(|plan| plan.plan_id = "11".repeat(16));
    desk.request.headers = vec![header(3, desk.journal.head())];
    assert_eq!(desk.answer(), Err(Refused::SignedBefore));
    // Another number is another matter.
    desk.replan(|plan| plan.number = "NRS-11111111".into());
    assert!(desk.answer().is_ok());
}

#[test]
fn what_the_signer_says_begins_with_a_code_that_is_known() {
    let quorum = Refused::Quorum {
        found: 1,
        needed: 2,
    };
    for refused in [
        Refused::Plan,
        Refused::House,
        Refused::Realm,
        Refused::Document(1),
        quorum,
        Refused::TooEarly,
        Refused::SignedBefore,
        Refused::Fork,
    ] {
        let code = refused.code();
        assert_eq!(Refused::code_in(&format!("{code}: more")), Some(code));
    }
    assert_eq!(Refused::code_in("verify.bad_signature"), None);
}
