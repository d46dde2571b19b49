//! What a desk is told about an advisory before it goes out: lints, and the words that want a gloss.
//!
//! The texts themselves are references in events; the plan and what follows belong to [`crate::publication`].

pub mod lint;

pub mod jargon;
