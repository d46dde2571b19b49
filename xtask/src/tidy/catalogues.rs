//! Japanese and English say the same things: both catalogues have the same keys.

use super::Findings;
use crate::house::{House, files_below, has_extension, read_text};
use crate::problem::{Outcome, Problem};
use std::collections::BTreeMap;

const FOLDER: &str = "crates/pages/i18n";

/// Returns each key that only one language has, or that stands twice in one.
pub fn equal_keys(house: &House) -> Findings {
    let mut found = Vec::new();
    let ja = keys(house, "ja", &mut found)?;
    let en = keys(house, "en", &mut found)?;
    for (here, there, language) in [(&ja, &en, "en"), (&en, &ja, "ja")] {
        for (key, file) in here.iter().filter(|(key, _)| !there.contains_key(*key)) {
            found.push(format!("`{key}` of {file} is missing in {language}"));
        }
    }
    Ok(found)
}

fn keys(
    house: &House,
    language: &str,
    found: &mut Vec<String>,
) -> Outcome<BTreeMap<String, String>> {
    let folder = house.root.join(FOLDER).join(language);
    let mut keys = BTreeMap::new();
    for file in files_below(&folder)? {
        if !has_extension(&file, "ftl") {
            continue;
        }
        let name = super::files::name(house, &file);
        for line in read_text(&file)?.lines() {
            let Some(key) = key(line) else { continue };
            if let Some(first) = keys.insert(key.to_owned(), name.clone()) {
                found.push(format!("`{key}` stands in {first} and again in {name}"));
            }
        }
    }
    if keys.is_empty() {
        return Err(Problem::new(format!("{FOLDER}/{language} holds no key")));
    }
    Ok(keys)
}

/// Returns the messages of a language by their keys, each in one line.
pub fn messages(house: &House, language: &str) -> Outcome<BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    for file in files_below(&house.root.join(FOLDER).join(language))? {
        if !has_extension(&file, "ftl") {
            continue;
        }
        let mut now = None;
        for line in read_text(&file)?.lines() {
            if let Some(name) = key(line) {
                let text = line.split_once('=').map_or("", |(_, text)| text.trim());
                all.insert(name.to_owned(), text.to_owned());
                now = Some(name.to_owned());
            } else if let (Some(name), true) = (&now, line.starts_with(' ')) {
                let text: &mut String = all.entry(name.clone()).or_default();
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(line.trim());
            } else if !line.is_empty() {
                now = None;
            }
        }
    }
    Ok(all)
}

/// Returns the key of a line like `key-of-a-text = …`.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim_end_matches(' ');
    let plain = key
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    (plain && key.starts_with(|first: char| first.is_ascii_lowercase())).then_some(key)
}

#[cfg(test)]
mod checks {
    use super::key;

    #[test]
    fn a_key_begins_its_line() {
        assert_eq!(key("report-send = 送る"), Some("report-send"));
        assert_eq!(key("    .label = x"), None);
        assert_eq!(key("# note = x"), None);
        assert_eq!(key("  continued a = b"), None);
    }
}
