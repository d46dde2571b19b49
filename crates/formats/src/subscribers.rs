//! Import of subscribers from CSV, and the mail address as a value.
//!
//! One bad row never costs the others: [`read`] returns the rows that could be read and a [`Problem`] for each line
//! that could not. [`MailAddress`] is the border: after it nobody asks again whether an address is one. It takes the
//! `a..b@` and `a.@` of old Japanese carriers, which RFC 5321 wants quoted on the wire ([`MailAddress::smtp_form`]),
//! and folds what a Japanese keyboard types in full width. This module knows nothing of consent or products.

use std::collections::HashSet;
use std::fmt;

use crate::advisory::Lang;

/// A file larger than this is refused; 100,000 rows have about 6 MB.
pub const FILE_BYTES_MAX: usize = 32 << 20;
/// Rows beyond this are left out, with one problem.
pub const ROWS_MAX: usize = 200_000;
/// Problems beyond this are counted, not kept: nobody reads more.
pub const PROBLEMS_MAX: usize = 1_000;
/// RFC 5321 §4.5.3.1.3: 256 octets of path with its two brackets.
pub const ADDRESS_BYTES_MAX: usize = 254;
/// RFC 5321 §4.5.3.1.1, counted after quoting.
pub const LOCAL_BYTES_MAX: usize = 64;
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
    /// More than [`ROWS_MAX`] rows; the rest was left out.
    TooManyRows,
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
            ProblemKind::TooManyRows => "too_many_rows",
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
    /// The first line names no `address` column, so no row can be understood.
    #[error("the first line does not name the columns address,language,scope,target,name")]
    NoHeader,
}

impl ReadError {
    /// Returns the stable word for catalogues and logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            ReadError::TooLarge { .. } => "too_large",
            ReadError::NoHeader => "no_header",
        }
    }
}

/// Reads `address,language,scope,target,name` in UTF-8, with or without a byte order mark, columns in any order.
///
/// # Errors
/// Only when the file is too large or its first line names no address column.
pub fn read(bytes: &[u8]) -> Result<Import, ReadError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(ReadError::TooLarge { bytes: bytes.len() });
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    let columns = match reader.read_byte_record(&mut record) {
        Ok(true) => Columns::of(&record)?,
        _ => return Err(ReadError::NoHeader),
    };
    let mut import = Import::default();
    let mut seen = HashSet::new();
    // Reading bytes of a flexible record cannot fail; were it to, the loop must not spin on the same place.
    while let Ok(true) = reader.read_byte_record(&mut record) {
        let line = record.position().map_or(0, |place| {
            // After CRLF the reader stands before the line feed, which still counts to the line before.
            let at = usize::try_from(place.byte()).unwrap_or(usize::MAX);
            place.line() + u64::from(bytes.get(at) == Some(&b'\n'))
        });
        if import.rows.len() >= ROWS_MAX {
            import.problem(line, ProblemKind::TooManyRows);
            break;
        }
        match columns.row(&record, line) {
            Ok(row) if seen.insert((row.address.clone(), row.scope.clone())) => {
                import.rows.push(row)
            }
            Ok(_) => import.problem(line, ProblemKind::Duplicate),
            Err(kind) => import.problem(line, kind),
        }
    }
    Ok(import)
}

impl Import {
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
    address: usize,
    language: Option<usize>,
    scope: Option<usize>,
    target: Option<usize>,
    name: Option<usize>,
}

impl Columns {
    fn of(header: &csv::ByteRecord) -> Result<Self, ReadError> {
        let find = |name: &str| {
            header
                .iter()
                .position(|field| field.eq_ignore_ascii_case(name.as_bytes()))
        };
        Ok(Columns {
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
        let address =
            MailAddress::parse(field(Some(self.address))?).map_err(ProblemKind::Address)?;
        let language = match field(self.language)?.to_ascii_lowercase().as_str() {
            "ja" | "" => Lang::Ja,
            "en" => Lang::En,
            _ => return Err(ProblemKind::Language),
        };
        let target = short(field(self.target)?)?;
        let scope = match field(self.scope)?.to_ascii_lowercase().as_str() {
            "all" | "" => Scope::All,
            "vendor" | "product" if target.is_empty() => return Err(ProblemKind::TargetMissing),
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
    Ok(text.to_owned())
}

/// A mail address that can be put on the wire. Two are equal if mail to them arrives in one mailbox for sure.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailAddress {
    /// Without quotes, as people write it.
    local: String,
    /// ASCII, lower case.
    domain: String,
}

/// Why a text is no address. Never carries the text: it goes into logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressProblem {
    /// Nothing there.
    #[error("no address")]
    Empty,
    /// Longer than [`ADDRESS_BYTES_MAX`], or the local part than [`LOCAL_BYTES_MAX`].
    #[error("longer than an address may be")]
    TooLong,
    /// A control character, above all a line break: it would add commands or headers of its own.
    #[error("a control character")]
    Control,
    /// A space within the address.
    #[error("a space")]
    Space,
    /// No at sign, or nothing before it.
    #[error("not of the form name@domain")]
    Form,
    /// Letters beyond ASCII, or ones that no local part may have.
    #[error("a character that a mailbox name cannot have")]
    Local,
    /// Not a domain in ASCII or punycode with at least two labels.
    #[error("not a domain name in ASCII letters")]
    Domain,
}

impl AddressProblem {
    /// Returns the stable word for catalogues and logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            AddressProblem::Empty => "address_empty",
            AddressProblem::TooLong => "address_too_long",
            AddressProblem::Control => "address_control",
            AddressProblem::Space => "address_space",
            AddressProblem::Form => "address_form",
            AddressProblem::Local => "address_local",
            AddressProblem::Domain => "address_domain",
        }
    }
}

impl MailAddress {
    /// Reads an address as people type it: full-width letters fold, `"a..b"@x` and `a..b@x` are the same.
    ///
    /// # Errors
    /// Says why it is none.
    pub fn parse(typed: &str) -> Result<Self, AddressProblem> {
        // Folding shortens, so a typed text may be three times as long; the limit bounds the work before it.
        if typed.len() > ADDRESS_BYTES_MAX * 4 {
            return Err(AddressProblem::TooLong);
        }
        let folded: String = typed
            .trim_matches([' ', '\u{3000}'])
            .chars()
            .map(fold)
            .collect();
        if folded.is_empty() {
            return Err(AddressProblem::Empty);
        }
        if folded.chars().any(char::is_control) {
            return Err(AddressProblem::Control);
        }
        if folded.chars().any(char::is_whitespace) {
            return Err(AddressProblem::Space);
        }
        let (local, domain) = folded.rsplit_once('@').ok_or(AddressProblem::Form)?;
        let local = unquote(local)?;
        if local.is_empty() {
            return Err(AddressProblem::Form);
        }
        if !local.bytes().all(is_local_byte) {
            return Err(AddressProblem::Local);
        }
        let address = MailAddress {
            local,
            domain: domain_name(domain)?,
        };
        let wire_local_bytes = address.smtp_form().len() - address.domain.len() - 1;
        if wire_local_bytes > LOCAL_BYTES_MAX || address.smtp_form().len() > ADDRESS_BYTES_MAX {
            return Err(AddressProblem::TooLong);
        }
        Ok(address)
    }

    /// Returns the form for `MAIL`, `RCPT` and headers: the local part is quoted where RFC 5321 wants it.
    #[must_use]
    pub fn smtp_form(&self) -> String {
        let is_dot_string = !self.local.starts_with('.')
            && !self.local.ends_with('.')
            && !self.local.contains("..");
        if is_dot_string {
            format!("{}@{}", self.local, self.domain)
        } else {
            format!("\"{}\"@{}", self.local, self.domain)
        }
    }

    /// Returns the domain, in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }
}

impl fmt::Display for MailAddress {
    /// The form people know, without quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

impl fmt::Debug for MailAddress {
    /// Personal: a log shows only where it is, not whose.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailAddress(…@{})", self.domain)
    }
}

impl std::str::FromStr for MailAddress {
    type Err = AddressProblem;

    fn from_str(typed: &str) -> Result<Self, AddressProblem> {
        MailAddress::parse(typed)
    }
}

/// Full-width ASCII (U+FF01–FF5E), the ideographic stop and the dashes of Japanese input, to ASCII
/// (docs/design/japanese-practice.md §2.4).
fn fold(typed: char) -> char {
    match typed {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(typed as u32 - 0xfee0).unwrap_or(typed),
        '。' | '｡' => '.',
        'ー' | '‐' | '‑' | '−' | '–' | '—' | 'ｰ' => '-',
        '\u{3000}' => ' ',
        other => other,
    }
}

/// Takes the quotes of `"a..b"` away; only what needs no escape within them is accepted.
fn unquote(local: &str) -> Result<String, AddressProblem> {
    match local.strip_prefix('"') {
        Some(rest) => rest
            .strip_suffix('"')
            .map(str::to_owned)
            .ok_or(AddressProblem::Local),
        None => Ok(local.to_owned()),
    }
}

/// RFC 5322 `atext` and the dot.
const fn is_local_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
                | b'.'
        )
}

/// A domain of two or more labels, ASCII; names in other letters must come as punycode, which is what their mail servers have.
fn domain_name(domain: &str) -> Result<String, AddressProblem> {
    let lower = domain.to_ascii_lowercase();
    let labels: Vec<&str> = lower.split('.').collect();
    let valid_label = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let top_is_a_name = labels
        .last()
        .is_some_and(|top| !top.bytes().all(|byte| byte.is_ascii_digit()));
    if labels.len() < 2 || !labels.iter().all(valid_label) || !top_is_a_name {
        return Err(AddressProblem::Domain);
    }
    Ok(lower)
}

#[cfg(test)]
mod tests {

    use proptest::prelude::*;

    use super::*;

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
