//! Answers as programs write them.

use proptest::prelude::*;

use super::*;

fn plain(head: &str, text: &str) -> ReplyDraft {
    let mail = format!(
        "From: =?UTF-8?B?5L2Q6Jek?= <sato@example.jp>\r\n{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}"
    );
    read_reply(mail.as_bytes())
}

#[test]
fn an_answer_names_what_it_answers() {
    let draft = plain(
        "In-Reply-To: <b@house.example>\r\nReferences: <a@house.example>\r\n <b@house.example> <bad id@x>\r\n",
        "123456\r\n> 整理番号: rsaobata5wx6w3e5\r\n> https://p.example/ja/ack/RSAOBATA5WX6W3E6\r\n",
    );
    assert_eq!(draft.message_ids, ["b@house.example", "a@house.example"]);
    assert_eq!(draft.references, ["rsaobata5wx6w3e5", "rsaobata5wx6w3e6"]);
    assert_eq!(draft.from.as_deref(), Some("sato@example.jp"));
    assert_eq!(draft.codes(""), ["123456"]);
    assert!(!draft.auto_submitted && draft.problems.is_empty());
}

#[test]
fn an_answer_is_found_above_between_and_below_any_quotation() {
    let openings = [
        "On Fri, 20 Mar 2026, Desk <desk@house.example> wrote:",
        "De : Desk\r\nEnvoyé : vendredi\r\nÀ : Sato",
        "Von: Desk\r\nGesendet: Freitag",
        "-----Ursprüngliche Nachricht-----",
        "发件人: Desk",
        "보낸 사람: Desk",
        "2026年11月22日(日) 10:00 調整担当 <desk@house.example>:",
        "________________________________",
    ];
    let sent = "code: 12345\r\nand the digit of the subject";
    for opening in openings {
        for (above, below) in [("123457", ""), ("", "123457")] {
            let text = format!("{above}\r\n{opening}\r\n{sent}\r\n{below}\r\n");
            assert_eq!(plain("", &text).codes(sent), ["123457"], "{text}");
        }
        let quoted = format!("Please do not send these any more.\r\n{opening}\r\n{sent}");
        assert!(plain("", &quoted).codes(sent).is_empty(), "{quoted}");
    }
    let between = "> code: 12345\r\n123457\r\n> and the digit of the subject\r\n";
    assert_eq!(plain("", between).codes(sent), ["123457"]);
}

#[test]
fn every_part_is_read() {
    let mail = "From: a@example.jp\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain\r\n\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <div>111111</div><blockquote>nothing</blockquote>\r\n--b--\r\n";
    assert_eq!(read_reply(mail.as_bytes()).codes(""), ["111111"]);
}

#[test]
fn unlabelled_and_encoded_letters_are_read() {
    let seven = encoding_rs::ISO_2022_JP
        .encode("コードは１２３４５６です")
        .0;
    let mut mail = b"From: a@example.jp\r\nContent-Type: text/plain;\r\n\r\n".to_vec();
    mail.extend_from_slice(&seven);
    assert_eq!(read_reply(&mail).codes(""), ["123456"]);
    let quoted = "From: a@example.jp\r\nContent-Type: text/plain; charset=cp932\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\n=82=50=82=51=82=52=82=53=82=54=82=55\r\n";
    assert_eq!(read_reply(quoted.as_bytes()).codes(""), ["123456"]);
    let based = "From: a@example.jp\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nMTIzNDU2\r\n";
    assert_eq!(read_reply(based.as_bytes()).codes(""), ["123456"]);
}

#[test]
fn a_robot_is_flagged() {
    #[track_caller]
    fn check(head: &str, expected: bool) {
        assert_eq!(plain(head, "123456").auto_submitted, expected, "{head}");
    }
    check("Auto-Submitted: auto-replied (vacation)\r\n", true);
    check("Auto-Submitted: no\r\n", false);
    check("Precedence: bulk\r\n", true);
    // What a program that keeps a mail puts in front hides nothing.
    for front in ["\r\n", "\u{feff}"] {
        let mail =
            format!("{front}Auto-Submitted: auto-replied\r\nFrom: <sato@example.jp>\r\n\r\n123456");
        assert!(read_reply(mail.as_bytes()).auto_submitted, "{front:?}");
    }
    check("Precedence: bulk\r\nX-ML-Name: staff\r\n", false);
    check(
        "Precedence: bulk\r\nList-Unsubscribe: <https://shop.example/>\r\n",
        true,
    );
    check("Precedence: list\r\n", false);
    check(
        "Precedence: bulk\r\nList-Id: <staff.portal.example>\r\n",
        false,
    );
    check("X-Autoreply: yes\r\n", true);
    // Gateways write it on what people send, too; a robot's mail holds no whole code.
    check("X-Auto-Response-Suppress: All\r\n", false);
    check("Return-Path: <>\r\n", true);
    check("Return-Path: <sato@example.jp>\r\n", false);
    check("", false);
}

#[test]
fn a_hostile_mail_is_read_by_its_headers() {
    let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(20_000);
    let draft = read_reply(format!("In-Reply-To: <a@house.example>\r\n{nested}").as_bytes());
    assert_eq!(
        (draft.message_ids.len(), draft.problems),
        (1, vec![Problem::TooManyParts])
    );
    let large = format!(
        "In-Reply-To: <a@house.example>\r\n\r\n{}",
        "123456\r\n".repeat(MAIL_BYTES_MAX / 8)
    );
    assert_eq!(read_reply(large.as_bytes()).problems, [Problem::TooLarge]);
    // What fills the largest mail with digits is read in time, and few of them are kept.
    let numbers = format!(
        "From: a@b.example\r\n\r\n{}",
        "123456 ".repeat(MAIL_BYTES_MAX / 8)
    );
    assert!(read_reply(numbers.as_bytes()).codes("").len() <= CODES_MAX);
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_fall(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_reply(&bytes).codes("code 123456");
    }

    #[test]
    fn no_mail_makes_the_reader_fall(text in "(Content-Type: (multipart/mixed; boundary=b|message/rfc822|text/html)\r\n|Content-Transfer-Encoding: base64\r\n|--b\r\n|\r\n|[a-z0-9 <>=あ-]{0,20}\r\n){0,30}") {
        let draft = read_reply(text.as_bytes());
        prop_assert!(draft.codes("").iter().all(|code| code.len() == 6));
    }
}

#[test]
fn what_hangs_on_a_reply_hides_neither_its_words_nor_what_it_answers() {
    let pictures = "--b\r\nContent-Type: image/png\r\n\r\nx\r\n".repeat(40);
    let file = format!(
        "--b\r\nContent-Type: application/pdf\r\n\r\n{}\r\n",
        "JVBERi0x\r\n".repeat(200_000)
    );
    for more in [pictures, file] {
        let mail = format!(
            "In-Reply-To: < a@house.example >\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\n943907\r\n{more}--b--\r\n"
        );
        let draft = read_reply(mail.as_bytes());
        assert_eq!(draft.message_ids, ["a@house.example"]);
        assert_eq!(
            (draft.codes(""), draft.problems.as_slice()),
            (vec!["943907".to_owned()], &[][..])
        );
    }
    // Our mail hangs on it as a whole: what it is called is found there.
    let attached = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
                    943907\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
                    https://house.example/ack/abcdefgh=\r\nijklmnop\r\n--b--\r\n";
    let draft = read_reply(attached.as_bytes());
    assert!(draft.references.contains(&"abcdefghijklmnop".to_owned()));
}

#[test]
fn parts_without_headers_are_not_read_without_end() {
    let mail = format!(
        "In-Reply-To: <a@house.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{}--b\r\n\r\n943907\r\n--b--\r\n",
        "--b\r\n\r\nx\r\n".repeat(5_000)
    );
    assert!(read_reply(mail.as_bytes()).codes("").is_empty());
    // Nor is a text of which nobody typed as much.
    let long = format!(
        "In-Reply-To: <a@house.example>\r\n\r\n943907\r\n{}",
        "\u{fdfa}".repeat(1_000_000)
    );
    assert_eq!(read_reply(long.as_bytes()).codes(""), ["943907"]);
}
