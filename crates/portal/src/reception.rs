//! What the internet side takes in for the house, and where the pages for it stand.
//!
//! It holds no secret: what is typed is sealed to the house's public intake key and written into `DIR/box`; a finder's
//! mailbox is opened only with the receipt that a request brings. Whether an address, a link or a reference is
//! known is not looked up here (docs/design/settled.md §4.10). Which addresses there are says [`crate::route`];
//! start at [`answer`].

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use formats::advisory::Lang;
use formats::letter::Letter;
use http::{Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use pages::Site as Face;
use pages::intake::public as reporter;
use pages::intake::public::Halt;
use pages::kit::form::Typed;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::body::Body;
use crate::budget::Budget;
use crate::exchange::{self, Sender, Unread};
use crate::route::{Room, Route};
use crate::serve::Handle;
use crate::{letterbox, mailbox, member, report};

/// Forms that are read at once; they stand in memory whole.
const FORMS_AT_ONCE_MAX: usize = 64;
/// Time that a form waits for its turn before it is told to come again.
const TURN_TIME_MAX: Duration = Duration::from_secs(5);
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
    /// Folds a name for comparison, as the house does when it sends.
    pub fold: fn(&str) -> String,
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
    turns: Semaphore,
}

impl Desk {
    pub(crate) fn new(told: Reception) -> Self {
        Desk {
            told,
            budget: Budget::new(Instant::now()),
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

    /// Seals a letter to the house and writes it durably, under a name that says nothing.
    pub(crate) fn post(&self, letter: &Letter) -> io::Result<()> {
        let key: [u8; 32] = self
            .fact("intake.hex")?
            .try_into()
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        let id: [u8; 16] = seal::random::bytes();
        let sealed = seal::intake::seal(&key, &id, &letter.write()).map_err(io::Error::other)?;
        let name = seal::hex(&id);
        letterbox::write(&self.letters(), letterbox::Sort::Letter, &name, &sealed)
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

/// Answers at the pages that take something in.
pub(crate) async fn answer(
    handle: Arc<Handle>,
    desk: Arc<Desk>,
    route: Route,
    request: Request<Incoming>,
    peer: std::net::SocketAddr,
) -> Response<Body> {
    let headers = request.headers();
    // RFC 9112 §3.2: a proxy before us may have read the other host.
    if headers.get_all(header::HOST).iter().count() > 1 {
        return exchange::page(
            StatusCode::BAD_REQUEST,
            None,
            b"one Host header is needed\n".to_vec(),
        );
    }
    let visit = Visit {
        sender: Sender::read(headers, peer),
        lang: route.lang,
        desk: Arc::clone(&desk),
    };
    match *request.method() {
        Method::GET | Method::HEAD => shown(&visit, &route),
        Method::POST => {
            // The one click of a mail program comes without any page; which it is, its form says.
            if visit.sender.is_foreign && route.room != Room::Stop {
                return visit.halt(StatusCode::FORBIDDEN, Halt::Foreign);
            }
            let Ok(Ok(_turn)) = timeout(TURN_TIME_MAX, desk.turns.acquire()).await else {
                return visit.halt(StatusCode::SERVICE_UNAVAILABLE, Halt::Busy);
            };
            let typed = match exchange::form(request.into_body()).await {
                Ok(typed) => typed,
                Err(Unread::TooLong) => {
                    return visit.halt(StatusCode::PAYLOAD_TOO_LARGE, Halt::TooLong);
                }
                Err(Unread::TooSlow) => {
                    return visit.halt(StatusCode::REQUEST_TIMEOUT, Halt::Busy);
                }
            };
            let lang = route.lang;
            let taken =
                tokio::task::spawn_blocking(move || taken(&visit, &handle, &route, typed)).await;
            taken.unwrap_or_else(|_| {
                tracing::error!(code = "reception_failed", "a form could not be answered");
                let words = reporter::halt(&desk.told.site, lang, Halt::Away);
                exchange::page(StatusCode::INTERNAL_SERVER_ERROR, Some(lang), words)
            })
        }
        _ => {
            let mut response = visit.halt(StatusCode::METHOD_NOT_ALLOWED, Halt::Away);
            let allowed = http::HeaderValue::from_static("GET, HEAD, POST");
            response.headers_mut().insert(header::ALLOW, allowed);
            response
        }
    }
}

/// What GET shows; it changes nothing.
fn shown(visit: &Visit, route: &Route) -> Response<Body> {
    let reference = &route.reference;
    match route.room {
        Room::Report => report::shown(visit),
        Room::Return => mailbox::shown(visit),
        Room::Subscribe => member::subscribe_shown(visit),
        Room::Confirm => member::confirm_shown(visit, reference),
        Room::Acknowledge => member::acknowledge_shown(visit, reference),
        Room::Stop => letterbox::shown(visit, reference),
        Room::ReportFile | Room::ReportConfirm | Room::Addition | Room::Withdrawal | Room::Slip => {
            visit.halt(StatusCode::METHOD_NOT_ALLOWED, Halt::Away)
        }
    }
}

/// What POST does.
fn taken(visit: &Visit, handle: &Handle, route: &Route, typed: Typed) -> Response<Body> {
    let reference = route.reference.as_str();
    match route.room {
        Room::Report => report::taken(visit, typed),
        Room::ReportFile => report::file(visit, &typed),
        Room::ReportConfirm => report::confirm(visit, typed),
        Room::Return => mailbox::open(visit, typed),
        Room::Addition => mailbox::add(visit, typed),
        Room::Withdrawal => mailbox::withdraw(visit, typed),
        Room::Slip => mailbox::slip(visit, typed),
        Room::Subscribe => member::subscribe(visit, handle, typed),
        Room::Confirm => member::confirm(visit, reference, typed),
        Room::Acknowledge => member::acknowledge(visit, reference, typed),
        Room::Stop => letterbox::taken(visit, reference, &typed),
    }
}
