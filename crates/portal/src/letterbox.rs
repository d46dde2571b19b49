//! The letterbox: how what is taken in lies on disk, and the one letter that is not sealed, a wish to stop.
//!
//! RFC 8058 has the mail program POST `List-Unsubscribe=One-Click`; a person types one word into a form. Anything else,
//! a scanner that follows links or submits forms among it, leaves nothing. Whether the reference is known is not
//! looked up here: the answer is the same, and the house sorts it out (docs/design/settled.md §4.10).

use std::io::Write;
use std::path::Path;

use http::{Response, StatusCode};
use pages::distribution::member::{Stop, stop};
use pages::intake::public::Halt;
use pages::kit::form::Typed;

use crate::body::Body;
use crate::budget::Lane;
use crate::exchange;
use crate::mailbox::spent;
use crate::reception::Visit;

/// Wishes to stop that may lie in the box; over it, people are asked to come again.
const WISHES_MAX: usize = 50_000;

/// Letters that may wait for the house, about 1 GiB of the longest texts (docs/design/security.md §2.17).
const LETTERS_MAX: usize = 4_096;

/// What lies in the box; each sort is counted apart, so that one cannot crowd out the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Sealed to the house.
    Letter,
    /// A wish to stop, in the open.
    Wish,
}

impl Sort {
    /// What the names of its files begin with.
    const fn prefix(self) -> &'static str {
        match self {
            Sort::Letter => "letter-",
            Sort::Wish => "unsubscribe-",
        }
    }

    /// How many may lie in the box.
    const fn most(self) -> usize {
        match self {
            Sort::Letter => LETTERS_MAX,
            Sort::Wish => WISHES_MAX,
        }
    }
}

/// Shows the form.
pub(crate) fn shown(visit: &Visit, reference: &str) -> Response<Body> {
    page(visit, reference, StatusCode::OK, Stop::Asked)
}

/// Takes a wish in.
pub(crate) fn taken(visit: &Visit, reference: &str, typed: &Typed) -> Response<Body> {
    // A mail program's one click comes without any page of ours; a word is typed on it.
    if visit.sender.is_foreign && !is_one_click(typed) {
        return visit.halt(StatusCode::FORBIDDEN, Halt::Foreign);
    }
    if !wants(typed) {
        return page(visit, reference, StatusCode::OK, Stop::Unclear);
    }
    if let Some(busy) = spent(visit, Lane::Wishes) {
        return busy;
    }
    // The same wish twice is one letter.
    let letters = visit.desk.letters();
    match write(&letters, Sort::Wish, reference, reference.as_bytes()) {
        Ok(()) => page(visit, reference, StatusCode::OK, Stop::Noted),
        Err(_) => page(
            visit,
            reference,
            StatusCode::SERVICE_UNAVAILABLE,
            Stop::Later,
        ),
    }
}

fn page(visit: &Visit, reference: &str, status: StatusCode, at: Stop) -> Response<Body> {
    exchange::page(status, None, stop(visit.site(), reference, at))
}

fn is_one_click(typed: &Typed) -> bool {
    typed.value("List-Unsubscribe").trim() == "One-Click"
}

/// Whether a form says so: the mail program's one click, or the word that a person typed.
fn wants(typed: &Typed) -> bool {
    is_one_click(typed)
        || matches!(
            typed.trimmed("word").to_lowercase().as_str(),
            "stop" | "停止" | "ｓｔｏｐ"
        )
}

/// Writes a letter: flushed under a name of its own, then renamed, so that the house never reads half of one.
///
/// # Errors
/// `StorageFull` if as many of this sort lie there as may; or what the system says.
pub(crate) fn write(folder: &Path, sort: Sort, id: &str, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let target = folder.join(format!("{}{id}", sort.prefix()));
    if sort == Sort::Wish && target.exists() {
        return Ok(());
    }
    let alike = std::fs::read_dir(folder)?.filter(|entry| {
        let name = entry.as_ref().map(std::fs::DirEntry::file_name);
        name.is_ok_and(|name| {
            name.as_encoded_bytes()
                .starts_with(sort.prefix().as_bytes())
        })
    });
    if alike.take(sort.most()).count() >= sort.most() {
        return Err(std::io::ErrorKind::StorageFull.into());
    }
    let temporary = folder.join(format!(".{}.tmp", seal::hex(&seal::random::bytes::<16>())));
    let written = std::fs::File::create_new(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, &target)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written?;
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_person_or_a_mail_program_stops_anything() {
        for form in [
            "List-Unsubscribe=One-Click",
            "word=stop",
            "word=Stop",
            "word=%E5%81%9C%E6%AD%A2",
            "a=b&word=stop",
        ] {
            assert!(wants(&Typed::parse(form.as_bytes())), "{form}");
        }
        for form in [
            "",
            "word=",
            "word=go",
            "List-Unsubscribe=",
            "x=List-Unsubscribe=One-Click",
        ] {
            assert!(!wants(&Typed::parse(form.as_bytes())), "{form}");
        }
    }
}
