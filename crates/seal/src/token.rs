//! Tokens of links, six-digit codes, and references that stand in mail (docs/design/security.md §2.7, §2.4).
//!
//! A token is 128 random bits and is stored as its SHA-256; the six-digit code beside it stands in the
//! mail's text and not in the link. A reference (VERP, Message-ID) is derived, so that it is stable over
//! retries without being stored. No token says anything about what it opens.

use crate::canon::Canon;

/// Letters of a token in link form: 128 bits in base 32.
const LINK_LETTERS: usize = 26;

/// Draws a token; returns its link form and the hash that is stored.
#[must_use]
pub fn draw() -> (String, [u8; 32]) {
    let token = crate::random::bytes::<16>();
    (base32(&token), crate::sha256(&token))
}

/// Returns the stored hash of a token in link form; `None` if it has not that form.
#[must_use]
pub fn hash(link: &str) -> Option<[u8; 32]> {
    // One letter more would say the same bytes: a link has one form.
    if link.len() != LINK_LETTERS {
        return None;
    }
    let bytes: [u8; 16] = unbase32(link)?.try_into().ok()?;
    Some(crate::sha256(&bytes))
}

/// Returns the six-digit code of one copy.
///
/// The code is derived from the house's code key and the copy's id, so it needs no row of its own; whoever
/// has neither learns nothing from another copy's code.
#[must_use]
pub fn code(key: &[u8; 32], copy: &[u8]) -> String {
    let mac = crate::hmac256(key, &Canon::of("noroshi/copy-code/1").bytes(copy).finish());
    let number = mac.first_chunk::<8>().map_or(0, |b| u64::from_be_bytes(*b)) % 1_000_000;
    format!("{number:06}")
}

/// Returns the reference of one copy: 80 bits in lower-case base 32, fit for a mailbox name.
#[must_use]
pub fn reference(key: &[u8; 32], purpose: &str, copy: &[u8]) -> String {
    let mac = crate::hmac256(
        key,
        &Canon::of("noroshi/reference/1")
            .bytes(purpose.as_bytes())
            .bytes(copy)
            .finish(),
    );
    base32(&mac[..10])
}

/// Lower-case RFC 4648 base 32 without padding.
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            out.push(LETTERS[(bits >> held & 31) as usize] as char);
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        out.push(LETTERS[(bits << (5 - held) & 31) as usize] as char);
    }
    out
}

fn unbase32(text: &str) -> Option<Vec<u8>> {
    if text.len() > 64 {
        return None;
    }
    let (mut bits, mut held, mut out) = (0_u32, 0_u32, Vec::new());
    for c in text.bytes() {
        let value = match c {
            b'a'..=b'z' => c - b'a',
            b'2'..=b'7' => c - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u32::from(value);
        held += 5;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 255).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    (bits == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stands in sent mail: these vectors may only be joined by others.
    #[test]
    fn codes_and_references_are_fixed() {
        assert_eq!(code(&[1; 32], b"copy"), "473151");
        assert_eq!(reference(&[1; 32], "verp", b"copy"), "ziwtmlo7bo7qnq3k");
        assert_eq!(base32(b"foobar"), "mzxw6ytboi");
    }

    #[test]
    fn a_token_is_found_by_its_hash_only() {
        let (link, stored) = draw();
        assert_eq!(link.len(), 26);
        assert_eq!(hash(&link), Some(stored));
        assert_eq!(hash(&link.to_uppercase()), None);
        assert_eq!(hash(""), None);
        assert_eq!(hash(&"a".repeat(1000)), None);
    }
}
