//! A report on its way in: checked, numbered, sealed, and its receipt shown once.
//!
//! The receipt is drawn here and leaves this process only in the answer; the house gets its hash and a public key.
//! The order is: mailbox, letter, page; so a finder who comes back at once finds the mailbox.

use std::io;

use formats::letter::{
    Kind, LINE_CHARS_MAX, Letter, Progress, Report, Step, StepKind, TEXT_BYTES_MAX, TEXT_CHARS_MAX,
    text_names,
};
use http::{Response, StatusCode};
use pages::intake::public as reporter;
use pages::intake::public::{CONSENT, Slip};
use pages::kit::form::Typed;
use seal::receipt::{Receipt, contains_receipt};
use std::time::Instant;

use crate::door::body::Body;
use crate::door::budget::Lane;
use crate::door::exchange;
use crate::door::exchange::Sending;
use crate::door::visit::{Desk, HandlingNumber, Visit, now_text};
use crate::intake::mailbox;

/// How often a handling number is drawn before the series is called full.
const DRAWS_MAX: usize = 64;

/// Shows the form.
pub(crate) fn shown(visit: &Visit) -> Response<Body> {
    form(visit, StatusCode::OK, &Typed::default())
}

fn form(visit: &Visit, status: StatusCode, typed: &Typed) -> Response<Body> {
    visit.page(status, reporter::report(visit.site(), visit.lang, typed))
}

/// Takes a report in, or shows the form again with all that was typed.
pub(crate) fn taken(visit: &Visit, mut typed: Typed) -> Response<Body> {
    check(&mut typed);
    if !typed.is_good() {
        return form(visit, StatusCode::UNPROCESSABLE_ENTITY, &typed);
    }
    // What was taken in already is answered from what stands, and costs no budget.
    if let Some(slip) = Sending::of(&typed).and_then(|sending| sent_before(visit, &sending)) {
        return receipt_of(visit, &slip);
    }
    let from = visit.sender.from;
    if let Err(spent) = visit.desk.budget.spend(Lane::Letters, from, Instant::now()) {
        typed.refuse_with(
            "",
            "reporter-budget",
            &[("minutes", &spent.minutes.to_string())],
        );
        let page = same_form(visit, StatusCode::TOO_MANY_REQUESTS, &typed);
        return exchange::again_in(page, spent.minutes);
    }
    match file_in(visit, &typed) {
        Ok(slip) => receipt_of(visit, &slip),
        Err(error) => {
            tracing::error!(code = "report_not_taken", kind = ?error.kind(), "a report could not be taken in");
            typed.refuse("", "reporter-box-full");
            same_form(visit, StatusCode::SERVICE_UNAVAILABLE, &typed)
        }
    }
}

/// The form with its token kept: sent again, it is the same sending.
fn same_form(visit: &Visit, status: StatusCode, typed: &Typed) -> Response<Body> {
    let page = reporter::report(visit.site(), visit.lang, typed);
    exchange::page_again(status, visit.lang, page, typed)
}

fn receipt_of(visit: &Visit, slip: &Slip) -> Response<Body> {
    let page = reporter::receipt(visit.site(), visit.lang, slip, &Typed::default());
    exchange::even_page(StatusCode::OK, visit.lang, page)
}

/// The slip of a sending whose letter is with the house, waiting for one that is on its way.
fn sent_before(visit: &Visit, sending: &Sending) -> Option<Slip> {
    let desk = &visit.desk;
    let house = desk.house().ok()?;
    let receipt = sending.receipt(&house);
    let lookup = seal::hex(&seal::sha256(&receipt.lookup(&house)));
    taken_by_another(desk, &lookup, &receipt)
}

/// The slip of a report that another sending of the same form brings, once its letter is with the house.
fn taken_by_another(desk: &Desk, lookup: &str, receipt: &Receipt) -> Option<Slip> {
    if !mailbox::is_begun(desk, lookup) || !mailbox::waits_for(desk, lookup) {
        return None;
    }
    Some(Slip {
        handling: mailbox::handling(desk, receipt)?,
        receipt: receipt.printed().to_string(),
    })
}

fn check(typed: &mut Typed) {
    typed.need("what", "reporter-need-what");
    typed.need("happens", "reporter-need-happens");
    for name in text_names() {
        let max = if name == "happens" {
            TEXT_CHARS_MAX
        } else {
            LINE_CHARS_MAX
        };
        typed.limit(name, max);
        if contains_receipt(typed.value(name)) {
            typed.refuse(name, "reporter-holds-receipt");
        }
    }
    let bytes: usize = text_names().map(|name| typed.value(name).len()).sum();
    if bytes > TEXT_BYTES_MAX {
        typed.refuse_with(
            "happens",
            "reporter-too-much",
            &[
                ("max", &TEXT_BYTES_MAX.to_string()),
                ("now", &bytes.to_string()),
            ],
        );
    }
    if !typed.has("consent", CONSENT) {
        typed.refuse("consent", "reporter-need-consent");
    }
}

fn file_in(visit: &Visit, typed: &Typed) -> io::Result<Slip> {
    let desk = &visit.desk;
    let house = desk.house()?;
    let sending = Sending::of(typed);
    let receipt = sending
        .as_ref()
        .map_or_else(Receipt::draw, |sending| sending.receipt(&house));
    let lookup = seal::hex(&seal::sha256(&receipt.lookup(&house)));
    // A sending has one number, whoever draws it: one that ended half way is followed under its own.
    let number = match &sending {
        None => reserve(desk)?.printed,
        Some(_) => match mailbox::claimed(desk, &lookup) {
            Some(number) => number,
            None => {
                let own = reserve(desk)?.printed;
                let number = mailbox::claim(desk, &lookup, &own)?;
                // Another press was faster by a moment: it is waited for, and taken over only if it ended.
                if number != own
                    && let Some(slip) = taken_by_another(desk, &lookup, &receipt)
                {
                    return Ok(slip);
                }
                number
            }
        },
    };
    let public = seal::mailbox::public(&receipt.mailbox_secret(&house));
    let at = now_text();
    let first = Progress {
        v: 1,
        handling: number.clone(),
        steps: vec![Step {
            step: StepKind::Received,
            at: at.clone(),
            about: String::new(),
        }],
        asked: false,
        may_withdraw: false,
    };
    // What stands there already may be newer: the house writes it too.
    if sending.is_none() || mailbox::handling(desk, &receipt).is_none() {
        mailbox::begin(desk, &lookup, &public, &first)?;
    }
    let letter = Letter::Report(Report {
        at,
        lookup: lookup.clone(),
        mailbox: seal::hex(&public),
        handling: number.clone(),
        ..typed_report(visit, typed)
    });
    let id = sending.as_ref().map(Sending::letter);
    if let Err(error) = desk.post(&letter, id) {
        // Nobody has seen the receipt: the mailbox is nobody's, unless the same form may come again.
        if sending.is_none() {
            let _ = std::fs::remove_dir_all(desk.mailbox(&lookup));
        }
        return Err(error);
    }
    // Without the mark a second sending writes the same letter again, which the house takes once.
    let _ = mailbox::handed_over(desk, &lookup);
    Ok(Slip {
        handling: number,
        receipt: receipt.printed().to_string(),
    })
}

fn typed_report(visit: &Visit, typed: &Typed) -> Report {
    let line = |name: &str| typed.trimmed(name).replace('\n', " ");
    let text = |name: &str| typed.trimmed(name).to_owned();
    Report {
        lang: visit.lang,
        kind: match typed.value("kind") {
            "site" => Kind::Site,
            "own_product" => Kind::OwnProduct,
            _ => Kind::Product,
        },
        consent: CONSENT.to_owned(),
        what: text("what"),
        happens: text("happens"),
        contact: text("contact"),
        credit: line("credit"),
        share: typed.has("share", "yes"),
        vendor: text("vendor"),
        public: text("public"),
        exploited: text("exploited"),
        planned: text("planned"),
        ..Report::default()
    }
}

/// Draws a handling number and takes it by making an empty file, which exists once (the house does the same).
fn reserve(desk: &Desk) -> io::Result<HandlingNumber> {
    let folder = desk.letters().join("numbers");
    seal::files::private_folder(&folder).map_err(io::Error::other)?;
    for _ in 0..DRAWS_MAX {
        let Some(number) = (desk.told.number)(seal::random::u64()) else {
            break;
        };
        match std::fs::File::create_new(folder.join(&number.digits)) {
            Ok(_) => return Ok(number),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::StorageFull.into())
}

/// The slip that a form carries in its body; nothing if it is none.
pub(crate) fn carried(typed: &Typed) -> Option<(Receipt, Slip)> {
    let receipt = Receipt::read(typed.value("receipt")).ok()?;
    let handling: String = typed
        .trimmed("handling")
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '-')
        .take(HANDLING_CHARS_MAX)
        .collect();
    let slip = Slip {
        handling,
        receipt: receipt.printed().to_string(),
    };
    Some((receipt, slip))
}

/// A handling number has ten digits at most, and dashes between them.
const HANDLING_CHARS_MAX: usize = 16;

/// Answers with the slip as a text file.
pub(crate) fn file(visit: &Visit, typed: &Typed) -> Response<Body> {
    let Some((_, slip)) = carried(typed) else {
        return mailbox::unknown(visit, typed.clone());
    };
    let digits = base::digits(&slip.handling);
    exchange::file(
        &format!("receipt-{digits}.txt"),
        slip.plain(visit.site(), visit.lang),
    )
}

/// Compares the last group with the receipt; if it fits, shows the mailbox.
pub(crate) fn confirm(visit: &Visit, mut typed: Typed) -> Response<Body> {
    let Some((receipt, slip)) = carried(&typed) else {
        return mailbox::unknown(visit, typed);
    };
    let printed = receipt.printed();
    let others = printed.rsplit_once('-').map_or("", |(others, _)| others);
    let again = Receipt::read(&format!("{others} {}", typed.trimmed("last")));
    if again.as_ref() != Ok(&receipt) {
        typed.refuse("last", "reporter-confirm-wrong");
        let page = reporter::receipt(visit.site(), visit.lang, &slip, &typed);
        return exchange::even_page(StatusCode::UNPROCESSABLE_ENTITY, visit.lang, page);
    }
    mailbox::confirmed(visit, typed)
}
