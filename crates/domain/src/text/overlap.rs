//! Overlap: finds pieces of protected texts that somebody has pasted into an outgoing one.
//!
//! Source: docs/design/security.md §2.9: 8-grams after NFKC, case and space folding, compared with all A, T, H, O
//! and U texts. It finds pasting, not paraphrase, and the documentation says so. A single shared 8-gram is an
//! ordinary word ("vulnerab"), so a hit is an unbroken run of them; a text shorter than a run counts when it stands
//! there whole, and a text of fewer than eight characters is not found, unless it is somebody's name. Of what people are
//! reached by, numbers are found by their digits. Time is linear in both texts, times the few names and numbers.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::text::gate::Classed;

/// How many characters a gram has.
const GRAM_CHARS: usize = 8;

/// How many folded characters in a row make a hit.
///
/// Twenty leave room for a paste of forty that is half white space, and are more than a set phrase.
const RUN_CHARS: usize = 20;

/// Holds the hashed grams of protected texts, and nothing from which to read them back at a glance.
#[derive(Clone, Default)]
pub struct Fingerprint {
    /// From a gram's hash to the characters in a row that make a hit with it.
    grams: HashMap<u64, usize>,
    /// Names too short for a gram, folded.
    names: Vec<Vec<char>>,
    /// Digits of telephone numbers and the like.
    numbers: Vec<Vec<char>>,
}

/// Fewest letters of a name that is looked for: of two kanji there are words.
const NAME_CHARS_MIN: usize = 3;
/// The same in an alphabet, or in kana alone.
const NAME_LETTERS_MIN: usize = 5;
/// Fewest digits of a number by which somebody is reached.
const NUMBER_DIGITS_MIN: usize = 9;

/// Points at a piece of an outgoing text that stands in a protected one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where it begins, in bytes of the outgoing text.
    pub at: usize,
    /// How long it is, in bytes.
    pub len: usize,
}

impl Fingerprint {
    /// Takes the fingerprint of texts.
    pub fn of(texts: &[&str]) -> Fingerprint {
        let mut grams = HashMap::new();
        for text in texts {
            let folded = fold(text);
            let needed = folded.len().min(RUN_CHARS);
            for window in folded.windows(GRAM_CHARS) {
                let entry = grams.entry(hash(window)).or_insert(needed);
                *entry = needed.min(*entry);
            }
        }
        Fingerprint {
            grams,
            ..Fingerprint::default()
        }
    }

    /// Knows names as well, also those that are too short for a gram.
    #[must_use]
    pub fn with_names(mut self, names: &[Classed]) -> Fingerprint {
        for name in names {
            let folded: Vec<char> = letters_of(name.words_for_the_house());
            let is_dense = folded.iter().all(|c| !is_spaced(*c));
            let min = if is_dense && folded.iter().any(|c| is_kanji(*c)) {
                NAME_CHARS_MIN
            } else {
                NAME_LETTERS_MIN
            };
            if (min..GRAM_CHARS).contains(&folded.len()) {
                self.names.push(folded);
            }
        }
        self
    }

    /// Knows the numbers in what people are reached by as well.
    #[must_use]
    pub fn with_numbers(mut self, contacts: &[Classed]) -> Fingerprint {
        for contact in contacts {
            let text = contact.words_for_the_house();
            let found = numbers(&fold(text), text, true).into_iter();
            let digits = found.map(|number| {
                let digits: Vec<char> = number.into_iter().map(|(_, digit)| digit).collect();
                // With the code of a country a zero falls away.
                digits
                    .iter()
                    .copied()
                    .skip_while(|digit| *digit == '0')
                    .collect()
            });
            self.numbers.extend(digits);
        }
        self
    }

    /// Takes the fingerprint of classed texts, which never leave their class for it.
    pub fn of_classed(texts: &[Classed]) -> Fingerprint {
        let texts: Vec<&str> = texts.iter().map(Classed::words_for_the_house).collect();
        Fingerprint::of(&texts)
    }

    /// Finds the pieces of `outgoing` that stand in the protected texts.
    pub fn hits(&self, outgoing: &str) -> Vec<Hit> {
        let folded = fold(outgoing);
        let mut hits = Vec::new();
        let mut run: Option<Run> = None;
        for (index, window) in folded.windows(GRAM_CHARS).enumerate() {
            match self.grams.get(&hash(window)) {
                Some(needed) => {
                    let run = run.get_or_insert(Run::starting(index));
                    run.end = index + GRAM_CHARS;
                    run.needed = run.needed.min(*needed);
                    run.says_something |= says_something(window);
                }
                None => hits.extend(run.take().and_then(|run| run.hit(&folded))),
            }
        }
        hits.extend(run.and_then(|run| run.hit(&folded)));
        hits.extend(
            self.names
                .iter()
                .flat_map(|name| whole(name, &folded, outgoing)),
        );
        if !self.numbers.is_empty() {
            hits.extend(self.known_numbers(&folded, outgoing));
        }
        hits
    }

    /// Numbers whose digits are known, whatever stands between, before and behind them.
    fn known_numbers(&self, folded: &[Folded], outgoing: &str) -> Vec<Hit> {
        let mut out = Vec::new();
        for row in numbers(folded, outgoing, false) {
            for known in &self.numbers {
                let found = row
                    .windows(known.len())
                    .find(|window| window.iter().map(|(_, digit)| digit).eq(known));
                let ends = found.and_then(|found| found.first().zip(found.last()));
                let Some(((first, _), (last, _))) = ends else {
                    continue;
                };
                let (from, to) = (folded.get(*first), folded.get(*last));
                out.extend(from.zip(to).map(|(from, to)| Hit {
                    at: from.start,
                    len: to.end - from.start,
                }));
            }
        }
        out
    }
}

/// Where a name stands whole; one of an alphabet as words of its own.
fn whole(name: &[char], folded: &[Folded], outgoing: &str) -> Vec<Hit> {
    let is_word = name.iter().any(|c| is_spaced(*c));
    let stands_alone = |from: usize, to: usize| {
        let before = outgoing
            .get(..from)
            .and_then(|text| text.chars().next_back());
        let after = outgoing.get(to..).and_then(|text| text.chars().next());
        ![before, after].into_iter().flatten().any(is_spaced)
    };
    folded
        .windows(name.len())
        .filter(|window| window.iter().map(|one| &one.letter).eq(name))
        .filter_map(|window| {
            let (from, to) = (window.first()?.start, window.last()?.end);
            let hit = Hit {
                at: from,
                len: to - from,
            };
            (!is_word || stands_alone(from, to)).then_some(hit)
        })
        .collect()
}

/// A letter or digit of a script that parts its words by spaces.
fn is_spaced(c: char) -> bool {
    c.is_alphanumeric() && !is_kanji(c) && !matches!(c, '\u{3008}'..='\u{30FF}')
}

/// Rows of digits long enough to reach somebody by, each digit with its place; what people write between them is left out.
/// Where several stand in one line (`apart`), a slash parts them, and so does a bracket behind one that is long enough.
fn numbers(folded: &[Folded], text: &str, apart: bool) -> Vec<Vec<(usize, char)>> {
    let mut out = Vec::new();
    let mut row: Vec<(usize, char)> = Vec::new();
    let mut end = 0;
    for (at, one) in folded.iter().enumerate() {
        // White space is folded away; a new line is another matter.
        let between = text.get(end..one.start).unwrap_or_default();
        if between.contains(['\n', '\r']) {
            out.push(std::mem::take(&mut row));
        }
        end = one.end;
        let is_whole = row.len() >= NUMBER_DIGITS_MIN;
        match one.letter {
            digit @ '0'..='9' => row.push((at, digit)),
            '/' if apart => out.push(std::mem::take(&mut row)),
            '(' | ')' if apart && is_whole => out.push(std::mem::take(&mut row)),
            '-' | '‐' | '‑' | '–' | '−' | 'ー' | '.' | '(' | ')' | '+' | '/' => {}
            _ => out.push(std::mem::take(&mut row)),
        }
    }
    out.push(row);
    out.retain(|row| row.len() >= NUMBER_DIGITS_MIN);
    out
}

fn is_kanji(c: char) -> bool {
    matches!(u32::from(c), 0x3005..=0x3007 | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

fn letters_of(text: &str) -> Vec<char> {
    fold(text).into_iter().map(|one| one.letter).collect()
}

/// Holds a row of grams that are all known.
struct Run {
    start: usize,
    end: usize,
    needed: usize,
    says_something: bool,
}

impl Run {
    fn starting(index: usize) -> Run {
        Run {
            start: index,
            end: index,
            needed: RUN_CHARS,
            says_something: false,
        }
    }

    fn hit(&self, folded: &[Folded]) -> Option<Hit> {
        if self.end - self.start < self.needed || !self.says_something {
            return None;
        }
        let piece = folded.get(self.start..self.end)?;
        let (first, last) = (piece.first()?, piece.last()?);
        Some(Hit {
            at: first.start,
            len: last.end - first.start,
        })
    }
}

/// Holds one folded character and the bytes of the original that it came from.
#[derive(Clone, Copy)]
struct Folded {
    letter: char,
    start: usize,
    end: usize,
}

/// Folds a text: compatibility forms, case, and white space away altogether.
///
/// White space goes entirely because a paste is often wrapped anew, in Japanese in the middle of a word.
fn fold(text: &str) -> Vec<Folded> {
    let mut folded = Vec::with_capacity(text.len());
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        let mut end = start + first.len_utf8();
        while let Some((at, mark)) = chars.next_if(|(_, next)| joins_previous(*next)) {
            end = at + mark.len_utf8();
        }
        let Some(group) = text.get(start..end) else {
            continue;
        };
        for letter in group.nfkc().flat_map(char::to_lowercase) {
            if !letter.is_whitespace() && !is_invisible(letter) {
                folded.push(Folded { letter, start, end });
            }
        }
    }
    folded
}

/// Combining marks belong to the letter before, and so do the half-width voicing marks of Japanese.
fn joins_previous(letter: char) -> bool {
    is_combining_mark(letter) || matches!(letter, '\u{ff9e}' | '\u{ff9f}')
}

/// Letters that nobody sees would break a run.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

/// Hashes a gram (FNV-1a over its letters).
fn hash(window: &[Folded]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for folded in window {
        hash ^= u64::from(u32::from(folded.letter));
        hash = hash.wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

/// Tells whether a gram is more than punctuation, digits or the beginning of a link.
fn says_something(window: &[Folded]) -> bool {
    let gram: String = window.iter().map(|folded| folded.letter).collect();
    let is_scheme = ["https://www.", "http://www."]
        .iter()
        .any(|scheme| scheme.contains(&gram));
    !is_scheme && gram.chars().any(char::is_alphabetic)
}
