//! What a table is: its kind, its columns, the mark of every column (docs/design/security.md §2.3).
//!
//! SQL for writing is made from here, so that a column cannot be forgotten on one engine. It knows no table by
//! name but those whose rows are kept in a way of their own when they are written twice; the tables stand beside
//! their queries, and the list of all is [`crate::schema`].

/// Kind of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Evidence; never rebuilt.
    Truth,
    /// Rebuilt identically from the truth.
    Projection,
    /// Backed up, never rebuilt, never evidence.
    Working,
}

/// What becomes of a table's rows about a dossier of which something is erased (docs/design/security.md §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// They hold nothing that a compartment seals.
    Stays,
    /// They stay, and nothing opens them any more.
    Shut,
    /// They are removed.
    Removed,
}

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Int,
    Text,
    Bytes,
}

/// What a thief of the database reads in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Ids, states, dates; no text, no address.
    Open,
    /// Ciphertext.
    Sealed,
    /// A keyed or salted hash.
    Blind,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    pub ty: Type,
    pub mark: Mark,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    pub kind: Kind,
    pub erasure: Erasure,
    pub columns: &'static [Column],
    /// Columns of the primary key.
    pub key: &'static [&'static str],
}

/// Makes a column.
pub(crate) const fn c(name: &'static str, ty: Type, mark: Mark) -> Column {
    Column { name, ty, mark }
}

impl Table {
    /// Returns the column names, comma-separated.
    #[must_use]
    pub fn column_list(&self) -> String {
        self.columns
            .iter()
            .map(|column| column.name)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Returns the statement that writes a row, be it there already or not.
    pub(crate) fn insert(&self, mark: char) -> String {
        self.insert_new(mark) + &self.on_conflict()
    }

    /// Returns the statement that writes a row whose key must be new; `mark` stands before the numbers of its places.
    pub(crate) fn insert_new(&self, mark: char) -> String {
        let places: Vec<String> = (1..=self.columns.len())
            .map(|n| format!("{mark}{n}"))
            .collect();
        format!(
            "INSERT INTO {} ({}) VALUES ({})",
            self.name,
            self.column_list(),
            places.join(", ")
        )
    }

    /// Returns what follows an INSERT when the key is there already: projections and working state take the
    /// new values, rows of the truth that are written twice stay as they are.
    #[must_use]
    pub fn on_conflict(&self) -> String {
        if self.name == "ledger" {
            return String::new();
        }
        let key = self.key.join(", ");
        let kept = matches!(self.kind, Kind::Truth)
            && !matches!(self.name, "sealed_key" | "approver" | "credential");
        // An intent that is written again is the same intent: it keeps its lease and stays done.
        if kept || self.name == "outbox" {
            return format!(" ON CONFLICT ({key}) DO NOTHING");
        }
        let set: Vec<String> = self
            .columns
            .iter()
            .filter(|column| !self.key.contains(&column.name))
            .map(|column| format!("{0} = excluded.{0}", column.name))
            .collect();
        format!(" ON CONFLICT ({key}) DO UPDATE SET {}", set.join(", "))
    }

    /// Returns the positions of the key's columns.
    #[must_use]
    pub fn key_positions(&self) -> Vec<usize> {
        self.key
            .iter()
            .filter_map(|key| self.columns.iter().position(|column| column.name == *key))
            .collect()
    }
}
