//! What every noun of the engine stands on: the open house, the one gateway into its ledger, keys, contexts, clock.
//!
//! It finds reports and cases by what people call them ([`find`]) and names copies ([`ids`]), and decides about none:
//! what an event means is the domain's, what is done about it a noun's. Start reading at [`mod@unit`], then [`house`].

pub mod unit;

pub mod house;

pub mod find;

pub mod ids;

pub mod kept;

pub mod reference;

pub mod bell;

pub mod blank;

pub mod states;

pub mod texts;

pub mod told;

pub mod turns;

pub mod keys;

pub mod ledger;

pub mod context;

pub mod config;

pub mod backup;

pub mod clock;

pub mod crash;

pub mod fault;

pub use fault::Fault;
