//! The intake box: what the portal takes in is sealed to the house's current intake key (docs/design/security.md §2.5).
//!
//! HPKE base mode (RFC 9180: DHKEM(X25519), HKDF-SHA256, ChaCha20-Poly1305), so that the portal holds only a
//! public key. A new key each month; the old private half is destroyed once its box is empty. Stored form:
//! encapsulated key (32 bytes) ‖ ciphertext.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use zeroize::Zeroizing;

use crate::body::Unopenable;

const INFO: &[u8] = b"noroshi/intake/1";

struct System;

impl hpke::rand_core::RngCore for System {
    fn next_u32(&mut self) -> u32 {
        u32::from_be_bytes(crate::random::bytes())
    }
    fn next_u64(&mut self) -> u64 {
        crate::random::u64()
    }
    fn fill_bytes(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let drawn = crate::random::bytes::<32>();
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
    }
}

impl hpke::rand_core::CryptoRng for System {}

/// Draws an intake key: private half, public half.
#[must_use]
pub fn draw() -> (Zeroizing<[u8; 32]>, [u8; 32]) {
    let (secret, public) = X25519HkdfSha256::derive_keypair(&crate::random::bytes::<32>());
    let mut private = Zeroizing::new([0; 32]);
    private.copy_from_slice(&secret.to_bytes());
    let mut open = [0; 32];
    open.copy_from_slice(&public.to_bytes());
    (private, open)
}

/// Returns the public half of a private one.
///
/// # Errors
/// [`Unopenable`] if `private` is no usable key.
pub fn public(private: &[u8; 32]) -> Result<[u8; 32], Unopenable> {
    let secret =
        <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(private).map_err(|_| Unopenable)?;
    let mut open = [0; 32];
    open.copy_from_slice(&X25519HkdfSha256::sk_to_pk(&secret).to_bytes());
    Ok(open)
}

/// Seals `plaintext` to the intake key, bound to the random id under which it is filed.
///
/// # Errors
/// [`Unopenable`] if `to` is no usable public key.
pub fn seal(to: &[u8; 32], id: &[u8; 16], plaintext: &[u8]) -> Result<Vec<u8>, Unopenable> {
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(to).map_err(|_| Unopenable)?;
    let (key, sealed) =
        hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256, _>(
            &OpModeS::Base,
            &public,
            INFO,
            plaintext,
            id,
            &mut System,
        )
        .map_err(|_| Unopenable)?;
    let mut out = key.to_bytes().to_vec();
    out.extend_from_slice(&sealed);
    Ok(out)
}

/// Opens what the portal sealed.
///
/// # Errors
/// [`Unopenable`] if key, id or bytes do not fit.
pub fn open(private: &[u8; 32], id: &[u8; 16], sealed: &[u8]) -> Result<Vec<u8>, Unopenable> {
    let (key, rest) = sealed.split_first_chunk::<32>().ok_or(Unopenable)?;
    let secret =
        <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(private).map_err(|_| Unopenable)?;
    let key = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(key).map_err(|_| Unopenable)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret,
        &key,
        INFO,
        rest,
        id,
    )
    .map_err(|_| Unopenable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_opens_with_the_private_half_and_its_id_only() {
        let (private, public) = draw();
        assert_eq!(super::public(&private), Ok(public));
        let sealed = seal(&public, &[1; 16], b"report").unwrap_or_default();
        assert_eq!(open(&private, &[1; 16], &sealed), Ok(b"report".to_vec()));
        assert_eq!(open(&private, &[2; 16], &sealed), Err(Unopenable));
        assert_eq!(open(&draw().0, &[1; 16], &sealed), Err(Unopenable));
        assert_eq!(open(&private, &[1; 16], b""), Err(Unopenable));
    }
}
