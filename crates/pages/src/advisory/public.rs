//! The page of one advisory, in the order of docs/design/pages.md §1.4.
//!
//! Knows the document and the paths of its files, nothing else: no approval, no recipient, no private text.

use std::collections::HashMap;

use askama::Template;
use formats::advisory::{Advisory, Lang, Severity, Status, Threat};

use crate::advisory::board;
use crate::advisory::board::joined;
use crate::advisory::digest;
use crate::advisory::digest::Edition;
use crate::kit::catalogue::Say;
use crate::kit::frame::{Badge, Fact, Frame, bytes, frame};
use crate::kit::links::{Place, about_path, advisory_path, sheet_path, subscribe_path};
use crate::kit::text::Run;
use crate::kit::{labels, qr, text, when};
use crate::{Files, Site};

/// Presses `/{lang}/advisories/{ID}.html`: one advisory in full.
#[must_use]
pub fn page(site: &Site, lang: Lang, doc: &Advisory, files: &Files) -> Vec<u8> {
    let place = Place::File(advisory_path(lang, &doc.id));
    let say = Say(lang);
    let edition = Edition::new(doc, lang);
    let title = edition.title();
    let heading = format!("{}: {}", text::line(&doc.id), title.text);
    let url = format!("{}{}", site.portal, advisory_path(lang, &doc.id));
    let [verify_before, verify_link, verify_after] = verify(say);
    bytes(&Page {
        w: say,
        frame: frame(
            site,
            lang,
            &place,
            &heading,
            &advisory_path(lang.other(), &doc.id),
            &[doc.marking],
        ),
        stage: Badge::new(say, labels::status(doc.status)),
        badges: urgency(doc, say),
        stage_notes: labels::status_note(doc.status)
            .map(|key| say.t(key))
            .into_iter()
            .collect(),
        is_withdrawn: doc.status == Status::Withdrawn,
        withdrawn_why: doc
            .history
            .last()
            .filter(|_| doc.status == Status::Withdrawn)
            .map(|last| text::run(lang, &last.reason))
            .filter(|why| !why.text.is_empty()),
        title,
        notices: edition.notices(say),
        texts_attr: edition.attr,
        words_attr: edition.words_attr,
        facts: facts(doc, lang),
        contents: contents(say, doc),
        actions: actions(&edition),
        action_fallback: say.t(digest::action_fallback(doc, edition.texts)),
        severity: severity(doc, say),
        threat_note_html: text::paragraphs(&edition.texts.threat_note),
        affected_html: text::paragraphs(&edition.texts.affected),
        check_html: text::paragraphs(&edition.texts.check),
        no_products: say.t(if doc.vendors.is_empty() {
            "advisory-no-products-at-all"
        } else {
            "advisory-no-products"
        }),
        products: board::products(doc, lang),
        counts: board::counts(doc, lang),
        vendors: board::rows(doc, lang),
        vendors_caption: board::caption(doc, lang),
        summary_html: text::paragraphs(&edition.texts.summary),
        sections: sections(&edition, say),
        credits: doc
            .credits
            .iter()
            .map(|credit| text::line(credit))
            .collect(),
        references: references(doc),
        history: history(doc, lang, &place, files),
        machine: machine(doc, lang, &place, files),
        verify_before,
        verify_link,
        verify_after,
        about_href: place.to(&about_path(lang)),
        subscribe_href: place.to(&subscribe_path(lang)),
        contact_html: text::contact(&doc.publisher.contact),
        qr: qr::svg(&format!("{url}#r{}", doc.revision), &say.t("advisory-qr")),
        url: text::line(&url),
    })
}

#[derive(Template)]
#[template(path = "advisory.html")]
struct Page {
    w: Say,
    frame: Frame,
    stage: Badge,
    badges: Vec<Badge>,
    stage_notes: Vec<String>,
    is_withdrawn: bool,
    withdrawn_why: Option<Run>,
    title: Run,
    notices: Vec<String>,
    texts_attr: &'static str,
    words_attr: &'static str,
    facts: Vec<Fact>,
    contents: Vec<Section>,
    actions: Vec<Action>,
    action_fallback: String,
    severity: Vec<Fact>,
    threat_note_html: String,
    affected_html: String,
    check_html: String,
    no_products: String,
    products: Vec<board::Product>,
    counts: Vec<board::Count>,
    vendors: Vec<board::Row>,
    vendors_caption: String,
    summary_html: String,
    sections: Vec<Section>,
    credits: Vec<String>,
    references: Vec<Reference>,
    history: Vec<Revision>,
    machine: Vec<Link>,
    verify_before: String,
    verify_link: String,
    verify_after: String,
    about_href: String,
    subscribe_href: String,
    contact_html: String,
    qr: String,
    url: String,
}

/// A heading with its text; a parent has none and is followed by its parts.
#[derive(Default)]
struct Section {
    id: &'static str,
    heading: String,
    html: String,
    is_sub: bool,
    is_parent: bool,
}

struct Action {
    who: String,
    what: String,
    by: String,
}

struct Reference {
    summary: String,
    html: String,
}

struct Revision {
    revision: u32,
    name: String,
    at_html: String,
    reason_attr: &'static str,
    reason_html: String,
    links: Vec<Link>,
}

struct Link {
    href: String,
    text: String,
}

fn facts(doc: &Advisory, lang: Lang) -> Vec<Fact> {
    let say = Say(lang);
    let fact = |key: &str, html: String| Fact {
        name: say.t(key),
        html,
    };
    let other_ids = doc
        .other_ids
        .iter()
        .map(|id| text::line(&format!("{}: {}", id.system, id.text)));
    let publisher = text::run(lang, &doc.publisher.name);
    let mut facts = vec![
        fact("advisory-number", text::escape(&doc.id)),
        fact("advisory-revision", doc.revision.to_string()),
        fact(
            "advisory-cve",
            text::escape(&joined(say, doc.cve.iter().map(|cve| text::line(cve)))),
        ),
        fact("advisory-other-ids", text::escape(&joined(say, other_ids))),
        fact(
            "advisory-published",
            when::instant_html(lang, &doc.first_published),
        ),
        fact("advisory-changed", when::instant_html(lang, &doc.published)),
        fact(
            "advisory-audience",
            text::escape(&say.t(labels::audience(doc.audience))),
        ),
        fact(
            "advisory-publisher",
            format!(
                "<span{}>{}</span>",
                publisher.attr,
                text::escape(&publisher.text)
            ),
        ),
    ];
    if doc.other_ids.is_empty() {
        let other = say.t("advisory-other-ids");
        facts.retain(|fact| fact.name != other);
    }
    facts
}

/// How urgent it is, for whoever reads one screen; what is withdrawn is not urgent.
fn urgency(doc: &Advisory, say: Say) -> Vec<Badge> {
    if doc.status == Status::Withdrawn {
        return vec![];
    }
    let has_word = !matches!(doc.severity, Severity::None | Severity::NotRecorded);
    let severity = has_word.then(|| Badge::severity(say, doc.severity));
    let attacked = (doc.threat == Threat::Occurring).then(|| Badge {
        class: labels::severity(Severity::Critical),
        text: say.t(labels::threat(doc.threat)),
    });
    severity.into_iter().chain(attacked).collect()
}

fn severity(doc: &Advisory, say: Say) -> Vec<Fact> {
    let word = labels::severity(doc.severity);
    let damage = joined(
        say,
        doc.damage
            .iter()
            .map(|damage| say.t(labels::damage(*damage))),
    );
    let mut facts = vec![Fact {
        name: say.t("advisory-severity-word"),
        html: format!(
            "<span class=\"badge {word}\">{}</span>",
            text::escape(&say.t(word))
        ),
    }];
    // What was withdrawn does no damage that anybody vouches for.
    if doc.status != Status::Withdrawn {
        facts.push(Fact {
            name: say.t("advisory-damage"),
            html: text::escape(&damage),
        });
        facts.push(Fact {
            name: say.t("advisory-threat"),
            html: text::escape(&say.t(labels::threat(doc.threat))),
        });
    }
    for cvss in &doc.cvss {
        let score = format!("{:.1}", cvss.base_score);
        facts.push(Fact {
            name: say.with(
                "advisory-cvss",
                &[("version", &text::line(&cvss.version)), ("score", &score)],
            ),
            html: format!("<code>{}</code>", text::escape(&text::line(&cvss.vector))),
        });
    }
    facts
}

fn actions(edition: &Edition<'_>) -> Vec<Action> {
    let actions = edition.texts.actions.iter();
    actions
        .map(|action| Action {
            who: text::line(&action.who),
            what: text::line(&action.what),
            by: text::line(&action.by),
        })
        .collect()
}

/// Returns the parts of the page that its table of contents names.
fn contents(say: Say, doc: &Advisory) -> Vec<Section> {
    let item = |id: &'static str, key: &str| Section {
        id,
        heading: say.t(key),
        ..Section::default()
    };
    [
        item("actions", "advisory-actions"),
        item("summary", "advisory-summary"),
        item("severity", "advisory-severity"),
        item("affected", "advisory-affected"),
        item("vendors", "advisory-vendors"),
        item("details", "advisory-details"),
        item("impact", "advisory-impact"),
        item("measures", "advisory-measures"),
        item("detection", "advisory-detection"),
        item("references", "advisory-references"),
        item("history", "advisory-history"),
        item("machine", "advisory-machine"),
        item("subscribe", "advisory-subscribe"),
    ]
    .into_iter()
    .filter(|section| section.id != "references" || !doc.references.is_empty())
    .collect()
}

fn sections(edition: &Edition<'_>, say: Say) -> Vec<Section> {
    let texts = edition.texts;
    let section = |id: &'static str, key: &str, words: &str| Section {
        id,
        heading: say.t(key),
        html: text::paragraphs(words),
        ..Section::default()
    };
    let sub = |section: Section| Section {
        is_sub: true,
        ..section
    };
    let mut sections = vec![
        section("details", "advisory-details", &texts.details),
        section("impact", "advisory-impact", &texts.impact),
        Section {
            is_parent: true,
            ..section("measures", "advisory-measures", "")
        },
        sub(section("fix", "advisory-fix", &texts.fix)),
        sub(section(
            "workaround",
            "advisory-workaround",
            &texts.workaround,
        )),
        sub(section(
            "side-effects",
            "advisory-side-effects",
            &texts.side_effects,
        )),
        section("detection", "advisory-detection", &texts.detection),
    ];
    if !texts.note.trim().is_empty() {
        sections.push(section("note", "advisory-note", &texts.note));
    }
    sections
}

fn references(doc: &Advisory) -> Vec<Reference> {
    let references = doc.references.iter();
    references
        .map(|reference| Reference {
            summary: text::line(&reference.summary),
            html: text::reference(&reference.url),
        })
        .collect()
}

/// Returns the revisions, newest first, each with the document as it was.
fn history(doc: &Advisory, lang: Lang, place: &Place, files: &Files) -> Vec<Revision> {
    let say = Say(lang);
    let mut documents: HashMap<u32, &str> = files
        .older
        .iter()
        .map(|older| (older.revision, older.json.as_str()))
        .collect();
    documents.insert(doc.revision, &files.json);
    let revision = |revision: &formats::advisory::Revision| {
        let n = revision.revision.to_string();
        let document = documents
            .get(&revision.revision)
            .filter(|path| !path.is_empty());
        let is_own = revision
            .reason
            .get(&lang)
            .is_some_and(|reason| !reason.trim().is_empty());
        let reason_lang = if is_own { lang } else { lang.other() };
        let reason = revision.reason.get(&reason_lang).map_or("", String::as_str);
        Revision {
            revision: revision.revision,
            name: say.with("advisory-history-revision", &[("n", &n)]),
            at_html: when::instant_html(lang, &revision.at),
            reason_attr: if reason.is_empty() {
                ""
            } else {
                text::lang_attr(lang, reason_lang)
            },
            reason_html: if reason.trim().is_empty() {
                format!("<p>{}</p>", text::escape(&say.t("not-recorded")))
            } else {
                text::paragraphs(reason)
            },
            links: document
                .map(|path| Link {
                    href: place.to(path),
                    text: say.with("advisory-history-json", &[("n", &n)]),
                })
                .into_iter()
                .collect(),
        }
    };
    doc.history.iter().rev().map(revision).collect()
}

fn machine(doc: &Advisory, lang: Lang, place: &Place, files: &Files) -> Vec<Link> {
    let sheet = sheet_path(lang, &doc.id);
    let links = [
        (files.json.as_str(), "advisory-machine-json"),
        (files.csaf.as_str(), "advisory-machine-csaf"),
        (files.text.as_str(), "advisory-machine-text"),
        (files.clear_signed.as_str(), "advisory-machine-asc"),
        (files.sums.as_str(), "advisory-machine-sums"),
        (sheet.as_str(), "advisory-machine-sheet"),
    ];
    let links = links.into_iter().filter(|(path, _)| !path.is_empty());
    links
        .map(|(path, key)| Link {
            href: place.to(path),
            text: Say(lang).t(key),
        })
        .collect()
}

/// Returns the sentence on verification in three pieces; the catalogue marks the middle one as a link.
fn verify(say: Say) -> [String; 3] {
    let sentence = say.t("advisory-machine-verify");
    let (before, rest) = sentence
        .split_once("<a>")
        .unwrap_or(("", sentence.as_str()));
    let (link, after) = rest.split_once("</a>").unwrap_or((rest, ""));
    [before, link, after].map(str::to_owned)
}
