//! The words of a body leave the house by the gate alone.
//!
//! The compiler keeps most of it: an opened text cannot be printed, and a page takes only what was let out. It cannot see
//! who opens one, nor that a new field of a page holds a body's words. So outside `domain` and `engine` nobody names the
//! way past the gate; of the desk, one file opens texts; and in the views the fields that go by a body's name have the
//! type. Comments are left out; a field under another name is not seen.

use super::Findings;
use super::files::{name, ours};
use crate::house::{House, has_extension, read_text};

/// The way past the gate, and who may take it.
const PAST: &str = "words_for_the_house";
const INSIDE: [&str; 2] = ["crates/domain/", "crates/engine/"];

/// The words of a text that was let out, and who may take them as a string: who makes documents and letters, and the type
/// that pages show.
const LET_OUT_WORDS: &str = "words_let_out";
const MAKERS: [&str; 5] = [
    "crates/domain/",
    "crates/engine/",
    "crates/formats/",
    "crates/channels/",
    "crates/pages/src/kit/shown.rs",
];

/// Where the texts of the desk are opened, and who may not open any elsewhere.
const EYES: &str = "crates/server/src/door/sight.rs";
const OUTSIDE: [&str; 3] = [
    "crates/server/src/",
    "crates/pages/src/",
    "crates/noroshi/src/",
];

/// Types of a field whose words were let out.
const LET_OUT: [&str; 3] = ["Shown", "Words", "Said"];

/// What a body's words are called in a view.
const NAMES: [&str; 7] = ["text", "words", "title", "contact", "ticket", "call", "why"];

/// Fields of that name that hold no body's words: documents that are released as a whole, as their readers will get them.
const DOCUMENTS: [&str; 2] = [
    "crates/pages/src/advisory/view.rs: Preview.text",
    "crates/pages/src/publication/view.rs: Plan.title",
];

/// Returns every place where a body's words could get past the gate.
pub fn by_the_gate(house: &House) -> Findings {
    let mut found = Vec::new();
    let mut documents: Vec<&str> = DOCUMENTS.to_vec();
    for path in ours(house)? {
        let file = name(house, &path);
        if !has_extension(&path, "rs") || !file.starts_with("crates/") {
            continue;
        }
        let code = code_of(&read_text(&path)?);
        found.extend(opened(&file, &code));
        if file.starts_with("crates/pages/src/") && file.ends_with("view.rs") {
            for field in plain(&file, &code) {
                let known = documents.len();
                documents.retain(|document| *document != field);
                if documents.len() == known {
                    found.push(format!(
                        "{field} goes by the name of a body's words and takes a string: it has to be `Shown`"
                    ));
                }
            }
        }
    }
    found.extend(
        documents.into_iter().map(|field| {
            format!("{field} is let off by xtask/src/tidy/bodies.rs, and is not there")
        }),
    );
    Ok(found)
}

/// A file's text without its comments.
fn code_of(text: &str) -> String {
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// Says where a file opens a text, or reads one past the gate, that may not.
fn opened(file: &str, code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let is_inside = INSIDE.iter().any(|inside| file.starts_with(inside));
    if !is_inside && file.contains("/src/") && code.contains(PAST) {
        found.push(format!(
            "{file} reads a text past the gate: `{PAST}` is for `domain` and `engine` alone"
        ));
    }
    let makes = MAKERS.iter().any(|maker| file.starts_with(maker));
    if !makes && file.contains("/src/") && code.contains(LET_OUT_WORDS) {
        found.push(format!(
            "{file} makes a string of a text that was let out: a page takes it as `Shown`"
        ));
    }
    let closed: String = code.split_whitespace().collect();
    let is_outside = OUTSIDE.iter().any(|outside| file.starts_with(outside)) && file != EYES;
    if is_outside && closed.contains("house.text(") {
        found.push(format!(
            "{file} opens a text: on a page it is seen by {EYES}, which asks the gate"
        ));
    }
    found
}

/// The fields of a view that go by the name of a body's words and do not have the type, as `file: Struct.field`.
fn plain(file: &str, code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut of = "";
    for line in code.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("pub struct ") {
            of = rest
                .split(|c: char| !c.is_alphanumeric())
                .next()
                .unwrap_or_default();
        }
        let Some((field, ty)) = line
            .strip_prefix("pub ")
            .and_then(|rest| rest.split_once(": "))
        else {
            continue;
        };
        let is_let_out = LET_OUT.iter().any(|known| ty.contains(known));
        if NAMES.contains(&field) && !is_let_out {
            found.push(format!("{file}: {of}.{field}"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_opens_a_text_without_the_gate_is_found() {
        let planted = "async fn f() {\n    let words = room\n        .house\n        .text(&text, owner)\n        .await?;\n}\n";
        let found = opened("crates/server/src/advisory/desk.rs", &code_of(planted));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(opened(EYES, &code_of(planted)).is_empty());
        assert!(opened("crates/engine/src/distribution/copies.rs", planted).is_empty());
        let told = code_of("let x = 1; // house.text(text) opens it\n");
        assert!(opened("crates/server/src/advisory/desk.rs", &told).is_empty());
    }

    #[test]
    fn the_way_past_the_gate_is_found_outside_the_house() {
        let planted = format!("let words = classed.{PAST}().to_owned();");
        for file in [
            "crates/server/src/door/sight.rs",
            "crates/archive/src/commands.rs",
            "crates/pages/src/kit/shown.rs",
        ] {
            assert_eq!(opened(file, &planted).len(), 1, "{file}");
        }
        for file in [
            "crates/engine/src/advisory/command.rs",
            "crates/domain/src/text/overlap.rs",
        ] {
            assert!(opened(file, &planted).is_empty(), "{file}");
        }
    }

    #[test]
    fn a_text_that_was_let_out_is_no_string_on_its_way_to_a_page() {
        let planted = "title: released.words_let_out().to_owned(),";
        assert_eq!(opened("crates/server/src/work/queue.rs", planted).len(), 1);
        assert_eq!(opened("crates/pages/src/work/view.rs", planted).len(), 1);
        for file in [
            "crates/pages/src/kit/shown.rs",
            "crates/engine/src/advisory/compose.rs",
        ] {
            assert!(opened(file, planted).is_empty(), "{file}");
        }
    }

    #[test]
    fn a_body_s_text_in_a_view_without_its_type_is_found() {
        let planted = "pub struct Part {\n    pub body: String,\n    pub text: Option<String>,\n}\npub struct Message {\n    pub words: Option<Words>,\n    pub call: Option<(String, Shown)>,\n    pub title: String,\n}\n";
        assert_eq!(
            plain("view.rs", planted),
            ["view.rs: Part.text", "view.rs: Message.title"]
        );
    }
}
