//! Canonical bytes: what is hashed or signed, in one unambiguous form.
//!
//! Numbers are big-endian and fixed; byte strings carry their length as u32. No field is optional: what may
//! be absent is written as an empty string. It does not read: what was hashed is kept, never re-serialised.

/// Collects the canonical bytes of one object.
#[derive(Default)]
pub struct Canon(Vec<u8>);

impl Canon {
    /// Begins an object of the given kind, for example `noroshi/ledger/1`.
    #[must_use]
    pub fn of(kind: &str) -> Self {
        Canon::default().bytes(kind.as_bytes())
    }

    /// Appends a byte string with its length.
    ///
    /// A string of 4 GiB or more is cut to its first 4 GiB − 1; limits far below stand in every caller.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0
            .extend_from_slice(bytes.get(..length as usize).unwrap_or(bytes));
        self
    }

    /// Appends raw bytes of a length that the kind of object fixes.
    #[must_use]
    pub fn fixed(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Appends an unsigned number.
    #[must_use]
    pub fn u64(self, number: u64) -> Self {
        self.fixed(&number.to_be_bytes())
    }

    /// Appends a signed number.
    #[must_use]
    pub fn i64(self, number: i64) -> Self {
        self.fixed(&number.to_be_bytes())
    }

    /// Appends a small unsigned number.
    #[must_use]
    pub fn u32(self, number: u32) -> Self {
        self.fixed(&number.to_be_bytes())
    }

    /// Appends one byte.
    #[must_use]
    pub fn u8(self, number: u8) -> Self {
        self.fixed(&[number])
    }

    /// Returns the collected bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0
    }

    /// Returns the SHA-256 of the collected bytes.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        crate::sha256(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Canon;

    #[test]
    fn moving_a_byte_between_fields_changes_the_bytes() {
        let one = Canon::of("k").bytes(b"ab").bytes(b"c").finish();
        let other = Canon::of("k").bytes(b"a").bytes(b"bc").finish();
        assert_ne!(one, other);
    }

    /// What is hashed is for ever: lengths in four bytes, numbers with the highest byte first.
    #[test]
    fn each_kind_of_field_has_its_bytes() {
        let canon = Canon::of("k")
            .u8(1)
            .u32(0x0203_0405)
            .u64(6)
            .i64(-2)
            .bytes(b"ab")
            .bytes(b"")
            .fixed(b"cd");
        let hash = canon.hash();
        let bytes = canon.finish();
        assert_eq!(
            crate::hex(&bytes),
            "000000016b\
             01\
             02030405\
             0000000000000006\
             fffffffffffffffe\
             000000026162\
             00000000\
             6364"
        );
        assert_eq!(hash, crate::sha256(&bytes));
        assert_eq!(Canon::of("").finish(), [0; 4]);
    }

    #[test]
    fn hexadecimal_texts_are_read_in_either_case_and_nothing_else_is() {
        for (text, bytes) in [
            ("", Some(vec![])),
            ("00ff", Some(vec![0, 255])),
            ("AbCd", Some(vec![0xab, 0xcd])),
            ("0", None),
            ("0g", None),
            ("+1", None),
            ("0x", None),
            (" 0", None),
            ("é", None),
            ("１１", None),
        ] {
            assert_eq!(crate::unhex(text), bytes, "{text}");
        }
        assert_eq!(crate::hex(&[0, 10, 255]), "000aff");
        assert_eq!(crate::unhex32(&"ab".repeat(32)), Some([0xab; 32]));
        for length in [0, 31, 33] {
            assert_eq!(crate::unhex32(&"ab".repeat(length)), None, "{length}");
        }
    }
}
