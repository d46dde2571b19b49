//! The page behind a link in a mail: who writes, and a form for the code that stands beside it.
//!
//! It is the same page for every link, whether we made it or not, so it tells nobody anything: no product, no
//! case, no organisation (docs/design/security.md §2.7).

use askama::Template;

use crate::kit::catalogue::Say;
use crate::kit::form::{Field, Typed, summary};
use crate::kit::frame::{Frame, bytes, grouped};
use crate::kit::inside::Inside;
use crate::kit::text;

/// Returns the page with the form; `token` is the link's own part of the address.
#[must_use]
pub fn invitation(inside: &Inside, token: &str, typed: &Typed) -> Vec<u8> {
    let say = inside.say();
    bytes(&Invitation {
        frame: inside.frame(&say.t("partner-invitation-title")),
        w: say,
        problems: summary(say, typed),
        intro: say.with("partner-invitation-text", &[("house", &house(inside))]),
        fingerprint: grouped(&inside.site.fingerprint),
        contact_html: text::contact(&inside.site.contact),
        action: inside.href(&format!("/partner/i/{token}")),
        code_html: Field::text(say, typed, "code", "partner-invitation-code")
            .hint("partner-invitation-code-hint")
            .attr("inputmode=\"numeric\" autocomplete=\"one-time-code\" maxlength=\"20\"")
            .required()
            .html(),
        is_wrong: !typed.is_good(),
    })
}

/// Returns the page that answers whoever asks for a new link, the same whether one is sent or not.
#[must_use]
pub fn asked(inside: &Inside) -> Vec<u8> {
    let say = inside.say();
    bytes(&Asked {
        frame: inside.frame(&say.t("partner-asked-title")),
        w: say,
        contact_html: text::contact(&inside.site.contact),
    })
}

/// Returns the page of whoever is not, or no longer, signed in; what was typed into a form stands on it, to be
/// copied.
#[must_use]
pub fn outside(inside: &Inside, typed: &Typed) -> Vec<u8> {
    let say = inside.say();
    let is_text = |name: &str, value: &str| name != "do" && name != "code" && !value.is_empty();
    bytes(&Outside {
        frame: inside.frame(&say.t("partner-outside-title")),
        w: say,
        contact_html: text::contact(&inside.site.contact),
        typed: typed
            .pairs()
            .filter(|(name, value)| is_text(name, value))
            .map(|(_, value)| text::visible(value))
            .collect(),
    })
}

/// Returns the page after leaving.
#[must_use]
pub fn left(inside: &Inside) -> Vec<u8> {
    let say = inside.say();
    bytes(&LeftPage {
        frame: inside.frame(&say.t("partner-left-title")),
        w: say,
        contact_html: text::contact(&inside.site.contact),
    })
}

fn house(inside: &Inside) -> String {
    crate::kit::frame::site_name(&inside.site, inside.lang)
}

#[derive(Template)]
#[template(path = "partner_invitation.html")]
struct Invitation {
    frame: Frame,
    w: Say,
    problems: String,
    intro: String,
    fingerprint: String,
    contact_html: String,
    action: String,
    code_html: String,
    is_wrong: bool,
}

#[derive(Template)]
#[template(path = "partner_asked.html")]
struct Asked {
    frame: Frame,
    w: Say,
    contact_html: String,
}

#[derive(Template)]
#[template(path = "partner_outside.html")]
struct Outside {
    frame: Frame,
    w: Say,
    contact_html: String,
    typed: Vec<String>,
}

#[derive(Template)]
#[template(path = "partner_left.html")]
struct LeftPage {
    frame: Frame,
    w: Say,
    contact_html: String,
}
