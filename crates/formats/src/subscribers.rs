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
        if let [_] | [] = lines.as_slice() {
            import.take(&columns, &record, line, &mut seen);
        } else {
            for (line, raw) in (line..).zip(lines) {
                match alone(raw, comma) {
                    Some(record) => import.take(&columns, &record, line, &mut seen),
                    None => import.problem(line, ProblemKind::Quote),
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
mod tests {

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_row_that_may_mean_something_else_is_named() {
        let of = |row: &str| {
            let csv = format!("address,language,scope,target,name\n{row}\n");
            let import = read(csv.as_bytes());
            import.map(|import| import.problems.first().map(|problem| problem.kind.code()))
        };
        for (row, code) in [
            (
                "a@x.example,ja,vendor,Example, Inc.,Bob",
                Some("too_many_fields"),
            ),
            ("a@x.example,ja,vendor,\"Example, Inc.\",Bob", None),
            ("a@x.example,ja,all,,Bob,,,", None),
            ("a@x.example,ja,all,EX-1,", Some("scope_missing")),
            ("a@x.example,ja,,EX-1,", Some("scope_missing")),
            ("a@x.example,ja,vendor,\u{3000},", Some("target_missing")),
            ("a@x.example,ja,vendor,株式会社,", Some("target_missing")),
            ("a@x.example,ja,product,---,", Some("target_missing")),
        ] {
            assert_eq!(of(row), Ok(code), "{row}");
        }
        let twice = read(b"address,Address\na@x.example,b@x.example\n");
        assert_eq!(twice, Err(ReadError::ColumnTwice { column: "address" }));
    }

    #[test]
    fn what_spreadsheets_save_is_read() {
        let csv = "address;language;scope;target;name\r\n\
                   one@reader.example;ja;vendor;浮橋, Ltd.;甲\r\ntwo@reader.example;en;all;;\r\n";
        let rows = |bytes: &[u8]| read(bytes).map(|import| (import.rows, import.problems));
        let expected = rows(csv.as_bytes());
        assert!(
            matches!(&expected, Ok((rows, problems)) if rows.len() == 2 && problems.is_empty())
        );
        assert_eq!(rows(csv.replace(';', "\t").as_bytes()), expected);
        let units = std::iter::once('\u{feff}').chain(csv.chars());
        let units: Vec<u16> = units.collect::<String>().encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(rows(&little), expected);
        assert_eq!(rows(&big), expected);
        // Without a mark, or cut in the middle of a letter, nothing is guessed.
        assert_eq!(rows(&little[2..]), Err(ReadError::NoHeader));
        assert!(rows(&little[..little.len() - 1]).is_ok());
    }

    #[test]
    fn an_address_is_taken_as_people_type_it() {
        #[track_caller]
        fn check(typed: &str, expected: Result<&str, AddressProblem>) {
            let wire = MailAddress::parse(typed).map(|address| address.smtp_form());
            assert_eq!(wire.as_deref().map_err(|problem| *problem), expected);
        }
        check("desk@Example.JP", Ok("desk@example.jp"));
        check(" Sato@example.jp ", Ok("Sato@example.jp"));
        check("ｄｅｓｋ＠ｅｘａｍｐｌｅ．ｊｐ", Ok("desk@example.jp"));
        check("desk＠example。jp", Ok("desk@example.jp"));
        check("a..b@carrier.example.jp", Ok("\"a..b\"@carrier.example.jp"));
        check("a.@carrier.example.jp", Ok("\"a.\"@carrier.example.jp"));
        check(
            "\"a..b\"@carrier.example.jp",
            Ok("\"a..b\"@carrier.example.jp"),
        );
        check("x@xn--wgv71a119e.jp", Ok("x@xn--wgv71a119e.jp"));
        check("x@日本語.jp", Err(AddressProblem::Domain));
        check("佐藤@example.jp", Err(AddressProblem::Local));
        check("x@localhost", Err(AddressProblem::Domain));
        check("x@192.0.2.1", Err(AddressProblem::Domain));
        check("", Err(AddressProblem::Empty));
        check("example.jp", Err(AddressProblem::Form));
        check("@example.jp", Err(AddressProblem::Form));
        check("a b@example.jp", Err(AddressProblem::Space));
        check(
            "a@example.jp\r\nRCPT TO:<b@example.jp>",
            Err(AddressProblem::Control),
        );
        check("a>b@example.jp", Err(AddressProblem::Local));
        check(
            &format!("{}@example.jp", "a".repeat(65)),
            Err(AddressProblem::TooLong),
        );
        check(
            &format!("a@{}jp", "abcdefgh.".repeat(30)),
            Err(AddressProblem::TooLong),
        );
    }

    #[test]
    fn an_address_does_not_print_in_logs() {
        let address = MailAddress::parse("a..b@example.jp").unwrap();
        assert_eq!(format!("{address:?}"), "MailAddress(…@example.jp)");
        assert_eq!(address.to_string(), "a..b@example.jp");
    }

    #[test]
    fn one_bad_row_does_not_cost_the_others() {
        let file = "\u{feff}address,language,scope,target,name\r\n\
            a@example.jp,ja,all,,\"佐藤, 花子\"\r\n\
            b@example.jp,en,vendor,Example Vendor,\r\n\
            b@EXAMPLE.jp,en,vendor,Example Vendor,again\r\n\
            nobody,ja,all,,\r\n\
            c@example.jp,fr,all,,\r\n\
            d@example.jp,ja,product,,\r\n\
            e@example.jp,ja,sector,x,\r\n\
            f@example.jp\r\n";
        let import = read(file.as_bytes()).unwrap();
        let rows: Vec<_> = import
            .rows
            .iter()
            .map(|row| (row.line, row.address.to_string(), row.scope.clone()))
            .collect();
        let expected = [
            (2, "a@example.jp".to_owned(), Scope::All),
            (
                3,
                "b@example.jp".to_owned(),
                Scope::Vendor("Example Vendor".to_owned()),
            ),
            (9, "f@example.jp".to_owned(), Scope::All),
        ];
        assert_eq!(rows, expected);
        assert_eq!(import.rows.first().unwrap().name, "佐藤, 花子");
        let problems: Vec<_> = import
            .problems
            .iter()
            .map(|problem| (problem.line, problem.kind.code()))
            .collect();
        assert_eq!(
            problems,
            [
                (4, "duplicate"),
                (5, "address_form"),
                (6, "language"),
                (7, "target_missing"),
                (8, "scope")
            ]
        );
    }

    #[test]
    fn a_problem_is_told_by_the_line_that_people_count() {
        for (file, line) in [
            ("address\n\n\n\nbad\n", 5),
            ("address\r\n\r\n\r\nbad\r\n", 4),
            ("address\nbad\n", 2),
            ("address\r\nbad", 2),
        ] {
            let problems = read(file.as_bytes()).unwrap().problems;
            let lines: Vec<u64> = problems.iter().map(|problem| problem.line).collect();
            assert_eq!(lines, [line], "{file:?}");
        }
    }

    #[test]
    fn an_open_quotation_mark_costs_its_own_line_and_no_other() {
        let file = "address,language,name\na@x.example,ja,A\nb@x.example,ja,\"B\nc@x.example,en,C\n\
            d@x.example,fr,D\n\"e@x.example\",en,\"E, F\"\n";
        for file in [file.to_owned(), file.replace('\n', "\r\n")] {
            let import = read(file.as_bytes()).unwrap();
            let entered: Vec<String> = import
                .rows
                .iter()
                .map(|row| format!("{} {} {}", row.line, row.address, row.name))
                .collect();
            assert_eq!(
                entered,
                ["2 a@x.example A", "4 c@x.example C", "6 e@x.example E, F"]
            );
            let problems: Vec<(u64, &str)> = import
                .problems
                .iter()
                .map(|problem| (problem.line, problem.kind.code()))
                .collect();
            assert_eq!(problems, [(3, "open_quote"), (5, "language")]);
        }
    }

    #[test]
    fn the_fate_of_every_row_and_column_is_named() {
        let rows: String = (0..ROWS_MAX + 1)
            .map(|n| format!("a{n}@x.example\n"))
            .collect();
        let file = format!("address\n{rows}");
        assert_eq!(read(file.as_bytes()), Err(ReadError::TooManyRows));
        let import = read(b"address,Language,phone\na@x.example,en,1\n").unwrap();
        assert_eq!(import.columns_unknown, ["phone"]);
        assert_eq!(import.rows.len(), 1);
        let wrong: String = (0..PROBLEMS_MAX + 7).map(|_| "x\n").collect();
        let import = read(format!("address\n{wrong}").as_bytes()).unwrap();
        assert_eq!(
            import.problems.len() + import.problems_unlisted,
            PROBLEMS_MAX + 7
        );
    }

    #[test]
    fn a_file_without_an_address_column_is_no_list() {
        assert_eq!(read(b"a@example.jp\r\n"), Err(ReadError::NoHeader));
        assert_eq!(read(b""), Err(ReadError::NoHeader));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_fall(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
            let with_header = [b"address,scope\n".as_slice(), &bytes].concat();
            prop_assert!(read(&with_header).is_ok());
        }

        #[test]
        fn an_accepted_address_is_one_word_on_the_wire_and_reads_back(typed in "[a-z.@\"＠．ー \r\n<>]{0,24}") {
            if let Ok(address) = MailAddress::parse(&typed) {
                let wire = address.smtp_form();
                prop_assert!(wire.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<' && byte != b'>'));
                prop_assert_eq!(MailAddress::parse(&wire), Ok(address));
            }
        }
    }
}
