//! What falls due, whether or not somebody asks.

pub mod access;

pub mod due;

pub mod letterbox;
