//! The letterbox: what the internet side takes in for the house, answered without looking (settled.md §4 no. 10).
//!
//! For now it takes one thing: a wish to stop, by the random reference that stands in a mail. RFC 8058 has
//! the mail program POST `List-Unsubscribe=One-Click`; a person types one word into a form. Anything else, a
//! scanner that follows links or submits forms among it, leaves nothing. Whether the reference is known is
//! not looked up here: the answer is the same, and the house sorts it out.

use std::io::Write;
use std::path::{Path, PathBuf};

use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

use crate::body::Body;
use crate::heads::Heads;

/// Path of the letterbox; the reference follows.
pub(crate) const PREFIX: &str = "/unsubscribe/";
/// Largest form, in bytes.
const FORM_BYTES_MAX: usize = 1024;
/// Letters that may lie in the box; over it, people are asked to come again.
const LETTERS_MAX: usize = 50_000;
/// Length of a reference: 128 bits in base 32.
const REFERENCE_LENGTH: usize = 26;

/// Tells whether a path is one of the letterbox; the reference itself may be anybody's invention.
pub(crate) fn is_letter(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|reference| {
        reference.len() == REFERENCE_LENGTH
            && reference
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'))
    })
}

/// Answers at the letterbox.
pub(crate) async fn answer(request: Request<Incoming>, folder: PathBuf) -> Response<Body> {
    let path = request.uri().path().to_owned();
    match *request.method() {
        Method::GET | Method::HEAD => page(StatusCode::OK, FORM),
        Method::POST => {
            let Ok(form) = Limited::new(request.into_body(), FORM_BYTES_MAX)
                .collect()
                .await
            else {
                return page(StatusCode::PAYLOAD_TOO_LARGE, ASK);
            };
            if !wants(&form.to_bytes()) {
                return page(StatusCode::OK, ASK);
            }
            let reference = path.trim_start_matches(PREFIX).to_owned();
            let dropped = tokio::task::spawn_blocking(move || drop_in(&folder, &reference)).await;
            match dropped {
                Ok(Ok(())) => page(StatusCode::OK, NOTED),
                _ => page(StatusCode::SERVICE_UNAVAILABLE, LATER),
            }
        }
        _ => page(StatusCode::METHOD_NOT_ALLOWED, ASK),
    }
}

/// Whether a form says so: the mail program's one click, or the word that a person typed.
fn wants(form: &[u8]) -> bool {
    let form = String::from_utf8_lossy(form);
    form.split('&').any(|field| {
        field.trim() == "List-Unsubscribe=One-Click"
            || field.strip_prefix("word=").is_some_and(|word| {
                let word = word.trim().to_ascii_lowercase();
                word == "stop" || word == "%e5%81%9c%e6%ad%a2"
            })
    })
}

/// Writes a letter: flushed under a name of its own, then renamed, so that the house never reads half of one.
fn drop_in(folder: &Path, reference: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    if std::fs::read_dir(folder)?.take(LETTERS_MAX).count() >= LETTERS_MAX {
        return Err(std::io::ErrorKind::StorageFull.into());
    }
    // The same wish twice is one letter.
    let name = folder.join(format!("unsubscribe-{reference}"));
    let temporary = folder.join(format!(".{reference}.tmp"));
    let mut file = std::fs::File::create(&temporary)?;
    file.write_all(reference.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&temporary, &name)?;
    std::fs::File::open(folder)?.sync_all()
}

fn page(status: StatusCode, words: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::Full(words.as_bytes().into()));
    *response.status_mut() = status;
    *response.headers_mut() = Heads::plain();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

macro_rules! frame {
    ($($body:literal)*) => {
        concat!(
            "<!doctype html>\n<html lang=\"ja\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">",
            "<title>配信の停止 / Stop these mails</title></head>\n<body><main>\n<h1>配信の停止 <span lang=\"en\">/ Stop these mails</span></h1>\n",
            $($body,)*
            "</main></body>\n</html>\n"
        )
    };
}

const FORM: &str = frame!(
    "<p>配信を停止するには、下の欄に「停止」と入力して送信してください。</p>\n"
    "<p lang=\"en\">To stop these mails, type the word stop and send.</p>\n"
    "<form method=\"post\"><label for=\"word\">停止 <span lang=\"en\">/ stop</span></label> <input id=\"word\" name=\"word\" autocomplete=\"off\" required> "
    "<button type=\"submit\">送信 <span lang=\"en\">/ send</span></button></form>\n"
);
const ASK: &str = frame!(
    "<p>まだ何も変わっていません。「停止」と入力して送信してください。</p>\n<p lang=\"en\">Nothing has changed yet. Type the word stop and send.</p>\n"
    "<form method=\"post\"><label for=\"word\">停止 <span lang=\"en\">/ stop</span></label> <input id=\"word\" name=\"word\" autocomplete=\"off\" required> "
    "<button type=\"submit\">送信 <span lang=\"en\">/ send</span></button></form>\n"
);
const NOTED: &str = frame!(
    "<p>承りました。配信を停止します。</p>\n<p lang=\"en\">Noted. These mails will stop.</p>\n"
);
const LATER: &str = frame!(
    "<p>ただいま受け付けられません。しばらくしてからお試しください。</p>\n<p lang=\"en\">This cannot be taken now. Please try again later.</p>\n"
);

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
            assert!(wants(form.as_bytes()), "{form}");
        }
        for form in [
            "",
            "word=",
            "word=go",
            "List-Unsubscribe=",
            "x=List-Unsubscribe=One-Click",
        ] {
            assert!(!wants(form.as_bytes()), "{form}");
        }
        assert!(is_letter("/unsubscribe/abcdefghijklmnopqrstuvwxyz"));
        for path in [
            "/unsubscribe/",
            "/unsubscribe/abc",
            "/unsubscribe/../../etc/passwd-aaaaaaa",
            "/unsubscribe/ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        ] {
            assert!(!is_letter(path), "{path}");
        }
    }
}
