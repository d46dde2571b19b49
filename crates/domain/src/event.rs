//! What happened: the archive's language.
//!
//! Events are written to the ledger as JSON, sealed, and never rewritten; they change only by addition, and
//! each variant has a golden file in `fixtures/events`. An event carries no classed text, no address and no
//! clock of its own: [`Recorded`] adds who, when and why.

use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::machine::rm::RmEvent;
use crate::text::class::Compartment;
use crate::value::*;

/// The content of a ledger payload: an event with the act that caused it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Who acted, as the first records said it: a person, a party, or nobody (sixteen zeros).
    pub actor: PersonId,
    /// In which role, or in the likeness of which.
    pub role: crate::role::Role,
    /// Who acted. Where it stands, it decides; the first records have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// When it is said to have happened. When it was recorded stands in the ledger's header.
    pub occurred_at: Instant,
    /// Why, in a short code or sentence without classed text; empty when the event says it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Name of the command that was performed.
    pub command: String,
    /// Random name of the portal's letter that caused it, hexadecimal; a letter is performed once. Older records say it
    /// in their reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<String>,
    pub event: Event,
}

impl Recorded {
    /// What was recorded of an act: the event, in the act's name.
    #[must_use]
    pub fn of(act: &Act, command: &str, event: Event) -> Recorded {
        Recorded {
            actor: act.actor,
            role: act.role,
            by: Some(act.by),
            occurred_at: act.occurred_at,
            reason: act.reason.clone(),
            command: command.to_owned(),
            letter: None,
            event,
        }
    }

    /// The person of the house who acted; of whoever is none, what the first records would say.
    #[must_use]
    pub fn person(&self) -> PersonId {
        match self.by {
            Some(Actor::Person { id, .. }) => id,
            _ => self.actor,
        }
    }
}

impl Event {
    /// What it adds to the archive log.
    #[must_use]
    pub fn leaves(&self) -> &[String] {
        match self {
            Event::Published { leaves, .. } => leaves,
            Event::LedgerAnchored { leaf, .. } | Event::ApproversChanged { leaf, .. } => {
                std::slice::from_ref(leaf)
            }
            _ => &[],
        }
    }
}

/// A document of a plan, with the body that holds its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Name of a [`base::DocumentKind`], or of one that only a newer program knows.
    pub kind: String,
    /// SHA-256 of the exact bytes, hexadecimal. The bytes are to be public, so this hash confirms nothing
    /// that the sealed payload around it would not also tell.
    pub sha256: String,
    pub body: BodyId,
}

/// A signature of a published document, with the file that holds its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// Kind of the document.
    pub kind: String,
    /// `detached` or `clear`.
    pub form: String,
    /// SHA-256 of the signature's bytes, hexadecimal: its name among the published files.
    pub sha256: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    // The house.
    HouseFounded {
        name_ja: String,
        name_en: String,
        profile: String,
        series: String,
        quorum: u8,
    },
    PersonNamed {
        person: PersonId,
        handle: String,
        role: crate::role::Role,
        founding: bool,
        approval_key: Option<String>,
    },
    LedgerAnchored {
        seq: u64,
        root: String,
        leaf: String,
    },
    HouseResumed {
        compared: String,
        /// Those who let a restored house go; records of older programs name nobody.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        persons: Vec<PersonId>,
    },
    /// The rows that stood beside the ledger before records spoke of rows: this one speaks of them
    /// (docs/design/forms.md 1).
    HouseCounted {
        rows: u64,
    },
    /// Somebody took an alarm over: whoever is next on the list is not called meanwhile. The person is who acted.
    AlarmTaken {
        cause: String,
    },
    CredentialSet {
        person: PersonId,
    },
    /// A link with which the person chooses a password was given out.
    LinkIssued {
        person: PersonId,
    },
    PersonEnded {
        person: PersonId,
    },
    /// A change of those who may approve waits for its signatures. The statement is kept as it is signed.
    ApproversProposed {
        statement: String,
        statement_sha256: String,
        /// Whose the new key is; nobody's, where it lies in a safe.
        person: Option<PersonId>,
    },
    ApproversSigned {
        statement_sha256: String,
        /// Public key, hexadecimal.
        key: String,
        signature: String,
    },
    ApproversWithdrawn {
        statement_sha256: String,
    },
    /// The signer has taken a change in.
    ApproversChanged {
        statement_sha256: String,
        /// The line as it is published.
        line: String,
        leaf: String,
        /// Whose key it is about; nobody's of one in a safe.
        person: Option<PersonId>,
        /// The key in force of this person from now on.
        key: Option<String>,
        quorum: u8,
        /// By the signer's clock.
        at: Instant,
        /// Nothing had been signed by then.
        is_fresh: bool,
    },
    /// Somebody asks that parts of a dossier be erased; another person approves it.
    ErasureRequested {
        /// Number in the house, from 1.
        erasure: u32,
        dossier: StreamId,
        compartments: Vec<Compartment>,
        basis: ErasureBasis,
    },
    ErasureApproved {
        erasure: u32,
    },
    ErasureWithdrawn {
        erasure: u32,
    },
    CompartmentErased {
        dossier: StreamId,
        compartment: Compartment,
        epoch: u32,
        /// Backups of keys that were made before: each of them opens what was erased until it is destroyed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        backups: Option<u64>,
    },
    /// A backup of keys was destroyed, by its number.
    BackupDestroyed {
        number: u64,
    },

    // A party of the register.
    PartyRegistered {
        name_ja: String,
        name_en: String,
        kana: String,
        contact: Option<TextRef>,
        lang: Lang,
        listed: bool,
    },
    StandingAgreed {
        version: String,
    },
    ContactChanged {
        contact: TextRef,
    },

    // A report.
    ReportReceived {
        handling: String,
        report: ReportKind,
        channel: ContactChannel,
        lookup: Option<String>,
        mailbox: Option<String>,
        consent: String,
        /// All that came: one text, or the bytes behind the fields of a form.
        text: TextRef,
        finder: Option<TextRef>,
        contact: Option<TextRef>,
        /// The form that was filled in; a report without one is one text (docs/design/forms.md §3).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        form: Option<ReportForm>,
        /// What was filled in, in the order of the form; finder and contact stand above.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<ReportField>,
        /// The number that the finder was told first, where another had to be drawn. Older records say it in their
        /// reason.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        told: Option<String>,
    },
    ReportSorted {
        of: BodyId,
        parts: Vec<TextRef>,
    },
    ReportQuestioned {
        text: TextRef,
    },
    ReportAnswered {
        text: TextRef,
    },
    ReportAccepted {
        case: CaseId,
    },
    ReportAcceptedAsPublic {
        case: CaseId,
    },
    ReportDeclined {
        reason: DeclineReason,
        text: Option<TextRef>,
    },
    ReportMerged {
        case: CaseId,
    },
    ReportWithdrawn,
    /// A protected text (classes A T H I G and the like) was opened to a person; why stands in the act.
    TextRead {
        body: BodyId,
        class: crate::text::class::Class,
    },

    // A case.
    CaseOpened {
        number: String,
        report: ReportId,
        already_public: bool,
        /// Not told by events from before cases had tracks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        track: Option<Track>,
    },
    CaseTextAdded {
        field: Field,
        text: TextRef,
    },
    CaseFactsNoted {
        facts: TextRef,
    },
    ReportJoined {
        report: ReportId,
    },
    VulnerabilityNamed {
        label: String,
        text: TextRef,
    },
    WorldFactObserved {
        fact: WorldFact,
    },
    ClockStarted,
    EmbargoProposed {
        until: Instant,
    },
    EmbargoActivated {
        until: Instant,
        by: ParticipantId,
    },
    EmbargoRejected,
    EmbargoRevisionProposed {
        until: Instant,
    },
    EmbargoRevised {
        until: Instant,
    },
    EmbargoRevisionRejected,
    EmbargoEnded {
        why: EmbargoEnd,
    },
    CaseClosed {
        code: ClosureCode,
    },
    /// A closed case goes on; why stands in the act's reason.
    CaseReopened,

    // A party in a case.
    ParticipantJoined {
        case: CaseId,
        party: PartyId,
        part: Part,
        tracking: String,
    },
    ContactAttempted {
        channel: ContactChannel,
        result: ContactResult,
        elsewhere: bool,
    },
    ReceiptConfirmed,
    BasisRecorded {
        basis: ConfidentialityBasis,
    },
    DetailsSent {
        bodies: Vec<BodyId>,
    },
    DateInvited {
        until: Instant,
    },
    DateAgreed {
        until: Instant,
    },
    DateCountered {
        until: Instant,
    },
    DateDeclined,
    DateLapsed,
    RmMoved {
        event: RmEvent,
    },
    AnswerRecorded {
        answer: ProductAnswer,
        unasked: bool,
    },
    /// An answer that the party takes back, as a range that was mistyped; what it said of that range alone goes with it.
    AnswerWithdrawn {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        product: Option<String>,
        versions: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vulnerability: Option<String>,
    },
    StatementRecorded {
        statement: StatementKind,
        text: TextRef,
        unasked: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<About>,
    },
    OwnTicketRecorded {
        ticket: TextRef,
    },
    /// Whether the other vendors of the case, if they agree too, may learn its name and status
    /// (docs/design/process.md §1.15, rows N and R).
    NamingAgreed {
        agreed: bool,
    },
    /// A number was read out to a participant on the telephone, for its second step.
    PhoneCodeIssued {
        /// Which number was called (class C).
        number: TextRef,
        source: NumberSource,
    },
    SecondStepPassed {
        way: SecondStep,
    },
    SecondStepWaived,
    /// The party asks to be called; where and when stands in the text (class C).
    CallAsked {
        text: TextRef,
    },
    /// A participant that had left comes back; why stands in the act's reason.
    ParticipantReturned,
    ParticipantLeft {
        honours_embargo: bool,
    },

    // The advisory of a case.
    AdvisoryDrafted {
        case: CaseId,
        revision: u32,
        stage: AdvisoryStage,
        texts: Vec<(Field, TextRef)>,
        facts: TextRef,
    },
    PlanMade {
        revision: u32,
        plan: String,
        plan_sha256: String,
        instant: Instant,
        documents: Vec<Document>,
        emergency: bool,
        case_version: u32,
    },
    PlanApproved {
        plan_sha256: String,
        person: PersonId,
        at: Instant,
        signature: String,
    },
    PlanAborted {
        plan_sha256: String,
    },
    /// A plan whose instant has come cannot go; once per change of what stands in its way.
    ReleaseHeld {
        plan_sha256: String,
        codes: Vec<String>,
    },
    Published {
        number: String,
        revision: u32,
        plan_sha256: String,
        instant: Instant,
        files: Vec<Document>,
        signatures: Vec<Signed>,
        leaves: Vec<String>,
        persons: u8,
    },

    // Somebody who wants to be told.
    Subscribed {
        address: TextRef,
        lang: Lang,
        scope: Scope,
        reference: String,
        /// Keyed hash of the address, so that all subscriptions of one mailbox get one copy; older records have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mailbox: Option<String>,
        /// By which way the copies go; mail, where nothing is said.
        #[serde(default, skip_serializing_if = "CopyChannel::is_first")]
        channel: CopyChannel,
    },
    Unsubscribed,
    /// A person looked after a copy that could not be delivered: nothing more is done for it.
    CopyGivenUp {
        advisory: AdvisoryId,
        revision: u32,
    },
    CopyAcknowledged {
        advisory: AdvisoryId,
        revision: u32,
        way: AckWay,
    },
}

/// Something that happened on a stream, as a decision returns it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub stream: StreamId,
    pub event: Event,
}

impl Change {
    /// A change of `stream`.
    pub fn of(stream: impl Into<StreamId>, event: Event) -> Self {
        Change {
            stream: stream.into(),
            event,
        }
    }
}
