//! Commands about the persons of the house: who is named, who leaves, who gets a link to choose a password.
//!
//! Only who runs the machine (role operator) gives them. A link is answered once and kept as a hash.

use domain::party::{House, decide};
use domain::refusal::Refusal;
use domain::role::Role;
use domain::value::PersonId;
use serde_json::{Value, json};

use crate::Fault;
use crate::kernel::find::inputs;
use crate::kernel::unit::Unit;
use crate::people::tokens::{SET_UP, SET_UP_CODE_DIGITS, SET_UP_US};

inputs! {
    NamePerson "Names a person of the house by a handle and a role." {
        handle: String = "what the person is called by: 2 to 40 letters, digits or -";
        role: Role = "coordinator, reception, analysis, edition_editor, operator";
    }
    EndPerson "Ends what a person may do; sessions and links end with it." {
        person: String = "handle";
    }
    IssueLink "Issues a link of one use, good for an hour, with which a person chooses a password." {
        person: String = "handle";
    }
}

fn find(own: &House, typed: &str) -> Result<PersonId, Fault> {
    let handle = domain::party::handle(typed);
    own.persons
        .iter()
        .find(|(_, person)| person.handle == handle && person.ended.is_none())
        .map(|(id, _)| *id)
        .ok_or_else(|| Refusal::NotFound("person").into())
}

/// Names a person.
pub async fn name(unit: &mut Unit<'_>, input: &NamePerson) -> Result<Value, Fault> {
    let own = unit.own().await?;
    let person = PersonId(unit.draw());
    let handle = domain::party::handle(&input.handle);
    let changes = decide::name_person(&own, unit.house.stream(), person, &handle, input.role)?;
    unit.record(changes).await?;
    Ok(json!({ "person": person.to_string(), "handle": handle }))
}

/// Looks that those who stay can still sign a change of the approvers: whoever leaves signs nothing any more.
fn others_can_sign(unit: &Unit<'_>, own: &House, leaving: PersonId) -> Result<(), Fault> {
    let now = crate::kernel::clock::now();
    let roster = super::roster::roster_of(unit.house.id(), own)?;
    let whose = super::roster::named(leaving);
    let holds_one = roster.standing(now.0).any(|pin| pin.person == whose);
    let mut without = own.clone();
    without.persons.remove(&leaving);
    let standing = super::roster::standing_of(&without, &roster, now);
    let left = standing.staff.saturating_add(standing.kit);
    if holds_one && left < roster.needed() && standing.succession == 0 {
        return Err(Refusal::Approvers("approvers.few").into());
    }
    Ok(())
}

/// Ends a person.
pub async fn end(unit: &mut Unit<'_>, input: &EndPerson) -> Result<Value, Fault> {
    let own = unit.own().await?;
    let person = find(&own, &input.person)?;
    others_can_sign(unit, &own, person)?;
    let changes = decide::end_person(&own, unit.house.stream(), person)?;
    unit.record(changes).await?;
    unit.house
        .sessions_end(crate::people::sessions::Of::Person(person))
        .await?;
    Ok(json!({ "person": person.to_string() }))
}

/// Issues a link.
pub async fn issue_link(unit: &mut Unit<'_>, input: &IssueLink) -> Result<Value, Fault> {
    let own = unit.own().await?;
    let person = find(&own, &input.person)?;
    let changes = decide::issue_link(&own, unit.house.stream(), person)?;
    let code = crate::House::draw_digits(SET_UP_CODE_DIGITS);
    let link = unit
        .house
        .token_draw(SET_UP, person.bytes(), b"", Some(&code), SET_UP_US)
        .await?;
    unit.record(changes).await?;
    let address = format!("{}/set-up/{link}", unit.house.config.desk);
    Ok(json!({ "person": input.person, "link": address, "code": code }))
}
