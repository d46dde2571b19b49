//! The member's side of the reception: subscribing, saying "received", stopping.

use formats::letter::{Letter, Scope};

use super::client::{Reply, request};
use super::reception::{GOOD, House};

#[tokio::test]
async fn a_member_sees_a_preview_and_every_answer_is_noted() {
    let house = House::new();
    let server = house.serve().await;
    let fields = |verb| {
        [
            ("address", "a..b@docomo.example"),
            ("lang", "ja"),
            ("scope", "vendor"),
            ("name", "浮橋"),
            ("do", verb),
        ]
    };
    let preview = server.post("/ja/subscribe", &fields("preview"), "").await;
    assert_eq!(preview.status, 200);
    assert!(
        preview.text().contains("/ja/advisories/NRS-1.html"),
        "{}",
        preview.text()
    );
    assert!(preview.text().contains("a..b@docomo.example"));
    assert!(house.letters().is_empty());
    let noted = server.post("/ja/subscribe", &fields("subscribe"), "").await;
    assert_eq!(noted.status, 200);
    let again = server.post("/ja/subscribe", &fields("subscribe"), "").await;
    assert_eq!(again, noted);
    // What stands in no advisory is asked about once, with what it may have meant.
    let named = |name: &'static str, more: &'static [(&str, &str)]| {
        let mut all = fields("subscribe").to_vec();
        all[3].1 = name;
        all.extend(more);
        all
    };
    let before = house.letters().len();
    for name in ["浮", "存在しない会社"] {
        let asked = server.post("/ja/subscribe", &named(name, &[]), "").await;
        assert_eq!(asked.status, 422);
        assert!(
            asked
                .text()
                .contains("これまでに公表した文書に記録されていません")
        );
        assert!(
            asked
                .text()
                .contains(&format!("name=\"kept\" value=\"{name}\""))
        );
    }
    let asked = server
        .post("/ja/subscribe", &named("浮橋株", &[]), "")
        .await;
    assert!(asked.text().contains("value=\"浮橋\""), "{}", asked.text());
    // A preview says the same, and never that nothing was published of a vendor whose name was begun.
    let asked = [("do", "preview")];
    let mut begun = named("浮橋株", &[]);
    begun.retain(|(name, _)| *name != "do");
    begun.extend(asked);
    let page = server.post("/ja/subscribe", &begun, "").await;
    assert_eq!(page.status, 200);
    let page = page.text();
    assert!(page.contains("value=\"浮橋\"") && page.contains("name=\"kept\" value=\"浮橋株\""));
    assert!(
        page.contains("書き方をお確かめください")
            && !page.contains("公表または更新した情報はありません")
    );
    assert_eq!(house.letters().len(), before);
    let kept = named("存在しない会社", &[("kept", "存在しない会社")]);
    assert_eq!(server.post("/ja/subscribe", &kept, "").await.status, 200);
    let picked = named("浮橋株", &[("kept", "浮橋株"), ("pick", "浮橋")]);
    assert_eq!(server.post("/ja/subscribe", &picked, "").await.status, 200);
    let wishes: Vec<String> = house
        .letters()
        .iter()
        .filter_map(|letter| match letter {
            Letter::Subscription(wish) => match &wish.scope {
                Scope::Vendor { name } => Some(name.clone()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert!(wishes.iter().any(|name| name == "存在しない会社"));
    assert!(
        !wishes.iter().any(|name| name == "浮橋株" || name == "浮"),
        "{wishes:?}"
    );
    assert!(wishes.iter().any(|name| name == "浮橋"), "{wishes:?}");
    let wrong = [
        ("address", "nobody"),
        ("lang", "ja"),
        ("scope", "vendor"),
        ("do", "subscribe"),
    ];
    let reply = server.post("/ja/subscribe", &wrong, "").await;
    assert_eq!(reply.status, 422);
    assert!(reply.text().contains("#f-address") && reply.text().contains("#f-name"));
    let confirm = format!("/en/subscribe/confirm/{}", "b".repeat(26));
    assert_eq!(
        server.post(&confirm, &[("code", "12")], "").await.status,
        422
    );
    assert_eq!(
        server
            .post(&confirm, &[("code", "１２３ ４５６")], "")
            .await
            .status,
        200
    );
    let codes = house
        .letters()
        .into_iter()
        .filter(|letter| matches!(letter, Letter::Confirmation(c) if c.code == "123456"));
    assert_eq!(codes.count(), 1);
}

#[tokio::test]
async fn only_a_press_or_two_digits_say_received() {
    let house = House::new();
    let server = house.serve().await;
    let path = "/ja/ack/abcdefghijklmnop";
    let plain = server.get(path, "").await;
    assert!(plain.text().contains("name=\"digits\""));
    let modern = server.get(path, "Sec-Fetch-Site: none\r\n").await;
    assert!(!modern.text().contains("name=\"digits\""));
    assert_eq!(
        server.post(path, &[("do", "received")], "").await.status,
        422
    );
    assert_eq!(server.post(path, &[("digits", "7")], "").await.status, 422);
    assert!(house.letters().is_empty());
    let pressed = "Sec-Fetch-Site: same-origin\r\nSec-Fetch-User: ?1\r\n";
    assert_eq!(
        server
            .post(path, &[("do", "received")], pressed)
            .await
            .status,
        200
    );
    assert_eq!(
        server.post(path, &[("digits", "０７")], "").await.status,
        200
    );
    let mut digits: Vec<Option<String>> = house
        .letters()
        .into_iter()
        .filter_map(|letter| match letter {
            Letter::Acknowledgement(ack) => Some(ack.digits),
            _ => None,
        })
        .collect();
    digits.sort();
    assert_eq!(digits, [None, Some("07".to_owned())]);
}

#[tokio::test]
async fn a_wish_to_stop_is_one_letter_in_the_open() {
    let house = House::new();
    let server = house.serve().await;
    let path = format!("/unsubscribe/{}", "c".repeat(26));
    let asked = server.get(&path, "").await;
    assert_eq!(asked.status, 200);
    assert!(asked.text().contains("name=\"word\""));
    assert_eq!(server.post(&path, &[("word", "go")], "").await.status, 422);
    assert!(!house.dir().join("box").exists());
    let foreign = "Origin: https://mail.example\r\n";
    let refused = server.post(&path, &[("word", "stop")], foreign).await;
    assert_eq!(refused.status, 403);
    assert!(!house.dir().join("box").exists());
    for (fields, headers) in [
        ([("List-Unsubscribe", "One-Click")], foreign),
        ([("List-Unsubscribe", "One-Click")], ""),
        ([("word", "停止")], ""),
    ] {
        let noted = server.post(&path, &fields, headers).await;
        assert_eq!(noted.status, 200);
        assert!(noted.text().contains("承りました"));
    }
    let letter = house
        .dir()
        .join("box")
        .join(format!("unsubscribe-{}", "c".repeat(26)));
    assert_eq!(std::fs::read_to_string(letter).unwrap(), "c".repeat(26));
}

/// RFC 8058 §3.2: the body SHOULD be multipart/form-data.
#[tokio::test]
async fn one_click_in_parts_stops_and_what_is_no_form_is_not_called_done() {
    let house = House::new();
    let server = house.serve().await;
    let letter = |fill: &str| {
        let name = format!("unsubscribe-{}", fill.repeat(26));
        house.dir().join("box").join(name).exists()
    };
    let send = async |fill: &str, kind: &str, body: &str| {
        let length = body.len();
        let head = request(
            "POST",
            &format!("/unsubscribe/{}", fill.repeat(26)),
            &format!("Connection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"),
        );
        let bytes = server.raw(format!("{head}{body}").as_bytes()).await;
        Reply::read(&bytes, false).0.status
    };
    let parts = "--b1\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b1--\r\n";
    let kind = "multipart/form-data; boundary=b1";
    assert_eq!(send("a", kind, parts).await, 200);
    assert!(letter("a"));
    for (fill, kind, body, status) in [
        ("d", "multipart/form-data", parts, 415),
        ("e", "multipart/form-data; boundary=other", parts, 415),
        ("f", "multipart/form-data; boundary=b1", "--b1\r\n", 415),
        ("g", "text/plain", "List-Unsubscribe=One-Click", 415),
        ("h", "application/x-www-form-urlencoded", "a=b", 422),
    ] {
        assert_eq!(send(fill, kind, body).await, status, "{kind}");
        assert!(!letter(fill), "{kind}");
    }
}

/// A form in parts says nothing of its letters either; they are read as those of any other form.
#[tokio::test]
async fn a_report_in_parts_keeps_its_letters() {
    let house = House::new();
    let server = house.serve().await;
    // The same text in Shift_JIS.
    let text = "管理画面の認証を回避できます。手順は別に送ります。";
    let japanese: &[u8] = b"\x8a\xc7\x97\x9d\x89\xe6\x96\xca\x82\xcc\x94\x46\x8f\xd8\x82\xf0\x89\xf1\x94\xf0\x82\xc5\x82\xab\x82\xdc\x82\xb7\x81\x42\x8e\xe8\x8f\x87\x82\xcd\x95\xca\x82\xc9\x91\x97\x82\xe8\x82\xdc\x82\xb7\x81\x42";
    let mut body = Vec::new();
    for (name, value) in GOOD {
        let name = if name == "happens" { "happens[]" } else { name };
        body.extend_from_slice(
            format!("--b1\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").as_bytes(),
        );
        match name {
            "happens[]" => body.extend_from_slice(japanese),
            _ => body.extend_from_slice(value.as_bytes()),
        }
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b1--\r\n");
    let head = request(
        "POST",
        "/ja/report",
        &format!(
            "Connection: close\r\nContent-Type: multipart/form-data; boundary=b1\r\nContent-Length: {}\r\n",
            body.len()
        ),
    );
    let bytes = server.raw(&[head.as_bytes(), &body].concat()).await;
    let (reply, _) = Reply::read(&bytes, false);
    // Either it is certain what it says and it is taken so, or the form asks; it is never taken with other letters.
    assert!([200, 422].contains(&reply.status), "{}", reply.status);
    assert!(reply.text().contains("form-letters") || !reply.text().contains('\u{fffd}'));
    for letter in house.letters() {
        let formats::letter::Letter::Report(report) = letter else {
            unreachable!("a report was sent");
        };
        assert_eq!(report.happens, text);
    }
}

#[tokio::test]
async fn wishes_to_stop_never_keep_a_report_out() {
    let house = House::new();
    let server = house.serve().await;
    let letters = house.dir().join("box");
    std::fs::create_dir_all(&letters).unwrap();
    for n in 0..4_096 {
        std::fs::write(letters.join(format!("unsubscribe-{n:026}")), b"").unwrap();
    }
    assert_eq!(server.post("/ja/report", &GOOD, "").await.status, 200);
    for n in 0..4_095 {
        std::fs::write(letters.join(format!("letter-{n:032}")), b"").unwrap();
    }
    assert_eq!(server.post("/ja/report", &GOOD, "").await.status, 503);
    let path = format!("/unsubscribe/{}", "e".repeat(26));
    assert_eq!(
        server.post(&path, &[("word", "stop")], "").await.status,
        200
    );
}

#[tokio::test]
async fn letters_of_readers_leave_places_for_reports() {
    let house = House::new();
    let server = house.serve().await;
    let letters = house.dir().join("box");
    std::fs::create_dir_all(&letters).unwrap();
    for n in 0..3_072 {
        std::fs::write(letters.join(format!("letter-{n:032}")), b"").unwrap();
    }
    let path = format!("/ja/ack/{}", "e".repeat(16));
    let pressed = [("digits", "12")];
    assert_eq!(server.post(&path, &pressed, "").await.status, 503);
    assert_eq!(server.post("/ja/report", &GOOD, "").await.status, 200);
}
