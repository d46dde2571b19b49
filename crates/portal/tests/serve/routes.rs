//! Every address of the reception (docs/design/security.md §3.2, §3.7, §3.8): the list comes from the portal's own
//! table, so an address without a row here fails.

use formats::letter::{Lang, Note, NoteKind};
use portal::{ROWS, Row};
use seal::receipt::Receipt;

use super::client::*;
use super::reception::{HOUSE, House, reported};

/// What only one finder and the house may read.
const CANARY: &str = "canary-of-a-sealed-box-01";

/// The path of a row with its places filled: one that was used, and one that nobody ever gave out.
fn paths(row: &Row) -> (String, String) {
    let mut both = (String::new(), String::new());
    for part in row.path.split('/').skip(1) {
        let (used, unknown) = match part {
            "{lang}" => ("en".to_owned(), "en".to_owned()),
            "{token}" => ("a".repeat(26), "b".repeat(26)),
            "{reference}" => ("a".repeat(16), "b".repeat(16)),
            word if word.starts_with('{') => unreachable!("the place {word} has no row here"),
            word => (word.to_owned(), word.to_owned()),
        };
        both.0 = format!("{}/{used}", both.0);
        both.1 = format!("{}/{unknown}", both.1);
    }
    both
}

/// A page without what a stranger has typed into the address himself.
fn without(reply: &Reply, path: &str) -> (u16, String) {
    let typed = path.rsplit('/').next().unwrap().to_owned();
    (reply.status, reply.said().replace(&typed, "TYPED"))
}

/// Hidden fields of a page: what a robot sends that types nothing.
fn hidden(page: &str) -> Vec<(String, String)> {
    page.split("<input ")
        .skip(1)
        .filter_map(|tag| tag.split_once('>').map(|(tag, _)| tag))
        .filter(|tag| tag.contains("type=\"hidden\""))
        .filter_map(|tag| {
            let of = |name: &str| {
                let (_, rest) = tag.split_once(&format!("{name}=\""))?;
                rest.split('"').next().map(ToOwned::to_owned)
            };
            Some((of("name")?, of("value").unwrap_or_default()))
        })
        .collect()
}

/// Puts a message into the mailbox of a receipt, as the house does.
fn put(house: &House, printed: &str) {
    let receipt = Receipt::read(printed).unwrap();
    let lookup = seal::sha256(&receipt.lookup(&HOUSE));
    let public = seal::mailbox::public(&receipt.mailbox_secret(&HOUSE));
    let note = Note {
        note: NoteKind::Question,
        at: "2026-11-22T03:00:00Z".into(),
        lang: Lang::Ja,
        text: CANARY.into(),
    };
    let sealed = seal::mailbox::seal(&public, &lookup, &note.write());
    let folder = house.dir().join("mailbox").join(seal::hex(&lookup));
    std::fs::write(folder.join("note-000001"), sealed).unwrap();
}

/// No. 8: looking changes nothing, nor does a robot that presses every button and types nothing.
#[tokio::test]
async fn whoever_types_nothing_changes_no_file() {
    let house = House::new();
    let server = house.serve().await;
    reported(&server).await;
    let before = house.writes();
    let nowhere = server.get("/nowhere", "").await;
    for row in &ROWS {
        let (path, _) = paths(row);
        let reply = server.get(&path, "").await;
        if row.is_shown {
            assert_eq!(reply.status, 200, "{path}");
            assert_eq!(reply.header("cache-control"), "no-store", "{path}");
            let policy = reply.header("content-security-policy");
            assert!(policy.contains("form-action 'self'"), "{path}");
            assert_eq!(reply.header("referrer-policy"), "same-origin", "{path}");
            assert_eq!(reply.header("content-encoding"), "", "{path}");
            let head = server.ask("HEAD", &path, "").await;
            assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
            for method in ["PUT", "DELETE", "OPTIONS"] {
                assert_eq!(server.ask(method, &path, "").await.status, 405, "{path}");
            }
        } else {
            // What only a form leads to is an address like any other that leads nowhere.
            assert_eq!(reply, nowhere, "{path}");
        }
        let hidden = hidden(&reply.text());
        let fields: Vec<(&str, &str)> = hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        for fields in [&fields[..], &[]] {
            let posted = server.post(&path, fields, "").await;
            assert!(posted.status < 500, "{path}: {}", posted.status);
        }
    }
    assert_eq!(house.writes(), before);
}

/// No. 7: what was used and what never was, a receipt that opens nothing and none, are one answer.
#[tokio::test]
async fn a_stranger_learns_nothing_from_any_route() {
    let house = House::new();
    let server = house.serve().await;
    reported(&server).await;
    let receipts = [Receipt::draw(), Receipt::draw()].map(|receipt| receipt.printed().to_string());
    let form = |receipt: &'static str| {
        [
            ("receipt", receipt),
            ("text", "x"),
            ("sure", "yes"),
            ("last", "AAAAA"),
            ("handling", "1"),
            ("code", "123456"),
            ("digits", "12"),
            ("word", "stop"),
        ]
    };
    for row in &ROWS {
        let (used, unknown) = paths(row);
        let pressed = "Sec-Fetch-Site: same-origin\r\nSec-Fetch-User: ?1\r\n";
        server.post(&used, &form(""), pressed).await;
        let (a, b) = (server.get(&used, "").await, server.get(&unknown, "").await);
        assert_eq!(without(&a, &used), without(&b, &unknown), "{}", row.path);
        let (mut answers, mut is_file) = (Vec::new(), false);
        for (path, receipt) in [
            (&used, receipts[0].as_str()),
            (&unknown, receipts[1].as_str()),
            (&unknown, "ABC"),
        ] {
            let mut fields = form("").to_vec();
            fields[0].1 = receipt;
            let reply = server.post(path, &fields, pressed).await;
            assert!(reply.status < 500, "{path}");
            is_file |= reply.header("content-type").starts_with("text/plain");
            let (status, text) = without(&reply, path);
            // What was typed comes back, as letters and as their picture.
            let text = text.replace(receipt, "RECEIPT");
            let typed = text.split_once("<svg").map(|(head, rest)| {
                let (_, tail) = rest.split_once("</svg>").unwrap();
                format!("{head}{tail}")
            });
            let size = reply.body.len();
            answers.push((status, size, typed.unwrap_or(text).trim_end().to_owned()));
        }
        assert!(answers[0] == answers[1], "{}: {answers:.200?}", row.path);
        // A slip repeats the receipt it was sent, be there a mailbox or not; what is no receipt has no slip.
        if !is_file && !answers[0].2.contains("RECEIPT") {
            assert!(answers[1] == answers[2], "{}: {answers:.200?}", row.path);
        }
    }
}

/// No. 2: a mailbox is read with its own receipt, and nowhere else.
#[tokio::test]
async fn only_its_receipt_shows_a_mailbox() {
    let house = House::new();
    let server = house.serve().await;
    let (own, _) = reported(&server).await;
    let (other, _) = reported(&server).await;
    put(&house, &own);
    let mut shown = 0;
    for row in &ROWS {
        let (path, _) = paths(row);
        let fields = |receipt| [("receipt", receipt), ("last", "AAAAA"), ("text", "")];
        for reply in [
            server.get(&path, "").await,
            server.post(&path, &[], "").await,
            server.post(&path, &fields(&other), "").await,
            server.post(&path, &fields("ABC"), "").await,
        ] {
            assert!(!reply.text().contains(CANARY), "{path}");
        }
        let opened = server.post(&path, &fields(&own), "").await;
        shown += usize::from(opened.text().contains(CANARY));
    }
    // Returning, adding, withdrawing and the slip show it to its finder: the test can see it.
    assert!(shown >= 3, "{shown}");
}
