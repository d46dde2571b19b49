//! Approval keys and approvals (docs/design/security.md §2.8).
//!
//! Each approver has an Ed25519 key, sealed under Argon2id of a password, and approves a plan by signing
//! `"noroshi/approve/1" ‖ plan hash ‖ person ‖ time`. Whether an approval counts (distinct persons, not the
//! author, key old enough) is decided in [`crate::signer`], which trusts no row of the database.

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::body::{open_raw, seal_raw};
use crate::canon::Canon;

/// Cost of turning a password into a key. An argument, so that tests can be quick and `init` cannot be weak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl Cost {
    /// What `init` uses: 64 MiB, three passes (RFC 9106 §4, second recommended option).
    pub const HOUSE: Cost = Cost {
        memory_kib: 65_536,
        passes: 3,
    };
    /// For tests and for keys whose password lies beside them (demo, replay); never for a person's key.
    pub const DANGER_QUICK: Cost = Cost {
        memory_kib: 64,
        passes: 1,
    };
}

/// An approval key as stored: public half, and private half under the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedKey {
    /// Public half.
    pub public: [u8; 32],
    /// Cost of the password, needed to open.
    pub cost: Cost,
    /// Salt of the password.
    pub salt: [u8; 16],
    /// Sealed private half.
    pub sealed: Vec<u8>,
}

/// The password does not open this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password does not open this approval key")]
pub struct WrongPassword;

/// The 32 secret bytes of a key; they are wiped when dropped.
pub type Secret = Zeroizing<[u8; 32]>;

/// Draws an approval key under a password.
///
/// # Errors
/// [`WrongPassword`] if the cost is outside what Argon2 takes.
pub fn draw(person: &[u8; 16], password: &str, cost: Cost) -> Result<SealedKey, WrongPassword> {
    draw_open(person, password, cost).map(|(key, _)| key)
}

/// As [`draw`], with the secret half, so that the key signs for itself at once.
///
/// # Errors
/// As [`draw`].
pub fn draw_open(
    person: &[u8; 16],
    password: &str,
    cost: Cost,
) -> Result<(SealedKey, Secret), WrongPassword> {
    let secret = Zeroizing::new(crate::random::bytes());
    let key = SigningKey::from_bytes(&secret);
    let salt = crate::random::bytes::<16>();
    let under = stretch(&set(password), &salt, cost)?;
    let sealed = seal_raw(&under, &aad(person), secret.as_slice());
    let sealed = SealedKey {
        public: key.verifying_key().to_bytes(),
        cost,
        salt,
        sealed,
    };
    Ok((sealed, secret))
}

/// Opens the secret half of a key.
///
/// # Errors
/// [`WrongPassword`] if the password does not open it.
pub fn open(key: &SealedKey, person: &[u8; 16], password: &str) -> Result<Secret, WrongPassword> {
    let secret = opened(key, person, password)?;
    let secret = secret.as_slice().try_into().map_err(|_| WrongPassword)?;
    Ok(Zeroizing::new(secret))
}

/// The public half of a secret, hexadecimal.
#[must_use]
pub fn public_of(secret: &[u8; 32]) -> String {
    crate::hex(&SigningKey::from_bytes(secret).verifying_key().to_bytes())
}

/// Seals the same key under another password.
///
/// # Errors
/// [`WrongPassword`] if `before` does not open it.
pub fn reseal(
    key: &SealedKey,
    person: &[u8; 16],
    before: &str,
    after: &str,
    cost: Cost,
) -> Result<SealedKey, WrongPassword> {
    let secret = opened(key, person, before)?;
    let salt = crate::random::bytes::<16>();
    let under = stretch(&set(after), &salt, cost)?;
    Ok(SealedKey {
        public: key.public,
        cost,
        salt,
        sealed: seal_raw(&under, &aad(person), &secret),
    })
}

/// A person's signature over a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who approved.
    pub person: [u8; 16],
    /// When, µs since 1970 UTC.
    pub at: i64,
    /// Ed25519 signature.
    pub signature: [u8; 64],
}

/// Signs a plan hash with the key of `person`.
///
/// # Errors
/// [`WrongPassword`] if the password does not open the key.
pub fn approve(
    key: &SealedKey,
    person: &[u8; 16],
    password: &str,
    plan: &[u8; 32],
    at: i64,
) -> Result<Approval, WrongPassword> {
    let secret = opened(key, person, password)?;
    let secret: [u8; 32] = secret.as_slice().try_into().map_err(|_| WrongPassword)?;
    let signature = SigningKey::from_bytes(&secret)
        .sign(&message(plan, person, at))
        .to_bytes();
    Ok(Approval {
        person: *person,
        at,
        signature,
    })
}

/// Tells whether `approval` is a signature of `public` over `plan`.
#[must_use]
pub fn verifies(approval: &Approval, public: &[u8; 32], plan: &[u8; 32]) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(public) else {
        return false;
    };
    key.verify(
        &message(plan, &approval.person, approval.at),
        &Signature::from_bytes(&approval.signature),
    )
    .is_ok()
}

fn message(plan: &[u8; 32], person: &[u8; 16], at: i64) -> Vec<u8> {
    Canon::of("noroshi/approve/1")
        .fixed(plan)
        .fixed(person)
        .i64(at)
        .finish()
}

fn aad(person: &[u8; 16]) -> Vec<u8> {
    Canon::of("noroshi/approval-key/1").fixed(person).finish()
}

/// Opens the private half with what was typed.
fn opened(
    key: &SealedKey,
    person: &[u8; 16],
    typed: &str,
) -> Result<Zeroizing<Vec<u8>>, WrongPassword> {
    for password in meant(typed) {
        let under = stretch(&password, &key.salt, key.cost)?;
        if let Ok(secret) = open_raw(&under, &aad(person), &key.sealed) {
            return Ok(Zeroizing::new(secret));
        }
    }
    Err(WrongPassword)
}

/// A password as it is set: one system types ガ as one character, another as two, and both are one password (NFC).
pub(crate) fn set(typed: &str) -> Zeroizing<String> {
    Zeroizing::new(typed.nfc().collect())
}

/// What a typed password may be: as it would be set today, or as it stands, if it was set before that was so.
pub(crate) fn meant(typed: &str) -> Vec<Zeroizing<String>> {
    let normal = set(typed);
    if *normal == typed {
        return vec![normal];
    }
    vec![normal, Zeroizing::new(typed.to_owned())]
}

pub(crate) fn stretch(
    password: &str,
    salt: &[u8],
    cost: Cost,
) -> Result<Zeroizing<[u8; 32]>, WrongPassword> {
    let params = argon2::Params::new(cost.memory_kib, cost.passes, 1, Some(32))
        .map_err(|_| WrongPassword)?;
    let mut out = Zeroizing::new([0_u8; 32]);
    argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, out.as_mut())
        .map_err(|_| WrongPassword)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_but_its_own_opens_a_key_and_no_byte_of_it_can_change() {
        let key = draw(&[1; 16], "正しい 馬", Cost::DANGER_QUICK).unwrap();
        let opens =
            |key: &SealedKey, password: &str| approve(key, &[1; 16], password, &[9; 32], 5).is_ok();
        assert!(opens(&key, "正しい 馬"));
        for password in [
            "",
            "正しい馬",
            "正しい 馬 ",
            "正しい\u{3000}馬",
            "正しい 馬\0",
        ] {
            assert!(!opens(&key, password), "{password:?}");
        }
        for place in 0..key.sealed.len() {
            let mut bent = key.clone();
            bent.sealed[place] ^= 1;
            assert!(!opens(&bent, "正しい 馬"), "{place}");
        }
        let mut salted = key.clone();
        salted.salt[0] ^= 1;
        assert!(!opens(&salted, "正しい 馬"));
        let mut cheaper = key.clone();
        cheaper.cost.memory_kib *= 2;
        assert!(!opens(&cheaper, "正しい 馬"));
        let nothing = Cost {
            memory_kib: 0,
            passes: 0,
        };
        assert_eq!(draw(&[1; 16], "x", nothing), Err(WrongPassword));
        assert_eq!(
            reseal(&key, &[2; 16], "正しい 馬", "x", Cost::DANGER_QUICK),
            Err(WrongPassword),
            "a key is its person's"
        );
    }

    #[test]
    fn a_password_is_one_however_its_marks_are_typed() {
        let (one, two) = (
            "ガーデン café",
            "\u{30ab}\u{3099}ーテ\u{3099}ン cafe\u{301}",
        );
        assert_ne!(one, two);
        let opens =
            |key: &SealedKey, password: &str| approve(key, &[1; 16], password, &[9; 32], 5).is_ok();
        for set in [one, two] {
            let key = draw(&[1; 16], set, Cost::DANGER_QUICK).unwrap();
            assert!(opens(&key, one) && opens(&key, two));
            let again = reseal(&key, &[1; 16], two, one, Cost::DANGER_QUICK).unwrap();
            assert!(opens(&again, two));
        }
        // Set before passwords were brought to one form: it opens as it was typed then.
        let salt = [7; 16];
        let key = draw(&[1; 16], one, Cost::DANGER_QUICK).unwrap();
        let secret = opened(&key, &[1; 16], one).unwrap();
        let under = stretch(two, &salt, Cost::DANGER_QUICK).unwrap();
        let sealed = seal_raw(&under, &aad(&[1; 16]), &secret);
        let older = SealedKey {
            salt,
            sealed,
            ..key
        };
        assert!(opens(&older, two) && !opens(&older, one));
    }

    #[test]
    fn a_signature_counts_for_one_key_and_is_the_same_each_time() {
        let (one, two) = (
            draw(&[1; 16], "pw", Cost::DANGER_QUICK).unwrap(),
            draw(&[1; 16], "pw", Cost::DANGER_QUICK).unwrap(),
        );
        assert_ne!(one.public, two.public);
        let approval = approve(&one, &[1; 16], "pw", &[9; 32], i64::MIN).unwrap();
        assert_eq!(
            approve(&one, &[1; 16], "pw", &[9; 32], i64::MIN),
            Ok(approval.clone())
        );
        assert!(verifies(&approval, &one.public, &[9; 32]));
        for public in [two.public, [0; 32], [0xff; 32]] {
            assert!(!verifies(&approval, &public, &[9; 32]));
        }
        for place in [0, 31, 32, 63] {
            let mut bent = approval.clone();
            bent.signature[place] ^= 1;
            assert!(!verifies(&bent, &one.public, &[9; 32]), "{place}");
        }
        let empty = Approval {
            signature: [0; 64],
            ..approval
        };
        assert!(!verifies(&empty, &one.public, &[9; 32]));
    }

    #[test]
    fn an_approval_binds_person_plan_and_time() {
        let key = draw(&[1; 16], "correct horse", Cost::DANGER_QUICK)
            .map_err(|e| e.to_string())
            .unwrap_or_else(|e| unreachable!("{e}"));
        assert_eq!(
            approve(&key, &[1; 16], "wrong", &[9; 32], 5),
            Err(WrongPassword)
        );
        assert_eq!(
            approve(&key, &[2; 16], "correct horse", &[9; 32], 5),
            Err(WrongPassword)
        );
        let approval = approve(&key, &[1; 16], "correct horse", &[9; 32], 5)
            .unwrap_or_else(|e| unreachable!("{e}"));
        assert!(verifies(&approval, &key.public, &[9; 32]));
        assert!(!verifies(&approval, &key.public, &[8; 32]));
        assert!(!verifies(
            &Approval {
                at: 6,
                ..approval.clone()
            },
            &key.public,
            &[9; 32]
        ));
        assert!(!verifies(
            &Approval {
                person: [2; 16],
                ..approval.clone()
            },
            &key.public,
            &[9; 32]
        ));
        let moved = reseal(
            &key,
            &[1; 16],
            "correct horse",
            "other words",
            Cost::DANGER_QUICK,
        )
        .unwrap_or_else(|e| unreachable!("{e}"));
        assert_eq!(moved.public, key.public);
        assert!(approve(&moved, &[1; 16], "correct horse", &[9; 32], 5).is_err());
        assert!(approve(&moved, &[1; 16], "other words", &[9; 32], 5).is_ok());
        assert!(reseal(&key, &[1; 16], "wrong", "other", Cost::DANGER_QUICK).is_err());
        let mut bent = approval.clone();
        bent.signature[10] ^= 1;
        assert!(!verifies(&bent, &key.public, &[9; 32]));
    }
}
