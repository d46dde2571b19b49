//! The text of a scenario: who does what when, and what each then sees. docs/scenarios.md describes it for people.
//!
//! A line is a statement; one that begins with a space goes on with the line before; `#` begins a remark. What is wrong
//! is said with the number of its line. It knows no command and no rule of the house: those speak when it is played.

use serde_json::Value;

/// Who reads what everybody reads.
const PUBLIC: &str = "the public";
/// What stands between words and the path of the page that they stand on.
const AT: &str = " at ";
/// Longest scenario: 1 MiB.
const BYTES_MAX: usize = 1 << 20;

/// What is wrong with a scenario, or did not come true.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Wrong {
    /// From 1; 0 speaks of the whole.
    pub line: usize,
    pub what: String,
}

/// A scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    pub title: String,
    pub lines: Vec<Line>,
}

/// A statement with the number of its line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub number: usize,
    /// Time passes to here first.
    pub at: Option<Moment>,
    pub step: Option<Step>,
}

/// A day since the beginning, and a time of it in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
}

impl Moment {
    /// What stands before one in a field.
    const MARK: &'static str = "@day ";

    /// Minutes since the beginning.
    #[must_use]
    pub fn minutes(self) -> i64 {
        (i64::from(self.day) * 24 + i64::from(self.hour)) * 60 + i64::from(self.minute)
    }

    /// Reads the value of a field; nothing if it is another text.
    pub(crate) fn in_field(text: &str) -> Option<Read<Moment>> {
        let text = text.strip_prefix(Moment::MARK)?;
        Some(moment(text).map(|(at, _)| at))
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "day {} {:02}:{:02}", self.day, self.hour, self.minute)
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A person of the house, by handle.
    Person(String),
    /// A vendor, by the name under which its tracking number was kept; where it acts, by that number.
    Vendor(String),
    /// The finder of a report, by the name under which its number was kept; where they act, by that number.
    Finder(String),
}

/// What is done or looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Does {
        who: Who,
        command: String,
        fields: Value,
        /// Field of the answer, and the name under which it is kept.
        keeps: Vec<(String, String)>,
    },
    Cannot {
        who: Who,
        command: String,
        fields: Value,
        code: String,
    },
    /// Somebody answers the newest mail that reached them.
    Replies {
        address: String,
        words: String,
        /// The code with which it is refused, if it is to be.
        refused: Option<String>,
    },
    Then(Seen),
}

/// What somebody sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// An event of a kind happened, so often or at all.
    Ledger { kind: String, times: Option<usize> },
    /// What a vendor's page says of the date: open, asked, agreed, declined, ended.
    Date { vendor: String, state: String },
    /// A text on a vendor's page, or not.
    Text {
        vendor: String,
        text: String,
        is_there: bool,
    },
    /// A step that the finder of a report reads.
    Finder { report: String, step: String },
    /// An advisory on the portal, or not.
    Public { number: String, is_out: bool },
    /// Words on a page, or not: as a person of the house reads it, by handle, or as everybody does.
    Page {
        reader: Option<String>,
        words: String,
        path: String,
        is_there: bool,
    },
    /// Mails to an address that holds these words.
    Mail { address: String, times: usize },
}

/// The sentence after `then`, as it is read.
impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Seen::Ledger { kind, times: None } => write!(f, "the ledger says {kind}"),
            Seen::Ledger {
                kind,
                times: Some(times),
            } => write!(f, "the ledger says {kind} {times} times"),
            Seen::Date { vendor, state } => write!(f, "vendor {vendor} sees date {state}"),
            Seen::Text {
                vendor,
                text,
                is_there,
            } => {
                let sees = if *is_there { "sees" } else { "does not see" };
                write!(f, "vendor {vendor} {sees} {text}")
            }
            Seen::Finder { report, step } => write!(f, "the finder of {report} reads {step}"),
            Seen::Public { number, is_out } => {
                let reads = if *is_out { "reads" } else { "does not read" };
                write!(f, "the public {reads} {number}")
            }
            Seen::Page {
                reader,
                words,
                path,
                is_there,
            } => {
                let reader = reader.as_deref().unwrap_or(PUBLIC);
                let reads = if *is_there { "reads" } else { "does not read" };
                write!(f, "{reader} {reads} {words}{AT}{path}")
            }
            Seen::Mail { address, times } => write!(f, "mail reaches {address} {times} times"),
        }
    }
}

type Read<T> = Result<T, String>;

impl Script {
    /// Reads a scenario.
    ///
    /// # Errors
    /// The first line that cannot be read, and why.
    pub fn read(text: &str) -> Result<Script, Wrong> {
        if text.len() > BYTES_MAX {
            return Err(Wrong {
                line: 0,
                what: "a scenario has 1 MiB at most".to_owned(),
            });
        }
        let mut script = Script::default();
        for (number, statement) in statements(text) {
            let wrong = |what: String| Wrong { line: number, what };
            match statement.split_once(' ') {
                Some(("title", title)) => title.trim().clone_into(&mut script.title),
                _ => script.lines.push(line(number, &statement).map_err(wrong)?),
            }
        }
        if script.lines.iter().all(|line| line.step.is_none()) {
            return Err(Wrong {
                line: 0,
                what: "nothing is done in it and nothing looked at".to_owned(),
            });
        }
        Ok(script)
    }
}

/// Statements with the number of the line on which each begins.
fn statements(text: &str) -> Vec<(usize, String)> {
    let mut out: Vec<(usize, String)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let words = line.trim();
        if words.is_empty() || words.starts_with('#') {
            continue;
        }
        match out.last_mut() {
            Some((_, before)) if line.starts_with([' ', '\t']) => {
                before.push(' ');
                before.push_str(words);
            }
            _ => out.push((number, words.to_owned())),
        }
    }
    out
}

fn line(number: usize, statement: &str) -> Read<Line> {
    let (at, rest) = match statement.strip_prefix("day ") {
        Some(rest) => {
            let (at, rest) = moment(rest)?;
            (Some(at), rest)
        }
        None => (None, statement),
    };
    let step = if rest.is_empty() {
        None
    } else {
        Some(step(rest)?)
    };
    Ok(Line { number, at, step })
}

/// Reads `12 21:04`; returns what follows.
fn moment(text: &str) -> Read<(Moment, &str)> {
    let wrong = || format!("a moment reads: day 12 21:04, not: day {text}");
    let (day, rest) = word(text);
    let (time, rest) = word(rest);
    let (hour, minute) = time.split_once(':').ok_or_else(wrong)?;
    let number = |digits: &str, max: u32| {
        let found = digits.parse::<u32>().ok().filter(|n| *n <= max);
        found.ok_or_else(wrong)
    };
    // A year and its embargoes; more is a slip.
    let moment = Moment {
        day: number(day, 400)?,
        hour: number(hour, 23)?,
        minute: number(minute, 59)?,
    };
    Ok((moment, rest))
}

/// The first word and what follows it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim_start())
}

fn step(text: &str) -> Read<Step> {
    let (first, rest) = word(text);
    let (who, rest) = match first {
        "then" => return seen(rest).map(Step::Then),
        "reader" => return reply(rest),
        "the" => {
            let rest = rest
                .strip_prefix("finder of ")
                .ok_or("the finder acts as: the finder of $NAME does COMMAND {…}")?;
            let (name, rest) = word(rest);
            (Who::Finder(name.to_owned()), rest)
        }
        "vendor" => {
            let (name, rest) = word(rest);
            (Who::Vendor(name.to_owned()), rest)
        }
        person => (Who::Person(person.to_owned()), rest),
    };
    let (verb, rest) = word(rest);
    let (command, rest) = word(rest);
    let command = command.to_owned();
    match verb {
        "does" => {
            let (fields, rest) = object(rest)?;
            let keeps = keeps(rest)?;
            Ok(Step::Does {
                who,
                command,
                fields,
                keeps,
            })
        }
        "cannot" => {
            let (fields, rest) = object(rest)?;
            let code = rest
                .strip_prefix("because ")
                .ok_or("say why it cannot be done: because CODE")?;
            Ok(Step::Cannot {
                who,
                command,
                fields,
                code: code.trim().to_owned(),
            })
        }
        _ => Err(format!(
            "after who it is comes `does` or `cannot`, not `{verb}`"
        )),
    }
}

/// Reads `ADDRESS replies WORDS`, or `ADDRESS replies in vain WORDS because CODE`.
fn reply(text: &str) -> Read<Step> {
    let (address, rest) = word(text);
    let words = rest
        .strip_prefix("replies ")
        .ok_or("a reader `replies` WORDS to the newest mail that reached them")?;
    let (words, refused) = match words.strip_prefix("in vain ") {
        None => (words, None),
        Some(words) => {
            let (words, code) = words
                .rsplit_once(" because ")
                .ok_or("say why it is in vain: because CODE")?;
            (words, Some(code.trim().to_owned()))
        }
    };
    Ok(Step::Replies {
        address: address.to_owned(),
        words: words.trim().to_owned(),
        refused,
    })
}

/// Reads the JSON object that a text begins with, if there is one; returns what follows.
fn object(text: &str) -> Read<(Value, &str)> {
    if !text.starts_with('{') {
        return Ok((Value::Object(serde_json::Map::new()), text));
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => {
            let rest = text.get(values.byte_offset()..).unwrap_or_default();
            Ok((value, rest.trim_start()))
        }
        Some(Err(error)) => Err(format!("the fields are no JSON object: {error}")),
        None => Err("the fields are no JSON object".to_owned()),
    }
}

fn keeps(text: &str) -> Read<Vec<(String, String)>> {
    if text.is_empty() {
        return Ok(vec![]);
    }
    let list = text
        .strip_prefix("keeps ")
        .ok_or_else(|| format!("after the fields may come `keeps FIELD as NAME`, not `{text}`"))?;
    list.split(',')
        .map(|pair| {
            let (field, name) = pair
                .trim()
                .split_once(" as ")
                .ok_or_else(|| format!("`{pair}` does not read: FIELD as NAME"))?;
            let name = name.trim();
            if crate::post::CODE.strip_prefix('$') == Some(name) {
                return Err(format!(
                    "{name} is the code of a mail; keep it under another name"
                ));
            }
            Ok((field.trim().to_owned(), name.to_owned()))
        })
        .collect()
}

/// Tells whether events of this kind exist; of one that does, the fields are missed and not the name.
fn is_kind(kind: &str) -> bool {
    let alone = serde_json::json!({ "kind": kind });
    match serde_json::from_value::<domain::event::Event>(alone) {
        Ok(_) => true,
        Err(error) => !error.to_string().starts_with("unknown variant"),
    }
}

/// Reads the sentence after `then`.
///
/// # Errors
/// Why it says nothing that can be seen.
pub fn seen(text: &str) -> Read<Seen> {
    let own = str::to_owned;
    if let Some(rest) = text.strip_prefix("the ledger says ") {
        let (kind, rest) = word(rest);
        if !is_kind(kind) {
            return Err(format!("no event is called {kind}"));
        }
        let times = if rest.is_empty() {
            None
        } else {
            Some(times(rest)?)
        };
        return Ok(Seen::Ledger {
            kind: own(kind),
            times,
        });
    }
    if let Some(rest) = text.strip_prefix("vendor ") {
        let (vendor, rest) = word(rest);
        let vendor = own(vendor);
        if let Some(state) = rest.strip_prefix("sees date ") {
            return Ok(Seen::Date {
                vendor,
                state: own(state.trim()),
            });
        }
        let (text, is_there) = match (
            rest.strip_prefix("sees "),
            rest.strip_prefix("does not see "),
        ) {
            (Some(text), _) => (own(text.trim()), true),
            (_, Some(text)) => (own(text.trim()), false),
            _ => return Err("a vendor `sees` or `does not see` a text".to_owned()),
        };
        return Ok(Seen::Text {
            vendor,
            text,
            is_there,
        });
    }
    if let Some(rest) = text.strip_prefix("the finder of ") {
        let (report, rest) = word(rest);
        let step = rest
            .strip_prefix("reads ")
            .ok_or("a finder `reads` a step")?;
        return Ok(Seen::Finder {
            report: own(report),
            step: own(step.trim()),
        });
    }
    if let Some(page) = page(text) {
        return page;
    }
    for (begin, is_out) in [
        ("the public reads ", true),
        ("the public does not read ", false),
    ] {
        if let Some(number) = text.strip_prefix(begin) {
            return Ok(Seen::Public {
                number: own(number.trim()),
                is_out,
            });
        }
    }
    if let Some(address) = text.strip_prefix("no mail reaches ") {
        return Ok(Seen::Mail {
            address: own(address.trim()),
            times: 0,
        });
    }
    if let Some(rest) = text.strip_prefix("mail reaches ") {
        let (address, rest) = word(rest);
        return Ok(Seen::Mail {
            address: own(address),
            times: times(rest)?,
        });
    }
    Err(format!("nobody sees `{text}`; see docs/scenarios.md"))
}

/// Reads `READER reads WORDS at /PATH`, or `does not read`; nothing if it names no page.
fn page(text: &str) -> Option<Read<Seen>> {
    let (before, path) = text.rsplit_once(AT)?;
    let path = Some(path.trim()).filter(|path| path.starts_with('/'))?;
    let (reader, words) = match before.strip_prefix(PUBLIC) {
        Some(rest) => (None, rest.trim_start()),
        None => {
            let (handle, rest) = word(before);
            (Some(handle.to_owned()), rest)
        }
    };
    let (words, is_there) = match (
        words.strip_prefix("reads "),
        words.strip_prefix("does not read "),
    ) {
        (Some(words), _) => (words.trim(), true),
        (_, Some(words)) => (words.trim(), false),
        _ => return None,
    };
    if words.is_empty() {
        return Some(Err("say which words stand on the page".to_owned()));
    }
    Some(Ok(Seen::Page {
        reader,
        words: words.to_owned(),
        path: path.to_owned(),
        is_there,
    }))
}

/// Reads `once` or `3 times`.
fn times(text: &str) -> Read<usize> {
    match word(text) {
        ("once", "") => Ok(1),
        (count, "times") => count
            .parse()
            .map_err(|_| format!("`{count}` is no number of times")),
        _ => Err(format!("how often reads `once` or `3 times`, not `{text}`")),
    }
}

#[cfg(test)]
mod tests;
