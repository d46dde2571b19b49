//! What the pages of the desk show: plain data that the server fills from the ledger through the gate.
//!
//! Codes are the words of the archive's language as serde writes them (`not_asked`, `report.human_reply`,
//! `V`); the pages turn them into words. Instants that are text are RFC 3339 in UTC. A text that stands here may be shown
//! to the person who reads; a text that may not is not here.

use base::Instant;
use domain::party::erasure::Stage;
use domain::text::class::Compartment;
use formats::advisory::Lang;

use crate::kit::shown::Shown;

/// A text with the language it is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub lang: Lang,
    pub text: Shown,
}

/// Somebody who is writing right now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// Handle of the person.
    pub who: String,
    /// Whole minutes since the last sign of life.
    pub minutes: u32,
}

/// One line of what happened.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// Number of the record in the ledger: the line's anchor.
    pub seq: u64,
    pub at: String,
    /// Handle of the person; empty if the house acted by itself.
    pub who: String,
    /// Name of the participant that it concerns, on pages of a whole case.
    pub subject: Option<String>,
    /// Kind of the event as serde writes it, for example `contact_attempted`.
    pub kind: String,
    /// Fields of the event by name, codes and instants as they are: `channel` = `mail`, `until` = RFC 3339.
    pub args: Vec<(String, String)>,
    /// Text that belongs to it and may be shown.
    pub text: Option<Words>,
    /// Came after this person last looked.
    pub is_new: bool,
}

/// A classed text of a report or case.
#[derive(Clone, Debug)]
pub struct Part {
    /// Id of the body.
    pub body: String,
    /// Code of the class.
    pub class: String,
    pub lang: Lang,
    /// The text, or nothing while it needs a reason to be read.
    pub text: Option<Shown>,
    pub at: String,
}

/// What was erased of a dossier, or is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    pub stage: Stage,
    pub parts: Vec<Compartment>,
    /// When it came to this stage.
    pub at: Instant,
}

/// Somebody else was faster.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// What happened in between, newest first.
    pub entries: Vec<Entry>,
    /// The version that is now seen: put into the form that is sent again.
    pub seen: u64,
    /// Address the form goes to, with the language.
    pub action: String,
    /// Address of the page as it is now, with the language.
    pub back: String,
}

/// Whether a plan would be published, as it was last asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// It was not asked yet.
    #[default]
    Unasked,
    /// It would be, as it stands.
    Goes,
    /// These stand in its way.
    Stops(Vec<Cause>),
}

/// One thing that stands in the way of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// A code of the signer or of the house; catalogues say it in words.
    pub code: String,
    /// Whose approval it is about.
    pub who: String,
    pub until: Option<Instant>,
    /// How many approvals count, and how many are needed.
    pub counted: Option<(u8, u8)>,
}
