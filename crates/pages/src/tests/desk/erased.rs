//! What was erased of a dossier, in the world of the desk's pages.

use domain::party::erasure::Stage;
use domain::text::class::Compartment;

use super::world::NOW;
use crate::kit::desk::view::Erasure;
use crate::tests::instant;

/// Two parts that are gone, and one that waits for a second person.
pub(super) fn erasures() -> Vec<Erasure> {
    let of = |stage, parts: &[Compartment]| Erasure {
        stage,
        parts: parts.to_vec(),
        at: instant(NOW),
    };
    vec![
        of(Stage::Shut, &[Compartment::Identity, Compartment::Exploit]),
        of(Stage::Asked, &[Compartment::Text]),
    ]
}
