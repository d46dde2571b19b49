//! Commands about the persons of the house: who is named, who leaves, who gets a link to choose a password.
//!
//! Only who runs the machine (role operator) gives them. A link is answered once and kept as a hash.

use domain::aggregate::Change;
use domain::event::Event;
use domain::policy::role::Role;
use domain::refusal::Refusal;
use domain::value::PersonId;
use serde_json::{Value, json};

use crate::Fault;
use crate::kernel::find::inputs;
use crate::kernel::unit::Unit;
use crate::people::tokens::{SET_UP, SET_UP_US};

inputs! {
    NamePerson "Names a person of the house by a handle and a role." {
        handle: String = "what the person is called by: 2 to 40 letters, digits or -";
        role: Role = "coordinator, reception, analysis, edition_editor, judge, helpdesk_agent, operator";
    }
    EndPerson "Ends what a person may do; sessions and links end with it." {
        person: String = "handle";
    }
    IssueLink "Issues a link of one use, good for an hour, with which a person chooses a password." {
        person: String = "handle";
    }
}

/// Longest handle, in characters: it stands in every line of a case's history.
pub(crate) const HANDLE_CHARS_MAX: usize = 40;

fn find(unit_own: &domain::party::House, handle: &str) -> Result<PersonId, Fault> {
    unit_own
        .persons
        .iter()
        .find(|(_, person)| person.handle == handle && person.ended.is_none())
        .map(|(id, _)| *id)
        .ok_or_else(|| Refusal::NotFound("person").into())
}

/// Names a person.
pub async fn name(unit: &mut Unit<'_>, input: &NamePerson) -> Result<Value, Fault> {
    let handle = input.handle.trim();
    let fits = (2..=HANDLE_CHARS_MAX).contains(&handle.chars().count())
        && handle
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !fits {
        return Err(Refusal::Input {
            field: "handle",
            why: "2 to 40 small letters, digits or -",
        }
        .into());
    }
    if !input.role.is_house() {
        return Err(Refusal::Input {
            field: "role",
            why: "a role of the house",
        }
        .into());
    }
    let own = unit.house.own().await?;
    if own.persons.values().any(|person| person.handle == handle) {
        return Err(Refusal::Exists("person").into());
    }
    let person = PersonId(unit.draw());
    let stream = unit.house.stream();
    unit.state(stream).await?;
    unit.record(vec![Change::of(
        stream,
        Event::PersonNamed {
            person,
            handle: handle.to_owned(),
            role: input.role,
            founding: false,
            approval_key: None,
        },
    )])
    .await?;
    Ok(json!({ "person": person.to_string(), "handle": handle }))
}

/// Ends a person.
pub async fn end(unit: &mut Unit<'_>, input: &EndPerson) -> Result<Value, Fault> {
    let own = unit.house.own().await?;
    let person = find(&own, &input.person)?;
    let others = own
        .persons
        .iter()
        .filter(|(id, p)| **id != person && p.role == Role::Operator && p.ended.is_none())
        .count();
    let is_last = own
        .persons
        .get(&person)
        .is_some_and(|p| p.role == Role::Operator)
        && others == 0;
    if is_last {
        return Err(Refusal::Input {
            field: "person",
            why: "somebody must remain who administers persons",
        }
        .into());
    }
    let stream = unit.house.stream();
    unit.state(stream).await?;
    unit.record(vec![Change::of(stream, Event::PersonEnded { person })])
        .await?;
    unit.house
        .sessions_end(crate::people::sessions::Of::Person(person))
        .await?;
    Ok(json!({ "person": person.to_string() }))
}

/// Issues a link.
pub async fn issue_link(unit: &mut Unit<'_>, input: &IssueLink) -> Result<Value, Fault> {
    let own = unit.house.own().await?;
    let person = find(&own, &input.person)?;
    let link = unit
        .house
        .token_draw(SET_UP, person.bytes(), b"", None, SET_UP_US)
        .await?;
    let stream = unit.house.stream();
    unit.state(stream).await?;
    // Whoever holds the link can become this person: who gave it stands in the record.
    unit.record(vec![Change::of(stream, Event::LinkIssued { person })])
        .await?;
    let address = format!("{}/set-up/{link}", unit.house.config.desk);
    Ok(json!({ "person": input.person, "link": address }))
}
