//! Ranges of versions in words, as people say them.
//!
//! Documents for machines keep the signs that compare (`>= 4.0, < 4.2.7`). What is no range is told as it was written.

use base::Lang;
use domain::coordination::range::{Bound, Range};

/// What stands in an answer for all versions.
pub const ALL: &str = "*";

/// Returns the words of a range; nothing where no version was told.
#[must_use]
pub fn words(lang: Lang, versions: &str) -> String {
    let versions = versions.trim();
    if versions.is_empty() {
        return String::new();
    }
    let range = match Range::parse(versions) {
        Ok(range) => range,
        Err(_) if versions.eq_ignore_ascii_case("all") => Range::ALL,
        Err(_) => return versions.to_owned(),
    };
    let (lower, upper) = (range.lower(), range.upper());
    match (lang, lower, upper) {
        (Lang::Ja, None, None) => "すべてのバージョン".to_owned(),
        (Lang::En, None, None) => "all versions".to_owned(),
        (_, Some(from), Some(to)) if from == to => from.version().to_owned(),
        (Lang::Ja, from, to) => {
            let begins_after = from.is_some_and(|end| !end.is_inclusive());
            let from = from.map(|end| one(end, "以上", "より後"));
            let to = to.map(|end| one(end, "以下", "未満"));
            let between = if begins_after { "、" } else { " " };
            from.into_iter().chain(to).collect::<Vec<_>>().join(between)
        }
        (Lang::En, Some(from), Some(to)) => {
            let from = if from.is_inclusive() {
                format!("from {}", from.version())
            } else {
                format!("after {}", from.version())
            };
            let to = if to.is_inclusive() {
                format!("up to and including {}", to.version())
            } else {
                format!("before {}", to.version())
            };
            format!("{from}, {to}")
        }
        (Lang::En, Some(from), None) if from.is_inclusive() => {
            format!("{} and later", from.version())
        }
        (Lang::En, Some(from), None) => format!("after {}", from.version()),
        (Lang::En, None, Some(to)) if to.is_inclusive() => format!("{} and earlier", to.version()),
        (Lang::En, None, Some(to)) => format!("before {}", to.version()),
    }
}

/// Returns the words for a product and a range of its versions.
#[must_use]
pub fn of_product(lang: Lang, product: &str, versions: &str) -> String {
    match (words(lang, versions), lang) {
        (range, _) if range.is_empty() => product.to_owned(),
        (range, Lang::Ja) => format!("{product}（{range}）"),
        (range, Lang::En) => format!("{product} ({range})"),
    }
}

fn one(end: &Bound, with: &str, without: &str) -> String {
    let word = if end.is_inclusive() { with } else { without };
    format!("{} {word}", end.version())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_told_with_its_range() {
        let told = |lang, versions| of_product(lang, "Birch", versions);
        assert_eq!(
            told(Lang::Ja, ">= 2.0, < 3.2.1"),
            "Birch（2.0 以上 3.2.1 未満）"
        );
        assert_eq!(told(Lang::En, "< 3.2.1"), "Birch (before 3.2.1)");
        assert_eq!(told(Lang::En, ""), "Birch");
    }

    #[test]
    fn a_range_is_told_as_people_say_it() {
        for (versions, ja, en) in [
            ("", "", ""),
            ("*", "すべてのバージョン", "all versions"),
            ("all", "すべてのバージョン", "all versions"),
            (
                ">= 4.0, < 4.2.7",
                "4.0 以上 4.2.7 未満",
                "from 4.0, before 4.2.7",
            ),
            (
                "> 1, <= 2",
                "1 より後、2 以下",
                "after 1, up to and including 2",
            ),
            ("<= 2.3", "2.3 以下", "2.3 and earlier"),
            ("< 2.3", "2.3 未満", "before 2.3"),
            (">= 2.3", "2.3 以上", "2.3 and later"),
            ("= 3.2.1", "3.2.1", "3.2.1"),
            (
                "3.2.1 までの全系列",
                "3.2.1 までの全系列",
                "3.2.1 までの全系列",
            ),
        ] {
            assert_eq!(words(Lang::Ja, versions), ja);
            assert_eq!(words(Lang::En, versions), en);
        }
    }
}
