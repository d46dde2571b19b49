//! What is taken in for the house: from an address to the page that takes it.
//!
//! It holds no secret: what is typed is sealed to the house's public intake key and written into `DIR/box`; a finder's
//! mailbox is opened only with the receipt that a request brings. Whether an address, a link or a reference is
//! known is not looked up here (docs/design/settled.md §4.10). Which addresses there are says [`crate::serve::route`];
//! start at [`answer`].

use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use pages::intake::public as reporter;
use pages::intake::public::Halt;
use pages::kit::form::Typed;
use tokio::time::timeout;

use crate::distribution::{member, stop};
use crate::door::body::Body;
use crate::door::exchange::{self, Sender, Unread};
use crate::door::visit::{Desk, Visit};
use crate::intake::{mailbox, report};
use crate::serve::Handle;
use crate::serve::route::{Room, Route};

/// Time that a form waits for its turn before it is told to come again.
const TURN_TIME_MAX: Duration = Duration::from_secs(5);
/// Answers at the pages that take something in.
pub(crate) async fn answer(
    handle: Arc<Handle>,
    desk: Arc<Desk>,
    route: Route,
    request: Request<Incoming>,
    peer: std::net::SocketAddr,
) -> Response<Body> {
    let headers = request.headers();
    // RFC 9112 §3.2: a proxy before us may have read the other host.
    if headers.get_all(header::HOST).iter().count() > 1 {
        return exchange::page(
            StatusCode::BAD_REQUEST,
            None,
            b"one Host header is needed\n".to_vec(),
        );
    }
    let visit = Visit {
        sender: Sender::read(headers, peer),
        lang: route.lang,
        desk: Arc::clone(&desk),
    };
    match *request.method() {
        Method::GET | Method::HEAD => shown(&visit, &route),
        Method::POST => {
            // The one click of a mail program comes without any page; which it is, its form says.
            if visit.sender.is_foreign && route.room != Room::Stop {
                return visit.halt(StatusCode::FORBIDDEN, Halt::Foreign);
            }
            let Some(place) = desk.crowd.enter(visit.sender.from) else {
                return visit.halt(StatusCode::SERVICE_UNAVAILABLE, Halt::Busy);
            };
            let kind = request.headers().get(header::CONTENT_TYPE).cloned();
            let form = exchange::form(kind.as_ref(), request.into_body());
            let Some(form) = place.while_held(form).await else {
                return visit.halt(StatusCode::SERVICE_UNAVAILABLE, Halt::Busy);
            };
            let typed = match form {
                Ok(typed) => typed,
                Err(Unread::TooLong) => {
                    return visit.halt(StatusCode::PAYLOAD_TOO_LARGE, Halt::TooLong);
                }
                Err(Unread::TooSlow) => {
                    return visit.halt(StatusCode::REQUEST_TIMEOUT, Halt::Busy);
                }
                Err(Unread::NoForm) => {
                    return visit.halt(StatusCode::UNSUPPORTED_MEDIA_TYPE, Halt::NoForm);
                }
            };
            // A turn is for work, and none is held while a form is on its way. The place is kept until then, and whoever
            // loses it lets go of the form: so many forms are in memory and no more.
            let turn = timeout(TURN_TIME_MAX, desk.turns.acquire());
            let Some(Ok(Ok(_turn))) = place.while_held(turn).await else {
                return visit.halt(StatusCode::SERVICE_UNAVAILABLE, Halt::Busy);
            };
            drop(place);
            let lang = route.lang;
            let taken =
                tokio::task::spawn_blocking(move || taken(&visit, &handle, &route, typed)).await;
            taken.unwrap_or_else(|_| {
                tracing::error!(code = "reception_failed", "a form could not be answered");
                let words = reporter::halt(&desk.told.site, lang, Halt::Away);
                exchange::page(StatusCode::INTERNAL_SERVER_ERROR, Some(lang), words)
            })
        }
        _ => {
            let mut response = visit.halt(StatusCode::METHOD_NOT_ALLOWED, Halt::Away);
            let allowed = http::HeaderValue::from_static("GET, HEAD, POST");
            response.headers_mut().insert(header::ALLOW, allowed);
            response
        }
    }
}

/// What GET shows; it changes nothing.
fn shown(visit: &Visit, route: &Route) -> Response<Body> {
    let reference = &route.reference;
    match route.room {
        Room::Report => report::shown(visit),
        Room::Return => mailbox::shown(visit),
        Room::Subscribe => member::subscribe_shown(visit),
        Room::Confirm => member::confirm_shown(visit, reference),
        Room::Acknowledge => member::acknowledge_shown(visit, reference),
        Room::Stop => stop::shown(visit, reference),
        Room::ReportFile | Room::ReportConfirm | Room::Addition | Room::Withdrawal | Room::Slip => {
            visit.halt(StatusCode::METHOD_NOT_ALLOWED, Halt::Away)
        }
    }
}

/// What POST does.
fn taken(visit: &Visit, handle: &Handle, route: &Route, typed: Typed) -> Response<Body> {
    let reference = route.reference.as_str();
    match route.room {
        Room::Report => report::taken(visit, typed),
        Room::ReportFile => report::file(visit, &typed),
        Room::ReportConfirm => report::confirm(visit, typed),
        Room::Return => mailbox::open(visit, typed),
        Room::Addition => mailbox::add(visit, typed),
        Room::Withdrawal => mailbox::withdraw(visit, typed),
        Room::Slip => mailbox::slip(visit, typed),
        Room::Subscribe => member::subscribe(visit, &handle.site(), typed),
        Room::Confirm => member::confirm(visit, reference, typed),
        Room::Acknowledge => member::acknowledge(visit, reference, typed),
        Room::Stop => stop::taken(visit, reference, &typed),
    }
}
