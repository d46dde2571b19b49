//! The track of a case, and the right to prepare a publication of it.
//!
//! What is found on a website is mended with its operator: no function leads from such a case to a draft or a plan,
//! since both take a [`PublicTrack`], and [`Case::public_track`] alone makes one.
//!
//! ```compile_fail
//! fn plan(a: &domain::publication::Advisory, c: &domain::coordination::case::Case, n: domain::publication::NewPlan, act: &domain::act::Act) {
//!     let _ = domain::publication::plan(a, c, n, act); // a case is no right to publish it
//! }
//! ```
//! ```compile_fail
//! fn made(case: &domain::coordination::case::Case) -> domain::coordination::track::PublicTrack<'_> {
//!     domain::coordination::track::PublicTrack(case) // private field
//! }
//! ```
//! With that right it compiles:
//!
//! ```
//! fn plan(a: &domain::publication::Advisory, c: &domain::coordination::case::Case, n: domain::publication::NewPlan, act: &domain::act::Act) {
//!     let _ = c.public_track(domain::value::Track::Product, false).and_then(|track| domain::publication::plan(a, track, n, act));
//! }
//! ```
//! It knows no text and no page.

use std::ops::Deref;

use crate::coordination::case::Case;
use crate::refusal::Refusal;
use crate::value::Track;

/// A case on a track that leads to a publication.
#[derive(Clone, Copy, Debug)]
pub struct PublicTrack<'a>(&'a Case);

impl Deref for PublicTrack<'_> {
    type Target = Case;

    fn deref(&self) -> &Case {
        self.0
    }
}

impl Case {
    /// The right to prepare a publication; `track` is the case's own, or, where it was opened before cases had one, that
    /// of its report. What is out already is revised and withdrawn, whatever it is about.
    ///
    /// # Errors
    /// [`Refusal::Track`] for a website of which nothing is out.
    pub fn public_track(
        &self,
        track: Track,
        is_published: bool,
    ) -> Result<PublicTrack<'_>, Refusal> {
        let track = self.track.unwrap_or(track);
        if is_published || track.is_for_the_public() {
            Ok(PublicTrack(self))
        } else {
            Err(Refusal::Track)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{CaseId, ReportKind};

    #[test]
    fn only_a_website_is_not_for_the_public() {
        let mut case = Case::new(CaseId::from_bytes([2; 16]));
        for kind in [
            ReportKind::Product,
            ReportKind::OwnProduct,
            ReportKind::Archive,
        ] {
            assert!(case.public_track(Track::of_report(kind), false).is_ok());
        }
        let of_report = Track::of_report(ReportKind::Site);
        assert_eq!(
            case.public_track(of_report, false).err(),
            Some(Refusal::Track)
        );
        assert!(
            case.public_track(of_report, true).is_ok(),
            "it can be withdrawn"
        );
        // What the case says counts, whatever its report was.
        case.track = Some(Track::Site);
        assert_eq!(
            case.public_track(Track::Product, false).err(),
            Some(Refusal::Track)
        );
        case.track = Some(Track::Protocol);
        assert!(case.public_track(of_report, false).is_ok());
    }
}
