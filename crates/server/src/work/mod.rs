//! What waits for the desk.

pub mod queue;

pub mod tasks;

#[cfg(test)]
mod side_by_side;
