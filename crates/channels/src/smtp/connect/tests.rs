//! What a relay says before mail, and what we make of it: greeting, EHLO, the older HELO, sign-in.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::*;
use crate::smtp::{Login, Timeouts};

/// Opens a connection to a relay that greets with the first answer and gives one of the others to each line.
fn open_with(answers: &[&str], login: Option<Login>) -> (Result<(bool, bool), String>, String) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
    runtime.block_on(async move {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let relay = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let mut heard = String::new();
            for (place, answer) in answers.iter().enumerate() {
                if place > 0 && stream.read_line(&mut heard).await.unwrap_or(0) == 0 {
                    break;
                }
                if stream.get_mut().write_all(answer.as_bytes()).await.is_err() {
                    break;
                }
            }
            heard
        });
        let config = SmtpConfig {
            host: "127.0.0.1".to_owned(),
            port,
            tls: Tls::None,
            helo_name: "house.example".to_owned(),
            login,
            timeouts: Timeouts {
                connect: Duration::from_secs(20),
                command: Duration::from_secs(20),
                data: Duration::from_secs(20),
            },
            connections_max: 1,
        };
        let opened = open(&config).await;
        let told = match opened {
            Ok(session) => Ok((session.pipelining, session.eight_bit)),
            Err(ConnectError::Refused { code }) => Err(format!("smtp_refused {code}")),
            Err(error) => Err(error.code().to_owned()),
        };
        let heard = relay.await.unwrap();
        (told, heard.replace("\r\n", " ").trim_end().to_owned())
    })
}

#[track_caller]
fn check(answers: &[&str], expected: Result<(bool, bool), &str>, said: &str) {
    let (told, heard) = open_with(answers, None);
    assert_eq!(told, expected.map_err(str::to_owned), "{answers:?}");
    assert_eq!(heard, said, "{answers:?}");
}

const EHLO: &str = "EHLO house.example";

#[test]
fn what_ehlo_offers_is_used_and_what_it_does_not_is_not() {
    check(&["220 hi\r\n", "250 relay\r\n"], Ok((false, false)), EHLO);
    check(
        &[
            "220-two\r\n220 lines\r\n",
            "250-relay\r\n250 PIPELINING\r\n",
        ],
        Ok((true, false)),
        EHLO,
    );
    check(
        &["220 hi\r\n", "250-relay\r\n250-8bitmime\r\n250 SIZE 9\r\n"],
        Ok((false, true)),
        EHLO,
    );
    check(
        &[
            "220 hi\r\n",
            "250-PIPELINING 8BITMIME\r\n250-XPIPELINING\r\n250 X 8BITMIME\r\n",
        ],
        Ok((false, false)),
        EHLO,
    );
}

#[test]
fn an_old_relay_gets_the_old_word_and_one_that_is_busy_does_not() {
    check(
        &["220 hi\r\n", "502 what\r\n", "250 relay\r\n"],
        Ok((false, false)),
        "EHLO house.example HELO house.example",
    );
    check(
        &["220 hi\r\n", "500 what\r\n", "550 no\r\n"],
        Err("smtp_refused 550"),
        "EHLO house.example HELO house.example",
    );
    check(
        &["220 hi\r\n", "421 busy\r\n"],
        Err("smtp_refused 421"),
        EHLO,
    );
}

#[test]
fn a_greeting_that_is_none_ends_it_before_we_say_a_word() {
    check(&["554 not you\r\n"], Err("smtp_refused 554"), "");
    check(&["421 later\r\n"], Err("smtp_refused 421"), "");
    check(&["220 hi\r\n", "hello\r\n"], Err("smtp_protocol"), EHLO);
}

#[test]
fn a_sign_in_is_tried_where_it_is_offered_and_its_failure_has_its_own_word() {
    let login = || Login {
        user: "u".to_owned(),
        password: "secret".to_owned(),
    };
    // RFC 4616: nothing, the name and the password, parted by zero bytes.
    let plain = "AUTH PLAIN AHUAc2VjcmV0";
    for (answers, expected, said) in [
        (
            vec![
                "220 hi\r\n",
                "250-relay\r\n250 AUTH PLAIN\r\n",
                "235 ok\r\n",
                "250 relay\r\n",
            ],
            Ok((false, false)),
            format!("{EHLO} {plain} {EHLO}"),
        ),
        (
            vec![
                "220 hi\r\n",
                "250-relay\r\n250 AUTH PLAIN\r\n",
                "535 no\r\n",
            ],
            Err("smtp_sign_in".to_owned()),
            format!("{EHLO} {plain}"),
        ),
        (
            vec!["220 hi\r\n", "250-relay\r\n250 SIZE 10\r\n"],
            Err("smtp_sign_in".to_owned()),
            EHLO.to_owned(),
        ),
    ] {
        let (told, heard) = open_with(&answers, Some(login()));
        assert_eq!((told, heard), (expected, said), "{answers:?}");
    }
}
