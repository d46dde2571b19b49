//! Classed texts: what kind of information a text is, who may see it when, and the one gate by which it may leave.
//!
//! Source: docs/design/process.md §1.15, §2; docs/design/japanese-practice.md §2.3;
//! docs/design/security.md §2.1, §2.9. It knows no case: facts arrive as arguments. Start reading at [`class`], then [`matrix`], then [`gate`].

pub mod class;

pub mod phase;

pub mod cell;

pub mod matrix;

pub mod standing;

pub mod fold;

pub mod gate;

pub mod hidden;

pub mod overlap;
