//! A request without a socket, as a browser would send it, and what comes back: for whoever asks from within this program.
//! It follows nothing by itself and keeps no cookie.

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Full};

use crate::enter::Routes;

/// What is asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hand<'a> {
    pub method: &'a str,
    /// With its query.
    pub path: &'a str,
    pub cookie: &'a str,
    /// Fields of a form, encoded.
    pub body: &'a str,
    /// What the browser says of where the request comes from.
    pub from: &'a str,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub status: u16,
    pub location: String,
    pub cookie: String,
    pub retry_after: String,
    pub text: String,
}

impl Routes {
    /// Answers a request without a socket, at the first address of this side.
    ///
    /// # Errors
    /// If it is none: a method or a path that HTTP does not know.
    pub async fn by_hand(&self, hand: Hand<'_>) -> Result<Page, http::Error> {
        let host = self.hosts.first().map_or("", String::as_str);
        let request = Request::builder()
            .method(hand.method)
            .uri(hand.path)
            .header(header::HOST, host)
            .header("sec-fetch-site", hand.from)
            .header(header::COOKIE, hand.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(hand.body.to_owned())))?;
        let (parts, body) = Box::pin(self.answer(request)).await.into_parts();
        let text = |name: header::HeaderName| {
            let value = parts.headers.get(name);
            let text = value.and_then(|value| value.to_str().ok());
            text.unwrap_or_default().to_owned()
        };
        let Ok(body) = body.collect().await;
        Ok(Page {
            status: parts.status.as_u16(),
            location: text(header::LOCATION),
            cookie: text(header::SET_COOKIE),
            retry_after: text(header::RETRY_AFTER),
            text: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        })
    }
}
