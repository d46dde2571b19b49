//! Facts about versions that contradict each other: nobody can follow both.
//!
//! It compares what was told, a product by its folded name, and knows no product. What can be compared is ranges of plain
//! numbers with dots, in signs or as pages tell them.

use domain::advisory::lint::Severity;
use domain::coordination::range::{Range, RangeError};
use domain::text::fold;
use formats::advisory::{Advisory, Product, ProductStatus, Vendor};

use super::{Finding, warning};

/// The contradictions of a document.
pub(super) fn contradictions(doc: &Advisory) -> Vec<Finding> {
    let error = |code, about: &str| Finding {
        severity: Severity::Error,
        ..warning("H4", "products", None, code, about)
    };
    let fixes = fixes(doc);
    let fixes = fixes.iter().map(|(code, about)| error(code, about));
    let both = doc
        .vendors
        .iter()
        .flat_map(|vendor| told_both_ways(doc, vendor));
    let both: Vec<String> = both.collect();
    let both = both.iter().map(|about| error("affected_and_not", about));
    fixes.chain(both).collect()
}

/// Versions that are said to carry the fix and cannot: they lie in the range that is affected, or before it begins.
fn fixes(doc: &Advisory) -> Vec<(&'static str, String)> {
    let said = doc.vendors.iter().flat_map(|vendor| &vendor.products);
    let wrong = said.filter_map(|word| {
        let product = doc.products.iter().find(|one| one.id == word.product)?;
        let range = match Range::told(&product.versions) {
            Ok(range) => range,
            Err(RangeError::Backwards) => {
                let about = format!("{}: {}", name(product), product.versions);
                return Some(("range_is_backwards", about));
            }
            Err(_) => return None,
        };
        let fixed = word.fixed_in.as_deref()?;
        // All versions, where no range was told, say nothing of the one with the fix.
        let code = if !range.is_all() && range.holds(fixed) == Some(true) {
            "fix_is_affected"
        } else if range.begins_after(fixed) == Some(true) {
            "fix_before_range"
        } else {
            return None;
        };
        let about = format!("{}: {} / {fixed}", name(product), product.versions);
        Some((code, about))
    });
    wrong.collect()
}

/// Versions of which a vendor says that they are affected and that they are not.
fn told_both_ways(doc: &Advisory, vendor: &Vendor) -> Vec<String> {
    let of = |wanted: fn(ProductStatus) -> bool| -> Vec<&Product> {
        let lines = vendor.products.iter().filter(|line| wanted(line.status));
        lines
            .filter_map(|line| doc.products.iter().find(|one| one.id == line.product))
            .collect()
    };
    let affected =
        of(|status| matches!(status, ProductStatus::KnownAffected | ProductStatus::Fixed));
    let clean = of(|status| status == ProductStatus::KnownNotAffected);
    let mut out = Vec::new();
    for one in affected {
        for other in &clean {
            let is_same = fold::product(name(one)) == fold::product(name(other));
            let ranges = Range::told(&one.versions)
                .ok()
                .zip(Range::told(&other.versions).ok());
            let is_shared = ranges.is_some_and(|(a, b)| a.overlaps(&b) == Some(true));
            if is_same && is_shared {
                out.push(format!(
                    "{}: {} / {}",
                    name(one),
                    one.versions,
                    other.versions
                ));
            }
        }
    }
    out
}

fn name(product: &Product) -> &str {
    product.name.values().next().map_or("", String::as_str)
}
