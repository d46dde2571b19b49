//! What each conversation with a relay comes to: every answer at every stage, in lock-step and pipelined.
//!
//! The relay is a script: its answers lie ready, and what we say is written down. A relay whose script is at its end
//! has cut the connection.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::*;
use crate::smtp::wire::Wire;
mod refusals;

/// A relay that says what it was told to say, and takes so many bytes.
struct Scripted {
    answers: VecDeque<u8>,
    heard: Arc<Mutex<Vec<u8>>>,
    room: usize,
}

impl AsyncRead for Scripted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // In pieces of seven bytes, so that no reply comes whole.
        let count = self.answers.len().min(into.remaining()).min(7);
        let bytes: Vec<u8> = self.answers.drain(..count).collect();
        into.put_slice(&bytes);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Scripted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let count = bytes.len().min(self.room);
        if count == 0 {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        self.room -= count;
        self.heard.lock().unwrap().extend(&bytes[..count]);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// What a relay offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offer {
    LockStep,
    Pipelining,
    EightBit,
}

/// How a conversation went.
struct Talk {
    /// Words of the outcomes, by job.
    outcomes: Vec<(u64, String)>,
    end: ConnectionEnd,
    /// What we said, as it was.
    heard: String,
    /// Jobs that nobody asked for.
    left: usize,
}

fn job(id: u64) -> Job {
    Job {
        id,
        mail_from: format!("b{id}@house.example"),
        rcpt: format!("r{id}@example.jp"),
        head: b"HEAD\r\n".to_vec(),
        shared: Arc::from(b"SHARED\r\n".as_slice()),
        tail: b"TAIL\r\n".to_vec(),
    }
}

fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Accepted { reply } => format!("accepted {reply}"),
        Outcome::Deferred { code, stage } => format!("deferred {code} {stage:?}"),
        Outcome::Refused { code, stage } => format!("refused {code} {stage:?}"),
        Outcome::MaybeDelivered => "maybe".to_owned(),
        Outcome::NotSent => "not sent".to_owned(),
    }
}

fn talk_with(offer: Offer, answers: &str, jobs: Vec<Job>, room: usize, is_heard: bool) -> Talk {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let stream = Scripted {
        answers: answers.bytes().collect(),
        heard: Arc::clone(&heard),
        room,
    };
    let session = Session {
        wire: Wire::new(Box::new(stream)),
        pipelining: offer == Offer::Pipelining,
        eight_bit: offer == Offer::EightBit,
    };
    let mut jobs = VecDeque::from(jobs);
    let (done, mut told) = mpsc::channel(64);
    if !is_heard {
        told.close();
    }
    let end = runtime
        .block_on(Sender::new(session, Timeouts::default(), || jobs.pop_front(), &done).run());
    let mut outcomes = Vec::new();
    while let Ok((id, outcome)) = told.try_recv() {
        outcomes.push((id, word(&outcome)));
    }
    let heard = heard.lock().unwrap().clone();
    Talk {
        outcomes,
        end,
        heard: String::from_utf8(heard).unwrap(),
        left: jobs.len(),
    }
}

fn talk(offer: Offer, answers: &str, jobs: u64) -> Talk {
    talk_with(
        offer,
        answers,
        (1..=jobs).map(job).collect(),
        usize::MAX,
        true,
    )
}

/// The script's codes as lines.
fn script(codes: &str) -> String {
    codes
        .split_whitespace()
        .map(|code| format!("{code} as told\r\n"))
        .collect()
}

/// First words of what we said; the three pieces of a message are one word.
fn short(heard: &str) -> String {
    let words: Vec<&str> = heard
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|word| !matches!(*word, "SHARED" | "TAIL"))
        .collect();
    words.join(" ")
}

#[track_caller]
fn check(offer: Offer, codes: &str, expected: &[&str], said: &str, end: ConnectionEnd) {
    let talk = talk(offer, &script(codes), expected.len() as u64);
    let outcomes: Vec<(u64, &str)> = talk
        .outcomes
        .iter()
        .map(|(id, word)| (*id, word.as_str()))
        .collect();
    let expected: Vec<(u64, &str)> = (1..).zip(expected.iter().copied()).collect();
    assert_eq!(outcomes, expected, "{offer:?} {codes}");
    assert_eq!(short(&talk.heard), said, "{offer:?} {codes}");
    assert_eq!(talk.end, end, "{offer:?} {codes}");
}

use ConnectionEnd::{Drained, Lost};
use Offer::{EightBit, LockStep, Pipelining};

#[test]
fn a_mail_is_said_in_the_words_of_the_standard() {
    let whole = "MAIL FROM:<b1@house.example>\r\nRCPT TO:<r1@example.jp>\r\nDATA\r\n\
                 HEAD\r\nSHARED\r\nTAIL\r\n.\r\nQUIT\r\n";
    for offer in [LockStep, Pipelining, EightBit] {
        let talk = talk(offer, &script("250 250 354 250 221"), 1);
        assert_eq!(talk.heard, whole, "{offer:?}");
        assert_eq!(talk.outcomes, [(1, "accepted as told".to_owned())]);
        assert_eq!(talk.end, Drained);
    }
}

#[test]
fn a_refusal_in_lock_step_ends_the_transaction_at_its_stage() {
    for (codes, outcome, said) in [
        ("550 250 221", "refused 550 Mail", "MAIL RSET QUIT"),
        ("451 250 221", "deferred 451 Mail", "MAIL RSET QUIT"),
        (
            "250 550 250 221",
            "refused 550 Unclear",
            "MAIL RCPT RSET QUIT",
        ),
        (
            "250 452 250 221",
            "deferred 452 Rcpt",
            "MAIL RCPT RSET QUIT",
        ),
        (
            "251 551 250 221",
            "refused 551 Unclear",
            "MAIL RCPT RSET QUIT",
        ),
        (
            "250 250 554 250 221",
            "refused 554 Data",
            "MAIL RCPT DATA RSET QUIT",
        ),
        (
            "250 250 451 250 221",
            "deferred 451 Data",
            "MAIL RCPT DATA RSET QUIT",
        ),
        (
            "250 250 354 552 221",
            "refused 552 Message",
            "MAIL RCPT DATA HEAD . QUIT",
        ),
        (
            "250 250 354 451 221",
            "deferred 451 Message",
            "MAIL RCPT DATA HEAD . QUIT",
        ),
    ] {
        check(LockStep, codes, &[outcome], said, Drained);
    }
}

#[test]
fn a_refusal_among_pipelined_commands_is_the_first_one_that_was_told() {
    for (codes, outcome, said) in [
        (
            "550 503 503 250 221",
            "refused 550 Mail",
            "MAIL RCPT DATA RSET QUIT",
        ),
        (
            "450 503 554 250 221",
            "deferred 450 Mail",
            "MAIL RCPT DATA RSET QUIT",
        ),
        (
            "250 550 503 250 221",
            "refused 550 Unclear",
            "MAIL RCPT DATA RSET QUIT",
        ),
        (
            "250 450 554 250 221",
            "deferred 450 Rcpt",
            "MAIL RCPT DATA RSET QUIT",
        ),
        (
            "250 250 451 250 221",
            "deferred 451 Data",
            "MAIL RCPT DATA RSET QUIT",
        ),
        // The relay takes DATA all the same, and is owed the end of an empty message.
        (
            "250 550 354 554 250 221",
            "refused 550 Unclear",
            "MAIL RCPT DATA . RSET QUIT",
        ),
        (
            "550 250 354 554 250 221",
            "refused 550 Mail",
            "MAIL RCPT DATA . RSET QUIT",
        ),
        // What it says to the empty message is no word on the mail.
        (
            "250 450 354 250 250 221",
            "deferred 450 Rcpt",
            "MAIL RCPT DATA . RSET QUIT",
        ),
    ] {
        check(Pipelining, codes, &[outcome], said, Drained);
    }
}

#[test]
fn a_reply_out_of_place_is_tried_again_and_never_taken_for_a_yes() {
    for (codes, outcome) in [
        ("354 250 221", "deferred 354 Mail"),
        ("150 250 221", "deferred 150 Mail"),
        ("250 354 250 221", "deferred 354 Rcpt"),
        ("250 250 250 250 221", "deferred 250 Data"),
        ("250 250 354 354 221", "deferred 354 Message"),
        ("250 250 354 150 221", "deferred 150 Message"),
    ] {
        let talk = talk(LockStep, &script(codes), 1);
        assert_eq!(talk.outcomes, [(1, outcome.to_owned())], "{codes}");
    }
}

#[test]
fn an_answer_too_many_or_too_few_makes_no_mail_accepted() {
    for codes in [
        // One too many before DATA: its "go on" would be the second to last.
        "250 250 250 354 250 221",
        // One too few: RCPT is answered by what belongs to DATA.
        "250 354 250 221",
        "221",
        "",
    ] {
        let talk = talk(Pipelining, &script(codes), 2);
        assert!(!talk.outcomes.is_empty(), "{codes}");
        for (id, outcome) in &talk.outcomes {
            assert!(!outcome.starts_with("accepted"), "{codes}: {id} {outcome}");
        }
    }
}

#[test]
fn a_relay_that_closes_is_told_with_the_stage_and_left_without_a_word() {
    for (offer, codes, outcome, said) in [
        (LockStep, "421", "deferred 421 Mail", "MAIL"),
        (LockStep, "250 421", "deferred 421 Rcpt", "MAIL RCPT"),
        (
            LockStep,
            "250 250 421",
            "deferred 421 Data",
            "MAIL RCPT DATA",
        ),
        (
            LockStep,
            "250 250 354 421",
            "deferred 421 Message",
            "MAIL RCPT DATA HEAD .",
        ),
        (Pipelining, "421", "deferred 421 Mail", "MAIL RCPT DATA"),
        (Pipelining, "250 421", "deferred 421 Rcpt", "MAIL RCPT DATA"),
        (
            Pipelining,
            "250 250 354 421",
            "deferred 421 Message",
            "MAIL RCPT DATA HEAD .",
        ),
        // What was refused before stays refused.
        (
            Pipelining,
            "250 550 421",
            "refused 550 Unclear",
            "MAIL RCPT DATA",
        ),
        (
            Pipelining,
            "550 503 503 421",
            "refused 550 Mail",
            "MAIL RCPT DATA RSET",
        ),
        (LockStep, "550 421", "refused 550 Mail", "MAIL RSET"),
    ] {
        check(offer, codes, &[outcome], said, Lost);
    }
}

#[test]
fn a_connection_that_is_cut_says_what_is_certain() {
    for (offer, codes, outcome) in [
        (LockStep, "", "not sent"),
        (LockStep, "250", "not sent"),
        (LockStep, "250 250", "not sent"),
        (LockStep, "250 250 354", "maybe"),
        (Pipelining, "", "not sent"),
        (Pipelining, "250 250", "not sent"),
        (Pipelining, "250 250 354", "maybe"),
    ] {
        let talk = talk(offer, &script(codes), 1);
        assert_eq!(
            talk.outcomes,
            [(1, outcome.to_owned())],
            "{offer:?} {codes}"
        );
        assert_eq!(talk.end, Lost, "{offer:?} {codes}");
    }
}

#[test]
fn bytes_that_are_no_reply_end_the_connection() {
    for nonsense in [
        "hello\r\n",
        "2500 ok\r\n",
        "25 ok\r\n",
        "050 ok\r\n",
        "250ok\r\n",
        "\r\n",
        "HTTP/1.1 400 Bad Request\r\n",
    ] {
        let before = talk(LockStep, nonsense, 1);
        assert_eq!(before.outcomes, [(1, "not sent".to_owned())], "{nonsense}");
        let after = format!("{}{nonsense}", script("250 250 354"));
        let after = talk(LockStep, &after, 1);
        assert_eq!(after.outcomes, [(1, "maybe".to_owned())], "{nonsense}");
        assert_eq!((before.end, after.end), (Lost, Lost), "{nonsense}");
    }
}

#[test]
fn several_lines_are_one_answer_and_the_first_is_kept() {
    let answers = "250-2.1.0 sender\r\n250 2.1.0 ok\r\n\
                   250-2.1.5 one\r\n250-2.1.5 two\r\n250 2.1.5 three\r\n\
                   354 go\n\
                   250-2.0.0 queued as 4F1\r\n250 2.0.0 bye\r\n221 2.0.0\r\n";
    for offer in [LockStep, Pipelining] {
        let talk = talk(offer, answers, 1);
        assert_eq!(
            talk.outcomes,
            [(1, "accepted 2.0.0 queued as 4F1".to_owned())],
            "{offer:?}"
        );
        assert_eq!(talk.end, Drained);
    }
    let refused = "250 ok\r\n550-5.1.1 no such\r\n550-5.1.1 user\r\n550 5.1.1 here\r\n250 ok\r\n";
    let refused = talk(LockStep, refused, 1);
    assert_eq!(refused.outcomes, [(1, "refused 550 Rcpt".to_owned())]);
}

#[test]
fn the_next_mail_travels_behind_the_final_dot_or_the_reset() {
    check(
        Pipelining,
        "250 250 354 250 250 250 354 250 221",
        &["accepted as told", "accepted as told"],
        "MAIL RCPT DATA HEAD . MAIL RCPT DATA HEAD . QUIT",
        Drained,
    );
    // The second's commands were said in one write with the end of the first; its answers come after that of the first.
    check(
        Pipelining,
        "250 550 503 250 250 250 354 250 221",
        &["refused 550 Unclear", "accepted as told"],
        "MAIL RCPT DATA RSET MAIL RCPT DATA HEAD . QUIT",
        Drained,
    );
    check(
        Pipelining,
        "250 550 354 554 250 250 250 354 250 221",
        &["refused 550 Unclear", "accepted as told"],
        "MAIL RCPT DATA . RSET MAIL RCPT DATA HEAD . QUIT",
        Drained,
    );
    check(
        LockStep,
        "250 550 250 250 250 354 250 221",
        &["refused 550 Unclear", "accepted as told"],
        "MAIL RCPT RSET MAIL RCPT DATA HEAD . QUIT",
        Drained,
    );
}

#[test]
fn a_lost_connection_touches_the_mail_on_its_way_and_the_one_announced_behind_it() {
    for (offer, codes, outcomes, left) in [
        (Pipelining, "250 250 354", vec!["maybe", "not sent"], 1),
        (
            Pipelining,
            "250 250 354 250",
            vec!["accepted as told", "not sent"],
            1,
        ),
        (
            Pipelining,
            "250 250 354 421",
            vec!["deferred 421 Message", "not sent"],
            1,
        ),
        (
            Pipelining,
            "250 550 503",
            vec!["refused 550 Unclear", "not sent"],
            1,
        ),
        (LockStep, "250 250 354", vec!["maybe"], 2),
        (
            LockStep,
            "250 250 354 250",
            vec!["accepted as told", "not sent"],
            1,
        ),
        (LockStep, "421", vec!["deferred 421 Mail"], 2),
    ] {
        let talk = talk(offer, &script(codes), 3);
        let words: Vec<&str> = talk
            .outcomes
            .iter()
            .map(|(_, word)| word.as_str())
            .collect();
        assert_eq!(words, outcomes, "{offer:?} {codes}");
        assert_eq!((talk.left, talk.end), (left, Lost), "{offer:?} {codes}");
    }
}

#[test]
fn any_byte_of_the_final_dot_may_have_been_enough() {
    let before = "MAIL FROM:<b1@house.example>\r\nRCPT TO:<r1@example.jp>\r\nDATA\r\n".len();
    let message = "HEAD\r\nSHARED\r\nTAIL\r\n".len();
    for (room, outcome) in [
        (0, "not sent"),
        (10, "not sent"),
        (before - 1, "not sent"),
        (before, "not sent"),
        (before + 1, "not sent"),
        (before + message - 1, "not sent"),
        (before + message, "not sent"),
        (before + message + 1, "maybe"),
        (before + message + 2, "maybe"),
        (before + message + 3, "accepted as told"),
    ] {
        let answers = script("250 250 354 250 221");
        let talk = talk_with(LockStep, &answers, vec![job(1)], room, true);
        assert_eq!(talk.outcomes, [(1, outcome.to_owned())], "{room}");
    }
}

#[test]
fn eight_bits_are_declared_where_they_are_and_were_offered() {
    let wide = "本文\r\n".as_bytes().to_vec();
    for (offer, piece, is_declared) in [
        (EightBit, 0, false),
        (EightBit, 1, true),
        (EightBit, 2, true),
        (EightBit, 3, true),
        (LockStep, 1, false),
        (LockStep, 2, false),
    ] {
        let mut one = job(1);
        match piece {
            1 => one.head.clone_from(&wide),
            2 => one.shared = Arc::from(wide.as_slice()),
            3 => one.tail.clone_from(&wide),
            _ => {}
        }
        let answers = script("250 250 354 250 221");
        let talk = talk_with(offer, &answers, vec![one], usize::MAX, true);
        let line = talk.heard.lines().next().unwrap_or_default();
        let expected = if is_declared {
            "MAIL FROM:<b1@house.example> BODY=8BITMIME"
        } else {
            "MAIL FROM:<b1@house.example>"
        };
        assert_eq!(line, expected, "{offer:?} {piece}");
    }
}

#[test]
fn where_nobody_listens_nothing_new_is_begun() {
    let answers = script("250 250 354 250 250 250 354 250 221");
    for (offer, left) in [(LockStep, 3), (Pipelining, 2)] {
        let jobs = (1..=4).map(job).collect();
        let talk = talk_with(offer, &answers, jobs, usize::MAX, false);
        assert_eq!((talk.left, talk.end), (left, Drained), "{offer:?}");
        assert!(talk.heard.ends_with("QUIT\r\n"), "{}", talk.heard);
    }
}
