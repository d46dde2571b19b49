//! What surrounds every page: head, skip link, navigation, marks, footer.
//!
//! Knows no advisory, only markings; the template is `templates/base.html`.

use askama::Template;
use formats::advisory::{Lang, Marking, Severity};

use crate::Site;
use crate::kit::catalogue::Say;
use crate::kit::links::{
    Place, about_path, feed_path, home_path, list_path, report_path, return_path, subscribe_path,
};
use crate::kit::{assets, labels, text};

/// The values of `templates/base.html`.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) lang: &'static str,
    pub(crate) title: String,
    /// Style sheets, in order.
    pub(crate) styles: Vec<String>,
    /// A script, where a page has one.
    pub(crate) script: Option<String>,
    /// What a page says to others about where its reader came from; pages with forms need `same-origin`.
    pub(crate) referrer: &'static str,
    pub(crate) icon: String,
    pub(crate) skip: String,
    pub(crate) site: String,
    pub(crate) nav_label: String,
    pub(crate) nav: Vec<Item>,
    pub(crate) twins: Vec<Twin>,
    /// The feed of what is published, on pages from which readers follow it.
    pub(crate) feed: Option<String>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) foot: Vec<String>,
    /// What must be seen before anything else, each with where it leads.
    pub(crate) alarms: Vec<Item>,
    /// What has just been done, in words.
    pub(crate) done: Option<String>,
    /// Who is signed in, with the way out.
    pub(crate) leave: Option<Leave>,
    /// What the script of the pages inside needs, as HTML.
    pub(crate) tools: String,
}

/// Who is signed in, and the button with which they leave.
#[derive(Debug)]
pub(crate) struct Leave {
    pub(crate) who: String,
    pub(crate) action: String,
    pub(crate) button: String,
}

/// A link of a navigation.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) href: String,
    pub(crate) text: String,
    pub(crate) is_here: bool,
}

/// The same page in another language.
#[derive(Debug)]
pub(crate) struct Twin {
    pub(crate) lang: &'static str,
    pub(crate) href: String,
    pub(crate) text: String,
}

/// A badge with its explanation, for documents that are not ordinary advisories.
#[derive(Debug)]
pub(crate) struct Mark {
    pub(crate) badge: String,
    pub(crate) note: String,
    pub(crate) attr: &'static str,
}

/// A coloured word.
#[derive(Clone, Debug)]
pub(crate) struct Badge {
    pub(crate) class: &'static str,
    pub(crate) text: String,
}

impl Badge {
    /// Returns the badge for a key of [`labels`] that is also a style class.
    pub(crate) fn new(say: Say, key: &'static str) -> Self {
        Self {
            class: key,
            text: say.t(key),
        }
    }

    /// Returns the badge that names a severity as one.
    pub(crate) fn severity(say: Say, severity: Severity) -> Self {
        let key = labels::severity(severity);
        Self {
            class: key,
            text: say.with("entry-severity", &[("severity", &say.t(key))]),
        }
    }
}

/// A name with its value as HTML.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) html: String,
}

/// Returns the frame of a page; `twin` is the path of the same page in the other language.
pub(crate) fn frame(
    site: &Site,
    lang: Lang,
    place: &Place,
    title: &str,
    twin: &str,
    markings: &[Marking],
) -> Frame {
    let say = Say(lang);
    let name = site_name(site, lang);
    let item = |target: String, key: &str| Item {
        href: place.to(&target),
        text: say.t(key),
        is_here: place.is(&target),
    };
    Frame {
        lang: lang.tag(),
        title: if title == name {
            name.clone()
        } else {
            say.with("page-title", &[("title", title), ("site", &name)])
        },
        styles: vec![place.to(assets::style_path())],
        script: None,
        referrer: "no-referrer",
        icon: place.to(assets::icon_path()),
        skip: say.t("skip"),
        nav_label: say.t("nav-main"),
        nav: vec![
            item(home_path(lang), "nav-home"),
            item(list_path(lang, None), "nav-list"),
            item(report_path(lang), "reporter-nav"),
            item(return_path(lang), "reporter-nav-return"),
            item(subscribe_path(lang), "member-nav"),
            item(about_path(lang), "nav-about"),
        ],
        twins: vec![twin_of(place, lang.other(), twin)],
        feed: None,
        marks: marks(site, lang, markings, ""),
        foot: vec![
            format!(
                "{}: {}",
                text::escape(&say.t("footer-contact")),
                text::contact(&site.contact)
            ),
            text::escape(&say.with("footer-version", &[("version", &site.version)])),
        ],
        alarms: vec![],
        done: None,
        leave: None,
        tools: String::new(),
        site: name,
    }
}

/// Returns the frame of a page from which readers follow what is published: their programs find the feed by it.
pub(crate) fn with_feed(mut frame: Frame, lang: Lang, place: &Place) -> Frame {
    frame.feed = Some(place.to(&feed_path(lang)));
    frame
}

/// Returns the frame of a page in both languages, which has no navigation of its own.
pub(crate) fn bilingual(site: &Site, place: &Place, title: &str) -> Frame {
    let mut frame = frame(site, Lang::Ja, place, title, &home_path(Lang::En), &[]);
    frame.title = title.to_owned();
    frame.skip = Lang::ALL.map(|lang| Say(lang).t("skip")).join(" / ");
    frame.twins = Lang::ALL
        .map(|lang| twin_of(place, lang, &home_path(lang)))
        .into();
    frame.marks.extend(marks(
        site,
        Lang::En,
        &[],
        text::lang_attr(Lang::Ja, Lang::En),
    ));
    frame.foot = vec![text::contact(&site.contact)];
    frame
}

fn twin_of(place: &Place, lang: Lang, path: &str) -> Twin {
    Twin {
        lang: lang.tag(),
        href: place.to(path),
        text: Say(lang).t("language-name"),
    }
}

fn marks(site: &Site, lang: Lang, markings: &[Marking], attr: &'static str) -> Vec<Mark> {
    let mut all = vec![site.marking];
    all.extend(markings.iter().filter(|marking| **marking != site.marking));
    let say = Say(lang);
    let mark = |[badge, note, _]: [&str; 3]| Mark {
        badge: say.t(badge),
        note: say.t(note),
        attr,
    };
    all.into_iter()
        .filter_map(labels::marking)
        .map(mark)
        .collect()
}

/// Returns the name of the house in a language.
pub(crate) fn site_name(site: &Site, lang: Lang) -> String {
    text::run(lang, &site.name).text
}

/// Returns the fingerprint in groups of four digits, as people compare it.
pub(crate) fn grouped(fingerprint: &str) -> String {
    let digits: Vec<char> = text::line(fingerprint)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    digits
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Returns the bytes of a page. Writing into a string cannot fail, so an empty page means a template
/// that refuses its own values, of which there is none.
pub(crate) fn bytes(page: &impl Template) -> Vec<u8> {
    page.render().unwrap_or_default().into_bytes()
}
