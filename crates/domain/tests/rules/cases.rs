//! A case as its events make it, the stage that is computed from it, and what the board shows of its vendors.

use domain::coordination::board::{self, Cell, PublicLabel, cell, cell_for};
use domain::coordination::case::{Case, Stage};
use domain::coordination::date::{self, Date, Said};
use domain::coordination::participant::Participant;
use domain::event::Event;
use domain::machine::consent::Consent;
use domain::machine::em::Em;
use domain::machine::rm::Rm;
use domain::text::class::Class;
use domain::value::*;

use crate::kit::{answer, day, opened, recorded, second, text, vendor};

/// A case that these events, a second apart, have made.
fn told(events: Vec<Event>) -> Case {
    let mut case = opened();
    for (seconds, event) in (1..).zip(events) {
        case.apply(&recorded(event, second(seconds)));
    }
    case
}

fn begun(already_public: bool) -> Event {
    Event::CaseOpened {
        number: "NRS#12345674".to_owned(),
        report: ReportId::from_bytes([7; 16]),
        already_public,
        track: None,
    }
}

fn active(until: Instant) -> Event {
    Event::EmbargoActivated {
        until,
        by: vendor(5).id,
    }
}

#[test]
fn a_case_is_opened_by_its_report_and_other_reports_join_it() {
    let report = |n| ReportId::from_bytes([n; 16]);
    let joined = |n| Event::ReportJoined { report: report(n) };
    let case = told(vec![begun(true), joined(8), joined(9)]);
    assert_eq!(case.number, "NRS#12345674");
    assert_eq!(case.report, Some(report(7)));
    assert_eq!(case.joined, [report(8), report(9)]);
    assert_eq!(case.opened_at, second(1));
    assert!(case.already_public && !told(vec![begun(false)]).already_public);
    assert_eq!(case.version, 3, "each event is a version");
}

#[test]
fn the_day_from_which_is_counted_never_moves() {
    let case = told(vec![begun(false), Event::ClockStarted, Event::ClockStarted]);
    assert_eq!(case.clock_start, Some(second(2)));
}

#[test]
fn texts_are_added_the_facts_are_the_last_ones_and_a_name_replaces_its_label() {
    let added = |n| Event::CaseTextAdded {
        field: Field::Summary,
        text: text(n, Class::V),
    };
    let noted = |n| Event::CaseFactsNoted {
        facts: text(n, Class::V),
    };
    let named = |label: &str, n| Event::VulnerabilityNamed {
        label: label.to_owned(),
        text: text(n, Class::V),
    };
    let case = told(vec![
        added(2),
        added(3),
        noted(4),
        noted(5),
        named("1", 6),
        named("2", 7),
        named("1", 8),
    ]);
    let summary = |n| (Field::Summary, text(n, Class::V));
    assert_eq!(case.texts, [summary(2), summary(3)]);
    assert_eq!(case.facts, Some(text(5, Class::V)));
    let label = |label: &str, n| (label.to_owned(), text(n, Class::V));
    assert_eq!(case.vulnerabilities, [label("2", 7), label("1", 8)]);
}

#[test]
fn what_became_true_in_the_world_stays_true() {
    use WorldFact::{AttacksObserved, ExploitPublic, PublicAware};
    let seen = |facts: &[WorldFact]| {
        let fact = |fact: &WorldFact| Event::WorldFactObserved { fact: *fact };
        let world = told(facts.iter().map(fact).collect()).world;
        [world.public, world.exploit, world.attacks]
    };
    assert_eq!(seen(&[]), [false, false, false]);
    assert_eq!(seen(&[PublicAware]), [true, false, false]);
    assert_eq!(seen(&[ExploitPublic]), [false, true, false]);
    assert_eq!(seen(&[AttacksObserved]), [false, false, true]);
    let all = [AttacksObserved, ExploitPublic, PublicAware, PublicAware];
    assert_eq!(seen(&all), [true, true, true]);
}

#[test]
fn the_embargo_stands_where_its_last_event_left_it_with_the_date_that_counts() {
    let proposed = |until| Event::EmbargoProposed { until };
    let on_the_table = |until| Event::EmbargoRevisionProposed { until };
    let revised = |until| Event::EmbargoRevised { until };
    let why = EmbargoEnd::Attacked;
    let ended = || Event::EmbargoEnded { why };
    for (events, em, until, revision, end) in [
        (vec![], Em::None, None, None, None),
        (vec![proposed(day(9))], Em::Proposed, Some(9), None, None),
        (
            vec![proposed(day(9)), proposed(day(8))],
            Em::Proposed,
            Some(8),
            None,
            None,
        ),
        (
            vec![proposed(day(9)), Event::EmbargoRejected],
            Em::None,
            None,
            None,
            None,
        ),
        (vec![active(day(9))], Em::Active, Some(9), None, None),
        (
            vec![active(day(9)), on_the_table(day(12))],
            Em::Revise,
            Some(9),
            Some(12),
            None,
        ),
        (
            vec![active(day(9)), on_the_table(day(12)), revised(day(12))],
            Em::Active,
            Some(12),
            None,
            None,
        ),
        (
            vec![
                active(day(9)),
                on_the_table(day(12)),
                Event::EmbargoRevisionRejected,
            ],
            Em::Active,
            Some(9),
            None,
            None,
        ),
        (
            vec![active(day(9)), on_the_table(day(12)), ended()],
            Em::Exited,
            Some(9),
            None,
            Some(why),
        ),
    ] {
        let case = told(events.clone());
        let dates = (case.until, case.revision_until);
        assert_eq!(case.em, em, "{events:?}");
        assert_eq!(dates, (until.map(day), revision.map(day)), "{events:?}");
        assert_eq!(case.ended, end, "{events:?}");
    }
}

#[test]
fn a_case_that_was_closed_is_dated_by_the_first_closing() {
    let closed = |code| Event::CaseClosed { code };
    let case = told(vec![
        closed(ClosureCode::Withdrawn),
        closed(ClosureCode::Published),
    ]);
    assert_eq!(case.closed, Some(ClosureCode::Published));
    assert_eq!(case.closed_at, Some(second(1)));
    assert!(case.open().is_err() && opened().open().is_ok());
    let again = told(vec![closed(ClosureCode::Withdrawn), Event::CaseReopened]);
    assert_eq!((again.closed, again.closed_at), (None, None));
    let once_more = told(vec![
        closed(ClosureCode::Withdrawn),
        Event::CaseReopened,
        closed(ClosureCode::Published),
    ]);
    assert_eq!(once_more.closed_at, Some(second(3)));
}

#[test]
fn a_date_is_told_as_agreed_when_everybody_agreed_whom_it_was_put_to() {
    use domain::coordination::date::{self, Tally};
    use domain::machine::em::Em;
    let tally = |agreed, asked| Tally { agreed, asked };
    let mut case = Case::new(CaseId::from_bytes([2; 16]));
    let said = |case: &Case, published, tally| {
        let told = date::told(case, published, tally);
        (told.stage, told.talks)
    };
    assert_eq!(said(&case, false, tally(0, 0)), (Stage::Opened, None));
    case.clock_start = Some(second(1));
    assert_eq!(said(&case, false, tally(0, 0)), (Stage::Coordinating, None));
    let one = tally(1, 12);
    for em in [Em::Proposed, Em::Active, Em::Revise] {
        case.em = em;
        assert_eq!(said(&case, false, one), (Stage::Coordinating, Some(one)));
    }
    case.em = Em::Active;
    assert_eq!(said(&case, false, tally(2, 2)), (Stage::DateAgreed, None));
    assert_eq!(said(&case, true, one), (Stage::Published, None));
    case.closed = Some(ClosureCode::Withdrawn);
    assert_eq!(said(&case, false, one), (Stage::Closed, None));
}

#[test]
fn the_stage_of_a_case_follows_from_what_happened() {
    let closed = || Event::CaseClosed {
        code: ClosureCode::Published,
    };
    let ended = || Event::EmbargoEnded {
        why: EmbargoEnd::Ready,
    };
    use Stage::{Closed, Coordinating, DateAgreed, Opened, Published};
    for (events, stages) in [
        (vec![begun(false)], [Opened, Published]),
        (vec![Event::ClockStarted], [Coordinating, Published]),
        (
            vec![Event::EmbargoProposed { until: day(9) }],
            [Opened, Published],
        ),
        (
            vec![Event::ClockStarted, active(day(9))],
            [DateAgreed, Published],
        ),
        (
            vec![
                active(day(9)),
                Event::EmbargoRevisionProposed { until: day(10) },
            ],
            [DateAgreed, Published],
        ),
        (
            vec![Event::ClockStarted, active(day(9)), ended()],
            [Coordinating, Published],
        ),
        (vec![active(day(9)), ended(), closed()], [Closed, Closed]),
    ] {
        let case = told(events.clone());
        let found = [false, true].map(|published| case.stage(published));
        assert_eq!(found, stages, "{events:?}");
    }
}

#[test]
fn a_stage_is_found_by_its_word_alone() {
    for stage in Stage::ALL {
        assert_eq!(Stage::parse(stage.word()), Some(stage));
    }
    for word in ["", "Opened", "open", "date agreed"] {
        assert_eq!(Stage::parse(word), None, "{word:?}");
    }
}

/// What a vendor may have said, from what decides first to what decides last.
const SAID: [(VendorAnswer, Option<&str>); 5] = [
    (VendorAnswer::Affected, None),
    (VendorAnswer::Affected, Some("3")),
    (VendorAnswer::Investigating, None),
    (VendorAnswer::NotAffected, None),
    (VendorAnswer::Unknown, None),
];

#[test]
fn of_several_answers_the_gravest_is_shown_whatever_came_first() {
    let shows = [
        Cell::Affected,
        Cell::Fixed,
        Cell::Investigating,
        Cell::NotAffected,
        Cell::Unknown,
    ];
    for bits in 1u8..32 {
        let chosen: Vec<usize> = (0..5)
            .filter(|at: &usize| bits & (1u8 << *at) != 0)
            .collect();
        let answers = chosen.iter().map(|at| {
            let (said, fixed_in) = SAID[*at];
            answer(Some(&format!("product {at}")), said, fixed_in)
        });
        let mut participant = vendor(5);
        participant.answers = answers.collect();
        let expected = shows[chosen[0]];
        assert_eq!(cell(&participant, None), expected, "{chosen:?}");
        participant.answers.reverse();
        assert_eq!(cell(&participant, None), expected, "{chosen:?} backwards");
        for at in &chosen {
            let product = format!("product {at}");
            assert_eq!(cell(&participant, Some(&product)), shows[*at], "{product}");
        }
    }
}

#[test]
fn a_vendor_that_left_or_declined_shows_nothing_else() {
    for (declined, left) in [(true, false), (false, true), (true, true)] {
        for (said, fixed_in) in SAID {
            let participant = Participant {
                declined,
                left,
                answers: vec![answer(None, said, fixed_in)],
                asked_at: Some(day(1)),
                ..vendor(5)
            };
            assert_eq!(cell(&participant, None), Cell::Declined);
        }
    }
}

#[test]
fn without_an_answer_it_shows_whether_anybody_asked_and_whether_it_was_seen() {
    let since = day(1);
    for (asked, seen, answered, expected) in [
        (false, false, false, Cell::NotAsked),
        (true, false, false, Cell::AskedSilent { since }),
        (true, true, false, Cell::Seen),
        (true, false, true, Cell::Seen),
        (false, true, false, Cell::Seen),
    ] {
        let participant = Participant {
            asked_at: asked.then_some(since),
            seen_at: seen.then_some(day(2)),
            answered_at: answered.then_some(day(2)),
            replied_at: (seen || answered).then_some(day(2)),
            ..vendor(5)
        };
        assert_eq!(cell(&participant, None), expected);
    }
}

#[test]
fn an_answer_for_everything_counts_for_each_product_and_each_vulnerability() {
    let of = |product, vulnerability: Option<&str>, said| ProductAnswer {
        vulnerability: vulnerability.map(str::to_owned),
        ..answer(product, said, None)
    };
    let participant = Participant {
        asked_at: Some(day(1)),
        answers: vec![
            of(Some("OS"), Some("1"), VendorAnswer::Affected),
            of(Some("OS"), Some("2"), VendorAnswer::NotAffected),
            of(Some("Router"), None, VendorAnswer::NotAffected),
        ],
        ..vendor(5)
    };
    let silent = Cell::AskedSilent { since: day(1) };
    for (product, vulnerability, expected) in [
        (None, None, Cell::Affected),
        (Some("OS"), None, Cell::Affected),
        (Some("OS"), Some("1"), Cell::Affected),
        (Some("OS"), Some("2"), Cell::NotAffected),
        (Some("OS"), Some("3"), silent),
        (Some("Router"), Some("1"), Cell::NotAffected),
        (Some("Printer"), None, silent),
        (None, Some("2"), Cell::NotAffected),
    ] {
        let found = cell_for(&participant, product, vulnerability);
        assert_eq!(found, expected, "{product:?} {vulnerability:?}");
    }
    let unasked = Participant {
        answers: vec![of(None, None, VendorAnswer::Unknown)],
        ..vendor(5)
    };
    let found = cell_for(&unasked, Some("Printer"), Some("9"));
    assert_eq!(found, Cell::Unknown);
}

#[test]
fn everybody_reads_a_label_only_of_a_listed_vendor_that_knows_and_stayed() {
    let asked = Participant {
        asked_at: Some(day(1)),
        ..vendor(5)
    };
    let told = Participant {
        details_at: Some(day(2)),
        step_passed: true,
        ..asked.clone()
    };
    // Opened, and behind the second step: nobody can have read them.
    let behind = Participant {
        rm: Rm::Received,
        step_passed: false,
        ..told.clone()
    };
    let waived = Participant {
        step_waived: Some(Instant(0)),
        ..behind.clone()
    };
    // Somebody else had told it before the house did: a record of a contact made elsewhere.
    let told_elsewhere = Participant {
        rm: Rm::Received,
        ..asked.clone()
    };
    let seen = |one: &Participant| Participant {
        seen_at: Some(day(3)),
        ..one.clone()
    };
    let says = |said: VendorAnswer, fixed: bool| Participant {
        answers: vec![answer(None, said, fixed.then_some("2"))],
        answered_at: Some(day(4)),
        ..asked.clone()
    };
    let left = Participant {
        left: true,
        ..told.clone()
    };
    for (about, one, label) in [
        ("joined", vendor(5), None),
        ("a first letter only", asked.clone(), None),
        ("a first letter that was confirmed", seen(&asked), None),
        ("details", told.clone(), Some(PublicLabel::Notified)),
        ("details behind the second step", behind, None),
        ("details by the link", waived, Some(PublicLabel::Notified)),
        (
            "told elsewhere",
            told_elsewhere,
            Some(PublicLabel::Notified),
        ),
        (
            "details and receipt",
            seen(&told),
            Some(PublicLabel::Notified),
        ),
        (
            "unknown",
            says(VendorAnswer::Unknown, false),
            Some(PublicLabel::Unknown),
        ),
        (
            "looks",
            says(VendorAnswer::Investigating, false),
            Some(PublicLabel::Investigating),
        ),
        (
            "not affected",
            says(VendorAnswer::NotAffected, false),
            Some(PublicLabel::NotVulnerable),
        ),
        (
            "affected",
            says(VendorAnswer::Affected, false),
            Some(PublicLabel::Vulnerable),
        ),
        (
            "fixed",
            says(VendorAnswer::Affected, true),
            Some(PublicLabel::VulnerableFixed),
        ),
        ("left", left, None),
    ] {
        assert_eq!(board::public_label_of(&one, true), label, "{about}");
        assert_eq!(
            board::public_label_of(&one, false),
            None,
            "{about}, not listed"
        );
    }
}

#[test]
fn the_date_is_told_to_each_by_what_it_said_itself() {
    for (em, consent, countered, expected) in [
        (Em::None, Consent::Invited, false, Date::Open),
        (Em::Proposed, Consent::NoEmbargo, false, Date::Open),
        (
            Em::Proposed,
            Consent::Invited,
            false,
            Date::Running(Said::Asked),
        ),
        (
            Em::Active,
            Consent::Invited,
            true,
            Date::Running(Said::Countered),
        ),
        (
            Em::Active,
            Consent::Signatory,
            true,
            Date::Running(Said::Agreed),
        ),
        (
            Em::Revise,
            Consent::Lapsed,
            false,
            Date::Running(Said::Lapsed),
        ),
        (
            Em::Revise,
            Consent::Declined,
            true,
            Date::Running(Said::Countered),
        ),
        (Em::Exited, Consent::NoEmbargo, false, Date::Ended(None)),
        (
            Em::Exited,
            Consent::Signatory,
            false,
            Date::Ended(Some(Said::Agreed)),
        ),
    ] {
        let case = Case { em, ..opened() };
        let participant = Participant {
            consent,
            countered: countered.then_some(day(30)),
            ..vendor(5)
        };
        assert_eq!(date::of(&case, &participant), expected);
    }
}
