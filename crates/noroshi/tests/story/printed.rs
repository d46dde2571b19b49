//! The command lines that README and the documents print in their blocks: words, what goes in, and what comes out.
//!
//! It reads what these documents use of a shell and no more: quotes, a line that goes on, a comment, `<<<`, and a file that
//! `$ cat` has shown before.

use std::collections::BTreeMap;

/// What a command line begins with.
const NAMES: [&str; 3] = [
    "noroshi ",
    "target/release/noroshi ",
    "cargo run --release -- ",
];

/// A command line as a document prints it.
#[derive(Debug)]
pub struct Printed {
    /// Its words behind the program's name.
    pub words: Vec<String>,
    /// What it reads, if the document says so.
    pub input: Option<String>,
    /// The lines below it, up to an empty one or the next command.
    pub answer: String,
}

/// Finds the command lines in the blocks of a document, in their order.
pub fn in_blocks(document: &str) -> Vec<Printed> {
    let mut found = Vec::new();
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for block in document.split("```").skip(1).step_by(2) {
        let mut rest = behind_line(block);
        while let Some(line) = rest.lines().next() {
            if let Some(said) = begun(line) {
                let (mut words, below) = words(&rest[line.len() - said.len()..]);
                let at = words.iter().position(|word| word == "<<<");
                let input = match at {
                    Some(at) => words.drain(at..).nth(1),
                    None => shown(&words, &files),
                };
                let (answer, next) = answer(below);
                found.push(Printed {
                    words,
                    input,
                    answer,
                });
                rest = next;
            } else if let Some(name) = line.strip_prefix("$ cat ") {
                let (text, next) = answer(behind_line(rest));
                files.insert(name.to_owned(), text);
                rest = next;
            } else {
                rest = behind_line(rest);
            }
        }
    }
    found
}

/// Takes a command line apart; returns its words and what stands below it.
pub fn words(text: &str) -> (Vec<String>, &str) {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match quote {
            Some(open) if letter == open => quote = None,
            Some(_) => word.get_or_insert_default().push(letter),
            None => match letter {
                '\'' | '"' => {
                    quote = Some(letter);
                    word.get_or_insert_default();
                }
                // The next line belongs to this one.
                '\\' => {
                    letters.next();
                }
                '\n' => {
                    words.extend(word);
                    return (words, &text[at + 1..]);
                }
                '#' if word.is_none() => return (words, behind_line(&text[at..])),
                letter if letter.is_whitespace() => words.extend(word.take()),
                letter => word.get_or_insert_default().push(letter),
            },
        }
    }
    words.extend(word);
    (words, "")
}

/// A line without the program's name, if it is one of ours.
fn begun(line: &str) -> Option<&str> {
    let line = line.strip_prefix("$ ").unwrap_or(line);
    NAMES.iter().find_map(|name| line.strip_prefix(name))
}

fn behind_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, rest)| rest)
}

/// The lines up to an empty one or the next command, and what stands below them.
fn answer(text: &str) -> (String, &str) {
    let mut answer = String::new();
    let mut rest = text;
    while let Some(line) = rest.lines().next() {
        if line.is_empty() || line.starts_with("$ ") || begun(line).is_some() {
            break;
        }
        answer.push_str(line);
        answer.push('\n');
        rest = behind_line(rest);
    }
    (answer, rest)
}

/// The file that a command line names, where the document has shown it.
fn shown(words: &[String], files: &BTreeMap<String, String>) -> Option<String> {
    let at = words.iter().position(|word| word == "--file")?;
    files.get(words.get(at + 1)?).cloned()
}
