//! A party in a case: its own standing, on a stream of its own (docs/design/settled.md §4.3).
//!
//! Confidentiality (may it see details?) and the date (does it agree?) are held apart. The board's cell is
//! computed from the facts here (see [`crate::coordination::board`]); no status word is stored.

use crate::event::{Event, Recorded};
use crate::machine::consent::Consent;
use crate::machine::cs::VendorPath;
use crate::machine::rm::{self, Rm};
use crate::party::Party;
use crate::text::class::Class;
use crate::value::*;

/// A participant.
#[derive(Clone, Debug, PartialEq)]
pub struct Participant {
    pub id: ParticipantId,
    pub case: CaseId,
    pub party: Option<PartyId>,
    pub part: Part,
    /// Tracking number (TN), shown to this party only.
    pub tracking: String,
    pub rm: Rm,
    pub path: VendorPath,
    pub consent: Consent,
    pub basis: ConfidentialityBasis,
    pub attempts: u32,
    pub asked_at: Option<Instant>,
    /// The last attempt to reach it, whatever came of it.
    pub tried_at: Option<Instant>,
    pub details_at: Option<Instant>,
    /// When the party confirmed that the message arrived.
    pub seen_at: Option<Instant>,
    /// The party's last word, whatever it was about and whoever took it down.
    pub replied_at: Option<Instant>,
    /// The party's first word after it had the details.
    pub worked_at: Option<Instant>,
    pub answered_at: Option<Instant>,
    /// Our last letter with an invitation.
    pub invited_at: Option<Instant>,
    /// Answers came though the party was never asked.
    pub unasked: bool,
    pub answers: Vec<ProductAnswer>,
    pub statements: Vec<Statement>,
    pub declined: bool,
    pub left: bool,
    /// When it came back after it had left.
    pub returned_at: Option<Instant>,
    /// The party's own number for the matter, class R.
    pub ticket: Option<TextRef>,
    /// When the party agreed that other vendors of the case, who agree too, learn its name and status, and when it
    /// took that back.
    pub naming: Vec<(Instant, Option<Instant>)>,
    /// Texts of the report that were opened to the party.
    pub opened: Vec<BodyId>,
    /// A coordinator recorded that this party's sessions need no second step.
    pub step_waived: Option<Instant>,
    /// The party took its second step once.
    pub step_passed: bool,
    /// What was last proposed by the party as a date of its own.
    pub countered: Option<Instant>,
    /// The date that it agreed to last; one that was brought forward since is another.
    pub agreed_until: Option<Instant>,
    /// When the date was last put to the party or the party last spoke to it.
    pub said_at: Option<Instant>,
    /// When the party asked to be called, and where and when in a text (class C); done with the second step or a call.
    pub call_asked: Option<(Instant, TextRef)>,
    /// The last attempt to contact, if it came back.
    pub undeliverable: Option<Instant>,
}

/// Where a party's second step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondStepState {
    Missing,
    Passed,
    /// A coordinator recorded that the link is enough.
    Waived,
}

impl SecondStepState {
    /// Word for machine output and catalogues.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            SecondStepState::Missing => "none",
            SecondStepState::Passed => "passed",
            SecondStepState::Waived => "waived",
        }
    }
}

impl ConfidentialityBasis {
    /// Word for machine output and catalogues.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            ConfidentialityBasis::Standing { .. } => "standing",
            ConfidentialityBasis::AdHoc { .. } => "ad_hoc",
            ConfidentialityBasis::None => "none",
        }
    }

    /// The version of what was agreed.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        match self {
            ConfidentialityBasis::Standing { version }
            | ConfidentialityBasis::AdHoc { version } => Some(version),
            ConfidentialityBasis::None => None,
        }
    }
}

/// Whether an event is the party's own word, so that whoever wrote to it was heard.
const fn is_word(event: &Event) -> bool {
    match event {
        Event::ContactAttempted { result, .. } => matches!(result, ContactResult::Reached),
        Event::StatementRecorded { statement, .. } => !matches!(
            statement,
            StatementKind::Information | StatementKind::Addendum
        ),
        Event::ReceiptConfirmed
        | Event::DateAgreed { .. }
        | Event::DateCountered { .. }
        | Event::DateDeclined
        | Event::AnswerRecorded { .. }
        | Event::AnswerWithdrawn { .. } => true,
        _ => false,
    }
}

impl Participant {
    /// When the two last had to do with each other: our last attempt, what we last sent, or its last word.
    #[must_use]
    pub fn last_contact(&self) -> Option<Instant> {
        [
            self.tried_at,
            self.details_at,
            self.seen_at,
            self.replied_at,
        ]
        .into_iter()
        .max()
        .flatten()
    }

    /// A participant without any event.
    #[must_use]
    pub fn new(id: ParticipantId) -> Self {
        Participant {
            id,
            case: CaseId(id.0),
            party: None,
            part: Part::Vendor,
            tracking: String::new(),
            rm: Rm::Start,
            path: VendorPath::Unaware,
            consent: Consent::NoEmbargo,
            basis: ConfidentialityBasis::None,
            attempts: 0,
            asked_at: None,
            tried_at: None,
            details_at: None,
            seen_at: None,
            replied_at: None,
            worked_at: None,
            answered_at: None,
            invited_at: None,
            unasked: false,
            answers: vec![],
            statements: vec![],
            declined: false,
            left: false,
            returned_at: None,
            ticket: None,
            naming: vec![],
            opened: vec![],
            step_waived: None,
            step_passed: false,
            countered: None,
            agreed_until: None,
            said_at: None,
            call_asked: None,
            undeliverable: None,
        }
    }

    /// Takes the next event.
    pub fn apply(&mut self, recorded: &Recorded) {
        let at = recorded.occurred_at;
        match &recorded.event {
            Event::ParticipantJoined {
                case,
                party,
                part,
                tracking,
            } => {
                (self.case, self.party, self.part) = (*case, Some(*party), *part);
                self.tracking.clone_from(tracking);
            }
            Event::ContactAttempted {
                channel,
                result,
                elsewhere,
            } => {
                self.attempts += 1;
                if *channel == ContactChannel::Mail && !elsewhere {
                    self.invited_at = Some(at);
                }
                self.undeliverable = (*result == ContactResult::Undeliverable).then_some(at);
                // A call that reached nobody is no call.
                let is_reached = *result == ContactResult::Reached;
                if *channel == ContactChannel::Phone && is_reached {
                    self.call_asked = None;
                }
                self.asked_at = Some(self.asked_at.map_or(at, |before| before.min(at)));
                self.tried_at = self.tried_at.max(Some(at));
            }
            Event::ReceiptConfirmed => self.seen_at = Some(at),
            Event::BasisRecorded { basis } => self.basis = basis.clone(),
            Event::DetailsSent { bodies } => {
                self.details_at = self.details_at.or(Some(at));
                for body in bodies {
                    if !self.opened.contains(body) {
                        self.opened.push(*body);
                    }
                }
            }
            Event::DateInvited { .. } => (self.consent, self.countered) = (Consent::Invited, None),
            Event::DateAgreed { until } => {
                (self.consent, self.agreed_until) = (Consent::Signatory, Some(*until));
                self.countered = None;
            }
            Event::DateCountered { until } => self.countered = Some(*until),
            Event::DateDeclined => (self.consent, self.countered) = (Consent::Declined, None),
            Event::DateLapsed => self.consent = Consent::Lapsed,
            Event::RmMoved { event } => self.rm = rm::step(self.rm, *event).unwrap_or(self.rm),
            Event::AnswerRecorded { answer, unasked } => self.take_answer(answer, *unasked, at),
            Event::AnswerWithdrawn {
                product,
                versions,
                vulnerability,
            } => self.withdraw_answer(product.as_deref(), versions, vulnerability.as_deref()),
            Event::StatementRecorded {
                statement,
                text,
                unasked,
                about,
            } => {
                self.statements.retain(|before| {
                    (before.kind, before.text.lang, &before.about) != (*statement, text.lang, about)
                });
                self.statements.push(Statement {
                    kind: *statement,
                    about: about.clone(),
                    text: *text,
                });
                if *statement == StatementKind::Statement {
                    self.answered_at = Some(at);
                    self.unasked |= *unasked;
                }
            }
            Event::ParticipantLeft { .. } => {
                self.left = true;
                self.agree_naming(false, at);
            }
            Event::ParticipantReturned => {
                (self.left, self.returned_at, self.call_asked) = (false, Some(at), None);
            }
            Event::OwnTicketRecorded { ticket } => self.ticket = Some(*ticket),
            Event::NamingAgreed { agreed } => self.agree_naming(*agreed, at),
            Event::SecondStepWaived => (self.step_waived, self.call_asked) = (Some(at), None),
            Event::SecondStepPassed { .. } => (self.step_passed, self.call_asked) = (true, None),
            Event::CallAsked { text } => self.call_asked = Some((at, *text)),
            _ => {}
        }
        if is_word(&recorded.event) {
            self.replied_at = self.replied_at.max(Some(at));
            let details = self.details_at;
            self.worked_at = self.worked_at.or(details.map(|details| details.max(at)));
        }
        if matches!(
            recorded.event,
            Event::DateInvited { .. }
                | Event::DateAgreed { .. }
                | Event::DateCountered { .. }
                | Event::DateDeclined
                | Event::DateLapsed
        ) {
            self.said_at = Some(at);
        }
        if self.rm != Rm::Start && self.path == VendorPath::Unaware {
            self.path = VendorPath::Aware;
        }
    }

    fn agree_naming(&mut self, agreed: bool, at: Instant) {
        match (agreed, self.naming.last_mut()) {
            (true, Some((_, None))) => {}
            (true, _) => self.naming.push((at, None)),
            (false, Some((_, until @ None))) => *until = Some(at),
            (false, _) => {}
        }
    }

    /// Tells whether the party agrees to be named now.
    #[must_use]
    pub fn is_named(&self) -> bool {
        matches!(self.naming.last(), Some((_, None)))
    }

    /// Tells whether there was a moment at which both parties agreed to be named: from then on they know of each
    /// other, whoever takes it back, so that nobody looks and goes.
    #[must_use]
    pub fn was_named_with(&self, other: &Participant) -> bool {
        self.shown().any(|(from, until)| {
            other.shown().any(|(other_from, other_until)| {
                let begins = from.max(other_from);
                let ends = [until, other_until];
                ends.into_iter().flatten().all(|end| begins < end)
            })
        })
    }

    /// Whether the party has the report: it could read the details that were opened to it, it spoke of it, or somebody else
    /// had told it before. Details that wait behind the second step have reached nobody.
    #[must_use]
    pub fn was_told(&self) -> bool {
        match self.details_at {
            Some(details) => {
                // A waiver ends when the party comes back: what was opened behind it then waits for a new second step.
                let waived = self.step_waived.is_some_and(|waived| {
                    self.returned_at
                        .is_none_or(|returned| waived > returned || details < returned)
                });
                self.step_passed || waived || self.replied_at.is_some()
            }
            None => self.rm != Rm::Start,
        }
    }

    /// The times for which the party agreed and could be shown anything: before it has details it is shown to nobody.
    fn shown(&self) -> impl Iterator<Item = (Instant, Option<Instant>)> {
        let details = self.details_at;
        self.naming
            .iter()
            .filter_map(move |(from, until)| Some(((*from).max(details?), *until)))
    }

    fn take_answer(&mut self, answer: &ProductAnswer, unasked: bool, at: Instant) {
        self.answered_at = Some(at);
        self.unasked |= unasked;
        self.answers.retain(|before| {
            before.product != answer.product
                || before.versions != answer.versions
                || before.vulnerability != answer.vulnerability
        });
        self.answers.push(answer.clone());
        if answer.fixed_in.is_some() && self.path != VendorPath::FixDeployed {
            self.path = VendorPath::FixReady;
        }
    }

    /// Takes an answer out, and what was said of its product and range alone.
    fn withdraw_answer(&mut self, product: Option<&str>, versions: &str, of: Option<&str>) {
        self.answers
            .retain(|known| !known.is_for(product, versions, of));
        let has_fix = self.answers.iter().any(|known| known.fixed_in.is_some());
        if self.path == VendorPath::FixReady && !has_fix {
            self.path = VendorPath::Aware;
        }
        let known: Vec<About> = self
            .answers
            .iter()
            .filter_map(ProductAnswer::about)
            .collect();
        self.statements.retain(|said| {
            let about = said.about.as_ref();
            about.is_none_or(|about| known.contains(about))
        });
    }

    /// Whether the second step was waived for whoever reads this mailbox: a waiver ends with the contact that it was given
    /// for, and when the party leaves.
    #[must_use]
    pub fn is_step_waived(&self, party: &Party) -> bool {
        let since = party.contact_since.max(self.returned_at);
        self.step_waived
            .is_some_and(|at| since.is_none_or(|since| at >= since))
    }

    /// The second step of its sessions, of which one passed it or none did. A waiver holds for all of them.
    #[must_use]
    pub fn second_step(&self, party: &Party, is_passed: bool) -> SecondStepState {
        match (self.is_step_waived(party), is_passed) {
            (true, _) => SecondStepState::Waived,
            (false, true) => SecondStepState::Passed,
            (false, false) => SecondStepState::Missing,
        }
    }

    /// Tells whether the party said what helps: a version that repairs, a workaround or a fix.
    #[must_use]
    pub fn has_countermeasure(&self) -> bool {
        let said = |statement: &Statement| matches!(statement.text.class, Class::W | Class::F);
        self.answers.iter().any(|answer| answer.fixed_in.is_some())
            || self.statements.iter().any(said)
    }

    /// Tells whether details may be shown: a basis in force, whatever the date's state.
    #[must_use]
    pub fn may_have_details(&self) -> bool {
        !self.left && !matches!(self.basis, ConfidentialityBasis::None)
    }
}
