//! From a draft to what is published: each step with all that stands in its way.

use domain::act::Act;
use domain::coordination::case::Case;
use domain::coordination::track::PublicTrack;
use domain::event::{Change, Document, Event, Signed};
use domain::machine::cs::PublicState;
use domain::machine::em::Em;
use domain::publication::{
    self, Advisory, ApprovedPlan, NewPlan, PublishedRevision, Release, plan_guard,
};
use domain::refusal::Refusal;
use domain::text::class::Class;
use domain::value::*;

use crate::kit::{NOW, act, closed, day, of, opened, recorded, text, wrong};

const ID: AdvisoryId = AdvisoryId::from_bytes([7; 16]);

fn person(n: u8) -> PersonId {
    PersonId::from_bytes([n; 16])
}

fn document() -> Document {
    Document {
        kind: "text-ja".to_owned(),
        sha256: "cd".repeat(32),
        body: BodyId::from_bytes([3; 16]),
    }
}

fn title() -> (Field, TextRef) {
    (Field::Title, text(2, Class::V))
}

fn take(advisory: &mut Advisory, changes: &[Change]) {
    for change in changes {
        assert_eq!(change.stream, StreamId::from(ID));
        advisory.apply(&recorded(change.event.clone(), NOW));
    }
}

/// An advisory with the draft of its next revision, after so many that are out.
fn drafted(published: u32) -> Advisory {
    let mut advisory = Advisory::new(ID);
    advisory.published = (1..=published).map(out).collect();
    let reason = (Field::RevisionReason, text(4, Class::V));
    let texts = vec![title(), reason];
    let before = advisory.clone();
    let changes = draft(Some(&before), texts).unwrap();
    take(&mut advisory, &changes);
    advisory
}

fn public(case: &Case) -> PublicTrack<'_> {
    case.public_track(Track::Product, false).unwrap()
}

fn out(revision: u32) -> PublishedRevision {
    PublishedRevision {
        revision,
        number: "NRS-12345674".to_owned(),
        instant: NOW,
        files: vec![],
        signatures: vec![],
        leaves: vec![],
        persons: 2,
    }
}

fn draft(before: Option<&Advisory>, texts: Vec<(Field, TextRef)>) -> Result<Vec<Change>, Refusal> {
    let (stage, facts) = (AdvisoryStage::Final, text(3, Class::V));
    publication::draft(public(&opened()), ID, before, stage, texts, facts)
}

fn new_plan(instant: Instant, emergency: bool) -> NewPlan {
    NewPlan {
        bytes: "{}".to_owned(),
        sha256: "ab".to_owned(),
        instant,
        documents: vec![document()],
        emergency,
    }
}

/// An advisory with a plan for an instant, approved by so many who are not its author.
fn planned(instant: Instant, emergency: bool, approvals: u8) -> Advisory {
    let mut advisory = drafted(0);
    let new = new_plan(instant, emergency);
    let changes = publication::plan(&advisory, public(&opened()), new, &act("why")).unwrap();
    take(&mut advisory, &changes);
    for n in 1..=approvals {
        let signed = approve(&advisory, n).unwrap();
        take(&mut advisory, &signed);
    }
    advisory
}

fn by(n: u8) -> publication::Signing {
    publication::Signing {
        person: person(n),
        at: NOW,
        signed_in: None,
    }
}

fn approve(advisory: &Advisory, n: u8) -> Result<Vec<Change>, Refusal> {
    publication::approve(2, advisory, "ab", by(n), "00".to_owned())
}

fn approved(instant: Instant, emergency: bool) -> ApprovedPlan {
    planned(instant, emergency, 2).approved_plan(2).unwrap()
}

#[test]
fn only_what_the_public_may_know_stands_in_an_advisory() {
    let kept: Vec<Class> = Class::ALL
        .into_iter()
        .filter(|class| {
            let texts = vec![title(), (Field::Summary, text(5, *class))];
            let Err(refusal) = draft(None, texts) else {
                return false;
            };
            let withheld = Refusal::Withheld {
                class: class.code(),
                rule: "R-A1",
            };
            assert_eq!(refusal, withheld);
            true
        })
        .collect();
    let passed: Vec<&str> = Class::ALL
        .into_iter()
        .filter(|class| !kept.contains(class))
        .map(Class::code)
        .collect();
    assert_eq!(passed, ["V", "W", "F", "R", "E", "K1", "K2"]);
}

#[test]
fn the_name_of_a_finder_stands_in_the_thanks_and_nowhere_else() {
    let name = text(5, Class::H);
    for field in [Field::Title, Field::Note, Field::Summary, Field::Actions] {
        let drafted = draft(None, vec![title(), (field, name)]);
        assert!(
            matches!(drafted, Err(Refusal::Withheld { class: "H", .. })),
            "{field:?}"
        );
    }
    assert!(draft(None, vec![title(), (Field::Credit, name)]).is_ok());
}

#[test]
fn a_draft_has_a_title_and_a_later_one_says_what_changed() {
    let summary = (Field::Summary, text(5, Class::V));
    wrong(draft(None, vec![summary]), "title");
    wrong(draft(None, vec![]), "title");
    let mut advisory = Advisory::new(ID);
    let first = draft(Some(&advisory), vec![title()]);
    let texts = vec![title()];
    let event = |revision, texts| Event::AdvisoryDrafted {
        case: opened().id,
        revision,
        stage: AdvisoryStage::Final,
        texts,
        facts: text(3, Class::V),
    };
    assert_eq!(first, Ok(of(ID, vec![event(1, texts)])));
    advisory.published = vec![out(1), out(2)];
    wrong(draft(Some(&advisory), vec![title()]), "revision_reason");
    let texts = vec![title(), (Field::RevisionReason, text(4, Class::V))];
    let third = draft(Some(&advisory), texts.clone());
    assert_eq!(third, Ok(of(ID, vec![event(3, texts)])));
    let (stage, facts) = (AdvisoryStage::Final, text(3, Class::V));
    let late = publication::draft(public(&closed()), ID, None, stage, vec![title()], facts);
    assert_eq!(late, Err(Refusal::CaseClosed));
}

#[test]
fn whoever_drafted_is_remembered_and_the_last_draft_counts() {
    let mut advisory = drafted(0);
    let of_person = |n, event| {
        domain::event::Recorded::of(
            &Act::of_person(person(n), domain::role::Role::EditionEditor, day(1)),
            "test",
            event,
        )
    };
    for change in draft(None, vec![title()]).unwrap() {
        advisory.apply(&of_person(3, change.event));
    }
    let draft = advisory.draft.unwrap();
    assert_eq!((draft.author, draft.at), (person(3), day(1)));
    assert_eq!(draft.texts, vec![title()]);
}

/// A case under an embargo for ten days.
fn embargoed(em: Em) -> Case {
    Case {
        em,
        until: Some(day(10)),
        version: 4,
        ..opened()
    }
}

fn plan(case: &Case, instant: Instant, emergency: bool, reason: &str) -> Result<(), Refusal> {
    let new = new_plan(instant, emergency);
    publication::plan(&drafted(0), public(case), new, &act(reason)).map(|_| ())
}

#[test]
fn a_plan_waits_for_the_embargo_unless_it_is_an_emergency_with_a_reason() {
    let until = day(10);
    for em in Em::ALL {
        let case = embargoed(em);
        let is_held = matches!(em, Em::Active | Em::Revise);
        let early = if is_held {
            Err(Refusal::TooEarly { until })
        } else {
            Ok(())
        };
        assert_eq!(plan(&case, day(9), false, ""), early, "{em:?}");
        assert_eq!(plan(&case, until, false, ""), Ok(()), "{em:?}");
        assert_eq!(plan(&case, day(9), true, "attacks"), Ok(()), "{em:?}");
        let unsaid = plan(&case, until, true, " ");
        assert_eq!(unsaid, Err(Refusal::NoReason), "{em:?}");
    }
}

#[test]
fn a_plan_lies_neither_before_it_was_made_nor_years_ahead() {
    for (instant, expected) in [
        (Instant(NOW.0 - 3_600_000_000), Err(Refusal::DateInThePast)),
        (Instant(0), Err(Refusal::DateInThePast)),
        (Instant(NOW.0 - 60_000_000), Ok(())),
        (NOW, Ok(())),
        (day(1_000), Ok(())),
        (day(36_500), Err(Refusal::DateTooFar)),
    ] {
        for emergency in [false, true] {
            let made = plan(&opened(), instant, emergency, "attacks");
            assert_eq!(made, expected, "{instant:?} {emergency}");
        }
    }
}

#[test]
fn a_plan_is_made_of_the_draft_that_comes_next() {
    let plan = |advisory: &Advisory, case: &Case| {
        publication::plan(advisory, public(case), new_plan(day(1), false), &act(""))
    };
    let none = plan(&Advisory::new(ID), &opened());
    assert_eq!(none, Err(Refusal::NoDraft));
    assert_eq!(plan(&drafted(0), &closed()), Err(Refusal::CaseClosed));
    let mut behind = drafted(0);
    behind.published = vec![out(1)];
    let expected = 2;
    assert_eq!(
        plan(&behind, &opened()),
        Err(Refusal::Revision { expected })
    );
    let made = Event::PlanMade {
        revision: 3,
        plan: "{}".to_owned(),
        plan_sha256: "ab".to_owned(),
        instant: day(1),
        documents: vec![document()],
        emergency: false,
        case_version: 4,
    };
    let planned = plan(&drafted(2), &embargoed(Em::None));
    assert_eq!(planned, Ok(of(ID, vec![made])));
}

#[test]
fn another_plan_takes_the_approvals_of_the_one_before_away() {
    let mut advisory = planned(day(1), false, 2);
    assert!(advisory.approved_plan(2).is_ok());
    let new = NewPlan {
        sha256: "cd".to_owned(),
        ..new_plan(day(2), false)
    };
    let changes = publication::plan(&advisory, public(&opened()), new, &act("")).unwrap();
    take(&mut advisory, &changes);
    let (found, needed) = (0, 2);
    let lapsed = advisory.approved_plan(2).unwrap_err();
    assert_eq!(lapsed, Refusal::Quorum { found, needed });
    assert_eq!(approve(&advisory, 1), Err(Refusal::NoPlan));
}

#[test]
fn an_approval_is_of_a_plan_by_its_hash_and_by_another_than_its_author() {
    assert_eq!(approve(&drafted(0), 1), Err(Refusal::NoPlan));
    let advisory = planned(day(1), false, 1);
    assert_eq!(approve(&advisory, 9), Err(Refusal::OwnPlan));
    assert_eq!(approve(&advisory, 1), Err(Refusal::ApprovedAlready));
    let other = publication::approve(2, &advisory, "cd", by(2), String::new());
    assert_eq!(other, Err(Refusal::NoPlan));
    let signed = Event::PlanApproved {
        plan_sha256: "ab".to_owned(),
        person: person(2),
        at: NOW,
        signature: "00".to_owned(),
    };
    assert_eq!(approve(&advisory, 2), Ok(of(ID, vec![signed])));
}

#[test]
fn a_signature_of_another_plan_counts_for_nothing() {
    let mut advisory = planned(day(1), false, 1);
    let stray = Event::PlanApproved {
        plan_sha256: "cd".to_owned(),
        person: person(2),
        at: NOW,
        signature: String::new(),
    };
    take(&mut advisory, &of(ID, vec![stray]));
    let (found, needed) = (1, 2);
    let refused = advisory.approved_plan(2).unwrap_err();
    assert_eq!(refused, Refusal::Quorum { found, needed });
}

#[test]
fn so_many_persons_approve_as_the_house_asks_for() {
    for approvals in 0..4 {
        let advisory = planned(day(1), false, approvals);
        for quorum in 1..4 {
            let found = advisory.approved_plan(quorum).map(|plan| plan.persons());
            let expected = if approvals >= quorum {
                Ok(approvals)
            } else {
                let (found, needed) = (approvals, quorum);
                Err(Refusal::Quorum { found, needed })
            };
            assert_eq!(found, expected);
        }
    }
    let nothing = Advisory::new(ID).approved_plan(2).unwrap_err();
    assert_eq!(nothing, Refusal::NoPlan);
}

#[test]
fn a_plan_is_taken_back_for_a_reason() {
    let mut advisory = planned(day(1), false, 2);
    let abort =
        |advisory: &Advisory, sha256, reason| publication::abort(advisory, sha256, &act(reason));
    assert_eq!(abort(&advisory, "cd", "why"), Err(Refusal::NoPlan));
    assert_eq!(abort(&advisory, "ab", " "), Err(Refusal::NoReason));
    assert_eq!(abort(&drafted(0), "ab", "why"), Err(Refusal::NoPlan));
    let aborted = abort(&advisory, "ab", "why").unwrap();
    take(&mut advisory, &aborted);
    assert_eq!(advisory.plan, None);
    assert!(advisory.draft.is_some(), "what was written stays");
}

#[test]
fn what_overtakes_a_plan_takes_back_that_plan_and_no_later_one() {
    let mut advisory = planned(day(1), false, 2);
    let overtaken = plan_guard::overtaken(&advisory, day(2));
    let plan_sha256 = "ab".to_owned();
    assert_eq!(overtaken, of(ID, vec![Event::PlanAborted { plan_sha256 }]));
    if let Some(plan) = &mut advisory.plan {
        plan.sha256 = "cd".to_owned();
    }
    take(&mut advisory, &overtaken);
    assert!(advisory.plan.is_some(), "another plan had been made since");
}

/// The case version that a permit holds for, or why there is none.
fn permit(case: &Case, plan: &ApprovedPlan, now: Instant) -> Result<u32, Refusal> {
    // What is said of the time counts for nothing: the clock does.
    let act = Act {
        now,
        ..act("").at(day(99))
    };
    let permit = case.release_permit(plan, &act);
    permit.map(|permit| permit.case_version())
}

#[test]
fn a_permit_is_given_when_the_instant_has_come_and_the_embargo_is_over() {
    let until = day(10);
    for em in Em::ALL {
        let case = embargoed(em);
        let plan = approved(day(5), false);
        let instant = day(5);
        let not_due = Err(Refusal::PlanNotDue { instant });
        assert_eq!(permit(&case, &plan, Instant(instant.0 - 1)), not_due);
        let is_held = matches!(em, Em::Active | Em::Revise);
        let early = if is_held {
            Err(Refusal::TooEarly { until })
        } else {
            Ok(4)
        };
        assert_eq!(permit(&case, &plan, instant), early, "{em:?}");
        assert_eq!(permit(&case, &plan, Instant(until.0 - 1)), early, "{em:?}");
        assert_eq!(permit(&case, &plan, until), Ok(4), "{em:?}");
        let emergency = approved(day(5), true);
        assert_eq!(permit(&case, &emergency, instant), Ok(4), "{em:?}");
    }
}

#[test]
fn a_permit_is_for_the_plans_own_case_while_it_is_open() {
    let plan = approved(NOW, false);
    assert_eq!(permit(&closed(), &plan, NOW), Err(Refusal::CaseClosed));
    let other = Case::new(CaseId::from_bytes([8; 16]));
    assert_eq!(permit(&other, &plan, NOW), Err(Refusal::NoPlan));
    assert_eq!(permit(&opened(), &plan, NOW), Ok(0));
}

fn release() -> Release {
    Release {
        number: "NRS-12345674".to_owned(),
        signatures: vec![Signed {
            kind: "text-ja".to_owned(),
            form: "detached".to_owned(),
            sha256: "11".repeat(32),
        }],
        leaves: vec!["{}".to_owned()],
    }
}

fn publish(advisory: &Advisory, case: &Case, of: &Advisory) -> Result<Vec<Change>, Refusal> {
    let plan = of.approved_plan(2).unwrap();
    let permitted = Case {
        em: Em::None,
        ..case.clone()
    };
    let permit = permitted.release_permit(&plan, &act("")).unwrap();
    publication::publish(advisory, case, permit, release())
}

#[test]
fn a_permit_serves_for_one_plan_of_one_case_at_one_version() {
    let advisory = planned(NOW, false, 2);
    let changed = |change: fn(&mut Advisory)| {
        let mut other = advisory.clone();
        change(&mut other);
        publish(&other, &opened(), &advisory).err()
    };
    assert_eq!(changed(|_| {}), None);
    assert_eq!(changed(|other| other.plan = None), Some(Refusal::NoPlan));
    let another_plan = changed(|other| {
        if let Some(plan) = &mut other.plan {
            plan.sha256 = "cd".to_owned();
        }
    });
    assert_eq!(another_plan, Some(Refusal::NoPlan));
    let another_case = changed(|other| other.case = Some(CaseId::from_bytes([8; 16])));
    assert_eq!(another_case, Some(Refusal::NoPlan));
    for case in [
        Case {
            version: 1,
            ..opened()
        },
        Case::new(CaseId::from_bytes([8; 16])),
    ] {
        let plan = advisory.approved_plan(2).unwrap();
        let permit = opened().release_permit(&plan, &act("")).unwrap();
        let published = publication::publish(&advisory, &case, permit, release());
        assert_eq!(published, Err(Refusal::Conflict));
    }
}

fn word(change: &Change) -> &'static str {
    match &change.event {
        Event::EmbargoEnded {
            why: EmbargoEnd::Published,
        } => "ended",
        Event::WorldFactObserved {
            fact: WorldFact::PublicAware,
        } => "public",
        Event::EmbargoRejected => "rejected",
        Event::Published { .. } => "out",
        _ => "something else",
    }
}

#[test]
fn publication_ends_what_it_ends_in_the_same_act() {
    for (em, as_planned, in_emergency) in [
        (Em::None, "public out", "public out"),
        (Em::Proposed, "public rejected out", "public rejected out"),
        (Em::Active, "ended public out", "ended public out"),
        (Em::Revise, "ended public out", "ended public out"),
        (Em::Exited, "public out", "public out"),
    ] {
        for (emergency, expected) in [(false, as_planned), (true, in_emergency)] {
            let advisory = planned(NOW, emergency, 2);
            let case = Case {
                em,
                until: Some(NOW),
                ..opened()
            };
            let changes = publish(&advisory, &case, &advisory).unwrap();
            let words: Vec<&str> = changes.iter().map(word).collect();
            assert_eq!(words.join(" "), expected, "{em:?} {emergency}");
            let (last, before) = changes.split_last().unwrap();
            assert_eq!(last.stream, StreamId::from(ID));
            let of_case = |change: &Change| change.stream == StreamId::from(case.id);
            assert!(before.iter().all(of_case));
        }
    }
}

#[test]
fn what_is_public_already_is_not_made_public_again() {
    let advisory = planned(NOW, false, 2);
    let world = PublicState {
        public: true,
        ..PublicState::QUIET
    };
    let case = Case { world, ..opened() };
    let changes = publish(&advisory, &case, &advisory).unwrap();
    let words: Vec<&str> = changes.iter().map(word).collect();
    assert_eq!(words, ["out"]);
}

#[test]
fn what_is_out_is_what_was_planned_and_the_next_revision_follows_it() {
    let mut advisory = planned(day(0), false, 3);
    let changes = publish(&advisory, &opened(), &advisory).unwrap();
    let last = changes.last().unwrap();
    take(&mut advisory, std::slice::from_ref(last));
    let expected = PublishedRevision {
        files: vec![document()],
        signatures: release().signatures,
        leaves: release().leaves,
        persons: 3,
        ..out(1)
    };
    assert_eq!(advisory.published, vec![expected]);
    assert!(advisory.is_published() && advisory.plan.is_none());
    assert_eq!(advisory.next_revision(), 2);
}
