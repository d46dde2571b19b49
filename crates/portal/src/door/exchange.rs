//! A form on its way: who sent it, from which page, and how its answer looks on the wire.
//!
//! It knows no form's fields. A form from another site is refused; one whose origin the browser does not tell is
//! taken, since browsers leave it out in good faith (docs/design/security.md §2.14). Nothing here is kept by caches.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use formats::advisory::Lang;
use http::header::{self, HeaderMap};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyDataStream, BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use pages::kit::form::{ONCE, Typed};
use pages::kit::neighbour;
use seal::canon::Canon;
use seal::receipt::Receipt;
use tokio::time::timeout;

use crate::door::body::Body;
use crate::door::heads::Heads;

/// Largest form, in bytes: 64 KiB of Japanese text are 192 KiB when encoded; what is over our limit is still shown again.
const FORM_BYTES_MAX: usize = 1 << 20;
/// Most parts of a form that is sent in parts.
const PARTS_MAX: usize = 200;
/// Time for a form to arrive.
const FORM_TIME_MAX: Duration = Duration::from_secs(30);
/// When it is worth while to come again where the house is busy or away.
const BUSY_SECONDS: &str = "30";
/// Answers with a receipt have a multiple of this many bytes (docs/design/security.md §2.18).
const STEP_BYTES: usize = 4 << 10;

/// What the head of a request says besides its path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sender {
    /// Where it came from, if that is known.
    pub(crate) from: Option<IpAddr>,
    /// Whether it may be a form of another site.
    pub(crate) is_foreign: bool,
    /// Whether the browser vouches that a person pressed.
    pub(crate) pressed: bool,
    /// Whether the browser tells such things at all.
    pub(crate) tells: bool,
}

impl Sender {
    pub(crate) fn read(headers: &HeaderMap, peer: SocketAddr) -> Sender {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let site = text("sec-fetch-site");
        let host = text("host");
        let origin = text("origin").filter(|origin| *origin != "null");
        let own = origin.is_none_or(|origin| {
            let name = origin.split_once("://").map(|(_, name)| name);
            name.is_some() && name == host
        });
        Sender {
            from: network(headers, peer),
            is_foreign: !own || site.is_some_and(|site| !matches!(site, "same-origin" | "none")),
            pressed: text("sec-fetch-user") == Some("?1"),
            tells: site.is_some(),
        }
    }
}

fn network(headers: &HeaderMap, peer: SocketAddr) -> Option<IpAddr> {
    let named = headers.get_all("x-forwarded-for").iter().next_back();
    neighbour::client(peer.ip(), named.and_then(|named| named.to_str().ok()))
}

/// Why a form was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    TooLong,
    TooSlow,
    /// It is written in no way that forms are sent in.
    NoForm,
}

/// Reads a form to its end, in either of the ways in which browsers and mail programs send one.
pub(crate) async fn form(kind: Option<&HeaderValue>, body: Incoming) -> Result<Typed, Unread> {
    let whole = Limited::new(body, FORM_BYTES_MAX).collect();
    let bytes = match timeout(FORM_TIME_MAX, whole).await {
        Ok(Ok(read)) => read.to_bytes(),
        Ok(Err(_)) => return Err(Unread::TooLong),
        Err(_) => return Err(Unread::TooSlow),
    };
    let kind = kind.map_or(Ok(""), HeaderValue::to_str);
    let kind = kind.map_err(|_| Unread::NoForm)?;
    let name = kind.split(';').next().unwrap_or_default().trim();
    if name.eq_ignore_ascii_case("multipart/form-data") {
        return parts(kind, bytes).await.ok_or(Unread::NoForm);
    }
    let is_plain =
        name.is_empty() || name.eq_ignore_ascii_case("application/x-www-form-urlencoded");
    is_plain.then(|| Typed::parse(&bytes)).ok_or(Unread::NoForm)
}

/// Reads a form that is sent in parts: RFC 8058 wants a mail program to stop a subscription so.
async fn parts(kind: &str, bytes: Bytes) -> Option<Typed> {
    let boundary = multer::parse_boundary(kind).ok()?;
    let whole = BodyDataStream::new(Full::new(bytes));
    let mut parts = multer::Multipart::new(whole, boundary);
    let mut fields = Vec::new();
    for _ in 0..PARTS_MAX {
        let Some(field) = parts.next_field().await.ok()? else {
            return Some(Typed::of_parts(&fields));
        };
        let name = field.name()?.to_owned();
        fields.push((name, field.bytes().await.ok()?));
    }
    None
}

/// Returns an answer with a page; its forms are told from each other by what they carry.
pub(crate) fn page(status: StatusCode, lang: Option<Lang>, bytes: Vec<u8>) -> Response<Body> {
    plain(status, lang, once(bytes))
}

/// Returns an answer with a page that holds a form again which may have been taken: it keeps what it carried.
pub(crate) fn page_again(
    status: StatusCode,
    lang: Lang,
    bytes: Vec<u8>,
    typed: &Typed,
) -> Response<Body> {
    plain(status, Some(lang), kept(bytes, typed))
}

/// Gives a page the token that its form carried, or a new one.
fn kept(bytes: Vec<u8>, typed: &Typed) -> Vec<u8> {
    match Sending::of(typed) {
        Some(_) => pages::kit::form::with_once(bytes, typed.value(ONCE)),
        None => once(bytes),
    }
}

fn once(bytes: Vec<u8>) -> Vec<u8> {
    let token = seal::hex(&seal::random::bytes::<16>());
    pages::kit::form::with_once(bytes, &token)
}

fn plain(status: StatusCode, lang: Option<Lang>, bytes: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::Full(bytes.into()));
    *response.status_mut() = status;
    *response.headers_mut() = Heads::plain();
    let headers = response.headers_mut();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, html);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(BUSY_SECONDS));
    }
    if let Some(lang) = lang {
        let tag = HeaderValue::from_static(lang.tag());
        headers.insert(header::CONTENT_LANGUAGE, tag);
    }
    response
}

/// Returns an answer with a page that is filled up to a whole step, so that its size tells nothing.
pub(crate) fn even_page(status: StatusCode, lang: Lang, bytes: Vec<u8>) -> Response<Body> {
    even(status, lang, once(bytes))
}

/// The same with a form again which may have been taken: it keeps what it carried.
pub(crate) fn even_page_again(
    status: StatusCode,
    lang: Lang,
    bytes: Vec<u8>,
    typed: &Typed,
) -> Response<Body> {
    even(status, lang, kept(bytes, typed))
}

fn even(status: StatusCode, lang: Lang, mut bytes: Vec<u8>) -> Response<Body> {
    bytes.resize(bytes.len().next_multiple_of(STEP_BYTES), b'\n');
    plain(status, Some(lang), bytes)
}

/// Tells a program what the page tells its reader: in how many minutes there is room again.
pub(crate) fn again_in(mut response: Response<Body>, minutes: u64) -> Response<Body> {
    let seconds = HeaderValue::from(minutes.saturating_mul(60));
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

/// One sending of a form: what its page gave it, and what was typed.
pub(crate) struct Sending {
    once: [u8; 16],
    said: [u8; 32],
}

impl Sending {
    /// What a form says of itself; nothing where its page gave it no token.
    pub(crate) fn of(typed: &Typed) -> Option<Sending> {
        let once = seal::unhex(typed.value(ONCE))?.try_into().ok()?;
        let mut said = Canon::of("noroshi/form/1");
        for (name, value) in typed.pairs() {
            said = said.bytes(name.as_bytes()).bytes(value.as_bytes());
        }
        let said = seal::sha256(&said.finish());
        Some(Sending { once, said })
    }

    /// The receipt of what is sent, the same for the same sending.
    pub(crate) fn receipt(&self, house: &[u8; 16]) -> Receipt {
        Receipt::of_once(&self.once, house, &self.said)
    }

    /// The id of its letter, the same for the same sending: the house takes a letter once.
    pub(crate) fn letter(&self) -> [u8; 16] {
        let name = Canon::of("noroshi/letter-once/1")
            .fixed(&self.said)
            .finish();
        let mac = seal::hmac256(&seal::sha256(&self.once), &name);
        mac.first_chunk().copied().unwrap_or_default()
    }
}

/// Returns an answer that a browser saves as a text file.
pub(crate) fn file(name: &str, text: String) -> Response<Body> {
    let mut response = plain(StatusCode::OK, None, text.into_bytes());
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let disposition = format!("attachment; filename=\"{name}\"");
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(peer: &str, headers: &[(&'static str, &'static str)]) -> Sender {
        let mut map = HeaderMap::new();
        map.insert("host", HeaderValue::from_static("portal.example:8443"));
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        let peer = peer
            .parse()
            .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 1)));
        Sender::read(&map, peer)
    }

    #[test]
    fn a_form_of_another_site_is_told_from_one_that_says_nothing() {
        for (headers, foreign) in [
            (&[][..], false),
            (&[("origin", "null")], false),
            (&[("origin", "https://portal.example:8443")], false),
            (&[("origin", "https://portal.example")], true),
            (&[("origin", "https://evil.example")], true),
            (&[("origin", "portal.example:8443")], true),
            (&[("sec-fetch-site", "same-origin")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-site")], true),
            (
                &[("sec-fetch-site", "cross-site"), ("origin", "null")],
                true,
            ),
        ] {
            assert_eq!(
                sender("192.0.2.1:9", headers).is_foreign,
                foreign,
                "{headers:?}"
            );
        }
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed() {
        let named = [("x-forwarded-for", "203.0.113.9, 198.51.100.7")];
        let from = |peer: &str, headers: &[(&'static str, &'static str)]| {
            sender(peer, headers).from.map(|from| from.to_string())
        };
        assert_eq!(from("192.0.2.1:9", &named).as_deref(), Some("192.0.2.1"));
        assert_eq!(from("127.0.0.1:9", &named).as_deref(), Some("198.51.100.7"));
        assert_eq!(from("127.0.0.1:9", &[]), None);
        assert_eq!(from("127.0.0.1:9", &[("x-forwarded-for", "?")]), None);
    }
}
