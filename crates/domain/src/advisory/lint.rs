//! Lints: what a desk is told about an advisory before it goes out.
//!
//! Source: docs/design/process.md §3.1, H1 to H8; docs/design/settled.md §1.34 for how far each goes.
//! H6 (signed, and the signature verified) is a step of the press and not of the text.
//! Whether an error stops publication is the profile's: see [`crate::profile::LintMode`].

use crate::profile::LintMode;

/// Holds what the lints look at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Draft<'a> {
    /// For whom it is written.
    pub audience: Option<&'a str>,
    /// Draft, interim, final, updated or withdrawn.
    pub status: Option<&'a str>,
    /// When it was issued, in UTC.
    pub issued_at_utc: Option<&'a str>,
    /// When it was issued, in local time with its offset.
    pub issued_at_local: Option<&'a str>,
    /// What is affected.
    pub target: Option<&'a str>,
    /// What harm can come of it.
    pub damage: Option<&'a str>,
    /// Whether it is being exploited, is expected to be, or nothing is known.
    pub threat: Option<&'a str>,
    /// How to tell that one was attacked.
    pub detection: Option<&'a str>,
    /// What to do.
    pub solution: Option<&'a str>,
    /// What else the solution does.
    pub side_effects: Option<&'a str>,
    /// All other texts that go out with it: title, summary, references, statements, credits.
    pub texts: &'a [&'a str],
    /// Words that want a gloss on first use; empty where no glossary is set.
    pub jargon: &'a [&'a str],
    /// Whether the number stands nowhere else.
    pub number_is_unique: bool,
    /// Whether every earlier revision is kept; true for a first one.
    pub earlier_revision_kept: bool,
}

/// Tells how grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look.
    Warning,
    /// It must not go out so, where the profile blocks.
    Error,
}

/// Holds one finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule, H1 to H8.
    pub rule: &'static str,
    /// The field it was found in.
    pub field: &'static str,
    /// The stable code of what is wrong; the catalogues say it in words.
    pub code: &'static str,
    /// How grave it is.
    pub severity: Severity,
}

/// Returns what the lints find.
pub fn check(draft: &Draft<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (rule, field, value) in draft.needed() {
        if value.is_none_or(|text| text.trim().is_empty()) {
            findings.push(error(rule, field, "missing"));
        }
    }
    if !draft.number_is_unique {
        findings.push(error("H5", "number", "not_unique"));
    }
    if !draft.earlier_revision_kept {
        findings.push(error("H7", "revisions", "earlier_not_kept"));
    }
    for (field, text) in draft.outgoing() {
        for code in payload_signs(text) {
            findings.push(error("H8", field, code));
        }
        if draft.jargon.iter().any(|word| lacks_gloss(text, word)) {
            findings.push(Finding {
                rule: "H2",
                field,
                code: "word_without_gloss",
                severity: Severity::Warning,
            });
        }
    }
    findings
}

/// Tells whether the findings stop publication in a house of this mode.
pub fn stops(findings: &[Finding], mode: LintMode) -> bool {
    let grave = findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    grave && mode == LintMode::Block
}

impl<'a> Draft<'a> {
    /// Lists the fields that must be filled, be it with "none" or "unknown".
    fn needed(&self) -> [(&'static str, &'static str, Option<&'a str>); 10] {
        [
            ("H1", "audience", self.audience),
            ("H3", "status", self.status),
            ("H3", "issued_at_utc", self.issued_at_utc),
            ("H3", "issued_at_local", self.issued_at_local),
            ("H4", "target", self.target),
            ("H4", "damage", self.damage),
            ("H4", "threat", self.threat),
            ("H4", "detection", self.detection),
            ("H4", "solution", self.solution),
            ("H4", "side_effects", self.side_effects),
        ]
    }

    fn outgoing(&self) -> impl Iterator<Item = (&'static str, &'a str)> {
        let fields = self.needed().into_iter();
        let fields = fields.filter_map(|(_, field, value)| Some((field, value?)));
        fields.chain(self.texts.iter().map(|text| ("text", *text)))
    }
}

/// Returns the codes of what looks like an attack in a text.
///
/// It finds patterns, not meaning: a request described in words passes, and the second reader must see it.
pub fn payload_signs(text: &str) -> Vec<&'static str> {
    let folded = text.to_lowercase();
    let spaced = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut codes: Vec<&'static str> = SIGNS
        .iter()
        .filter(|(sign, _)| spaced.contains(sign))
        .map(|(_, code)| *code)
        .collect();
    if has_escaped_bytes(&folded) {
        codes.push("escaped_bytes");
    }
    if has_long_hex(&folded) {
        codes.push("long_hex");
    }
    if has_long_base64(text) {
        codes.push("long_base64");
    }
    if has_exploit_link(&folded) {
        codes.push("exploit_link");
    }
    codes.sort_unstable();
    codes.dedup();
    codes
}

const SIGNS: &[(&str, &str)] = &[
    ("<script", "script"),
    ("javascript:", "script"),
    ("onerror=", "script"),
    ("onload=", "script"),
    ("' or 1=1", "sql"),
    ("' or '1'='1", "sql"),
    ("\" or 1=1", "sql"),
    ("union select", "sql"),
    ("union all select", "sql"),
    ("../../", "path"),
    ("..\\..\\", "path"),
    ("%2e%2e%2f", "path"),
    ("..%2f", "path"),
    ("${jndi:", "lookup"),
    ("/bin/sh -", "shell"),
    ("cmd.exe /c", "shell"),
    ("powershell -e", "shell"),
    ("exploit-db.com", "exploit_link"),
    ("packetstormsecurity", "exploit_link"),
    ("0day.today", "exploit_link"),
];

/// The shortest run of hexadecimal digits that looks like code; digests of the usual lengths are not meant.
const HEX_MIN: usize = 48;

/// The shortest run of base64 that looks like a file.
const BASE64_MIN: usize = 64;

/// How many escaped bytes in a row look like shell code.
const ESCAPED_MIN: usize = 4;

fn has_escaped_bytes(folded: &str) -> bool {
    [("\\x", 2), ("%u", 4), ("\\u", 4)]
        .iter()
        .any(|(mark, digits)| longest_escaped(folded, mark, *digits) >= ESCAPED_MIN)
}

/// Counts the longest row of escapes that stand directly behind each other.
fn longest_escaped(folded: &str, mark: &str, digits: usize) -> usize {
    let mut longest = 0;
    let mut row = 0;
    for (index, piece) in folded.split(mark).enumerate() {
        let hex = piece.bytes().take_while(u8::is_ascii_hexdigit).count();
        if index > 0 && hex >= digits {
            row += 1;
            longest = row.max(longest);
        }
        if piece.len() != digits || hex != digits {
            row = 0;
        }
    }
    longest
}

fn has_long_hex(folded: &str) -> bool {
    let digests = [64, 96, 128];
    folded
        .split(|letter: char| !letter.is_ascii_hexdigit())
        .any(|run| run.len() >= HEX_MIN && !digests.contains(&run.len()))
}

/// A long word with small letters, large letters and digits; links are parted at their slashes first.
fn has_long_base64(text: &str) -> bool {
    text.split_whitespace()
        .filter(|word| !word.contains("://"))
        .flat_map(|word| word.split(|letter: char| !is_base64(letter)))
        .any(|run| {
            run.len() >= BASE64_MIN
                && run.bytes().any(|byte| byte.is_ascii_lowercase())
                && run.bytes().any(|byte| byte.is_ascii_uppercase())
                && run.bytes().any(|byte| byte.is_ascii_digit())
        })
}

fn is_base64(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=')
}

/// A link with a part of its path that calls itself an exploit.
fn has_exploit_link(folded: &str) -> bool {
    folded
        .split_whitespace()
        .filter(|word| word.contains("://"))
        .flat_map(|word| word.split(|letter: char| !letter.is_ascii_alphanumeric()))
        .any(|part| matches!(part, "poc" | "pocs" | "exploit" | "exploits"))
}

/// A gloss stands in brackets directly after the word's first use.
pub(super) fn lacks_gloss(text: &str, word: &str) -> bool {
    match text.split_once(word) {
        Some((_, after)) if !word.is_empty() => !after.trim_start().starts_with(['(', '（']),
        _ => false,
    }
}

fn error(rule: &'static str, field: &'static str, code: &'static str) -> Finding {
    Finding {
        rule,
        field,
        code,
        severity: Severity::Error,
    }
}
