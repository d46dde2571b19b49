//! `cargo xtask check`: everything that must hold, in order, with its seconds.
//!
//! Each step writes target/check/STEP.log. A step that cannot run because an
//! earlier one failed counts as failed; none is passed over in silence. Setting up
//! comes first: what is missing is named, and installed only with `--install` (or
//! CI=true). `--quick` has steps of its own, which need no setting up. Start reading at
//! `Steps`; the steps themselves are one file each.

mod audit;
mod demo;
mod dependencies;
mod engines;
mod judge;
mod memory;
pub mod postgres;
mod quick;
pub mod setup;
mod slices;
mod tests;
mod whole;

use crate::fuzz;
use crate::house::House;
use crate::problem::{Context, Outcome, Problem};
use crate::run::{self, LONG, Log};
use crate::tidy;
use crate::walk;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};
use tests::Tally;

/// The steps, in their order.
const STEPS: [&str; 18] = [
    "setup",
    "fmt",
    "clippy",
    "tidy",
    "dependencies",
    "tests",
    "engines",
    "build",
    "demo",
    "judges",
    "audit",
    "walk",
    "replay",
    "crash",
    "slices",
    "documentation",
    "sbom",
    "fuzz",
];
/// Steps that others need: they are not left out.
const NEEDED: [&str; 3] = ["setup", "build", "demo"];

/// What the command line asked for.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    install: bool,
    all: bool,
    quick: bool,
    /// Steps that are asked for by name; without any, all of them.
    only: Vec<String>,
}

impl Wish {
    fn read(arguments: &[String]) -> Outcome<Self> {
        let mut wish = Self {
            install: std::env::var("CI").is_ok_and(|ci| ci == "true"),
            all: false,
            quick: false,
            only: Vec::new(),
        };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--step" => {
                    let name = arguments
                        .next()
                        .filter(|name| STEPS.contains(&name.as_str()));
                    let name = name.ok_or_else(|| {
                        Problem::cannot_run(format!("--step takes one of {}", STEPS.join(", ")))
                    })?;
                    wish.only.push(name.clone());
                    wish.all = true;
                }
                "--install" => wish.install = true,
                "--all" => wish.all = true,
                "--quick" => wish.quick = true,
                other => return Err(Problem::cannot_run(format!("check has no option {other}"))),
            }
        }
        if wish.all && wish.quick {
            return Err(Problem::cannot_run(
                "--all or --step, and --quick, are two checks",
            ));
        }
        Ok(wish)
    }
}

/// Runs the check.
pub fn run(arguments: &[String]) -> Outcome<()> {
    let wish = Wish::read(arguments)?;
    let house = House::find()?;
    if wish.quick {
        return quick::run(&house);
    }
    if let Some(ended) = memory::again(arguments) {
        return ended;
    }
    let mut steps = Steps::begin(&house)?;
    steps.only.clone_from(&wish.only);
    steps.step("setup", |log| setup::prepare(&house, log, &wish));
    if steps.failed() {
        return steps.close(&Tally::default());
    }

    steps.step("fmt", |log| {
        let mut command = run::cargo(&house.root);
        log.run(command.args(["fmt", "--all", "--check"]), LONG)?;
        done()
    });
    steps.step("clippy", |log| {
        everything(&house, log)?;
        done()
    });
    steps.step("tidy", |log| tidy::all(&house, log));
    steps.step("dependencies", |log| dependencies::judged(&house, log));

    let mut tally = Tally::default();
    steps.step("tests", |log| tests::run(&house, log, &mut tally));
    steps.step("engines", |log| engines::pairs(&house, log));
    let built = steps.step("build", |log| {
        // The program stands there already: built alone it would be compiled anew, with fewer features of what it uses.
        everything(&house, log)?;
        done()
    });

    page_steps(&mut steps, &house, &wish, built);
    if wish.all {
        steps.step("replay", |log| {
            require(built, "build")?;
            whole::replay(&house, log)
        });
        steps.step("crash", |log| whole::crash(&house, log));
        steps.step("slices", |log| slices::all(&house, log));
        steps.step("documentation", |log| slices::documentation(&house, log));
        steps.step("sbom", |log| dependencies::listed(&house, log));
        steps.step("fuzz", |log| fuzz::all(&house, log, fuzz::IN_CHECK));
    }
    steps.close(&tally)
}

/// Lints and builds all that is ours, the program with it.
fn everything(house: &House, log: &Log) -> Outcome<()> {
    let mut command = run::linting(&house.root)?;
    command.args([
        "test",
        "--workspace",
        "--all-targets",
        "--no-run",
        "--locked",
    ]);
    log.run(&mut command, LONG)
}

/// What looks at pages: the demonstration's tree by judges, its pages by the audit, a house of its own by the walks.
fn page_steps(steps: &mut Steps<'_>, house: &House, wish: &Wish, built: bool) {
    let mut demo = None;
    steps.step("demo", |log| {
        require(built, "build")?;
        let started = demo::Demo::start(house, log)?;
        let said = started.base.clone();
        demo = Some(started);
        Ok(said)
    });
    steps.step("judges", |log| {
        let demo = demo.as_ref().ok_or_else(|| needs("demo"))?;
        judge::tree(house, log, &demo.public())
    });
    // Both wait for browsers and instants more than they reckon.
    steps.pair(
        ("audit", |_: &Log| {
            let demo = demo.as_ref().ok_or_else(|| needs("demo"))?;
            audit::pages(house, demo, wish.all)
        }),
        ("walk", |log: &Log| {
            require(built, "build")?;
            walk::all(house, log, &walk::Wish::whole(wish.all))
        }),
    );
}

fn require(passed: bool, step: &str) -> Outcome<()> {
    if passed { Ok(()) } else { Err(needs(step)) }
}

fn needs(step: &str) -> Problem {
    Problem::new(format!("not run: it needs the step `{step}`, which failed"))
}

fn done() -> Outcome<String> {
    Ok(String::new())
}

/// The steps so far, printed as they go and once more in a table.
struct Steps<'a> {
    house: &'a House,
    begun: Instant,
    rows: Vec<Row>,
    /// What alone is run, beside what it needs; all of them, if nothing is named.
    only: Vec<String>,
}

struct Row {
    name: &'static str,
    seconds: f64,
    verdict: Outcome<String>,
}

impl Row {
    /// Does the work of a step and says how it ended.
    fn of(house: &House, name: &'static str, work: impl FnOnce(&Log) -> Outcome<String>) -> Self {
        let begun = Instant::now();
        let log = Log::create(&house.results(), name);
        let verdict = log.as_ref().map_err(Clone::clone).and_then(work);
        let seconds = begun.elapsed().as_secs_f64();
        match &verdict {
            Ok(said) => println!("{}", format!("{name} ok, {seconds:.1} s {said}").trim_end()),
            Err(problem) => {
                if let Ok(log) = &log {
                    println!("{}", log.tail());
                    println!("(the whole log: {})", log.path().display());
                }
                println!("{name} FAILED, {seconds:.1} s: {problem}");
            }
        }
        Self {
            name,
            seconds,
            verdict,
        }
    }

    /// A step whose thread ended before it.
    fn broken_off(name: &'static str) -> Self {
        println!("{name} FAILED: it broke off");
        Self {
            name,
            seconds: 0.0,
            verdict: Err(Problem::new("it broke off")),
        }
    }
}

impl<'a> Steps<'a> {
    fn begin(house: &'a House) -> Outcome<Self> {
        let results = house.results();
        if results.exists() {
            fs::remove_dir_all(&results).context(|| format!("clearing {}", results.display()))?;
        }
        fs::create_dir_all(&results).context(|| format!("making {}", results.display()))?;
        Ok(Self {
            house,
            begun: Instant::now(),
            rows: Vec::new(),
            only: Vec::new(),
        })
    }

    /// Runs one step and tells whether it passed. One that was left out by name stands in no one's way.
    fn step(&mut self, name: &'static str, work: impl FnOnce(&Log) -> Outcome<String>) -> bool {
        if !self.wants(name) {
            return true;
        }
        println!("{name} …");
        let row = Row::of(self.house, name, work);
        let passed = row.verdict.is_ok();
        self.rows.push(row);
        passed
    }

    /// Runs two steps beside each other; one that was left out by name leaves the other alone.
    fn pair(
        &mut self,
        (one, its): (&'static str, impl FnOnce(&Log) -> Outcome<String> + Send),
        (other, others): (&'static str, impl FnOnce(&Log) -> Outcome<String> + Send),
    ) {
        if !self.wants(one) || !self.wants(other) {
            self.step(one, its);
            self.step(other, others);
            return;
        }
        println!("{one} and {other} …");
        let house = self.house;
        let rows = thread::scope(|scope| {
            let beside = scope.spawn(|| Row::of(house, one, its));
            let second = Row::of(house, other, others);
            let first = beside.join().unwrap_or_else(|_| Row::broken_off(one));
            [first, second]
        });
        self.rows.extend(rows);
    }

    /// Whether the command line left this step in.
    fn wants(&self, name: &str) -> bool {
        self.only.is_empty()
            || NEEDED.contains(&name)
            || self.only.iter().any(|wanted| wanted == name)
    }

    fn failed(&self) -> bool {
        self.rows.iter().any(|row| row.verdict.is_err())
    }

    /// Prints the table, then the test runner's own closing lines.
    fn close(&self, tally: &Tally) -> Outcome<()> {
        println!("\n| step    | seconds | verdict |\n|---------|--------:|---------|");
        for row in &self.rows {
            let verdict = match &row.verdict {
                Ok(said) if said.is_empty() => "ok".to_owned(),
                Ok(said) if said.starts_with("not run") => said.clone(),
                Ok(said) => format!("ok: {said}"),
                Err(problem) => format!("FAILED: {}", first_line(&problem.to_string())),
            };
            println!("| {:7} | {:7.1} | {verdict} |", row.name, row.seconds);
        }
        println!("| all     | {:7.1} | |", self.elapsed().as_secs_f64());
        let failed: Vec<&str> = self
            .rows
            .iter()
            .filter(|row| row.verdict.is_err())
            .map(|row| row.name)
            .collect();
        if !failed.is_empty() {
            println!("\ncheck: these steps failed: {}", failed.join(", "));
        }
        if !self.only.is_empty() {
            println!("\ncheck: only {} and what it needs", self.only.join(", "));
        }
        tally.print();
        if failed.is_empty() {
            Ok(())
        } else {
            Err(Problem::told())
        }
    }

    fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod checks {
    use super::*;

    fn read(words: &[&str]) -> Outcome<Wish> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        Wish::read(&words)
    }

    #[test]
    fn a_step_is_asked_for_by_its_name() {
        let wish = read(&["--step", "fuzz", "--step", "walk"]).unwrap();
        assert_eq!(wish.only, ["fuzz", "walk"]);
        assert!(wish.all, "a step of the longer check may be asked for");
        for wrong in [
            vec!["--step"],
            vec!["--step", "fizz"],
            vec!["--step", "fuzz", "--quick"],
        ] {
            assert!(read(&wrong).is_err(), "{wrong:?}");
        }
        assert!(read(&[]).unwrap().only.is_empty());
    }
}
