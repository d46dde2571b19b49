//! Finders: a report on its way in, and the mailbox it is followed in.

pub(crate) mod report;

pub(crate) mod mailbox;
