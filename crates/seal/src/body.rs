//! Sealed bodies and payloads (docs/design/security.md §2.1).
//!
//! XChaCha20-Poly1305 with a random nonce; the associated data binds a body to house, dossier, compartment
//! and body id, so that no sealed text can be moved to another place. The plaintext is padded, so that its
//! length says little. Stored form: nonce (24 bytes) ‖ ciphertext with tag. It does not know the keys' whereabouts.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::canon::Canon;

/// Kind string of sealed bodies.
pub const BODY: &str = "noroshi/body/1";
/// Kind string of sealed ledger payloads.
pub const PAYLOAD: &str = "noroshi/payload/1";
/// Largest text of one body: 16 MiB.
pub const BODY_BYTES_MAX: usize = 16 << 20;

const NONCE_BYTES: usize = 24;
const PAD_STEP: usize = 256;
const PAD_FINE_UP_TO: usize = 4096;

/// The sealed bytes could not be opened: wrong key, wrong place, or changed bytes. Which one is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed bytes cannot be opened with this key at this place")]
pub struct Unopenable;

/// The place that a body belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The house.
    pub house: [u8; 16],
    /// The dossier: a ledger stream.
    pub dossier: [u8; 16],
    /// Code of the compartment.
    pub compartment: u8,
    /// The body, or the stream for a payload.
    pub id: [u8; 16],
}

impl Place {
    fn aad(&self, kind: &str, version: u32) -> Vec<u8> {
        Canon::of(kind)
            .fixed(&self.house)
            .fixed(&self.dossier)
            .u8(self.compartment)
            .fixed(&self.id)
            .u32(version)
            .finish()
    }
}

/// Seals a text body.
#[must_use]
pub fn seal(key: &[u8; 32], place: &Place, plaintext: &[u8]) -> Vec<u8> {
    seal_raw(key, &place.aad(BODY, 0), &pad(plaintext))
}

/// Opens a text body.
///
/// # Errors
/// [`Unopenable`] if key, place or bytes do not fit.
pub fn open(key: &[u8; 32], place: &Place, sealed: &[u8]) -> Result<Vec<u8>, Unopenable> {
    unpad(open_raw(key, &place.aad(BODY, 0), sealed)?)
}

/// Seals the payload of version `version` of stream `place.id`.
#[must_use]
pub fn seal_payload(key: &[u8; 32], place: &Place, version: u32, plaintext: &[u8]) -> Vec<u8> {
    seal_raw(key, &place.aad(PAYLOAD, version), &pad(plaintext))
}

/// Opens a payload.
///
/// # Errors
/// [`Unopenable`] if key, place or bytes do not fit.
pub fn open_payload(
    key: &[u8; 32],
    place: &Place,
    version: u32,
    sealed: &[u8],
) -> Result<Vec<u8>, Unopenable> {
    unpad(open_raw(key, &place.aad(PAYLOAD, version), sealed)?)
}

/// Seals bytes of any purpose under associated data of the caller's making, without padding.
#[must_use]
pub fn seal_raw(key: &[u8; 32], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let nonce = crate::random::bytes::<NONCE_BYTES>();
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher.encrypt(
        XNonce::from_slice(&nonce),
        Payload {
            msg: plaintext,
            aad,
        },
    );
    let Ok(sealed) = sealed else {
        unreachable!("XChaCha20-Poly1305 seals everything below 256 GiB")
    };
    let mut out = nonce.to_vec();
    out.extend_from_slice(&sealed);
    out
}

/// Opens what [`seal_raw`] sealed.
///
/// # Errors
/// [`Unopenable`] if key, associated data or bytes do not fit.
pub fn open_raw(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unopenable> {
    let (nonce, rest) = sealed.split_at_checked(NONCE_BYTES).ok_or(Unopenable)?;
    XChaCha20Poly1305::new(key.into())
        .decrypt(XNonce::from_slice(nonce), Payload { msg: rest, aad })
        .map_err(|_| Unopenable)
}

/// Pads to 256-byte steps up to 4 KiB and to at most 12 % above.
fn pad(plaintext: &[u8]) -> Vec<u8> {
    let length = plaintext.len() + 4;
    let step = if length <= PAD_FINE_UP_TO {
        PAD_STEP
    } else {
        (length / 9).next_power_of_two() / 2
    }
    .max(PAD_STEP);
    let padded = length.div_ceil(step) * step;
    let mut out = Vec::with_capacity(padded);
    out.extend_from_slice(
        &u32::try_from(plaintext.len())
            .unwrap_or(u32::MAX)
            .to_be_bytes(),
    );
    out.extend_from_slice(plaintext);
    out.resize(padded, 0);
    out
}

fn unpad(mut padded: Vec<u8>) -> Result<Vec<u8>, Unopenable> {
    let length = padded
        .first_chunk::<4>()
        .map(|n| u32::from_be_bytes(*n) as usize)
        .ok_or(Unopenable)?;
    if length + 4 > padded.len() {
        return Err(Unopenable);
    }
    padded.drain(..4);
    padded.truncate(length);
    Ok(padded)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place {
        house: [1; 16],
        dossier: [2; 16],
        compartment: 1,
        id: [3; 16],
    };

    #[test]
    fn a_body_opens_only_at_its_place() {
        let sealed = seal(&[9; 32], &PLACE, "本文".as_bytes());
        assert_eq!(
            open(&[9; 32], &PLACE, &sealed),
            Ok("本文".as_bytes().to_vec())
        );
        for other in [
            Place {
                house: [0; 16],
                ..PLACE
            },
            Place {
                dossier: [0; 16],
                ..PLACE
            },
            Place {
                compartment: 2,
                ..PLACE
            },
            Place {
                id: [0; 16],
                ..PLACE
            },
        ] {
            assert_eq!(open(&[9; 32], &other, &sealed), Err(Unopenable));
        }
        assert_eq!(open(&[8; 32], &PLACE, &sealed), Err(Unopenable));
        assert_eq!(open_payload(&[9; 32], &PLACE, 0, &sealed), Err(Unopenable));
        assert_eq!(open(&[9; 32], &PLACE, b"short"), Err(Unopenable));
    }

    #[test]
    fn a_payload_opens_only_at_its_version_and_as_a_payload() {
        let sealed = seal_payload(&[9; 32], &PLACE, 7, b"event");
        assert_eq!(
            open_payload(&[9; 32], &PLACE, 7, &sealed),
            Ok(b"event".to_vec())
        );
        for version in [0, 6, 8, u32::MAX] {
            assert_eq!(
                open_payload(&[9; 32], &PLACE, version, &sealed),
                Err(Unopenable)
            );
        }
        assert_eq!(open(&[9; 32], &PLACE, &sealed), Err(Unopenable));
        assert_eq!(open_payload(&[8; 32], &PLACE, 7, &sealed), Err(Unopenable));
    }

    #[test]
    fn no_byte_of_a_sealed_body_can_be_changed_or_left_out() {
        let sealed = seal(&[9; 32], &PLACE, b"text");
        for place in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[place] ^= 0x80;
            assert_eq!(open(&[9; 32], &PLACE, &bent), Err(Unopenable), "{place}");
            assert_eq!(
                open(&[9; 32], &PLACE, &sealed[..place]),
                Err(Unopenable),
                "{place}"
            );
        }
        let longer = [sealed.as_slice(), b"\0"].concat();
        assert_eq!(open(&[9; 32], &PLACE, &longer), Err(Unopenable));
    }

    #[test]
    fn texts_of_every_length_come_back_and_no_two_sealings_are_alike() {
        for length in [0, 1, 251, 252, 253, 4_091, 4_092, 4_093, 70_000] {
            let text = vec![b'x'; length];
            let (one, other) = (seal(&[9; 32], &PLACE, &text), seal(&[9; 32], &PLACE, &text));
            assert_ne!(one, other, "{length}");
            assert_eq!(one.len(), other.len());
            assert_eq!(open(&[9; 32], &PLACE, &one), Ok(text), "{length}");
        }
    }

    #[test]
    fn a_length_that_says_more_than_there_is_opens_nothing() {
        for inner in [
            b"".to_vec(),
            vec![0, 0, 0],
            vec![0, 0, 0, 1],
            vec![0, 0, 0, 9, b'a'],
            vec![0xff; 12],
        ] {
            let sealed = seal_raw(&[9; 32], &PLACE.aad(BODY, 0), &inner);
            assert_eq!(
                open(&[9; 32], &PLACE, &sealed),
                Err(Unopenable),
                "{inner:?}"
            );
        }
    }

    #[test]
    fn padding_hides_small_lengths_and_costs_little() {
        for length in [0, 1, 251, 252, 253, 4092, 4093, 10_000, 65_536, 1_000_000] {
            let padded = pad(&vec![7; length]).len();
            assert_eq!(padded % PAD_STEP, 0, "{length}");
            let limit = if length + 4 <= PAD_FINE_UP_TO {
                length + 4 + PAD_STEP
            } else {
                (length + 4) * 112 / 100 + 1
            };
            assert!(padded <= limit, "{length} became {padded}");
        }
        assert_eq!(pad(b"a").len(), pad(&[0; 200]).len());
    }
}
