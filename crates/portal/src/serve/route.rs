//! The table of addresses that take something in: which they are, and whether they show a page or only take a form.
//!
//! Tests walk this table (docs/design/security.md §3.2, §3.7, §3.8), so an address without a row does not exist.
//! It knows no page and no form; for every path that fits no row, the tree answers.

use std::borrow::Cow;

use formats::advisory::Lang;
use formats::letter::{REFERENCE_LETTERS, TOKEN_LETTERS, is_base32};
use http::Method;

use crate::tree::answer::percent_decoded;

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// With `{lang}`, `{token}` or `{reference}` for a place.
    pub path: &'static str,
    /// Whether GET shows a page; nothing stands where a form only leads to.
    pub is_shown: bool,
    room: Room,
}

/// What takes something in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    Report,
    ReportFile,
    ReportConfirm,
    Return,
    Addition,
    Withdrawal,
    Slip,
    Subscribe,
    Confirm,
    Acknowledge,
    /// Of a mail, in both languages.
    Stop,
}

const fn row(path: &'static str, is_shown: bool, room: Room) -> Row {
    Row {
        path,
        is_shown,
        room,
    }
}

/// All addresses that take something in.
pub static ROWS: [Row; 11] = [
    row("/{lang}/report", true, Room::Report),
    row("/{lang}/report/file", false, Room::ReportFile),
    row("/{lang}/report/confirm", false, Room::ReportConfirm),
    row("/{lang}/r", true, Room::Return),
    row("/{lang}/r/add", false, Room::Addition),
    row("/{lang}/r/withdraw", false, Room::Withdrawal),
    row("/{lang}/r/slip", false, Room::Slip),
    row("/{lang}/subscribe", true, Room::Subscribe),
    row("/{lang}/subscribe/confirm/{token}", true, Room::Confirm),
    row("/{lang}/ack/{reference}", true, Room::Acknowledge),
    row("/unsubscribe/{token}", true, Room::Stop),
];

/// A row that a path fits, with what stands in its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) lang: Lang,
    pub(crate) room: Room,
    /// The token or reference; empty where the row has none.
    pub(crate) reference: String,
}

impl Route {
    /// Returns the page at a path; for all others the tree answers.
    pub(crate) fn of(method: &Method, path: &str) -> Option<Route> {
        let path = plain(path);
        ROWS.iter()
            .filter(|row| row.is_shown || *method == Method::POST)
            .find_map(|row| row.fits(&path))
    }
}

/// A path as it is meant: programs and people add a slash at its end, and write letters with a percent that need none.
fn plain(path: &str) -> Cow<'_, str> {
    let unslashed = path.strip_suffix('/').unwrap_or(path);
    if !unslashed.contains('%') {
        return unslashed.into();
    }
    percent_decoded(unslashed).map_or(unslashed.into(), Cow::Owned)
}

impl Row {
    fn fits(&self, path: &str) -> Option<Route> {
        let mut route = Route {
            lang: Lang::Ja,
            room: self.room,
            reference: String::new(),
        };
        let mut given = path.split('/');
        for wanted in self.path.split('/') {
            let found = given.next()?;
            let fits = match wanted {
                "{lang}" => {
                    route.lang = Lang::ALL.into_iter().find(|lang| lang.tag() == found)?;
                    true
                }
                "{token}" | "{reference}" => {
                    // Whoever types one from paper types capitals.
                    route.reference = found.to_ascii_lowercase();
                    is_base32(&route.reference, letters(wanted))
                }
                word => word == found,
            };
            if !fits {
                return None;
            }
        }
        given.next().is_none().then_some(route)
    }
}

/// Letters of what stands in a place.
fn letters(place: &str) -> usize {
    match place {
        "{reference}" => REFERENCE_LETTERS,
        _ => TOKEN_LETTERS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_rooms_or_to_the_tree() {
        let of = |method: &Method, path: &str| Route::of(method, path);
        let get = |path: &str| of(&Method::GET, path).map(|route| (route.room, route.lang));
        assert_eq!(get("/ja/report"), Some((Room::Report, Lang::Ja)));
        assert_eq!(get("/en/r"), Some((Room::Return, Lang::En)));
        for forgiven in ["/ja/report/", "/ja/%72eport", "/j%61/repor%74/"] {
            assert_eq!(get(forgiven), Some((Room::Report, Lang::Ja)), "{forgiven}");
        }
        let token = "a".repeat(TOKEN_LETTERS);
        let loud = of(
            &Method::GET,
            &format!("/unsubscribe/{}/", token.to_uppercase()),
        );
        assert_eq!(loud.map(|route| route.reference), Some(token.clone()));
        for (path, room) in [
            (format!("/en/subscribe/confirm/{token}"), Room::Confirm),
            (format!("/unsubscribe/{token}"), Room::Stop),
        ] {
            let route = of(&Method::GET, &path).expect("a room");
            assert_eq!((route.room, route.reference), (room, token.clone()));
        }
        let add = of(&Method::POST, "/ja/r/add").map(|route| route.room);
        assert_eq!(add, Some(Room::Addition));
        for path in [
            "/ja/r/add",
            "/ja/report/confirm",
            "/fr/report",
            "/ja/report//",
            "/ja%2Freport",
            "/ja/%zzreport",
            "/report",
            "/ja/subscribe/confirm/abc",
            "/ja/ack/",
            "/unsubscribe/",
            "/unsubscribe/../../etc/passwd-aaaaaaa",
            "/unsubscribe/ABCDEFGHIJKLMNOPQRSTUVWXY0",
            "/ja/index.html",
            "/",
            "",
        ] {
            assert_eq!(get(path), None, "{path}");
        }
    }

    #[test]
    fn no_room_stands_twice() {
        for (n, a) in ROWS.iter().enumerate() {
            for b in &ROWS[n + 1..] {
                assert_ne!(a.path, b.path);
                assert_ne!(a.room, b.room);
            }
        }
    }
}
