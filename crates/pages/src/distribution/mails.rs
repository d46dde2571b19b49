//! Pages of the folder transport: mails that were written to files instead of being sent.
//!
//! Knows no disk and no MIME: it shows names and raw text that it is given. Served beside the
//! demonstration's desk under `/mail/{lang}/`, so links are absolute.

use askama::Template;
use formats::advisory::Lang;

use crate::Site;
use crate::kit::catalogue::Say;
use crate::kit::frame::{Frame, bytes, frame};
use crate::kit::links::{Place, mail_path, mailbox_path};
use crate::kit::{text, when};

/// One mail in the folder.
#[derive(Clone, Debug)]
pub struct Line {
    /// File name.
    pub name: String,
    /// Recipient.
    pub to: String,
    /// Subject, decoded.
    pub subject: String,
    /// Instant of writing, RFC 3339 in UTC.
    pub at: String,
}

/// Returns the list of mails, in the order given.
#[must_use]
pub fn index(site: &Site, lang: Lang, lines: &[Line]) -> Vec<u8> {
    let place = Place::Anywhere;
    let say = Say(lang);
    let row = |line: &Line| {
        let subject = text::line(&line.subject);
        Row {
            href: place.to(&mail_path(lang, &line.name)),
            subject: if subject.is_empty() {
                say.t("mailbox-no-subject")
            } else {
                subject
            },
            to: text::line(&line.to),
            at_html: when::instant_html(lang, &line.at),
        }
    };
    bytes(&Index {
        w: say,
        frame: frame(
            site,
            lang,
            &place,
            &say.t("mailbox-title"),
            &mailbox_path(lang.other()),
            &[],
        ),
        rows: lines.iter().map(row).collect(),
    })
}

/// Returns the page of one mail with its raw text.
#[must_use]
pub fn one(site: &Site, lang: Lang, name: &str, raw: &str) -> Vec<u8> {
    let place = Place::Anywhere;
    let say = Say(lang);
    let h1 = say.with("mailbox-one", &[("name", &text::line(name))]);
    bytes(&One {
        w: say,
        frame: frame(site, lang, &place, &h1, &mail_path(lang.other(), name), &[]),
        back: place.to(&mailbox_path(lang)),
        raw: text::visible(raw),
        h1,
    })
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct Index {
    w: Say,
    frame: Frame,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    subject: String,
    to: String,
    at_html: String,
}

#[derive(Template)]
#[template(path = "mailbox_one.html")]
struct One {
    w: Say,
    frame: Frame,
    h1: String,
    back: String,
    raw: String,
}
