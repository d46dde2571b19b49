//! What every noun of the engine stands on: the open house, the one gateway into its ledger, keys, contexts, clock.
//!
//! It knows no report, case or advisory: what an event means is the domain's, what follows from it a noun's.
//! Start reading at [`unit`], then [`house`].

pub mod unit;

pub mod house;

pub mod find;

pub mod ids;

pub mod kept;

pub mod bell;

pub mod states;

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
