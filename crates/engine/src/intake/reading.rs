//! Reading what is protected: a reason is asked for and the reading is recorded before the text is shown.

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
    input.reason.trim().clone_into(&mut unit.act.reason);
    let (found, changes) = report.read(BodyId(input.body), &unit.act)?;
    let text = unit.house.text(&found).await?;
    unit.record(changes).await?;
    Ok(json!({ "class": found.class.code(), "text": text }))
}
