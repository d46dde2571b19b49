//! Letters of the portal: performed once each, and answered where only their sender reads.
//!
//! What could go wrong: a letter is performed twice or lost, a stray or foreign file stops the others, an address is
//! subscribed without its owner's code, a mailbox tells more than its finder may know, files that are lost stay lost.

use domain::aggregate::Aggregate;
use domain::value::ReportForm;
use engine::House;
use engine::command;
use engine::kernel::context::Contexts;
use formats::letter::{
    Addition, Confirmation, Kind, Lang, Letter, Note, NoteKind, Progress, Report, Scope,
    Subscription, Withdrawal,
};
use seal::receipt::Receipt;
use serde_json::{Value, json};

use crate::play::now;
use crate::serving::Serving;
use crate::story::routes::enter;
use crate::story::turns::seen;
use crate::world::World;

/// A finder with a receipt.
struct Finder {
    receipt: Receipt,
    house: [u8; 16],
}

impl Finder {
    fn of(house: &House) -> Finder {
        Finder {
            receipt: Receipt::draw(),
            house: house.id(),
        }
    }

    fn report(&self, handling: &str) -> Letter {
        let lookup = seal::sha256(&self.receipt.lookup(&self.house));
        let public = seal::mailbox::public(&self.receipt.mailbox_secret(&self.house));
        Letter::Report(Report {
            at: at_once(),
            lang: Lang::Ja,
            kind: Kind::Site,
            handling: handling.to_owned(),
            lookup: seal::hex(&lookup),
            mailbox: seal::hex(&public),
            consent: "2026-1".to_owned(),
            what: "浮橋の会員サイト".to_owned(),
            happens: "他人の注文が見えます。".to_owned(),
            contact: "hanako@finder.example".to_owned(),
            credit: "東雲 花子".to_owned(),
            ..Report::default()
        })
    }

    fn proof(&self) -> String {
        seal::hex(&self.receipt.lookup(&self.house))
    }

    fn folder(&self, world: &World) -> std::path::PathBuf {
        let hash = seal::sha256(&self.receipt.lookup(&self.house));
        world.dir().join("mailbox").join(seal::hex(&hash))
    }

    fn open(&self, world: &World, name: &str) -> Vec<u8> {
        let sealed = std::fs::read(self.folder(world).join(name)).expect("a file of the mailbox");
        let hash = seal::sha256(&self.receipt.lookup(&self.house));
        let secret = self.receipt.mailbox_secret(&self.house);
        seal::mailbox::open(&secret, &hash, &sealed).expect("the receipt opens it")
    }

    /// The words of the steps, in order.
    fn steps(&self, world: &World) -> (Vec<&'static str>, Progress) {
        let progress = Progress::read(&self.open(world, "state")).expect("a document");
        let words = progress.steps.iter().map(|step| step.step.word()).collect();
        (words, progress)
    }

    fn note(&self, world: &World, number: u32) -> Note {
        Note::read(&self.open(world, &format!("note-{number:06}"))).expect("a message")
    }
}

fn at_once() -> String {
    crate::play::at(now())
}

/// Puts a letter into the box as the portal does; returns its name.
fn post(world: &World, letter: &Letter, id: [u8; 16]) -> String {
    let public = std::fs::read_to_string(world.dir().join("keys/public/intake.hex"));
    let public = seal::unhex32(public.expect("the public half").trim()).expect("a key");
    let sealed = seal::intake::seal(&public, &id, &letter.write()).expect("a sealed letter");
    let name = format!("letter-{}", seal::hex(&id));
    std::fs::create_dir_all(world.dir().join("box")).expect("the box");
    std::fs::write(world.dir().join("box").join(&name), sealed).expect("a letter");
    name
}

/// Lets the house do what it does each second: letters, then mailboxes.
fn round(world: &World, house: &House) {
    world.runtime.block_on(async {
        house.empty_letterbox().await.expect("letters are read");
        house
            .write_mailboxes()
            .await
            .expect("mailboxes are written");
    });
}

fn perform(world: &World, house: &House, name: &str, fields: Value) -> Value {
    let done = command::perform_json(house, name, fields);
    world.runtime.block_on(Box::pin(done)).expect("a command")
}

fn waiting(world: &World) -> usize {
    let entries = std::fs::read_dir(world.dir().join("box")).expect("the box");
    let names = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.starts_with("letter-")).count()
}

on_both! {
    fn a_report_is_filed_once_and_its_finder_follows_it(engine) {
        let world = World::founded(engine);
        let house = world.open(Contexts::default());
        let finder = Finder::of(&house);
        let (digits, handling) = engine::intake::handling_number(4_821_773).expect("a number");
        let report = finder.report(&handling);
        for _ in 0..2 {
            // The second time is a crash between the ledger and the box.
            post(&world, &report, [1; 16]);
            round(&world, &house);
            assert_eq!(waiting(&world), 0);
        }
        assert_eq!(world.count("report"), 1);
        let (steps, progress) = finder.steps(&world);
        assert_eq!(steps, ["received", "checking"]);
        assert_eq!((progress.handling.as_str(), progress.may_withdraw), (handling.as_str(), true));

        perform(&world, &house, "ask-finder", json!({ "report": digits, "text": { "lang": "ja", "text": "いつのことですか。" } }));
        round(&world, &house);
        let (steps, progress) = finder.steps(&world);
        assert_eq!((steps.last(), progress.asked), (Some(&"asked"), true));
        let question = finder.note(&world, 1);
        assert_eq!((question.note, question.text.as_str()), (NoteKind::Question, "いつのことですか。"));

        let answer = Letter::Addition(Addition {
            at: at_once(),
            lang: Lang::Ja,
            lookup: finder.proof(),
            text: "昨日です。".to_owned(),
        });
        for _ in 0..2 {
            post(&world, &answer, [2; 16]);
            round(&world, &house);
        }
        assert_eq!(finder.note(&world, 2).text, "昨日です。");
        assert!(!finder.folder(&world).join("note-000003").exists());
        assert!(finder.steps(&world).0.contains(&"answered"));

        // After the decision a withdrawal changes nothing, and says so.
        perform(&world, &house, "accept-report", json!({ "report": digits }));
        let left = Letter::Withdrawal(Withdrawal { at: at_once(), lookup: finder.proof() });
        post(&world, &left, [3; 16]);
        round(&world, &house);
        let (steps, progress) = finder.steps(&world);
        assert_eq!((steps.last(), progress.may_withdraw), (Some(&"accepted"), false));
        assert_eq!(finder.note(&world, 3).note, NoteKind::WithdrawnTooLate);

        // Files that are lost come back.
        std::fs::remove_dir_all(world.dir().join("mailbox")).expect("the mailboxes");
        round(&world, &house);
        assert_eq!(finder.steps(&world).0.last(), Some(&"accepted"));
        assert_eq!(finder.note(&world, 2).text, "昨日です。");
        drop(house);
        world.ends_well();
    }

    fn a_finder_withdraws_and_a_number_that_was_taken_is_replaced(engine) {
        let world = World::founded(engine);
        let house = world.open(Contexts::default());
        let (first, second) = (Finder::of(&house), Finder::of(&house));
        let (_, handling) = engine::intake::handling_number(11_111_111).expect("a number");
        post(&world, &first.report(&handling), [1; 16]);
        round(&world, &house);
        post(&world, &second.report(&handling), [2; 16]);
        round(&world, &house);
        assert_eq!(world.count("report"), 2);
        let (steps, progress) = second.steps(&world);
        assert_eq!(steps, ["received", "renumbered", "checking"]);
        assert_ne!(progress.handling, handling);
        assert_eq!(progress.steps[1].about, progress.handling);
        let left = Letter::Withdrawal(Withdrawal { at: at_once(), lookup: first.proof() });
        post(&world, &left, [3; 16]);
        round(&world, &house);
        assert_eq!(first.steps(&world).0, ["received", "withdrawn"]);
        assert_eq!(second.steps(&world).0.last(), Some(&"checking"));
        drop(house);
        world.ends_well();
    }

    fn what_nobody_can_read_is_laid_aside_and_stops_nothing(engine) {
        let world = World::founded(engine);
        let house = world.open(Contexts::default());
        let finder = Finder::of(&house);
        let (_, handling) = engine::intake::handling_number(5).expect("a number");
        let name = post(&world, &finder.report(&handling), [9; 16]);
        // Renamed: sealed to another name.
        let letters = world.dir().join("box");
        std::fs::rename(letters.join(&name), letters.join(format!("letter-{}", "0".repeat(32)))).expect("a letter");
        std::fs::write(letters.join("letter-short"), b"?").expect("a letter");
        // A wish that nobody can remove.
        std::fs::create_dir(letters.join(format!("unsubscribe-{}", "a".repeat(26)))).expect("a folder");
        post(&world, &finder.report(&handling), [8; 16]);
        // An addition by somebody without a receipt waits for its report, and is nobody's.
        let stray = Letter::Addition(Addition { at: at_once(), lang: Lang::En, lookup: "0".repeat(64), text: "x".to_owned() });
        post(&world, &stray, [7; 16]);
        round(&world, &house);
        let aside = std::fs::read_dir(letters.join(engine::work::letterbox::UNREADABLE)).expect("the folder");
        assert_eq!(aside.count(), 3);
        assert_eq!((world.count("report"), waiting(&world)), (1, 1));
        drop(house);
        world.ends_well();
    }

    fn nobody_is_subscribed_without_the_code_of_the_mail(engine) {
        let world = World::founded(engine);
        let house = world.open(Contexts::default());
        let wish = |at: &str| Letter::Subscription(Subscription {
            at: at.to_owned(),
            lang: Lang::En,
            address: "reader@member.example".to_owned(),
            scope: Scope::Vendor { name: "Ukihashi Networks".to_owned() },
        });
        post(&world, &wish(&crate::play::at(now() - 2_000_000)), [1; 16]);
        post(&world, &wish(&at_once()), [2; 16]);
        round(&world, &house);
        assert_eq!(world.count("subscriber"), 0);
        let mails = world.mails();
        assert_eq!(mails.len(), 1, "an address is not asked twice within minutes");
        let text = mail_text(&mails[0].1);
        let link = text.split("/subscribe/confirm/").nth(1).expect("a link").chars().take(26).collect::<String>();
        let code = text.split("Confirmation code: ").nth(1).expect("a code").chars().take(6).collect::<String>();
        assert!(!link.contains(&code));
        let typed = |code: &str| Letter::Confirmation(Confirmation { at: at_once(), token: link.clone(), code: code.to_owned() });
        let wrong = if code == "000000" { "000001" } else { "000000" };
        post(&world, &typed(wrong), [3; 16]);
        round(&world, &house);
        assert_eq!(world.count("subscriber"), 0);
        for id in [4, 5] {
            post(&world, &typed(&code), [id; 16]);
            round(&world, &house);
        }
        assert_eq!(world.count("subscriber WHERE active = 1 AND scope = 'vendor'"), 1);
        assert_eq!(world.mails().len(), 2, "one that asks, one that welcomes");
        drop(house);
        world.ends_well();
    }

    /// Nothing that a finder typed is lost between the form and the desk's page, and no words of ours are recorded with it.
    fn what_a_finder_typed_is_found_again_on_the_page_of_the_desk(engine) {
        let world = World::founded(engine);
        let house = world.open(Contexts::default());
        let (_, handling) = engine::intake::handling_number(41_111_111).expect("a number");
        let Letter::Report(simple) = Finder::of(&house).report(&handling) else { panic!("a report") };
        let report = Report {
            vendor: "運営者には三月に連絡しました。".to_owned(),
            public: "まだどこにも出ていません。".to_owned(),
            exploited: "一度だけ見かけました。".to_owned(),
            planned: "五月の講演で話す予定です。".to_owned(),
            share: true,
            ..simple
        };
        let letter = Letter::Report(report.clone());
        post(&world, &letter, [1; 16]);
        round(&world, &house);
        let found = world.runtime.block_on(Box::pin(house.store.report_by_handling(engine::Viewer::House, &handling)));
        let id = found.expect("a list").expect("the report");
        let loaded = world.runtime.block_on(Box::pin(house.load(id.into()))).expect("a state").expect("a report");
        let Aggregate::Report(state) = &*loaded.state else { panic!("a report") };
        assert_eq!(state.form, Some(ReportForm::Site));
        let raw = world.runtime.block_on(Box::pin(house.body(state.whole.expect("what came"))));
        assert!(raw.expect("a body") == letter.write(), "the bytes as they came");
        for field in &state.fields {
            let Some(text) = field.text() else { continue };
            let words = world.runtime.block_on(Box::pin(house.text(text, domain::text::standing::Owner::Shared))).expect("a text");
            assert!(report.filled().contains(&(field.key, words.words_for_the_house())), "{:?}", field.key);
        }
        // One text with the headings that an older house put into it, as it was recorded then.
        let older = json!({ "kind": "site", "channel": "form", "text": { "lang": "ja", "text": "■ 起きること\n画面が落ちます。" } });
        let older = perform(&world, &house, "file-report", older);
        drop(loaded);
        drop(house);

        let serving = Serving::start(&world);
        let reception = enter(&world, &serving.desk, "reception");
        let path = format!("/en/desk/reports/{handling}");
        let mut page = reception.get(&path);
        let mut all = page.text();
        let closed: Vec<String> = all.split("name=\"body\" value=\"").skip(1).filter_map(|rest| Some(rest.split('"').next()?.to_owned())).collect();
        for body in &closed {
            let position = seen(&page);
            let fields = [("seen", position.as_str()), ("do", "read"), ("body", body.as_str()), ("why", "to thank the finder")];
            let opened = reception.send(&path, &fields);
            assert_eq!(opened.status, 200);
            all.push_str(&opened.text());
            page = reception.get(&path);
        }
        for (key, typed) in report.filled() {
            let shown = if typed == "yes" { "Name and contact may be given to the vendor (or operator)" } else { typed };
            assert!(!shown.is_empty() && all.contains(shown), "{key:?}: {all}");
        }
        assert!(all.contains("Contact with the vendor or operator"), "the page is in the reader's language");
        let list = reception.get("/en/desk/").text();
        assert!(list.contains("浮橋の会員サイト 他人の注文が見えます。"), "{list}");
        assert!(list.contains("画面が落ちます。") && !list.contains("起きること"), "{list}");
        let older = reception.get(&format!("/en/desk/reports/{}", older["handling"].as_str().expect("a number")));
        assert!(older.text().contains("■ 起きること"), "as it was recorded");
        serving.stop();
        world.ends_well();
    }

    /// The property of docs/design/security.md §3.3: nothing that a finder reads tells of another who found the same.
    fn what_one_finder_reads_does_not_change_with_another(engine) {
        let world = World::founded(engine);
        let house = world.open(Contexts::default());
        let (first, second) = (Finder::of(&house), Finder::of(&house));
        let numbers = [31_111_111, 32_222_222].map(|n| engine::intake::handling_number(n).expect("a number"));
        let everything = |finder: &Finder| {
            let entries = std::fs::read_dir(finder.folder(&world)).expect("a mailbox");
            let mut names: Vec<String> = entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect();
            names.sort();
            // The mark is not sealed: it lies there for the house, and the portal reads it with everybody else's.
            let read = |name: &String| match name.as_str() {
                "mark" => std::fs::read(finder.folder(&world).join(name)).expect("a mark"),
                sealed => finder.open(&world, sealed),
            };
            names.iter().map(|name| (name.clone(), read(name))).collect::<Vec<_>>()
        };
        post(&world, &first.report(&numbers[0].1), [1; 16]);
        round(&world, &house);
        let question = |digits: &str| json!({ "report": digits, "text": { "lang": "ja", "text": "版はどれですか。" } });
        perform(&world, &house, "ask-finder", question(&numbers[0].0));
        let accepted = perform(&world, &house, "accept-report", json!({ "report": numbers[0].0 }));
        round(&world, &house);
        let before = everything(&first);

        post(&world, &second.report(&numbers[1].1), [2; 16]);
        round(&world, &house);
        perform(&world, &house, "ask-finder", question(&numbers[1].0));
        let answer = Addition { at: at_once(), lang: Lang::Ja, lookup: second.proof(), text: "二版です。".to_owned() };
        post(&world, &Letter::Addition(answer), [3; 16]);
        round(&world, &house);
        perform(&world, &house, "merge-report", json!({ "report": numbers[1].0, "case": accepted["case"] }));
        round(&world, &house);
        assert!(everything(&first) == before, "the first finder's mailbox has changed");

        // Nor the other way round: the second reads nothing of the first.
        let (steps, progress) = second.steps(&world);
        assert_eq!(progress.handling, numbers[1].1);
        let joined = everything(&second);
        for (name, bytes) in &joined {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains(&numbers[0].1) && !text.contains(&numbers[0].0), "{name}");
        }
        // A withdrawal of the first changes nothing for the second.
        let left = Letter::Withdrawal(Withdrawal { at: at_once(), lookup: first.proof() });
        post(&world, &left, [4; 16]);
        round(&world, &house);
        assert!(everything(&second) == joined, "{steps:?}");
        drop(house);
        world.ends_well();
    }
}

/// What a mail says, block by block, with blocks of base64 decoded.
fn mail_text(bytes: &[u8]) -> String {
    let mail = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let blocks = mail.split("\n\n").map(|block| {
        let lines = block.lines().take_while(|line| !line.starts_with("--"));
        let digits: String = lines.collect();
        decoded(&digits).unwrap_or_else(|| block.to_owned())
    });
    blocks
        .collect::<Vec<_>>()
        .join("\n\n")
        .replace("\r\n", "\n")
}

fn decoded(digits: &str) -> Option<String> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for digit in digits.trim_end_matches('=').bytes() {
        let value = ALPHABET.iter().position(|known| *known == digit)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 255).ok()?);
        }
    }
    String::from_utf8(out)
        .ok()
        .filter(|text| text.contains(' ') || text.contains('。'))
}
