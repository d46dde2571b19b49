//! Passwords as they are typed for one command: in memory, in a file, or in the environment.
//!
//! They do not print and are wiped. What they open is known to whoever asks for them.

use std::sync::{Arc, Mutex, PoisonError};

use domain::refusal::Refusal;
use seal::approval::Approval;

use crate::Fault;

/// A password in memory; it does not print and is wiped when dropped.
///
/// It remembers the signature that it opened the key for, so that a command which is decided anew does not stretch
/// it again.
#[derive(Clone)]
pub struct Password {
    pub(crate) typed: zeroize::Zeroizing<String>,
    signed: Arc<Mutex<Option<Approval>>>,
}

impl Password {
    /// Takes a password as it was typed.
    #[must_use]
    pub fn new(typed: &str) -> Password {
        Password {
            typed: zeroize::Zeroizing::new(typed.to_owned()),
            signed: Arc::default(),
        }
    }

    pub(crate) fn signed(&self) -> Option<Approval> {
        self.signed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn remember(&self, approval: &Approval) {
        *self.signed.lock().unwrap_or_else(PoisonError::into_inner) = Some(approval.clone());
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The password as it was given: in memory, in a file, or in the environment.
///
/// # Errors
/// If the file cannot be read as text.
pub(crate) fn given(
    password: Option<&Password>,
    file: Option<&str>,
) -> Result<zeroize::Zeroizing<String>, Fault> {
    if let Some(password) = password {
        return Ok(password.typed.clone());
    }
    let bytes = match file {
        Some(path) => seal::files::read_secret(std::path::Path::new(path))?,
        None => zeroize_env(),
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| Refusal::Input {
        field: "password_file",
        why: "not UTF-8",
    })?;
    // An editor may have put a byte order mark before it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(zeroize::Zeroizing::new(text.trim_end().to_owned()))
}

fn zeroize_env() -> zeroize::Zeroizing<Vec<u8>> {
    zeroize::Zeroizing::new(
        std::env::var("NOROSHI_PASSWORD")
            .unwrap_or_default()
            .into_bytes(),
    )
}
