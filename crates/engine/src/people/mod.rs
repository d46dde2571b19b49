//! People: how they sign in, the links they are sent, their drafts, how far they have read.
//!
//! What a person may do is told by [`domain::permit`]; here is only who somebody is. Passwords and links
//! pass through and are kept as hashes; no log line names them.

pub mod approvers;
pub mod command;
pub mod drafts;
pub mod passwords;
pub mod resume;
pub mod roster;
pub mod sessions;
pub mod tokens;
pub mod typed;

use domain::party::Person;
use domain::value::PersonId;

use crate::Fault;
use crate::kernel::house::House;

/// A person with its id.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    pub id: PersonId,
    pub person: Person,
}

impl House {
    /// The person with this handle who has not left.
    ///
    /// # Errors
    /// If the house cannot be read.
    pub async fn person_called(&self, handle: &str) -> Result<Option<Known>, Fault> {
        let own = self.own().await?;
        Ok(own
            .persons
            .into_iter()
            .find(|(_, person)| person.handle == handle && person.ended.is_none())
            .map(|(id, person)| Known { id, person }))
    }

    /// The person with this id who has not left.
    ///
    /// # Errors
    /// If the house cannot be read.
    pub async fn person(&self, id: PersonId) -> Result<Option<Known>, Fault> {
        let own = self.own().await?;
        Ok(own
            .persons
            .get(&id)
            .filter(|person| person.ended.is_none())
            .map(|person| Known {
                id,
                person: person.clone(),
            }))
    }

    /// Key of what is kept for a while beside the ledger: links' loads and drafts.
    pub(crate) fn working_key(&self) -> [u8; 32] {
        seal::keyring::derive(
            self.keys.codes.bytes(),
            &self.id(),
            "noroshi/working-state/1",
        )
    }
}
