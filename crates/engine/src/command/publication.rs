//! Commands of publication: draft, plan, approve, abort. Release itself is a matter of time: [`crate::release`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::aggregate::Aggregate;
use domain::event::Document;
use domain::policy::class::{Class, Compartment};
use domain::publication::{self, NewPlan};
use domain::refusal::Refusal;
use domain::value::*;
use seal::approval::{Approval, SealedKey};
use seal::signer::{PLAN, Plan, PlannedDocument};
use serde_json::{Value, json};

use super::{desk, find_case, inputs};
use crate::compose::{self, Composition, Facts};
use crate::editing::check::{self, Finding};
use crate::editing::sources;
use crate::house::House;
use crate::people::passwords::{PASSWORD_BYTES_MAX, TRIES_MAX, WAIT, stretched};
use crate::unit::Unit;
use crate::{Fault, clock};

inputs! {
    DraftAdvisory "Drafts the next revision of a case's advisory." {
        case: String = "case number or id";
        stage: AdvisoryStage = "interim, final, updated, withdrawn";
        texts: Vec<DraftText> = "[{field, lang, text, from}], from = id of a releasable text that it is taken from; fields title, summary, details, affected, check, impact, fix, workaround, side_effects, detection, threat_note, note, actions, revision_reason, credit";
        #[serde(default)] facts: Facts = "{audience, damage, threat, severity, cvss, cve, other_ids, references, accepted_risk, credit_consent, untranslated}";
    }
    PlanRelease "Plans the release of the drafted revision: exact bytes, instant, recipients, channels." {
        case: String = "case number or id";
        instant: Option<String> = "RFC 3339 with an offset; without it, the embargo's end or now";
        #[serde(default)] emergency: bool = "ends an embargo early; needs a reason";
        #[serde(default)] overlap_override: bool = "takes on texts that repeat unreleasable ones; by another person than the drafter, with a reason";
        #[serde(default)] reason: String = "why, for an emergency or an overlap that a person takes on";
    }
    ApprovePlan "Approves a plan by its hash, with the approver's own key." {
        case: String = "case number or id";
        plan: String = "SHA-256 of the plan, as plan-release answered it";
        person: String = "handle of the approver";
        password_file: Option<String> = "file with the approver's password; without it, NOROSHI_PASSWORD is used";
        #[serde(skip)] password: Option<Password> = "given in memory by the page that asked for it, never in a file";
    }
    AbortPlan "Takes a plan back." {
        case: String = "case number or id";
        plan: String = "SHA-256 of the plan";
        reason: String = "why";
    }
}

/// A password in memory; it does not print and is wiped when dropped.
///
/// It remembers the signature that it opened the key for, so that a command which is decided anew does not stretch
/// it again.
#[derive(Clone)]
pub struct Password {
    typed: zeroize::Zeroizing<String>,
    signed: Arc<Mutex<Option<Approval>>>,
}

impl Password {
    /// Takes a password as it was typed.
    #[must_use]
    pub fn new(typed: &str) -> Password {
        Password {
            typed: zeroize::Zeroizing::new(typed.to_owned()),
            signed: Arc::default(),
        }
    }

    fn signed(&self) -> Option<Approval> {
        self.signed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn remember(&self, approval: &Approval) {
        *self.signed.lock().unwrap_or_else(PoisonError::into_inner) = Some(approval.clone());
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
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
    /// ones become a text of its class or the field's, whichever is stricter (R-S1).
    #[serde(default)]
    pub from: Option<uuid::Uuid>,
}

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

/// The advisory stream of a case: one a case, so its id follows from the case's.
#[must_use]
pub fn advisory_id(case: CaseId) -> AdvisoryId {
    let hash = seal::sha256(
        &seal::canon::Canon::of("noroshi/advisory-of/1")
            .fixed(&case.bytes())
            .finish(),
    );
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    AdvisoryId(uuid::Builder::from_custom_bytes(id).into_uuid())
}

/// Drafts a revision.
pub async fn draft(unit: &mut Unit<'_>, input: &DraftAdvisory) -> Result<Value, Fault> {
    desk(&unit.act)?;
    let case = find_case(unit, &input.case).await?;
    let before = advisory_of(unit, case.id).await?;
    let id = advisory_id(case.id);
    let releasable = if input.texts.iter().any(|text| text.from.is_some()) {
        sources::references(unit, &case, before.as_ref()).await?
    } else {
        vec![]
    };
    let mut texts = Vec::with_capacity(input.texts.len());
    for text in input
        .texts
        .iter()
        .filter(|text| !text.text.trim().is_empty())
    {
        let source = releasable
            .iter()
            .find(|found| Some(found.body.0) == text.from);
        if let Some(found) = source
            && found.lang == text.lang
            && same_words(&unit.opened(found).await?, &text.text)
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
    let facts = serde_json::to_string(&input.facts).map_err(|_| Fault::Form("facts"))?;
    let facts = unit
        .text(case.id.into(), Class::V, Lang::En, &facts)
        .await?;
    unit.in_dossier(id, case.id);
    let changes = publication::draft(&case, id, before.as_ref(), input.stage, texts, facts)?;
    unit.record(changes).await?;
    let revision = before.map_or(1, |b| b.next_revision());
    Ok(json!({ "advisory": id.to_string(), "revision": revision }))
}

/// Browsers send line ends and a last empty line of their own; the words are the same.
fn same_words(kept: &str, typed: &str) -> bool {
    kept.replace("\r\n", "\n").trim() == typed.replace("\r\n", "\n").trim()
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
pub async fn prepare(unit: &mut Unit<'_>, input: &PlanRelease) -> Result<Prepared, Fault> {
    let case = find_case(unit, &input.case).await?;
    let advisory = advisory_of(unit, case.id).await?.ok_or(Refusal::NoDraft)?;
    let draft = advisory.draft.clone().ok_or(Refusal::NoDraft)?;
    let instant = match &input.instant {
        Some(text) => clock::parse(text).ok_or(Refusal::Input {
            field: "instant",
            why: "RFC 3339 with an offset",
        })?,
        None => case
            .until
            .filter(|_| case.em.in_force())
            .unwrap_or(unit.act.occurred_at),
    }
    .whole_seconds();
    let composition = compose::advisory(unit, &case, &advisory, &draft, instant).await?;
    let findings = check::of_document(&composition.doc, &composition.facts, &advisory);
    Ok(Prepared {
        case,
        advisory,
        draft,
        instant,
        composition,
        findings,
    })
}

/// Refuses what must not become a plan: overlaps that no second person takes on, and errors of the lints.
fn refuse(unit: &Unit<'_>, input: &PlanRelease, prepared: &Prepared) -> Result<bool, Fault> {
    let is_taken_on = input.overlap_override || prepared.composition.facts.overlap_override;
    let has_overlaps = !prepared.composition.overlaps.is_empty();
    if has_overlaps {
        if !is_taken_on || prepared.draft.author == unit.act.actor {
            return Err(Refusal::Overlap.into());
        }
        if unit.act.reason.trim().is_empty() {
            return Err(Refusal::NoReason.into());
        }
    }
    let mode = unit.house.profile().lints;
    if let Some(worst) = check::worst(&prepared.findings, mode) {
        let words = format!("{} {} {}", worst.rule, worst.field, worst.code);
        return Err(Refusal::Lint(words).into());
    }
    Ok(has_overlaps)
}

/// Plans a release.
pub async fn plan(unit: &mut Unit<'_>, input: &PlanRelease) -> Result<Value, Fault> {
    desk(&unit.act)?;
    if !input.reason.is_empty() {
        unit.act.reason.clone_from(&input.reason);
    }
    let prepared = prepare(unit, input).await?;
    let is_overridden = refuse(unit, input, &prepared)?;
    let Prepared {
        case,
        advisory,
        draft,
        instant,
        composition: Composition { doc, .. },
        findings,
    } = prepared;
    let made = compose::documents(unit.house, &doc)?;
    let mut documents = Vec::with_capacity(made.len());
    for document in &made {
        let body = unit
            .bytes(case.id.into(), Compartment::Text, &document.bytes)
            .await?;
        documents.push(Document {
            kind: document.kind.to_owned(),
            sha256: seal::hex(&seal::sha256(&document.bytes)),
            body,
        });
    }
    let plan = Plan {
        schema: PLAN.to_owned(),
        realm: if unit.realm == seal::record::Realm::Live {
            "live"
        } else {
            "exercise"
        }
        .to_owned(),
        plan_id: seal::hex(&seal::random::bytes::<16>()),
        house: seal::hex(&unit.house.id()),
        series: unit.house.config.series.clone(),
        number: doc.id.clone(),
        revision: draft.revision,
        instant: instant.0,
        author: seal::hex(&unit.act.actor.bytes()),
        documents: documents
            .iter()
            .map(|d| PlannedDocument {
                kind: d.kind.clone(),
                sha256: d.sha256.clone(),
            })
            .collect(),
        emergency: input.emergency,
        overrides: if is_overridden {
            vec!["overlap".to_owned()]
        } else {
            vec![]
        },
        reason: if input.emergency || is_overridden {
            unit.act.reason.clone()
        } else {
            String::new()
        },
        recipients: "everything+vendors+products+earlier".to_owned(),
        channels: vec!["portal".to_owned(), "mail".to_owned()],
    };
    let bytes = plan.bytes().map_err(|_| Fault::Form("plan"))?;
    let sha256 = seal::hex(&seal::sha256(&bytes));
    let new = NewPlan {
        bytes: String::from_utf8(bytes).map_err(|_| Fault::Form("plan"))?,
        sha256: sha256.clone(),
        instant,
        documents,
        emergency: input.emergency,
    };
    let changes = publication::plan(&advisory, &case, new, &unit.act.clone())?;
    unit.record(changes).await?;
    let findings: Vec<Value> = findings
        .iter()
        .map(|f| json!({ "rule": f.rule, "field": f.field, "code": f.code }))
        .collect();
    Ok(
        json!({ "plan": sha256, "number": doc.id, "revision": draft.revision, "instant": clock::rfc3339(instant), "lints": findings }),
    )
}

/// Approves a plan.
pub async fn approve(unit: &mut Unit<'_>, input: &ApprovePlan) -> Result<Value, Fault> {
    let case = find_case(unit, &input.case).await?;
    let advisory = advisory_of(unit, case.id).await?.ok_or(Refusal::NoPlan)?;
    let own = unit.house.own().await?;
    let (person, named) = own
        .persons
        .iter()
        .find(|(_, p)| p.handle == input.person && p.ended.is_none())
        .ok_or(Refusal::NotFound("person"))?;
    if named.approval_key.is_none() {
        return Err(Refusal::Role.into());
    }
    if input.password.is_some() && unit.act.actor != *person {
        // A page approves for nobody but whoever is signed in.
        return Err(Refusal::Role.into());
    }
    let key = unit
        .house
        .store
        .approval_key(person.bytes())
        .await?
        .ok_or(Refusal::NotFound("approval key"))?;
    let hash = seal::unhex32(&input.plan).ok_or(Refusal::Input {
        field: "plan",
        why: "64 hexadecimal digits",
    })?;
    let approval = signature(unit.house, *person, key, hash, input).await?;
    unit.act.actor = *person;
    unit.act.role = named.role;
    let changes = publication::approve(
        own.quorum,
        &advisory,
        &input.plan,
        *person,
        Instant(approval.at),
        seal::hex(&approval.signature),
    )?;
    unit.record(changes).await?;
    Ok(json!({ "plan": input.plan, "person": input.person }))
}

/// Signs a plan's hash beside the house's thread. A wrong password counts among the wrong tries of signing in.
async fn signature(
    house: &House,
    person: PersonId,
    key: SealedKey,
    plan: [u8; 32],
    input: &ApprovePlan,
) -> Result<Approval, Fault> {
    let id = person.bytes();
    let before = input.password.as_ref().and_then(Password::signed);
    if let Some(signed) = before
        && signed.person == id
        && seal::approval::verifies(&signed, &key.public, &plan)
    {
        return Ok(signed);
    }
    let handle = input.person.as_str();
    if house.tries.count(handle) >= TRIES_MAX {
        tokio::time::sleep(WAIT).await;
    }
    let typed = password(input)?;
    let made = if typed.len() > PASSWORD_BYTES_MAX {
        None
    } else {
        let at = clock::now().0;
        stretched(move || seal::approval::approve(&key, &id, &typed, &plan, at))
            .await?
            .ok()
    };
    let Some(approval) = made else {
        house.tries.missed(handle);
        return Err(Refusal::Input {
            field: "password",
            why: "it does not open this approval key",
        }
        .into());
    };
    house.tries.forget(handle);
    if let Some(password) = &input.password {
        password.remember(&approval);
    }
    Ok(approval)
}

/// The password as it was given: in memory, in a file, or in the environment.
fn password(input: &ApprovePlan) -> Result<zeroize::Zeroizing<String>, Fault> {
    if let Some(password) = &input.password {
        return Ok(password.typed.clone());
    }
    let bytes = match &input.password_file {
        Some(path) => seal::files::read_secret(std::path::Path::new(path))?,
        None => zeroize_env(),
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| Refusal::Input {
        field: "password_file",
        why: "not UTF-8",
    })?;
    Ok(zeroize::Zeroizing::new(text.trim_end().to_owned()))
}

fn zeroize_env() -> zeroize::Zeroizing<Vec<u8>> {
    zeroize::Zeroizing::new(
        std::env::var("NOROSHI_PASSWORD")
            .unwrap_or_default()
            .into_bytes(),
    )
}

/// Takes a plan back.
pub async fn abort(unit: &mut Unit<'_>, input: &AbortPlan) -> Result<Value, Fault> {
    desk(&unit.act)?;
    unit.act.reason.clone_from(&input.reason);
    let case = find_case(unit, &input.case).await?;
    let advisory = advisory_of(unit, case.id).await?.ok_or(Refusal::NoPlan)?;
    let changes = publication::abort(&advisory, &input.plan, &unit.act.clone())?;
    unit.record(changes).await?;
    Ok(json!({ "plan": input.plan }))
}

/// Handles of approvers with their persons, for founding and tests.
#[must_use]
pub fn approvers(own: &domain::party::House) -> BTreeMap<String, PersonId> {
    own.persons
        .iter()
        .filter(|(_, p)| p.approval_key.is_some())
        .map(|(id, p)| (p.handle.clone(), *id))
        .collect()
}
