//! The door: every request passes here before a handler sees it.
//!
//! Host and origin are checked, the body is read within its limit, the session is looked up, the route is
//! found. What is unknown, foreign, ended or withdrawn gets one answer. Logs name route, status and time only.

pub mod hand;

pub mod office;

mod listen;

pub use listen::serve as listen;

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use bytes::Bytes;
use formats::advisory::Lang;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Body;
use pages::kit::form::Typed;
use pages::kit::inside::Side;
use pages::kit::neighbour;
use pages::people::view::Later;

use crate::distribution::mails::Mails;
use crate::door::answer::Answer;
use crate::door::once::{Sendings, Turn};
use crate::door::room::Room;
use crate::door::visit::{Stop, Visit, Who};
use crate::enter::office::Office;
use crate::people::sign;
use crate::route::{self, Found, Need};

/// Largest form: 1 MiB.
const FORM_BYTES_MAX: usize = 1 << 20;
/// How long a form may take to arrive: a bad line, and no more.
const BODY_TIME: std::time::Duration = std::time::Duration::from_secs(30);
/// Longest path with its query.
const PATH_BYTES_MAX: usize = 8 << 10;

/// A request, taken out of the server's hands.
#[derive(Debug)]
pub struct Asked {
    pub side: Side,
    pub is_post: bool,
    pub path: String,
    pub query: String,
    pub cookie: String,
    pub language: String,
    pub is_fragment: bool,
    pub body: Vec<u8>,
    /// The network that it came from, if that is known.
    pub network: Option<Vec<u8>>,
}

/// What is answered on one listener: the pages of one side, and at the demonstration's desk the written mails.
#[derive(Clone)]
pub struct Routes {
    office: Office,
    side: Side,
    /// Values of Host that are ours.
    hosts: Vec<String>,
    mails: Option<Arc<Mails>>,
    /// A front stands before it, and it has not been told yet that this front names nobody.
    unnamed: Option<Arc<AtomicBool>>,
}

/// The routes of one side; `address` is what people type, `listen` where it listens.
#[must_use]
pub fn routes(office: Office, side: Side, address: &str, listen: SocketAddr) -> Routes {
    let mut hosts = vec![
        address
            .split_once("://")
            .map_or(address, |(_, rest)| rest)
            .to_ascii_lowercase(),
    ];
    if listen.ip().is_loopback() {
        let port = listen.port();
        hosts.extend(["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{port}")));
    }
    Routes {
        office,
        side,
        hosts,
        mails: None,
        unnamed: address.starts_with("https://").then(Arc::default),
    }
}

impl Routes {
    /// Shows the written mails beside the pages.
    #[must_use]
    pub fn with_mails(self, mails: Mails) -> Routes {
        Routes {
            mails: Some(Arc::new(mails)),
            ..self
        }
    }

    /// Answers a request, whether it came over a socket or not.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        enter(self, request, None).await
    }

    /// Answers a request that came from an address.
    pub async fn answer_from<B>(&self, request: Request<B>, peer: IpAddr) -> Response<Full<Bytes>>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        enter(self, request, Some(peer)).await
    }
}

fn plain(status: StatusCode, words: &'static str) -> Response<Full<Bytes>> {
    Answer::with_status(status, words.as_bytes().to_vec()).into_response()
}

/// Whether a body is written as our pages send their forms.
fn is_form(kind: &str) -> bool {
    let name = kind.split(';').next().unwrap_or_default().trim();
    name.is_empty() || name.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

async fn enter<B>(
    doorway: &Routes,
    request: Request<B>,
    peer: Option<IpAddr>,
) -> Response<Full<Bytes>>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let began = Instant::now();
    let (parts, body) = request.into_parts();
    let text = |name: header::HeaderName| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    let host = text(header::HOST).to_ascii_lowercase();
    if !doorway.hosts.contains(&host) {
        return plain(
            StatusCode::MISDIRECTED_REQUEST,
            "this is not an address of this house\n",
        );
    }
    let is_post = match parts.method {
        Method::GET | Method::HEAD => false,
        Method::POST => true,
        _ => return plain(StatusCode::METHOD_NOT_ALLOWED, "only GET, HEAD and POST\n"),
    };
    if is_post && !is_ours(&parts.headers, &host) {
        return plain(
            StatusCode::FORBIDDEN,
            "this form came from another address; open the page anew and send it from there\n",
        );
    }
    if is_post && !is_form(&text(header::CONTENT_TYPE)) {
        return plain(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "this is no form of ours; open the page anew and send it from there\n",
        );
    }
    let path = parts.uri.path().to_owned();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    if path.len() + query.len() > PATH_BYTES_MAX {
        return plain(StatusCode::URI_TOO_LONG, "this address is too long\n");
    }
    if let Some(mails) = doorway.mails.as_ref().filter(|_| !is_post)
        && let Some(answer) = mails.answer(&path)
    {
        return answer;
    }
    let body = if is_post {
        let collected = Limited::new(body, FORM_BYTES_MAX).collect();
        match tokio::time::timeout(BODY_TIME, collected).await {
            Err(_) => {
                return plain(
                    StatusCode::REQUEST_TIMEOUT,
                    "the form took too long to arrive; please send it again\n",
                );
            }
            Ok(Ok(body)) => body.to_bytes().to_vec(),
            Ok(Err(_)) => {
                return plain(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "a form may hold 1 MiB; go back, make it shorter and send it again\n",
                );
            }
        }
    } else {
        vec![]
    };
    let asked = Asked {
        side: doorway.side,
        is_post,
        path,
        query,
        cookie: text(header::COOKIE),
        language: text(header::ACCEPT_LANGUAGE),
        is_fragment: parts.headers.contains_key("noroshi-fragment"),
        body,
        network: peer.and_then(|peer| {
            told_once(doorway, peer, &parts.headers);
            let named = parts.headers.get_all("x-forwarded-for").iter().next_back();
            let named = named.and_then(|named| named.to_str().ok());
            neighbour::client(peer, named).map(neighbour::network)
        }),
    };
    let side = doorway.side;
    match doorway.office.ask(asked).await {
        Some(answer) => {
            let took = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
            tracing::debug!(side = ?side, status = answer.status.as_u16(), took_us = took, "answered");
            answer.into_response()
        }
        None => {
            tracing::error!(code = "visit.lost", side = ?side, "a visit was not answered");
            plain(
                StatusCode::SERVICE_UNAVAILABLE,
                "the house cannot answer now; please try again in a moment\n",
            )
        }
    }
}

/// Says once that the web server in front names no clients: what strangers may do is then shared by all of them.
fn told_once(doorway: &Routes, peer: IpAddr, headers: &HeaderMap) {
    let is_silent = peer.to_canonical().is_loopback() && !headers.contains_key("x-forwarded-for");
    let untold = doorway.unnamed.as_ref().filter(|_| is_silent);
    if untold.is_some_and(|told| !told.swap(true, Ordering::Relaxed)) {
        tracing::warn!(
            code = "front.unnamed",
            side = ?doorway.side,
            "the web server in front names no client in X-Forwarded-For: all who sign in share one limit"
        );
    }
}

/// Tells whether a form was sent from a page of ours: by the browser's own word, or by the origin.
fn is_ours(headers: &HeaderMap, host: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => text("origin")
            .and_then(|origin| origin.split_once("://"))
            .is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(host)),
    }
}

/// Parts `/ja/desk/` into language and rest.
fn language_of(path: &str) -> Option<(Lang, &str)> {
    Lang::ALL.into_iter().find_map(|lang| {
        let rest = path.strip_prefix('/')?.strip_prefix(lang.tag())?;
        if rest.is_empty() {
            Some((lang, "/"))
        } else {
            rest.starts_with('/').then_some((lang, rest))
        }
    })
}

/// Serves one visit.
pub(crate) async fn serve(room: &Room, asked: Asked) -> Answer {
    if let Some(answer) = asset(&asked.path) {
        return answer;
    }
    let Some((lang, path)) = language_of(&asked.path) else {
        let lang = pages::kit::negotiation::language(asked.language.as_bytes());
        // Without a language only a page that exists has an address to be sent to.
        let known = route::find(asked.side, false, &asked.path).is_some() || asked.path == "/";
        if asked.is_post || !known {
            return sign::not_found(room, lang, asked.side);
        }
        let query = if asked.query.is_empty() {
            String::new()
        } else {
            format!("?{}", asked.query)
        };
        return Answer::see(format!("/{}{}{query}", lang.tag(), asked.path));
    };
    let home = match asked.side {
        Side::Desk => "/desk/",
        Side::Partner => "/partner/",
    };
    // A restored or copied house admits nobody: whoever was dismissed since would be let in again.
    match room.house.not_held().await {
        Ok(()) => {}
        Err(engine::Fault::Held) => return sign::held(room, lang, asked.side),
        Err(fault) => return sign::stopped(room, lang, asked.side, Stop::Fault(fault)),
    }
    if path == "/" && !asked.is_post {
        return Answer::see(format!("/{}{home}", lang.tag()));
    }
    let Some(Found { route, params }) = route::find(asked.side, asked.is_post, path) else {
        return sign::not_found(room, lang, asked.side);
    };
    let who = match crate::door::session::who(room, asked.side, &asked.cookie).await {
        Ok(who) => who,
        Err(stop) => return sign::stopped(room, lang, asked.side, stop),
    };
    let mut visit = Visit {
        lang,
        side: asked.side,
        path: path.to_owned(),
        params,
        query: Typed::parse(asked.query.as_bytes()),
        form: Typed::parse(&asked.body),
        who,
        is_fragment: asked.is_fragment,
        is_post: asked.is_post,
        network: asked.network,
    };
    let kept = visit.form.clone();
    if asked.is_post
        && let Err(stop) = sign::take_step(room, &mut visit).await
    {
        return sign::stopped(room, lang, asked.side, stop);
    }
    let is_nobody = matches!(visit.who, Who::Nobody);
    let who = visit.who.clone();
    let answer = if route.need != Need::Open && is_nobody {
        Err(if asked.side == Side::Desk {
            Stop::SignIn
        } else {
            Stop::NotFound
        })
    } else if route.need == Need::Desk && !who.works_on_cases() {
        // Of cases there is nothing for such a person, who begins with the pages that there are.
        if path == "/desk/" {
            let is_admin = visit.person().is_ok_and(|signed| signed.is_admin);
            let first = if is_admin {
                "/desk/persons"
            } else {
                "/desk/password"
            };
            return Answer::see(visit.href(first));
        }
        Err(Stop::Role)
    } else if asked.is_post && !room.has_budget(&who) {
        return sign::later(room, &visit, &kept, Later::Often);
    } else if asked.is_post && !asked.is_fragment && !is_nobody {
        let sendings = room.house.kept.of::<Sendings>();
        match sendings.begin(&asked.cookie, path, &kept).await {
            Turn::Done(path) => return Answer::see(path),
            Turn::Busy => {
                return sign::later(room, &visit, &kept, Later::Running);
            }
            Turn::First(sending) => {
                let answer = (route.handler)(room, visit).await;
                if let Some(led_to) = answer.as_ref().ok().and_then(Answer::led_to) {
                    sending.done(led_to);
                }
                answer
            }
        }
    } else {
        (route.handler)(room, visit).await
    };
    match answer {
        Ok(answer) => answer,
        Err(stop @ (Stop::SignIn | Stop::Again)) => sign::kept(
            room,
            lang,
            path,
            asked.is_post.then_some(&kept),
            &who,
            matches!(stop, Stop::Again),
        ),
        Err(stop) => sign::stopped(room, lang, asked.side, stop),
    }
}

fn asset(path: &str) -> Option<Answer> {
    let (bytes, ty) = if path == pages::style_path() {
        (pages::style(), "text/css; charset=utf-8")
    } else if path == pages::inside_style_path() {
        (pages::inside_style(), "text/css; charset=utf-8")
    } else if path == pages::inside_script_path() {
        (pages::inside_script(), "text/javascript; charset=utf-8")
    } else if path == pages::icon_path() {
        (pages::icon(), "image/svg+xml")
    } else {
        return None;
    };
    Some(Answer::asset(bytes, ty))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_with_its_language() {
        assert_eq!(language_of("/ja/desk/"), Some((Lang::Ja, "/desk/")));
        assert_eq!(language_of("/en"), Some((Lang::En, "/")));
        assert_eq!(language_of("/jam/desk/"), None);
        assert_eq!(language_of("/desk/"), None);
    }

    /// Asks a desk whose room has closed; who comes through the door gets 503.
    async fn status(method: &str, path: &str, host: &str, site: &str, bytes: usize) -> u16 {
        let listen = SocketAddr::from(([127, 0, 0, 1], 8081));
        let routes = routes(Office::closed(), Side::Desk, "https://desk.example", listen);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", host)
            .header("sec-fetch-site", site)
            .body(Full::new(Bytes::from(vec![b'a'; bytes])))
            .unwrap();
        routes.answer(request).await.status().as_u16()
    }

    #[tokio::test]
    async fn what_does_not_pass_the_door_asks_nobody() {
        let (ours, long) = ("same-origin", format!("/{}", "a".repeat(PATH_BYTES_MAX)));
        for (method, path, host, site, bytes, expected) in [
            ("GET", "/ja/desk/", "desk.example", ours, 0, 503),
            ("HEAD", "/ja/desk/", "DESK.example", ours, 0, 503),
            ("GET", "/mail/ja/", "127.0.0.1:8081", "none", 0, 503),
            ("POST", "/ja/sign-in", "localhost:8081", ours, 10, 503),
            (
                "POST",
                "/ja/sign-in",
                "[::1]:8081",
                ours,
                FORM_BYTES_MAX,
                503,
            ),
            ("GET", "/ja/desk/", "evil.example", ours, 0, 421),
            ("PUT", "/ja/desk/", "desk.example", ours, 0, 405),
            ("POST", "/ja/sign-in", "desk.example", "cross-site", 0, 403),
            ("GET", long.as_str(), "desk.example", ours, 0, 414),
            (
                "POST",
                "/ja/sign-in",
                "desk.example",
                ours,
                FORM_BYTES_MAX + 1,
                413,
            ),
        ] {
            let got = status(method, path, host, site, bytes).await;
            assert_eq!(got, expected, "{method} {host} {site} {bytes}");
        }
    }

    /// A document that is shown alone has no origin, and is dressed and marked all the same.
    #[test]
    fn every_asset_can_be_used_by_a_document_without_an_origin() {
        for path in [
            pages::style_path(),
            pages::inside_style_path(),
            pages::inside_script_path(),
            pages::icon_path(),
        ] {
            let response = asset(path).unwrap().into_response();
            let readers = &response.headers()["cross-origin-resource-policy"];
            assert_eq!(readers, "cross-origin", "{path}");
        }
        assert!(asset("/assets/other.0123456789.css").is_none());
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        let check = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, http::HeaderValue::from_static(value));
            }
            is_ours(&headers, "desk.example:8081")
        };
        assert!(check(&[("sec-fetch-site", "same-origin")]));
        assert!(check(&[("origin", "http://desk.example:8081")]));
        assert!(!check(&[("sec-fetch-site", "cross-site")]));
        assert!(!check(&[("sec-fetch-site", "none")]));
        assert!(!check(&[("origin", "null")]));
        assert!(!check(&[("origin", "https://evil.example")]));
        assert!(!check(&[]));
    }
}
