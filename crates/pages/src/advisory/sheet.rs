//! The sheet of one advisory: one or two sides of A4 to print, post, fax and hand out, with a return slip.
//!
//! Knows no recipient: the code on the slip is written by hand, so one pressed file serves everybody.

use askama::Template;
use formats::advisory::{Advisory, Lang, Status};

use crate::Site;
use crate::advisory::digest;
use crate::advisory::digest::{Edition, Part};
use crate::kit::catalogue::Say;
use crate::kit::frame::{Badge, Frame, bytes, frame, grouped};
use crate::kit::links::{Place, advisory_path, sheet_path};
use crate::kit::text::Run;
use crate::kit::{labels, qr, text, when};

/// Presses `/{lang}/advisories/{ID}-sheet.html`; `sha256` is that of the document's JSON, in hexadecimal.
#[must_use]
pub fn page(site: &Site, lang: Lang, doc: &Advisory, sha256: &str) -> Vec<u8> {
    let place = Place::File(sheet_path(lang, &doc.id));
    let say = Say(lang);
    let edition = Edition::new(doc, lang);
    let title = edition.title();
    let heading = say.with("sheet-title", &[("title", &title.text)]);
    let url = format!("{}{}", site.portal, advisory_path(lang, &doc.id));
    let sha256 = text::line(sha256);
    let sha256_head: String = sha256.chars().take(16).collect();
    bytes(&Sheet {
        w: say,
        frame: frame(
            site,
            lang,
            &place,
            &heading,
            &sheet_path(lang.other(), &doc.id),
            &[doc.marking],
        ),
        page_href: place.to(&advisory_path(lang, &doc.id)),
        title,
        stage: Badge::new(say, labels::status(doc.status)),
        severity: Badge::severity(say, doc.severity),
        document: document(say, doc),
        has_slip: doc.status != Status::Withdrawn,
        published_html: when::instant_html(lang, &doc.published),
        notices: edition
            .notices(say)
            .into_iter()
            .chain(labels::status_note(doc.status).map(|key| say.t(key)))
            .collect(),
        parts: digest::parts(doc, lang),
        publisher: text::run(lang, &doc.publisher.name).text,
        contact_html: text::contact(&doc.publisher.contact),
        qr: qr::svg(
            &format!("{url}#r{}-sha256-{sha256_head}", doc.revision),
            &say.t("sheet-qr"),
        ),
        url: text::line(&url),
        sha256,
        fingerprint: grouped(&site.fingerprint),
    })
}

/// Returns number and revision as the slip names them.
pub(crate) fn document(say: Say, doc: &Advisory) -> String {
    say.with(
        "sheet-slip-document-text",
        &[
            ("id", &text::line(&doc.id)),
            ("n", &doc.revision.to_string()),
        ],
    )
}

#[derive(Template)]
#[template(path = "sheet.html")]
struct Sheet {
    w: Say,
    frame: Frame,
    page_href: String,
    title: Run,
    stage: Badge,
    severity: Badge,
    document: String,
    /// Nobody is asked to answer what was withdrawn.
    has_slip: bool,
    published_html: String,
    notices: Vec<String>,
    parts: [Part; 3],
    publisher: String,
    contact_html: String,
    qr: String,
    url: String,
    sha256: String,
    fingerprint: String,
}
