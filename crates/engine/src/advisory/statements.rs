//! A vendor's statements as the editions of an advisory show them: nothing that was said is missing from any.
//!
//! It knows neither gate nor overlap check; what comes here was released.

use domain::text::fold;
use domain::value::{About, ProductAnswer, VendorAnswer};
use formats::advisory::{Lang, Remedy, RemedyKind, Vendor, Words};

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

/// Parts what was said by what it speaks of; `products` tells the products of the document that are meant.
fn remedies(
    said: &[Said<'_>],
    kind: RemedyKind,
    products: impl Fn(&About) -> Vec<String>,
) -> Vec<Remedy> {
    let mut parts: Vec<(Option<&About>, Remedy)> = Vec::new();
    for (about, words) in said {
        match parts.iter_mut().find(|(known, _)| known == about) {
            Some((_, remedy)) => remedy.words.push(words.clone()),
            None => parts.push((
                *about,
                Remedy {
                    kind,
                    products: about.map(&products),
                    words: vec![words.clone()],
                },
            )),
        }
    }
    parts.into_iter().map(|(_, remedy)| remedy).collect()
}

/// The remedies with the products that each was told of; none where all of them were told of all.
pub(super) fn told_apart(
    answers: &[ProductAnswer],
    vendor: &Vendor,
    fixes: &[Said<'_>],
    ways_around: &[Said<'_>],
) -> Vec<Remedy> {
    let mut all = fixes.iter().chain(ways_around);
    if all.all(|(about, _)| about.is_none()) {
        return Vec::new();
    }
    let told = |said: &[Said<'_>], kind| {
        remedies(said, kind, |about| {
            let own = answers.iter().filter(|answer| is_listed(answer));
            own.zip(&vendor.products)
                .filter(|(answer, _)| speaks_of(about, answer))
                .map(|(_, product)| product.product.clone())
                .collect()
        })
    };
    [
        told(fixes, RemedyKind::Fix),
        told(ways_around, RemedyKind::Workaround),
    ]
    .concat()
}

/// Whether a product stands in the document because of that answer.
pub(super) fn is_listed(answer: &ProductAnswer) -> bool {
    let is_named = |name: &String| !name.trim().is_empty();
    answer.answer != VendorAnswer::Unknown && answer.product.as_ref().is_some_and(is_named)
}

/// Whether what was said about that product is said of the product of that answer: the same name however it is written,
/// and all its versions or the same ones.
fn speaks_of(about: &About, answer: &ProductAnswer) -> bool {
    let same = |name: &String| fold::product(name) == fold::product(&about.product);
    let versions = about.versions.trim();
    answer.product.as_ref().is_some_and(same)
        && (versions.is_empty() || versions == "all" || versions == answer.versions.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remedy_belongs_to_what_it_was_told_of() {
        let about = |product: &str| About {
            product: product.to_owned(),
            versions: String::new(),
        };
        let (gate, other) = (about("Gateway"), about("Elsewhere"));
        let said = [
            (Some(&gate), words(Lang::En, "Update.")),
            (Some(&gate), words(Lang::Ja, "更新してください。")),
            (None, words(Lang::En, "Turn it off.")),
            (Some(&other), words(Lang::En, "Wait.")),
        ];
        let known = |about: &About| match about.product.as_str() {
            "Gateway" => vec!["p1".to_owned()],
            _ => vec![],
        };
        let found = remedies(&said, RemedyKind::Fix, known);
        let found: Vec<_> = found
            .iter()
            .map(|remedy| (remedy.products.as_deref(), remedy.words.len()))
            .collect();
        let gateway = ["p1".to_owned()];
        assert_eq!(found, [(Some(&gateway[..]), 2), (None, 1), (Some(&[]), 1)]);
    }

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
