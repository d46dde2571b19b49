//! 経過: what happened in a dossier, from the ledger, for one reader.
//!
//! Records are opened once and kept in the room with a bound; only what came since is read anew. An entry
//! names kinds, codes and dates; texts stay where they are.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use domain::aggregate::Aggregate;
use domain::event::Recorded;
use domain::role::Role;
use domain::value::{Actor, Instant, PersonId, StreamId};
use engine::{Fault, Viewer};
use formats::advisory::Lang;
use pages::kit::desk::view::{Entry, Erasure};
use serde_json::Value;

use crate::door::room::Room;
use crate::door::visit::{Stop, Visit, Who};

/// A record that was opened.
#[derive(Clone, Debug)]
pub struct Line {
    pub seq: u64,
    pub stream: StreamId,
    pub recorded: Rc<Recorded>,
}

/// Fields of events that are instants.
const INSTANTS: [&str; 4] = ["until", "instant", "at", "published_at"];
/// Fields that say nothing to people: ids, hashes, keys, bytes.
const SILENT: [&str; 21] = [
    "kind",
    "body",
    "bodies",
    "case",
    "party",
    "person",
    "by",
    "of",
    "lookup",
    "mailbox",
    "plan",
    "plan_sha256",
    "signature",
    "signatures",
    "documents",
    "files",
    "leaves",
    "leaf",
    "root",
    "dossier",
    "approval_key",
];

impl Room {
    /// What was erased of a dossier, or is to be; what was taken back is in the history alone.
    ///
    /// # Errors
    /// If the house's state cannot be read.
    pub async fn erasures(&self, dossier: StreamId) -> Result<Vec<Erasure>, Stop> {
        let own = self.house.own().await?;
        let theirs = own.erasures.values().filter(|one| one.dossier == dossier);
        let told = theirs.filter(|one| !one.withdrawn).map(|one| Erasure {
            stage: own.stage_of(one),
            parts: one.compartments.clone(),
            at: one
                .erased_at
                .or(one.approved.map(|(_, at)| at))
                .unwrap_or(one.asked.1),
        });
        Ok(told.collect())
    }

    /// All records of a dossier, oldest first.
    ///
    /// # Errors
    /// If the store fails or a record cannot be opened.
    pub async fn lines(&self, viewer: Viewer, dossier: StreamId) -> Result<Rc<Vec<Line>>, Stop> {
        let known = self.known_lines(dossier);
        let after = known.last().map_or(0, |line| line.seq);
        let fresh = self
            .house
            .store
            .records_in(viewer, dossier, after)
            .await
            .map_err(Fault::from)?;
        if fresh.is_empty() {
            return Ok(known);
        }
        let mut lines = (*known).clone();
        for record in fresh {
            let recorded = self.house.read(&record, dossier).await?;
            lines.push(Line {
                seq: record.header.seq,
                stream: StreamId(uuid::Uuid::from_bytes(record.header.stream)),
                recorded: Rc::new(recorded),
            });
        }
        let lines = Rc::new(lines);
        self.keep_lines(dossier, Rc::clone(&lines));
        Ok(lines)
    }
}

/// Entries of a dossier after a position, oldest first; `is_new` is left to the caller.
///
/// # Errors
/// If the store fails.
pub async fn of(
    room: &Room,
    visit: &Visit,
    dossier: StreamId,
    after: u64,
) -> Result<Vec<Entry>, Stop> {
    let lines = room.lines(visit.viewer()?, dossier).await?;
    let names = Names::of(room, visit.lang).await?;
    let mut out = Vec::new();
    for line in lines.iter().filter(|line| line.seq > after) {
        out.push(entry(room, &names, line).await?);
    }
    Ok(out)
}

/// Entries of several dossiers, newest first, with what is new to this person.
///
/// # Errors
/// If the store fails.
pub async fn told(
    room: &Room,
    visit: &Visit,
    dossiers: &[StreamId],
    only: Option<StreamId>,
) -> Result<Vec<Entry>, Stop> {
    let looked = match &visit.who {
        Who::Person(signed) => match dossiers.first() {
            Some(first) => room
                .house
                .store
                .looked(signed.id, *first)
                .await
                .map_err(Fault::from)?,
            None => 0,
        },
        _ => u64::MAX,
    };
    let own = match &visit.who {
        Who::Person(signed) => signed.handle.as_str(),
        _ => "",
    };
    let names = Names::of(room, visit.lang).await?;
    let mut out = Vec::new();
    for dossier in dossiers {
        let lines = room.lines(visit.viewer()?, *dossier).await?;
        for line in lines
            .iter()
            .filter(|line| only.is_none_or(|only| line.stream == only))
        {
            let mut entry = entry(room, &names, line).await?;
            entry.is_new = line.seq > looked && entry.who != own;
            out.push(entry);
        }
    }
    out.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
    Ok(out)
}

/// What people and participants are called, looked up once a page.
pub struct Names {
    own: domain::party::House,
    lang: Lang,
    parties: RefCell<HashMap<StreamId, Option<String>>>,
    participants: RefCell<HashMap<StreamId, Option<String>>>,
}

impl Names {
    /// Names in a language.
    ///
    /// # Errors
    /// If the store fails; so for the other functions.
    pub async fn of(room: &Room, lang: Lang) -> Result<Names, Stop> {
        Ok(Names {
            own: room.house.own().await?,
            lang,
            parties: RefCell::default(),
            participants: RefCell::default(),
        })
    }

    /// Name of a party.
    ///
    /// # Errors
    /// As above.
    pub async fn party(&self, room: &Room, id: StreamId) -> Result<Option<String>, Stop> {
        if let Some(known) = self.parties.borrow().get(&id) {
            return Ok(known.clone());
        }
        let state = room.house.load(id).await?.map(|l| l.state);
        let name = match state.as_deref() {
            Some(Aggregate::Party(party)) => Some(party_name(party, self.lang)),
            _ => None,
        };
        self.parties.borrow_mut().insert(id, name.clone());
        Ok(name)
    }

    /// Name of the party behind a participant.
    ///
    /// # Errors
    /// As above.
    pub async fn participant(&self, room: &Room, id: StreamId) -> Result<Option<String>, Stop> {
        if let Some(known) = self.participants.borrow().get(&id) {
            return Ok(known.clone());
        }
        let state = room.house.load(id).await?.map(|l| l.state);
        let name = match state.as_deref() {
            Some(Aggregate::Participant(participant)) => match participant.party {
                Some(party) => self.party(room, party.into()).await?,
                None => None,
            },
            _ => None,
        };
        self.participants.borrow_mut().insert(id, name.clone());
        Ok(name)
    }

    /// Who acted; nothing if the house did, or somebody outside whom nobody names.
    async fn actor(&self, room: &Room, recorded: &Recorded) -> Result<String, Stop> {
        match recorded.by {
            Some(Actor::Person { id, .. }) => Ok(self.handle(id)),
            Some(Actor::Vendor { participant, .. }) => {
                let name = self.participant(room, participant.into()).await?;
                Ok(name.unwrap_or_default())
            }
            Some(
                Actor::Clock
                | Actor::Stranger { .. }
                | Actor::Finder { .. }
                | Actor::Member { .. }
                | Actor::House,
            ) => Ok(String::new()),
            Some(Actor::Operator) => Ok(Role::Operator.code().to_owned()),
            None => self.actor_before(room, recorded.actor).await,
        }
    }

    fn handle(&self, id: PersonId) -> String {
        let person = self.own.persons.get(&id);
        person.map_or_else(String::new, |person| person.handle.clone())
    }

    /// Who acted, by a record that does not say it otherwise: a person, the house, or a party.
    async fn actor_before(&self, room: &Room, actor: PersonId) -> Result<String, Stop> {
        if let Some(person) = self.own.persons.get(&actor) {
            return Ok(person.handle.clone());
        }
        if actor == engine::kernel::house::CLOCK {
            return Ok(String::new());
        }
        Ok(self
            .party(room, StreamId(actor.0))
            .await?
            .unwrap_or_default())
    }
}

/// Name of a party in the reader's language.
#[must_use]
pub fn party_name(party: &domain::party::Party, lang: Lang) -> String {
    match lang {
        Lang::Ja => party.name_ja.clone(),
        Lang::En => party.name_en.clone(),
    }
}

async fn entry(room: &Room, names: &Names, line: &Line) -> Result<Entry, Stop> {
    let recorded = &line.recorded;
    let value = serde_json::to_value(&recorded.event).unwrap_or_default();
    let mut args = Vec::new();
    flatten(&value, &mut args);
    if !recorded.reason.is_empty() {
        args.push(("reason".to_owned(), recorded.reason.clone()));
    }
    Ok(Entry {
        seq: line.seq,
        at: engine::kernel::clock::rfc3339(recorded.occurred_at),
        who: names.actor(room, recorded).await?,
        subject: names.participant(room, line.stream).await?,
        kind: value["kind"].as_str().unwrap_or_default().to_owned(),
        args,
        text: None,
        is_new: false,
    })
}

/// Fields of an event as names and words; what is nested is named by its own field.
fn flatten(value: &Value, out: &mut Vec<(String, String)>) {
    let Value::Object(fields) = value else {
        return;
    };
    for (name, value) in fields {
        if SILENT.contains(&name.as_str()) {
            continue;
        }
        match value {
            // An id says nothing to people, whatever its field is called.
            Value::String(word) if uuid::Uuid::parse_str(word).is_ok() => {}
            Value::String(word) => out.push((name.clone(), word.clone())),
            Value::Bool(is) => out.push((name.clone(), is.to_string())),
            Value::Number(number) => {
                let words = match number.as_i64() {
                    Some(at) if INSTANTS.contains(&name.as_str()) => {
                        engine::kernel::clock::rfc3339(Instant(at))
                    }
                    _ => number.to_string(),
                };
                out.push((name.clone(), words));
            }
            Value::Object(_) => flatten(value, out),
            Value::Array(codes) if name == "codes" => {
                let codes: Vec<&str> = codes.iter().filter_map(Value::as_str).collect();
                out.push((name.clone(), codes.join(" ")));
            }
            Value::Array(_) | Value::Null => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_told_by_its_codes_and_dates_and_never_by_ids() {
        let event = domain::event::Event::DateInvited {
            until: Instant(1_790_000_000_000_000),
        };
        let mut args = Vec::new();
        flatten(&serde_json::to_value(event).unwrap_or_default(), &mut args);
        assert_eq!(
            args,
            [("until".to_owned(), "2026-09-21T14:13:20Z".to_owned())]
        );
        let mut args = Vec::new();
        flatten(
            &serde_json::json!({ "kind": "x", "text": { "body": "1", "dossier": "2", "class": "V", "lang": "ja" }, "plan": "{}" }),
            &mut args,
        );
        assert_eq!(
            args,
            [
                ("class".to_owned(), "V".to_owned()),
                ("lang".to_owned(), "ja".to_owned())
            ]
        );
        // Of one name, a code is said and an id is not.
        for (report, said) in [
            ("product", Some("product")),
            ("01890a5d-ac96-774b-bcce-b302099a8057", None),
        ] {
            let mut args = Vec::new();
            let event = serde_json::json!({ "kind": "x", "report": report });
            flatten(&event, &mut args);
            let found = args.first().map(|(_, word)| word.as_str());
            assert_eq!(found, said);
        }
    }
}
