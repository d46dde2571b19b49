//! An advisory in short, for the printable sheet and the HTML part of mails: what happened, what to do, are
//! you affected.
//!
//! Also holds what the page shares with them: which texts a language shows, and what to do when the
//! document names no action. Adds no fact of its own.

use formats::advisory::{Advisory, Lang, ProductStatus, Status, Texts, VendorStatus};

use crate::advisory::board::joined;
use crate::kit::catalogue::Say;
use crate::kit::text::Run;
use crate::kit::{labels, text};

/// Longest excerpts and lists, so that a sheet stays within two sides of A4.
const SUMMARY_CHARS_MAX: usize = 420;
const CHECK_CHARS_MAX: usize = 300;
const MEASURE_CHARS_MAX: usize = 300;
const PRODUCTS_MAX: usize = 8;

/// The texts that a page in some language shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edition<'a> {
    /// The texts, of the page's language or of the other.
    pub(crate) texts: &'a Texts,
    /// The `lang` attribute of the texts on the page.
    pub(crate) attr: &'static str,
    /// The `lang` attribute of the page's own words inside the texts.
    pub(crate) words_attr: &'static str,
    /// The texts are those of the other language.
    pub(crate) is_foreign: bool,
}

impl<'a> Edition<'a> {
    /// Returns the texts for a page in `lang`.
    pub(crate) fn new(doc: &'a Advisory, lang: Lang) -> Self {
        let (texts, is_foreign) = match doc.texts.get(&lang) {
            Some(texts) => (texts, texts.untranslated),
            None => (doc.texts(lang), !doc.texts.is_empty()),
        };
        let other = lang.other();
        let [attr, words_attr] = if is_foreign {
            [text::lang_attr(lang, other), text::lang_attr(other, lang)]
        } else {
            ["", ""]
        };
        Self {
            texts,
            attr,
            words_attr,
            is_foreign,
        }
    }

    /// Returns the title.
    pub(crate) fn title(&self) -> Run {
        Run {
            text: text::line(&self.texts.title),
            attr: self.attr,
        }
    }

    /// Returns the notice that no translation exists, if so.
    pub(crate) fn notices(&self, say: Say) -> Vec<String> {
        self.is_foreign
            .then(|| say.t("no-translation"))
            .into_iter()
            .collect()
    }
}

/// Returns what to do when the document names no action, from what it does hold.
pub(crate) fn action_fallback(doc: &Advisory, texts: &Texts) -> &'static str {
    let vendors_tell = doc.vendors.iter().any(|vendor| {
        vendor.status == VendorStatus::VulnerableFixed
            || vendor
                .products
                .iter()
                .any(|product| product.status == ProductStatus::Fixed)
    });
    if doc.status == Status::Withdrawn {
        "advisory-actions-withdrawn"
    } else if !texts.fix.trim().is_empty() {
        "advisory-actions-fix"
    } else if !texts.workaround.trim().is_empty() {
        "advisory-actions-workaround"
    } else if vendors_tell {
        "advisory-actions-vendors"
    } else {
        "advisory-actions-none"
    }
}

/// One part of the digest.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) heading: String,
    pub(crate) attr: &'static str,
    pub(crate) html: String,
    pub(crate) items: Vec<Run>,
    pub(crate) notes: Vec<String>,
}

impl Part {
    /// Adds the beginning of a text, and a note when it goes on elsewhere.
    fn excerpt(&mut self, say: Say, words: &str, chars_max: usize) {
        let (shown, is_cut) = text::excerpt(words.trim(), chars_max);
        self.html.push_str(&text::paragraphs(&shown));
        let more = say.t("sheet-more");
        if is_cut && !self.notes.contains(&more) {
            self.notes.push(more);
        }
    }

    /// Says that nothing is recorded, if so.
    fn or_unrecorded(mut self, say: Say) -> Self {
        if self.html.is_empty() && self.items.is_empty() {
            self.notes.insert(0, say.t("not-recorded"));
        }
        self
    }
}

/// Returns the three parts of the digest.
pub(crate) fn parts(doc: &Advisory, lang: Lang) -> [Part; 3] {
    let edition = Edition::new(doc, lang);
    [
        what(doc, lang, &edition),
        measures(doc, lang, &edition),
        affected(doc, lang, &edition),
    ]
}

fn what(doc: &Advisory, lang: Lang, edition: &Edition<'_>) -> Part {
    let say = Say(lang);
    let mut part = Part {
        heading: say.t("sheet-what"),
        attr: edition.attr,
        ..Part::default()
    };
    part.excerpt(say, &edition.texts.summary, SUMMARY_CHARS_MAX);
    let mut part = part.or_unrecorded(say);
    // What was withdrawn does no damage that anybody vouches for.
    if doc.status == Status::Withdrawn {
        return part;
    }
    let damage = joined(
        say,
        doc.damage
            .iter()
            .map(|damage| say.t(labels::damage(*damage))),
    );
    part.notes
        .push(format!("{}: {damage}", say.t("advisory-damage")));
    part.notes.push(format!(
        "{}: {}",
        say.t("advisory-threat"),
        say.t(labels::threat(doc.threat))
    ));
    part
}

/// The version that carries the fix of a product, as its vendors name it.
fn fixed_in<'d>(doc: &'d Advisory, id: &str) -> Option<&'d str> {
    let mut lines = doc.vendors.iter().flat_map(|vendor| &vendor.products);
    lines.find_map(|line| line.fixed_in.as_deref().filter(|_| line.product == id))
}

fn affected(doc: &Advisory, lang: Lang, edition: &Edition<'_>) -> Part {
    let say = Say(lang);
    let texts = edition.texts;
    let mut part = Part {
        heading: say.t("sheet-affected"),
        attr: edition.attr,
        ..Part::default()
    };
    let words = if texts.check.trim().is_empty() {
        &texts.affected
    } else {
        &texts.check
    };
    part.excerpt(say, words, CHECK_CHARS_MAX);
    part.items = affected_names(doc, lang);
    let left_out = part.items.len().saturating_sub(PRODUCTS_MAX);
    part.items.truncate(PRODUCTS_MAX);
    if left_out > 0 {
        part.notes
            .push(say.with("sheet-products-more", &[("n", &left_out.to_string())]));
    }
    let mut part = part.or_unrecorded(say);
    let looked_at = investigated(doc, lang);
    if !looked_at.is_empty() {
        part.notes.push(format!(
            "{}: {}",
            say.t(labels::product(ProductStatus::UnderInvestigation)),
            joined(say, looked_at)
        ));
    }
    part
}

/// What the vendors say of a product: nothing, if none of them names it.
fn said_of<'d>(doc: &'d Advisory, id: &'d str) -> impl Iterator<Item = ProductStatus> + 'd {
    let lines = doc.vendors.iter().flat_map(|vendor| &vendor.products);
    lines
        .filter(move |line| line.product == id)
        .map(|line| line.status)
}

/// Returns the products that their vendors are still looking at, each with its vendor.
fn investigated(doc: &Advisory, lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    for vendor in &doc.vendors {
        let lines = vendor.products.iter();
        for line in lines.filter(|line| line.status == ProductStatus::UnderInvestigation) {
            let product = doc.products.iter().find(|one| one.id == line.product);
            if let Some(product) = product {
                let (vendor, name) = (
                    text::run(lang, &vendor.name),
                    text::run(lang, &product.name),
                );
                out.push(format!("{} ({})", name.text, vendor.text));
            }
        }
    }
    out
}

/// Returns the products that are affected, or the vendors of affected products when nobody named one. What a vendor is
/// still looking at is none of them.
fn affected_names(doc: &Advisory, lang: Lang) -> Vec<Run> {
    let is_told_otherwise = |id: &str| {
        let is_affected = |status: ProductStatus| {
            matches!(status, ProductStatus::KnownAffected | ProductStatus::Fixed)
        };
        let mut said = said_of(doc, id).peekable();
        said.peek().is_some() && !said.any(is_affected)
    };
    let product = |product: &formats::advisory::Product| {
        let name = text::run(lang, &product.name);
        let range = formats::range::words(lang, &product.versions);
        let mut said = format!("{} {range}", name.text).trim_end().to_owned();
        // One who has a list of its makers looks for them first.
        if let Some(vendor) = doc.vendors.iter().find(|one| one.id == product.vendor) {
            let colon = Say(lang).t("partner-colon");
            said = format!("{}{colon}{said}", text::run(lang, &vendor.name).text);
        }
        if let Some(version) = fixed_in(doc, &product.id) {
            let fixed = Say(lang).with("sheet-fixed", &[("version", version)]);
            said = format!("{said} {fixed}");
        }
        Run {
            text: text::line(&said),
            attr: name.attr,
        }
    };
    let products: Vec<Run> = doc
        .products
        .iter()
        .filter(|product| !is_told_otherwise(&product.id))
        .map(product)
        .collect();
    if !products.is_empty() {
        return products;
    }
    let affected = [VendorStatus::Vulnerable, VendorStatus::VulnerableFixed];
    let vendors = doc
        .vendors
        .iter()
        .filter(|vendor| affected.contains(&vendor.status));
    vendors
        .map(|vendor| text::run(lang, &vendor.name))
        .collect()
}

fn measures(doc: &Advisory, lang: Lang, edition: &Edition<'_>) -> Part {
    let say = Say(lang);
    let texts = edition.texts;
    let mut part = Part {
        heading: say.t("sheet-do"),
        attr: edition.attr,
        ..Part::default()
    };
    part.items = texts
        .actions
        .iter()
        .map(|action| Run {
            text: say.with(
                "sheet-action",
                &[
                    ("who", &text::line(&action.who)),
                    ("what", &text::line(&action.what)),
                    ("by", &text::line(&action.by)),
                ],
            ),
            attr: edition.attr,
        })
        .collect();
    if part.items.is_empty() && doc.status != Status::Withdrawn {
        for (key, words) in [
            ("advisory-fix", &texts.fix),
            ("advisory-workaround", &texts.workaround),
        ] {
            if !words.trim().is_empty() {
                let heading = text::escape(&say.t(key));
                part.html.push_str(&format!(
                    "<p{}><strong>{heading}</strong></p>",
                    edition.words_attr
                ));
                part.excerpt(say, words, MEASURE_CHARS_MAX);
            }
        }
    }
    if doc.status == Status::Withdrawn {
        // Paper has no revision history to look into.
        let last = doc.history.last();
        let reason = last.map(|last| text::run(lang, &last.reason));
        if let Some(reason) = reason.filter(|reason| !reason.text.is_empty()) {
            let words = text::paragraphs(&reason.text);
            part.html
                .push_str(&format!("<div{}>{words}</div>", reason.attr));
        }
    }
    if part.items.is_empty() && part.html.is_empty() {
        let fallback = match action_fallback(doc, texts) {
            // Vendors stand on the page and not here.
            "advisory-actions-vendors" => "sheet-actions-vendors",
            other => other,
        };
        part.notes.push(say.t(fallback));
    }
    part
}
