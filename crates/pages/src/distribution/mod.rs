//! Mails and those who get them: the words of mails, the demonstration's page of written ones, members' pages.

pub mod mail;

pub mod mails;

pub mod member;
