//! The plan, and who approves it.

pub mod desk;
