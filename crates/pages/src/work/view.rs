//! What the queue and the list of tasks are made of.
//!
//! Filled in by whoever asks; what stands here may be shown to the person who is signed in.

use base::Instant;

use crate::kit::desk::view::{Presence, Words};
use crate::kit::shown::Shown;
use domain::office::Due;

/// The list of reports and cases.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    pub rows: Vec<QueueRow>,
    /// How many rows there are with these conditions, on all pages.
    pub total: usize,
    /// Counts from 1.
    pub page: usize,
    pub pages: usize,
    pub counts: QueueCounts,
}

/// How many rows each ready-made view has.
#[derive(Clone, Debug, Default)]
pub struct QueueCounts {
    /// With something left to be done; so all that follow.
    pub open: usize,
    /// Declined, withdrawn or closed.
    pub over: usize,
    pub reports: usize,
    pub cases: usize,
    pub overdue: usize,
    pub three_days: usize,
    pub us: usize,
    pub vendor: usize,
    pub finder: usize,
}

/// What a row of the list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    Report,
    Case,
}

/// Why a row has no title for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untitled {
    /// What came is not sorted yet, and the person does not read what is unsorted.
    Unsorted,
    /// None that the person may read.
    Nothing,
}

/// For whom something waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    Us,
    Vendor,
    /// Whoever runs a website.
    Operator,
    Finder,
    Nobody,
}

/// A report or a case in the list.
#[derive(Clone, Debug)]
pub struct QueueRow {
    pub kind: RowKind,
    /// Handling number of a report, public number of a case.
    pub number: String,
    /// Title or first words, if the person may read them.
    pub title: Result<Words, Untitled>,
    /// A word of [`domain::intake::ReportStage`] or of [`domain::coordination::case::Stage`].
    pub state: String,
    /// How many agreed to the date, while it is being talked about.
    pub talks: Option<domain::coordination::date::Tally>,
    pub due: Option<Due>,
    pub waiting: Waiting,
    /// Nothing is left to be done.
    pub is_over: bool,
    /// Something happened since this person last looked.
    pub is_new: bool,
    pub presence: Vec<Presence>,
    /// When it came in.
    pub since: Instant,
}

/// What needs somebody of the house.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    pub rows: Vec<Task>,
    /// How many letters of the portal could not be read.
    pub unreadable: usize,
}

/// One thing to do.
#[derive(Clone, Debug)]
pub struct Task {
    /// Id that the form carries.
    pub id: String,
    /// The end of a key `task-…`: what kind of thing it is.
    pub kind: String,
    /// Whom to call: a party's name or a subscriber's reference.
    pub who: String,
    /// How to reach it, as far as known.
    pub contact: Option<Shown>,
    /// What did not arrive or is missing: number of an advisory or a case.
    pub what: String,
    /// Path without the language to read more.
    pub path: Option<String>,
    pub since: Instant,
    /// The reference of the copy, to ask for its code on the telephone.
    pub reference: Option<String>,
    /// First digits of the copy's code, to be sure that both speak of the same copy.
    pub code_hint: Option<String>,
    /// The alarm that it is, while it is one.
    pub alarm: Option<Alarm>,
}

/// An alarm of a row: whom the house has called, and who has it.
#[derive(Clone, Debug, Default)]
pub struct Alarm {
    /// What takes it over.
    pub cause: String,
    /// Whether there is a gateway, so that somebody is called.
    pub calls: bool,
    /// The last that was called, when, and whether the gateway took the call.
    pub called: Option<(String, Instant, bool)>,
    /// Who took it over, and when.
    pub taken: Option<(String, Instant)>,
}
