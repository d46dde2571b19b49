//! What every page of the house is served with: the room, the visit, sessions, answers, what a person may see.
//!
//! It knows no noun's page. A form that is refused is shown again as it was typed. Start reading at [`visit`], then [`sight`].

pub mod answer;

pub mod visit;

pub mod room;

pub mod session;

pub(crate) mod shares;

pub mod sight;

pub mod act;

pub mod ahead;

pub mod history;

pub(crate) mod once;
