//! Whether the makers of a case were asked before the public reads of it (H11). It knows who was written to, and no text.

use domain::coordination::participant::Participant;
use domain::value::Part;

use crate::advisory::check::{Finding, warning};

/// Says that the makers of a case would read of it in public first: none was told, nor written to.
pub(crate) fn unasked(concerned: &[Participant]) -> Option<Finding> {
    let vendors: Vec<&Participant> = concerned
        .iter()
        .filter(|one| one.part == Part::Vendor)
        .collect();
    let is_unasked = |one: &&Participant| !one.was_told() && one.attempts == 0;
    if vendors.is_empty() || !vendors.iter().all(is_unasked) {
        return None;
    }
    let count = vendors.len().to_string();
    Some(warning("H11", "vendors", None, "nobody_asked", &count))
}
