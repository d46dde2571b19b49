//! Members: subscribing, saying "received", stopping.

pub(crate) mod member;

pub(crate) mod stop;
