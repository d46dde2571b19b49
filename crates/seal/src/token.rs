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

    #[test]
    fn a_link_has_one_form() {
        let zeros = "a".repeat(26);
        assert_eq!(hash(&zeros), Some(crate::sha256(&[0; 16])));
        let body = "a".repeat(25);
        for (last, is_link) in [
            // The last letter carries three bits; the two below them are always zero.
            ("e", true),
            ("4", true),
            ("b", false),
            ("c", false),
            ("7", false),
            ("", false),
            ("aa", false),
            ("aaa", false),
            ("A", false),
            ("0", false),
            ("1", false),
            ("8", false),
            ("9", false),
            ("=", false),
            (" ", false),
            ("é", false),
        ] {
            assert_eq!(
                hash(&format!("{body}{last}")).is_some(),
                is_link,
                "{last:?}"
            );
        }
        assert_ne!(hash(&format!("{body}e")), hash(&zeros));
    }

    #[test]
    fn base_32_agrees_with_rfc_4648() {
        for (plain, letters) in [
            ("", ""),
            ("f", "my"),
            ("fo", "mzxq"),
            ("foo", "mzxw6"),
            ("foob", "mzxw6yq"),
            ("fooba", "mzxw6ytb"),
            ("foobar", "mzxw6ytboi"),
        ] {
            assert_eq!(base32(plain.as_bytes()), letters);
            assert_eq!(unbase32(letters).as_deref(), Some(plain.as_bytes()));
        }
    }

    #[test]
    fn each_copy_has_six_digits_and_a_reference_of_its_own() {
        let mut codes = std::collections::BTreeSet::new();
        let mut references = std::collections::BTreeSet::new();
        for copy in 0..2_000_u32 {
            let copy = copy.to_be_bytes();
            let code = code(&[1; 32], &copy);
            assert!(
                code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()),
                "{code}"
            );
            codes.insert(code);
            let reference = reference(&[1; 32], "verp", &copy);
            assert_eq!(reference.len(), 16);
            references.insert(reference);
        }
        assert!(codes.len() > 1_950, "{}", codes.len());
        assert!(codes.iter().any(|code| code.starts_with('0')));
        assert_eq!(references.len(), 2_000);
        assert_ne!(code(&[1; 32], b"copy"), code(&[2; 32], b"copy"));
        let verp = reference(&[1; 32], "verp", b"copy");
        assert_ne!(verp, reference(&[1; 32], "id", b"copy"));
        assert_ne!(verp, reference(&[2; 32], "verp", b"copy"));
        assert_ne!(
            reference(&[1; 32], "a", b"bc"),
            reference(&[1; 32], "ab", b"c")
        );
    }
}
