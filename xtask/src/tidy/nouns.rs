//! Inside a crate a room uses only the rooms before it, in the order that ARCHITECTURE.md gives.
//!
//! The section "Rooms of a crate, earlier first" has a line for each crate that is ordered: `` - `engine`: `kernel`,
//! `party`, … ``. A room is a folder or a file right below `src`; every one must stand in the line, and an arrow that
//! goes to a later one closes a circle, so it is a finding. Arrows are read from the text (`crate::room`,
//! `super::…::room`), comments left out; macros that build paths are not seen, the compiler's slices are (`check --all`).

use super::Findings;
use super::files::ours;
use crate::house::{House, has_extension, read_text};
use crate::problem::{Outcome, Problem};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const SECTION: &str = "Rooms of a crate, earlier first";

/// Crates whose rooms are ordered, with the rooms.
pub type Order = BTreeMap<String, Vec<String>>;

/// A file of a crate: its path below `src`, and its text.
type Source = (String, String);

/// Compares every ordered crate with its line.
pub fn ordered(house: &House) -> Findings {
    let order = order_of(house)?;
    let files = ours(house)?;
    let mut found = Vec::new();
    for (name, rooms) in &order {
        let src = house.root.join("crates").join(name).join("src");
        let mut sources = Vec::new();
        for path in files.iter().filter(|path| has_extension(path, "rs")) {
            if let Ok(inner) = path.strip_prefix(&src) {
                sources.push((slashed(inner), read_text(path)?));
            }
        }
        if sources.is_empty() {
            found.push(format!(
                "ARCHITECTURE.md orders `{name}`, which has no source"
            ));
        }
        found.extend(judge(name, rooms, &sources));
    }
    Ok(found)
}

/// The order as ARCHITECTURE.md gives it.
pub fn order_of(house: &House) -> Outcome<Order> {
    let text = read_text(&house.root.join("ARCHITECTURE.md"))?;
    let order = parse(&text);
    if order.is_empty() {
        return Err(Problem::new(format!(
            "ARCHITECTURE.md has no rows under \"{SECTION}\""
        )));
    }
    Ok(order)
}

fn slashed(path: &Path) -> String {
    path.components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join("/")
}

/// Reads the rows of the section; a row may go on in the next line.
fn parse(text: &str) -> Order {
    let mut order = Order::new();
    let mut inside = false;
    let mut current: Option<String> = None;
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            inside = heading.trim() == SECTION;
            current = None;
            continue;
        }
        if !inside {
            continue;
        }
        let mut ticked: Vec<String> = line
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        if line.starts_with("- ") {
            if ticked.is_empty() {
                continue;
            }
            let name = ticked.remove(0);
            order.insert(name.clone(), ticked);
            current = Some(name);
        } else if line.starts_with("  ") {
            if let Some(rooms) = current.as_ref().and_then(|name| order.get_mut(name)) {
                rooms.append(&mut ticked);
            }
        } else {
            current = None;
        }
    }
    order
}

/// What does not hold in one crate.
fn judge(name: &str, rooms: &[String], sources: &[Source]) -> Vec<String> {
    let place: BTreeMap<&str, usize> = rooms
        .iter()
        .enumerate()
        .map(|(at, room)| (room.as_str(), at))
        .collect();
    let there: BTreeSet<&str> = sources.iter().filter_map(|(path, _)| room(path)).collect();
    let mut found: Vec<String> = there
        .iter()
        .filter(|room| !place.contains_key(*room))
        .map(|room| format!("`{name}` has the room `{room}`, which ARCHITECTURE.md does not order"))
        .collect();
    found.extend(
        place
            .keys()
            .filter(|room| !there.contains(*room))
            .map(|room| {
                format!("ARCHITECTURE.md orders `{room}` in `{name}`, where it does not exist")
            }),
    );
    let given_out = given_out(sources);
    for (path, text) in sources {
        let Some(own) = room(path) else { continue };
        let Some(at) = place.get(own) else { continue };
        if ["use crate as ", "crate::{self as "]
            .iter()
            .any(|way| text.contains(way))
        {
            found.push(format!(
                "crates/{name}/src/{path} gives the crate another name, under which no room is seen"
            ));
        }
        for named in used(path, text) {
            let other = given_out.get(&named).unwrap_or(&named);
            if let Some(later) = place.get(other.as_str())
                && later > at
            {
                found.push(format!(
                    "crates/{name}/src/{path} uses `{other}`, which stands later than `{own}`"
                ));
            }
        }
    }
    found
}

/// What the crate's root gives out under its own name, with the room from which it comes.
fn given_out(sources: &[Source]) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for (path, text) in sources {
        if path != "lib.rs" {
            continue;
        }
        for statement in text.split("use ").skip(1) {
            let statement = statement.split(';').next().unwrap_or_default();
            let Some((from, rest)) = statement.split_once("::") else {
                continue;
            };
            let words = rest.split(|c: char| !c.is_alphanumeric() && c != '_');
            for word in words.filter(|word| !word.is_empty()) {
                out.insert(word.to_owned(), from.trim().to_owned());
            }
        }
    }
    // A room is meant by its own name.
    let rooms: BTreeSet<&str> = sources.iter().filter_map(|(path, _)| room(path)).collect();
    out.retain(|word, _| !rooms.contains(word.as_str()));
    out
}

/// The room that a file lies in; the crate's root lies in none.
fn room(path: &str) -> Option<&str> {
    let first = path.split('/').next()?;
    let stem = first.strip_suffix(".rs").unwrap_or(first);
    (!matches!(stem, "lib" | "main" | "tests")).then_some(stem)
}

/// Names right below the crate's root that a file's text leads to.
fn used(path: &str, text: &str) -> BTreeSet<String> {
    let depth = depth_of(path);
    let mut out = BTreeSet::new();
    // A list of paths may go on over many lines.
    let code: String = text
        .lines()
        .flat_map(|line| [line.split("//").next().unwrap_or_default(), "\n"])
        .collect();
    for (at, _) in code.match_indices("crate::") {
        let before = code.get(..at).unwrap_or_default();
        if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        out.extend(names(code.get(at + "crate::".len()..).unwrap_or_default()));
    }
    let mut rest = code.as_str();
    while let Some(at) = rest.find("super::") {
        let mut climbed = 0;
        rest = rest.get(at..).unwrap_or_default();
        while let Some(next) = rest.strip_prefix("super::") {
            climbed += 1;
            rest = next;
        }
        if climbed >= depth {
            out.extend(names(rest));
        }
    }
    out
}

/// How many times one climbs from a file's module to the crate's root.
fn depth_of(path: &str) -> usize {
    let parts = path.split('/').count();
    if path.ends_with("/mod.rs") {
        parts - 1
    } else {
        parts
    }
}

/// The first segment of a path, or of each path in braces.
fn names(path: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    match path.trim_start().strip_prefix('{') {
        None => vec![word(path)],
        Some(inner) => {
            let mut depth = 0_usize;
            let mut out = vec![word(inner)];
            for (at, letter) in inner.char_indices() {
                match letter {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => out.push(word(inner.get(at + 1..).unwrap_or_default())),
                    _ => {}
                }
            }
            out.retain(|name| !name.is_empty());
            out
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = "## Rooms of a crate, earlier first\n\n- `engine`: `kernel`,\n  `party`, `work`\n\n## Next\n- `x`: `y`\n";

    fn check(sources: &[(&str, &str)], expected: &[&str]) {
        let order = parse(PLAN);
        let sources: Vec<Source> = sources
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        assert_eq!(judge("engine", &order["engine"], &sources), expected);
    }

    const REST: [(&str, &str); 2] = [
        ("party/mod.rs", ""),
        ("work.rs", "use crate::{party, kernel::unit};"),
    ];

    #[test]
    fn a_row_may_go_on_in_the_next_line_and_ends_with_its_section() {
        let order = parse(PLAN);
        assert_eq!(order.len(), 1);
        assert_eq!(order["engine"], ["kernel", "party", "work"]);
    }

    #[test]
    fn a_planted_circle_is_found() {
        let mut sources = vec![(
            "kernel/unit.rs",
            "fn f() { crate::party::g() } // crate::work",
        )];
        sources.extend(REST);
        check(
            &sources,
            &["crates/engine/src/kernel/unit.rs uses `party`, which stands later than `kernel`"],
        );
    }

    #[test]
    fn a_circle_through_the_root_or_under_another_name_is_found() {
        let mut sources = vec![
            ("lib.rs", "pub use work::plan::{Kind, Next};\nmod work;\n"),
            ("kernel/unit.rs", "use crate::Kind;"),
        ];
        sources.extend(REST);
        check(
            &sources,
            &["crates/engine/src/kernel/unit.rs uses `work`, which stands later than `kernel`"],
        );
        let mut sources = vec![("kernel/unit.rs", "use crate as all;\nall::work::f()")];
        sources.extend(REST);
        check(
            &sources,
            &[
                "crates/engine/src/kernel/unit.rs gives the crate another name, under which no room is seen",
            ],
        );
    }

    #[test]
    fn braces_and_supers_lead_there_too() {
        let later = |path: &str| {
            format!("crates/engine/src/{path} uses `work`, which stands later than `kernel`")
        };
        for (path, text) in [
            ("kernel/a.rs", "use crate::{kernel::b, work::{c, d}};"),
            ("kernel/a.rs", "use super::super::work;"),
            (
                "kernel/a.rs",
                "use crate::{\n    kernel::b, // one\n    work::{c},\n};",
            ),
            ("kernel/a.rs", "use super::super::{\n    work,\n};"),
            ("kernel/mod.rs", "use super::work;"),
        ] {
            let mut sources = vec![(path, text)];
            sources.extend(REST);
            check(&sources, &[&later(path)]);
        }
        let mut sources = vec![(
            "kernel/a.rs",
            "use super::work; use crate::kernel::{work, x};",
        )];
        sources.extend(REST);
        check(&sources, &[]);
    }

    #[test]
    fn every_room_stands_in_the_plan() {
        check(
            &[("kernel/a.rs", ""), ("party.rs", ""), ("shed.rs", "")],
            &[
                "`engine` has the room `shed`, which ARCHITECTURE.md does not order",
                "ARCHITECTURE.md orders `work` in `engine`, where it does not exist",
            ],
        );
    }
}
