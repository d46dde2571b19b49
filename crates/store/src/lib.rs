//! The ledger, the projections and the working state on SQLite and PostgreSQL.
//!
//! One behaviour on two engines: what is written goes through [`write`], in groups that share a commit; what
//! is read goes through named functions in [`read`]. The store seals and opens nothing and decides nothing:
//! payloads and bodies are ciphertext here, and which events may follow which is the domain's matter. Tables
//! are of three kinds, listed in [`schema`] with the mark of every column. Start reading there.

pub mod delivery;
pub mod dossier;
pub mod maintain;
mod open;
pub mod outbox;
pub mod people;
mod postgres;
pub mod projection;
pub mod read;
pub mod schema;
mod sqlite;
pub mod value;
pub mod write;

pub use open::{Location, OpenError, STATEMENTS, Store};
pub use value::{StoreError, Value};
