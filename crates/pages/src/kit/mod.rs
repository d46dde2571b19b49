//! What every page is made with: words, frames, fields, instants, addresses.
//!
//! It knows no page of a report, a case or an advisory, and nothing of who may read; nouns put their pages together from it. It
//! knows their addresses, and how what happened to them is told.

pub mod catalogue;

pub mod text;

pub mod shown;

pub mod when;

pub mod moment;

pub mod form;

pub mod links;

pub mod labels;

pub mod assets;

pub mod frame;

pub mod inside;

pub mod negotiation;

pub mod neighbour;

pub mod qr;

pub mod desk;
