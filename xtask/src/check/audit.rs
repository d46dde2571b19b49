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

const BUDGET: [&str; 6] = ["--max-js", "6", "--max-css", "15", "--max-total", "60"];

/// Judges every page of the demonstration that is open to everybody.
pub fn pages(house: &House, log: &Log, demo: &Demo, all: bool) -> Outcome<String> {
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
    let mut problems = Vec::new();
    for language in ["ja", "en"] {
        let mine: Vec<&str> = paths
            .iter()
            .map(String::as_str)
            .filter(|path| speaks(path, language))
            .collect();
        if mine.is_empty() {
            problems.push(format!("there is no page in {language}"));
            continue;
        }
        let out = house.results().join(format!("audit-{language}"));
        fs::create_dir_all(&out).context(|| format!("making {}", out.display()))?;
        let list = out.join("paths.txt");
        fs::write(&list, mine.join("\n")).context(|| format!("writing {}", list.display()))?;
        let mut command = Command::new("node");
        command.arg(shared.join("tools/audit/audit.mjs"));
        command.args(["--base", &demo.base, "--langs", language]);
        command
            .arg("--paths-file")
            .arg(&list)
            .arg("--out")
            .arg(&out);
        command.args(BUDGET).env("AUDIT_MODULES", house.judges());
        if let Some(browser) = super::setup::chromium() {
            command.env("CHROMIUM", browser);
        }
        if !all {
            command.arg("--quick");
        }
        if let Err(problem) = log.run(&mut command, LONG) {
            problems.push(format!(
                "{language}: {problem}; see {}/summary.md",
                out.display()
            ));
        }
    }
    if problems.is_empty() {
        let more = paths.len() - pressed;
        return Ok(format!("{pressed} pressed pages, {more} others"));
    }
    Err(Problem::new(problems.join("\n")))
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
