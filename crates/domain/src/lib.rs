//! What the house decides: the early-warning partnership as pure data and functions.
//!
//! No clock, no disk, no socket, no async, no SQL, no HTTP, and of our other crates only `base`: time, identity and
//! fresh ids come as arguments (see [`act`]). A stage of a process is an enum variant or a type that carries
//! its data; a command is answered by events or by a [`refusal::Refusal`], which is data and not a failure.
//! Only [`event`] and [`value`] (and the small enums that stand in them) know serde, since events are the
//! language of the archive; aggregates are never stored. Start reading at [`event`], then [`coordination`].

pub mod role;

pub mod text;

pub mod value;

pub mod clock;

pub mod series;

pub mod profile;

pub mod office;

pub mod machine;

pub mod refusal;

pub mod act;

pub mod event;

pub mod permit;

pub mod party;

pub mod intake;

pub mod coordination;

pub mod advisory;

pub mod publication;

pub mod distribution;

pub mod aggregate;

pub mod react;
