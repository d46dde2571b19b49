//! Commands about the house's own work: an alarm that somebody takes over.

use domain::refusal::Refusal;
use serde_json::{Value, json};

use crate::Fault;
use crate::kernel::find::inputs;
use crate::kernel::unit::Unit;

inputs! {
    TakeAlarm "Takes an alarm over: nobody else is called for an hour." {
        cause: String = "what stands still: release and the first 16 digits of the plan's hash, relay, or context and its name";
    }
}

/// Takes an alarm over.
pub async fn take_alarm(unit: &mut Unit<'_>, input: &TakeAlarm) -> Result<Value, Fault> {
    let causes = unit.house.alarms().await?;
    if !causes.iter().any(|cause| cause.key == input.cause) {
        return Err(Refusal::NotFound("alarm").into());
    }
    let own = unit.own().await?;
    let act = unit.act.clone();
    let stream = unit.house.stream();
    unit.record(domain::party::decide::take_alarm(
        &own,
        stream,
        &input.cause,
        &act,
    ))
    .await?;
    Ok(json!({ "cause": input.cause }))
}
