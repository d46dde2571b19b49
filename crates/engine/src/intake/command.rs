//! Commands of reception: a report is taken in, sorted, decided.

use domain::coordination::case::Case;
use domain::intake;
use domain::intake::Arrived;
use domain::intake::Report;
use domain::intake::form::{self, Takes};
use domain::refusal::Refusal;
use domain::series::Kind;
use domain::text::class::Class;
use domain::value::*;
use formats::letter::NoteKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use crate::Fault;
use crate::intake::mailbox;
use crate::intake::mailbox::Arrival;
use crate::kernel::find::{self, TextInput, by_number, draw_number, inputs};
use crate::kernel::unit::Unit;

inputs! {
    FileReport "Takes in a report. Answers with the handling number and, once, the finder's receipt." {
        id: Option<uuid::Uuid> = "id to use, for imports that may run twice";
        kind: ReportKind = "product, site, own_product, archive";
        channel: ContactChannel = "how it came: form, mail, phone, fax, post, in_person, not_recorded";
        text: Option<TextInput> = "what the finder wrote: {lang, text}; class U until it is sorted";
        fields: Option<Filled> = "in place of text, finder and contact: the form of this kind of report, filled in: {lang, values: {what, happens, contact, vendor, public, exploited, planned, credit, share}}";
        finder: Option<String> = "who the finder is (class H)";
        contact: Option<String> = "how to reach the finder (class C)";
        #[serde(default)] consent: String = "version of the consent text that was accepted";
    }
    SortReport "Splits a report's text into classes." {
        report: String = "handling number or id";
        parts: Vec<Part> = "[{class, lang, text}], classes V A T W F K1 K2 E and so on";
    }
    AskFinder "Asks the finder something; the finder reads it with the receipt." {
        report: String = "handling number or id";
        text: TextInput = "the question";
    }
    AddToReport "Records what the finder answered or added." {
        report: String = "handling number or id";
        text: TextInput = "the answer; class U until it is sorted";
    }
    AcceptReport "Accepts a report and opens a case, which draws its public number." {
        report: String = "handling number or id";
        case: Option<uuid::Uuid> = "id to use, for imports that may run twice";
        #[serde(default, deserialize_with = "find::instant::if_any::public_since")] public_since: Option<Instant> = "if the weakness is public: since when (RFC 3339); this command then refuses";
    }
    AcceptAsPublic "Accepts a report of a weakness that is public already, and says so." {
        report: String = "handling number or id";
        case: Option<uuid::Uuid> = "id to use, for imports that may run twice";
        #[serde(deserialize_with = "find::instant::public_since")] public_since: Instant = "since when it is public (RFC 3339)";
    }
    DeclineReport "Declines a report with a reason code." {
        report: String = "handling number or id";
        reason: DeclineReason = "incomplete, not_vulnerability, already_public, out_of_scope_product, …";
        text: Option<TextInput> = "what the finder is told";
    }
    MergeReport "Joins a report to a case that exists." {
        report: String = "handling number or id";
        case: String = "case number or id";
    }
    WithdrawReport "Withdraws a report for its finder." {
        report: String = "handling number or id";
    }
}

/// A form that was filled in; a field that is empty or not there was left out.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filled {
    pub lang: Lang,
    pub values: BTreeMap<ReportKey, String>,
}

impl Filled {
    /// What stands in a field, if anything does.
    fn said(&self, key: ReportKey) -> Option<&str> {
        let said = self.values.get(&key)?.trim();
        (!said.is_empty()).then_some(said)
    }
}

/// A part of a sorted report.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub class: Class,
    pub lang: Lang,
    pub text: String,
}

/// Takes in a report that the desk or an import brings: number and receipt are drawn here.
pub async fn file(unit: &mut Unit<'_>, input: &FileReport) -> Result<Value, Fault> {
    // A record of an archive has no finder who could come back.
    let receipt = (input.kind != ReportKind::Archive).then(seal::receipt::Receipt::draw);
    let house = unit.house.id();
    let arrival = receipt
        .as_ref()
        .map(|receipt| Arrival::of(receipt, &house, ""));
    let mut answer = file_arrived(unit, input, arrival.as_ref(), None).await?;
    if let Some(answer) = answer.as_object_mut() {
        let printed = receipt.map(|receipt| receipt.printed().to_string());
        answer.insert("receipt".to_owned(), json!(printed));
    }
    Ok(answer)
}

/// Takes in a report whose finder keeps the receipt; the number that the finder was told is kept if it is free. `raw`
/// are the bytes as they came, if somebody else than the desk wrote them.
pub async fn file_arrived(
    unit: &mut Unit<'_>,
    input: &FileReport,
    arrival: Option<&Arrival>,
    raw: Option<&[u8]>,
) -> Result<Value, Fault> {
    let id = ReportId(input.id.unwrap_or_else(|| unit.draw()));
    if unit.state(id.into()).await?.is_some() {
        return Err(Refusal::Exists("report").into());
    }
    let came = match (&input.text, &input.fields) {
        (Some(text), None) => as_text(unit, id.into(), input, text).await?,
        (None, Some(filled)) => as_form(unit, id.into(), input, filled, raw).await?,
        _ => {
            return Err(Refusal::Input {
                field: "text",
                why: "give either the text or the fields of the form",
            }
            .into());
        }
    };
    let handling = mailbox::handling(unit, input.kind, arrival).await?;
    let new = Arrived {
        handling: handling.number.clone(),
        kind: input.kind,
        channel: input.channel,
        lookup: arrival.map(|arrival| seal::hex(&arrival.lookup)),
        mailbox: arrival.map(|arrival| seal::hex(&arrival.public)),
        consent: input.consent.clone(),
        text: came.whole,
        finder: came.finder,
        contact: came.contact,
        form: came.form,
        fields: came.fields,
        told: handling.told,
    };
    unit.record(intake::receive(id, new)).await?;
    Ok(json!({ "report": id.to_string(), "handling": handling.number }))
}

/// What came with a report, sealed.
struct Came {
    whole: TextRef,
    finder: Option<TextRef>,
    contact: Option<TextRef>,
    form: Option<ReportForm>,
    fields: Vec<ReportField>,
}

/// A report as one text.
async fn as_text(
    unit: &mut Unit<'_>,
    dossier: StreamId,
    input: &FileReport,
    text: &TextInput,
) -> Result<Came, Fault> {
    intake::says_something(text.text.trim().chars().count())?;
    let whole = unit.text(dossier, Class::U, text.lang, &text.text).await?;
    let finder = match &input.finder {
        Some(finder) => Some(unit.text(dossier, Class::H, text.lang, finder).await?),
        None => None,
    };
    let contact = match &input.contact {
        Some(contact) => Some(unit.text(dossier, Class::C, text.lang, contact).await?),
        None => None,
    };
    Ok(Came {
        whole,
        finder,
        contact,
        form: None,
        fields: vec![],
    })
}

/// A report by a form: each text a body of its own, words of the form's own as they are, and behind them the bytes as
/// they came.
async fn as_form(
    unit: &mut Unit<'_>,
    dossier: StreamId,
    input: &FileReport,
    filled: &Filled,
    raw: Option<&[u8]>,
) -> Result<Came, Fault> {
    let form = form::of(input.kind).ok_or(Refusal::Input {
        field: "kind",
        why: "there is no form for this kind of report; give the text",
    })?;
    if input.finder.is_some() || input.contact.is_some() {
        return Err(Refusal::Input {
            field: "fields",
            why: "finder and contact are fields of the form: credit, contact",
        }
        .into());
    }
    form::check(form, |key| filled.said(key))?;
    let bytes = match raw {
        Some(raw) => raw.to_vec(),
        None => serde_json::to_vec(&filled.values).map_err(|_| Fault::Form("fields"))?,
    };
    let body = unit.bytes(dossier, Class::U.compartment(), &bytes).await?;
    let mut came = Came {
        whole: TextRef {
            body,
            dossier,
            class: Class::U,
            lang: filled.lang,
        },
        finder: None,
        contact: None,
        form: Some(form),
        fields: vec![],
    };
    for row in form::rows(form) {
        let Some(said) = filled.said(row.key) else {
            continue;
        };
        let value = match row.takes {
            Takes::Code(_) => FieldValue::Code(said.to_owned()),
            Takes::Free(_) => {
                FieldValue::Text(unit.text(dossier, Class::U, filled.lang, said).await?)
            }
            Takes::Finder => {
                came.finder = Some(unit.text(dossier, Class::H, filled.lang, said).await?);
                continue;
            }
            Takes::Contact => {
                came.contact = Some(unit.text(dossier, Class::C, filled.lang, said).await?);
                continue;
            }
        };
        came.fields.push(ReportField {
            key: row.key,
            value,
        });
    }
    Ok(came)
}

/// Splits a report's text.
pub async fn sort(unit: &mut Unit<'_>, input: &SortReport) -> Result<Value, Fault> {
    let report = by_number::<Report>(unit, &input.report).await?;
    let of = report.whole.ok_or(Refusal::NotFound("text"))?;
    let mut parts = Vec::with_capacity(input.parts.len());
    for part in &input.parts {
        parts.push(
            unit.text(report.id.into(), part.class, part.lang, &part.text)
                .await?,
        );
    }
    let changes = report.sort(of, parts)?;
    unit.record(changes).await?;
    Ok(json!({ "parts": input.parts.len() }))
}

/// Asks the finder.
pub async fn ask(unit: &mut Unit<'_>, input: &AskFinder) -> Result<Value, Fault> {
    let report = by_number::<Report>(unit, &input.report).await?;
    let text = unit
        .text(
            report.id.into(),
            Class::Y,
            input.text.lang,
            &input.text.text,
        )
        .await?;
    let changes = report.ask(text)?;
    mailbox::note(
        unit,
        &report,
        NoteKind::Question,
        input.text.lang,
        &input.text.text,
    );
    unit.record(changes).await?;
    Ok(json!({ "report": report.id.to_string() }))
}

/// Records an answer of the finder.
pub async fn add(unit: &mut Unit<'_>, input: &AddToReport) -> Result<Value, Fault> {
    let report = by_number::<Report>(unit, &input.report).await?;
    let text = unit
        .text(
            report.id.into(),
            Class::U,
            input.text.lang,
            &input.text.text,
        )
        .await?;
    mailbox::note(
        unit,
        &report,
        NoteKind::Own,
        input.text.lang,
        &input.text.text,
    );
    unit.record(report.add(text)).await?;
    Ok(json!({ "report": report.id.to_string() }))
}

async fn accept_with(
    unit: &mut Unit<'_>,
    report: &str,
    case: Option<uuid::Uuid>,
    since: Option<Instant>,
    as_public: bool,
) -> Result<Value, Fault> {
    let report = by_number::<Report>(unit, report).await?;
    let case = CaseId(case.unwrap_or_else(|| unit.draw()));
    if unit.state(case.into()).await?.is_some() {
        return Err(Refusal::Exists("case").into());
    }
    let exercise = unit.realm == seal::record::Realm::Exercise;
    let prefix = format!(
        "{}{}",
        if exercise { "EX-" } else { "" },
        unit.house.config.series
    );
    let number = format!("{prefix}-{}", draw_number(unit, Kind::Case).await?.digits());
    let act = unit.act.clone();
    let changes = report.accept(case, number.clone(), since, as_public, &act)?;
    unit.record(changes).await?;
    Ok(json!({ "case": case.to_string(), "number": number }))
}

/// Accepts a report.
pub async fn accept(unit: &mut Unit<'_>, input: &AcceptReport) -> Result<Value, Fault> {
    accept_with(unit, &input.report, input.case, input.public_since, false).await
}

/// Accepts a report of something public.
pub async fn accept_as_public(unit: &mut Unit<'_>, input: &AcceptAsPublic) -> Result<Value, Fault> {
    accept_with(
        unit,
        &input.report,
        input.case,
        Some(input.public_since),
        true,
    )
    .await
}

/// Declines a report.
pub async fn decline(unit: &mut Unit<'_>, input: &DeclineReport) -> Result<Value, Fault> {
    let report = by_number::<Report>(unit, &input.report).await?;
    let text = match &input.text {
        Some(text) => Some(
            unit.text(report.id.into(), Class::Y, text.lang, &text.text)
                .await?,
        ),
        None => None,
    };
    let changes = report.decline(input.reason, text)?;
    if let Some(text) = &input.text {
        mailbox::note(unit, &report, NoteKind::Decision, text.lang, &text.text);
    }
    unit.record(changes).await?;
    Ok(json!({ "report": report.id.to_string() }))
}

/// Joins a report to a case.
pub async fn merge(unit: &mut Unit<'_>, input: &MergeReport) -> Result<Value, Fault> {
    let report = by_number::<Report>(unit, &input.report).await?;
    let case = by_number::<Case>(unit, &input.case).await?;
    unit.record(report.merge(case.id)?).await?;
    Ok(json!({ "case": case.id.to_string() }))
}

/// Withdraws a report.
pub async fn withdraw(unit: &mut Unit<'_>, input: &WithdrawReport) -> Result<Value, Fault> {
    let report = by_number::<Report>(unit, &input.report).await?;
    unit.record(report.withdraw()?).await?;
    Ok(json!({ "report": report.id.to_string() }))
}
