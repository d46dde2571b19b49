//! Rows as they are written: a struct with named fields for each table, which says in which order they stand.
//!
//! Whether the values are of the types that the columns have is asked once more where they are written, of every
//! row and on both engines: a row can also come from a copy of a database.

use super::table::Table;
use super::value::{StoreError, Value, fits};

/// A row of one table, with a field for each column.
pub trait Row {
    /// Returns the table.
    fn table() -> &'static Table;

    /// Returns the values in the order of the table's columns.
    fn values(self) -> Vec<Value>;
}

/// A row of any table, on its way to the database.
#[derive(Clone, Debug)]
pub struct TableRow {
    table: &'static Table,
    values: Vec<Value>,
}

impl<R: Row> From<R> for TableRow {
    fn from(row: R) -> Self {
        TableRow {
            table: R::table(),
            values: row.values(),
        }
    }
}

impl TableRow {
    /// Makes a row of values that came from elsewhere. What does not fit its columns is refused when it is written.
    #[must_use]
    pub fn untyped(table: &'static Table, values: Vec<Value>) -> TableRow {
        TableRow { table, values }
    }

    /// Returns the table that it belongs to.
    #[must_use]
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// Returns the values in the order of the table's columns.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Returns the value of a column, if the table has one of this name.
    #[must_use]
    pub fn cell(&self, column: &str) -> Option<&Value> {
        let at = self.table.columns.iter().position(|c| c.name == column)?;
        self.values.get(at)
    }

    /// Tells whether every value is of its column's type.
    ///
    /// # Errors
    /// [`StoreError::Column`] or [`StoreError::Shape`] if not.
    pub(crate) fn fits(&self) -> Result<(), StoreError> {
        fits(self.table, &self.values)
    }

    /// Takes it apart.
    pub(crate) fn into_parts(self) -> (&'static Table, Vec<Value>) {
        (self.table, self.values)
    }

    /// Returns the statement that writes it as a row whose key must be new, with its values.
    ///
    /// # Errors
    /// As [`TableRow::fits`].
    pub(crate) fn insert_new(self) -> Result<(String, Vec<Value>), StoreError> {
        self.fits()?;
        Ok((self.table.insert_new('$'), self.values))
    }

    /// Returns the statement that writes it, be it there already or not, with its values.
    ///
    /// # Errors
    /// As [`TableRow::fits`].
    pub(crate) fn insert(self) -> Result<(String, Vec<Value>), StoreError> {
        self.fits()?;
        Ok((self.table.insert('$'), self.values))
    }
}
