//! From a request to its answer: every branch stands here, nothing waits.
//!
//! Only the path is looked up; the query is ignored, and `..` or percent signs simply lead nowhere. Every
//! address that leads nowhere gets the same bytes, so that nobody learns what will be published.

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
        None => missing(site, &asked),
    }
}

/// What matters of a request besides its path.
struct Asked<'a> {
    headers: &'a HeaderMap,
    accepted: Accepted,
    if_none_match: bool,
    if_modified_since: Option<&'a HeaderValue>,
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
    respond(StatusCode::OK, head, body)
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
