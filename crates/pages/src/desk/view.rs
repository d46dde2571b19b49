//! What the pages of the desk show: plain data that the server fills from the ledger through the gate.
//!
//! Codes are the words of the archive's language as serde writes them (`not_asked`, `report.human_reply`,
//! `V`); the pages turn them into words. Instants are RFC 3339 in UTC. A text that stands here may be shown
//! to the person who reads; a text that may not is not here.

use formats::advisory::Lang;

use crate::reporter::Asked;

/// A text with the language it is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub lang: Lang,
    pub text: String,
}

/// Somebody who is writing right now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// Handle of the person.
    pub who: String,
    /// Whole minutes since the last sign of life.
    pub minutes: u32,
}

/// A deadline that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Key of the clock, for example `report.human_reply`.
    pub clock: String,
    /// When it runs out.
    pub at: String,
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
    pub text: Option<String>,
    pub at: String,
}

// ---- the list -------------------------------------------------------------------------------------------

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

/// For whom something waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    Us,
    Vendor,
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
    pub title: Option<Words>,
    /// `received`, `asked`, `accepted`, `declined`, `merged`, `withdrawn`; `opened`, `coordinating`,
    /// `date_agreed`, `published`, `closed`.
    pub state: String,
    pub due: Option<Due>,
    pub waiting: Waiting,
    /// Nothing is left to be done.
    pub is_over: bool,
    /// Something happened since this person last looked.
    pub is_new: bool,
    pub presence: Vec<Presence>,
    /// When it came in.
    pub since: String,
}

// ---- a report -------------------------------------------------------------------------------------------

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
    /// As in [`QueueRow::state`].
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

// ---- a case ---------------------------------------------------------------------------------------------

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Public number.
    pub number: String,
    pub title: Option<Words>,
    /// `opened`, `coordinating`, `date_agreed`, `published`, `closed`.
    pub stage: String,
    /// Code of the closure.
    pub closed: Option<String>,
    pub opened_at: String,
    /// 起算日.
    pub clock_start: Option<String>,
    /// `public_aware`, `exploit_public`, `attacks_observed`.
    pub world: Vec<String>,
    pub embargo: Embargo,
    /// Handling numbers.
    pub reports: Vec<String>,
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
    pub presence: Vec<Presence>,
    /// The version of the case that this page shows; every form carries it.
    pub seen: u64,
    /// Whether this person may coordinate.
    pub may_act: bool,
    /// Newest published revision.
    pub published: Option<u32>,
    /// Instant of the plan that waits.
    pub planned: Option<String>,
}

/// The date before which nothing is published.
#[derive(Clone, Debug, Default)]
pub struct Embargo {
    /// `none`, `proposed`, `active`, `revise`, `exited`.
    pub state: String,
    /// The instant that is proposed or in force.
    pub until: Option<String>,
    /// The instant of a change that is on the table.
    pub revision: Option<String>,
    /// Code of why it ended.
    pub ended: Option<String>,
    pub consents: Vec<Consent>,
}

/// What a participant said to the date.
#[derive(Clone, Debug)]
pub struct Consent {
    pub name: String,
    /// Digits of the tracking number.
    pub tn: String,
    /// `asked`, `agreed`, `countered`, `declined`, `lapsed`.
    pub answer: String,
    /// The instant it spoke of.
    pub until: Option<String>,
    pub at: Option<String>,
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

// ---- a participant --------------------------------------------------------------------------------------

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
    pub contact: Option<String>,
    pub lang: Lang,
    /// Version of the standing agreement.
    pub standing: Option<String>,
    /// `standing`, `ad_hoc` or `none`, with the version.
    pub basis: Option<(String, String)>,
    /// `none`, `waived`, `passed`.
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
    pub details_sent_at: Option<String>,
    pub received_at: Option<String>,
    /// Codes of the classes that can be opened.
    pub sendable: Vec<String>,
    /// What it said to the date.
    pub consent: Option<Consent>,
    pub answers: Vec<Answer>,
    pub statements: Vec<Statement>,
    /// Its own number for the matter.
    pub ticket: Option<String>,
    /// Being named to other vendors who agree too: `not_asked`, `agreed`, `taken_back`; nothing if it is no vendor.
    pub naming: Option<String>,
    /// When it asked to be called, and its words: number and hours.
    pub call: Option<(String, String)>,
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
    pub at: String,
    /// `mail`, `phone`, `post`, `form`, `in_person`, `registrar`, `distributor`, `fax`, `not_recorded`.
    pub channel: String,
    /// `tried`, `reached`, `undeliverable`, `not_recorded`.
    pub result: String,
    pub elsewhere: bool,
}

/// A link that was sent to a party.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub sent_at: String,
    pub expires_at: String,
    pub used: bool,
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
        Some(crate::form::about(product, &self.versions))
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

// ---- two people at once ---------------------------------------------------------------------------------

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

// ---- the register ---------------------------------------------------------------------------------------

/// The list of parties.
#[derive(Clone, Debug, Default)]
pub struct Register {
    pub rows: Vec<PartyRow>,
    /// How many were found; `rows` are those of this page.
    pub found: usize,
    /// How many the register has.
    pub total: usize,
    /// Counts from 1.
    pub page: usize,
    pub pages: usize,
    pub may_act: bool,
}

/// A party in the list.
#[derive(Clone, Debug)]
pub struct PartyRow {
    pub id: String,
    pub name_ja: String,
    pub name_en: String,
    pub kana: String,
    pub listed: bool,
    pub standing: bool,
    pub has_contact: bool,
    pub cases: usize,
}

/// One party.
#[derive(Clone, Debug)]
pub struct Party {
    pub id: String,
    pub name_ja: String,
    pub name_en: String,
    pub kana: String,
    pub lang: Lang,
    pub listed: bool,
    pub contact: Option<String>,
    /// Version of the agreement in force.
    pub standing: Option<String>,
    /// Cases it stands in: number, digits of the tracking number.
    pub cases: Vec<(String, String)>,
    pub timeline: Vec<Entry>,
    pub seen: u64,
    pub may_act: bool,
}

// ---- what needs a hand ----------------------------------------------------------------------------------

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
    /// `dead_address`, `expired_copy`, `no_plan`, `report_unread`, `vendor_silent`, `call_asked`, `dead_contact`.
    pub kind: String,
    /// Whom to call: a party's name or a subscriber's reference.
    pub who: String,
    /// How to reach it, as far as known.
    pub contact: Option<String>,
    /// What did not arrive or is missing: number of an advisory or a case.
    pub what: String,
    /// Path without the language to read more.
    pub path: Option<String>,
    pub since: String,
    /// The reference of the copy, to ask for its code on the telephone.
    pub reference: Option<String>,
    /// First digits of the copy's code, to be sure that both speak of the same copy.
    pub code_hint: Option<String>,
}

// ---- persons --------------------------------------------------------------------------------------------

/// The persons of the house.
#[derive(Clone, Debug, Default)]
pub struct Persons {
    pub rows: Vec<PersonRow>,
    /// Codes of the roles that can be given.
    pub roles: Vec<String>,
    /// A one-time link that was just drawn; shown this once.
    pub link: Option<SetUpLink>,
}

/// One person.
#[derive(Clone, Debug)]
pub struct PersonRow {
    pub id: String,
    pub handle: String,
    /// Code of the role.
    pub role: String,
    pub is_admin: bool,
    pub can_approve: bool,
    /// `set` (has a password), `invited` (a link is out), `new`, `ended`.
    pub state: String,
    pub since: String,
    pub is_self: bool,
}

/// A link with which somebody chooses a password.
#[derive(Clone, Debug)]
pub struct SetUpLink {
    pub handle: String,
    /// Whole address.
    pub address: String,
    pub expires_at: String,
}

// ---- coming in ------------------------------------------------------------------------------------------

/// The page to sign in.
#[derive(Clone, Debug, Default)]
pub struct SignIn {
    /// Path without the language to go to afterwards; a form field `next`.
    pub next: String,
    /// The session ended while a form was being sent; its values are carried as `keep_action` (address with
    /// the language) and `keep.<name>`.
    pub kept: Option<Kept>,
}

/// A form that waits until somebody has signed in.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Address it was sent to, with the language.
    pub action: String,
    /// Names and values, without passwords.
    pub pairs: Vec<(String, String)>,
}

/// The page where a person chooses a password with a one-time link.
#[derive(Clone, Debug, Default)]
pub struct SetUp {
    pub handle: String,
    /// Code of the role.
    pub role: String,
    /// The first person of the house.
    pub is_first: bool,
    /// Whether an approval key is made with the password.
    pub with_approval_key: bool,
}

/// The page that asks for the password once more before something weighty.
#[derive(Clone, Debug, Default)]
pub struct Again {
    pub handle: String,
    /// The form that waits. It is sent to its own address with one more field, `again_password`.
    pub kept: Kept,
}

/// Why a page is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sorry {
    /// There is nothing here, or nothing for this person: one page for both.
    NotFound,
    /// The role does not allow it.
    Role,
    /// A link is used up, expired or wrong: one page for all.
    Link,
    /// The form came from elsewhere or was too large.
    Form,
    /// The house could not do it now.
    Trouble,
}
