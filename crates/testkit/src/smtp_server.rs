//! An SMTP server in the test's own process, on a free port of this machine, that misbehaves on request.
//!
//! It keeps what it took, so a test can compare recipients, rows and mails. Faults ([`Mode`]) hold for the whole
//! server and may be changed at any time; [`Rule`]s refuse single recipients. It is strict where a relay may be:
//! a second MAIL within a transaction is 503, DATA without a recipient is 554, and commands that come before the
//! answer from a client that was not offered PIPELINING are counted. It speaks no TLS and checks no sign-in.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// A line longer than this ends the connection; base64 lines have 76.
const LINE_BYTES_MAX: usize = 64 * 1024;
/// A message larger than this ends the connection.
const MESSAGE_BYTES_MAX: usize = 16 << 20;

/// Where in a transaction something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The greeting.
    Greeting,
    /// EHLO and HELO.
    Ehlo,
    /// MAIL.
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA.
    Data,
    /// The final dot.
    Message,
}

/// How the server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Takes everything.
    Accept,
    /// Answers 450 at a stage.
    Refuse4xx(Stage),
    /// Answers 550 at a stage.
    Refuse5xx(Stage),
    /// Answers 421 at a stage and closes.
    Close421(Stage),
    /// Says nothing from a stage on and keeps the connection open.
    Hang(Stage),
    /// Cuts the connection at a stage without a word.
    Cut(Stage),
    /// Cuts the connection after the final dot without answering, having kept the message or not.
    CutAfterData {
        /// Whether the message was kept, as by a server whose answer was lost.
        kept: bool,
    },
    /// Waits so many milliseconds before each answer.
    Slow(u64),
    /// Takes everything but does not offer PIPELINING.
    NoPipelining,
    /// Answers 354 to DATA even without a recipient (RFC 2920 §3.1 lets it), and 554 to the empty message.
    DataAnyway,
}

/// Refuses recipients that contain a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Part of an address.
    pub contains: String,
    /// 4xx or 5xx.
    pub code: u16,
}

/// A message that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Envelope sender, without brackets.
    pub mail_from: String,
    /// Envelope recipients, without brackets.
    pub rcpts: Vec<String>,
    /// The message as sent, its dots taken out again.
    pub bytes: Vec<u8>,
}

/// A running server. It ends when dropped.
#[derive(Debug)]
pub struct SmtpServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    kept: watch::Sender<usize>,
}

#[derive(Debug)]
struct State {
    mode: Mode,
    rules: Vec<Rule>,
    messages: Vec<Received>,
    connections: usize,
    early_commands: usize,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A test that fell while holding it has failed already.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SmtpServer {
    /// Starts a server on 127.0.0.1 and a free port.
    ///
    /// # Errors
    /// If the machine gives no port.
    pub async fn start(mode: Mode) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let state = State {
            mode,
            rules: Vec::new(),
            messages: Vec::new(),
            connections: 0,
            early_commands: 0,
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            kept: watch::Sender::new(0),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(SmtpServer {
            address,
            shared,
            task,
        })
    }

    /// Returns where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes how it behaves, from the next command on.
    pub fn set_mode(&self, mode: Mode) {
        self.shared.state().mode = mode;
    }

    /// Replaces the rules for single recipients.
    pub fn set_rules(&self, rules: Vec<Rule>) {
        self.shared.state().rules = rules;
    }

    /// Returns the messages kept so far, in the order of their final dots.
    #[must_use]
    pub fn messages(&self) -> Vec<Received> {
        self.shared.state().messages.clone()
    }

    /// Returns how many connections were opened so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.state().connections
    }

    /// Returns how often a client that was not offered PIPELINING spoke before it was answered.
    #[must_use]
    pub fn early_commands(&self) -> usize {
        self.shared.state().early_commands
    }

    /// Waits until so many messages are kept. Give it a timeout.
    pub async fn kept(&self, count: usize) {
        let mut kept = self.shared.kept.subscribe();
        // The sender lives as long as `self`.
        let _ = kept.wait_for(|now| *now >= count).await;
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Owned here, so that aborting this task ends its conversations.
    let mut conversations = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        shared.state().connections += 1;
        let shared = Arc::clone(&shared);
        conversations.spawn(async move {
            // A client that went away is no failure of the server.
            let _ = Conversation::new(stream, shared).run().await;
        });
    }
}

/// What to do with a command after the mode has been asked.
enum Fault {
    None,
    Reply(u16),
    Close(u16),
    Cut,
}

struct Conversation {
    stream: BufReader<TcpStream>,
    shared: Arc<Shared>,
    /// Answers not yet sent: they go when the client has nothing more to say, as a pipelining server does.
    answers: Vec<u8>,
    mail_from: Option<String>,
    rcpts: Vec<String>,
}

impl Conversation {
    fn new(stream: TcpStream, shared: Arc<Shared>) -> Self {
        let _ = stream.set_nodelay(true);
        Conversation {
            stream: BufReader::new(stream),
            shared,
            answers: Vec::new(),
            mail_from: None,
            rcpts: Vec::new(),
        }
    }

    async fn run(mut self) -> io::Result<()> {
        if !self.pass(Stage::Greeting, 220, "testkit ESMTP").await? {
            return Ok(());
        }
        while let Some(line) = self.line().await? {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            let word = text.get(..4).unwrap_or(&text).to_ascii_uppercase();
            let goes_on = match word.as_str() {
                "EHLO" => self.ehlo().await?,
                "HELO" => self.pass(Stage::Ehlo, 250, "testkit").await?,
                "MAIL" => self.mail(&text).await?,
                "RCPT" => self.rcpt(&text).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    self.end_transaction();
                    self.answer(250, "ok").await
                }
                "NOOP" => self.answer(250, "ok").await,
                "QUIT" => {
                    self.answer(221, "bye").await;
                    self.flush().await?;
                    false
                }
                _ => self.answer(500, "what").await,
            };
            if !goes_on {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn ehlo(&mut self) -> io::Result<bool> {
        self.end_transaction();
        let words = match self.mode() {
            Mode::NoPipelining => "testkit\n8BITMIME\nSIZE 16777216",
            _ => "testkit\nPIPELINING\n8BITMIME\nSIZE 16777216",
        };
        self.pass(Stage::Ehlo, 250, words).await
    }

    async fn mail(&mut self, text: &str) -> io::Result<bool> {
        if self.mail_from.is_some() {
            return Ok(self.answer(503, "nested MAIL").await);
        }
        let Some(address) = bracketed(text) else {
            return Ok(self.answer(501, "address").await);
        };
        match self.fault(Stage::Mail).await? {
            Fault::None => {
                self.mail_from = Some(address);
                Ok(self.answer(250, "ok").await)
            }
            fault => self.fail(fault).await,
        }
    }

    async fn rcpt(&mut self, text: &str) -> io::Result<bool> {
        if self.mail_from.is_none() {
            return Ok(self.answer(503, "MAIL first").await);
        }
        let Some(address) = bracketed(text) else {
            return Ok(self.answer(501, "address").await);
        };
        let rule = self
            .shared
            .state()
            .rules
            .iter()
            .find(|rule| address.contains(&rule.contains))
            .map(|rule| rule.code);
        let fault = match rule {
            Some(code) => Fault::Reply(code),
            None => self.fault(Stage::Rcpt).await?,
        };
        match fault {
            Fault::None => {
                self.rcpts.push(address);
                Ok(self.answer(250, "ok").await)
            }
            fault => self.fail(fault).await,
        }
    }

    async fn data(&mut self) -> io::Result<bool> {
        let is_open = !self.rcpts.is_empty() || self.mode() == Mode::DataAnyway;
        if !is_open {
            let code = if self.mail_from.is_some() { 554 } else { 503 };
            return Ok(self.answer(code, "no valid recipients").await);
        }
        match self.fault(Stage::Data).await? {
            Fault::None => self.answer(354, "go").await,
            fault => return self.fail(fault).await,
        };
        let Some(bytes) = self.message().await? else {
            return Ok(false);
        };
        let (mail_from, rcpts) = (
            self.mail_from.take().unwrap_or_default(),
            std::mem::take(&mut self.rcpts),
        );
        if rcpts.is_empty() {
            return Ok(self.answer(554, "no valid recipients").await);
        }
        let received = Received {
            mail_from,
            rcpts,
            bytes,
        };
        if let Mode::CutAfterData { kept } = self.mode() {
            if kept {
                self.keep(received);
            }
            return Ok(false);
        }
        match self.fault(Stage::Message).await? {
            Fault::None => {
                let number = self.keep(received);
                Ok(self.answer(250, &format!("queued as {number}")).await)
            }
            fault => self.fail(fault).await,
        }
    }

    fn keep(&self, received: Received) -> usize {
        let count = {
            let mut state = self.shared.state();
            state.messages.push(received);
            state.messages.len()
        };
        self.shared.kept.send_replace(count);
        count
    }

    fn end_transaction(&mut self) {
        self.mail_from = None;
        self.rcpts.clear();
    }

    fn mode(&self) -> Mode {
        self.shared.state().mode
    }

    /// What the mode wants at a stage. Hanging happens here: what was answered before is sent, then nothing.
    async fn fault(&mut self, stage: Stage) -> io::Result<Fault> {
        Ok(match self.mode() {
            Mode::Refuse4xx(at) if at == stage => Fault::Reply(450),
            Mode::Refuse5xx(at) if at == stage => Fault::Reply(550),
            Mode::Close421(at) if at == stage => Fault::Close(421),
            Mode::Cut(at) if at == stage => Fault::Cut,
            Mode::Hang(at) if at == stage => {
                self.flush().await?;
                std::future::pending::<Fault>().await
            }
            _ => Fault::None,
        })
    }

    /// Answers as the mode wants, or else as given; tells whether the conversation goes on.
    async fn pass(&mut self, stage: Stage, code: u16, words: &str) -> io::Result<bool> {
        match self.fault(stage).await? {
            Fault::None => Ok(self.answer(code, words).await),
            fault => self.fail(fault).await,
        }
    }

    async fn fail(&mut self, fault: Fault) -> io::Result<bool> {
        match fault {
            Fault::Reply(550) => Ok(self.answer(550, "5.1.1 as told").await),
            Fault::Reply(code) => Ok(self.answer(code, "as told").await),
            Fault::Close(code) => {
                self.answer(code, "closing").await;
                self.flush().await?;
                Ok(false)
            }
            Fault::Cut | Fault::None => {
                self.flush().await?;
                Ok(false)
            }
        }
    }

    /// Adds an answer, one line of it for each line of words. Always true: the conversation goes on.
    async fn answer(&mut self, code: u16, words: &str) -> bool {
        if let Mode::Slow(ms) = self.mode() {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        let lines: Vec<&str> = words.lines().collect();
        for (place, line) in lines.iter().enumerate() {
            let mark = if place + 1 == lines.len() { ' ' } else { '-' };
            self.answers
                .extend_from_slice(format!("{code}{mark}{line}\r\n").as_bytes());
        }
        true
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.stream.get_mut().write_all(&self.answers).await?;
        self.answers.clear();
        self.stream.get_mut().flush().await
    }

    /// Reads a line with its end; `None` at the end of the connection.
    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.stream.buffer().is_empty() {
            self.flush().await?;
        } else if self.mode() == Mode::NoPipelining && !self.answers.is_empty() {
            self.shared.state().early_commands += 1;
        }
        self.raw_line().await
    }

    async fn raw_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).await?;
        if line.len() > LINE_BYTES_MAX {
            return Err(io::Error::other("line too long"));
        }
        Ok(line.ends_with(b"\n").then_some(line))
    }

    /// Reads up to the final dot. Only CRLF ends lines, so a smuggled `\n.\n` is part of the message.
    async fn message(&mut self) -> io::Result<Option<Vec<u8>>> {
        self.flush().await?;
        let mut bytes = Vec::new();
        loop {
            let Some(line) = self.raw_line().await? else {
                return Ok(None);
            };
            let starts_line = bytes.is_empty() || bytes.ends_with(b"\r\n");
            if starts_line && line == b".\r\n" {
                return Ok(Some(bytes));
            }
            let unstuffed: &[u8] = if starts_line {
                line.strip_prefix(b".").unwrap_or(&line)
            } else {
                &line
            };
            bytes.extend_from_slice(unstuffed);
            if bytes.len() > MESSAGE_BYTES_MAX {
                return Err(io::Error::other("message too large"));
            }
        }
    }
}

fn bracketed(text: &str) -> Option<String> {
    let (_, rest) = text.split_once('<')?;
    let (address, _) = rest.rsplit_once('>')?;
    Some(address.to_owned())
}
