//! What waits for the desk.

pub mod queue;

pub mod tasks;
