//! Reports at the desk.

pub mod desk;
