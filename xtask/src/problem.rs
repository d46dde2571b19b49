//! The one error of this tool: a sentence for the developer, and an exit code.

use std::fmt;

/// Either a value or a sentence about what went wrong.
pub type Outcome<T> = Result<T, Problem>;

/// What stands in the way, in words that name the thing and the next step.
#[derive(Debug, Clone)]
pub struct Problem {
    message: String,
    code: u8,
}

impl Problem {
    /// Something was examined and is not as it must be: exit code 1.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 1,
        }
    }

    /// Nothing could be examined (a program is missing, for instance): exit code 2.
    pub fn cannot_run(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 2,
        }
    }

    /// Everything was said already, in its place: exit code 1 without a word, so that
    /// what stands last on the screen stays last.
    pub fn told() -> Self {
        Self::new("")
    }

    /// The same, of what could not be examined: exit code 2.
    pub fn told_that_it_cannot_run() -> Self {
        Self::cannot_run("")
    }

    /// Tells whether there is nothing left to say.
    pub fn is_told(&self) -> bool {
        self.message.is_empty()
    }

    /// Returns the exit code of the process.
    pub fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Says what was being done when a foreign error came.
pub trait Context<T> {
    /// Puts `what` before the error.
    fn context(self, what: impl FnOnce() -> String) -> Outcome<T>;
}

impl<T, E: fmt::Display> Context<T> for Result<T, E> {
    fn context(self, what: impl FnOnce() -> String) -> Outcome<T> {
        self.map_err(|error| Problem::new(format!("{}: {error}", what())))
    }
}
