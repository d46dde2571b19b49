//! Signatures of a plan: who may give them, and when they are enough.

use super::*;

const NOW: Instant = Instant(1_800_000_000_000_000);

fn later(us: i64) -> Instant {
    Instant(NOW.0 + us)
}

fn planned(emergency: bool) -> Advisory {
    let mut advisory = Advisory::new(AdvisoryId::from_bytes([7; 16]));
    advisory.case = Some(CaseId::from_bytes([8; 16]));
    advisory.plan = Some(Plan {
        revision: 1,
        bytes: String::new(),
        sha256: "ab".to_owned(),
        instant: NOW,
        documents: vec![],
        author: PersonId::from_bytes([1; 16]),
        emergency,
        case_version: 1,
        made: Instant(0),
        approvals: vec![],
    });
    advisory
}

/// Signs and takes the event, or says why not.
fn sign(advisory: &mut Advisory, quorum: u8, person: u8, at: Instant) -> Result<(), Refusal> {
    let by = Signing {
        person: PersonId::from_bytes([person; 16]),
        at,
        signed_in: None,
    };
    let person = by.person;
    approve(quorum, advisory, "ab", by, String::new())?;
    if let Some(plan) = &mut advisory.plan {
        plan.approvals.push(PlanApproval {
            person,
            at,
            signature: String::new(),
        });
    }
    Ok(())
}

#[test]
fn whoever_publishes_alone_signs_twice_with_half_an_hour_between() {
    let mut advisory = planned(false);
    assert_eq!(sign(&mut advisory, SOLO, 1, NOW), Ok(()));
    let from = later(SOLO_WAIT_US);
    let early = sign(&mut advisory, SOLO, 1, later(SOLO_WAIT_US - 1));
    assert_eq!(early, Err(Refusal::SecondSignature { from }));
    assert!(advisory.approved_plan(SOLO).is_err());
    assert_eq!(sign(&mut advisory, SOLO, 1, from), Ok(()));
    let persons = advisory.approved_plan(SOLO).map(|plan| plan.persons());
    assert_eq!(persons, Ok(1), "one person is never shown as two");
    let third = sign(&mut advisory, SOLO, 1, later(2 * SOLO_WAIT_US));
    assert_eq!(third, Err(Refusal::ApprovedAlready));
}

#[test]
fn whoever_signs_twice_at_a_page_has_signed_in_between() {
    let mut advisory = planned(false);
    assert_eq!(sign(&mut advisory, SOLO, 1, NOW), Ok(()));
    let again = |signed_in| {
        let by = Signing {
            person: PersonId::from_bytes([1; 16]),
            at: later(SOLO_WAIT_US),
            signed_in: Some(signed_in),
        };
        may_approve(SOLO, &advisory, "ab", by).map(|_| ())
    };
    assert_eq!(again(NOW), Err(Refusal::SignInAgain));
    assert_eq!(again(later(1)), Ok(()));
}

#[test]
fn an_emergency_of_one_person_waits_for_nothing_and_still_takes_two_signatures() {
    let mut advisory = planned(true);
    assert_eq!(sign(&mut advisory, SOLO, 1, NOW), Ok(()));
    assert!(advisory.approved_plan(SOLO).is_err());
    assert_eq!(sign(&mut advisory, SOLO, 1, later(1)), Ok(()));
    assert!(advisory.approved_plan(SOLO).is_ok());
}

#[test]
fn elsewhere_neither_the_author_nor_a_second_signature_counts() {
    let mut advisory = planned(false);
    assert_eq!(sign(&mut advisory, 2, 1, NOW), Err(Refusal::OwnPlan));
    assert_eq!(sign(&mut advisory, 2, 2, NOW), Ok(()));
    let again = sign(&mut advisory, 2, 2, later(SOLO_WAIT_US));
    assert_eq!(again, Err(Refusal::ApprovedAlready));
    assert_eq!(sign(&mut advisory, 2, 3, NOW), Ok(()));
    let persons = advisory.approved_plan(2).map(|plan| plan.persons());
    assert_eq!(persons, Ok(2));
}

#[test]
fn one_signature_of_each_of_two_persons_is_not_one_person_who_signed_twice() {
    let mut advisory = planned(false);
    assert_eq!(sign(&mut advisory, SOLO, 1, NOW), Ok(()));
    assert_eq!(sign(&mut advisory, SOLO, 2, later(SOLO_WAIT_US)), Ok(()));
    assert!(advisory.approved_plan(SOLO).is_err());
}
