//! The finder's mailbox: answers sealed to the key that only the receipt gives (docs/design/security.md §2.5).
//!
//! X25519 with an ephemeral key, HKDF, XChaCha20-Poly1305, bound to the look-up id. What it protects is the
//! thread against the portal context; it does not protect against root key and database together, and no
//! document says so.

use x25519_dalek::{PublicKey, StaticSecret};

use crate::body::{Unopenable, open_raw, seal_raw};
use crate::canon::Canon;
use crate::keyring::derive;

/// Public half of a mailbox.
#[must_use]
pub fn public(secret: &[u8; 32]) -> [u8; 32] {
    PublicKey::from(&StaticSecret::from(*secret)).to_bytes()
}

/// Seals a message to the mailbox with public half `to` and look-up hash `lookup`.
#[must_use]
pub fn seal(to: &[u8; 32], lookup: &[u8; 32], plaintext: &[u8]) -> Vec<u8> {
    let ephemeral = StaticSecret::from(crate::random::bytes::<32>());
    let shared = ephemeral.diffie_hellman(&PublicKey::from(*to));
    let from = PublicKey::from(&ephemeral).to_bytes();
    let key = derive(shared.as_bytes(), &from, "noroshi/mailbox/1");
    let mut out = from.to_vec();
    out.extend_from_slice(&seal_raw(&key, &aad(to, lookup), plaintext));
    out
}

/// Opens a message.
///
/// # Errors
/// [`Unopenable`] if secret, mailbox or bytes do not fit.
pub fn open(secret: &[u8; 32], lookup: &[u8; 32], sealed: &[u8]) -> Result<Vec<u8>, Unopenable> {
    let (from, rest) = sealed.split_first_chunk::<32>().ok_or(Unopenable)?;
    let shared = StaticSecret::from(*secret).diffie_hellman(&PublicKey::from(*from));
    let key = derive(shared.as_bytes(), from, "noroshi/mailbox/1");
    open_raw(&key, &aad(&public(secret), lookup), rest)
}

fn aad(to: &[u8; 32], lookup: &[u8; 32]) -> Vec<u8> {
    Canon::of("noroshi/mailbox/1")
        .fixed(to)
        .fixed(lookup)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_receipt_opens_the_mailbox() {
        let secret = crate::random::bytes();
        let sealed = seal(&public(&secret), &[4; 32], b"news");
        assert_eq!(open(&secret, &[4; 32], &sealed), Ok(b"news".to_vec()));
        assert_eq!(open(&secret, &[5; 32], &sealed), Err(Unopenable));
        assert_eq!(open(&[1; 32], &[4; 32], &sealed), Err(Unopenable));
    }

    #[test]
    fn no_byte_of_a_message_can_be_changed_or_left_out() {
        let secret = crate::random::bytes();
        let sealed = seal(&public(&secret), &[4; 32], b"news");
        assert_ne!(sealed, seal(&public(&secret), &[4; 32], b"news"));
        for place in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[place] ^= 1;
            assert_eq!(open(&secret, &[4; 32], &bent), Err(Unopenable), "{place}");
            assert_eq!(
                open(&secret, &[4; 32], &sealed[..place]),
                Err(Unopenable),
                "{place}"
            );
        }
    }
}
