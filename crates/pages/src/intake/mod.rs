//! Reports: the public form, the finder's mailbox, the desk's page.

pub mod view;

pub mod public;

mod letter;

mod finder;

pub mod desk;

pub use finder::{Mailbox, mailbox};
pub use letter::text_of;
