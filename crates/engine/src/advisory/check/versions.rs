//! Facts about versions that contradict each other.
//!
//! It compares what was told, and knows no product.

use domain::advisory::lint::Severity;
use domain::coordination::range::Range;
use formats::advisory::Advisory;

use super::{Finding, warning};

/// Facts about versions that contradict each other: nobody can follow both.
pub(super) fn contradictions(doc: &Advisory) -> Vec<Finding> {
    let said = doc.vendors.iter().flat_map(|vendor| &vendor.products);
    let holds = said.filter_map(|word| {
        let fixed = word.fixed_in.as_deref()?;
        let product = doc.products.iter().find(|one| one.id == word.product)?;
        let range = Range::parse(&product.versions).ok()?;
        // All versions, where no range was told, say nothing of the one with the fix.
        let is_in = !range.is_all() && range.holds(fixed) == Some(true);
        let name = product.name.values().next().map_or("", String::as_str);
        is_in.then(|| format!("{name}: {} / {fixed}", product.versions))
    });
    holds
        .map(|about| Finding {
            severity: Severity::Error,
            ..warning("H4", "affected", None, "fix_is_affected", &about)
        })
        .collect()
}
