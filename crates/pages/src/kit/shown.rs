//! Words of a body on a page: a type that nobody can make but from what the gate let out.
//!
//! Whether somebody may read a text was decided before, for that person and that way; what comes here knows neither. A
//! field of a view that holds a body's words has this type, so that a handler that forgot the gate does not compile.
//! Words of the catalogues, numbers, ids and the public document stay plain strings.

use std::fmt;

use domain::text::gate::Released;

/// The words of a body, let out to the reader of this page.
///
/// What passed the gate is shown:
///
/// ```
/// use domain::role::Role;
/// use domain::text::class::Class;
/// use domain::text::gate::{Audience, Channel, Classed, Form, Strength, release};
/// use domain::text::phase::Phase;
/// use domain::text::standing::{Grants, Owner};
/// use formats::advisory::Lang;
/// use pages::kit::desk::view::Words;
/// let classed = Classed::new(Class::V, Owner::Shared, Form::Body, "a flaw");
/// let reader = Audience { role: Role::Coordinator, party: None, in_case: true, key: None };
/// let channel = Channel::Session { strength: Strength::Desk };
/// let released = release(&classed, &reader, Phase::P0, &Grants::default(), channel)?;
/// let words = Words { lang: Lang::En, text: released.into() };
/// assert_eq!(format!("{:?}", words.text), "Shown(6 bytes)");
/// # Ok::<(), domain::text::gate::Withheld>(())
/// ```
///
/// A string is not, wherever it comes from:
///
/// ```compile_fail,E0308
/// use formats::advisory::Lang;
/// use pages::kit::desk::view::Words;
/// let words = Words { lang: Lang::En, text: String::from("a flaw") };
/// ```
///
/// Nor does it become one by asking for it:
///
/// ```compile_fail,E0277
/// use formats::advisory::Lang;
/// use pages::kit::desk::view::Words;
/// let words = Words { lang: Lang::En, text: String::from("a flaw").into() };
/// ```
///
/// A released text that was made a string is a string like any other; the lines are those of the first example but for
/// the last but one:
///
/// ```compile_fail,E0308
/// use domain::role::Role;
/// use domain::text::class::Class;
/// use domain::text::gate::{Audience, Channel, Classed, Form, Strength, release};
/// use domain::text::phase::Phase;
/// use domain::text::standing::{Grants, Owner};
/// use formats::advisory::Lang;
/// use pages::kit::desk::view::Words;
/// let classed = Classed::new(Class::V, Owner::Shared, Form::Body, "a flaw");
/// let reader = Audience { role: Role::Coordinator, party: None, in_case: true, key: None };
/// let channel = Channel::Session { strength: Strength::Desk };
/// let released = release(&classed, &reader, Phase::P0, &Grants::default(), channel)?;
/// let words = Words { lang: Lang::En, text: released.words_let_out().to_owned() };
/// assert_eq!(format!("{:?}", words.text), "Shown(6 bytes)");
/// # Ok::<(), domain::text::gate::Withheld>(())
/// ```
///
/// And it has no constructor:
///
/// ```compile_fail
/// use pages::kit::shown::Shown;
/// let shown = Shown(String::from("a flaw"));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown(String);

impl Shown {
    /// Returns the words, for the page that shows them and the form they are put into.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the words of both, one under the other.
    #[must_use]
    pub fn and(&self, other: &Shown) -> Shown {
        Shown(format!("{}\n{}", self.0, other.0))
    }

    /// Returns the beginning as one line of so many characters, without the lines that say nothing.
    #[must_use]
    pub fn gist(&self, chars: usize, is_empty: impl Fn(&str) -> bool) -> Shown {
        let own = self.0.lines().filter(|line| !is_empty(line));
        let words: Vec<&str> = own.flat_map(str::split_whitespace).collect();
        let line = words.join(" ");
        let mut out: String = line.chars().take(chars).collect();
        if line.chars().count() > chars {
            out.push('…');
        }
        Shown(out)
    }
}

impl From<Released> for Shown {
    fn from(released: Released) -> Shown {
        Shown(released.words_let_out().to_owned())
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shown({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::let_out;

    #[test]
    fn a_gist_is_the_beginning_in_one_line_and_says_where_it_was_cut() {
        let text = let_out("■ 概要\n一行目\n 二行目 ");
        let of = |chars| text.gist(chars, |line| line.starts_with('■'));
        assert_eq!(of(7).as_str(), "一行目 二行目");
        assert_eq!(of(5).as_str(), "一行目 二…");
    }

    #[test]
    fn shown_words_do_not_reach_a_log_by_accident() {
        assert_eq!(format!("{:?}", let_out("secret")), "Shown(6 bytes)");
    }
}
