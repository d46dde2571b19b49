//! The other contexts as this process sees them: a pipe with two kinds of messages each way.
//!
//! `sign` gets a request and answers with signatures or a refusal; `verify` gets the name of a staged folder
//! and answers whether the signatures in it hold. In a house that runs, both are processes of the same binary
//! with keys of their own; in a rehearsal they are threads, over the same messages. What they decide stands in
//! [`seal::signer`] and [`seal::openpgp`]. Messages are lists of byte strings with lengths, so that nothing
//! needs a parser that could be surprised.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::value::Instant;
use seal::approval::Approval;
use seal::record::{Header, Realm};
use seal::signer::Request;

use crate::Fault;
use crate::kernel::clock::{self, Passed};

mod approvers;
pub mod service;

pub use approvers::{SignersRoster, TakenLine};

/// Largest message: 64 MiB.
const MESSAGE_BYTES_MAX: usize = 64 << 20;
/// Most parts of a message.
const PARTS_MAX: usize = 4 + seal::signer::DOCUMENTS_MAX * 4;

/// Writes a message.
///
/// # Errors
/// If the pipe is closed.
pub fn write_message(out: &mut dyn Write, parts: &[&[u8]]) -> std::io::Result<()> {
    out.write_all(&packed_message(parts))?;
    out.flush()
}

fn packed_message(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 + parts.iter().map(|p| p.len() + 4).sum::<usize>());
    let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&count.to_be_bytes());
    for part in parts {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Reads a message; `None` when the other side is gone.
///
/// # Errors
/// If the pipe breaks or the message is over its limits.
pub fn read_message(input: &mut dyn Read) -> std::io::Result<Option<Vec<Vec<u8>>>> {
    let mut count = [0; 4];
    match input.read_exact(&mut count) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let count = u32::from_be_bytes(count) as usize;
    let over = || std::io::Error::new(std::io::ErrorKind::InvalidData, "message over its limits");
    if count > PARTS_MAX {
        return Err(over());
    }
    let mut parts = Vec::with_capacity(count);
    let mut total = 0;
    for _ in 0..count {
        let mut length = [0; 4];
        input.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        total += length;
        if total > MESSAGE_BYTES_MAX {
            return Err(over());
        }
        let mut part = vec![0; length];
        input.read_exact(&mut part)?;
        parts.push(part);
    }
    Ok(Some(parts))
}

/// How long an answer is waited for: far more than any takes, so that whoever takes longer hangs. A context that is
/// stopped or gone is noticed by whoever keeps its process, and sooner.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// How long a context may be busy with something that nobody asked it for, such as loading a tree.
const PING_MAX: Duration = Duration::from_secs(60);

/// What goes down a pipe.
enum Said {
    /// It has an answer.
    Ask(Vec<u8>),
    /// It has none.
    Tell(Vec<u8>),
}

type Answer = std::io::Result<Option<Vec<Vec<u8>>>>;

/// A pipe with a thread that writes and reads it: whoever asks waits for the thread, and not for ever.
struct Wire {
    to: Sender<Said>,
    answers: Receiver<Answer>,
}

impl Wire {
    /// `None` if the system has no thread for it.
    fn open(
        name: &str,
        mut to: Box<dyn Write + Send>,
        mut from: Box<dyn Read + Send>,
    ) -> Option<Wire> {
        let (said, heard) = channel();
        let (answer, answers) = channel();
        std::thread::Builder::new()
            .name(format!("to-{name}"))
            .spawn(move || {
                while let Ok(said) = heard.recv() {
                    let (bytes, wants) = match said {
                        Said::Ask(bytes) => (bytes, true),
                        Said::Tell(bytes) => (bytes, false),
                    };
                    let written = to.write_all(&bytes).and_then(|()| to.flush());
                    let done = match written {
                        Ok(()) if wants => read_message(&mut *from),
                        Ok(()) => continue,
                        Err(error) => Err(error),
                    };
                    let is_over = !matches!(done, Ok(Some(_)));
                    if answer.send(done).is_err() || is_over {
                        break;
                    }
                }
            })
            .ok()?;
        Some(Wire { to: said, answers })
    }
}

/// One context at the other end of a pipe. Its process may be started anew: the link then goes on over another pipe.
pub struct Link {
    name: &'static str,
    wire: Mutex<Option<Wire>>,
    /// When the pipe was let go of, while there is none.
    gone: Mutex<Option<Instant>>,
    /// Since when nobody has answered: a process that was started anew and ends at once is no answer.
    silent: Mutex<Option<Passed>>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Link({})", self.name)
    }
}

impl Link {
    /// A link over a writer and a reader.
    #[must_use]
    pub fn new(name: &'static str, to: Box<dyn Write + Send>, from: Box<dyn Read + Send>) -> Link {
        Link {
            name,
            wire: Mutex::new(Wire::open(name, to, from)),
            gone: Mutex::default(),
            silent: Mutex::default(),
        }
    }

    /// Goes on over another pipe, to the process that was started anew.
    pub fn renew(&self, to: Box<dyn Write + Send>, from: Box<dyn Read + Send>) {
        *self.lock() = Wire::open(self.name, to, from);
        *self.gone() = None;
    }

    /// Asks and waits for the answer. Who does not answer in time is taken for gone: the pipe is let go.
    ///
    /// # Errors
    /// [`Fault::Context`] if the other side is gone.
    pub fn ask(&self, parts: &[&[u8]]) -> Result<Vec<Vec<u8>>, Fault> {
        self.ask_within(parts, ANSWER_MAX)
    }

    /// As [`Link::ask`], waiting so long at the most.
    ///
    /// # Errors
    /// [`Fault::Context`] if the other side is gone.
    pub fn ask_within(&self, parts: &[&[u8]], most: Duration) -> Result<Vec<Vec<u8>>, Fault> {
        let mut wire = self.lock();
        let open = wire.as_ref().ok_or(Fault::Context(self.name))?;
        let answer = match open.to.send(Said::Ask(packed_message(parts))) {
            Ok(()) => open.answers.recv_timeout(most).ok(),
            Err(_) => None,
        };
        match answer {
            Some(Ok(Some(parts))) => {
                *self.silent() = None;
                Ok(parts)
            }
            _ => {
                self.let_go(&mut wire);
                Err(Fault::Context(self.name))
            }
        }
    }

    /// Asks whether somebody answers, unless somebody else is asking just now.
    pub fn ping(&self, word: &[u8]) {
        let Ok(wire) = self.wire.try_lock() else {
            return;
        };
        if wire.is_some() {
            drop(wire);
            // Whoever does not answer is let go of; that is all that a ping wants to know. Who is loading a large tree is
            // given longer.
            let _ = self.ask_within(&[word], PING_MAX);
        }
    }

    /// Closes the pipe: the process at the other end ends.
    pub fn close(&self) {
        let mut wire = self.lock();
        self.let_go(&mut wire);
    }

    fn let_go(&self, wire: &mut Option<Wire>) {
        *wire = None;
        self.gone().get_or_insert_with(clock::now);
        self.silent().get_or_insert_with(Passed::now);
    }

    fn silent(&self) -> MutexGuard<'_, Option<Passed>> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long nobody has answered, µs, however often the process was started anew; nothing while somebody does.
    #[must_use]
    pub fn silent_us(&self) -> Option<i64> {
        self.silent().map(Passed::ago_us)
    }

    fn gone(&self) -> MutexGuard<'_, Option<Instant>> {
        self.gone.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is a pipe: none after a close, and none since the other side was found gone. While somebody waits for
    /// an answer there is one.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.wire.try_lock() {
            Ok(wire) => wire.is_some(),
            Err(std::sync::TryLockError::WouldBlock) => true,
            Err(std::sync::TryLockError::Poisoned(wire)) => wire.into_inner().is_some(),
        }
    }

    /// Says something that has no answer.
    ///
    /// # Errors
    /// [`Fault::Context`] if the other side is known to be gone.
    pub fn tell(&self, parts: &[&[u8]]) -> Result<(), Fault> {
        let mut wire = self.lock();
        let open = wire.as_ref().ok_or(Fault::Context(self.name))?;
        if open.to.send(Said::Tell(packed_message(parts))).is_err() {
            self.let_go(&mut wire);
            return Err(Fault::Context(self.name));
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Wire>> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The contexts that a house is joined with.
#[derive(Debug, Default)]
pub struct Contexts {
    pub sign: Option<Arc<Link>>,
    pub verify: Option<Arc<Link>>,
    pub portal: Option<Arc<Link>>,
    /// Somebody starts a context anew that is gone, so that the house goes on without it meanwhile.
    pub are_kept: bool,
}

/// Signatures of one document: detached, and clear-signed for texts (else empty).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signatures {
    pub detached: Vec<u8>,
    pub clear: Vec<u8>,
}

impl Contexts {
    /// Closes all pipes, so that the contexts end.
    pub fn close(&self) {
        for link in [&self.sign, &self.verify, &self.portal]
            .into_iter()
            .flatten()
        {
            link.close();
        }
    }

    /// Names of those that are gone, and since when.
    #[must_use]
    pub fn gone(&self) -> Vec<(&'static str, Instant)> {
        [&self.sign, &self.verify, &self.portal]
            .into_iter()
            .flatten()
            .filter(|link| !link.is_open())
            .map(|link| (link.name, link.gone().unwrap_or_else(clock::now)))
            .collect()
    }

    /// Names of those that do not answer, and for how long, µs: being started anew again and again is no answer.
    #[must_use]
    pub fn silent(&self) -> Vec<(&'static str, i64)> {
        [&self.sign, &self.verify, &self.portal]
            .into_iter()
            .flatten()
            .filter_map(|link| Some((link.name, link.silent_us()?)))
            .collect()
    }

    /// The head that the signer saw last.
    ///
    /// # Errors
    /// [`Fault::Context`].
    pub fn signer_head(&self) -> Result<u64, Fault> {
        let answer = self
            .sign
            .as_ref()
            .ok_or(Fault::Context("sign"))?
            .ask(&[b"head"])?;
        let seq = answer
            .get(1)
            .and_then(|b| b.as_slice().try_into().ok())
            .map(u64::from_be_bytes);
        seq.ok_or(Fault::Context("sign"))
    }

    /// Asks what would keep a request from being signed at an instant; nothing is signed and nothing journalled.
    ///
    /// # Errors
    /// [`Fault::Context`]; [`Fault::Signer`] if it cannot decide.
    pub fn rehearse(&self, request: &Request, as_of: i64) -> Result<Vec<Missed>, Fault> {
        let link = self.sign.as_ref().ok_or(Fault::Context("sign"))?;
        let (approvals, headers) = packed(request);
        let as_of = as_of.to_be_bytes();
        let mut parts: Vec<&[u8]> = vec![b"rehearse", &request.plan, &approvals, &headers, &as_of];
        parts.extend(request.documents.iter().map(Vec::as_slice));
        match link.ask(&parts)?.split_first() {
            Some((word, missing)) if word == b"missing" => missing
                .iter()
                .map(|line| serde_json::from_slice(line).map_err(|_| Fault::Context("sign")))
                .collect(),
            Some((_, rest)) => Err(Fault::Signer(
                rest.first()
                    .map(|code| String::from_utf8_lossy(code).into_owned())
                    .unwrap_or_default(),
            )),
            None => Err(Fault::Context("sign")),
        }
    }

    /// Whether the verifying context answers.
    ///
    /// # Errors
    /// [`Fault::Context`].
    pub fn verifier_answers(&self) -> Result<(), Fault> {
        let link = self.verify.as_ref().ok_or(Fault::Context("verify"))?;
        link.ask(&[b"ping"]).map(|_| ())
    }

    /// Brings ledger headers to the signer between releases.
    ///
    /// # Errors
    /// [`Fault::Signer`] if they do not extend the head that it saw last.
    pub fn extend(&self, headers: &[Header]) -> Result<(), Fault> {
        let headers: Vec<u8> = headers.iter().flat_map(header_bytes).collect();
        let answer = self
            .sign
            .as_ref()
            .ok_or(Fault::Context("sign"))?
            .ask(&[b"extend", &headers])?;
        match answer.split_first() {
            Some((word, _)) if word == b"head" => Ok(()),
            Some((_, rest)) => Err(Fault::Signer(
                rest.first()
                    .map(|c| String::from_utf8_lossy(c).into_owned())
                    .unwrap_or_default(),
            )),
            None => Err(Fault::Context("sign")),
        }
    }

    /// Asks for signatures.
    ///
    /// # Errors
    /// [`Fault::Signer`] with the signer's code.
    pub fn sign(&self, request: &Request) -> Result<Vec<Signatures>, Fault> {
        let (approvals, headers) = packed(request);
        let mut parts: Vec<&[u8]> = vec![b"sign", &request.plan, &approvals, &headers];
        parts.extend(request.documents.iter().map(Vec::as_slice));
        let answer = self
            .sign
            .as_ref()
            .ok_or(Fault::Context("sign"))?
            .ask(&parts)?;
        match answer.split_first() {
            Some((word, rest))
                if word == b"signed" && rest.len() == request.documents.len() * 2 =>
            {
                Ok(rest
                    .chunks_exact(2)
                    .filter_map(|pair| {
                        Some(Signatures {
                            detached: pair.first()?.clone(),
                            clear: pair.get(1)?.clone(),
                        })
                    })
                    .collect())
            }
            Some((word, rest)) if word == b"refused" => Err(Fault::Signer(
                rest.first()
                    .map(|c| String::from_utf8_lossy(c).into_owned())
                    .unwrap_or_default(),
            )),
            _ => Err(Fault::Context("sign")),
        }
    }

    /// Lets another process verify what lies staged in `folder`, with the public certificate only.
    ///
    /// # Errors
    /// [`Fault::Signer`] if a signature does not hold.
    pub fn verify(&self, folder: &std::path::Path, documents: usize) -> Result<(), Fault> {
        let count = [u8::try_from(documents).unwrap_or(u8::MAX)];
        let answer = self
            .verify
            .as_ref()
            .ok_or(Fault::Context("verify"))?
            .ask(&[b"verify", folder.as_os_str().as_encoded_bytes(), &count])?;
        match answer.first() {
            Some(word) if word == b"good" => Ok(()),
            _ => Err(Fault::Signer(crate::kernel::fault::BAD_SIGNATURE.into())),
        }
    }
}

/// One thing that would keep a release from being signed, as the signer tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Missed {
    /// The signer's code.
    pub code: String,
    /// Of whose approval it is, hexadecimal.
    #[serde(default)]
    pub person: Option<String>,
    /// From when the key counts, µs.
    #[serde(default)]
    pub until: Option<i64>,
    /// How many approvals count, and how many are needed.
    #[serde(default)]
    pub counted: Option<(u8, u8)>,
}

impl From<seal::signer::Missing> for Missed {
    fn from(missing: seal::signer::Missing) -> Missed {
        use seal::signer::{Missing, Refused};
        let mut out = Missed {
            code: missing.code().to_owned(),
            ..Missed::default()
        };
        match missing {
            Missing::Refused(Refused::Quorum { found, needed }) => {
                out.counted = Some((found, needed));
            }
            Missing::Refused(_) => {}
            Missing::Unknown { person } => out.person = Some(person),
            Missing::Rests { person, until } => {
                (out.person, out.until) = (Some(person), Some(until));
            }
        }
        out
    }
}

fn packed(request: &Request) -> (Vec<u8>, Vec<u8>) {
    (
        request.approvals.iter().flat_map(approval_bytes).collect(),
        request.headers.iter().flat_map(header_bytes).collect(),
    )
}

/// Bytes of an approval in a request: person, time, signature.
#[must_use]
pub fn approval_bytes(approval: &Approval) -> Vec<u8> {
    let mut out = approval.person.to_vec();
    out.extend_from_slice(&approval.at.to_be_bytes());
    out.extend_from_slice(&approval.signature);
    out
}

/// Length of an approval in a request.
pub const APPROVAL_BYTES: usize = 16 + 8 + 64;
/// Length of a header in a request.
pub const HEADER_BYTES: usize = 16 + 8 + 8 + 16 + 4 + 1 + 16 + 32 + 32 + 1 + 32;

/// Bytes of a header in a request.
#[must_use]
pub fn header_bytes(header: &Header) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER_BYTES);
    out.extend_from_slice(&header.house);
    out.extend_from_slice(&header.seq.to_be_bytes());
    out.extend_from_slice(&header.recorded_at.to_be_bytes());
    out.extend_from_slice(&header.stream);
    out.extend_from_slice(&header.version.to_be_bytes());
    out.push(header.realm.code());
    out.extend_from_slice(&header.key);
    out.extend_from_slice(&header.payload);
    out.extend_from_slice(&header.previous);
    out.push(header.rows.is_some().into());
    out.extend_from_slice(&header.rows.unwrap_or_default());
    out
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

/// Reads a header of a request.
#[must_use]
pub fn read_header(mut bytes: &[u8]) -> Option<Header> {
    let b = &mut bytes;
    Some(Header {
        house: take(b)?,
        seq: u64::from_be_bytes(take(b)?),
        recorded_at: i64::from_be_bytes(take(b)?),
        stream: take(b)?,
        version: u32::from_be_bytes(take(b)?),
        realm: Realm::from_code(*take::<1>(b)?.first()?)?,
        key: take(b)?,
        payload: take(b)?,
        previous: take(b)?,
        rows: {
            let [has_rows] = take::<1>(b)?;
            let rows = take(b)?;
            (has_rows == 1).then_some(rows)
        },
    })
}

/// Reads an approval of a request.
#[must_use]
pub fn read_approval(mut bytes: &[u8]) -> Option<Approval> {
    let b = &mut bytes;
    Some(Approval {
        person: take(b)?,
        at: i64::from_be_bytes(take(b)?),
        signature: take(b)?,
    })
}
