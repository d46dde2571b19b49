//! From a request to its answer: every branch stands here, nothing waits.
//!
//! Only the path is looked up; the query is ignored, and `..` simply leads nowhere. A folder without its slash and a name
//! with letters in percent are sent to the address of what they name, if it is published. Every address that leads
//! nowhere gets the same bytes, so that nobody learns what will be published.

use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode, Version};

use crate::door::body::Body;
use crate::door::heads::Heads;
use crate::door::limits::Limits;
use crate::door::negotiation::{Accepted, names_tag};
use crate::tree::site::{Form, Object, Site};

/// Answers a request; hyper leaves the body away for HEAD.
pub(crate) fn answer<B>(site: &Site, request: &Request<B>, limits: &Limits) -> Response<Body> {
    let asked = match Asked::read(request, limits) {
        Ok(asked) => asked,
        Err(refusal) => return refuse(refusal),
    };
    let path = request.uri().path();
    match site.object(path) {
        Some(object) => published(site, object, &asked),
        None if path == HEALTH_PATH => plain(StatusCode::OK, "ok"),
        None if let Some((kind, bytes)) = worn(path) => dressed(kind, bytes),
        None if let Some(leads_to) = elsewhere(site, path) => moved(&leads_to),
        None => missing(site, &asked),
    }
}

/// What matters of a request besides its path.
struct Asked<'a> {
    headers: &'a HeaderMap,
    accepted: Accepted,
    if_none_match: bool,
    if_modified_since: Option<&'a HeaderValue>,
    /// Of GET alone a part may be asked (RFC 9110 §14.2).
    is_get: bool,
}

impl<'a> Asked<'a> {
    /// Goes through the headers once.
    fn read<B>(request: &'a Request<B>, limits: &Limits) -> Result<Self, Refusal> {
        let headers = request.headers();
        let mut hosts = 0;
        let mut asked = Self {
            headers,
            accepted: Accepted::default(),
            if_none_match: false,
            if_modified_since: None,
            is_get: *request.method() == Method::GET,
        };
        for (name, value) in headers {
            match *name {
                header::HOST => hosts += 1,
                // hyper drops the length when both are given, so that the pair cannot be told here; and a
                // request for a published file has no use for either.
                header::TRANSFER_ENCODING => return Err(Refusal::Framing),
                header::CONTENT_LENGTH if is_over(value, limits.request_body_bytes_max) => {
                    return Err(Refusal::Body);
                }
                header::ACCEPT_ENCODING => asked.accepted.read(value.as_bytes()),
                header::IF_NONE_MATCH => asked.if_none_match = true,
                header::IF_MODIFIED_SINCE => asked.if_modified_since = Some(value),
                _ => {}
            }
        }
        // RFC 9112 §3.2: two hosts, or none in HTTP/1.1, are refused; a proxy before us may have read the other.
        if hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11) {
            return Err(Refusal::Host);
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(Refusal::Method);
        }
        Ok(asked)
    }

    /// The part of a form that is asked for (RFC 9110 §14.2): one, of whole bytes, and of this very form. Whatever else
    /// a Range says is passed over, and the whole is sent.
    fn part(&self, form: &Form, length: usize) -> Option<Result<std::ops::Range<usize>, Beyond>> {
        if !self.is_get {
            return None;
        }
        if let Some(known) = self.headers.get(header::IF_RANGE)
            && known != form.tag
        {
            return None;
        }
        let wanted = self.headers.get(header::RANGE)?.to_str().ok()?;
        let (unit, wanted) = wanted.split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (first, last) = wanted.split_once('-')?;
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse::<usize>().ok()).flatten()
        };
        let (start, end) = match (first.trim(), last.trim()) {
            ("", most) => (length.saturating_sub(number(most)?), length),
            (first, "") => (number(first)?, length),
            (first, last) => {
                let (start, last) = (number(first)?, number(last)?);
                // What ends before it begins is no range.
                if last < start {
                    return None;
                }
                (start, last.saturating_add(1).min(length))
            }
        };
        Some(if start < end {
            Ok(start..end)
        } else {
            Err(Beyond)
        })
    }

    /// Tells whether the client has this form of a file already (RFC 9110 §13.2.2).
    fn has(&self, object: &Object, form: &Form) -> bool {
        if self.if_none_match {
            return self
                .headers
                .get_all(header::IF_NONE_MATCH)
                .iter()
                .any(|value| names_tag(value.as_bytes(), form.tag.as_bytes()));
        }
        self.if_modified_since.is_some_and(|value| {
            *value == object.modified
                || value
                    .to_str()
                    .ok()
                    .and_then(|text| httpdate::parse_http_date(text).ok())
                    .is_some_and(|since| object.modified_at <= since)
        })
    }
}

/// A part that lies beyond the end.
struct Beyond;

fn is_over(length: &HeaderValue, bytes_max: u64) -> bool {
    length
        .to_str()
        .ok()
        .and_then(|text| text.parse::<u64>().ok())
        .is_none_or(|bytes| bytes > bytes_max)
}

fn published(site: &Site, object: &Object, asked: &Asked<'_>) -> Response<Body> {
    let form = object.forms.pick(asked.accepted);
    if asked.has(object, form) {
        let mut head = form.heads.unchanged.clone();
        head.insert(header::ETAG, form.tag.clone());
        return respond(StatusCode::NOT_MODIFIED, head, Body::Empty);
    }
    let body = match &form.held {
        Some(bytes) => Body::Full(bytes.clone()),
        None => match Body::open(&site.place(form), form.piece.bytes) {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(
                    route = "object",
                    status = 500,
                    code = "object_unreadable",
                    kind = ?error.kind(),
                    "a published file cannot be read"
                );
                return plain(StatusCode::INTERNAL_SERVER_ERROR, "try again later\n");
            }
        },
    };
    let mut head = form.heads.full.clone();
    head.insert(header::ETAG, form.tag.clone());
    head.insert(header::LAST_MODIFIED, object.modified.clone());
    if let Body::Full(bytes) = &body
        && let Some(part) = asked.part(form, bytes.len())
    {
        return match part {
            Ok(part) => partial(head, bytes, part),
            Err(Beyond) => beyond(bytes.len()),
        };
    }
    respond(StatusCode::OK, head, body)
}

/// RFC 9110 §15.5.17: a part that a form does not have, with how long the form is. Nobody keeps it in the place of the file.
fn beyond(length: usize) -> Response<Body> {
    let mut head = Heads::plain();
    head.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(range) = HeaderValue::from_str(&format!("bytes */{length}")) {
        head.insert(header::CONTENT_RANGE, range);
    }
    head.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    respond(StatusCode::RANGE_NOT_SATISFIABLE, head, Body::Empty)
}

/// The address of what a path names in another way: a folder, or letters that need no percent.
fn elsewhere(site: &Site, path: &str) -> Option<String> {
    let plain = if path.contains('%') {
        percent_decoded(path)?
    } else {
        path.to_owned()
    };
    let folder = format!("{plain}/");
    [plain, folder]
        .into_iter()
        .find(|found| found != path && site.object(found).is_some())
}

/// Letters, digits and signs that stand for themselves (RFC 3986 §2.3), each in percent or not; nothing else.
pub(crate) fn percent_decoded(path: &str) -> Option<String> {
    let mut pieces = path.split('%');
    let mut out = pieces.next()?.to_owned();
    for piece in pieces {
        let (code, rest) = piece.split_at_checked(2)?;
        let byte = u8::from_str_radix(code, 16).ok()?;
        let stands_for_itself = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        out.push(stands_for_itself.then_some(char::from(byte))?);
        out.push_str(rest);
    }
    Some(out)
}

fn moved(leads_to: &str) -> Response<Body> {
    let mut response = plain(StatusCode::MOVED_PERMANENTLY, "moved\n");
    // What is published has a path of visible ASCII.
    if let Ok(place) = HeaderValue::from_str(leads_to) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

/// What the pages of the reception wear, if the tree is older than this program or not there yet.
fn worn(path: &str) -> Option<(&'static str, &'static [u8])> {
    [
        (
            pages::style_path(),
            "text/css; charset=utf-8",
            pages::style(),
        ),
        (
            pages::inside_style_path(),
            "text/css; charset=utf-8",
            pages::inside_style(),
        ),
        (pages::icon_path(), "image/svg+xml", pages::icon()),
    ]
    .into_iter()
    .find(|(own, ..)| *own == path)
    .map(|(_, kind, bytes)| (kind, bytes))
}

fn partial(
    mut head: HeaderMap,
    bytes: &bytes::Bytes,
    part: std::ops::Range<usize>,
) -> Response<Body> {
    let place = format!("bytes {}-{}/{}", part.start, part.end - 1, bytes.len());
    if let Ok(place) = HeaderValue::from_str(&place) {
        head.insert(header::CONTENT_RANGE, place);
    }
    respond(
        StatusCode::PARTIAL_CONTENT,
        head,
        Body::Full(bytes.slice(part)),
    )
}

fn dressed(kind: &'static str, bytes: &'static [u8]) -> Response<Body> {
    let mut head = Heads::plain();
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    head.insert(header::CACHE_CONTROL, forever);
    respond(StatusCode::OK, head, Body::Full(bytes.into()))
}

fn missing(site: &Site, asked: &Asked<'_>) -> Response<Body> {
    let page = site.missing().pick(asked.accepted);
    let body = Body::Full(page.body.clone());
    respond(StatusCode::NOT_FOUND, page.head.clone(), body)
}

/// Why a request is not answered.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    Host,
    Framing,
    Body,
    Method,
}

fn refuse(refusal: Refusal) -> Response<Body> {
    let (status, words) = match refusal {
        Refusal::Host => (StatusCode::BAD_REQUEST, "one Host header is needed\n"),
        Refusal::Framing => (StatusCode::BAD_REQUEST, "no Transfer-Encoding is taken\n"),
        Refusal::Body => (StatusCode::PAYLOAD_TOO_LARGE, "no body is taken\n"),
        Refusal::Method => (
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET and HEAD are taken\n",
        ),
    };
    let mut response = plain(status, words);
    let (name, value) = match refusal {
        Refusal::Method => (header::ALLOW, "GET, HEAD"),
        // What follows on such a connection may be somebody else's request.
        Refusal::Host | Refusal::Framing | Refusal::Body => (header::CONNECTION, "close"),
    };
    response
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
    response
}

fn plain(status: StatusCode, words: &'static str) -> Response<Body> {
    let body = Body::Full(words.as_bytes().into());
    respond(status, Heads::plain(), body)
}

fn respond(status: StatusCode, head: HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = head;
    response
}

/// Asked by whoever watches the portal; says that it answers, not what it serves.
const HEALTH_PATH: &str = "/healthz";
