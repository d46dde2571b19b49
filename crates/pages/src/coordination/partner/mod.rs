//! Pages for a vendor: the invitation, and the one page of its part in a matter.
//!
//! They show what they are given ([`view`]) and nothing else: no other vendor, no count, no position in a
//! list. They know neither the gate nor a session; who may see what was decided before.

mod invitation;
mod page;
mod range;
pub mod read;
#[cfg(test)]
mod tests;
pub mod view;

pub use invitation::{asked, invitation, left, outside};
pub use page::page;

/// The version of the terms that a vendor accepts for one matter (docs/design/japanese-practice.md §2.7); a changed
/// text is another version, and what was accepted stays on record under its own.
pub const TERMS: &str = "2026-1";

/// What a page can say has just been done; the words are those of `done-<key>`.
pub const DONE: [&str; 13] = [
    "done-partner-terms",
    "done-partner-step",
    "done-partner-call",
    "done-partner-receipt",
    "done-partner-agreed",
    "done-partner-countered",
    "done-partner-declined",
    "done-partner-answer",
    "done-partner-withdrawn",
    "done-partner-text",
    "done-partner-ticket",
    "done-partner-naming",
    "done-partner-naming-end",
];

/// Longest texts in characters, as forms tell and handlers check them.
pub mod limits {
    /// A statement, a workaround, a fix: some ten printed pages.
    pub const TEXT_CHARS: usize = 20_000;
    /// Why a product is or is not affected: a page.
    pub const WHY_CHARS: usize = 4_000;
    /// A product's name.
    pub const PRODUCT_CHARS: usize = 200;
    /// A version.
    pub const VERSION_CHARS: usize = 64;
    /// A number of the vendor's own.
    pub const TICKET_CHARS: usize = 100;
    /// A telephone number with its extension.
    pub const PHONE_CHARS: usize = 60;
    /// When one can be reached, in words.
    pub const HOURS_CHARS: usize = 200;
}
