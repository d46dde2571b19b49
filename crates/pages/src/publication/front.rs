//! The front page, the page about the site, and the page for addresses that lead nowhere.
//!
//! Knows no advisory. Front page and 404 are bilingual: nobody's language is guessed.

use askama::Template;
use formats::advisory::Lang;

use crate::Site;
use crate::kit::catalogue::Say;
use crate::kit::frame::{Frame, bilingual, bytes, frame, grouped, site_name, with_feed};
use crate::kit::links::{
    FRONT_PATH, PROVIDER_METADATA_PATH, Place, about_path, feed_path, home_path, list_path,
};
use crate::kit::text;

/// Presses `/index.html`: one page in both languages.
#[must_use]
pub fn front(site: &Site) -> Vec<u8> {
    let place = Place::File(FRONT_PATH.to_owned());
    let names = Lang::ALL.map(|lang| site_name(site, lang));
    let door = |lang: Lang| Door {
        lang: lang.tag(),
        name: site_name(site, lang),
        lead: Say(lang).t("front-lead"),
        href: place.to(&home_path(lang)),
        open: Say(lang).t("front-open"),
    };
    bytes(&Front {
        frame: bilingual(site, &place, &names.join(" / ")),
        h1_html: both(&names),
        doors: Lang::ALL.map(door),
    })
}

/// Presses the page for an address that leads nowhere; its links are absolute, since it is served anywhere.
#[must_use]
pub fn not_found(site: &Site) -> Vec<u8> {
    let place = Place::Anywhere;
    let titles = Lang::ALL.map(|lang| Say(lang).t("not-found-title"));
    let door = |lang: Lang| Door {
        lang: lang.tag(),
        name: Say(lang).t("language-name"),
        lead: Say(lang).t("not-found-text"),
        href: place.to(&list_path(lang, None)),
        open: Say(lang).t("nav-list"),
    };
    bytes(&Front {
        frame: bilingual(site, &place, &titles.join(" / ")),
        h1_html: both(&titles),
        doors: Lang::ALL.map(door),
    })
}

/// Presses the list of what a folder holds, as programs read it that go from folder to folder (CSAF 2.0, requirement 14).
#[must_use]
pub fn listing(site: &Site, folder: &str, names: &[String]) -> Vec<u8> {
    let place = Place::Anywhere;
    let h1 = format!("{}{folder}", site.portal);
    bytes(&Listing {
        frame: bilingual(site, &place, &h1),
        names: names.iter().map(|name| text::line(name)).collect(),
        h1,
    })
}

#[derive(Template)]
#[template(path = "listing.html")]
struct Listing {
    frame: Frame,
    h1: String,
    names: Vec<String>,
}

/// Returns words in Japanese and English as one HTML line on a Japanese page.
fn both([japanese, english]: &[String; 2]) -> String {
    format!(
        "{} <span lang=\"en\">{}</span>",
        text::escape(japanese),
        text::escape(english)
    )
}

#[derive(Template)]
#[template(path = "front.html")]
struct Front {
    frame: Frame,
    h1_html: String,
    doors: [Door; 2],
}

struct Door {
    lang: &'static str,
    name: String,
    lead: String,
    href: String,
    open: String,
}

/// Presses `/{lang}/about.html`: who publishes, and how to verify.
#[must_use]
pub fn about(site: &Site, lang: Lang) -> Vec<u8> {
    let place = Place::File(about_path(lang));
    let say = Say(lang);
    bytes(&About {
        w: say,
        frame: with_feed(
            frame(
                site,
                lang,
                &place,
                &say.t("about-title"),
                &about_path(lang.other()),
                &[],
            ),
            lang,
            &place,
        ),
        who: say.with("about-who-text", &[("name", &site_name(site, lang))]),
        contact_html: text::contact(&site.contact),
        telephone: site.telephone.get(&lang).map(|words| text::line(words)),
        fingerprint: grouped(&site.fingerprint),
        key: text::line(&site.fingerprint),
        advisory_key: place.to("/keys/advisory.asc"),
        log_key: place.to("/keys/log.asc"),
        feed: text::line(&format!("{}{}", site.portal, feed_path(lang))),
        list: text::line(&format!("{}/advisories.json", site.portal)),
        provider: text::line(&format!("{}{PROVIDER_METADATA_PATH}", site.portal)),
    })
}

#[derive(Template)]
#[template(path = "about.html")]
struct About {
    w: Say,
    frame: Frame,
    who: String,
    contact_html: String,
    telephone: Option<String>,
    fingerprint: String,
    key: String,
    advisory_key: String,
    log_key: String,
    feed: String,
    list: String,
    provider: String,
}
