//! What is new between two texts, by lines first and by words inside the lines that changed.
//!
//! Pure, and the same at every run: Myers' algorithm as `similar` has it, which bounds its search by the size of the
//! texts and never by a clock. It knows no HTML. Japanese has no spaces, so a word is a run of one kind of letter.

use similar::{Algorithm, ChangeTag, capture_diff_slices};

/// Whether a piece stands in both texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Same,
    Added,
    Removed,
}

/// A run of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub change: Change,
    pub text: String,
}

/// Lines that changed together, after the unchanged line before them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    pub pieces: Vec<Piece>,
}

/// Returns what is new in `after`, nothing if the texts are equal.
#[must_use]
pub fn hunks(before: &str, after: &str) -> Vec<Hunk> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut out = Vec::new();
    let (mut removed, mut added): (Vec<&str>, Vec<&str>) = (vec![], vec![]);
    let mut context = "";
    for (change, line) in steps(&old, &new) {
        match change {
            Change::Removed => removed.push(line),
            Change::Added => added.push(line),
            Change::Same => {
                out.extend(hunk(context, &mut removed, &mut added));
                if !line.trim().is_empty() {
                    context = line;
                }
            }
        }
    }
    out.extend(hunk(context, &mut removed, &mut added));
    out
}

fn hunk<'a>(context: &str, removed: &mut Vec<&'a str>, added: &mut Vec<&'a str>) -> Option<Hunk> {
    if removed.is_empty() && added.is_empty() {
        return None;
    }
    let (old, new) = (removed.join("\n"), added.join("\n"));
    removed.clear();
    added.clear();
    let mut pieces = Vec::new();
    if !context.is_empty() {
        push(&mut pieces, Change::Same, context);
        push(&mut pieces, Change::Same, "\n");
    }
    for (change, word) in steps(&words(&old), &words(&new)) {
        push(&mut pieces, change, word);
    }
    Some(Hunk { pieces })
}

fn push(pieces: &mut Vec<Piece>, change: Change, text: &str) {
    match pieces.last_mut().filter(|last| last.change == change) {
        Some(last) => last.text.push_str(text),
        None => pieces.push(Piece {
            change,
            text: text.to_owned(),
        }),
    }
}

/// Cuts a text into words: runs of one kind of letter, and every other sign by itself.
fn words(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut kind = None;
    for (at, letter) in text.char_indices() {
        let now = kind_of(letter);
        if kind.is_some() && (kind != Some(now) || now == Kind::Sign) {
            out.extend(text.get(start..at));
            start = at;
        }
        kind = Some(now);
    }
    out.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Latin,
    Space,
    Hiragana,
    Katakana,
    Kanji,
    Sign,
}

fn kind_of(letter: char) -> Kind {
    match letter {
        '\u{3041}'..='\u{309f}' => Kind::Hiragana,
        '\u{30a0}'..='\u{30ff}' => Kind::Katakana,
        '\u{3005}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' => Kind::Kanji,
        _ if letter.is_whitespace() => Kind::Space,
        _ if letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_') => Kind::Latin,
        _ => Kind::Sign,
    }
}

/// The way from one row to the other: what stays, goes and comes, in order.
fn steps<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(Change, &'a str)> {
    let mut out = Vec::with_capacity(old.len().max(new.len()));
    for step in capture_diff_slices(Algorithm::Myers, old, new) {
        for (tag, run) in step.iter_slices(old, new) {
            let change = match tag {
                ChangeTag::Equal => Change::Same,
                ChangeTag::Delete => Change::Removed,
                ChangeTag::Insert => Change::Added,
            };
            out.extend(run.iter().map(|piece| (change, *piece)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(before: &str, after: &str) -> String {
        let mut out = String::new();
        for hunk in hunks(before, after) {
            for piece in hunk.pieces {
                match piece.change {
                    Change::Same => out.push_str(&piece.text),
                    Change::Added => out.push_str(&format!("[+{}]", piece.text)),
                    Change::Removed => out.push_str(&format!("[-{}]", piece.text)),
                }
            }
            out.push('|');
        }
        out
    }

    #[test]
    fn changed_words_are_marked_and_unchanged_lines_are_left_out() {
        assert_eq!(written("a\nb\n", "a\nb\n"), "");
        assert_eq!(
            written(
                "head\nUpdate to 3.2.1 today.\nfoot",
                "head\nUpdate to 3.2.2 today.\nfoot"
            ),
            "head\nUpdate to [-3.2.1][+3.2.2] today.|"
        );
        assert_eq!(
            written("概要\n設定が漏えいします。", "概要\n設定が改ざんされます。"),
            "概要\n設定が[-漏えいします][+改ざんされます]。|"
        );
    }

    #[test]
    fn lines_that_came_or_went_stand_whole() {
        assert_eq!(written("", "new line"), "[+new line]|");
        assert_eq!(written("one\ntwo\nthree", "one\nthree"), "one\n[-two]|");
    }

    #[test]
    fn applying_the_steps_gives_both_texts_back() {
        gives_both_back("a b c\nd e\nf", "a x c\nf\ng h");
        gives_both_back("", "概要");
        gives_both_back("概要", "");
        let numbers = |from: usize| (from..from + 5_000).map(|n| format!("{} ", n % 997));
        // Two texts of the largest size with nothing in its place: over in a moment, and still both texts.
        gives_both_back(
            &numbers(0).collect::<String>(),
            &numbers(500).rev().collect::<String>(),
        );
    }

    fn gives_both_back(before: &str, after: &str) {
        let (old, new): (Vec<&str>, Vec<&str>) = (words(before), words(after));
        let steps = steps(&old, &new);
        let keep = |not: Change| -> String {
            steps
                .iter()
                .filter(|(c, _)| *c != not)
                .map(|(_, w)| *w)
                .collect()
        };
        assert_eq!(keep(Change::Added), before);
        assert_eq!(keep(Change::Removed), after);
    }
}
