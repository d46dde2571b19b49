//! The date of a case, as the desk and the vendors may change it: each state with each question.

use domain::act::Act;
use domain::coordination::case::Case;
use domain::coordination::participant::Participant;
use domain::coordination::{closing, decide, leaving};
use domain::event::{Change, Event};
use domain::machine::consent::Consent;
use domain::machine::em::Em;
use domain::machine::rm::Rm;
use domain::refusal::Refusal;
use domain::value::*;

use crate::kit::{NOW, act, closed, day, of, opened, public, second, vendor, worlds, wrong};

/// A case in a state of the embargo, with a date in ten days.
fn dated(em: Em) -> Case {
    Case {
        em,
        until: Some(day(10)),
        ..opened()
    }
}

fn letter(decided: &Result<Vec<Change>, Refusal>, em: Em, rm: Rm) -> char {
    match decided {
        Ok(_) => 'o',
        Err(Refusal::EmbargoNotViable) => 'c',
        Err(Refusal::Embargo(found)) if *found == em => 'e',
        Err(Refusal::Report(found)) if *found == rm => 'r',
        Err(_) => '?',
    }
}

/// What comes of a question in each state of the embargo and of the world; the worlds stand in the order of `worlds`.
fn check_worlds(
    question: impl Fn(&Case) -> Result<Vec<Change>, Refusal>,
    expected: [(Em, &str); 5],
) {
    assert_eq!(expected.map(|(em, _)| em), Em::ALL);
    for (em, row) in expected {
        let found: String = worlds()
            .into_iter()
            .map(|world| Case { world, ..dated(em) })
            .map(|case| letter(&question(&case), em, Rm::Start))
            .collect();
        assert_eq!(found, row, "{em:?}");
    }
}

#[test]
fn a_date_is_proposed_while_nothing_is_out_and_none_is_in_force() {
    check_worlds(
        |case| decide::propose_date(public(case), &[], day(20), &act("")),
        [
            (Em::None, "occccccc"),
            (Em::Proposed, "occccccc"),
            (Em::Active, "eecccccc"),
            (Em::Revise, "eecccccc"),
            (Em::Exited, "eccccccc"),
        ],
    );
}

#[test]
fn a_date_in_force_is_changed_even_under_attack_but_not_once_flaw_or_exploit_are_out() {
    check_worlds(
        |case| decide::revise_date(case, &[], day(20), &act("")),
        [
            (Em::None, "eccccccc"),
            (Em::Proposed, "eccccccc"),
            (Em::Active, "oocccccc"),
            (Em::Revise, "oocccccc"),
            (Em::Exited, "eccccccc"),
        ],
    );
}

#[test]
fn a_date_lies_after_the_day_on_which_it_is_named() {
    let named = act("").at(day(5));
    for (until, is_past) in [
        (day(4), true),
        (day(5), true),
        (second(5 * 86_400 + 1), false),
    ] {
        let proposed = decide::propose_date(public(&opened()), &[], until, &named);
        let revised = decide::revise_date(&dated(Em::Active), &[], until, &named);
        for decided in [proposed, revised] {
            let past = decided == Err(Refusal::DateInThePast);
            assert_eq!(past, is_past, "{until:?}: {decided:?}");
        }
    }
}

#[test]
fn a_closed_case_takes_no_date() {
    let case = Case {
        em: Em::Proposed,
        until: Some(day(10)),
        ..closed()
    };
    let far = decide::propose_date(public(&opened()), &[], day(36_500), &act(""));
    assert_eq!(far, Err(Refusal::DateTooFar));
    let refused = Err(Refusal::CaseClosed);
    assert_eq!(
        decide::propose_date(public(&case), &[], day(20), &act("")),
        refused
    );
    assert_eq!(decide::revise_date(&case, &[], day(20), &act("")), refused);
    assert_eq!(decide::agree_date(&case, &vendor(5)), refused);
}

/// Three who stayed and one who left, with what each has said.
fn circle() -> Vec<Participant> {
    let said = |n, consent, left| Participant {
        consent,
        left,
        ..vendor(n)
    };
    vec![
        said(1, Consent::Signatory, false),
        said(2, Consent::Declined, false),
        said(3, Consent::NoEmbargo, false),
        said(4, Consent::NoEmbargo, true),
    ]
}

#[test]
fn a_proposed_date_is_put_to_everybody_who_has_not_left() {
    let until = day(20);
    let case = opened();
    let mut expected = of(case.id, vec![Event::EmbargoProposed { until }]);
    for participant in circle().iter().take(3) {
        expected.extend(of(participant.id, vec![Event::DateInvited { until }]));
    }
    let proposed = decide::propose_date(public(&case), &circle(), until, &act(""));
    assert_eq!(proposed, Ok(expected));
}

#[test]
fn a_changed_date_is_put_to_whoever_did_not_agree_and_a_later_one_to_those_too_who_did() {
    let case = dated(Em::Active);
    for (until, is_later) in [(day(9), false), (day(10), false), (day(11), true)] {
        let mut expected = of(
            case.id,
            vec![
                Event::EmbargoRevisionProposed { until },
                Event::EmbargoRevised { until },
            ],
        );
        if is_later {
            let asked = vec![Event::DateLapsed, Event::DateInvited { until }];
            expected.extend(of(circle()[0].id, asked));
        }
        expected.extend(of(circle()[1].id, vec![Event::DateInvited { until }]));
        let revised = decide::revise_date(&case, &circle(), until, &act(""));
        assert_eq!(revised, Ok(expected), "{until:?}");
    }
}

#[test]
fn what_brings_the_end_nearer_waits_for_the_password() {
    let old = act("").at_a_page(false, Instant(0));
    let case = dated(Em::Active);
    let revised = |until: Instant| decide::revise_date(&case, &circle(), until, &old);
    assert_eq!(revised(day(9)), Err(Refusal::Step));
    assert!(revised(day(11)).is_ok(), "a later end takes nothing away");
    for fact in [
        WorldFact::PublicAware,
        WorldFact::ExploitPublic,
        WorldFact::AttacksObserved,
    ] {
        assert_eq!(decide::observe(&case, fact, &old), Err(Refusal::Step));
        assert!(decide::observe(&case, fact, &old.clone().at_a_page(true, Instant(0))).is_ok());
        assert!(decide::observe(&dated(Em::None), fact, &old).is_ok());
    }
}

#[test]
fn whoever_thinks_the_report_invalid_or_is_done_with_it_brings_no_date_into_force() {
    // The states of the report in the order of the model: start, received, invalid, valid, deferred, accepted, closed.
    for (em, row) in [
        (Em::None, "eereeer"),
        (Em::Proposed, "oorooor"),
        (Em::Active, "oorooor"),
        (Em::Revise, "oorooor"),
        (Em::Exited, "eereeer"),
    ] {
        let agreed = |rm| {
            let participant = Participant { rm, ..vendor(5) };
            letter(&decide::agree_date(&dated(em), &participant), em, rm)
        };
        let found: String = Rm::ALL.map(agreed).into_iter().collect();
        assert_eq!(found, row, "{em:?}");
    }
}

#[test]
fn the_first_one_who_agrees_brings_the_date_into_force_and_the_next_ones_join() {
    let until = day(10);
    let by = vendor(5);
    let joined = of(by.id, vec![Event::DateAgreed { until }]);
    let mut begun = joined.clone();
    let activated = Event::EmbargoActivated { until, by: by.id };
    begun.extend(of(opened().id, vec![activated]));
    assert_eq!(decide::agree_date(&dated(Em::Proposed), &by), Ok(begun));
    assert_eq!(
        decide::agree_date(&dated(Em::Active), &by),
        Ok(joined.clone())
    );
    assert_eq!(decide::agree_date(&dated(Em::Revise), &by), Ok(joined));
}

#[test]
fn nobody_agrees_to_a_date_that_is_not_known() {
    let case = Case {
        until: None,
        ..dated(Em::Proposed)
    };
    let agreed = decide::agree_date(&case, &vendor(5));
    assert_eq!(agreed, Err(Refusal::Embargo(Em::Proposed)));
}

#[test]
fn another_date_and_a_refusal_are_noted_while_a_date_is_under_way_and_change_no_date() {
    let by = vendor(5);
    let until = day(30);
    for em in Em::ALL {
        let countered = decide::counter_date(&dated(em), &by, until, &act(""));
        let declined = decide::decline_date(&dated(em), &by);
        if matches!(em, Em::None | Em::Exited) {
            assert_eq!(countered, Err(Refusal::Embargo(em)));
            assert_eq!(declined, Err(Refusal::Embargo(em)));
        } else {
            let noted = of(by.id, vec![Event::DateCountered { until }]);
            assert_eq!(countered, Ok(noted), "{em:?}");
            assert_eq!(declined, Ok(of(by.id, vec![Event::DateDeclined])), "{em:?}");
        }
    }
}

#[test]
fn an_embargo_that_is_not_in_force_is_not_ended() {
    for em in [Em::None, Em::Proposed, Em::Exited] {
        let ended = decide::end_embargo(&dated(em), EmbargoEnd::Public, &act("seen"));
        assert_eq!(ended, Err(Refusal::Embargo(em)));
    }
}

/// What comes of ending it: `""` if it ends, else the code of the refusal.
fn check_end(why: EmbargoEnd, reason: &str, now: Instant, expected: &str) {
    for em in [Em::Active, Em::Revise] {
        // When it is said to have happened counts for nothing here: the clock does.
        let act = Act {
            now,
            ..act(reason).at(day(40))
        };
        let decided = decide::end_embargo(&dated(em), why, &act);
        match &decided {
            Ok(changes) => assert_eq!(
                *changes,
                of(opened().id, vec![Event::EmbargoEnded { why }]),
                "{why:?}"
            ),
            Err(refusal) => assert_eq!(refusal.code(), expected, "{why:?}"),
        }
        assert_eq!(decided.is_ok(), expected.is_empty(), "{why:?} {reason:?}");
    }
}

#[test]
fn an_embargo_ends_with_its_date_or_for_a_reason_that_is_given() {
    check_end(EmbargoEnd::Reached, "", day(10), "");
    check_end(EmbargoEnd::Reached, "", day(11), "");
    let before = Instant(day(10).0 - 1);
    check_end(EmbargoEnd::Reached, "", before, "release.too_early");
    check_end(EmbargoEnd::Reached, "why", before, "release.too_early");
    for why in [EmbargoEnd::Public, EmbargoEnd::Attacked, EmbargoEnd::Ready] {
        check_end(why, "the press has it", NOW, "");
        check_end(why, " \t", NOW, "no_reason");
        check_end(why, "", day(11), "no_reason");
    }
}

#[test]
fn only_a_publication_ends_an_embargo_as_published() {
    let ended = decide::end_embargo(&dated(Em::Active), EmbargoEnd::Published, &act("why"));
    wrong(ended, "why");
}

fn word(change: &Change) -> &'static str {
    match change.event {
        Event::WorldFactObserved { fact } => match fact {
            WorldFact::PublicAware => "public",
            WorldFact::ExploitPublic => "exploit",
            WorldFact::AttacksObserved => "attacks",
        },
        Event::EmbargoRejected => "rejected",
        Event::EmbargoEnded {
            why: EmbargoEnd::Public,
        } => "ended",
        _ => "something else",
    }
}

/// What follows from a fact in each state of the embargo, in the order of the model.
fn check_fact(fact: WorldFact, bits: usize, expected: [&str; 5]) {
    for (em, expected) in Em::ALL.into_iter().zip(expected) {
        let world = worlds()[bits];
        let case = Case { world, ..dated(em) };
        let found = match decide::observe(&case, fact, &act("")) {
            Ok(changes) => {
                assert!(
                    changes
                        .iter()
                        .all(|change| change.stream == StreamId::from(case.id))
                );
                changes.iter().map(word).collect::<Vec<_>>().join(" ")
            }
            Err(refusal) => refusal.to_string(),
        };
        assert_eq!(found, expected, "{fact:?} {world:?} {em:?}");
    }
}

#[test]
fn what_is_seen_in_the_world_ends_an_embargo_or_its_proposal_in_the_same_act() {
    use WorldFact::{AttacksObserved, ExploitPublic, PublicAware};
    check_fact(
        PublicAware,
        0b000,
        [
            "public",
            "public rejected",
            "public ended",
            "public ended",
            "public",
        ],
    );
    check_fact(
        ExploitPublic,
        0b000,
        [
            "exploit public",
            "exploit public rejected",
            "exploit public ended",
            "exploit public ended",
            "exploit public",
        ],
    );
    // An embargo goes on under attack until a person decides otherwise.
    check_fact(
        AttacksObserved,
        0b000,
        [
            "attacks",
            "attacks rejected",
            "attacks",
            "attacks",
            "attacks",
        ],
    );
    check_fact(
        ExploitPublic,
        0b001,
        [
            "exploit public",
            "exploit public rejected",
            "exploit public ended",
            "exploit public ended",
            "exploit public",
        ],
    );
    check_fact(
        ExploitPublic,
        0b100,
        [
            "exploit",
            "exploit rejected",
            "exploit ended",
            "exploit ended",
            "exploit",
        ],
    );
}

#[test]
fn a_fact_is_seen_once() {
    let known = ["this fact exists already"; 5];
    check_fact(WorldFact::PublicAware, 0b100, known);
    check_fact(WorldFact::ExploitPublic, 0b110, known);
    check_fact(WorldFact::AttacksObserved, 0b001, known);
}

#[test]
fn whoever_leaves_under_an_embargo_says_whether_it_is_kept() {
    let id = vendor(5).id;
    for em in Em::ALL {
        for still in [None, Some(true), Some(false)] {
            let left = leaving::leave(&dated(em), &vendor(5), still);
            if still.is_none() && matches!(em, Em::Active | Em::Revise) {
                wrong(left, "honours_embargo");
                continue;
            }
            let honours_embargo = still != Some(false);
            let event = Event::ParticipantLeft { honours_embargo };
            assert_eq!(left, Ok(of(id, vec![event])), "{em:?} {still:?}");
        }
    }
}

/// Whoever read one letter can say that a vendor leaves: what that ends is begun anew, by somebody who says why.
#[test]
fn whoever_left_is_brought_back_and_asked_anew() {
    let gone = Participant {
        left: true,
        ..vendor(5)
    };
    let back = |case: &Case, reason: &str| leaving::bring_back(case, &gone, &act(reason));
    assert_eq!(
        leaving::bring_back(&opened(), &vendor(5), &act("x")),
        Err(Refusal::HasNotLeft)
    );
    assert_eq!(back(&closed(), "x"), Err(Refusal::CaseClosed));
    assert_eq!(back(&opened(), " "), Err(Refusal::NoReason));
    for em in Em::ALL {
        let case = dated(em);
        let mut expected = vec![Event::ParticipantReturned];
        if em.is_under_way() {
            let until = case.until.expect("a date");
            expected.push(Event::DateInvited { until });
        }
        assert_eq!(
            back(&case, "called them"),
            Ok(of(gone.id, expected)),
            "{em:?}"
        );
    }
}

#[test]
fn a_case_is_closed_once_and_not_under_an_embargo() {
    let code = ClosureCode::SiteFixed;
    let silent = closing::Outcome::Silent;
    assert_eq!(
        closing::close(&closed(), code, Track::Site, silent),
        Err(Refusal::CaseClosed)
    );
    for em in Em::ALL {
        let expected = match em {
            Em::Active | Em::Revise => Err(Refusal::EmbargoInForce),
            _ => Ok(of(opened().id, vec![Event::CaseClosed { code }])),
        };
        assert_eq!(
            closing::close(&dated(em), code, Track::Site, silent),
            expected,
            "{em:?}"
        );
    }
}

#[test]
fn a_case_is_closed_as_what_it_came_to() {
    use closing::Outcome::{Planned, Published, Silent};
    let published = ClosureCode::Published;
    for (outcome, code, refused) in [
        (Planned, published, Some(Refusal::PlanWaits)),
        (Planned, ClosureCode::Withdrawn, Some(Refusal::PlanWaits)),
        (Silent, published, Some(Refusal::NothingPublished)),
        (Silent, ClosureCode::Withdrawn, None),
        (Published, published, None),
    ] {
        let closed = closing::close(&opened(), code, Track::Product, outcome);
        assert_eq!(closed.err(), refused, "{outcome:?} {code:?}");
    }
    let of_the_other = |code, track| {
        let closed = closing::close(&opened(), code, track, Silent);
        closed.err().map(|refusal| refusal.code())
    };
    assert_eq!(
        of_the_other(ClosureCode::SiteFixed, Track::Product),
        Some("input")
    );
    assert_eq!(
        of_the_other(ClosureCode::JudgedNotPublished, Track::Site),
        Some("input")
    );
    assert_eq!(of_the_other(ClosureCode::Transferred, Track::Site), None);
}

#[test]
fn a_closed_case_is_opened_again_with_a_reason() {
    let why = |reason: &str| act(reason);
    assert_eq!(
        closing::reopen(&opened(), &why("x")),
        Err(Refusal::CaseOpen)
    );
    assert_eq!(
        closing::reopen(&closed(), &why(" ")),
        Err(Refusal::NoReason)
    );
    let reopened = closing::reopen(&closed(), &why("attacks are seen"));
    assert_eq!(reopened, Ok(of(closed().id, vec![Event::CaseReopened])));
}
