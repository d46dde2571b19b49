//! Commands of coordination.

use domain::coordination::decide;
use domain::policy::class::Class;
use domain::policy::series::Kind;
use domain::refusal::Refusal;
use domain::value::*;
use serde_json::{Value, json};

use super::{
    TextInput, desk, draw_number, find_case, find_participant, find_party, inputs, participants_of,
};
use crate::unit::Unit;
use crate::{Fault, clock};

inputs! {
    AddParticipant "Brings a party into a case; draws its tracking number." {
        id: Option<uuid::Uuid> = "id to use, for imports that may run twice";
        case: String = "case number or id";
        party: String = "name or id";
        part: Part = "vendor, finder, coordinator, operator, other";
    }
    Contact "Writes to a participant that the house wants to talk, without technical detail (channel mail), or records another attempt." {
        participant: String = "tracking number or id";
        channel: ContactChannel = "mail, phone, post, form, in_person, registrar, distributor, fax";
        result: ContactResult = "tried, reached, undeliverable";
    }
    RecordContactElsewhere "Records a contact that somebody else made, or that was made before or beside this house." {
        participant: String = "tracking number or id";
        channel: ContactChannel = "how, or not_recorded";
        result: ContactResult = "tried, reached, undeliverable, not_recorded";
    }
    ConfirmReceipt "Records that a participant said it has our letter." {
        participant: String = "tracking number or id";
    }
    RecordBasis "Records on which basis a participant keeps details confidential." {
        participant: String = "tracking number or id";
        basis: ConfidentialityBasis = "{basis: standing|ad_hoc, version} or {basis: none}";
    }
    SendDetails "Opens texts of the report to a participant; needs a basis." {
        participant: String = "tracking number or id";
        classes: Vec<Class> = "classes of the report's parts to open; A and T do not travel this way";
    }
    ProposeDate "Proposes a date of publication to all participants." {
        case: String = "case number or id";
        until: String = "RFC 3339 with an offset";
    }
    AgreeDate "Records that a participant agrees to the date; the first one makes it active." {
        participant: String = "tracking number or id";
    }
    CounterDate "Records that a participant asks for another date; changes nothing by itself." {
        participant: String = "tracking number or id";
        until: String = "RFC 3339 with an offset";
    }
    DeclineDate "Records that a participant declines the date." {
        participant: String = "tracking number or id";
    }
    ReviseDate "Changes the date in force; a later one asks the participants again." {
        case: String = "case number or id";
        until: String = "RFC 3339 with an offset";
    }
    EndEmbargo "Ends the embargo." {
        case: String = "case number or id";
        why: EmbargoEnd = "reached, public, attacked, ready; all but reached need a reason";
        #[serde(default)] reason: String = "why, without details";
    }
    Observe "Records a fact about the world; what the model demands follows at once." {
        case: String = "case number or id";
        fact: WorldFact = "public_aware, exploit_public, attacks_observed";
    }
    RecordAnswer "Records what a participant says about its products." {
        participant: String = "tracking number or id";
        answer: ProductAnswer = "{product, versions, answer: affected|not_affected|investigating|unknown, fixed_in}";
    }
    RecordUnaskedAnswer "Records an answer of a party that nobody had asked." {
        participant: String = "tracking number or id";
        answer: ProductAnswer = "as in record-answer";
    }
    RecordStatement "Records a text of or about a vendor (class R)." {
        participant: String = "tracking number or id";
        statement: StatementKind = "statement, information, addendum, references";
        text: TextInput = "the words";
        #[serde(default)] unasked: bool = "the vendor was never asked";
    }
    LeaveCase "Records that a participant leaves the case." {
        participant: String = "tracking number or id";
        honours_embargo: Option<bool> = "whether it still keeps the embargo; needed while one is in force";
    }
    CloseCase "Closes a case." {
        case: String = "case number or id";
        code: ClosureCode = "published, individual_response, not_vulnerability, …";
    }
}

fn instant(text: &str) -> Result<Instant, Fault> {
    Ok(clock::parse(text).ok_or(Refusal::Input {
        field: "until",
        why: "RFC 3339 with an offset",
    })?)
}

/// Brings a party into a case.
pub async fn add_participant(unit: &mut Unit<'_>, input: &AddParticipant) -> Result<Value, Fault> {
    desk(&unit.act)?;
    let case = find_case(unit, &input.case).await?;
    let party = find_party(unit, &input.party).await?;
    let id = ParticipantId(input.id.unwrap_or_else(|| unit.draw()));
    if unit.state(id.into()).await?.is_some() {
        return Err(Refusal::Exists("participant").into());
    }
    if unit
        .house
        .store
        .participants(case.id)
        .await?
        .iter()
        .any(|(_, p)| *p == party.id)
    {
        return Err(Refusal::Exists("participant").into());
    }
    let tracking = draw_number(unit, Kind::Tracking).await?.to_string();
    unit.in_dossier(id, case.id);
    let changes = decide::join(&case, &party, id, input.part, tracking.clone())?;
    unit.record(changes).await?;
    Ok(json!({ "participant": id.to_string(), "tracking": tracking }))
}

async fn with_case(
    unit: &mut Unit<'_>,
    participant: &str,
) -> Result<
    (
        domain::coordination::case::Case,
        domain::coordination::participant::Participant,
    ),
    Fault,
> {
    desk(&unit.act)?;
    let participant = find_participant(unit, participant).await?;
    let case = find_case(unit, &participant.case.to_string()).await?;
    Ok((case, participant))
}

/// Contacts a participant.
pub async fn contact(unit: &mut Unit<'_>, input: &Contact) -> Result<Value, Fault> {
    let (case, participant) = with_case(unit, &input.participant).await?;
    unit.record(decide::contact(
        &case,
        &participant,
        input.channel,
        input.result,
        false,
    )?)
    .await?;
    Ok(json!({ "participant": participant.id.to_string() }))
}

/// Records a contact made elsewhere.
pub async fn contact_elsewhere(
    unit: &mut Unit<'_>,
    input: &RecordContactElsewhere,
) -> Result<Value, Fault> {
    let (case, participant) = with_case(unit, &input.participant).await?;
    unit.record(decide::contact(
        &case,
        &participant,
        input.channel,
        input.result,
        true,
    )?)
    .await?;
    Ok(json!({ "participant": participant.id.to_string() }))
}

/// Records a confirmation.
pub async fn confirm_receipt(unit: &mut Unit<'_>, input: &ConfirmReceipt) -> Result<Value, Fault> {
    let (_, participant) = with_case(unit, &input.participant).await?;
    unit.record(decide::confirm_receipt(&participant)?).await?;
    Ok(json!({ "participant": participant.id.to_string() }))
}

/// Records a basis.
pub async fn record_basis(unit: &mut Unit<'_>, input: &RecordBasis) -> Result<Value, Fault> {
    let (_, participant) = with_case(unit, &input.participant).await?;
    unit.record(decide::record_basis(&participant, input.basis.clone()))
        .await?;
    Ok(json!({ "participant": participant.id.to_string() }))
}

/// Opens details.
pub async fn send_details(unit: &mut Unit<'_>, input: &SendDetails) -> Result<Value, Fault> {
    let (case, participant) = with_case(unit, &input.participant).await?;
    let mut texts = Vec::new();
    if let Some(report) = case.report {
        let report = super::find_report(unit, &report.to_string()).await?;
        texts.extend(
            report
                .parts
                .into_iter()
                .filter(|part| input.classes.contains(&part.class)),
        );
    }
    if texts.is_empty() {
        return Err(Refusal::Input {
            field: "classes",
            why: "the report has no sorted part of these classes",
        }
        .into());
    }
    unit.record(decide::send_details(&case, &participant, &texts)?)
        .await?;
    Ok(json!({ "texts": texts.len() }))
}

/// Proposes a date.
pub async fn propose_date(unit: &mut Unit<'_>, input: &ProposeDate) -> Result<Value, Fault> {
    desk(&unit.act)?;
    let case = find_case(unit, &input.case).await?;
    let participants = participants_of(unit, case.id).await?;
    let changes = decide::propose_date(
        &case,
        &participants,
        instant(&input.until)?,
        &unit.act.clone(),
    )?;
    unit.record(changes).await?;
    Ok(json!({ "invited": participants.len() }))
}

/// Agrees to a date.
pub async fn agree_date(unit: &mut Unit<'_>, input: &AgreeDate) -> Result<Value, Fault> {
    let (case, participant) = with_case(unit, &input.participant).await?;
    unit.record(decide::agree_date(&case, &participant)?)
        .await?;
    Ok(json!({ "participant": participant.id.to_string() }))
}

/// Names another date.
pub async fn counter_date(unit: &mut Unit<'_>, input: &CounterDate) -> Result<Value, Fault> {
    let (case, participant) = with_case(unit, &input.participant).await?;
    unit.record(decide::counter_date(
        &case,
        &participant,
        instant(&input.until)?,
    )?)
    .await?;
    Ok(json!({ "participant": participant.id.to_string() }))
}

/// Declines a date.
pub async fn decline_date(unit: &mut Unit<'_>, input: &DeclineDate) -> Result<Value, Fault> {
    let (case, participant) = with_case(unit, &input.participant).await?;
    unit.record(decide::decline_date(&case, &participant)?)
        .await?;
    Ok(json!({ "participant": participant.id.to_string() }))
}

/// Changes the date.
pub async fn revise_date(unit: &mut Unit<'_>, input: &ReviseDate) -> Result<Value, Fault> {
    desk(&unit.act)?;
    let case = find_case(unit, &input.case).await?;
    let until = instant(&input.until)?;
    let participants = participants_of(unit, case.id).await?;
    let changes = decide::revise_date(&case, &participants, until, &unit.act.clone())?;
    unit.record(changes).await?;
    // A plan for an instant that is now within the embargo lapses; its approvals were for that instant.
    let advisory = super::publication::advisory_id(case.id);
    if let Some(domain::aggregate::Aggregate::Advisory(advisory)) =
        unit.state(advisory.into()).await?.as_deref().cloned()
        && let Some(plan) = advisory
            .plan
            .as_ref()
            .filter(|plan| !plan.emergency && plan.instant < until)
    {
        let plan_sha256 = plan.sha256.clone();
        unit.record(vec![domain::aggregate::Change::of(
            advisory.id,
            domain::event::Event::PlanAborted { plan_sha256 },
        )])
        .await?;
    }
    Ok(json!({ "case": case.id.to_string() }))
}

/// Ends the embargo.
pub async fn end_embargo(unit: &mut Unit<'_>, input: &EndEmbargo) -> Result<Value, Fault> {
    desk(&unit.act)?;
    let case = find_case(unit, &input.case).await?;
    let changes = decide::end_embargo(&case, input.why, &unit.act.clone())?;
    unit.record(changes).await?;
    Ok(json!({ "case": case.id.to_string() }))
}

/// Records a fact of the world.
pub async fn observe(unit: &mut Unit<'_>, input: &Observe) -> Result<Value, Fault> {
    desk(&unit.act)?;
    let case = find_case(unit, &input.case).await?;
    unit.record(decide::observe(&case, input.fact)?).await?;
    Ok(json!({ "case": case.id.to_string() }))
}

/// Records an answer.
pub async fn record_answer(unit: &mut Unit<'_>, input: &RecordAnswer) -> Result<Value, Fault> {
    let (_, participant) = with_case(unit, &input.participant).await?;
    unit.record(decide::record_answer(
        &participant,
        input.answer.clone(),
        false,
    )?)
    .await?;
    Ok(json!({ "participant": participant.id.to_string() }))
}

/// Records an answer that nobody had asked for.
pub async fn record_unasked_answer(
    unit: &mut Unit<'_>,
    input: &RecordUnaskedAnswer,
) -> Result<Value, Fault> {
    let (_, participant) = with_case(unit, &input.participant).await?;
    unit.record(decide::record_answer(
        &participant,
        input.answer.clone(),
        true,
    )?)
    .await?;
    Ok(json!({ "participant": participant.id.to_string() }))
}

/// Records a text.
pub async fn record_statement(
    unit: &mut Unit<'_>,
    input: &RecordStatement,
) -> Result<Value, Fault> {
    let (case, participant) = with_case(unit, &input.participant).await?;
    let text = unit
        .text(case.id.into(), Class::R, input.text.lang, &input.text.text)
        .await?;
    unit.record(decide::record_statement(
        &participant,
        input.statement,
        text,
        input.unasked,
    )?)
    .await?;
    Ok(json!({ "participant": participant.id.to_string() }))
}

/// Leaves a case.
pub async fn leave(unit: &mut Unit<'_>, input: &LeaveCase) -> Result<Value, Fault> {
    let (case, participant) = with_case(unit, &input.participant).await?;
    unit.record(decide::leave(&case, &participant, input.honours_embargo)?)
        .await?;
    Ok(json!({ "participant": participant.id.to_string() }))
}

/// Closes a case.
pub async fn close(unit: &mut Unit<'_>, input: &CloseCase) -> Result<Value, Fault> {
    desk(&unit.act)?;
    let case = find_case(unit, &input.case).await?;
    unit.record(decide::close(&case, input.code)?).await?;
    Ok(json!({ "case": case.id.to_string() }))
}
