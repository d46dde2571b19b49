//! What people and machines read on the terminal.

use std::sync::atomic::{AtomicBool, Ordering};

use engine::Fault;
use serde_json::{Value, json};

/// Writes an error with its chain once, and its stable code.
pub fn error(error: &Fault) {
    warn(&format!("noroshi: {error}"));
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        warn(&format!("  because: {cause}"));
        source = cause.source();
    }
    let code = match error {
        Fault::Answered { code, .. } => code,
        error => error.code(),
    };
    warn(&format!("  code: {code}"));
}

/// Writes a line for whoever runs the program; that it cannot be written stops nothing.
pub fn warn(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Writes an answer: JSON as it is, or `human` for people.
pub fn answer(as_json: bool, value: &Value, human: impl FnOnce() -> String) {
    line(&if as_json { value.to_string() } else { human() });
}

/// Set when an answer could not be written.
static LOST: AtomicBool = AtomicBool::new(false);

/// Whether an answer could not be written, as onto a full disk.
pub fn is_lost() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// Writes a line; a reader that has gone away is no fault of ours.
pub fn line(text: &str) {
    use std::io::{ErrorKind, Write};
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    if written.is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// A refusal as data.
#[must_use]
pub fn refusal(error: &Fault) -> Value {
    json!({ "refused": error.code(), "because": error.to_string() })
}
