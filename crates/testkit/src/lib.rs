//! What tests share: worlds with their scenes, and a hostile mail server. Never part of the product.

pub mod smtp_server;

#[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
pub mod gateway;

#[expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]
pub mod world;

#[expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]
pub mod given;

#[expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]
pub mod letters;
pub mod pages;

pub use given::Case;
pub use world::World;
