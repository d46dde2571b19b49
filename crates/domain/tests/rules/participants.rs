//! What a participant's own events make of it, one by one and in each order that matters.

use domain::coordination::participant::{Participant, SecondStepState};
use domain::event::Event;
use domain::machine::consent::Consent;
use domain::machine::cs::VendorPath;
use domain::machine::rm::{Rm, RmEvent};
use domain::party::Party;
use domain::text::class::Class;
use domain::value::*;

use crate::kit::{answer, day, recorded, second, text, told, vendor};

fn attempt(channel: ContactChannel, result: ContactResult, elsewhere: bool) -> Event {
    Event::ContactAttempted {
        channel,
        result,
        elsewhere,
    }
}

fn said(answer: ProductAnswer) -> Event {
    Event::AnswerRecorded {
        answer,
        unasked: false,
    }
}

fn moved(events: &[RmEvent]) -> Vec<Event> {
    let event = |event: &RmEvent| Event::RmMoved { event: *event };
    events.iter().map(event).collect()
}

#[test]
fn whoever_joins_knows_its_case_its_party_and_its_number() {
    let joined = told(vec![Event::ParticipantJoined {
        case: CaseId::from_bytes([6; 16]),
        party: PartyId::from_bytes([4; 16]),
        part: Part::Coordinator,
        tracking: "TN#45678901".to_owned(),
    }]);
    assert_eq!(joined.case, CaseId::from_bytes([6; 16]));
    assert_eq!(joined.party, Some(PartyId::from_bytes([4; 16])));
    assert_eq!(joined.part, Part::Coordinator);
    assert_eq!(joined.tracking, "TN#45678901");
}

#[test]
fn attempts_are_counted_and_the_earliest_one_is_when_the_party_was_asked() {
    let phone = || attempt(ContactChannel::Phone, ContactResult::Tried, false);
    let mut participant = told(vec![phone(), phone()]);
    assert_eq!(
        (participant.attempts, participant.asked_at),
        (2, Some(second(1)))
    );
    // An attempt that was made before and is recorded later.
    participant.apply(&recorded(phone(), second(-60)));
    assert_eq!(
        (participant.attempts, participant.asked_at),
        (3, Some(second(-60)))
    );
}

#[test]
fn only_the_houses_own_mail_carries_an_invitation() {
    use ContactChannel::{Fax, Form, Mail, Phone, Post};
    for (channel, elsewhere, invites) in [
        (Mail, false, true),
        (Mail, true, false),
        (Phone, false, false),
        (Post, false, false),
        (Form, false, false),
        (Fax, false, false),
    ] {
        let participant = told(vec![attempt(channel, ContactResult::Tried, elsewhere)]);
        let expected = invites.then_some(second(1));
        assert_eq!(participant.invited_at, expected, "{channel:?} {elsewhere}");
    }
}

#[test]
fn only_the_last_attempt_can_have_come_back() {
    let back = || attempt(ContactChannel::Post, ContactResult::Undeliverable, false);
    let reached = || attempt(ContactChannel::Phone, ContactResult::Reached, false);
    assert_eq!(told(vec![back()]).undeliverable, Some(second(1)));
    assert_eq!(told(vec![back(), reached()]).undeliverable, None);
    assert_eq!(told(vec![reached(), back()]).undeliverable, Some(second(2)));
}

#[test]
fn a_wish_to_be_called_ends_with_a_call_or_with_the_second_step() {
    let asked = || Event::CallAsked {
        text: text(2, Class::C),
    };
    let call = || attempt(ContactChannel::Phone, ContactResult::Reached, false);
    let tried = || attempt(ContactChannel::Phone, ContactResult::Tried, false);
    let mail = || attempt(ContactChannel::Mail, ContactResult::Tried, false);
    let passed = || Event::SecondStepPassed {
        way: SecondStep::Key,
    };
    let wish = |at| Some((second(at), text(2, Class::C)));
    for (events, expected) in [
        (vec![asked()], wish(1)),
        (vec![asked(), mail()], wish(1)),
        (vec![asked(), tried()], wish(1)),
        (vec![asked(), call()], None),
        (vec![asked(), passed()], None),
        (vec![asked(), Event::SecondStepWaived], None),
        (vec![asked(), call(), asked()], wish(3)),
    ] {
        assert_eq!(told(events.clone()).call_asked, expected, "{events:?}");
    }
}

#[test]
fn a_second_step_that_was_waived_is_waived_for_all_sessions() {
    use SecondStepState::{Missing, Passed, Waived};
    let passed = || Event::SecondStepPassed {
        way: SecondStep::Telephone,
    };
    for (events, has_passed, states) in [
        (vec![], false, [Missing, Passed]),
        (vec![passed()], true, [Missing, Passed]),
        (vec![Event::SecondStepWaived], false, [Waived, Waived]),
        (
            vec![passed(), Event::SecondStepWaived],
            true,
            [Waived, Waived],
        ),
    ] {
        let participant = told(events);
        assert_eq!(participant.step_passed, has_passed);
        let party = Party::new(PartyId::from_bytes([4; 16]));
        let found = [false, true].map(|is_passed| participant.second_step(&party, is_passed));
        assert_eq!(found, states);
    }
}

/// Who reads the new address is nobody whom the house ever met.
#[test]
fn a_waiver_ends_with_the_contact_that_it_was_given_for() {
    use SecondStepState::{Missing, Waived};
    let participant = told(vec![Event::SecondStepWaived]);
    let at = participant.step_waived.expect("waived");
    let mut party = Party::new(PartyId::from_bytes([4; 16]));
    for (since, expected) in [
        (None, Waived),
        (Some(at), Waived),
        (Some(Instant(at.0 + 1)), Missing),
    ] {
        party.contact_since = since;
        assert_eq!(
            participant.second_step(&party, false),
            expected,
            "{since:?}"
        );
    }
}

#[test]
fn details_are_opened_once_each_and_dated_by_the_first_time() {
    let sent = |bodies: &[u8]| Event::DetailsSent {
        bodies: bodies.iter().map(|n| text(*n, Class::V).body).collect(),
    };
    let participant = told(vec![sent(&[2, 3]), sent(&[3, 4, 4])]);
    assert_eq!(participant.details_at, Some(second(1)));
    let opened = [2, 3, 4].map(|n| text(n, Class::V).body);
    assert_eq!(participant.opened, opened);
}

#[test]
fn what_was_said_to_a_date_is_the_last_word_and_a_new_date_asks_anew() {
    let until = day(10);
    let invited = || Event::DateInvited { until };
    let agreed = || Event::DateAgreed { until };
    let countered = || Event::DateCountered { until: day(20) };
    for (events, consent, named, seen) in [
        (vec![invited()], Consent::Invited, None, None),
        (vec![invited(), agreed()], Consent::Signatory, None, Some(2)),
        (
            vec![invited(), countered()],
            Consent::Invited,
            Some(day(20)),
            Some(2),
        ),
        (
            vec![invited(), countered(), invited()],
            Consent::Invited,
            None,
            Some(2),
        ),
        (
            vec![invited(), Event::DateDeclined, agreed()],
            Consent::Signatory,
            None,
            Some(3),
        ),
        // An answer takes a wish back; a wish that comes after one stands beside it.
        (
            vec![invited(), countered(), agreed()],
            Consent::Signatory,
            None,
            Some(3),
        ),
        (
            vec![invited(), countered(), Event::DateDeclined],
            Consent::Declined,
            None,
            Some(3),
        ),
        (
            vec![invited(), agreed(), countered()],
            Consent::Signatory,
            Some(day(20)),
            Some(3),
        ),
        (
            vec![agreed(), Event::DateLapsed],
            Consent::Lapsed,
            None,
            Some(1),
        ),
    ] {
        let participant = told(events.clone());
        assert_eq!(participant.consent, consent, "{events:?}");
        assert_eq!(participant.countered, named, "{events:?}");
        assert_eq!(participant.replied_at, seen.map(second), "{events:?}");
        assert_eq!(
            participant.seen_at, None,
            "an answer is no receipt: {events:?}"
        );
        let last = second(i64::try_from(events.len()).unwrap());
        assert_eq!(participant.said_at, Some(last), "{events:?}");
    }
}

#[test]
fn what_speaks_of_no_date_leaves_the_word_on_the_date_alone() {
    let events = vec![
        Event::DateDeclined,
        said(answer(None, VendorAnswer::Affected, None)),
        Event::ReceiptConfirmed,
        Event::BasisRecorded {
            basis: ConfidentialityBasis::None,
        },
    ];
    let participant = told(events);
    assert_eq!(participant.consent, Consent::Declined);
    assert_eq!(participant.said_at, Some(second(1)));
    assert_eq!(participant.seen_at, Some(second(3)));
}

#[test]
fn an_answer_replaces_the_one_for_the_same_product_range_and_vulnerability() {
    use VendorAnswer::{Affected, Investigating};
    let first = answer(Some("OS"), Investigating, None);
    let again = answer(Some("OS"), Affected, Some("3"));
    let other_range = ProductAnswer {
        versions: "< 2".to_owned(),
        ..first.clone()
    };
    let other_flaw = ProductAnswer {
        vulnerability: Some("2".to_owned()),
        ..first.clone()
    };
    let of_all = answer(None, Investigating, None);
    let told = |answers: &[&ProductAnswer]| {
        let events = answers.iter().map(|one| said((*one).clone())).collect();
        told(events).answers
    };
    assert_eq!(told(&[&first, &again]), vec![again.clone()]);
    assert_eq!(
        told(&[&first, &other_range, &other_flaw, &of_all]),
        [first.clone(), other_range.clone(), other_flaw, of_all]
    );
    assert_eq!(told(&[&first, &other_range, &again]), [other_range, again]);
}

#[test]
fn an_answer_that_nobody_asked_for_is_remembered() {
    let unasked = |unasked| Event::AnswerRecorded {
        answer: answer(None, VendorAnswer::Unknown, None),
        unasked,
    };
    assert!(!told(vec![unasked(false)]).unasked);
    let participant = told(vec![unasked(true), unasked(false)]);
    assert!(participant.unasked);
    assert_eq!(participant.answered_at, Some(second(2)));
}

fn stated(kind: StatementKind, n: u8, lang: Lang, about: Option<&str>) -> Event {
    Event::StatementRecorded {
        statement: kind,
        text: TextRef {
            lang,
            ..text(n, kind.class())
        },
        unasked: false,
        about: about.map(|product| About {
            product: product.to_owned(),
            versions: String::new(),
        }),
    }
}

#[test]
fn a_text_replaces_the_one_of_its_kind_language_and_product() {
    use StatementKind::{Fix, Statement};
    let bodies = |events| -> Vec<u8> {
        let statements = told(events).statements;
        let first = |statement: &domain::value::Statement| statement.text.body.bytes()[0];
        statements.iter().map(first).collect()
    };
    let first = || stated(Statement, 2, Lang::Ja, None);
    for (next, left) in [
        (stated(Statement, 3, Lang::Ja, None), vec![3]),
        (stated(Statement, 3, Lang::En, None), vec![2, 3]),
        (stated(Statement, 3, Lang::Ja, Some("OS")), vec![2, 3]),
        (stated(Fix, 3, Lang::Ja, None), vec![2, 3]),
    ] {
        assert_eq!(bodies(vec![first(), next.clone()]), left, "{next:?}");
    }
}

#[test]
fn only_the_vendors_own_statement_is_an_answer() {
    for (kind, answers) in [
        (StatementKind::Statement, true),
        (StatementKind::Information, false),
        (StatementKind::Addendum, false),
        (StatementKind::References, false),
        (StatementKind::Workaround, false),
        (StatementKind::Fix, false),
    ] {
        let participant = told(vec![stated(kind, 2, Lang::Ja, None)]);
        let expected = answers.then_some(second(1));
        assert_eq!(participant.answered_at, expected, "{kind:?}");
    }
}

#[test]
fn what_helps_is_a_repaired_version_a_workaround_or_a_fix() {
    for (event, helps) in [
        (said(answer(None, VendorAnswer::Affected, Some("3"))), true),
        (said(answer(None, VendorAnswer::Affected, None)), false),
        (stated(StatementKind::Workaround, 2, Lang::En, None), true),
        (stated(StatementKind::Fix, 2, Lang::En, None), true),
        (stated(StatementKind::Statement, 2, Lang::En, None), false),
        (stated(StatementKind::References, 2, Lang::En, None), false),
    ] {
        let participant = told(vec![event.clone()]);
        assert_eq!(participant.has_countermeasure(), helps, "{event:?}");
    }
}

#[test]
fn a_step_that_the_report_cannot_take_leaves_it_where_it_is() {
    use RmEvent::{Accept, Close, Receive, Validate};
    for (events, rm, path) in [
        (vec![], Rm::Start, VendorPath::Unaware),
        (vec![Validate], Rm::Start, VendorPath::Unaware),
        (vec![Receive], Rm::Received, VendorPath::Aware),
        (vec![Receive, Accept], Rm::Received, VendorPath::Aware),
        (
            vec![Receive, Validate, Accept, Close],
            Rm::Closed,
            VendorPath::Aware,
        ),
    ] {
        let participant = told(moved(&events));
        assert_eq!((participant.rm, participant.path), (rm, path), "{events:?}");
    }
}

#[test]
fn a_version_with_the_fix_makes_the_fix_ready_and_takes_no_deployment_back() {
    let fixed = said(answer(Some("OS"), VendorAnswer::Affected, Some("3")));
    let participant = told(vec![fixed.clone()]);
    assert_eq!(participant.path, VendorPath::FixReady);
    let mut deployed = Participant {
        path: VendorPath::FixDeployed,
        ..vendor(5)
    };
    deployed.apply(&recorded(fixed, second(1)));
    assert_eq!(deployed.path, VendorPath::FixDeployed);
}

fn named(agreed: bool) -> Event {
    Event::NamingAgreed { agreed }
}

#[test]
fn being_named_lasts_from_the_word_until_it_is_taken_back_or_the_party_leaves() {
    let left = || Event::ParticipantLeft {
        honours_embargo: true,
    };
    let span = |from, until: Option<i64>| (second(from), until.map(second));
    for (events, spans) in [
        (vec![named(false)], vec![]),
        (vec![named(true), named(true)], vec![span(1, None)]),
        (vec![named(true), named(false)], vec![span(1, Some(2))]),
        (
            vec![named(true), named(false), named(false)],
            vec![span(1, Some(2))],
        ),
        (
            vec![named(true), named(false), named(true)],
            vec![span(1, Some(2)), span(3, None)],
        ),
        (vec![named(true), left()], vec![span(1, Some(2))]),
    ] {
        let participant = told(events.clone());
        let is_named = spans.last().is_some_and(|(_, until)| until.is_none());
        assert_eq!(participant.naming, spans, "{events:?}");
        assert_eq!(participant.is_named(), is_named, "{events:?}");
    }
}

/// A vendor that was shown details at a second, if ever, and agreed to be named for a time.
fn shown(details: Option<i64>, from: i64, until: Option<i64>) -> Participant {
    Participant {
        details_at: details.map(second),
        naming: vec![(second(from), until.map(second))],
        ..vendor(5)
    }
}

#[test]
fn two_vendors_know_of_each_other_once_both_agreed_at_one_time_and_had_details() {
    let lasting = || shown(Some(1), 2, None);
    for (other, known) in [
        (shown(Some(1), 2, None), true),
        (shown(None, 2, None), false),
        (shown(Some(1), 9, None), true),
        // Taken back before the other one began, or at that very moment.
        (shown(Some(1), 0, Some(1)), false),
        (shown(Some(1), 1, Some(2)), false),
        (shown(Some(1), 1, Some(3)), true),
        // Taken back before there were details.
        (shown(Some(7), 1, Some(6)), false),
        (shown(Some(7), 1, Some(7)), false),
        (shown(Some(7), 1, Some(8)), true),
    ] {
        assert_eq!(lasting().was_named_with(&other), known, "{other:?}");
        assert_eq!(other.was_named_with(&lasting()), known, "{other:?}");
    }
}

#[test]
fn what_was_known_stays_known_when_both_take_it_back() {
    let (one, other) = (shown(Some(1), 2, Some(5)), shown(Some(1), 4, Some(9)));
    assert!(one.was_named_with(&other));
    assert!(!one.is_named() && !other.is_named());
}

#[test]
fn details_are_for_whoever_accepted_the_terms_and_did_not_leave() {
    let basis = |basis| Event::BasisRecorded { basis };
    let version = || "1".to_owned();
    let standing = || basis(ConfidentialityBasis::Standing { version: version() });
    let ad_hoc = || basis(ConfidentialityBasis::AdHoc { version: version() });
    let left = || Event::ParticipantLeft {
        honours_embargo: true,
    };
    for (events, may) in [
        (vec![], false),
        (vec![standing()], true),
        (vec![ad_hoc()], true),
        (vec![ad_hoc(), basis(ConfidentialityBasis::None)], false),
        // A date that is declined is another agreement.
        (vec![ad_hoc(), Event::DateDeclined], true),
        (vec![ad_hoc(), left()], false),
        (vec![ad_hoc(), left(), Event::ParticipantReturned], true),
    ] {
        assert_eq!(told(events.clone()).may_have_details(), may, "{events:?}");
    }
}
