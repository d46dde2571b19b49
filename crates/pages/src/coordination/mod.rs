//! A case: the desk's pages of it and of its participants, and the vendor's own page.

pub mod view;

pub(crate) mod board;

pub mod desk;

pub mod participant;

pub mod partner;

mod leaving;

mod tab;
