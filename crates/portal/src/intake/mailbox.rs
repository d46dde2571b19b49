//! A finder's mailbox: opened in the memory of a request that brings the receipt, and closed with it.
//!
//! The house writes it, sealed to a key that only the receipt gives. A receipt that is mistyped and one that is unknown
//! get the same answer of the same size. What the finder says here goes to the house as a letter, with the look-up
//! id as proof: the house knows its hash only.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use formats::letter::{
    Addition, Letter, Note, Progress, STEP_BYTES, TEXT_BYTES_MAX, TEXT_CHARS_MAX, Withdrawal,
};
use http::{Response, StatusCode};
use pages::intake::Mailbox;
use pages::intake::public as reporter;
use pages::kit::form::Typed;
use seal::receipt::{Receipt, contains_receipt};

use crate::door::body::Body;
use crate::door::budget::Lane;
use crate::door::exchange;
use crate::door::visit::{Desk, Visit, now_text, read_up_to, spent};
use crate::intake::report::carried;

/// Name of the document that says where a report stands.
const STATE: &str = "state";
/// Names of messages begin so; a number follows, so that they sort in their order.
const NOTE: &str = "note-";
/// Holds the handling number of a mailbox that a form has begun to make.
const CLAIMED: &str = "claimed";
/// A handling number as it is printed is shorter.
const NUMBER_BYTES_MAX: u64 = 64;
/// Marks a mailbox whose letter is with the house.
const POSTED: &str = "posted";
/// So long a second sending waits for the first; whoever died in between is followed then.
const MADE_TIME_MAX: Duration = Duration::from_secs(5);
/// Marks a mailbox that was opened with its receipt before.
const RETURNED: &str = "returned";
/// Messages that are shown; a finder and the desk exchange a handful.
const NOTES_MAX: usize = 200;
/// Largest sealed document, in bytes: a text with every character escaped, padded.
const DOCUMENT_BYTES_MAX: u64 = (6 * TEXT_BYTES_MAX + 2 * STEP_BYTES) as u64;

/// Shows the form that asks for a receipt.
pub(crate) fn shown(visit: &Visit) -> Response<Body> {
    sign_in(visit, StatusCode::OK, &Typed::default())
}

fn sign_in(visit: &Visit, status: StatusCode, typed: &Typed) -> Response<Body> {
    let page = reporter::sign_in(visit.site(), visit.lang, typed);
    exchange::even_page(status, visit.lang, page)
}

/// The one answer to a receipt that opens nothing.
///
/// What was typed is left away: equal answers cannot repeat it, and a wrong receipt is typed anew anyway.
pub(crate) fn unknown(visit: &Visit, _typed: Typed) -> Response<Body> {
    let mut typed = Typed::default();
    typed.refuse("receipt", "reporter-return-unknown");
    sign_in(visit, StatusCode::UNPROCESSABLE_ENTITY, &typed)
}

/// Writes the first document of a mailbox, before anybody has its receipt.
pub(crate) fn begin(
    desk: &Desk,
    lookup: &str,
    public: &[u8; 32],
    progress: &Progress,
) -> io::Result<()> {
    let folder = desk.mailbox(lookup);
    seal::files::private_folder(&folder).map_err(io::Error::other)?;
    let hash = seal::unhex32(lookup).ok_or(io::ErrorKind::InvalidData)?;
    let sealed = seal::mailbox::seal(public, &hash, &progress.write());
    seal::files::replace(&folder.join(STATE), &sealed, true).map_err(io::Error::other)
}

/// Gives the mailbox of a sending its handling number, and returns the one that it has: the first that is given stays.
pub(crate) fn claim(desk: &Desk, lookup: &str, number: &str) -> io::Result<String> {
    let folder = desk.mailbox(lookup);
    seal::files::private_folder(&folder).map_err(io::Error::other)?;
    let whole = folder.join(format!(".{:016x}.tmp", seal::random::u64()));
    seal::files::replace(&whole, number.as_bytes(), true).map_err(io::Error::other)?;
    // A link appears with all that stands in the file, and not where there is one.
    let linked = std::fs::hard_link(&whole, folder.join(CLAIMED));
    let _ = std::fs::remove_file(&whole);
    if linked.is_ok() {
        return Ok(number.to_owned());
    }
    if let Some(number) = claimed(desk, lookup) {
        return Ok(number);
    }
    // A file system without links, or a mark without a number: its writer ended before it had one.
    let claimed = folder.join(CLAIMED);
    seal::files::replace(&claimed, number.as_bytes(), true).map_err(io::Error::other)?;
    Ok(number.to_owned())
}

/// Whether a sending has begun to make this mailbox.
pub(crate) fn is_begun(desk: &Desk, lookup: &str) -> bool {
    desk.mailbox(lookup).join(CLAIMED).exists()
}

/// The handling number that the mailbox of a sending was given.
pub(crate) fn claimed(desk: &Desk, lookup: &str) -> Option<String> {
    let bytes = read_up_to(&desk.mailbox(lookup).join(CLAIMED), NUMBER_BYTES_MAX).ok()?;
    let number = String::from_utf8(bytes).ok()?;
    (!number.is_empty()).then_some(number)
}

/// Notes that the letter of a mailbox is with the house.
pub(crate) fn handed_over(desk: &Desk, lookup: &str) -> io::Result<()> {
    std::fs::File::create(desk.mailbox(lookup).join(POSTED)).map(|_| ())
}

/// Waits until the letter of a mailbox that somebody else makes is with the house; false if that does not come.
pub(crate) fn waits_for(desk: &Desk, lookup: &str) -> bool {
    let posted = desk.mailbox(lookup).join(POSTED);
    let until = Instant::now() + MADE_TIME_MAX;
    while !posted.exists() {
        if Instant::now() > until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

/// The handling number of a mailbox, if it was begun.
pub(crate) fn handling(desk: &Desk, receipt: &Receipt) -> Option<String> {
    let own = Receipt::read(&receipt.printed()).ok()?;
    opened(desk, own).map(|opened| opened.progress.handling)
}

/// What a receipt opens.
struct Opened {
    lookup_id: [u8; 32],
    progress: Progress,
    documents: Documents,
}

/// The documents of a mailbox, and what opens them.
struct Documents {
    folder: PathBuf,
    hash: [u8; 32],
    receipt: Receipt,
    house: [u8; 16],
}

impl Documents {
    fn open(&self, name: &Path) -> Option<Vec<u8>> {
        let sealed = read_up_to(name, DOCUMENT_BYTES_MAX).ok()?;
        let secret = self.receipt.mailbox_secret(&self.house);
        seal::mailbox::open(&secret, &self.hash, &sealed).ok()
    }

    /// The newest messages, in their order; read only where they are shown.
    fn notes(&self) -> Vec<Note> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        let mut names: Vec<_> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                let name = path.file_name().and_then(|name| name.to_str());
                name.is_some_and(|name| name.starts_with(NOTE) && !name.ends_with(".tmp"))
            })
            .collect();
        names.sort();
        let newest = names.iter().rev().take(NOTES_MAX).rev();
        newest
            .filter_map(|name| Note::read(&self.open(name)?))
            .collect()
    }
}

fn opened(desk: &Desk, receipt: Receipt) -> Option<Opened> {
    let house = desk.house().ok()?;
    let lookup_id = receipt.lookup(&house);
    let hash = seal::sha256(&lookup_id);
    let documents = Documents {
        folder: desk.mailbox(&seal::hex(&hash)),
        hash,
        receipt,
        house,
    };
    let progress = Progress::read(&documents.open(&documents.folder.join(STATE))?)?;
    Some(Opened {
        lookup_id,
        progress,
        documents,
    })
}

/// Opens the mailbox that a form's receipt names; a mistyped one is looked up like any other.
fn bring(visit: &Visit, typed: &Typed) -> Option<(Opened, reporter::Slip)> {
    match carried(typed) {
        Some((receipt, mut slip)) => {
            let opened = opened(&visit.desk, receipt)?;
            slip.handling.clone_from(&opened.progress.handling);
            Some((opened, slip))
        }
        None => {
            // A receipt that opens nothing, so that a mistyped one takes the same way.
            let _ = opened(&visit.desk, Receipt::draw());
            None
        }
    }
}

fn page(
    visit: &Visit,
    status: StatusCode,
    (opened, slip): (Opened, reporter::Slip),
    shows_slip: bool,
    done: Option<&'static str>,
    typed: &Typed,
) -> Response<Body> {
    let mailbox = Mailbox {
        slip,
        progress: opened.progress,
        notes: opened.documents.notes(),
        shows_slip,
        done,
    };
    let page = pages::intake::mailbox(visit.site(), visit.lang, &mailbox, typed);
    exchange::even_page_again(status, visit.lang, page, typed)
}

/// Opens the mailbox; at the first return the slip is shown once more.
pub(crate) fn open(visit: &Visit, typed: Typed) -> Response<Body> {
    if let Some(busy) = spent(visit, Lane::Receipts) {
        return busy;
    }
    let Some((opened, slip)) = bring(visit, &typed) else {
        return unknown(visit, typed);
    };
    let hash = seal::hex(&seal::sha256(&opened.lookup_id));
    let mark = visit.desk.mailbox(&hash).join(RETURNED);
    let is_first = std::fs::File::create_new(mark).is_ok();
    page(
        visit,
        StatusCode::OK,
        (opened, slip),
        is_first,
        None,
        &Typed::default(),
    )
}

/// Shows the mailbox after the last group was typed.
pub(crate) fn confirmed(visit: &Visit, typed: Typed) -> Response<Body> {
    if let Some(busy) = spent(visit, Lane::Receipts) {
        return busy;
    }
    match bring(visit, &typed) {
        Some(both) => page(
            visit,
            StatusCode::OK,
            both,
            false,
            Some("reporter-confirmed"),
            &Typed::default(),
        ),
        None => unknown(visit, typed),
    }
}

/// Shows the slip within the mailbox, to be printed, or as a file.
pub(crate) fn slip(visit: &Visit, typed: Typed) -> Response<Body> {
    if let Some(busy) = spent(visit, Lane::Receipts) {
        return busy;
    }
    match bring(visit, &typed) {
        Some(_) if typed.has("do", "file") => crate::intake::report::file(visit, &typed),
        Some(both) => page(visit, StatusCode::OK, both, true, None, &Typed::default()),
        None => unknown(visit, typed),
    }
}

/// Takes an answer or an addition in.
pub(crate) fn add(visit: &Visit, mut typed: Typed) -> Response<Body> {
    if let Some(busy) = spent(visit, Lane::Receipts) {
        return busy;
    }
    let Some(both) = bring(visit, &typed) else {
        return unknown(visit, typed);
    };
    typed.need("text", "reporter-need-text");
    typed.limit("text", TEXT_CHARS_MAX);
    let bytes = typed.value("text").len();
    if bytes > TEXT_BYTES_MAX && typed.is_good() {
        typed.refuse_with(
            "text",
            "reporter-too-much",
            &[
                ("max", &TEXT_BYTES_MAX.to_string()),
                ("now", &bytes.to_string()),
            ],
        );
    }
    if contains_receipt(typed.value("text")) {
        typed.refuse("text", "reporter-holds-receipt");
    }
    let letter = Letter::Addition(Addition {
        at: now_text(),
        lang: visit.lang,
        lookup: seal::hex(&both.0.lookup_id),
        text: typed.value("text").to_owned(),
    });
    hand_in(visit, both, typed, &letter, "reporter-added")
}

/// Takes a withdrawal in.
pub(crate) fn withdraw(visit: &Visit, mut typed: Typed) -> Response<Body> {
    if let Some(busy) = spent(visit, Lane::Receipts) {
        return busy;
    }
    let Some(both) = bring(visit, &typed) else {
        return unknown(visit, typed);
    };
    if !typed.has("sure", "yes") {
        typed.refuse("sure", "reporter-need-sure");
    }
    let letter = Letter::Withdrawal(Withdrawal {
        at: now_text(),
        lookup: seal::hex(&both.0.lookup_id),
    });
    hand_in(visit, both, typed, &letter, "reporter-withdrawn")
}

/// Posts a letter if nothing is wrong; what was typed stays otherwise.
fn hand_in(
    visit: &Visit,
    both: (Opened, reporter::Slip),
    mut typed: Typed,
    letter: &Letter,
    done: &'static str,
) -> Response<Body> {
    if !typed.is_good() {
        return page(
            visit,
            StatusCode::UNPROCESSABLE_ENTITY,
            both,
            false,
            None,
            &typed,
        );
    }
    let from = visit.sender.from;
    if let Err(spent) = visit.desk.budget.spend(Lane::Letters, from, Instant::now()) {
        typed.refuse_with(
            "",
            "reporter-budget",
            &[("minutes", &spent.minutes.to_string())],
        );
        let page = page(
            visit,
            StatusCode::TOO_MANY_REQUESTS,
            both,
            false,
            None,
            &typed,
        );
        return exchange::again_in(page, spent.minutes);
    }
    let sending = exchange::Sending::of(&typed).map(|sending| sending.letter());
    if let Err(error) = visit.desk.post(letter, sending) {
        tracing::error!(code = "letter_not_taken", kind = ?error.kind(), "a letter could not be taken in");
        typed.refuse("", "reporter-box-full");
        return page(
            visit,
            StatusCode::SERVICE_UNAVAILABLE,
            both,
            false,
            None,
            &typed,
        );
    }
    page(
        visit,
        StatusCode::OK,
        both,
        false,
        Some(done),
        &Typed::default(),
    )
}
