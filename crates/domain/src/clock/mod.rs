//! Clocks: which rules of time there are, on which days the office works, what is due when.
//!
//! Source: docs/design/process.md §1.14. It knows no case: what happened arrives as arguments, and nothing here asks
//! the machine what time it is. Start reading at [`rule`].

pub mod rule;

pub mod table;

pub mod calendar;
