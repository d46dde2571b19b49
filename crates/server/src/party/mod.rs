//! The register of organisations.

pub mod desk;
