//! The four machines of a coordinated disclosure, and what binds them to each other.
//!
//! Source: the formal model CMU/SEI-2021-SR-021 and the Vultron protocol at snapshot 6883299d;
//! where they contradict themselves, `docs/decisions/0002-disclosure-model.md` says what we take.
//! The machines know no people, no dates and no texts. Start reading at [`rm`].

pub mod rm;

pub mod em;

pub mod consent;

pub mod cs;

pub mod constraints;
