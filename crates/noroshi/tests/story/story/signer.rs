//! The signer (docs/design/security.md §3.4): no signature for less than what two persons approved, whoever asks.

use domain::aggregate::Aggregate;
use domain::value::CaseId;
use engine::kernel::ids::advisory_id;
use engine::publication::release::Looked;
use engine::{Fault, House};
use seal::approval::Approval;
use seal::signer::Request;

use crate::contexts::{contexts, releases};
use crate::play::{Case, SECOND, now};
use crate::serving::Serving;
use crate::world::World;

/// Opens a case with a draft and no embargo, ready to be planned.
fn drafted(world: &World) -> Case<'_> {
    let mut case = Case::open(world, false);
    case.board();
    case.draft(None);
    case
}

/// Waits until the house has looked at the plan that is due.
fn looked_at(world: &World, serving: &mut Serving<'_>) {
    let looked = "outbox WHERE kind = 'release' AND attempts > 0 AND lease_until = 0";
    serving.until("the house looks at the plan", || {
        (world.count(looked) > 0).then_some(())
    });
}

fn nothing_is_out(world: &World, case: &Case<'_>) {
    assert_eq!(world.count("delivery"), 0);
    let public = world.dir().join("public");
    let named = crate::world::files(&public)
        .into_iter()
        .any(|path| path.display().to_string().contains(&case.number));
    assert!(!named, "a release without its approvals");
}

fn case_id(case: &Case<'_>) -> CaseId {
    let bytes = seal::unhex(&case.id).expect("an id");
    CaseId::from_bytes(bytes.try_into().expect("16 bytes"))
}

/// Builds the request that the house itself would make.
async fn request(house: &House, case: &Case<'_>) -> Request {
    let advisory = advisory_id(case_id(case));
    let loaded = house
        .load(advisory.into())
        .await
        .expect("the ledger")
        .expect("an advisory");
    let Aggregate::Advisory(advisory) = &*loaded.state else {
        panic!("an advisory")
    };
    let plan = advisory.plan.as_ref().expect("a plan");
    let mut documents = Vec::new();
    for document in &plan.documents {
        documents.push(house.body(document.body).await.expect("a document"));
    }
    let approval = |a: &domain::publication::PlanApproval| Approval {
        person: a.person.bytes(),
        at: a.at.0,
        signature: seal::unhex(&a.signature)
            .expect("digits")
            .try_into()
            .expect("64 bytes"),
    };
    let head = house.contexts.signer_head().expect("the signer");
    let records = house
        .store
        .ledger(head + 1, 5_000)
        .await
        .expect("the ledger");
    Request {
        plan: plan.bytes.clone().into_bytes(),
        documents,
        approvals: plan.approvals.iter().map(approval).collect(),
        headers: records.into_iter().map(|record| record.header).collect(),
    }
}

/// A way to ask for more than was approved: what the signer says, and what is changed.
type Fraud = (&'static str, fn(&mut Request));

const FRAUDS: [Fraud; 13] = [
    ("sign.quorum", |r| r.approvals.clear()),
    ("sign.quorum", |r| r.approvals.truncate(1)),
    ("sign.quorum", |r| {
        r.approvals = vec![r.approvals[0].clone(), r.approvals[0].clone()]
    }),
    ("sign.quorum", |r| r.approvals[1].signature[7] ^= 1),
    ("sign.quorum", |r| r.approvals[1].at += 1),
    ("sign.quorum", |r| r.approvals[1].person[0] ^= 1),
    ("sign.quorum", |r| {
        r.approvals[1].person = r.approvals[0].person
    }),
    ("sign.document", |r| r.documents[0][9] ^= 1),
    ("sign.document", |r| r.documents.swap(0, 1)),
    ("sign.document", |r| r.documents.truncate(1)),
    ("sign.fork", |r| {
        r.headers = [&r.headers[..1], &r.headers[2..]].concat()
    }),
    ("sign.fork", |r| r.headers[2].payload[0] ^= 1),
    ("sign.plan", |r| r.plan[0] = b'['),
];

on_both! {
    fn a_plan_with_one_approval_stays_where_it_is(engine) {
        let world = World::founded(engine);
        let mut case = drafted(&world);
        case.readers();
        let plan = case.plan(now());
        case.approve(&plan, "approver-a");
        let before = world.count("ledger");
        let mut serving = Serving::start(&world);
        looked_at(&world, &mut serving);
        nothing_is_out(&world, &case);
        serving.stop();
        assert_eq!(releases(&world), 0);
        // That it is held is all that is recorded, once.
        assert_eq!(world.count("ledger"), before + 1);

        // The same person twice is one person.
        let again = case.try_approve(&plan, "approver-a");
        assert_eq!((again.code, &again.json()["refused"]), (Some(1), &"release.approved_already".into()));

        // The control: the second person's approval lets it out.
        case.approve(&plan, "approver-b");
        world.let_time_pass();
        world.say("UPDATE outbox SET run_at = 0 WHERE done = 0");
        let mut serving = Serving::start(&world);
        serving.until("the release is recorded", || (world.count("delivery") == 3).then_some(()));
        serving.settle();
        serving.stop();
        assert_eq!(releases(&world), 1);
        world.ends_well();
    }

    fn a_changed_request_gets_no_signature(engine) {
        let world = World::founded(engine);
        let mut case = drafted(&world);
        let plan = case.plan(now());
        case.approve_by_two(&plan);
        let house = world.open(contexts(&world));
        let good = world.runtime.block_on(Box::pin(request(&house, &case)));
        for (at, (code, change)) in FRAUDS.into_iter().enumerate() {
            let mut request = good.clone();
            change(&mut request);
            let answer = house.contexts.sign(&request);
            let refused = matches!(&answer, Err(Fault::Signer(said)) if said == code);
            assert!(refused, "fraud {at} wants {code}: {answer:?}");
        }
        let mut later = good.clone();
        let text = String::from_utf8(later.plan.clone()).expect("a plan");
        later.plan = text.replace("\"live\"", "\"exercise\"").into_bytes();
        assert_ne!(later.plan, good.plan);
        assert!(matches!(house.contexts.sign(&later), Err(Fault::Signer(_))));
        assert_eq!(releases(&world), 0);

        // The control: what the house itself asks for is signed, once and the same again.
        let signed = house.contexts.sign(&good).expect("signatures");
        assert_eq!(signed.len(), good.documents.len());
        assert_eq!(releases(&world), 1);
        let release = house.release(advisory_id(case_id(&case)), &plan);
        let looked = world.runtime.block_on(Box::pin(release));
        assert!(matches!(looked, Ok(Looked::Published { revision: 1, .. })), "{looked:?}");
        drop(house);
        world.ends_well();
    }

    fn no_signature_is_given_before_the_instant(engine) {
        let world = World::founded(engine);
        let mut case = drafted(&world);
        let plan = case.plan(now() + 3_600 * SECOND);
        case.approve_by_two(&plan);
        let house = world.open(contexts(&world));
        let good = world.runtime.block_on(Box::pin(request(&house, &case)));
        let answer = house.contexts.sign(&good);
        assert!(matches!(&answer, Err(Fault::Signer(said)) if said == "sign.too_early"), "{answer:?}");

        // An earlier instant is another plan, which nobody approved.
        let mut earlier = good.clone();
        let text = String::from_utf8(good.plan.clone()).expect("a plan");
        let mut fields: serde_json::Value = serde_json::from_str(&text).expect("a plan");
        fields["instant"] = (now() - SECOND).into();
        earlier.plan = fields.to_string().into_bytes();
        let answer = house.contexts.sign(&earlier);
        assert!(matches!(&answer, Err(Fault::Signer(said)) if said == "sign.quorum"), "{answer:?}");
        assert_eq!(releases(&world), 0);
        drop(house);
        nothing_is_out(&world, &case);
        world.ends_well();
    }
}
