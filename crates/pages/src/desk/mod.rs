//! The pages of the desk, from signing in to a closed case.
//!
//! Pure functions from the data of [`view`] to bytes; they know no session, no clock and no gate. What may
//! be seen was decided before. Every form carries its problems in a [`crate::form::Typed`], whose field `do`
//! is the verb of the button that was pressed. Start at [`case`].

pub(crate) mod bits;
mod board;
pub mod case;
pub mod conflict;
pub mod participant;
pub mod persons;
pub mod queue;
pub mod register;
pub mod report;
pub mod sign;
pub mod tasks;
#[cfg(test)]
pub(crate) mod tests;
pub mod view;
pub mod words;
