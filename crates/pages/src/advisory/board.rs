//! The vendor board and the product table of an advisory, as rows for the template.
//!
//! Knows public labels only. A vendor that is silent, one that cannot tell and one that is not affected
//! are three different things, and a row never makes one look like another.

use std::collections::HashMap;

use formats::advisory::{Advisory, Lang, Vendor, VendorStatus, Words, in_lang};

use crate::kit::catalogue::Say;
use crate::kit::text::Run;
use crate::kit::{labels, text, when};

/// A row of the vendor board.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: Run,
    pub(crate) class: &'static str,
    pub(crate) label: String,
    pub(crate) asked_html: String,
    pub(crate) answered_html: String,
    pub(crate) more: String,
    pub(crate) parts: Vec<Part>,
}

/// One text below a row.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) heading: String,
    pub(crate) attr: &'static str,
    pub(crate) html: String,
}

/// How many vendors carry a label, and what it means.
#[derive(Debug)]
pub(crate) struct Count {
    pub(crate) class: &'static str,
    pub(crate) label: String,
    pub(crate) text: String,
    pub(crate) note: String,
}

/// A row of the product table.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) name: Run,
    pub(crate) vendor: Run,
    pub(crate) versions: String,
    pub(crate) status: String,
    pub(crate) fixed_in: String,
}

/// Returns the vendors in the order of the page's language: by フリガナ in Japanese, as given in English.
pub(crate) fn rows(doc: &Advisory, lang: Lang) -> Vec<Row> {
    let mut vendors: Vec<&Vendor> = doc.vendors.iter().collect();
    if lang == Lang::Ja {
        vendors.sort_by_cached_key(|vendor| {
            vendor.in_order(lang, &text::run(lang, &vendor.name).text)
        });
    }
    let in_japan = tells_days_in_japan(doc, lang);
    vendors
        .into_iter()
        .map(|vendor| row(lang, vendor, in_japan))
        .collect()
}

/// The caption of the vendor table, which says in which zone its days are.
pub(crate) fn caption(doc: &Advisory, lang: Lang) -> String {
    Say(lang).t(if tells_days_in_japan(doc, lang) {
        "advisory-vendors-caption-japan"
    } else {
        "advisory-vendors-caption"
    })
}

/// Japanese pages tell days as Japan has them, unless the document has some in UTC only.
fn tells_days_in_japan(doc: &Advisory, lang: Lang) -> bool {
    lang == Lang::Ja && doc.has_days_in_japan()
}

fn row(lang: Lang, vendor: &Vendor, in_japan: bool) -> Row {
    let say = Say(lang);
    let name = text::run(lang, &vendor.name);
    let parts = parts(lang, vendor);
    let day = |day: &Option<String>, otherwise: &str| match day {
        Some(day) => when::day_html(day),
        None => text::escape(&say.t(otherwise)),
    };
    let (notified, answered) = match vendor.in_japan.as_ref().filter(|_| in_japan) {
        Some(days) => (&days.notified, &days.answered),
        None => (&vendor.notified, &vendor.answered),
    };
    let no_answer = match vendor.status {
        VendorStatus::Notified | VendorStatus::Unreachable => "advisory-vendor-silent",
        _ => "not-recorded-short",
    };
    Row {
        class: labels::vendor_class(vendor.status),
        label: say.t(labels::vendor(vendor.status)),
        asked_html: day(notified, "not-recorded-short"),
        answered_html: day(answered, no_answer),
        more: if parts.is_empty() {
            String::new()
        } else {
            say.with("advisory-vendor-more", &[("name", &name.text)])
        },
        name,
        parts,
    }
}

fn parts(lang: Lang, vendor: &Vendor) -> Vec<Part> {
    let say = Say(lang);
    let part = |key: &str, words: Option<&Words>| {
        let words = words.filter(|words| !words.text.trim().is_empty())?;
        Some(Part {
            heading: say.t(key),
            attr: text::lang_attr(lang, words.lang),
            html: text::paragraphs(&words.text),
        })
    };
    let links: Vec<String> = vendor
        .references
        .iter()
        .map(|address| text::reference(address))
        .collect();
    let links = (!links.is_empty()).then(|| Part {
        heading: say.t("advisory-vendor-links"),
        attr: "",
        html: links.join("<br>"),
    });
    let words = [
        part("advisory-vendor-statement", vendor.statement_in(lang)),
        part("advisory-vendor-fix", in_lang(&vendor.fix, lang)),
        part(
            "advisory-vendor-workaround",
            in_lang(&vendor.workaround, lang),
        ),
        part("advisory-vendor-information", vendor.information.as_ref()),
        part("advisory-vendor-addendum", vendor.addendum.as_ref()),
        links,
    ];
    words.into_iter().flatten().collect()
}

/// Returns the labels in use with their numbers.
pub(crate) fn counts(doc: &Advisory, lang: Lang) -> Vec<Count> {
    let say = Say(lang);
    let count = |status: VendorStatus| {
        let n = doc
            .vendors
            .iter()
            .filter(|vendor| vendor.status == status)
            .count();
        let label = say.t(labels::vendor(status));
        (n > 0).then(|| Count {
            class: labels::vendor_class(status),
            text: say.with(
                "advisory-vendors-count",
                &[("label", &label), ("n", &n.to_string())],
            ),
            note: say.t(labels::vendor_note(status)),
            label,
        })
    };
    labels::VENDOR_STATUSES
        .into_iter()
        .filter_map(count)
        .collect()
}

/// Returns one row per product, with what its vendor says of it.
pub(crate) fn products(doc: &Advisory, lang: Lang) -> Vec<Product> {
    let say = Say(lang);
    let vendors: HashMap<&str, &Vendor> = doc
        .vendors
        .iter()
        .map(|vendor| (vendor.id.as_str(), vendor))
        .collect();
    let product = |product: &formats::advisory::Product| {
        let vendor = vendors.get(product.vendor.as_str());
        let lines: Vec<_> = vendor
            .iter()
            .flat_map(|vendor| &vendor.products)
            .filter(|line| line.product == product.id)
            .collect();
        let statuses = lines.iter().map(|line| say.t(labels::product(line.status)));
        let fixes = lines
            .iter()
            .filter_map(|line| line.fixed_in.as_deref())
            .map(text::line);
        Product {
            name: text::run(lang, &product.name),
            vendor: vendor.map_or_else(Run::default, |vendor| text::run(lang, &vendor.name)),
            versions: or_unrecorded(
                say,
                text::line(&formats::range::words(lang, &product.versions)),
            ),
            status: joined(say, statuses),
            fixed_in: joined(say, fixes),
        }
    };
    doc.products.iter().map(product).collect()
}

/// Returns texts as a list in one line, or that nothing is recorded.
pub(crate) fn joined(say: Say, texts: impl IntoIterator<Item = String>) -> String {
    let texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    or_unrecorded(say, texts.join(&say.t("separator")))
}

fn or_unrecorded(say: Say, text: String) -> String {
    if text.is_empty() {
        say.t("not-recorded-short")
    } else {
        text
    }
}
