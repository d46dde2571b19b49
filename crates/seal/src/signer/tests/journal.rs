//! What the signer's journal says of those who may approve, and of whoever publishes alone.

use super::*;

#[test]
fn one_person_alone_signs_twice_with_half_an_hour_between() {
    let solo_seen = |times: &[i64], emergency: bool, seen: Option<i64>| {
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
        if let Some(seen) = seen {
            let (pinned, journal) = (&desk.pinned, &desk.journal);
            let noted = first_signature(&desk.request, pinned, journal, Realm::Live, seen);
            if let Some(entry) = noted.unwrap() {
                desk.journal.replay(&entry);
            }
        }
        desk.answer().is_ok()
    };
    let solo = |times: &[i64], emergency| solo_seen(times, emergency, times.first().copied());
    assert!(solo(&[NOW - SOLO_WAIT_US, NOW], false));
    assert!(!solo(&[NOW - SOLO_WAIT_US + 1, NOW], false));
    assert!(!solo(&[NOW], false) && !solo(&[NOW, NOW], false) && !solo(&[], false));
    assert!(solo(&[NOW - 1, NOW], true) && !solo(&[NOW], true));
    // The times that the house wrote are believed by nobody: the signer has seen the first signature itself.
    let apart = [NOW - SOLO_WAIT_US, NOW];
    for (seen, wanted) in [
        (None, false),
        (Some(NOW), false),
        (Some(NOW - SOLO_WAIT_US + 1), false),
    ] {
        assert_eq!(solo_seen(&apart, false, seen), wanted, "{seen:?}");
    }
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
fn whom_the_journal_knows_is_not_exchanged_and_changes_by_statements_only() {
    use crate::approvers::{Action, Kind};
    let mut desk = desk();
    let entry = pin(&desk.pinned, &desk.journal, NOW).unwrap();
    desk.journal.replay(&entry);
    let mut other = desk.pinned.clone();
    other.approvers.pop();
    assert_eq!(desk.journal.roster(&other).err(), Some(Refused::Pinned));
    // Whose a key is, and since when, is part of it.
    for change in [
        (|pinned: &mut Pinned| pinned.approvers[0].person = crate::hex(&[3; 16]))
            as fn(&mut Pinned),
        |pinned| pinned.approvers[1].founding = false,
        |pinned| pinned.approvers[1].since += 1,
    ] {
        let mut other = desk.pinned.clone();
        change(&mut other);
        assert_eq!(desk.journal.roster(&other).err(), Some(Refused::Pinned));
    }
    let roster = desk.journal.roster(&desk.pinned).unwrap();
    let (new, secret) = crate::approval::draw_open(&[4; 16], "pw", Cost::DANGER_QUICK).unwrap();
    let public = crate::hex(&new.public);
    let statement = roster.draft(Action::Add, &public, "", Kind::Staff, NOW);
    let mut signatures = vec![statement.sign(&HOUSE, &secret).unwrap()];
    let person = crate::hex(&[4; 16]);
    let taken = |desk: &Desk, signatures: &[crate::approvers::Signed]| {
        let asked = crate::approvers::Asked {
            statement: statement.clone(),
            signatures: signatures.to_vec(),
            again: false,
        };
        take_statement(&asked, &person, &desk.pinned, &desk.journal, NOW)
    };
    for (at, (person, key)) in desk.keys[..2].iter().enumerate() {
        let few = crate::approvers::Fault::Signatures {
            found: u8::try_from(at).unwrap(),
            needed: 2,
        };
        assert_eq!(taken(&desk, &signatures), Err(Refused::Approvers(few)));
        let secret = crate::approval::open(key, person, "pw").unwrap();
        signatures.push(statement.sign(&HOUSE, &secret).unwrap());
    }
    let entry = taken(&desk, &signatures).unwrap().unwrap();
    // A line is read as it was written, and so are those of before there were such.
    let written = serde_json::to_string(&entry).unwrap();
    assert_eq!(serde_json::from_str::<Entry>(&written).unwrap(), entry);
    let older = r#"{"number":"NRS-1","revision":1,"plan":"00","head_seq":1,"head":"00","at":1}"#;
    let older: Entry = serde_json::from_str(older).unwrap();
    assert_eq!((older.kind.as_str(), older.approvers), ("", None));
    desk.journal.replay(&entry);
    assert_eq!(
        taken(&desk, &signatures),
        Ok(None),
        "asked again it says the same"
    );
    let counted = desk.journal.roster(&desk.pinned).unwrap().pinned(NOW);
    assert!(counted.approvers.iter().any(|one| one.public == public));
}
