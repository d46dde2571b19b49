//! The command of the advisory: a draft; and what a plan and a rehearsal of it compose alike.

use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::publication;
use domain::refusal::Refusal;
use domain::text::class::Class;
use domain::text::fold;
use domain::value::*;
use serde_json::{Value, json};

use crate::Fault;
use crate::advisory::check::{self, Finding};
use crate::advisory::compose::{self, Composition, Facts};
use crate::advisory::sources;
use crate::kernel::find::{by_number, inputs};
use crate::kernel::ids::advisory_id;
use crate::kernel::unit::Unit;

inputs! {
    DraftAdvisory "Drafts the next revision of a case's advisory." {
        case: String = "case number or id";
        stage: AdvisoryStage = "interim, final, updated, withdrawn";
        texts: Vec<DraftText> = "[{field, lang, text, from}], from = id of a releasable text that it is taken from, with an empty text to keep it as it is; fields title, summary, details, affected, check, impact, fix, workaround, side_effects, detection, threat_note, note, actions, revision_reason, credit";
        #[serde(default)] facts: Facts = "{audience, damage, threat, severity, cvss, cve, other_ids, references, accepted_risk, credit_consent, untranslated}";
    }
}

/// A text of a draft.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftText {
    pub field: Field,
    pub lang: Lang,
    pub text: String,
    /// Class, if it is not the field's own.
    pub class: Option<Class>,
    /// Body of the releasable text that it was taken from. Unchanged words stay a reference to that body; changed
    /// ones become a text of its class or the field's, whichever is stricter (R-S1). Without words it stands for the
    /// text of that body as it is: so a text stays that its editor may not see.
    #[serde(default)]
    pub from: Option<uuid::Uuid>,
}

/// The advisory of a case, if one was begun.
///
/// # Errors
/// Faults of the store.
pub(crate) async fn advisory_of(
    unit: &mut Unit<'_>,
    case: CaseId,
) -> Result<Option<publication::Advisory>, Fault> {
    // The id follows from the case, so a draft that waits in this unit is found too.
    let id = advisory_id(case);
    match unit.state(id.into()).await?.as_deref() {
        Some(Aggregate::Advisory(found)) => Ok(Some(found.clone())),
        Some(_) => Err(Fault::Form("advisory")),
        None => Ok(None),
    }
}

/// Drafts a revision.
pub async fn draft(unit: &mut Unit<'_>, input: &DraftAdvisory) -> Result<Value, Fault> {
    let case = by_number::<Case>(unit, &input.case).await?;
    let before = advisory_of(unit, case.id).await?;
    let id = advisory_id(case.id);
    let releasable = if input.texts.iter().any(|text| text.from.is_some()) {
        sources::references(unit, &case, before.as_ref()).await?
    } else {
        vec![]
    };
    let mut texts = Vec::with_capacity(input.texts.len());
    for text in &input.texts {
        if text.text.trim().is_empty() {
            let before = before.as_ref().and_then(|before| before.draft.as_ref());
            let own = before.map_or(&case.texts, |draft| &draft.texts);
            texts.extend(kept(own, &releasable, text)?.map(|found| (text.field, found)));
            continue;
        }
        let source = releasable
            .iter()
            .find(|found| Some(found.body.0) == text.from);
        if let Some(found) = source
            && found.lang == text.lang
            && same_words(unit.opened(found).await?.words_for_the_house(), &text.text)
        {
            texts.push((text.field, *found));
            continue;
        }
        let own = source.map_or(text.field.class(), |found| {
            sources::stricter(found.class, text.field.class())
        });
        let class = text.class.unwrap_or(own);
        let sealed = unit
            .text(case.id.into(), class, text.lang, &text.text)
            .await?;
        texts.push((text.field, sealed));
    }
    let facts = serde_json::to_string(&checked(&input.facts)?).map_err(|_| Fault::Form("facts"))?;
    let facts = unit
        .text(case.id.into(), Class::V, Lang::En, &facts)
        .await?;
    unit.in_dossier(id, case.id);
    let track = crate::coordination::track_of(unit.house, &case).await?;
    let is_published = before
        .as_ref()
        .is_some_and(publication::Advisory::is_published);
    let public = case.public_track(track, is_published)?;
    let changes = publication::draft(public, id, before.as_ref(), input.stage, texts, facts)?;
    unit.record(changes).await?;
    let revision = before.map_or(1, |b| b.next_revision());
    Ok(json!({ "advisory": id.to_string(), "revision": revision }))
}

/// Keeps the first of what was said several times: equal only once it is folded, more often than not.
fn only_once<T: PartialEq + Clone>(said: &mut Vec<T>) {
    let mut once: Vec<T> = Vec::with_capacity(said.len());
    for one in said.iter() {
        if !once.contains(one) {
            once.push(one.clone());
        }
    }
    *said = once;
}

/// The facts with their numbers as they are written; what is no number, or a score that does not follow, is refused
/// wherever it comes from.
fn checked(facts: &Facts) -> Result<Facts, Refusal> {
    let wrong = |field: &'static str, why: &'static str| Refusal::Input { field, why };
    let mut facts = facts.clone();
    for cve in &mut facts.cve {
        *cve = formats::cve::read(cve)
            .ok_or_else(|| wrong("cve", "a number such as CVE-2026-12345"))?;
    }
    only_once(&mut facts.cve);
    only_once(&mut facts.damage);
    for id in &mut facts.other_ids {
        id.system = fold::width(id.system.trim());
        id.text = fold::width(id.text.trim());
        if id.system.is_empty() || id.text.is_empty() {
            return Err(wrong("other_ids", "who counts, and the number"));
        }
        if id.system.eq_ignore_ascii_case("cve") {
            return Err(wrong(
                "other_ids",
                "a CVE number stands with the others of its kind",
            ));
        }
    }
    only_once(&mut facts.other_ids);
    for reference in &mut facts.references {
        reference.url = fold::address(reference.url.trim());
    }
    for cvss in &mut facts.cvss {
        let line = format!("{} {:.1}", cvss.vector, cvss.base_score);
        *cvss = formats::cvss::read_line(&line).map_err(|found| match found {
            formats::cvss::Wrong::Score { .. } => {
                wrong("cvss", "the base score that follows from the vector")
            }
            _ => wrong("cvss", "a vector of CVSS 2.0, 3.0, 3.1 or 4.0"),
        })?;
    }
    Ok(facts)
}

/// The body that an empty text stands for: one of this field in the last draft, or in the case where there is none yet,
/// or any releasable one.
fn kept(
    own: &[(Field, TextRef)],
    releasable: &[TextRef],
    text: &DraftText,
) -> Result<Option<TextRef>, Fault> {
    let Some(from) = text.from else {
        return Ok(None);
    };
    let of_the_field = own
        .iter()
        .filter(|(field, _)| *field == text.field)
        .map(|(_, found)| found);
    let found = of_the_field
        .chain(releasable)
        .find(|found| found.body.0 == from && found.lang == text.lang);
    match found {
        Some(found) => Ok(Some(*found)),
        None => Err(Refusal::NotFound("text").into()),
    }
}

/// Browsers send line ends and a last empty line of their own; the words are the same.
fn same_words(kept: &str, typed: &str) -> bool {
    kept.replace("\r\n", "\n").trim() == typed.replace("\r\n", "\n").trim()
}

/// Which release is composed: of which case, for which instant (the embargo's end or now without it).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub case: String,
    pub instant: Option<Instant>,
}

/// A release that is composed and not decided: what a plan records, a preview shows.
#[derive(Debug)]
pub struct Prepared {
    pub case: domain::coordination::case::Case,
    pub advisory: publication::Advisory,
    pub draft: publication::Draft,
    pub instant: Instant,
    pub composition: Composition,
    pub findings: Vec<Finding>,
}

/// Composes the release of the drafted revision and looks at it; refuses neither for lints nor for overlaps.
///
/// # Errors
/// [`Refusal::NoDraft`]; what the gate keeps back; faults.
pub async fn prepare(unit: &mut Unit<'_>, wanted: &Wanted) -> Result<Prepared, Fault> {
    let case = by_number::<Case>(unit, &wanted.case).await?;
    let advisory = advisory_of(unit, case.id).await?.ok_or(Refusal::NoDraft)?;
    let draft = advisory.draft.clone().ok_or(Refusal::NoDraft)?;
    let until = case.until.filter(|_| case.em.in_force());
    let instant = wanted
        .instant
        .or(until)
        .unwrap_or(unit.act.occurred_at)
        .whole_seconds();
    let composition = compose::advisory(unit, &case, &advisory, &draft, instant).await?;
    let mut findings = check::of_document(&composition.doc, &composition.facts, &advisory);
    findings.extend(check::unasked(&composition.concerned));
    findings.extend(check::apart(&composition.doc, &case.world));
    Ok(Prepared {
        case,
        advisory,
        draft,
        instant,
        composition,
        findings,
    })
}
