//! The tables: their kind, their columns, the mark of every column (docs/design/security.md §2.3).
//!
//! This list, the migrations and ARCHITECTURE.md say the same; tests compare them. SQL for writing is made
//! from here, so that a column cannot be forgotten on one engine.

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
    pub columns: &'static [Column],
    /// Columns of the primary key.
    pub key: &'static [&'static str],
}

const fn c(name: &'static str, ty: Type, mark: Mark) -> Column {
    Column { name, ty, mark }
}

/// Table `meta`.
pub static META: Table = Table {
    name: "meta",
    kind: Kind::Working,
    columns: &[
        c("name", Type::Text, Mark::Open),
        c("value", Type::Bytes, Mark::Open),
    ],
    key: &["name"],
};

/// Table `ledger`.
pub static LEDGER: Table = Table {
    name: "ledger",
    kind: Kind::Truth,
    columns: &[
        c("seq", Type::Int, Mark::Open),
        c("recorded_at", Type::Int, Mark::Open),
        c("stream", Type::Bytes, Mark::Open),
        c("version", Type::Int, Mark::Open),
        c("realm", Type::Int, Mark::Open),
        c("key_id", Type::Bytes, Mark::Open),
        c("payload", Type::Bytes, Mark::Sealed),
        c("payload_hash", Type::Bytes, Mark::Open),
        c("previous", Type::Bytes, Mark::Open),
        c("hash", Type::Bytes, Mark::Open),
    ],
    key: &["seq"],
};

/// Table `body`.
pub static BODY: Table = Table {
    name: "body",
    kind: Kind::Truth,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("dossier", Type::Bytes, Mark::Open),
        c("compartment", Type::Int, Mark::Open),
        c("key_id", Type::Bytes, Mark::Open),
        c("realm", Type::Int, Mark::Open),
        c("sealed", Type::Bytes, Mark::Sealed),
    ],
    key: &["id"],
};

/// Table `sealed_key`.
pub static SEALED_KEY: Table = Table {
    name: "sealed_key",
    kind: Kind::Truth,
    columns: &[
        c("key_id", Type::Bytes, Mark::Open),
        c("recipient_kind", Type::Text, Mark::Open),
        c("recipient", Type::Bytes, Mark::Open),
        c("dossier", Type::Bytes, Mark::Open),
        c("compartment", Type::Int, Mark::Open),
        c("epoch", Type::Int, Mark::Open),
        c("wrapped", Type::Bytes, Mark::Sealed),
    ],
    key: &["key_id", "recipient_kind", "recipient"],
};

/// Table `approver`.
pub static APPROVER: Table = Table {
    name: "approver",
    kind: Kind::Truth,
    columns: &[
        c("person", Type::Bytes, Mark::Open),
        c("public_key", Type::Bytes, Mark::Open),
        c("memory_kib", Type::Int, Mark::Open),
        c("passes", Type::Int, Mark::Open),
        c("salt", Type::Bytes, Mark::Open),
        c("sealed", Type::Bytes, Mark::Sealed),
        c("since", Type::Int, Mark::Open),
        c("founding", Type::Int, Mark::Open),
    ],
    key: &["person"],
};

/// Table `file`.
pub static FILE: Table = Table {
    name: "file",
    kind: Kind::Truth,
    columns: &[
        c("sha256", Type::Bytes, Mark::Open),
        c("bytes", Type::Bytes, Mark::Open),
    ],
    key: &["sha256"],
};

/// Table `delivery`.
pub static DELIVERY: Table = Table {
    name: "delivery",
    kind: Kind::Truth,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("advisory", Type::Bytes, Mark::Open),
        c("revision", Type::Int, Mark::Open),
        c("subscriber", Type::Bytes, Mark::Open),
        c("channel", Type::Text, Mark::Open),
        c("reference", Type::Text, Mark::Blind),
        c("state", Type::Int, Mark::Open),
        c("attempts", Type::Int, Mark::Open),
        c("next_at", Type::Int, Mark::Open),
        c("deadline", Type::Int, Mark::Open),
        c("changed_at", Type::Int, Mark::Open),
        c("detail", Type::Int, Mark::Open),
        c("realm", Type::Int, Mark::Open),
    ],
    key: &["id"],
};

/// Table `stream`.
pub static STREAM: Table = Table {
    name: "stream",
    kind: Kind::Projection,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("kind", Type::Text, Mark::Open),
        c("version", Type::Int, Mark::Open),
        c("dossier", Type::Bytes, Mark::Open),
        c("realm", Type::Int, Mark::Open),
    ],
    key: &["id"],
};

/// Table `party`.
pub static PARTY: Table = Table {
    name: "party",
    kind: Kind::Projection,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("name_ja", Type::Text, Mark::Open),
        c("name_en", Type::Text, Mark::Open),
        c("folded_ja", Type::Text, Mark::Open),
        c("folded_en", Type::Text, Mark::Open),
        c("listed", Type::Int, Mark::Open),
        c("standing", Type::Text, Mark::Open),
    ],
    key: &["id"],
};

/// Table `report`.
pub static REPORT: Table = Table {
    name: "report",
    kind: Kind::Projection,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("handling", Type::Text, Mark::Open),
        c("kind", Type::Text, Mark::Open),
        c("state", Type::Text, Mark::Open),
        c("received_at", Type::Int, Mark::Open),
        c("lookup", Type::Text, Mark::Blind),
    ],
    key: &["id"],
};

/// Table `case_file`.
pub static CASE_FILE: Table = Table {
    name: "case_file",
    kind: Kind::Projection,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("number", Type::Text, Mark::Open),
        c("stage", Type::Text, Mark::Open),
        c("opened_at", Type::Int, Mark::Open),
        c("clock_start", Type::Int, Mark::Open),
        c("embargo", Type::Text, Mark::Open),
        c("until", Type::Int, Mark::Open),
        c("world", Type::Text, Mark::Open),
        c("realm", Type::Int, Mark::Open),
    ],
    key: &["id"],
};

/// Table `participant`.
pub static PARTICIPANT: Table = Table {
    name: "participant",
    kind: Kind::Projection,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("case_id", Type::Bytes, Mark::Open),
        c("party", Type::Bytes, Mark::Open),
        c("part", Type::Text, Mark::Open),
        c("tracking", Type::Text, Mark::Open),
        c("cell", Type::Text, Mark::Open),
        c("report_state", Type::Text, Mark::Open),
        c("consent", Type::Text, Mark::Open),
        c("asked_at", Type::Int, Mark::Open),
        c("answered_at", Type::Int, Mark::Open),
        c("realm", Type::Int, Mark::Open),
    ],
    key: &["id"],
};

/// Table `advisory`.
pub static ADVISORY: Table = Table {
    name: "advisory",
    kind: Kind::Projection,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("case_id", Type::Bytes, Mark::Open),
        c("number", Type::Text, Mark::Open),
        c("revision", Type::Int, Mark::Open),
        c("first_at", Type::Int, Mark::Open),
        c("published_at", Type::Int, Mark::Open),
        c("plan", Type::Text, Mark::Open),
        c("plan_at", Type::Int, Mark::Open),
        c("approvals", Type::Int, Mark::Open),
        c("realm", Type::Int, Mark::Open),
    ],
    key: &["id"],
};

/// Table `subscriber`.
pub static SUBSCRIBER: Table = Table {
    name: "subscriber",
    kind: Kind::Projection,
    columns: &[
        c("id", Type::Bytes, Mark::Open),
        c("active", Type::Int, Mark::Open),
        c("lang", Type::Text, Mark::Open),
        c("scope", Type::Text, Mark::Open),
        c("target", Type::Text, Mark::Open),
        c("reference", Type::Text, Mark::Blind),
    ],
    key: &["id"],
};

/// Table `number`.
pub static NUMBER: Table = Table {
    name: "number",
    kind: Kind::Projection,
    columns: &[
        c("digits", Type::Text, Mark::Open),
        c("series", Type::Text, Mark::Open),
        c("stream", Type::Bytes, Mark::Open),
    ],
    key: &["digits"],
};

/// Table `leaf`.
pub static LEAF: Table = Table {
    name: "leaf",
    kind: Kind::Projection,
    columns: &[
        c("seq", Type::Int, Mark::Open),
        c("at", Type::Int, Mark::Open),
        c("bytes", Type::Text, Mark::Open),
    ],
    key: &["seq", "at"],
};

/// Table `outbox`.
pub static OUTBOX: Table = Table {
    name: "outbox",
    kind: Kind::Working,
    columns: &[
        c("name", Type::Text, Mark::Open),
        c("kind", Type::Text, Mark::Open),
        c("subject", Type::Bytes, Mark::Open),
        c("argument", Type::Text, Mark::Open),
        c("run_at", Type::Int, Mark::Open),
        c("attempts", Type::Int, Mark::Open),
        c("lease_until", Type::Int, Mark::Open),
        c("done", Type::Int, Mark::Open),
    ],
    key: &["name"],
};

/// Table `mailbox`.
pub static MAILBOX: Table = Table {
    name: "mailbox",
    kind: Kind::Working,
    columns: &[
        c("lookup", Type::Text, Mark::Blind),
        c("at", Type::Int, Mark::Open),
        c("sealed", Type::Bytes, Mark::Sealed),
    ],
    key: &["lookup", "at"],
};

/// Table `credential`.
pub static CREDENTIAL: Table = Table {
    name: "credential",
    kind: Kind::Truth,
    columns: &[
        c("person", Type::Bytes, Mark::Open),
        c("memory_kib", Type::Int, Mark::Open),
        c("passes", Type::Int, Mark::Open),
        c("salt", Type::Bytes, Mark::Open),
        c("verifier", Type::Bytes, Mark::Blind),
        c("since", Type::Int, Mark::Open),
    ],
    key: &["person"],
};

/// Table `token`.
pub static TOKEN: Table = Table {
    name: "token",
    kind: Kind::Working,
    columns: &[
        c("hash", Type::Bytes, Mark::Blind),
        c("purpose", Type::Text, Mark::Open),
        c("subject", Type::Bytes, Mark::Open),
        c("code", Type::Bytes, Mark::Blind),
        c("tries", Type::Int, Mark::Open),
        c("expires_at", Type::Int, Mark::Open),
        c("used_at", Type::Int, Mark::Open),
        c("sealed", Type::Bytes, Mark::Sealed),
    ],
    key: &["hash"],
};

/// Table `session`.
pub static SESSION: Table = Table {
    name: "session",
    kind: Kind::Working,
    columns: &[
        c("hash", Type::Bytes, Mark::Blind),
        c("side", Type::Text, Mark::Open),
        c("subject", Type::Bytes, Mark::Open),
        c("strength", Type::Int, Mark::Open),
        c("began_at", Type::Int, Mark::Open),
        c("seen_at", Type::Int, Mark::Open),
        c("stepped_at", Type::Int, Mark::Open),
        c("ends_at", Type::Int, Mark::Open),
    ],
    key: &["hash"],
};

/// Table `draft`.
pub static DRAFT: Table = Table {
    name: "draft",
    kind: Kind::Working,
    columns: &[
        c("name", Type::Text, Mark::Open),
        c("person", Type::Bytes, Mark::Open),
        c("at", Type::Int, Mark::Open),
        c("sealed", Type::Bytes, Mark::Sealed),
    ],
    key: &["name"],
};

/// Table `looked`.
pub static LOOKED: Table = Table {
    name: "looked",
    kind: Kind::Working,
    columns: &[
        c("person", Type::Bytes, Mark::Open),
        c("stream", Type::Bytes, Mark::Open),
        c("seq", Type::Int, Mark::Open),
        c("at", Type::Int, Mark::Open),
    ],
    key: &["person", "stream"],
};

/// All tables, in the order in which they are written.
pub static ALL: [&Table; 23] = [
    &META,
    &LEDGER,
    &BODY,
    &SEALED_KEY,
    &APPROVER,
    &FILE,
    &DELIVERY,
    &STREAM,
    &PARTY,
    &REPORT,
    &CASE_FILE,
    &PARTICIPANT,
    &ADVISORY,
    &SUBSCRIBER,
    &NUMBER,
    &LEAF,
    &OUTBOX,
    &MAILBOX,
    &CREDENTIAL,
    &TOKEN,
    &SESSION,
    &DRAFT,
    &LOOKED,
];

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
