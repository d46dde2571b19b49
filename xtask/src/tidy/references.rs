//! Every reference leads somewhere: a document that is named lies in the repository, and its heading stands in it.
//!
//! What counts, in code and documents alike:
//!
//! - A name with the ending of Markdown is a document, as seen from the root of the repository. A Markdown file may
//!   also name it as seen from its own folder; other files may do so if the name begins with a dot.
//! - The sign of a paragraph and the number behind it are the heading that begins with this number. They belong to
//!   the nearest document or standard before them *on the same line*; in a Markdown file that names neither, to the
//!   file itself. Anywhere else a sign without a document is a finding: nobody could follow it.
//! - [`STANDARDS`] are the documents of others, written with their number (RFC 5321). They are not followed.
//! - An anchor behind a document, or alone in a link, is a heading by its words.
//!
//! Not followed are addresses with a scheme and names that are put together at run time. A migration is never edited
//! again, so a name in one is looked for among the design pages too. Texts that show a fault are put together from
//! pieces here, so that this file does not find itself.

use super::{Findings, files};
use crate::house::{House, files_below};
use crate::problem::{Context, Outcome};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// What stands before the number of a heading.
const SIGN: char = '\u{a7}';

/// How the name of a document ends.
const ENDING: &str = ".md";

/// Files that are read, by the end of their names.
const READ: [&str; 9] = ["css", "ftl", "js", "md", "mjs", "rs", "sh", "sql", "toml"];

/// Folders that are read; of the root only documents.
const FOLDERS: [&str; 6] = [
    "crates/",
    "docs/",
    "fixtures/",
    "fuzz/",
    "judges/",
    "xtask/",
];

/// Files that may not be changed any more, and where the documents lie now that they name.
const FROZEN: &str = "crates/store/migrations/";
const DESIGN: &str = "docs/design";

/// Documents of others, whose numbers we do not follow.
const STANDARDS: [&str; 7] = ["RFC", "FIPS", "NIST", "ISO", "CSAF", "CVSS", "XML"];

/// The number of a standard begins at most this many letters behind its name, as in `ISO/IEC 18004`.
const REACH: usize = 6;

/// What can be cited of one document.
#[derive(Debug, Default)]
struct Headings {
    numbers: BTreeSet<String>,
    anchors: BTreeSet<String>,
}

/// The documents of the repository by their paths.
#[derive(Debug)]
struct Documents(BTreeMap<String, Headings>);

/// To what a number on a line can belong.
#[derive(Debug, Clone, Copy)]
enum Holder<'a> {
    Document(&'a str, &'a Headings),
    /// A document that was not found, which is a finding already.
    Lost,
    Standard,
}

/// Returns each reference that leads nowhere.
pub fn lead_somewhere(house: &House) -> Findings {
    let texts = texts(house)?;
    let documents = Documents::of(
        texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    );
    Ok(texts
        .iter()
        .flat_map(|(path, text)| dangling(path, text, &documents))
        .collect())
}

fn texts(house: &House) -> Outcome<BTreeMap<String, String>> {
    let mut paths = files::ours(house)?;
    paths.extend(files_below(&house.root.join("fixtures"))?);
    let mut texts = BTreeMap::new();
    for path in paths {
        let name = files::name(house, &path);
        if !is_read(&name) {
            continue;
        }
        let bytes = fs::read(&path).context(|| format!("reading {}", path.display()))?;
        if let Ok(text) = String::from_utf8(bytes) {
            texts.insert(name, text);
        }
    }
    Ok(texts)
}

fn is_read(name: &str) -> bool {
    let known = name
        .rsplit_once('.')
        .is_some_and(|(_, ending)| READ.contains(&ending));
    let inside = FOLDERS.iter().any(|folder| name.starts_with(folder));
    known && (inside || (!name.contains('/') && name.ends_with(ENDING)))
}

/// Returns what leads nowhere in one file.
fn dangling(path: &str, text: &str, documents: &Documents) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for sentence in in_line(path, line, documents) {
            found.push(format!("{path}:{} {sentence}", number + 1));
        }
    }
    found
}

fn in_line(path: &str, line: &str, documents: &Documents) -> Vec<String> {
    let mut found = Vec::new();
    let mut holders: Vec<(usize, Holder<'_>)> = standards(line)
        .into_iter()
        .map(|at| (at, Holder::Standard))
        .collect();
    for (start, name) in names(line) {
        let Some((document, headings)) = documents.find(path, name) else {
            found.push(format!(
                "names {name}, which is not in the repository: name it as seen from the root"
            ));
            holders.push((start, Holder::Lost));
            continue;
        };
        if let Some(anchor) = anchor(&line[start + name.len()..])
            && !headings.anchors.contains(anchor)
        {
            found.push(format!(
                "links to #{anchor}, and {document} has no such heading"
            ));
        }
        holders.push((start, Holder::Document(document, headings)));
    }
    let own = documents.find_exactly(path);
    if let Some((_, headings)) = own {
        for anchor in line
            .split("](#")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            if !headings.anchors.contains(anchor) {
                found.push(format!("links to #{anchor}, and has no such heading"));
            }
        }
    }
    let own = own.map(|(document, headings)| Holder::Document(document, headings));
    for (at, sign) in line.match_indices(SIGN) {
        let number = number(&line[at + sign.len()..]);
        let nearest = holders
            .iter()
            .filter(|(start, _)| *start < at)
            .max_by_key(|(start, _)| *start)
            .map(|(_, holder)| *holder);
        match nearest.or(own) {
            Some(Holder::Standard | Holder::Lost) => {}
            Some(Holder::Document(document, headings)) => {
                if !headings.numbers.contains(number) {
                    found.push(format!(
                        "cites {SIGN}{number} of {document}, which has no heading with this number"
                    ));
                }
            }
            None => found.push(format!(
                "cites {SIGN}{number} of nothing: its document stands before it on the same line"
            )),
        }
    }
    found
}

/// Returns the names of documents on a line, with where they begin.
fn names(line: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (dot, _) in line.match_indices(ENDING) {
        let end = dot + ENDING.len();
        let stem = line[..dot]
            .rsplit(|letter: char| !letter.is_ascii_alphanumeric() && !"_-./".contains(letter))
            .next()
            .unwrap_or_default();
        let start = dot - stem.len();
        let made = line[..start].ends_with(['}', '*', '$']);
        let address = stem.starts_with("//");
        if stem.is_empty() || stem.ends_with('/') || made || address || goes_on(&line[end..]) {
            continue;
        }
        found.push((start, &line[start..end]));
    }
    found
}

/// Tells whether a name does not end where its ending seems to stand, as in that of a checksum.
fn goes_on(rest: &str) -> bool {
    let mut letters = rest.chars();
    match letters.next() {
        Some('.') => letters.next().is_some_and(char::is_alphanumeric),
        Some(letter) => letter.is_ascii_alphanumeric() || letter == '_' || letter == '/',
        None => false,
    }
}

/// Returns where standards are named on a line.
fn standards(line: &str) -> Vec<usize> {
    let mut found = Vec::new();
    for name in STANDARDS {
        for (at, _) in line.match_indices(name) {
            let inside = line[..at].ends_with(char::is_alphanumeric);
            let numbered = line[at + name.len()..]
                .chars()
                .take(REACH)
                .any(|letter| letter.is_ascii_digit());
            if numbered && !inside {
                found.push(at);
            }
        }
    }
    found
}

/// Returns the number at the beginning of a text, such as 2.14; empty if there is none.
fn number(text: &str) -> &str {
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

/// Returns the anchor that follows the name of a document.
fn anchor(rest: &str) -> Option<&str> {
    rest.strip_prefix('#')?
        .split([')', ']', '>', '"', '`', ' '])
        .next()
}

impl Documents {
    fn of<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(
            texts
                .into_iter()
                .filter(|(path, _)| path.ends_with(ENDING))
                .map(|(path, text)| (path.to_owned(), Headings::of(text)))
                .collect(),
        )
    }

    /// Finds the document that a file means by a name.
    fn find(&self, from: &str, name: &str) -> Option<(&str, &Headings)> {
        let mut folders = vec![""];
        if from.ends_with(ENDING) || name.starts_with('.') {
            folders.push(from.rsplit_once('/').map_or("", |(folder, _)| folder));
        }
        if from.starts_with(FROZEN) {
            folders.push(DESIGN);
        }
        folders
            .into_iter()
            .filter_map(|folder| joined(folder, name))
            .find_map(|path| self.find_exactly(&path))
    }

    fn find_exactly(&self, path: &str) -> Option<(&str, &Headings)> {
        self.0
            .get_key_value(path)
            .map(|(path, headings)| (path.as_str(), headings))
    }
}

/// Goes from a folder to a name, both as seen from the root; nothing leads out of it.
fn joined(folder: &str, name: &str) -> Option<String> {
    let mut parts = Vec::new();
    let folders = folder.split('/').filter(|part| !part.is_empty());
    for part in folders.chain(name.split('/')) {
        match part {
            "" => return None,
            "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

impl Headings {
    fn of(text: &str) -> Self {
        let mut headings = Self::default();
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        let mut fenced = false;
        for line in text.lines() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            }
            let marks = line.len() - line.trim_start_matches('#').len();
            let Some(title) = line[marks..].strip_prefix(' ') else {
                continue;
            };
            if fenced || !(1..=6).contains(&marks) {
                continue;
            }
            let title = title.trim();
            let number = number(title);
            let rest = title[number.len()..].trim_start_matches('.');
            if !number.is_empty() && (rest.is_empty() || rest.starts_with(' ')) {
                headings.numbers.insert(number.to_owned());
            }
            let words = anchor_of(title);
            let before = times.entry(words.clone()).or_insert(0);
            headings.anchors.insert(match *before {
                0 => words,
                again => format!("{words}-{again}"),
            });
            *before += 1;
        }
        headings
    }
}

/// Makes the anchor of a heading, as the usual readers of Markdown do.
fn anchor_of(title: &str) -> String {
    title
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

#[cfg(test)]
mod checks {
    use super::{Documents, SIGN, dangling};

    const CODE: &str = "crates/x/src/lib.rs";
    const RULES: &str = concat!("docs/rules", ".md");
    const BARE: &str = concat!("rules", ".md");
    const NOTE: &str = concat!("docs/notes/one", ".md");
    const OLD: &str = concat!("docs/design/rules", ".md");
    const TEXT: &str = "# Rules\n\n## 2. All of them\n\n### 2.1 The first, `one`\n\n```\n# 9 is none\n```\n\n## Same\n## Same\n";

    /// Every given line of the file has as many findings as are expected.
    fn check(path: &str, expected: usize, lines: &[String]) {
        let documents =
            Documents::of([(RULES, TEXT), (NOTE, "# Note\n\n## 1 Only\n"), (OLD, TEXT)]);
        for line in lines {
            let found = dangling(path, line, &documents);
            assert_eq!(found.len(), expected, "{path}: {line}: {found:?}");
        }
    }

    #[test]
    fn a_heading_that_exists_is_found() {
        check(
            CODE,
            0,
            &[
                format!("/// See {RULES} {SIGN}2.1."),
                format!("//! ({RULES} {SIGN}2, {SIGN}2.1; {NOTE} {SIGN}1): why"),
                format!("let text = include_str!(\"../../../{RULES}\");"),
                format!("// RFC 5321 {SIGN}4.5.2, ISO/IEC 18004 {SIGN}9.1 and {RULES} {SIGN}2."),
            ],
        );
    }

    #[test]
    fn a_heading_or_document_that_does_not_exist_is_a_finding() {
        check(
            CODE,
            1,
            &[
                format!("/// See {RULES} {SIGN}2.2."),
                format!("/// See {RULES} {SIGN}9: a fence holds no heading."),
                format!("/// See {RULES} {SIGN}2.1, {SIGN}3."),
                format!("/// See {NOTE} {SIGN}2.1: it stands in the other one."),
                format!("/// See {BARE} {SIGN}2.1: as seen from where?"),
                format!("/// See ../{RULES}, outside."),
                format!("/// See {RULES}{SIGN}no number"),
            ],
        );
    }

    #[test]
    fn a_number_stands_behind_its_document_on_the_same_line() {
        check(
            CODE,
            1,
            &[
                format!("/// See the process rules {SIGN}2.1."),
                format!("/// {SIGN}2.1 of {RULES}"),
                format!("/// A document in CSAF has it ({SIGN}2.1)."),
            ],
        );
        check(RULES, 0, &[format!("as {SIGN}2.1 says")]);
        check(RULES, 1, &[format!("as {SIGN}2.3 says")]);
    }

    #[test]
    fn documents_name_each_other_from_their_folders_and_by_anchors() {
        check(
            NOTE,
            0,
            &[
                format!("[rules](../{BARE}#21-the-first-one)"),
                format!("[rules](../{BARE}#same-1), {RULES} {SIGN}2.1"),
                "[here](#1-only)".to_owned(),
            ],
        );
        check(
            NOTE,
            1,
            &[
                format!("[rules](../{BARE}#the-second)"),
                format!("[rules]({BARE})"),
                "[here](#nowhere)".to_owned(),
            ],
        );
    }

    #[test]
    fn names_that_nobody_wrote_out_are_passed_over() {
        let host = "https://example.org";
        check(
            CODE,
            0,
            &[
                format!("format!(\"{{}}/{BARE}\")"),
                format!("see audit-*/{BARE}"),
                format!("{host}/{BARE}"),
                format!("change(files, \".{}5\")", &BARE[BARE.len() - 2..]),
            ],
        );
    }

    #[test]
    fn what_may_not_be_edited_is_looked_for_where_it_lies_now() {
        let migration = "crates/store/migrations/sqlite/0001_x.sql";
        check(migration, 0, &[format!("-- ({BARE} {SIGN}2.1)")]);
        check(migration, 1, &[format!("-- ({BARE} {SIGN}2.7)")]);
    }
}
