//! Commands that only a vendor's page needs.

use domain::coordination::access;
use domain::text::class::Class;
use serde_json::Value;

use crate::Fault;
use crate::coordination::command::{named, with_own_case};
use crate::kernel::find::{TextInput, inputs};
use crate::kernel::unit::Unit;

inputs! {
    AskCall "Records that a participant asks to be called, for its second step." {
        participant: String = "tracking number or id";
        text: TextInput = "telephone number and hours, as the party writes them (class C)";
    }
}

/// Records a request to be called.
pub async fn ask_call(unit: &mut Unit<'_>, input: &AskCall) -> Result<Value, Fault> {
    let (case, participant) = with_own_case(unit, &input.participant).await?;
    let chars = input.text.text.trim().chars().count();
    let text = unit
        .text(case.id.into(), Class::C, input.text.lang, &input.text.text)
        .await?;
    unit.record(access::ask_call(&case, &participant, text, chars)?)
        .await?;
    Ok(named(&participant))
}
