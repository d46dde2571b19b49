//! A database on its way to another: rows in pieces, out of one and into the other.
//!
//! It knows neither the engines nor what the rows mean. However large a house has become, some pieces at a time are in
//! memory.

use super::value::{StoreError, Value};

/// Rows of a piece.
pub(crate) const PIECE_ROWS: usize = 200;
/// Pieces that wait for whoever takes them.
pub(crate) const PIECES_WAITING: usize = 2;

/// What is read of a database that is copied.
pub(crate) enum Piece {
    /// Rows of the statement at this place.
    Rows(usize, Vec<Vec<Value>>),
    /// That was all. Whoever misses it has not the whole.
    End,
}

/// Where the pieces come from.
pub(crate) type Pieces = tokio::sync::mpsc::Receiver<Result<Piece, StoreError>>;

/// A statement with its values.
pub(crate) type Statement = (String, Vec<Value>);

/// Returns the next statements, nothing at the end.
pub(crate) type Next<'a> = dyn FnMut() -> Result<Option<Vec<Statement>>, StoreError> + Send + 'a;
