//! Commands of coordination.

use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::coordination::participant::Participant;
use domain::coordination::{access, closing, decide, leaving};
use domain::intake::Report;
use domain::publication::plan_guard;
use domain::refusal::Refusal;
use domain::series::Kind;
use domain::text::class::Class;
use domain::value::*;
use serde_json::{Value, json};

use crate::Fault;
use crate::kernel::find::{
    self, TextInput, by_number, draw_number, find_party, inputs, participants_of,
};
use crate::kernel::unit::Unit;

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
        #[serde(deserialize_with = "find::instant::until")] until: Instant = "RFC 3339 with an offset";
    }
    AgreeDate "Records that a participant agrees to the date; the first one makes it active." {
        participant: String = "tracking number or id";
    }
    CounterDate "Records that a participant asks for another date; changes nothing by itself." {
        participant: String = "tracking number or id";
        #[serde(deserialize_with = "find::instant::until")] until: Instant = "RFC 3339 with an offset";
    }
    DeclineDate "Records that a participant declines the date." {
        participant: String = "tracking number or id";
    }
    ReviseDate "Changes the date in force; a later one asks the participants again." {
        case: String = "case number or id";
        #[serde(deserialize_with = "find::instant::until")] until: Instant = "RFC 3339 with an offset";
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
        answer: ProductAnswer = "{product, versions, answer: affected|not_affected|investigating|unknown, fixed_in, vulnerability}";
        #[serde(default)] because: Option<TextInput> = "why, in the party's words";
    }
    WithdrawAnswer "Takes back an answer that is on record, as one whose range was mistyped." {
        participant: String = "tracking number or id";
        product: Option<String> = "as in the answer; none for one about all products";
        #[serde(default)] versions: String = "as in the answer";
        vulnerability: Option<String> = "as in the answer";
    }
    RecordUnaskedAnswer "Records an answer of a party that nobody had asked." {
        participant: String = "tracking number or id";
        answer: ProductAnswer = "as in record-answer";
    }
    RecordStatement "Records a text of or about a vendor (class R)." {
        participant: String = "tracking number or id";
        statement: StatementKind = "statement, information, addendum, references, workaround, fix";
        text: TextInput = "the words";
        #[serde(default)] unasked: bool = "the vendor was never asked";
        #[serde(default)] about: Option<About> = "product and versions of an answer, if it speaks of that alone: statement, workaround and fix only";
    }
    LeaveCase "Records that a participant leaves the case." {
        participant: String = "tracking number or id";
        honours_embargo: Option<bool> = "whether it still keeps the embargo; needed while one is in force";
    }
    BringBack "Brings a participant back that has left; it is let in anew, by a new letter." {
        participant: String = "tracking number or id";
        reason: String = "why, and who of the party said so";
    }
    RecordTicket "Records the party's own number for the matter." {
        participant: String = "tracking number or id";
        ticket: String = "the number as the party writes it";
    }
    AgreeNaming "Records whether other vendors of the case, who agree too, may learn this vendor's name and status." {
        participant: String = "tracking number or id";
        agreed: bool = "true to agree, false to take it back";
        #[serde(default)] reason: String = "who said so and how; needed where the house records that a vendor agreed";
    }
    WaiveSecondStep "Records that this participant's sessions need no second step; needs a reason." {
        participant: String = "tracking number or id";
        reason: String = "why";
    }
    PassSecondStep "Records that a session of the participant passed its second step." {
        participant: String = "tracking number or id";
        way: SecondStep = "telephone, key";
    }
    NameVulnerability "Names a vulnerability of the case; the board gets a column for it." {
        case: String = "case number or id";
        label: String = "short label: up to 12 letters, digits or -";
        text: TextInput = "what it is, in one line (class V)";
    }
    CloseCase "Closes a case." {
        case: String = "case number or id";
        code: ClosureCode = "published, individual_response, not_vulnerability, …";
    }
    ReopenCase "Opens a closed case again; it goes on where it stood." {
        case: String = "case number or id";
        reason: String = "why";
    }
}

/// Brings a party into a case.
pub async fn add_participant(unit: &mut Unit<'_>, input: &AddParticipant) -> Result<Value, Fault> {
    let case = by_number::<Case>(unit, &input.case).await?;
    let party = find_party(unit, &input.party).await?;
    let id = ParticipantId(input.id.unwrap_or_else(|| unit.draw()));
    if unit.state(id.into()).await?.is_some() {
        return Err(Refusal::Exists("participant").into());
    }
    let already = unit
        .house
        .store
        .participant_of(store::Viewer::House, case.id, party.id)
        .await?;
    if already.is_some() {
        return Err(Refusal::Exists("participant").into());
    }
    let tracking = draw_number(unit, Kind::Tracking).await?.to_string();
    unit.in_dossier(id, case.id);
    let changes = decide::join(&case, &party, id, input.part, tracking.clone())?;
    unit.record(changes).await?;
    Ok(json!({ "participant": id.to_string(), "tracking": tracking }))
}

pub(crate) type WithCase = (
    domain::coordination::case::Case,
    domain::coordination::participant::Participant,
);

/// Finds a participant with its case. Of one that has left nothing more is recorded until it is brought back.
async fn with_case(unit: &mut Unit<'_>, participant: &str) -> Result<WithCase, Fault> {
    let participant = by_number::<Participant>(unit, participant).await?;
    if participant.left {
        return Err(Refusal::HasLeft.into());
    }
    let case = by_number::<Case>(unit, &participant.case.to_string()).await?;
    Ok((case, participant))
}

/// As above; a vendor acts for itself alone, and learns of nobody else.
pub(crate) async fn with_own_case(
    unit: &mut Unit<'_>,
    participant: &str,
) -> Result<WithCase, Fault> {
    if let Actor::Vendor {
        participant: own, ..
    } = unit.act.by
    {
        let found = by_number::<Participant>(unit, participant).await?;
        if found.id != own || found.left {
            return Err(Refusal::NotFound("participant").into());
        }
    }
    with_case(unit, participant).await
}

/// The answer of a command about one participant.
pub(crate) fn named(participant: &domain::coordination::participant::Participant) -> Value {
    json!({ "participant": participant.id.to_string() })
}

/// Contacts a participant.
pub async fn contact(unit: &mut Unit<'_>, input: &Contact) -> Result<Value, Fault> {
    attempt(unit, &input.participant, input.channel, input.result, false).await
}

/// Records a contact made elsewhere.
pub async fn contact_elsewhere(
    unit: &mut Unit<'_>,
    input: &RecordContactElsewhere,
) -> Result<Value, Fault> {
    attempt(unit, &input.participant, input.channel, input.result, true).await
}

async fn attempt(
    unit: &mut Unit<'_>,
    participant: &str,
    channel: ContactChannel,
    result: ContactResult,
    elsewhere: bool,
) -> Result<Value, Fault> {
    let (case, participant) = with_case(unit, participant).await?;
    unit.record(decide::contact(
        &case,
        &participant,
        channel,
        result,
        elsewhere,
    )?)
    .await?;
    Ok(named(&participant))
}

/// Records a confirmation.
pub async fn confirm_receipt(unit: &mut Unit<'_>, input: &ConfirmReceipt) -> Result<Value, Fault> {
    let (_, participant) = with_own_case(unit, &input.participant).await?;
    unit.record(decide::confirm_receipt(&participant)?).await?;
    Ok(named(&participant))
}

/// Records a basis.
pub async fn record_basis(unit: &mut Unit<'_>, input: &RecordBasis) -> Result<Value, Fault> {
    let (_, participant) = with_own_case(unit, &input.participant).await?;
    let changes = decide::record_basis(&participant, input.basis.clone(), &unit.act.by)?;
    unit.record(changes).await?;
    Ok(named(&participant))
}

/// Opens details.
pub async fn send_details(unit: &mut Unit<'_>, input: &SendDetails) -> Result<Value, Fault> {
    let (case, participant) = with_case(unit, &input.participant).await?;
    let mut texts = Vec::new();
    for report in case.reports() {
        let report = crate::kernel::find::by_number::<Report>(unit, &report.to_string()).await?;
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
            why: "no report of the case has a sorted part of these classes",
        }
        .into());
    }
    unit.record(decide::send_details(&case, &participant, &texts)?)
        .await?;
    Ok(json!({ "texts": texts.len() }))
}

/// Proposes a date.
pub async fn propose_date(unit: &mut Unit<'_>, input: &ProposeDate) -> Result<Value, Fault> {
    let case = by_number::<Case>(unit, &input.case).await?;
    let participants = participants_of(unit, case.id).await?;
    let track = crate::coordination::track_of(unit.house, &case).await?;
    // Whatever is out, a first date is proposed of nothing that is published.
    let public = case.public_track(track, false)?;
    let changes = decide::propose_date(public, &participants, input.until, &unit.act.clone())?;
    unit.record(changes).await?;
    // Whoever has left is not asked.
    let invited = participants.iter().filter(|asked| !asked.left).count();
    Ok(json!({ "invited": invited }))
}

/// Agrees to a date.
pub async fn agree_date(unit: &mut Unit<'_>, input: &AgreeDate) -> Result<Value, Fault> {
    let (case, participant) = with_own_case(unit, &input.participant).await?;
    unit.record(decide::agree_date(&case, &participant)?)
        .await?;
    Ok(named(&participant))
}

/// Names another date.
pub async fn counter_date(unit: &mut Unit<'_>, input: &CounterDate) -> Result<Value, Fault> {
    let (case, participant) = with_own_case(unit, &input.participant).await?;
    unit.record(decide::counter_date(
        &case,
        &participant,
        input.until,
        &unit.act.clone(),
    )?)
    .await?;
    Ok(named(&participant))
}

/// Declines a date.
pub async fn decline_date(unit: &mut Unit<'_>, input: &DeclineDate) -> Result<Value, Fault> {
    let (case, participant) = with_own_case(unit, &input.participant).await?;
    unit.record(decide::decline_date(&case, &participant)?)
        .await?;
    Ok(named(&participant))
}

/// Changes the date.
pub async fn revise_date(unit: &mut Unit<'_>, input: &ReviseDate) -> Result<Value, Fault> {
    let case = by_number::<Case>(unit, &input.case).await?;
    let until = input.until;
    let participants = participants_of(unit, case.id).await?;
    let mut changes = decide::revise_date(&case, &participants, until, &unit.act)?;
    let advisory = crate::kernel::ids::advisory_id(case.id);
    if let Some(Aggregate::Advisory(advisory)) = unit.state(advisory.into()).await?.as_deref() {
        changes.extend(plan_guard::overtaken(advisory, until));
    }
    unit.record(changes).await?;
    Ok(json!({ "case": case.id.to_string() }))
}

/// Ends the embargo.
pub async fn end_embargo(unit: &mut Unit<'_>, input: &EndEmbargo) -> Result<Value, Fault> {
    let reason = input.reason.trim();
    if !reason.is_empty() {
        reason.clone_into(&mut unit.act.reason);
    }
    let case = by_number::<Case>(unit, &input.case).await?;
    let changes = decide::end_embargo(&case, input.why, &unit.act.clone())?;
    unit.record(changes).await?;
    Ok(json!({ "case": case.id.to_string() }))
}

/// Records a fact of the world.
pub async fn observe(unit: &mut Unit<'_>, input: &Observe) -> Result<Value, Fault> {
    let case = by_number::<Case>(unit, &input.case).await?;
    unit.record(decide::observe(&case, input.fact, &unit.act)?)
        .await?;
    Ok(json!({ "case": case.id.to_string() }))
}

/// Records an answer.
pub async fn record_answer(unit: &mut Unit<'_>, input: &RecordAnswer) -> Result<Value, Fault> {
    let (case, participant) = with_own_case(unit, &input.participant).await?;
    let because = match &input.because {
        Some(why) if !why.text.trim().is_empty() => Some(
            unit.text(case.id.into(), Class::R, why.lang, &why.text)
                .await?,
        ),
        _ => None,
    };
    let said = ProductAnswer {
        because,
        ..input.answer.clone()
    };
    answer(unit, &participant, said, false).await
}

/// Takes an answer back.
pub async fn withdraw_answer(unit: &mut Unit<'_>, input: &WithdrawAnswer) -> Result<Value, Fault> {
    let (_, participant) = with_own_case(unit, &input.participant).await?;
    let (product, of) = (input.product.clone(), input.vulnerability.clone());
    unit.record(decide::withdraw_answer(
        &participant,
        product,
        &input.versions,
        of,
    )?)
    .await?;
    Ok(named(&participant))
}

/// Records an answer that nobody had asked for.
pub async fn record_unasked_answer(
    unit: &mut Unit<'_>,
    input: &RecordUnaskedAnswer,
) -> Result<Value, Fault> {
    let (_, participant) = with_case(unit, &input.participant).await?;
    let said = ProductAnswer {
        because: None,
        ..input.answer.clone()
    };
    answer(unit, &participant, said, true).await
}

async fn answer(
    unit: &mut Unit<'_>,
    participant: &domain::coordination::participant::Participant,
    answer: ProductAnswer,
    unasked: bool,
) -> Result<Value, Fault> {
    unit.record(decide::record_answer(participant, answer, unasked)?)
        .await?;
    Ok(named(participant))
}

/// Records a text.
pub async fn record_statement(
    unit: &mut Unit<'_>,
    input: &RecordStatement,
) -> Result<Value, Fault> {
    let (case, participant) = with_own_case(unit, &input.participant).await?;
    let text = unit
        .text(
            case.id.into(),
            input.statement.class(),
            input.text.lang,
            &input.text.text,
        )
        .await?;
    let changes = decide::record_statement(
        &participant,
        input.statement,
        text,
        input.unasked,
        input.about.clone(),
        &unit.act.by,
    )?;
    unit.record(changes).await?;
    Ok(named(&participant))
}

/// Leaves a case.
pub async fn leave(unit: &mut Unit<'_>, input: &LeaveCase) -> Result<Value, Fault> {
    let (case, participant) = with_own_case(unit, &input.participant).await?;
    unit.record(leaving::leave(&case, &participant, input.honours_embargo)?)
        .await?;
    Ok(named(&participant))
}

/// Brings a participant back.
pub async fn bring_back(unit: &mut Unit<'_>, input: &BringBack) -> Result<Value, Fault> {
    unit.act.reason.clone_from(&input.reason);
    let participant = by_number::<Participant>(unit, &input.participant).await?;
    let case = by_number::<Case>(unit, &participant.case.to_string()).await?;
    let act = unit.act.clone();
    unit.record(leaving::bring_back(&case, &participant, &act)?)
        .await?;
    Ok(named(&participant))
}

/// Closes a case.
pub async fn close(unit: &mut Unit<'_>, input: &CloseCase) -> Result<Value, Fault> {
    let case = by_number::<Case>(unit, &input.case).await?;
    let outcome = outcome(unit, case.id).await?;
    let track = super::track_of(unit.house, &case).await?;
    unit.record(closing::close(&case, input.code, track, outcome)?)
        .await?;
    Ok(json!({ "case": case.id.to_string() }))
}

/// What a case has to do with the public.
async fn outcome(unit: &mut Unit<'_>, case: CaseId) -> Result<closing::Outcome, Fault> {
    let advisory = crate::kernel::ids::advisory_id(case);
    Ok(match unit.state(advisory.into()).await?.as_deref() {
        Some(Aggregate::Advisory(advisory)) if advisory.plan.is_some() => closing::Outcome::Planned,
        Some(Aggregate::Advisory(advisory)) if advisory.is_published() => {
            closing::Outcome::Published
        }
        _ => closing::Outcome::Silent,
    })
}

/// Opens a closed case again.
pub async fn reopen(unit: &mut Unit<'_>, input: &ReopenCase) -> Result<Value, Fault> {
    unit.act.reason.clone_from(&input.reason);
    let case = by_number::<Case>(unit, &input.case).await?;
    unit.record(closing::reopen(&case, &unit.act.clone())?)
        .await?;
    Ok(json!({ "case": case.id.to_string() }))
}

/// Records the party's own number.
pub async fn record_ticket(unit: &mut Unit<'_>, input: &RecordTicket) -> Result<Value, Fault> {
    let (case, participant) = with_own_case(unit, &input.participant).await?;
    let ticket = input.ticket.trim();
    let chars = ticket.chars().count();
    let ticket = unit
        .text(case.id.into(), Class::R, Lang::En, ticket)
        .await?;
    unit.record(decide::record_ticket(&participant, ticket, chars)?)
        .await?;
    Ok(named(&participant))
}

/// Records whether other vendors may learn of this one (docs/design/process.md §1.15: N, R, "others, with consent").
pub async fn agree_naming(unit: &mut Unit<'_>, input: &AgreeNaming) -> Result<Value, Fault> {
    let (_, participant) = with_own_case(unit, &input.participant).await?;
    let reason = input.reason.trim();
    let changes = access::agree_naming(&participant, input.agreed, reason, &unit.act)?;
    // It holds from now on: a word that is entered late shows nobody what was shown to nobody then.
    unit.act.occurred_at = unit.act.now;
    if !reason.is_empty() {
        reason.clone_into(&mut unit.act.reason);
    }
    unit.record(changes).await?;
    Ok(named(&participant))
}

/// Waives the second step.
pub async fn waive_second_step(
    unit: &mut Unit<'_>,
    input: &WaiveSecondStep,
) -> Result<Value, Fault> {
    input.reason.trim().clone_into(&mut unit.act.reason);
    let (_, participant) = with_case(unit, &input.participant).await?;
    let changes = access::waive_second_step(&participant, &unit.act)?;
    unit.record(changes).await?;
    Ok(named(&participant))
}

/// Records a passed second step.
pub async fn pass_second_step(unit: &mut Unit<'_>, input: &PassSecondStep) -> Result<Value, Fault> {
    let (_, participant) = with_own_case(unit, &input.participant).await?;
    unit.record(access::pass_second_step(&participant, input.way))
        .await?;
    Ok(named(&participant))
}

/// Names a vulnerability.
pub async fn name_vulnerability(
    unit: &mut Unit<'_>,
    input: &NameVulnerability,
) -> Result<Value, Fault> {
    let case = by_number::<Case>(unit, &input.case).await?;
    let line = input.text.text.trim();
    let text = unit
        .text(case.id.into(), Class::V, input.text.lang, line)
        .await?;
    let label = input.label.trim();
    let changes = decide::name_vulnerability(&case, label, text, line.chars().count())?;
    unit.record(changes).await?;
    Ok(json!({ "case": case.id.to_string() }))
}
