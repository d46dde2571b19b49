//! Editing: what is rehearsed is what is published; what is taken over stays a reference; what repeats is taken on by
//! a second person; a plan tells what is new.

use domain::act::Act;
use domain::aggregate::Aggregate;
use domain::coordination::case::Case as Matter;
use domain::refusal::Refusal;
use domain::text::class::{Class, Compartment};
use domain::value::{CaseId, Field, Lang, StreamId};
use engine::advisory::command::{DraftAdvisory, DraftText, Wanted};
use engine::advisory::rehearsal::{KINDS, composed, rehearse, show};
use engine::advisory::sources;
use engine::command::Command;
use engine::intake::reading::ReadText;
use engine::kernel::clock;
use engine::kernel::unit::Unit;
use engine::publication::command::{ApprovePlan, Password};
use engine::publication::facts::{Since, facts};
use engine::{Fault, House, Instant};
use formats::advisory::Advisory;
use seal::record::Realm;
use serde_json::json;

use crate::contexts::contexts;
use crate::play::{Case, SECOND, at, now, said};
use crate::serving::Serving;
use crate::world::World;

async fn act_of(house: &House, handle: &str) -> Act {
    let own = house.own().await.expect("the house's own state");
    let (actor, person) = own
        .persons
        .iter()
        .find(|(_, person)| person.handle == handle)
        .expect("a person");
    Act::of_person(*actor, person.role, clock::now())
}

async fn matter(house: &House, case: &Case<'_>) -> Matter {
    let bytes = seal::unhex(&case.id).expect("an id");
    let id = CaseId::from_bytes(bytes.try_into().expect("16 bytes"));
    let loaded = house
        .load(id.into())
        .await
        .expect("the ledger")
        .expect("a case");
    match &*loaded.state {
        Aggregate::Case(case) => case.clone(),
        _ => panic!("a case"),
    }
}

fn plan_of(case: &Case<'_>, instant: i64) -> Wanted {
    Wanted {
        case: case.number.clone(),
        instant: Some(Instant(instant)),
    }
}

on_both! {
    fn what_is_rehearsed_is_published_byte_by_byte(engine) {
        let world = World::founded(engine);
        let mut case = Case::open(&world, false);
        case.board();
        case.draft(None);
        case.readers();
        let instant = case.plan_ahead();
        let records = world.count("ledger");
        let house = world.open(contexts(&world));
        let shown: Vec<(&str, Vec<u8>)> = world.runtime.block_on(Box::pin(async {
            let act = act_of(&house, "editor").await;
            let input = plan_of(&case, instant);
            let made = rehearse(&house, &act, Realm::Live, None, &input).await.expect("a rehearsal");
            let documents = made.made.as_ref().expect("valid documents");
            let prepared = &made.prepared;
            let doc = &prepared.composition.doc;
            KINDS
                .map(|kind| {
                    let shown = show(&house, &prepared.advisory, doc, documents, kind);
                    (kind, shown.expect("a form").bytes)
                })
                .into()
        }));
        drop(house);
        assert_eq!(world.count("ledger"), records, "a rehearsal leaves nothing");
        let mut serving = Serving::start(&world);
        serving.until("the release is recorded", || (world.count("delivery") == 3).then_some(()));
        serving.settle();
        serving.stop();
        let public = world.dir().join("public");
        let id = &case.number;
        let stem = id.to_lowercase();
        let year: String = at(instant).chars().take(4).collect();
        for (kind, path) in [
            ("page-ja", format!("ja/advisories/{id}.html")),
            ("page-en", format!("en/advisories/{id}.html")),
            ("sheet-ja", format!("ja/advisories/{id}-sheet.html")),
            ("sheet-en", format!("en/advisories/{id}-sheet.html")),
            ("text-ja", format!("advisories/{id}.ja.txt")),
            ("text-en", format!("advisories/{id}.en.txt")),
            ("advisory-json", format!("advisories/{id}.json")),
            ("csaf", format!("csaf/white/{year}/{stem}.json")),
        ] {
            let published = std::fs::read(public.join(&path)).expect("a published file");
            let rehearsed = shown.iter().find(|(known, _)| *known == kind);
            let rehearsed = &rehearsed.expect("a form").1;
            assert!(*rehearsed == published, "{kind} was rehearsed otherwise");
        }
        let archived = |file: &str| {
            std::fs::read(public.join(format!("archive/{id}/1/{file}"))).expect("an archived file")
        };
        let record: Advisory = serde_json::from_slice(&archived("advisory.json")).expect("a record");
        let listed: Vec<(&str, &str)> = record
            .documents
            .iter()
            .map(|one| (one.kind.as_str(), one.sha256.as_str()))
            .collect();
        let hash = |file: &str| seal::hex(&seal::sha256(&archived(file)));
        let (csaf, ja, en) = (hash("csaf.json"), hash("text.ja.txt"), hash("text.en.txt"));
        assert_eq!(listed, [("csaf", &*csaf), ("text-ja", &*ja), ("text-en", &*en)]);
        world.ends_well();
    }

    fn what_is_taken_over_unchanged_stays_a_reference(engine) {
        let world = World::founded(engine);
        let mut case = Case::open(&world, false);
        case.board();
        let house = world.open(contexts(&world));
        world.runtime.block_on(Box::pin(async {
            let act = act_of(&house, "editor").await;
            let matter = matter(&house, &case).await;
            let mut unit = Unit::new(&house, act.clone(), "rehearsal", Realm::Live);
            let offered = sources::offered(&mut unit, &matter, act.role).await.expect("sources");
            let classes: Vec<Class> = offered.iter().map(|source| source.text.class).collect();
            assert!(classes.contains(&Class::V) && classes.contains(&Class::F), "{classes:?}");
            for never in [Class::A, Class::T, Class::I, Class::G, Class::O, Class::U, Class::H] {
                assert!(!classes.contains(&never), "{never:?} was offered");
            }
            let of = |class: Class| offered.iter().find(|s| s.text.class == class).expect("a source");
            let (flaw, fix) = (of(Class::V), of(Class::F));
            let text = |field, text: String, from| DraftText { field, lang: Lang::Ja, text, class: None, from };
            let draft = DraftAdvisory {
                case: case.number.clone(),
                stage: domain::value::AdvisoryStage::Final,
                texts: vec![
                    text(Field::Title, "件名".to_owned(), None),
                    text(Field::Details, format!("{}\r\n", flaw.words.words_let_out()), Some(flaw.text.body.0)),
                    text(Field::Summary, format!("{} 続き", fix.words.words_let_out()), Some(fix.text.body.0)),
                    text(Field::Check, format!("{} 続き", flaw.words.words_let_out()), Some(flaw.text.body.0)),
                    text(Field::Fix, fix.words.words_let_out().to_owned(), Some(fix.text.body.0)),
                    // An id of no releasable text takes nothing over.
                    text(Field::Note, "補足".to_owned(), Some(matter.id.0)),
                ],
                facts: engine::advisory::compose::Facts::default(),
            };
            let command = Command::DraftAdvisory(draft);
            let done = engine::command::perform(&house, &act, Realm::Live, &command);
            done.await.expect("a draft");
            let stream = engine::publication::facts::stream(&house, &matter).await.expect("the ledger");
            let draft = stream.expect("an advisory").draft.expect("a draft");
            let found = |field: Field| draft.texts.iter().find(|(f, _)| *f == field).expect("a text").1;
            assert_eq!(found(Field::Details), flaw.text);
            assert_eq!(found(Field::Fix), fix.text);
            assert_ne!(found(Field::Summary).body, fix.text.body);
            assert_eq!(found(Field::Summary).class, Class::V, "new words are as strict as the field");
            assert_eq!(found(Field::Check).class, Class::V, "and as their source");
            assert_eq!(found(Field::Note).class, Class::V);
            assert_eq!(draft.author, act.actor);
            // Without words a text stays as it is, and nothing stands for one that is not there.
            let without = |from| Command::DraftAdvisory(DraftAdvisory {
                case: case.number.clone(),
                stage: domain::value::AdvisoryStage::Final,
                texts: vec![
                    text(Field::Title, "件名".to_owned(), None),
                    text(Field::Summary, String::new(), Some(from)),
                ],
                facts: engine::advisory::compose::Facts::default(),
            });
            let unknown = without(matter.id.0);
            let refused = engine::command::perform(&house, &act, Realm::Live, &unknown).await;
            assert!(matches!(refused, Err(Fault::Refused(Refusal::NotFound("text")))), "{refused:?}");
            let summary = found(Field::Summary);
            let kept = without(summary.body.0);
            engine::command::perform(&house, &act, Realm::Live, &kept).await.expect("a draft");
            let stream = engine::publication::facts::stream(&house, &matter).await.expect("the ledger");
            let draft = stream.expect("an advisory").draft.expect("a draft");
            assert!(draft.texts.contains(&(Field::Summary, summary)));
            assert!(!draft.texts.iter().any(|(field, _)| *field == Field::Fix), "what is left out is gone");
            // An attack method is read against a reason by whom the matrix lets, and by nobody else.
            let report: StreamId = matter.report.expect("a report").into();
            let loaded = house.load(report).await.expect("the ledger").expect("a report");
            let Aggregate::Report(report) = &*loaded.state else { panic!("a report") };
            let attack = report.parts.iter().find(|part| part.class == Class::A).expect("a part");
            let read = Command::ReadText(ReadText {
                report: report.id.to_string(),
                body: attack.body.0,
                reason: "to reproduce it".to_owned(),
            });
            let refused = engine::command::perform(&house, &act, Realm::Live, &read).await;
            assert!(matches!(refused, Err(Fault::Refused(Refusal::Role))), "{refused:?}");
            let reception = act_of(&house, "reception").await;
            let answer = engine::command::perform(&house, &reception, Realm::Live, &read).await;
            assert!(answer.expect("words")["text"].as_str().is_some_and(|words| !words.is_empty()));
        }));
        drop(house);
        world.ends_well();
    }

    fn what_repeats_is_taken_on_by_a_second_person_and_the_plan_tells_what_is_new(engine) {
        let world = World::founded(engine);
        let mut case = Case::open(&world, false);
        case.board();
        case.draft(None);
        let later = now() / SECOND * SECOND + 3_600 * SECOND;
        case.plan(later);
        let texts = [
            ("title", "A title", None),
            ("fix", "Update now", None),
            ("affected", "All of it", None),
            ("detection", "Not known", None),
            ("side_effects", "None", None),
            ("details", case.verification.as_str(), Some("V")),
        ]
        .map(|(field, text, class)| json!({ "field": field, "lang": "en", "text": text, "class": class }));
        let plan = json!({ "case": case.number, "instant": at(later) });
        // A list of actions is no countermeasure, and neither is the flaw under the fix.
        let unhelpful = [("title", "A title", None), ("actions", "all | wait | today", None), ("fix", "None", Some("V"))]
            .map(|(field, text, class)| json!({ "field": field, "lang": "en", "text": text, "class": class }));
        let mut draft = case.draft_of(&unhelpful, "final");
        world.perform("draft-advisory", &draft);
        assert_eq!(world.refused("plan-release", &plan), "gate.withheld");
        draft["texts"] = json!(texts);
        draft["facts"]["untranslated"] = json!(["ja"]);
        world.gives_as("editor", "draft-advisory", &draft).expect("a draft");
        assert_eq!(world.refused("plan-release", &plan), "gate.overlap");
        let mut taken_on = plan.clone();
        taken_on["overlap_override"] = true.into();
        let refused = world.gives_as("coordinator", "plan-release", &taken_on);
        assert_eq!(refused, Err("no_reason".to_owned()));
        taken_on["reason"] = "the words are public elsewhere".into();
        let by = |handle| world.gives_as(handle, "plan-release", &taken_on);
        assert_eq!(by("editor"), Err("gate.overlap".to_owned()), "the drafter took it on");
        crate::hands::change_hands(&world);
        let hash = said(&by("coordinator").expect("a plan"), "plan");
        case.approve(&hash, "approver-a");
        let house = world.open(contexts(&world));
        world.runtime.block_on(Box::pin(async {
            let act = act_of(&house, "approver-b").await;
            let matter = matter(&house, &case).await;
            let seen = facts(&house, &act, Realm::Live, &matter).await.expect("a plan");
            assert_eq!(seen.plan.sha256, hash);
            assert_eq!(seen.overrides, ["overlap"]);
            assert_eq!(seen.since, Since::Plan);
            assert!(seen.news.iter().all(|hunks| !hunks.is_empty()));
            let sentences = || seen.passages.iter().flat_map(|passage| &passage.sentences);
            assert!(sentences().any(|one| one.repeats), "{:?}", seen.passages);
            assert!(sentences().any(|one| one.is_new && one.text == "Update now"));
            let approved: Vec<&str> = seen.approvals.iter().map(|(who, _)| who.as_str()).collect();
            assert_eq!(approved, ["approver-a"]);
            let may: Vec<&str> = seen.may_approve.iter().map(|one| one.handle.as_str()).collect();
            assert_eq!(may, ["approver-b"]);
            assert!(!seen.is_outdated);
            // Wrong passwords of approval and of signing in are counted together.
            let wrong = || Command::ApprovePlan(ApprovePlan {
                case: case.number.clone(),
                plan: hash.clone(),
                person: "approver-b".to_owned(),
                password_file: None,
                password: Some(Password::new("not the password")),
            });
            for _ in 0..5 {
                let refused = engine::command::perform(&house, &act, Realm::Live, &wrong()).await;
                assert!(matches!(refused, Err(Fault::Refused(Refusal::Input { field: "password", .. }))), "{refused:?}");
            }
            let begun = std::time::Instant::now();
            assert!(house.sign_in_again("approver-b", "not the password").await.expect("the store").is_none());
            assert!(begun.elapsed() >= std::time::Duration::from_secs(2), "nobody counted");
            // What was erased keeps nobody from composing: it cannot be compared, and cannot be repeated.
            let plan = plan_of(&case, later);
            let before = composed(&house, &act, Realm::Live, None, &plan).await.expect("a release");
            assert!(!before.composition.overlaps.is_empty());
            let report = StreamId::from_bytes(seal::unhex(&case.report_id).expect("an id").try_into().expect("16 bytes"));
            for compartment in [Compartment::Exploit, Compartment::Raw, Compartment::Identity] {
                house.keys.erase(&house.store, report, &[compartment]).await.expect("the keys");
            }
            let after = composed(&house, &act, Realm::Live, None, &plan).await.expect("a release all the same");
            assert!(after.composition.overlaps.is_empty(), "{:?}", after.composition.overlaps);
        }));
        drop(house);
        case.perform("abort-plan", json!({ "case": case.number, "plan": hash, "reason": "end of the test" }));
        world.ends_well();
    }

    fn one_person_publishes_alone_with_two_signatures_and_is_shown_as_one(engine) {
        let world = World::of(engine);
        let kit = world.good(&[
            "init", "--solo", "--name-ja", "一人の組織", "--name-en", "House of One",
            "--portal", "https://portal.example", "--contact", "desk@centre.example",
        ]);
        assert_eq!(kit["passwords"].as_object().map(serde_json::Map::len), Some(1));
        world.kit.replace(kit);
        let mut case = Case::open(&world, false);
        case.board();
        case.draft(None);
        let soon = now() / SECOND * SECOND;
        let mut plan = json!({ "case": case.number, "instant": at(soon) });
        let patient = said(&world.perform("plan-release", &plan), "plan");
        case.approve(&patient, "approver-a");
        let again = case.try_approve(&patient, "approver-a");
        assert!(again.err.contains("release.second_signature") || again.out.contains("release.second_signature"), "{again:?}");
        plan["emergency"] = true.into();
        plan["reason"] = "attacks are seen".into();
        let urgent = said(&world.perform("plan-release", &plan), "plan");
        case.approve(&urgent, "approver-a");
        let mut serving = Serving::start(&world);
        serving.until("the house looks at the plan", || {
            (world.count("outbox WHERE kind = 'release' AND attempts > 0 AND lease_until = 0") > 0).then_some(())
        });
        let leaves = world.dir().join("public/archive/leaves.jsonl");
        let out = || std::fs::read_to_string(&leaves).unwrap_or_default();
        assert!(!out().contains(&case.number), "one signature published");
        serving.stop();
        case.approve(&urgent, "approver-a");
        let mut serving = Serving::start(&world);
        serving.until("the archive entry", || out().contains(&case.number).then_some(()));
        serving.settle();
        serving.stop();
        let text = out();
        let leaf = text.lines().find(|line| line.contains(&case.number)).expect("a leaf");
        let leaf: serde_json::Value = serde_json::from_str(leaf).expect("JSON");
        assert_eq!(leaf["persons"], 1);
        world.ends_well();
    }
}
