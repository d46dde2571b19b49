//! Copies: what is recorded of them, and the demonstration's page of written mails.

pub mod desk;

pub mod mails;
