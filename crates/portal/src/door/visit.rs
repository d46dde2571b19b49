//! A visit at the reception: who sent what, and the desk that takes it in.
//!
//! It holds no secret: what is typed is sealed to the house's public intake key and written into `DIR/box`. It knows
//! no form and no address.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use formats::advisory::Lang;
use formats::letter::Letter;
use http::{Response, StatusCode};
use pages::Site as Face;
use pages::intake::public as reporter;
use pages::intake::public::Halt;
use tokio::sync::Semaphore;

use crate::door::body::Body;
use crate::door::budget::{Budget, Lane};
use crate::door::crowd::Crowd;
use crate::door::exchange::{self, Sender};
use crate::door::letterbox;

/// Forms that are read at once; they stand in memory whole.
const FORMS_AT_ONCE_MAX: usize = 64;
/// Longest file with a public fact that is read, in bytes.
const FACT_BYTES_MAX: u64 = 256;

/// What the portal is told about its house, all of it public, and where it puts what it takes in.
#[derive(Clone)]
pub struct Reception {
    /// The data folder; of it `keys/public` is read, `box` and `mailbox` are written.
    pub dir: PathBuf,
    /// What every page says about the house.
    pub site: Face,
    /// Makes a handling number of randomness.
    pub number: fn(u64) -> Option<HandlingNumber>,
}

impl std::fmt::Debug for Reception {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reception")
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

/// A handling number in its two forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlingNumber {
    /// Digits only.
    pub digits: String,
    /// In groups, as people say it.
    pub printed: String,
}

/// The reception at work.
pub(crate) struct Desk {
    pub(crate) told: Reception,
    pub(crate) budget: Budget,
    /// Who is sending a form.
    pub(crate) crowd: Arc<Crowd>,
    pub(crate) turns: Semaphore,
}

impl Desk {
    pub(crate) fn new(told: Reception) -> Self {
        Desk {
            told,
            budget: Budget::new(Instant::now()),
            crowd: Arc::default(),
            turns: Semaphore::new(FORMS_AT_ONCE_MAX),
        }
    }

    /// The folder of letters.
    pub(crate) fn letters(&self) -> PathBuf {
        self.told.dir.join("box")
    }

    /// The folder of a mailbox, by the hash of its look-up id.
    pub(crate) fn mailbox(&self, lookup: &str) -> PathBuf {
        self.told.dir.join("mailbox").join(lookup)
    }

    /// The id of the house, which receipts are bound to.
    pub(crate) fn house(&self) -> io::Result<[u8; 16]> {
        let bytes = self.fact("house.hex")?;
        bytes
            .try_into()
            .map_err(|_| io::ErrorKind::InvalidData.into())
    }

    fn fact(&self, name: &str) -> io::Result<Vec<u8>> {
        let path = self.told.dir.join("keys").join("public").join(name);
        let text = read_up_to(&path, FACT_BYTES_MAX)?;
        let text = std::str::from_utf8(&text).map_err(io::Error::other)?;
        seal::unhex(text.trim()).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// Seals a letter to the house and writes it durably, under a name that says nothing: its id, which the house takes
    /// once.
    pub(crate) fn post(&self, letter: &Letter, id: Option<[u8; 16]>) -> io::Result<()> {
        let key: [u8; 32] = self
            .fact("intake.hex")?
            .try_into()
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        let id = id.unwrap_or_else(seal::random::bytes::<16>);
        let sealed = seal::intake::seal(&key, &id, &letter.write()).map_err(io::Error::other)?;
        let name = seal::hex(&id);
        letterbox::write(&self.letters(), letterbox::Sort::of(letter), &name, &sealed)
    }
}

/// Reads a file that is not larger than so many bytes.
pub(crate) fn read_up_to(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// Seconds since 1970.
pub(crate) fn now_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

/// Now, as it stands in letters.
pub(crate) fn now_text() -> String {
    formats::time::of_seconds(now_seconds()).unwrap_or_default()
}

/// What was sent, and to whom.
pub(crate) struct Visit {
    pub(crate) desk: Arc<Desk>,
    pub(crate) lang: Lang,
    pub(crate) sender: Sender,
}

impl Visit {
    pub(crate) fn site(&self) -> &Face {
        &self.desk.told.site
    }

    pub(crate) fn page(&self, status: StatusCode, bytes: Vec<u8>) -> Response<Body> {
        exchange::page(status, Some(self.lang), bytes)
    }

    pub(crate) fn halt(&self, status: StatusCode, why: Halt) -> Response<Body> {
        self.page(status, reporter::halt(self.site(), self.lang, why))
    }
}

/// The answer if too much came from here; reloading its page sends the same form again, so nothing typed is lost.
pub(crate) fn spent(visit: &Visit, lane: Lane) -> Option<Response<Body>> {
    let spent = visit
        .desk
        .budget
        .spend(lane, visit.sender.from, Instant::now());
    let minutes = spent.err()?.minutes;
    let why = reporter::Halt::Spent { minutes };
    let halted = visit.halt(StatusCode::TOO_MANY_REQUESTS, why);
    Some(exchange::again_in(halted, minutes))
}
