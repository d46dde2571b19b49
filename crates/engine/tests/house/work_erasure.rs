//! Erasures: two persons, the keys, what was derived, and what stays as it is.

use domain::party::erasure::Stage;
use domain::text::class::{Class, Compartment};
use domain::value::BodyId;
use engine::command::{Command, decide};
use engine::kernel::texts::Texts;
use engine::work::erasure::Told;
use seal::record::Realm;
use serde_json::{Value, json};
use testkit::letters::{Finder, post};
use testkit::world::span;
use testkit::{Case, World, given};

use crate::{look, seen};

/// A report by letter that was sorted, asked about and declined, and its finder.
fn declined(world: &World) -> (String, Finder) {
    let finder = Finder::of(world);
    let (digits, printed) = engine::intake::handling_number(27).unwrap();
    post(world, &finder.report(world, &printed), 1);
    world.runs_due();
    let as_reception = |name: &str, more: Value| {
        let mut fields = json!({ "report": digits });
        fields
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        world.does_as("reception", name, fields);
    };
    let parts = json!([
        { "class": "V", "lang": "ja", "text": "経路の検査が一つ抜けています" },
        { "class": "A", "lang": "ja", "text": "要求を三つ続けて送ると鍵が外れます" },
    ]);
    as_reception("sort-report", json!({ "parts": parts }));
    let question = json!({ "lang": "ja", "text": "どの版でしょうか。" });
    as_reception("ask-finder", json!({ "text": question }));
    as_reception(
        "decline-report",
        json!({ "reason": "out_of_scope_product", "text": question }),
    );
    world.runs_due();
    (digits, finder)
}

/// Asks as reception, and approves as the coordinator.
fn erased(world: &World, of: (&str, &str), parts: &[&str]) -> u64 {
    let (kind, number) = of;
    let fields = json!({ kind: number, "compartments": parts, "basis": "person_asked" });
    let asked = world.does_as("reception", "request-erasure", fields);
    let number = asked["erasure"].as_u64().unwrap();
    world.does("approve-erasure", json!({ "erasure": number }));
    number
}

fn told(world: &World) -> Vec<Told> {
    world.wait(Box::pin(world.house().erasures())).unwrap()
}

fn texts(world: &World) -> Texts {
    world.wait(world.house().verify_texts()).unwrap()
}

fn opens(world: &World, body: BodyId) -> bool {
    world.wait(world.house().body(body)).is_ok()
}

#[test]
fn what_two_persons_agreed_on_opens_no_more_and_all_else_does() {
    let world = World::founded();
    let other = given::report(&world);
    let (digits, finder) = declined(&world);
    let report = seen::report(&world, &digits);
    let other = seen::report(&world, &other.number).text.unwrap().body;
    let draft = format!("report/{}/somebody/ask", report.id);
    let kept = "advisory/of another".to_owned();
    let person = engine::kernel::house::CLOCK;
    for name in [&draft, &kept] {
        world
            .wait(world.house().draft_save(name, person, b"half"))
            .unwrap();
    }
    assert!(finder.note(&world, 1).is_some());
    let whole = texts(&world);
    assert_eq!((whole.erased, whole.lacking), (0, 0));

    let number = erased(
        &world,
        ("report", &digits),
        &["identity", "exploit", "text", "raw"],
    );
    let of = |class: Class| {
        report
            .parts
            .iter()
            .find(|part| part.class == class)
            .unwrap()
            .body
    };
    let gone = [of(Class::V), of(Class::A), report.whole.unwrap()];
    assert_eq!(gone.map(|body| opens(&world, body)), [false; 3]);
    assert!(opens(&world, other), "another dossier");
    let found = texts(&world);
    assert_eq!(found.lacking, 0, "{found:?}");
    assert_eq!(found.whole + found.erased, whole.whole);
    assert!(found.erased >= 3);

    // What was derived of it is gone; where the report stands is told as before.
    let saved = |name: &str| world.wait(world.house().draft(name)).unwrap().is_some();
    assert_eq!((saved(&draft), saved(&kept)), (false, true));
    assert_eq!(finder.note(&world, 1), None);
    assert_eq!(finder.steps(&world).last(), Some(&"declined"));

    let told = told(&world);
    assert_eq!(
        (told.len(), u64::from(told[0].erasure), told[0].stage),
        (1, number, Stage::Erased)
    );
    assert_eq!(base::digits(&told[0].of), digits);
    let recorded = world.happened();
    let count = |kind: &str| recorded.iter().filter(|one| one.as_str() == kind).count();
    assert_eq!(
        (
            count("erasure_requested"),
            count("erasure_approved"),
            count("compartment_erased")
        ),
        (1, 1, 4)
    );

    // The finder writes again: what comes is sealed under a key of its own.
    let more = json!({ "report": digits, "text": { "lang": "ja", "text": "三版です。" } });
    world.does_as("reception", "add-to-report", more);
    let added = seen::report(&world, &digits).parts.last().unwrap().body;
    assert_eq!(seen::body(&world, added), "三版です。");
    world.wait(Box::pin(world.house().rebuild())).unwrap();
    world.ends_well();
}

#[test]
fn what_waits_for_a_second_person_or_was_taken_back_erases_nothing() {
    let world = World::founded();
    let (digits, _) = declined(&world);
    let report = seen::report(&world, &digits);
    let whole = report.whole.unwrap();
    let asks = json!({ "report": digits, "compartments": ["raw"], "basis": "by_mistake" });
    world.does_as("reception", "request-erasure", asks.clone());
    world.days_pass(1);
    assert!(opens(&world, whole));
    let first = json!({ "erasure": 1 });
    assert_eq!(
        world.refuses_as("reception", "approve-erasure", first.clone()),
        "erasure.own"
    );
    world.does_as("editor", "withdraw-erasure", first.clone());
    assert_eq!(world.refuses("approve-erasure", first), "erasure.decided");
    world.days_pass(1);
    assert!(opens(&world, whole));
    assert_eq!(told(&world)[0].stage, Stage::Withdrawn);
    world.does_as("reception", "request-erasure", asks);
    world.does_as("editor", "approve-erasure", json!({ "erasure": 2 }));
    assert!(!opens(&world, whole));
    world.ends_well();
}

#[test]
fn what_was_decided_before_an_erasure_and_is_written_behind_it_is_sealed_anew() {
    let world = World::founded();
    let (digits, _) = declined(&world);
    let dossier = seen::stream(&world, &digits);
    let fields = json!({ "report": digits, "text": { "lang": "ja", "text": "三版です。" } });
    let command = Command::parse("add-to-report", fields).unwrap();
    let house = world.house();
    let act = world.act("reception");
    let tries = std::cell::Cell::new(0);
    let adding = house.perform(&act, "add-to-report", Realm::Live, async |unit| {
        let answer = decide(unit, &command).await?;
        tries.set(tries.get() + 1);
        if tries.get() == 1 {
            // The text lies sealed in this unit and is not written yet.
            let parts = [Compartment::Raw, Compartment::Text, Compartment::Identity];
            house.keys.erase(&house.store, dossier, &parts).await?;
        }
        Ok(answer)
    });
    world.wait(Box::pin(adding)).unwrap();
    assert_eq!(tries.get(), 2);
    let added = seen::report(&world, &digits).parts.last().unwrap().body;
    assert_eq!(seen::body(&world, added), "三版です。");
    world.ends_well();
}

#[test]
fn commands_beside_erasures_lose_no_text() {
    let world = World::founded();
    let house = world.house();
    // Each is a dossier of its own, whose keys are drawn and written with it.
    let filing = async {
        for n in 0..60 {
            let text = json!({ "lang": "ja", "text": format!("{n} 件目の届出です。") });
            let fields =
                json!({ "kind": "product", "channel": "phone", "consent": "3", "text": text });
            let done = world.stage.person_does("reception", "file-report", fields);
            Box::pin(done).await.unwrap();
        }
    };
    let erasing = async {
        // Of a dossier of its own each time: every key of the others is wrapped anew.
        for n in 0..20 {
            let dossier = domain::value::StreamId::from_bytes([n; 16]);
            let (_, _, row) = house.keys.draw(dossier, Compartment::Raw).unwrap();
            let write = store::write::Write {
                rows: vec![row],
                ..Default::default()
            };
            house
                .store
                .write(house.store.ticket(), write)
                .await
                .unwrap();
            house
                .keys
                .erase(&house.store, dossier, &[Compartment::Raw])
                .await
                .unwrap();
            tokio::task::yield_now().await;
        }
    };
    world.wait(async { tokio::join!(filing, erasing) });
    let found = texts(&world);
    assert_eq!((found.lacking, found.erased), (0, 0), "{found:?}");
    world.ends_well();
}

#[test]
fn of_a_published_case_all_but_its_text_goes_and_the_public_tree_stays() {
    let world = World::founded();
    let case = Case::open(&world);
    let _ = case.published();
    case.does("close-case", json!({ "code": "published" }));
    let public = world.stage.dir().join("public");
    let before = look::files(&public);
    let text = json!({ "case": case.number, "compartments": ["text"], "basis": "time_over" });
    assert_eq!(
        world.refuses_as("reception", "request-erasure", text),
        "input"
    );
    for of in [("case", &case.number), ("report", &case.report.number)] {
        erased(&world, (of.0, of.1), &["identity", "exploit", "raw"]);
    }
    let pressed = world.wait(Box::pin(world.house().press())).unwrap();
    assert_eq!((pressed.changed, pressed.advisories), (0, 1));
    assert_eq!(look::files(&public), before);
    let out = world.stage.beside("again");
    world.wait(Box::pin(world.house().press_out(&out))).unwrap();

    // A revision is made of what is left. What was asked for before is not approved while somebody works on it.
    let later = json!({ "case": case.number, "compartments": ["raw"], "basis": "time_over" });
    let number = world.does_as("reception", "request-erasure", later)["erasure"].clone();
    case.does("reopen-case", json!({ "reason": "誤りが見つかりました。" }));
    let refused = world.refuses("approve-erasure", json!({ "erasure": number }));
    assert_eq!(refused, "erasure.open");
    case.drafted(Some("表記を直しました。"));
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    case.approved(&plan);
    assert_eq!(world.passes_to(instant), std::slice::from_ref(&case.number));
    assert_eq!(texts(&world).lacking, 0);
    world.ends_well();
}

#[test]
fn a_backup_that_is_being_made_keeps_an_erasure_back_and_is_counted_among_those_before() {
    let world = World::founded();
    let (digits, _) = declined(&world);
    let house = world.house();
    let recovery = house.dir.join("keys").join("backup").join("recovery.pub");
    let being_made = std::fs::File::open(recovery).unwrap();
    being_made.lock().unwrap();
    erased(&world, ("report", &digits), &["raw"]);
    let whole = seen::report(&world, &digits).whole.unwrap();
    assert_eq!(
        (told(&world)[0].stage, opens(&world, whole)),
        (Stage::Approved, true)
    );
    // It is done, under the number that comes next.
    world
        .wait(house.store.set_meta("key-backup", &1_u64.to_be_bytes()))
        .unwrap();
    drop(being_made);
    world.days_pass(1);
    assert_eq!(
        (told(&world)[0].stage, opens(&world, whole)),
        (Stage::Shut, false)
    );
    assert_eq!(told(&world)[0].backups, [1]);
    world.does_as("admin", "record-backup-destroyed", json!({ "number": 1 }));
    assert_eq!(told(&world)[0].stage, Stage::Erased);
    world.ends_well();
}
