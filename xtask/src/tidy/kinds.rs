//! A kind of document is a `base::DocumentKind`, never a string.
//!
//! Names and files of the kinds are read where they stand, in `crates/base/src/document.rs`. In any other crate a
//! literal that is one of them, or in which a file's name or ending, or a name of two words, stands, is a finding. Tests are
//! left out: what was published is for ever, so somebody else than the program has to spell it.

use super::Findings;
use super::files::{name, ours};
use crate::house::{House, has_extension, read_text};
use crate::problem::Problem;
use std::collections::BTreeSet;

const SOURCE: &str = "crates/base/src/document.rs";

/// The same letters for something else: file and word.
const OTHERS: [(&str, &str); 2] = [
    // The key of a document's address in the list for programs.
    ("crates/formats/src/feed.rs", "csaf"),
    // The category that ROLIE gives to feeds.
    ("crates/formats/src/provider.rs", "csaf"),
];

/// Returns each place where a kind is spelled.
pub fn typed(house: &House) -> Findings {
    let words = words(&read_text(&house.root.join(SOURCE))?);
    if words.is_empty() {
        return Err(Problem::new(format!("{SOURCE} names no kind")));
    }
    let mut used = BTreeSet::new();
    let mut found = Vec::new();
    for path in ours(house)? {
        let place = name(house, &path);
        if !has_extension(&path, "rs") || !is_program(&place) {
            continue;
        }
        for (line, word) in spelled(&read_text(&path)?, &words) {
            if OTHERS.contains(&(place.as_str(), word)) {
                used.insert((place.clone(), word.to_owned()));
            } else {
                found.push(format!(
                    "{place}:{line} spells the kind of document {word}: say base::DocumentKind"
                ));
            }
        }
    }
    for (place, word) in OTHERS {
        if !used.contains(&(place.to_owned(), word.to_owned())) {
            found.push(format!("{place} needs no exception for {word} any more"));
        }
    }
    Ok(found)
}

/// Source of a crate, but for base and for tests.
fn is_program(place: &str) -> bool {
    let parts: Vec<&str> = place.split('/').collect();
    let is_test = parts.contains(&"tests") || parts.last() == Some(&"tests.rs");
    matches!(parts.as_slice(), ["crates", krate, "src", ..] if *krate != "base") && !is_test
}

/// What `name: "…"`, `file: "…"` and `ending: Some("…")` of two parts give.
fn words(source: &str) -> Vec<String> {
    source
        .lines()
        .filter_map(|line| {
            let line = line.trim();
            let rest = line
                .strip_prefix("name: \"")
                .or_else(|| line.strip_prefix("file: \""))
                .or_else(|| line.strip_prefix("ending: Some(\""))?;
            let word = rest.split('"').next()?;
            let is_kind = !line.starts_with("ending") || word.contains('.');
            is_kind.then(|| word.to_owned())
        })
        .collect()
}

/// The lines, from 1, that spell a word, up to the file's own tests.
fn spelled<'a>(text: &str, words: &'a [String]) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    let mut lines = text.lines().zip(1..).peekable();
    while let Some((line, number)) = lines.next() {
        let begins = |next: &(&str, usize)| next.0.ends_with('{');
        if line == "#[cfg(test)]" && lines.peek().is_some_and(begins) {
            break;
        }
        let code = line.split("//").next().unwrap_or_default();
        // A word that could be another's is looked for alone; one finding a line is enough.
        let is_in = |literal: &str, word: &String| {
            literal == word.as_str() || word.contains(['.', '-']) && literal.contains(word.as_str())
        };
        let literals: Vec<&str> = code.split('"').skip(1).step_by(2).collect();
        let spelt = |word: &&String| literals.iter().any(|literal| is_in(literal, word));
        found.extend(words.iter().find(spelt).map(|word| (number, word.as_str())));
    }
    found
}

#[cfg(test)]
mod checks {
    use super::{is_program, spelled, words};

    const SOURCE: &str =
        "    name: \"csaf\",\n    file: \"csaf.json\",\n    signature: \".asc\",\n";

    #[test]
    fn a_planted_kind_is_found() {
        let words = words(SOURCE);
        assert_eq!(words, ["csaf", "csaf.json"]);
        let text = "let a = \"csaf\"; // \"csaf.json\"\nlet b = \"csaf/white\";\n\
                    let c = format!(\"/archive/{id}/csaf.json\");\n#[cfg(test)]\nmod samples;\nf(\"csaf.json\");\n\
                    #[cfg(test)]\nmod tests {\n    let d = \"csaf\";\n";
        let found = spelled(text, &words);
        assert_eq!(found, [(1, "csaf"), (3, "csaf.json"), (6, "csaf.json")]);
        let words = ["text-ja", "text.ja.txt", "ja.txt"].map(str::to_owned);
        for planted in [
            "kind.ends_with(\".ja.txt\")",
            "kind.contains(\"text-ja.\")",
            "format!(\"{stem}/text.ja.txt.asc\")",
        ] {
            assert_eq!(spelled(planted, &words).len(), 1, "{planted}");
        }
        assert_eq!(
            spelled("t(\"text-japanese\", \"a\")", &["ja.txt".to_owned()]),
            []
        );
    }

    #[test]
    fn base_and_tests_may_spell_it() {
        assert!(is_program("crates/seal/src/verify/archive.rs"));
        for place in [
            "crates/base/src/document.rs",
            "crates/seal/src/signer/tests.rs",
            "crates/seal/tests/verify.rs",
            "crates/noroshi/tests/story/story/editing.rs",
            "xtask/src/check/judge.rs",
        ] {
            assert!(!is_program(place), "{place}");
        }
    }
}
