//! Drafts: half-written texts on the server, sealed, so that nothing typed is lost.

use domain::value::PersonId;
use store::people::DraftRow;

use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::House;

/// Largest draft: 1 MiB.
pub const DRAFT_BYTES_MAX: usize = 1 << 20;

/// A draft as somebody saved it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    pub person: PersonId,
    /// When, µs.
    pub at: i64,
    pub bytes: Vec<u8>,
}

fn place(name: &str) -> Vec<u8> {
    seal::canon::Canon::of("noroshi/draft/1")
        .bytes(name.as_bytes())
        .finish()
}

impl House {
    /// Saves a draft; returns when.
    ///
    /// # Errors
    /// If it is too large or the store fails.
    pub async fn draft_save(
        &self,
        name: &str,
        person: PersonId,
        bytes: &[u8],
    ) -> Result<i64, Fault> {
        if bytes.len() > DRAFT_BYTES_MAX {
            return Err(domain::refusal::Refusal::Input {
                field: "draft",
                why: "it is over 1 MiB",
            }
            .into());
        }
        let at = clock::now().0;
        let sealed = seal::body::seal_raw(&self.working_key(), &place(name), bytes);
        self.store
            .put_draft(name, &DraftRow { person, at, sealed })
            .await?;
        Ok(at)
    }

    /// The draft of this name.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn draft(&self, name: &str) -> Result<Option<Saved>, Fault> {
        let Some(row) = self.store.draft(name).await? else {
            return Ok(None);
        };
        let bytes = seal::body::open_raw(&self.working_key(), &place(name), &row.sealed)
            .map_err(|_| Fault::Sealed)?;
        Ok(Some(Saved {
            person: row.person,
            at: row.at,
            bytes,
        }))
    }

    /// Drops a draft.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn draft_drop(&self, name: &str) -> Result<(), Fault> {
        Ok(self.store.drop_draft(name).await?)
    }
}
