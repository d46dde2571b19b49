//! Rehearsals: a house of its own, in memory-backed storage, over a clock that is moved by hand.
//!
//! [`stage`] founds such a house on the ordinary engine and lets time pass in it; [`script`] reads what a text says of who
//! does what when and what each then sees, [`play`] plays it. It knows nothing of the engine that is not public, decides
//! nothing, and never opens a house that somebody else made.

pub mod folder;
pub mod stage;

pub mod script;

pub mod play;

pub use play::{Played, play};
pub use script::{Script, Wrong};
pub use stage::Stage;
