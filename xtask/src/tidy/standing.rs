//! Where a case, a date, a vendor or a report stands is computed in the domain, and nowhere else.
//!
//! Other crates ask, and look at the answer in patterns and comparisons. A value of one of these types that is made
//! elsewhere is a second opinion that will differ one day, so it is a finding. Read from the text: what is made through
//! another name of the type, or read from a stored name, is not seen. Tests may make what they like.

use super::Findings;
use super::files::{name, ours};
use super::roles::{code_of, is_test};
use crate::house::{House, has_extension, read_text};

/// The types, and another name that code uses for one.
const TYPES: [&str; 8] = [
    "Phase",
    "Stage",
    "BoardCell",
    "Cell",
    "PublicLabel",
    "ReportStage",
    "Date",
    "ReportState",
];
/// Where a value is named without an opinion: the file, what is named, why.
const NAMED: [(&str, &str, &str); 4] = [
    (
        "crates/engine/src/advisory/compose.rs",
        "Phase::P3",
        "a document is composed for the time after its publication",
    ),
    (
        "crates/engine/src/intake/reading.rs",
        "Phase::P0",
        "a report without a case has not begun",
    ),
    (
        "crates/server/src/advisory/desk.rs",
        "Phase::P1",
        "an editor sees no less than a case that has begun shows",
    ),
    (
        "crates/store/src/coordination.rs",
        "Stage::Closed",
        "a list asks for the closed by their stored name",
    ),
];
/// Crates that ask.
const ASKING: [&str; 10] = [
    "formats", "engine", "store", "server", "pages", "portal", "noroshi", "scenario", "archive",
    "demo",
];

/// Returns each place outside the domain that says where something stands.
pub fn in_domain(house: &House) -> Findings {
    let (mut found, mut named) = (Vec::new(), [0_usize; NAMED.len()]);
    for path in ours(house)? {
        let name = name(house, &path);
        let is_asking = ASKING
            .iter()
            .any(|krate| name.starts_with(&format!("crates/{krate}/src/")));
        if !is_asking || is_test(&name) || !has_extension(&path, "rs") {
            continue;
        }
        for (line, made) in made(&read_text(&path)?) {
            let excuse = NAMED
                .iter()
                .position(|(file, what, _)| *file == name && *what == made);
            match excuse.and_then(|at| named.get_mut(at)) {
                Some(times) if *times == 0 => *times = 1,
                _ => found.push(format!(
                    "{name}:{line} makes a {made}: ask the domain where it stands"
                )),
            }
        }
    }
    for ((file, what, _), _) in NAMED.iter().zip(named).filter(|(_, times)| *times == 0) {
        found.push(format!("{file} needs no exception for {what} any more"));
    }
    Ok(found)
}

/// Values that are made, with their lines.
fn made(text: &str) -> Vec<(usize, String)> {
    let code = code_of(text);
    let mut out = Vec::new();
    for of in TYPES {
        let mark = format!("{of}::");
        for (at, _) in code.match_indices(&mark) {
            let (before, rest) = code.split_at(at);
            let variant: String = rest
                .chars()
                .skip(mark.len())
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            // `ALL` is the list, and what begins small is a question.
            let is_variant = variant.starts_with(char::is_uppercase)
                && (variant.len() == 2 || variant.chars().any(char::is_lowercase));
            let after = rest.get(mark.len() + variant.len()..).unwrap_or_default();
            if is_variant && !belongs_to_another(before) && !is_looked_at(before, after) {
                let line = before.matches('\n').count() + 1;
                out.push((line, format!("{mark}{variant}")));
            }
        }
    }
    out.sort();
    out
}

/// The end of another word, or the stage of a conversation with a mail server.
fn belongs_to_another(before: &str) -> bool {
    before.ends_with(|c: char| c.is_alphanumeric() || c == '_') || before.ends_with("smtp::")
}

/// Whether a bar closes the arguments of a closure.
fn is_closure(before: &str) -> bool {
    let arguments = before
        .strip_suffix('|')
        .and_then(|rest| rest.rsplit_once('|'));
    arguments.is_some_and(|(call, names)| {
        !names.contains("::") && call.trim_end().ends_with(['(', ',', '='])
    })
}

/// Whether it stands in a pattern or a comparison.
fn is_looked_at(before: &str, after: &str) -> bool {
    let before = before.trim_end();
    let rest = past_fields(after).trim_start();
    let is_in_pattern = rest.starts_with("=>")
        || (rest.starts_with('|') && !rest.starts_with("||"))
        || (before.ends_with('|') && !before.ends_with("||") && !is_closure(before))
        || (rest.starts_with('=') && !rest.starts_with("=="))
        || rest.starts_with("if ");
    let statement = before.rsplit([';', '{', '}']).next().unwrap_or_default();
    let is_matched = statement
        .rsplit_once("matches!(")
        .is_some_and(|(_, inside)| inside.contains(',') && is_open(inside));
    let is_compared = before.ends_with("==")
        || before.ends_with("!=")
        || ((before.ends_with("Some(") || before.ends_with("Ok(")) && {
            let outer = before
                .trim_end_matches("Some(")
                .trim_end_matches("Ok(")
                .trim_end();
            outer.ends_with("==")
                || outer.ends_with("!=")
                || rest.trim_start_matches(')').trim_start().starts_with("=>")
        });
    is_in_pattern || is_matched || is_compared
}

/// Whether the bracket that stands before is open yet.
fn is_open(inside: &str) -> bool {
    let mut depth = 0_i32;
    inside.chars().all(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth >= 0
    })
}

/// What follows the fields of a variant.
fn past_fields(after: &str) -> &str {
    for (open, close) in [("(", ')'), (" {", '}')] {
        if let Some(rest) = after.strip_prefix(open) {
            return rest.split_once(close).map_or("", |(_, rest)| rest);
        }
    }
    after
}

#[cfg(test)]
mod checks {
    use super::made;

    #[test]
    fn a_planted_second_opinion_is_found() {
        for planted in [
            "let phase = if published { Phase::P3 } else { x };",
            "fn stage(&self) -> Stage {\n    Stage::Closed\n}",
            "Some(at) => BoardCell::AskedSilent { since: at },",
            "return Some(PublicLabel::Affected);",
            "let all = [ReportStage::Received];",
            "say(Cell::Seen)",
            "case.closed.map(|_| Stage::Closed)",
            "matches!(em, Em::Exited).then_some(Phase::P3)",
            "domain::coordination::case::Stage::Closed",
            "Some(Date::Ended(None))",
        ] {
            assert_eq!(made(planted).len(), 1, "{planted}");
        }
    }

    #[test]
    fn who_looks_at_an_answer_makes_none() {
        for fine in [
            "match stage {\n    Stage::Published | Stage::Closed => true,\n    Stage::Open if x => false,\n}",
            "Cell::AskedSilent { since } => days(since),",
            "matches!(line.stage, Stage::Published | Stage::Closed)",
            "matches!(\n    cell,\n    Cell::Seen\n)",
            "if stage == Stage::Closed {}",
            "parse(x) == Some(ReportStage::Received)",
            "Some(Stage::Closed) => 1,",
            "let all = Stage::ALL.map(Stage::word);",
            "outcome(smtp::Stage::Rcpt)",
            "Date::new(2026, 11, 21)",
            "// Phase::P3",
            "MyPhase::P3",
        ] {
            assert!(made(fine).is_empty(), "{fine}: {:?}", made(fine));
        }
    }
}
