//! Who is told of what was published: subscribers, copies and their acknowledgement, letters.

pub mod command;

pub mod member;

pub mod copies;

pub mod letters;

pub mod relay;
