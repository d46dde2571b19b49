//! Where each page lies in the pressed tree, and how one page points to another.
//!
//! Knows no disk. Links between pages are relative, so that the tree works from a USB stick; only pages
//! that can be served at any address (404, the mail folder) use absolute paths.

use std::fmt::Write as _;

use formats::advisory::Lang;

/// Path of the bilingual front page.
pub const FRONT_PATH: &str = "/index.html";

/// Path of the CSAF provider metadata that the page about the site names (CSAF 2.0 §7.1.7).
pub const PROVIDER_METADATA_PATH: &str = "/.well-known/csaf/provider-metadata.json";

/// Returns the path of the home page of a language.
#[must_use]
pub fn home_path(lang: Lang) -> String {
    format!("/{}/index.html", lang.tag())
}

/// Returns the path of the list of a year, or of the newest advisories.
#[must_use]
pub fn list_path(lang: Lang, year: Option<i16>) -> String {
    match year {
        Some(year) => format!("/{}/advisories/{year}.html", lang.tag()),
        None => format!("/{}/advisories/index.html", lang.tag()),
    }
}

/// Returns the path of an advisory's page.
#[must_use]
pub fn advisory_path(lang: Lang, id: &str) -> String {
    formats::advisory::page_path(lang, id)
}

/// Returns the path of an advisory's printable sheet.
#[must_use]
pub fn sheet_path(lang: Lang, id: &str) -> String {
    format!("/{}/advisories/{id}-sheet.html", lang.tag())
}

/// Returns the path of the page about the site.
#[must_use]
pub fn about_path(lang: Lang) -> String {
    format!("/{}/about.html", lang.tag())
}

/// Returns the path of the Atom feed that the page about the site names.
#[must_use]
pub fn feed_path(lang: Lang) -> String {
    format!("/{}/advisories/feed.atom", lang.tag())
}

/// Returns the path of the clear-signed text of an advisory.
#[must_use]
pub fn clear_signed_path(id: &str, lang: Lang) -> String {
    format!("/advisories/{id}.{}.asc", lang.tag())
}

/// Returns the address of the form of a report.
#[must_use]
pub fn report_path(lang: Lang) -> String {
    format!("/{}/report", lang.tag())
}

/// Returns the address at which a finder comes back with a receipt.
#[must_use]
pub fn return_path(lang: Lang) -> String {
    format!("/{}/r", lang.tag())
}

/// Returns the address of the form of a subscription.
#[must_use]
pub fn subscribe_path(lang: Lang) -> String {
    format!("/{}/subscribe", lang.tag())
}

/// Returns the address of the folder transport's list of mails.
#[must_use]
pub fn mailbox_path(lang: Lang) -> String {
    format!("/mail/{}/", lang.tag())
}

/// Returns the address of one mail of the folder transport.
#[must_use]
pub fn mail_path(lang: Lang, name: &str) -> String {
    format!("/mail/{}/{name}", lang.tag())
}

/// The place from which a page points to others.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A file of the pressed tree, by its path from the root.
    File(String),
    /// A page that is served at addresses nobody knows beforehand.
    Anywhere,
}

impl Place {
    /// Returns `href` for a target given by its path from the root.
    pub(crate) fn to(&self, target: &str) -> String {
        match self {
            Place::File(from) => relative(from, &encode(target)),
            Place::Anywhere => encode(target),
        }
    }

    /// Returns whether `target` is this very page.
    pub(crate) fn is(&self, target: &str) -> bool {
        matches!(self, Place::File(path) if path == target)
    }
}

/// Returns the way from the file `from` to the file `to`, both given from the root.
fn relative(from: &str, to: &str) -> String {
    let (from_dirs, _) = split(from);
    let (to_dirs, file) = split(to);
    let common = from_dirs
        .iter()
        .zip(&to_dirs)
        .take_while(|(a, b)| a == b)
        .count();
    let mut way = "../".repeat(from_dirs.len() - common);
    for dir in to_dirs.iter().skip(common) {
        way.push_str(dir);
        way.push('/');
    }
    way.push_str(file);
    way
}

fn split(path: &str) -> (Vec<&str>, &str) {
    let path = path.trim_start_matches('/');
    match path.rsplit_once('/') {
        Some((dirs, file)) => (dirs.split('/').collect(), file),
        None => (Vec::new(), path),
    }
}

fn encode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~+".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_inside_the_tree() {
        let page = Place::File("/ja/advisories/NRS-1.html".to_owned());
        assert_eq!(page.to("/assets/app.css"), "../../assets/app.css");
        assert_eq!(page.to("/ja/advisories/index.html"), "index.html");
        assert_eq!(
            page.to("/en/advisories/NRS-1.html"),
            "../../en/advisories/NRS-1.html"
        );
        assert_eq!(
            page.to("/csaf/white/2026/nrs-1.json"),
            "../../csaf/white/2026/nrs-1.json"
        );
        assert_eq!(
            Place::File(FRONT_PATH.to_owned()).to("/ja/index.html"),
            "ja/index.html"
        );
        assert_eq!(
            Place::Anywhere.to("/mail/ja/a b#.eml"),
            "/mail/ja/a%20b%23.eml"
        );
    }
}
