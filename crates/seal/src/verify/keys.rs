//! The keys of a tree, the key that the reader brought, and what the two have to do with each other.
//!
//! A key that lies beside what it signs proves only that one hand made both; the notes say so. User ids,
//! expiry and revocation are read under sequoia's policy, since anybody can add a user id to a certificate
//! or take one away.

use std::time::{Duration, SystemTime};

use sequoia_openpgp::Cert;
use sequoia_openpgp::cert::CertParser;
use sequoia_openpgp::crypto::mpi::PublicKey;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::policy::StandardPolicy;
use sequoia_openpgp::serialize::SerializeInto;
use sequoia_openpgp::types::RevocationStatus;

use super::walk::Files;
use super::{KeyPin, Options, Report, VerifyError};
use crate::openpgp::{Certificate, certifies};

/// Path of the advisory key.
pub(super) const ADVISORY: &str = "keys/advisory.asc";
/// Path of the key that signs the list of files.
pub(super) const LOG: &str = "keys/log.asc";

/// A key that ends sooner than this is a finding (CSAF 2.1 §7.1.20).
const EXPIRY_ERROR: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// A key that ends sooner than this is worth a note.
const EXPIRY_NOTE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The keys that signatures are checked with.
pub(super) struct Keys {
    /// Signs documents.
    pub(super) advisory: Option<Certificate>,
    /// Signs the list of files.
    pub(super) log: Option<Certificate>,
    /// Whether the advisory key says that it is for exercises only.
    pub(super) exercise: bool,
    /// The certificate of the advisory key as it was read.
    advisory_cert: Option<Cert>,
}

/// A pinned key, read.
pub(super) enum Pin {
    /// 40 or 64 upper-case hexadecimal digits.
    Fingerprint(String),
    /// The certificate.
    Certificate(Box<Cert>),
}

impl Pin {
    /// Reads what the reader gave.
    pub(super) fn of(given: Option<&KeyPin>) -> Result<Option<Self>, VerifyError> {
        match given {
            None => Ok(None),
            Some(KeyPin::Fingerprint(text)) => fingerprint(text)
                .map(|text| Some(Pin::Fingerprint(text)))
                .ok_or(VerifyError::Pin),
            Some(KeyPin::Certificate(bytes)) => Cert::from_bytes(bytes)
                .map(|cert| Some(Pin::Certificate(Box::new(cert))))
                .map_err(|_| VerifyError::Pin),
        }
    }

    fn fingerprint(&self) -> String {
        match self {
            Pin::Fingerprint(text) => text.clone(),
            Pin::Certificate(cert) => cert.fingerprint().to_hex(),
        }
    }
}

/// Reads a whole fingerprint as people write it: spaced, in small letters, behind `0x`. Short key ids are no pins: they can be forged
/// at will.
pub fn fingerprint(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let digits: String = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace() && *c != ':')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let whole = matches!(digits.len(), 40 | 64);
    (whole && digits.chars().all(|c| c.is_ascii_hexdigit())).then_some(digits)
}

/// Reads the keys of a tree and holds the advisory key against the pin.
pub(super) fn of_tree(
    files: &Files,
    pin: Option<&Pin>,
    options: &Options,
    report: &mut Report,
) -> Keys {
    let now = options.now;
    let beside = cert(ADVISORY, files.read(ADVISORY).ok(), report);
    let log = cert(LOG, files.read(LOG).ok(), report);
    let mut keys = advisory(beside, pin, now, report);
    if log.is_none() && options.log_key.is_some() {
        report.find(
            "log-key-pin",
            LOG,
            "there is no log key to hold against the pinned one",
        );
    }
    if let Some(log) = log {
        lifetime(&log, LOG, now, report);
        log_key(&log, &keys, options, report);
        keys.log = certificate(&log, LOG, report);
    }
    keys
}

/// Whether the log key is the reader's: pinned by itself, or certified by the pinned advisory key
/// (docs/design/forms.md 12). One that is neither is a finding, since whoever has the tree can bring a log key of their own.
fn log_key(log: &Cert, keys: &Keys, options: &Options, report: &mut Report) {
    let found = log.fingerprint().to_hex();
    if let Some(expected) = &options.log_key {
        if fingerprint(expected).as_deref() != Some(found.as_str()) {
            let message = format!("the key has fingerprint {found}, the pinned one {expected}");
            report.find("log-key-pin", LOG, message);
        }
        return;
    }
    let is_certified = keys
        .advisory_cert
        .as_ref()
        .is_some_and(|advisory| certifies(advisory, log));
    if !is_certified && report.pinned {
        report.find(
            "log-key",
            LOG,
            format!(
                "this key signs pages, lists and leaves, and the advisory key does not certify it: whoever has the tree can bring such a key; of a tree that an older program made, give its fingerprint as --log-key, once you have it by another way than from here: {found}"
            ),
        );
    }
}

/// Chooses the advisory key between the one beside the documents and the pinned one.
pub(super) fn advisory(
    beside: Option<Cert>,
    pin: Option<&Pin>,
    now: SystemTime,
    report: &mut Report,
) -> Keys {
    let mut keys = Keys {
        advisory: None,
        log: None,
        exercise: false,
        advisory_cert: None,
    };
    if let (Some(beside), Some(pin)) = (&beside, pin) {
        let found = beside.fingerprint().to_hex();
        let expected = pin.fingerprint();
        report.pinned = found == expected;
        if !report.pinned {
            let message = format!("the key has fingerprint {found}, the pinned one {expected}");
            report.find("key-pin", ADVISORY, message);
        }
    }
    let chosen = match (beside, pin) {
        // Equal fingerprints: both are the same key's, and either may carry the later revocation.
        (Some(beside), Some(Pin::Certificate(pinned))) if report.pinned => {
            let pinned = (**pinned).clone();
            Some(pinned.clone().merge_public(beside).unwrap_or(pinned))
        }
        (None, Some(Pin::Certificate(pinned))) => {
            report.pinned = true;
            Some((**pinned).clone())
        }
        (beside, _) => beside,
    };
    let Some(chosen) = chosen else {
        return keys;
    };
    lifetime(&chosen, ADVISORY, now, report);
    report.fingerprint = chosen.fingerprint().to_hex();
    let names = user_ids(&chosen, now);
    if names.is_empty() {
        let message = "the key carries no user id that it vouches for itself";
        report.find("key-user-id", ADVISORY, message);
    }
    report.user_id = names.first().cloned().unwrap_or_default();
    for word in ["DEMO", "EXERCISE"] {
        if let Some(name) = names.iter().find(|name| name.starts_with(word)) {
            let kind = if word == "DEMO" {
                "a demonstration"
            } else {
                "an exercise"
            };
            let note = format!("the key \"{name}\" is {kind} key: nothing it signs is real");
            report.notes.push(note);
        }
    }
    if !report.pinned {
        report.notes.push(format!(
            "consistent with the key that lies beside it (fingerprint {}), which proves nothing about who made it",
            report.fingerprint
        ));
    }
    keys.exercise = names.iter().any(|name| name.starts_with("EXERCISE"));
    keys.advisory = certificate(&chosen, ADVISORY, report);
    keys.advisory_cert = Some(chosen);
    keys
}

/// Reads the certificate that lies at `path`; a missing or broken one is a finding.
pub(super) fn cert(path: &str, bytes: Option<Vec<u8>>, report: &mut Report) -> Option<Cert> {
    let Some(bytes) = bytes else {
        report.find("key-missing", path, "the public key is missing");
        return None;
    };
    match Cert::from_bytes(&bytes) {
        Ok(cert) => {
            if cert.is_tsk() {
                report.find(
                    "key-secret",
                    path,
                    "a secret key lies where the public one belongs",
                );
            }
            Some(cert)
        }
        Err(_) => {
            report.find("key-form", path, unreadable(&bytes));
            None
        }
    }
}

/// Why bytes are no certificate, as far as they tell.
fn unreadable(bytes: &[u8]) -> &'static str {
    let several = CertParser::from_bytes(bytes)
        .is_ok_and(|certs| certs.filter(Result::is_ok).take(2).count() > 1);
    if several {
        "the file holds several OpenPGP certificates, where one is wanted"
    } else {
        "the file holds no OpenPGP certificate"
    }
}

/// The algorithm of a key that may sign and whose signatures this program cannot reckon, good as they may be.
fn beyond_us(cert: &Cert) -> Option<String> {
    // Whoever has the file can hang another key on it: what the first key is made of decides.
    match cert.primary_key().key().mpis() {
        PublicKey::ECDSA { curve, .. } | PublicKey::EdDSA { curve, .. } => {
            (!curve.is_supported()).then(|| curve.to_string())
        }
        _ => None,
    }
}

/// Without a key no signature is checked, so one that cannot be used must never go unsaid.
fn certificate(cert: &Cert, path: &str, report: &mut Report) -> Option<Certificate> {
    if beyond_us(cert).is_some() {
        return None;
    }
    let read = cert
        .to_vec()
        .ok()
        .and_then(|bytes| Certificate::read(&bytes).ok());
    if read.is_none() {
        report.find("key-form", path, "the certificate cannot be used");
    }
    read
}

fn user_ids(cert: &Cert, now: SystemTime) -> Vec<String> {
    let policy = StandardPolicy::new();
    let Ok(valid) = cert.with_policy(&policy, now) else {
        return Vec::new();
    };
    valid
        .userids()
        .map(|id| super::printable(&String::from_utf8_lossy(id.userid().value())))
        .collect()
}

/// Finds a key that is revoked, cannot be used, or ends soon.
fn lifetime(cert: &Cert, path: &str, now: SystemTime, report: &mut Report) {
    if let Some(algorithm) = beyond_us(cert) {
        let message = format!(
            "this program cannot check signatures by a key of {algorithm}: whether they are good was not looked at; gpg --verify tells"
        );
        report.find("key-algorithm", path, message);
        return;
    }
    let policy = StandardPolicy::new();
    let Ok(valid) = cert.with_policy(&policy, now) else {
        report.find("key-unusable", path, "the key cannot be used at this time");
        return;
    };
    if matches!(valid.revocation_status(), RevocationStatus::Revoked(_)) {
        report.find("key-revoked", path, "the key is revoked");
    }
    let whole = valid.primary_key().key_expiration_time();
    let ends: Vec<Option<SystemTime>> = valid
        .keys()
        .alive()
        .revoked(false)
        .for_signing()
        .map(|key| earlier(whole, key.key_expiration_time()))
        .collect();
    if ends.contains(&None) {
        return;
    }
    let last = ends.into_iter().flatten().max();
    let left = last.and_then(|last| last.duration_since(now).ok());
    match left {
        Some(left) if left >= EXPIRY_NOTE => {}
        Some(left) if left >= EXPIRY_ERROR => {
            let days = left.as_secs() / 86_400;
            report.notes.push(format!("{path} ends in {days} days"));
        }
        Some(left) => {
            let days = left.as_secs() / 86_400;
            report.find("key-expiry", path, format!("the key ends in {days} days"));
        }
        None => report.find("key-expiry", path, "no part of the key can sign any more"),
    }
}

/// The earlier of two ends, of which "none" is the latest.
fn earlier(a: Option<SystemTime>, b: Option<SystemTime>) -> Option<SystemTime> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
