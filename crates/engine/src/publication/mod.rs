//! Plan, approvals, release at the instant, and the press that makes the public tree of what was published.

pub mod command;

pub mod facts;

pub mod recipients;

pub mod doubt;

pub mod release;

pub mod verdict;

pub mod press;

pub mod face;
