//! Reading what is protected: a reason is asked for and the reading is recorded before the text is shown.

use domain::aggregate::Change;
use domain::event::Event;
use domain::refusal::Refusal;
use domain::value::*;
use serde_json::{Value, json};

use crate::Fault;
use crate::kernel::find::{find_report, inputs};
use crate::kernel::unit::Unit;

inputs! {
    ReadText "Records that a protected text of a report is read, and why; the answer holds the text." {
        report: String = "handling number or id";
        body: uuid::Uuid = "id of the text";
        reason: String = "why it is read";
    }
}

/// Records a reading.
pub async fn read(unit: &mut Unit<'_>, input: &ReadText) -> Result<Value, Fault> {
    let report = find_report(unit, &input.report).await?;
    let body = BodyId(input.body);
    let found = report
        .parts
        .iter()
        .chain(report.finder.as_ref())
        .chain(report.contact.as_ref())
        .find(|text| text.body == body)
        .copied()
        .ok_or(Refusal::NotFound("text"))?;
    if input.reason.trim().is_empty() {
        return Err(Refusal::NoReason.into());
    }
    unit.act.reason = input.reason.trim().to_owned();
    let text = unit.house.text(&found).await?;
    unit.record(vec![Change::of(
        report.id,
        Event::TextRead {
            body,
            class: found.class,
        },
    )])
    .await?;
    Ok(json!({ "class": found.class.code(), "text": text }))
}
