//! Decisions about the register of parties and about the persons of the house.
//!
//! Pure answers over the house and its parties: states and facts in, changes or a refusal out. They see no address and
//! no password, and draw no ids; who may ask is told by [`crate::permit`] before they are reached.

use crate::act::Act;
use crate::event::Change;
use crate::event::Event;
use crate::party::{House, Party, Person};
use crate::permit;
use crate::refusal::Refusal;
use crate::role::Role;
use crate::value::*;

/// Longest handle, in characters: it stands in every line of a case's history.
pub const HANDLE_CHARS_MAX: usize = 40;
const HANDLE_CHARS_MIN: usize = 2;

/// What is entered of a party.
#[derive(Clone, Debug, PartialEq)]
pub struct Registration {
    pub name_ja: String,
    pub name_en: String,
    pub kana: String,
    pub contact: Option<TextRef>,
    pub lang: Lang,
    pub listed: bool,
}

/// Enters a party.
///
/// # Errors
/// If one of the names is missing.
pub fn register(id: PartyId, new: Registration) -> Result<Vec<Change>, Refusal> {
    if new.name_ja.trim().is_empty() || new.name_en.trim().is_empty() {
        return Err(Refusal::Input {
            field: "name_ja, name_en",
            why: "give both; repeat one if there is no other",
        });
    }
    Ok(vec![Change::of(
        id,
        Event::PartyRegistered {
            name_ja: new.name_ja,
            name_en: new.name_en,
            kana: new.kana,
            contact: new.contact,
            lang: new.lang,
            listed: new.listed,
        },
    )])
}

/// Records a standing agreement.
#[must_use]
pub fn agree_standing(party: &Party, version: String) -> Vec<Change> {
    vec![Change::of(party.id, Event::StandingAgreed { version })]
}

/// Changes the contact point.
#[must_use]
pub fn change_contact(party: &Party, contact: TextRef) -> Vec<Change> {
    vec![Change::of(party.id, Event::ContactChanged { contact })]
}

/// What a house is founded with.
#[derive(Clone, Debug, PartialEq)]
pub struct Founding {
    pub name_ja: String,
    pub name_en: String,
    pub profile: String,
    pub series: String,
    pub quorum: u8,
    pub persons: Vec<First>,
}

/// One of the persons that a house is founded with.
#[derive(Clone, Debug, PartialEq)]
pub struct First {
    pub person: PersonId,
    pub handle: String,
    pub role: Role,
    /// Approval key, hexadecimal, of those who may approve.
    pub approval_key: Option<String>,
    /// Whether a password was set with the founding.
    pub has_password: bool,
}

/// Founds a house on its own stream.
#[must_use]
pub fn found(stream: StreamId, new: Founding) -> Vec<Change> {
    let mut changes = vec![Change::of(
        stream,
        Event::HouseFounded {
            name_ja: new.name_ja,
            name_en: new.name_en,
            profile: new.profile,
            series: new.series,
            quorum: new.quorum,
        },
    )];
    let mut credentials = Vec::new();
    for first in new.persons {
        let person = first.person;
        changes.push(Change::of(
            stream,
            Event::PersonNamed {
                person,
                handle: first.handle,
                role: first.role,
                founding: true,
                approval_key: first.approval_key,
            },
        ));
        if first.has_password {
            credentials.push(Change::of(stream, Event::CredentialSet { person }));
        }
    }
    changes.extend(credentials);
    changes
}

/// Names a person of the house.
///
/// # Errors
/// If the handle is taken or not in the form of one, or the role is none that has work on a page.
pub fn name_person(
    house: &House,
    stream: StreamId,
    person: PersonId,
    handle: &str,
    role: Role,
) -> Result<Vec<Change>, Refusal> {
    let handle = super::handle(handle);
    let fits = (HANDLE_CHARS_MIN..=HANDLE_CHARS_MAX).contains(&handle.chars().count())
        && handle
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !fits {
        return Err(Refusal::Input {
            field: "handle",
            why: "2 to 40 small letters, digits or -",
        });
    }
    if !permit::OFFERED.contains(&role) {
        return Err(Refusal::Input {
            field: "role",
            why: "reception, analysis, coordinator, edition_editor or operator",
        });
    }
    // A handle names one person for ever: it stands in the history of cases.
    if house.persons.values().any(|known| known.handle == handle) {
        return Err(Refusal::Exists("person"));
    }
    Ok(vec![Change::of(
        stream,
        Event::PersonNamed {
            person,
            handle,
            role,
            founding: false,
            approval_key: None,
        },
    )])
}

/// Ends what a person may do.
///
/// # Errors
/// If there is no such person, or nobody would remain who administers persons.
pub fn end_person(
    house: &House,
    stream: StreamId,
    person: PersonId,
) -> Result<Vec<Change>, Refusal> {
    let ending = present(house, person)?;
    let others = house
        .persons
        .iter()
        .any(|(id, other)| *id != person && other.role == Role::Operator && other.ended.is_none());
    if ending.role == Role::Operator && !others {
        return Err(Refusal::Input {
            field: "person",
            why: "somebody must remain who administers persons",
        });
    }
    Ok(vec![Change::of(stream, Event::PersonEnded { person })])
}

/// Records that a link was given out: whoever holds it can become this person.
///
/// # Errors
/// If there is no such person.
pub fn issue_link(
    house: &House,
    stream: StreamId,
    person: PersonId,
) -> Result<Vec<Change>, Refusal> {
    present(house, person)?;
    Ok(vec![Change::of(stream, Event::LinkIssued { person })])
}

/// Records that a person set a password.
#[must_use]
pub fn set_password(stream: StreamId, id: PersonId) -> Vec<Change> {
    vec![Change::of(stream, Event::CredentialSet { person: id })]
}

/// Records what stands in the archive log of the ledger's root.
#[must_use]
pub fn anchor(stream: StreamId, seq: u64, root: String, leaf: String) -> Vec<Change> {
    vec![Change::of(
        stream,
        Event::LedgerAnchored { seq, root, leaf },
    )]
}

/// Records how many rows stood beside the ledger before its records spoke of rows; once.
#[must_use]
pub fn count(house: &House, stream: StreamId, rows: u64) -> Vec<Change> {
    if house.counted {
        return Vec::new();
    }
    vec![Change::of(stream, Event::HouseCounted { rows })]
}

/// Records that the person who acts takes an alarm over; nothing where that person has it.
#[must_use]
pub fn take_alarm(house: &House, stream: StreamId, cause: &str, act: &Act) -> Vec<Change> {
    let has_it = house
        .alarms
        .get(cause)
        .is_some_and(|taken| taken.holds(act.now) && taken.person == act.actor);
    if has_it {
        return Vec::new();
    }
    let cause = cause.to_owned();
    vec![Change::of(stream, Event::AlarmTaken { cause })]
}

/// Records that a held house goes on, and what it was compared with.
///
/// # Errors
/// If nothing is said of that.
pub fn resume(
    stream: StreamId,
    compared: &str,
    persons: Vec<PersonId>,
) -> Result<Vec<Change>, Refusal> {
    if compared.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    Ok(vec![Change::of(
        stream,
        Event::HouseResumed {
            compared: compared.to_owned(),
            persons,
        },
    )])
}

fn present(house: &House, person: PersonId) -> Result<&Person, Refusal> {
    house
        .persons
        .get(&person)
        .filter(|known| known.ended.is_none())
        .ok_or(Refusal::NotFound("person"))
}
