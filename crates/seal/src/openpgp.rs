//! OpenPGP: keys by purpose, detached and clear-text signatures, verification.
//!
//! v4 Ed25519/X25519 certificates whose features announce SEIPDv1 only, so that GnuPG 2.2 reads what we and
//! others make with them (docs/design/formats.md §4). The time of a signature is an argument and is always the real
//! moment of signing (docs/design/settled.md §2.23). Policy, expiry and revocation are sequoia's; nothing of OpenPGP
//! is written by hand here.

use std::io::Write;
use std::time::{Duration, SystemTime};

use sequoia_openpgp::armor;
use sequoia_openpgp::cert::prelude::*;
use sequoia_openpgp::crypto::KeyPair;
use sequoia_openpgp::packet::prelude::*;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::parse::stream::*;
use sequoia_openpgp::policy::StandardPolicy;
use sequoia_openpgp::serialize::Serialize;
use sequoia_openpgp::serialize::stream::{Armorer, Message, Signer};
use sequoia_openpgp::types::{Features, RevocationStatus, SignatureType};
use sequoia_openpgp::{Cert, KeyHandle, Profile};

/// What went wrong with a key or a signature; the words name no content.
#[derive(Debug, thiserror::Error)]
pub enum PgpError {
    /// The bytes are no certificate of the kind that is needed.
    #[error("these bytes are no usable OpenPGP key")]
    Key,
    /// The key cannot sign now: expired, revoked, or without a signing part.
    #[error("this OpenPGP key cannot sign at this time")]
    CannotSign,
    /// A signature could not be made.
    #[error("the OpenPGP signature could not be made")]
    Signing,
    /// No good signature by the given key.
    #[error("there is no good signature by the given key")]
    BadSignature,
}

/// A new key: secret form, public form, and the revocation certificate that goes into the recovery kit.
pub struct NewKey {
    /// Armored secret key.
    pub secret: Vec<u8>,
    /// Armored certificate.
    pub public: Vec<u8>,
    /// Armored revocation certificate.
    pub revocation: Vec<u8>,
    /// Fingerprint, 40 upper-case hexadecimal digits.
    pub fingerprint: String,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewKey({})", self.fingerprint)
    }
}

/// Draws a key for `user_id` with creation time `at`.
///
/// # Errors
/// [`PgpError::Key`] if the user id cannot stand in a certificate.
pub fn draw(user_id: &str, at: SystemTime, for_mail: bool) -> Result<NewKey, PgpError> {
    let mut builder = CertBuilder::new()
        .add_userid(user_id)
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_creation_time(at)
        .set_profile(Profile::RFC4880)
        .and_then(|b| b.set_features(Features::empty().set_seipdv1()))
        .map_err(|_| PgpError::Key)?
        .add_signing_subkey();
    if for_mail {
        builder = builder.add_transport_encryption_subkey();
    }
    let (cert, revocation) = builder.generate().map_err(|_| PgpError::Key)?;
    let secret = armored(armor::Kind::SecretKey, |w| cert.as_tsk().serialize(w))?;
    let public = armored(armor::Kind::PublicKey, |w| cert.serialize(w))?;
    let revocation = armored(armor::Kind::Signature, |w| {
        Packet::from(revocation).serialize(w)
    })?;
    Ok(NewKey {
        secret,
        public,
        revocation,
        fingerprint: cert.fingerprint().to_hex(),
    })
}

fn armored(
    kind: armor::Kind,
    write: impl FnOnce(&mut armor::Writer<Vec<u8>>) -> sequoia_openpgp::Result<()>,
) -> Result<Vec<u8>, PgpError> {
    let mut writer = armor::Writer::new(Vec::new(), kind).map_err(|_| PgpError::Key)?;
    write(&mut writer).map_err(|_| PgpError::Key)?;
    writer.finalize().map_err(|_| PgpError::Key)
}

/// A secret key, ready to sign.
pub struct SigningKey {
    cert: Cert,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.cert.fingerprint().to_hex())
    }
}

impl SigningKey {
    /// Reads a secret key.
    ///
    /// # Errors
    /// [`PgpError::Key`] if the bytes hold no unprotected secret key.
    pub fn read(bytes: &[u8]) -> Result<Self, PgpError> {
        let cert = Cert::from_bytes(bytes).map_err(|_| PgpError::Key)?;
        if cert.keys().unencrypted_secret().next().is_none() {
            return Err(PgpError::Key);
        }
        Ok(SigningKey { cert })
    }

    /// Returns the fingerprint, 40 upper-case hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.cert.fingerprint().to_hex()
    }

    /// Returns the first user id.
    #[must_use]
    pub fn user_id(&self) -> String {
        self.cert
            .userids()
            .next()
            .map(|u| String::from_utf8_lossy(u.userid().value()).into_owned())
            .unwrap_or_default()
    }

    /// Returns the armored certificate.
    ///
    /// # Errors
    /// [`PgpError::Key`] if it cannot be written.
    pub fn certificate(&self) -> Result<Vec<u8>, PgpError> {
        armored(armor::Kind::PublicKey, |w| self.cert.serialize(w))
    }

    fn pair(&self, at: SystemTime) -> Result<KeyPair, PgpError> {
        let policy = StandardPolicy::new();
        // A subkey is not asked what became of its certificate.
        let status = self.cert.revocation_status(&policy, at);
        if matches!(status, RevocationStatus::Revoked(_)) {
            return Err(PgpError::CannotSign);
        }
        let key = self
            .cert
            .keys()
            .unencrypted_secret()
            .with_policy(&policy, at)
            .supported()
            .alive()
            .revoked(false)
            .for_signing()
            .next()
            .ok_or(PgpError::CannotSign)?;
        key.key()
            .clone()
            .into_keypair()
            .map_err(|_| PgpError::CannotSign)
    }

    /// Certifies the names of another's certificate; returns that certificate, armored, with what was there before.
    ///
    /// # Errors
    /// [`PgpError::Key`] if the bytes are no certificate, [`PgpError::Signing`] if it cannot be made.
    pub fn certify(&self, other: &[u8], at: SystemTime) -> Result<Vec<u8>, PgpError> {
        let other = Cert::from_bytes(other).map_err(|_| PgpError::Key)?;
        let make = || -> sequoia_openpgp::Result<Cert> {
            let primary = self.cert.primary_key().key().clone();
            let mut pair = primary.parts_into_secret()?.into_keypair()?;
            let mut certifications = Vec::new();
            for name in other.userids() {
                let of = SignatureType::PositiveCertification;
                let made = name
                    .userid()
                    .certify(&mut pair, &other, of, None, Some(at))?;
                certifications.push(made);
            }
            Ok(other.clone().insert_packets(certifications)?.0)
        };
        let certified = make().map_err(signing)?;
        armored(armor::Kind::PublicKey, |w| certified.serialize(w))
    }

    /// Makes an armored detached signature over exactly `bytes`.
    ///
    /// # Errors
    /// [`PgpError::CannotSign`] for an expired or revoked key, [`PgpError::Signing`] otherwise.
    pub fn detached(&self, bytes: &[u8], at: SystemTime) -> Result<Vec<u8>, PgpError> {
        let mut out = Vec::new();
        let mut make = || -> sequoia_openpgp::Result<()> {
            let message = Armorer::new(Message::new(&mut out))
                .kind(armor::Kind::Signature)
                .build()?;
            let mut signer = Signer::new(message, self.pair(at)?)?
                .creation_time(at)
                .detached()
                .build()?;
            signer.write_all(bytes)?;
            signer.finalize()
        };
        make().map_err(signing)?;
        Ok(out)
    }

    /// Makes a clear-signed form of `text`.
    ///
    /// # Errors
    /// As [`SigningKey::detached`].
    pub fn clear_signed(&self, text: &[u8], at: SystemTime) -> Result<Vec<u8>, PgpError> {
        let mut out = Vec::new();
        let mut make = || -> sequoia_openpgp::Result<()> {
            let mut signer = Signer::new(Message::new(&mut out), self.pair(at)?)?
                .creation_time(at)
                .cleartext()
                .build()?;
            signer.write_all(text)?;
            signer.finalize()
        };
        make().map_err(signing)?;
        Ok(out)
    }
}

fn signing(error: sequoia_openpgp::anyhow::Error) -> PgpError {
    error.downcast::<PgpError>().unwrap_or(PgpError::Signing)
}

/// A public certificate for verification.
#[derive(Clone)]
pub struct Certificate {
    cert: Cert,
}

impl Certificate {
    /// Reads a certificate, armored or binary. Secret parts, if any, are dropped.
    ///
    /// # Errors
    /// [`PgpError::Key`] if the bytes are none.
    pub fn read(bytes: &[u8]) -> Result<Self, PgpError> {
        let cert = Cert::from_bytes(bytes).map_err(|_| PgpError::Key)?;
        Ok(Certificate {
            cert: cert.strip_secret_key_material(),
        })
    }

    /// Returns the fingerprint, 40 upper-case hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.cert.fingerprint().to_hex()
    }

    /// Returns the first user id.
    #[must_use]
    pub fn user_id(&self) -> String {
        self.cert
            .userids()
            .next()
            .map(|u| String::from_utf8_lossy(u.userid().value()).into_owned())
            .unwrap_or_default()
    }

    /// Whether that key certifies a name of this one.
    #[must_use]
    pub fn is_certified_by(&self, issuer: &Certificate) -> bool {
        certifies(&issuer.cert, &self.cert)
    }

    /// Verifies a detached signature, armored or binary, over exactly `bytes`, as of time `at`.
    ///
    /// # Errors
    /// [`PgpError::BadSignature`] unless there is a good signature by this certificate.
    pub fn verify_detached(
        &self,
        signature: &[u8],
        bytes: &[u8],
        at: SystemTime,
    ) -> Result<(), PgpError> {
        let policy = StandardPolicy::new();
        DetachedVerifierBuilder::from_bytes(signature)
            .and_then(|b| b.with_policy(&policy, at + SKEW, One(&self.cert)))
            .and_then(|mut v| v.verify_bytes(bytes))
            .map_err(|_| PgpError::BadSignature)
    }

    /// Verifies a clear-signed text and returns the text that was signed.
    ///
    /// # Errors
    /// [`PgpError::BadSignature`] unless there is a good signature by this certificate.
    pub fn verify_clear_signed(&self, bytes: &[u8], at: SystemTime) -> Result<Vec<u8>, PgpError> {
        let policy = StandardPolicy::new();
        let mut verifier = VerifierBuilder::from_bytes(bytes)
            .and_then(|b| b.with_policy(&policy, at + SKEW, One(&self.cert)))
            .map_err(|_| PgpError::BadSignature)?;
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut verifier, &mut text).map_err(|_| PgpError::BadSignature)?;
        if !verifier.message_processed() {
            return Err(PgpError::BadSignature);
        }
        Ok(text)
    }
}

/// Whether one key certifies a name of another.
pub(crate) fn certifies(issuer: &Cert, other: &Cert) -> bool {
    let (issuer, key) = (issuer.primary_key(), other.primary_key());
    other.userids().any(|name| {
        let mut signatures = name.certifications();
        signatures.any(|signature| {
            signature
                .verify_userid_binding(issuer.key(), key.key(), name.userid())
                .is_ok()
        })
    })
}

/// Signatures made on another machine may be this much ahead of our clock.
const SKEW: Duration = Duration::from_secs(120);

struct One<'a>(&'a Cert);

impl VerificationHelper for One<'_> {
    fn get_certs(&mut self, _: &[KeyHandle]) -> sequoia_openpgp::Result<Vec<Cert>> {
        Ok(vec![self.0.clone()])
    }

    fn check(&mut self, structure: MessageStructure) -> sequoia_openpgp::Result<()> {
        let mut good = false;
        for layer in structure {
            match layer {
                MessageLayer::SignatureGroup { results } => {
                    good |= results.iter().any(Result::is_ok)
                }
                _ => return Err(PgpError::BadSignature.into()),
            }
        }
        if good {
            Ok(())
        } else {
            Err(PgpError::BadSignature.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000 + second)
    }

    const DAY: u64 = 86_400;

    /// A key that ends after ten days.
    fn ending() -> Cert {
        CertBuilder::new()
            .add_userid("Ending <e@noroshi.example>")
            .set_cipher_suite(CipherSuite::Cv25519)
            .set_profile(Profile::RFC4880)
            .unwrap()
            .set_creation_time(at(0))
            .set_validity_period(Duration::from_secs(10 * DAY))
            .add_signing_subkey()
            .generate()
            .unwrap()
            .0
    }

    #[test]
    fn a_key_signs_up_to_its_end_and_nothing_after() {
        let cert = ending();
        let signing = SigningKey { cert: cert.clone() };
        let public = Certificate { cert };
        let signature = signing.detached(b"text", at(9 * DAY)).unwrap();
        assert!(
            public
                .verify_detached(&signature, b"text", at(9 * DAY))
                .is_ok()
        );
        for late in [11 * DAY, 400 * DAY] {
            assert!(
                matches!(
                    signing.detached(b"text", at(late)),
                    Err(PgpError::CannotSign)
                ),
                "{late}"
            );
            assert!(
                matches!(
                    signing.clear_signed(b"text", at(late)),
                    Err(PgpError::CannotSign)
                ),
                "{late}"
            );
        }
    }

    #[test]
    fn a_key_signs_nothing_before_it_was_made() {
        let key = draw("Early <e@noroshi.example>", at(0), false).unwrap();
        let signing = SigningKey::read(&key.secret).unwrap();
        assert!(matches!(
            signing.detached(b"text", at(0) - Duration::from_secs(DAY)),
            Err(PgpError::CannotSign)
        ));
    }

    #[test]
    fn a_revoked_key_signs_and_vouches_for_nothing() {
        let key = draw("Revoked <r@noroshi.example>", at(0), false).unwrap();
        let signing = SigningKey::read(&key.secret).unwrap();
        let signature = signing.detached(b"text", at(60)).unwrap();
        let revocation = sequoia_openpgp::PacketPile::from_bytes(&key.revocation).unwrap();
        let (cert, _) = signing
            .cert
            .insert_packets(revocation.into_children())
            .unwrap();
        let signing = SigningKey { cert: cert.clone() };
        assert!(matches!(
            signing.detached(b"text", at(DAY)),
            Err(PgpError::CannotSign)
        ));
        let public = Certificate { cert };
        assert!(
            public
                .verify_detached(&signature, b"text", at(DAY))
                .is_err()
        );
        // Whoever has not heard of it still takes it.
        let unaware = Certificate::read(&key.public).unwrap();
        assert!(
            unaware
                .verify_detached(&signature, b"text", at(DAY))
                .is_ok()
        );
    }

    #[test]
    fn a_signature_may_be_a_little_ahead_of_our_clock_and_no_more() {
        let key = draw("Clock <c@noroshi.example>", at(0), false).unwrap();
        let signing = SigningKey::read(&key.secret).unwrap();
        let public = Certificate::read(&key.public).unwrap();
        let signature = signing.detached(b"text", at(DAY)).unwrap();
        let clear = signing.clear_signed(b"text\n", at(DAY)).unwrap();
        for (second, is_good) in [(DAY - 110, true), (DAY - 600, false), (2 * DAY, true)] {
            assert_eq!(
                public
                    .verify_detached(&signature, b"text", at(second))
                    .is_ok(),
                is_good,
                "{second}"
            );
            assert_eq!(
                public.verify_clear_signed(&clear, at(second)).is_ok(),
                is_good,
                "{second}"
            );
        }
    }

    #[test]
    fn what_is_no_signature_of_this_key_over_these_bytes_is_not_good() {
        let key = draw("One <o@noroshi.example>", at(0), false).unwrap();
        let other = draw("Other <o@noroshi.example>", at(0), false).unwrap();
        let signing = SigningKey::read(&key.secret).unwrap();
        let public = Certificate::read(&key.public).unwrap();
        let good = signing.detached(b"text", at(1)).unwrap();
        let foreign = SigningKey::read(&other.secret)
            .unwrap()
            .detached(b"text", at(1))
            .unwrap();
        let clear = signing.clear_signed(b"text", at(1)).unwrap();
        for (what, signature, bytes) in [
            ("a line end more", good.as_slice(), b"text\n".as_slice()),
            ("nothing signed", &good, b""),
            ("nothing", b"", b"text"),
            ("the text itself", b"text", b"text"),
            ("a key", &key.public, b"text"),
            ("another's", &foreign, b"text"),
            ("half of it", &good[..good.len() / 2], b"text"),
        ] {
            assert!(
                matches!(
                    public.verify_detached(signature, bytes, at(2)),
                    Err(PgpError::BadSignature)
                ),
                "{what}"
            );
        }
        for (what, message) in [
            ("a detached signature", good.as_slice()),
            ("nothing", b""),
            ("a text", b"text"),
            ("half of it", &clear[..clear.len() / 2]),
        ] {
            assert!(
                public.verify_clear_signed(message, at(2)).is_err(),
                "{what}"
            );
        }
    }

    #[test]
    fn bytes_that_are_no_key_are_refused_and_a_certificate_holds_no_secret() {
        let key = draw("One <o@noroshi.example>", at(0), true).unwrap();
        for bytes in [
            b"".as_slice(),
            b"no key",
            &key.revocation,
            &key.secret[..200],
        ] {
            assert!(matches!(SigningKey::read(bytes), Err(PgpError::Key)));
            assert!(matches!(Certificate::read(bytes), Err(PgpError::Key)));
        }
        let read = Certificate::read(&key.secret).unwrap();
        assert!(!read.cert.is_tsk(), "what was secret is dropped");
        assert_eq!(read.fingerprint(), key.fingerprint);
        let signing = SigningKey::read(&key.secret).unwrap();
        let written = signing.certificate().unwrap();
        assert!(SigningKey::read(&written).is_err());
        assert_eq!(
            Certificate::read(&written).unwrap().fingerprint(),
            key.fingerprint
        );
        assert_eq!(signing.user_id(), "One <o@noroshi.example>");
        let logged = format!("{key:?} {signing:?}");
        assert!(!logged.contains("PRIVATE") && logged.contains(&key.fingerprint));
    }

    #[test]
    fn signatures_verify_with_the_certificate_and_fail_on_one_changed_byte() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        let key = draw("DEMO 狼煙調整センター <info@noroshi.example>", at, false).unwrap();
        let signing = SigningKey::read(&key.secret).unwrap();
        let public = Certificate::read(&key.public).unwrap();
        let text = "対策情報\n- 一行目\nFrom here on\n".as_bytes();
        let detached = signing.detached(text, at).unwrap();
        public.verify_detached(&detached, text, at).unwrap();
        assert!(public.verify_detached(&detached, b"other", at).is_err());
        let clear = signing.clear_signed(text, at).unwrap();
        assert_eq!(public.verify_clear_signed(&clear, at).unwrap(), text);
        let bent = String::from_utf8(clear)
            .unwrap()
            .replace("一行目", "二行目");
        assert!(public.verify_clear_signed(bent.as_bytes(), at).is_err());
        let other = draw("Other <o@noroshi.example>", at, true).unwrap();
        assert!(
            Certificate::read(&other.public)
                .unwrap()
                .verify_detached(&detached, text, at)
                .is_err()
        );
        assert!(SigningKey::read(&key.public).is_err());
        assert_eq!(public.fingerprint(), key.fingerprint);
        assert!(public.user_id().starts_with("DEMO"));
    }
}
