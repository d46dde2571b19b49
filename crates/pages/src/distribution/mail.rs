//! The words of mails: subjects, the HTML alternative, and the personal part outside the signature.
//!
//! Knows no MIME and no transport. The signed text is made elsewhere, since its exact bytes are signed;
//! the HTML asks for nothing from the network and says that it is not the signed part.

use askama::Template;
use formats::advisory::{Advisory, Lang};

use crate::Site;
use crate::advisory::board::joined;
use crate::advisory::digest;
use crate::advisory::digest::{Edition, Part};
use crate::advisory::sheet;
use crate::kit::catalogue::Say;
use crate::kit::frame::{grouped, site_name};
use crate::kit::links::advisory_path;
use crate::kit::text::Run;
use crate::kit::{labels, text, when};

/// What a mail tells one recipient only.
///
/// Its `Debug` form hides the code and the address, since logs must not hold either.
#[derive(Clone)]
pub struct Personal {
    /// First five digits of the confirmation code; the sixth stands in the subject.
    pub code: String,
    /// Address of the page on which this recipient says "received".
    pub acknowledge: String,
    /// Digits that the page asks for where a browser does not vouch for a person's press.
    pub digits: String,
    /// Address at which this recipient stops the mails.
    pub unsubscribe: String,
    /// Reference of this delivery.
    pub reference: String,
}

impl std::fmt::Debug for Personal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Personal")
            .field("reference", &self.reference)
            .finish_non_exhaustive()
    }
}

/// Returns the subject of one recipient's mail: what it is [`about`], and the sixth digit of the code in brackets.
#[must_use]
pub fn subject(lang: Lang, about: &str, digit: &str) -> String {
    Say(lang).with("mail-subject", &[("about", about), ("digit", digit)])
}

/// Returns what the subject of an advisory's mails says of it, with the marks that its document carries.
#[must_use]
pub fn about(lang: Lang, doc: &Advisory) -> String {
    let say = Say(lang);
    let mark = labels::marking(doc.marking)
        .map_or_else(String::new, |[.., mark]| format!("{} ", say.t(mark)));
    let args = [
        ("marks", mark),
        ("id", text::line(&doc.id)),
        ("n", doc.revision.to_string()),
        ("title", Edition::new(doc, lang).title().text),
    ];
    say.with(
        "mail-about",
        &args.each_ref().map(|(name, value)| (*name, value.as_str())),
    )
}

/// Returns the HTML alternative of an advisory's mail: complete in itself, without anything remote.
#[must_use]
pub fn html(site: &Site, lang: Lang, doc: &Advisory) -> String {
    let say = Say(lang);
    let edition = Edition::new(doc, lang);
    let badges = [site.marking, doc.marking]
        .into_iter()
        .filter_map(labels::marking);
    let mut marks: Vec<String> = badges
        .map(|[badge, note, _]| format!("{} {}", say.t(badge), say.t(note)))
        .collect();
    marks.dedup();
    marks.insert(0, "TLP:CLEAR".to_owned());
    let mail = Mail {
        w: say,
        lang: lang.tag(),
        subject: about(lang, doc),
        marks: marks.join(" "),
        title: edition.title(),
        document: sheet::document(say, doc),
        grades: joined(
            say,
            [
                say.t(labels::status(doc.status)),
                say.with(
                    "entry-severity",
                    &[("severity", &say.t(labels::severity(doc.severity)))],
                ),
            ],
        ),
        published: when::instant(lang, &doc.published),
        notices: edition
            .notices(say)
            .into_iter()
            .chain(labels::status_note(doc.status).map(|key| say.t(key)))
            .collect(),
        parts: digest::parts(doc, lang),
        url: text::line(&format!("{}{}", site.portal, advisory_path(lang, &doc.id))),
        publisher: text::run(lang, &doc.publisher.name).text,
        contact_html: text::contact(&doc.publisher.contact),
    };
    mail.render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Mail {
    w: Say,
    lang: &'static str,
    subject: String,
    marks: String,
    title: Run,
    document: String,
    grades: String,
    published: String,
    notices: Vec<String>,
    parts: [Part; 3],
    url: String,
    publisher: String,
    contact_html: String,
}

/// Returns the part of a mail that differs from recipient to recipient and stands outside the signature.
#[must_use]
pub fn personal_text(site: &Site, lang: Lang, p: &Personal) -> String {
    let args = [
        ("code", text::line(&p.code)),
        ("acknowledge", text::line(&p.acknowledge)),
        ("digits", text::line(&p.digits)),
        ("contact", text::line(&site.contact)),
        ("unsubscribe", text::line(&p.unsubscribe)),
        ("reference", text::line(&p.reference)),
    ];
    let mut words = Say(lang).with(
        "mail-personal",
        &args.each_ref().map(|(name, value)| (*name, value.as_str())),
    );
    words.push('\n');
    words
}

/// Returns what stands around the first digits of a code in the personal parts of mails, in both languages.
#[must_use]
pub fn personal_parts(site: &Site, first_digits: &str) -> String {
    let part = |lang| {
        let personal = Personal {
            code: first_digits.to_owned(),
            acknowledge: String::new(),
            digits: String::new(),
            unsubscribe: String::new(),
            reference: String::new(),
        };
        personal_text(site, lang, &personal)
    };
    [Lang::Ja, Lang::En].map(part).concat()
}

/// Returns what stood around the code in the personal parts of mails that held all of its digits, in both languages.
/// Whoever answers such a mail may quote it; no mail is written so any more.
#[must_use]
pub fn older_personal_parts(contact: &str, code: &str) -> String {
    format!(
        "確認コードを書いてこのメールに返信するか、\n次の連絡先へ電話でお知らせください。\n確認コード: {code}\n{contact}\n\n\
         If you cannot use the page, reply to this mail with the code,\nor tell us by telephone.\nConfirmation code: {code}\n{contact}\n"
    )
}

/// What the first mail to a vendor carries: a link, and beside it the code that the link alone lacks.
///
/// Its `Debug` form shows neither, since logs must not hold them.
#[derive(Clone)]
pub struct Invited {
    /// What the organisation is called.
    pub name: String,
    /// Tracking number with or without `TN#`.
    pub tracking: String,
    /// The whole address of the link.
    pub link: String,
    /// The six digits.
    pub code: String,
}

impl std::fmt::Debug for Invited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invited").finish_non_exhaustive()
    }
}

/// Returns subject and text of the first mail to somebody who may be the right contact: that we want to talk,
/// a link and a code, no technical detail, no product, no case (docs/design/japanese-practice.md §2.6;
/// docs/design/security.md §2.13 for the subject, which is the same before and after details).
#[must_use]
pub fn invitation(site: &Site, lang: Lang, invited: &Invited) -> (String, String) {
    let say = Say(lang);
    let args = [
        ("tn", text::line(invited.tracking.trim_start_matches("TN#"))),
        ("to", text::line(&invited.name)),
        ("name", site_name(site, lang)),
        ("link", text::line(&invited.link)),
        ("code", text::line(&invited.code)),
        ("portal", text::line(&site.portal)),
        ("contact", text::line(&site.contact)),
        ("fingerprint", grouped(&site.fingerprint)),
    ];
    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
    (
        say.with("mail-invitation-subject", &args),
        say.with("mail-invitation-text", &args) + "\n",
    )
}

/// Which publications a subscription brings, with the name that was typed.
#[derive(Clone, Copy, Debug)]
pub enum Chosen<'a> {
    Everything,
    Vendor(&'a str),
    Product(&'a str),
}

impl Chosen<'_> {
    /// What it brings, without the name.
    fn kind(self, say: Say) -> String {
        say.t(match self {
            Chosen::Everything => "member-mail-scope-everything",
            Chosen::Vendor(_) => "member-mail-kind-vendor",
            Chosen::Product(_) => "member-mail-kind-product",
        })
    }

    fn words(self, say: Say) -> String {
        match self {
            Chosen::Everything => say.t("member-mail-scope-everything"),
            Chosen::Vendor(name) => {
                say.with("member-mail-scope-vendor", &[("name", &text::line(name))])
            }
            Chosen::Product(name) => {
                say.with("member-mail-scope-product", &[("name", &text::line(name))])
            }
        }
    }
}

/// Returns subject and text of the mail that asks whether an address wants a subscription: `address` is the
/// page of the link, `code` the six digits that stand here and not in the link. What a stranger typed is not sent to
/// somebody who may not have asked: the name stands in the mail after the confirmation.
#[must_use]
pub fn subscription_asked(
    site: &Site,
    lang: Lang,
    chosen: Chosen<'_>,
    address: &str,
    code: &str,
) -> (String, String) {
    let say = Say(lang);
    let args = [
        ("name", site_name(site, lang)),
        ("scope", chosen.kind(say)),
        ("address", text::line(address)),
        ("code", text::line(code)),
        ("contact", text::line(&site.contact)),
    ];
    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
    (
        say.t("member-mail-confirm-subject"),
        say.with("member-mail-confirm-text", &args) + "\n",
    )
}

/// Returns subject and text of the mail that says that a subscription has begun.
#[must_use]
pub fn subscription_begun(
    site: &Site,
    lang: Lang,
    chosen: Chosen<'_>,
    unsubscribe: &str,
) -> (String, String) {
    let say = Say(lang);
    let args = [
        ("name", site_name(site, lang)),
        ("scope", chosen.words(say)),
        ("unsubscribe", text::line(unsubscribe)),
        ("contact", text::line(&site.contact)),
    ];
    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
    (
        say.t("member-mail-welcome-subject"),
        say.with("member-mail-welcome-text", &args) + "\n",
    )
}
