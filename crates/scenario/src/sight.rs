//! What somebody sees in a house, as the sentence after `then` asks it.
//!
//! The answer says whether it is so, and what is found: numbers, states and names of steps, never a text. What a vendor's page
//! shows has passed the gate for this vendor; whoever asks learns whether words that they bring stand there. In a house that
//! is no rehearsal only what belongs to an exercise is seen ([`Scope::of`]).

use domain::react::IntentKind;
use std::path::Path;
use std::time::UNIX_EPOCH;

use domain::act::Act;
use domain::aggregate::Aggregate;
use domain::event::Recorded;
use domain::refusal::Refusal;
use domain::text::gate::Strength;
use domain::value::{Actor, PartyId, ReportId, StreamId};
use engine::command::{Command, PerformError, perform};
use engine::coordination::step::{Guest, act_of};
use engine::kernel::config::Purpose;
use engine::{Fault, House};
use formats::advisory::Lang;
use pages::coordination::partner::view::{DateState, View};
use seal::record::Realm;
use serde_json::Value;

use crate::script::Seen;

/// Intents whose work shows to somebody.
const SHOWING: [IntentKind; 2] = [IntentKind::Press, IntentKind::FirstContact];

/// What of a house is looked at. The default is all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only what the ledger says after this position.
    pub records: u64,
    /// Only mails written since, µs.
    pub since: i64,
    /// Nothing of another realm.
    pub only: Option<Realm>,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Whether it is as the sentence says.
    pub is_so: bool,
    /// What is found.
    pub found: String,
}

impl Scope {
    /// All that may be looked at and acted on in a house: of a house that is no rehearsal, its exercises.
    #[must_use]
    pub fn of(house: &House) -> Scope {
        let is_live = house.config.purpose == Purpose::Live;
        Scope {
            only: is_live.then_some(Realm::Exercise),
            ..Scope::default()
        }
    }

    fn has(&self, realm: u8) -> bool {
        self.only.is_none_or(|only| only.code() == realm)
    }
}

/// Looks whether it is as a sentence says; its vendors, reports and advisories are named by their numbers.
///
/// # Errors
/// [`Refusal::NotFound`] for a number that nothing in scope has, or what failed.
pub async fn look(house: &House, seen: &Seen, scope: &Scope) -> Result<Sight, Fault> {
    let (is_so, found) = match seen {
        Seen::Ledger { kind, times } => {
            let events = Box::pin(events(house, scope)).await?;
            let found = events
                .iter()
                .filter_map(|(_, recorded)| serde_json::to_value(&recorded.event).ok())
                .filter(|event| event["kind"] == kind.as_str())
                .count();
            let is_so = times.map_or(found > 0, |times| found == times);
            (is_so, format!("{kind} stands {found} times in the ledger"))
        }
        Seen::Date { vendor, state } => {
            let shown = date_word(Box::pin(view(house, vendor, scope)).await?.date.state);
            (shown == state, format!("{vendor} sees date {shown}"))
        }
        Seen::Text {
            vendor,
            text,
            is_there,
        } => {
            let view = Box::pin(view(house, vendor, scope)).await?;
            let shown = view.words();
            let is_found = shown.iter().any(|shown| shown.contains(text.as_str()));
            let words = if is_found { "hold" } else { "do not hold" };
            let found = format!("{} texts that {vendor} sees {words} it", shown.len());
            (is_found == *is_there, found)
        }
        Seen::Finder { report, step } => {
            let steps = Box::pin(finder_steps(house, report, scope)).await?;
            let is_so = steps.iter().any(|known| known == step);
            (is_so, format!("the finder reads {steps:?}"))
        }
        Seen::Public { number, is_out } => {
            let is_there = is_published(&house.dir, number);
            let word = if is_there { "reads" } else { "does not read" };
            (is_there == *is_out, format!("the public {word} {number}"))
        }
        // Whoever plays it reads pages as people do: the house lends nobody's eyes.
        Seen::Page { path, .. } => return Err(Fault::Config(format!("{path} is read as a page"))),
        Seen::Mail { address, times } => {
            // An exercise writes to nobody.
            let found = if scope.only.is_some() {
                0
            } else {
                mails_to(&house.dir.join("mail"), address, scope.since)
            };
            (found == *times, format!("{found} mails reach {address}"))
        }
    };
    Ok(Sight { is_so, found })
}

/// Tells whether the house has done what follows from what was done: nothing waits to be pressed or written. Nothing of
/// an exercise is pressed or written.
///
/// # Errors
/// If the store fails.
pub async fn is_settled(house: &House, scope: &Scope) -> Result<bool, Fault> {
    if scope.only.is_some() {
        return Ok(true);
    }
    Ok(!house.has_work(&SHOWING).await?)
}

/// Gives a command as the vendor who has this tracking number, in the realm of its case.
///
/// # Errors
/// The refusal, or what failed.
pub async fn vendor_does(
    house: &House,
    tracking: &str,
    name: &str,
    mut fields: Value,
    scope: &Scope,
) -> Result<Value, PerformError> {
    let found = Box::pin(guest(house, tracking, scope)).await;
    let (guest, realm) = found.map_err(PerformError::Fault)?;
    if let Some(object) = fields.as_object_mut() {
        object.remove("exercise");
    }
    let command = Command::parse(name, fields)?;
    let act = act_of(&guest);
    Box::pin(perform(house, &act, realm, &command))
        .await
        .map_err(PerformError::Fault)
}

/// Gives a command as the finder of this report, in its realm.
///
/// # Errors
/// The refusal, or what failed.
pub async fn finder_does(
    house: &House,
    report: &str,
    name: &str,
    mut fields: Value,
    scope: &Scope,
) -> Result<Value, PerformError> {
    let found = Box::pin(finder(house, report, scope)).await;
    let (report, realm) = found.map_err(PerformError::Fault)?;
    if let Some(object) = fields.as_object_mut() {
        object.remove("exercise");
    }
    let command = Command::parse(name, fields)?;
    let act = Act::of(Actor::Finder { report }, engine::kernel::clock::now());
    Box::pin(perform(house, &act, realm, &command))
        .await
        .map_err(PerformError::Fault)
}

/// The report that a number stands for, and its realm.
async fn finder(house: &House, number: &str, scope: &Scope) -> Result<(ReportId, Realm), Fault> {
    let stream = numbered(house, number).await?;
    let loaded = Box::pin(house.load(stream)).await?;
    let loaded = loaded.filter(|loaded| scope.has(loaded.realm));
    let realm = loaded
        .as_ref()
        .and_then(|loaded| Realm::from_code(loaded.realm));
    match (loaded.as_ref().map(|loaded| &*loaded.state), realm) {
        (Some(Aggregate::Report(found)), Some(realm)) => Ok((found.id, realm)),
        _ => Err(Refusal::NotFound("report").into()),
    }
}

/// Whom a tracking number stands for, and in which realm.
pub(crate) async fn guest(
    house: &House,
    tracking: &str,
    scope: &Scope,
) -> Result<(Guest, Realm), Fault> {
    let stream = numbered(house, tracking).await?;
    let loaded = Box::pin(house.load(stream)).await?;
    let loaded = loaded.filter(|loaded| scope.has(loaded.realm));
    let realm = loaded
        .as_ref()
        .and_then(|loaded| Realm::from_code(loaded.realm));
    match (loaded.as_ref().map(|loaded| &*loaded.state), realm) {
        (Some(Aggregate::Participant(found)), Some(realm)) => {
            let guest = Guest {
                participant: found.id,
                party: found.party.unwrap_or(PartyId::from_bytes([0; 16])),
                case: found.case,
            };
            Ok((guest, realm))
        }
        _ => Err(Refusal::NotFound("participant").into()),
    }
}

/// The stream that a number or an id stands for.
pub(crate) async fn numbered(house: &House, text: &str) -> Result<StreamId, Fault> {
    if text.len() >= 32
        && let Ok(id) = uuid::Uuid::parse_str(text)
    {
        return Ok(StreamId(id));
    }
    let found = house.numbered(text).await?;
    found.ok_or(Refusal::NotFound("number").into())
}

/// What has happened, in order.
pub(crate) async fn events(
    house: &House,
    scope: &Scope,
) -> Result<Vec<(StreamId, Recorded)>, Fault> {
    let happened = Box::pin(house.happened_since(scope.records, scope.only)).await?;
    let pairs = happened.into_iter().map(|one| (one.stream, one.recorded));
    Ok(pairs.collect())
}

/// What a vendor's page shows to a session with a second step.
async fn view(house: &House, tracking: &str, scope: &Scope) -> Result<View, Fault> {
    let (guest, _) = Box::pin(guest(house, tracking, scope)).await?;
    let strength = Strength::SecondChannel;
    let view = engine::coordination::view(house, guest.participant, strength, Lang::En);
    Box::pin(view).await
}

async fn finder_steps(
    house: &House,
    number: &str,
    scope: &Scope,
) -> Result<Vec<&'static str>, Fault> {
    let stream = numbered(house, number).await?;
    let loaded = Box::pin(house.load(stream)).await?;
    let loaded = loaded.filter(|loaded| scope.has(loaded.realm));
    let Some(Aggregate::Report(report)) = loaded.as_ref().map(|loaded| &*loaded.state) else {
        return Err(Refusal::NotFound("report").into());
    };
    let facts = Box::pin(engine::intake::progress::facts(house, report)).await?;
    let steps = facts.progress(report).steps;
    Ok(steps.iter().map(|step| step.step.word()).collect())
}

/// Tells whether the portal's tree has an advisory. A number is letters, digits and hyphens, and no way out of the tree.
fn is_published(dir: &Path, number: &str) -> bool {
    let is_number = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-';
    let page = format!("public/en/advisories/{number}.html");
    number.bytes().all(is_number) && dir.join(page).exists()
}

/// Counts the mails since an instant that were written to addresses which hold these words.
fn mails_to(folder: &Path, address: &str, since: i64) -> usize {
    written_to(folder, address, since).len()
}

/// The mails since an instant that were written to addresses which hold these words, with when, µs.
pub(crate) fn written_to(folder: &Path, address: &str, since: i64) -> Vec<(i64, Vec<u8>)> {
    let written_at = |path: &Path| {
        let at = std::fs::metadata(path).and_then(|of| of.modified()).ok()?;
        let at = at.duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(at.as_micros()).ok()
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .filter_map(|path| Some((written_at(&path)?, std::fs::read(&path).ok()?)))
        .filter(|(at, bytes)| {
            if *at < since {
                return false;
            }
            let text = String::from_utf8_lossy(bytes);
            let to = text.split_once("\nTo: ").map(|(_, rest)| rest);
            to.and_then(|rest| rest.lines().next())
                .is_some_and(|to| to.contains(address))
        })
        .collect()
}

const fn date_word(state: DateState) -> &'static str {
    match state {
        DateState::Open => "open",
        DateState::Asked => "asked",
        DateState::Agreed => "agreed",
        DateState::Declined => "declined",
        DateState::Ended => "ended",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;

    #[test]
    fn a_number_leads_nowhere_but_into_the_tree() {
        let folder = Folder::make().unwrap();
        let pages = folder.path().join("public/en/advisories");
        std::fs::create_dir_all(&pages).unwrap();
        for path in [
            pages.join("NRS-12345674.html"),
            folder.path().join("x.html"),
        ] {
            std::fs::write(path, b"").unwrap();
        }
        assert!(is_published(folder.path(), "NRS-12345674"));
        assert!(!is_published(folder.path(), "NRS-12345682"));
        assert!(!is_published(folder.path(), "../../../x"));
    }

    #[test]
    fn mails_are_counted_by_their_address_and_not_by_what_they_say() {
        let folder = Folder::make().unwrap();
        for (name, text) in [
            ("a.eml", "From: x\r\nTo: <one@reader.example>\r\n\r\nTo you"),
            (
                "b.eml",
                "From: x\r\nTo: <two@other.example>\r\n\r\none@reader.example",
            ),
            (
                "c.part",
                "From: x\r\nTo: <one@reader.example>\r\n\r\nunfinished",
            ),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        assert_eq!(mails_to(folder.path(), "reader.example", 0), 1);
        assert_eq!(mails_to(folder.path(), "example", 0), 2);
        assert_eq!(mails_to(folder.path(), "example", i64::MAX), 0);
    }
}
