//! What a vendor's page is made of: plain data that has passed the gate already.
//!
//! There is no place here for another vendor, for a count of vendors, or for a position in a list: a page can
//! only show what it is given. Texts are those that the gate released to this session.

use formats::advisory::{Lang, VendorStatus};

use crate::kit::shown::Shown;

/// The page of one vendor about one matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// What the organisation is called in the reader's language.
    pub name: String,
    /// Digits of the tracking number.
    pub tracking: String,
    /// On what ground details are kept confidential.
    pub basis: Basis,
    /// Whether a second step is still missing.
    pub step: Step,
    /// When the vendor asked to be called for the second step, RFC 3339.
    pub call_asked: Option<String>,
    pub date: Date,
    /// What everybody may read of it by now.
    pub published: Option<Published>,
    /// When the vendor confirmed that it has our letter, RFC 3339.
    pub received: Option<String>,
    /// Whether anything may still be said: the case is open and the vendor has not left.
    pub is_open: bool,
    pub has_left: bool,
    /// Whether it is about a website, of which nothing is published.
    pub is_site: bool,
    /// Whether details were opened to the vendor, whatever this session may show.
    pub is_told: bool,
    /// What this session may show of the matter itself.
    pub details: Option<Details>,
}

/// The advisory of a matter that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    pub number: String,
    /// When it came out first, RFC 3339.
    pub at: String,
    /// Address of its public page.
    pub address: String,
}

/// On what ground details are kept confidential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Basis {
    /// Nothing was agreed yet.
    #[default]
    Missing,
    /// A standing agreement of this version.
    Standing(String),
    /// The terms of this version, accepted for this matter.
    Accepted(String),
}

/// How far the reader is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// By the link alone.
    #[default]
    Missing,
    /// By a second channel.
    Passed,
    /// The house decided that the link is enough.
    Waived,
}

/// The date of publication as it concerns this vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Date {
    pub state: DateState,
    /// RFC 3339.
    pub until: Option<String>,
    /// When it will be out instead, earlier than `until`, RFC 3339.
    pub early: Option<String>,
    /// The date that the vendor asked for last, RFC 3339.
    pub countered: Option<String>,
    /// It was brought forward after the vendor had agreed to a later one.
    pub is_forward: bool,
    /// The vendor may agree to it: its answer does not say that it has nothing to do with the matter.
    pub may_agree: bool,
}

impl Date {
    /// What is said of it.
    pub(crate) fn key(&self) -> &'static str {
        match self.state {
            DateState::Open => "partner-date-open",
            DateState::Asked if !self.may_agree => "partner-date-spared",
            DateState::Asked => "partner-date-asked",
            DateState::Agreed if self.is_forward => "partner-date-forward",
            DateState::Agreed => "partner-date-agreed",
            DateState::Declined => "partner-date-declined",
            DateState::Ended => "partner-date-ended",
        }
    }
}

/// What this vendor has said to the date; what others said does not show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateState {
    /// No date yet.
    #[default]
    Open,
    /// The vendor is asked.
    Asked,
    Agreed,
    Declined,
    /// The time of confidence is over.
    Ended,
}

/// The matter itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// Public number of the case.
    pub case: String,
    pub texts: Vec<Text>,
    pub vulnerabilities: Vec<Named>,
    pub answers: Vec<Answer>,
    pub words: Vec<Words>,
    /// The vendor's own number for the matter.
    pub ticket: Option<Shown>,
    /// The label under which the vendor will stand, if it will stand anywhere.
    pub label: Option<VendorStatus>,
    /// Being named to other vendors; nothing if it is none itself.
    pub naming: Option<Naming>,
}

/// Being named to other vendors of the case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    pub is_agreed: bool,
    /// With whom there was a moment at which both agreed.
    pub others: Vec<Other>,
}

/// Another vendor who agreed to be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    pub name: Shown,
    /// Nothing if it stands under no label.
    pub status: Option<VendorStatus>,
    /// One of the two has taken it back, so that the status is not shown any more.
    pub is_past: bool,
}

/// A text of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub kind: TextKind,
    pub lang: Lang,
    pub text: Shown,
}

/// What a text is about; classes that go to no vendor have no word here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    Vulnerability,
    Workaround,
    Fix,
    Evidence,
    Check,
    Detection,
    Other,
}

/// A vulnerability of the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub label: Shown,
    pub lang: Lang,
    pub text: Shown,
}

/// What the vendor said about a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Empty if it speaks of all products.
    pub product: String,
    /// The range in words that compare; empty for all versions.
    pub versions: String,
    pub answer: AnswerKind,
    pub fixed_in: Option<String>,
    pub vulnerability: Option<String>,
    /// Why, in the vendor's words.
    pub why: Option<Said>,
}

/// Words with their language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub lang: Lang,
    pub text: Shown,
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    Affected,
    NotAffected,
    Investigating,
    Unknown,
}

/// A text that the vendor gave us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub kind: WordsKind,
    /// Product and range of versions that it speaks of; nothing speaks of all products.
    pub about: Option<String>,
    pub lang: Lang,
    pub text: Shown,
}

/// What a text of the vendor is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordsKind {
    Statement,
    Workaround,
    Fix,
    References,
}

impl Answer {
    /// Returns the words for its product and range; nothing if it speaks of all products.
    #[must_use]
    pub fn about(&self) -> Option<String> {
        (!self.product.is_empty()).then(|| crate::kit::form::about(&self.product, &self.versions))
    }

    /// The same as people read it.
    pub(crate) fn about_in_words(&self, lang: Lang) -> String {
        let range = formats::range::of_product(lang, &self.product, &self.versions);
        crate::kit::text::line(&range)
    }
}

impl AnswerKind {
    /// Lists every answer in the order of the form.
    pub const ALL: [AnswerKind; 4] = [
        AnswerKind::Affected,
        AnswerKind::NotAffected,
        AnswerKind::Investigating,
        AnswerKind::Unknown,
    ];

    /// Returns the value that stands in forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            AnswerKind::Affected => "affected",
            AnswerKind::NotAffected => "not_affected",
            AnswerKind::Investigating => "investigating",
            AnswerKind::Unknown => "unknown",
        }
    }

    /// Returns the answer with this value.
    #[must_use]
    pub fn from_code(code: &str) -> Option<AnswerKind> {
        AnswerKind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl WordsKind {
    /// Lists every kind in the order of the form.
    pub const ALL: [WordsKind; 4] = [
        WordsKind::Statement,
        WordsKind::Workaround,
        WordsKind::Fix,
        WordsKind::References,
    ];

    /// Returns the value that stands in forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            WordsKind::Statement => "statement",
            WordsKind::Workaround => "workaround",
            WordsKind::Fix => "fix",
            WordsKind::References => "references",
        }
    }

    /// Returns the kind with this value.
    #[must_use]
    pub fn from_code(code: &str) -> Option<WordsKind> {
        WordsKind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl View {
    /// Returns the words of bodies that the page shows, and the names of others.
    #[must_use]
    pub fn words(&self) -> Vec<&str> {
        let Some(details) = &self.details else {
            return vec![];
        };
        let mut out: Vec<&str> = details.texts.iter().map(|one| one.text.as_str()).collect();
        out.extend(details.words.iter().map(|one| one.text.as_str()));
        out.extend(details.ticket.as_ref().map(Shown::as_str));
        for named in &details.vulnerabilities {
            out.extend([named.label.as_str(), named.text.as_str()]);
        }
        let said = details.answers.iter().filter_map(|one| one.why.as_ref());
        out.extend(said.map(|why| why.text.as_str()));
        let others = details.naming.iter().flat_map(|naming| &naming.others);
        out.extend(others.map(|other| other.name.as_str()));
        out
    }
}
