//! The tests, on both engines, and their count.
//!
//! nextest runs every test in a process of its own; doc tests come after it. The
//! closing lines are printed again at the very end of the check, where people and
//! runners look for them.

use super::postgres::Cluster;
use crate::house::House;
use crate::problem::{Outcome, Problem};
use crate::run::{self, LONG, Log};

/// Tests at once. More than two cores have, as most of a story is waiting: for an instant, a lease, a process.
const SIDE_BY_SIDE: &str = "4";

/// What the runners counted, and nextest's own closing line.
#[derive(Debug, Default)]
pub struct Tally {
    summary: Option<String>,
    passed: u64,
    failed: u64,
    /// What has failed, by name.
    names: Vec<String>,
}

impl Tally {
    /// Prints nextest's summary and, last and alone, the count with the doc tests.
    pub fn print(&self) {
        if !self.names.is_empty() {
            println!();
        }
        for name in &self.names {
            println!("failed: {name}");
        }
        match &self.summary {
            Some(summary) => println!("\n{summary}"),
            None if self.passed + self.failed == 0 => println!("\nno test was run"),
            None => println!(),
        }
        println!("{} passed, {} failed", self.passed, self.failed);
    }

    /// Takes nextest's `Summary [ 1.2s] 12 tests run: 11 passed (1 slow), 1 failed, 0 skipped`.
    fn add_nextest(&mut self, log: &str) {
        let plain = without_colours(log);
        let Some(line) = plain
            .lines()
            .rfind(|line| line.trim_start().starts_with("Summary ["))
        else {
            return;
        };
        let counts = line.split_once(" run: ").map_or("", |(_, counts)| counts);
        self.passed += count(counts, "passed");
        self.failed += ["failed", "timed out", "exec failed"]
            .iter()
            .map(|word| count(counts, word))
            .sum::<u64>();
        self.summary = Some(line.trim().to_owned());
    }

    /// Takes each `test result: ok. 3 passed; 0 failed; …` of cargo's own runner.
    fn add_closing_lines(&mut self, log: &str) {
        let plain = without_colours(log);
        for line in plain
            .lines()
            .filter(|line| line.starts_with("test result:"))
        {
            let counts = line.replace(';', ",").replace(". ", ", ");
            self.passed += count(&counts, "passed");
            self.failed += count(&counts, "failed");
        }
    }
}

/// Takes the closing lines of whichever runner ran; returns how many tests have passed.
pub fn add_own_runner(tally: &mut Tally, log: &str, is_nextest: bool) -> u64 {
    if is_nextest {
        tally.add_nextest(log);
    } else {
        tally.add_closing_lines(log);
    }
    tally.passed
}

/// Runs everything, doc tests even when a test has failed.
pub fn run(house: &House, log: &Log, tally: &mut Tally) -> Outcome<String> {
    let cluster = Cluster::start(log)?;
    let mut nextest = run::linting(&house.root)?;
    nextest.args([
        "nextest",
        "run",
        "--workspace",
        "--locked",
        "--no-fail-fast",
        "--test-threads",
        SIDE_BY_SIDE,
    ]);
    let tests = log.run(environment(&mut nextest, house, &cluster), LONG);
    let text = log.text()?;
    tally.add_nextest(&text);
    let failures = failures(&text);
    tally.names = failures
        .iter()
        .map(|failure| failure.name.clone())
        .collect();

    let mut doc = run::linting(&house.root)?;
    doc.args(["test", "--doc", "--workspace", "--locked", "--no-fail-fast"]);
    let docs = log.run(environment(&mut doc, house, &cluster), LONG);
    let later = log.text()?;
    tally.add_closing_lines(later.get(text.len()..).unwrap_or_default());

    // Last in the log, as its tail is what a failed step shows.
    for failure in &failures {
        log.say(&format!("\nfailed: {}\n{}", failure.name, failure.said))?;
    }
    tests?;
    docs?;
    if tally.passed == 0 {
        return Err(Problem::new("there is not one test"));
    }
    Ok(format!("{} passed", tally.passed))
}

/// Gives a test run the second engine and the judges' folder.
pub fn environment<'a>(
    command: &'a mut std::process::Command,
    house: &House,
    cluster: &Cluster,
) -> &'a mut std::process::Command {
    command
        .env("NOROSHI_TEST_PG", cluster.address())
        .env("NOROSHI_JUDGES", house.judges())
        .env("JUDGE_MODULES", house.judges())
}

/// A test that failed, and the last of what it said.
#[derive(Debug, PartialEq, Eq)]
struct Failure {
    name: String,
    said: String,
}

/// How many of its last lines are repeated of a test that failed.
const REPEATED: usize = 20;

/// Finds what has failed in nextest's words: each test stands once with its output, and once more below the summary.
fn failures(log: &str) -> Vec<Failure> {
    let plain = without_colours(log);
    let lines: Vec<&str> = plain.lines().collect();
    let summary = lines
        .iter()
        .rposition(|line| line.trim_start().starts_with("Summary ["))
        .unwrap_or(lines.len());
    let mut found: Vec<Failure> = Vec::new();
    for name in lines
        .iter()
        .skip(summary + 1)
        .filter_map(|line| verdict(line))
    {
        let begun = lines[..summary]
            .iter()
            .position(|line| verdict(line) == Some(name));
        let said: Vec<&str> = begun
            .map(|begun| &lines[begun + 1..summary])
            .unwrap_or_default()
            .iter()
            .take_while(|line| verdict(line).is_none())
            // What comes after it says where the runner lies, and not what was wrong.
            .take_while(|line| line.trim() != "stack backtrace:")
            .copied()
            .collect();
        let from = said.len().saturating_sub(REPEATED);
        if found.iter().all(|failure| failure.name != name) {
            found.push(Failure {
                name: name.to_owned(),
                said: said[from..].join("\n"),
            });
        }
    }
    found
}

/// Reads the name in `FAIL [ 0.1s] ( 3/12) noroshi::story asks`: a word in capitals, a time, perhaps a count, the test. A
/// test that is merely slow has no verdict yet.
fn verdict(line: &str) -> Option<&str> {
    let (word, rest) = line.strip_prefix("  ")?.split_once('[')?;
    let word = word.trim();
    let is_verdict = !word.is_empty()
        && word != "SLOW"
        && word != "Summary"
        && word
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || " 0123456789".contains(letter));
    let (time, name) = rest.split_once("s]")?;
    let timed = time.trim().trim_start_matches('>').parse::<f64>().is_ok();
    let name = name.trim();
    let name = match name.strip_prefix('(') {
        Some(counted) => counted.split_once(')')?.1.trim(),
        None => name,
    };
    (is_verdict && timed && !name.is_empty()).then_some(name)
}

/// Finds `11 passed` in `11 passed (1 slow), 1 failed`.
fn count(counts: &str, word: &str) -> u64 {
    counts
        .split(',')
        .filter_map(|part| part.trim().split_once(' '))
        .find(|(_, what)| *what == word || what.starts_with(&format!("{word} (")))
        .and_then(|(number, _)| number.parse().ok())
        .unwrap_or_default()
}

fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut inside = false;
    for letter in text.chars() {
        match letter {
            '\u{1b}' => inside = true,
            'm' if inside => inside = false,
            _ if inside => {}
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod checks {
    use super::{Tally, failures};

    #[test]
    fn the_runners_own_closing_lines_are_counted() {
        let mut tally = Tally::default();
        tally.add_nextest(
            "     Summary [   1.2s] 12 tests run: 9 passed (1 slow), 2 failed, 1 timed out, 0 skipped\n",
        );
        tally.add_closing_lines("test result: ok. 3 passed; 0 failed; 0 ignored\n");
        assert_eq!((tally.passed, tally.failed), (12, 3));
    }

    #[test]
    fn what_failed_is_named_with_its_last_words() {
        let log = "\
        PASS [   0.010s] (1/4) domain dates::may
        SLOW [> 60.000s] (───) noroshi::story asks
        FAIL [   0.020s] (2/4) noroshi::story waits
  stderr ───

    thread 'waits' panicked at story.rs:3:
    it never came
    stack backtrace:
       0: somewhere

        PASS [  61.000s] (3/4) noroshi::story asks
     SIGABRT [   0.020s] (4/4) store ends
────────────
     Summary [  62.000s] 4 tests run: 2 passed (1 slow), 2 failed, 0 skipped
        FAIL [   0.020s] (2/4) noroshi::story waits
     SIGABRT [   0.020s] (4/4) store ends
error: test run failed
";
        let found = failures(log);
        let names: Vec<&str> = found.iter().map(|failure| failure.name.as_str()).collect();
        assert_eq!(names, ["noroshi::story waits", "store ends"]);
        assert!(found[0].said.contains("it never came"), "{}", found[0].said);
        assert!(!found[0].said.contains("PASS"), "{}", found[0].said);
        assert!(!found[0].said.contains("somewhere"), "{}", found[0].said);
        assert!(super::failures("nothing of a runner").is_empty());
    }
}
