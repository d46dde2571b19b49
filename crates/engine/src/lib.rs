//! The shell without a socket: commands, what falls due, the press, recovery.
//!
//! `perform` is the only way into the ledger: it loads states, lets the domain decide, seals, and writes
//! events, projections and intents in one transaction. What falls due is a command too ([`work`]). The engine
//! asks the clock and opens keys; it listens on nothing. Each noun is a folder and may use those before it; the
//! table of commands and the founding of a house stand on top. Start reading at [`kernel::unit`] and [`command`].

pub mod kernel;

pub mod party;

pub mod people;

pub mod intake;

pub mod coordination;

pub mod advisory;

pub mod publication;

pub mod distribution;

pub mod work;

pub mod command;

pub mod founding;

/// What is awaited, built in this crate: an `async fn` is compiled again, with all that it awaits, by every crate that
/// awaits it. So is what other crates call, where much stands behind it.
pub type Awaited<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + 'a>>;

pub use kernel::Fault;
pub use kernel::house::House;

pub use domain::value::Instant;
pub use store::coordination::CaseLine;
pub use store::intake::ReportLine;
pub use store::{Location, Viewer, Which};
