//! Approval keys change hands: by whom, from when they count, and that the signer knows it.

use engine::kernel::config::Purpose;
use serde_json::{Value, json};
use testkit::world::{said, span};
use testkit::{Case, World};

use crate::look;

const NEW: &str = "a lantern over the harbour";
const OTHER: &str = "seven stones in the river";

/// A file that holds what somebody typed.
fn typed(world: &World, words: &str) -> String {
    let name = format!("typed-{}", seal::hex(&seal::sha256(words.as_bytes())[..6]));
    let path = world.stage.beside(&name);
    seal::files::replace(&path, words.as_bytes(), true).unwrap();
    path.display().to_string()
}

fn kit(world: &World, handle: &str) -> String {
    world.stage.password_file(handle).display().to_string()
}

/// Draws a key for a person, signed by the one before where its password is given.
fn offers(world: &World, handle: &str, new: &str, before: Option<&str>) -> Result<String, String> {
    let mut fields = json!({ "person": handle, "password_file": typed(world, new) });
    if let Some(before) = before {
        fields["before_file"] = before.into();
    }
    let offered = world.tries_as(handle, "offer-approval-key", fields);
    offered.map(|answer| said(&answer, "change"))
}

fn signs(world: &World, handle: &str, change: &str, file: &str) -> Result<Value, String> {
    let fields = json!({ "change": change, "person": handle, "password_file": file });
    world.tries_as(handle, "sign-approvers", fields)
}

/// How many changes the signer has taken in.
fn generation(world: &World) -> u64 {
    world
        .wait(Box::pin(world.house().roster()))
        .unwrap()
        .generation
}

fn approves(case: &Case<'_>, handle: &str, plan: &str, file: &str) -> Result<Value, String> {
    let fields =
        json!({ "case": case.number, "plan": plan, "person": handle, "password_file": file });
    case.world.tries_as(handle, "approve-plan", fields)
}

#[test]
fn an_approver_draws_a_key_and_publishes_with_it_and_the_old_one_is_worth_nothing() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let before = kit(&world, "approver-a");
    let change = offers(&world, "approver-a", NEW, Some(&before)).unwrap();
    assert_eq!(generation(&world), 0, "one of two has signed");
    signs(&world, "approver-b", &change, &kit(&world, "approver-b")).unwrap();
    assert_eq!(generation(&world), 1);
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    assert_eq!(
        approves(&case, "approver-a", &plan, &before),
        Err("input".to_owned())
    );
    approves(&case, "approver-a", &plan, &typed(&world, NEW)).unwrap();
    case.signs("approver-b", &plan).unwrap();
    // Nothing was published before: the key stands where that of the founding stood, at once.
    assert_eq!(world.passes_to(instant), std::slice::from_ref(&case.number));
    let list = world.public("archive/approvers.jsonl").unwrap();
    assert_eq!(list.lines().count(), 2);
    let leaves = world.public("archive/leaves.jsonl").unwrap();
    assert_eq!(leaves.matches(r#""kind":"approvers""#).count(), 1);
    world.ends_well();
}

#[test]
fn a_third_approver_counts_after_72_hours_and_the_plan_says_so_until_then() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let change = offers(&world, "coordinator", NEW, None).unwrap();
    for handle in ["approver-a", "approver-b"] {
        assert_eq!(generation(&world), 0);
        signs(&world, handle, &change, &kit(&world, handle)).unwrap();
    }
    assert_eq!(generation(&world), 1);
    let instant = world.ahead(span(0, 2));
    let early = world.does_as(
        "editor",
        "plan-release",
        json!({
            "case": case.number, "instant": testkit::world::at(instant),
        }),
    );
    let early = said(&early, "plan");
    approves(&case, "coordinator", &early, &typed(&world, NEW)).unwrap();
    case.signs("approver-a", &early).unwrap();
    let verdict = || look::lacks_of(&case);
    assert_eq!(verdict(), ["sign.quorum", "sign.key_rests"]);
    let later = world.ahead(span(4, 0));
    let plan = world.does_as(
        "editor",
        "plan-release",
        json!({
            "case": case.number, "instant": testkit::world::at(later),
        }),
    );
    let plan = said(&plan, "plan");
    approves(&case, "coordinator", &plan, &typed(&world, NEW)).unwrap();
    case.signs("approver-a", &plan).unwrap();
    world.wait(world.house().rehearse_waiting()).unwrap();
    assert_eq!(verdict(), Vec::<String>::new(), "four days ahead it counts");
    assert_eq!(world.passes_to(later), std::slice::from_ref(&case.number));
    world.ends_well();
}

#[test]
fn a_lost_key_is_replaced_by_two_others() {
    let world = World::founded();
    let change = offers(&world, "coordinator", NEW, None).unwrap();
    for handle in ["approver-a", "approver-b"] {
        signs(&world, handle, &change, &kit(&world, handle)).unwrap();
    }
    world.days_pass(4);
    // The password of approver-b is lost: nobody signs with the key that goes.
    let change = offers(&world, "approver-b", OTHER, None).unwrap();
    signs(&world, "approver-a", &change, &kit(&world, "approver-a")).unwrap();
    signs(&world, "coordinator", &change, &typed(&world, NEW)).unwrap();
    assert_eq!(generation(&world), 2);
    world.ends_well();
}

#[test]
fn a_key_has_a_password_of_its_own() {
    let world = World::founded();
    let sign_in = kit(&world, "coordinator");
    let same = std::fs::read_to_string(&sign_in).unwrap();
    for words in [same.trim(), "short", "the coordinator of it"] {
        let refused = offers(&world, "coordinator", words, None);
        assert_eq!(refused, Err("input".to_owned()), "{words}");
    }
    let before = kit(&world, "approver-a");
    let kit_words = std::fs::read_to_string(&before).unwrap();
    let refused = offers(&world, "approver-a", kit_words.trim(), Some(&before));
    assert_eq!(
        refused,
        Err("input".to_owned()),
        "the kit's words are no new ones"
    );
    world.ends_well();
}

#[test]
fn whoever_may_not_approve_signs_for_nobody_and_a_change_is_taken_back_with_a_reason() {
    let world = World::founded();
    let change = offers(&world, "coordinator", NEW, None).unwrap();
    assert_eq!(
        offers(&world, "reception", OTHER, None),
        Err("approvers.wait".to_owned())
    );
    let refused = signs(&world, "reception", &change, &kit(&world, "reception"));
    assert_eq!(refused, Err("role".to_owned()));
    // The key that waits is not one that stands.
    let refused = signs(&world, "coordinator", &change, &typed(&world, NEW));
    assert_eq!(refused, Err("role".to_owned()));
    let withdraw = |handle, reason| {
        let fields = json!({ "change": change, "reason": reason });
        world
            .tries_as(handle, "withdraw-approvers", fields)
            .map(|_| ())
    };
    assert_eq!(withdraw("reception", "no"), Err("role".to_owned()));
    assert_eq!(withdraw("coordinator", ""), Err("no_reason".to_owned()));
    withdraw("coordinator", "drawn on the wrong machine").unwrap();
    offers(&world, "coordinator", OTHER, None).unwrap();
    world.ends_well();
}

#[test]
fn what_the_signer_took_in_is_recorded_though_the_process_died_in_between() {
    let world = World::founded();
    let change = offers(&world, "coordinator", NEW, None).unwrap();
    signs(&world, "approver-a", &change, &kit(&world, "approver-a")).unwrap();
    let house = world.house();
    let own = world.wait(Box::pin(house.own())).unwrap();
    let pending = own.pending.unwrap();
    // One signature down the pipe is refused by the signer itself.
    let asked = |pending: &domain::party::approvers::Pending| {
        let signed = |(key, signature): &(String, String)| seal::approvers::Signed {
            key: key.clone(),
            signature: signature.clone(),
        };
        seal::approvers::Asked {
            statement: serde_json::from_str(&pending.statement).unwrap(),
            signatures: pending.signatures.iter().map(signed).collect(),
            again: false,
        }
    };
    let person = seal::hex(&pending.person.unwrap().bytes());
    let refused = house.contexts.take_approvers(&asked(&pending), &person);
    let Err(engine::Fault::Signer(code)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(code, "approvers.signatures");
    // Both have signed and the signer has it in its journal; the process dies before the ledger has it.
    let second = own
        .persons
        .iter()
        .find(|(_, known)| known.handle == "approver-b");
    let second = second.unwrap().0.bytes();
    let key = world
        .wait(house.store.approval_key(second))
        .unwrap()
        .unwrap();
    let words = std::fs::read_to_string(kit(&world, "approver-b")).unwrap();
    let secret = seal::approval::open(&key, &second, &words).unwrap();
    let statement: seal::approvers::Statement = serde_json::from_str(&pending.statement).unwrap();
    let signed = statement.sign(&house.id(), &secret).unwrap();
    let mut both = pending.clone();
    both.signatures.push((signed.key, signed.signature));
    let taken = house
        .contexts
        .take_approvers(&asked(&both), &person)
        .unwrap();
    assert_eq!(generation(&world), 0);
    // Somebody wants it back meanwhile: what the signer counts is what holds.
    let back = json!({ "change": change, "reason": "the page was slow" });
    assert_eq!(
        world.refuses_as("coordinator", "withdraw-approvers", back),
        "not_found"
    );
    world.days_pass(1);
    let recorded = world.wait(Box::pin(house.own())).unwrap().changes;
    let lines: Vec<&str> = recorded.iter().map(|one| one.line.as_str()).collect();
    assert_eq!(lines, [taken.line.as_str()]);
    let own = world.wait(Box::pin(house.own())).unwrap();
    let coordinator = own
        .persons
        .values()
        .find(|known| known.handle == "coordinator");
    assert!(coordinator.unwrap().approval_key.is_some());
    assert!(!world.wait(house.pin_approvers()).unwrap(), "nothing waits");
    world.ends_well();
}

#[test]
fn the_key_in_the_safe_replaces_after_its_notice() {
    let world = World::founded();
    let drawn = world.does_as("admin", "draw-succession-key", json!({}));
    let change = said(&drawn, "change");
    for handle in ["approver-a", "approver-b"] {
        signs(&world, handle, &change, &kit(&world, handle)).unwrap();
    }
    world.days_pass(4);
    let change = offers(&world, "approver-b", OTHER, None).unwrap();
    let with = |secret: &str| {
        let fields = json!({ "change": change, "secret_file": typed(&world, secret) });
        world
            .tries_as("coordinator", "sign-with-succession-key", fields)
            .map(|_| ())
    };
    assert_eq!(with(&"00".repeat(32)), Err("input".to_owned()));
    assert_eq!(generation(&world), 1);
    with(&said(&drawn, "secret")).unwrap();
    assert_eq!(generation(&world), 2);
    let counted = |days| {
        let now = world.ahead(span(days, 1)).0;
        let roster = world.wait(Box::pin(world.house().roster())).unwrap();
        let keys: Vec<bool> = roster.standing(now).map(|pin| pin.from() <= now).collect();
        keys
    };
    // The key that goes is usable during its notice: its holder can sign against what nobody asked for.
    let own = world.wait(Box::pin(world.house().own())).unwrap();
    let roster = world.wait(Box::pin(world.house().roster())).unwrap();
    let rogue = roster
        .standing(world.now().0)
        .find(|pin| pin.replaces.is_some())
        .unwrap();
    let (_, victim) = own
        .persons
        .iter()
        .find(|(_, known)| known.handle == "approver-b")
        .unwrap();
    assert!(victim.ended.is_none());
    let end = world.does_as("admin", "end-approver", json!({ "key": rogue.public }));
    let end = said(&end, "change");
    signs(&world, "approver-a", &end, &kit(&world, "approver-a")).unwrap();
    let back = json!({ "change": end, "reason": "it was asked for" });
    world.does_as("admin", "withdraw-approvers", back);
    assert_eq!(
        counted(0),
        [true, true, true, false],
        "both keys of approver-b, one of them at rest"
    );
    assert_eq!(counted(3), [true, true, true], "the old one has gone");
    world.ends_well();
}

#[test]
fn an_approver_is_ended_by_a_quorum_and_as_many_stay_as_are_needed() {
    let world = World::founded();
    let end = |who: &str| world.tries_as("admin", "end-approver", json!({ "key": who }));
    assert_eq!(end("approver-b"), Err("approvers.few".to_owned()));
    let fewer = world.does_as("admin", "set-quorum", json!({ "quorum": 1 }));
    for handle in ["approver-a", "approver-b"] {
        signs(
            &world,
            handle,
            &said(&fewer, "change"),
            &kit(&world, handle),
        )
        .unwrap();
    }
    let change = said(&end("approver-b").unwrap(), "change");
    signs(&world, "approver-a", &change, &kit(&world, "approver-a")).unwrap();
    let own = world.wait(Box::pin(world.house().own())).unwrap();
    let keys = own
        .persons
        .values()
        .filter(|person| person.approval_key.is_some());
    assert_eq!((keys.count(), own.quorum), (1, 1));
    assert_eq!(end("nobody-here"), Err("not_found".to_owned()));
    world.ends_well();
}

/// A house that is meant to be believed publishes nothing with what was printed to whoever ran `init`.
#[test]
fn a_live_house_plans_nothing_before_its_keys_have_changed_hands() {
    let world = World::founded_with(|config| config.purpose = Purpose::Live);
    let kit_file = |handle: &str| {
        let kit = &world.stage.kit.passwords;
        let words = kit
            .iter()
            .find(|(known, _)| known == handle)
            .unwrap()
            .1
            .clone();
        typed(&world, &words)
    };
    let case = Case::open(&world);
    case.drafted(None);
    let plans = || {
        let instant = testkit::world::at(world.ahead(span(0, 2)));
        let fields = json!({ "case": case.number, "instant": instant });
        world
            .tries_as("editor", "plan-release", fields)
            .map(|answer| said(&answer, "plan"))
    };
    assert_eq!(plans(), Err("approvers.kit_keys".to_owned()));
    let (a, b) = (format!("{NEW} a"), format!("{NEW} b"));
    let change = offers(&world, "approver-a", &a, Some(&kit_file("approver-a"))).unwrap();
    signs(&world, "approver-b", &change, &kit_file("approver-b")).unwrap();
    assert_eq!(plans(), Err("approvers.kit_keys".to_owned()));
    let change = offers(&world, "approver-b", &b, Some(&kit_file("approver-b"))).unwrap();
    signs(&world, "approver-a", &change, &typed(&world, &a)).unwrap();
    assert_eq!(plans(), Err("approvers.few_keys".to_owned()));
    let safe = world.does_as("admin", "draw-succession-key", json!({}));
    for (handle, words) in [("approver-a", &a), ("approver-b", &b)] {
        signs(
            &world,
            handle,
            &said(&safe, "change"),
            &typed(&world, words),
        )
        .unwrap();
    }
    plans().unwrap();
    world.ends_well_but(&["press", "release"]);
}

#[test]
fn a_signer_that_lost_its_journal_gets_the_changes_from_the_ledger() {
    let world = World::founded();
    let change = offers(&world, "coordinator", NEW, None).unwrap();
    for handle in ["approver-a", "approver-b"] {
        signs(&world, handle, &change, &kit(&world, handle)).unwrap();
    }
    let house = world.house();
    let before = house.contexts.signer_pinned().unwrap();
    assert_eq!(before.generation, 1);
    let journal = world.stage.dir().join("sign/journal");
    let lines = std::fs::read_to_string(&journal).unwrap();
    let first = lines.lines().next().unwrap();
    house.contexts.close();
    std::fs::write(&journal, format!("{first}\n")).unwrap();
    world.stage.renew_signer().unwrap();
    let lost = world.wait(Box::pin(house.agrees_with_signer()));
    assert_eq!(
        lost.unwrap_err().code(),
        "approvers.apart",
        "nothing is signed meanwhile"
    );
    world.wait(house.pin_approvers()).unwrap();
    let after = house.contexts.signer_pinned().unwrap();
    assert_eq!((after.head, after.generation), (before.head, 1));
    world.wait(Box::pin(house.agrees_with_signer())).unwrap();
    world.ends_well();
}

#[test]
fn who_leaves_is_not_needed_to_sign() {
    let world = World::founded();
    let end = |who: &str| {
        world
            .tries_as("admin", "end-person", json!({ "person": who }))
            .map(|_| ())
    };
    assert_eq!(end("approver-a"), Err("approvers.few".to_owned()));
    end("reception").unwrap();
    let drawn = world.does_as("admin", "draw-succession-key", json!({}));
    for handle in ["approver-a", "approver-b"] {
        signs(
            &world,
            handle,
            &said(&drawn, "change"),
            &kit(&world, handle),
        )
        .unwrap();
    }
    end("approver-a").unwrap();
    world.ends_well();
}

#[test]
fn the_password_to_sign_in_is_not_made_that_of_the_key() {
    let world = World::founded();
    let house = world.house();
    let change = offers(&world, "coordinator", NEW, None).unwrap();
    for handle in ["approver-a", "approver-b"] {
        signs(&world, handle, &change, &kit(&world, handle)).unwrap();
    }
    let known = world
        .wait(Box::pin(house.person_called("coordinator")))
        .unwrap()
        .unwrap();
    let set = |words: &str| world.wait(Box::pin(house.set_password(&known, words)));
    assert_eq!(set(NEW).unwrap_err().code(), "input");
    set(OTHER).unwrap();
    // Nor is the next key given the password of this one, typed or not.
    assert_eq!(
        offers(&world, "coordinator", NEW, None),
        Err("input".to_owned())
    );
    world.ends_well();
}
