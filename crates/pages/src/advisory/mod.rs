//! The advisory: its public page and sheet, the editor's form with its findings, the preview of the exact bytes, what
//! another person saved meanwhile.
//!
//! Pure functions from data to bytes, like every page. They know no case and no gate: whatever stands in a view may
//! be shown to the person who is signed in. Start at [`form`]; [`view`] holds the data.

pub(crate) mod public;

pub(crate) mod board;

pub(crate) mod digest;

pub(crate) mod sheet;

pub mod view;

pub mod form;

pub mod checks;

pub mod mend;

pub mod preview;

pub mod conflict;

pub use checks::fragment;
