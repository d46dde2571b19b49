//! Lists of advisories: the home page of a language, the newest, and each year.
//!
//! Knows only [`Entry`]; the caller sorts and selects.

use askama::Template;
use formats::advisory::Lang;

use crate::catalogue::Say;
use crate::frame::{Badge, Frame, Item, bytes, frame};
use crate::links::{Place, advisory_path, home_path, list_path};
use crate::text::Run;
use crate::{Entry, Site, labels, text, when};

/// Most entries that the list without a year shows: a page of about 15 KiB on the wire.
const NEWEST_MAX: usize = 100;

/// Presses `/{lang}/index.html`: the home page of a language with the advisories given.
#[must_use]
pub fn home(site: &Site, lang: Lang, recent: &[Entry]) -> Vec<u8> {
    let place = Place::File(home_path(lang));
    let say = Say(lang);
    let title = crate::frame::site_name(site, lang);
    bytes(&Home {
        w: say,
        frame: frame(
            site,
            lang,
            &place,
            &title,
            &home_path(text::other(lang)),
            &[],
        ),
        entries: recent
            .iter()
            .map(|entry| line(lang, &place, entry))
            .collect(),
        empty: say.t("home-empty"),
        list_href: place.to(&list_path(lang, None)),
    })
}

/// Presses the list of a year, or of the newest advisories when `year` is `None`.
#[must_use]
pub fn list(
    site: &Site,
    lang: Lang,
    year: Option<i16>,
    years: &[i16],
    entries: &[Entry],
) -> Vec<u8> {
    let place = Place::File(list_path(lang, year));
    let say = Say(lang);
    let shown = if year.is_some() {
        entries.len()
    } else {
        entries.len().min(NEWEST_MAX)
    };
    let (h1, lead) = match year {
        Some(year) => (
            say.with("list-title-year", &[("year", &year.to_string())]),
            say.count("list-count", shown),
        ),
        None => (say.t("list-title"), say.count("list-newest", NEWEST_MAX)),
    };
    bytes(&List {
        w: say,
        frame: frame(
            site,
            lang,
            &place,
            &h1,
            &list_path(text::other(lang), year),
            &[],
        ),
        lead,
        years: year_links(lang, &place, year, years),
        entries: entries
            .iter()
            .take(shown)
            .map(|entry| line(lang, &place, entry))
            .collect(),
        empty: say.t("list-empty"),
        h1,
    })
}

fn year_links(lang: Lang, place: &Place, current: Option<i16>, years: &[i16]) -> Vec<Item> {
    let say = Say(lang);
    let link = |year: Option<i16>| Item {
        href: place.to(&list_path(lang, year)),
        text: year.map_or_else(
            || say.t("list-all-years"),
            |year| say.with("list-year", &[("year", &year.to_string())]),
        ),
        is_here: year == current,
    };
    std::iter::once(None)
        .chain(years.iter().copied().map(Some))
        .map(link)
        .collect()
}

fn line(lang: Lang, place: &Place, entry: &Entry) -> Line {
    let say = Say(lang);
    let is_foreign = entry.untranslated.contains(&lang);
    let own = text::run(lang, &entry.title);
    let attr = if is_foreign {
        text::lang_attr(lang, text::other(lang))
    } else {
        own.attr
    };
    let severity = Badge {
        class: labels::severity(entry.severity),
        text: say.with(
            "entry-severity",
            &[("severity", &say.t(labels::severity(entry.severity)))],
        ),
    };
    let mark = labels::marking(entry.marking).map(|[badge, ..]| Badge {
        class: "marked",
        text: say.t(badge),
    });
    let mut facts = vec![say.with("entry-revision", &[("n", &entry.revision.to_string())])];
    facts.push(say.count("entry-vendors", entry.vendors));
    facts.extend(is_foreign.then(|| say.t("no-translation-short")));
    Line {
        href: place.to(&advisory_path(lang, &entry.id)),
        title: Run {
            text: own.text,
            attr,
        },
        id: text::line(&entry.id),
        badges: [Badge::new(say, labels::status(entry.status)), severity]
            .into_iter()
            .chain(mark)
            .collect(),
        facts,
        published_html: when::instant_html(lang, &entry.published),
    }
}

struct Line {
    href: String,
    title: Run,
    id: String,
    badges: Vec<Badge>,
    facts: Vec<String>,
    published_html: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    w: Say,
    frame: Frame,
    entries: Vec<Line>,
    empty: String,
    list_href: String,
}

#[derive(Template)]
#[template(path = "list.html")]
struct List {
    w: Say,
    frame: Frame,
    h1: String,
    lead: String,
    years: Vec<Item>,
    entries: Vec<Line>,
    empty: String,
}
