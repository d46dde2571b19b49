//! Coordination: the case, its participants, and how they bind each other.
//!
//! [`case`] and [`participant`] are the aggregates; [`decide`] answers commands that concern more than one of them,
//! [`access`] those that let a party in or show it; [`board`] computes what a vendor's cell shows, [`date`] where the
//! date stands for one of them, [`phase`] how far a case has come for whoever reads; [`range`] is a range of versions.
//! Confidentiality and date are two agreements. It never sees a text.

pub mod access;
mod answer;
pub mod board;
pub mod case;
pub mod closing;
pub mod date;
pub mod deadlines;
pub mod decide;
pub mod leaving;
pub mod participant;
pub mod phase;
pub mod range;
pub mod track;
pub mod waiting;
