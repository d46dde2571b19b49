//! The register of organisations, as the desk sees it.

pub mod view;

pub mod desk;
