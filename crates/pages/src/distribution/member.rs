//! The member's pages: subscribing with a preview, confirming, saying "received", stopping.
//!
//! Pure functions; they know no subscriber. Each answer is the same whether or not an address, a link or a
//! reference is known: the portal does not look (docs/design/security.md §2.6).

use askama::Template;
use formats::advisory::Lang;
use formats::recent::{Line, SHOWN_MAX};

use crate::Site;
use crate::intake::public::{frame_of, said};
use crate::kit::catalogue::Say;
use crate::kit::form::{Choice, Field, Typed, summary};
use crate::kit::frame::{Frame, bytes};
use crate::kit::links::{Place, subscribe_path};
use crate::kit::{text, when};

/// What a choice would have brought lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preview {
    /// Nobody asked.
    NotAsked,
    /// The portal has no index to look into.
    Unknown,
    /// What was named stands in nothing that was published.
    Unnamed,
    /// These, newest first.
    Lines(Vec<Line>),
}

/// What is offered where a name stands in nothing that was published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// The name, which is taken as it is if it is sent once more.
    pub kept: Option<String>,
    /// Published names that resemble it.
    pub near: Vec<String>,
}

/// Returns the form of a subscription.
#[must_use]
pub fn subscribe(
    site: &Site,
    lang: Lang,
    typed: &Typed,
    preview: &Preview,
    offer: &Offer,
) -> Vec<u8> {
    let say = Say(lang);
    let choice = |value: &str, label: String| Choice {
        value: value.to_owned(),
        label,
    };
    let lines = match preview {
        Preview::Lines(lines) => lines.as_slice(),
        Preview::NotAsked | Preview::Unknown | Preview::Unnamed => &[],
    };
    bytes(&Subscribe {
        w: say,
        frame: frame_of(site, lang, &say.t("member-title"), "/subscribe"),
        summary: summary(say, typed),
        action: subscribe_path(lang),
        fields: vec![
            Field::input(say, typed, "address", "member-address", "text")
                .hint("member-address-hint")
                .attr("autocomplete=\"email\" inputmode=\"email\" spellcheck=\"false\"")
                .required()
                .html(),
            Field::radio(
                say,
                typed,
                "lang",
                "member-lang",
                vec![
                    choice(Lang::Ja.tag(), say.t("member-lang-ja")),
                    choice(Lang::En.tag(), say.t("member-lang-en")),
                ],
            )
            .html(),
            Field::radio(
                say,
                typed,
                "scope",
                "member-scope",
                vec![
                    choice("everything", say.t("member-scope-everything")),
                    choice("vendor", say.t("member-scope-vendor")),
                    choice("product", say.t("member-scope-product")),
                ],
            )
            .html(),
            Field::text(say, typed, "name", "member-name")
                .hint("member-name-hint")
                .max(formats::letter::SCOPE_CHARS_MAX)
                .html(),
        ],
        near: (!offer.near.is_empty()).then(|| {
            let as_typed = choice("", say.t("member-pick-typed"));
            let near = offer.near.iter().map(|name| choice(name, text::line(name)));
            // The likeliest is chosen: what was typed is known to nothing yet.
            let all = near.chain(std::iter::once(as_typed)).collect();
            let likeliest = offer.near.first().map_or("", String::as_str);
            let first = Typed::filled([("pick", likeliest)]);
            Field::radio(say, &first, "pick", "member-pick", all).html()
        }),
        kept: offer.kept.clone(),
        has_preview: *preview != Preview::NotAsked,
        preview_words: match preview {
            Preview::NotAsked => String::new(),
            Preview::Unknown => say.t("member-preview-unknown"),
            Preview::Unnamed => say.t("member-preview-unnamed"),
            Preview::Lines(lines) if lines.is_empty() => say.t("member-preview-none"),
            Preview::Lines(lines) if lines.len() > SHOWN_MAX => say.with(
                "member-preview-many",
                &[
                    ("n", &lines.len().to_string()),
                    ("max", &SHOWN_MAX.to_string()),
                ],
            ),
            Preview::Lines(lines) => say.count("member-preview-count", lines.len()),
        },
        lines: lines
            .iter()
            .take(SHOWN_MAX)
            .map(|line| PreviewLine {
                href: Place::Anywhere.to(&line.path),
                title: text::line(&line.title),
                id: text::line(&line.id),
                at: when::instant_html(lang, &line.published),
            })
            .collect(),
    })
}

struct PreviewLine {
    href: String,
    title: String,
    id: String,
    at: String,
}

#[derive(Template)]
#[template(path = "member_subscribe.html")]
struct Subscribe {
    w: Say,
    frame: Frame,
    summary: String,
    action: String,
    fields: Vec<String>,
    near: Option<String>,
    kept: Option<String>,
    has_preview: bool,
    preview_words: String,
    lines: Vec<PreviewLine>,
}

/// Returns what is said after a subscription was asked for, whatever the address.
#[must_use]
pub fn subscribe_noted(site: &Site, lang: Lang) -> Vec<u8> {
    let words = ["member-noted", "member-noted-next", "member-noted-none"];
    said(site, lang, "member-noted-title", &words, "/subscribe")
}

/// Returns the page of a confirmation link: it asks for the code that stands in the mail.
#[must_use]
pub fn confirm(site: &Site, lang: Lang, token: &str, typed: &Typed) -> Vec<u8> {
    let say = Say(lang);
    let path = format!("/subscribe/confirm/{token}");
    bytes(&Confirm {
        w: say,
        frame: frame_of(site, lang, &say.t("member-confirm-title"), &path),
        summary: summary(say, typed),
        action: format!("/{}{path}", lang.tag()),
        field: Field::text(say, typed, "code", "member-confirm-code")
            .hint("member-confirm-hint")
            .attr("autocomplete=\"one-time-code\" inputmode=\"numeric\"")
            .required()
            .html(),
    })
}

#[derive(Template)]
#[template(path = "member_confirm.html")]
struct Confirm {
    w: Say,
    frame: Frame,
    summary: String,
    action: String,
    field: String,
}

/// Returns what is said after a code was sent, right or wrong.
#[must_use]
pub fn confirm_noted(site: &Site, lang: Lang) -> Vec<u8> {
    let words = ["member-confirmed", "member-confirmed-wrong"];
    said(site, lang, "member-confirmed-title", &words, "/subscribe")
}

/// Returns the page on which a person says "received"; `asks_digits` if the browser does not vouch for a press.
#[must_use]
pub fn acknowledge(
    site: &Site,
    lang: Lang,
    reference: &str,
    asks_digits: bool,
    typed: &Typed,
) -> Vec<u8> {
    let say = Say(lang);
    let path = format!("/ack/{reference}");
    bytes(&Ack {
        w: say,
        frame: frame_of(site, lang, &say.t("member-ack-title"), &path),
        summary: summary(say, typed),
        action: format!("/{}{path}", lang.tag()),
        asks_digits,
        field: Field::text(say, typed, "digits", "member-ack-digits")
            .hint("member-ack-digits-hint")
            .attr("autocomplete=\"off\" inputmode=\"numeric\"")
            .required()
            .html(),
    })
}

#[derive(Template)]
#[template(path = "member_ack.html")]
struct Ack {
    w: Say,
    frame: Frame,
    summary: String,
    action: String,
    asks_digits: bool,
    field: String,
}

/// Returns what is said after "received".
#[must_use]
pub fn acknowledge_noted(site: &Site, lang: Lang, reference: &str) -> Vec<u8> {
    let words = ["member-acked", "member-acked-more"];
    let path = format!("/ack/{reference}");
    said(site, lang, "member-acked-title", &words, &path)
}

/// Where a person stands who wants these mails to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The form.
    Asked,
    /// The word was not typed.
    Unclear,
    /// It was taken in.
    Noted,
    /// It cannot be taken in now.
    Later,
}

/// Returns the page of an unsubscribe link, in both languages, since the link does not say which.
#[must_use]
pub fn stop(site: &Site, reference: &str, stop: Stop) -> Vec<u8> {
    let (lang, other) = (Lang::Ja, Lang::En);
    let say = Say(lang);
    let mut frame = frame_of(site, lang, &say.t("member-stop-title"), "/subscribe");
    frame.twins = vec![];
    for item in &mut frame.nav {
        item.is_here = false;
    }
    bytes(&StopPage {
        w: say,
        frame,
        other: Say(other),
        other_lang: other.tag(),
        words: match stop {
            Stop::Asked => "member-stop-ask",
            Stop::Unclear => "member-stop-unclear",
            Stop::Noted => "member-stop-noted",
            Stop::Later => "member-stop-later",
        },
        has_form: matches!(stop, Stop::Asked | Stop::Unclear),
        action: format!("/unsubscribe/{reference}"),
    })
}

#[derive(Template)]
#[template(path = "member_stop.html")]
struct StopPage {
    w: Say,
    frame: Frame,
    other: Say,
    other_lang: &'static str,
    words: &'static str,
    has_form: bool,
    action: String,
}

#[cfg(test)]
mod tests;
