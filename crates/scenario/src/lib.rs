//! Rehearsals: a house of its own, in memory-backed storage, over a clock that is moved by hand.
//!
//! [`stage`] founds such a house on the ordinary engine and lets time pass in it. It knows nothing of the engine that
//! is not public, decides nothing, and never opens a house that somebody else made.

pub mod folder;
pub mod stage;

pub use stage::Stage;
