//! Number series: how things are numbered, in which order, and who sees the number.
//!
//! Source: docs/design/japanese-practice.md §2.5 (table); docs/design/process.md §1.16; docs/design/settled.md §1.7.
//! Sequential numbers would tell how many embargoed cases exist, so whatever begins before publication is random.
//! Randomness is an argument; that a number is unique is the store's to say.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::fold::is_dash;

/// Names what is numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A report (受付番号).
    Report,
    /// The finder's key to a report (照会キー).
    Receipt,
    /// A consultation (相談番号).
    Consultation,
    /// A case (取扱番号).
    Case,
    /// An organisation's part in a case (追跡番号 TN).
    Tracking,
    /// An alert (注意喚起番号).
    Alert,
    /// A notice or document (お知らせ・文書番号).
    Notice,
    /// A letter (発信文書番号).
    Letter,
    /// An incident (インシデント番号).
    Incident,
}

/// Tells how the numbers of a series follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// So many random digits and a check digit.
    Random {
        /// The digits before the check digit.
        digits: u32,
    },
    /// 120 random bits.
    RandomKey,
    /// One after the other within a year.
    Sequential,
    /// One after the other within a fiscal year, from April.
    SequentialFiscal,
}

/// Tells when a number is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// When the thing arrives.
    AtReceipt,
    /// When somebody enters it.
    AtEntry,
    /// When it is accepted and the case opens.
    AtAcceptance,
    /// When the organisation is first contacted.
    AtFirstContact,
    /// When it is released.
    AtRelease,
    /// When it is sent.
    AtDispatch,
    /// When it is opened.
    AtOpening,
}

/// Holds one row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// What is numbered.
    pub kind: Kind,
    /// Its name in Japanese.
    pub name_ja: &'static str,
    /// What stands before the number; a site may choose its own.
    pub prefix: &'static str,
    /// How numbers follow each other.
    pub order: Order,
    /// When a number is drawn.
    pub drawn: Drawn,
    /// Whoever knows it can open something.
    pub is_secret: bool,
    /// Who sees it.
    pub seen_by: &'static str,
}

/// Holds a random number with its check digit.
///
/// It prints as `NRS#12345674`, `TN#45678901` or `4821-7730-0`; on disk it is that same text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Number {
    kind: Kind,
    is_exercise: bool,
    payload: u32,
}

/// Says why a text is not a number of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NumberError {
    /// It has another form.
    #[error("not a number of this house")]
    Form,
    /// A digit is wrong or two are swapped.
    #[error("the check digit does not fit: a digit is wrong or two are swapped")]
    Check,
    /// The series has no random numbers.
    #[error("this series has no random numbers")]
    Series,
}

/// Lists the series.
pub static SERIES: [Series; 9] = [
    Series {
        kind: Kind::Report,
        name_ja: "受付番号",
        prefix: "",
        order: Order::Random { digits: 8 },
        drawn: Drawn::AtReceipt,
        is_secret: false,
        seen_by: "finder, desk",
    },
    Series {
        kind: Kind::Receipt,
        name_ja: "照会キー",
        prefix: "",
        order: Order::RandomKey,
        drawn: Drawn::AtReceipt,
        is_secret: true,
        seen_by: "finder",
    },
    Series {
        kind: Kind::Consultation,
        name_ja: "相談番号",
        prefix: "S",
        order: Order::Sequential,
        drawn: Drawn::AtEntry,
        is_secret: false,
        seen_by: "caller, desk",
    },
    Series {
        kind: Kind::Case,
        name_ja: "取扱番号",
        prefix: "NRS",
        order: Order::Random { digits: 7 },
        drawn: Drawn::AtAcceptance,
        is_secret: false,
        seen_by: "participants, later public",
    },
    Series {
        kind: Kind::Tracking,
        name_ja: "追跡番号",
        prefix: "TN",
        order: Order::Random { digits: 7 },
        drawn: Drawn::AtFirstContact,
        is_secret: false,
        seen_by: "that organisation",
    },
    Series {
        kind: Kind::Alert,
        name_ja: "注意喚起番号",
        prefix: "NRS-AT",
        order: Order::Sequential,
        drawn: Drawn::AtRelease,
        is_secret: false,
        seen_by: "public",
    },
    Series {
        kind: Kind::Notice,
        name_ja: "お知らせ・文書番号",
        prefix: "NRS-PR",
        order: Order::Sequential,
        drawn: Drawn::AtRelease,
        is_secret: false,
        seen_by: "public",
    },
    Series {
        kind: Kind::Letter,
        name_ja: "発信文書番号",
        prefix: "狼調発",
        order: Order::SequentialFiscal,
        drawn: Drawn::AtDispatch,
        is_secret: false,
        seen_by: "addressee",
    },
    Series {
        kind: Kind::Incident,
        name_ja: "インシデント番号",
        prefix: "IN",
        order: Order::Random { digits: 7 },
        drawn: Drawn::AtOpening,
        is_secret: false,
        seen_by: "parties",
    },
];

/// What stands before every number of an exercise.
pub const EXERCISE_PREFIX: &str = "EX-";

impl Kind {
    /// Returns the row of this kind.
    pub fn series(self) -> &'static Series {
        // The order of the table is the order of the variants; a test holds the two together.
        &SERIES[self as usize]
    }

    fn digits(self) -> Option<u32> {
        match self.series().order {
            Order::Random { digits } => Some(digits),
            _ => None,
        }
    }
}

impl Number {
    /// Makes a number from 64 random bits.
    pub fn draw(kind: Kind, is_exercise: bool, randomness: u64) -> Result<Number, NumberError> {
        let digits = kind.digits().ok_or(NumberError::Series)?;
        let payload = randomness % 10u64.pow(digits);
        Ok(Number {
            kind,
            is_exercise,
            payload: u32::try_from(payload).map_err(|_| NumberError::Form)?,
        })
    }

    /// Reads a number as people type it: full-width letters and digits, spaces and dashes of all kinds.
    ///
    /// Nine digits without letters are a report's number.
    pub fn parse(text: &str) -> Result<Number, NumberError> {
        let folded = fold(text);
        let (is_exercise, rest) = match folded.strip_prefix("EX") {
            Some(rest) => (true, rest),
            None => (false, folded.as_str()),
        };
        let random = SERIES.iter().filter(|row| row.kind.digits().is_some());
        let found = random
            .filter_map(|row| Some((row.kind, rest.strip_prefix(row.prefix)?)))
            .find(|(_, digits)| digits.starts_with(|first: char| first.is_ascii_digit()));
        let (kind, digits) = found.ok_or(NumberError::Form)?;
        Number::from_digits(kind, is_exercise, digits)
    }

    /// Returns what is numbered.
    pub fn kind(self) -> Kind {
        self.kind
    }

    /// Tells whether it belongs to an exercise.
    pub fn is_exercise(self) -> bool {
        self.is_exercise
    }

    /// Returns the number with a site's own prefix in place of the shipped one.
    pub fn with_prefix(self, prefix: &str) -> String {
        self.written(prefix, "#")
    }

    /// Returns the form for file names and links, such as `NRS-12345674`.
    pub fn file_id(self) -> String {
        self.written(self.kind.series().prefix, "-")
    }

    /// Returns the digits with the check digit, without prefix and groups.
    pub fn digits(self) -> String {
        let width = self.kind.digits().map_or(0, |digits| digits as usize);
        let payload = format!("{:0width$}", self.payload);
        let check = luhn(&payload);
        format!("{payload}{check}")
    }

    fn written(self, prefix: &str, joint: &str) -> String {
        let exercise = if self.is_exercise {
            EXERCISE_PREFIX
        } else {
            ""
        };
        let digits = self.digits();
        match self.kind {
            Kind::Report => {
                let (first, rest) = digits.split_at(4);
                let (second, check) = rest.split_at(4);
                format!("{exercise}{first}-{second}-{check}")
            }
            _ => format!("{exercise}{prefix}{joint}{digits}"),
        }
    }

    fn from_digits(kind: Kind, is_exercise: bool, digits: &str) -> Result<Number, NumberError> {
        let width = kind.digits().ok_or(NumberError::Series)? as usize;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || digits.len() != width + 1 {
            return Err(NumberError::Form);
        }
        let (payload, check) = digits.split_at(width);
        if luhn(payload).to_string() != check {
            return Err(NumberError::Check);
        }
        Ok(Number {
            kind,
            is_exercise,
            payload: payload.parse().map_err(|_| NumberError::Form)?,
        })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(self.kind.series().prefix, "#"))
    }
}

impl TryFrom<String> for Number {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Number, NumberError> {
        Number::parse(&text)
    }
}

impl From<Number> for String {
    fn from(number: Number) -> String {
        number.to_string()
    }
}

/// Writes the `count`-th number of a sequential series in a year; a letter's year is the fiscal one.
pub fn sequential(kind: Kind, is_exercise: bool, year: u16, count: u32) -> Option<String> {
    let prefix = kind.series().prefix;
    let short = year % 100;
    let number = match kind {
        Kind::Consultation => format!("{prefix}-{short:02}-{count:05}"),
        Kind::Alert | Kind::Notice => format!("{prefix}-{year}-{count:04}"),
        Kind::Letter => format!("{prefix}第{short:02}-{count:04}号"),
        Kind::Report | Kind::Receipt | Kind::Case | Kind::Tracking | Kind::Incident => return None,
    };
    let exercise = if is_exercise { EXERCISE_PREFIX } else { "" };
    Some(format!("{exercise}{number}"))
}

/// Returns the Luhn digit: it finds every wrong digit and every swap of neighbours but 0 and 9.
fn luhn(payload: &str) -> u32 {
    let digits = payload
        .chars()
        .rev()
        .filter_map(|letter| letter.to_digit(10));
    let sum: u32 = digits
        .enumerate()
        .map(|(index, digit)| match index % 2 {
            0 if digit > 4 => digit * 2 - 9,
            0 => digit * 2,
            _ => digit,
        })
        .sum();
    (10 - sum % 10) % 10
}

/// Brings full-width letters to narrow ones and large ones, and drops what only parts the digits.
fn fold(text: &str) -> String {
    crate::text::fold::width(text)
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '#' && !is_dash(*letter))
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}
