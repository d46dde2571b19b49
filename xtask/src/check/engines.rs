//! Both engines run every store function and every story.
//!
//! Each test with a module `store` or `story` in its path must exist twice, its
//! path ending in `::sqlite` and in `::postgres`. Ten smoke tests on the second
//! engine would look like two engines and be one.

use crate::house::House;
use crate::problem::{Context, Outcome, Problem};
use crate::run::{self, LONG, Log};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const ENGINES: [&str; 2] = ["sqlite", "postgres"];
const MODULES: [&str; 2] = ["store", "story"];

/// Lists the tests and compares the pairs.
pub fn pairs(house: &House, log: &Log) -> Outcome<String> {
    let mut command = run::linting(&house.root)?;
    command.args(["nextest", "list", "--workspace", "--locked"]);
    command.args(["--message-format", "json"]);
    let (status, text) = log.capture(&mut command, LONG)?;
    if !status.success() {
        return Err(Problem::new(format!(
            "listing the tests ended with {status}"
        )));
    }
    let start = text
        .find('{')
        .ok_or_else(|| Problem::new("nextest listed nothing"))?;
    let list: Value =
        serde_json::from_str(&text[start..]).context(|| "reading nextest's list".into())?;
    let (pairs, problems) = compare(&names(&list));
    if !problems.is_empty() {
        return Err(Problem::new(problems.join("\n")));
    }
    if pairs == 0 {
        return Err(Problem::new("no test lies below `store::` or `story::`"));
    }
    Ok(format!("{pairs} tests, each on both engines"))
}

fn names(list: &Value) -> Vec<String> {
    let suites = list["rust-suites"].as_object().into_iter().flatten();
    suites
        .flat_map(|(binary, suite)| {
            let cases = suite["testcases"].as_object().into_iter().flatten();
            cases.map(move |(name, _)| format!("{binary} {name}"))
        })
        .collect()
}

/// Returns the number of pairs and one sentence for each test without its twin.
fn compare(names: &[String]) -> (usize, Vec<String>) {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut problems = Vec::new();
    for name in names {
        let path = name.split_once(' ').map_or(name.as_str(), |(_, path)| path);
        let modules: Vec<&str> = path.split("::").collect();
        let (_, above) = modules.split_last().unwrap_or((&"", &[]));
        if !above.iter().any(|module| MODULES.contains(module)) {
            continue;
        }
        match name.rsplit_once("::") {
            Some((test, engine)) if ENGINES.contains(&engine) => {
                found.entry(test).or_default().insert(engine);
            }
            _ => problems.push(format!("{name} ends in neither ::sqlite nor ::postgres")),
        }
    }
    for (test, engines) in &found {
        for engine in ENGINES.iter().filter(|engine| !engines.contains(*engine)) {
            problems.push(format!("{test} does not run on {engine}"));
        }
    }
    (found.len(), problems)
}

#[cfg(test)]
mod checks {
    use super::compare;

    #[test]
    fn a_test_on_one_engine_only_is_named() {
        let names = [
            "a store::ledger::appends::sqlite",
            "a store::ledger::appends::postgres",
            "a story::lonely::sqlite",
            "a pure::adds",
        ]
        .map(str::to_owned);
        let (pairs, problems) = compare(&names);
        assert_eq!(pairs, 2);
        assert_eq!(problems, ["a story::lonely does not run on postgres"]);
        assert_eq!(compare(&["a story::bare".to_owned()]).1.len(), 1);
    }
}
