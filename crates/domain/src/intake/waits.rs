//! For whom a report waits: the list of the desk and what needs a hand ask here.

use crate::intake::{Report, ReportStage};
use crate::text::class::Class;
use crate::value::TextRef;

/// What an open report waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// For us: its text, or what came since, is to be sorted.
    Sorting,
    /// For us: it is sorted, and somebody decides or asks.
    Decision,
    /// For the finder's answer.
    Finder,
    Nothing,
}

impl Report {
    /// What the report waits for, and from whom.
    #[must_use]
    pub fn waits(&self) -> Waits {
        let is_new = |part: &TextRef| part.class == Class::U && !self.is_split(part);
        let has_new = self.parts.iter().any(is_new);
        match self.state.stage() {
            ReportStage::Received if self.is_sorted() && !has_new => Waits::Decision,
            ReportStage::Received => Waits::Sorting,
            ReportStage::Questioned => Waits::Finder,
            // What its finder adds to a case's report is read too.
            ReportStage::Accepted if has_new => Waits::Sorting,
            _ => Waits::Nothing,
        }
    }
}
