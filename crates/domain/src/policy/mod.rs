//! The rules of the house, as data and pure functions: who may see what, what may leave, when it is due.
//!
//! Source: docs/design/process.md §1.14, §1.15, §1.16, §2; docs/design/japanese-practice.md §2.3, §2.5;
//! docs/design/security.md §2.1, §2.9. It knows no case: facts arrive as arguments.
//! Start reading at [`class`], then [`matrix`], then [`gate`].

pub mod class;

pub mod phase;

pub mod role;

pub mod cell;

pub mod matrix;

pub mod standing;

pub mod gate;

pub mod overlap;

pub mod calendar;

pub mod clock;

pub mod clock_table;

pub mod profile;

pub mod series;

pub mod lint;

pub mod jargon;
