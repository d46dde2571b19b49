//! What waits for the desk: the list, and the tasks.

pub mod view;

pub mod alarm;

pub mod queue;

pub mod tasks;
