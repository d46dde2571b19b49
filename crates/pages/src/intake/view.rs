//! What the page of a report is made of.
//!
//! Filled in by whoever asks; what stands here may be shown to the person who is signed in.

use crate::intake::Asked;
use crate::kit::desk::view::{Entry, Erasure, Part, Presence, Words};
use domain::office::Due;

/// One report.
#[derive(Clone, Debug)]
pub struct Report {
    /// Handling number.
    pub number: String,
    /// `product`, `site`, `own_product`, `archive`.
    pub kind: String,
    /// `form`, `mail`, `phone`, …
    pub channel: String,
    pub received_at: String,
    /// A word of [`domain::intake::ReportStage`].
    pub state: String,
    /// Version of the consent text.
    pub consent: String,
    /// Fields of the form that hold a word of its own: field and word.
    pub codes: Vec<(String, String)>,
    /// Number of the case that it became or joined.
    pub case: Option<String>,
    /// Code of the reason it was declined with.
    pub declined: Option<String>,
    /// Texts of class U, the first one first.
    pub sources: Vec<Source>,
    /// Whether anything was sorted out of them.
    pub is_sorted: bool,
    /// What was sorted out of them, and who the finder is (H, C).
    pub parts: Vec<Part>,
    pub messages: Vec<Message>,
    pub deadlines: Vec<Due>,
    pub timeline: Vec<Entry>,
    /// What was erased of it, or is to be.
    pub erasures: Vec<Erasure>,
    pub presence: Vec<Presence>,
    /// When the draft was saved that the form is filled with.
    pub draft_at: Option<String>,
    /// The version of the report that this page shows; every form carries it.
    pub seen: u64,
    /// Whether this person may sort, ask and decide.
    pub may_act: bool,
}

/// A text as the finder wrote it.
#[derive(Clone, Debug)]
pub struct Source {
    pub body: String,
    /// The field that it fills; none if it is one text, or came later.
    pub field: Option<Asked>,
    pub at: String,
    pub words: Words,
}

/// A message between desk and finder.
#[derive(Clone, Debug)]
pub struct Message {
    pub at: String,
    pub from_finder: bool,
    /// Nothing if it may not be shown to this person.
    pub words: Option<Words>,
}
