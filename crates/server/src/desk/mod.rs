//! Handlers of the desk: one file a page, from what the engine knows to a view model, and from a form to a
//! command.
//!
//! They decide nothing: whether something may be done is asked of the command, whether a text may be seen of
//! the gate. A form that is refused is shown again as it was typed.

pub mod act;
pub mod advisory;
pub mod case;
pub mod history;
pub mod lists;
pub mod participant;
pub mod persons;
pub mod plan;
pub mod queue;
pub mod record;
pub mod register;
pub mod report;
pub mod sight;
pub mod sign;
pub mod tasks;
