//! The register of organisations: how they are entered, changed, and agree to keep cases confidential.

pub mod command;
