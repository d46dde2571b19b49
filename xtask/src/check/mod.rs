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
use std::time::{Duration, Instant};
use tests::Tally;

/// What the command line asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish {
    install: bool,
    all: bool,
    quick: bool,
}

impl Wish {
    fn read(arguments: &[String]) -> Outcome<Self> {
        let mut wish = Self {
            install: std::env::var("CI").is_ok_and(|ci| ci == "true"),
            all: false,
            quick: false,
        };
        for argument in arguments {
            match argument.as_str() {
                "--install" => wish.install = true,
                "--all" => wish.all = true,
                "--quick" => wish.quick = true,
                other => return Err(Problem::cannot_run(format!("check has no option {other}"))),
            }
        }
        if wish.all && wish.quick {
            return Err(Problem::cannot_run("--all and --quick are two checks"));
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
    let mut steps = Steps::begin(&house)?;
    steps.step("setup", |log| setup::prepare(&house, log, wish));
    if steps.failed() {
        return steps.close(&Tally::default());
    }

    steps.step("fmt", |log| {
        let mut command = run::cargo(&house.root);
        log.run(command.args(["fmt", "--all", "--check"]), LONG)?;
        done()
    });
    steps.step("clippy", |log| {
        let mut command = run::linting(&house.root)?;
        command.args([
            "test",
            "--workspace",
            "--all-targets",
            "--no-run",
            "--locked",
        ]);
        log.run(&mut command, LONG)?;
        done()
    });
    steps.step("tidy", |log| tidy::all(&house, log));
    steps.step("dependencies", |log| dependencies::judged(&house, log));

    let mut tally = Tally::default();
    steps.step("tests", |log| tests::run(&house, log, &mut tally));
    steps.step("engines", |log| engines::pairs(&house, log));
    let built = steps.step("build", |log| {
        let mut command = run::linting(&house.root)?;
        log.run(command.args(["build", "--locked", "-p", "noroshi"]), LONG)?;
        done()
    });

    demo_steps(&mut steps, &house, wish, built);
    steps.step("walk", |log| {
        require(built, "build")?;
        walk::all(&house, log, &walk::Wish::whole(wish.all))
    });
    if wish.all {
        steps.step("replay", |log| {
            require(built, "build")?;
            whole::replay(&house, log)
        });
        steps.step("crash", |log| whole::crash(&house, log));
        steps.step("slices", |log| slices::of_the_engine(&house, log));
        steps.step("sbom", |log| dependencies::listed(&house, log));
        steps.step("fuzz", |log| fuzz::all(&house, log, fuzz::IN_CHECK));
    }
    steps.close(&tally)
}

fn demo_steps(steps: &mut Steps<'_>, house: &House, wish: Wish, built: bool) {
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
    steps.step("audit", |log| {
        let demo = demo.as_ref().ok_or_else(|| needs("demo"))?;
        audit::pages(house, log, demo, wish.all)
    });
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
}

struct Row {
    name: &'static str,
    seconds: f64,
    verdict: Outcome<String>,
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
        })
    }

    /// Runs one step and tells whether it passed.
    fn step(&mut self, name: &'static str, work: impl FnOnce(&Log) -> Outcome<String>) -> bool {
        println!("{name} …");
        let begun = Instant::now();
        let log = Log::create(&self.house.results(), name);
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
        self.rows.push(Row {
            name,
            seconds,
            verdict,
        });
        !self.failed_last()
    }

    fn failed_last(&self) -> bool {
        self.rows.last().is_some_and(|row| row.verdict.is_err())
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
