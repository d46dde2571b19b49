//! Lints of an advisory, from a draft that is being typed and from the composed document alike.
//!
//! Source: docs/design/process.md §3.1, H1 to H11; [`domain::advisory::lint`] holds the rules that need no document. H6
//! belongs to the press, H12 to the judge of the documents. It knows no words for people: a finding is a code.

use domain::advisory::jargon;
use domain::advisory::lint;
use domain::advisory::lint::Severity;
use domain::profile::LintMode;
use domain::publication;
use domain::text::hidden;
use domain::value::{Field, Lang};
use formats::advisory::{self as form, Advisory, Texts, VendorStatus};
use formats::csaf::is_web_address;
use serde_json::Value;

use crate::advisory::compose::Facts;

mod asked;
mod sentences;
mod versions;
mod weight;

pub(crate) use asked::unasked;
pub(crate) use sentences::sentences;
pub(crate) use weight::apart;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule, H1 to H11.
    pub rule: &'static str,
    /// The field that it is about, as the domain names it.
    pub field: &'static str,
    /// The language of the text, where it is about one.
    pub lang: Option<Lang>,
    /// What is wrong; catalogues say it in words.
    pub code: &'static str,
    pub severity: Severity,
    /// The word, address or line that it is about.
    pub about: String,
}

/// What the lints look at.
#[derive(Clone, Debug)]
pub struct Sheet<'a> {
    pub texts: Vec<(Field, Lang, &'a str)>,
    pub facts: &'a Facts,
    pub has_audience: bool,
    pub has_stage: bool,
    /// The instant, if one is known.
    pub issued: Option<&'a str>,
    /// A vendor or a product stands on the board.
    pub has_board: bool,
    /// Vendors that still look into it.
    pub investigating: usize,
    pub revision: u32,
    /// Every earlier revision is kept.
    pub earlier_kept: bool,
}

/// The fields whose words are looked at.
pub const FIELDS: [(Field, &str); 15] = [
    (Field::Title, "title"),
    (Field::Summary, "summary"),
    (Field::Affected, "affected"),
    (Field::Check, "check"),
    (Field::Impact, "impact"),
    (Field::ThreatNote, "threat_note"),
    (Field::Detection, "detection"),
    (Field::Fix, "fix"),
    (Field::Workaround, "workaround"),
    (Field::SideEffects, "side_effects"),
    (Field::Actions, "actions"),
    (Field::Details, "details"),
    (Field::Note, "note"),
    (Field::Credit, "credit"),
    (Field::RevisionReason, "revision_reason"),
];

/// Name of a field, as commands and forms write it.
#[must_use]
pub fn name(field: Field) -> &'static str {
    FIELDS
        .iter()
        .find(|(known, _)| *known == field)
        .map_or("", |(_, name)| name)
}

/// Looks at a composed document, as a plan does.
#[must_use]
pub fn of_document(
    doc: &Advisory,
    facts: &Facts,
    advisory: &publication::Advisory,
) -> Vec<Finding> {
    let joined: Vec<(Lang, String)> = doc
        .texts
        .iter()
        .filter(|(_, texts)| !texts.untranslated)
        .map(|(lang, texts)| (*lang, actions(texts)))
        .collect();
    let mut texts: Vec<(Field, Lang, &str)> = Vec::new();
    for (lang, own) in doc.texts.iter().filter(|(_, texts)| !texts.untranslated) {
        texts.extend(words(own).map(|(field, text)| (field, *lang, text)));
    }
    for (lang, actions) in &joined {
        texts.push((Field::Actions, *lang, actions));
    }
    for credit in &doc.credits {
        texts.push((Field::Credit, Lang::Ja, credit));
    }
    if let Some(last) = doc.history.last().filter(|last| last.revision > 1) {
        for (lang, reason) in &last.reason {
            texts.push((Field::RevisionReason, *lang, reason));
        }
    }
    let mut out = findings(&Sheet {
        texts,
        facts,
        has_audience: true,
        has_stage: true,
        issued: Some(&doc.published),
        has_board: !doc.products.is_empty() || !doc.vendors.is_empty(),
        investigating: doc
            .vendors
            .iter()
            .filter(|vendor| vendor.status == VendorStatus::Investigating)
            .count(),
        revision: doc.revision,
        earlier_kept: advisory.published.iter().all(|p| !p.files.is_empty()),
    });
    out.extend(of_the_rest(doc));
    out.extend(versions::contradictions(doc));
    out
}

pub(crate) fn words(texts: &Texts) -> impl Iterator<Item = (Field, &str)> {
    [
        (Field::Title, texts.title.as_str()),
        (Field::Summary, &texts.summary),
        (Field::Details, &texts.details),
        (Field::Affected, &texts.affected),
        (Field::Check, &texts.check),
        (Field::Impact, &texts.impact),
        (Field::Fix, &texts.fix),
        (Field::Workaround, &texts.workaround),
        (Field::SideEffects, &texts.side_effects),
        (Field::Detection, &texts.detection),
        (Field::ThreatNote, &texts.threat_note),
        (Field::Note, &texts.note),
    ]
    .into_iter()
}

fn actions(texts: &Texts) -> String {
    let line = |a: &form::Action| format!("{} | {} | {}", a.who, a.what, a.by);
    texts
        .actions
        .iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The finding that stops a plan in a house of this mode, if there is one.
#[must_use]
pub fn worst(findings: &[Finding], mode: LintMode) -> Option<&Finding> {
    findings
        .iter()
        .find(|f| f.severity == Severity::Error && mode == LintMode::Block)
}

/// Looks at a draft.
#[must_use]
pub fn findings(sheet: &Sheet<'_>) -> Vec<Finding> {
    let mut out = structure(sheet);
    translations(sheet, &mut out);
    revision(sheet, &mut out);
    for (field, lang, text) in &sheet.texts {
        patterns(name(*field), Some(*lang), text, &mut out);
        reading(sheet, *field, *lang, text, &mut out);
        for term in jargon::without_gloss(*lang, text) {
            // A title has no room for a gloss; the summary carries it.
            if *field != Field::Title {
                out.push(warning(
                    "H2",
                    name(*field),
                    Some(*lang),
                    "word_without_gloss",
                    term.word,
                ));
            }
        }
    }
    readers(sheet, &mut out);
    action_lines(sheet, &mut out);
    sources(sheet, &mut out);
    out
}

fn warning(
    rule: &'static str,
    field: &'static str,
    lang: Option<Lang>,
    code: &'static str,
    about: &str,
) -> Finding {
    Finding {
        rule,
        field,
        lang,
        code,
        severity: Severity::Warning,
        about: about.to_owned(),
    }
}

impl Sheet<'_> {
    fn text(&self, field: Field, lang: Lang) -> &str {
        self.texts
            .iter()
            .find(|(f, l, text)| (*f, *l) == (field, lang) && !text.trim().is_empty())
            .map_or("", |(_, _, text)| text)
    }

    fn is_filled(&self, field: Field) -> bool {
        [Lang::Ja, Lang::En]
            .iter()
            .any(|lang| !self.text(field, *lang).is_empty())
    }

    fn is_untranslated(&self, lang: Lang) -> bool {
        self.facts.untranslated.contains(&lang)
    }
}

/// H1, H3, H4, H5, H7 by the domain's own rules.
fn structure(sheet: &Sheet<'_>) -> Vec<Finding> {
    let filled = |is: bool| is.then_some("filled");
    let draft = lint::Draft {
        audience: filled(sheet.has_audience),
        status: filled(sheet.has_stage),
        issued_at_utc: sheet.issued,
        issued_at_local: sheet.issued,
        target: filled(sheet.has_board || sheet.is_filled(Field::Affected)),
        damage: filled(!sheet.facts.damage.is_empty()),
        threat: filled(sheet.facts.threat != form::Threat::NotRecorded),
        detection: filled(sheet.is_filled(Field::Detection)),
        solution: filled(sheet.is_filled(Field::Fix) || sheet.is_filled(Field::Workaround)),
        side_effects: filled(sheet.is_filled(Field::SideEffects)),
        texts: &[],
        jargon: &[],
        number_is_unique: true,
        earlier_revision_kept: sheet.earlier_kept,
    };
    lint::check(&draft)
        .into_iter()
        // One instant is written in both forms; one finding says so.
        .filter(|found| found.field != "issued_at_local")
        .map(|found| Finding {
            rule: found.rule,
            field: found.field,
            lang: None,
            code: found.code,
            severity: found.severity,
            about: String::new(),
        })
        .collect()
}

/// A field that one language has and the other lacks, unless that language has no edition.
fn translations(sheet: &Sheet<'_>, out: &mut Vec<Finding>) {
    for (field, name) in FIELDS {
        for lang in [Lang::Ja, Lang::En] {
            if field != Field::Credit
                && sheet.is_filled(field)
                && sheet.text(field, lang).is_empty()
                && !sheet.is_untranslated(lang)
            {
                out.push(warning("H4", name, Some(lang), "one_language", ""));
            }
        }
    }
    for lang in [Lang::Ja, Lang::En] {
        if sheet.text(Field::Title, lang).is_empty()
            && !sheet.is_filled(Field::Title)
            && !sheet.is_untranslated(lang)
        {
            out.push(Finding {
                severity: Severity::Error,
                ..warning("H4", "title", Some(lang), "missing", "")
            });
        }
    }
}

fn revision(sheet: &Sheet<'_>, out: &mut Vec<Finding>) {
    if sheet.revision > 1 && !sheet.is_filled(Field::RevisionReason) {
        out.push(Finding {
            severity: Severity::Error,
            ..warning("H7", "revision_reason", None, "reason_missing", "")
        });
    }
}

/// Longest sentences for readers who are at home in the matter, and for everybody: characters of Japanese, words of
/// English (docs/design/process.md §7, structural; 50 characters are its figure for consumers).
const SENTENCES: [(usize, usize); 2] = [(80, 35), (50, 25)];

/// H1, as far as it can be counted: a sentence that its readers lose on the way. Lists and details are read at leisure.
fn reading(sheet: &Sheet<'_>, field: Field, lang: Lang, text: &str, out: &mut Vec<Finding>) {
    if matches!(
        field,
        Field::Actions | Field::Credit | Field::Details | Field::Note
    ) {
        return;
    }
    let [expert, everybody] = SENTENCES;
    let (chars_max, words_max) = match sheet.facts.audience {
        form::Audience::GeneralUser => everybody,
        form::Audience::Administrator | form::Audience::Developer => expert,
    };
    let is_long = |sentence: &&str| match lang {
        Lang::Ja => sentence.trim().chars().count() > chars_max,
        Lang::En => sentence.split_whitespace().count() > words_max,
    };
    let sentences = sentences(text);
    if let Some(long) = sentences.iter().map(|(_, s)| *s).find(is_long) {
        let about: String = long.trim().chars().take(ABOUT_CHARS).collect();
        out.push(warning(
            "H1",
            name(field),
            Some(lang),
            "long_sentence",
            &format!("{about}…"),
        ));
    }
}

/// Characters by which a sentence is recognised.
const ABOUT_CHARS: usize = 20;

/// H8 in one text.
fn patterns(field: &'static str, lang: Option<Lang>, text: &str, out: &mut Vec<Finding>) {
    for code in lint::payload_signs(text) {
        out.push(Finding {
            severity: Severity::Error,
            ..warning("H8", field, lang, code, "")
        });
    }
    out.extend(hidden::first_in(text).map(|found| unseen(field, lang, found)));
}

fn unseen(field: &'static str, lang: Option<Lang>, found: char) -> Finding {
    let about = format!("U+{:04X}", u32::from(found));
    Finding {
        severity: Severity::Error,
        ..warning("H8", field, lang, "hidden_character", &about)
    }
}

/// H8 in whatever the document holds beside the draft's own texts and references: names of vendors, what they say,
/// products, versions, numbers.
#[must_use]
pub fn of_the_rest(doc: &Advisory) -> Vec<Finding> {
    const LOOKED_AT: [&str; 4] = ["texts", "credits", "history", "references"];
    let Ok(Value::Object(fields)) = serde_json::to_value(doc) else {
        return vec![];
    };
    let rest = fields
        .iter()
        .filter(|(name, _)| !LOOKED_AT.contains(&name.as_str()));
    rest.filter_map(|(name, value)| {
        let field = match name.as_str() {
            "vendors" => "vendors",
            "products" => "products",
            _ => "references",
        };
        hidden_in(value).map(|found| unseen(field, None, found))
    })
    .collect()
}

fn hidden_in(value: &Value) -> Option<char> {
    match value {
        Value::String(text) => hidden::first_in(text),
        Value::Array(all) => all.iter().find_map(hidden_in),
        Value::Object(fields) => fields.values().find_map(hidden_in),
        _ => None,
    }
}

/// H9: a grave weakness concerns readers who administer nothing.
fn readers(sheet: &Sheet<'_>, out: &mut Vec<Finding>) {
    let is_grave = sheet.facts.severity >= form::Severity::Important;
    if is_grave && sheet.has_audience && sheet.facts.audience != form::Audience::GeneralUser {
        out.push(warning("H9", "audience", None, "no_general_edition", ""));
    }
}

/// H10: somebody, something, and by when.
fn action_lines(sheet: &Sheet<'_>, out: &mut Vec<Finding>) {
    if !sheet.is_filled(Field::Actions) {
        out.push(warning("H10", "actions", None, "no_action", ""));
    }
    for (field, lang, text) in &sheet.texts {
        if *field != Field::Actions {
            continue;
        }
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            if parts.len() < 3 || parts.iter().take(3).any(|part| part.is_empty()) {
                out.push(warning(
                    "H10",
                    "actions",
                    Some(*lang),
                    "action_incomplete",
                    line,
                ));
            }
        }
    }
}

/// H8 and H11 in references, and vendors who have not made up their minds.
fn sources(sheet: &Sheet<'_>, out: &mut Vec<Finding>) {
    for reference in &sheet.facts.references {
        patterns(
            "references",
            None,
            &format!("{} {}", reference.url, reference.summary),
            out,
        );
        // What is no address stands in some of the documents and not in others.
        if !is_web_address(&reference.url) {
            out.push(Finding {
                severity: Severity::Error,
                ..warning("H11", "references", None, "no_address", &reference.url)
            });
        }
    }
    if sheet.investigating > 0 {
        let count = sheet.investigating.to_string();
        out.push(warning("H11", "vendors", None, "vendor_not_final", &count));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet<'a>(facts: &'a Facts, texts: Vec<(Field, Lang, &'a str)>) -> Sheet<'a> {
        Sheet {
            texts,
            facts,
            has_audience: true,
            has_stage: true,
            issued: Some("2026-11-22T00:00:00Z"),
            has_board: true,
            investigating: 0,
            revision: 1,
            earlier_kept: true,
        }
    }

    fn complete() -> Vec<(Field, Lang, &'static str)> {
        let fields = [
            (Field::Title, "T"),
            (Field::Detection, "unknown"),
            (Field::Fix, "update"),
            (Field::SideEffects, "none"),
            (Field::Actions, "admins | update | today"),
        ];
        fields
            .into_iter()
            .flat_map(|(field, text)| [(field, Lang::Ja, text), (field, Lang::En, text)])
            .collect()
    }

    fn facts() -> Facts {
        Facts {
            damage: vec![form::Damage::Leak],
            threat: form::Threat::NoneKnown,
            ..Facts::default()
        }
    }

    fn codes(sheet: &Sheet<'_>) -> Vec<String> {
        findings(sheet)
            .iter()
            .map(|f| format!("{} {} {}", f.rule, f.field, f.code))
            .collect()
    }

    #[test]
    fn a_complete_draft_has_no_finding() {
        let facts = facts();
        assert_eq!(codes(&sheet(&facts, complete())), Vec::<String>::new());
    }

    #[test]
    fn an_empty_draft_is_told_everything_that_it_lacks() {
        let facts = Facts::default();
        let mut empty = sheet(&facts, vec![]);
        (empty.has_audience, empty.has_board, empty.issued) = (false, false, None);
        let found = codes(&empty);
        for wanted in [
            "H1 audience missing",
            "H3 issued_at_utc missing",
            "H4 target missing",
            "H4 damage missing",
            "H4 threat missing",
            "H4 detection missing",
            "H4 solution missing",
            "H4 side_effects missing",
            "H4 title missing",
            "H10 actions no_action",
        ] {
            assert!(found.iter().any(|f| f == wanted), "{wanted} in {found:?}");
        }
    }

    #[test]
    fn words_that_look_like_an_attack_and_words_of_the_trade_are_found_with_their_place() {
        let mut facts = facts();
        facts.severity = form::Severity::Critical;
        facts.references = vec![form::Reference {
            url: "ftp://old.example/".to_owned(),
            summary: String::new(),
        }];
        let long = "word ".repeat(36);
        let mut texts: Vec<(Field, Lang, &str)> = complete();
        texts.push((
            Field::Summary,
            Lang::Ja,
            "ファームウェアの問題 ../../etc/passwd",
        ));
        texts.push((Field::Actions, Lang::Ja, "管理者 | 更新する"));
        texts.push((Field::Impact, Lang::En, &long));
        let sheet = Sheet {
            investigating: 2,
            revision: 2,
            ..sheet(&facts, texts)
        };
        let found = codes(&sheet);
        for wanted in [
            "H1 impact long_sentence",
            "H2 summary word_without_gloss",
            "H4 summary one_language",
            "H7 revision_reason reason_missing",
            "H8 summary path",
            "H9 audience no_general_edition",
            "H10 actions action_incomplete",
            "H11 references no_address",
            "H11 vendors vendor_not_final",
        ] {
            assert!(found.iter().any(|f| f == wanted), "{wanted} in {found:?}");
        }
    }
}
