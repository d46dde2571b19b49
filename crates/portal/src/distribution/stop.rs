//! Stopping: the one letter that is not sealed.
//!
//! RFC 8058 has the mail program POST `List-Unsubscribe=One-Click`; a person types one word into a form. Anything else,
//! a scanner that follows links or submits forms among it, leaves nothing. Whether the reference is known is not
//! looked up here: the answer is the same, and the house sorts it out (docs/design/settled.md §4.10).

use http::{Response, StatusCode};
use pages::distribution::member::{Stop, stop};
use pages::intake::public::Halt;
use pages::kit::form::Typed;

use crate::door::body::Body;
use crate::door::budget::Lane;
use crate::door::exchange;
use crate::door::letterbox::{Sort, write};
use crate::door::visit::{Visit, spent};

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
        // A mail program takes 200 for done.
        return page(
            visit,
            reference,
            StatusCode::UNPROCESSABLE_ENTITY,
            Stop::Unclear,
        );
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
