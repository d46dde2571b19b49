//! The advisory in the editor's hands.

pub mod desk;
