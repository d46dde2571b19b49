//! Whom a refusal is about, and what is refused before a word is said.

use super::super::*;
use super::*;

#[test]
fn a_refusal_is_the_recipients_only_where_it_speaks_of_the_mailbox() {
    use Stage::{Rcpt, Relay, Unclear};
    for (code, text, stage) in [
        (
            550,
            "5.1.1 <x@y.example>: Recipient address rejected: User unknown",
            Rcpt,
        ),
        (556, "5.1.10 the domain takes no mail", Rcpt),
        (550, "5.1.2 no such domain", Rcpt),
        (552, "5.2.2 mailbox full", Rcpt),
        (550, "5.2.1 mailbox disabled", Rcpt),
        (550, "no such user", Unclear),
        (550, "relay not permitted", Unclear),
        (551, "user not local", Unclear),
        (
            553,
            "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            Relay,
        ),
        (550, "sorry, no mailbox here by that name (#5.1.1)", Rcpt),
        (550, "no user 5.1.1 here", Unclear),
        (554, "5.7.1 <x@y.example>: Relay access denied", Relay),
        (550, "5.7.1 Unable to relay", Relay),
        (554, "Relay access denied", Relay),
        (550, "5.1.8 sender's domain not found", Relay),
        (550, "5.1.0 address rejected", Relay),
        (553, "5.7.23 SPF", Relay),
        (
            550,
            "5.4.1 All recipient addresses rejected : Access denied",
            Relay,
        ),
        (530, "5.7.0 Must issue a STARTTLS command first", Relay),
        (503, "5.5.1 Error: need MAIL command", Relay),
    ] {
        let reply = Reply {
            code,
            text: text.to_owned(),
        };
        assert_eq!(
            refusal(&reply, Stage::Rcpt),
            Outcome::Refused { code, stage },
            "{text}"
        );
        // Of the sender, the wish to send and the text it stays what it was.
        for stage in [Stage::Mail, Stage::Data, Stage::Message] {
            assert_eq!(refusal(&reply, stage), Outcome::Refused { code, stage });
        }
    }
    let later = Reply {
        code: 450,
        text: "4.7.1 later".to_owned(),
    };
    let deferred = Outcome::Deferred {
        code: 450,
        stage: Stage::Rcpt,
    };
    assert_eq!(refusal(&later, Stage::Rcpt), deferred);
}

#[test]
fn an_address_that_cannot_be_said_is_refused_before_a_word_is_said() {
    let long = format!("{}@example.jp", "a".repeat(244));
    let longest = format!("{}@example.jp", "a".repeat(243));
    for (mail_from, rcpt, expected) in [
        ("", "r@example.jp", "accepted as told"),
        ("b@house.example", "\"a..b\"@example.jp", "accepted as told"),
        ("b@house.example", longest.as_str(), "accepted as told"),
        ("b@house.example", "", "refused 553 Rcpt"),
        ("b@house.example", "a b@example.jp", "refused 553 Rcpt"),
        ("b@house.example", "a>@example.jp", "refused 553 Rcpt"),
        ("b@house.example", "<a@example.jp", "refused 553 Rcpt"),
        (
            "b@house.example",
            "a@example.jp\r\nRSET",
            "refused 553 Rcpt",
        ),
        ("b@house.example", "a@example.jp\n", "refused 553 Rcpt"),
        ("b@house.example", "a\u{0}@example.jp", "refused 553 Rcpt"),
        ("b@house.example", "佐藤@example.jp", "refused 553 Rcpt"),
        ("b@house.example", long.as_str(), "refused 553 Rcpt"),
        ("b>@house.example", "r@example.jp", "refused 553 Mail"),
        ("b@house.example\r\n", "r@example.jp", "refused 553 Mail"),
        ("b b", "", "refused 553 Mail"),
    ] {
        let one = Job {
            mail_from: mail_from.to_owned(),
            rcpt: rcpt.to_owned(),
            ..job(1)
        };
        let answers = script("250 250 354 250 221");
        let talk = talk_with(Pipelining, &answers, vec![one], usize::MAX, true);
        assert_eq!(
            talk.outcomes,
            [(1, expected.to_owned())],
            "{mail_from:?} {rcpt:?}"
        );
        if expected.starts_with("refused") {
            assert_eq!(talk.heard, "QUIT\r\n", "{mail_from:?} {rcpt:?}");
        }
    }
}
