//! Import of subscribers from CSV, and the mail address as a value.
//!
//! One bad row never costs the others: [`read`] returns the rows that could be read and a [`Problem`] for each line
//! that could not. [`MailAddress`] is the border: after it nobody asks again whether an address is one. It takes the
//! `a..b@` and `a.@` of old Japanese carriers, which RFC 5321 wants quoted on the wire ([`MailAddress::smtp_form`]),
//! and folds what a Japanese keyboard types in full width. This module knows nothing of consent or products.

mod address;
mod separator;

use std::borrow::Cow;
use std::collections::HashSet;

pub use address::{ADDRESS_BYTES_MAX, AddressProblem, LOCAL_BYTES_MAX, MailAddress};

use domain::text::fold;

use crate::advisory::Lang;

/// A file larger than this is refused; 100,000 rows have about 6 MB.
pub const FILE_BYTES_MAX: usize = 32 << 20;
/// A file of more rows is refused as a whole: nothing is entered in part without being named.
pub const ROWS_MAX: usize = 200_000;
/// Problems beyond this are counted, not kept: nobody reads more.
pub const PROBLEMS_MAX: usize = 1_000;
/// Name and target are cut off here by refusing the row.
pub const FIELD_BYTES_MAX: usize = 400;

/// What one row asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Line in the file, from 1; the header is line 1.
    pub line: u64,
    /// Where mail goes.
    pub address: MailAddress,
    /// Language of the mail.
    pub language: Lang,
    /// Which advisories.
    pub scope: Scope,
    /// Name of the person or organisation, perhaps empty.
    pub name: String,
}

/// Which advisories a subscriber wants.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All.
    All,
    /// Those that name this vendor.
    Vendor(String),
    /// Those that name this product.
    Product(String),
}

/// Why a line was left out or needed mending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line in the file, from 1.
    pub line: u64,
    /// What is wrong there.
    pub kind: ProblemKind,
}

/// Kinds of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The address is none.
    Address(AddressProblem),
    /// Neither `ja` nor `en`.
    Language,
    /// Neither `all` nor `vendor` nor `product`.
    Scope,
    /// `vendor` or `product` without a target.
    TargetMissing,
    /// The same address and scope stood on an earlier line; this one is folded into it.
    Duplicate,
    /// A name or target longer than [`FIELD_BYTES_MAX`] or with control characters.
    Field,
    /// The line is no CSV, not UTF-8 or lacks columns.
    Line,
    /// `all`, or no scope, beside a target: whoever wrote it meant less than everything.
    ScopeMissing,
    /// More fields than the first line names columns: a comma inside a name wants quotation marks.
    TooManyFields,
    /// A quotation mark that is not closed on its line; the lines after it are read for themselves.
    Quote,
    /// A line of a cell that holds several: what stands inside a cell is no row, so none of its lines is taken.
    Lines,
}

impl ProblemKind {
    /// Returns the stable word for catalogues and logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            ProblemKind::Address(problem) => problem.code(),
            ProblemKind::Language => "language",
            ProblemKind::Scope => "scope",
            ProblemKind::TargetMissing => "target_missing",
            ProblemKind::Duplicate => "duplicate",
            ProblemKind::Field => "field",
            ProblemKind::Line => "line",
            ProblemKind::Quote => "open_quote",
            ProblemKind::Lines => "several_lines",
            ProblemKind::ScopeMissing => "scope_missing",
            ProblemKind::TooManyFields => "too_many_fields",
        }
    }
}

/// What could be read of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// Rows in the file's order, no two alike.
    pub rows: Vec<Row>,
    /// By line, at most [`PROBLEMS_MAX`].
    pub problems: Vec<Problem>,
    /// Problems found beyond [`PROBLEMS_MAX`].
    pub problems_unlisted: usize,
    /// Columns of the first line that mean nothing here; what stands in them is left out.
    pub columns_unknown: Vec<String>,
}

/// Why a file as a whole is not a list of subscribers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Larger than [`FILE_BYTES_MAX`].
    #[error("{bytes} bytes are more than an import may have")]
    TooLarge {
        /// Size found.
        bytes: usize,
    },
    /// More than [`ROWS_MAX`] rows.
    #[error(
        "more than {} rows; split the file: what is entered twice is entered once",
        ROWS_MAX
    )]
    TooManyRows,
    /// The first line names no `address` column, so no row can be understood.
    #[error("the first line does not name the columns address,language,scope,target,name")]
    NoHeader,
    /// The first line names a column twice.
    #[error("the first line names the column {column} twice")]
    ColumnTwice {
        /// Its name.
        column: &'static str,
    },
}

impl ReadError {
    /// Returns the stable word for catalogues and logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            ReadError::TooLarge { .. } => "too_large",
            ReadError::TooManyRows => "too_many_rows",
            ReadError::NoHeader => "no_header",
            ReadError::ColumnTwice { .. } => "column_twice",
        }
    }
}

/// Reads `address,language,scope,target,name`, columns in any order, with commas, semicolons or tabs between them: in
/// UTF-8 with or without a byte order mark, or in UTF-16 with one.
///
/// # Errors
/// Only when the file or the number of its rows is too large, or its first line names no address column.
pub fn read(bytes: &[u8]) -> Result<Import, ReadError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(ReadError::TooLarge { bytes: bytes.len() });
    }
    // A byte order mark says which of the Unicode forms it is; without one it is UTF-8, line by line.
    let decoded = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) if encoding != encoding_rs::UTF_8 => encoding.decode(bytes).0,
        _ => Cow::Borrowed(""),
    };
    let bytes = match decoded.as_ref() {
        "" => bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes),
        decoded => decoded.as_bytes(),
    };
    // A line that is no row of ours counts all the same where a line is named.
    let (comma, bytes, skipped) = match separator::said(bytes) {
        Some((mark, ends)) => (mark, bytes.get(ends..).unwrap_or_default(), 1),
        None => (separator::seen(bytes), bytes, 0),
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(comma)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    let mut import = Import::default();
    let columns = match reader.read_byte_record(&mut record) {
        Ok(true) => {
            import.columns_unknown = unknown(&record);
            Columns::of(&record)?
        }
        _ => return Err(ReadError::NoHeader),
    };
    let mut seen = HashSet::new();
    // Reading bytes of a flexible record cannot fail; were it to, the loop must not spin on the same place.
    while let Ok(true) = reader.read_byte_record(&mut record) {
        let place = record.position();
        let start = place.map_or(0, |place| {
            usize::try_from(place.byte()).unwrap_or(usize::MAX)
        });
        // The reader stands before empty lines, and after CRLF before the line feed.
        let line = place.map_or(0, |place| {
            let before = bytes.get(start..).unwrap_or_default().iter();
            let blank = before.take_while(|byte| matches!(byte, b'\n' | b'\r'));
            let ends = blank.filter(|byte| **byte == b'\n').count();
            skipped + place.line() + u64::try_from(ends).unwrap_or(0)
        });
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let raw = bytes.get(start..end.min(bytes.len())).unwrap_or_default();
        let lines: Vec<&[u8]> = physical(raw).collect();
        match (lines.as_slice(), marks(raw, comma)) {
            ([_], Marks::Open) => import.problem(line, ProblemKind::Quote),
            ([_] | [], _) => import.take(&columns, &record, line, &mut seen),
            (lines, Marks::Closed) => {
                for (line, _) in (line..).zip(lines) {
                    import.problem(line, ProblemKind::Lines);
                }
            }
            (lines, Marks::Open | Marks::Odd) => {
                for (line, raw) in (line..).zip(lines) {
                    match alone(raw, comma) {
                        Some(record) => import.take(&columns, &record, line, &mut seen),
                        None => import.problem(line, ProblemKind::Quote),
                    }
                }
            }
        }
        if import.rows.len() > ROWS_MAX {
            return Err(ReadError::TooManyRows);
        }
    }
    Ok(import)
}

/// The columns that are read.
const KNOWN: [&str; 5] = ["address", "language", "scope", "target", "name"];

/// Names of columns that nothing here is kept in.
fn unknown(header: &csv::ByteRecord) -> Vec<String> {
    header
        .iter()
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .filter(|name| !KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name)))
        .collect()
}

/// The lines of a record as they stand in the file; a field of ours never goes over several.
fn physical(raw: &[u8]) -> impl Iterator<Item = &[u8]> {
    raw.split(|byte| matches!(byte, b'\n' | b'\r'))
        .filter(|line| !line.is_empty())
}

/// How the quotation marks of a record stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Marks {
    /// Each that opens a cell closes it too, at its end: what stands between is one cell, as a spreadsheet writes it, and
    /// no line of it a row.
    Closed,
    /// One opens a cell, and none closes it.
    Open,
    /// Something stands behind one that closes a cell.
    Odd,
}

fn marks(raw: &[u8], comma: u8) -> Marks {
    // The reader stands before empty lines.
    let blank = raw
        .iter()
        .take_while(|byte| matches!(byte, b'\n' | b'\r'))
        .count();
    let mut rest = raw.get(blank..).unwrap_or_default();
    loop {
        if let Some(inside) = rest.strip_prefix(b"\"") {
            let Some(behind) = behind_the_mark(inside) else {
                return Marks::Open;
            };
            let blank = |byte: &&u8| **byte == b' ' || (**byte == b'\t' && comma != b'\t');
            let blanks = behind.iter().take_while(blank).count();
            rest = behind.get(blanks..).unwrap_or_default();
            let is_end = match rest.first() {
                None | Some(b'\n' | b'\r') => true,
                Some(byte) => *byte == comma,
            };
            if !is_end {
                return Marks::Odd;
            }
        }
        match rest.iter().position(|byte| *byte == comma) {
            Some(at) => rest = rest.get(at + 1..).unwrap_or_default(),
            None => return Marks::Closed,
        }
    }
}

/// What stands behind the mark that closes a cell; two marks are one that is written.
fn behind_the_mark(inside: &[u8]) -> Option<&[u8]> {
    let mut rest = inside;
    loop {
        let at = rest.iter().position(|byte| *byte == b'"')?;
        rest = rest.get(at + 1..).unwrap_or_default();
        match rest.strip_prefix(b"\"") {
            Some(more) => rest = more,
            None => return Some(rest),
        }
    }
}

/// A line read for itself, if its quotation marks are in pairs.
fn alone(line: &[u8], comma: u8) -> Option<csv::ByteRecord> {
    let marks = line.iter().filter(|byte| **byte == b'"').count();
    let mut record = csv::ByteRecord::new();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(comma)
        .trim(csv::Trim::All)
        .buffer_capacity(line.len().max(1))
        .from_reader(line);
    let is_read = reader.read_byte_record(&mut record).unwrap_or(false);
    (marks % 2 == 0 && is_read).then_some(record)
}

impl Import {
    fn take(
        &mut self,
        columns: &Columns,
        record: &csv::ByteRecord,
        line: u64,
        seen: &mut HashSet<(MailAddress, Scope)>,
    ) {
        match columns.row(record, line) {
            Ok(row) if seen.insert((row.address.clone(), row.scope.clone())) => {
                self.rows.push(row);
            }
            Ok(_) => self.problem(line, ProblemKind::Duplicate),
            Err(kind) => self.problem(line, kind),
        }
    }

    fn problem(&mut self, line: u64, kind: ProblemKind) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem { line, kind });
        } else {
            self.problems_unlisted += 1;
        }
    }
}

/// Where the header says each value stands.
struct Columns {
    count: usize,
    address: usize,
    language: Option<usize>,
    scope: Option<usize>,
    target: Option<usize>,
    name: Option<usize>,
}

impl Columns {
    fn of(header: &csv::ByteRecord) -> Result<Self, ReadError> {
        let is = |field: &[u8], name: &str| field.eq_ignore_ascii_case(name.as_bytes());
        let find = |name: &str| header.iter().position(|field| is(field, name));
        let twice = KNOWN
            .into_iter()
            .find(|name| header.iter().filter(|field| is(field, name)).count() > 1);
        if let Some(column) = twice {
            return Err(ReadError::ColumnTwice { column });
        }
        Ok(Columns {
            count: header.len(),
            address: find("address").ok_or(ReadError::NoHeader)?,
            language: find("language"),
            scope: find("scope"),
            target: find("target"),
            name: find("name"),
        })
    }

    /// A missing language is Japanese and a missing scope is everything: what a list of bare addresses means here.
    fn row(&self, record: &csv::ByteRecord, line: u64) -> Result<Row, ProblemKind> {
        let field = |column: Option<usize>| match column.and_then(|column| record.get(column)) {
            None => Ok(""),
            Some(bytes) => std::str::from_utf8(bytes).map_err(|_| ProblemKind::Line),
        };
        if record.iter().skip(self.count).any(|more| !more.is_empty()) {
            return Err(ProblemKind::TooManyFields);
        }
        let address =
            MailAddress::parse(field(Some(self.address))?).map_err(ProblemKind::Address)?;
        let language = match field(self.language)?.to_ascii_lowercase().as_str() {
            "ja" | "" => Lang::Ja,
            "en" => Lang::En,
            _ => return Err(ProblemKind::Language),
        };
        let target = short(field(self.target)?)?;
        let scope = match field(self.scope)?.to_ascii_lowercase().as_str() {
            "all" | "" if !target.is_empty() => return Err(ProblemKind::ScopeMissing),
            "all" | "" => Scope::All,
            // What folds to nothing equals no name, and would never be told of anything.
            "vendor" if fold::name(&target).is_empty() => return Err(ProblemKind::TargetMissing),
            "product" if fold::product(&target).is_empty() => {
                return Err(ProblemKind::TargetMissing);
            }
            "vendor" => Scope::Vendor(target),
            "product" => Scope::Product(target),
            _ => return Err(ProblemKind::Scope),
        };
        Ok(Row {
            line,
            address,
            language,
            scope,
            name: short(field(self.name)?)?,
        })
    }
}

fn short(text: &str) -> Result<String, ProblemKind> {
    if text.len() > FIELD_BYTES_MAX || text.chars().any(char::is_control) {
        return Err(ProblemKind::Field);
    }
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests;
