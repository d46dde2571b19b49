//! Reports: the public form, the finder's mailbox, the desk's page.

pub mod view;

pub mod public;

pub(crate) mod fields;

mod finder;

pub mod desk;

pub use fields::Asked;
pub use finder::{Mailbox, mailbox};
