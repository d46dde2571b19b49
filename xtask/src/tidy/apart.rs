//! What rehearses, imports, demonstrates and measures asks the house and nothing below it: neither its store nor its keys.
//!
//! `tidy graph` sees whom a crate depends on; a field of the house lends its store to whoever holds the house, and no
//! dependency shows that. So in these crates nobody names either. Tests and comments are left out.

use super::Findings;
use super::files::{name, ours};
use crate::house::{House, has_extension, read_text};

/// Crates that use what the engine says of itself.
const APART: [&str; 4] = ["archive", "bench", "demo", "scenario"];
/// Fields of a house that they leave alone.
const BELOW: [&str; 2] = [".store", ".keys"];

/// Returns each place where one of them reaches below the house.
pub fn from_the_store(house: &House) -> Findings {
    let mut found = Vec::new();
    for path in ours(house)? {
        let place = name(house, &path);
        let is_of = |krate: &&str| place.starts_with(&format!("crates/{krate}/src/"));
        if has_extension(&path, "rs") && APART.iter().any(is_of) {
            found.extend(reaching(&place, &read_text(&path)?));
        }
    }
    Ok(found)
}

fn reaching(place: &str, text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    let mut found = Vec::new();
    for (number, line) in (1..).zip(lines) {
        for field in BELOW {
            let is_named = line.match_indices(field).any(|(at, _)| {
                let behind = line.get(at + field.len()..).unwrap_or_default();
                !behind.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '(')
            });
            if is_named {
                found.push(format!(
                    "{place}:{number} reaches below the house by `{field}`: ask it (crates/engine/src/kernel/told.rs)"
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::reaching;

    #[test]
    fn whoever_reaches_for_store_or_keys_is_found() {
        let planted = "fn f() {\n    house\n        .store\n        .copies(x);\n    seal(house.keys.codes);\n    // house.store\n}\n";
        let found = reaching("a.rs", planted);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("a.rs:3") && found[1].contains("a.rs:5"));
        for fine in [
            "flag.store(true, Relaxed);",
            "map.keys().next()",
            "x.stored",
            "#[cfg(test)]\nmod tests { house.store }",
        ] {
            assert!(reaching("a.rs", fine).is_empty(), "{fine}");
        }
    }
}
