//! The release: what holds it back, by each of its clocks and by the case; and that it happens once.

use domain::value::Instant;
use engine::Fault;
use engine::publication::release::{Looked, NOT_DUE};
use seal::approval::Approval;
use seal::signer::Request;
use serde_json::json;
use testkit::world::{at, before, said, span};
use testkit::{Case, World, given};

use crate::look;

/// A second, in µs.
const SECOND: i64 = 1_000_000;

/// Looks at a plan as the house's work does; the signer's own code, or the fault's.
fn looked(case: &Case<'_>, plan: &str) -> Result<Looked, String> {
    let id = look::advisory_of(case).id;
    let looked = case.world.house().release(id, plan);
    case.world
        .wait(Box::pin(looked))
        .map_err(|fault| match fault {
            Fault::Signer(code) => code,
            other => other.code().to_owned(),
        })
}

fn waits(code: &'static str) -> Result<Looked, String> {
    Ok(Looked::Wait { code })
}

#[test]
fn each_clock_is_asked_before_anything_is_out() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    assert_eq!(looked(&case, &plan), waits(NOT_DUE));
    let other = "0".repeat(64);
    assert_eq!(looked(&case, &other), Ok(Looked::Gone));
    case.approved(&plan);
    world.stage.clock.move_to(instant);
    let (house, signer) = (&world.stage.clock, &world.stage.signer_clock);
    for (apart, code) in [
        (-3 * SECOND, "release.clock_spread"),
        (3 * SECOND, "release.clock_spread"),
        // Within the spread the later of the two decides.
        (-SECOND, NOT_DUE),
    ] {
        house.set_database_apart(apart);
        assert_eq!(looked(&case, &plan), waits(code), "{apart}");
    }
    house.set_database_apart(SECOND);
    signer.set_apart(-SECOND);
    assert_eq!(looked(&case, &plan), Err("sign.too_early".to_owned()));
    assert_eq!(world.times("published"), 0);
    signer.set_apart(0);
    let released = looked(&case, &plan);
    assert!(
        matches!(&released, Ok(Looked::Published { number, revision: 1, .. }) if *number == case.number),
        "{released:?}"
    );
    house.set_database_apart(0);
    assert_eq!(looked(&case, &plan), Ok(Looked::Gone), "once");
    assert_eq!(world.times("published"), 1);
    world.ends_well();
}

/// A clock that is set ahead would release early; which of two times is right no program knows.
#[test]
fn a_clock_that_was_set_holds_the_plans_that_waited_until_they_are_approved_anew() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    case.approved(&plan);
    let clock = &world.stage.clock;
    clock.set_moved(SECOND);
    assert_eq!(looked(&case, &plan), waits(NOT_DUE));
    // Two hours ahead at once, and the release would be due.
    clock.set_moved(span(0, 2));
    clock.move_to(instant);
    assert_eq!(looked(&case, &plan), waits("release.clock_set"));
    // Set back, it is as much in doubt.
    clock.set_moved(0);
    assert_eq!(looked(&case, &plan), waits("release.clock_set"));
    let lacks = look::lacks_of(&case);
    assert_eq!(lacks, ["release.clock_set"]);
    assert_eq!(world.times("published"), 0);

    let taken_back = json!({ "plan": plan, "reason": "the clock was set" });
    case.does("abort-plan", taken_back);
    let again = case.planned(world.ahead(span(0, 1)));
    case.approved(&again);
    world.stage.clock.move_to(world.ahead(span(0, 1)));
    let released = looked(&case, &again);
    assert!(
        matches!(released, Ok(Looked::Published { .. })),
        "{released:?}"
    );
    world.runs_due();
    world.ends_well();
}

#[test]
fn a_plan_that_is_due_waits_for_its_second_signature() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    world.stage.clock.move_to(instant);
    assert_eq!(looked(&case, &plan), waits("release.quorum"));
    case.signs("approver-a", &plan).unwrap();
    assert_eq!(looked(&case, &plan), waits("release.quorum"));
    case.signs("approver-b", &plan).unwrap();
    let released = looked(&case, &plan);
    assert!(
        matches!(released, Ok(Looked::Published { .. })),
        "{released:?}"
    );
    world.ends_well();
}

#[test]
fn a_release_waits_until_the_ledgers_last_record_is_past() {
    let world = World::founded();
    let case = Case::open(&world);
    let until = case.ready();
    let plan = look::plan_of(&case);
    world.passes_to(before(until));
    world.stage.clock.move_to(until);
    // A clock that ran ahead and was set right again.
    world.stage.clock.set_apart(span(0, 1));
    given::reader(&world, "ahead@reader.example");
    world.stage.clock.set_apart(0);
    assert_eq!(looked(&case, &plan), waits("release.clock_behind"));
    let soon = Instant(until.0 + 30 * 60 * SECOND);
    assert_eq!(world.passes_to(soon), Vec::<String>::new());
    let later = Instant(until.0 + span(0, 2));
    assert_eq!(world.passes_to(later), std::slice::from_ref(&case.number));
    world.ends_well();
}

#[test]
fn a_case_that_was_closed_publishes_nothing() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let plan = case.planned(world.ahead(span(0, 2)));
    case.approved(&plan);
    for code in ["withdrawn", "published"] {
        let refused = case.refuses("close-case", json!({ "code": code }));
        assert_eq!(refused, "case.plan_waits");
    }
    let taken_back = json!({ "plan": plan, "reason": "the finder withdrew" });
    case.does("abort-plan", taken_back);
    let published = json!({ "code": "published" });
    assert_eq!(
        case.refuses("close-case", published),
        "case.nothing_published"
    );
    case.does("close-case", json!({ "code": "withdrawn" }));
    assert_eq!(world.days_pass(1), Vec::<String>::new());
    assert_eq!(world.times("published"), 0);
    world.ends_well();
}

#[test]
fn a_closed_case_goes_on_when_somebody_says_why() {
    let world = World::founded();
    let case = Case::open(&world);
    let why = |reason: &str| json!({ "reason": reason });
    assert_eq!(case.refuses("reopen-case", why("once more")), "case.open");
    case.does("close-case", json!({ "code": "judged_not_published" }));
    assert_eq!(case.refuses("reopen-case", why(" ")), "no_reason");
    case.does("reopen-case", why("attacks are seen"));
    let published = case.published();
    assert_eq!(world.times("published"), 1, "{published:?}");
    case.does("close-case", json!({ "code": "published" }));
    world.ends_well();
}

#[test]
fn a_date_that_was_agreed_after_the_plan_holds_it_back() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let plan = case.planned(world.ahead(span(1, 0)));
    case.approved(&plan);
    let until = world.ahead(span(3, 0));
    case.coordinated(until);
    assert_eq!(world.days_pass(2), Vec::<String>::new());
    assert_eq!(looked(&case, &plan), waits("release.too_early"));
    let (an_hour_before, an_hour_after) =
        (Instant(until.0 - span(0, 1)), Instant(until.0 + span(0, 1)));
    assert_eq!(world.passes_to(an_hour_before), Vec::<String>::new());
    assert_eq!(
        world.passes_to(an_hour_after),
        std::slice::from_ref(&case.number)
    );
    world.ends_well();
}

#[test]
fn an_emergency_outlives_a_date_that_is_put_off() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    case.drafted(None);
    let instant = world.ahead(span(1, 0));
    let fields = json!({ "instant": at(instant), "emergency": true, "reason": "attacks are seen" });
    let plan = said(&case.does("plan-release", fields), "plan");
    case.approved(&plan);
    case.does(
        "revise-date",
        json!({ "until": at(world.ahead(span(40, 0))) }),
    );
    assert_eq!(world.times("plan_aborted"), 0);
    assert_eq!(world.passes_to(instant), std::slice::from_ref(&case.number));
    assert_eq!(world.times("embargo_ended"), 1);
    world.ends_well();
}

/// Lets the signer sign a plan that the house then does not record: it died in between.
fn signed_and_lost(case: &Case<'_>) {
    let (world, house) = (case.world, case.world.house());
    let plan = look::advisory_of(case).plan.unwrap();
    let documents = plan.documents.iter().map(|document| {
        let body = house.body(document.body);
        world.wait(Box::pin(body)).unwrap()
    });
    let documents: Vec<Vec<u8>> = documents.collect();
    let approvals = plan.approvals.iter().map(|approval| Approval {
        person: approval.person.bytes(),
        at: approval.at.0,
        signature: seal::unhex(&approval.signature)
            .unwrap()
            .try_into()
            .unwrap(),
    });
    let approvals: Vec<Approval> = approvals.collect();
    let from = house.contexts.signer_head().unwrap() + 1;
    let records = world
        .wait(Box::pin(house.store.ledger(from, 5_000)))
        .unwrap();
    let request = Request {
        plan: plan.bytes.into_bytes(),
        documents,
        approvals,
        headers: records.into_iter().map(|record| record.header).collect(),
    };
    let signatures = house.contexts.sign(&request).unwrap();
    assert_eq!(signatures.len(), request.documents.len());
}

#[test]
fn a_release_that_was_signed_and_not_recorded_is_continued() {
    let world = World::founded();
    let case = Case::open(&world);
    let until = case.ready();
    world.passes_to(before(until));
    world.stage.clock.move_to(until);
    signed_and_lost(&case);
    assert_eq!(world.times("published"), 0);
    assert_eq!(world.runs_due(), std::slice::from_ref(&case.number));
    world.ends_well();
}

#[test]
fn the_signer_signs_no_second_plan_for_the_same_revision() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(0, 2));
    let first = case.planned(instant);
    case.approved(&first);
    world.stage.clock.move_to(instant);
    signed_and_lost(&case);
    // Somebody changes a word before the house has caught up.
    case.drafted(None);
    let later = world.ahead(span(0, 1));
    let second = case.planned(later);
    case.approved(&second);
    assert_eq!(world.passes_to(later), Vec::<String>::new());
    assert_eq!(looked(&case, &second), Err("sign.signed_before".to_owned()));
    assert_eq!(world.times("published"), 0);
    assert!(
        world
            .public(&format!("advisories/{}.json", case.number))
            .is_none()
    );
    // It is held, and the duty is called until somebody takes it back.
    assert_eq!(world.times("release_held"), 1);
    world.ends_well_but(&["release", "release_held"]);
}

#[test]
fn plans_that_were_replaced_leave_nothing_that_waits() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let replaced = [1, 2, 3].map(|hours| case.planned(world.ahead(span(0, hours))));
    let instant = world.ahead(span(0, 4));
    let plan = case.planned(instant);
    case.approved(&plan);
    assert_eq!(world.passes_to(instant), std::slice::from_ref(&case.number));
    for plan in replaced {
        assert_eq!(looked(&case, &plan), Ok(Looked::Gone));
    }
    world.days_pass(1);
    assert_eq!(world.times("published"), 1);
    world.ends_well();
}

#[test]
fn a_release_leaves_nothing_staged_and_says_how_many_persons_signed() {
    let world = World::founded();
    let case = Case::open(&world);
    let until = case.published();
    let staging = world.stage.dir().join("press").join("staging");
    let left = std::fs::read_dir(staging).into_iter().flatten().count();
    assert_eq!(left, 0);
    let advisory = look::advisory_of(&case);
    assert_eq!(advisory.plan, None);
    let [out] = advisory.published.as_slice() else {
        panic!("one revision")
    };
    assert_eq!((out.persons, out.instant), (2, until));
    // Each document has a leaf of its own, and the ledger's root has one.
    assert_eq!(out.leaves.len(), out.files.len() + 1);
    world.ends_well();
}
