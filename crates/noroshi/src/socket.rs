//! The way into a running house: a socket in the data folder, for the operator on this machine.
//!
//! One house has one writer, so a command given while `serve` runs is handed to the running process. Whoever
//! may read the house's keys may use the socket: a request begins with what follows from the root key, so that a portal
//! that was taken over, which sees neither, is no operator though it runs under the same user. One message each way.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::command::PerformError;
use engine::kernel::context::{read_message, write_message};
use engine::{Fault, House};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

use crate::{look, rehearsal, show};

/// Largest message: 17 MiB.
const BYTES_MAX: u64 = 17 << 20;

fn path(dir: &Path) -> PathBuf {
    dir.join("run").join("house.sock")
}

/// What a request begins with: it follows from the root key and does not tell it.
fn pass(dir: &Path) -> Result<[u8; 32], Fault> {
    let key = dir
        .join(engine::kernel::house::KEYS)
        .join("house")
        .join("root.key");
    let root = seal::files::read_secret(&key)?;
    Ok(seal::hmac256(
        &seal::sha256(root.trim_ascii()),
        b"noroshi/socket/1",
    ))
}

/// An answer: exit code and what to print.
#[derive(Debug)]
pub struct Answer {
    pub code: u8,
    pub text: String,
}

/// What stands before the code of a fault.
const CODE: &str = " (code ";

/// Asks a running house; `None` if none runs on this folder.
///
/// # Errors
/// If the house goes away in between.
pub fn ask(dir: &Path, parts: &[&[u8]]) -> Result<Option<Answer>, Fault> {
    let Ok(mut stream) = UnixStream::connect(path(dir)) else {
        return Ok(None);
    };
    let pass = pass(dir)?;
    let parts: Vec<&[u8]> = std::iter::once(pass.as_slice())
        .chain(parts.iter().copied())
        .collect();
    let gone = Fault::io("the running house went away");
    let mut exchange = || -> std::io::Result<Option<Vec<Vec<u8>>>> {
        write_message(&mut stream, &parts)?;
        stream.shutdown(std::net::Shutdown::Write)?;
        read_message(&mut (&mut stream).take(BYTES_MAX))
    };
    match exchange().map_err(gone)?.as_deref() {
        Some([code, text]) => Ok(Some(Answer {
            code: code.first().copied().unwrap_or(2),
            text: String::from_utf8_lossy(text).into_owned(),
        })),
        _ => Err(Fault::Context("house")),
    }
}

/// Prints an answer and returns what the process should.
///
/// # Errors
/// If the house could not do it.
pub fn show(answer: &Answer) -> Result<bool, Fault> {
    match answer.code {
        0 => {
            show::line(&answer.text);
            Ok(true)
        }
        1 => {
            show::line(&answer.text);
            Ok(false)
        }
        _ => Err(answer.fault()),
    }
}

impl Answer {
    /// What failed, with its code.
    #[must_use]
    pub fn of(fault: &Fault) -> Answer {
        Answer {
            code: 2,
            text: format!("{fault}{CODE}{})", fault.code()),
        }
    }

    /// What failed in the running house, with the code that it gave.
    #[must_use]
    pub fn fault(&self) -> Fault {
        let told = self.text.strip_suffix(')');
        let told = told.and_then(|told| told.rsplit_once(CODE));
        let (text, code) = told.unwrap_or((&self.text, "answered"));
        Fault::Answered {
            text: text.to_owned(),
            code: code.to_owned(),
        }
    }
}

/// A request of the operator, and where the answer goes.
#[derive(Debug)]
pub struct Request {
    parts: Vec<Vec<u8>>,
    reply: oneshot::Sender<Answer>,
}

/// Stack of a thread that looks: 4 MiB, as tests in debug builds want it.
const LOOK_STACK_BYTES: usize = 4 << 20;
/// Requests that may wait.
const WAITING_MAX: usize = 64;

/// Listens for the operator; the house takes the requests one by one, beside what falls due.
///
/// # Errors
/// If the socket cannot be made.
pub fn listen(dir: &Path) -> Result<mpsc::Receiver<Request>, Fault> {
    let pass = pass(dir)?;
    let path = path(dir);
    // A socket that a killed process left: the folder's lock is ours, so nobody listens on it.
    let _ = std::fs::remove_file(&path);
    let listener = tokio::net::UnixListener::bind(&path)
        .map_err(Fault::io("cannot make the socket of the house"))?;
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600))
        .map_err(Fault::io("cannot close the socket to others"))?;
    let (to, requests) = mpsc::channel(WAITING_MAX);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(exchange(stream, pass, to.clone()));
        }
    });
    Ok(requests)
}

async fn exchange(mut stream: tokio::net::UnixStream, pass: [u8; 32], to: mpsc::Sender<Request>) {
    let mut bytes = Vec::new();
    if (&mut stream)
        .take(BYTES_MAX)
        .read_to_end(&mut bytes)
        .await
        .is_err()
    {
        return;
    }
    let Ok(Some(mut parts)) = read_message(&mut bytes.as_slice()) else {
        return;
    };
    // Hashes are compared, so that time tells nothing of the pass.
    let is_ours = parts
        .first()
        .is_some_and(|said| seal::sha256(said) == seal::sha256(&pass));
    if !is_ours {
        tracing::warn!(
            code = "socket.stranger",
            "a request without the house's pass was not taken"
        );
        return;
    }
    parts.remove(0);
    let (reply, answer) = oneshot::channel();
    if to.send(Request { parts, reply }).await.is_err() {
        return;
    }
    let Ok(answer) = answer.await else { return };
    let mut out = Vec::new();
    if write_message(
        &mut out as &mut dyn Write,
        &[&[answer.code], answer.text.as_bytes()],
    )
    .is_ok()
    {
        let _ = stream.write_all(&out).await;
    }
}

/// Does what the operator asked.
pub async fn serve(house: &Arc<House>, request: Request) {
    // Looking changes nothing and may take its time: nobody else waits for it.
    if let [verb, word, argument] = request.parts.as_slice()
        && verb == b"look"
    {
        let (house, word, argument) = (Arc::clone(house), word.clone(), argument.clone());
        let runtime = tokio::runtime::Handle::current();
        let reply = request.reply;
        let looking = std::thread::Builder::new()
            .name("look".into())
            .stack_size(LOOK_STACK_BYTES)
            .spawn(move || {
                let answer = runtime.block_on(Box::pin(look::answer(&house, &word, &argument)));
                // The house may end meanwhile: whoever looked lets go of it before the answer is read.
                drop(house);
                let _ = reply.send(answer);
            });
        if let Err(error) = looking {
            tracing::error!(cause = %error.kind(), "no thread to look with");
        }
        return;
    }
    let answer = match request.parts.as_slice() {
        [verb, name, fields] if verb == b"do" => {
            perform(house, &String::from_utf8_lossy(name), fields).await
        }
        [verb, handle, password, name, fields] if verb == b"as" => {
            let [handle, password, name] =
                [handle, password, name].map(|text| String::from_utf8_lossy(text));
            let password = zeroize::Zeroizing::new(password.into_owned());
            perform_as(house, &handle, &password, &name, fields).await
        }
        [verb, mail] if verb == b"mail-take" => take(house, mail).await,
        [verb] if verb == b"rehearsal" => Box::pin(rehearsal::begin(house)).await,
        [verb] if verb == b"settled" => Box::pin(rehearsal::settled(house)).await,
        [verb, sentence, mark] if verb == b"see" => {
            Box::pin(rehearsal::see(house, sentence, mark)).await
        }
        [verb, report, name, fields] if verb == b"finder" => {
            Box::pin(rehearsal::finder(house, report, name, fields)).await
        }
        [verb, tracking, name, fields] if verb == b"vendor" => {
            Box::pin(rehearsal::vendor(house, tracking, name, fields)).await
        }
        _ => unknown(),
    };
    let _ = request.reply.send(answer);
}

/// The answer to what this program does not know.
#[must_use]
pub fn unknown() -> Answer {
    Answer {
        code: 2,
        text: "the running house does not know this request; use the same program version".into(),
    }
}

/// Removes the socket.
pub fn remove(dir: &Path) {
    let _ = std::fs::remove_file(path(dir));
}

/// Performs a command given as JSON.
pub async fn perform(house: &House, name: &str, bytes: &[u8]) -> Answer {
    match fields(bytes) {
        Ok(fields) => answer(engine::command::perform_json(house, name, fields).await),
        Err(answer) => answer,
    }
}

/// Performs a command as a person of the house, whose password opens.
pub async fn perform_as(
    house: &House,
    handle: &str,
    password: &str,
    name: &str,
    bytes: &[u8],
) -> Answer {
    match house.sign_in_again(handle, password).await {
        Ok(Some(_)) => {}
        Ok(None) => {
            let because = format!("the password of {handle} does not open; nothing was changed");
            return Answer {
                code: 1,
                text: json!({ "refused": "password", "because": because }).to_string(),
            };
        }
        Err(fault) => return Answer::of(&fault),
    }
    match fields(bytes) {
        Ok(fields) => answer(engine::command::perform_json_as(house, handle, name, fields).await),
        Err(answer) => answer,
    }
}

/// Reads the fields of a command.
///
/// # Errors
/// The answer that says where they are no JSON.
pub fn fields(bytes: &[u8]) -> Result<Value, Answer> {
    serde_json::from_slice(bytes).map_err(|e| Answer {
        code: 2,
        text: format!(
            "the file is no JSON: line {}, column {}",
            e.line(),
            e.column()
        ),
    })
}

/// What came of a command, as an answer.
pub fn answer(done: Result<Value, PerformError>) -> Answer {
    match done {
        Ok(answer) => Answer {
            code: 0,
            text: answer.to_string(),
        },
        Err(PerformError::Fault(fault @ Fault::Refused(_))) => Answer {
            code: 1,
            text: show::refusal(&fault).to_string(),
        },
        Err(PerformError::Fault(fault)) => Answer::of(&fault),
        Err(PerformError::Read(error)) => Answer {
            code: 1,
            text: json!({ "refused": "input", "because": error.to_string() }).to_string(),
        },
    }
}

/// Takes a reply in.
pub async fn take(house: &House, mail: &[u8]) -> Answer {
    let taken = house.take_mail(mail).await;
    let taken = taken.map(|(advisory, revision, _)| {
        json!({ "acknowledged": advisory.to_string(), "revision": revision })
    });
    answer(taken.map_err(PerformError::Fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_in_the_running_house_keeps_its_code() {
        let of = |fault: Fault| answer(Err(PerformError::Fault(fault))).fault();
        let told = |fault: Fault| match of(fault) {
            Fault::Answered { text, code } => (text, code),
            other => panic!("{other:?}"),
        };
        let (text, code) = told(Fault::Held);
        assert_eq!((text, code.as_str()), (Fault::Held.to_string(), "held"));
        let (text, code) = told(Fault::Config("x (code y)".to_owned()));
        assert_eq!(
            (text.as_str(), code.as_str()),
            ("configuration: x (code y)", "config")
        );
        let other = Answer {
            code: 2,
            text: "what an older program says".to_owned(),
        };
        assert_eq!(other.fault().to_string(), other.text);
    }
}
