//! Keys, sealed bytes, signatures and what can be checked without a key.
//!
//! Everything here turns bytes into bytes: canonical forms, the ledger record, sealed bodies, receipts,
//! tokens, approvals, OpenPGP, the archive log's leaves, and the offline verification of a pressed tree.
//! It depends on none of our crates but `base`: it does not know what a case or an advisory is, it has no database and
//! no socket. Time is always an argument; randomness is drawn from the system, here and nowhere below
//! `engine` (docs/design/settled.md §1.22). Formats follow docs/design/security.md §2 and are for ever: a form that
//! was ever written must stay readable. Start reading at [`record`] and [`body`].

pub mod approval;
pub mod approvers;
pub mod body;
pub mod canon;
pub mod coverage;
pub mod files;
pub mod intake;
pub mod keyring;
pub mod leaf;
pub mod mailbox;
pub mod openpgp;
pub mod password;
pub mod random;
pub mod receipt;
pub mod record;
pub mod recovery;
pub mod signer;
pub mod token;
pub mod verify;

/// SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).into()
}

/// SHA-256 of what comes piece by piece.
#[derive(Clone, Default)]
pub struct Hashing(sha2::Sha256);

impl Hashing {
    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        sha2::Digest::update(&mut self.0, bytes);
    }

    /// Returns the hash of all pieces.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        sha2::Digest::finalize(self.0).into()
    }
}

impl std::fmt::Debug for Hashing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hashing")
    }
}

/// SHA-512 of `bytes`.
#[must_use]
pub fn sha512(bytes: &[u8]) -> [u8; 64] {
    use sha2::Digest;
    sha2::Sha512::digest(bytes).into()
}

/// HMAC-SHA-256 of `bytes` under `key`.
#[must_use]
pub fn hmac256(key: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
    use hmac::Mac;
    let mut mac = match <hmac::Hmac<sha2::Sha256> as hmac::Mac>::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes keys of every length"),
    };
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}

/// Lower-case hexadecimal form of `bytes`.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

/// Bytes of a hexadecimal text of either case; `None` if it is not one.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |c: u8| (c as char).to_digit(16).and_then(|d| u8::try_from(d).ok());
    digits
        .chunks_exact(2)
        .map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?))
        .collect()
}

/// 32 bytes of a hexadecimal text; `None` if it is not that.
#[must_use]
pub fn unhex32(text: &str) -> Option<[u8; 32]> {
    unhex(text)?.try_into().ok()
}
