//! What every crate may say: languages, realms, instants, the documents that a revision is published as, typed digits.
//!
//! Whatever two crates would otherwise spell twice, and translate into each other, stands here once. It stays below
//! 300 lines (`cargo xtask tidy` counts), since everything waits for it and a change is felt everywhere. It knows no
//! event, no text, no file and no clock.

mod digits;
mod document;
mod instant;
mod lang;
mod realm;

pub use digits::digits;
pub use document::{DocumentKind, Facts, JSON, RECORD_SILENT, TEXT};
pub use instant::Instant;
pub use lang::Lang;
pub use realm::Realm;
