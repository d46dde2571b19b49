//! Lists of advisories: the home page of a language, the newest, and those by year, severity, stage and vendor.
//!
//! Knows only published documents, newest first. Every list is a page of its own, so that readers without
//! script, or with the tree on a stick, can narrow down as well; free combination is the search's ([`find`]).

use std::collections::BTreeSet;

use askama::Template;
use formats::advisory::{Advisory, Lang, Severity, Status, Threat};

use crate::kit::catalogue::Say;
use crate::kit::frame::{Badge, Frame, Item, bytes, frame, with_feed};
use crate::kit::links::{Place, about_path, advisory_path, home_path, list_path};
use crate::kit::text::Run;
use crate::kit::{assets, labels, text, when};
use crate::publication::find;
use crate::publication::find::Shelf;
use crate::{Entry, Site};

/// Most entries that the list without a choice shows: a page of about 15 KiB on the wire.
const NEWEST_MAX: usize = 100;
/// Most entries of a list by severity, stage or vendor; lists by year hold all.
const CHOSEN_MAX: usize = 200;

/// Severities in the order of lists, worst first.
pub(crate) const SEVERITIES: [Severity; 6] = [
    Severity::Critical,
    Severity::Important,
    Severity::Warning,
    Severity::Caution,
    Severity::None,
    Severity::NotRecorded,
];
/// Stages in the order of lists.
pub(crate) const STATUSES: [Status; 4] = [
    Status::Interim,
    Status::Final,
    Status::Updated,
    Status::Withdrawn,
];

/// A page over several advisories.
#[derive(Clone, Debug)]
pub struct Page {
    /// Path from the root of the pressed tree.
    pub path: String,
    /// The page.
    pub bytes: Vec<u8>,
    /// Position of the newest advisory on it; nothing for a page over all of them.
    pub newest: Option<usize>,
}

/// Presses `/{lang}/index.html`: the home page of a language with the newest advisories, of `total` that are out. Those
/// whose weakness is being attacked stand first.
#[must_use]
pub fn home(site: &Site, lang: Lang, recent: &[Entry], total: usize) -> Vec<u8> {
    let place = Place::File(home_path(lang));
    let say = Say(lang);
    let title = crate::kit::frame::site_name(site, lang);
    let is_attacked =
        |entry: &&Entry| entry.threat == Threat::Occurring && entry.status != Status::Withdrawn;
    let (attacked, others): (Vec<&Entry>, Vec<&Entry>) = recent.iter().partition(is_attacked);
    let shown = |entries: Vec<&Entry>| -> Vec<String> {
        let lines = entries.into_iter().map(|entry| line(lang, &place, entry));
        lines.collect()
    };
    let (attacked, lines) = (shown(attacked), shown(others));
    bytes(&Home {
        w: say,
        frame: with_feed(
            frame(site, lang, &place, &title, &home_path(lang.other()), &[]),
            lang,
            &place,
        ),
        attacked,
        entries: lines.iter().map(String::as_str).collect(),
        empty: say.t(if total == 0 {
            "home-empty"
        } else {
            "home-no-others"
        }),
        count: (total > 0).then(|| say.count("home-count", total)),
        list_href: place.to(&list_path(lang, None)),
        about_href: place.to(&about_path(lang)),
        contact_html: text::contact(&site.contact),
        telephone: site.telephone.get(&lang).map(|words| text::line(words)),
    })
}

/// Presses every list of a language over all advisories, newest first, and the page of vendors.
#[must_use]
pub fn lists(site: &Site, lang: Lang, docs: &[&Advisory]) -> Vec<Page> {
    // All lists lie in one folder, so that an entry is the same piece of HTML in each of them.
    let place = Place::File(list_path(lang, None));
    let lines = docs
        .iter()
        .map(|doc| line(lang, &place, &Entry::from(*doc)))
        .collect();
    let shelves = find::shelves(docs);
    let years: BTreeSet<i16> = docs.iter().map(|doc| year_of(doc)).collect();
    let has = |test: &dyn Fn(&Advisory) -> bool| docs.iter().any(|doc| test(doc));
    let all = Lists {
        site,
        lang,
        docs,
        lines,
        years: years.into_iter().rev().collect(),
        severities: SEVERITIES
            .into_iter()
            .filter(|severity| has(&|doc| doc.severity == *severity))
            .collect(),
        statuses: STATUSES
            .into_iter()
            .filter(|status| has(&|doc| doc.status == *status))
            .collect(),
    };
    let mut pages = vec![
        all.page(&Choice::Newest),
        find::vendors(site, lang, docs, &shelves),
    ];
    pages.extend(all.years.iter().map(|year| all.page(&Choice::Year(*year))));
    pages.extend(
        all.severities
            .iter()
            .map(|severity| all.page(&Choice::Severity(*severity))),
    );
    pages.extend(
        all.statuses
            .iter()
            .map(|status| all.page(&Choice::Status(*status))),
    );
    let own = shelves.iter().filter(|shelf| shelf.has_list);
    pages.extend(own.map(|shelf| all.page(&Choice::Vendor(shelf))));
    pages
}

/// Returns the year in which an advisory was first published.
pub(crate) fn year_of(doc: &Advisory) -> i16 {
    doc.first_published
        .get(..4)
        .and_then(|year| year.parse().ok())
        .unwrap_or(1970)
}

/// What a list is narrowed down to.
#[derive(Clone, Copy)]
enum Choice<'a> {
    Newest,
    Year(i16),
    Severity(Severity),
    Status(Status),
    Vendor(&'a Shelf),
}

impl Choice<'_> {
    fn path(&self, lang: Lang) -> String {
        match self {
            Choice::Newest => list_path(lang, None),
            Choice::Year(year) => list_path(lang, Some(*year)),
            Choice::Severity(severity) => find::label_path(lang, labels::severity(*severity)),
            Choice::Status(status) => find::label_path(lang, labels::status(*status)),
            Choice::Vendor(shelf) => find::shelf_path(lang, &shelf.slug),
        }
    }

    fn title(&self, lang: Lang) -> String {
        let say = Say(lang);
        match self {
            Choice::Newest => say.t("list-title"),
            Choice::Year(year) => say.with("list-title-year", &[("year", &year.to_string())]),
            Choice::Severity(severity) => say.with(
                "find-title-severity",
                &[("severity", &say.t(labels::severity(*severity)))],
            ),
            Choice::Status(status) => say.with(
                "find-title-status",
                &[("status", &say.t(labels::status(*status)))],
            ),
            Choice::Vendor(shelf) => say.with(
                "find-title-vendor",
                &[("vendor", &text::run(lang, &shelf.name).text)],
            ),
        }
    }
}

/// What all lists of a language share.
struct Lists<'a> {
    site: &'a Site,
    lang: Lang,
    docs: &'a [&'a Advisory],
    lines: Vec<String>,
    years: Vec<i16>,
    severities: Vec<Severity>,
    statuses: Vec<Status>,
}

impl Lists<'_> {
    fn members(&self, choice: &Choice<'_>) -> Vec<usize> {
        let chosen = |test: &dyn Fn(&Advisory) -> bool| {
            let all = self.docs.iter().enumerate();
            all.filter(|(_, doc)| test(doc)).map(|(at, _)| at).collect()
        };
        match choice {
            Choice::Newest => (0..self.docs.len()).collect(),
            Choice::Year(year) => chosen(&|doc| year_of(doc) == *year),
            Choice::Severity(severity) => chosen(&|doc| doc.severity == *severity),
            Choice::Status(status) => chosen(&|doc| doc.status == *status),
            Choice::Vendor(shelf) => shelf.members.clone(),
        }
    }

    fn page(&self, choice: &Choice<'_>) -> Page {
        let (lang, say) = (self.lang, Say(self.lang));
        let path = choice.path(lang);
        let place = Place::File(path.clone());
        let members = self.members(choice);
        let (shown_max, is_newest) = match choice {
            Choice::Newest => (NEWEST_MAX, true),
            Choice::Year(_) => (usize::MAX, false),
            Choice::Severity(_) | Choice::Status(_) | Choice::Vendor(_) => (CHOSEN_MAX, false),
        };
        let (all, max) = (members.len().to_string(), shown_max.to_string());
        let lead = if is_newest {
            say.count("list-newest", NEWEST_MAX)
        } else if members.len() > shown_max {
            say.with("find-capped", &[("n", &all), ("max", &max)])
        } else {
            say.count("list-count", members.len())
        };
        let h1 = choice.title(lang);
        let twin = choice.path(lang.other());
        let mut frame = with_feed(
            frame(self.site, lang, &place, &h1, &twin, &[]),
            lang,
            &place,
        );
        frame.script = is_newest.then(|| place.to(assets::find_script_path()));
        let bytes = bytes(&List {
            w: say,
            frame,
            find: is_newest.then(|| find::form(lang, &self.years)),
            lead,
            note: matches!(choice, Choice::Vendor(_)).then(|| say.t("find-vendor-note")),
            filters: self.filters(&path, &place),
            entries: members
                .iter()
                .take(shown_max)
                .filter_map(|at| self.lines.get(*at).map(String::as_str))
                .collect(),
            empty: say.t("list-empty"),
            h1,
        });
        Page {
            path,
            bytes,
            newest: members.first().copied().filter(|_| !is_newest),
        }
    }

    fn filters(&self, here: &str, place: &Place) -> Vec<Group> {
        let (lang, say) = (self.lang, Say(self.lang));
        let item = |choice: Choice<'_>, text: String| {
            let target = choice.path(lang);
            Item {
                href: place.to(&target),
                text,
                is_here: target == here,
            }
        };
        let year = |year: &i16| {
            let text = say.with("list-year", &[("year", &year.to_string())]);
            item(Choice::Year(*year), text)
        };
        let newest = item(Choice::Newest, say.t("list-all-years"));
        let vendors = find::vendors_path(lang);
        let groups = [
            (
                "by-year",
                say.t("find-by-year"),
                std::iter::once(newest)
                    .chain(self.years.iter().map(year))
                    .collect(),
            ),
            (
                "by-severity",
                say.t("find-by-severity"),
                self.severities
                    .iter()
                    .map(|s| item(Choice::Severity(*s), say.t(labels::severity(*s))))
                    .collect::<Vec<_>>(),
            ),
            (
                "by-status",
                say.t("find-by-status"),
                self.statuses
                    .iter()
                    .map(|s| item(Choice::Status(*s), say.t(labels::status(*s))))
                    .collect(),
            ),
            (
                "by-vendor",
                say.t("find-by-vendor"),
                vec![Item {
                    href: place.to(&vendors),
                    text: say.t("find-vendors-link"),
                    is_here: vendors == here,
                }],
            ),
        ];
        groups
            .into_iter()
            .filter(|(_, _, items)| !items.is_empty())
            .map(|(id, name, items)| Group { id, name, items })
            .collect()
    }
}

fn line(lang: Lang, place: &Place, entry: &Entry) -> String {
    let say = Say(lang);
    let is_foreign = entry.untranslated.contains(&lang);
    let own = text::run(lang, &entry.title);
    let attr = if is_foreign {
        text::lang_attr(lang, lang.other())
    } else {
        own.attr
    };
    let severity = Badge::severity(say, entry.severity);
    let mark = labels::marking(entry.marking).map(|[badge, ..]| Badge {
        class: "marked",
        text: say.t(badge),
    });
    let mut facts = vec![say.with("entry-revision", &[("n", &entry.revision.to_string())])];
    if entry.vendors > 0 {
        facts.push(say.count("entry-vendors", entry.vendors));
    }
    facts.extend(is_foreign.then(|| say.t("no-translation-short")));
    let line = Line {
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
    };
    line.render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "entry.html")]
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
struct Home<'a> {
    w: Say,
    frame: Frame,
    attacked: Vec<String>,
    entries: Vec<&'a str>,
    empty: String,
    count: Option<String>,
    list_href: String,
    about_href: String,
    contact_html: String,
    telephone: Option<String>,
}

#[derive(Template)]
#[template(path = "list.html")]
struct List<'a> {
    w: Say,
    frame: Frame,
    h1: String,
    find: Option<String>,
    lead: String,
    note: Option<String>,
    filters: Vec<Group>,
    entries: Vec<&'a str>,
    empty: String,
}

/// Lists of one kind.
struct Group {
    id: &'static str,
    name: String,
    items: Vec<Item>,
}
