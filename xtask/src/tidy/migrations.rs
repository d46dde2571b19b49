//! Migrations are added, never edited: a house that ran one cannot run it again.
//!
//! crates/store/migrations/CHECKSUMS holds a line `HEX  PATH` for each file, as
//! sha256sum prints it; a changed line is as visible in a review as a changed file.

use super::Findings;
use crate::house::{House, files_below, read_text};
use crate::problem::{Outcome, Problem};
use crate::run::{Log, SHORT};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const FOLDER: &str = "crates/store/migrations";
const LIST: &str = "CHECKSUMS";

/// Compares each migration with its recorded sum.
pub fn only_added(house: &House, log: &Log) -> Findings {
    let folder = house.root.join(FOLDER);
    let files: Vec<String> = files_below(&folder)?
        .iter()
        .filter_map(|file| file.strip_prefix(&folder).ok())
        .map(|file| file.to_string_lossy().into_owned())
        .filter(|file| file != LIST)
        .collect();
    if files.is_empty() {
        return Err(Problem::new(format!("{FOLDER} holds no migration")));
    }
    let list = folder.join(LIST);
    let recorded = if list.exists() {
        sums(&read_text(&list)?)
    } else {
        BTreeMap::new()
    };
    let actual = computed(&folder, &files, log)?;
    let mut found = Vec::new();
    for (file, sum) in &actual {
        match recorded.get(file) {
            None => found.push(format!("add this line to {FOLDER}/{LIST}:\n{sum}  {file}")),
            Some(old) if old != sum => found.push(format!(
                "{FOLDER}/{file} was changed after it was recorded: undo that and add a migration"
            )),
            Some(_) => {}
        }
    }
    for file in recorded.keys().filter(|file| !actual.contains_key(*file)) {
        found.push(format!("{FOLDER}/{file} is recorded and gone"));
    }
    Ok(found)
}

fn computed(folder: &Path, files: &[String], log: &Log) -> Outcome<BTreeMap<String, String>> {
    let mut command = Command::new("sha256sum");
    command.current_dir(folder).args(files);
    let (status, text) = log.capture(&mut command, SHORT)?;
    let sums = sums(&text);
    if status.success() && sums.len() == files.len() {
        return Ok(sums);
    }
    Err(Problem::new(format!("sha256sum ended with {status}")))
}

fn sums(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, file)| (file.to_owned(), sum.to_owned()))
        .collect()
}
