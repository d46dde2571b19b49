//! The index of published advisories: what the list page searches, and subscriptions preview, without a server.
//!
//! Two forms. The catalogue of a language has a line for every advisory, with all names and numbers. The
//! texts of both languages are in blocks of advisories by age, so that a publication changes the newest block
//! alone; a block is cut into pieces, so that a search loads only those that its letters lead to. It knows
//! only documents that are already public. Spellings are the matter of [`fold`].

pub mod fold;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::advisory::{Advisory, Lang, Marking, Severity, Status, Texts, Vendor, VendorStatus};

/// Advisories of a block: as many as are read again when one of them changes.
pub const BLOCK: usize = 256;
/// Terms that make another piece worth its request.
const PIECE_TERMS: usize = 4_000;
/// Most pieces of a block: small enough that a folder of them stays readable.
const PIECES_MAX: usize = 64;
/// Version of the catalogue's form.
const CATALOGUE: u32 = 1;
/// Version of the pieces' form: which terms a text has.
const PIECES: u32 = 2;

/// A block as the catalogue names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// Number of its first advisory.
    pub first: usize,
    /// What its files' names begin with.
    pub stem: String,
    /// How many files it has, `STEM-0.json` onwards.
    pub pieces: usize,
}

#[derive(Serialize)]
struct Catalogue<'a> {
    v: u32,
    search: &'a [Block],
    advisories: Vec<Line<'a>>,
}

/// One advisory. Names that are equal in both languages stand once.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    path: String,
    title: &'a str,
    published: &'a str,
    first_published: &'a str,
    revision: u32,
    status: Status,
    severity: Severity,
    vendors: Vec<&'a str>,
    products: Vec<&'a str>,
    ids: Vec<&'a str>,
    /// Position by age, by which the pieces name it.
    n: usize,
    /// Vendors on the board.
    board: usize,
    #[serde(skip_serializing_if = "str::is_empty")]
    other_title: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kana: Vec<&'a str>,
    /// The vendors that answered that they are not affected: who looks for them has to be told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unaffected: Vec<Spared<'a>>,
    /// The title is that of the other language.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    untranslated: bool,
    /// Why it is marked, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    marking: Option<Marking>,
}

/// A vendor that is not affected: what it is called, in the catalogue's language first, and how that is read.
#[derive(Serialize)]
struct Spared<'a> {
    names: Vec<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    kana: &'a str,
}

impl Spared<'_> {
    fn of(lang: Lang, vendor: &Vendor) -> Option<Spared<'_>> {
        let names = [lang, lang.other()].map(|lang| vendor.name.get(&lang));
        let names = names.into_iter().flatten().map(String::as_str);
        let mut names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        names.dedup();
        let kana = vendor.kana.as_str();
        (!names.is_empty()).then_some(Spared { names, kana })
    }
}

#[derive(Serialize)]
struct Piece {
    v: u32,
    /// Advisories by term: the first relative to the block, each other to the one before it.
    terms: BTreeMap<String, String>,
}

/// Returns positions into `docs` from the oldest advisory to the newest: numbers that a later one does not move.
#[must_use]
pub fn by_age(docs: &[&Advisory]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..docs.len()).collect();
    order.sort_by_key(|at| {
        docs.get(*at)
            .map(|doc| (doc.first_published.as_str(), doc.id.as_str()))
    });
    order
}

/// Returns the catalogue of a language over `docs` in their order; `path` tells where each page lies.
///
/// # Errors
/// Fails only if a name could not be written, which the types rule out.
pub fn catalogue(
    lang: Lang,
    docs: &[&Advisory],
    blocks: &[Block],
    path: impl Fn(&str) -> String,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut numbers = vec![0; docs.len()];
    for (number, at) in by_age(docs).into_iter().enumerate() {
        if let Some(place) = numbers.get_mut(at) {
            *place = number;
        }
    }
    let lines = docs.iter().zip(numbers);
    let mut bytes = serde_json::to_vec(&Catalogue {
        v: CATALOGUE,
        search: blocks,
        advisories: lines
            .map(|(doc, n)| line(lang, doc, n, path(&doc.id)))
            .collect(),
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn line(lang: Lang, doc: &Advisory, n: usize, path: String) -> Line<'_> {
    let title = doc.texts(lang).title.as_str();
    let other_title = doc.texts(lang.other()).title.as_str();
    let others = doc.other_ids.iter().map(|id| id.text.as_str());
    let kana = doc.vendors.iter().map(|vendor| vendor.kana.as_str());
    let is_spared = |vendor: &&Vendor| vendor.status == VendorStatus::NotVulnerable;
    let spared = doc.vendors.iter().filter(is_spared);
    Line {
        id: &doc.id,
        path,
        title,
        published: &doc.published,
        first_published: &doc.first_published,
        revision: doc.revision,
        status: doc.status,
        severity: doc.severity,
        vendors: names(doc.vendors.iter().map(|vendor| &vendor.name)),
        products: names(doc.products.iter().map(|product| &product.name)),
        ids: doc.cve.iter().map(String::as_str).chain(others).collect(),
        n,
        board: doc.vendors.len(),
        other_title: if other_title == title {
            ""
        } else {
            other_title
        },
        kana: kana.filter(|kana| !kana.is_empty()).collect(),
        unaffected: spared
            .filter_map(|vendor| Spared::of(lang, vendor))
            .collect(),
        untranslated: doc.texts.get(&lang).is_none_or(|texts| texts.untranslated),
        marking: Some(doc.marking).filter(|marking| *marking != Marking::None),
    }
}

fn names<'a>(maps: impl Iterator<Item = &'a BTreeMap<Lang, String>>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    maps.flat_map(BTreeMap::values)
        .map(String::as_str)
        .filter(|name| !name.is_empty() && seen.insert(*name))
        .collect()
}

/// Returns the pieces of a block of advisories, oldest first.
///
/// # Errors
/// Fails only if a term could not be written, which the types rule out.
pub fn pieces(docs: &[&Advisory]) -> Result<Vec<Vec<u8>>, serde_json::Error> {
    let mut lists: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, doc) in docs.iter().enumerate() {
        for term in terms_of(doc) {
            lists.entry(term).or_default().push(number);
        }
    }
    let count = (lists.len() / PIECE_TERMS + 1)
        .next_power_of_two()
        .min(PIECES_MAX);
    let mut pieces: Vec<Piece> = (0..count)
        .map(|_| Piece {
            v: PIECES,
            terms: BTreeMap::new(),
        })
        .collect();
    for (term, numbers) in lists {
        let list = deltas(&numbers);
        for at in places(&term, count) {
            if let Some(piece) = pieces.get_mut(at) {
                piece.terms.insert(term.clone(), list.clone());
            }
        }
    }
    let bytes = |piece: &Piece| {
        let mut bytes = serde_json::to_vec(piece)?;
        bytes.push(b'\n');
        Ok(bytes)
    };
    pieces.iter().map(bytes).collect()
}

/// Returns the pieces in which a term is looked for: a word may be asked for by any part of it.
fn places(term: &str, count: usize) -> BTreeSet<usize> {
    let chars: Vec<char> = term.chars().collect();
    if let [alone] = chars.as_slice() {
        return BTreeSet::from([fold::piece(*alone, *alone, count)]);
    }
    chars
        .windows(2)
        .filter_map(|pair| match pair {
            [first, second] => Some(fold::piece(*first, *second, count)),
            _ => None,
        })
        .collect()
}

fn deltas(numbers: &[usize]) -> String {
    let mut before = 0;
    let mut out = Vec::with_capacity(numbers.len());
    for number in numbers {
        out.push((number - before).to_string());
        before = *number;
    }
    out.join(" ")
}

/// Returns what an advisory is found by beside the catalogue: the words of its texts and of its vendors.
fn terms_of(doc: &Advisory) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    let mut add = |text: &str| fold::terms(&fold::plain(text), &mut terms);
    for texts in doc.texts.values().filter(|texts| !texts.untranslated) {
        fields(texts).into_iter().for_each(&mut add);
        for action in &texts.actions {
            [&action.who, &action.what, &action.by]
                .into_iter()
                .for_each(|text| add(text));
        }
    }
    if doc.texts.values().all(|texts| texts.untranslated) {
        doc.texts.values().flat_map(fields).for_each(&mut add);
    }
    for vendor in &doc.vendors {
        let words = [
            &vendor.statement,
            &vendor.statement_other,
            &vendor.information,
            &vendor.addendum,
        ];
        let more = vendor.workaround.iter().chain(&vendor.fix);
        for words in words.into_iter().flatten().chain(more) {
            add(&words.text);
        }
    }
    terms
}

fn fields(texts: &Texts) -> [&str; 12] {
    [
        &texts.title,
        &texts.summary,
        &texts.details,
        &texts.affected,
        &texts.check,
        &texts.impact,
        &texts.fix,
        &texts.workaround,
        &texts.side_effects,
        &texts.detection,
        &texts.threat_note,
        &texts.note,
    ]
}
