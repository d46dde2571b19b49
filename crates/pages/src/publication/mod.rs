//! What is published: lists, their search, the front page; and the plan, on one page.

pub(crate) mod front;

pub(crate) mod list;

pub(crate) mod find;

pub mod view;

pub mod plan;
