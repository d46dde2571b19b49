//! The SMTP sender against the server of the testkit: every job has exactly one outcome, whatever the server does.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot start its server has failed"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use channels::smtp::{Job, Outcome, SmtpConfig, Stage as At, Timeouts, Tls, dot_stuff, send_all};
use testkit::smtp_server::{Mode, Rule, SmtpServer, Stage};
use tokio::sync::mpsc;

fn config(server: &SmtpServer, connections_max: usize) -> SmtpConfig {
    SmtpConfig {
        host: "127.0.0.1".to_owned(),
        port: server.address().port(),
        tls: Tls::None,
        helo_name: "house.example".to_owned(),
        login: None,
        // Long enough for a loaded machine, short enough for the tests that wait for silence.
        timeouts: Timeouts {
            connect: Duration::from_secs(5),
            command: Duration::from_millis(500),
            data: Duration::from_millis(500),
        },
        connections_max,
    }
}

fn job(id: u64, rcpt: &str) -> Job {
    Job {
        id,
        mail_from: format!("bounce+{id}@house.example"),
        rcpt: rcpt.to_owned(),
        head: format!("Subject: {id}\r\n\r\n").into_bytes(),
        shared: Arc::from(b"shared\r\n".as_slice()),
        tail: dot_stuff(b".tail\r\n"),
    }
}

fn jobs(count: u64) -> Vec<Job> {
    (0..count)
        .map(|id| job(id, &format!("r{id}@example.jp")))
        .collect()
}

/// Sends and returns outcomes by job, having checked that each has one.
async fn outcomes(config: &SmtpConfig, jobs: Vec<Job>) -> BTreeMap<u64, Outcome> {
    let expected = jobs.len();
    let (done, mut told) = mpsc::channel(expected.max(1) * 2);
    let _ = send_all(config, jobs, &done).await;
    drop(done);
    let mut outcomes = BTreeMap::new();
    let mut count = 0;
    while let Some((id, outcome)) = told.recv().await {
        count += 1;
        outcomes.insert(id, outcome);
    }
    assert_eq!(
        (count, outcomes.len()),
        (expected, expected),
        "one outcome each"
    );
    outcomes
}

fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Accepted { .. } => "accepted".to_owned(),
        Outcome::Deferred { code, stage } => format!("deferred {code} {stage:?}"),
        Outcome::Refused { code, stage } => format!("refused {code} {stage:?}"),
        Outcome::MaybeDelivered => "maybe".to_owned(),
        Outcome::NotSent => "not sent".to_owned(),
    }
}

/// Three jobs over one connection: the words of their outcomes and how many messages the server has.
#[track_caller]
fn check(mode: Mode, expected: [&str; 3], kept: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (words, messages) = runtime.block_on(async {
        let server = SmtpServer::start(mode).await.unwrap();
        let outcomes = outcomes(&config(&server, 1), jobs(3)).await;
        (
            outcomes.values().map(word).collect::<Vec<_>>(),
            server.messages().len(),
        )
    });
    assert_eq!(
        (words.as_slice(), messages),
        (expected.map(str::to_owned).as_slice(), kept),
        "{mode:?}"
    );
}

#[test]
fn a_friendly_server_gets_everything() {
    check(Mode::Accept, ["accepted"; 3], 3);
    check(Mode::NoPipelining, ["accepted"; 3], 3);
    check(Mode::DataAnyway, ["accepted"; 3], 3);
    check(Mode::Slow(1), ["accepted"; 3], 3);
}

#[test]
fn a_refusal_is_told_with_its_stage_and_the_next_job_goes_on() {
    for (stage, name) in [
        (Stage::Mail, "Mail"),
        (Stage::Rcpt, "Rcpt"),
        (Stage::Data, "Data"),
        (Stage::Message, "Message"),
    ] {
        check(
            Mode::Refuse4xx(stage),
            [format!("deferred 450 {name}").as_str(); 3],
            0,
        );
        check(
            Mode::Refuse5xx(stage),
            [format!("refused 550 {name}").as_str(); 3],
            0,
        );
    }
}

#[test]
fn a_server_that_refuses_us_at_the_door_takes_nothing() {
    for stage in [Stage::Greeting, Stage::Ehlo] {
        check(Mode::Refuse5xx(stage), ["not sent"; 3], 0);
        check(Mode::Close421(stage), ["not sent"; 3], 0);
        check(Mode::Cut(stage), ["not sent"; 3], 0);
        check(Mode::Hang(stage), ["not sent"; 3], 0);
    }
}

#[test]
fn after_the_final_dot_nobody_claims_to_know() {
    // Each connection takes the mail on its way; the one announced behind it was certainly not sent.
    check(
        Mode::CutAfterData { kept: true },
        ["maybe", "not sent", "maybe"],
        2,
    );
    check(
        Mode::CutAfterData { kept: false },
        ["maybe", "not sent", "maybe"],
        0,
    );
    check(
        Mode::Hang(Stage::Message),
        ["maybe", "not sent", "maybe"],
        0,
    );
}

#[test]
fn before_the_final_dot_a_lost_connection_means_not_sent() {
    for stage in [Stage::Mail, Stage::Rcpt, Stage::Data] {
        check(Mode::Cut(stage), ["not sent"; 3], 0);
        check(Mode::Hang(stage), ["not sent"; 3], 0);
    }
    check(Mode::Close421(Stage::Mail), ["deferred 421 Mail"; 3], 0);
    check(Mode::Close421(Stage::Rcpt), ["deferred 421 Rcpt"; 3], 0);
}

#[tokio::test]
async fn a_refused_recipient_costs_the_others_nothing() {
    for mode in [Mode::Accept, Mode::NoPipelining, Mode::DataAnyway] {
        let server = SmtpServer::start(mode).await.unwrap();
        let rule = |contains: &str, code| Rule {
            contains: contains.to_owned(),
            code,
        };
        server.set_rules(vec![rule("dead", 550), rule("full", 452)]);
        let names = ["dead1", "a", "full", "dead2", "dead3", "b", "full2"];
        let jobs = names
            .iter()
            .zip(0..)
            .map(|(name, id)| job(id, &format!("{name}@example.jp")))
            .collect();
        let outcomes = outcomes(&config(&server, 1), jobs).await;
        let refused = Outcome::Refused {
            code: 550,
            stage: At::Rcpt,
        };
        let deferred = Outcome::Deferred {
            code: 452,
            stage: At::Rcpt,
        };
        for (id, name) in (0..).zip(names) {
            match outcomes.get(&id).unwrap() {
                Outcome::Accepted { reply } => assert!(
                    name.len() == 1 && reply.starts_with("queued as"),
                    "{mode:?} {name}"
                ),
                other if name.starts_with("dead") => assert_eq!(*other, refused, "{mode:?} {name}"),
                other => assert_eq!(*other, deferred, "{mode:?} {name}"),
            }
        }
        let messages = server.messages();
        let rcpts: Vec<_> = messages
            .iter()
            .flat_map(|message| message.rcpts.clone())
            .collect();
        assert_eq!(rcpts, ["a@example.jp", "b@example.jp"], "{mode:?}");
        let first = messages.first().unwrap();
        assert_eq!(first.mail_from, "bounce+1@house.example");
        assert_eq!(first.bytes, b"Subject: 1\r\n\r\nshared\r\n.tail\r\n");
        assert_eq!(
            (server.connections(), server.early_commands()),
            (1, 0),
            "{mode:?}"
        );
    }
}

#[tokio::test]
async fn many_jobs_over_several_connections_arrive_once_each() {
    let server = SmtpServer::start(Mode::Accept).await.unwrap();
    let mut config = config(&server, 4);
    config.timeouts = Timeouts::default();
    let outcomes = outcomes(&config, jobs(1_000)).await;
    assert!(
        outcomes
            .values()
            .all(|outcome| matches!(outcome, Outcome::Accepted { .. }))
    );
    let mut rcpts: Vec<_> = server
        .messages()
        .into_iter()
        .flat_map(|message| message.rcpts)
        .collect();
    rcpts.sort();
    rcpts.dedup();
    assert_eq!(rcpts.len(), 1_000);
}

#[tokio::test]
async fn an_address_that_would_speak_smtp_is_not_said() {
    let server = SmtpServer::start(Mode::Accept).await.unwrap();
    let jobs = vec![
        job(0, "a@example.jp>\r\nRCPT TO:<b@example.jp"),
        job(1, ""),
        job(2, "\"c..\"@example.jp"),
    ];
    let outcomes = outcomes(&config(&server, 1), jobs).await;
    let words: Vec<_> = outcomes.values().map(word).collect();
    assert_eq!(words, ["refused 553 Rcpt", "refused 553 Rcpt", "accepted"]);
    assert_eq!(
        server.messages().first().unwrap().rcpts,
        ["\"c..\"@example.jp"]
    );
}

#[tokio::test]
async fn a_server_that_heals_gets_the_rest() {
    let server = SmtpServer::start(Mode::Refuse4xx(Stage::Message))
        .await
        .unwrap();
    let config = config(&server, 2);
    let first = outcomes(&config, jobs(5)).await;
    assert!(first.values().all(|outcome| *outcome
        == Outcome::Deferred {
            code: 450,
            stage: At::Message
        }));
    server.set_mode(Mode::Accept);
    let second = outcomes(&config, jobs(5)).await;
    assert!(
        second
            .values()
            .all(|outcome| matches!(outcome, Outcome::Accepted { .. }))
    );
    assert_eq!(server.messages().len(), 5);
}
