//! Slices: each ordered crate with its later rooms cut away, one after the other, still passes `cargo check`.
//!
//! What the text of [`crate::tidy`] reads off paths, the compiler shows here: a room needs nothing that stands after it.
//! A copy of the crate lies in `target/slices`, with a build folder of its own; the other crates are used in place. The
//! documentation is built in the same build folder, which has all that it stands on.

use crate::house::{House, files_below, read_text};
use crate::problem::{Context, Outcome, Problem};
use crate::run::{self, LONG, Log};
use crate::tidy;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder_of(house: &House) -> PathBuf {
    house.target.join("slices")
}

fn built_apart<'c>(command: &'c mut Command, house: &House) -> &'c mut Command {
    command.env("CARGO_TARGET_DIR", folder_of(house).join("target"))
}

/// Cuts room after room of each crate and checks what is left.
pub fn all(house: &House, log: &Log) -> Outcome<String> {
    let mut held = 0;
    for (name, rooms) in &tidy::rooms(house)? {
        let own = copied(house, name)?;
        let src = own.join("src");
        for room in rooms.iter().skip(1).rev() {
            cut(&src, room)?;
            let mut command = run::cargo(&folder_of(house));
            command.args(["check", "--offline", "--quiet", "-p", name]);
            log.run(built_apart(&mut command, house), LONG)
                .map_err(|problem| {
                    Problem::new(format!(
                        "{name} without `{room}` and what follows it: {problem}"
                    ))
                })?;
            held += 1;
        }
    }
    Ok(format!("{held} slices hold"))
}

/// Builds the documentation of everything, where a link that leads nowhere is an error.
pub fn documentation(house: &House, log: &Log) -> Outcome<String> {
    let mut command = run::cargo(&house.root);
    command.args([
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ]);
    // Private items are documented, so a link to one leads somewhere.
    let strict = "-D warnings -A rustdoc::private_intra_doc_links";
    command.arg("--locked").env("RUSTDOCFLAGS", strict);
    log.run(built_apart(&mut command, house), LONG)?;
    Ok(String::new())
}

/// Lays the copy out: a workspace of one crate, which uses the others where they are. Returns the crate's folder.
fn copied(house: &House, name: &str) -> Outcome<PathBuf> {
    let folder = folder_of(house);
    let own = folder.join(name);
    if own.exists() {
        fs::remove_dir_all(&own).context(|| format!("clearing {}", own.display()))?;
    }
    let from = house.root.join("crates").join(name);
    for file in files_below(&from)? {
        let inner = file.strip_prefix(&from).unwrap_or(&file);
        if inner.starts_with("tests") {
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
        &workspace_of_one(&manifest, &house.root, name),
    )?;
    let lock = read_text(&house.root.join("Cargo.lock"))?;
    write(&folder.join("Cargo.lock"), &lock)?;
    // What only tests use leads back to the crate itself.
    let own_manifest = own.join("Cargo.toml");
    let text = read_text(&own_manifest)?;
    let program = text.split("[dev-dependencies]").next().unwrap_or_default();
    write(&own_manifest, program)?;
    Ok(own)
}

/// The workspace's manifest with one member; paths lead to where the crates are.
fn workspace_of_one(manifest: &str, root: &Path, name: &str) -> String {
    manifest
        .lines()
        .map(|line| {
            if line.starts_with("members") {
                format!("members = [\"{name}\"]\n")
            } else if line.starts_with("default-members") {
                String::new()
            } else if line.starts_with(&format!("{name} = ")) {
                format!("{name} = {{ path = \"{name}\" }}\n")
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

/// The crate's root without what names a room; a list of names may stand on several lines.
fn without(root: &str, room: &str) -> String {
    let mut out = String::new();
    let mut is_inside = false;
    for line in root.lines() {
        let own = line
            .trim_start_matches("pub ")
            .trim_start_matches("pub(crate) ");
        let begins = own == format!("mod {room};") || own.starts_with(&format!("use {room}::"));
        if begins || is_inside {
            is_inside = !line.ends_with(';');
            continue;
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

fn write(path: &Path, text: &str) -> Outcome<()> {
    fs::write(path, text).context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_leaves_with_what_is_taken_from_it() {
        let root = "pub mod kernel;\n\npub mod work;\n\npub use work::{\n    Round,\n};\npub use kernel::House;\n";
        assert_eq!(
            without(root, "work"),
            "pub mod kernel;\n\n\npub use kernel::House;\n"
        );
    }

    #[test]
    fn paths_lead_to_where_the_crates_are() {
        let manifest = "members = [\"crates/*\"]\ndefault-members = [\"x\"]\ndomain = { path = \"crates/domain\" }\nengine = { path = \"crates/engine\" }\n";
        assert_eq!(
            workspace_of_one(manifest, Path::new("/r"), "engine"),
            "members = [\"engine\"]\ndomain = { path = \"/r/crates/domain\" }\nengine = { path = \"engine\" }\n"
        );
    }
}
