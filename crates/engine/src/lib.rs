//! The shell without a socket: commands, what falls due, the press, recovery.
//!
//! `perform` is the only way into the ledger: it loads states, lets the domain decide, seals, and writes
//! events, projections and intents in one transaction. What falls due is a command too ([`due`]). The engine
//! asks the clock and opens keys; it listens on nothing. Start reading at [`unit`] and [`command`].

pub mod backup;
pub mod clock;
pub mod command;
pub mod compose;
pub mod config;
pub mod context;
pub mod crash;
pub mod demo;
pub mod due;
pub mod editing;
pub mod fault;
pub mod founding;
pub mod house;
pub mod keys;
pub mod ledger;
pub mod measure;
pub mod partner;
pub mod people;
pub mod post;
pub mod press;
pub mod reception;
pub mod release;
pub mod replay;
mod states;
pub mod turns;
pub mod unit;

pub use fault::Fault;
pub use house::House;

pub use domain::value::Instant;
pub use store::coordination::CaseLine;
pub use store::intake::ReportLine;
pub use store::{Location, Viewer, Which};
