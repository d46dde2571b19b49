//! What editors and approvers look at: releasable sources, findings, a rehearsal of the release, what is new.
//!
//! Everything here reads; nothing is recorded. A rehearsal runs the very functions that a plan runs, in a unit that
//! is dropped, so that the bytes it shows are the bytes that would be published. It knows neither form nor page.
//! Start at [`rehearsal`].

pub mod rehearsal;

pub mod plan;

pub mod sources;

pub mod check;

pub mod recipients;

pub mod diff;
