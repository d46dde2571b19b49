//! The key hierarchy (docs/design/security.md §2.1, §2.2): root key, epoch keys, compartment keys.
//!
//! The root key opens the epoch keys, an epoch key wraps compartment keys. Erasing a compartment means to
//! drop its wrapped key, to start a new epoch, to wrap all others anew and to destroy the old epoch key:
//! old copies of the database then hold only keys wrapped under a key that is gone. This module wraps and
//! opens; where rows and files lie is the callers' matter.

use zeroize::Zeroizing;

use crate::body::{Unopenable, open_raw, seal_raw};
use crate::canon::Canon;

/// A secret of 32 bytes that prints nothing and is wiped when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// Draws a new secret.
    #[must_use]
    pub fn draw() -> Self {
        Secret(Zeroizing::new(crate::random::bytes()))
    }

    /// Takes over the bytes of a secret.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Secret(Zeroizing::new(bytes))
    }

    /// Returns the bytes, for use in a cipher only.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Key id: names a compartment key in ledger headers and key rows.
pub type KeyId = [u8; 16];

/// Number of an epoch, from 1.
pub type Epoch = u32;

/// Seals an epoch key under the root key.
#[must_use]
pub fn wrap_epoch(root: &Secret, house: &[u8; 16], epoch: Epoch, key: &Secret) -> Vec<u8> {
    seal_raw(root.bytes(), &epoch_aad(house, epoch), key.bytes())
}

/// Opens an epoch key.
///
/// # Errors
/// [`Unopenable`] if root key, house, epoch or bytes do not fit.
pub fn open_epoch(
    root: &Secret,
    house: &[u8; 16],
    epoch: Epoch,
    wrapped: &[u8],
) -> Result<Secret, Unopenable> {
    secret(open_raw(root.bytes(), &epoch_aad(house, epoch), wrapped)?)
}

/// Seals a compartment key under an epoch key.
#[must_use]
pub fn wrap(epoch_key: &Secret, epoch: Epoch, id: &KeyId, key: &Secret) -> Vec<u8> {
    seal_raw(epoch_key.bytes(), &key_aad(epoch, id), key.bytes())
}

/// Opens a compartment key.
///
/// # Errors
/// [`Unopenable`] if epoch key, epoch, id or bytes do not fit.
pub fn unwrap(
    epoch_key: &Secret,
    epoch: Epoch,
    id: &KeyId,
    wrapped: &[u8],
) -> Result<Secret, Unopenable> {
    secret(open_raw(epoch_key.bytes(), &key_aad(epoch, id), wrapped)?)
}

fn epoch_aad(house: &[u8; 16], epoch: Epoch) -> Vec<u8> {
    Canon::of("noroshi/epoch-key/1")
        .fixed(house)
        .u32(epoch)
        .finish()
}

fn key_aad(epoch: Epoch, id: &KeyId) -> Vec<u8> {
    Canon::of("noroshi/compartment-key/1")
        .u32(epoch)
        .fixed(id)
        .finish()
}

fn secret(bytes: Vec<u8>) -> Result<Secret, Unopenable> {
    let bytes = Zeroizing::new(bytes);
    let array: [u8; 32] = bytes.as_slice().try_into().map_err(|_| Unopenable)?;
    Ok(Secret::from_bytes(array))
}

/// Derives a key for one purpose from a secret (HKDF-SHA-256, RFC 5869).
#[must_use]
pub fn derive(secret: &[u8], salt: &[u8], label: &str) -> [u8; 32] {
    let mut out = [0_u8; 32];
    if hkdf::Hkdf::<sha2::Sha256>::new(Some(salt), secret)
        .expand(label.as_bytes(), &mut out)
        .is_err()
    {
        unreachable!("HKDF-SHA-256 gives up to 8160 bytes");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_key_opens_only_under_its_epoch_and_id() {
        let (root, epoch_key, key) = (Secret::draw(), Secret::draw(), Secret::draw());
        let wrapped = wrap_epoch(&root, &[1; 16], 3, &epoch_key);
        assert_eq!(
            open_epoch(&root, &[1; 16], 3, &wrapped).map(|k| *k.bytes()),
            Ok(*epoch_key.bytes())
        );
        assert!(open_epoch(&root, &[1; 16], 4, &wrapped).is_err());
        let wrapped = wrap(&epoch_key, 3, &[5; 16], &key);
        assert_eq!(
            unwrap(&epoch_key, 3, &[5; 16], &wrapped).map(|k| *k.bytes()),
            Ok(*key.bytes())
        );
        assert!(unwrap(&epoch_key, 3, &[6; 16], &wrapped).is_err());
        assert!(unwrap(&root, 3, &[5; 16], &wrapped).is_err());
        assert_eq!(format!("{key:?}"), "Secret(…)");
    }

    /// RFC 5869 A.3.
    #[test]
    fn keys_are_derived_as_the_standard_says() {
        assert_eq!(
            crate::hex(&derive(&[0x0b; 22], b"", "")),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
        );
        let one = derive(b"secret", b"salt", "label");
        assert_ne!(one, derive(b"secret", b"salt", "labels"));
        assert_ne!(one, derive(b"secret", b"salts", "label"));
        assert_ne!(one, derive(b"secrets", b"salt", "label"));
    }

    #[test]
    fn an_epoch_key_opens_for_its_house_under_its_root_alone() {
        let (root, key) = (Secret::draw(), Secret::draw());
        let wrapped = wrap_epoch(&root, &[1; 16], 3, &key);
        assert!(open_epoch(&Secret::draw(), &[1; 16], 3, &wrapped).is_err());
        assert!(open_epoch(&root, &[2; 16], 3, &wrapped).is_err());
        assert!(open_epoch(&root, &[1; 16], 2, &wrapped).is_err());
        for place in 0..wrapped.len() {
            let mut bent = wrapped.clone();
            bent[place] ^= 1;
            assert!(open_epoch(&root, &[1; 16], 3, &bent).is_err(), "{place}");
            assert!(
                open_epoch(&root, &[1; 16], 3, &wrapped[..place]).is_err(),
                "{place}"
            );
        }
        // A compartment key is no epoch key, though both are sealed alike.
        let compartment = wrap(&root, 3, &[1; 16], &key);
        assert!(open_epoch(&root, &[1; 16], 3, &compartment).is_err());
        assert!(unwrap(&root, 3, &[1; 16], &wrapped).is_err());
    }

    #[test]
    fn what_was_erased_stays_closed_when_the_old_epoch_key_is_gone() {
        let (root, before, after) = (Secret::draw(), Secret::draw(), Secret::draw());
        let kept = ([5; 16], Secret::draw());
        let erased = ([6; 16], Secret::draw());
        let old_kept = wrap(&before, 3, &kept.0, &kept.1);
        let old_erased = wrap(&before, 3, &erased.0, &erased.1);
        // A new epoch: only what is kept is wrapped anew.
        let opened = unwrap(&before, 3, &kept.0, &old_kept).unwrap();
        let new_kept = wrap(&after, 4, &kept.0, &opened);
        assert_eq!(
            unwrap(&after, 4, &kept.0, &new_kept).map(|key| *key.bytes()),
            Ok(*kept.1.bytes())
        );
        // An old copy of the database holds both rows; the new epoch key opens neither.
        for (id, row) in [(&kept.0, &old_kept), (&erased.0, &old_erased)] {
            for epoch in [3, 4] {
                assert!(unwrap(&after, epoch, id, row).is_err());
                assert!(unwrap(&root, epoch, id, row).is_err());
            }
        }
        // Nor does a row stand for another one.
        assert!(unwrap(&after, 4, &erased.0, &new_kept).is_err());
    }

    #[test]
    fn what_is_sealed_and_has_another_length_is_no_key() {
        let root = Secret::draw();
        for length in [0, 16, 31, 33, 64] {
            let bytes = vec![7; length];
            let sealed = seal_raw(root.bytes(), &epoch_aad(&[1; 16], 3), &bytes);
            assert!(open_epoch(&root, &[1; 16], 3, &sealed).is_err(), "{length}");
        }
    }
}
