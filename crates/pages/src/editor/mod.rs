//! The pages of editor and approver: the advisory's form with its findings, the preview of the exact bytes, what
//! another person saved meanwhile, and the plan on one page.
//!
//! Pure functions from data to bytes, like every page. They know no case and no gate: whatever stands in a view may
//! be shown to the person who is signed in. Start at [`form`]; [`view`] holds the data.

pub mod view;

pub mod form;

pub mod checks;

pub mod mend;

pub mod preview;

pub mod conflict;

pub mod plan;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::is_composed;

pub use checks::fragment;
