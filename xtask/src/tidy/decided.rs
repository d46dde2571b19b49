//! The domain decides: the engine finds, seals, asks and records, and makes no event of its own.
//!
//! A change is made by `Change::of`, so that this is what is looked for in the engine's text; tests may make what they like.

use super::Findings;
use super::files::{name, ours};
use super::roles::{code_of, is_test};
use crate::house::{House, has_extension, read_text};

/// How a change is made.
const MAKES: &str = "Change::of(";

/// Returns each place at which the engine makes an event.
pub fn in_domain(house: &House) -> Findings {
    let mut found = Vec::new();
    for path in ours(house)? {
        let name = name(house, &path);
        let is_engine = name.starts_with("crates/engine/src/") && has_extension(&path, "rs");
        if is_engine && !is_test(&name) {
            found.extend(judge(&name, &read_text(&path)?));
        }
    }
    Ok(found)
}

fn judge(name: &str, text: &str) -> Vec<String> {
    code_of(text)
        .lines()
        .enumerate()
        .filter(|(_, line)| makes(line))
        .map(|(at, _)| {
            format!(
                "{name}:{} makes an event: decide it in the domain and record what it answers",
                at + 1
            )
        })
        .collect()
}

/// Whether a line makes a change; the end of another word does not.
fn makes(line: &str) -> bool {
    line.match_indices(MAKES).any(|(at, _)| {
        let before = line.get(..at).unwrap_or_default().chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod checks {
    use super::judge;

    #[test]
    fn a_planted_event_is_found_and_a_recorded_one_is_not() {
        let found = judge(
            "a.rs",
            "let own = 1;\nunit.record(vec![Change::of(id, Event::ReportWithdrawn)]).await?;",
        );
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("a.rs:2 "), "{found:?}");
        for fine in [
            "unit.record(decide::close(&case, code)?).await?;",
            "// Change::of(id, event)",
            "if let Event::Published { leaves, .. } = &change.event {}",
            "LangChange::of(from, to)",
        ] {
            assert!(judge("a.rs", fine).is_empty(), "{fine}");
        }
    }
}
