//! The finder's pages: the form of a report, its receipt, and what a finder sees with the receipt afterwards.
//!
//! Pure functions, without script; they know no receipt's meaning, no disk and no case. The receipt stands in the
//! body of pages and forms only, never in an address. Start at [`report`]; [`receipt`] follows it.

use askama::Template;
use formats::advisory::Lang;
use formats::letter::{LINE_CHARS_MAX, TEXT_CHARS_MAX};

use crate::Site;
use crate::kit::catalogue::Say;
use crate::kit::form::{Choice, Field, Typed, hidden, summary};
use crate::kit::frame::{Frame, bytes, frame};
use crate::kit::links::{Place, about_path, report_path, return_path};
use crate::kit::{assets, qr, text};

/// Version of the consent text that the form shows; a changed text gets a new one
/// (docs/design/japanese-practice.md §2.7).
pub const CONSENT: &str = "2026-3";
/// Fields of the folded part; if one was filled or is wrong, the part is shown open.
const MORE: [&str; 6] = [
    "vendor",
    "public",
    "exploited",
    "planned",
    "credit",
    "share",
];

/// The frame of a page with a form on the internet side; `path` is without the language.
pub(crate) fn frame_of(site: &Site, lang: Lang, title: &str, path: &str) -> Frame {
    let twin = format!("/{}{path}", lang.other().tag());
    let here = format!("/{}{path}", lang.tag());
    let mut out = frame(site, lang, &Place::Anywhere, title, &twin, &[]);
    out.styles = vec![
        assets::style_path().to_owned(),
        assets::inside_style_path().to_owned(),
    ];
    out.referrer = "same-origin";
    for item in &mut out.nav {
        item.is_here = item.href == here;
    }
    out
}

/// The frame of a page that a reader loses by leaving it: it has no twin.
pub(crate) fn frame_alone(site: &Site, lang: Lang, title: &str) -> Frame {
    let mut out = frame_of(site, lang, title, "/r");
    out.twins = vec![];
    for item in &mut out.nav {
        item.is_here = false;
    }
    out
}

/// Returns the form of a report, with what was typed and what is wrong with it.
#[must_use]
pub fn report(site: &Site, lang: Lang, typed: &Typed) -> Vec<u8> {
    let say = Say(lang);
    let is_open = MORE.iter().any(|name| {
        !typed.trimmed(name).is_empty()
            || typed
                .problems()
                .iter()
                .any(|problem| problem.field == *name)
    });
    let kind = |value: &str, key: &str| Choice {
        value: value.to_owned(),
        label: say.t(key),
    };
    let chosen = Some(typed.trimmed("kind")).filter(|kind| !kind.is_empty());
    let kinds = Typed::filled([("kind", chosen.unwrap_or("product"))]);
    let area = |name: &str, key: &str, hint: &str| {
        Field::area(say, typed, name, key, 2)
            .hint(hint)
            .max(LINE_CHARS_MAX)
            .html()
    };
    bytes(&Report {
        w: say,
        frame: frame_of(site, lang, &say.t("reporter-title"), "/report"),
        contact_html: text::contact(&site.contact),
        about: about_path(lang),
        summary: summary(say, typed),
        action: report_path(lang),
        boxes: vec![
            // It decides where the report goes, so it stands where it is seen.
            Field::radio(
                say,
                &kinds,
                "kind",
                "reporter-kind",
                vec![
                    kind("product", "reporter-kind-product"),
                    kind("site", "reporter-kind-site"),
                    kind("own_product", "reporter-kind-own"),
                ],
            )
            .html(),
            Field::area(say, typed, "what", "reporter-what", 2)
                .hint("reporter-what-hint")
                .max(LINE_CHARS_MAX)
                .required()
                .html(),
            Field::area(say, typed, "happens", "reporter-happens", 10)
                .hint("reporter-happens-hint")
                .max(TEXT_CHARS_MAX)
                .required()
                .html(),
            Field::area(say, typed, "contact", "reporter-contact", 2)
                .hint("reporter-contact-hint")
                .max(LINE_CHARS_MAX)
                .html(),
        ],
        is_open,
        more: vec![
            area("vendor", "reporter-vendor", "reporter-vendor-hint"),
            area("public", "reporter-public", "reporter-public-hint"),
            area("exploited", "reporter-exploited", "reporter-exploited-hint"),
            Field::text(say, typed, "planned", "reporter-planned")
                .hint("reporter-planned-hint")
                .max(LINE_CHARS_MAX)
                .html(),
            Field::text(say, typed, "credit", "reporter-credit")
                .hint("reporter-credit-hint")
                .max(LINE_CHARS_MAX)
                .html(),
            Field::one(say, typed, "share", "yes", "reporter-share")
                .hint("reporter-share-hint")
                .html(),
        ],
        consent: [
            "reporter-consent-use",
            "reporter-consent-name",
            "reporter-consent-silence",
            "reporter-consent-limit",
            "reporter-consent-personal",
        ]
        .map(|key| say.t(key))
        .into(),
        tick: Field::one(say, typed, "consent", CONSENT, "reporter-consent-tick")
            .required()
            .html(),
        limits: say.t("reporter-limits"),
    })
}

#[derive(Template)]
#[template(path = "reporter_report.html")]
struct Report {
    w: Say,
    frame: Frame,
    contact_html: String,
    about: String,
    summary: String,
    action: String,
    boxes: Vec<String>,
    is_open: bool,
    more: Vec<String>,
    consent: Vec<String>,
    tick: String,
    limits: String,
}

/// A handling number with its receipt: what a finder keeps.
///
/// Its `Debug` form hides both.
#[derive(Clone)]
pub struct Slip {
    /// Handling number as it is said aloud, in groups.
    pub handling: String,
    /// Receipt as it is printed, in groups.
    pub receipt: String,
}

impl std::fmt::Debug for Slip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slip(…)")
    }
}

impl Slip {
    pub(crate) fn html(&self, site: &Site, lang: Lang) -> String {
        let say = Say(lang);
        let page = SlipPage {
            w: say,
            handling: text::line(&self.handling),
            receipt: text::line(&self.receipt),
            qr: qr::svg(&self.receipt, &say.t("reporter-key-code-label")),
            address: text::line(&format!("{}{}", site.portal, return_path(lang))),
        };
        page.render().unwrap_or_default()
    }

    pub(crate) fn carried(&self) -> String {
        hidden("receipt", &self.receipt) + hidden("handling", &self.handling).as_str()
    }

    /// Returns the slip as plain text, to be saved.
    #[must_use]
    pub fn plain(&self, site: &Site, lang: Lang) -> String {
        let args = [
            ("handling", text::line(&self.handling)),
            ("receipt", text::line(&self.receipt)),
            ("site", crate::kit::frame::site_name(site, lang)),
            (
                "address",
                text::line(&format!("{}{}", site.portal, return_path(lang))),
            ),
        ];
        let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
        Say(lang)
            .with("reporter-slip-text", &args)
            .replace('\n', "\r\n")
            + "\r\n"
    }
}

#[derive(Template)]
#[template(path = "reporter_slip.html")]
struct SlipPage {
    w: Say,
    handling: String,
    receipt: String,
    qr: String,
    address: String,
}

/// Returns the page that shows the receipt and asks for its last group.
#[must_use]
pub fn receipt(site: &Site, lang: Lang, slip: &Slip, typed: &Typed) -> Vec<u8> {
    let say = Say(lang);
    bytes(&ReceiptPage {
        w: say,
        frame: frame_alone(site, lang, &say.t("reporter-receipt-title")),
        summary: summary(say, typed),
        slip: slip.html(site, lang),
        carried: slip.carried(),
        file_action: report_path(lang) + "/file",
        confirm_action: report_path(lang) + "/confirm",
        last: Field::text(say, typed, "last", "reporter-confirm-last")
            .hint("reporter-confirm-hint")
            .attr("autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\"")
            .required()
            .html(),
    })
}

#[derive(Template)]
#[template(path = "reporter_receipt.html")]
struct ReceiptPage {
    w: Say,
    frame: Frame,
    summary: String,
    slip: String,
    carried: String,
    file_action: String,
    confirm_action: String,
    last: String,
}

/// Returns the page that asks for a receipt; a receipt that opens nothing is told there in one way.
#[must_use]
pub fn sign_in(site: &Site, lang: Lang, typed: &Typed) -> Vec<u8> {
    let say = Say(lang);
    bytes(&SignIn {
        w: say,
        frame: frame_of(site, lang, &say.t("reporter-return-title"), "/r"),
        summary: summary(say, typed),
        action: return_path(lang),
        field: Field::text(say, typed, "receipt", "reporter-key")
            .hint("reporter-return-hint")
            .attr("autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\"")
            .required()
            .html(),
        contact_html: text::contact(&site.contact),
        report: report_path(lang),
    })
}

#[derive(Template)]
#[template(path = "reporter_return.html")]
struct SignIn {
    w: Say,
    frame: Frame,
    summary: String,
    action: String,
    field: String,
    contact_html: String,
    report: String,
}

/// Why something cannot be taken, where there is no form to show again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// The form came from another site.
    Foreign,
    /// What was sent is no form.
    NoForm,
    /// More was sent than any form of ours holds.
    TooLong,
    /// Too much at once.
    Busy,
    /// Too much in this hour, from here or altogether; in so many minutes the next one begins.
    Spent { minutes: u64 },
    /// The house cannot take anything in now.
    Away,
}

/// Returns a page that says why nothing was taken, and what to do.
#[must_use]
pub fn halt(site: &Site, lang: Lang, why: Halt) -> Vec<u8> {
    let say = Say(lang);
    let words = match why {
        Halt::Foreign => say.t("reporter-halt-foreign"),
        Halt::NoForm => say.t("reporter-halt-no-form"),
        Halt::TooLong => say.t("reporter-halt-long"),
        Halt::Busy => say.t("reporter-halt-busy"),
        Halt::Spent { minutes } => {
            say.with("reporter-halt-spent", &[("minutes", &minutes.to_string())])
        }
        Halt::Away => say.t("reporter-halt-away"),
    };
    of_words(site, say, "reporter-halt-title", vec![words], "/report")
}

/// Returns a page of a few words.
pub(crate) fn said(site: &Site, lang: Lang, title: &str, words: &[&str], path: &str) -> Vec<u8> {
    let say = Say(lang);
    let words = words.iter().map(|key| say.t(key)).collect();
    of_words(site, say, title, words, path)
}

fn of_words(site: &Site, say: Say, title: &str, words: Vec<String>, path: &str) -> Vec<u8> {
    bytes(&Words {
        w: say,
        frame: frame_of(site, say.0, &say.t(title), path),
        title: say.t(title),
        words,
        contact_html: text::contact(&site.contact),
    })
}

#[derive(Template)]
#[template(path = "reporter_words.html")]
struct Words {
    w: Say,
    frame: Frame,
    title: String,
    words: Vec<String>,
    contact_html: String,
}

#[cfg(test)]
mod tests;
