//! What is asked of a list.

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Something is left to be done.
    Open,
    /// Nothing is.
    Over,
}
