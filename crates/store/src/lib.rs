//! The ledger, the projections and the working state on SQLite and PostgreSQL.
//!
//! One behaviour on two engines: what a command writes goes through [`mod@write`], in groups that share a commit; working
//! state, the steps of a copy, and all that is read go through named functions, each beside its table in the file of
//! its noun. The store seals and opens nothing and decides nothing: payloads and bodies are ciphertext here, and which
//! events may follow which is the domain's matter. Tables are of three kinds, listed in [`schema`] with the mark of
//! every column. Start reading there.

mod kernel;

pub mod party;
pub mod people;

pub mod intake;

pub mod coordination;

pub mod advisory;

pub mod publication;

pub mod distribution;

pub mod work;

pub mod schema;

pub mod projection;

pub mod maintain;

/// What is awaited, built in this crate: an `async fn` is compiled again by every crate that awaits it.
pub type Awaited<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

pub use kernel::asked::{Viewer, Which};
pub use kernel::coverage::covered_columns;
pub use kernel::ledger::{LeafRow, StoredRecord, StreamRow};
pub use kernel::number::NumberRow;
pub use kernel::open::{Location, OpenError, STATEMENTS, Store};
pub use kernel::sealed::{BodyRow, HouseKeyRow, StoredBody, StoredKey, compartment_code};
pub use kernel::value::{StoreError, Value};
pub use kernel::{value, write};
pub use maintain::{Coverage, RowFault, RowFinding};
