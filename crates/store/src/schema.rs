//! The list of all tables: their kind, their columns, the mark of every column (docs/design/security.md §2.3).
//!
//! This list, the migrations and ARCHITECTURE.md say the same; tests compare them. A table stands beside the
//! queries that read it: in the file of its noun, or in the kernel.

pub use crate::advisory::ADVISORY;
pub use crate::coordination::{CASE_FILE, PARTICIPANT};
pub use crate::distribution::{DELIVERY, SUBSCRIBER};
pub use crate::intake::{MAILBOX, REPORT};
pub use crate::kernel::ledger::{LEAF, LEDGER, STREAM};
pub use crate::kernel::number::NUMBER;
pub use crate::kernel::open::META;
pub use crate::kernel::sealed::{BODY, SEALED_KEY};
pub use crate::kernel::table::{Column, Erasure, Kind, Mark, Table, Type};
pub use crate::party::PARTY;
pub use crate::people::{APPROVER, CREDENTIAL, DRAFT, LOOKED, OFFERED_KEY, SESSION, TOKEN};
pub use crate::publication::FILE;
pub use crate::work::OUTBOX;

/// All tables, in the order in which they are written.
pub static ALL: [&Table; 24] = [
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
    &OFFERED_KEY,
];
