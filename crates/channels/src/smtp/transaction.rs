//! Mail transactions on one connection, pipelined (RFC 2920) or in lock-step.
//!
//! One mail is on its way at a time; with pipelining the next one's MAIL, RCPT and DATA travel in the same write as
//! its final dot, so that each mail costs one round trip. Invariant: a job leaves this file with exactly one outcome,
//! and `NotSent` only if its final dot cannot have been read by the server. The one place where the two meet is
//! [`Sender::message`].

use tokio::sync::mpsc;

use super::connect::Session;
use super::wire::{Broken, PIECES, Reply};
use super::{ConnectionEnd, Job, Outcome, Stage, Timeouts};

/// Good-bye is a courtesy; nobody waits long for its answer.
const QUIT_PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);
/// Code for an address that would break the protocol: "mailbox name not allowed" (RFC 5321 §4.2.3).
const NAME_NOT_ALLOWED: u16 = 553;
/// The server is closing the connection.
const CLOSING: u16 = 421;

/// Sends jobs over one session.
pub(super) struct Sender<'a, N> {
    session: Session,
    timeouts: Timeouts,
    next: N,
    done: &'a mpsc::Sender<(u64, Outcome)>,
    /// Nobody listens any more, so nothing new is begun.
    is_unheard: bool,
}

/// What came of the three commands before a message.
enum Envelope {
    /// The server waits for the message.
    Open,
    /// Refused. With `dot_owed` the server took DATA all the same and waits for the end of an empty message (RFC 2920 §3.1).
    Refused { outcome: Outcome, dot_owed: bool },
    /// The server is closing; nothing more can be said.
    Closing { outcome: Outcome },
}

impl<'a, N: FnMut() -> Option<Job> + Send> Sender<'a, N> {
    pub(super) fn new(
        session: Session,
        timeouts: Timeouts,
        next: N,
        done: &'a mpsc::Sender<(u64, Outcome)>,
    ) -> Self {
        Sender {
            session,
            timeouts,
            next,
            done,
            is_unheard: false,
        }
    }

    /// Sends until no job is left or the connection is of no more use.
    pub(super) async fn run(mut self) -> ConnectionEnd {
        let mut announced: Option<Job> = None;
        loop {
            let current = match announced.take() {
                Some(job) => job,
                None => match self.next_job().await {
                    Some(job) => match self.announce(&job).await {
                        Ok(()) => job,
                        Err(Broken) => return self.lost(Some(job)).await,
                    },
                    None => break,
                },
            };
            match self.envelope(&current).await {
                Err(Broken) => return self.lost(Some(current)).await,
                Ok(Envelope::Closing { outcome }) => {
                    self.report(current.id, outcome).await;
                    return ConnectionEnd::Lost;
                }
                Ok(Envelope::Open) => {
                    announced = self.announced_behind().await;
                    if self.message(&current, announced.as_ref()).await.is_err() {
                        return self.lost(announced).await;
                    }
                }
                Ok(Envelope::Refused { outcome, dot_owed }) => {
                    self.report(current.id, outcome).await;
                    announced = self.announced_behind().await;
                    if self.reset(dot_owed, announced.as_ref()).await.is_err() {
                        return self.lost(announced).await;
                    }
                }
            }
        }
        if self
            .session
            .wire
            .command(b"QUIT\r\n", QUIT_PATIENCE)
            .await
            .is_ok()
        {
            // Whatever it says, or nothing.
            let _ = self.session.wire.reply(QUIT_PATIENCE).await;
        }
        ConnectionEnd::Drained
    }

    /// Takes the next job whose addresses can be said; others are refused on the spot.
    async fn next_job(&mut self) -> Option<Job> {
        while !self.is_unheard {
            let job = (self.next)()?;
            let stage = match (
                is_sayable(&job.mail_from),
                is_sayable(&job.rcpt) && !job.rcpt.is_empty(),
            ) {
                (true, true) => return Some(job),
                (false, _) => Stage::Mail,
                (true, false) => Stage::Rcpt,
            };
            self.report(
                job.id,
                Outcome::Refused {
                    code: NAME_NOT_ALLOWED,
                    stage,
                },
            )
            .await;
        }
        None
    }

    /// The job whose commands may travel behind the present message.
    async fn announced_behind(&mut self) -> Option<Job> {
        if self.session.pipelining {
            self.next_job().await
        } else {
            None
        }
    }

    /// Says a job's commands on their own. In lock-step [`Sender::envelope`] says them one by one.
    async fn announce(&mut self, job: &Job) -> Result<(), Broken> {
        if !self.session.pipelining {
            return Ok(());
        }
        let commands = self.commands(Some(job));
        self.session
            .wire
            .command(&commands, self.timeouts.command)
            .await
    }

    /// MAIL, RCPT and DATA in one group; DATA must be the last of it.
    fn commands(&self, job: Option<&Job>) -> Vec<u8> {
        job.map_or_else(Vec::new, |job| {
            [self.mail(job), rcpt(job), DATA.to_vec()].concat()
        })
    }

    fn mail(&self, job: &Job) -> Vec<u8> {
        let is_ascii = job.head.is_ascii() && job.shared.is_ascii() && job.tail.is_ascii();
        let body = if self.session.eight_bit && !is_ascii {
            " BODY=8BITMIME"
        } else {
            ""
        };
        format!("MAIL FROM:<{}>{body}\r\n", job.mail_from).into_bytes()
    }

    /// Reads (and in lock-step says) MAIL, RCPT and DATA.
    async fn envelope(&mut self, job: &Job) -> Result<Envelope, Broken> {
        let mut refused: Option<Outcome> = None;
        for stage in [Stage::Mail, Stage::Rcpt, Stage::Data] {
            if !self.session.pipelining {
                if let Some(outcome) = refused.take() {
                    return Ok(Envelope::Refused {
                        outcome,
                        dot_owed: false,
                    });
                }
                let command = match stage {
                    Stage::Mail => self.mail(job),
                    Stage::Rcpt => rcpt(job),
                    _ => DATA.to_vec(),
                };
                self.session
                    .wire
                    .command(&command, self.timeouts.command)
                    .await?;
            }
            let reply = self.session.wire.reply(self.timeouts.command).await?;
            let is_accepted = if stage == Stage::Data {
                reply.code == 354
            } else {
                reply.is_positive()
            };
            if reply.code == CLOSING {
                let outcome = refused.unwrap_or(Outcome::Deferred {
                    code: CLOSING,
                    stage,
                });
                return Ok(Envelope::Closing { outcome });
            }
            match (stage, is_accepted, refused.take()) {
                (Stage::Data, true, Some(outcome)) => {
                    return Ok(Envelope::Refused {
                        outcome,
                        dot_owed: true,
                    });
                }
                // The first refusal tells why; 503 and 554 to what follows only echo it.
                (_, _, Some(outcome)) => refused = Some(outcome),
                (_, false, None) => refused = Some(refusal(&reply, stage)),
                (_, true, None) => {}
            }
        }
        Ok(match refused {
            Some(outcome) => Envelope::Refused {
                outcome,
                dot_owed: false,
            },
            None => Envelope::Open,
        })
    }

    /// Sends the message, its final dot and the commands of the next, and reports what the server says to it.
    async fn message(&mut self, job: &Job, behind: Option<&Job>) -> Result<(), Broken> {
        let mut end = b".\r\n".to_vec();
        end.extend(self.commands(behind));
        let pieces: [&[u8]; PIECES] = [&job.head, &job.shared, &job.tail, &end];
        let message_bytes = job.head.len() + job.shared.len() + job.tail.len();
        if let Err(unwritten) = self.session.wire.write(pieces, self.timeouts.data).await {
            // Any byte of the dot's line may have been enough; none of it certainly was not.
            let outcome = if unwritten.written > message_bytes {
                Outcome::MaybeDelivered
            } else {
                Outcome::NotSent
            };
            self.report(job.id, outcome).await;
            return Err(Broken);
        }
        let Ok(reply) = self.session.wire.reply(self.timeouts.data).await else {
            self.report(job.id, Outcome::MaybeDelivered).await;
            return Err(Broken);
        };
        let outcome = if reply.is_positive() {
            Outcome::Accepted {
                reply: reply.first_line(),
            }
        } else {
            refusal(&reply, Stage::Message)
        };
        self.report(job.id, outcome).await;
        if reply.code == CLOSING {
            Err(Broken)
        } else {
            Ok(())
        }
    }

    /// Ends a refused transaction: an empty message where one is owed, RSET, and the commands of the next.
    async fn reset(&mut self, dot_owed: bool, behind: Option<&Job>) -> Result<(), Broken> {
        let mut commands = if dot_owed {
            b".\r\nRSET\r\n".to_vec()
        } else {
            b"RSET\r\n".to_vec()
        };
        commands.extend(self.commands(behind));
        self.session
            .wire
            .command(&commands, self.timeouts.command)
            .await?;
        if dot_owed {
            // An empty message to nobody: 554 as a rule, and if the server says 250 nobody gets it.
            self.session.wire.reply(self.timeouts.data).await?;
        }
        let reply = self.session.wire.reply(self.timeouts.command).await?;
        if reply.code == CLOSING {
            Err(Broken)
        } else {
            Ok(())
        }
    }

    /// The connection broke before this job's final dot.
    async fn lost(&mut self, job: Option<Job>) -> ConnectionEnd {
        if let Some(job) = job {
            self.report(job.id, Outcome::NotSent).await;
        }
        ConnectionEnd::Lost
    }

    async fn report(&mut self, id: u64, outcome: Outcome) {
        if self.done.send((id, outcome)).await.is_err() {
            self.is_unheard = true;
        }
    }
}

const DATA: &[u8] = b"DATA\r\n";

fn rcpt(job: &Job) -> Vec<u8> {
    format!("RCPT TO:<{}>\r\n", job.rcpt).into_bytes()
}

/// A reply out of place (2xx to DATA, 1xx) says nothing final, so it is tried again.
fn refusal(reply: &Reply, stage: Stage) -> Outcome {
    let code = reply.code;
    if code / 100 == 5 {
        let stage = match stage {
            Stage::Rcpt => concerns(reply),
            stage => stage,
        };
        Outcome::Refused { code, stage }
    } else {
        Outcome::Deferred { code, stage }
    }
}

/// Whom a refusal of a recipient concerns, by the enhanced code (RFC 3463 §3.2, §3.3; RFC 7505): a relay that refuses us
/// says so at the same place. It stands first in the text, or where qmail writes it, as `(#5.7.1)` at the end.
fn concerns(reply: &Reply) -> Stage {
    let enhanced = |word: &str| {
        let word = word.trim_matches(['(', ')', '#', '.', ',', ';', ':']);
        let mut parts = word.split('.').map(str::parse::<u16>);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Ok(5)), Some(Ok(subject)), Some(Ok(detail)), None) => Some((subject, detail)),
            _ => None,
        }
    };
    let mut words = reply.text.split_whitespace();
    let code = words
        .clone()
        .next()
        .and_then(enhanced)
        .or_else(|| words.find(|word| word.contains('#')).and_then(enhanced));
    match code {
        Some((1, 1 | 2 | 3 | 6 | 10) | (2, _)) => Stage::Rcpt,
        Some(_) => Stage::Relay,
        // RFC 5321 §4.3.2 gives these for a mailbox that is not there; of the others none speaks of one.
        None if matches!(reply.code, 550 | 551 | 553) => Stage::Unclear,
        None => Stage::Relay,
    }
}

/// Whether an address can stand between brackets in a command: visible ASCII, no bracket, of RFC 5321's length.
fn is_sayable(address: &str) -> bool {
    address.len() <= 254
        && address
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'<' && byte != b'>')
}

#[cfg(test)]
mod tests;
