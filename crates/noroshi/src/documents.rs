//! What README and the documents print of the program, held against the program: command lines, fields, options, figures.
//!
//! What could go wrong: a command, an option, a field or a key of the configuration gets another name, and a document goes on
//! with the old one; a figure drifts. Not a failure: a sentence that names a command without all that it needs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use engine::command::COMMANDS;
use engine::kernel::config::{Config, Purpose};
use serde_json::Value;

use crate::args::{Args, Command};
use crate::printed::{in_blocks, words};

/// What a command of the house takes beside its own fields.
const BESIDE: [&str; 4] = ["as", "occurred_at", "reason_of_act", "exercise"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn document(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).expect(name)
}

/// Name and text of everything that people read.
fn documents() -> Vec<(String, String)> {
    let mut names = ["README.md", "README.ja.md", "ARCHITECTURE.md"]
        .map(str::to_owned)
        .to_vec();
    let mut folders = vec!["docs".to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(root().join(&folder)).expect("a folder");
        for entry in entries.flatten() {
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                folders.push(name);
            } else if name.ends_with(".md") {
                names.push(name);
            }
        }
    }
    names.sort();
    let texts = names.into_iter().map(|name| {
        let text = document(&name);
        (name, text)
    });
    texts.collect()
}

/// What stands in backticks in the sentences of a document.
fn in_sentences(document: &str) -> Vec<String> {
    let paragraphs = document
        .split("```")
        .step_by(2)
        .flat_map(|part| part.split("\n\n"));
    let pieces = paragraphs.flat_map(|part| part.split('`').skip(1).step_by(2));
    pieces.map(|piece| piece.replace('\n', " ")).collect()
}

fn read(words: &[String]) -> Result<Args, clap::Error> {
    Args::try_parse_from(std::iter::once("noroshi").chain(words.iter().map(String::as_str)))
}

/// The command of the house that a command line gives, if it gives one.
fn given(args: &Args) -> Option<&str> {
    match &args.command {
        Command::Do { name, .. } => name.as_deref(),
        _ => None,
    }
}

/// Fails unless the house has this command and it takes these fields.
fn takes(place: &str, command: &str, input: Option<&str>) {
    let is_known = COMMANDS.iter().any(|known| known.name == command);
    assert!(is_known, "{place}: the house has no command {command}");
    let Some(input) = input else { return };
    let fields = serde_json::from_str::<Value>(input);
    let mut fields = fields.unwrap_or_else(|error| panic!("{place}: {error}: {input}"));
    if let Some(fields) = fields.as_object_mut() {
        for name in BESIDE {
            fields.remove(name);
        }
    }
    if let Err(error) = engine::command::Command::parse(command, fields) {
        panic!("{place}: {error}: {input}");
    }
}

#[test]
fn every_command_line_that_a_document_prints_is_one() {
    let mut lines = 0;
    for (name, text) in documents() {
        for line in in_blocks(&text) {
            let place = format!("{name}: noroshi {}", line.words.join(" "));
            let args = read(&line.words).unwrap_or_else(|error| panic!("{place}: {error}"));
            if let Some(command) = given(&args) {
                takes(&place, command, line.input.as_deref());
            }
            if line.answer.starts_with('{') {
                let answer = serde_json::from_str::<Value>(&line.answer);
                assert!(answer.is_ok(), "{place} answers {}", line.answer);
            }
            lines += 1;
        }
    }
    assert!(lines > 50, "{lines} command lines were found");
}

#[test]
fn every_command_that_a_sentence_names_is_one() {
    let mut named = 0;
    for (name, text) in documents() {
        for piece in in_sentences(&text) {
            let Some(said) = piece.strip_prefix("noroshi ") else {
                continue;
            };
            let place = format!("{name}: {piece}");
            named += 1;
            let error = match read(&words(said).0) {
                Ok(args) => {
                    if let Some(command) = given(&args) {
                        takes(&place, command, None);
                    }
                    continue;
                }
                Err(error) => error,
            };
            let is_short = matches!(
                error.kind(),
                ErrorKind::MissingRequiredArgument
                    | ErrorKind::MissingSubcommand
                    | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            );
            assert!(is_short, "{place}: {error}");
        }
    }
    assert!(named > 40, "{named} commands were found");
}

/// The long options of a command and of those below it.
fn options(command: &clap::Command, known: &mut BTreeSet<String>) {
    for argument in command.get_arguments() {
        known.extend(argument.get_long().map(str::to_owned));
    }
    for below in command.get_subcommands() {
        options(below, known);
    }
}

#[test]
fn every_option_that_operators_are_told_of_is_one() {
    let mut known = BTreeSet::new();
    options(&Args::command(), &mut known);
    let mut named = 0;
    for (name, text) in documents() {
        if !name.starts_with("docs/operate/") {
            continue;
        }
        for piece in in_sentences(&text) {
            // What other programs take is theirs to say.
            if piece.starts_with("rsync ") {
                continue;
            }
            for option in piece
                .split_whitespace()
                .filter_map(|word| word.strip_prefix("--"))
            {
                let option = option.trim_end_matches([':', ',', '.', ';']);
                assert!(known.contains(option), "{name}: {piece}: --{option}");
                named += 1;
            }
        }
    }
    assert!(named > 15, "{named} options were found");
}

#[test]
fn every_key_of_the_configuration_is_explained() {
    let all = document("docs/operate/sqlite.md");
    let mail = document("docs/operate/mail.md");
    let alarm = document("docs/operate/alarm.md");
    let written = Config::of(Purpose::Live).to_text().expect("a text");
    let (mut section, mut keys) = (String::new(), 0);
    for line in written.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
        } else if let Some((key, _)) = line.split_once(" = ") {
            let is_told = match section.as_str() {
                "" => all.contains(&format!("`{key}`")),
                "mail" => mail.contains(&format!("\n{key} = ")),
                "alarm" => alarm.contains(&format!("\n{key} = ")),
                other => all.contains(&format!("`{other}.{key}`")),
            };
            assert!(is_told, "[{section}] {key}");
            keys += 1;
        }
    }
    assert!(keys > 20, "{keys} keys were found");
}

/// How many rows the first table below some words has, the one that names the columns among them.
fn rows_below(text: &str, words: &str) -> usize {
    let (_, below) = text.split_once(words).expect(words);
    let table = below
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'));
    table.filter(|line| !line.starts_with("|---")).count()
}

/// How many steps a section counts: 1. and 2. and so on.
fn steps(section: &str) -> usize {
    let section = section.replace('\n', " ");
    let is_there = |n: &usize| section.contains(&format!(" {n}. "));
    (1..).take_while(is_there).count()
}

#[test]
fn what_is_counted_is_as_many() {
    let architecture = document("ARCHITECTURE.md");
    assert_eq!(rows_below(&architecture, "## Seven truths"), 1 + 7);
    let readme = document("README.md");
    assert!(readme.contains("as all seven persons"));
    assert_eq!(rows_below(&readme, "as all seven persons"), 1 + 7);

    let contribute = document("docs/contribute.md");
    let mut counted = 0;
    for row in contribute.lines().filter(|line| line.starts_with("| [")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let (_, anchor) = cells[1].split_once("](#").expect("a link");
        let (anchor, _) = anchor.split_once(')').expect("a link");
        let is_it = |title: &str| title.to_lowercase().replace(' ', "-") == anchor;
        let mut sections = contribute.split("\n## ").skip(1);
        let found = sections.find(|section| section.lines().next().is_some_and(is_it));
        let section = found.unwrap_or_else(|| panic!("no section {anchor}"));
        let said: usize = cells[2].parse().expect("a number");
        assert_eq!(said, steps(section).max(1), "{anchor}");
        counted += 1;
    }
    assert_eq!(counted, 10);
}

#[test]
fn a_figure_that_stands_twice_is_one() {
    let migrations = root().join("crates/store/migrations/sqlite");
    let schema = std::fs::read_dir(migrations).expect("a folder").count();
    let said = format!("The schema is number {schema}.");
    assert!(document("docs/operate/sqlite.md").contains(&said), "{said}");

    let measured = document("docs/benchmarks.md").replace("**", "");
    let readme = document("README.md");
    for (shown, figure) in [
        ("| 240 ms |", "| 240 ms "),
        ("| 108 MB with", "| 108 MB |"),
        (
            "| 10 KiB compressed, 3 requests",
            "| 10.2 KiB with 24 vendors, 3 requests |",
        ),
        ("| 0 on 56 pages", "| 0 on 56 pages "),
        ("| 28 s, 128 MB,", "| 28 s "),
        ("| 28 s, 128 MB,", "| 128 MB |"),
    ] {
        assert!(readme.contains(shown), "README.md: {shown}");
        assert!(measured.contains(figure), "docs/benchmarks.md: {figure}");
    }
}
