//! What the approver's page of a plan is made of.
//!
//! Filled in by whoever asks; what stands here may be shown to the person who is signed in.

use base::Instant;
use formats::advisory::Lang;

use crate::kit::desk::view::Fate;

/// The plan of a case.
#[derive(Clone, Debug, Default)]
pub struct PlanPage {
    pub number: String,
    /// Revision of the draft that a new plan would publish; 0 without a draft.
    pub draft_revision: u32,
    pub has_draft: bool,
    /// The reader may make and abort plans.
    pub may_make: bool,
    /// End of the embargo in force.
    pub embargo: Option<Instant>,
    /// Whether repetitions of unreleasable texts stand in the draft.
    pub draft_repeats: bool,
    /// The reader drafted it, so that somebody else must take repetitions on.
    pub is_drafter: bool,
    pub plan: Option<Plan>,
    /// What is out, newest first: revision, instant, number of persons who approved.
    pub published: Vec<(u32, Instant, u8)>,
    /// Persons beside the author who must approve; 0 where one person publishes alone.
    pub quorum: u8,
    pub is_closed: bool,
}

/// A plan that stands.
#[derive(Clone, Debug)]
pub struct Plan {
    pub sha256: String,
    pub title: [String; 2],
    pub revision: u32,
    /// Key of the stage's label: `interim`, `final`, `updated`, `withdrawn`.
    pub stage: String,
    pub instant: Instant,
    pub emergency: bool,
    pub reason: String,
    pub overrides: Vec<String>,
    pub author: String,
    /// everything, vendors, products, earlier, all once.
    pub recipients: [usize; 5],
    /// Words of `editor-channel-…`: the public site, and the channels of copies.
    pub channels: Vec<String>,
    pub vendors: usize,
    pub documents: Vec<Document>,
    pub approvals: Vec<(String, Instant)>,
    pub may_approve: Vec<(String, Option<Instant>)>,
    /// Who reads: may sign, is the author, has signed, or has no key.
    pub reader: Reader,
    pub since: Since,
    /// Changes by language: Japanese, English.
    pub news: [Vec<Vec<Piece>>; 2],
    pub passages: Vec<Passage>,
    pub is_outdated: bool,
    pub fate: Fate,
}

/// What a person may do with a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reader {
    MayApprove,
    /// Publishes alone and signs again from this instant on.
    Waits(Instant),
    IsAuthor,
    HasApproved,
    #[default]
    HasNoKey,
}

/// With what a plan is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Since {
    #[default]
    Nothing,
    Plan,
    Revision(u32),
}

/// A document of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// `advisory-json`, `csaf`, `text-ja`, `text-en`.
    pub kind: String,
    pub bytes: usize,
    pub sha256: String,
}

/// A run of words of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Same(String),
    Added(String),
    Removed(String),
}

/// The sentences of one outgoing text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passage {
    /// Name of the field; empty beside the draft's texts.
    pub field: String,
    pub lang: Option<Lang>,
    /// The vendor who says it, if one does.
    pub vendor: String,
    /// Text, is new, repeats an unreleasable text.
    pub sentences: Vec<(String, bool, bool)>,
}
