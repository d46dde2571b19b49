//! Finding an advisory: the search form of the list, vendors by name, and where their files lie.
//!
//! The form works with `assets/find.js` alone and says so; vendors by name are pressed pages. What is searched
//! is made by [`formats::index`]; equal spellings of a vendor's name are made one by its [`fold`].

use std::collections::BTreeMap;
use std::fmt::Write as _;

use askama::Template;
use formats::advisory::{Advisory, Lang, Marking, Status, VendorStatus};
use formats::index::fold;
use sha2::{Digest, Sha256};

use crate::Site;
use crate::kit::catalogue::Say;
use crate::kit::frame::{Badge, Frame, bytes, frame};
use crate::kit::links::{Place, advisory_path, list_path};
use crate::kit::text::Run;
use crate::kit::{labels, text};
use crate::publication::list::{Page, SEVERITIES, STATUSES};

/// Vendors that get a list of their own, those with the most advisories first: each costs two files a language.
const LISTS_MAX: usize = 400;
/// Vendors on the page of names: about 60 KiB compressed.
const NAMES_MAX: usize = 3_000;
/// Characters of a name that its list's file name keeps.
const SLUG_CHARS_MAX: usize = 40;

/// Returns the path of the search's catalogue of a language.
#[must_use]
pub fn index_path(lang: Lang) -> String {
    format!("/{}/advisories/index.json", lang.tag())
}

/// Returns the path of a piece of the search's texts.
#[must_use]
pub fn piece_path(stem: &str, piece: usize) -> String {
    format!("/search/{stem}-{piece}.json")
}

/// Returns the path of the page of vendors by name.
#[must_use]
pub fn vendors_path(lang: Lang) -> String {
    format!("/{}/advisories/vendors.html", lang.tag())
}

/// Returns the path of the list of a severity or a stage, by the key of its label.
pub(crate) fn label_path(lang: Lang, label: &str) -> String {
    format!("/{}/advisories/{label}.html", lang.tag())
}

/// Returns the path of the list of a vendor.
pub(crate) fn shelf_path(lang: Lang, slug: &str) -> String {
    format!("/{}/advisories/vendor-{slug}.html", lang.tag())
}

/// The advisories whose boards name one vendor.
pub(crate) struct Shelf {
    pub(crate) slug: String,
    /// As the newest of them writes it.
    pub(crate) name: BTreeMap<Lang, String>,
    kana: String,
    /// Positions, newest first.
    pub(crate) members: Vec<usize>,
    /// A vendor with one advisory needs no list, and one beyond [`LISTS_MAX`] gets none.
    pub(crate) has_list: bool,
}

/// Returns a shelf for each vendor, those with the most advisories first.
pub(crate) fn shelves(docs: &[&Advisory]) -> Vec<Shelf> {
    let mut by_key: BTreeMap<String, Shelf> = BTreeMap::new();
    for (at, doc) in docs.iter().enumerate() {
        for vendor in &doc.vendors {
            let Some(key) = key(&vendor.name) else {
                continue;
            };
            let shelf = by_key.entry(key).or_insert_with_key(|key| Shelf {
                slug: slug(key),
                name: vendor.name.clone(),
                kana: vendor.kana.clone(),
                members: Vec::new(),
                has_list: false,
            });
            if shelf.members.last() != Some(&at) {
                shelf.members.push(at);
            }
        }
    }
    let mut shelves: Vec<Shelf> = by_key.into_values().collect();
    shelves.sort_by_key(|shelf| std::cmp::Reverse(shelf.members.len()));
    for shelf in shelves.iter_mut().take(LISTS_MAX) {
        shelf.has_list = shelf.members.len() > 1;
    }
    shelves
}

/// The English name, or the Japanese one, folded: one vendor is spelt in several ways over the years.
fn key(name: &BTreeMap<Lang, String>) -> Option<String> {
    let names = [Lang::En, Lang::Ja].map(|lang| name.get(&lang));
    names
        .into_iter()
        .flatten()
        .map(|name| fold::loose(&fold::plain(name)))
        .find(|key| !key.is_empty())
}

fn slug(key: &str) -> String {
    let mut slug = String::with_capacity(key.len() + 7);
    for c in key.chars().take(SLUG_CHARS_MAX) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    if !slug.is_empty() && !slug.ends_with('-') {
        slug.push('-');
    }
    for byte in Sha256::digest(key.as_bytes()).iter().take(4) {
        let _ = write!(slug, "{byte:02x}");
    }
    slug
}

/// Presses the page of vendors by name.
pub(crate) fn vendors(site: &Site, lang: Lang, docs: &[&Advisory], shelves: &[Shelf]) -> Page {
    let path = vendors_path(lang);
    let place = Place::File(path.clone());
    let say = Say(lang);
    let h1 = say.t("find-vendors-title");
    let mut groups: BTreeMap<(usize, String), Vec<(String, Named)>> = BTreeMap::new();
    for shelf in shelves.iter().take(NAMES_MAX) {
        let sort = sort_key(lang, shelf);
        let newest = shelf.members.first().and_then(|at| docs.get(*at));
        let (target, what) = match newest {
            Some(_) if shelf.has_list => (
                shelf_path(lang, &shelf.slug),
                say.count("find-vendors-count", shelf.members.len()),
            ),
            Some(doc) => (advisory_path(lang, &doc.id), one(say, doc, shelf)),
            None => continue,
        };
        let named = Named {
            href: place.to(&target),
            name: text::run(lang, &shelf.name),
            what,
        };
        let group = groups.entry(group(lang, &sort)).or_default();
        group.push((sort, named));
    }
    let groups = groups.into_iter().enumerate().map(|(n, group)| {
        let ((_, name), mut vendors) = group;
        vendors.sort_by(|(a, x), (b, y)| (a, &x.href).cmp(&(b, &y.href)));
        Initial {
            id: format!("initial-{}", n + 1),
            name: match name.as_str() {
                "" => say.t("find-others"),
                kana if !kana.is_ascii() => say.with("find-row", &[("kana", kana)]),
                letter => letter.to_owned(),
            },
            vendors: vendors.into_iter().map(|(_, named)| named).collect(),
        }
    });
    let capped = shelves.len() > NAMES_MAX;
    let bytes = bytes(&Vendors {
        w: say,
        frame: frame(site, lang, &place, &h1, &vendors_path(lang.other()), &[]),
        capped: capped.then(|| say.with("find-vendors-capped", &[("max", &NAMES_MAX.to_string())])),
        list_href: place.to(&list_path(lang, None)),
        groups: groups.collect(),
        h1,
    });
    Page {
        path,
        bytes,
        newest: None,
    }
}

/// A link that leads to one advisory says so by its number.
fn one(say: Say, doc: &Advisory, shelf: &Shelf) -> String {
    let id = match doc.status {
        Status::Withdrawn => format!(
            "{} ({})",
            text::line(&doc.id),
            say.t(labels::status(doc.status))
        ),
        _ => text::line(&doc.id),
    };
    match shelf.members.len() {
        1 => id,
        n => format!("{id} {}", say.count("find-vendors-newest", n)),
    }
}

fn sort_key(lang: Lang, shelf: &Shelf) -> String {
    let reading = Some(&shelf.kana).filter(|kana| lang == Lang::Ja && !kana.is_empty());
    let name = reading.map_or_else(|| text::run(lang, &shelf.name).text, String::clone);
    fold::loose(&fold::plain(&name))
}

/// Rows of the Japanese syllabary by their last kana, voiced ones included.
const ROWS: [(char, &str); 10] = [
    ('お', "あ"),
    ('ご', "か"),
    ('ぞ', "さ"),
    ('ど', "た"),
    ('の', "な"),
    ('ぽ', "は"),
    ('も', "ま"),
    ('よ', "や"),
    ('ろ', "ら"),
    ('ん', "わ"),
];

/// Returns the place and name of the group of a sort key; an empty name is that of all others.
fn group(lang: Lang, sort: &str) -> (usize, String) {
    let first = sort.chars().next().unwrap_or(' ');
    if first.is_ascii_lowercase() {
        return (ROWS.len(), first.to_ascii_uppercase().to_string());
    }
    let row = ROWS
        .iter()
        .enumerate()
        .find(|(_, (last, _))| lang == Lang::Ja && ('ぁ'..=*last).contains(&first));
    match row {
        Some((at, (_, name))) => (at, (*name).to_owned()),
        None => (ROWS.len() + 1, String::new()),
    }
}

/// Returns the search form, which the script of the page brings to life.
pub(crate) fn form(lang: Lang, years: &[i16]) -> String {
    let say = Say(lang);
    let blank = |key: &str| say.with(key, &[("n", "%s")]);
    let option = |value: &str, text: String| Opt {
        value: value.to_owned(),
        text,
    };
    let word = |label: &'static str, kind: &str| label.trim_start_matches(kind).replace('-', "_");
    let form = Form {
        w: say,
        lang: lang.tag(),
        one: blank("find-one"),
        many: blank("find-many"),
        more: blank("find-more"),
        revision: blank("find-revision"),
        vendors_one: blank("find-vendors-one"),
        vendors_many: blank("find-vendors-many"),
        unaffected: say.with(
            "find-unaffected",
            &[
                ("name", "%s"),
                (
                    "status",
                    &say.t(labels::vendor(VendorStatus::NotVulnerable)),
                ),
            ],
        ),
        severity: say.with("entry-severity", &[("severity", "%s")]),
        marks: [
            ("archive", Marking::Archive),
            ("fictional", Marking::Fictional),
            ("exercise", Marking::Exercise),
        ]
        .into_iter()
        .filter_map(|(class, marking)| {
            let [badge, ..] = labels::marking(marking)?;
            Some(Badge {
                class,
                text: say.t(badge),
            })
        })
        .collect(),
        choices: vec![
            Select {
                name: "severity",
                label: say.t("find-severity"),
                options: SEVERITIES
                    .map(labels::severity)
                    .map(|label| option(&word(label, "severity-"), say.t(label)))
                    .into(),
            },
            Select {
                name: "status",
                label: say.t("find-status"),
                options: STATUSES
                    .map(labels::status)
                    .map(|label| option(&word(label, "status-"), say.t(label)))
                    .into(),
            },
            Select {
                name: "year",
                label: say.t("find-year"),
                options: years
                    .iter()
                    .map(|year| {
                        let year = year.to_string();
                        option(&year, say.with("list-year", &[("year", &year)]))
                    })
                    .collect(),
            },
        ],
    };
    form.render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "find.html")]
struct Form {
    w: Say,
    lang: &'static str,
    one: String,
    many: String,
    more: String,
    revision: String,
    vendors_one: String,
    vendors_many: String,
    unaffected: String,
    severity: String,
    marks: Vec<Badge>,
    choices: Vec<Select>,
}

struct Select {
    name: &'static str,
    label: String,
    options: Vec<Opt>,
}

struct Opt {
    value: String,
    text: String,
}

#[derive(Template)]
#[template(path = "vendors.html")]
struct Vendors {
    w: Say,
    frame: Frame,
    h1: String,
    capped: Option<String>,
    list_href: String,
    groups: Vec<Initial>,
}

struct Initial {
    id: String,
    name: String,
    vendors: Vec<Named>,
}

struct Named {
    href: String,
    name: Run,
    what: String,
}

#[cfg(test)]
mod tests;
