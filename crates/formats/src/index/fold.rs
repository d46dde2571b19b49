//! Which terms a text is found by.
//!
//! Spellings are made equal by [`domain::text::fold`]. `assets/find.js` of `pages` does the same in the browser;
//! `fixtures/find/folding.json` holds both to one answer. Knows no advisory. Words of Latin letters or katakana are kept
//! whole and found by any part of them; a version is found by itself and by what it begins with. Between kanji and
//! hiragana nothing marks a word, so there every two neighbours are a term, and every kanji. Two Latin letters, on the
//! other hand, stand side by side in every English text and would tell nothing.

use std::collections::BTreeSet;

pub use domain::text::fold::{loose, words as plain};

/// Most characters of a word that are kept: long enough for names, too short for keys and dumps in a text.
pub const WORD_CHARS_MAX: usize = 40;

/// Adds the terms of a plain text to `terms`.
pub fn terms(plain: &str, terms: &mut BTreeSet<String>) {
    for word in plain.split(' ') {
        let chars: Vec<char> = word.chars().collect();
        for run in chars.chunk_by(|a, b| script(*a) == script(*b)) {
            if script(run.first().copied().unwrap_or(' ')) == Script::Dense {
                terms.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
                let alone = run.iter().filter(|c| run.len() == 1 || !is_hiragana(**c));
                terms.extend(alone.map(char::to_string));
            } else {
                let word: String = run.iter().take(WORD_CHARS_MAX).collect();
                terms.extend(versions(&word));
                terms.insert(word);
            }
        }
    }
    terms.remove("");
}

/// What a version is asked by: itself without a leading `v`, and its beginnings: `3.0.7`, `3.0`, `3`. Where letters stand
/// before it without a space, as in `tls1.3`, they are a term too.
fn versions(word: &str) -> Vec<String> {
    let is_digit = |c: char| c.is_ascii_digit();
    let letters = word.find(is_digit).unwrap_or(word.len());
    let (name, bare) = word.split_at_checked(letters).unwrap_or((word, ""));
    let tail = bare.trim_start_matches(|c: char| is_digit(c) || c == '.');
    // One letter may follow, as in `1.1.1k`; what goes on is no version.
    if bare.is_empty() || tail.chars().count() > 1 || !name.chars().all(char::is_alphabetic) {
        return Vec::new();
    }
    let mut out = beginnings(bare);
    if !matches!(name, "" | "v") {
        out.push(name.to_owned());
    }
    out
}

fn beginnings(bare: &str) -> Vec<String> {
    let ends = bare.match_indices('.').map(|(at, _)| at);
    let letters = bare.find(|c: char| !c.is_ascii_digit() && c != '.');
    ends.chain(letters)
        .chain([bare.len()])
        .filter_map(|end| bare.get(..end).map(str::to_owned))
        .collect()
}

/// Returns which of `pieces` parts of an index two neighbouring characters belong to; a term of one has itself as its
/// neighbour.
#[must_use]
pub fn piece(first: char, second: char, pieces: usize) -> usize {
    (u32::from(first) as usize * 31 + u32::from(second) as usize) % pieces.max(1)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Latin and all others that part words by spaces, and digits.
    Spaced,
    Katakana,
    /// Kanji, hiragana, Hangul: words follow each other without a sign.
    Dense,
}

fn script(c: char) -> Script {
    match u32::from(c) {
        0x30A1..=0x30FA | 0x30FD..=0x30FF => Script::Katakana,
        0x3005..=0x3007
        | 0x3041..=0x309F
        | 0x3400..=0x9FFF
        | 0xAC00..=0xD7AF
        | 0xF900..=0xFAFF
        | 0x20000..=0x3FFFF => Script::Dense,
        _ => Script::Spaced,
    }
}

fn is_hiragana(c: char) -> bool {
    ('\u{3041}'..='\u{309f}').contains(&c)
}
