//! The advisory before it is published: its texts and facts, what is found in them, a rehearsal of the release.
//!
//! Everything here reads; nothing is recorded. A rehearsal runs the very functions that a plan runs, in a unit that
//! is dropped, so that the bytes it shows are the bytes that would be published. It knows neither form nor page.
//! Start at [`compose`], then [`rehearsal`].

pub mod command;

pub mod compose;

mod overlaps;

mod statements;

pub mod rehearsal;

pub mod sources;

pub mod check;

pub mod diff;
