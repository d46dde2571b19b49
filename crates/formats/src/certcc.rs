//! Reader of the CERT/CC Vulnerability Data Archive: one note or one vendor record from one file's bytes.
//!
//! The archive is an export of a Lotus Notes base: a list may be a string, an absent value is `""`, a date may
//! lack its zone, a title may be HTML-escaped. Readers mend what can be mended and say so in [`Problem`]s, which
//! name a field and never quote it. This module knows no disk (the caller walks), no case and no clock.
//! Start at [`read_note`] and [`read_vendor`]; [`plain`] turns the archive's half-HTML into paragraphs.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

pub mod plain;

/// A file larger than this is refused unread; the largest of the archive has 40 KiB.
pub const FILE_BYTES_MAX: usize = 1 << 20;
/// A text is cut here; the longest of the archive has 15,000 characters.
pub const TEXT_BYTES_MAX: usize = 256 * 1024;
/// A list is cut here; the longest of the archive has some sixty members.
pub const LIST_MAX: usize = 1_000;

/// Which of the two forms a file of the archive has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `vu_NNNNNN.json`.
    Note,
    /// `vendor_xxxx-xxxxxx.json`.
    Vendor,
}

/// Tells the form of a file by its name, without its folder.
#[must_use]
pub fn classify(file_name: &str) -> Option<Kind> {
    let stem = file_name.strip_suffix(".json")?;
    match stem.strip_prefix("vu_") {
        Some(number) if is_number(number, 7) => Some(Kind::Note),
        Some(_) => None,
        None => stem
            .strip_prefix("vendor_")
            .filter(|rest| !rest.is_empty())
            .map(|_| Kind::Vendor),
    }
}

/// A vulnerability report of the archive. An empty text means that the archive has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// `VU#800113`.
    pub id: String,
    /// The digits of [`Note::id`].
    pub number: String,
    /// One line, entities decoded.
    pub title: String,
    /// Words to search by.
    pub keywords: Vec<String>,
    /// Summary.
    pub overview: String,
    /// Details; empty in three of four notes.
    pub description: String,
    /// What an attacker gains.
    pub impact: String,
    /// Complete solution.
    pub resolution: String,
    /// Less than a complete solution.
    pub workarounds: String,
    /// Thanks and credit.
    pub thanks: String,
    /// Addresses of further information, in the archive's order.
    pub references: Vec<String>,
    /// `CVE-YYYY-NNNN…`, in the archive's order, each once.
    pub cve: Vec<String>,
    /// Other numbers: CERT advisories (`CA-2001-18`) and technical alerts (`TA08-190B`).
    pub other_ids: Vec<String>,
    /// When the report was made, microseconds since 1970 UTC.
    pub created_us: Option<i64>,
    /// When the matter became public.
    pub public_us: Option<i64>,
    /// When the note was first published.
    pub first_published_us: Option<i64>,
    /// When the note was last changed.
    pub last_updated_us: Option<i64>,
    /// Counts from 1.
    pub revision: Option<u32>,
    /// CVSS 2 base vector, only if every metric is set.
    pub cvss2: Option<String>,
}

/// What the archive says of a vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VendorStatus {
    /// "Affected", formerly "Vulnerable".
    Affected,
    /// "Not Affected", formerly "Not Vulnerable".
    NotAffected,
    /// "Unknown", also when nothing is written.
    #[default]
    Unknown,
    /// A word this reader does not know, as it stands.
    Other(String),
}

/// One vendor's record beside a note. An empty text means that the archive has none; its stock sentences count as none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VendorRecord {
    /// `VU#800113`, the note this record belongs to.
    pub note_id: String,
    /// Lotus Notes id; a vendor may have two records for one note.
    pub record_id: String,
    /// The vendor's name.
    pub vendor: String,
    /// Whether its products are affected.
    pub status: VendorStatus,
    /// The vendor's own, authenticated words.
    pub statement: String,
    /// What is known otherwise.
    pub information: String,
    /// CERT/CC's comment on the statement.
    pub addendum: String,
    /// Addresses.
    pub references: Vec<String>,
    /// When CERT/CC told the vendor, microseconds since 1970 UTC.
    pub notified_us: Option<i64>,
    /// When the vendor answered.
    pub responded_us: Option<i64>,
    /// When the record was last changed.
    pub last_updated_us: Option<i64>,
    /// Counts from 1.
    pub revision: Option<u32>,
}

/// Something in a file that could not be taken as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Field of the archive.
    pub field: &'static str,
    /// What is wrong with it.
    pub kind: ProblemKind,
}

/// Kinds of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// A field without which the file means little is absent or empty.
    Missing,
    /// Neither text nor list nor number as expected; left out.
    WrongType,
    /// Cut at [`TEXT_BYTES_MAX`].
    TextTooLong,
    /// Cut at [`LIST_MAX`].
    ListTooLong,
    /// Not a date; left out.
    BadDate,
    /// Does not have the form of its kind; left out.
    BadValue,
    /// Put into the usual form, for example a CVE number without its prefix.
    Mended,
}

impl ProblemKind {
    /// Returns the stable word for catalogues and logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            ProblemKind::Missing => "missing",
            ProblemKind::WrongType => "wrong_type",
            ProblemKind::TextTooLong => "text_too_long",
            ProblemKind::ListTooLong => "list_too_long",
            ProblemKind::BadDate => "bad_date",
            ProblemKind::BadValue => "bad_value",
            ProblemKind::Mended => "mended",
        }
    }
}

/// Why nothing at all could be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Larger than [`FILE_BYTES_MAX`].
    #[error("{bytes} bytes are more than an archive file may have")]
    TooLarge {
        /// Size found.
        bytes: usize,
    },
    /// Not JSON. The parser's own message would quote content, so it stays inside.
    #[error("not JSON at line {line}, column {column}")]
    NotJson {
        /// Counts from 1.
        line: usize,
        /// Counts from 1.
        column: usize,
    },
    /// JSON, but not an object.
    #[error("the file is not a JSON object")]
    NotAnObject,
}

impl ReadError {
    /// Returns the stable word for catalogues and logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            ReadError::TooLarge { .. } => "too_large",
            ReadError::NotJson { .. } => "not_json",
            ReadError::NotAnObject => "not_an_object",
        }
    }
}

/// Reads a `vu_*.json` file.
///
/// # Errors
/// Only when the bytes are no JSON object; everything less is a [`Problem`] beside the note.
pub fn read_note(bytes: &[u8]) -> Result<(Note, Vec<Problem>), ReadError> {
    let object = parse_object(bytes)?;
    let mut fields = Fields {
        object: &object,
        problems: Vec::new(),
    };
    let (id, number) = fields.note_id();
    let title = fields.text("Title").replace('\n', " ");
    if title.is_empty() {
        fields.problem("Title", ProblemKind::Missing);
    }
    let created_us = fields.instant("DateCreated");
    if created_us.is_none() {
        fields.problem("DateCreated", ProblemKind::Missing);
    }
    let mut other_ids = fields.list("CERTAdvisory");
    other_ids.extend(fields.list("US-CERTTechnicalAlert"));
    let note = Note {
        id,
        number,
        title,
        keywords: fields.list("Keywords"),
        overview: fields.text("Overview"),
        description: fields.text("Description"),
        impact: fields.text("Impact"),
        resolution: fields.text("Resolution"),
        workarounds: fields.text("Workarounds"),
        thanks: fields.text("ThanksAndCredit"),
        references: fields.list("References"),
        cve: fields.cve_ids(),
        other_ids,
        created_us,
        public_us: fields.instant("DatePublic"),
        first_published_us: fields.instant("DateFirstPublished"),
        last_updated_us: fields.instant("DateLastUpdated"),
        revision: fields.count("Revision"),
        cvss2: fields.cvss2(),
    };
    Ok((note, fields.problems))
}

/// Reads a `vendor_*.json` file.
///
/// # Errors
/// Only when the bytes are no JSON object; everything less is a [`Problem`] beside the record.
pub fn read_vendor(bytes: &[u8]) -> Result<(VendorRecord, Vec<Problem>), ReadError> {
    let object = parse_object(bytes)?;
    let mut fields = Fields {
        object: &object,
        problems: Vec::new(),
    };
    let (note_id, _) = fields.note_id();
    let record_id = fields.text("VendorRecordID");
    let vendor = fields.text("Vendor").replace('\n', " ");
    for (field, value) in [("VendorRecordID", &record_id), ("Vendor", &vendor)] {
        if value.is_empty() {
            fields.problem(field, ProblemKind::Missing);
        }
    }
    let mut references = fields.list("VendorReferences");
    references.retain(|reference| !reference.eq_ignore_ascii_case("none"));
    let record = VendorRecord {
        note_id,
        record_id,
        vendor,
        status: fields.status(),
        statement: fields.said("VendorStatement"),
        information: fields.said("VendorInformation"),
        addendum: fields.said("Addendum"),
        references,
        notified_us: fields.instant("DateNotified"),
        responded_us: fields.instant("DateResponded"),
        last_updated_us: fields.instant("DateLastUpdated"),
        revision: fields.count("Revision"),
    };
    Ok((record, fields.problems))
}

/// What the archive writes where nobody wrote anything.
const STOCK_SENTENCES: [&str; 6] = [
    "We are not aware of further vendor information regarding this vulnerability.",
    "No statement is currently available from the vendor regarding this vulnerability.",
    "The vendor has not provided us with any further information regarding this vulnerability.",
    "There are no additional comments at this time.",
    "The CERT/CC has no additional comments at this time.",
    "US-CERT has no additional comments at this time.",
];

fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, ReadError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(ReadError::TooLarge { bytes: bytes.len() });
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(ReadError::NotAnObject),
        Err(error) => Err(ReadError::NotJson {
            line: error.line(),
            column: error.column(),
        }),
    }
}

/// The fields of one file together with what was found wrong in them.
struct Fields<'a> {
    object: &'a Map<String, Value>,
    problems: Vec<Problem>,
}

impl Fields<'_> {
    fn problem(&mut self, field: &'static str, kind: ProblemKind) {
        self.problems.push(Problem { field, kind });
    }

    /// The raw strings of a field: none, one or several.
    fn raw(&mut self, field: &'static str) -> Vec<String> {
        let object = self.object;
        let mut strings = Vec::new();
        match object.get(field) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => strings.push(text.clone()),
            Some(Value::Number(number)) => strings.push(number.to_string()),
            Some(Value::Array(values)) => {
                if values.len() > LIST_MAX {
                    self.problem(field, ProblemKind::ListTooLong);
                }
                for value in values.iter().take(LIST_MAX) {
                    match value {
                        Value::String(text) => strings.push(text.clone()),
                        Value::Number(number) => strings.push(number.to_string()),
                        _ => self.problem(field, ProblemKind::WrongType),
                    }
                }
            }
            Some(_) => self.problem(field, ProblemKind::WrongType),
        }
        strings
    }

    /// A text of paragraphs; a list becomes lines.
    fn text(&mut self, field: &'static str) -> String {
        let raw = self.raw(field).join("\n");
        let end = raw.floor_char_boundary(TEXT_BYTES_MAX);
        if end < raw.len() {
            self.problem(field, ProblemKind::TextTooLong);
        }
        plain::paragraphs(raw.get(..end).unwrap_or_default())
    }

    /// A text in which the stock sentences count as absent.
    fn said(&mut self, field: &'static str) -> String {
        let text = self.text(field);
        if STOCK_SENTENCES.contains(&text.as_str()) {
            String::new()
        } else {
            text
        }
    }

    /// A list; a text becomes its non-empty lines.
    fn list(&mut self, field: &'static str) -> Vec<String> {
        let mut items = Vec::new();
        for raw in self.raw(field) {
            if raw.len() > TEXT_BYTES_MAX {
                self.problem(field, ProblemKind::TextTooLong);
                continue;
            }
            let text = plain::paragraphs(&raw);
            items.extend(
                text.lines()
                    .map(str::trim)
                    .filter(|line| !line.is_empty())
                    .map(str::to_owned),
            );
        }
        if items.len() > LIST_MAX {
            self.problem(field, ProblemKind::ListTooLong);
            items.truncate(LIST_MAX);
        }
        items
    }

    /// `VU#800113` and its digits, from `ID` or else from `IDNumber`.
    fn note_id(&mut self) -> (String, String) {
        let id = self.text("ID");
        let number = id.strip_prefix("VU#").unwrap_or(&id);
        if is_number(number, 7) {
            return (format!("VU#{number}"), number.to_owned());
        }
        self.problem(
            "ID",
            if id.is_empty() {
                ProblemKind::Missing
            } else {
                ProblemKind::BadValue
            },
        );
        let number = self.text("IDNumber");
        if is_number(&number, 7) {
            (format!("VU#{number}"), number)
        } else {
            (String::new(), String::new())
        }
    }

    /// A date. Without a zone it is UTC, without a time midnight.
    fn instant(&mut self, field: &'static str) -> Option<i64> {
        let text = self.text(field);
        if text.is_empty() {
            return None;
        }
        let instant = instant_us(&text);
        if instant.is_none() {
            self.problem(field, ProblemKind::BadDate);
        }
        instant
    }

    fn count(&mut self, field: &'static str) -> Option<u32> {
        let text = self.text(field);
        if text.is_empty() {
            return None;
        }
        let count = text.parse().ok();
        if count.is_none() {
            self.problem(field, ProblemKind::BadValue);
        }
        count
    }

    fn cve_ids(&mut self) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for raw in self.list("CVEIDs") {
            for word in raw
                .split([' ', ',', ';', '\u{3000}'])
                .filter(|word| !word.is_empty())
            {
                match cve_id(word) {
                    Some(id) => {
                        if id != word {
                            self.problem("CVEIDs", ProblemKind::Mended);
                        }
                        if !ids.contains(&id) {
                            ids.push(id);
                        }
                    }
                    None => self.problem("CVEIDs", ProblemKind::BadValue),
                }
            }
        }
        ids
    }

    /// The base vector. `--` is the archive's blank and no problem.
    fn cvss2(&mut self) -> Option<String> {
        let text = self.text("CVSS_BaseVector");
        let vector = text.trim_start_matches('(').trim_end_matches(')');
        if vector.is_empty() || vector.contains("--") {
            return None;
        }
        if is_cvss2_base(vector) {
            return Some(vector.to_owned());
        }
        self.problem("CVSS_BaseVector", ProblemKind::BadValue);
        None
    }

    fn status(&mut self) -> VendorStatus {
        let text = self.text("Status");
        match text.to_ascii_lowercase().as_str() {
            "affected" | "vulnerable" => VendorStatus::Affected,
            "not affected" | "not vulnerable" => VendorStatus::NotAffected,
            "unknown" | "" => VendorStatus::Unknown,
            _ => {
                self.problem("Status", ProblemKind::BadValue);
                VendorStatus::Other(text)
            }
        }
    }
}

fn is_number(text: &str, digits_max: usize) -> bool {
    !text.is_empty() && text.len() <= digits_max && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn instant_us(text: &str) -> Option<i64> {
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return Some(timestamp.as_microsecond());
    }
    let civil = match text.parse::<DateTime>() {
        Ok(civil) => civil,
        Err(_) => text.parse::<Date>().ok()?.at(0, 0, 0, 0),
    };
    TimeZone::UTC
        .to_timestamp(civil)
        .ok()
        .map(|timestamp| timestamp.as_microsecond())
}

/// Returns the usual form of a CVE number; candidates (`CAN-`) became CVE numbers of the same digits in 2005.
fn cve_id(word: &str) -> Option<String> {
    crate::cve::read(word).or_else(|| crate::cve::read(&format!("CVE-{word}")))
}

/// Tells whether a text is a base vector of version 2 as the archive writes it: in order, and with nothing more.
fn is_cvss2_base(text: &str) -> bool {
    crate::cvss::read(text)
        .is_ok_and(|scored| scored.version == "2.0" && !scored.has_further && scored.vector == text)
}

#[cfg(test)]
mod tests;
