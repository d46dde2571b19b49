//! The bulletin: an advisory as plain text, which is clear-signed and stands in mail bodies.
//!
//! Lines have at most [`WIDTH`] columns, end in `\n` without trailing spaces, and none begins with `From ` or a dash,
//! so that signatures and mail boxes leave the text as it is. A field that is empty is shown as "not recorded":
//! whoever reads the bulletin alone must see what nobody knows. Vendors' own words are not in it, only their labels;
//! they stand on the page and in the JSON and CSAF forms.
//!
//! Headings and labels are fixed in `words`, apart from the catalogues of the pages, since the bytes are hashed
//! and approved. Start reading at [`bulletin`].

mod words;
mod wrap;

use std::collections::BTreeMap;

use crate::advisory::{Action, Advisory, Lang, Marking, Product, Status, Vendor, in_lang};
use crate::{provider, time};
use words::Labels;

/// Columns of the widest line.
pub const WIDTH: usize = 70;

/// Returns the bulletin of `doc` in `lang`; `copies` tells where the signed copies lie, for example an address.
#[must_use]
pub fn bulletin(doc: &Advisory, lang: Lang, copies: &str) -> String {
    let labels = words::labels(lang);
    let heading = &labels.heading;
    let texts = doc.texts(lang);
    let mut page = Page {
        out: String::new(),
        lang,
        labels,
    };
    head(&mut page, doc);
    page.heading(heading.actions);
    if doc.status == Status::Withdrawn && texts.actions.is_empty() {
        page.paragraph(labels.actions_withdrawn);
    } else {
        actions(&mut page, &texts.actions);
    }
    page.section(heading.summary, &texts.summary);
    page.heading(heading.severity);
    severity(&mut page, doc);
    page.heading(heading.affected);
    affected(&mut page, doc);
    page.section(heading.check, &texts.check);
    page.section(heading.impact, &texts.impact);
    page.heading(heading.threat);
    page.paragraph(words::threat(doc.threat, lang));
    if !texts.threat_note.trim().is_empty() {
        page.paragraph(&texts.threat_note);
    }
    page.section(heading.fix, &texts.fix);
    page.section(heading.workaround, &texts.workaround);
    page.section(heading.side_effects, &texts.side_effects);
    page.section(heading.detection, &texts.detection);
    // Hundreds of vendors stand behind what a reader has to do.
    page.heading(heading.vendors);
    vendors(&mut page, doc);
    page.section(heading.details, &texts.details);
    // What nobody has to record is left out where there is none, as on the page.
    if !texts.note.trim().is_empty() {
        page.section(heading.note, &texts.note);
    }
    let lines = references(doc);
    page.optional(heading.references, lines.iter().map(String::as_str));
    let lines = related(doc);
    page.optional(heading.related, lines.iter().map(String::as_str));
    page.optional(heading.credits, doc.credits.iter().map(String::as_str));
    page.heading(heading.history);
    history(&mut page, doc);
    page.heading(heading.contact);
    page.field(labels.contact, &doc.publisher.contact);
    page.field(labels.copies, copies);
    let csaf = format!(
        "{}/{}",
        doc.publisher.portal,
        provider::Entry::of(doc).path()
    );
    page.field(labels.csaf, &csaf);
    page.out
}

struct Page {
    out: String,
    lang: Lang,
    labels: &'static Labels,
}

impl Page {
    fn heading(&mut self, text: &str) {
        self.out.push('\n');
        wrap::wrap(&mut self.out, &format!("== {text} =="), "", 0, WIDTH);
    }

    fn section(&mut self, heading: &str, text: &str) {
        self.heading(heading);
        let text = if text.trim().is_empty() {
            self.labels.not_recorded
        } else {
            text
        };
        self.paragraph(text);
    }

    fn paragraph(&mut self, text: &str) {
        wrap::wrap(
            &mut self.out,
            text.trim_matches('\n'),
            INDENT,
            INDENT.len(),
            WIDTH,
        );
    }

    fn item(&mut self, text: &str) {
        wrap::wrap(&mut self.out, text.trim(), "  * ", 4, WIDTH);
    }

    fn list<'a>(&mut self, items: impl Iterator<Item = &'a str>) {
        let mut is_empty = true;
        for item in items.filter(|item| !item.trim().is_empty()) {
            self.item(item);
            is_empty = false;
        }
        if is_empty {
            self.paragraph(self.labels.not_recorded);
        }
    }

    /// A section of what is there; without anything there is none.
    fn optional<'a>(&mut self, heading: &str, items: impl Iterator<Item = &'a str>) {
        let items: Vec<&str> = items.filter(|item| !item.trim().is_empty()).collect();
        if items.is_empty() {
            return;
        }
        self.heading(heading);
        for item in items {
            self.item(item);
        }
    }

    fn field(&mut self, label: &str, value: &str) {
        if !value.trim().is_empty() {
            let head = format!("{label}{}", self.labels.colon);
            wrap::wrap(&mut self.out, value.trim(), &head, INDENT.len(), WIDTH);
        }
    }

    fn name<'a>(&self, names: &'a BTreeMap<Lang, String>, fallback: &'a str) -> &'a str {
        let own = names.get(&self.lang).into_iter();
        own.chain(names.values())
            .map(|name| name.trim())
            .find(|name| !name.is_empty())
            .unwrap_or(fallback)
    }
}

const INDENT: &str = "  ";

fn head(page: &mut Page, doc: &Advisory) {
    let (lang, labels) = (page.lang, page.labels);
    if doc.marking != Marking::None {
        wrap::wrap(
            &mut page.out,
            words::marking(doc.marking, lang),
            "",
            0,
            WIDTH,
        );
    }
    page.out.push_str("TLP:CLEAR\n");
    page.field(labels.number, &doc.id);
    page.field(
        labels.revision,
        &format!("{} ({})", doc.revision, words::status(doc.status, lang)),
    );
    page.field(
        labels.first_published,
        &time::both(&doc.first_published, lang),
    );
    page.field(labels.published, &time::both(&doc.published, lang));
    page.field(labels.audience, words::audience(doc.audience, lang));
    page.field(
        labels.publisher,
        page.name(&doc.publisher.name, &doc.publisher.portal),
    );
    page.out.push('\n');
    let texts = doc.texts(lang);
    let title = if texts.title.trim().is_empty() {
        &doc.id
    } else {
        &texts.title
    };
    let before = page.out.len();
    // A title is one line by nature.
    wrap::wrap(
        &mut page.out,
        &title.trim().replace('\n', " "),
        "",
        0,
        WIDTH,
    );
    let widest = page
        .out
        .get(before..)
        .unwrap_or_default()
        .lines()
        .map(wrap::columns)
        .max()
        .unwrap_or_default();
    page.out.push_str(&"=".repeat(widest.min(WIDTH)));
    page.out.push('\n');
    if doc.status == Status::Withdrawn {
        page.paragraph(labels.withdrawn);
    }
    if texts.untranslated {
        page.paragraph(labels.untranslated);
    }
}

fn actions(page: &mut Page, actions: &[Action]) {
    let labels = page.labels;
    let lines: Vec<String> = actions
        .iter()
        .map(|action| {
            let who = action.who.trim();
            let who = if who.is_empty() {
                String::new()
            } else {
                format!("{who}{}", labels.colon)
            };
            let by = action.by.trim();
            let by = if by.is_empty() {
                String::new()
            } else {
                format!(" ({}{}{by})", labels.by, labels.colon)
            };
            format!("{who}{}{by}", action.what.trim())
        })
        .collect();
    page.list(lines.iter().map(String::as_str));
}

fn affected(page: &mut Page, doc: &Advisory) {
    let text = doc.texts(page.lang).affected.trim();
    if !text.is_empty() {
        page.paragraph(text);
    }
    let lines: Vec<String> = doc
        .products
        .iter()
        .flat_map(|product| product_lines(page, doc, product))
        .collect();
    if !lines.is_empty() || text.is_empty() {
        page.list(lines.iter().map(String::as_str));
    }
}

/// A product has one line for each vendor that speaks of it, and one in any case.
fn product_lines(page: &Page, doc: &Advisory, product: &Product) -> Vec<String> {
    let labels = page.labels;
    let versions = crate::range::words(page.lang, &product.versions);
    let versions = if versions.is_empty() {
        format!("({})", labels.versions_not_recorded)
    } else {
        versions
    };
    let product_name = page.name(&product.name, &product.id);
    let line = |vendor: Option<&Vendor>, said: &str| {
        let vendor = vendor.map_or("", |vendor| page.name(&vendor.name, &vendor.id));
        let gap = if vendor.is_empty() { "" } else { " " };
        format!("{vendor}{gap}{product_name} {versions}{said}")
    };
    let mut lines = Vec::new();
    for vendor in &doc.vendors {
        for word in vendor
            .products
            .iter()
            .filter(|word| word.product == product.id)
        {
            let mut said = format!(
                "{}{}",
                labels.colon,
                words::product_status(word.status, page.lang)
            );
            if let Some(version) = word
                .fixed_in
                .as_deref()
                .map(str::trim)
                .filter(|version| !version.is_empty())
            {
                said.push_str(&format!("{}{} {version}", labels.comma, labels.fixed_in));
            }
            lines.push(line(Some(vendor), &said));
        }
    }
    if lines.is_empty() {
        lines.push(line(
            doc.vendors
                .iter()
                .find(|vendor| vendor.id == product.vendor),
            "",
        ));
    }
    lines
}

fn severity(page: &mut Page, doc: &Advisory) {
    page.paragraph(words::severity(doc.severity, page.lang));
    for cvss in &doc.cvss {
        page.paragraph(&format!(
            "CVSS {}{}{:.1}",
            cvss.version, page.labels.colon, cvss.base_score
        ));
        page.paragraph(&cvss.vector);
    }
    // What was withdrawn does no damage that anybody vouches for.
    if doc.status == Status::Withdrawn {
        return;
    }
    let damage: Vec<&str> = doc
        .damage
        .iter()
        .map(|damage| words::damage(*damage, page.lang))
        .collect();
    let damage = if damage.is_empty() {
        page.labels.not_recorded.to_owned()
    } else {
        damage.join(page.labels.comma)
    };
    page.paragraph(&format!(
        "{}{}{damage}",
        page.labels.damage, page.labels.colon
    ));
}

/// Japanese lists follow the reading, others the name.
fn vendors(page: &mut Page, doc: &Advisory) {
    let mut sorted: Vec<&Vendor> = doc.vendors.iter().collect();
    if page.lang == Lang::Ja {
        sorted.sort_by_cached_key(|vendor| {
            vendor.in_order(page.lang, page.name(&vendor.name, &vendor.id))
        });
    }
    let lines: Vec<String> = sorted
        .into_iter()
        .map(|vendor| {
            let label = words::vendor_status(vendor.status, page.lang);
            let mut line = format!(
                "{}{}{label}",
                page.name(&vendor.name, &vendor.id),
                page.labels.colon
            );
            for (label, said) in [
                (page.labels.vendor_fix, &vendor.fix),
                (page.labels.vendor_workaround, &vendor.workaround),
            ] {
                if let Some(words) = in_lang(said, page.lang) {
                    let text = words.text.trim();
                    line.push_str(&format!("\n{label}{}{text}", page.labels.colon));
                }
            }
            line
        })
        .collect();
    if lines.is_empty() {
        page.paragraph(page.labels.no_vendors);
    } else {
        page.list(lines.iter().map(String::as_str));
    }
}

fn references(doc: &Advisory) -> Vec<String> {
    doc.references
        .iter()
        .map(|reference| {
            format!("{}\n{}", reference.summary.trim(), reference.url.trim())
                .trim()
                .to_owned()
        })
        .collect()
}

fn related(doc: &Advisory) -> Vec<String> {
    let others = doc
        .other_ids
        .iter()
        .map(|id| format!("{} {}", id.system.trim(), id.text.trim()));
    doc.cve.iter().cloned().chain(others).collect()
}

fn history(page: &mut Page, doc: &Advisory) {
    let lines: Vec<String> = doc
        .history
        .iter()
        .map(|line| {
            let reason = page.name(&line.reason, page.labels.no_history);
            let at = time::both(&line.at, page.lang);
            format!(
                "{} {} ({at})\n{reason}",
                page.labels.revision, line.revision
            )
        })
        .collect();
    page.list(lines.iter().map(String::as_str));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    const COPIES: &str = "https://portal.example/advisories/";

    /// A line is wider than promised only where one word is.
    fn fits(line: &str) -> bool {
        wrap::columns(line) <= WIDTH || !line.trim().contains(' ')
    }

    fn check(doc: &Advisory, lang: Lang, sentence: &str) {
        let text = bulletin(doc, lang, COPIES);
        assert!(text.ends_with('\n'), "{sentence}");
        assert!(!text.contains('\r'), "{sentence}");
        for line in text.lines() {
            assert!(fits(line), "{sentence}: {line}");
            assert_eq!(line, line.trim_end(), "{sentence}");
            assert!(!line.starts_with("From "), "{sentence}: {line}");
            assert!(!line.starts_with('-'), "{sentence}: {line}");
            assert!(
                !line.trim_start().starts_with(['、', '。', '）', '」']),
                "{sentence}: {line}"
            );
        }
        assert_eq!(text, bulletin(&doc.clone(), lang, COPIES), "{sentence}");
    }

    #[test]
    fn every_sample_keeps_its_columns_in_both_languages() {
        for (sentence, doc) in samples::all() {
            for lang in Lang::ALL {
                check(&doc, lang, sentence);
            }
        }
    }

    #[test]
    fn hostile_texts_keep_the_columns_too() {
        let mut doc = samples::small();
        doc.id = "N".repeat(90);
        for texts in doc.texts.values_mut() {
            texts.title = "--- 長い題名、".repeat(30);
            texts.summary = "。".repeat(200);
            texts.fix = "From here\r\n\tfoo --bar ".repeat(20);
        }
        for lang in Lang::ALL {
            let text = bulletin(&doc, lang, COPIES);
            assert!(text.lines().all(fits), "{text}");
            assert!(
                !text
                    .lines()
                    .any(|line| line.starts_with("From ") || line.starts_with('-')),
                "{text}"
            );
        }
    }

    #[test]
    fn the_head_says_number_revision_and_both_times() {
        let text = bulletin(&samples::two_revisions(), Lang::En, COPIES);
        assert!(
            text.starts_with("TLP:CLEAR\nNumber: NRS-48217734\nRevision: 2 (updated)\n"),
            "{text}"
        );
        assert!(
            text.contains(
                "This revision: 2026-07-15 03:00 UTC / 15 July 2026, 12:00 JST (UTC+9)\n"
            ),
            "{text}"
        );
        let title = "Gate accepts forged requests";
        assert!(
            text.contains(&format!("\n{title}\n{}\n", "=".repeat(title.len()))),
            "{text}"
        );
        let text = bulletin(&samples::fictional(), Lang::Ja, COPIES);
        assert!(text.starts_with("【架空】"), "{text}");
        assert!(
            text.contains("公開日: 2026年1月15日 12:00 (JST) / 2026-01-15 03:00 UTC\n"),
            "{text}"
        );
    }

    #[test]
    fn what_nobody_recorded_is_said() {
        let text = bulletin(&samples::archived(), Lang::Ja, COPIES);
        assert!(text.contains("日本語の訳はありません。"), "{text}");
        assert!(
            text.contains("== 侵害の検知方法 ==\n  記録されていません。\n"),
            "{text}"
        );
        assert!(text.contains("  * 製品開発者v1: 該当製品なし\n"), "{text}");
        let bare = bulletin(&samples::bare(), Lang::Ja, COPIES);
        for optional in ["謝辞", "参考情報", "調整機関からの補足情報"] {
            assert!(
                !bare.contains(&format!("== {optional}")),
                "{optional}: {bare}"
            );
        }
        let text = bulletin(&samples::bare(), Lang::En, COPIES);
        assert!(
            text.contains("== Vendor status ==\n  No vendor is recorded.\n"),
            "{text}"
        );
    }

    #[test]
    fn products_tell_their_versions_and_the_fix() {
        let text = bulletin(&samples::small(), Lang::En, COPIES);
        assert!(
            text.contains(
                "  * Vendor v1 Gate p1 before 3.2.1: affected, fix available, fixed in\n    3.2.1\n"
            ),
            "{text}"
        );
        assert!(
            text.contains("https://portal.example/csaf/white/2026/nrs-48217734.json\n"),
            "{text}"
        );
    }

    #[test]
    fn japanese_vendors_stand_in_the_order_of_their_readings() {
        let mut doc = samples::ninety_one_vendors();
        doc.vendors.truncate(2);
        for (vendor, kana) in doc.vendors.iter_mut().zip(["ワ", "ア"]) {
            vendor.kana = kana.to_owned();
        }
        let text = bulletin(&doc, Lang::Ja, COPIES);
        assert!(
            text.find("製品開発者v1") < text.find("製品開発者v0"),
            "{text}"
        );
    }
}
