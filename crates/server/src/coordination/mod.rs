//! A case: at the desk, and on the vendor's own page.

pub mod title;

pub mod desk;

pub mod participant;

pub mod partner;
