//! Codes in a text, and which of them stand where we wrote them.
//!
//! A text is looked at without its spaces, marks of quotation and forms of letters, so that neither another language nor
//! another program's way to quote, break or colour lines changes what is found. It knows no code to be right.

use domain::text::fold::{is_dash, width};

/// Letters before a code that tell a quotation by themselves: the line before it is among them.
const BEFORE: usize = 24;
/// Letters on either side that tell it together.
const BESIDE: usize = 6;
/// Letters between the first digits of a code and its last one.
const APART: usize = 12;
/// Letters looked at.
const LETTERS_MAX: usize = 200_000;
/// Codes found in one text.
const FOUND_MAX: usize = 64;

/// What stood between a letter and the one before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Space,
    Line,
}

/// A text without spaces and marks, which are remembered by the letter after them.
#[derive(Clone)]
pub(super) struct Flat {
    letters: Vec<char>,
    gaps: Vec<Gap>,
}

/// A code and the places of its first letter and of what follows it.
struct Found {
    code: String,
    start: usize,
    end: usize,
}

impl Flat {
    pub(super) fn of(text: &str) -> Flat {
        let mut flat = Flat {
            letters: Vec::new(),
            gaps: Vec::new(),
        };
        let mut gap = Gap::Line;
        for c in width(text).chars() {
            if c == '\n' || c == '\r' {
                gap = Gap::Line;
            } else if c.is_whitespace() || matches!(c, '>' | '|' | '*') {
                if gap == Gap::None {
                    gap = Gap::Space;
                }
            } else if flat.letters.len() < LETTERS_MAX {
                flat.letters.extend(c.to_lowercase());
                flat.gaps.resize(flat.letters.len(), Gap::None);
                if let Some(last) = flat.gaps.last_mut() {
                    *last = gap;
                }
                gap = Gap::None;
            }
        }
        flat
    }

    /// The codes of this text, without those that stand in `sent` at the same place.
    pub(super) fn codes_beside(&self, sent: &Flat) -> Vec<String> {
        let ours = sent.found();
        let is_ours = |found: &Found| {
            let mut same = ours.iter().filter(|our| our.code == found.code);
            same.any(|our| self.stands_as((found.start, found.end), sent, (our.start, our.end)))
        };
        let found = self.found();
        found
            .into_iter()
            .filter(|found| !is_ours(found))
            .map(|found| found.code)
            .collect()
    }

    /// Whether the digits of a code stand here on one line, with at most one sign between two of them, and no more digits on
    /// either side; where its first five are ours, nobody typed them.
    pub(super) fn holds_whole(&self, sent: &Flat, code: &str) -> bool {
        let first = code.get(..code.len().saturating_sub(1)).unwrap_or_default();
        let ours: Vec<(usize, usize)> = sent.runs(first);
        self.runs(code).into_iter().any(|(start, end)| {
            let is_ours = ours.iter().any(|(from, to)| {
                self.stands_as((start, self.end_of(start, first)), sent, (*from, *to))
            });
            // A month behind a space is no last digit.
            let is_word = self.gaps.get(end - 1) != Some(&Gap::None)
                && self.gaps.get(end) == Some(&Gap::None)
                && self
                    .letters
                    .get(end)
                    .copied()
                    .is_some_and(char::is_alphabetic);
            !is_ours && !is_word && !self.goes_on(start, end)
        })
    }

    /// Where these digits stand on one line, with at most one sign between two of them.
    fn runs(&self, digits: &str) -> Vec<(usize, usize)> {
        if digits.is_empty() {
            return vec![];
        }
        let starts = 0..self.letters.len();
        starts
            .filter_map(|start| Some((start, self.run_from(start, digits)?)))
            .take(FOUND_MAX)
            .collect()
    }

    fn run_from(&self, start: usize, digits: &str) -> Option<usize> {
        let mut at = start;
        for (n, digit) in digits.chars().enumerate() {
            if n > 0 {
                let is_sign = self.letters.get(at).is_some_and(|c| !c.is_alphanumeric());
                at += usize::from(is_sign);
                let breaks = |at: usize| self.gaps.get(at) == Some(&Gap::Line);
                if breaks(at) || (is_sign && breaks(at - 1)) {
                    return None;
                }
            }
            if self.letters.get(at) != Some(&digit) {
                return None;
            }
            at += 1;
        }
        Some(at)
    }

    fn end_of(&self, start: usize, digits: &str) -> usize {
        self.run_from(start, digits).unwrap_or(start)
    }

    /// Whether digits go on beside a run, with nothing or one sign between.
    fn goes_on(&self, start: usize, end: usize) -> bool {
        let joined = |at: usize| self.gaps.get(at) == Some(&Gap::None);
        let is_digit = |at: usize| self.letters.get(at).is_some_and(char::is_ascii_digit);
        let is_sign = |at: usize| {
            self.letters
                .get(at)
                .is_some_and(|c| "-./,_".contains(*c) || is_dash(*c))
        };
        let before = start.checked_sub(1).filter(|_| joined(start));
        let begins = before.is_some_and(|at| {
            let further = at.checked_sub(1).filter(|_| joined(at));
            is_digit(at) || (is_sign(at) && further.is_some_and(is_digit))
        });
        let ends = joined(end)
            && (is_digit(end) || (is_sign(end) && joined(end + 1) && is_digit(end + 1)));
        begins || ends
    }

    /// Whether the first digits of a code stand here, and beside them the last one, as the mail describes it: in brackets,
    /// on the next line, after a word. Where we wrote the first digits ourselves, nobody typed them.
    pub(super) fn holds_apart(&self, sent: &Flat, code: &str) -> bool {
        let Some((first, last)) = code.split_at_checked(code.len().saturating_sub(1)) else {
            return false;
        };
        let of = |chain: &Chain| chain.is_free && chain.digits == first;
        let ours: Vec<Chain> = sent.chains().into_iter().filter(of).collect();
        let is_ours = |found: &Chain| {
            let mut ours = ours.iter();
            ours.any(|our| self.stands_as((found.start, found.end), sent, (our.start, our.end)))
        };
        let chains = self.chains();
        let behind = |at: usize| {
            let next = chains.get(at + 1)?;
            let between = next.start.checked_sub(chains.get(at)?.end)?;
            // A month, or our own "1桁", is no last digit.
            let is_alone = next.is_free && !next.begins_a_word;
            Some(is_alone && next.digits == last && between <= APART)
        };
        // Some tell the digit of the subject first, as they see it first.
        let ahead = |at: usize| {
            let (chain, prior) = (chains.get(at)?, chains.get(at.checked_sub(1)?)?);
            let between = chain.start.checked_sub(prior.end)?;
            // A day or a month is no digit of a subject; "7です" tells one.
            let is_told = !prior.begins_a_word || self.letters.get(prior.end) == Some(&'で');
            Some(prior.is_free && is_told && prior.digits == last && between <= APART)
        };
        chains.iter().enumerate().any(|(at, chain)| {
            let is_told = behind(at) == Some(true) || ahead(at) == Some(true);
            of(chain) && !is_ours(chain) && is_told
        })
    }

    /// Whether what stands here stands between the same letters as what we sent.
    fn stands_as(&self, here: (usize, usize), sent: &Flat, ours: (usize, usize)) -> bool {
        let before = |letters| {
            letters <= ours.0 && self.before(here.0, letters) == sent.before(ours.0, letters)
        };
        before(BEFORE) || (before(BESIDE) && self.after(here.1) == sent.after(ours.1))
    }

    fn before(&self, start: usize, letters: usize) -> Option<&[char]> {
        self.letters.get(start.checked_sub(letters)?..start)
    }

    fn after(&self, end: usize) -> &[char] {
        let last = self.letters.len().min(end + BESIDE);
        self.letters.get(end..last).unwrap_or_default()
    }

    /// Codes: six digits in one chain, or in neighbouring chains of one line, and no piece of a longer number or word.
    fn found(&self) -> Vec<Found> {
        let chains = self.chains();
        let mut found = Vec::new();
        for first in 0..chains.len() {
            let mut code = String::new();
            for (at, chain) in chains.iter().enumerate().skip(first) {
                let follows =
                    at == first || (chain.follows && chains.get(at - 1).is_some_and(|c| c.is_free));
                if !follows || !chain.is_free {
                    break;
                }
                code.push_str(&chain.digits);
                if code.len() >= 6 {
                    // What is put together ends where digits go on; six in one chain are whole whatever follows.
                    let goes_on = at > first
                        && chains
                            .get(at + 1)
                            .is_some_and(|next| next.follows && !next.begins_a_word);
                    let has_begun = chains
                        .get(first)
                        .is_some_and(|chain| chain.follows && at > first);
                    if code.len() == 6 && !goes_on && !has_begun && found.len() < FOUND_MAX {
                        let start = chains.get(first).map_or(0, |chain| chain.start);
                        found.push(Found {
                            code: code.clone(),
                            start,
                            end: chain.end,
                        });
                    }
                    break;
                }
            }
        }
        found
    }

    /// Chains of digits with single dashes between them.
    fn chains(&self) -> Vec<Chain> {
        let letter = |at: usize| self.letters.get(at).copied();
        let joined = |at: usize| self.gaps.get(at).is_some_and(|gap| *gap == Gap::None);
        let is_digit = |at: usize| letter(at).is_some_and(|c| c.is_ascii_digit());
        let mut chains: Vec<Chain> = Vec::new();
        let mut at = 0;
        while at < self.letters.len() {
            if !is_digit(at) {
                at += 1;
                continue;
            }
            let start = at;
            let mut digits = String::new();
            loop {
                digits.extend(letter(at));
                let is_inner = letter(at + 1).is_some_and(is_dash) && joined(at + 1);
                if is_digit(at + 1) && joined(at + 1) {
                    at += 1;
                } else if is_inner && is_digit(at + 2) && joined(at + 2) {
                    at += 2;
                } else {
                    break;
                }
            }
            at += 1;
            let touches = |c: Option<char>, more: &[char]| {
                c.is_some_and(|c| {
                    c.is_ascii_alphanumeric() || "-/@_+".contains(c) || more.contains(&c)
                })
            };
            let before = (start > 0 && joined(start))
                .then(|| letter(start - 1))
                .flatten();
            let after = joined(at).then(|| letter(at)).flatten();
            let decimal = after == Some('.') && joined(at + 1) && is_digit(at + 1);
            let last = chains.last();
            chains.push(Chain {
                start,
                end: at,
                is_free: !touches(before, &['#', '.']) && !touches(after, &[]) && !decimal,
                begins_a_word: after.is_some_and(char::is_alphabetic),
                follows: last.is_some_and(|last| last.end == start)
                    && self.gaps.get(start).is_some_and(|gap| *gap == Gap::Space),
                digits,
            });
        }
        chains
    }
}

struct Chain {
    start: usize,
    end: usize,
    digits: String,
    /// It is no piece of a word or of a longer number.
    is_free: bool,
    /// A letter stands right behind it.
    begins_a_word: bool,
    /// The chain before it stands on the same line, and only space between them.
    follows: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_as_people_write_them() {
        #[track_caller]
        fn check(text: &str, expected: &[&str]) {
            assert_eq!(
                Flat::of(text).codes_beside(&Flat::of("")),
                expected,
                "{text}"
            );
        }
        check("確認しました。コードは１２３－４５６です。", &["123456"]);
        check("code: 123 456.", &["123456"]);
        check("12345 6", &["123456"]);
        check("12345-6 です", &["123456"]);
        check("123 456 11月30日", &["123456"]);
        check("照会キー123456 と 654ー321", &["123456", "654321"]);
        check("*123456*", &["123456"]);
        check("12\u{200b}3456", &["123456"]);
        check("確認コード：123456", &["123456"]);
        // What is a piece of something else is none.
        check(
            "電話 03-0000-0012 番号 NRS#48217734 CVE-2026-123456 1234567 2026-11-22",
            &[],
        );
        check(
            "A123456 123456B 123-4567 12 3456a 1.123456 123456.7 #333333",
            &[],
        );
        // A longer number in groups is none.
        check("03 1234 5678", &[]);
        check("123 456 789", &[]);
        check("123456 10:30", &["123456"]);
        check("123456 03-1234-5678", &["123456"]);
        check("123456 2026/12/01", &["123456"]);
        // Two lines are no number.
        check("123\n456", &[]);
    }

    #[test]
    fn a_known_code_is_found_whatever_stands_beside_it() {
        let sent = "お使いの製品に影響がある場合は次をお知らせください。\n確認コード: 94390 と、件名の数字1桁\ndesk@house.example";
        let quoted = sent.replace(" と、件名の数字1桁", " 7");
        let holds = |text: &str| Flat::of(text).holds_whole(&Flat::of(sent), "943907");
        for typed in [
            "No.943907",
            "#943907",
            "Code943907",
            "(code-943907)",
            "コード_943907",
            "943907/Sato",
            "943907-",
            "943,907",
            "94390+7",
            "94390/7",
            "9 4 3 9 0 7",
            "123456 943907",
        ] {
            assert!(holds(typed), "{typed}");
            assert!(holds(&format!("> {sent}\n{typed}")), "{typed}");
        }
        for other in [
            "1943907",
            "9439071",
            "03-943907",
            "943907-1234",
            "94390\n7",
            "943906",
            "2026.943907.1",
            "確認コード: 94390 7月",
            quoted.as_str(),
        ] {
            assert!(!holds(other), "{other}");
        }
        let many: String = (0..40).map(|n| format!("{} ", 100_000 + n)).collect();
        assert!(holds(&format!("{many}\n943907")));
    }

    #[test]
    fn a_code_that_is_told_in_two_pieces_is_one() {
        let sent =
            "たつぎへおしらせください。確認コード: 71975 と、件名の数字1桁\ndesk@house.example";
        let holds = |text: &str| Flat::of(text).holds_apart(&Flat::of(sent), "719751");
        for typed in [
            "71975 [1]",
            "71975[1]",
            "71975\n1",
            "71975 and 1",
            "件名の数字は1です。確認コード 71975",
            "[1] 71975",
            "７１９７５、１",
            "71975 と 1 です",
        ] {
            assert!(holds(typed), "{typed}");
            assert!(holds(&format!("{typed}\n> {sent}")), "{typed}");
        }
        assert!(!holds("1日に確認。71975") && !holds("1月分です 71975"));
        assert!(!holds("71975 です。1月に") && !holds("件名 71975 と、件名の数字1桁"));
        for other in [
            sent,
            &sent.replace('\n', "\n> "),
            "71975 [2]",
            "71975 12",
            "71975",
            "71975 in the letter of yesterday 1",
        ] {
            assert!(!holds(other), "{other}");
        }
    }

    #[test]
    fn what_stands_where_we_wrote_it_is_no_answer() {
        let sent = "If you cannot use the page, reply to this mail with the code,\nor tell us by telephone.\n\
                    Confirmation code: 222222\ndesk@house.example\n";
        let left = |text: &str| Flat::of(text).codes_beside(&Flat::of(sent));
        for quoted in [
            sent.to_owned(),
            sent.replace('\n', "\n> "),
            sent.replace('\n', " "),
            sent.replace("desk@house.example", "[mailto:desk@house.example]"),
            sent.replace(" by telephone.\n", "\n>> by telephone.\n>> "),
            sent.to_uppercase(),
        ] {
            assert!(left(&quoted).is_empty(), "{quoted}");
            assert_eq!(left(&format!("222222\n{quoted}")), ["222222"]);
            assert_eq!(left(&format!("{quoted}\n222222")), ["222222"]);
        }
        assert_eq!(
            left("Confirmation code: 222222\nThank you, Sato"),
            ["222222"]
        );
    }
}
