//! Mail over SMTP: a pipelined sender of our own over kept connections.
//!
//! Connection, TLS and sign-in are mail-send's; the transactions are ours, because one write per mail instead of
//! four round trips is the difference between 3,500 and 45,000 mails a second (docs/design/performance.md §3). Each
//! [`Job`] given to [`run_connection`] gets exactly one [`Outcome`], and the sender says honestly when it does not know
//! ([`Outcome::MaybeDelivered`]). It neither retries nor remembers: that is the engine's, with its outbox.
//! What can go wrong: refusals among pipelined commands, 421 at any moment, silence, a connection cut before or after
//! the final dot. What is not a failure: a server without PIPELINING, multi-line replies, a 354 after a refusal.
//! The conversation is in `transaction`, bytes and replies in `wire`, the way to the server in [`connect`].

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub mod connect;
mod transaction;
mod wire;

pub use connect::ConnectError;

/// Where and how to send.
#[derive(Clone, Debug)]
pub struct SmtpConfig {
    /// Name or address of the relay; with TLS the name on its certificate.
    pub host: String,
    /// Usually 25, 587 or 465.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// Our name in EHLO.
    pub helo_name: String,
    /// How to sign in, if the relay wants it.
    pub login: Option<Login>,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// Connections open at once in [`send_all`].
    pub connections_max: usize,
}

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Not at all: for a relay on this machine or a closed network.
    None,
    /// From the STARTTLS command on; a server without it is not used.
    StartTls,
    /// From the first byte.
    Implicit,
}

/// Name and password at the relay.
#[derive(Clone)]
pub struct Login {
    /// Name.
    pub user: String,
    /// Password.
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(…)")
    }
}

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the connection.
    pub connect: Duration,
    /// For TLS and sign-in together, and for the reply to each command.
    pub command: Duration,
    /// For a message to be taken and answered. Shorter than RFC 5321's 10 minutes: a flash warning's deadline is 15.
    pub data: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect: Duration::from_secs(10),
            command: Duration::from_secs(60),
            data: Duration::from_secs(120),
        }
    }
}

/// One mail to one recipient.
#[derive(Clone, Debug)]
pub struct Job {
    /// The caller's name for it; comes back with the outcome.
    pub id: u64,
    /// Envelope sender (VERP, `bounce+ref@domain`) in its SMTP form, without brackets; may be empty.
    pub mail_from: String,
    /// Envelope recipient in its SMTP form, without brackets.
    pub rcpt: String,
    /// First piece. Pieces are sent in order; each ends with CRLF or is empty, and is dot-stuffed (see [`dot_stuff`]).
    pub head: Vec<u8>,
    /// Second piece, the same bytes for many jobs.
    pub shared: Arc<[u8]>,
    /// Third piece.
    pub tail: Vec<u8>,
}

/// What became of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The relay took it over.
    Accepted {
        /// First line of its answer, which usually has its queue number; visible ASCII, at most 200 bytes.
        reply: String,
    },
    /// Not now: try again later.
    Deferred {
        /// Reply code, 4xx.
        code: u16,
        /// What was refused.
        stage: Stage,
    },
    /// Not at all. Only [`Stage::Rcpt`] speaks of the recipient; the others speak of us or of the message.
    Refused {
        /// Reply code, 5xx; 553 is also our own answer to an address that would break the protocol.
        code: u16,
        /// What was refused.
        stage: Stage,
    },
    /// The final dot was sent and no answer came: a repetition may arrive twice, hence stable message ids.
    MaybeDelivered,
    /// The connection ended before the final dot: it was certainly not delivered.
    NotSent,
}

/// Steps of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The sender.
    Mail,
    /// The recipient: there is no such mailbox, or it takes nothing.
    Rcpt,
    /// Our use of the relay, in its answer to a recipient: relaying denied, a block, a policy.
    Relay,
    /// The recipient or our use of the relay: without an enhanced code the answer does not say which. Exim refuses
    /// an unknown mailbox and a foreign domain with the same 550.
    Unclear,
    /// The wish to send.
    Data,
    /// The message itself.
    Message,
}

/// How a connection that was established came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionEnd {
    /// No jobs were left; we said good-bye.
    Drained,
    /// The server said 421, was silent too long, cut the connection or spoke no SMTP.
    Lost,
}

/// Opens one connection and sends what `next` gives until it gives nothing.
///
/// `next` must not block. A job is asked for only when it can be sent, so a lost connection touches at most the mail
/// on its way and the one announced behind it; both have their outcome when this returns. Dropping the future midway
/// forfeits that. If nobody listens to `done` any more, no further job is taken.
///
/// # Errors
/// If there is no connection; then no job was taken.
pub async fn run_connection(
    config: &SmtpConfig,
    next: impl FnMut() -> Option<Job> + Send,
    done: &mpsc::Sender<(u64, Outcome)>,
) -> Result<ConnectionEnd, ConnectError> {
    let session = connect::open(config).await?;
    Ok(
        transaction::Sender::new(session, config.timeouts, next, done)
            .run()
            .await,
    )
}

/// Sends all jobs over at most [`SmtpConfig::connections_max`] connections; every job has its outcome when this returns.
///
/// A lost connection is opened anew as long as it had taken something; what is left when none can be opened is
/// [`Outcome::NotSent`]. The error is the last reason why a connection could not be opened, if there was one.
///
/// # Errors
/// If jobs were left for want of a connection.
pub async fn send_all(
    config: &SmtpConfig,
    jobs: Vec<Job>,
    done: &mpsc::Sender<(u64, Outcome)>,
) -> Result<(), ConnectError> {
    let connections = config.connections_max.max(1).min(jobs.len());
    let queue = Arc::new(Mutex::new(VecDeque::from(jobs)));
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (config, queue, done) = (config.clone(), Arc::clone(&queue), done.clone());
        tasks.spawn(async move { drain(&config, &queue, &done).await });
    }
    let mut last_error = None;
    while let Some(joined) = tasks.join_next().await {
        if let Ok(Err(error)) = joined {
            last_error = Some(error);
        }
    }
    let mut left = false;
    while let Some(job) = take(&queue) {
        left = true;
        // A gone listener cannot be told anything.
        let _ = done.send((job.id, Outcome::NotSent)).await;
    }
    match last_error {
        Some(error) if left => Err(error),
        _ => Ok(()),
    }
}

/// One connection after another until the queue is empty or one ends without having taken anything.
async fn drain(
    config: &SmtpConfig,
    queue: &Mutex<VecDeque<Job>>,
    done: &mpsc::Sender<(u64, Outcome)>,
) -> Result<(), ConnectError> {
    loop {
        let mut taken = 0_usize;
        let next = || {
            let job = take(queue);
            taken += usize::from(job.is_some());
            job
        };
        let end = run_connection(config, next, done).await?;
        if end == ConnectionEnd::Drained || taken == 0 {
            return Ok(());
        }
    }
}

fn take(queue: &Mutex<VecDeque<Job>>) -> Option<Job> {
    // The queue is whole at every moment, also if another task fell while holding it.
    queue
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .pop_front()
}

/// Doubles each dot that begins a line (RFC 5321 §4.5.2) and makes the piece end with CRLF.
///
/// Lone line breaks are made CRLF: a server that takes them for line ends would else see a final dot where none was
/// meant and take what follows as commands. Pieces of `formats::mail` need none of this.
#[must_use]
pub fn dot_stuff(piece: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(piece.len() + piece.len() / 32 + 2);
    let mut rest = piece;
    while !rest.is_empty() {
        let end = rest
            .iter()
            .position(|byte| matches!(byte, b'\r' | b'\n'))
            .unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
        rest = after
            .strip_prefix(b"\r\n")
            .or_else(|| after.get(1..))
            .unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_dot_that_begins_a_line_is_doubled() {
        #[track_caller]
        fn check(piece: &str, expected: &str) {
            assert_eq!(dot_stuff(piece.as_bytes()), expected.as_bytes());
        }
        check("", "");
        check(".\r\n", "..\r\n");
        check("a\r\n.b\r\n..\r\n", "a\r\n..b\r\n...\r\n");
        check("a.b", "a.b\r\n");
        check("a\n.\nMAIL FROM:<x>", "a\r\n..\r\nMAIL FROM:<x>\r\n");
        check("a\r.\rb", "a\r\n..\r\nb\r\n");
        check("a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n");
        // Each mixture of line ends that a lenient server could take for another one.
        check("a\n.\r\nb", "a\r\n..\r\nb\r\n");
        check("a\r.\nb", "a\r\n..\r\nb\r\n");
        check("a\n\r.\n", "a\r\n\r\n..\r\n");
        check("\r\n.", "\r\n..\r\n");
        check("..", "...\r\n");
        check(" .", " .\r\n");
        check("a.\r\nb", "a.\r\nb\r\n");
        check("\n", "\r\n");
    }

    #[test]
    fn a_password_does_not_print() {
        let login = Login {
            user: "u".to_owned(),
            password: "secret".to_owned(),
        };
        assert_eq!(format!("{login:?}"), "Login(…)");
    }

    proptest! {
        #[test]
        fn no_stuffed_piece_ends_the_message(piece in "[.a\r\n]{0,40}") {
            let stuffed = [b"x\r\n".as_slice(), &dot_stuff(piece.as_bytes())].concat();
            prop_assert!(!stuffed.windows(5).any(|window| window == b"\r\n.\r\n"));
            prop_assert!(stuffed.ends_with(b"\r\n"));
        }
    }
}
