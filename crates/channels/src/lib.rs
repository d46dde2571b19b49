//! Ways out of the house: mail over SMTP, mail into a folder, a call over a gateway, and when to try again.
//!
//! A channel takes finished bytes and tells what became of each. It knows no recipient's name, no advisory and no
//! database: the engine writes states before and after (docs/design/early-warning.md §4.1). Nothing here decides
//! whether something may leave; what arrives here has been released. Start at [`smtp`].

pub mod smtp;

pub mod folder;

pub mod gateway;

pub mod backoff;
