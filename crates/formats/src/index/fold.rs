//! How the search makes spellings equal, and which terms a text is found by.
//!
//! `assets/find.js` of `pages` does the same in the browser; `fixtures/find/folding.json` holds both to one
//! answer. Knows no advisory. Words of Latin letters or katakana are kept whole and found by any part of
//! them; between kanji and hiragana nothing marks a word, so there every two neighbours are a term. Two
//! Latin letters, on the other hand, stand side by side in every English text and would tell nothing.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Most characters of a word that are kept: long enough for names, too short for keys and dumps in a text.
pub const WORD_CHARS_MAX: usize = 40;

/// Spellings of the same sound, each with the one that is kept.
const SOUNDS: [(&str, &str); 10] = [
    ("ヴァ", "バ"),
    ("ヴィ", "ビ"),
    ("ヴェ", "ベ"),
    ("ヴォ", "ボ"),
    ("ヴ", "ブ"),
    ("ゔぁ", "ば"),
    ("ゔぃ", "び"),
    ("ゔぇ", "べ"),
    ("ゔぉ", "ぼ"),
    ("ゔ", "ぶ"),
];

/// Returns `text` in one width and case, small kana large, without long-vowel marks, and with one space for
/// everything between letters and digits. Katakana and hiragana stay apart.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut text = text.nfkc().collect::<String>().to_lowercase();
    if text.contains(['ヴ', 'ゔ']) {
        for (from, to) in SOUNDS {
            text = text.replace(from, to);
        }
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| *c != 'ー') {
        if c.is_alphanumeric() {
            out.push(large(c));
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Returns a plain text with its katakana as hiragana, for looking into titles and names.
#[must_use]
pub fn loose(plain: &str) -> String {
    plain
        .chars()
        .map(|c| match c {
            'ァ'..='ヶ' | 'ヽ' | 'ヾ' => shifted(c, -0x60),
            _ => c,
        })
        .collect()
}

/// Adds the terms of a plain text to `terms`.
pub fn terms(plain: &str, terms: &mut BTreeSet<String>) {
    for word in plain.split(' ') {
        let chars: Vec<char> = word.chars().collect();
        for run in chars.chunk_by(|a, b| script(*a) == script(*b)) {
            if script(run.first().copied().unwrap_or(' ')) == Script::Dense {
                terms.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
            } else if run.len() > 1 {
                terms.insert(run.iter().take(WORD_CHARS_MAX).collect());
            }
        }
    }
}

/// Returns which of `pieces` parts of an index two neighbouring characters belong to.
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

/// Returns the large form of a small kana: キヤノン and キャノン are one name to a searcher.
fn large(c: char) -> char {
    match c {
        'ぁ' | 'ぃ' | 'ぅ' | 'ぇ' | 'ぉ' | 'っ' | 'ゃ' | 'ゅ' | 'ょ' | 'ゎ' => {
            shifted(c, 1)
        }
        'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' | 'ヮ' => {
            shifted(c, 1)
        }
        'ゕ' => 'か',
        'ゖ' => 'け',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        _ => c,
    }
}

fn shifted(c: char, by: i32) -> char {
    u32::from(c)
        .checked_add_signed(by)
        .and_then(char::from_u32)
        .unwrap_or(c)
}
