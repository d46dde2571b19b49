//! What comes from others: known flaws, licences, sources, build scripts, and the list of it all.
//!
//! cargo-deny judges Cargo.lock by deny.toml and by the copy of the advisory
//! database in fixtures/advisory-db; nothing is fetched for that. The age of the copy stands
//! in the verdict and fails nothing: an old copy that is told beats a new one that
//! needs the network. The lock file of the fuzz targets must fit the product's. The list of
//! components is made twice and judged by a library that shares nothing with what wrote it.

use super::judge;
use crate::fuzz;
use crate::house::{House, read_text};
use crate::problem::{Context, Outcome, Problem};
use crate::run::{self, Log, SHORT};
use crate::sbom;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

const COPIES: &str = "fixtures/advisory-db";
const COPY_PREFIX: &str = "advisory-db-";
const COPY_SUFFIX: &str = ".tar.gz";
/// `db-path` of deny.toml, and below it the name that cargo-deny gives the database of its `db-urls`.
const DATABASE: &str = "target/advisory-db/advisory-db-3157b0e258782691";
/// Each known and explained finding of deny.toml begins with this.
const IGNORED: &str = "{ id = \"RUSTSEC-";
/// How many findings are named at once.
const FINDINGS_MAX: usize = 20;
const DAY_SECONDS: u64 = 86_400;

/// What is asked in one run of cargo-deny: options, and the checks. Bans are asked without what only tests use: our
/// tests use each other's crates in a circle (a crate, its test kit, the crate), which it would follow without end.
const RUNS: &[(&[&str], &[&str])] = &[
    (&[], &["advisories", "licenses", "sources"]),
    (&["--exclude-dev"], &["bans"]),
];

/// Judges everything in Cargo.lock that is built on this platform.
pub fn judged(house: &House, log: &Log) -> Outcome<String> {
    let copy = Kept::find(house)?;
    let age = copy.age_days(today()?);
    copy.unpack(house, log)?;
    let platform = run::platform(log)?;
    let known = read_text(&house.root.join("deny.toml"))?
        .matches(IGNORED)
        .count();
    let mut verdicts = Vec::new();
    for (dev, checks) in RUNS {
        let before = log.text()?.len();
        let mut deny = Command::new(house.judges().join("venv/bin/cargo-deny"));
        deny.current_dir(&house.root);
        deny.args(["--offline", "--locked", "--workspace", "--color", "never"]);
        deny.args(["--target", &platform]).args(*dev).arg("check");
        deny.args(["--deny", "unmatched-skip", "--deny", "unnecessary-skip"]);
        deny.args(*checks);
        let status = log.status(outside_git(&mut deny), SHORT)?;
        let text = log.text()?;
        let said = text.get(before..).unwrap_or_default();
        let summary = summary(said, checks).unwrap_or("no verdict");
        if !status.success() || summary == "no verdict" {
            let mut lines = vec![format!("cargo-deny ended with {status}: {summary}")];
            lines.extend(errors(said));
            return Err(Problem::new(lines.join("\n")));
        }
        verdicts.push(summary.to_owned());
    }
    fuzz::lock_fits(house, log)?;
    Ok(format!(
        "{}; the database is of {}, {age} days old; {known} known findings, explained in deny.toml",
        verdicts.join(", "),
        copy.date
    ))
}

/// Writes the list of components twice and has it judged.
pub fn listed(house: &House, log: &Log) -> Outcome<String> {
    let list = house.results().join("noroshi.cdx.json");
    let again = house.results().join("noroshi-again.cdx.json");
    let count = sbom::write(house, log, &list)?;
    sbom::write(house, log, &again)?;
    if read_text(&list)? != read_text(&again)? {
        return Err(Problem::new(
            "the list of components differs from one run to the next",
        ));
    }
    let judged = judge::components(house, log, &list)?;
    Ok(format!("{count} components; {judged}"))
}

/// The kept copy of the database, with the day in its name.
struct Kept {
    archive: PathBuf,
    date: String,
    day: u64,
}

impl Kept {
    fn find(house: &House) -> Outcome<Self> {
        let folder = house.root.join(COPIES);
        let entries = fs::read_dir(&folder).context(|| format!("reading {}", folder.display()))?;
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| name.ends_with(COPY_SUFFIX))
            .collect();
        names.sort();
        let [name] = names.as_slice() else {
            return Err(Problem::new(format!(
                "{COPIES} must hold one {COPY_PREFIX}YYYY-MM-DD{COPY_SUFFIX}, and holds {}",
                names.len()
            )));
        };
        let (date, day) = dated(name)
            .ok_or_else(|| Problem::new(format!("{COPIES}/{name} does not say its day")))?;
        Ok(Self {
            archive: folder.join(name),
            date: date.to_owned(),
            day,
        })
    }

    fn age_days(&self, today: u64) -> u64 {
        today.saturating_sub(self.day)
    }

    /// Lays the database where cargo-deny looks for a clone of it, afresh each time.
    fn unpack(&self, house: &House, log: &Log) -> Outcome<()> {
        let database = house.root.join(DATABASE);
        if database.exists() {
            fs::remove_dir_all(&database).context(|| format!("clearing {}", database.display()))?;
        }
        fs::create_dir_all(&database).context(|| format!("making {}", database.display()))?;
        let mut tar = Command::new("tar");
        tar.arg("-xzf").arg(&self.archive).arg("-C").arg(&database);
        log.run(&mut tar, SHORT)?;
        // It asks git for the age of what it reads, so there must be a commit of that day.
        self.git(log, &database, &["init", "--quiet"])?;
        self.git(
            log,
            &database,
            &["commit", "--quiet", "--allow-empty", "--message", "copy"],
        )
    }

    fn git(&self, log: &Log, folder: &Path, arguments: &[&str]) -> Outcome<()> {
        let at = format!("{}T00:00:00Z", self.date);
        let mut git = Command::new("git");
        git.current_dir(folder);
        git.env("GIT_AUTHOR_DATE", &at)
            .env("GIT_COMMITTER_DATE", &at);
        git.args(["-c", "user.name=xtask", "-c", "user.email=xtask@localhost"]);
        git.args([
            "-c",
            "commit.gpgsign=false",
            "-c",
            "core.hooksPath=/dev/null",
        ]);
        log.run(outside_git(git.args(arguments)), SHORT)
    }
}

/// Returns a command that does not take the repository from a hook that we may be run by.
fn outside_git(command: &mut Command) -> &mut Command {
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command
}

/// Reads the day out of the name of an archive.
fn dated(name: &str) -> Option<(&str, u64)> {
    let date = name.strip_prefix(COPY_PREFIX)?.strip_suffix(COPY_SUFFIX)?;
    Some((date, day_number(date)?))
}

fn today() -> Outcome<u64> {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context(|| "reading the clock".into())?;
    Ok(since.as_secs() / DAY_SECONDS)
}

/// Counts the days from 1970-01-01 to `YYYY-MM-DD`.
fn day_number(date: &str) -> Option<u64> {
    let mut parts = date.split('-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let is_date = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && parts.next().is_none();
    if !is_date {
        return None;
    }
    // A year that begins in March has its leap day at its end.
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let days_before_year = year * 365 + year / 4 - year / 100 + year / 400;
    let days_before_month = (153 * month + 2) / 5;
    (days_before_year + days_before_month + day - 1).checked_sub(719_468)
}

/// Finds cargo-deny's closing line, such as `advisories ok, licenses ok, sources ok`.
fn summary<'s>(said: &'s str, checks: &[&str]) -> Option<&'s str> {
    let (first, last) = (checks.first()?, checks.last()?);
    said.lines().rfind(|line| {
        line.split_once(' ').is_some_and(|(name, _)| name == *first) && line.contains(last)
    })
}

/// Collects what cargo-deny calls errors, without their pictures.
fn errors(said: &str) -> Vec<String> {
    let found: Vec<String> = said
        .lines()
        .filter(|line| line.starts_with("error") || line.contains("[ERROR]"))
        .map(|line| format!("  {line}"))
        .collect();
    let mut shown: Vec<String> = found.iter().take(FINDINGS_MAX).cloned().collect();
    if found.len() > FINDINGS_MAX {
        shown.push(format!("  and {} more", found.len() - FINDINGS_MAX));
    }
    shown
}

#[cfg(test)]
mod checks {
    use super::{dated, day_number, errors, summary};

    #[test]
    fn days_are_counted_over_leap_years_and_centuries() {
        assert_eq!(day_number("1970-01-01"), Some(0));
        assert_eq!(day_number("2000-03-01"), Some(11_017));
        assert_eq!(day_number("2024-02-29"), Some(19_782));
        assert_eq!(day_number("2024-03-01"), Some(19_783));
        assert_eq!(day_number("2026-08-21"), Some(20_686));
        for wrong in [
            "",
            "2026-08",
            "2026-13-01",
            "2026-08-00",
            "1969-12-31",
            "2026-08-21-1",
            "a-b-c",
        ] {
            assert_eq!(day_number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_day_stands_in_the_name_of_the_copy() {
        assert_eq!(
            dated("advisory-db-2026-08-21.tar.gz"),
            Some(("2026-08-21", 20_686))
        );
        assert_eq!(dated("advisory-db.tar.gz"), None);
        assert_eq!(dated("advisory-db-2026-08-21.zip"), None);
    }

    #[test]
    fn what_was_found_is_told_in_a_line_each() {
        let said = "error[banned]: crate 'openssl' is explicitly banned\n   ┌─ deny.toml\nwarning: x\n\
                    bans FAILED\n";
        assert_eq!(summary(said, &["bans"]), Some("bans FAILED"));
        let three = ["advisories", "licenses", "sources"];
        let line = "advisories ok, licenses ok, sources ok";
        assert_eq!(summary(line, &three), Some(line));
        assert_eq!(summary(said, &three), None);
        assert_eq!(
            errors(said),
            ["  error[banned]: crate 'openssl' is explicitly banned"]
        );
        assert_eq!(summary("2026 [ERROR] no database\n", &three), None);
        assert_eq!(errors(&"error: x\n".repeat(25)).len(), 21);
    }
}
