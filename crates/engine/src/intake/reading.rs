//! Reading what is protected: a reason is asked for and the reading is recorded before the text is shown.
//!
//! The answer has passed the gate for the role of whoever asked. Who may read what is the matrix's, not this file's.

use domain::coordination::case::Case;
use domain::intake::{Report, ReportState};
use domain::refusal::Refusal;
use domain::text::gate::{Audience, Channel, Strength, release, show_unsorted};
use domain::text::phase::Phase;
use domain::text::standing::{Grants, Owner};
use domain::value::*;
use serde_json::{Value, json};
use store::Viewer;

use crate::Fault;
use crate::kernel::find::{by_number, inputs, phase_of};
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
    let report = by_number::<Report>(unit, &input.report).await?;
    input.reason.trim().clone_into(&mut unit.act.reason);
    let (found, changes) = report.read(BodyId(input.body), &unit.act)?;
    let classed = unit.house.text(&found, Owner::Shared).await?;
    let reader = Audience {
        role: unit.act.role,
        party: None,
        in_case: true,
        key: None,
    };
    // Whoever sits at the desk counts as assigned; the reason is what the matrix asks for beside it.
    let grants = Grants {
        assigned: true,
        ..Grants::default()
    };
    let channel = Channel::Session {
        strength: Strength::Desk,
    };
    let phase = phase(unit, &report).await?;
    let released = if report.is_split(&found) {
        show_unsorted(&classed, &reader, &grants, Strength::Desk)
    } else {
        release(&classed, &reader, phase, &grants, channel)
    };
    let released = released.map_err(|withheld| Refusal::Withheld {
        class: found.class.code(),
        rule: withheld.rule,
    })?;
    unit.record(changes).await?;
    Ok(json!({ "class": found.class.code(), "text": released.words_let_out() }))
}

/// How far a report has come: from the first contact with a vendor on, the desk's offices may read more of it.
async fn phase(unit: &mut Unit<'_>, report: &Report) -> Result<Phase, Fault> {
    let (ReportState::Accepted { case } | ReportState::Merged { case }) = report.state else {
        return Ok(Phase::P0);
    };
    let case = by_number::<Case>(unit, &case.to_string()).await?;
    phase_of(unit.house, Viewer::Person(unit.act.actor), &case).await
}
