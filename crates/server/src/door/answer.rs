//! Answers: status, type and bytes; the headers that every page inside carries stand here once.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::Full;

/// What a handler gives back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub bytes: Vec<u8>,
    kind: Kind,
    location: Option<String>,
    pub(crate) cookie: Option<String>,
    /// When it may be tried again, seconds.
    again: Option<u32>,
}

#[derive(Clone, Debug)]
enum Kind {
    Page,
    Fragment,
    Json,
    /// Bytes of others or of ours that are not a page: never run, always saved.
    Download {
        name: String,
    },
    /// A document of ours that is shown by itself, without any right (docs/design/security.md §2.14).
    Alone,
    Asset(&'static str),
}

/// The policy of every page inside: no inline script or style, nothing from elsewhere, Trusted Types on.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types frag";
/// A document that is looked at by itself: it may be dressed and framed by us, and do nothing.
const ALONE: &str = "sandbox; default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

impl Answer {
    fn of(status: StatusCode, kind: Kind, bytes: Vec<u8>) -> Answer {
        Answer {
            status,
            bytes,
            kind,
            location: None,
            cookie: None,
            again: None,
        }
    }

    /// Says when it may be tried again, seconds.
    #[must_use]
    pub(crate) fn after(self, seconds: u32) -> Answer {
        Answer {
            again: Some(seconds),
            ..self
        }
    }

    /// A page.
    #[must_use]
    pub fn page(bytes: Vec<u8>) -> Answer {
        Answer::of(StatusCode::OK, Kind::Page, bytes)
    }

    /// A form shown again with what is wrong with it.
    #[must_use]
    pub fn wrong(bytes: Vec<u8>) -> Answer {
        Answer::of(StatusCode::UNPROCESSABLE_ENTITY, Kind::Page, bytes)
    }

    /// Somebody else was faster.
    #[must_use]
    pub fn conflict(bytes: Vec<u8>) -> Answer {
        Answer::of(StatusCode::CONFLICT, Kind::Page, bytes)
    }

    /// A page with another status.
    #[must_use]
    pub fn with_status(status: StatusCode, bytes: Vec<u8>) -> Answer {
        Answer::of(status, Kind::Page, bytes)
    }

    /// Go and look there, after a form was carried out.
    #[must_use]
    pub fn see(path: String) -> Answer {
        Answer {
            location: Some(path),
            ..Answer::of(StatusCode::SEE_OTHER, Kind::Page, vec![])
        }
    }

    /// Where a form that was carried out leads to, if it takes nobody in or out.
    pub(crate) fn led_to(&self) -> Option<&str> {
        self.location.as_deref().filter(|_| self.cookie.is_none())
    }

    /// A piece of a page, for the script that swaps it in.
    #[must_use]
    pub fn fragment(bytes: Vec<u8>) -> Answer {
        Answer::of(StatusCode::OK, Kind::Fragment, bytes)
    }

    /// Data for the script.
    #[must_use]
    pub fn json(value: &serde_json::Value) -> Answer {
        Answer::of(StatusCode::OK, Kind::Json, value.to_string().into_bytes())
    }

    /// Bytes to save.
    #[must_use]
    pub fn download(name: &str, bytes: Vec<u8>) -> Answer {
        let name = name
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
            .collect();
        Answer::of(StatusCode::OK, Kind::Download { name }, bytes)
    }

    /// A document of ours, shown by itself without any right.
    #[must_use]
    pub fn alone(bytes: Vec<u8>) -> Answer {
        Answer::of(StatusCode::OK, Kind::Alone, bytes)
    }

    pub(crate) fn asset(bytes: &'static [u8], content_type: &'static str) -> Answer {
        Answer::of(StatusCode::OK, Kind::Asset(content_type), bytes.to_vec())
    }

    /// Sets a cookie of the session.
    #[must_use]
    pub fn with_cookie(mut self, cookie: String) -> Answer {
        self.cookie = Some(cookie);
        self
    }

    /// The answer as HTTP.
    #[must_use]
    pub fn into_response(self) -> Response<Full<Bytes>> {
        let (content_type, policy, cache) = match &self.kind {
            Kind::Page | Kind::Fragment => ("text/html; charset=utf-8", POLICY, "no-store"),
            Kind::Json => ("application/json", POLICY, "no-store"),
            Kind::Download { .. } => (
                "application/octet-stream",
                "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                "no-store",
            ),
            Kind::Alone => ("text/html; charset=utf-8", ALONE, "no-store"),
            Kind::Asset(ty) => (*ty, POLICY, "public, max-age=31536000, immutable"),
        };
        let bytes = match &self.kind {
            Kind::Page | Kind::Fragment => {
                let token = seal::hex(&seal::random::bytes::<16>());
                pages::kit::form::with_once(self.bytes, &token)
            }
            _ => self.bytes,
        };
        let mut response = Response::new(Full::from(bytes));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, content_type),
            (header::CACHE_CONTROL, cache),
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "same-origin"),
            (
                HeaderName::from_static("cross-origin-resource-policy"),
                // A document that is shown alone has no origin, and dresses in our style: public bytes, without a secret.
                if matches!(self.kind, Kind::Asset(_)) {
                    "cross-origin"
                } else {
                    "same-origin"
                },
            ),
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                "same-origin",
            ),
            (
                HeaderName::from_static("permissions-policy"),
                "camera=(), geolocation=(), microphone=()",
            ),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if matches!(self.kind, Kind::Fragment) {
            headers.insert("noroshi-fragment", HeaderValue::from_static("1"));
        }
        let text = |text: &str| HeaderValue::from_str(text).ok();
        if let Kind::Download { name } = &self.kind
            && let Some(value) = text(&format!("attachment; filename=\"{name}\""))
        {
            headers.insert(header::CONTENT_DISPOSITION, value);
        }
        if let Some(value) = self.location.as_deref().and_then(text) {
            headers.insert(header::LOCATION, value);
        }
        if let Some(seconds) = self.again {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(value) = self.cookie.as_deref().and_then(text) {
            headers.insert(header::SET_COOKIE, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_pages_are_made_of_is_open_to_other_origins() {
        let readers = |answer: Answer| {
            let response = answer.into_response();
            response.headers()["cross-origin-resource-policy"].clone()
        };
        let style = Answer::asset(b"a{}", "text/css; charset=utf-8");
        assert_eq!(readers(style), "cross-origin");
        for ours in [
            Answer::page(vec![]),
            Answer::wrong(vec![]),
            Answer::conflict(vec![]),
            Answer::see("/en/desk/".to_owned()),
            Answer::fragment(vec![]),
            Answer::json(&serde_json::Value::Null),
            Answer::download("plan.txt", vec![]),
            Answer::alone(vec![]),
        ] {
            let said = format!("{ours:?}");
            assert_eq!(readers(ours), "same-origin", "{said}");
        }
    }
}
