//! What every noun stands on: the two engines, values and tables, the one writer, the ledger and what is sealed.
//!
//! A party, a case or a copy has its table, its row and its queries in a file of its own beside this folder. Of nouns
//! it knows only whom a viewer is ([`asked`]) and that every number belongs to a stream. Start reading at [`mod@write`].

pub(crate) mod asked;
pub(crate) mod copied;
pub(crate) mod coverage;
pub mod ledger;
pub(crate) mod number;
pub(crate) mod open;
mod postgres;
pub(crate) mod row;
pub mod sealed;
mod sqlite;
pub(crate) mod table;
pub mod value;
pub mod write;
