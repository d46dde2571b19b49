//! A range of versions as structure: where it begins, where it ends, and whether each end belongs to it.
//!
//! It reads and writes the words that compare and stand in an answer (`>= 4.0, < 4.2.7`), so that what was
//! recorded before is the same structure. It does not know what a version means to its maker: two versions
//! are compared only where both are plain numbers with dots.

use std::cmp::Ordering;
use std::fmt;

/// Longest version in characters; longer ones are sentences.
pub const VERSION_CHARS_MAX: usize = 64;

/// A range of versions of one product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Range {
    lower: Option<Bound>,
    upper: Option<Bound>,
}

/// One end of a range.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bound {
    version: String,
    inclusive: bool,
}

/// Why words are no range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// A version is missing, too long, or holds a sign that the words use themselves.
    #[error("this is no version")]
    Version,
    /// The words are not in the form of a range.
    #[error("this is no range of versions")]
    Words,
    /// It ends before it begins, so nothing lies in it.
    #[error("the range ends before it begins")]
    Backwards,
}

impl Range {
    /// Names all versions.
    pub const ALL: Range = Range {
        lower: None,
        upper: None,
    };

    /// Makes the range between two ends; an end that is not given is open.
    ///
    /// # Errors
    /// [`RangeError::Backwards`] if no version can lie in it.
    pub fn between(lower: Option<Bound>, upper: Option<Bound>) -> Result<Range, RangeError> {
        if let (Some(from), Some(to)) = (&lower, &upper) {
            match compare(&from.version, &to.version) {
                Some(Ordering::Greater) => return Err(RangeError::Backwards),
                Some(Ordering::Equal) if !(from.inclusive && to.inclusive) => {
                    return Err(RangeError::Backwards);
                }
                _ => {}
            }
        }
        Ok(Range { lower, upper })
    }

    /// Reads the words of an answer; no words at all mean all versions.
    ///
    /// # Errors
    /// [`RangeError`]; such words are shown as they are.
    pub fn parse(words: &str) -> Result<Range, RangeError> {
        let words = normal(words);
        if words.is_empty() || words == "*" {
            return Ok(Range::ALL);
        }
        let (mut lower, mut upper) = (None, None);
        for part in words.split(',') {
            let part = part.trim();
            let (end, bound) = match part {
                _ if part.starts_with(">=") => (&mut lower, Bound::including(&part[2..])?),
                _ if part.starts_with("<=") => (&mut upper, Bound::including(&part[2..])?),
                _ if part.starts_with('>') => (&mut lower, Bound::excluding(&part[1..])?),
                _ if part.starts_with('<') => (&mut upper, Bound::excluding(&part[1..])?),
                _ if part.starts_with('=') => return only(&words),
                _ => return Err(RangeError::Words),
            };
            if end.replace(bound).is_some() {
                return Err(RangeError::Words);
            }
        }
        Range::between(lower, upper)
    }

    /// Returns where it begins.
    #[must_use]
    pub fn lower(&self) -> Option<&Bound> {
        self.lower.as_ref()
    }

    /// Returns where it ends.
    #[must_use]
    pub fn upper(&self) -> Option<&Bound> {
        self.upper.as_ref()
    }

    /// Tells whether a version lies in it, where that can be told; all versions hold every one.
    #[must_use]
    pub fn holds(&self, version: &str) -> Option<bool> {
        let version = normal(version);
        let after = |end: &Bound| match compare(&version, &end.version)? {
            Ordering::Equal => Some(end.inclusive),
            order => Some(order == Ordering::Greater),
        };
        let before = |end: &Bound| match compare(&version, &end.version)? {
            Ordering::Equal => Some(end.inclusive),
            order => Some(order == Ordering::Less),
        };
        let lower = self.lower.as_ref().map_or(Some(true), after)?;
        let upper = self.upper.as_ref().map_or(Some(true), before)?;
        Some(lower && upper)
    }

    /// Tells whether a version lies before everything that belongs to it, where that can be told.
    #[must_use]
    pub fn begins_after(&self, version: &str) -> Option<bool> {
        let Some(lower) = &self.lower else {
            return Some(false);
        };
        Some(match compare(&normal(version), &lower.version)? {
            Ordering::Less => true,
            Ordering::Equal => !lower.inclusive,
            Ordering::Greater => false,
        })
    }

    /// Tells whether some version lies in both, where that can be told.
    #[must_use]
    pub fn overlaps(&self, other: &Range) -> Option<bool> {
        let begins_after = |one: &Range, other: &Range| match (&one.lower, &other.upper) {
            (Some(from), Some(to)) => Some(match compare(&from.version, &to.version)? {
                Ordering::Greater => true,
                Ordering::Equal => !(from.inclusive && to.inclusive),
                Ordering::Less => false,
            }),
            _ => Some(false),
        };
        Some(!begins_after(self, other)? && !begins_after(other, self)?)
    }

    /// Reads a range as pages tell it, or a single version, where no signs stand in it: `before 2.4`, `2.4 以前`, `2.4`.
    ///
    /// # Errors
    /// [`RangeError::Backwards`] if it ends before it begins, [`RangeError::Words`] for other words.
    pub fn told(words: &str) -> Result<Range, RangeError> {
        match Range::parse(words) {
            Ok(range) => Ok(range),
            Err(RangeError::Backwards) => Err(RangeError::Backwards),
            Err(_) => Range::in_words(words).unwrap_or(Err(RangeError::Words)),
        }
    }

    fn in_words(words: &str) -> Option<Result<Range, RangeError>> {
        let words = normal(words).to_lowercase();
        if matches!(
            words.as_str(),
            "all" | "all versions" | "すべてのバージョン"
        ) {
            return Some(Ok(Range::ALL));
        }
        let end = |version: &str, inclusive| {
            let is_plain = numbers(version.trim().trim_start_matches('v')).is_some();
            is_plain
                .then(|| Bound::of(version, inclusive).ok())
                .flatten()
        };
        let upper = |rest: &str| {
            const WITH: [&str; 5] = ["up to and including ", "up to ", "以下", "以前", "まで"];
            const WITHOUT: [&str; 3] = ["before ", "未満", "より前"];
            let cut = |sign: &str| rest.strip_prefix(sign).or(rest.strip_suffix(sign));
            let earlier = rest
                .strip_suffix(" and earlier")
                .and_then(|version| end(version, true));
            let with = WITH.iter().find_map(|sign| end(cut(sign)?, true));
            let without = || WITHOUT.iter().find_map(|sign| end(cut(sign)?, false));
            earlier.or(with).or_else(without)
        };
        let lower = |rest: &str| {
            const WITH: [&str; 4] = ["from ", "以上", "以降", "から"];
            let cut = |sign: &str| rest.strip_prefix(sign).or(rest.strip_suffix(sign));
            let later = rest
                .strip_suffix(" and later")
                .and_then(|version| end(version, true));
            let after = rest
                .strip_prefix("after ")
                .and_then(|version| end(version, false));
            let with = WITH.iter().find_map(|sign| end(cut(sign)?, true));
            later.or(after).or(with)
        };
        if let Some(one) = end(&words, true) {
            return Some(Range::between(Some(one.clone()), Some(one)));
        }
        let pieces = words.split_once(", ").or(words.split_once("から"));
        let pieces = pieces.filter(|(_, to)| !to.trim().is_empty());
        let (from, to) = match pieces {
            Some((from, to)) => (Some(lower(from).or(end(from, true))?), Some(upper(to)?)),
            None => match upper(&words) {
                Some(to) => (None, Some(to)),
                None => (Some(lower(&words)?), None),
            },
        };
        Some(Range::between(from, to))
    }

    /// Tells whether it names all versions.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.lower.is_none() && self.upper.is_none()
    }
}

impl Bound {
    /// Makes an end that belongs to the range.
    ///
    /// # Errors
    /// [`RangeError::Version`].
    pub fn including(version: &str) -> Result<Bound, RangeError> {
        Bound::of(version, true)
    }

    /// Makes an end that does not belong to the range.
    ///
    /// # Errors
    /// [`RangeError::Version`].
    pub fn excluding(version: &str) -> Result<Bound, RangeError> {
        Bound::of(version, false)
    }

    fn of(version: &str, inclusive: bool) -> Result<Bound, RangeError> {
        let version = normal(version);
        let foreign = |c: char| c.is_control() || matches!(c, '<' | '>' | '=' | ',' | '|' | '*');
        if version.is_empty()
            || version.chars().count() > VERSION_CHARS_MAX
            || version.contains(foreign)
        {
            return Err(RangeError::Version);
        }
        Ok(Bound { version, inclusive })
    }

    /// Returns the version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Tells whether the version itself belongs to the range.
    #[must_use]
    pub fn is_inclusive(&self) -> bool {
        self.inclusive
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = |inclusive: bool| if inclusive { "=" } else { "" };
        match (&self.lower, &self.upper) {
            (None, None) => Ok(()),
            (Some(from), Some(to)) if from == to && from.inclusive => {
                write!(f, "= {}", from.version)
            }
            (Some(from), Some(to)) => write!(
                f,
                ">{} {}, <{} {}",
                sign(from.inclusive),
                from.version,
                sign(to.inclusive),
                to.version
            ),
            (Some(from), None) => write!(f, ">{} {}", sign(from.inclusive), from.version),
            (None, Some(to)) => write!(f, "<{} {}", sign(to.inclusive), to.version),
        }
    }
}

/// Reads `= 3.2.1`, which names one version.
fn only(words: &str) -> Result<Range, RangeError> {
    let bound = Bound::including(words.trim_start_matches('=').trim())?;
    Range::between(Some(bound.clone()), Some(bound))
}

/// Full-width digits and signs count, as do spaces of any width.
fn normal(words: &str) -> String {
    let words = crate::text::fold::width(words)
        .replace(['≦', '≤'], "<=")
        .replace(['≧', '≥'], ">=")
        .replace('、', ",");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Compares two versions that are plain numbers with dots; of others nothing is said.
fn compare(a: &str, b: &str) -> Option<Ordering> {
    if a == b {
        return Some(Ordering::Equal);
    }
    let (mut a, mut b) = (numbers(a)?, numbers(b)?);
    let length = a.len().max(b.len());
    a.resize(length, 0);
    b.resize(length, 0);
    Some(a.cmp(&b))
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    let version = version.strip_prefix(['v', 'V']).unwrap_or(version);
    version.split('.').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(words: &str, lower: Option<(&str, bool)>, upper: Option<(&str, bool)>, printed: &str) {
        let range = Range::parse(words).unwrap_or_else(|error| panic!("{words}: {error}"));
        let plain = |bound: Option<&Bound>| bound.map(|b| (b.version.clone(), b.inclusive));
        let wanted = |end: Option<(&str, bool)>| end.map(|(version, i)| (version.to_owned(), i));
        assert_eq!(plain(range.lower()), wanted(lower), "{words}");
        assert_eq!(plain(range.upper()), wanted(upper), "{words}");
        assert_eq!(range.to_string(), printed);
        assert_eq!(
            Range::parse(printed),
            Ok(range),
            "{printed} reads as it was written"
        );
    }

    #[test]
    fn ranges_that_share_a_version_are_known() {
        for (one, other, shared) in [
            ("< 2.4", "< 3.0", Some(true)),
            ("< 2.4", ">= 2.4", Some(false)),
            ("<= 2.4", ">= 2.4", Some(true)),
            ("", "= 1.0", Some(true)),
            (">= 1.0, < 2.0", ">= 2.0", Some(false)),
            ("< v2.4", ">= 2.3", Some(true)),
            ("< 2.4-rc1", ">= 2.3", None),
        ] {
            let [a, b] = [one, other].map(|words| Range::parse(words).unwrap_or_default());
            assert_eq!(a.overlaps(&b), shared, "{one} {other}");
            assert_eq!(b.overlaps(&a), shared, "{other} {one}");
        }
    }

    #[test]
    fn a_range_is_read_as_people_tell_it() {
        for (told, signs) in [
            ("before 2.4", "< 2.4"),
            ("2.4 and earlier", "<= 2.4"),
            ("2.4 以前", "<= 2.4"),
            ("2.4以前", "<= 2.4"),
            ("２.４ 未満", "< 2.4"),
            ("from 2.0, before 3.2.1", ">= 2.0, < 3.2.1"),
            ("2.0 and later", ">= 2.0"),
            ("2.0 以降", ">= 2.0"),
            ("2.0 から", ">= 2.0"),
            ("2.0から2.4まで", ">= 2.0, <= 2.4"),
            ("1.0", "= 1.0"),
            ("<= 2.4", "<= 2.4"),
        ] {
            let range = Range::told(told).map(|range| range.to_string());
            assert_eq!(range.as_deref(), Ok(signs), "{told}");
        }
        for other in ["the branch of autumn", "see below", "none"] {
            assert_eq!(Range::told(other), Err(RangeError::Words), "{other}");
        }
        for backwards in [">= 2.0, < 1.0", "from 2.0, before 1.0", "2.0から1.0まで"] {
            let told = Range::told(backwards);
            assert_eq!(told, Err(RangeError::Backwards), "{backwards}");
        }
    }

    #[test]
    fn a_version_before_everything_that_belongs_to_a_range_is_known() {
        for (range, version, before) in [
            (">= 1.0.8", "1.0.7", Some(true)),
            (">= 1.0.8", "1.0.8", Some(false)),
            ("> 1.0.8", "1.0.8", Some(true)),
            ("= 1.0.8", "1.0.7", Some(true)),
            ("< 2.4", "1.0", Some(false)),
            (">= 1.0.8", "spring", None),
        ] {
            let told = Range::parse(range).unwrap_or_default();
            assert_eq!(told.begins_after(version), before, "{range} {version}");
        }
    }

    #[test]
    fn words_that_stand_in_answers_are_structure() {
        check("", None, None, "");
        check("*", None, None, "");
        check("< 3.2.1", None, Some(("3.2.1", false)), "< 3.2.1");
        check("<=2.6", None, Some(("2.6", true)), "<= 2.6");
        check(
            ">= 4.0, < 4.2.7",
            Some(("4.0", true)),
            Some(("4.2.7", false)),
            ">= 4.0, < 4.2.7",
        );
        check(
            "< 4.2.7 ,>4.0",
            Some(("4.0", false)),
            Some(("4.2.7", false)),
            "> 4.0, < 4.2.7",
        );
        check(
            "= 3.2 SP1",
            Some(("3.2 SP1", true)),
            Some(("3.2 SP1", true)),
            "= 3.2 SP1",
        );
        check(">= 2024-11", Some(("2024-11", true)), None, ">= 2024-11");
    }

    #[test]
    fn full_width_signs_count() {
        check(
            "≧ ３．０、＜ ３．２",
            Some(("3.0", true)),
            Some(("3.2", false)),
            ">= 3.0, < 3.2",
        );
        check("≤ 7", None, Some(("7", true)), "<= 7");
    }

    #[test]
    fn what_is_no_range_says_why() {
        for (words, why) in [
            ("all versions", RangeError::Words),
            ("3.2.1", RangeError::Words),
            ("< 3, < 4", RangeError::Words),
            ("<", RangeError::Version),
            ("< 3 < 4", RangeError::Version),
            ("= 3, < 4", RangeError::Version),
            (">= 4.2, < 4.1.9", RangeError::Backwards),
            (">= 4.10, < 4.9", RangeError::Backwards),
            ("> 4, < 4.0", RangeError::Backwards),
        ] {
            assert_eq!(Range::parse(words), Err(why), "{words}");
        }
        let long = format!("< {}", "9".repeat(VERSION_CHARS_MAX + 1));
        assert_eq!(Range::parse(&long), Err(RangeError::Version));
    }

    #[test]
    fn a_version_lies_in_a_range_or_not() {
        for (range, version, expected) in [
            (">= 1.0.8", "1.0.7", Some(false)),
            (">= 1.0.8", "１．０．８", Some(true)),
            ("> 1.0.8", "1.0.8", Some(false)),
            (">= 1, < 2", "1.9", Some(true)),
            (">= 1, < 2", "2", Some(false)),
            ("*", "7", Some(true)),
            ("< r2", "r1", None),
        ] {
            let range = Range::parse(range).unwrap();
            assert_eq!(range.holds(version), expected, "{range} {version}");
        }
    }

    #[test]
    fn versions_that_are_no_numbers_are_not_compared() {
        assert!(Range::parse(">= r2, < r1").is_ok());
        assert!(Range::parse(">= 4.2, <= 4.2.0").is_ok());
    }

    proptest! {
        #[test]
        fn a_printed_range_reads_as_itself(
            from in proptest::option::of("[0-9a-z][0-9a-z._-]{0,12}"),
            to in proptest::option::of("[0-9a-z][0-9a-z._-]{0,12}"),
            ends in any::<(bool, bool)>(),
        ) {
            let lower = from.map(|v| Bound::of(&v, ends.0)).transpose().ok().flatten();
            let upper = to.map(|v| Bound::of(&v, ends.1)).transpose().ok().flatten();
            if let Ok(range) = Range::between(lower, upper) {
                // An excluded single version is written as two ends, so it stays what it was.
                prop_assert_eq!(Range::parse(&range.to_string()), Ok(range));
            }
        }

        #[test]
        fn no_words_whatever_end_the_program(words in "\\PC{0,40}") {
            let _ = Range::parse(&words);
        }
    }
}
