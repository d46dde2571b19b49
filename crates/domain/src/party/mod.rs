//! Who is who: the house with its persons, and the register of parties.
//!
//! It knows names and whether a standing agreement holds; addresses are sealed texts it never sees. It does
//! not know cases.

pub mod approvers;
pub mod decide;
pub mod erasure;

use std::collections::{BTreeMap, BTreeSet};

use crate::event::{Event, Recorded};
use crate::role::Role;
use crate::value::*;

/// The house: founding data, persons, anchors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct House {
    pub name_ja: String,
    pub name_en: String,
    pub profile: String,
    pub series: String,
    pub quorum: u8,
    pub persons: BTreeMap<PersonId, Person>,
    /// Position and root of the last anchor.
    pub anchor: Option<(u64, String, Instant)>,
    pub anchors: Vec<String>,
    pub erased: Vec<(StreamId, crate::text::class::Compartment)>,
    /// What was asked to be erased, by its number.
    pub erasures: BTreeMap<u32, erasure::Erasure>,
    /// Backups of keys of which somebody said that they were destroyed, by their numbers.
    pub destroyed_backups: BTreeSet<u64>,
    /// Whether the rows of before the ledger spoke of rows have been counted.
    pub counted: bool,
    /// Who took an alarm over last, by its cause.
    pub alarms: BTreeMap<String, Taken>,
    /// Quorum that the house was founded with.
    pub first_quorum: u8,
    /// Keys that the house was founded with, in their order: whose, which, since when.
    pub first_keys: Vec<(PersonId, String, Instant)>,
    /// Changes of those who may approve, as the signer took them in.
    pub changes: Vec<approvers::Change>,
    /// The change that waits for its signatures.
    pub pending: Option<approvers::Pending>,
}

/// Who took an alarm over, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    pub person: PersonId,
    pub at: Instant,
}

impl Taken {
    /// So long whoever took an alarm over has, before others are called again, µs.
    pub const LASTS_US: i64 = 3_600_000_000;

    /// Whether nobody else is called for now. What was taken over by a clock that ran ahead is no more.
    #[must_use]
    pub fn holds(&self, now: Instant) -> bool {
        (0..Taken::LASTS_US).contains(&(now.0 - self.at.0))
    }
}

/// A person of the house.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// What the person is called by, a role and not a name.
    pub handle: String,
    pub role: Role,
    pub founding: bool,
    /// Approval key, hexadecimal, of those who may approve.
    pub approval_key: Option<String>,
    pub since: Instant,
    /// When the person left the house; then nothing is allowed any more.
    pub ended: Option<Instant>,
    /// When a password was last set; `None` before the first.
    pub credential: Option<Instant>,
    /// When one person let this one in: named after the founding, or given another way in beside a password.
    pub let_in: Option<Instant>,
}

impl House {
    /// Takes the next event.
    pub fn apply(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::HouseFounded {
                name_ja,
                name_en,
                profile,
                series,
                quorum,
            } => {
                *self = House {
                    name_ja: name_ja.clone(),
                    name_en: name_en.clone(),
                    profile: profile.clone(),
                    series: series.clone(),
                    quorum: *quorum,
                    first_quorum: *quorum,
                    ..House::default()
                };
            }
            Event::PersonNamed {
                person,
                handle,
                role,
                founding,
                approval_key,
            } => {
                let since = recorded.occurred_at;
                if let (true, Some(key)) = (founding, approval_key) {
                    self.first_keys.push((*person, key.clone(), since));
                }
                self.persons.insert(
                    *person,
                    Person {
                        handle: handle.clone(),
                        role: *role,
                        founding: *founding,
                        approval_key: approval_key.clone(),
                        since,
                        ended: None,
                        credential: None,
                        let_in: (!founding).then_some(since),
                    },
                );
            }
            Event::LinkIssued { person } => {
                // The first way in of somebody who had none is what naming was for.
                if let Some(found) = self.persons.get_mut(person)
                    && found.credential.is_some()
                {
                    found.let_in = Some(recorded.occurred_at);
                }
            }
            Event::CredentialSet { person } => {
                if let Some(found) = self.persons.get_mut(person) {
                    found.credential = Some(recorded.occurred_at);
                }
            }
            Event::PersonEnded { person } => {
                if let Some(found) = self.persons.get_mut(person) {
                    found.ended = Some(recorded.occurred_at);
                }
            }
            Event::ApproversProposed { .. }
            | Event::ApproversSigned { .. }
            | Event::ApproversWithdrawn { .. }
            | Event::ApproversChanged { .. } => self.apply_approvers(recorded),
            Event::LedgerAnchored { seq, root, leaf } => {
                self.anchor = Some((*seq, root.clone(), recorded.occurred_at));
                self.anchors.push(leaf.clone());
            }
            Event::HouseCounted { .. } => self.counted = true,
            Event::AlarmTaken { cause } => {
                let taken = Taken {
                    person: recorded.person(),
                    at: recorded.occurred_at,
                };
                self.alarms.insert(cause.clone(), taken);
            }
            Event::ErasureRequested { .. }
            | Event::ErasureApproved { .. }
            | Event::ErasureWithdrawn { .. }
            | Event::CompartmentErased { .. }
            | Event::BackupDestroyed { .. } => self.apply_erasure(recorded),
            _ => {}
        }
    }
}

/// A party of the register.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    pub id: PartyId,
    pub name_ja: String,
    pub name_en: String,
    pub kana: String,
    pub contact: Option<TextRef>,
    /// When the contact was changed last; nothing while it is the first.
    pub contact_since: Option<Instant>,
    pub lang: Option<Lang>,
    /// Consents to stand on public boards.
    pub listed: bool,
    /// Version of the standing agreement in force.
    pub standing: Option<String>,
}

impl Party {
    /// A party without any event.
    #[must_use]
    pub fn new(id: PartyId) -> Self {
        Party {
            id,
            name_ja: String::new(),
            name_en: String::new(),
            kana: String::new(),
            contact: None,
            contact_since: None,
            lang: None,
            listed: false,
            standing: None,
        }
    }

    /// Takes the next event.
    pub fn apply(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::PartyRegistered {
                name_ja,
                name_en,
                kana,
                contact,
                lang,
                listed,
            } => {
                self.name_ja.clone_from(name_ja);
                self.name_en.clone_from(name_en);
                self.kana.clone_from(kana);
                self.contact = *contact;
                self.lang = Some(*lang);
                self.listed = *listed;
            }
            Event::StandingAgreed { version } => self.standing = Some(version.clone()),
            Event::ContactChanged { contact } => {
                self.contact = Some(*contact);
                self.contact_since = Some(recorded.occurred_at);
            }
            _ => {}
        }
    }
}

/// Folds a name for comparison.
#[must_use]
pub fn folded(name: &str) -> String {
    crate::text::fold::name(name)
}

/// The handle that was typed: width, case and spaces around it do not matter.
#[must_use]
pub fn handle(typed: &str) -> String {
    crate::text::fold::compatible(typed).trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{folded, handle};

    #[test]
    fn a_handle_is_one_however_it_is_typed() {
        for typed in [
            "reception-1",
            " Reception-1 ",
            "ｒｅｃｅｐｔｉｏｎ－１",
            "RECEPTION-1\u{3000}",
        ] {
            assert_eq!(handle(typed), "reception-1", "{typed}");
        }
    }

    #[test]
    fn legal_forms_and_widths_do_not_matter() {
        for name in ["株式会社ミズカガミ", "ﾐｽﾞｶｶﾞﾐ（株）", "ミズカガミ 株式会社"]
        {
            assert_eq!(folded(name), "みずかがみ", "{name}");
        }
        assert_eq!(
            folded("Tarnhöhe Netztechnik GmbH"),
            folded("TARNHÖHE  NETZTECHNIK")
        );
    }
}
