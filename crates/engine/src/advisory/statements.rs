//! A vendor's statements as the editions of an advisory show them: nothing that was said is missing from any.
//!
//! It knows neither gate nor overlap check; what comes here was released.

use domain::value::About;
use formats::advisory::{Lang, Words};

/// A released text with what it speaks of.
pub(super) type Said<'a> = (Option<&'a About>, Words);

/// Joins statements: what speaks of everything first, what speaks of one product with its name in front. There is an
/// edition for each language in which everything was said; if there is none, one holds each statement in the
/// language that it has.
pub(super) fn editions(said: &[Said<'_>]) -> (Option<Words>, Option<Words>) {
    let Some((_, first)) = said.first() else {
        return (None, None);
    };
    let mut abouts: Vec<Option<&About>> = Vec::new();
    for (about, _) in said {
        if !abouts.contains(about) {
            abouts.push(*about);
        }
    }
    abouts.sort_by_key(Option::is_some);
    let of = |wanted: Option<&About>, lang: Option<Lang>| {
        said.iter()
            .find(|(about, words)| *about == wanted && lang.is_none_or(|lang| lang == words.lang))
    };
    let edition = |lang: Lang| {
        let pieces = abouts.iter().filter_map(|about| {
            let (about, words) = of(*about, Some(lang)).or_else(|| of(*about, None))?;
            Some(match about {
                Some(about) => format!("{about}: {}", words.text),
                None => words.text.clone(),
            })
        });
        let text = pieces.collect::<Vec<_>>().join("\n\n");
        Words { lang, text }
    };
    let is_whole = |lang: Lang| abouts.iter().all(|about| of(*about, Some(lang)).is_some());
    let mut whole = Lang::ALL.into_iter().filter(|lang| is_whole(*lang));
    match (whole.next(), whole.next()) {
        (Some(one), other) => (Some(edition(one)), other.map(edition)),
        _ => (Some(edition(first.lang)), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(lang: Lang, text: &str) -> Words {
        Words {
            lang,
            text: text.to_owned(),
        }
    }

    #[test]
    fn nothing_that_was_said_is_missing_from_an_edition() {
        let gate = About {
            product: "Gateway".to_owned(),
            versions: "< 3".to_owned(),
        };
        let mut said = vec![
            (Some(&gate), words(Lang::En, "Update.")),
            (None, words(Lang::Ja, "調査中です。")),
        ];
        let (one, other) = editions(&said);
        let text = "調査中です。\n\nGateway (< 3): Update.";
        assert_eq!((one, other), (Some(words(Lang::En, text)), None));
        said.push((Some(&gate), words(Lang::Ja, "更新してください。")));
        let japanese = words(
            Lang::Ja,
            "調査中です。\n\nGateway (< 3): 更新してください。",
        );
        assert_eq!(editions(&said), (Some(japanese.clone()), None));
        said.push((None, words(Lang::En, "We are looking.")));
        let english = words(Lang::En, "We are looking.\n\nGateway (< 3): Update.");
        assert_eq!(editions(&said), (Some(japanese), Some(english)));
        assert_eq!(editions(&[]), (None, None));
    }
}
