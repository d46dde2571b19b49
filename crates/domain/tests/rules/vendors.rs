//! A vendor in a case: brought in, written to, shown details, heard. Each refusal, and what is recorded otherwise.

use domain::coordination::case::Case;
use domain::coordination::participant::Participant;
use domain::coordination::{access, decide};
use domain::event::{Change, Event};
use domain::machine::em::Em;
use domain::machine::rm::{Rm, RmEvent};
use domain::party::Party;
use domain::refusal::Refusal;
use domain::text::class::Class;
use domain::value::*;

use crate::kit::{DESK, NOW, VENDOR, act, answer, closed, day, of, opened, text, vendor, wrong};

const RECEIVE: Event = Event::RmMoved {
    event: RmEvent::Receive,
};

/// A vendor that was written to and stands so with the report.
fn asked(rm: Rm) -> Participant {
    Participant {
        rm,
        asked_at: Some(NOW),
        ..vendor(5)
    }
}

fn ad_hoc() -> ConfidentialityBasis {
    ConfidentialityBasis::AdHoc {
        version: "1".to_owned(),
    }
}

#[test]
fn whoever_is_brought_in_brings_its_agreement_and_is_asked_for_the_date_under_way() {
    let until = day(10);
    let id = vendor(5).id;
    let mut party = Party::new(PartyId::from_bytes([4; 16]));
    for em in Em::ALL {
        for standing in [None, Some("2024-06")] {
            party.standing = standing.map(str::to_owned);
            let case = Case {
                em,
                until: Some(until),
                ..opened()
            };
            let mut events = vec![Event::ParticipantJoined {
                case: case.id,
                party: party.id,
                part: Part::Other,
                tracking: "TN#45678901".to_owned(),
            }];
            events.extend(standing.map(|version| Event::BasisRecorded {
                basis: ConfidentialityBasis::Standing {
                    version: version.to_owned(),
                },
            }));
            if matches!(em, Em::Proposed | Em::Active | Em::Revise) {
                events.push(Event::DateInvited { until });
            }
            let joined = decide::join(&case, &party, id, Part::Other, "TN#45678901".to_owned());
            assert_eq!(joined, Ok(of(id, events)), "{em:?} {standing:?}");
        }
    }
    let joined = decide::join(&closed(), &party, id, Part::Vendor, String::new());
    assert_eq!(joined, Err(Refusal::CaseClosed));
}

#[test]
fn the_first_contact_starts_the_count_and_one_made_elsewhere_brings_the_report() {
    let (channel, result) = (ContactChannel::Phone, ContactResult::Reached);
    for (is_first, elsewhere, rm, has_more) in [
        (true, false, Rm::Start, [true, false]),
        (true, true, Rm::Start, [true, true]),
        (true, true, Rm::Received, [true, false]),
        (false, false, Rm::Start, [false, false]),
        (false, true, Rm::Start, [false, true]),
        (false, true, Rm::Accepted, [false, false]),
    ] {
        let case = Case {
            clock_start: (!is_first).then_some(day(0)),
            ..opened()
        };
        let participant = Participant { rm, ..vendor(5) };
        let attempted = Event::ContactAttempted {
            channel,
            result,
            elsewhere,
        };
        let mut expected = of(participant.id, vec![attempted]);
        let [starts, receives] = has_more;
        if starts {
            expected.extend(of(case.id, vec![Event::ClockStarted]));
        }
        if receives {
            expected.extend(of(participant.id, vec![RECEIVE]));
        }
        let contacted = decide::contact(&case, &participant, channel, result, elsewhere);
        assert_eq!(contacted, Ok(expected), "{is_first} {elsewhere} {rm:?}");
    }
    let contacted = decide::contact(&closed(), &vendor(5), channel, result, false);
    assert_eq!(contacted, Err(Refusal::CaseClosed));
}

/// Whoever was written to and did not answer, or was not reached, was told nothing: no list says that it was.
#[test]
fn a_contact_made_elsewhere_brings_the_report_only_if_somebody_has_it() {
    for (result, brings) in [
        (ContactResult::Tried, false),
        (ContactResult::Undeliverable, false),
        (ContactResult::Reached, true),
        (ContactResult::NotRecorded, true),
    ] {
        let channel = ContactChannel::Mail;
        let changes = decide::contact(&opened(), &vendor(5), channel, result, true).unwrap();
        let moved = |change: &Change| matches!(change.event, Event::RmMoved { .. });
        assert_eq!(changes.iter().any(moved), brings, "{result:?}");
    }
}

#[test]
fn only_a_letter_that_was_sent_is_confirmed() {
    let refused = Err(Refusal::NotAsked);
    assert_eq!(decide::confirm_receipt(&vendor(5)), refused);
    let asked = asked(Rm::Start);
    let confirmed = decide::confirm_receipt(&asked);
    assert_eq!(confirmed, Ok(of(asked.id, vec![Event::ReceiptConfirmed])));
}

#[test]
fn a_basis_is_recorded_as_it_was_given() {
    for basis in [ad_hoc(), ConfidentialityBasis::None] {
        let recorded = decide::record_basis(&vendor(5), basis.clone(), &DESK);
        let event = Event::BasisRecorded { basis };
        assert_eq!(recorded, Ok(of(vendor(5).id, vec![event])));
    }
}

#[test]
fn what_helps_an_attacker_or_tells_who_somebody_is_does_not_travel_with_details() {
    let participant = Participant {
        basis: ad_hoc(),
        ..vendor(5)
    };
    let kept: Vec<Class> = Class::ALL
        .into_iter()
        .filter(|class| {
            let texts = [text(2, Class::V), text(3, *class)];
            match decide::send_details(&opened(), &participant, &texts) {
                Ok(_) => false,
                Err(refusal) => {
                    let withheld = Refusal::Withheld {
                        class: class.code(),
                        rule: "R-A2",
                    };
                    assert_eq!(refusal, withheld);
                    true
                }
            }
        })
        .collect();
    let expected = [
        Class::A,
        Class::T,
        Class::H,
        Class::N,
        Class::R,
        Class::D,
        Class::O,
        Class::I,
        Class::C,
        Class::G,
        Class::J,
        Class::Q,
        Class::M,
        Class::Z,
        Class::Y,
        Class::U,
    ];
    assert_eq!(kept, expected);
}

#[test]
fn details_go_out_under_a_basis_to_who_is_still_there_and_bring_the_report() {
    let texts = [text(2, Class::V), text(3, Class::W)];
    let send = |case: &Case, to: &Participant| decide::send_details(case, to, &texts);
    let with_basis = Participant {
        basis: ad_hoc(),
        ..vendor(5)
    };
    let gone = Participant {
        left: true,
        ..with_basis.clone()
    };
    assert_eq!(send(&closed(), &with_basis), Err(Refusal::CaseClosed));
    assert_eq!(send(&opened(), &vendor(5)), Err(Refusal::NoBasis));
    assert_eq!(send(&opened(), &gone), Err(Refusal::NoBasis));
    let sent = Event::DetailsSent {
        bodies: vec![texts[0].body, texts[1].body],
    };
    for rm in Rm::ALL {
        let mut events = vec![sent.clone()];
        if rm == Rm::Start {
            events.push(RECEIVE);
        }
        let to = Participant {
            rm,
            ..with_basis.clone()
        };
        assert_eq!(send(&opened(), &to), Ok(of(to.id, events)), "{rm:?}");
    }
}

#[test]
fn an_answer_says_truly_whether_somebody_asked() {
    for (is_asked, unasked, expected) in [
        (false, false, Some(Refusal::NotAsked)),
        (false, true, None),
        (true, false, None),
        (true, true, Some(Refusal::WasAsked)),
    ] {
        let participant = Participant {
            asked_at: is_asked.then_some(NOW),
            ..vendor(5)
        };
        let said = answer(None, VendorAnswer::Unknown, None);
        let recorded = decide::record_answer(&participant, said, unasked);
        assert_eq!(recorded.err(), expected, "{is_asked} {unasked}");
        let kind = StatementKind::Statement;
        let words = text(2, Class::R);
        let stated = decide::record_statement(&participant, kind, words, unasked, None, &DESK);
        assert_eq!(stated.err(), expected, "{is_asked} {unasked}");
        let others = StatementKind::Information;
        let heard = decide::record_statement(&participant, others, words, unasked, None, &DESK);
        assert!(heard.is_ok(), "what others say needs no question");
    }
}

/// What an answer moves in each state of the report, in the order of the model: the letters of its steps, and `!` for
/// the answer itself; or the state in which it is refused.
fn check_answer(said: VendorAnswer, fixed_in: Option<&str>, expected: [&str; 7]) {
    for (rm, expected) in Rm::ALL.into_iter().zip(expected) {
        let recorded = decide::record_answer(&asked(rm), answer(Some("OS"), said, fixed_in), false);
        let found: String = match recorded {
            Ok(changes) => changes
                .iter()
                .map(|change| match &change.event {
                    Event::RmMoved { event } => event.letter(),
                    Event::AnswerRecorded { .. } => "!",
                    _ => "?",
                })
                .collect(),
            Err(Refusal::Report(rm)) => format!("no {}", rm.letter()),
            Err(refusal) => refusal.to_string(),
        };
        assert_eq!(found, expected, "{said:?} {fixed_in:?} {rm:?}");
    }
}

#[test]
fn an_answer_moves_the_report_as_far_as_it_says_and_a_fix_needs_the_work_taken_up() {
    use VendorAnswer::{Affected, Investigating, NotAffected, Unknown};
    let affected = ["rva!", "va!", "va!", "a!", "a!", "!", "!"];
    check_answer(Affected, None, affected);
    check_answer(Affected, Some("3"), affected);
    check_answer(NotAffected, None, ["ri!", "i!", "!", "d!", "!", "d!", "!"]);
    let no_fix = "the field fixed_in is not usable: versions that are not affected need no fix";
    check_answer(NotAffected, Some("3"), [no_fix; 7]);
    for said in [Investigating, Unknown] {
        check_answer(said, None, ["r!", "!", "!", "!", "!", "!", "!"]);
        check_answer(
            said,
            Some("3"),
            ["no R", "no R", "no I", "no V", "!", "!", "!"],
        );
    }
}

#[test]
fn what_is_blank_is_neither_a_product_nor_a_fix() {
    let asked = asked(Rm::Accepted);
    for blank in ["", " ", "\u{3000}\t"] {
        let said = answer(Some(blank), VendorAnswer::Affected, Some(blank));
        let recorded = decide::record_answer(&asked, said, false);
        let answer = answer(None, VendorAnswer::Affected, None);
        let event = Event::AnswerRecorded {
            answer,
            unasked: false,
        };
        assert_eq!(recorded, Ok(of(asked.id, vec![event])), "{blank:?}");
    }
}

const KINDS: [(StatementKind, Class); 6] = [
    (StatementKind::Statement, Class::R),
    (StatementKind::Information, Class::R),
    (StatementKind::Addendum, Class::R),
    (StatementKind::References, Class::R),
    (StatementKind::Workaround, Class::W),
    (StatementKind::Fix, Class::F),
];

#[test]
fn a_vendors_text_has_the_class_of_its_kind_and_no_other() {
    let participant = asked(Rm::Received);
    for (kind, its) in KINDS {
        for class in Class::ALL {
            let words = text(2, class);
            let stated = decide::record_statement(&participant, kind, words, false, None, &DESK);
            if class == its {
                let event = Event::StatementRecorded {
                    statement: kind,
                    text: words,
                    unasked: false,
                    about: None,
                };
                assert_eq!(stated, Ok(of(participant.id, vec![event])));
            } else {
                wrong(stated, "class");
            }
        }
    }
}

#[test]
fn a_text_about_a_product_follows_an_answer_for_it() {
    let mut participant = asked(Rm::Accepted);
    let affected = VendorAnswer::Affected;
    participant.answers = vec![
        answer(Some("OS"), affected, None),
        answer(None, affected, None),
    ];
    let about = |product: &str, versions: &str| {
        Some(About {
            product: product.to_owned(),
            versions: versions.to_owned(),
        })
    };
    for (kind, class) in KINDS {
        let state = |about| {
            let words = text(2, class);
            decide::record_statement(&participant, kind, words, false, about, &VENDOR)
        };
        let of_others = matches!(kind, StatementKind::Information | StatementKind::Addendum);
        let known = state(about("OS", "< 3"));
        match kind {
            _ if of_others => assert_eq!(known, Err(Refusal::Role), "{kind:?}"),
            StatementKind::References => wrong(known, "about"),
            _ => {
                let event = Event::StatementRecorded {
                    statement: kind,
                    text: text(2, class),
                    unasked: false,
                    about: about("OS", "< 3"),
                };
                assert_eq!(known, Ok(of(participant.id, vec![event])));
            }
        }
        for (product, versions) in [("OS", ""), ("OS", "< 4"), ("Os", "< 3"), ("", "< 3")] {
            if !of_others {
                wrong(state(about(product, versions)), "about");
            }
        }
    }
}

#[test]
fn what_others_say_speaks_of_no_product() {
    let mut participant = asked(Rm::Accepted);
    participant.answers = vec![answer(Some("OS"), VendorAnswer::Affected, None)];
    for kind in [StatementKind::Information, StatementKind::Addendum] {
        let about = participant.answers[0].about();
        let words = text(2, Class::R);
        let stated = decide::record_statement(&participant, kind, words, false, about, &DESK);
        wrong(stated, "about");
    }
}

#[test]
fn what_lets_a_party_in_is_recorded_on_its_own_stream() {
    let participant = vendor(5);
    let one = |event| of(participant.id, vec![event]);
    let waived = access::waive_second_step(&participant, &act("met in person"));
    assert_eq!(waived, Ok(one(Event::SecondStepWaived)));
    for way in [SecondStep::Telephone, SecondStep::Key] {
        let passed = access::pass_second_step(&participant, way);
        assert_eq!(passed, one(Event::SecondStepPassed { way }));
    }
    let words = text(3, Class::C);
    let asked = access::ask_call(&opened(), &participant, words, 1);
    assert_eq!(asked, Ok(one(Event::CallAsked { text: words })));
    let ticket = decide::record_ticket(&participant, words, 1);
    assert_eq!(ticket, Ok(one(Event::OwnTicketRecorded { ticket: words })));
}

#[test]
fn a_name_is_shown_to_others_after_the_password_and_hidden_without() {
    let old = act("").at_a_page(false, Instant(0));
    let of = |agreed| access::agree_naming(&vendor(5), agreed, "by telephone", &old);
    assert_eq!(of(true), Err(Refusal::Step));
    assert_eq!(of(false), Ok(vec![]));
}

#[test]
fn only_a_vendor_is_named_to_other_vendors() {
    for part in [
        Part::Vendor,
        Part::Finder,
        Part::Coordinator,
        Part::Operator,
        Part::Other,
    ] {
        let participant = Participant { part, ..vendor(5) };
        let agreed = access::agree_naming(&participant, true, "by telephone", &act(""));
        if part == Part::Vendor {
            let event = Event::NamingAgreed { agreed: true };
            assert_eq!(agreed, Ok(of(participant.id, vec![event])));
        } else {
            wrong(agreed, "participant");
        }
    }
}

#[test]
fn a_vulnerability_is_named_with_a_label_that_heads_a_column() {
    let words = text(2, Class::V);
    for (label, fits) in [
        ("1", true),
        ("A-2", true),
        ("脆弱性1", true),
        ("一二三四五六七八九十十二", true),
        ("一二三四五六七八九十十二三", false),
        ("1.2", false),
        ("a_b", false),
        ("-", true),
        ("\u{200b}", false),
    ] {
        let named = decide::name_vulnerability(&opened(), label, words, 4);
        if fits {
            let event = Event::VulnerabilityNamed {
                label: label.to_owned(),
                text: words,
            };
            assert_eq!(named, Ok(of(opened().id, vec![event])), "{label}");
        } else {
            wrong(named, "label");
        }
    }
}
