//! The pressed tree: read from its manifest, answered from a table.

pub(crate) mod manifest;

pub(crate) mod site;

pub(crate) mod answer;
