//! The reception as the internet sees it: forms sent to a socket, letters that only the house can read.
//!
//! What could go wrong: a GET or a scanner changes something, something typed is lost or stands in clear on disk, an
//! unknown receipt is told from a mistyped one, another site's form is taken.

use std::collections::BTreeMap;
use std::path::PathBuf;

use formats::letter::{Kind, Lang, Letter, Note, NoteKind, Progress, StepKind};
use portal::{HandlingNumber, Limits, Reception};
use seal::receipt::Receipt;

use super::client::*;
use super::snapshot;

pub const HOUSE: [u8; 16] = [7; 16];
const TEXT: &str = "起動すると応答が止まります。<b>1</b>";

/// A portal with a reception, and the private half that only the house has.
pub struct House {
    press: Press,
    private: [u8; 32],
}

impl House {
    pub fn new() -> Self {
        let mut press = Press::usual();
        let index = r#"{"v":1,"advisories":[{"id":"NRS-1","path":"/ja/advisories/NRS-1.html","title":"題名","published":"2999-01-01T00:00:00Z","vendors":["浮橋"],"products":[]}]}"#;
        press.plain("/ja/advisories/index.json", index.as_bytes());
        press.swap(2);
        let (private, public) = seal::intake::draw();
        let house = House {
            press,
            private: *private,
        };
        let keys = house.dir().join("keys").join("public");
        std::fs::create_dir_all(&keys).unwrap();
        std::fs::write(keys.join("intake.hex"), seal::hex(&public)).unwrap();
        std::fs::write(keys.join("house.hex"), seal::hex(&HOUSE)).unwrap();
        house
    }

    pub fn dir(&self) -> PathBuf {
        self.press.folder.join("house")
    }

    pub async fn serve(&self) -> Server {
        let names = [
            (Lang::Ja, "狼煙調整センター".to_owned()),
            (Lang::En, "Noroshi Centre".to_owned()),
        ];
        let reception = Reception {
            dir: self.dir(),
            site: pages::Site {
                name: BTreeMap::from(names),
                portal: "https://portal.example".to_owned(),
                contact: "desk@portal.example".to_owned(),
                telephone: [].into(),
                fingerprint: "0".repeat(40),
                marking: formats::advisory::Marking::None,
                version: "0".to_owned(),
            },
            number: |random| {
                let digits = format!("{:09}", random % 1_000_000_000);
                let printed = format!("{}-{}-{}", &digits[..4], &digits[4..8], &digits[8..]);
                Some(HandlingNumber { digits, printed })
            },
        };
        self.press
            .serve_with(Limits::default(), |handle| handle.with_reception(reception))
            .await
    }

    /// Opens all letters, as the house does.
    pub fn letters(&self) -> Vec<Letter> {
        let mut out = Vec::new();
        for entry in std::fs::read_dir(self.dir().join("box"))
            .into_iter()
            .flatten()
        {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let Some(id) = name.strip_prefix("letter-") else {
                continue;
            };
            let id: [u8; 16] = seal::unhex(id).unwrap().try_into().unwrap();
            let sealed = std::fs::read(entry.path()).unwrap();
            let opened = seal::intake::open(&self.private, &id, &sealed).unwrap();
            out.push(Letter::read(&opened).unwrap());
        }
        out
    }

    pub fn writes(&self) -> BTreeMap<PathBuf, (std::time::SystemTime, Vec<u8>)> {
        let mut all = BTreeMap::new();
        snapshot(&self.press.folder, &mut all);
        all
    }
}

/// The value of a field in a page.
pub fn value(page: &str, name: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap();
    rest.split('"').next().unwrap().to_owned()
}

pub const GOOD: [(&str, &str); 5] = [
    ("what", "浮橋リゾルバー 3.1"),
    ("happens", TEXT),
    ("contact", "hanako@finder.example"),
    ("consent", "2026-3"),
    ("do", "send"),
];

pub async fn reported(server: &Server) -> (String, String) {
    let reply = server.post("/ja/report", &GOOD, "").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let page = reply.text();
    (value(&page, "receipt"), value(&page, "handling"))
}

#[tokio::test]
async fn a_report_becomes_a_letter_that_only_the_house_reads() {
    let house = House::new();
    let server = house.serve().await;
    let (receipt, handling) = reported(&server).await;
    let Some(Letter::Report(report)) = house.letters().pop() else {
        unreachable!("a report was sent");
    };
    assert_eq!(
        (report.happens.as_str(), report.kind, report.lang),
        (TEXT, Kind::Product, Lang::Ja)
    );
    assert_eq!(
        (report.contact.as_str(), report.consent.as_str()),
        ("hanako@finder.example", "2026-3")
    );
    assert_eq!(report.handling, handling);
    let digits = handling.replace('-', "");
    assert!(house.dir().join("box/numbers").join(digits).exists());
    let receipt = Receipt::read(&receipt).unwrap();
    assert_eq!(
        report.lookup,
        seal::hex(&seal::sha256(&receipt.lookup(&HOUSE)))
    );
    let public = seal::mailbox::public(&receipt.mailbox_secret(&HOUSE));
    assert_eq!(report.mailbox, seal::hex(&public));
    // Neither text nor receipt stands in clear anywhere on disk.
    let printed = receipt.printed();
    for (path, (_, bytes)) in house.writes() {
        let stands = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
        assert!(
            !stands("応答が止まります".as_bytes()) && !stands(printed.as_bytes()),
            "{path:?}"
        );
        assert!(!path.to_string_lossy().contains(&printed[..4]), "{path:?}");
    }
}

#[tokio::test]
async fn a_report_that_is_sent_twice_is_one_report_with_one_receipt() {
    let house = House::new();
    let server = house.serve().await;
    let once = value(&server.get("/ja/report", "").await.text(), "once");
    let mut fields = GOOD.to_vec();
    fields.push(("once", &once));
    let both = tokio::join!(
        server.post("/ja/report", &fields, ""),
        server.post("/ja/report", &fields, "")
    );
    let told = |page: &str| (value(page, "receipt"), value(page, "handling"));
    let first = told(&both.0.text());
    assert_eq!(told(&both.1.text()), first);
    let loaded_again = server.post("/ja/report", &fields, "").await;
    assert_eq!(told(&loaded_again.text()), first);
    assert_eq!(house.letters().len(), 1);
    // Other words are another report, whoever sends them.
    fields[1].1 = "別の問題です。";
    let other = server.post("/ja/report", &fields, "").await;
    assert_ne!(told(&other.text()), first);
    assert_eq!(house.letters().len(), 2);
}

#[tokio::test]
async fn a_report_whose_first_sending_ended_half_way_is_taken_by_the_second() {
    let house = House::new();
    let server = house.serve().await;
    let once = value(&server.get("/ja/report", "").await.text(), "once");
    let mut fields = GOOD.to_vec();
    fields.push(("once", &once));
    let page = server.post("/ja/report", &fields, "").await.text();
    let first = (value(&page, "receipt"), value(&page, "handling"));
    // The process ended between the mailbox and the letter.
    for entry in std::fs::read_dir(house.dir().join("box"))
        .unwrap()
        .flatten()
    {
        if entry.file_name().to_string_lossy().starts_with("letter-") {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    for mailbox in std::fs::read_dir(house.dir().join("mailbox")).unwrap() {
        std::fs::remove_file(mailbox.unwrap().path().join("posted")).unwrap();
    }
    let page = server.post("/ja/report", &fields, "").await.text();
    let again = (value(&page, "receipt"), value(&page, "handling"));
    assert_eq!(again, first);
    assert_eq!(house.letters().len(), 1);
}

#[tokio::test]
async fn a_report_that_the_house_could_not_take_keeps_its_number_for_the_next_try() {
    let house = House::new();
    let server = house.serve().await;
    let from = "X-Forwarded-For: 192.0.2.9\r\n";
    let once = value(&server.get("/ja/report", "").await.text(), "once");
    let mut fields = GOOD.to_vec();
    fields.push(("once", &once));
    let key = house.dir().join("keys/public/intake.hex");
    let away = key.with_extension("away");
    std::fs::rename(&key, &away).unwrap();
    let reply = server.post("/ja/report", &fields, from).await;
    assert_eq!(reply.status, 503);
    assert_eq!(
        value(&reply.text(), "once"),
        once,
        "the form is the same one"
    );
    let begun: Vec<_> = std::fs::read_dir(house.dir().join("mailbox"))
        .unwrap()
        .flatten()
        .map(|one| std::fs::read_to_string(one.path().join("claimed")).unwrap())
        .collect();
    std::fs::rename(&away, &key).unwrap();
    let told = server.post("/ja/report", &fields, from).await.text();
    assert_eq!([value(&told, "handling")], begun[..]);
    assert_eq!(house.letters().len(), 1);
    // What was taken is answered again even where nothing more passes.
    let mut last = 200;
    for _ in 0..40 {
        last = server.post("/ja/report", &GOOD, from).await.status;
    }
    assert_eq!(last, 429);
    let again = server.post("/ja/report", &fields, from).await;
    assert_eq!(again.status, 200);
    assert_eq!(value(&again.text(), "handling"), value(&told, "handling"));
    assert_eq!(value(&again.text(), "receipt"), value(&told, "receipt"));
}

#[tokio::test]
async fn what_is_wrong_with_a_report_is_named_and_nothing_typed_is_lost() {
    let house = House::new();
    let server = house.serve().await;
    let before = house.writes();
    let receipt = Receipt::draw().printed().to_string();
    let with_receipt = format!("{TEXT} {receipt}");
    let long = "あ".repeat(20_001);
    for (change, problem) in [
        (("consent", ""), "f-consent"),
        (("happens", " "), "f-happens"),
        (("what", ""), "f-what"),
        (("happens", with_receipt.as_str()), "f-happens"),
        (("happens", long.as_str()), "f-happens"),
    ] {
        let fields: Vec<(&str, &str)> = GOOD
            .iter()
            .map(|field| if field.0 == change.0 { change } else { *field })
            .collect();
        let reply = server.post("/ja/report", &fields, "").await;
        let page = reply.text();
        assert_eq!(reply.status, 422, "{problem}");
        assert!(page.contains(&format!("href=\"#{problem}\"")), "{page}");
        assert!(page.contains("hanako@finder.example"), "{page}");
        let end: String = change.1.trim().chars().rev().take(20).collect();
        let end: String = end.chars().rev().collect();
        assert!(page.contains(&end), "{problem}");
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    assert_eq!(house.writes(), before);
}

#[tokio::test]
async fn the_last_group_is_asked_for_and_the_receipt_opens_the_mailbox() {
    let house = House::new();
    let server = house.serve().await;
    let (receipt, handling) = reported(&server).await;
    let carried = [
        ("receipt", receipt.as_str()),
        ("handling", handling.as_str()),
    ];
    let wrong = [carried[0], carried[1], ("last", "0AAAA")];
    let reply = server.post("/ja/report/confirm", &wrong, "").await;
    assert_eq!(reply.status, 422);
    assert_eq!(value(&reply.text(), "receipt"), receipt);
    let last = receipt[receipt.len() - 5..].to_lowercase();
    let right = [carried[0], carried[1], ("last", last.as_str())];
    let reply = server.post("/ja/report/confirm", &right, "").await;
    assert_eq!(reply.status, 200);
    assert!(reply.text().contains("届出を受け付けました"));
    // The slip is shown once more at the first return, and not at the second.
    let typed = receipt.to_lowercase().replace('-', "　");
    for slips in [1, 0] {
        let reply = server.post("/en/r", &[("receipt", &typed)], "").await;
        assert_eq!((reply.status, reply.body.len() % 4096), (200, 0));
        assert_eq!(
            reply.text().matches("class=\"slip receipt\"").count(),
            slips
        );
        assert!(reply.text().contains("We received your report"));
    }
    let file = server.post("/ja/report/file", &carried, "").await;
    assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
    assert!(
        file.header("content-disposition")
            .starts_with("attachment; filename=\"receipt-")
    );
    assert!(file.text().contains(&receipt) && file.text().contains(&handling));
}

#[tokio::test]
async fn an_unknown_and_a_mistyped_receipt_get_one_answer() {
    let house = House::new();
    let server = house.serve().await;
    reported(&server).await;
    let unknown = Receipt::draw().printed().to_string();
    let expected = server.post("/ja/r", &[("receipt", &unknown)], "").await;
    assert_eq!((expected.status, expected.body.len() % 4096), (422, 0));
    assert!(!expected.text().contains(&unknown));
    let mut mistyped = unknown.clone();
    let last = if mistyped.ends_with('0') { "1" } else { "0" };
    mistyped.replace_range(unknown.len() - 1.., last);
    for typed in [
        mistyped.as_str(),
        "",
        "ABC",
        "../../etc/passwd",
        &"0".repeat(5000),
    ] {
        for path in [
            "/ja/r",
            "/ja/r/add",
            "/ja/r/withdraw",
            "/ja/r/slip",
            "/ja/report/confirm",
        ] {
            let fields = [
                ("receipt", typed),
                ("text", "x"),
                ("sure", "yes"),
                ("last", "AAAAA"),
            ];
            let reply = server.post(path, &fields, "").await;
            assert_eq!(reply, expected, "{path} {typed}");
        }
    }
    assert_eq!(house.letters().len(), 1);
}

#[tokio::test]
async fn a_finder_reads_the_house_answers_and_withdraws() {
    let house = House::new();
    let server = house.serve().await;
    let (printed, _) = reported(&server).await;
    let receipt = Receipt::read(&printed).unwrap();
    let lookup = seal::sha256(&receipt.lookup(&HOUSE));
    let public = seal::mailbox::public(&receipt.mailbox_secret(&HOUSE));
    let folder = house.dir().join("mailbox").join(seal::hex(&lookup));
    let sealed = seal::mailbox::seal(
        &public,
        &lookup,
        &Progress {
            v: 1,
            handling: "4821-7730-0".into(),
            steps: vec![formats::letter::Step {
                step: StepKind::Asked,
                at: "2026-11-22T03:00:00Z".into(),
                about: String::new(),
            }],
            asked: true,
            may_withdraw: true,
        }
        .write(),
    );
    std::fs::write(folder.join("state"), sealed).unwrap();
    let question = Note {
        note: NoteKind::Question,
        at: "2026-11-22T03:00:00Z".into(),
        lang: Lang::Ja,
        text: "版を<i>お知らせ</i>ください。".into(),
    };
    let sealed = seal::mailbox::seal(&public, &lookup, &question.write());
    std::fs::write(folder.join("note-000001"), sealed).unwrap();
    let reply = server.post("/ja/r", &[("receipt", &printed)], "").await;
    assert!(
        reply
            .text()
            .contains("版を&lt;i&gt;お知らせ&lt;/i&gt;ください。"),
        "{}",
        reply.text()
    );
    let carried = ("receipt", printed.as_str());
    let held = format!("版は3です。{printed}");
    for (path, field, status) in [
        ("/ja/r/add", ("text", ""), 422),
        ("/ja/r/add", ("text", held.as_str()), 422),
        ("/ja/r/withdraw", ("sure", ""), 422),
        ("/ja/r/add", ("text", "版は3です。"), 200),
        ("/ja/r/withdraw", ("sure", "yes"), 200),
    ] {
        let reply = server.post(path, &[carried, field], "").await;
        assert_eq!(
            (reply.status, reply.body.len() % 4096),
            (status, 0),
            "{path}"
        );
        assert!(status == 200 || field.1.is_empty() || reply.text().contains(field.1));
    }
    let proof = seal::hex(&receipt.lookup(&HOUSE));
    let letters = house.letters();
    let added = letters.iter().any(|letter| matches!(letter, Letter::Addition(a) if a.text == "版は3です。" && a.lookup == proof));
    let left = letters
        .iter()
        .any(|letter| matches!(letter, Letter::Withdrawal(w) if w.lookup == proof));
    assert!(added && left);
    assert_eq!(letters.len(), 3);
}

/// The token of the forms in a finder's mailbox, as it is shown now.
async fn once_of(server: &Server, receipt: &str) -> String {
    let page = server.post("/ja/r", &[("receipt", receipt)], "").await;
    value(&page.text(), "once")
}

#[tokio::test]
async fn what_a_finder_sends_twice_is_one_letter() {
    let house = House::new();
    let server = house.serve().await;
    let (receipt, _) = reported(&server).await;
    let once = once_of(&server, &receipt).await;
    let mut fields = [
        ("receipt", receipt.as_str()),
        ("text", "版は3です。"),
        ("do", "add"),
        ("once", once.as_str()),
    ];
    let both = tokio::join!(
        server.post("/ja/r/add", &fields, ""),
        server.post("/ja/r/add", &fields, "")
    );
    let loaded_again = server.post("/ja/r/add", &fields, "").await;
    for reply in [both.0, both.1, loaded_again] {
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    assert_eq!(house.letters().len(), 2, "the report and one answer");
    // Other words are another answer, and so are the same ones on a page that was opened anew.
    fields[1].1 = "版は4です。";
    assert_eq!(server.post("/ja/r/add", &fields, "").await.status, 200);
    assert_eq!(house.letters().len(), 3);
    let anew = once_of(&server, &receipt).await;
    fields[3].1 = anew.as_str();
    assert_eq!(server.post("/ja/r/add", &fields, "").await.status, 200);
    assert_eq!(house.letters().len(), 4);
    let leaves = [fields[0], ("sure", "yes"), ("do", "withdraw"), fields[3]];
    for _ in 0..2 {
        let reply = server.post("/ja/r/withdraw", &leaves, "").await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    assert_eq!(house.letters().len(), 5);
}

#[tokio::test]
async fn a_form_of_another_site_is_not_taken() {
    let house = House::new();
    let server = house.serve().await;
    let before = house.writes();
    for headers in [
        "Origin: https://evil.example\r\n",
        "Sec-Fetch-Site: cross-site\r\nOrigin: null\r\n",
        "Sec-Fetch-Site: same-site\r\n",
    ] {
        for path in [
            "/ja/report",
            "/en/r",
            "/ja/subscribe",
            "/ja/ack/abcdefghijklmnop",
        ] {
            let reply = server.post(path, &GOOD, headers).await;
            assert_eq!(reply.status, 403, "{path}");
        }
    }
    assert_eq!(house.writes(), before);
    let own = "Origin: http://portal.example\r\nSec-Fetch-Site: same-origin\r\n";
    assert_eq!(server.post("/ja/report", &GOOD, own).await.status, 200);
    assert_eq!(
        server
            .post("/ja/report", &GOOD, "Origin: null\r\n")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_house_that_cannot_take_letters_says_so_and_keeps_what_was_typed() {
    let house = House::new();
    std::fs::remove_file(house.dir().join("keys/public/intake.hex")).unwrap();
    let server = house.serve().await;
    let reply = server.post("/ja/report", &GOOD, "").await;
    assert_eq!(reply.status, 503);
    assert!(reply.text().contains("応答が止まります"));
    assert!(
        std::fs::read_dir(house.dir().join("mailbox"))
            .unwrap()
            .next()
            .is_none()
    );
    let long = "x".repeat(2 << 20);
    let reply = server.post("/ja/report", &[("happens", &long)], "").await;
    assert_eq!(reply.status, 413);
}

#[tokio::test]
async fn a_network_that_sends_too_much_is_told_when_to_come_again() {
    let house = House::new();
    let server = house.serve().await;
    let from = "X-Forwarded-For: 192.0.2.7\r\n";
    for _ in 0..30 {
        assert_eq!(server.post("/ja/report", &GOOD, from).await.status, 200);
    }
    let reply = server.post("/ja/report", &GOOD, from).await;
    assert_eq!(reply.status, 429);
    assert!(reply.text().contains("応答が止まります"));
    // What cannot be shown again is sent again: reloading the answer repeats the form.
    for _ in 0..300 {
        server.post("/ja/r", &[("receipt", "ABC")], from).await;
    }
    let reply = server.post("/ja/r/add", &[("text", TEXT)], from).await;
    assert_eq!(reply.status, 429);
    assert!(
        reply
            .text()
            .contains("分ほどたってからこのページを再読み込み")
    );
    let other = "X-Forwarded-For: 198.51.100.7\r\n";
    assert_eq!(server.post("/ja/report", &GOOD, other).await.status, 200);
}

#[tokio::test]
async fn the_pages_wear_their_own_styles_even_before_the_first_press() {
    let house = House::new();
    let server = house.serve().await;
    for path in [pages::style_path(), pages::inside_style_path()] {
        let reply = server.get(path, "").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("content-type"), "text/css; charset=utf-8");
    }
}
