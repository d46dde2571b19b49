//! What the ledger says of rows beside it (docs/design/forms.md 1): a hash a row, and one root a record.
//!
//! The hash covers the columns that never change, as the database holds them: sealed ones stay sealed, so that no key
//! is needed to look. Which tables and columns those are is the store's matter. Nothing here knows a database.

use crate::canon::Canon;
use crate::record::{Tree, leaf_hash};

/// Kind string of what is said of one row.
pub const KIND: &str = "noroshi/row/1";

/// The table that stands for all rows of a house that were there before rows were covered: its key is the house's id.
pub const COUNTED: &str = "house";

/// What a record says of one row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Covered {
    /// Name of its table.
    pub table: String,
    /// Canonical bytes of its key.
    pub key: Vec<u8>,
    /// SHA-256 over the canonical bytes of its columns that never change.
    pub columns: [u8; 32],
}

impl Covered {
    /// Says that every row which a house had so far is named in the same record.
    #[must_use]
    pub fn counted(house: &[u8; 16]) -> Self {
        Covered {
            table: COUNTED.to_owned(),
            key: house.to_vec(),
            columns: [0; 32],
        }
    }

    /// Returns the bytes that are hashed.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        Canon::of(KIND)
            .bytes(self.table.as_bytes())
            .bytes(&self.key)
            .fixed(&self.columns)
            .finish()
    }

    fn read(rest: &mut &[u8]) -> Option<Self> {
        if string(rest)? != KIND.as_bytes() {
            return None;
        }
        let table = String::from_utf8(string(rest)?.to_vec()).ok()?;
        let key = string(rest)?.to_vec();
        let (columns, after) = rest.split_first_chunk::<32>()?;
        *rest = after;
        Some(Covered {
            table,
            key,
            columns: *columns,
        })
    }
}

fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let (text, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    *rest = after;
    Some(text)
}

/// Returns the root over rows, in their order: RFC 6962 §2.1; 32 zero bytes for none.
#[must_use]
pub fn root(rows: &[Covered]) -> [u8; 32] {
    if rows.is_empty() {
        return [0; 32];
    }
    let mut leaves: Vec<Vec<u8>> = rows.iter().map(Covered::bytes).collect();
    leaves.sort();
    leaves.dedup();
    let mut tree = Tree::default();
    for leaf in leaves {
        tree.push(leaf_hash(&leaf));
    }
    tree.root()
}

/// Returns what is kept beside a record, of which its root is made.
#[must_use]
pub fn pack(rows: &[Covered]) -> Vec<u8> {
    rows.iter().flat_map(Covered::bytes).collect()
}

/// Reads what [`pack`] wrote; nothing of anything else.
#[must_use]
pub fn unpack(mut bytes: &[u8]) -> Option<Vec<Covered>> {
    let mut rows = Vec::new();
    while !bytes.is_empty() {
        rows.push(Covered::read(&mut bytes)?);
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(n: u8) -> Covered {
        Covered {
            table: "body".to_owned(),
            key: vec![n; 16],
            columns: [n; 32],
        }
    }

    /// The form of a row's hash is for ever: this vector may only be joined by others.
    #[test]
    fn the_root_of_form_1_is_fixed() {
        let rows = [row(2), row(1), Covered::counted(&[7; 16])];
        assert_eq!(
            crate::hex(&root(&rows)),
            "db294adb37a2c121212dc76099c515ec064fed28742e69ec4662607721f2bc51"
        );
    }

    #[test]
    fn the_order_in_which_rows_came_and_how_often_make_no_difference_and_all_else_does() {
        let of = |rows: &[Covered]| root(rows);
        let two = of(&[row(1), row(2)]);
        assert_eq!(two, of(&[row(2), row(1)]));
        assert_eq!(two, of(&[row(2), row(1), row(2)]));
        assert_eq!(of(&[]), [0; 32]);
        let mut others = vec![of(&[row(1)]), of(&[row(1), row(2), row(3)])];
        let changes: [fn(&mut Covered); 3] = [
            |row| row.table = "file".to_owned(),
            |row| row.key.push(0),
            |row| row.columns[31] ^= 1,
        ];
        for change in changes {
            let mut changed = row(2);
            change(&mut changed);
            others.push(of(&[row(1), changed]));
        }
        assert!(others.iter().all(|other| *other != two));
    }

    proptest! {
        #[test]
        fn what_was_packed_is_read_and_what_was_cut_inside_a_row_is_not(
            rows in prop::collection::vec(("[a-z]{1,9}", prop::collection::vec(any::<u8>(), 0..20), any::<[u8; 32]>()), 0..5),
            cut in 0_usize..400,
        ) {
            let rows: Vec<Covered> = rows
                .into_iter()
                .map(|(table, key, columns)| Covered { table, key, columns })
                .collect();
            let packed = pack(&rows);
            prop_assert_eq!(unpack(&packed), Some(rows.clone()));
            let borders: Vec<usize> = (0..=rows.len())
                .map(|count| pack(rows.get(..count).unwrap_or_default()).len())
                .collect();
            let shorter = packed.get(..cut).unwrap_or(&packed);
            prop_assert_eq!(unpack(shorter).is_some(), borders.contains(&shorter.len()));
        }
    }
}
