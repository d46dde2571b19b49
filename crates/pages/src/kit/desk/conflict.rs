//! The page for the second of two people who acted at once: what changed, what they typed, and the choice.
//!
//! Nothing is overwritten and nothing typed is lost. Knows no command: it carries the form on.

use askama::Template;

use crate::kit::catalogue::Say;
use crate::kit::desk::bits::{borrowed, carried, timeline};
use crate::kit::desk::shown::shown;
use crate::kit::desk::view::{Conflict, Entry};
use crate::kit::form::{Typed, hidden};
use crate::kit::frame::{Frame, bytes};
use crate::kit::inside::Inside;

/// Returns the page; `form` is what was sent on an older version.
#[must_use]
pub fn page(inside: &Inside, view: &Conflict, form: &Typed) -> Vec<u8> {
    let say = inside.say();
    let entries: Vec<&Entry> = view.entries.iter().collect();
    let pairs: Vec<(String, String)> = form
        .pairs()
        .filter(|(name, _)| !matches!(*name, "seen" | "again_password" | "password"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    bytes(&ConflictPage {
        w: say,
        frame: inside.frame(&say.t("work-conflict")),
        entries: timeline(say, &entries),
        carried: format!(
            "{}{}",
            hidden("seen", &view.seen.to_string()),
            carried("", borrowed(&pairs))
        ),
        shown: shown(say, &pairs),
        action: view.action.clone(),
        back: view.back.clone(),
    })
}

#[derive(Template)]
#[template(path = "desk_conflict.html")]
struct ConflictPage {
    w: Say,
    frame: Frame,
    entries: String,
    carried: String,
    shown: Vec<(String, String)>,
    action: String,
    back: String,
}
