//! Measurements of the house's own parts, for `cargo xtask bench`; each prints `name=value`.

use std::path::Path;

use store::Location;

use crate::Fault;

/// Runs one measurement.
///
/// # Errors
/// If the name is unknown or the house cannot be opened.
pub async fn run(
    _dir: &Path,
    _location: &Location,
    name: &str,
    _n: u64,
    _path: Option<&Path>,
) -> Result<(), Fault> {
    Err(Fault::Config(format!("no measurement is called {name}")))
}
