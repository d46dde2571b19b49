//! The page of written mails: a list, and one mail as it lies on the disk, as escaped text.
//!
//! It reads files of one folder whose names it has listed itself; a name from the address that is not among
//! them is not found. Nothing is changed by looking.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use formats::advisory::Lang;
use pages::Site;
use pages::mailbox::Line;

/// Mails on the page, newest first.
const LINES_MAX: usize = 500;
/// Largest mail that is shown: 1 MiB.
const MAIL_BYTES_MAX: u64 = 1 << 20;

struct Desk {
    site: Site,
    folder: PathBuf,
}

/// The page's routes, to stand beside those of the desk.
pub fn routes(site: Site, folder: PathBuf) -> Router {
    Router::new()
        .route("/mail/{lang}/", get(index))
        .route("/mail/{lang}/{name}", get(one))
        .with_state(Arc::new(Desk { site, folder }))
}

fn lang(tag: &str) -> Option<Lang> {
    Lang::ALL.into_iter().find(|lang| lang.tag() == tag)
}

async fn index(State(desk): State<Arc<Desk>>, UrlPath(tag): UrlPath<String>) -> Response {
    match lang(&tag) {
        Some(lang) => page(pages::mailbox::index(
            &desk.site,
            lang,
            &lines(&desk.folder),
        )),
        None => not_found(&desk),
    }
}

async fn one(
    State(desk): State<Arc<Desk>>,
    UrlPath((tag, name)): UrlPath<(String, String)>,
) -> Response {
    let known = name.ends_with(".eml")
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    let (Some(lang), true) = (lang(&tag), known) else {
        return not_found(&desk);
    };
    let path = desk.folder.join(&name);
    match std::fs::metadata(&path) {
        Ok(meta) if meta.is_file() && meta.len() <= MAIL_BYTES_MAX => match std::fs::read(&path) {
            Ok(bytes) => page(pages::mailbox::one(
                &desk.site,
                lang,
                &name,
                &String::from_utf8_lossy(&bytes),
            )),
            Err(_) => not_found(&desk),
        },
        _ => not_found(&desk),
    }
}

/// What the list shows of each mail: its headers as they stand, decoded by the reader of mail.
fn lines(folder: &Path) -> Vec<Line> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return vec![];
    };
    let mut files: Vec<(std::time::SystemTime, PathBuf)> = entries
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|e| e == "eml"))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort_by(|a, b| b.cmp(a));
    files.truncate(LINES_MAX);
    files
        .into_iter()
        .filter_map(|(_, path)| {
            let head = std::fs::read(&path).ok()?;
            let shown = formats::mail::reply::shown_headers(head.get(..head.len().min(16 << 10))?);
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some(Line {
                name,
                to: shown.to,
                subject: shown.subject,
                at: shown.date,
            })
        })
        .collect()
}

fn page(bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    policy(&mut response, "text/html; charset=utf-8", "no-store");
    response
}

fn not_found(desk: &Desk) -> Response {
    let mut response = page(pages::not_found(&desk.site));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn policy(response: &mut Response, content_type: &'static str, cache: &'static str) {
    let csp = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, cache),
        (header::CONTENT_SECURITY_POLICY, csp),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
}
