//! Rules about single files: length, head, attributes, words that must not occur.
//!
//! The words looked for are put together with `concat!`, so that this file does not
//! find itself.

use super::Findings;
use crate::house::{House, files_below, has_extension, read_text};
use crate::problem::{Context, Outcome};
use std::fs;
use std::path::{Path, PathBuf};

/// Past this a file has two subjects.
const LINES_MAX: usize = 600;

/// What every crate may say, and waits for.
const BASE: &str = "crates/base/src";

/// Past this it is no longer what everybody says but somebody's subject.
const BASE_LINES_MAX: usize = 300;

/// Attributes that silence a judge: a lint or a test.
const ATTRIBUTES: [&str; 3] = [
    concat!("#[", "allow("),
    concat!("#![", "allow("),
    concat!("#[", "ignore"),
];

/// Hosts of package registries: packages are named, where they come from is the machine's matter.
const HOSTS: [&str; 8] = [
    concat!("crates", ".io"),
    concat!("npmjs", ".com"),
    concat!("npmjs", ".org"),
    concat!("pypi", ".org"),
    concat!("python", "hosted.org"),
    concat!("deb.", "debian.org"),
    concat!("proxy.", "golang.org"),
    concat!("yarn", "pkg.com"),
];

/// Folders of one particular machine.
const FOLDERS: [&str; 2] = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];

/// Folders that are not ours to judge: built things, git's own, foreign documents.
const NOT_OURS: [&str; 4] = ["target", ".git", "node_modules", "fixtures"];

/// Lists our own files, built things and foreign documents left out.
pub fn ours(house: &House) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(&house.root).context(|| "reading the repository".into())?;
    for entry in entries {
        let path = entry.context(|| "reading the repository".into())?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if NOT_OURS.contains(&name.as_ref()) {
            continue;
        }
        if path.is_dir() {
            found.extend(files_below(&path)?.into_iter().filter(|file| {
                let below = file.strip_prefix(&house.root).unwrap_or(file);
                !below
                    .components()
                    .any(|part| NOT_OURS.iter().any(|name| part.as_os_str() == *name))
            }));
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn rust_files(house: &House) -> Outcome<Vec<PathBuf>> {
    let files = ours(house)?;
    Ok(files
        .into_iter()
        .filter(|file| has_extension(file, "rs"))
        .collect())
}

/// No Rust file is longer than the limit.
pub fn length(house: &House) -> Findings {
    let mut found = Vec::new();
    for file in rust_files(house)? {
        let lines = read_text(&file)?.lines().count();
        if lines > LINES_MAX {
            found.push(format!(
                "{} has {lines} lines, and {LINES_MAX} is the most: split it by subject",
                name(house, &file)
            ));
        }
    }
    Ok(found)
}

/// The crate that every other waits for stays small.
pub fn base(house: &House) -> Findings {
    let folder = house.root.join(BASE);
    let mut texts = Vec::new();
    for file in rust_files(house)? {
        if file.starts_with(&folder) {
            texts.push(read_text(&file)?);
        }
    }
    Ok(over(&texts))
}

fn over(texts: &[String]) -> Vec<String> {
    let lines: usize = texts.iter().map(|text| text.lines().count()).sum();
    let finding = format!("{BASE} has {lines} lines, and {BASE_LINES_MAX} is the most in all");
    (lines > BASE_LINES_MAX)
        .then_some(finding)
        .into_iter()
        .collect()
}

/// Each Rust file begins by saying what it is for.
pub fn heads(house: &House) -> Findings {
    let mut found = Vec::new();
    for file in rust_files(house)? {
        if !read_text(&file)?.starts_with("//!") {
            found.push(format!(
                "{} does not begin with `//!`: what is it for?",
                name(house, &file)
            ));
        }
    }
    Ok(found)
}

/// No lint is silenced and no test is left out.
pub fn attributes(house: &House) -> Findings {
    let mut found = Vec::new();
    for file in rust_files(house)? {
        for (number, line) in read_text(&file)?.lines().enumerate() {
            if ATTRIBUTES.iter().any(|word| line.contains(word)) {
                let place = name(house, &file);
                found.push(format!("{place}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    Ok(found)
}

/// No file names the host of a registry, or a folder of one machine.
pub fn words(house: &House) -> Findings {
    let mut found = Vec::new();
    for file in ours(house)? {
        // Cargo writes the index's address into every lock file; it is not our choice.
        if file.file_name().is_some_and(|name| name == "Cargo.lock") {
            continue;
        }
        let bytes = fs::read(&file).context(|| format!("reading {}", file.display()))?;
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            let host = HOSTS.iter().find(|host| line.contains(*host));
            let folder = FOLDERS.iter().find(|folder| names_folder(line, folder));
            for word in host.into_iter().chain(folder) {
                let place = name(house, &file);
                found.push(format!("{place}:{} names {word}", number + 1));
            }
        }
    }
    Ok(found)
}

/// An absolute path: not the middle of a longer one.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        line[..at]
            .chars()
            .next_back()
            .is_none_or(|before| !before.is_alphanumeric() && !".-_/*}".contains(before))
    })
}

/// Returns a path as seen from the root of the repository.
pub fn name(house: &House, file: &Path) -> String {
    let below = file.strip_prefix(&house.root).unwrap_or(file);
    below.to_string_lossy().into_owned()
}

#[cfg(test)]
mod checks {
    use super::{BASE_LINES_MAX, FOLDERS, names_folder, over};

    #[test]
    fn a_planted_line_too_many_in_base_is_found() {
        let half = "x\n".repeat(BASE_LINES_MAX / 2);
        assert!(over(&[half.clone(), half.clone()]).is_empty());
        assert_eq!(over(&[half.clone(), half, "x".to_owned()]).len(), 1);
    }

    #[test]
    fn only_absolute_paths_are_found() {
        let [folder, _] = FOLDERS;
        assert!(names_folder(&format!("see `{folder}main`"), folder));
        assert!(names_folder(folder, folder));
        assert!(!names_folder(&format!("docs{folder}x"), folder));
    }
}
