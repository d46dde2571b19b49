//! What the desk's pages of a case and its participants are made of.
//!
//! Filled in by whoever asks; what stands here may be shown to the person who is signed in.

use base::Instant;
use formats::advisory::Lang;

use crate::kit::desk::view::{Entry, Erasure, Fate, Part, Presence, Words};
use crate::kit::shown::Shown;
use domain::office::Due;

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Public number.
    pub number: String,
    pub title: Option<Words>,
    pub told: domain::coordination::date::Told,
    /// Code of the closure.
    pub closed: Option<String>,
    pub opened_at: Instant,
    /// 起算日.
    pub clock_start: Option<Instant>,
    /// `public_aware`, `exploit_public`, `attacks_observed`.
    pub world: Vec<String>,
    pub embargo: Embargo,
    /// Handling numbers.
    pub reports: Vec<String>,
    /// Those of them to which the finder added something that nobody sorted yet.
    pub added: Vec<String>,
    pub vulnerabilities: Vec<Vulnerability>,
    /// All vendors in the order to show them; the page filters them.
    pub board: Vec<BoardRow>,
    /// Everything that happened, newest first; the page filters it and shows the newest first.
    pub timeline: Vec<Entry>,
    pub deadlines: Vec<Due>,
    /// Classed texts of the case that this person may know of.
    pub texts: Vec<Part>,
    /// Parties of the register to choose from: those found by `party_q`, or none before a search.
    pub register: Vec<PartyChoice>,
    /// How many were found, of which `register` shows the first.
    pub register_total: usize,
    /// What was erased of it, or is to be.
    pub erasures: Vec<Erasure>,
    pub presence: Vec<Presence>,
    /// The version of the case that this page shows; every form carries it.
    pub seen: u64,
    /// Whether this person may coordinate.
    pub may_act: bool,
    /// Newest published revision.
    pub published: Option<u32>,
    /// Instant of the plan that waits.
    pub planned: Option<Instant>,
    /// Codes of the reasons for which it can be closed.
    pub closures: Vec<String>,
    /// Whether it may be published, or was.
    pub is_for_the_public: bool,
    /// The plan has its approvals.
    pub is_approved: bool,
    /// Whether it would be published.
    pub fate: Fate,
    /// How many approvals the plan has, and how many it needs; nothing without a plan.
    pub approvals: Option<(u8, u8)>,
}

/// The date before which nothing is published.
#[derive(Clone, Debug, Default)]
pub struct Embargo {
    /// `none`, `proposed`, `active`, `revise`, `exited`.
    pub state: String,
    /// The instant that is proposed or in force.
    pub until: Option<Instant>,
    /// The instant of a change that is on the table.
    pub revision: Option<Instant>,
    /// Code of why it ended.
    pub ended: Option<String>,
    pub consents: Vec<Consent>,
    /// How many of those asked agreed.
    pub tally: domain::coordination::date::Tally,
}

/// What a participant said to the date.
#[derive(Clone, Debug)]
pub struct Consent {
    pub name: String,
    /// Digits of the tracking number.
    pub tn: String,
    /// A word of [`domain::coordination::date::Said`].
    pub answer: String,
    /// The instant it spoke of.
    pub until: Option<Instant>,
    pub at: Option<Instant>,
}

/// A vulnerability of a case: a column of the board.
#[derive(Clone, Debug)]
pub struct Vulnerability {
    pub label: String,
    pub words: Option<Words>,
}

/// A vendor in the board.
#[derive(Clone, Debug)]
pub struct BoardRow {
    /// Digits of the tracking number.
    pub tn: String,
    /// Name in the reader's language.
    pub name: String,
    /// One per vulnerability (at least one), in their order.
    pub cells: Vec<Cell>,
    /// `standing`, `ad_hoc` or `none`.
    pub basis: &'static str,
    /// When details were first opened to it.
    pub details_at: Option<Instant>,
    /// When the two last had to do with each other.
    pub last_at: Option<Instant>,
    /// Public label: `notified`, `investigating`, `vulnerable`, `vulnerable-fixed`, `not-vulnerable`,
    /// `unknown`, `unreachable`; nothing if it is not listed.
    pub public: Option<String>,
}

/// A square of the board.
#[derive(Clone, Debug)]
pub struct Cell {
    /// `not_asked`, `asked_silent`, `seen`, `unknown`, `investigating`, `not_affected`, `affected`, `fixed`,
    /// `declined`.
    pub state: String,
    /// Whole days without an answer.
    pub days: Option<u32>,
}

/// A party to choose.
#[derive(Clone, Debug)]
pub struct PartyChoice {
    pub id: String,
    pub name: String,
    pub is_in: bool,
}

/// One party in one case.
#[derive(Clone, Debug)]
pub struct Participant {
    /// Number of the case.
    pub case: String,
    /// Digits of the tracking number.
    pub tn: String,
    pub name: String,
    /// Id of the party in the register.
    pub party: String,
    /// `vendor`, `finder`, `coordinator`, `operator`, `other`.
    pub part: String,
    /// Mail address of the contact.
    pub contact: Option<Shown>,
    pub lang: Lang,
    /// Version of the standing agreement.
    pub standing: Option<String>,
    /// `standing`, `ad_hoc` or `none`, with the version.
    pub basis: Option<(String, String)>,
    /// A word of [`domain::coordination::participant::SecondStepState`].
    pub second_step: String,
    /// As in [`Cell::state`].
    pub state: String,
    /// As in [`BoardRow::public`].
    pub public: Option<String>,
    pub contacts: Vec<Contact>,
    /// The invitation link that is out.
    pub invitation: Option<Invitation>,
    /// A telephone code that was just drawn; shown this once.
    pub phone_code: Option<String>,
    /// Codes of the classes that were opened to it.
    pub details: Vec<String>,
    pub details_sent_at: Option<Instant>,
    pub received_at: Option<Instant>,
    /// Codes of the classes that can be opened.
    pub sendable: Vec<String>,
    /// What it said to the date.
    pub consent: Option<Consent>,
    pub answers: Vec<Answer>,
    pub statements: Vec<Statement>,
    /// Its own number for the matter.
    pub ticket: Option<Shown>,
    /// Being named to other vendors who agree too: `not_asked`, `agreed`, `taken_back`; nothing if it is no vendor.
    pub naming: Option<String>,
    /// When it asked to be called, and its words: number and hours.
    pub call: Option<(Instant, Shown)>,
    /// Labels of the case's vulnerabilities.
    pub vulnerabilities: Vec<String>,
    /// Nobody has contacted it: answers are recorded as unasked.
    pub is_unasked: bool,
    pub has_left: bool,
    /// Whether an embargo is in force, so that leaving needs a word on it.
    pub in_embargo: bool,
    pub timeline: Vec<Entry>,
    pub presence: Vec<Presence>,
    pub seen: u64,
    pub may_act: bool,
}

/// One attempt to reach a party.
#[derive(Clone, Debug)]
pub struct Contact {
    pub at: Instant,
    /// `mail`, `phone`, `post`, `form`, `in_person`, `registrar`, `distributor`, `fax`, `not_recorded`.
    pub channel: String,
    /// `tried`, `reached`, `undeliverable`, `not_recorded`.
    pub result: String,
    pub elsewhere: bool,
}

/// A link that was sent to a party.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The letter is on its way: it waits for the relay.
    pub is_waiting: bool,
    pub sent_at: Instant,
    /// Nothing once it was used.
    pub expires_at: Option<Instant>,
}

/// What a vendor said about a product.
#[derive(Clone, Debug)]
pub struct Answer {
    pub vulnerability: Option<String>,
    pub product: Option<String>,
    pub versions: String,
    /// `affected`, `not_affected`, `investigating`, `unknown`.
    pub answer: String,
    pub fixed_in: Option<String>,
}

impl Answer {
    /// Returns the words for its product and range; nothing if it speaks of all products.
    #[must_use]
    pub fn about(&self) -> Option<String> {
        let product = self.product.as_deref()?;
        Some(crate::kit::form::about(product, &self.versions))
    }

    /// The same as people read it.
    pub(crate) fn about_in_words(&self, lang: Lang) -> String {
        let product = self.product.as_deref().unwrap_or_default();
        crate::kit::text::line(&formats::range::of_product(lang, product, &self.versions))
    }
}

/// A text of or about a vendor.
#[derive(Clone, Debug)]
pub struct Statement {
    /// `statement`, `information`, `addendum`, `references`, `workaround`, `fix`.
    pub kind: String,
    /// Product and range of versions that it speaks of.
    pub about: Option<String>,
    pub words: Option<Words>,
}
