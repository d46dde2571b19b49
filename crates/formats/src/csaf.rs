//! The advisory as a CSAF 2.0 document: the form that machines read.
//!
//! One advisory is one CSAF document in both languages. `document.lang` is `en`; Japanese texts are further notes whose title
//! begins with `[ja]`. An advisory without English texts has `lang` `ja` and no second set. Two documents under one
//! tracking id would collide by file name (CSAF 2.0 §5.1), and two ids for one advisory would be counted twice by
//! whoever mirrors; so index, changes and ROLIE have one row per advisory.
//!
//! The category is `csaf_security_advisory`. It demands `product_status` in each vulnerability; where no vendor has
//! said anything there is none to give, and inventing one would be a lie: such a document is `csaf_base`.
//! Vendors that are silent, or that cannot tell, stand in no status group but in notes (docs/design/settled.md §1.35).
//!
//! The document is a pure function of [`Advisory`] and contains no clock, so equal advisories give equal bytes.
//! Start reading at [`document`]; the crate `judge` says whether the bytes may be published.

mod notes;
mod products;
mod scores;
mod vendors;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::advisory::{
    Advisory, Lang, Marking, RemedyKind, Severity, Status, Threat, Vendor, Words, in_lang,
};
use crate::provider;
use products::{Affected, Catalogue};

/// Returns the bytes of the CSAF document.
#[must_use]
pub fn document(doc: &Advisory) -> Vec<u8> {
    let lang = main_lang(doc);
    let catalogue = products::catalogue(doc, lang);
    let mut csaf = Map::new();
    csaf.insert("document".to_owned(), head(doc, lang, &catalogue));
    if !catalogue.branches.is_empty() {
        csaf.insert(
            "product_tree".to_owned(),
            json!({ "branches": catalogue.branches }),
        );
    }
    csaf.insert(
        "vulnerabilities".to_owned(),
        vulnerabilities(doc, lang, &catalogue),
    );
    format!("{:#}\n", Value::Object(csaf)).into_bytes()
}

/// Returns the title of the CSAF document, which says at its beginning what the document is not.
#[must_use]
pub fn title(doc: &Advisory) -> String {
    let lang = main_lang(doc);
    let title = plain(&doc.texts(lang).title);
    let title = if title.is_empty() {
        doc.id.as_str()
    } else {
        title
    };
    format!("{}{title}", title_prefix(doc, lang))
}

/// Returns `initial_release_date` and `current_release_date`.
#[must_use]
pub fn release_dates(doc: &Advisory) -> (String, String) {
    let history = history(doc, main_lang(doc));
    let first = history
        .first()
        .map_or_else(|| doc.first_published.clone(), |line| line.at.clone());
    let last = history
        .last()
        .map_or_else(|| doc.published.clone(), |line| line.at.clone());
    (first, last)
}

/// Returns the language of the machine form: English unless only Japanese was written.
fn main_lang(doc: &Advisory) -> Lang {
    if is_written(doc, Lang::En) || !is_written(doc, Lang::Ja) {
        Lang::En
    } else {
        Lang::Ja
    }
}

/// A language whose texts are copies of the other one is not written.
fn is_written(doc: &Advisory, lang: Lang) -> bool {
    doc.texts
        .get(&lang)
        .is_some_and(|texts| !texts.untranslated && !plain(&texts.title).is_empty())
}

fn head(doc: &Advisory, lang: Lang, catalogue: &Catalogue) -> Value {
    let mut head = Map::new();
    if !doc.credits.is_empty() {
        let credits: Vec<Value> = filled(&doc.credits)
            .map(|credit| json!({ "summary": credit }))
            .collect();
        insert_list(&mut head, "acknowledgments", credits);
    }
    if let Some(word) = severity_word(doc.severity) {
        head.insert("aggregate_severity".to_owned(), json!({ "text": word }));
    }
    let profile = if catalogue.says_something() {
        "csaf_security_advisory"
    } else {
        "csaf_base"
    };
    head.insert("category".to_owned(), profile.into());
    head.insert("csaf_version".to_owned(), "2.0".into());
    head.insert(
        "distribution".to_owned(),
        json!({
            "text": "TLP:CLEAR (TLP 2.0), which CSAF 2.0 writes WHITE. May be passed on without limit.",
            "tlp": { "label": "WHITE", "url": "https://www.first.org/tlp/" },
        }),
    );
    head.insert("lang".to_owned(), lang.tag().into());
    insert_list(
        &mut head,
        "notes",
        notes::document_notes(doc, lang, catalogue),
    );
    head.insert("publisher".to_owned(), publisher(doc));
    insert_list(&mut head, "references", references(doc, lang));
    head.insert("title".to_owned(), title(doc).into());
    head.insert("tracking".to_owned(), tracking(doc, lang));
    Value::Object(head)
}

fn publisher(doc: &Advisory) -> Value {
    let category = provider::category(doc.marking == Marking::Archive);
    let mut publisher = Map::new();
    publisher.insert("category".to_owned(), category.into());
    if !plain(&doc.publisher.contact).is_empty() {
        publisher.insert(
            "contact_details".to_owned(),
            plain(&doc.publisher.contact).into(),
        );
    }
    publisher.insert("name".to_owned(), provider::publisher_name(doc).into());
    publisher.insert("namespace".to_owned(), doc.publisher.portal.as_str().into());
    Value::Object(publisher)
}

fn references(doc: &Advisory, lang: Lang) -> Vec<Value> {
    let own = format!(
        "{}/{}",
        doc.publisher.portal,
        provider::Entry::of(doc).path()
    );
    let mut seen = BTreeSet::from([own.clone()]);
    let mut references =
        vec![json!({ "category": "self", "summary": "Canonical address", "url": own })];
    let page = format!(
        "{}{}",
        doc.publisher.portal,
        crate::advisory::page_path(lang, &doc.id)
    );
    seen.insert(page.clone());
    let words = say(lang, "人が読むためのページ", "Page for people");
    references.push(json!({ "category": "self", "summary": words, "url": page }));
    let general = doc
        .references
        .iter()
        .map(|r| (plain(&r.url), plain(&r.summary)));
    let of_vendors = doc.vendors.iter().flat_map(|vendor| {
        let name = name(&vendor.name, lang, &vendor.id);
        vendor.references.iter().map(move |url| (plain(url), name))
    });
    for (url, summary) in general.chain(of_vendors) {
        if is_web_address(url) && seen.insert(url.to_owned()) {
            let summary = if summary.is_empty() { url } else { summary };
            references.push(json!({ "category": "external", "summary": summary, "url": url }));
        }
    }
    references
}

fn tracking(doc: &Advisory, lang: Lang) -> Value {
    let (first, current) = release_dates(doc);
    let history: Vec<Value> = history(doc, lang)
        .into_iter()
        .map(|line| json!({ "date": line.at, "number": line.number.to_string(), "summary": line.summary }))
        .collect();
    let aliases: BTreeSet<&str> = doc
        .other_ids
        .iter()
        .map(|id| plain(&id.text))
        .filter(|text| !text.is_empty())
        .collect();
    let mut tracking = Map::new();
    insert_list(
        &mut tracking,
        "aliases",
        aliases.into_iter().map(Value::from).collect(),
    );
    tracking.insert("current_release_date".to_owned(), current.into());
    tracking.insert(
        "generator".to_owned(),
        json!({ "engine": { "name": "noroshi" } }),
    );
    tracking.insert("id".to_owned(), doc.id.as_str().into());
    tracking.insert("initial_release_date".to_owned(), first.into());
    tracking.insert("revision_history".to_owned(), history.into());
    let status = if doc.status == Status::Interim {
        "interim"
    } else {
        "final"
    };
    tracking.insert("status".to_owned(), status.into());
    tracking.insert("version".to_owned(), doc.revision.to_string().into());
    Value::Object(tracking)
}

struct HistoryLine {
    number: u32,
    at: String,
    summary: String,
}

/// Dates never run backwards here: a revision that claims to be older than the one before it takes that one's date,
/// since readers sort by date (test 6.1.14) and must find the same order.
fn history(doc: &Advisory, lang: Lang) -> Vec<HistoryLine> {
    let mut lines: Vec<HistoryLine> = doc
        .history
        .iter()
        .map(|revision| HistoryLine {
            number: revision.revision,
            at: revision.at.clone(),
            summary: name(
                &revision.reason,
                lang,
                say(lang, "理由は記録されていません。", "No reason is recorded."),
            )
            .to_owned(),
        })
        .collect();
    lines.sort_by_key(|line| line.number);
    lines.dedup_by_key(|line| line.number);
    if lines.is_empty() {
        let summary = say(lang, "公表", "Published").to_owned();
        lines.push(HistoryLine {
            number: doc.revision,
            at: doc.published.clone(),
            summary,
        });
    }
    let mut latest = String::new();
    for line in &mut lines {
        if crate::time::instant(&line.at) < crate::time::instant(&latest) {
            line.at.clone_from(&latest);
        }
        latest.clone_from(&line.at);
    }
    lines
}

fn vulnerabilities(doc: &Advisory, lang: Lang, catalogue: &Catalogue) -> Value {
    let cves: BTreeSet<&str> = doc
        .cve
        .iter()
        .map(|cve| plain(cve))
        .filter(|cve| is_cve(cve))
        .collect();
    if cves.is_empty() {
        return json!([vulnerability(doc, lang, catalogue, None)]);
    }
    cves.into_iter()
        .map(|cve| vulnerability(doc, lang, catalogue, Some(cve)))
        .collect()
}

fn vulnerability(doc: &Advisory, lang: Lang, catalogue: &Catalogue, cve: Option<&str>) -> Value {
    let affected: Vec<&str> = catalogue
        .affected
        .iter()
        .map(|product| product.id.as_str())
        .collect();
    let mut fields = Map::new();
    if let Some(cve) = cve {
        fields.insert("cve".to_owned(), cve.into());
    }
    insert_list(&mut fields, "ids", ids(doc));
    insert_list(
        &mut fields,
        "involvements",
        vendors::involvements(doc, lang),
    );
    insert_list(&mut fields, "notes", notes::vulnerability_notes(doc, lang));
    if let Some(status) = catalogue.product_status() {
        fields.insert("product_status".to_owned(), status);
    }
    insert_list(
        &mut fields,
        "remediations",
        remediations(doc, lang, catalogue),
    );
    insert_list(&mut fields, "scores", scores::scores(&doc.cvss, &affected));
    insert_list(&mut fields, "threats", threats(doc, lang, &affected));
    if !plain(&doc.texts(lang).title).is_empty() {
        fields.insert("title".to_owned(), plain(&doc.texts(lang).title).into());
    }
    Value::Object(fields)
}

fn ids(doc: &Advisory) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let own = (provider::publisher_name(doc), doc.id.as_str());
    let others = doc
        .other_ids
        .iter()
        .map(|id| (plain(&id.system), plain(&id.text)));
    let unusual = doc
        .cve
        .iter()
        .map(|cve| ("CVE", plain(cve)))
        .filter(|(_, cve)| !is_cve(cve));
    std::iter::once(own)
        .chain(others)
        .chain(unusual)
        .filter(|(system, text)| {
            !system.is_empty() && !text.is_empty() && seen.insert((*system, *text))
        })
        .map(|(system, text)| json!({ "system_name": system, "text": text }))
        .collect()
}

/// Each affected product gets at least one line, if only to say that nothing is recorded (test 6.1.29 forbids lines
/// without products, which is why the texts stand in notes when nothing is affected).
fn remediations(doc: &Advisory, lang: Lang, catalogue: &Catalogue) -> Vec<Value> {
    let affected = &catalogue.affected;
    if affected.is_empty() {
        return Vec::new();
    }
    let texts = doc.texts(lang);
    let all: Vec<&str> = affected.iter().map(|product| product.id.as_str()).collect();
    let mut lines = Vec::new();
    for (category, text, products) in [
        ("vendor_fix", plain(&texts.fix), catalogue.fixed_by_text()),
        ("workaround", plain(&texts.workaround), all),
    ] {
        if !text.is_empty() && !products.is_empty() {
            lines.push(json!({ "category": category, "details": text, "product_ids": products }));
        }
    }
    for vendor in &doc.vendors {
        let own = affected
            .iter()
            .filter(|product| product.vendor == vendor.id);
        let own: Vec<&Affected> = own.collect();
        for (category, said, products) in remedies(vendor, &own) {
            if let Some(words) = in_lang(said, lang).filter(|_| !products.is_empty()) {
                let details = plain(&words.text);
                lines.push(
                    json!({ "category": category, "details": details, "product_ids": products }),
                );
            }
        }
    }
    let named = |line: &Value, id: &str| {
        let ids = line["product_ids"].as_array();
        ids.is_some_and(|ids| ids.iter().any(|known| known == id))
    };
    let has_line: BTreeSet<&str> = affected
        .iter()
        .map(|product| product.id.as_str())
        .filter(|id| lines.iter().any(|line| named(line, id)))
        .collect();
    let mut by_details: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    for product in affected {
        let line = match &product.fixed_in {
            Some(version) => (
                "vendor_fix",
                format!(
                    "{}{version}",
                    say(lang, "修正済みバージョン: ", "Fixed in version: ")
                ),
            ),
            None if product.fix_is_out => (
                "vendor_fix",
                say(lang, FIX_IS_OUT.0, FIX_IS_OUT.1).to_owned(),
            ),
            None if !has_line.contains(product.id.as_str()) => {
                ("none_available", say(lang, NO_FIX.0, NO_FIX.1).to_owned())
            }
            None => continue,
        };
        by_details.entry(line).or_default().push(&product.id);
    }
    for ((category, details), products) in by_details {
        lines.push(json!({ "category": category, "details": details, "product_ids": products }));
    }
    lines
}

/// A vendor's own remedies, each with those of its affected products that it was told of.
fn remedies<'a>(
    vendor: &'a Vendor,
    own: &[&'a Affected],
) -> Vec<(&'static str, &'a [Words], Vec<&'a str>)> {
    let category = |kind| match kind {
        RemedyKind::Fix => "vendor_fix",
        RemedyKind::Workaround => "workaround",
    };
    if vendor.remedies.is_empty() {
        return [
            (RemedyKind::Fix, &vendor.fix),
            (RemedyKind::Workaround, &vendor.workaround),
        ]
        .map(|(kind, said)| (category(kind), said.as_slice(), meant(own, None)))
        .into();
    }
    let all = vendor.remedies.iter();
    all.map(|remedy| {
        let told_of = meant(own, remedy.products.as_deref());
        (category(remedy.kind), remedy.words.as_slice(), told_of)
    })
    .collect()
}

/// The ids of those that are meant; nobody named any, and all are.
fn meant<'a>(own: &[&'a Affected], named: Option<&[String]>) -> Vec<&'a str> {
    let is_meant = |product: &&&Affected| match (named, &product.product) {
        (Some(named), Some(id)) => named.contains(id),
        (Some(_), None) => false,
        (None, _) => true,
    };
    let found = own.iter().filter(is_meant);
    found.map(|product| product.id.as_str()).collect()
}

const FIX_IS_OUT: (&str, &str) = (
    "製品開発者が対策情報を公表しています。修正済みバージョンは記録されていません。",
    "The vendor has published a fix; the fixed version is not recorded.",
);
const NO_FIX: (&str, &str) = (
    "修正方法も回避方法も記録されていません。",
    "Neither a fix nor a workaround is recorded in this advisory.",
);

fn threats(doc: &Advisory, lang: Lang, affected: &[&str]) -> Vec<Value> {
    let texts = doc.texts(lang);
    let word = match doc.threat {
        Threat::Occurring => Some(say(
            lang,
            "悪用を確認（現実に発生）",
            "Exploitation is occurring.",
        )),
        Threat::Expected => Some(say(
            lang,
            "悪用の可能性（想定）",
            "Exploitation is possible.",
        )),
        Threat::NoneKnown => Some(say(
            lang,
            "悪用は確認されていません",
            "No exploitation is known.",
        )),
        Threat::NotRecorded => None,
    };
    let evidence = plain(&texts.threat_note);
    let exploit = match (word, evidence.is_empty()) {
        (Some(word), true) => word.to_owned(),
        (Some(word), false) => format!("{word}\n{evidence}"),
        (None, _) => evidence.to_owned(),
    };
    let both = [
        ("exploit_status", exploit.as_str()),
        ("impact", plain(&texts.impact)),
    ];
    let mut threats = Vec::new();
    for (category, details) in both.into_iter().filter(|(_, details)| !details.is_empty()) {
        let mut threat = json!({ "category": category, "details": details });
        if let Some(fields) = threat.as_object_mut()
            && !affected.is_empty()
        {
            fields.insert("product_ids".to_owned(), json!(affected));
        }
        threats.push(threat);
    }
    threats
}

fn title_prefix(doc: &Advisory, lang: Lang) -> String {
    let withdrawn = if doc.status == Status::Withdrawn {
        say(lang, "【取消し】", "[WITHDRAWN] ")
    } else {
        ""
    };
    let marking = match doc.marking {
        Marking::None => "",
        Marking::Archive => say(lang, "【過去の記録】", "[ARCHIVE] "),
        Marking::Fictional => say(lang, "【架空】", "[FICTIONAL] "),
        Marking::Exercise => say(lang, "【訓練】", "[EXERCISE] "),
    };
    format!("{marking}{withdrawn}")
}

fn severity_word(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::NotRecorded => None,
        Severity::None => Some("None"),
        Severity::Caution => Some("Caution"),
        Severity::Warning => Some("Warning"),
        Severity::Important => Some("Important"),
        Severity::Critical => Some("Critical"),
    }
}

/// Returns the name in `lang`, else in the other language, else `fallback`; never an empty text, which CSAF forbids.
fn name<'a>(names: &'a BTreeMap<Lang, String>, lang: Lang, fallback: &'a str) -> &'a str {
    let own = names.get(&lang).into_iter();
    own.chain(names.values())
        .map(|name| plain(name))
        .find(|name| !name.is_empty())
        .unwrap_or(fallback)
}

fn say(lang: Lang, ja: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

/// Returns the text without the white space around it.
fn plain(text: &str) -> &str {
    text.trim()
}

fn filled(texts: &[String]) -> impl Iterator<Item = &str> {
    texts
        .iter()
        .map(|text| plain(text))
        .filter(|text| !text.is_empty())
}

/// CSAF forbids empty lists, so an empty one is left out.
fn insert_list(fields: &mut Map<String, Value>, key: &str, list: Vec<Value>) {
    if !list.is_empty() {
        fields.insert(key.to_owned(), list.into());
    }
}

fn is_cve(text: &str) -> bool {
    crate::cve::read(text).as_deref() == Some(text)
}

/// Returns whether `url` is an address that every JSON schema validator takes for a URI (RFC 3986, http or https).
#[must_use]
pub fn is_web_address(url: &str) -> bool {
    let Some(rest) = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
    else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let bytes = rest.as_bytes();
    let escapes_hold = bytes
        .iter()
        .enumerate()
        .filter(|(_, b)| **b == b'%')
        .all(|(at, _)| {
            bytes
                .get(at + 1..at + 3)
                .is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
        });
    !host.is_empty()
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && port.bytes().all(|b| b.is_ascii_digit())
        && rest
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&b))
        && rest.bytes().filter(|b| *b == b'#').count() <= 1
        && escapes_hold
}

#[cfg(test)]
mod tests;
