//! What somebody has to decide because the world already knows or is attacked, while nothing is published or planned.

use crate::coordination::case::Case;
use crate::publication::Advisory;
use crate::value::{Instant, Track, WorldFact};

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

/// Since when it is due: since it was observed; of a case that was public when it was opened, since then.
#[must_use]
pub fn due_since(case: &Case, due: Undecided) -> Instant {
    let is_of = |fact: WorldFact| match due {
        Undecided::Attacks => fact == WorldFact::AttacksObserved,
        Undecided::Public => fact != WorldFact::AttacksObserved,
    };
    let known = case.world_since.iter().filter(|(fact, _)| is_of(*fact));
    known.map(|(_, at)| *at).min().unwrap_or(case.opened_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::CaseId;

    #[test]
    fn it_is_due_since_it_was_observed() {
        let mut case = Case::new(CaseId::from_bytes([2; 16]));
        case.opened_at = Instant(1);
        // A case that was public when it was opened is due since then.
        assert_eq!(due_since(&case, Undecided::Public), Instant(1));
        case.world_since = vec![
            (WorldFact::AttacksObserved, Instant(7)),
            (WorldFact::ExploitPublic, Instant(5)),
            (WorldFact::PublicAware, Instant(6)),
        ];
        assert_eq!(due_since(&case, Undecided::Public), Instant(5));
        assert_eq!(due_since(&case, Undecided::Attacks), Instant(7));
    }

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
