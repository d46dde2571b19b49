//! Which way a case goes: to the public, or to whoever runs a website.

use super::{ReportKind, Track};

impl Track {
    /// The track of a case that a report begins.
    #[must_use]
    pub const fn of_report(kind: ReportKind) -> Track {
        match kind {
            ReportKind::Site => Track::Site,
            ReportKind::Product | ReportKind::OwnProduct | ReportKind::Archive => Track::Product,
        }
    }

    /// Whether a case of this track may be published.
    #[must_use]
    pub const fn is_for_the_public(self) -> bool {
        !matches!(self, Track::Site)
    }
}
