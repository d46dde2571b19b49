//! Pages of the folder transport: mails that were written to files instead of being sent.
//!
//! Knows no disk and no MIME: it shows what it is given, the text first and the file as it stands below. Addresses of the
//! house's portal lead to where it is served from here. Served beside the
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

/// One mail, read.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    /// File name.
    pub name: String,
    pub from: String,
    pub to: String,
    /// Decoded.
    pub subject: String,
    /// RFC 3339.
    pub at: String,
    /// The texts of the mail, one behind the other.
    pub text: String,
    /// The file as it stands.
    pub raw: String,
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
    let mut frame = frame(
        site,
        lang,
        &place,
        &say.t("mailbox-title"),
        &mailbox_path(lang.other()),
        &[],
    );
    // The portal is served elsewhere.
    frame.nav.clear();
    bytes(&Index {
        w: say,
        frame,
        rows: lines.iter().map(row).collect(),
    })
}

/// Returns the page of one mail; `signed` is the portal's address in signed documents, whose links lead to the site's.
#[must_use]
pub fn one(site: &Site, lang: Lang, mail: &Mail, signed: &str) -> Vec<u8> {
    let place = Place::Anywhere;
    let say = Say(lang);
    let subject = text::line(&mail.subject);
    let h1 = if subject.is_empty() {
        say.with("mailbox-one", &[("name", &text::line(&mail.name))])
    } else {
        subject
    };
    let mut frame = frame(
        site,
        lang,
        &place,
        &h1,
        &mail_path(lang.other(), &mail.name),
        &[],
    );
    // The portal is served elsewhere.
    frame.nav.clear();
    let lines = mail.text.lines().map(text::linked);
    let portal = format!("href=\"{}/", text::escape(signed));
    bytes(&One {
        w: say,
        frame,
        back: place.to(&mailbox_path(lang)),
        from: text::line(&mail.from),
        to: text::line(&mail.to),
        at_html: when::instant_html(lang, &mail.at),
        text_html: lines
            .collect::<Vec<_>>()
            .join("\n")
            .replace(&portal, &format!("href=\"{}/", text::escape(&site.portal))),
        raw: text::visible(&mail.raw),
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
    from: String,
    to: String,
    at_html: String,
    text_html: String,
    raw: String,
}
