//! A vendor's answer about a product as it is recorded: folded, so that what was meant is the same is the same.

use unicode_normalization::UnicodeNormalization as _;

use super::range::{Bound, Range, RangeError};
use crate::refusal::Refusal;
use crate::value::ProductAnswer;

/// An answer with its versions as they are compared: width and signs folded. A range in words keeps them, in one width;
/// what is no range stays as it was written.
pub(super) fn normal(answer: ProductAnswer) -> Result<ProductAnswer, Refusal> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    if Range::told(&answer.versions) == Err(RangeError::Backwards) {
        return Err(Refusal::Input {
            field: "versions",
            why: "the range ends before it begins",
        });
    }
    let versions = match Range::parse(&answer.versions) {
        Ok(range) if !range.is_all() => range.to_string(),
        Ok(_) | Err(_) if Range::told(&answer.versions).is_ok() => {
            answer.versions.trim().nfkc().collect()
        }
        Ok(_) | Err(_) => answer.versions.trim().to_owned(),
    };
    let fixed_in = given(answer.fixed_in).map(|version| {
        Bound::including(&version).map_or_else(
            |_| version.trim().to_owned(),
            |bound| bound.version().to_owned(),
        )
    });
    Ok(ProductAnswer {
        product: given(answer.product),
        versions,
        fixed_in,
        ..answer
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::VendorAnswer;

    #[test]
    fn versions_are_kept_in_one_width() {
        let kept = |versions: &str| {
            let answer = ProductAnswer {
                product: None,
                versions: versions.to_owned(),
                answer: VendorAnswer::Affected,
                fixed_in: None,
                because: None,
                vulnerability: None,
            };
            normal(answer).map(|answer| answer.versions)
        };
        assert_eq!(kept("２．３ まで"), Ok("2.3 まで".to_owned()));
        assert_eq!(kept(" ＜＝２．３ "), Ok("<= 2.3".to_owned()));
        assert_eq!(kept("初期出荷分"), Ok("初期出荷分".to_owned()));
        assert_eq!(kept(""), Ok(String::new()));
    }
}
