//! What tests share: a hostile mail server, worlds, builders. Never part of the product.

pub mod smtp_server;
