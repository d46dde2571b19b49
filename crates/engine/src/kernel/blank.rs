//! Records that say nothing, by which the ledger is measured (crate `bench`). Only a house that was made for a replay takes any:
//! they are of no stream that can be read, and such a house is thrown away.

use seal::record::Realm;
use store::Store;
use store::write::{NewRecord, Write};

use crate::kernel::Fault;
use crate::kernel::clock;
use crate::kernel::config::Purpose;
use crate::kernel::house::House;

/// Whoever writes such records, each to a stream of its own.
#[derive(Clone)]
pub struct Blanks {
    store: Store,
    stream: [u8; 16],
    version: u32,
    payload: Vec<u8>,
}

impl std::fmt::Debug for Blanks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Blanks(…)")
    }
}

impl House {
    /// A writer of records that say nothing, each with this payload.
    ///
    /// # Errors
    /// [`Fault::Config`] in a house that was not made for a replay.
    pub fn blanks(&self, payload: &[u8]) -> Result<Blanks, Fault> {
        if self.config.purpose != Purpose::Replay {
            return Err(Fault::Config(
                "measurements write records that say nothing; make a house for them with: noroshi init --replay --dir NEW"
                    .into(),
            ));
        }
        Ok(Blanks {
            store: self.store.clone(),
            stream: seal::random::bytes(),
            version: 0,
            payload: payload.to_vec(),
        })
    }
}

impl Blanks {
    /// Writes the next one, and returns when it is durable.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn write(&mut self) -> Result<(), Fault> {
        self.version += 1;
        let record = NewRecord {
            stream: self.stream,
            version: self.version,
            realm: Realm::Live,
            key: self.stream,
            payload: self.payload.clone(),
            leaves: vec![],
        };
        let write = Write {
            recorded_at: clock::now().0,
            records: vec![record],
            ..Write::default()
        };
        self.store.write(self.store.ticket(), write).await?;
        Ok(())
    }
}
