//! What a client would rather have: the weighted lists of Accept headers (RFC 9110 §12.4.2), and the language.
//!
//! Works on bytes, since a header may hold anything; what cannot be read counts as not said. It knows no request.

use std::cmp::Reverse;

use formats::advisory::Lang;

/// Longest Accept-Language that is looked at: browsers send less than a fifth of it.
const LANGUAGES_BYTES_MAX: usize = 1 << 10;
/// The weight of what has none, in thousandths.
const WEIGHT_MAX: u16 = 1_000;

/// Returns the members of a list with their weights in thousandths; zero refuses.
pub fn weighted(list: &[u8]) -> impl Iterator<Item = (&[u8], u16)> {
    list.split(|byte| *byte == b',').map(|member| {
        let mut parts = member.split(|byte| *byte == b';');
        let name = parts.next().unwrap_or_default().trim_ascii();
        (name, parts.find_map(weight).unwrap_or(WEIGHT_MAX))
    })
}

/// Returns the language to answer in; Japanese where Accept-Language does not tell.
#[must_use]
pub fn language(accept: &[u8]) -> Lang {
    if accept.len() > LANGUAGES_BYTES_MAX {
        return Lang::Ja;
    }
    if wish(accept, Lang::En) > wish(accept, Lang::Ja) {
        Lang::En
    } else {
        Lang::Ja
    }
}

/// How much a language is wanted, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wish {
    Refused,
    Unsaid,
    /// By weight; of equal weights the one that is named first.
    Wanted(u16, Reverse<usize>),
}

fn wish(accept: &[u8], lang: Lang) -> Wish {
    let (mut named, mut any): (Option<Wish>, Option<Wish>) = (None, None);
    for (place, (range, weight)) in weighted(accept).enumerate() {
        let wish = match weight {
            0 => Wish::Refused,
            _ => Wish::Wanted(weight, Reverse(place)),
        };
        let tag = lang.tag().as_bytes();
        let (language, region) = range.split_at_checked(tag.len()).unwrap_or_default();
        if range == b"*" {
            any = any.max(Some(wish));
        } else if language.eq_ignore_ascii_case(tag) {
            // Who refuses a region refuses nothing of ours: we write for none.
            let counts = region.is_empty() || (region.starts_with(b"-") && weight > 0);
            if counts {
                named = named.max(Some(wish));
            }
        }
    }
    named.or(any).unwrap_or(Wish::Unsaid)
}

/// Returns the weight that a parameter gives; digits behind the third are not looked at.
fn weight(parameter: &[u8]) -> Option<u16> {
    let [b'q' | b'Q', rest @ ..] = parameter.trim_ascii() else {
        return None;
    };
    let [b'=', weight @ ..] = rest.trim_ascii_start() else {
        return None;
    };
    let (whole, fraction): (u8, &[u8]) = match weight.trim_ascii() {
        [whole] => (*whole, &[]),
        [whole, b'.', fraction @ ..] => (*whole, fraction),
        _ => return None,
    };
    let mut thousandths = match whole {
        b'0' => 0,
        b'1' => WEIGHT_MAX,
        _ => return None,
    };
    for (digit, worth) in fraction.iter().zip([100, 10, 1]) {
        if !digit.is_ascii_digit() {
            return None;
        }
        thousandths += u16::from(digit - b'0') * worth;
    }
    (thousandths <= WEIGHT_MAX).then_some(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_says_which_language_it_would_rather_have() {
        for (accept, expected) in [
            ("en-GB,en;q=0.9,ja;q=0.2", Lang::En),
            ("ja,en;q=0.2", Lang::Ja),
            ("ja-JP", Lang::Ja),
            ("EN-us", Lang::En),
            ("en;q=0.8, ja-JP;q=0.9", Lang::Ja),
            ("ja;q=0.100, en;q=0.101", Lang::En),
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", Lang::En),
            ("zh-Hans-CN, en ; Q = 0.5", Lang::En),
            // The order counts among equals.
            ("en, ja", Lang::En),
            ("ja, en", Lang::Ja),
            ("en;q=0.5, *;q=0.5", Lang::En),
            // Zero refuses, and `*` speaks of what is not named.
            ("ja;q=0", Lang::En),
            ("ja;q=0, en;q=0", Lang::Ja),
            ("ja;q=0.000, en;q=0.001", Lang::En),
            ("ja;q=0, *", Lang::En),
            ("en;q=0.3, *;q=0.7", Lang::Ja),
            ("en;q=0.7, *;q=0.3", Lang::En),
            ("*", Lang::Ja),
            ("*;q=0, en", Lang::En),
            ("en-GB;q=0, en;q=0.5, ja;q=0.1", Lang::En),
            ("ja;q=0, ja-JP, en;q=0.5", Lang::Ja),
            // Nothing that we have.
            ("", Lang::Ja),
            ("fr, de", Lang::Ja),
            ("eng, jav", Lang::Ja),
            ("x-en, i-ja", Lang::Ja),
        ] {
            assert_eq!(language(accept.as_bytes()), expected, "{accept}");
        }
    }

    #[test]
    fn nonsense_is_not_said() {
        for accept in [
            ",;,;q=,=;",
            ";;;;",
            "en;q",
            "en;q=",
            "en;q=.5",
            "en;q=2",
            "en;q=1.5",
            "en;q=-1",
            "en;q=0.a",
            "en;level=1",
        ] {
            let expected = if accept.starts_with("en") {
                Lang::En
            } else {
                Lang::Ja
            };
            assert_eq!(language(accept.as_bytes()), expected, "{accept}");
        }
        assert_eq!(language(b"\xff\xfe,en"), Lang::En);
        assert_eq!(language("日本語, en".as_bytes()), Lang::En);
        assert_eq!(language("e\u{301}, j".as_bytes()), Lang::Ja);
        // Too long to be a browser's.
        assert_eq!(language("en,".repeat(1_000).as_bytes()), Lang::Ja);
    }

    #[test]
    fn members_come_with_their_weights() {
        let read: Vec<(&[u8], u16)> = weighted(b"br;q=0, gzip ; q=0.25 ,*;q=1.000").collect();
        assert_eq!(
            read,
            [
                (b"br".as_slice(), 0),
                (b"gzip".as_slice(), 250),
                (b"*".as_slice(), 1_000)
            ]
        );
    }
}
