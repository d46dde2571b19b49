//! What people and machines read on the terminal.

use engine::Fault;
use serde_json::{Value, json};

/// Writes an error with its chain once, and its stable code.
pub fn error(error: &Fault) {
    eprintln!("noroshi: {error}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        eprintln!("  because: {cause}");
        source = cause.source();
    }
    eprintln!("  code: {}", error.code());
}

/// Writes an answer: JSON as it is, or `human` for people.
pub fn answer(as_json: bool, value: &Value, human: impl FnOnce() -> String) {
    line(&if as_json { value.to_string() } else { human() });
}

/// Writes a line; a reader that has gone away is no fault of ours.
pub fn line(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A refusal as data.
#[must_use]
pub fn refusal(error: &Fault) -> Value {
    json!({ "refused": error.code(), "because": error.to_string() })
}
