//! The ledger record, forms 1 and 2 (docs/design/security.md §2.4, docs/design/forms.md 1): header, hash, chain.
//!
//! A record's hash covers its header; the header covers the sealed payload by its SHA-256 and the record
//! before it by its hash. So the chain is checked without any key, and erasing a key leaves it whole. The
//! hash is also the record's RFC 6962 leaf hash, so trees and proofs can follow without a new form. It does
//! not know what the payload says, nor where records are kept.

pub use base::Realm;

use crate::canon::Canon;

/// Kind string of form 1.
pub const KIND: &str = "noroshi/ledger/1";

/// Kind string of form 2, which says of which rows a record speaks.
pub const KIND_WITH_ROWS: &str = "noroshi/ledger/2";

/// Hash of the record before the first one: 32 zero bytes.
pub const GENESIS: [u8; 32] = [0; 32];

/// The header of a ledger record: everything that is hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The house, drawn once by `init`.
    pub house: [u8; 16],
    /// Position, from 1, without gaps.
    pub seq: u64,
    /// When this machine wrote it, µs since 1970 UTC; never decreases along the chain.
    pub recorded_at: i64,
    /// The stream that the event belongs to.
    pub stream: [u8; 16],
    /// Position in the stream, from 1, without gaps.
    pub version: u32,
    /// Live or exercise.
    pub realm: Realm,
    /// Key under which the payload is sealed.
    pub key: [u8; 16],
    /// SHA-256 of the sealed payload as stored.
    pub payload: [u8; 32],
    /// Hash of the record before.
    pub previous: [u8; 32],
    /// Root over the rows that were written with it ([`crate::coverage`]); nothing in form 1.
    pub rows: Option<[u8; 32]>,
}

impl Header {
    /// Returns the bytes that are hashed.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let kind = self.rows.map_or(KIND, |_| KIND_WITH_ROWS);
        let form_1 = Canon::of(kind)
            .fixed(&self.house)
            .u64(self.seq)
            .i64(self.recorded_at)
            .fixed(&self.stream)
            .u32(self.version)
            .u8(self.realm.code())
            .fixed(&self.key)
            .fixed(&self.payload)
            .fixed(&self.previous);
        match &self.rows {
            Some(rows) => form_1.fixed(rows).finish(),
            None => form_1.finish(),
        }
    }

    /// Returns the hash of the record: `SHA-256(0x00 ‖ header)`, the RFC 6962 §2.1 leaf hash.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        leaf_hash(&self.bytes())
    }
}

/// RFC 6962 §2.1: hash of a leaf.
#[must_use]
pub fn leaf_hash(bytes: &[u8]) -> [u8; 32] {
    let mut input = Vec::with_capacity(bytes.len() + 1);
    input.push(0);
    input.extend_from_slice(bytes);
    crate::sha256(&input)
}

/// RFC 6962 §2.1: hash of an inner node.
#[must_use]
pub fn node_hash(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut input = [1_u8; 65];
    input[1..33].copy_from_slice(left);
    input[33..].copy_from_slice(right);
    crate::sha256(&input)
}

/// RFC 6962 §2.1: the Merkle tree hash over leaf hashes in order, kept as the roots of full subtrees.
///
/// Memory is one hash per bit of the count, so a ledger of any length is folded while it is read.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    full: Vec<(u32, [u8; 32])>,
    size: u64,
}

impl Tree {
    /// Appends a leaf hash.
    pub fn push(&mut self, leaf: [u8; 32]) {
        self.size += 1;
        let mut height = 0;
        let mut hash = leaf;
        while let Some((last, left)) = self.full.last().copied() {
            if last != height {
                break;
            }
            self.full.pop();
            hash = node_hash(&left, &hash);
            height += 1;
        }
        self.full.push((height, hash));
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Root hash; the SHA-256 of nothing for an empty tree.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        let mut rest = self.full.iter().rev();
        match rest.next() {
            None => crate::sha256(b""),
            Some((_, right)) => rest.fold(*right, |right, (_, left)| node_hash(left, &right)),
        }
    }
}

/// Why a chain is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Positions must follow each other without a gap.
    #[error("position {found} stands where {expected} belongs")]
    Position {
        /// The next position of the chain.
        expected: u64,
        /// The position that was read.
        found: u64,
    },
    /// The record does not name the hash of the one before it.
    #[error("record {seq} does not follow the record before it")]
    Link {
        /// Position of the record.
        seq: u64,
    },
    /// The stored payload is not the one that was recorded.
    #[error("the payload of record {seq} was changed")]
    Payload {
        /// Position of the record.
        seq: u64,
    },
    /// The stored hash is not that of the record.
    #[error("record {seq} was changed")]
    Hash {
        /// Position of the record.
        seq: u64,
    },
    /// What is said of the rows beside a record is not what the record covers.
    #[error("what record {seq} says of the rows beside it was changed")]
    Rows {
        /// Position of the record.
        seq: u64,
    },
    /// Time runs backwards.
    #[error("record {seq} is older than the record before it")]
    Time {
        /// Position of the record.
        seq: u64,
    },
    /// A record of another house.
    #[error("record {seq} belongs to another house")]
    House {
        /// Position of the record.
        seq: u64,
    },
}

/// Walks a chain from its beginning and finds the first record that does not fit.
#[derive(Clone, Debug)]
pub struct Walk {
    house: [u8; 16],
    seq: u64,
    hash: [u8; 32],
    recorded_at: i64,
    speaks_of_rows: bool,
    tree: Tree,
}

impl Walk {
    /// Begins before the first record of `house`.
    #[must_use]
    pub fn of(house: [u8; 16]) -> Self {
        Walk {
            house,
            seq: 0,
            hash: GENESIS,
            recorded_at: i64::MIN,
            speaks_of_rows: false,
            tree: Tree::default(),
        }
    }

    /// Takes the next record: its header, the payload as stored and the hash as stored.
    ///
    /// # Errors
    /// Says what is broken; the walk then stays where it was.
    pub fn next(
        &mut self,
        header: &Header,
        payload: &[u8],
        stored_hash: &[u8],
    ) -> Result<(), Broken> {
        let seq = header.seq;
        if seq != self.seq + 1 {
            return Err(Broken::Position {
                expected: self.seq + 1,
                found: seq,
            });
        }
        if header.house != self.house {
            return Err(Broken::House { seq });
        }
        if header.previous != self.hash {
            return Err(Broken::Link { seq });
        }
        if header.recorded_at < self.recorded_at {
            return Err(Broken::Time { seq });
        }
        if crate::sha256(payload) != header.payload {
            return Err(Broken::Payload { seq });
        }
        // Whoever could go back to form 1 could add rows that no record speaks of.
        if self.speaks_of_rows && header.rows.is_none() {
            return Err(Broken::Rows { seq });
        }
        let hash = header.hash();
        if hash != stored_hash {
            return Err(Broken::Hash { seq });
        }
        self.seq = seq;
        self.hash = hash;
        self.recorded_at = header.recorded_at;
        self.speaks_of_rows = header.rows.is_some();
        self.tree.push(hash);
        Ok(())
    }

    /// Position of the last record taken.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Hash of the last record taken.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// Root of the tree over all records taken.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        self.tree.root()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(seq: u64, previous: [u8; 32]) -> Header {
        Header {
            house: [7; 16],
            seq,
            recorded_at: 1_089_244_800_000_000,
            stream: [1; 16],
            version: 1,
            realm: Realm::Live,
            key: [2; 16],
            payload: crate::sha256(b"payload"),
            previous,
            rows: None,
        }
    }

    #[test]
    fn the_hash_of_form_2_is_fixed_and_covers_the_rows() {
        let with = |rows| Header {
            rows: Some(rows),
            ..header(1, GENESIS)
        };
        assert_eq!(
            crate::hex(&with([3; 32]).hash()),
            "9f2c2d9e587eb0a1f43a0ea1593e67052df10b17e30485b0eb0ff4523c703b58"
        );
        assert_ne!(with([3; 32]).hash(), with([0; 32]).hash());
        assert_ne!(with([0; 32]).hash(), header(1, GENESIS).hash());
    }

    /// The form of a record is for ever: this vector may only be joined by others.
    #[test]
    fn the_hash_of_form_1_is_fixed() {
        assert_eq!(
            crate::hex(&header(1, GENESIS).hash()),
            "d4b5c1583bcb4134d4f9f25841f128b6e907a915ac300e8819755eab0d879722"
        );
    }

    #[test]
    fn a_flipped_payload_bit_is_found() {
        let mut walk = Walk::of([7; 16]);
        let one = header(1, GENESIS);
        assert_eq!(
            walk.next(&one, b"pbyload", &one.hash()),
            Err(Broken::Payload { seq: 1 })
        );
        assert_eq!(walk.next(&one, b"payload", &one.hash()), Ok(()));
        let two = header(2, GENESIS);
        assert_eq!(
            walk.next(&two, b"payload", &two.hash()),
            Err(Broken::Link { seq: 2 })
        );
        let three = header(3, one.hash());
        assert_eq!(
            walk.next(&three, b"payload", &three.hash()),
            Err(Broken::Position {
                expected: 2,
                found: 3
            })
        );
    }

    /// Three records that follow each other, with payloads of their own.
    fn chain() -> Vec<(Header, Vec<u8>, Vec<u8>)> {
        let mut previous = GENESIS;
        (1..=3_u8)
            .map(|n| {
                let payload = vec![n; 5];
                let header = Header {
                    version: u32::from(n),
                    recorded_at: 1_089_244_800_000_000 + i64::from(n),
                    payload: crate::sha256(&payload),
                    ..header(u64::from(n), previous)
                };
                previous = header.hash();
                (header, payload, previous.to_vec())
            })
            .collect()
    }

    type Damage = fn(&mut Header, &mut Vec<u8>, &mut Vec<u8>);

    #[test]
    fn each_kind_of_damage_is_found_at_its_record_and_the_walk_stays_where_it_was() {
        let seq = 2;
        let wrong = |found| Broken::Position { expected: 2, found };
        let table: [(Damage, Broken); 19] = [
            (|h, _, _| h.seq = 3, wrong(3)),
            (|h, _, _| h.seq = 1, wrong(1)),
            (|h, _, _| h.seq = 0, wrong(0)),
            (|h, _, _| h.seq = u64::MAX, wrong(u64::MAX)),
            (|h, _, _| h.house[0] ^= 1, Broken::House { seq }),
            (|h, _, _| h.previous[31] ^= 1, Broken::Link { seq }),
            (|h, _, _| h.previous = GENESIS, Broken::Link { seq }),
            (|h, _, _| h.recorded_at -= 2, Broken::Time { seq }),
            (|h, _, _| h.recorded_at = i64::MIN, Broken::Time { seq }),
            (|_, p, _| p[0] ^= 1, Broken::Payload { seq }),
            (|_, p, _| p.push(0), Broken::Payload { seq }),
            (|_, p, _| p.clear(), Broken::Payload { seq }),
            (|h, _, _| h.payload[7] ^= 1, Broken::Payload { seq }),
            (|h, _, _| h.recorded_at += 1, Broken::Hash { seq }),
            (|h, _, _| h.stream[3] ^= 1, Broken::Hash { seq }),
            (|h, _, _| h.version += 1, Broken::Hash { seq }),
            (|h, _, _| h.realm = Realm::Exercise, Broken::Hash { seq }),
            (|h, _, _| h.key[15] ^= 1, Broken::Hash { seq }),
            (|_, _, hash| hash.truncate(31), Broken::Hash { seq }),
        ];
        for (place, (damage, broken)) in table.into_iter().enumerate() {
            let records = chain();
            let mut walk = Walk::of([7; 16]);
            let [one, two, three] = records.as_slice() else {
                unreachable!("three records");
            };
            assert_eq!(walk.next(&one.0, &one.1, &one.2), Ok(()));
            let before = (walk.seq(), walk.hash(), walk.root());
            let mut bad = two.clone();
            damage(&mut bad.0, &mut bad.1, &mut bad.2);
            assert_eq!(walk.next(&bad.0, &bad.1, &bad.2), Err(broken), "{place}");
            assert_eq!((walk.seq(), walk.hash(), walk.root()), before, "{place}");
            // The true record goes on from there.
            assert_eq!(walk.next(&two.0, &two.1, &two.2), Ok(()), "{place}");
            assert_eq!(walk.next(&three.0, &three.1, &three.2), Ok(()), "{place}");
            assert_eq!((walk.seq(), walk.hash().to_vec()), (3, three.2.clone()));
        }
    }

    #[test]
    fn who_rewrites_a_record_with_all_its_hashes_breaks_the_one_behind_it() {
        let records = chain();
        let mut walk = Walk::of([7; 16]);
        for (place, (header, payload, hash)) in records.iter().enumerate() {
            let (mut header, mut payload, mut hash) =
                (header.clone(), payload.clone(), hash.clone());
            if place == 1 {
                payload = b"forged".to_vec();
                header.payload = crate::sha256(&payload);
                hash = header.hash().to_vec();
            }
            let expected = match place {
                2 => Err(Broken::Link { seq: 3 }),
                _ => Ok(()),
            };
            assert_eq!(walk.next(&header, &payload, &hash), expected, "{place}");
        }
    }

    #[test]
    fn a_record_cannot_be_left_out_repeated_or_moved() {
        for (order, expected, found) in [
            ([0, 2, 1], 2, 3),
            ([1, 0, 2], 1, 2),
            ([0, 0, 1], 2, 1),
            ([2, 1, 0], 1, 3),
        ] {
            let records = chain();
            let mut walk = Walk::of([7; 16]);
            let first = order.iter().find_map(|at| {
                let (header, payload, hash) = records.get(*at)?;
                walk.next(header, payload, hash).err()
            });
            assert_eq!(
                first,
                Some(Broken::Position { expected, found }),
                "{order:?}"
            );
        }
        let mut other = Walk::of([8; 16]);
        let records = chain();
        let (header, payload, hash) = &records[0];
        assert_eq!(
            other.next(header, payload, hash),
            Err(Broken::House { seq: 1 })
        );
    }

    #[test]
    fn two_records_of_one_instant_follow_each_other() {
        let one = header(1, GENESIS);
        let two = header(2, one.hash());
        let mut walk = Walk::of([7; 16]);
        for record in [&one, &two] {
            assert_eq!(walk.next(record, b"payload", &record.hash()), Ok(()));
        }
        assert_eq!(walk.root(), node_hash(&one.hash(), &two.hash()));
    }

    /// RFC 6962 §2.1 as it is written there: split at the largest power of two below the count.
    fn by_definition(leaves: &[[u8; 32]]) -> [u8; 32] {
        match leaves {
            [] => crate::sha256(b""),
            [one] => *one,
            many => {
                let middle = many.len().next_power_of_two() / 2;
                let (left, right) = many.split_at(middle);
                node_hash(&by_definition(left), &by_definition(right))
            }
        }
    }

    #[test]
    fn a_tree_that_is_folded_has_the_root_of_the_definition() {
        assert_eq!(
            crate::hex(&leaf_hash(b"")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        let mut tree = Tree::default();
        let mut leaves = Vec::new();
        for n in 0..70_u8 {
            assert_eq!(tree.root(), by_definition(&leaves), "{n}");
            assert_eq!(tree.size(), u64::from(n));
            tree.push(leaf_hash(&[n]));
            leaves.push(leaf_hash(&[n]));
        }
        assert_ne!(
            node_hash(&leaves[0], &leaves[1]),
            node_hash(&leaves[1], &leaves[0])
        );
    }

    /// Roots computed by hand from RFC 6962 §2.1.
    #[test]
    fn tree_roots_follow_rfc_6962() {
        let leaf = |n: u8| leaf_hash(&[n]);
        let mut tree = Tree::default();
        assert_eq!(tree.root(), crate::sha256(b""));
        tree.push(leaf(0));
        assert_eq!(tree.root(), leaf(0));
        tree.push(leaf(1));
        tree.push(leaf(2));
        assert_eq!(
            tree.root(),
            node_hash(&node_hash(&leaf(0), &leaf(1)), &leaf(2))
        );
        tree.push(leaf(3));
        tree.push(leaf(4));
        let four = node_hash(
            &node_hash(&leaf(0), &leaf(1)),
            &node_hash(&leaf(2), &leaf(3)),
        );
        assert_eq!(tree.root(), node_hash(&four, &leaf(4)));
        assert_eq!(tree.size(), 5);
    }
}
