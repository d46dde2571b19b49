//! The phase of a case: how far it has come towards the public (docs/design/process.md §1.15).
//!
//! One function for whoever asks the gate. It knows no reader: what a phase opens to whom is the matrix's.

use crate::coordination::board::{self, Cell};
use crate::coordination::case::Case;
use crate::coordination::participant::Participant;
use crate::text::phase::Phase;

impl Case {
    /// How far the case has come.
    ///
    /// Of the vendors those are given of whose countermeasures the reader may learn: all of them for the house, none
    /// for a vendor, to whom a fix that another one has ready opens nothing.
    #[must_use]
    pub fn phase(&self, published: bool, known: &[Participant]) -> Phase {
        // Where the weakness is public, nobody has to be asked before the work begins.
        let is_begun = self.clock_start.is_some() || self.already_public || self.world.public;
        match (published, is_begun) {
            (true, _) => Phase::P3,
            (false, true) if is_ready(known) => Phase::P2,
            (false, true) => Phase::P1,
            (false, false) => Phase::P0,
        }
    }
}

/// Tells whether a countermeasure is ready: somebody has one, and nobody who is affected is without.
fn is_ready(participants: &[Participant]) -> bool {
    let is_without = |participant: &Participant| {
        board::cell(participant, None) == Cell::Affected && !participant.has_countermeasure()
    };
    participants.iter().any(Participant::has_countermeasure) && !participants.iter().any(is_without)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{CaseId, Instant, ParticipantId, ProductAnswer, VendorAnswer};

    fn vendor(answer: VendorAnswer, fixed_in: Option<&str>) -> Participant {
        let mut vendor = Participant::new(ParticipantId::from_bytes([1; 16]));
        vendor.answers.push(ProductAnswer {
            product: None,
            versions: String::new(),
            answer,
            fixed_in: fixed_in.map(str::to_owned),
            vulnerability: None,
            because: None,
        });
        vendor
    }

    #[test]
    fn a_case_leaves_intake_with_the_first_contact_or_when_its_weakness_is_public() {
        let case = |change: fn(&mut Case)| {
            let mut case = Case::new(CaseId::from_bytes([2; 16]));
            change(&mut case);
            [false, true].map(|published| case.phase(published, &[]))
        };
        assert_eq!(case(|_| {}), [Phase::P0, Phase::P3]);
        let beginnings: [fn(&mut Case); 3] = [
            |case| case.clock_start = Some(Instant(1)),
            |case| case.already_public = true,
            |case| case.world.public = true,
        ];
        for change in beginnings {
            assert_eq!(case(change), [Phase::P1, Phase::P3]);
        }
    }

    #[test]
    fn a_countermeasure_is_ready_when_nobody_who_is_affected_is_without() {
        let mut case = Case::new(CaseId::from_bytes([2; 16]));
        let fixed = || vendor(VendorAnswer::Affected, Some("2"));
        assert_eq!(case.phase(false, &[fixed()]), Phase::P0, "nobody was asked");
        case.clock_start = Some(Instant(1));
        let without = || vendor(VendorAnswer::Affected, None);
        let unaffected = || vendor(VendorAnswer::NotAffected, None);
        let mut gone = without();
        gone.left = true;
        for (known, phase) in [
            (vec![], Phase::P1),
            (vec![unaffected()], Phase::P1),
            (vec![without()], Phase::P1),
            (vec![fixed()], Phase::P2),
            (vec![fixed(), unaffected()], Phase::P2),
            (vec![fixed(), without()], Phase::P1),
            (vec![fixed(), gone], Phase::P2),
        ] {
            assert_eq!(case.phase(false, &known), phase, "{known:?}");
        }
    }
}
