//! The headers of answers, built once per kind of file and coding.
//!
//! A file adds only its entity tag and date to a clone of these; hyper itself writes Content-Length and Date.
//! Whole prebuilt maps per file would cost about 10 KB each, too much for a hundred thousand advisories.

use base::{JSON, TEXT};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::door::negotiation::Coding;

/// The headers of one kind of file in one coding.
#[derive(Debug)]
pub(crate) struct Heads {
    /// For 200. ETag and Last-Modified are there but empty, so that setting them does not grow the map.
    pub(crate) full: HeaderMap,
    /// For 304: what a cache needs to go on using what it has (RFC 9110 §15.4.5). ETag is there but empty.
    pub(crate) unchanged: HeaderMap,
}

impl Heads {
    pub(crate) fn of(kind: Kind, coding: Coding) -> Self {
        let mut full = HeaderMap::with_capacity(HEADERS);
        full.insert(header::ETAG, HeaderValue::from_static(""));
        full.insert(header::LAST_MODIFIED, HeaderValue::from_static(""));
        describe(&mut full, kind.content_type, coding);
        keep(&mut full, kind.cache);
        protect(&mut full);
        if kind.is_searched {
            let policy = HeaderValue::from_static(SEARCH_POLICY);
            full.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        admit(&mut full, kind.readers);
        let mut unchanged = HeaderMap::with_capacity(HEADERS);
        unchanged.insert(header::ETAG, HeaderValue::from_static(""));
        keep(&mut unchanged, kind.cache);
        admit(&mut unchanged, kind.readers);
        Self { full, unchanged }
    }

    /// Returns the headers for every address that leads nowhere, the same for all.
    pub(crate) fn missing(coding: Coding) -> HeaderMap {
        let mut head = HeaderMap::with_capacity(HEADERS);
        describe(&mut head, HTML, coding);
        keep(&mut head, MISSING_CACHE);
        protect(&mut head);
        admit(&mut head, Readers::SameOrigin);
        head
    }

    /// Returns the headers for the portal's own short words: refusals, errors and health.
    pub(crate) fn plain() -> HeaderMap {
        let mut head = HeaderMap::with_capacity(HEADERS);
        describe(&mut head, TEXT, Coding::Identity);
        head.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        protect(&mut head);
        admit(&mut head, Readers::SameOrigin);
        head
    }
}

/// What the headers of a file depend on, besides its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    content_type: &'static str,
    cache: &'static str,
    readers: Readers,
    /// The page carries the script of the search.
    is_searched: bool,
}

impl Kind {
    /// Returns the kind of a file by its path, which is all that the tree says.
    pub(crate) fn of(path: &str) -> Self {
        let content_type = content_type(path);
        let cache = if is_named_by_hash(path) {
            "public, max-age=31536000, immutable"
        } else if content_type == HTML {
            "public, max-age=30, must-revalidate"
        } else {
            "public, max-age=60, must-revalidate"
        };
        let is_of_a_page = content_type == HTML
            || content_type.starts_with("image/")
            || ["text/css", "text/javascript"]
                .iter()
                .any(|kind| content_type.starts_with(kind));
        let readers = if is_of_a_page {
            Readers::SameOrigin
        } else {
            Readers::AnyOrigin
        };
        Self {
            content_type,
            cache,
            readers,
            is_searched: path.ends_with("/advisories/index.html"),
        }
    }
}

/// Which pages' scripts may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Readers {
    SameOrigin,
    /// Documents, feeds, lists, keys and signatures are made to be read by tools, also those that run in a browser.
    AnyOrigin,
}

fn content_type(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => HTML,
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json") => JSON,
        Some("atom") => "application/atom+xml",
        Some("xml") => "application/xml",
        Some("csv") => "text/csv; charset=utf-8",
        Some("pdf") => "application/pdf",
        // People read clear-signed texts; a type for signatures would make browsers save them.
        Some("txt" | "asc" | "sha256" | "sha512" | "jsonl" | "md") => TEXT,
        Some("sig") => "application/pgp-signature",
        None if matches!(name, "SHA256SUMS" | "SHA512SUMS") => TEXT,
        _ => "application/octet-stream",
    }
}

/// Tells whether a path is `/assets/<stem>.<at least 10 hex digits>.<ending>`, as `pages` names what never changes.
fn is_named_by_hash(path: &str) -> bool {
    let Some(name) = path.strip_prefix("/assets/") else {
        return false;
    };
    name.rsplit('.').nth(1).is_some_and(|hash| {
        hash.len() >= 10
            && hash
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn describe(head: &mut HeaderMap, content_type: &'static str, coding: Coding) {
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Some(name) = coding.name() {
        head.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
}

fn keep(head: &mut HeaderMap, cache: &'static str) {
    head.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    head.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
}

fn protect(head: &mut HeaderMap) {
    head.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(CONTENT_SECURITY_POLICY),
    );
    head.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    head.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    head.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    );
    head.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
}

fn admit(head: &mut HeaderMap, readers: Readers) {
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    match readers {
        Readers::SameOrigin => {
            head.insert(policy, HeaderValue::from_static("same-origin"));
        }
        Readers::AnyOrigin => {
            head.insert(policy, HeaderValue::from_static("cross-origin"));
            head.insert(
                header::ACCESS_CONTROL_ALLOW_ORIGIN,
                HeaderValue::from_static("*"),
            );
        }
    }
}

/// Pages carry no script (but see [`SEARCH_POLICY`]); frames, other sites' forms and plug-ins have no business here.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// The lists with a search carry one script of ours, which reads files of ours.
const SEARCH_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// At most 5 seconds, so that no cache holds a 404 over the instant of a release (docs/design/security.md §2.18).
const MISSING_CACHE: &str = "public, max-age=5";

const HTML: &str = "text/html; charset=utf-8";

/// Room for the headers of an answer.
const HEADERS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_its_content_type() {
        for (path, expected) in [
            ("/index.html", HTML),
            ("/feed.atom", "application/atom+xml"),
            (
                "/assets/find.0123456789.js",
                "text/javascript; charset=utf-8",
            ),
            ("/csaf/white/2026/a.json", JSON),
            ("/csaf/white/2026/a.json.asc", TEXT),
            ("/csaf/changes.csv", "text/csv; charset=utf-8"),
            ("/.well-known/security.txt", TEXT),
            ("/SHA256SUMS", TEXT),
            ("/v1.2/unknown", "application/octet-stream"),
            ("/key.gpg", "application/octet-stream"),
        ] {
            assert_eq!(content_type(path), expected, "{path}");
        }
        for facts in base::DocumentKind::ALL.map(base::DocumentKind::facts) {
            assert_eq!(content_type(facts.file), facts.media_type);
        }
    }

    #[test]
    fn only_assets_named_by_their_hash_are_kept_for_ever() {
        assert!(is_named_by_hash("/assets/app.0123456789.css"));
        for path in [
            "/assets/app.css",
            "/assets/app.012345678.css",
            "/assets/app.012345678X.css",
            "/ja/app.0123456789.css",
        ] {
            assert!(!is_named_by_hash(path), "{path}");
        }
    }

    #[test]
    fn only_the_list_with_the_search_may_run_a_script() {
        let policy = |path: &str| {
            let heads = Heads::of(Kind::of(path), Coding::Identity);
            let value = heads.full[header::CONTENT_SECURITY_POLICY].as_bytes();
            String::from_utf8_lossy(value).into_owned()
        };
        assert!(
            policy("/ja/advisories/index.html").contains("script-src 'self'; connect-src 'self'")
        );
        for path in [
            "/ja/index.html",
            "/ja/advisories/2026.html",
            "/ja/advisories/NRS-1.html",
        ] {
            assert!(!policy(path).contains("script-src"), "{path}");
        }
    }

    #[test]
    fn what_tools_read_is_open_to_every_origin_and_pages_are_not() {
        for path in [
            "/.well-known/csaf/a.json",
            "/.well-known/security.txt",
            "/advisories.json",
            "/advisories/NRS-1.json",
            "/advisories/NRS-1.ja.asc",
            "/ja/advisories/feed.atom",
            "/keys/advisory.asc",
            "/SHA256SUMS",
        ] {
            let open = Heads::of(Kind::of(path), Coding::Identity);
            assert_eq!(open.full["access-control-allow-origin"], "*", "{path}");
            assert_eq!(open.full["cross-origin-resource-policy"], "cross-origin");
            assert_eq!(open.unchanged["access-control-allow-origin"], "*");
        }
        for path in [
            "/csaf.html",
            "/assets/app.0123456789.css",
            "/assets/find.0123456789.js",
            "/assets/a.svg",
        ] {
            let ours = Heads::of(Kind::of(path), Coding::Brotli);
            assert!(
                !ours.full.contains_key("access-control-allow-origin"),
                "{path}"
            );
            assert_eq!(ours.full["cross-origin-resource-policy"], "same-origin");
            assert_eq!(ours.full["content-encoding"], "br");
        }
    }
}
