//! The page of written mails: a list, and one mail as it lies on the disk, as escaped text.
//!
//! It reads files of one folder whose names it has listed itself; a name from the address that is not among
//! them is not found. Nothing is changed by looking.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use formats::advisory::Lang;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use pages::Site;
use pages::distribution::mails::{Line, Mail};

/// Mails on the page, newest first.
const LINES_MAX: usize = 500;
/// Bytes of headers that are read.
const HEAD_BYTES: usize = 16 << 10;
/// Largest mail that is shown: 1 MiB.
const MAIL_BYTES_MAX: u64 = 1 << 20;

/// The written mails of a house, at `/mail/{lang}/` and `/mail/{lang}/{name}`.
pub struct Mails {
    site: Site,
    folder: PathBuf,
    /// The portal's address in signed documents.
    signed: String,
}

impl Mails {
    /// The mails in a folder, to stand beside the desk's pages.
    #[must_use]
    pub fn new(site: Site, folder: PathBuf, signed: String) -> Mails {
        Mails {
            site,
            folder,
            signed,
        }
    }

    /// Answers for a path; nothing if it is not one of these.
    pub(crate) fn answer(&self, path: &str) -> Option<Response<Full<Bytes>>> {
        let (tag, name) = path.strip_prefix("/mail/")?.split_once('/')?;
        if name.contains('/') {
            return None;
        }
        let Some(lang) = lang(tag) else {
            return Some(self.not_found());
        };
        Some(if name.is_empty() {
            page(pages::distribution::mails::index(
                &self.site,
                lang,
                &lines(&self.folder),
            ))
        } else {
            self.one(lang, name)
        })
    }

    fn one(&self, lang: Lang, name: &str) -> Response<Full<Bytes>> {
        let known = name.ends_with(".eml")
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        if !known {
            return self.not_found();
        }
        let path = self.folder.join(name);
        match std::fs::metadata(&path) {
            Ok(meta) if meta.is_file() && meta.len() <= MAIL_BYTES_MAX => {
                match std::fs::read(&path) {
                    Ok(bytes) => page(pages::distribution::mails::one(
                        &self.site,
                        lang,
                        &read(name, &bytes),
                        &self.signed,
                    )),
                    Err(_) => self.not_found(),
                }
            }
            _ => self.not_found(),
        }
    }

    fn not_found(&self) -> Response<Full<Bytes>> {
        let mut response = page(pages::not_found(&self.site));
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
    }
}

/// What a page shows of one mail.
fn read(name: &str, bytes: &[u8]) -> Mail {
    let head = bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or_default();
    let shown = formats::mail::reply::shown_headers(head);
    let (from, text) = formats::mail::reply::shown_text(bytes);
    Mail {
        name: name.to_owned(),
        from,
        to: shown.to,
        subject: shown.subject,
        at: shown.date,
        text,
        raw: String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn lang(tag: &str) -> Option<Lang> {
    Lang::ALL.into_iter().find(|lang| lang.tag() == tag)
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
    let mut lines: Vec<Line> = files
        .into_iter()
        .filter_map(|(_, path)| {
            let head = std::fs::read(&path).ok()?;
            let shown =
                formats::mail::reply::shown_headers(head.get(..head.len().min(HEAD_BYTES))?);
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some(Line {
                name,
                to: shown.to,
                subject: shown.subject,
                at: shown.date,
            })
        })
        .collect();
    lines.sort_by(|a, b| b.at.cmp(&a.at));
    lines
}

fn page(bytes: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(bytes));
    policy(&mut response, "text/html; charset=utf-8", "no-store");
    response
}

fn policy(response: &mut Response<Full<Bytes>>, content_type: &'static str, cache: &'static str) {
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
