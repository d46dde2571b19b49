//! `cargo xtask fuzz`: the readers of foreign bytes, fed by libFuzzer with the stable compiler.
//!
//! The targets are a workspace of their own with a build folder of their own, for they
//! are built with flags that count which branches an input takes; [`FLAGS`] hands them
//! to LLVM, and no nightly compiler and no sanitizer is needed. Rust's own checks find
//! the panics; overflows are checked. Each run begins with the kept corpus and with
//! what earlier runs found below target/fuzz. fuzz/README.md tells how to add a target.

use crate::house::{House, files_below, has_extension, program, read_text};
use crate::lock;
use crate::problem::{Context, Outcome, Problem};
use crate::run::{self, LONG, Log};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

/// How long each target runs in `check --all`.
pub const IN_CHECK: Duration = Duration::from_secs(10);
/// How long all targets together run when nobody says otherwise.
const ALONE: Duration = Duration::from_secs(10 * 60);
/// How many targets run at once: a core each of the two that a check may count on.
const AT_ONCE: usize = 2;
/// An input that keeps a reader busy for longer is a finding.
const INPUT_SECONDS_MAX: u32 = 30;
/// Memory past which an input is a finding, in MiB.
const MEMORY_MAX: u32 = 2048;
/// How long a run may last beyond its time: libFuzzer ends after the input at hand.
const GRACE: Duration = Duration::from_secs(120);

/// What counts branches and compares, as `rustc` passes it on to LLVM. libFuzzer reads
/// the counters; without them it would only guess.
const FLAGS: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];
/// Cargo's separator between flags in one variable.
const FLAG_SEPARATOR: &str = "\u{1f}";
/// What libFuzzer says when it has found the counters.
const SEES: &str = "inline 8-bit counters";
const RENEW: &str =
    "cp Cargo.lock fuzz/Cargo.lock && cargo update --workspace --manifest-path fuzz/Cargo.toml";

/// Runs the targets that the command line names, or all.
pub fn run(arguments: &[String]) -> Outcome<()> {
    let house = House::find()?;
    let declared = declared(&house)?;
    let wish = Wish::read(arguments, &declared)?;
    let log = Log::create(&house.results(), "fuzz")?;
    println!("{}", feed(&house, &log, &wish.targets, wish.each)?);
    Ok(())
}

/// Runs every target for so long each.
pub fn all(house: &House, log: &Log, each: Duration) -> Outcome<String> {
    feed(house, log, &declared(house)?, each)
}

struct Wish {
    targets: Vec<String>,
    each: Duration,
}

impl Wish {
    fn read(arguments: &[String], declared: &[String]) -> Outcome<Self> {
        let mut targets = Vec::new();
        let mut seconds = None;
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            if argument == "--seconds" {
                let number = rest.next().and_then(|number| number.parse::<u64>().ok());
                seconds = Some(
                    number
                        .filter(|number| *number > 0)
                        .ok_or_else(|| Problem::cannot_run("--seconds wants a number"))?,
                );
            } else if declared.contains(argument) {
                targets.push(argument.clone());
            } else {
                return Err(Problem::cannot_run(format!(
                    "fuzz has no target {argument}; there are: {}",
                    declared.join(", ")
                )));
            }
        }
        if targets.is_empty() {
            targets = declared.to_vec();
        }
        let rounds = u64::try_from(targets.len().div_ceil(AT_ONCE)).unwrap_or(1);
        let each = seconds.unwrap_or_else(|| (ALONE.as_secs() / rounds.max(1)).max(1));
        Ok(Self {
            targets,
            each: Duration::from_secs(each),
        })
    }
}

/// Builds the targets and runs each; all of them speak before the first failure counts.
fn feed(house: &House, log: &Log, targets: &[String], each: Duration) -> Outcome<String> {
    if program("c++").is_none() {
        return Err(Problem::cannot_run(
            "missing: a C++ compiler for libFuzzer\nrun: apt-get install -y --no-install-recommends g++",
        ));
    }
    lock_fits(house, log)?;
    let built = build(house, log, targets)?;
    let mut inputs = 0;
    let mut problems = Vec::new();
    // A target keeps one core busy, so as many run at once as the machine is asked to have.
    for pair in targets.chunks(AT_ONCE) {
        println!("  {}, {} s", pair.join(" and "), each.as_secs());
        for (target, ended) in pair.iter().zip(side_by_side(house, &built, pair, each)) {
            match ended {
                Ok(count) => inputs += count,
                Err(problem) => problems.push(format!("{target}: {problem}")),
            }
        }
    }
    if problems.is_empty() {
        return Ok(format!(
            "{} targets, {} s each, {inputs} inputs",
            targets.len(),
            each.as_secs()
        ));
    }
    Err(Problem::new(problems.join("\n")))
}

/// Runs these targets at once, each with a log of its own.
fn side_by_side(
    house: &House,
    built: &Path,
    targets: &[String],
    each: Duration,
) -> Vec<Outcome<u64>> {
    thread::scope(|scope| {
        let running: Vec<_> = targets
            .iter()
            .map(|target| {
                scope.spawn(move || {
                    let log = Log::create(&house.results(), &format!("fuzz-{target}"))?;
                    Target::new(house, built, target).feed(&log, each)
                })
            })
            .collect();
        let ended = running.into_iter().map(|run| run.join());
        ended
            .map(|run| run.unwrap_or_else(|_| Err(Problem::new("it broke off"))))
            .collect()
    })
}

/// Looks whether the targets are built from what the product is built from: a dependency that is new there and unknown here
/// would be found by the next long check only.
pub fn lock_fits(house: &House, log: &Log) -> Outcome<()> {
    let strays = strays(
        &read_text(&house.root.join("Cargo.lock"))?,
        &read_text(&house.root.join("fuzz/Cargo.lock"))?,
    );
    if !strays.is_empty() {
        return Err(Problem::new(format!(
            "fuzz/Cargo.lock has other versions than the product ({})\nrun: {RENEW}",
            strays.join(", ")
        )));
    }
    let platform = run::platform(log)?;
    let mut fetch = run::cargo(&house.root.join("fuzz"));
    fetch.args(["fetch", "--locked", "--target", &platform]);
    if !log.status(&mut fetch, LONG)?.success() {
        return Err(Problem::new(format!(
            "fuzz/Cargo.lock does not fit, or a package cannot be had\nrun: {RENEW}"
        )));
    }
    Ok(())
}

/// Builds the targets and returns the folder of their programs.
fn build(house: &House, log: &Log, targets: &[String]) -> Outcome<PathBuf> {
    let platform = run::platform(log)?;
    let folder = house.target.join("fuzz");
    let mut cargo = run::cargo(&house.root.join("fuzz"));
    cargo.args(["build", "--locked", "--target", &platform]);
    cargo.arg("--target-dir").arg(&folder);
    for target in targets {
        cargo.args(["--bin", target]);
    }
    // Naming the platform keeps the flags away from build scripts and macros.
    cargo.env_remove("RUSTFLAGS");
    cargo.env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join(FLAG_SEPARATOR));
    log.run(&mut cargo, LONG)?;
    Ok(folder.join(platform).join("debug"))
}

struct Target<'a> {
    name: &'a str,
    program: PathBuf,
    /// What stands in the repository: read, never written.
    kept: PathBuf,
    /// What runs have found to be worth keeping, from run to run.
    grown: PathBuf,
    /// Inputs at which a reader fell over.
    findings: PathBuf,
}

impl<'a> Target<'a> {
    fn new(house: &House, built: &Path, name: &'a str) -> Self {
        Self {
            name,
            program: built.join(name),
            kept: house.root.join("fuzz/corpus").join(name),
            grown: house.target.join("fuzz/corpus").join(name),
            findings: house.target.join("fuzz/findings").join(name),
        }
    }

    /// Runs the target and returns how many inputs it took.
    fn feed(&self, log: &Log, time: Duration) -> Outcome<u64> {
        for folder in [&self.grown, &self.findings] {
            fs::create_dir_all(folder).context(|| format!("making {}", folder.display()))?;
        }
        if !self.kept.is_dir() || files_below(&self.kept)?.is_empty() {
            return Err(Problem::new(format!(
                "fuzz/corpus/{} holds no input to begin with",
                self.name
            )));
        }
        let mut command = Command::new(&self.program);
        command.arg(&self.grown).arg(&self.kept);
        command.args([
            format!("-max_total_time={}", time.as_secs()),
            format!("-timeout={INPUT_SECONDS_MAX}"),
            format!("-rss_limit_mb={MEMORY_MAX}"),
            format!("-artifact_prefix={}/", self.findings.display()),
            "-print_final_stats=1".to_owned(),
        ]);
        let status = log.status(&mut command, time + GRACE)?;
        let text = log.text()?;
        let said = text.as_str();
        if !status.success() {
            return Err(Problem::new(match finding(said) {
                Some(finding) => format!(
                    "falls over an input\nto see it again: {} {finding}\nonce it is mended: put the input into fuzz/corpus/{}",
                    self.program.display(),
                    self.name
                ),
                None => format!("ended with {status}"),
            }));
        }
        if !said.contains(SEES) {
            return Err(Problem::new(
                "ran without counting branches: the compiler does not heed the flags of xtask/src/fuzz.rs",
            ));
        }
        inputs(said).ok_or_else(|| Problem::new("did not say how many inputs it took"))
    }
}

/// Returns the targets of fuzz/Cargo.toml; each file must be one, or nobody would run it.
fn declared(house: &House) -> Outcome<Vec<String>> {
    let declared = names(&read_text(&house.root.join("fuzz/Cargo.toml"))?);
    for file in files_below(&house.root.join("fuzz/fuzz_targets"))? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        if has_extension(&file, "rs") && !declared.iter().any(|known| *known == name) {
            return Err(Problem::new(format!(
                "fuzz/Cargo.toml does not declare the target {name}"
            )));
        }
    }
    if declared.is_empty() {
        return Err(Problem::new("fuzz/Cargo.toml declares no target"));
    }
    Ok(declared)
}

/// Finds the first `name = "…"` behind each `[[bin]]`.
fn names(manifest: &str) -> Vec<String> {
    manifest
        .split("[[bin]]")
        .skip(1)
        .filter_map(|table| {
            let line = table
                .lines()
                .find_map(|line| line.strip_prefix("name = \""))?;
            line.strip_suffix('"').map(str::to_owned)
        })
        .collect()
}

/// Finds what the targets would be built with and the product is not: a package in another version.
fn strays(product: &str, fuzz: &str) -> Vec<String> {
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for locked in lock::read(product) {
        versions
            .entry(locked.name)
            .or_default()
            .push(locked.version);
    }
    lock::read(fuzz)
        .into_iter()
        .filter(|locked| {
            versions
                .get(&locked.name)
                .is_some_and(|known| !known.contains(&locked.version))
        })
        .map(|locked| format!("{} {}", locked.name, locked.version))
        .collect()
}

/// Finds where libFuzzer has put the input at which the target fell over; a slow one is put away and told likewise,
/// and fails nothing.
fn finding(said: &str) -> Option<&str> {
    said.lines()
        .filter_map(|line| line.split_once("Test unit written to "))
        .map(|(_, path)| path.trim())
        .find(|path| !path.contains("/slow-unit-"))
}

/// Finds libFuzzer's own count of the inputs.
fn inputs(said: &str) -> Option<u64> {
    said.lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))
        .and_then(|number| number.trim().parse().ok())
}

#[cfg(test)]
mod checks {
    use super::{Wish, finding, inputs, names, strays};

    #[test]
    fn targets_are_those_of_the_manifest() {
        let manifest = "[package]\nname = \"noroshi-fuzz\"\n[[bin]]\nname = \"reply\"\npath = \"a.rs\"\n\n[[bin]]\n\
                        name = \"letter\"\n";
        assert_eq!(names(manifest), ["reply", "letter"]);
        assert!(names("[package]\nname = \"x\"\n").is_empty());
    }

    #[test]
    fn ten_minutes_are_shared_unless_seconds_are_said() {
        let declared = ["reply", "letter", "words"].map(str::to_owned);
        let read = |line: &[&str]| {
            let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
            Wish::read(&line, &declared)
                .map(|wish| (wish.targets.join(" "), wish.each.as_secs()))
                .map_err(|problem| problem.code())
        };
        assert_eq!(read(&[]), Ok(("reply letter words".to_owned(), 300)));
        assert_eq!(
            read(&["reply", "letter"]),
            Ok(("reply letter".to_owned(), 600)),
            "two run at once"
        );
        assert_eq!(read(&["letter"]), Ok(("letter".to_owned(), 600)));
        assert_eq!(
            read(&["letter", "--seconds", "5"]),
            Ok(("letter".to_owned(), 5))
        );
        assert_eq!(read(&["nothing"]), Err(2));
        assert_eq!(read(&["--seconds", "0"]), Err(2));
        assert_eq!(read(&["--seconds"]), Err(2));
    }

    #[test]
    fn another_version_than_the_products_is_named_and_the_fuzzers_own_packages_are_not() {
        let package = |name: &str, version: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n")
        };
        let product = package("sha2", "0.10.9") + &package("sha2", "0.11.1");
        let fuzz = package("sha2", "0.11.1") + &package("libfuzzer-sys", "0.4.13");
        assert!(strays(&product, &fuzz).is_empty());
        let fuzz = fuzz + &package("sha2", "0.10.8");
        assert_eq!(strays(&product, &fuzz), ["sha2 0.10.8"]);
    }

    #[test]
    fn what_libfuzzer_prints_is_read() {
        let said = "thread panicked\nartifact_prefix='a/'; Test unit written to a/crash-0e\n\
                    stat::number_of_executed_units: 3625\nstat::average_exec_per_sec:     0\n";
        assert_eq!(finding(said), Some("a/crash-0e"));
        assert_eq!(inputs(said), Some(3625));
        assert_eq!(finding("Done 12 runs"), None);
        assert_eq!(finding("Test unit written to a/slow-unit-1"), None);
        assert_eq!(inputs("Done 12 runs"), None);
    }
}
