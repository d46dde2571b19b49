//! The letterbox: how what is taken in lies on disk, and the one letter that is not sealed, a wish to stop.
//!
//! RFC 8058 has the mail program POST `List-Unsubscribe=One-Click`; a person types one word into a form. Anything else,
//! a scanner that follows links or submits forms among it, leaves nothing. Whether the reference is known is not
//! looked up here: the answer is the same, and the house sorts it out (settled.md §4 no. 10).

use std::io::Write;
use std::path::Path;

use http::{Response, StatusCode};
use pages::form::Typed;
use pages::member::{Stop, stop};

use crate::body::Body;
use crate::exchange;
use crate::reception::Visit;

/// Wishes to stop that may lie in the box; over it, people are asked to come again.
const WISHES_MAX: usize = 50_000;

/// Shows the form.
pub(crate) fn shown(visit: &Visit, reference: &str) -> Response<Body> {
    page(visit, reference, StatusCode::OK, Stop::Asked)
}

/// Takes a wish in.
pub(crate) fn taken(visit: &Visit, reference: &str, typed: &Typed) -> Response<Body> {
    if !wants(typed) {
        return page(visit, reference, StatusCode::OK, Stop::Unclear);
    }
    // The same wish twice is one letter.
    let name = format!("unsubscribe-{reference}");
    let letters = visit.desk.letters();
    match write(&letters, &name, reference.as_bytes(), WISHES_MAX) {
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

/// Whether a form says so: the mail program's one click, or the word that a person typed.
fn wants(typed: &Typed) -> bool {
    typed.value("List-Unsubscribe").trim() == "One-Click"
        || matches!(
            typed.trimmed("word").to_lowercase().as_str(),
            "stop" | "停止" | "ｓｔｏｐ"
        )
}

/// Writes a letter: flushed under a name of its own, then renamed, so that the house never reads half of one.
///
/// # Errors
/// `StorageFull` if `letters_max` lie there already; or what the system says.
pub(crate) fn write(
    folder: &Path,
    name: &str,
    bytes: &[u8],
    letters_max: usize,
) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    if std::fs::read_dir(folder)?.take(letters_max).count() >= letters_max {
        return Err(std::io::ErrorKind::StorageFull.into());
    }
    let temporary = folder.join(format!(".{}.tmp", seal::hex(&seal::random::bytes::<16>())));
    let written = std::fs::File::create_new(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, folder.join(name))
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
