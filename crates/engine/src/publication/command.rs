//! Commands of publication: plan, approve, abort. Release itself is a matter of time: [`crate::publication::release`].

use domain::coordination::case::Case;
use std::collections::BTreeMap;

use domain::event::Document;
use domain::publication::{self, NewPlan, plan_guard};
use domain::refusal::Refusal;
use domain::text::class::Compartment;
use domain::value::*;
use seal::approval::{Approval, SealedKey};
use seal::record::Realm;
use seal::signer::{PLAN, Plan, PlannedDocument};
use serde_json::{Value, json};

use crate::Fault;
use crate::advisory::check;
use crate::advisory::command::{Prepared, Wanted, advisory_of, prepare};
use crate::advisory::compose;
use crate::advisory::compose::Composition;
use crate::kernel::clock;
use crate::kernel::find::{self, by_number, inputs};
use crate::kernel::house::House;
use crate::kernel::unit::Unit;
use crate::people::passwords::opened;
use crate::people::roster::{roster_of, standing_key};
pub use crate::people::typed::Password;
use crate::people::typed::given;

inputs! {
    PlanRelease "Plans the release of the drafted revision: exact bytes, instant, recipients, channels." {
        case: String = "case number or id";
        #[serde(default, deserialize_with = "find::instant::if_any::instant")] instant: Option<Instant> = "RFC 3339 with an offset; without it, the embargo's end or now";
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

/// Refuses what must not become a plan: overlaps that no second person takes on, and errors of the lints.
fn refuse(unit: &Unit<'_>, input: &PlanRelease, prepared: &Prepared) -> Result<bool, Fault> {
    // What a drafter wrote beside the draft takes nothing on: the second person says so when the plan is made.
    let is_taken_on = input.overlap_override;
    let has_overlaps = !prepared.composition.overlaps.is_empty();
    if has_overlaps {
        plan_guard::take_on(&prepared.draft, is_taken_on, &unit.act)?;
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
    if !input.reason.is_empty() {
        unit.act.reason.clone_from(&input.reason);
    }
    let wanted = Wanted {
        case: input.case.clone(),
        instant: input.instant,
    };
    let prepared = prepare(unit, &wanted).await?;
    let is_overridden = refuse(unit, input, &prepared)?;
    let Prepared {
        case,
        advisory,
        draft,
        instant,
        composition: Composition { doc, facts, .. },
        findings,
    } = prepared;
    let made = compose::documents(unit.house, &doc)?;
    let mut documents = Vec::with_capacity(made.len());
    for document in &made {
        let body = unit
            .bytes(case.id.into(), Compartment::Text, &document.bytes)
            .await?;
        documents.push(Document {
            kind: document.kind.name().to_owned(),
            sha256: seal::hex(&seal::sha256(&document.bytes)),
            body,
        });
    }
    let plan = Plan {
        schema: PLAN.to_owned(),
        realm: unit.realm.name().to_owned(),
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
        overrides: is_overridden
            .then(|| "overlap".to_owned())
            .into_iter()
            .chain(crate::advisory::decisions(&draft, &facts, &doc))
            .collect(),
        reason: if input.emergency || is_overridden {
            unit.act.reason.clone()
        } else {
            String::new()
        },
        recipients: "everything+vendors+products+earlier".to_owned(),
        channels: std::iter::once("portal")
            .chain(CopyChannel::ALL.map(CopyChannel::name))
            .map(str::to_owned)
            .collect(),
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
    let track = crate::coordination::track_of(unit.house, &case).await?;
    let public = case.public_track(track, advisory.is_published())?;
    let changes = publication::plan(&advisory, public, new, &unit.act.clone())?;
    // Last of all: what else is wrong with it is mended first.
    if unit.realm == Realm::Live
        && let Some(lack) = unit.house.first_lack().await?
    {
        return Err(lack.into());
    }
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
    let case = by_number::<Case>(unit, &input.case).await?;
    let advisory = advisory_of(unit, case.id).await?.ok_or(Refusal::NoPlan)?;
    let own = unit.house.own().await?;
    let (person, named) = own
        .persons
        .iter()
        .find(|(_, p)| p.handle == input.person && p.ended.is_none())
        .ok_or(Refusal::NotFound("person"))?;
    if input.password.is_some() && unit.act.actor != *person {
        // A page approves for nobody but whoever is signed in.
        return Err(Refusal::Role.into());
    }
    let roster = roster_of(unit.house.id(), &own)?;
    let (key, pin) = standing_key(unit.house, &roster, *person, clock::now())
        .await?
        .ok_or(Refusal::Role)?;
    if pin.is_kit && unit.realm == Realm::Live && unit.house.is_before_first().await? {
        return Err(Refusal::KitKeys.into());
    }
    let hash = seal::unhex32(&input.plan).ok_or(Refusal::Input {
        field: "plan",
        why: "64 hexadecimal digits",
    })?;
    let approval = signature(unit.house, *person, key, hash, input).await?;
    // Whoever asked, the key that the password opened tells who acts.
    unit.act = unit.act.taken_by(Actor::Person {
        id: *person,
        role: named.role,
    });
    let changes = publication::approve(
        own.quorum,
        &advisory,
        &input.plan,
        publication::Signing {
            person: *person,
            at: Instant(approval.at),
            signed_in: unit.act.signed_in,
        },
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
    let typed = given(input.password.as_ref(), input.password_file.as_deref())?;
    let at = clock::now().0;
    let sign = move |typed: &str| seal::approval::approve(&key, &id, typed, &plan, at);
    let approval = opened(house, &input.person, typed, sign).await?;
    if let Some(password) = &input.password {
        password.remember(&approval);
    }
    Ok(approval)
}

/// Takes a plan back.
pub async fn abort(unit: &mut Unit<'_>, input: &AbortPlan) -> Result<Value, Fault> {
    unit.act.reason.clone_from(&input.reason);
    let case = by_number::<Case>(unit, &input.case).await?;
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
