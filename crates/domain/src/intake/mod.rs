//! Reports: taken in, sorted, accepted or declined (docs/design/process.md §1.3).
//!
//! A report's free text is class U until somebody splits it; what a report says is never seen here, only
//! references. Acceptance opens a case; it does not know how a case goes on.

use std::collections::{BTreeMap, BTreeSet};

use crate::act::Act;
use crate::event::{Change, Event, Recorded};
use crate::refusal::Refusal;
use crate::text::class::Class;
use crate::text::phase::Phase;
use crate::value::*;

pub mod deadlines;
pub mod form;
mod waits;

pub use waits::Waits;

/// Where a report stands.
#[derive(Clone, Debug, PartialEq)]
pub enum ReportState {
    Received,
    /// A question to the finder is open.
    Questioned {
        since: Instant,
    },
    Accepted {
        case: CaseId,
    },
    Declined {
        reason: DeclineReason,
    },
    Merged {
        case: CaseId,
    },
    Withdrawn,
}

/// A report.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub id: ReportId,
    pub handling: String,
    pub kind: ReportKind,
    pub state: ReportState,
    pub received_at: Instant,
    /// From when a decision is waited for: since it came, or came again after a refusal or a withdrawal.
    pub waits_since: Instant,
    /// When the finder was last asked something since then.
    pub asked_at: Option<Instant>,
    /// When the finder last added something.
    pub added_at: Option<Instant>,
    /// A question about an accepted report waits for its answer.
    pub asked_later: bool,
    /// When it was declined or withdrawn, unless the finder added something since.
    pub ended_at: Option<Instant>,
    /// All that came: the one text, or the bytes behind the fields.
    pub whole: Option<BodyId>,
    /// The one text of a report that came without a form.
    pub text: Option<TextRef>,
    pub form: Option<ReportForm>,
    /// What was filled in, in the order of the form.
    pub fields: Vec<ReportField>,
    pub parts: Vec<TextRef>,
    pub finder: Option<TextRef>,
    pub contact: Option<TextRef>,
    /// SHA-256 of the mailbox's look-up id, hexadecimal.
    pub lookup: Option<String>,
    /// Public half of the mailbox key, hexadecimal.
    pub mailbox: Option<String>,
    /// What had come unsorted when somebody last split it into classes.
    split: BTreeSet<BodyId>,
    /// When texts were written that did not come with the report itself.
    written: BTreeMap<BodyId, Instant>,
}

/// Where a report stands, without what the state carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportStage {
    Received,
    Questioned,
    Accepted,
    Declined,
    Merged,
    Withdrawn,
}

impl ReportState {
    /// The state without what it carries.
    #[must_use]
    pub const fn stage(&self) -> ReportStage {
        match self {
            ReportState::Received => ReportStage::Received,
            ReportState::Questioned { .. } => ReportStage::Questioned,
            ReportState::Accepted { .. } => ReportStage::Accepted,
            ReportState::Declined { .. } => ReportStage::Declined,
            ReportState::Merged { .. } => ReportStage::Merged,
            ReportState::Withdrawn => ReportStage::Withdrawn,
        }
    }

    /// Its word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        self.stage().word()
    }
}

impl ReportStage {
    /// Every stage.
    pub const ALL: [ReportStage; 6] = [
        ReportStage::Received,
        ReportStage::Questioned,
        ReportStage::Accepted,
        ReportStage::Declined,
        ReportStage::Merged,
        ReportStage::Withdrawn,
    ];

    /// Word for projections, addresses and catalogues.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            ReportStage::Received => "received",
            ReportStage::Questioned => "questioned",
            ReportStage::Accepted => "accepted",
            ReportStage::Declined => "declined",
            ReportStage::Merged => "merged",
            ReportStage::Withdrawn => "withdrawn",
        }
    }

    /// The stage of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<ReportStage> {
        ReportStage::ALL
            .into_iter()
            .find(|stage| stage.word() == word)
    }

    /// Tells whether a decision is still open.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, ReportStage::Received | ReportStage::Questioned)
    }

    /// Tells whether nothing more comes of the report; one that was accepted or merged goes on as its case.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, ReportStage::Declined | ReportStage::Withdrawn)
    }
}

/// What is known of a report when it comes in.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrived {
    pub handling: String,
    pub kind: ReportKind,
    pub channel: ContactChannel,
    /// SHA-256 of the mailbox's look-up id, hexadecimal.
    pub lookup: Option<String>,
    /// Public half of the mailbox key, hexadecimal.
    pub mailbox: Option<String>,
    pub consent: String,
    pub text: TextRef,
    pub finder: Option<TextRef>,
    pub contact: Option<TextRef>,
    /// The form it came by; none if it is one text.
    pub form: Option<ReportForm>,
    pub fields: Vec<ReportField>,
    /// What number the finder was told, if it is another.
    pub told: Option<String>,
}

/// Refuses a report that says nothing; `chars` is the length of its text. To be asked before a number is drawn for it.
///
/// # Errors
/// [`Refusal::Input`].
pub fn says_something(chars: usize) -> Result<(), Refusal> {
    if chars == 0 {
        return Err(Refusal::Input {
            field: "text",
            why: "say what happens",
        });
    }
    Ok(())
}

/// Takes a report in.
#[must_use]
pub fn receive(id: ReportId, new: Arrived) -> Vec<Change> {
    vec![Change::of(
        id,
        Event::ReportReceived {
            handling: new.handling,
            report: new.kind,
            channel: new.channel,
            lookup: new.lookup,
            mailbox: new.mailbox,
            consent: new.consent,
            text: new.text,
            finder: new.finder,
            contact: new.contact,
            form: new.form,
            fields: new.fields,
            told: new.told,
        },
    )]
}

impl Report {
    /// The phase in which its texts are read: a report is intake for ever, and what goes on is its case's.
    pub const PHASE: Phase = Phase::P0;

    /// A report without any event.
    #[must_use]
    pub fn new(id: ReportId) -> Self {
        Report {
            id,
            handling: String::new(),
            kind: ReportKind::Product,
            state: ReportState::Received,
            received_at: Instant(0),
            waits_since: Instant(0),
            asked_at: None,
            added_at: None,
            asked_later: false,
            ended_at: None,
            whole: None,
            text: None,
            form: None,
            fields: vec![],
            parts: vec![],
            finder: None,
            contact: None,
            lookup: None,
            mailbox: None,
            split: BTreeSet::new(),
            written: BTreeMap::new(),
        }
    }

    /// Takes the next event.
    pub fn apply(&mut self, recorded: &Recorded) {
        let at = recorded.occurred_at;
        match &recorded.event {
            Event::ReportReceived {
                handling,
                report,
                lookup,
                mailbox,
                text,
                finder,
                contact,
                form,
                fields,
                ..
            } => {
                self.handling.clone_from(handling);
                self.kind = *report;
                (self.received_at, self.waits_since) = (at, at);
                self.whole = Some(text.body);
                self.text = form.is_none().then_some(*text);
                self.form = *form;
                self.fields.clone_from(fields);
                self.finder = *finder;
                self.contact = *contact;
                self.lookup.clone_from(lookup);
                self.mailbox.clone_from(mailbox);
            }
            Event::ReportSorted { parts, .. } => {
                let later = self.parts.iter().filter(|part| part.class == Class::U);
                let came: Vec<BodyId> = self
                    .as_it_came()
                    .chain(later)
                    .map(|text| text.body)
                    .collect();
                self.split.extend(came);
                for part in parts {
                    self.take_part(*part, recorded.occurred_at);
                }
            }
            Event::ReportQuestioned { .. } => {
                self.asked_at = Some(at);
                if self.is_open() {
                    self.state = ReportState::Questioned { since: at };
                } else {
                    self.asked_later = true;
                }
            }
            Event::ReportAnswered { text } => {
                self.take_part(*text, recorded.occurred_at);
                self.added_at = Some(at);
                self.asked_later = false;
                // What comes after a refusal or a withdrawal is looked at anew; what became a case stays its case's.
                let stage = self.state.stage();
                if stage.is_over() {
                    (self.waits_since, self.asked_at, self.ended_at) = (at, None, None);
                }
                if stage.is_open() || stage.is_over() {
                    self.state = ReportState::Received;
                }
            }
            Event::ReportAccepted { case } | Event::ReportAcceptedAsPublic { case } => {
                self.state = ReportState::Accepted { case: *case }
            }
            Event::ReportDeclined { reason, .. } => {
                (self.state, self.ended_at) = (ReportState::Declined { reason: *reason }, Some(at))
            }
            Event::ReportMerged { case } => self.state = ReportState::Merged { case: *case },
            Event::ReportWithdrawn => {
                (self.state, self.ended_at) = (ReportState::Withdrawn, Some(at))
            }
            _ => {}
        }
    }

    fn take_part(&mut self, part: TextRef, at: Instant) {
        self.parts.push(part);
        self.written.insert(part.body, at);
    }

    /// When a text of the report was written.
    #[must_use]
    pub fn written_at(&self, text: &TextRef) -> Instant {
        let later = self.written.get(&text.body).copied();
        later.unwrap_or(self.received_at)
    }

    /// What the finder wrote when the report came, unsorted: the one text, or the fields in the order of the form.
    pub fn as_it_came(&self) -> impl Iterator<Item = &TextRef> {
        self.text
            .iter()
            .chain(self.fields.iter().filter_map(ReportField::text))
    }

    /// Tells whether a text that came unsorted has been split since: its parts tell what is in it.
    #[must_use]
    pub fn is_split(&self, text: &TextRef) -> bool {
        text.class == Class::U && self.split.contains(&text.body)
    }

    /// Tells whether what came waits for its sorting as a whole: nothing of it has a class that a title could be of.
    #[must_use]
    pub fn is_unsorted(&self) -> bool {
        self.parts.is_empty() && self.as_it_came().any(|one| one.class == Class::U)
    }

    /// The field that a text fills.
    #[must_use]
    pub fn key_of(&self, text: &TextRef) -> Option<ReportKey> {
        let is_it = |field: &&ReportField| field.text().is_some_and(|own| own.body == text.body);
        self.fields.iter().find(is_it).map(|field| field.key)
    }

    /// Tells whether anything of what the finder wrote has a class.
    #[must_use]
    pub fn is_sorted(&self) -> bool {
        self.parts.iter().any(|part| part.class != Class::U)
    }

    /// Tells whether a decision is still open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state.stage().is_open()
    }

    fn open(&self) -> Result<(), Refusal> {
        if self.is_open() {
            Ok(())
        } else {
            Err(Refusal::ReportDecided)
        }
    }

    /// Splits the report's text into classes; by one person, since it is classification (docs/design/settled.md §1.11).
    ///
    /// # Errors
    /// If a part is itself unsorted, or there is none.
    pub fn sort(&self, of: BodyId, parts: Vec<TextRef>) -> Result<Vec<Change>, Refusal> {
        if parts.is_empty() || parts.iter().any(|part| part.class == Class::U) {
            return Err(Refusal::Input {
                field: "parts",
                why: "each part needs a class other than U",
            });
        }
        Ok(vec![Change::of(self.id, Event::ReportSorted { of, parts })])
    }

    /// Records that one of the report's texts is read, and finds it. The reading is recorded before it is shown.
    ///
    /// # Errors
    /// If the report has no such text, or nothing says why it is read.
    pub fn read(&self, body: BodyId, act: &Act) -> Result<(TextRef, Vec<Change>), Refusal> {
        let came = self.as_it_came().filter(|text| self.is_split(text));
        let text = came
            .chain(&self.parts)
            .chain(&self.finder)
            .chain(&self.contact)
            .find(|text| text.body == body)
            .copied()
            .ok_or(Refusal::NotFound("text"))?;
        if act.reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        let class = text.class;
        let read = Change::of(self.id, Event::TextRead { body, class });
        Ok((text, vec![read]))
    }

    /// Whether the finder was asked something and has not answered.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.asked_later || matches!(self.state, ReportState::Questioned { .. })
    }

    /// Asks the finder something, also when the report has become a case.
    ///
    /// # Errors
    /// If the report was declined or withdrawn.
    pub fn ask(&self, text: TextRef) -> Result<Vec<Change>, Refusal> {
        if self.state.stage().is_over() {
            return Err(Refusal::ReportDecided);
        }
        Ok(vec![Change::of(self.id, Event::ReportQuestioned { text })])
    }

    /// Records the finder's answer or addition; a finder may add at any time.
    #[must_use]
    pub fn add(&self, text: TextRef) -> Vec<Change> {
        vec![Change::of(self.id, Event::ReportAnswered { text })]
    }

    /// Accepts the report and opens `case` under `number`.
    ///
    /// `known_public` is what the desk found out: R4 refuses then, and the desk says so by accepting as public.
    ///
    /// # Errors
    /// If the report was decided, or is public and was not accepted as such.
    pub fn accept(
        &self,
        case: CaseId,
        number: String,
        public_since: Option<Instant>,
        as_public: bool,
        act: &Act,
    ) -> Result<Vec<Change>, Refusal> {
        self.open()?;
        let known_public = public_since.is_some_and(|since| since <= act.occurred_at);
        if known_public && !as_public {
            return Err(Refusal::AlreadyPublic);
        }
        if as_public && !known_public {
            return Err(Refusal::Input {
                field: "public_since",
                why: "accept-as-public needs the day since when it is public",
            });
        }
        let accepted = if as_public {
            Event::ReportAcceptedAsPublic { case }
        } else {
            Event::ReportAccepted { case }
        };
        let mut changes = vec![
            Change::of(self.id, accepted),
            Change::of(
                case,
                Event::CaseOpened {
                    number,
                    report: self.id,
                    already_public: as_public,
                    track: Some(Track::of_report(self.kind)),
                },
            ),
        ];
        if as_public {
            changes.push(Change::of(
                case,
                Event::WorldFactObserved {
                    fact: WorldFact::PublicAware,
                },
            ));
        }
        Ok(changes)
    }

    /// Declines the report.
    ///
    /// # Errors
    /// If the report was decided.
    pub fn decline(
        &self,
        reason: DeclineReason,
        text: Option<TextRef>,
    ) -> Result<Vec<Change>, Refusal> {
        self.open()?;
        Ok(vec![Change::of(
            self.id,
            Event::ReportDeclined { reason, text },
        )])
    }

    /// Joins the report to a case that exists already.
    ///
    /// # Errors
    /// If the report was decided.
    pub fn merge(&self, case: CaseId) -> Result<Vec<Change>, Refusal> {
        self.open()?;
        Ok(vec![
            Change::of(self.id, Event::ReportMerged { case }),
            Change::of(case, Event::ReportJoined { report: self.id }),
        ])
    }

    /// Withdraws the report for its finder.
    ///
    /// # Errors
    /// If the report was decided; from then on the case goes on without it (docs/design/process.md §1.3, R7).
    pub fn withdraw(&self) -> Result<Vec<Change>, Refusal> {
        self.open()?;
        Ok(vec![Change::of(self.id, Event::ReportWithdrawn)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;

    fn text() -> TextRef {
        TextRef {
            body: BodyId::from_bytes([9; 16]),
            dossier: ReportId::from_bytes([1; 16]).into(),
            class: Class::U,
            lang: Lang::Ja,
        }
    }

    fn folded(events: &[Event]) -> Report {
        let mut report = Report::new(ReportId::from_bytes([1; 16]));
        for (at, event) in (1..).zip(events) {
            let person = PersonId::from_bytes([2; 16]);
            let act = Act::of_person(person, Role::Reception, Instant(at));
            report.apply(&Recorded::of(&act, "", event.clone()));
        }
        report
    }

    /// Every deadline begins again with what the finder adds to a report that was over, and with nothing else.
    #[test]
    fn what_is_added_after_the_end_is_waited_for_anew() {
        let received = Event::ReportReceived {
            handling: String::new(),
            report: ReportKind::Product,
            channel: ContactChannel::Form,
            lookup: None,
            mailbox: None,
            consent: String::new(),
            text: text(),
            finder: None,
            contact: None,
            form: None,
            fields: vec![],
            told: None,
        };
        let asked = || Event::ReportQuestioned { text: text() };
        let added = || Event::ReportAnswered { text: text() };
        let accepted = || Event::ReportAccepted {
            case: CaseId::from_bytes([3; 16]),
        };
        let mut events = vec![received];
        for (event, since, asked, ended) in [
            (asked(), 1, Some(2), None),
            (added(), 1, Some(2), None),
            (Event::ReportWithdrawn, 1, Some(2), Some(4)),
            (added(), 5, None, None),
            (asked(), 5, Some(6), None),
            (accepted(), 5, Some(6), None),
            (added(), 5, Some(6), None),
        ] {
            events.push(event);
            let report = folded(&events);
            let told = (report.waits_since.0, report.asked_at.map(|at| at.0));
            assert_eq!(told, (since, asked), "{:?}", events.last());
            assert_eq!(report.ended_at.map(|at| at.0), ended);
        }
    }

    #[test]
    fn a_stage_is_open_or_over_or_goes_on_as_a_case_and_its_word_leads_back() {
        for stage in ReportStage::ALL {
            assert!(!(stage.is_open() && stage.is_over()), "{stage:?}");
            assert_eq!(ReportStage::parse(stage.word()), Some(stage));
        }
        assert_eq!(ReportStage::parse("asked"), None);
    }
}
