//! A case and its participants: the commands about them, what one participant may see, how it is invited and becomes
//! known.
//!
//! What a command answers is decided in [`domain::coordination`]. [`view`] is the only way from a case to a vendor's
//! page: every text in it passed the gate for this party, this phase and this session. It reads the participant, its
//! party, the case's own facts and the texts that were opened to it. Of another participant it takes name and public
//! label, both by the gate, and only where the two agreed to be named to each other.

pub mod call;
pub mod command;
pub mod invitation;
pub mod partner;
pub mod step;

pub use invitation::{INVITATION, invite, invite_again};
pub use partner::view;
pub(crate) use step::shut;
pub use step::{guest_of, is_call_open, issue_phone_code, pass_phone_code};
