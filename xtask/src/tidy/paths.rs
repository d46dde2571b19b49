//! A path of this repository that stands in backticks leads to a file or a folder.
//!
//! Documents and comments name where things are; a move would leave them behind. What has a star or a placeholder in
//! it is a pattern and not a path. CHANGELOG.md tells what was, so it is not read.

use super::Findings;
use super::files::ours;
use crate::house::{House, has_extension, read_text};

/// Folders that a path begins with.
const ROOTS: [&str; 6] = [
    "crates/",
    "xtask/",
    "docs/",
    "fixtures/",
    "judges/",
    "fuzz/",
];

/// Looks at every document and every source.
pub fn exist(house: &House) -> Findings {
    let mut found = Vec::new();
    for path in ours(house)? {
        if !has_extension(&path, "md") && !has_extension(&path, "rs") {
            continue;
        }
        let name = path.strip_prefix(&house.root).unwrap_or(&path);
        if name.ends_with("CHANGELOG.md") || name.ends_with("xtask/src/tidy/paths.rs") {
            continue;
        }
        let text = read_text(&path)?;
        for (line, wanted) in named(&text) {
            if !house.root.join(wanted).exists() {
                found.push(format!(
                    "{}:{line} names `{wanted}`, which does not exist",
                    name.display()
                ));
            }
        }
    }
    Ok(found)
}

/// The paths that a text names, with their lines.
fn named(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for piece in line.split('`').skip(1).step_by(2) {
            let is_path = ROOTS.iter().any(|root| piece.starts_with(root))
                && piece
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_'));
            // Capitals stand for something else in a pattern, but for the names of documents.
            let is_pattern = piece.split('/').any(|part| {
                !part.contains('.')
                    && part.len() > 1
                    && part.chars().all(|c| c.is_ascii_uppercase())
            });
            if is_path && !is_pattern {
                out.push((number + 1, piece));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_path_that_leads_nowhere_is_found() {
        let house = House::find().unwrap();
        let check = |text: &str, expected: usize| {
            let missing = named(text)
                .into_iter()
                .filter(|(_, path)| !house.root.join(path).exists());
            assert_eq!(missing.count(), expected, "{text}");
        };
        check("see `crates/engine/src/lib.rs` and `docs/roadmap.md`", 0);
        check("see `crates/engine/src/no_such_room.rs`", 1);
        check("`fuzz/corpus/TARGET/` and `crates/*/tests` are patterns", 0);
        check(
            "crates/engine/src/no_such_room.rs stands in no backticks",
            0,
        );
    }
}
