//! For whom a report waits: the list of the desk and what needs a hand ask here.

use crate::intake::{Report, ReportStage};

/// What an open report waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// For us: its text is to be sorted.
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
        match self.state.stage() {
            ReportStage::Received if self.is_sorted() => Waits::Decision,
            ReportStage::Received => Waits::Sorting,
            ReportStage::Questioned => Waits::Finder,
            _ => Waits::Nothing,
        }
    }
}
