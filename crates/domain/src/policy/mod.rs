//! The rules of the house, as data and pure functions: who may see what, what may leave, when it is due.
//!
//! Source: process rules §1.14, §1.15, §2 and Numbering; the Japanese-practice page §2.3 and §2.5;
//! the security design §2.1 and §2.9. It knows no case: facts arrive as arguments.
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
