//! Slices: the engine with its later rooms cut away, one after the other, still passes `cargo check`.
//!
//! What the text of [`crate::tidy`] reads off paths, the compiler shows here: a room needs nothing that stands after it.
//! A copy of the crate lies in `target/slices`, with a build folder of its own; the other crates are used in place.

use crate::house::{House, files_below, read_text};
use crate::problem::{Context, Outcome, Problem};
use crate::run::{self, LONG, Log};
use crate::tidy;
use std::fs;
use std::path::Path;

/// The crate that is cut.
const CRATE: &str = "engine";

/// Cuts room after room and checks what is left.
pub fn of_the_engine(house: &House, log: &Log) -> Outcome<String> {
    let order = tidy::rooms(house)?;
    let rooms = order
        .get(CRATE)
        .ok_or_else(|| Problem::new(format!("ARCHITECTURE.md orders no rooms of `{CRATE}`")))?;
    let folder = house.target.join("slices");
    copied(house, &folder)?;
    let src = folder.join(CRATE).join("src");
    for room in rooms.iter().skip(1).rev() {
        cut(&src, room)?;
        let mut command = run::cargo(&folder);
        command.args(["check", "--offline", "--quiet", "-p", CRATE]);
        command.env("CARGO_TARGET_DIR", folder.join("target"));
        log.run(&mut command, LONG).map_err(|problem| {
            Problem::new(format!("without `{room}` and what follows it: {problem}"))
        })?;
    }
    Ok(format!("{} slices hold", rooms.len().saturating_sub(1)))
}

/// Lays the copy out: a workspace of one crate, which uses the others where they are.
fn copied(house: &House, folder: &Path) -> Outcome<()> {
    let own = folder.join(CRATE);
    if own.exists() {
        fs::remove_dir_all(&own).context(|| format!("clearing {}", own.display()))?;
    }
    let from = house.root.join("crates").join(CRATE);
    for file in files_below(&from)? {
        let inner = file.strip_prefix(&from).unwrap_or(&file);
        if !inner.starts_with("src") && !inner.ends_with("Cargo.toml") {
            continue;
        }
        let to = own.join(inner);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).context(|| format!("making {}", parent.display()))?;
        }
        fs::copy(&file, &to).context(|| format!("copying {}", file.display()))?;
    }
    let manifest = read_text(&house.root.join("Cargo.toml"))?;
    write(
        &folder.join("Cargo.toml"),
        &workspace_of_one(&manifest, &house.root),
    )?;
    let lock = read_text(&house.root.join("Cargo.lock"))?;
    write(&folder.join("Cargo.lock"), &lock)?;
    // What only tests use leads back to the crate itself.
    let own_manifest = own.join("Cargo.toml");
    let text = read_text(&own_manifest)?;
    let program = text.split("[dev-dependencies]").next().unwrap_or_default();
    write(&own_manifest, program)
}

/// The workspace's manifest with one member; paths lead to where the crates are.
fn workspace_of_one(manifest: &str, root: &Path) -> String {
    manifest
        .lines()
        .map(|line| {
            if line.starts_with("members") {
                format!("members = [\"{CRATE}\"]\n")
            } else if line.starts_with("default-members") {
                String::new()
            } else if line.starts_with(&format!("{CRATE} = ")) {
                format!("{CRATE} = {{ path = \"{CRATE}\" }}\n")
            } else {
                let there = format!("path = \"{}/crates/", root.display());
                format!("{}\n", line.replace("path = \"crates/", &there))
            }
        })
        .collect()
}

/// Takes a room out of the crate.
fn cut(src: &Path, room: &str) -> Outcome<()> {
    let (folder, file) = (src.join(room), src.join(format!("{room}.rs")));
    if folder.is_dir() {
        fs::remove_dir_all(&folder).context(|| format!("cutting {}", folder.display()))?;
    }
    if file.is_file() {
        fs::remove_file(&file).context(|| format!("cutting {}", file.display()))?;
    }
    let root = src.join("lib.rs");
    write(&root, &without(&read_text(&root)?, room))
}

/// The crate's root without the lines that name a room.
fn without(root: &str, room: &str) -> String {
    root.lines()
        .filter(|line| {
            let line = line
                .trim_start_matches("pub ")
                .trim_start_matches("pub(crate) ");
            line != format!("mod {room};") && !line.starts_with(&format!("use {room}::"))
        })
        .map(|line| format!("{line}\n"))
        .collect()
}

fn write(path: &Path, text: &str) -> Outcome<()> {
    fs::write(path, text).context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_leaves_with_what_is_taken_from_it() {
        let root =
            "pub mod kernel;\n\npub mod work;\n\npub use work::Round;\npub use kernel::House;\n";
        assert_eq!(
            without(root, "work"),
            "pub mod kernel;\n\n\npub use kernel::House;\n"
        );
    }

    #[test]
    fn paths_lead_to_where_the_crates_are() {
        let manifest = "members = [\"crates/*\"]\ndefault-members = [\"x\"]\ndomain = { path = \"crates/domain\" }\nengine = { path = \"crates/engine\" }\n";
        assert_eq!(
            workspace_of_one(manifest, Path::new("/r")),
            "members = [\"engine\"]\ndomain = { path = \"/r/crates/domain\" }\nengine = { path = \"engine\" }\n"
        );
    }
}
