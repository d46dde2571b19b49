//! The rooms may use each other as ARCHITECTURE.md says, and in no other way.
//!
//! The list stands in the section "May use, and nothing else", a line each:
//! `` - `formats` -> domain ``; nothing of ours after the arrow means none. A line
//! ``- `channels` (tests) -> testkit`` adds what only tests may use.

use super::Findings;
use crate::house::{House, read_text};
use crate::problem::{Outcome, Problem};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const SECTION: &str = "May use, and nothing else";

type Uses = BTreeMap<String, BTreeSet<String>>;

#[derive(Debug, Default, PartialEq, Eq)]
struct Fence {
    program: Uses,
    tests: Uses,
}

/// Compares the document with what cargo sees.
pub fn compare(house: &House, metadata: &Value) -> Findings {
    let text = read_text(&house.root.join("ARCHITECTURE.md"))?;
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let ours: BTreeSet<String> = packages
        .iter()
        .filter_map(|package| package["name"].as_str())
        .map(str::to_owned)
        .collect();
    let fence = parse(&text, &ours)?;
    let mut found: Vec<String> = fence
        .program
        .keys()
        .filter(|name| !ours.contains(*name))
        .map(|name| format!("ARCHITECTURE.md lists `{name}`, which does not exist"))
        .collect();
    for package in &packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(program) = fence.program.get(name) else {
            found.push(format!(
                "ARCHITECTURE.md does not say what `{name}` may use"
            ));
            continue;
        };
        let in_tests = fence.tests.get(name);
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let other = dependency["name"].as_str().unwrap_or_default();
            // A crate's own tests may use it once more with other features.
            if !ours.contains(other) || other == name || program.contains(other) {
                continue;
            }
            let dev = dependency["kind"].as_str() == Some("dev");
            if dev && in_tests.is_some_and(|tests| tests.contains(other)) {
                continue;
            }
            let how = if dev { " in its tests" } else { "" };
            found.push(format!(
                "`{name}` uses `{other}`{how}, and ARCHITECTURE.md does not allow it"
            ));
        }
    }
    Ok(found)
}

fn parse(text: &str, ours: &BTreeSet<String>) -> Outcome<Fence> {
    let mut fence = Fence::default();
    let section = text
        .lines()
        .skip_while(|line| !line.contains(SECTION))
        .skip(1)
        .take_while(|line| !line.starts_with('#'));
    for line in section {
        let Some((rooms, used)) = line.split_once("->") else {
            continue;
        };
        let used: BTreeSet<String> = used
            .split(|letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter))
            .filter(|word| ours.contains(*word))
            .map(str::to_owned)
            .collect();
        let side = if rooms.contains("(tests)") {
            &mut fence.tests
        } else {
            &mut fence.program
        };
        for room in rooms.split('`').skip(1).step_by(2) {
            side.entry(room.to_owned())
                .or_default()
                .extend(used.clone());
        }
    }
    if fence.program.is_empty() {
        return Err(Problem::new(format!(
            "ARCHITECTURE.md has no section \"{SECTION}\" with lines like \"- `formats` -> domain\""
        )));
    }
    Ok(fence)
}

#[cfg(test)]
mod checks {
    use super::parse;
    use std::collections::BTreeSet;

    #[test]
    fn the_list_is_read_from_its_section_only() {
        let ours: BTreeSet<String> = ["domain", "formats", "seal", "testkit"]
            .map(str::to_owned)
            .into();
        let text = "- `x` -> formats\n## May use, and nothing else\n\n- `domain`, `seal` -> nothing of ours\n\
                    - `formats` -> `domain`, seal (public)\n- `formats` (tests) -> testkit\n## Next\n- `y` -> domain\n";
        let fence = parse(text, &ours).unwrap_or_default();
        let rooms: Vec<&String> = fence.program.keys().collect();
        assert_eq!(rooms, ["domain", "formats", "seal"]);
        assert_eq!(fence.program.get("formats").map(BTreeSet::len), Some(2));
        assert_eq!(fence.program.get("seal").map(BTreeSet::len), Some(0));
        assert!(fence.tests.contains_key("formats"));
        assert!(parse("no section", &ours).is_err());
    }
}
