//! Reports: taken in, read and decided; the finder's mailbox and what stands in it; the key that letters are sealed to.
//!
//! The portal's letters themselves are opened by [`crate::work::letterbox`].

pub mod command;

pub mod reading;

pub mod mailbox;

pub mod progress;

pub mod keys;

use domain::series::{Kind, Number};

/// A handling number of randomness: its digits, and how people say it.
#[must_use]
pub fn handling_number(random: u64) -> Option<(String, String)> {
    let number = Number::draw(Kind::Report, false, random).ok()?;
    Some((number.digits(), number.to_string()))
}
