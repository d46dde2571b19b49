//! Letters of the portal: what they become, what is done with them twice, and what a finder's mailbox says.

use std::path::{Path, PathBuf};

use domain::intake::ReportStage;
use domain::text::class::Class;
use domain::value::{Actor, Inlet, ReportForm, ReportKey};
use formats::advisory::Lang;
use formats::letter::{Addition, Kind, Letter, NoteKind, Report, Withdrawal};
use serde_json::json;
use testkit::World;
use testkit::letters::{Finder, post, waiting};
use testkit::world::{at, span};

use crate::seen;

/// A handling number as the portal tells it: digits, and as it is printed.
fn number(random: u64) -> (String, String) {
    engine::intake::handling_number(random).unwrap()
}

fn addition(world: &World, finder: &Finder, words: &str) -> Letter {
    Letter::Addition(Addition {
        at: at(world.now()),
        lang: Lang::Ja,
        lookup: finder.proof(),
        text: words.to_owned(),
    })
}

fn withdrawal(world: &World, finder: &Finder) -> Letter {
    Letter::Withdrawal(Withdrawal {
        at: at(world.now()),
        lookup: finder.proof(),
    })
}

/// Hash of a finder's look-up id, which names its mailbox.
fn lookup(finder: &Finder) -> String {
    seal::hex(&seal::sha256(&seal::unhex(&finder.proof()).unwrap()))
}

fn mailbox(world: &World, finder: &Finder) -> PathBuf {
    world.stage.dir().join("mailbox").join(lookup(finder))
}

/// Letters that were laid aside.
fn aside(world: &World) -> usize {
    let folder = world.stage.dir().join("box").join("unreadable");
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

/// Posts a finder's report and lets it be taken in.
fn arrived(world: &World, finder: &Finder, random: u64) -> String {
    let (digits, printed) = number(random);
    post(world, &finder.report(world, &printed), 200);
    world.runs_due();
    digits
}

#[test]
fn a_form_by_letter_becomes_a_report_with_all_that_was_filled_in() {
    let world = World::founded();
    let finder = Finder::of(&world);
    let (digits, printed) = number(31_415_926);
    let Letter::Report(plain) = finder.report(&world, &printed) else {
        panic!("a report");
    };
    let letter = Letter::Report(Report {
        kind: Kind::OwnProduct,
        contact: "finder@finder.example".to_owned(),
        credit: "ある発見者".to_owned(),
        share: true,
        planned: "来月です。".to_owned(),
        ..plain
    });
    post(&world, &letter, 1);
    world.runs_due();
    let report = seen::report(&world, &digits);
    assert_eq!(report.form, Some(ReportForm::Own));
    assert_eq!(report.handling, printed);
    let keys: Vec<ReportKey> = report.fields.iter().map(|field| field.key).collect();
    assert_eq!(
        keys,
        [
            ReportKey::What,
            ReportKey::Happens,
            ReportKey::Planned,
            ReportKey::Share
        ]
    );
    assert_eq!(report.contact.map(|text| text.class), Some(Class::C));
    assert_eq!(report.finder.map(|text| text.class), Some(Class::H));
    assert_eq!(report.lookup, Some(lookup(&finder)));
    // Behind the fields lie the bytes as the portal sealed them.
    let whole = seen::body(&world, report.whole.unwrap());
    assert_eq!(whole.as_bytes(), letter.write());
    let recorded = seen::last(&world, &digits);
    assert_eq!(
        recorded.by,
        Some(Actor::Stranger {
            inlet: Inlet::Portal
        })
    );
    assert_eq!(recorded.letter, Some("01".repeat(16)));
    assert_eq!(seen::said_by(&recorded)["told"], json!(null));
    world.ends_well();
}

#[test]
fn a_letter_is_dated_when_it_was_taken_in_and_never_later_than_now() {
    let world = World::founded();
    world.passes_to(world.ahead(span(0, 3)));
    for (random, id, hours, is_kept) in [(1, 1, -2, true), (2, 2, 24, false)] {
        let finder = Finder::of(&world);
        let (digits, printed) = number(random);
        let Letter::Report(plain) = finder.report(&world, &printed) else {
            panic!("a report");
        };
        let said = world.ahead(span(0, hours));
        let letter = Report {
            at: at(said),
            ..plain
        };
        post(&world, &Letter::Report(letter), id);
        world.runs_due();
        let received = seen::report(&world, &digits).received_at;
        assert_eq!(received == said, is_kept, "{hours}");
        assert!(received <= world.now(), "{hours}");
    }
    world.ends_well();
}

#[test]
fn what_a_finder_adds_may_come_before_the_report_it_belongs_to() {
    let world = World::founded();
    let finder = Finder::of(&world);
    let (digits, printed) = number(27);
    post(&world, &addition(&world, &finder, "三版です。"), 1);
    post(&world, &finder.report(&world, &printed), 2);
    world.runs_due();
    assert_eq!(
        world.happened_in(&digits),
        ["report_received", "report_answered"]
    );
    let report = seen::report(&world, &digits);
    let by = Some(Actor::Finder { report: report.id });
    assert_eq!(seen::last(&world, &digits).by, by);
    assert_eq!(seen::body(&world, report.parts[0].body), "三版です。");
    assert_eq!(report.parts[0].class, Class::U);
    assert_eq!(waiting(&world), 0);
    world.ends_well();
}

#[test]
fn what_is_read_twice_is_performed_once() {
    let world = World::founded();
    let finder = Finder::of(&world);
    let digits = arrived(&world, &finder, 28);
    let more = addition(&world, &finder, "三版です。");
    let ends = withdrawal(&world, &finder);
    for (letter, id) in [(&more, 1), (&more, 1), (&ends, 2), (&ends, 2)] {
        post(&world, letter, id);
        world.runs_due();
    }
    assert_eq!(
        world.happened_in(&digits),
        ["report_received", "report_answered", "report_withdrawn"]
    );
    let own = finder.note(&world, 1).unwrap();
    assert_eq!((own.note, own.text.as_str()), (NoteKind::Own, "三版です。"));
    assert_eq!(finder.note(&world, 2), None, "nor is it called too late");
    // The same words in another letter are said again.
    post(&world, &more, 3);
    world.runs_due();
    assert_eq!(world.times("report_answered"), 2);
    world.ends_well();
}

#[test]
fn a_receipt_in_an_addition_is_not_taken_and_its_finder_is_told() {
    let world = World::founded();
    let finder = Finder::of(&world);
    let digits = arrived(&world, &finder, 29);
    let receipt = seal::receipt::Receipt::draw().printed();
    let words = format!("My receipt is {}", receipt.as_str());
    post(&world, &addition(&world, &finder, &words), 1);
    world.runs_due();
    let told = finder.note(&world, 1).unwrap();
    assert_eq!((told.note, told.text.as_str()), (NoteKind::HeldReceipt, ""));
    assert_eq!(world.happened_in(&digits), ["report_received"]);
    assert_eq!((waiting(&world), aside(&world)), (0, 0));
    world.ends_well();
}

#[test]
fn a_letter_that_nobody_can_read_is_laid_aside_and_stops_no_other() {
    let world = World::founded();
    let finder = Finder::of(&world);
    let (digits, printed) = number(30);
    let folder = world.stage.dir().join("box");
    post(&world, &finder.report(&world, &printed), 1);
    // Under another name it is another letter, which its seal does not fit.
    let name = |id: u8| folder.join(format!("letter-{}", seal::hex(&[id; 16])));
    std::fs::rename(name(1), name(2)).unwrap();
    std::fs::write(name(3), b"nothing that was sealed").unwrap();
    std::fs::write(folder.join("letter-odd"), b"").unwrap();
    post(&world, &finder.report(&world, &printed), 4);
    world.runs_due();
    assert_eq!((waiting(&world), aside(&world)), (0, 3));
    assert_eq!(world.times("report_received"), 1);
    assert_eq!(seen::report(&world, &digits).handling, printed);
    world.runs_due();
    assert_eq!(aside(&world), 3, "it waits for a person");
    world.ends_well();
}

#[test]
fn a_letter_to_the_key_of_the_month_before_is_still_read() {
    let world = World::founded();
    let dir = world.stage.dir();
    let shown = || {
        let text = std::fs::read_to_string(dir.join("keys/public/intake.hex"));
        seal::unhex32(text.unwrap().trim()).unwrap()
    };
    let halves = || {
        let read = engine::intake::keys::privates(&dir).unwrap();
        (read.keys.len(), read.broken)
    };
    let old = shown();
    assert_eq!(halves(), (1, 0));
    world.days_pass(25);
    assert_ne!(shown(), old, "October has begun");
    assert_eq!(halves(), (2, 0));
    let finder = Finder::of(&world);
    let (digits, printed) = number(31);
    let sealed = seal::intake::seal(&old, &[9; 16], &finder.report(&world, &printed).write());
    let folder = dir.join("box");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("letter-{}", seal::hex(&[9; 16])));
    std::fs::write(path, sealed.unwrap()).unwrap();
    world.runs_due();
    assert_eq!(seen::report(&world, &digits).handling, printed);
    assert_eq!(finder.steps(&world), ["received", "checking"]);
    world.ends_well();
}

#[test]
fn a_number_that_is_none_of_ours_is_replaced() {
    let world = World::founded();
    let (_, printed) = number(32);
    let mistyped = {
        let mut digits = printed.clone();
        let check = digits.pop().unwrap();
        digits.push(if check == '0' { '1' } else { '0' });
        digits
    };
    for (told, id) in [
        (mistyped.as_str(), 1),
        ("TN#12345674", 2),
        ("EX-0000-0001-8", 3),
        ("hello", 4),
    ] {
        let finder = Finder::of(&world);
        post(&world, &finder.report(&world, told), id);
        world.runs_due();
        assert_eq!(
            finder.steps(&world),
            ["received", "renumbered", "checking"],
            "{told}"
        );
        let progress = finder.progress(&world);
        assert_ne!(progress.handling, told);
        assert_eq!(progress.steps[1].about, progress.handling, "{told}");
        let report = seen::report(&world, &progress.handling);
        let recorded = seen::last(&world, &report.id.to_string());
        assert_eq!(seen::said_by(&recorded)["told"], told);
    }
    world.ends_well();
}

#[test]
fn a_mailbox_goes_a_month_after_its_report_ended_and_comes_back_with_more() {
    let world = World::founded();
    let finder = Finder::of(&world);
    let digits = arrived(&world, &finder, 33);
    let why = json!({ "lang": "ja", "text": "仕様どおりの動作でした。" });
    world.does(
        "decline-report",
        json!({ "report": digits, "reason": "not_vulnerability", "text": why }),
    );
    let messages = || {
        let rows = world.wait(
            world
                .house()
                .store
                .mailbox(engine::Viewer::Bearer, &lookup(&finder)),
        );
        rows.unwrap().len()
    };
    world.days_pass(29);
    assert_eq!((mailbox(&world, &finder).exists(), messages()), (true, 1));
    world.days_pass(2);
    assert_eq!((mailbox(&world, &finder).exists(), messages()), (false, 0));
    post(
        &world,
        &addition(&world, &finder, "別の画面でも起きます。"),
        1,
    );
    world.runs_due();
    assert_eq!(
        seen::report(&world, &digits).state.stage(),
        ReportStage::Received
    );
    assert_eq!(finder.steps(&world), ["received", "declined", "checking"]);
    let again = finder.note(&world, 1).unwrap();
    assert_eq!(again.note, NoteKind::Own, "what was told before is gone");
    world.ends_well();
}

#[test]
fn files_of_mailboxes_that_are_lost_come_back() {
    let world = World::founded();
    let finder = Finder::of(&world);
    let digits = arrived(&world, &finder, 34);
    let question =
        json!({ "report": digits, "text": { "lang": "ja", "text": "版はどれですか。" } });
    world.does("ask-finder", question);
    world.runs_due();
    let before = finder.progress(&world);
    assert!(before.asked && before.may_withdraw);
    std::fs::remove_dir_all(world.stage.dir().join("mailbox")).unwrap();
    world.runs_due();
    assert_eq!(finder.progress(&world), before);
    assert_eq!(finder.note(&world, 1).unwrap().note, NoteKind::Question);
    assert_eq!(finder.note(&world, 2), None);
    world.ends_well();
}

/// The portal may write where mailboxes lie. Whoever took it over silences no finder beyond the day on which it is mended,
/// and leaves no word in the house's name.
#[test]
fn what_the_portal_put_into_mailboxes_goes_within_a_day() {
    let world = World::founded();
    let finder = Finder::of(&world);
    let digits = arrived(&world, &finder, 38);
    let question =
        json!({ "report": digits, "text": { "lang": "ja", "text": "版はどれですか。" } });
    world.does("ask-finder", question);
    world.runs_due();
    let before = finder.progress(&world);
    let folder = mailbox(&world, &finder);
    let followed = world.stage.dir().join("mailbox/followed");
    let elsewhere = world.stage.dir().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let note = |number: u32| folder.join(format!("note-{number:06}"));
    let empty = |path: &Path| {
        std::fs::remove_file(path).unwrap();
        std::fs::write(path, b"").unwrap();
    };
    let pipe = |path: &Path| {
        std::fs::remove_file(path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.unwrap().success());
    };
    let folder_for = |path: &Path| {
        std::fs::remove_file(path).unwrap();
        std::fs::create_dir_all(path.join("within")).unwrap();
    };
    let hostile: [&dyn Fn(); 9] = [
        &|| folder_for(&followed),
        &|| folder_for(&folder.join("mark")),
        &|| empty(&note(1)),
        &|| pipe(&note(1)),
        &|| {
            std::fs::remove_file(note(1)).unwrap();
            std::fs::create_dir(note(1)).unwrap();
        },
        &|| std::fs::copy(note(1), note(2)).map(|_| ()).unwrap(),
        &|| std::fs::write(folder.join("state"), b"garbled").unwrap(),
        &|| std::fs::write(&followed, format!("{} {}", u64::MAX, i64::MAX)).unwrap(),
        &|| {
            std::fs::remove_dir_all(&folder).unwrap();
            std::os::unix::fs::symlink(&elsewhere, &folder).unwrap();
        },
    ];
    for (at, put) in hostile.into_iter().enumerate() {
        put();
        world.days_pass(2);
        assert_eq!(finder.progress(&world), before, "{at}");
        assert_eq!(finder.note(&world, 1).unwrap().note, NoteKind::Question);
        assert_eq!(finder.note(&world, 2), None, "{at}");
    }
    assert_eq!(std::fs::read_dir(&elsewhere).unwrap().count(), 0);
    world.ends_well();
}

#[test]
fn a_finder_reads_the_code_of_a_refusal_and_that_a_closed_case_is_closed() {
    let world = World::founded();
    let [refused, closed] = [(); 2].map(|()| Finder::of(&world));
    let falls = arrived(&world, &refused, 35);
    let (goes_on, printed) = number(36);
    post(&world, &closed.report(&world, &printed), 1);
    world.runs_due();
    world.does(
        "decline-report",
        json!({ "report": falls, "reason": "out_of_scope_site" }),
    );
    let accepted = world.does("accept-report", json!({ "report": goes_on }));
    let ends = json!({ "case": accepted["number"], "code": "low_impact_after_contact" });
    world.does("close-case", ends);
    world.runs_due();
    for (finder, step, about) in [
        (&refused, "declined", "out_of_scope_site"),
        (&closed, "closed", "low_impact_after_contact"),
    ] {
        let progress = finder.progress(&world);
        let last = progress.steps.last().unwrap();
        assert_eq!((last.step.word(), last.about.as_str()), (step, about));
        assert!(!progress.may_withdraw && !progress.asked, "{step}");
        let number = accepted["number"].as_str().unwrap();
        assert!(!format!("{progress:?}").contains(number), "{step}");
    }
    assert_eq!(finder_notes(&world, &refused), 0, "no words, no message");
    world.ends_well();
}

fn finder_notes(world: &World, finder: &Finder) -> usize {
    let notes = (1..9).map_while(|number| finder.note(world, number));
    notes.count()
}

#[test]
fn a_mailbox_opens_to_nobody_by_what_is_printed_on_paper() {
    let world = World::founded();
    let finder = Finder::of(&world);
    let digits = arrived(&world, &finder, 37);
    let report = seen::report(&world, &digits);
    // Its number, its inner id and the name of its folder are no proof.
    let id = report.id.to_string();
    let guesses = [
        format!("{digits:0>64}"),
        format!("{id:0>64}"),
        lookup(&finder),
    ];
    for (id, guess) in (1..).zip(guesses) {
        let letter = Withdrawal {
            at: at(world.now()),
            lookup: guess,
        };
        post(&world, &Letter::Withdrawal(letter), id);
    }
    world.runs_due();
    world.passes_to(world.ahead(span(0, 2)));
    assert_eq!(waiting(&world), 0);
    assert_eq!(world.happened_in(&digits), ["report_received"]);
    assert!(finder.progress(&world).may_withdraw);
    world.ends_well();
}
