//! From a form to a command and back: refusals become problems beside their fields, and two people who act at
//! once are told of each other before anything is overwritten.

use domain::refusal::Refusal;
use domain::value::StreamId;
use engine::Fault;
use engine::command::Command;
use engine::kernel::turns::Turn;
use pages::kit::desk::view::{Conflict, Entry};
use pages::kit::form::Typed;
use seal::record::Realm;
use serde_json::Value;

use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::visit::{Signed, Stop, Visit};
use domain::coordination::participant::Participant;
use pages::kit::desk::view::Presence;

/// Key of the words for a refusal.
#[must_use]
pub fn refusal_key(refusal: &Refusal) -> String {
    format!("refusal-{}", refusal.code().replace(['.', '_'], "-"))
}

/// Performs a command for whoever asks; a refusal becomes a problem of the form.
///
/// # Errors
/// What is no refusal; and refusals that must not say more than "there is nothing".
pub async fn perform(
    room: &Room,
    visit: &Visit,
    typed: &mut Typed,
    command: &Command,
) -> Result<Option<Value>, Stop> {
    let act = visit.act();
    match engine::command::perform(&room.house, &act, Realm::Live, command).await {
        Ok(value) => Ok(Some(value)),
        Err(Fault::Refused(refusal)) => {
            note(typed, &refusal)?;
            Ok(None)
        }
        Err(other) => Err(other.into()),
    }
}

/// Notes a refusal on the form.
///
/// # Errors
/// Those refusals that are an answer of their own.
pub fn note(typed: &mut Typed, refusal: &Refusal) -> Result<(), Stop> {
    match refusal {
        Refusal::NotFound(what) if matches!(*what, "report" | "case" | "participant") => {
            Err(Stop::NotFound)
        }
        Refusal::Input { field, .. } => {
            typed.refuse_with(field, "refusal-input", &[("field", field)]);
            Ok(())
        }
        Refusal::NotFound(_) => {
            typed.refuse("", "refusal-not-found");
            Ok(())
        }
        Refusal::Role | Refusal::Step => Err(Stop::from(refusal.clone())),
        Refusal::Lint(words) => {
            typed.refuse_with("", &refusal_key(refusal), &[("lint", words)]);
            Ok(())
        }
        other => {
            typed.refuse("", &refusal_key(other));
            Ok(())
        }
    }
}

/// The position that the form's page had seen.
#[must_use]
pub fn seen_of(typed: &Typed) -> u64 {
    typed.trimmed("seen").parse().unwrap_or(0)
}

/// Position of the newest record of some dossiers.
///
/// # Errors
/// If the store fails.
pub async fn last(room: &Room, dossiers: &[StreamId]) -> Result<u64, Stop> {
    let mut last = 0;
    for dossier in dossiers {
        last = last.max(
            room.house
                .store
                .last_in(*dossier)
                .await
                .map_err(Fault::from)?,
        );
    }
    Ok(last)
}

/// Waits for this form's turn on its dossiers and on the vendors in them that it may change; the page of [`conflict`]
/// instead, if others came first. Hold the turn until the form's command is performed.
///
/// # Errors
/// If the store fails.
pub async fn turn(
    room: &Room,
    visit: &Visit,
    dossiers: &[StreamId],
    vendors: &[StreamId],
) -> Result<Result<Turn, Answer>, Stop> {
    let turn = room.house.turns.take(&[dossiers, vendors].concat()).await;
    Ok(match conflict(room, visit, dossiers).await? {
        None => Ok(turn),
        Some(answer) => Err(answer),
    })
}

/// The page that stands between two people: what others did since the form's page was made. `None` if nothing.
///
/// # Errors
/// If the store fails.
async fn conflict(
    room: &Room,
    visit: &Visit,
    dossiers: &[StreamId],
) -> Result<Option<Answer>, Stop> {
    let seen = seen_of(&visit.form);
    let now = last(room, dossiers).await?;
    if now <= seen {
        return Ok(None);
    }
    let own = visit.person()?.handle.clone();
    let mut entries: Vec<Entry> = Vec::new();
    for dossier in dossiers {
        entries.extend(
            crate::door::history::of(room, visit, *dossier, seen)
                .await?
                .into_iter()
                .filter(|entry| entry.seq > seen && entry.who != own),
        );
    }
    if entries.is_empty() {
        return Ok(None);
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
    let view = Conflict {
        entries,
        seen: now,
        action: visit.href(&visit.path),
        back: visit.href(&visit.path),
    };
    Ok(Some(Answer::conflict(pages::kit::desk::conflict::page(
        &visit.inside(room),
        &view,
        &visit.form,
    ))))
}

/// Language of a field, `ja` unless it says otherwise.
#[must_use]
pub fn lang_of(typed: &Typed, field: &str) -> domain::value::Lang {
    match typed.trimmed(field) {
        "en" => domain::value::Lang::En,
        _ => domain::value::Lang::Ja,
    }
}

/// Reads a code as serde writes it.
#[must_use]
pub fn code<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(Value::String(text.to_owned())).ok()
}

/// A code as serde writes it.
#[must_use]
pub fn word<T: serde::Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// A form as it is sent over the wire, for drafts.
#[must_use]
pub fn encoded(typed: &Typed) -> Vec<u8> {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (name, value) in typed.pairs() {
        if name.contains("password") || matches!(name, "seen" | "code") {
            continue;
        }
        out.append_pair(name, value);
    }
    out.finish().into_bytes()
}

/// Notes that this person is writing on a dossier; answers with who else is.
///
/// # Errors
/// [`Stop::SignIn`].
pub fn presence_answer(room: &Room, visit: &Visit, dossier: StreamId) -> Result<Answer, Stop> {
    let signed = visit.person()?;
    room.is_writing(dossier, &signed.handle);
    let others = presence(room, signed, dossier);
    Ok(Answer::fragment(
        pages::kit::desk::words::presence_fragment(&visit.inside(room), &others),
    ))
}

/// Who is writing on a dossier.
pub(crate) fn presence(room: &Room, signed: &Signed, dossier: StreamId) -> Vec<Presence> {
    room.writing(dossier, &signed.handle)
        .into_iter()
        .map(|(who, minutes)| Presence { who, minutes })
        .collect()
}

/// Digits of a tracking number.
pub(crate) fn tn(participant: &Participant) -> String {
    base::digits(&participant.tracking)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_comes_back_as_it_was_typed() {
        let typed = Typed::filled([("ask_text", "第1行\n2 & 3 = 5"), ("password", "secret")]);
        let back = Typed::parse(&encoded(&typed));
        assert_eq!(back.value("ask_text"), "第1行\n2 & 3 = 5");
        assert_eq!(back.value("password"), "");
        // Drafts that lie in a house already were written with %20.
        let before = Typed::parse(b"ask_text=2%20%2B%203~%E7%AC%AC");
        assert_eq!(before.value("ask_text"), "2 + 3~第");
    }

    #[test]
    fn a_refusal_is_said_in_words_of_its_own() {
        assert_eq!(
            refusal_key(&Refusal::ReportDecided),
            "refusal-report-decided"
        );
        let mut typed = Typed::default();
        assert!(note(&mut typed, &Refusal::NotFound("case")).is_err());
        assert!(note(&mut typed, &Refusal::NotFound("party")).is_ok());
        assert!(!typed.is_good());
    }
}
