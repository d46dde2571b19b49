//! What pages and letters promise is kept by a test, or said to be kept by people.
//!
//! docs/promises.md lists the sentences by the keys of their messages. A sentence that changed, a test that is gone, and
//! a message that sounds like a promise and is not listed are findings. How a promise sounds is a list of words: it asks
//! a writer to look, and decides nothing. Whether a test keeps what it is named for, its readers judge.

use super::{Findings, catalogues};
use crate::house::{House, files_below, has_extension, read_text};
use std::collections::{BTreeMap, BTreeSet};

const DOCUMENT: &str = "docs/promises.md";

/// How a promise sounds in English.
const SOUNDS: [&str; 28] = [
    " will ",
    "never",
    "by itself",
    "xactly",
    "nothing else",
    "is lost",
    "valid for",
    "only now",
    "cannot be undone",
    "at once",
    "to nobody",
    "We tell",
    "we tell",
    "We send",
    "we send",
    "we call",
    "no mails",
    "is told",
    "Nothing is sent",
    "are kept",
    "is kept",
    "It stays",
    "We do not",
    "we do not",
    "Nothing was changed",
    "nothing more of",
    "contacts nobody",
    "no longer",
];

const BY_TESTS: &str = "Kept by tests";
const BY_PEOPLE: &str = "Kept by people";
const NONE: &str = "No promise of ours";

/// Returns each promise that nothing keeps.
pub fn kept(house: &House) -> Findings {
    let messages = catalogues::messages(house, "en")?;
    let mut tests = BTreeSet::new();
    for file in files_below(&house.root.join("crates"))? {
        if has_extension(&file, "rs") {
            tests.extend(tests_of(&read_text(&file)?));
        }
    }
    let document = read_text(&house.root.join(DOCUMENT))?;
    Ok(compare(&document, &messages, &tests))
}

fn compare(
    document: &str,
    messages: &BTreeMap<String, String>,
    tests: &BTreeSet<String>,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut listed = BTreeSet::new();
    let mut section = "";
    for line in document.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title.trim();
            continue;
        }
        if section == NONE {
            for key in codes(line) {
                if !messages.contains_key(key) {
                    found.push(format!("{DOCUMENT} names `{key}`, which is no message"));
                }
                listed.insert(key.to_owned());
            }
            continue;
        }
        if ![BY_TESTS, BY_PEOPLE].contains(&section) || !line.starts_with("| `") {
            continue;
        }
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let &[key, sentence, keeper] = cells.as_slice() else {
            found.push(format!("{DOCUMENT} has a row without three cells: {line}"));
            continue;
        };
        let key = key.trim_matches('`');
        listed.insert(key.to_owned());
        if !messages
            .get(key)
            .is_some_and(|text| text.contains(sentence))
        {
            found.push(format!("`{key}` does not say “{sentence}” ({DOCUMENT})"));
        }
        if section == BY_TESTS {
            let named = codes(keeper);
            if named.is_empty() {
                found.push(format!("nothing keeps what `{key}` says ({DOCUMENT})"));
            }
            for test in named.into_iter().filter(|test| !tests.contains(*test)) {
                found.push(format!("no test is named `{test}` ({DOCUMENT}, `{key}`)"));
            }
        }
    }
    let sounds = |text: &str| SOUNDS.iter().any(|sound| text.contains(sound));
    for (key, _) in messages
        .iter()
        .filter(|(key, text)| sounds(text) && !listed.contains(*key))
    {
        found.push(format!(
            "`{key}` sounds like a promise: list it in {DOCUMENT} with the test that keeps it"
        ));
    }
    found
}

/// What stands between backticks.
fn codes(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

/// The names of the tests of a file.
fn tests_of(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_next = false;
    for line in source.lines().map(str::trim_start) {
        // A story is written once and runs on both engines.
        let story = line
            .strip_prefix("fn ")
            .and_then(|rest| rest.strip_suffix("(engine) {"));
        found.extend(story.map(str::to_owned));
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_next = true;
        } else if is_next && !line.starts_with("#[") && !line.starts_with("//") {
            let name = line.trim_start_matches("async ").strip_prefix("fn ");
            let name = name.and_then(|rest| rest.split('(').next());
            found.extend(name.map(str::to_owned));
            is_next = false;
        }
    }
    found
}

#[cfg(test)]
mod checks {
    use super::*;

    fn messages() -> BTreeMap<String, String> {
        let of = |(key, text): (&str, &str)| (key.to_owned(), text.to_owned());
        [
            ("plan", "It goes out by itself. Look here."),
            ("call", "we call you"),
            ("title", "What will happen"),
        ]
        .map(of)
        .into()
    }

    const GOOD: &str = "## Kept by tests\n| message | says | tests |\n|---|---|---|\n| `plan` | It goes out by itself. | `goes` |\n\
        ## Kept by people\n| `call` | we call you | a task |\n## No promise of ours\n- titles: `title`\n";

    fn found(document: &str) -> Vec<String> {
        compare(document, &messages(), &BTreeSet::from(["goes".to_owned()]))
    }

    #[test]
    fn what_is_listed_and_kept_is_no_finding() {
        assert_eq!(found(GOOD), Vec::<String>::new());
    }

    #[test]
    fn what_changed_or_is_gone_or_not_listed_is_found() {
        for (from, to) in [
            ("out by itself.", "out alone."),
            ("`goes`", "`went`"),
            ("`goes`", "none"),
            ("`call` |", "`cell` |"),
            ("`title`", "`titel`"),
            ("- titles: `title`\n", ""),
            (" | `goes` |", " |"),
        ] {
            assert!(GOOD.contains(from));
            assert!(!found(&GOOD.replace(from, to)).is_empty(), "{from}");
        }
    }

    #[test]
    fn a_test_is_known_by_what_stands_above_it() {
        let source = "#[test]\nfn one() {}\nfn two() {}\n    #[tokio::test(flavor = \"x\")]\n    #[expect(x)]\n    async fn three() {}";
        assert_eq!(tests_of(source), ["one", "three"]);
    }
}
