//! The pages as a person, a screen reader and a strict browser would find them.
//!
//! The judge is `../shared/tools/audit`; without that folder this says so and
//! passes. Every pressed page is judged in its own language, with the budgets of
//! the public pages; nothing is ever left out by `--ignore-…`.

use super::demo::Demo;
use crate::house::{House, files_below, has_extension, read_text};
use crate::problem::{Context, Outcome, Problem};
use crate::run::{LONG, Log};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

const BUDGET: [&str; 6] = ["--max-js", "6", "--max-css", "15", "--max-total", "60"];

/// Judges every page of the demonstration that is open to everybody.
pub fn pages(house: &House, demo: &Demo, all: bool) -> Outcome<String> {
    let Some(shared) = house.shared() else {
        println!("  not run: ../shared is not here");
        return Ok("not run: ../shared is not here".into());
    };
    let mut paths = pressed(&demo.public())?;
    let pressed = paths.len();
    if pressed == 0 {
        return Err(Problem::new("the pressed tree has no page"));
    }
    if demo.more_pages().exists() {
        let more = read_text(&demo.more_pages())?;
        paths.extend(
            more.lines()
                .filter(|line| line.starts_with('/'))
                .map(str::to_owned),
        );
    }
    paths.sort();
    paths.dedup();
    // A language beside the other: most of an audit is waiting for a browser to come to rest.
    let judged: Vec<Outcome<()>> = thread::scope(|scope| {
        let (paths, shared) = (&paths, &shared);
        let running: Vec<_> = ["ja", "en"]
            .into_iter()
            .map(|language| {
                let judge = move || in_language(house, shared, demo, all, paths, language);
                scope.spawn(judge)
            })
            .collect();
        let ended = running.into_iter().map(|judge| judge.join());
        ended
            .map(|judge| judge.unwrap_or_else(|_| Err(Problem::new("it broke off"))))
            .collect()
    });
    let problems: Vec<String> = judged
        .into_iter()
        .filter_map(Result::err)
        .map(|problem| problem.to_string())
        .collect();
    if problems.is_empty() {
        let more = paths.len() - pressed;
        return Ok(format!("{pressed} pressed pages, {more} others"));
    }
    Err(Problem::new(problems.join("\n")))
}

/// Judges the pages of one language; its log is its own.
fn in_language(
    house: &House,
    shared: &Path,
    demo: &Demo,
    all: bool,
    paths: &[String],
    language: &str,
) -> Outcome<()> {
    let mine: Vec<&str> = paths
        .iter()
        .map(String::as_str)
        .filter(|path| speaks(path, language))
        .collect();
    if mine.is_empty() {
        return Err(Problem::new(format!("there is no page in {language}")));
    }
    let out = house.results().join(format!("audit-{language}"));
    fs::create_dir_all(&out).context(|| format!("making {}", out.display()))?;
    let list = out.join("paths.txt");
    fs::write(&list, mine.join("\n")).context(|| format!("writing {}", list.display()))?;
    let log = Log::create(&house.results(), &format!("audit-{language}"))?;
    let mut command = Command::new("node");
    command.arg(shared.join("tools/audit/audit.mjs"));
    command.args(["--base", &demo.base, "--langs", language]);
    command.arg("--paths-file").arg(&list);
    command.arg("--out").arg(&out);
    command.args(BUDGET).env("AUDIT_MODULES", house.judges());
    if let Some(browser) = super::setup::chromium() {
        command.env("CHROMIUM", browser);
    }
    if !all {
        command.arg("--quick");
    }
    log.run(&mut command, LONG).map_err(|problem| {
        Problem::new(format!(
            "{language}: {problem}; see {}/summary.md\n{}",
            out.display(),
            log.tail()
        ))
    })
}

/// `/` and what lies outside `/ja/` and `/en/` is judged once, as Japanese.
fn speaks(path: &str, language: &str) -> bool {
    let english = path.starts_with("/en/") || path == "/en";
    english == (language == "en")
}

fn pressed(public: &Path) -> Outcome<Vec<String>> {
    let mut paths = Vec::new();
    for file in files_below(public)? {
        if !has_extension(&file, "html") {
            continue;
        }
        let below = file
            .strip_prefix(public)
            .context(|| format!("placing {}", file.display()))?;
        let path = format!("/{}", below.to_string_lossy());
        paths.push(if path == "/index.html" {
            "/".into()
        } else {
            path
        });
    }
    Ok(paths)
}
