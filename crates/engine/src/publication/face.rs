//! What every public page says about the house that publishes it, read from the folder.

use std::path::Path;

use crate::Fault;

/// What the portal's pages say about the house of a folder.
///
/// # Errors
/// If its configuration or its certificate cannot be read.
pub fn face(dir: &Path) -> Result<pages::Site, Fault> {
    let config = crate::kernel::config::Config::read(dir)?;
    let certificate = dir
        .join(crate::kernel::house::KEYS)
        .join("public")
        .join("advisory.asc");
    let certificate = std::fs::read(&certificate)
        .map_err(Fault::io("cannot read the advisory key's certificate"))?;
    let fingerprint = seal::openpgp::Certificate::read(&certificate)
        .map_err(|_| Fault::Form("certificate"))?
        .fingerprint();
    Ok(config.site(fingerprint))
}
