//! Letters between the portal and the house, as JSON: what the internet side takes in, and what a finder's mailbox says.
//!
//! A [`Letter`] is what the portal seals to the house's intake key; a [`Progress`] and its [`Note`]s are what the house
//! seals to a finder's mailbox. Reading is strict: a field that is unknown, too long or of another form makes the
//! whole letter unreadable, since nobody but our own portal writes them. This module knows no key, no disk and no clock.

use domain::intake::form::{self, Takes};
use domain::value::{ReportForm, ReportKey};
use serde::{Deserialize, Serialize};

pub use crate::advisory::Lang;

/// Form of the letters that this program writes (docs/design/forms.md 13). It reads this one and the one before, which had no
/// number: a house is brought up to date before its portal.
pub const FORM: u64 = 1;
/// Longest text of a letter, all its fields together, in bytes (docs/design/security.md §2.17).
pub const TEXT_BYTES_MAX: usize = 64 << 10;
/// Longest letter that is read, in bytes: the text with every character escaped, and the rest.
pub const LETTER_BYTES_MAX: usize = 6 * TEXT_BYTES_MAX + (4 << 10);
/// Longest field that is one line, in characters.
pub const LINE_CHARS_MAX: usize = 1_000;
/// Longest name of a vendor or product that somebody subscribes to, in characters; it stands in a mail to an address
/// that has not been confirmed.
pub const SCOPE_CHARS_MAX: usize = 80;
/// Longest text that a finder types into one field, in characters.
pub const TEXT_CHARS_MAX: usize = 20_000;
/// Documents of a mailbox grow in steps of this many bytes, so that their size tells nothing
/// (docs/design/security.md §2.18).
pub const STEP_BYTES: usize = 4 << 10;

/// What the portal took in for the house.
#[expect(
    clippy::large_enum_variant,
    reason = "one letter is in memory at a time, and most are reports"
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum Letter {
    /// A report.
    Report(Report),
    /// What a finder answers or adds.
    Addition(Addition),
    /// A finder withdraws.
    Withdrawal(Withdrawal),
    /// Somebody wants to be told of publications.
    Subscription(Subscription),
    /// The code of a confirmation mail.
    Confirmation(Confirmation),
    /// A person pressed "received".
    Acknowledgement(Acknowledgement),
}

/// A report as the form takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Instant at which the portal took it in, RFC 3339 in UTC.
    pub at: String,
    pub lang: Lang,
    pub kind: Kind,
    /// Handling number that the finder was told.
    pub handling: String,
    /// SHA-256 of the mailbox's look-up id, hexadecimal.
    pub lookup: String,
    /// Public half of the mailbox key, hexadecimal.
    pub mailbox: String,
    /// Version of the consent text that was ticked.
    pub consent: String,
    /// Which product or site, and which version.
    pub what: String,
    /// What happens and how to see it.
    pub happens: String,
    /// How to reach the finder; empty if the finder stays unknown.
    pub contact: String,
    /// Name for the acknowledgement in the advisory.
    pub credit: String,
    /// Whether name and contact may be given to the vendor.
    pub share: bool,
    /// Whether the vendor knows already, and since when, in the finder's words.
    pub vendor: String,
    /// Whether and where it is public already.
    pub public: String,
    /// Whether it is exploited, and where that was seen.
    pub exploited: String,
    /// When the finder means to publish.
    pub planned: String,
}

/// What a finder answers or adds; `lookup` is what only the receipt gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addition {
    pub at: String,
    pub lang: Lang,
    /// The mailbox's look-up id, hexadecimal; the house stores its SHA-256.
    pub lookup: String,
    pub text: String,
}

/// A finder withdraws a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    pub at: String,
    /// As in [`Addition`].
    pub lookup: String,
}

/// Somebody wants to be told of publications; nothing is entered before the address is confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    pub at: String,
    pub lang: Lang,
    pub address: String,
    pub scope: Scope,
}

/// Which publications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "scope", rename_all = "snake_case", deny_unknown_fields)]
pub enum Scope {
    /// All.
    Everything,
    /// Those that name this vendor.
    Vendor {
        /// Its name.
        name: String,
    },
    /// Those that name this product.
    Product {
        /// Its name.
        name: String,
    },
}

/// The code of a confirmation mail, typed on the page of its link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    pub at: String,
    /// Link form of the token.
    pub token: String,
    pub code: String,
}

/// A person said "received" on the page of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    pub at: String,
    /// Reference of the copy.
    pub reference: String,
    /// The two digits printed in the mail; nothing if the browser vouched for a person's press
    /// (docs/design/security.md §2.7).
    pub digits: Option<String>,
}

/// Kind of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Product,
    Site,
    OwnProduct,
}

/// A letter that cannot be read; it says nothing of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Longer than [`LETTER_BYTES_MAX`].
    #[error("the letter is too long")]
    TooLong,
    /// Of a newer portal: a newer house reads it.
    #[error("the letter is of a newer form")]
    Newer,
    /// No JSON of this form.
    #[error("the letter has another form")]
    Form,
    /// A field is too long or cannot be what it says.
    #[error("a field of the letter cannot be used")]
    Field,
}

impl Letter {
    /// Reads a letter.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn read(bytes: &[u8]) -> Result<Letter, Unreadable> {
        if bytes.len() > LETTER_BYTES_MAX {
            return Err(Unreadable::TooLong);
        }
        let mut fields: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(bytes).map_err(|_| Unreadable::Form)?;
        match fields.remove("v").map(|form| form.as_u64()) {
            None | Some(Some(FORM)) => {}
            Some(Some(form)) if form > FORM => return Err(Unreadable::Newer),
            Some(_) => return Err(Unreadable::Form),
        }
        let letter: Letter = serde_json::from_value(serde_json::Value::Object(fields))
            .map_err(|_| Unreadable::Form)?;
        if letter.is_sound() {
            Ok(letter)
        } else {
            Err(Unreadable::Field)
        }
    }

    /// Returns the letter's bytes.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut letter = serde_json::to_value(self).unwrap_or_default();
        if let Some(fields) = letter.as_object_mut() {
            fields.insert("v".to_owned(), FORM.into());
        }
        serde_json::to_vec(&letter).unwrap_or_default()
    }

    fn is_sound(&self) -> bool {
        match self {
            Letter::Report(report) => report.is_sound(),
            Letter::Addition(addition) => {
                is_instant(&addition.at)
                    && is_hash(&addition.lookup)
                    && is_text(&addition.text)
                    && !addition.text.trim().is_empty()
            }
            Letter::Withdrawal(withdrawal) => {
                is_instant(&withdrawal.at) && is_hash(&withdrawal.lookup)
            }
            Letter::Subscription(subscription) => {
                is_instant(&subscription.at)
                    && is_line(&subscription.address)
                    && match &subscription.scope {
                        Scope::Everything => true,
                        Scope::Vendor { name } | Scope::Product { name } => {
                            is_line(name)
                                && name.chars().count() <= SCOPE_CHARS_MAX
                                && !name.trim().is_empty()
                        }
                    }
            }
            Letter::Confirmation(confirmation) => {
                is_instant(&confirmation.at)
                    && is_base32(&confirmation.token, TOKEN_LETTERS)
                    && is_digits(&confirmation.code, CODE_DIGITS)
            }
            Letter::Acknowledgement(acknowledgement) => {
                is_instant(&acknowledgement.at)
                    && is_base32(&acknowledgement.reference, REFERENCE_LETTERS)
                    && acknowledgement
                        .digits
                        .as_ref()
                        .is_none_or(|digits| is_digits(digits, ACK_DIGITS))
            }
        }
    }
}

impl Report {
    fn is_sound(&self) -> bool {
        let lines = [&self.handling, &self.consent, &self.credit];
        let texts = [
            &self.what,
            &self.happens,
            &self.contact,
            &self.vendor,
            &self.public,
            &self.exploited,
            &self.planned,
        ];
        is_instant(&self.at)
            && is_hash(&self.lookup)
            && is_hash(&self.mailbox)
            && !self.happens.trim().is_empty()
            && lines.iter().all(|line| is_line(line))
            && texts.iter().all(|text| is_text(text))
            && self.text_bytes() <= TEXT_BYTES_MAX
    }

    /// Returns how many bytes the finder typed.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        let typed = self.filled().into_iter();
        typed
            .filter(|(key, _)| text_names().any(|name| name == key.word()))
            .map(|(_, text)| text.len())
            .sum()
    }

    /// Returns what stands in the fields of the form, empty ones too; the kind says which form it is.
    #[must_use]
    pub fn filled(&self) -> [(ReportKey, &str); 9] {
        // Whole, so that a field that is added has to be put somewhere.
        let Report {
            at: _,
            lang: _,
            kind: _,
            handling: _,
            lookup: _,
            mailbox: _,
            consent: _,
            what,
            happens,
            contact,
            credit,
            share,
            vendor,
            public,
            exploited,
            planned,
        } = self;
        [
            (ReportKey::What, what.as_str()),
            (ReportKey::Happens, happens.as_str()),
            (ReportKey::Contact, contact.as_str()),
            (ReportKey::Vendor, vendor.as_str()),
            (ReportKey::Public, public.as_str()),
            (ReportKey::Exploited, exploited.as_str()),
            (ReportKey::Planned, planned.as_str()),
            (ReportKey::Credit, credit.as_str()),
            (ReportKey::Share, if *share { "yes" } else { "no" }),
        ]
    }
}

/// Names of the fields that hold a text of the finder, in the order of the form; they are the same in every form.
pub fn text_names() -> impl Iterator<Item = &'static str> {
    let rows = form::rows(ReportForm::Product).into_iter();
    rows.filter(|row| !matches!(row.takes, Takes::Code(_)))
        .map(|row| row.key.word())
}

/// What a finder sees of a report: steps with their dates, and what may be done now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Form of this document.
    pub v: u32,
    pub handling: String,
    /// In the order in which they happened.
    pub steps: Vec<Step>,
    /// A question waits for the finder's answer.
    pub asked: bool,
    /// The report may still be withdrawn.
    pub may_withdraw: bool,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub step: StepKind,
    /// When, RFC 3339 in UTC; empty for what is going on.
    #[serde(default)]
    pub at: String,
    /// A code or a number that belongs to the step: reason, date, public number, handling number.
    #[serde(default)]
    pub about: String,
}

/// Steps in the order of docs/design/japanese-practice.md §3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    Received,
    /// Another handling number stands for the one that was told first.
    Renumbered,
    Checking,
    Asked,
    Answered,
    Accepted,
    Declined,
    Withdrawn,
    ContactBegun,
    DetailsSent,
    VendorsWork,
    DateTalks,
    DateAgreed,
    /// The date came, and nothing was published.
    DatePassed,
    Published,
    Closed,
}

/// What a step of contact, details or work is about where a website is mended: its operator stands for the vendors.
pub const SITE: &str = "site";

impl StepKind {
    /// All steps, in order.
    pub const ALL: [StepKind; 16] = [
        StepKind::Received,
        StepKind::Renumbered,
        StepKind::Checking,
        StepKind::Asked,
        StepKind::Answered,
        StepKind::Accepted,
        StepKind::Declined,
        StepKind::Withdrawn,
        StepKind::ContactBegun,
        StepKind::DetailsSent,
        StepKind::VendorsWork,
        StepKind::DateTalks,
        StepKind::DateAgreed,
        StepKind::DatePassed,
        StepKind::Published,
        StepKind::Closed,
    ];

    /// Returns the word that stands in documents and catalogue keys.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            StepKind::Received => "received",
            StepKind::Renumbered => "renumbered",
            StepKind::Checking => "checking",
            StepKind::Asked => "asked",
            StepKind::Answered => "answered",
            StepKind::Accepted => "accepted",
            StepKind::Declined => "declined",
            StepKind::Withdrawn => "withdrawn",
            StepKind::ContactBegun => "contact-begun",
            StepKind::DetailsSent => "details-sent",
            StepKind::VendorsWork => "vendors-work",
            StepKind::DateTalks => "date-talks",
            StepKind::DateAgreed => "date-agreed",
            StepKind::DatePassed => "date-passed",
            StepKind::Published => "published",
            StepKind::Closed => "closed",
        }
    }
}

/// A message in a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub note: NoteKind,
    /// RFC 3339 in UTC.
    pub at: String,
    pub lang: Lang,
    /// The words; empty for a note whose words stand in the catalogues.
    #[serde(default)]
    pub text: String,
}

/// Kind of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// The house asks.
    Question,
    /// What the finder answered or added.
    Own,
    /// What the house says with its decision.
    Decision,
    /// A withdrawal came after the decision and changed nothing.
    WithdrawnTooLate,
    /// What the finder sent held a receipt and was not taken.
    HeldReceipt,
}

impl Progress {
    /// Reads a document of a mailbox.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Progress> {
        serde_json::from_slice(bytes)
            .ok()
            .filter(|p: &Progress| p.v == 1)
    }

    /// Returns the document's bytes, filled up to a whole step.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        padded(serde_json::to_vec(self).unwrap_or_default())
    }
}

impl Note {
    /// Reads a message.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Note> {
        serde_json::from_slice(bytes).ok()
    }

    /// Returns the message's bytes, filled up to a whole step.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        padded(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// JSON ends where it ends: spaces behind it say nothing.
fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(STEP_BYTES), b' ');
    bytes
}

/// Letters of a token in link form: 128 bits in base 32.
pub const TOKEN_LETTERS: usize = 26;
/// Letters of a copy's reference: 80 bits in base 32.
pub const REFERENCE_LETTERS: usize = 16;
/// Digits of the code in a confirmation mail.
pub const CODE_DIGITS: usize = 6;
/// Digits that are printed in a mail for the page "received".
pub const ACK_DIGITS: usize = 2;

fn is_instant(text: &str) -> bool {
    text.len() <= 40 && crate::time::instant(text).is_some()
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_line(text: &str) -> bool {
    text.chars().count() <= LINE_CHARS_MAX && !text.contains(['\n', '\r'])
}

fn is_text(text: &str) -> bool {
    text.len() <= TEXT_BYTES_MAX && text.chars().count() <= TEXT_CHARS_MAX
}

/// Tells whether a text is so many letters of lower-case base 32.
#[must_use]
pub fn is_base32(text: &str, letters: usize) -> bool {
    text.len() == letters && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'))
}

/// Tells whether a text is so many digits.
#[must_use]
pub fn is_digits(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests;
