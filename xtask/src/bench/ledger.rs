//! The ledger beside bare batched inserts, on both engines.
//!
//!     cargo xtask bench ledger [--rounds N]
//!
//! `noroshi measure` runs ours and the bare peer in turn, in one process and one
//! folder; here its figures meet their goals. The peer on PostgreSQL is one statement
//! over `unnest` with 32 rows: 32 single inserts would be eight times slower.

use super::measure::load;
use super::postgres::{self, Cluster};
use super::{at_least, at_most, install, logs, number, release_binary, verdict};
use crate::folder::Folder;
use crate::house::House;
use crate::problem::{Outcome, Problem};
use crate::run::{LONG, Log};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Alternating rounds of 1.5 s a side.
const ROUNDS: u32 = 5;
/// A lone append goes through the writer's thread or task and its chain; a wait for
/// others, up to 200 µs more, would more than double it.
const ALONE: f64 = 1.5;

/// What is measured, with the goals on SQLite and on PostgreSQL.
const THROUGHPUT: [(&str, [f64; 2]); 2] = [
    ("ledger-append", [0.6, 0.8]),
    ("ledger-command", [0.3, 0.3]),
];

/// Runs the bench.
pub fn run(house: &House, arguments: &[String]) -> Outcome<()> {
    let rounds = match arguments {
        [] => ROUNDS,
        [option, value] if option == "--rounds" => number(option, Some(value))?,
        _ => return Err(Problem::cannot_run("bench ledger [--rounds N]")),
    };
    let bin = postgres::binaries().ok_or_else(|| install(&["postgresql"]))?;
    let binary = release_binary(house)?;
    let log = Log::create(&logs(house), "ledger")?;
    let cluster = Cluster::start(&bin, &log)?;
    let scratch = Folder::make("noroshi-ledger")?;
    let address = cluster.address();
    let mut met = true;
    for (at, (engine, database)) in [("sqlite", None), ("postgres", Some(address.as_str()))]
        .into_iter()
        .enumerate()
    {
        let dir = scratch.path().join(engine);
        let noroshi = || command(&binary, &dir, database);
        log.run(noroshi().args(["init", "--replay"]), LONG)?;
        for (name, goals) in THROUGHPUT {
            let figures = measure(noroshi(), name, rounds, &log)?;
            println!(
                "{name}-{engine}: noroshi {:.0} rows/s, {:.1} us cpu a row; bare {:.0} rows/s, {:.1} us; load {}",
                figures.get("ours_per_s")?,
                figures.get("ours_cpu_us")?,
                figures.get("bare_per_s")?,
                figures.get("bare_cpu_us")?,
                load()
            );
            let ratio = figures.get("ratio")?;
            met &= at_least(&format!("{name}-{engine}"), ratio, goals[at]);
        }
        let figures = measure(noroshi(), "ledger-alone", rounds, &log)?;
        println!(
            "ledger-alone-{engine}: noroshi {:.0} us, bare commit of one row {:.0} us (p50); load {}",
            figures.get("ours_p50_us")?,
            figures.get("bare_p50_us")?,
            load()
        );
        let ratio = figures.get("ratio")?;
        met &= at_most(&format!("ledger-alone-{engine}"), ratio, ALONE);
    }
    verdict("ledger", met)
}

fn command(binary: &Path, dir: &Path, database: Option<&str>) -> Command {
    let mut command = Command::new(binary);
    command.env_remove("NOROSHI_DATABASE");
    command.arg("--dir").arg(dir);
    if let Some(database) = database {
        command.args(["--database", database]);
    }
    command
}

/// What `noroshi measure` printed.
#[derive(Debug)]
pub struct Figures(BTreeMap<String, f64>);

impl Figures {
    fn of(text: &str) -> Self {
        let pairs = text.lines().filter_map(|line| {
            let (name, value) = line.split_once('=')?;
            Some((name.trim().to_owned(), value.trim().parse::<f64>().ok()?))
        });
        Self(pairs.collect())
    }

    /// Returns a figure by name.
    pub fn get(&self, name: &str) -> Outcome<f64> {
        let found = self.0.get(name).copied().filter(|value| value.is_finite());
        found.ok_or_else(|| Problem::new(format!("`noroshi measure` did not print {name}")))
    }
}

/// Runs one measurement of the binary.
pub fn measure(mut command: Command, name: &str, rounds: u32, log: &Log) -> Outcome<Figures> {
    command.args(["measure", name, "--n", &rounds.to_string()]);
    let (status, text) = log.capture(&mut command, LONG)?;
    if !status.success() {
        let tail = log.tail();
        return Err(Problem::new(format!("measure {name}: {status}\n{tail}")));
    }
    Ok(Figures::of(&text))
}

#[cfg(test)]
mod checks {
    use super::Figures;

    #[test]
    fn printed_figures_are_read_and_missing_ones_are_said() {
        let figures = Figures::of("engine=SQLite\nratio=0.625\nour_us=NaN\n");
        let ratio = figures.get("ratio");
        assert!(ratio.is_ok_and(|ratio| (ratio - 0.625).abs() < f64::EPSILON));
        assert!(figures.get("engine").is_err());
        assert!(figures.get("our_us").is_err());
    }
}
