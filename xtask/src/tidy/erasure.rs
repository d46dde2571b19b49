//! What becomes of each file of the data folder when something is erased: docs/operate/erasure.md says it of every path that
//! ARCHITECTURE.md names. Of tables the same is said beside each one, and the compiler misses none.

use std::collections::BTreeSet;

use super::Findings;
use crate::house::{House, read_text};

const SAID: &str = "docs/operate/erasure.md";
const THERE: &str = "ARCHITECTURE.md";

/// Returns each path that only one of the two names.
pub fn of_every_path(house: &House) -> Findings {
    let text = |name: &str| read_text(&house.root.join(name));
    Ok(compared(&text(THERE)?, &text(SAID)?))
}

fn compared(there: &str, said: &str) -> Vec<String> {
    let there: BTreeSet<&str> = there
        .lines()
        .filter(|line| line.starts_with("DIR/"))
        .flat_map(paths)
        .collect();
    let said: BTreeSet<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" | "))
        .flat_map(|(path, _)| path.split(['`', ' ', ',']))
        .filter(|word| word.starts_with("DIR/"))
        .collect();
    let missing = there
        .difference(&said)
        .map(|path| format!("{SAID} does not say what becomes of {path} when something is erased"));
    let unknown = said
        .difference(&there)
        .map(|path| format!("{SAID} speaks of {path}, which {THERE} does not name"));
    let mut found: Vec<String> = missing.chain(unknown).collect();
    if there.is_empty() {
        found.push(format!("{THERE} names no path of the data folder"));
    }
    found
}

/// The paths that stand first on a line.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    line.split([' ', ','])
        .filter(|word| !word.is_empty())
        .take_while(|word| word.starts_with("DIR/"))
}

#[cfg(test)]
mod tests {
    use super::compared;

    #[test]
    fn a_path_of_which_nothing_is_said_is_found() {
        let there = "```\nDIR/a/        what\nDIR/b, DIR/c  both\nDIR/d         new\n```\n";
        let said =
            "| path | when |\n|---|---|\n| `DIR/a/` | stays |\n| `DIR/b`, `DIR/c` | stay |\n";
        let found = compared(there, said);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("DIR/d"));
        let found = compared("DIR/a/  what\nDIR/b  x\n", said);
        assert!(found.len() == 1 && found[0].contains("DIR/c"), "{found:?}");
        assert_eq!(compared("", "").len(), 1);
    }
}
