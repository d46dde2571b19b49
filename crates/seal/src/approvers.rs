//! Who may approve, and how that changes hands: statements in a chain, each signed by those who stood before it
//! (docs/design/security.md §2.8, §2.25).
//!
//! The founding line names the first keys. Every later line is one statement (add, end, rotate, quorum), signed by a
//! quorum of those who counted before it and by the key that it brings in; a succession key, which lies in a safe and
//! signs nothing else, may stand for the quorum, and then its statement holds after [`NOTICE_US`]. The public form names
//! keys and no persons: how many persons stand behind keys is the house's claim. It reads no file and no clock.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::canon::Canon;
use crate::signer::KEY_REST_US;

mod roster;

pub use roster::{Looked, Pin, Roster};

/// How long a statement of a succession key alone is known before it holds: 72 hours, µs.
pub const NOTICE_US: i64 = KEY_REST_US;
/// A statement that waited longer for its signatures is made anew: 30 days, µs.
pub const WAITS_MAX_US: i64 = 30 * 24 * 3_600 * 1_000_000;
/// A statement may be dated ahead of the signer's clock by this much, µs.
const AHEAD_MAX_US: i64 = 2_000_000;
/// Most keys that stand at once.
pub const KEYS_MAX: usize = 64;
/// Largest quorum: what two hands of people can be asked for in the night.
pub const QUORUM_MAX: u8 = 9;
/// Most signatures under one statement.
const SIGNATURES_MAX: usize = KEYS_MAX + 1;

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Add,
    End,
    Rotate,
    Quorum,
}

impl Action {
    const fn byte(self) -> u8 {
        match self {
            Action::Add => 1,
            Action::End => 2,
            Action::Rotate => 3,
            Action::Quorum => 4,
        }
    }

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Action::Add => "add",
            Action::End => "end",
            Action::Rotate => "rotate",
            Action::Quorum => "quorum",
        }
    }
}

/// What a key is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Of a person of the house.
    #[default]
    Staff,
    /// Of somebody outside who reads what is to be published.
    SecondReader,
    /// In a safe: it approves no plan, and signs statements only.
    Succession,
}

impl Kind {
    const fn byte(self) -> u8 {
        match self {
            Kind::Staff => 1,
            Kind::SecondReader => 2,
            Kind::Succession => 3,
        }
    }

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Staff => "staff",
            Kind::SecondReader => "second_reader",
            Kind::Succession => "succession",
        }
    }
}

/// A change of those who may approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// From 1; the founding line is 0.
    pub generation: u64,
    /// Hash of the line before, hexadecimal.
    pub previous: String,
    pub action: Action,
    /// Key that comes in, hexadecimal; empty where none does.
    pub new: String,
    /// Key that goes, hexadecimal; empty where none does.
    pub old: String,
    pub kind: Kind,
    /// Office that the key belongs to; 0 while a house has one.
    pub office: u8,
    /// Quorum from this statement on.
    pub quorum: u8,
    /// When it was made, µs since 1970 UTC.
    pub at: i64,
}

/// A signature under a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// Public key, hexadecimal.
    pub key: String,
    /// Ed25519 signature, hexadecimal.
    pub signature: String,
}

/// The first line: whom the house was founded with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Founding {
    /// The house, hexadecimal.
    pub house: String,
    pub quorum: u8,
    /// Public keys, hexadecimal, in the order in which they were pinned.
    pub keys: Vec<String>,
}

/// A line of `archive/approvers.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    Founding(Founding),
    Statement {
        statement: Statement,
        signatures: Vec<Signed>,
        /// When the signer took it in, µs since 1970 UTC by its own clock.
        taken: i64,
        /// The signer had signed nothing by then.
        is_fresh: bool,
    },
}

/// A statement on its way to the signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    pub statement: Statement,
    pub signatures: Vec<Signed>,
    /// The ledger has it, and the signer's journal has lost it.
    #[serde(default)]
    pub again: bool,
}

/// Why a line is none that follows. Each has a stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("a key, hash or signature is not written as one")]
    Form,
    #[error("it does not follow the line before")]
    Order,
    #[error("it changes nothing, or what does not stand")]
    Change,
    #[error("fewer keys than the quorum would remain")]
    Few,
    #[error("{found} of {needed} who may say so have signed it")]
    Signatures { found: u8, needed: u8 },
    #[error("the key that comes in has not signed it")]
    Possession,
    #[error(
        "it is dated ahead of the clock, before the line that it follows, or more than 30 days ago"
    )]
    Time,
}

impl Fault {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Fault::Form => "approvers.form",
            Fault::Order => "approvers.order",
            Fault::Change => "approvers.change",
            Fault::Few => "approvers.few",
            Fault::Signatures { .. } => "approvers.signatures",
            Fault::Possession => "approvers.possession",
            Fault::Time => "approvers.time",
        }
    }
}

/// Reads small hexadecimal digits: one key, hash or signature is written in one way only.
fn read<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes = crate::unhex(text).filter(|bytes| crate::hex(bytes) == text)?;
    bytes.try_into().ok()
}

fn key_of(text: &str) -> Result<[u8; 32], Fault> {
    read(text).ok_or(Fault::Form)
}

fn key_or_none(text: &str) -> Result<[u8; 32], Fault> {
    if text.is_empty() {
        Ok([0; 32])
    } else {
        key_of(text)
    }
}

impl Founding {
    /// What the first statement follows.
    ///
    /// # Errors
    /// [`Fault::Form`] if house or keys are not written as such.
    pub fn hash(&self) -> Result<[u8; 32], Fault> {
        let house: [u8; 16] = read(&self.house).ok_or(Fault::Form)?;
        let mut canon = Canon::of("noroshi/approvers/0")
            .fixed(&house)
            .u8(self.quorum)
            .u64(self.keys.len() as u64);
        for key in &self.keys {
            canon = canon.fixed(&key_of(key)?);
        }
        Ok(canon.hash())
    }
}

impl Statement {
    fn canon(&self, house: &[u8; 16]) -> Result<Canon, Fault> {
        Ok(Canon::of("noroshi/approvers/1")
            .fixed(house)
            .u64(self.generation)
            .fixed(&key_of(&self.previous)?)
            .u8(self.action.byte())
            .fixed(&key_or_none(&self.new)?)
            .fixed(&key_or_none(&self.old)?)
            .u8(self.kind.byte())
            .u8(self.office)
            .u8(self.quorum)
            .i64(self.at))
    }

    /// The bytes that are signed.
    ///
    /// # Errors
    /// [`Fault::Form`] if a key or hash is not written as one.
    pub fn bytes(&self, house: &[u8; 16]) -> Result<Vec<u8>, Fault> {
        Ok(self.canon(house)?.finish())
    }

    /// What the next line follows, and what names it in the ledger.
    ///
    /// # Errors
    /// As [`Statement::bytes`].
    pub fn hash(&self, house: &[u8; 16]) -> Result<[u8; 32], Fault> {
        Ok(self.canon(house)?.hash())
    }

    /// Signs it with the 32 secret bytes of a key.
    ///
    /// # Errors
    /// As [`Statement::bytes`].
    pub fn sign(&self, house: &[u8; 16], secret: &[u8; 32]) -> Result<Signed, Fault> {
        let key = SigningKey::from_bytes(secret);
        Ok(Signed {
            key: crate::hex(&key.verifying_key().to_bytes()),
            signature: crate::hex(&key.sign(&self.bytes(house)?).to_bytes()),
        })
    }

    /// Whether a signature holds under it.
    #[must_use]
    pub fn holds(&self, house: &[u8; 16], signed: &Signed) -> bool {
        let parts = || {
            let key = VerifyingKey::from_bytes(&read(&signed.key)?).ok()?;
            let signature: [u8; 64] = read(&signed.signature)?;
            let bytes = self.bytes(house).ok()?;
            key.verify_strict(&bytes, &Signature::from_bytes(&signature))
                .ok()
        };
        parts().is_some()
    }
}

impl Line {
    /// The line as it is published, without its end.
    ///
    /// # Errors
    /// Fails only if JSON could not be written, which the types rule out.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

/// Reads `archive/approvers.jsonl` and follows the chain; returns where it stands.
///
/// # Errors
/// Line, from 1, and why it is none that follows.
pub fn follow(bytes: &[u8], now: i64) -> Result<Roster, (usize, Fault)> {
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let mut roster: Option<Roster> = None;
    for (number, line) in (1_usize..).zip(text.split(|byte| *byte == b'\n')) {
        let at = |fault| (number, fault);
        let read: Line = serde_json::from_slice(line).map_err(|_| at(Fault::Form))?;
        if read.bytes().ok().as_deref() != Some(line) {
            return Err(at(Fault::Form));
        }
        match (&mut roster, read) {
            (None, Line::Founding(founding)) => {
                roster = Some(Roster::of_line(&founding).map_err(at)?);
            }
            (
                Some(roster),
                Line::Statement {
                    statement,
                    signatures,
                    taken,
                    is_fresh,
                },
            ) => {
                if taken > now.saturating_add(AHEAD_MAX_US) {
                    return Err(at(Fault::Time));
                }
                let whose = statement.new.clone();
                let looked = Looked {
                    now: taken,
                    is_fresh,
                    is_again: false,
                };
                roster
                    .take(&statement, &signatures, &whose, looked)
                    .map_err(at)?;
            }
            _ => return Err(at(Fault::Order)),
        }
    }
    roster.ok_or((1, Fault::Order))
}

/// When the signer took a line in, µs since 1970 UTC; nothing of the founding line.
#[must_use]
pub fn taken_at(line: &[u8]) -> Option<i64> {
    match serde_json::from_slice(line).ok()? {
        Line::Statement { taken, .. } => Some(taken),
        Line::Founding(_) => None,
    }
}

#[cfg(test)]
mod tests;
