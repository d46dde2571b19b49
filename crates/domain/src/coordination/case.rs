//! A case: from acceptance to closure.
//!
//! The case holds what is true for all participants: embargo, world facts, texts, number. Its stage
//! (docs/design/process.md §1.5) is computed, never set (docs/design/settled.md §1.27). It does not know vendors'
//! answers.

use crate::event::{Event, Recorded};
use crate::machine::cs::PublicState;
use crate::machine::em::Em;
use crate::refusal::Refusal;
use crate::value::*;

/// A case.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub id: CaseId,
    /// Events taken so far: the stream's version.
    pub version: u32,
    pub number: String,
    pub report: Option<ReportId>,
    /// Reports that were joined to the case later.
    pub joined: Vec<ReportId>,
    pub opened_at: Instant,
    pub already_public: bool,
    /// What it is about; none if it was opened before cases had one, and its report tells.
    pub track: Option<Track>,
    /// 起算日: the first attempt to contact a vendor; never moves.
    pub clock_start: Option<Instant>,
    pub em: Em,
    /// Date of the embargo in force, or of the proposal.
    pub until: Option<Instant>,
    /// Date of a revision that is under discussion.
    pub revision_until: Option<Instant>,
    /// Why the embargo ended.
    pub ended: Option<EmbargoEnd>,
    pub world: PublicState,
    /// Since when what of it is known, as whoever observed it first says.
    pub world_since: Vec<(WorldFact, Instant)>,
    pub texts: Vec<(Field, TextRef)>,
    pub facts: Option<TextRef>,
    /// Vulnerabilities of the case: label and name (class V). None named means one.
    pub vulnerabilities: Vec<(String, TextRef)>,
    pub closed: Option<ClosureCode>,
    pub closed_at: Option<Instant>,
}

impl Case {
    /// A case without any event.
    #[must_use]
    pub fn new(id: CaseId) -> Self {
        Case {
            id,
            version: 0,
            number: String::new(),
            report: None,
            joined: vec![],
            opened_at: Instant(0),
            already_public: false,
            track: None,
            clock_start: None,
            em: Em::None,
            until: None,
            revision_until: None,
            ended: None,
            world: PublicState::default(),
            world_since: vec![],
            texts: vec![],
            facts: None,
            vulnerabilities: vec![],
            closed: None,
            closed_at: None,
        }
    }

    /// Takes the next event.
    pub fn apply(&mut self, recorded: &Recorded) {
        self.version += 1;
        match &recorded.event {
            Event::CaseOpened {
                number,
                report,
                already_public,
                track,
            } => {
                self.track = *track;
                self.number.clone_from(number);
                self.report = Some(*report);
                self.opened_at = recorded.occurred_at;
                self.already_public = *already_public;
            }
            Event::CaseTextAdded { field, text } => self.texts.push((*field, *text)),
            Event::CaseFactsNoted { facts } => self.facts = Some(*facts),
            Event::WorldFactObserved { fact } => {
                match fact {
                    WorldFact::PublicAware => self.world.public = true,
                    WorldFact::ExploitPublic => self.world.exploit = true,
                    WorldFact::AttacksObserved => self.world.attacks = true,
                }
                if self.world_since.iter().all(|(known, _)| known != fact) {
                    self.world_since.push((*fact, recorded.occurred_at));
                }
            }
            Event::ReportJoined { report } => self.joined.push(*report),
            Event::ClockStarted => {
                self.clock_start = self.clock_start.or(Some(recorded.occurred_at))
            }
            Event::EmbargoProposed { until } => {
                (self.em, self.until) = (Em::Proposed, Some(*until))
            }
            Event::EmbargoActivated { until, .. } => {
                (self.em, self.until) = (Em::Active, Some(*until))
            }
            Event::EmbargoRejected => (self.em, self.until) = (Em::None, None),
            Event::EmbargoRevisionProposed { until } => {
                (self.em, self.revision_until) = (Em::Revise, Some(*until))
            }
            Event::EmbargoRevised { until } => {
                (self.em, self.until, self.revision_until) = (Em::Active, Some(*until), None)
            }
            Event::EmbargoRevisionRejected => (self.em, self.revision_until) = (Em::Active, None),
            Event::EmbargoEnded { why } => {
                (self.em, self.revision_until, self.ended) = (Em::Exited, None, Some(*why))
            }
            Event::VulnerabilityNamed { label, text } => {
                self.vulnerabilities.retain(|(known, _)| known != label);
                self.vulnerabilities.push((label.clone(), *text));
            }
            Event::CaseClosed { code } => {
                self.closed = Some(*code);
                self.closed_at = self.closed_at.or(Some(recorded.occurred_at));
            }
            Event::CaseReopened => (self.closed, self.closed_at) = (None, None),
            _ => {}
        }
    }

    /// The reports of the case: the one that it began with, then those that were joined to it.
    pub fn reports(&self) -> impl Iterator<Item = ReportId> + '_ {
        self.report.iter().chain(&self.joined).copied()
    }

    /// Refuses if the case is closed.
    ///
    /// # Errors
    /// [`Refusal::CaseClosed`].
    pub fn open(&self) -> Result<(), Refusal> {
        if self.closed.is_some() {
            Err(Refusal::CaseClosed)
        } else {
            Ok(())
        }
    }

    /// Stage of the case, computed from what has happened to it alone (docs/design/process.md §1.5); what people are
    /// told is [`crate::coordination::date::told`].
    #[must_use]
    pub fn stage(&self, published: bool) -> Stage {
        let own = if self.closed.is_some() {
            Stage::Closed
        } else if self.em.in_force() {
            Stage::DateAgreed
        } else if self.clock_start.is_some() {
            Stage::Coordinating
        } else {
            Stage::Opened
        };
        own.with(published)
    }
}

/// Stage of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Opened,
    Coordinating,
    DateAgreed,
    Published,
    Closed,
}

impl Stage {
    /// Every stage, in the order in which a case passes them.
    pub const ALL: [Stage; 5] = [
        Stage::Opened,
        Stage::Coordinating,
        Stage::DateAgreed,
        Stage::Published,
        Stage::Closed,
    ];

    /// The stage that a case's own stream tells, with what its advisory's adds.
    #[must_use]
    pub const fn with(self, published: bool) -> Stage {
        match (self, published) {
            (Stage::Closed, _) => Stage::Closed,
            (_, true) => Stage::Published,
            (own, false) => own,
        }
    }

    /// The stage of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.word() == word)
    }

    /// Word for projections, addresses and catalogues.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Stage::Opened => "opened",
            Stage::Coordinating => "coordinating",
            Stage::DateAgreed => "date_agreed",
            Stage::Published => "published",
            Stage::Closed => "closed",
        }
    }
}
