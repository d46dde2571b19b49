//! In the domain and in base only events, and the values they are made of, may be written out.
//!
//! What derives serde is on disk for ever. So it is allowed in `event.rs`,
//! `value.rs` and the files of xtask/serde-in-domain.txt, which says why for each.

use super::Findings;
use crate::house::{House, files_below, has_extension, read_text};
use std::collections::BTreeSet;

const LIST: &str = "xtask/serde-in-domain.txt";
const FOLDERS: [&str; 2] = ["crates/base/src", "crates/domain/src"];

/// Returns each file of these crates that derives serde without being allowed to.
pub fn in_domain(house: &House) -> Findings {
    let list = read_text(&house.root.join(LIST))?;
    let allowed: BTreeSet<&str> = list
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty())
        .collect();
    let mut used = BTreeSet::new();
    let mut found = Vec::new();
    let mut files = Vec::new();
    for folder in FOLDERS {
        files.extend(files_below(&house.root.join(folder))?);
    }
    for file in files {
        if !has_extension(&file, "rs") || !derives_serde(&read_text(&file)?) {
            continue;
        }
        let name = super::files::name(house, &file);
        let plain = file
            .file_name()
            .is_some_and(|name| name == "event.rs" || name == "value.rs");
        if allowed.contains(name.as_str()) {
            used.insert(name);
        } else if !plain {
            found.push(format!(
                "{name} derives serde: move what events are made of to value.rs, or say why in {LIST}"
            ));
        }
    }
    for line in allowed.iter().filter(|line| !used.contains(**line)) {
        found.push(format!("{LIST} lists {line}, which needs it no more"));
    }
    Ok(found)
}

/// Sees derives over several lines and hand-written implementations.
fn derives_serde(text: &str) -> bool {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect();
    let names = |piece: &str| piece.contains("Serialize") || piece.contains("Deserialize");
    let derived = code
        .split("derive(")
        .skip(1)
        .any(|rest| rest.split(')').next().is_some_and(names));
    let written = code
        .lines()
        .any(|line| line.trim_start().starts_with("impl") && line.contains(" for ") && names(line));
    derived || written
}

#[cfg(test)]
mod checks {
    use super::derives_serde;

    #[test]
    fn derives_and_implementations_are_seen() {
        assert!(derives_serde(
            "#[derive(\n    Debug,\n    Serialize,\n)]\nstruct A;"
        ));
        assert!(derives_serde("impl<'de> serde::Deserialize<'de> for A {}"));
        assert!(!derives_serde(
            "// #[derive(Serialize)]\n#[derive(Debug)]\nstruct A;"
        ));
    }
}
