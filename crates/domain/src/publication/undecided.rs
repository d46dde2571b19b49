//! What somebody has to decide because the world already knows or is attacked, while nothing is published or planned.

use crate::coordination::case::Case;
use crate::publication::Advisory;
use crate::value::Track;

/// Why a decision is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// Attacks are seen.
    Attacks,
    /// The weakness, or a way to use it, is public.
    Public,
}

/// Whether somebody decides now about a case. What is found on a website is mended with its operator: nothing is planned.
#[must_use]
pub fn undecided(case: &Case, track: Track, advisory: Option<&Advisory>) -> Option<Undecided> {
    let is_decided =
        advisory.is_some_and(|advisory| advisory.is_published() || advisory.plan.is_some());
    if is_decided || case.closed.is_some() || !track.is_for_the_public() {
        return None;
    }
    if case.world.attacks {
        return Some(Undecided::Attacks);
    }
    (case.world.public || case.world.exploit).then_some(Undecided::Public)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::CaseId;

    #[test]
    fn what_is_known_or_attacked_is_decided_unless_it_is_out_or_a_website() {
        let mut case = Case::new(CaseId::from_bytes([2; 16]));
        assert_eq!(undecided(&case, Track::Product, None), None);
        case.world.exploit = true;
        assert_eq!(
            undecided(&case, Track::Product, None),
            Some(Undecided::Public)
        );
        case.world.attacks = true;
        assert_eq!(
            undecided(&case, Track::Product, None),
            Some(Undecided::Attacks)
        );
        assert_eq!(undecided(&case, Track::Site, None), None);
    }
}
