//! Rehearsals: a house of its own, in memory-backed storage, over a clock that is moved by hand.
//!
//! [`stage`] founds such a house on the ordinary engine and lets time pass in it; [`script`] reads what a text says of who
//! does what when and what each then sees, [`mod@play`] plays it, on a stage or at another [`Place`]; [`sight`] looks, [`reader`]
//! reads pages, [`post`] mails, and [`pace`] says when each moment comes where time is real. It knows nothing of the engine that
//! is not public, decides nothing, and never opens a house that somebody else made.

pub mod folder;

pub mod script;

pub mod sight;

pub mod reader;

pub mod post;

pub mod stage;

pub mod pace;

pub mod play;

pub use pace::Timetable;
pub use play::{Acted, Place, Played, Refused, Rehearsed, play, play_at};
pub use reader::{Doors, Reader};
pub use script::{Script, Wrong};
pub use stage::Stage;
