//! The value types that events consist of: ids, instants, languages, references to texts.
//!
//! A classed text stands in an event as a [`TextRef`] (body, class), never as the text (ARCHITECTURE.md,
//! invariant "No event holds a text or an address"). Nothing here validates foreign input; borders do.

mod channel;
mod erasure;
mod step;
mod track;

use std::fmt;

pub use base::{Instant, Lang};
pub use channel::CopyChannel;
pub use erasure::ErasureBasis;
use serde::{Deserialize, Serialize};
pub use step::{NumberSource, SecondStep};
use uuid::Uuid;

use crate::role::Role;
use crate::text::class::Class;

macro_rules! id_type {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The 16 bytes that stand in keys and headers.
            #[must_use]
            pub const fn bytes(&self) -> [u8; 16] {
                *self.0.as_bytes()
            }
            /// The id of 16 bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                $name(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.simple())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.simple().fmt(f)
            }
        }
    )*};
}

id_type! {
    /// A ledger stream, which is also a dossier's name.
    StreamId;
    /// A sealed body.
    BodyId;
    /// A person of the house, or the house itself acting by its clock.
    PersonId;
    /// An organisation or a single person outside.
    PartyId;
    /// A report.
    ReportId;
    /// A case.
    CaseId;
    /// A party in a case.
    ParticipantId;
    /// The advisory of a case.
    AdvisoryId;
    /// Somebody who wants to be told.
    SubscriberId;
    /// One person's own account with a vendor.
    AccountId;
}

macro_rules! stream_ids {
    ($($name:ident),*) => {$(
        impl From<$name> for StreamId {
            fn from(id: $name) -> StreamId {
                StreamId(id.0)
            }
        }
        impl From<StreamId> for $name {
            fn from(id: StreamId) -> $name {
                $name(id.0)
            }
        }
    )*};
}

stream_ids!(
    PartyId,
    ReportId,
    CaseId,
    ParticipantId,
    AdvisoryId,
    SubscriberId
);

/// A classed text, by reference: the body lies sealed in the dossier of the stream that first names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TextRef {
    /// The sealed body.
    pub body: BodyId,
    /// The dossier whose compartment key opens it.
    pub dossier: StreamId,
    /// Class of the text; decides the compartment and who may see it.
    pub class: Class,
    /// Language it is written in.
    pub lang: Lang,
}

/// A field of an advisory that carries a text (docs/design/process.md §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Title,
    Summary,
    Details,
    Affected,
    Check,
    Impact,
    Fix,
    Workaround,
    SideEffects,
    Detection,
    ThreatNote,
    Note,
    Actions,
    RevisionReason,
    Credit,
}

impl Field {
    /// The class that a text in this field has unless somebody says otherwise.
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            Field::Title
            | Field::Summary
            | Field::Details
            | Field::Affected
            | Field::Impact
            | Field::Note
            | Field::RevisionReason => Class::V,
            Field::Check => Class::K1,
            Field::Detection => Class::K2,
            Field::Fix | Field::SideEffects => Class::F,
            Field::Workaround | Field::Actions => Class::W,
            Field::ThreatNote => Class::E,
            Field::Credit => Class::H,
        }
    }
}

/// How somebody was reached or reached us (docs/design/process.md §1.5, C4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactChannel {
    Mail,
    Phone,
    Post,
    Form,
    InPerson,
    Registrar,
    Distributor,
    Fax,
    /// The record does not say how.
    NotRecorded,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactResult {
    /// Sent or tried, nothing heard yet.
    Tried,
    /// Somebody who may speak for the party answered.
    Reached,
    /// Came back, or nobody there (宛所に尋ねあたりません, number not in use, mailbox unknown).
    Undeliverable,
    /// The record does not say.
    NotRecorded,
}

/// Why a party may see details (docs/design/japanese-practice.md §2.1). It is not the date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "basis", rename_all = "snake_case")]
pub enum ConfidentialityBasis {
    /// A registration agreement in force.
    Standing { version: String },
    /// Accepted for this case.
    AdHoc { version: String },
    /// None: no details.
    None,
}

/// What a vendor said about its products.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VendorAnswer {
    Affected,
    NotAffected,
    Investigating,
    /// Answered that it cannot tell.
    Unknown,
}

/// An answer about one product, or about the vendor's products as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductAnswer {
    /// Name of the product; `None` speaks of all products of the vendor ("products not recorded").
    pub product: Option<String>,
    /// Range in words that compare, for example `< 3.2.1`.
    pub versions: String,
    pub answer: VendorAnswer,
    /// First version that carries the fix.
    pub fixed_in: Option<String>,
    /// Label of the vulnerability of the case that it is about; `None` speaks of all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vulnerability: Option<String>,
    /// Why, in the party's words (class R).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<TextRef>,
}

impl ProductAnswer {
    /// Whether this is the answer for a product, a range as it is recorded, and a vulnerability.
    #[must_use]
    pub fn is_for(
        &self,
        product: Option<&str>,
        versions: &str,
        vulnerability: Option<&str>,
    ) -> bool {
        self.product.as_deref() == product
            && self.versions == versions
            && self.vulnerability.as_deref() == vulnerability
    }

    /// What a text speaks of that belongs to this answer; nothing if the answer names no product.
    #[must_use]
    pub fn about(&self) -> Option<About> {
        self.product.as_ref().map(|product| About {
            product: product.clone(),
            versions: self.versions.clone(),
        })
    }
}

/// The product and the range of versions that a vendor's text speaks of; both stand in one of its answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    pub product: String,
    /// Range in words as in [`ProductAnswer::versions`]; empty means all versions.
    #[serde(default)]
    pub versions: String,
}

impl std::fmt::Display for About {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.versions.is_empty() {
            f.write_str(&self.product)
        } else {
            write!(f, "{} ({})", self.product, self.versions)
        }
    }
}

/// A recorded text of or about a vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub kind: StatementKind,
    /// Nothing speaks of all that the vendor has in the case.
    pub about: Option<About>,
    pub text: TextRef,
}

/// Whose words a recorded text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// The vendor's own, authenticated words.
    Statement,
    /// What others say about the vendor's products.
    Information,
    /// The house's comment.
    Addendum,
    /// Addresses of the vendor's pages, one a line.
    References,
    /// How to avoid damage without the fix, in the vendor's words.
    Workaround,
    /// What removes the flaw, in the vendor's words.
    Fix,
}

impl StatementKind {
    /// The class of such a text.
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            StatementKind::Workaround => Class::W,
            StatementKind::Fix => Class::F,
            _ => Class::R,
        }
    }

    /// Whether such a text can speak of one product alone.
    #[must_use]
    pub const fn may_be_about(self) -> bool {
        matches!(
            self,
            StatementKind::Statement | StatementKind::Workaround | StatementKind::Fix
        )
    }
}

/// Part of a party in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Vendor,
    Finder,
    Coordinator,
    Operator,
    Other,
}

/// Why an embargo ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmbargoEnd {
    /// Its instant came.
    Reached,
    /// The information is public.
    Public,
    /// An exploit is public or attacks are seen.
    Attacked,
    /// The participants are ready before the date.
    Ready,
    /// What it waited for was published by a plan, in an emergency before its date. Only a publication says so.
    Published,
}

/// A fact about the case's vulnerability in the world (formal model, case state).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorldFact {
    PublicAware,
    ExploitPublic,
    AttacksObserved,
}

/// Reason of a declined report (docs/design/process.md §1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    Incomplete,
    NotVulnerability,
    AlreadyPublic,
    OutOfScopeProduct,
    OutOfScopeSite,
    ProtocolSpecOnly,
    CryptoAlgorithmOnly,
    IllegalAcquisition,
    OwnBugBountyDispute,
    NoResponse,
    AbuseSpam,
    Duplicate,
}

/// Why a case was closed (docs/design/process.md §1.5, closure codes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosureCode {
    Published,
    IndividualResponse,
    NotVulnerability,
    NotAccepted,
    AlreadyPublic,
    LowImpactAfterContact,
    JudgedNotPublished,
    Withdrawn,
    Merged,
    Transferred,
    FinderViolated,
    SiteFixed,
    SiteUnreachable,
    SiteNotVulnerable,
}

/// Stage of an advisory revision (docs/design/process.md §1.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdvisoryStage {
    Interim,
    Final,
    Updated,
    Withdrawn,
}

/// What a subscriber wants to hear of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum Scope {
    Everything,
    /// Name of a vendor, folded for comparison.
    Vendor {
        name: String,
    },
    /// Name of a product, folded for comparison.
    Product {
        name: String,
    },
}

/// How a copy was acknowledged (docs/design/early-warning.md §4.1: by a person, never by a GET).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AckWay {
    /// A reply that carries the copy's code.
    Reply,
    /// The code, told by telephone or fax and entered at the desk.
    Hand,
    /// A press on the page of the copy that a browser vouched for, or with digits of the mail.
    Page,
}

/// Kind of report (docs/design/pages.md §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    Product,
    Site,
    OwnProduct,
    /// A record of an archive.
    Archive,
}

/// The track of a case: what it is about, and so what it may lead to (docs/design/forms.md 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Track {
    Product,
    /// Mended with the operator of the site, and never published.
    Site,
    Protocol,
    Warning,
}

/// A form by which reports come, with its version; a form that was ever filled in stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReportForm {
    #[serde(rename = "product/1")]
    Product,
    #[serde(rename = "site/1")]
    Site,
    /// The vendor's own product.
    #[serde(rename = "own/1")]
    Own,
}

/// A field of a report's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKey {
    /// Which product or site, and which version.
    What,
    /// What happens and how to see it.
    Happens,
    /// How to reach the finder.
    Contact,
    /// Whether the vendor knows already, and what it said.
    Vendor,
    /// Whether and where it is public already.
    Public,
    /// Whether it is exploited, and where that was seen.
    Exploited,
    /// When the finder means to publish.
    Planned,
    /// Name for the acknowledgement in the advisory.
    Credit,
    /// Whether name and contact may be given to the vendor.
    Share,
}

impl ReportKey {
    /// The word that stands in events, letters and forms.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            ReportKey::What => "what",
            ReportKey::Happens => "happens",
            ReportKey::Contact => "contact",
            ReportKey::Vendor => "vendor",
            ReportKey::Public => "public",
            ReportKey::Exploited => "exploited",
            ReportKey::Planned => "planned",
            ReportKey::Credit => "credit",
            ReportKey::Share => "share",
        }
    }
}

/// A field of a report as it was filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportField {
    pub key: ReportKey,
    #[serde(flatten)]
    pub value: FieldValue,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldValue {
    /// A word of those that the form offers; it stays in the frame.
    Code(String),
    /// What was typed.
    Text(TextRef),
}

impl ReportField {
    /// The text, if it holds one.
    #[must_use]
    pub const fn text(&self) -> Option<&TextRef> {
        match &self.value {
            FieldValue::Text(text) => Some(text),
            FieldValue::Code(_) => None,
        }
    }

    /// The word, if it holds one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match &self.value {
            FieldValue::Code(code) => Some(code),
            FieldValue::Text(_) => None,
        }
    }
}

/// Who acts. Nobody borrows another's role: what is allowed to whom stands in [`crate::permit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "actor", rename_all = "snake_case")]
pub enum Actor {
    /// A person of the house, known by a password.
    Person { id: PersonId, role: Role },
    /// The house, because an instant has come.
    Clock,
    /// Somebody outside of whom nothing is known.
    Stranger { inlet: Inlet },
    /// The finder of a report, known by the receipt.
    Finder { report: ReportId },
    /// A party in a case, known by its invitation.
    Vendor {
        participant: ParticipantId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<AccountId>,
    },
    /// A subscriber, known by a mail that was answered or a link that was followed.
    Member { subscriber: SubscriberId },
    /// Whoever runs the program on its machine.
    Operator,
    /// The house, in consequence of something.
    House,
}

impl Actor {
    /// Tells whether a vendor speaks for itself.
    #[must_use]
    pub const fn is_vendor(&self) -> bool {
        matches!(self, Actor::Vendor { .. })
    }
}

/// Where a stranger came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inlet {
    /// The public portal.
    Portal,
    /// The vendors' pages.
    Partner,
    /// The desk's pages.
    Desk,
}
