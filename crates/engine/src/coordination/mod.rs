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

use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::value::{ReportKind, Track};

use crate::Fault;
use crate::kernel::house::House;

/// The track of a case: its own, or that of its report where it was opened before cases had one.
///
/// # Errors
/// If the store fails.
pub async fn track_of(house: &House, case: &Case) -> Result<Track, Fault> {
    if let Some(track) = case.track {
        return Ok(track);
    }
    let mut kind = ReportKind::Product;
    if let Some(report) = case.report
        && let Some(loaded) = house.load(report.into()).await?
        && let Aggregate::Report(report) = &*loaded.state
    {
        kind = report.kind;
    }
    Ok(Track::of_report(kind))
}

pub use invitation::{INVITATION, invite, invite_again};
pub use partner::view;
pub use step::{Call, guest_of, is_call_open, issue_phone_code, pass_phone_code};
pub(crate) use step::{shut, shut_participant};
