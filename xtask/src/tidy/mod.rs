//! Our own rules about our own files, each with a name, each in one function.
//!
//! They guard what the compiler cannot: that ARCHITECTURE.md tells the truth, that
//! both languages are complete, that migrations are only ever added, that a reference
//! leads somewhere. A rule returns sentences; no sentence means that it holds. Nothing
//! here changes a file.

mod apart;
mod bodies;
mod catalogues;
mod decided;
mod erasure;
mod files;
mod graph;
mod kinds;
mod migrations;
mod nouns;
mod paths;
#[cfg(test)]
mod planted;
mod promises;
mod references;
mod roles;
mod serde_use;
mod standing;

use crate::house::House;
use crate::problem::{Context, Outcome, Problem};
use crate::run::{self, Log};
use serde_json::Value;

/// The rooms of each ordered crate, earlier first, as ARCHITECTURE.md gives them.
pub use nouns::order_of as rooms;

/// Sentences about what does not hold.
type Findings = Outcome<Vec<String>>;

/// Runs the rules alone, on the screen.
pub fn run(arguments: &[String]) -> Outcome<()> {
    if let Some(argument) = arguments.first() {
        return Err(Problem::cannot_run(format!(
            "tidy has no option {argument}"
        )));
    }
    let house = House::find()?;
    let log = Log::create(&house.results(), "tidy")?;
    println!("{}", all(&house, &log)?);
    Ok(())
}

/// Runs every rule; all of them speak before the first failure counts.
pub fn all(house: &House, log: &Log) -> Outcome<String> {
    let own = metadata(house, log, &["--no-deps"])?;
    let rules: [(&str, Findings); 20] = [
        ("length", files::length(house)),
        ("base", files::base(house)),
        ("heads", files::heads(house)),
        ("attributes", files::attributes(house)),
        ("words", files::words(house)),
        ("graph", graph::compare(house, &own)),
        ("nouns", nouns::ordered(house)),
        ("apart", apart::from_the_store(house)),
        ("kinds", kinds::typed(house)),
        ("bodies", bodies::by_the_gate(house)),
        ("catalogues", catalogues::equal_keys(house)),
        ("migrations", migrations::only_added(house, log)),
        ("serde", serde_use::in_domain(house)),
        ("paths", paths::exist(house)),
        ("promises", promises::kept(house)),
        ("references", references::lead_somewhere(house)),
        ("roles", roles::in_one_table(house)),
        ("decided", decided::in_domain(house)),
        ("standing", standing::in_domain(house)),
        ("erasure", erasure::of_every_path(house)),
    ];
    let count = rules.len();
    let mut found = Vec::new();
    for (name, findings) in rules {
        match findings {
            Ok(sentences) => {
                log.say(&format!("{name}: {} findings", sentences.len()))?;
                found.extend(sentences.into_iter().map(|s| format!("tidy {name}: {s}")));
            }
            Err(problem) => found.push(format!("tidy {name}: {problem}")),
        }
    }
    if found.is_empty() {
        return Ok(format!("{count} rules hold"));
    }
    Err(Problem::new(found.join("\n")))
}

/// Asks cargo what the workspace is made of.
pub fn metadata(house: &House, log: &Log, arguments: &[&str]) -> Outcome<Value> {
    let mut command = run::cargo(&house.root);
    command.args(["metadata", "--format-version", "1", "--locked"]);
    let output = command
        .args(arguments)
        .output()
        .context(|| "running cargo metadata".into())?;
    log.say(&String::from_utf8_lossy(&output.stderr))?;
    if !output.status.success() {
        return Err(Problem::new(format!(
            "cargo metadata ended with {}",
            output.status
        )));
    }
    serde_json::from_slice(&output.stdout).context(|| "reading cargo metadata".into())
}
