//! The advisory before it is published: its texts and facts, what is found in them, a rehearsal of the release.
//!
//! Only the draft is recorded ([`command`]); everything else reads. A rehearsal runs the very functions that a plan and
//! a press run, in a unit that is dropped, so that the bytes it shows are the bytes that would be published. It knows
//! no editor's form, no plan and no release. Start at [`compose`], then [`rehearsal`].

pub mod paths;

pub mod command;

pub mod compose;

mod decided;

pub(crate) use decided::decisions;

mod overlaps;

mod statements;

pub mod rehearsal;

pub mod sources;

pub mod check;

pub mod diff;
