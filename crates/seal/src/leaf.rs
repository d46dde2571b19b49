//! Leaves of the archive log (docs/design/security.md §2.11, §2.12).
//!
//! One leaf per published document and one per anchor of the ledger. The bytes are canonical JSON with a
//! fixed order of keys, so that anybody can check them with common tools; the leaf hash is RFC 6962's.
//! Tiles, checkpoints and witnesses build on these bytes and do not change them.

use serde::{Deserialize, Serialize};

/// A leaf: one document of one revision, or one anchor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// Form of the leaf; 1.
    pub v: u8,
    /// `live` or `exercise`.
    pub realm: String,
    /// Number series, or `ledger` for an anchor.
    pub series: String,
    /// Public number in file form; empty for an anchor.
    pub number: String,
    /// Revision, from 1; 0 for an anchor.
    pub revision: u32,
    /// Kind of document, as [`base::DocumentKind`] names it, or `anchor`.
    pub kind: String,
    /// SHA-256 of the document, or the ledger's root hash (without its size).
    pub sha256: String,
    /// The planned instant, or the time of the anchor; RFC 3339, UTC.
    pub instant: String,
    /// Number of persons who approved; a solo approval is 1; 0 for an anchor.
    pub persons: u8,
}

impl Leaf {
    /// Returns the bytes of the leaf.
    ///
    /// # Errors
    /// Fails only if JSON could not be written, which the types rule out.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Returns the RFC 6962 hash of the leaf.
    ///
    /// # Errors
    /// As [`Leaf::bytes`].
    pub fn hash(&self) -> Result<[u8; 32], serde_json::Error> {
        Ok(crate::record::leaf_hash(&self.bytes()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Leaves are for ever: this vector may only be joined by others.
    #[test]
    fn the_bytes_of_a_leaf_are_fixed() {
        let leaf = Leaf {
            v: 1,
            realm: "live".into(),
            series: "NRS".into(),
            number: "NRS-48217734".into(),
            revision: 1,
            kind: "csaf".into(),
            sha256: "00".repeat(32),
            instant: "2026-11-22T00:00:00Z".into(),
            persons: 2,
        };
        assert_eq!(
            leaf.bytes()
                .map(|b| String::from_utf8_lossy(&b).into_owned())
                .unwrap_or_default(),
            format!(
                r#"{{"v":1,"realm":"live","series":"NRS","number":"NRS-48217734","revision":1,"kind":"csaf","sha256":"{}","instant":"2026-11-22T00:00:00Z","persons":2}}"#,
                "00".repeat(32)
            )
        );
    }
}
