//! What is recorded of a row (docs/design/forms.md 1): which tables and columns, and the hash of one row.
//!
//! Covered are the tables whose rows never change once they are written: [`covered_columns`]. Rows that are there are
//! compared with what was recorded in [`crate::maintain`].

use seal::canon::Canon;
use seal::coverage::Covered;

use super::table::Table;
use super::value::Value;

/// Kind string of the columns that a row's hash covers.
const COLUMNS: &str = "noroshi/columns/1";

/// The columns of a table that its rows' hashes cover: those that never change; none of a table whose rows do.
#[must_use]
pub fn covered_columns(table: &Table) -> &'static [&'static str] {
    match table.name {
        "body" => &["id", "dossier", "compartment", "key_id", "realm", "sealed"],
        "file" => &["sha256", "bytes"],
        _ => &[],
    }
}

/// What is to be recorded of a row, if its table is covered.
pub(crate) fn covered(table: &Table, values: &[Value]) -> Option<Covered> {
    let names = covered_columns(table);
    if names.is_empty() {
        return None;
    }
    let cell = |name: &str| {
        let at = table.columns.iter().position(|column| column.name == name);
        at.and_then(|at| values.get(at))
    };
    let canon = |of: Canon, name: &&str| match cell(name) {
        Some(Value::Int(number)) => of.i64(*number),
        Some(Value::Text(text)) => of.bytes(text.as_bytes()),
        Some(Value::Bytes(bytes)) => of.bytes(bytes),
        None => of,
    };
    Some(Covered {
        table: table.name.to_owned(),
        key: table.key.iter().fold(Canon::default(), canon).finish(),
        columns: names.iter().fold(Canon::of(COLUMNS), canon).hash(),
    })
}
