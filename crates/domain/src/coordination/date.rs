//! Where the date of publication stands for one participant, as everybody is told it who may know.
//!
//! Computed from the case's embargo and the participants' consent. What one said it tells of no other; of all it counts.

use crate::act::Act;
use crate::coordination::case::{Case, Stage};
use crate::coordination::participant::Participant;
use crate::machine::consent::Consent;
use crate::machine::constraints as law;
use crate::machine::em::Em;
use crate::refusal::Refusal;
use crate::value::Instant;

/// The date as it concerns one participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Date {
    /// There is none, or it was never put to the participant.
    Open,
    /// One is proposed or in force.
    Running(Said),
    /// The embargo is over; what was said to it, if it was put to the participant.
    Ended(Option<Said>),
}

/// What a participant said to a date that was put to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nothing yet.
    Asked,
    /// It would have another date.
    Countered,
    Agreed,
    Declined,
    /// It agreed to an earlier date, and the later one was not put to it yet.
    Lapsed,
}

/// Returns where the date stands for a participant of the case.
#[must_use]
pub fn of(case: &Case, participant: &Participant) -> Date {
    match (case.em, said(participant)) {
        (Em::Exited, said) => Date::Ended(said),
        (em, Some(said)) if em.is_under_way() => Date::Running(said),
        _ => Date::Open,
    }
}

/// Whether a participant wishes another date than the one that runs: also one that had agreed to it, which stays agreed
/// until the date is changed.
#[must_use]
pub fn wishes_another(case: &Case, participant: &Participant) -> bool {
    matches!(of(case, participant), Date::Running(_)) && participant.countered.is_some()
}

fn said(participant: &Participant) -> Option<Said> {
    match participant.consent {
        Consent::NoEmbargo => None,
        // An answer takes a wish back: one that stands was said after it.
        Consent::Invited | Consent::Declined if participant.countered.is_some() => {
            Some(Said::Countered)
        }
        Consent::Invited => Some(Said::Asked),
        Consent::Signatory => Some(Said::Agreed),
        Consent::Declined => Some(Said::Declined),
        Consent::Lapsed => Some(Said::Lapsed),
    }
}

/// Longest time ahead that a date or a plan may lie, days: three years. What lies further is a mistyped year.
const AHEAD_DAYS_MAX: u32 = 1_096;
/// How long before the act the instant of a plan may lie, µs: ten minutes between reading the page and sending it.
const PLAN_SLACK_US: i64 = 600_000_000;

/// A date that may be proposed.
///
/// # Errors
/// If it is past, or so far ahead that somebody mistyped the year.
pub fn to_come(at: Instant, act: &Act) -> Result<(), Refusal> {
    if at <= act.occurred_at {
        return Err(Refusal::DateInThePast);
    }
    if at > act.occurred_at.plus_days(AHEAD_DAYS_MAX) {
        return Err(Refusal::DateTooFar);
    }
    Ok(())
}

/// An instant that may be planned: a publication does not say that it came before anybody planned it.
///
/// # Errors
/// As [`to_come`], ten minutes later.
pub fn may_be_planned(at: Instant, act: &Act) -> Result<(), Refusal> {
    to_come(Instant(at.0.saturating_add(PLAN_SLACK_US)), act)
}

/// Whether a date may be agreed by a participant at all (C4): not by one whose first word was that it is not affected, for
/// as long as it says nothing else of a product. Nobody waits for its agreement.
#[must_use]
pub fn may_agree(participant: &Participant) -> bool {
    law::c4_embargo_may_take_effect(participant.rm).is_ok()
}

/// Whether a participant says no to the date that runs, and somebody has to ask it why: of one that need not agree nobody
/// does.
#[must_use]
pub fn says_no(case: &Case, participant: &Participant) -> bool {
    of(case, participant) == Date::Running(Said::Declined) && may_agree(participant)
}

/// Whether a participant knows that there is a date: it was written to, or spoke of it.
#[must_use]
pub fn knows(participant: &Participant) -> bool {
    participant.asked_at.is_some() || said(participant) != Some(Said::Asked)
}

/// How many of those that a date was put to agreed to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub agreed: usize,
    /// Those in the case who were written to, and to whom a date that runs or ran was put; without those that may not
    /// agree and never did.
    pub asked: usize,
}

impl Tally {
    /// Whether a date is agreed: by everybody whom it was put to. With one of twelve it is being talked about.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.asked > 0 && self.agreed == self.asked
    }
}

/// The state of a case as people are told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub stage: Stage,
    /// How many agreed to the date, while it is being talked about.
    pub talks: Option<Tally>,
}

/// The state of a case as people are told it: a date is agreed once everybody agreed whom it was put to; before that it
/// is talked about.
#[must_use]
pub fn told(case: &Case, published: bool, date: Tally) -> Told {
    let stage = match case.stage(published) {
        Stage::DateAgreed if !date.is_whole() => Stage::Coordinating,
        own => own,
    };
    let is_over = matches!(stage, Stage::Published | Stage::Closed);
    let is_open = !is_over && case.em.is_under_way() && date.asked > 0 && !date.is_whole();
    Told {
        stage,
        talks: is_open.then_some(date),
    }
}

/// Counts the answers to the date of a case.
#[must_use]
pub fn tally(case: &Case, participants: &[Participant]) -> Tally {
    let mut tally = Tally::default();
    for participant in participants.iter().filter(|one| !one.left) {
        let counts =
            |said: &Said| knows(participant) && (may_agree(participant) || *said == Said::Agreed);
        if let Some(said) = of(case, participant).said().filter(counts) {
            tally.asked += 1;
            tally.agreed += usize::from(said == Said::Agreed);
        }
    }
    tally
}

impl Date {
    /// Whether the embargo is over: nobody is waited for any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Date::Ended(_))
    }

    /// What the participant said, if a date was put to it.
    #[must_use]
    pub const fn said(self) -> Option<Said> {
        match self {
            Date::Open => None,
            Date::Running(said) => Some(said),
            Date::Ended(said) => said,
        }
    }
}

impl Said {
    /// Every answer.
    pub const ALL: [Said; 5] = [
        Said::Asked,
        Said::Countered,
        Said::Agreed,
        Said::Declined,
        Said::Lapsed,
    ];

    /// Word for machine output and catalogues.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Said::Asked => "asked",
            Said::Countered => "countered",
            Said::Agreed => "agreed",
            Said::Declined => "declined",
            Said::Lapsed => "lapsed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::rm::Rm;
    use crate::value::{CaseId, Instant, ParticipantId};

    #[test]
    fn a_date_is_told_only_while_there_is_one_that_was_put_to_the_participant() {
        let mut case = Case::new(CaseId::from_bytes([2; 16]));
        let mut vendor = Participant::new(ParticipantId::from_bytes([1; 16]));
        for em in Em::ALL {
            case.em = em;
            for consent in Consent::ALL {
                vendor.consent = consent;
                let expected = match (em, said(&vendor)) {
                    (Em::None, _) => Date::Open,
                    (Em::Exited, said) => Date::Ended(said),
                    (Em::Proposed | Em::Active | Em::Revise, None) => Date::Open,
                    (Em::Proposed | Em::Active | Em::Revise, Some(said)) => Date::Running(said),
                };
                assert_eq!(of(&case, &vendor), expected, "{em:?} {consent:?}");
            }
        }
    }

    #[test]
    fn all_count_whom_the_date_was_put_to() {
        let mut case = Case::new(CaseId::from_bytes([2; 16]));
        case.em = Em::Active;
        let vendor = |consent, is_written_to: bool| {
            let mut vendor = Participant::new(ParticipantId::from_bytes([1; 16]));
            vendor.consent = consent;
            vendor.asked_at = is_written_to.then_some(Instant(1));
            vendor
        };
        let mut all = vec![vendor(Consent::Signatory, true)];
        assert!(tally(&case, &all).is_whole());
        all.push(vendor(Consent::NoEmbargo, true));
        all.push(vendor(Consent::Invited, false));
        assert!(tally(&case, &all).is_whole(), "nobody else knows of it");
        for consent in [Consent::Invited, Consent::Declined, Consent::Lapsed] {
            all.push(vendor(consent, true));
        }
        let counted = tally(&case, &all);
        assert_eq!((counted.agreed, counted.asked), (1, 4));
        // A vendor that is not affected is waited for by nobody; what it agreed to before stays.
        let spared = |consent| {
            let mut vendor = vendor(consent, true);
            vendor.rm = Rm::Invalid;
            vendor
        };
        all.extend([Consent::Invited, Consent::Declined, Consent::Signatory].map(spared));
        let counted = tally(&case, &all);
        assert_eq!((counted.agreed, counted.asked), (2, 5));
        all.truncate(6);
        all.iter_mut().skip(1).for_each(|one| one.left = true);
        assert!(tally(&case, &all).is_whole());
        all.iter_mut().for_each(|one| one.left = true);
        assert!(!tally(&case, &all).is_whole(), "nobody is left who agreed");
    }

    #[test]
    fn another_date_counts_until_the_participant_answers() {
        let mut case = Case::new(CaseId::from_bytes([2; 16]));
        let mut vendor = Participant::new(ParticipantId::from_bytes([1; 16]));
        (case.em, vendor.countered) = (Em::Active, Some(Instant(9)));
        for (consent, said) in [
            (Consent::Invited, Some(Said::Countered)),
            (Consent::Signatory, Some(Said::Agreed)),
            (Consent::Declined, Some(Said::Countered)),
            (Consent::NoEmbargo, None),
        ] {
            vendor.consent = consent;
            assert_eq!(of(&case, &vendor).said(), said);
            assert_eq!(wishes_another(&case, &vendor), said.is_some());
        }
    }
}
