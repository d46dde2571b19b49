//! The end of a case, and its going on: pure answers over the case and what has become of it.
//!
//! It knows of the advisory only what a closing asks: whether something is out, and whether something waits.

use crate::act::Act;
use crate::coordination::case::Case;
use crate::event::{Change, Event};
use crate::machine::constraints as law;
use crate::refusal::Refusal;
use crate::value::{ClosureCode, Track};

/// What a case has to do with the public when somebody closes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is out and nothing is planned.
    Silent,
    /// A plan waits for its instant, whatever is out.
    Planned,
    /// A revision is out.
    Published,
}

impl ClosureCode {
    /// Every reason.
    pub const ALL: [ClosureCode; 14] = [
        ClosureCode::Published,
        ClosureCode::IndividualResponse,
        ClosureCode::NotVulnerability,
        ClosureCode::NotAccepted,
        ClosureCode::AlreadyPublic,
        ClosureCode::LowImpactAfterContact,
        ClosureCode::JudgedNotPublished,
        ClosureCode::Withdrawn,
        ClosureCode::Merged,
        ClosureCode::Transferred,
        ClosureCode::FinderViolated,
        ClosureCode::SiteFixed,
        ClosureCode::SiteUnreachable,
        ClosureCode::SiteNotVulnerable,
    ];

    /// Whether a case of this track can end for this reason. What was published once may have been, whatever it is about.
    #[must_use]
    pub fn fits(self, track: Track, outcome: Outcome) -> bool {
        match self {
            ClosureCode::Published => outcome == Outcome::Published,
            ClosureCode::IndividualResponse
            | ClosureCode::NotVulnerability
            | ClosureCode::LowImpactAfterContact
            | ClosureCode::JudgedNotPublished => track.is_for_the_public(),
            ClosureCode::SiteFixed
            | ClosureCode::SiteUnreachable
            | ClosureCode::SiteNotVulnerable => !track.is_for_the_public(),
            ClosureCode::NotAccepted
            | ClosureCode::AlreadyPublic
            | ClosureCode::Withdrawn
            | ClosureCode::Merged
            | ClosureCode::Transferred
            | ClosureCode::FinderViolated => true,
        }
    }
}

/// Closes a case. What is planned is published or taken back before, since no page tells of the plan of a closed case.
///
/// # Errors
/// If it is closed, an embargo is in force, a plan waits, it is said to be published and is not, or the reason is one of
/// the other track.
pub fn close(
    case: &Case,
    code: ClosureCode,
    track: Track,
    outcome: Outcome,
) -> Result<Vec<Change>, Refusal> {
    case.open()?;
    law::c5_may_close(case.em).map_err(|_| Refusal::EmbargoInForce)?;
    match outcome {
        Outcome::Planned => Err(Refusal::PlanWaits),
        Outcome::Silent if code == ClosureCode::Published => Err(Refusal::NothingPublished),
        _ if !code.fits(track, outcome) => Err(Refusal::Input {
            field: "code",
            why: "a website is closed for other reasons than a product",
        }),
        Outcome::Silent | Outcome::Published => {
            Ok(vec![Change::of(case.id, Event::CaseClosed { code })])
        }
    }
}

/// Opens a closed case again: it goes on where it stood.
///
/// # Errors
/// If it is open, or no reason is given.
pub fn reopen(case: &Case, act: &Act) -> Result<Vec<Change>, Refusal> {
    if case.closed.is_none() {
        return Err(Refusal::CaseOpen);
    }
    if act.reason.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    Ok(vec![Change::of(case.id, Event::CaseReopened)])
}
